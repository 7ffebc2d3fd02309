import type { Demand } from "../model/demand.ts";
import {
  PREDEFINED_ROLES,
  ROUTINE_PRIVILEGES,
  SEQUENCE_PRIVILEGES,
  sinceOf,
  TABLE_PRIVILEGES,
} from "../model/privileges.ts";
import { quoteLiteral, textArray } from "../text/sql.ts";
import { isExcluded } from "./exclude.sql.ts";
import { aclItems, aclOf, KIND_OF_RELATION, SECTIONS, SERVER_CTES, SETTINGS } from "./roles.sql.ts";

const PRIVILEGES_OF = { r: TABLE_PRIVILEGES, S: SEQUENCE_PRIVILEGES, f: ROUTINE_PRIVILEGES };
const PRIVILEGE_ROWS = Object.entries(PRIVILEGES_OF).flatMap(([type, names]) =>
  names.map((name, n) => `('${type}'::"char", '${name}', ${sinceOf(name)}, ${n})`),
);

/** All privileges of tables (r), sequences (S) and routines (f), in the documentation's order. */
export const PRIVILEGES = `(VALUES ${PRIVILEGE_ROWS}) AS privilege (type, name, since, ordinal)`;

/** The kinds under which routines are grouped: none of them is a relkind. */
const ROUTINE_KINDS = "('F', 'P', 'A')";

/**
 * The types of a routine's arguments as GRANT takes them: the input arguments, VARIADIC and ORDER BY left out. IN says
 * that a procedure's output arguments are not among them: another procedure may have those for its input.
 * https://www.postgresql.org/docs/current/sql-grant.html
 * https://github.com/postgres/postgres/blob/REL_17_0/src/backend/parser/parse_func.c#L2177 (LookupFuncWithArgs)
 */
export const ARGUMENTS = `(SELECT COALESCE(pg_catalog.string_agg(
                      CASE p.prokind WHEN 'p' THEN 'IN ' ELSE '' END || ${schemaOfType("f.type")} || f.type, ', ' ORDER BY t.n), '')
                    FROM pg_catalog.unnest(p.proargtypes) WITH ORDINALITY AS t (oid, n),
                         LATERAL (SELECT pg_catalog.format_type(t.oid, NULL) AS type) AS f)`;

/** The schema of a type that format_type() does not qualify, if another schema has a type of that name, as SQL. */
function schemaOfType(type: string): string {
  const name = `pg_catalog.btrim(pg_catalog.replace(${type}, '[]', ''), '"')::pg_catalog.name`;
  return `CASE WHEN (SELECT pg_catalog.bool_or(y.typnamespace = 'pg_catalog'::pg_catalog.regnamespace) AND pg_catalog.count(*) > 1
                                  FROM pg_catalog.pg_type AS y WHERE y.typname = ${name}) THEN 'pg_catalog.' ELSE '' END`;
}

/**
 * A condition: a `search_path` names schemas, and none of them exists and is usable by a role or one that is checked.
 * https://www.postgresql.org/docs/current/runtime-config-client.html#GUC-SEARCH-PATH
 */
function leadsNowhere(path: string, role: string): string {
  return `(
          SELECT pg_catalog.bool_and(n.oid IS NULL OR n.oid NOT IN (SELECT oid FROM schema)
                   AND NOT pg_catalog.has_schema_privilege(${role}, n.oid, 'USAGE'))
          FROM pg_catalog.regexp_matches(${path}, '"((?:[^"]|"")*)"|([^[:space:]",]+)', 'g') AS m (part)
          CROSS JOIN LATERAL COALESCE(pg_catalog.replace(part[1], '""', '"'), pg_catalog.lower(part[2])) AS p (name)
          LEFT JOIN pg_catalog.pg_namespace AS n
            ON n.nspname = CASE p.name WHEN '$user' THEN pg_catalog.pg_get_userbyid(${role}) ELSE p.name END
          WHERE p.name NOT IN ('', 'pg_catalog', 'pg_temp'))`;
}

/**
 * The snapshot: everything that the grants depend on, in one statement, because all of it must be of one moment.
 *
 * Relations with equal schema, kind, owner and ACL have the same answer. The server is asked once for each such
 * group, about its relation with the lowest oid. Names are listed only for groups where something is missing or
 * beyond the demand. Routines are grouped in the same way, under an upper-case prokind in place of a relkind, if they
 * are asked for. The result is rows of (section, facts): each section is mapped once, in snapshot.rows.ts.
 *
 * :grantees    text[]
 * :schemas     text[]  NULL: every schema that is neither the system's nor an extension's
 * :tables      text[]  their privileges; NULL: all there are
 * :sequences   text[]  their privileges; NULL: all there are
 * :routines    text[]  their privileges; empty: routines are not looked at
 * :more        boolean whether privileges beyond the demand matter
 * :since       xid8    relations and routines that changed in it or later stand for themselves alone; NULL: none do
 * :excluded, :patterns the SQL of `exclude`
 *
 * They are constants, and not parameters of a prepared statement, of which the server would make a copy to keep. The text between
 * `if` and `end if` is left out if a demand does not need it.
 */
const SNAPSHOT = `
WITH ${SERVER_CTES},
grantee AS (
  SELECT asked.name, role.oid
  FROM pg_catalog.unnest(:grantees) AS asked (name)
  JOIN known_role AS role ON role.rolname = asked.name
),
-- the settings that count for a grantee's sessions here: those of the role in this database come first, those of all roles for
-- all databases last
setting AS MATERIALIZED (
  SELECT DISTINCT ON (g.oid, s.name) g.oid AS grantee, s.name, s.value, r.oid AS role,
         (ARRAY['database user', 'user', 'database', 'global'])[s.rank + 1] AS source
  FROM grantee AS g
  CROSS JOIN server
  JOIN (${SETTINGS}) AS s ON s.setrole IN (0, g.oid) AND s.name IN ('role', 'default_transaction_read_only', 'search_path')
  LEFT JOIN known_role AS r ON s.name = 'role' AND r.rolname = s.value
  -- the server passes over a role that it refuses
  WHERE s.name <> 'role' OR s.value = 'none' OR (r.oid IS NOT NULL AND pg_catalog.pg_has_role(g.oid, r.oid, set_option))
  ORDER BY g.oid, s.name, s.rank
),
-- as which role a grantee's sessions begin
session AS MATERIALIZED (
  SELECT g.name, g.oid AS grantee, COALESCE(s.role, g.oid) AS role
  FROM grantee AS g
  LEFT JOIN setting AS s ON s.grantee = g.oid AND s.name = 'role'
),
acting AS MATERIALIZED (SELECT DISTINCT role AS oid FROM session),
heir AS MATERIALIZED (SELECT oid FROM grantee UNION SELECT oid FROM acting),
-- what GRANT ALL means on this version
privilege AS (
  SELECT type, name, CASE type WHEN 'r' THEN :tables IS NULL OR name = ANY (:tables)
                               WHEN 'S' THEN :sequences IS NULL OR name = ANY (:sequences)
                               ELSE name = ANY (:routines) END AS demanded
  FROM server JOIN ${PRIVILEGES} ON since <= version
),
schema AS MATERIALIZED (
  SELECT oid, nspname, nspowner, ${aclOf("nspacl", "'n'", "nspowner")} AS acl
  FROM pg_catalog.pg_namespace
  WHERE nspname = ANY (:schemas)
     OR (:schemas IS NULL AND nspname !~ '^pg_' AND nspname <> 'information_schema' AND oid NOT IN (
           SELECT objid FROM extension_member WHERE classid = 'pg_catalog.pg_namespace'::pg_catalog.regclass))
),
object AS (
  -- what GRANT ... ON ALL TABLES and ON ALL SEQUENCES cover
  SELECT c.oid, c.relname AS name, c.relnamespace, c.relowner, c.relkind, c.relacl, c.relhastriggers, c.xmin,
         c.relhasrules OR c.relrowsecurity AS rewritten,
         'pg_catalog.pg_class'::pg_catalog.regclass AS catalog
  FROM pg_catalog.pg_class AS c
  WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') /* if routines */
  UNION ALL
  -- window functions are functions
  SELECT p.oid, p.proname, p.pronamespace, p.proowner, CASE p.prokind WHEN 'p' THEN 'P' WHEN 'a' THEN 'A' ELSE 'F' END::"char", p.proacl,
         FALSE, p.xmin, FALSE, 'pg_catalog.pg_proc'::pg_catalog.regclass
  FROM pg_catalog.pg_proc AS p /* end if */
),
-- own_group sets an object apart from others like it, if its row was written by transaction :since or later:
-- https://www.postgresql.org/docs/current/ddl-system-columns.html (xmin)
checked AS (
  SELECT o.*, s.nspname,
         CASE WHEN :since IS NOT NULL AND pg_catalog.age(o.xmin) <= pg_catalog.age(:since::pg_catalog.xid)
              THEN o.oid END AS own_group,
         CASE WHEN (o.catalog, o.oid) IN (SELECT classid, objid FROM extension_member) THEN 'extension' /* if exclude */
              WHEN :excluded THEN 'exclude' /* end if */ ELSE '' END AS skipped
  FROM object AS o
  JOIN schema AS s ON s.oid = o.relnamespace
),
-- aclitem[] can be hashed, not sorted: no ordered aggregate here
alike AS MATERIALIZED (
  SELECT relnamespace, relowner, relkind, relacl, skipped,
         ${aclOf("relacl", `CASE WHEN relkind = 'S' THEN 's'::"char" WHEN relkind IN ${ROUTINE_KINDS} THEN 'f' ELSE 'r' END`, "relowner")} AS acl,
         pg_catalog.count(*) AS size, pg_catalog.min(oid) AS representative, pg_catalog.array_agg(oid) AS members,
         pg_catalog.bool_or(rewritten) AS rewritten, pg_catalog.bool_or(relhastriggers) AS triggers
  FROM checked
  GROUP BY relnamespace, relowner, relkind, relacl, skipped, own_group
), /* if columns */
-- nothing on a column is beyond ALL on the table
column_acl AS MATERIALIZED (
  SELECT c.attrelid, c.attname, x.grantor, x.grantee, x.privilege_type, x.is_grantable
  FROM pg_catalog.pg_attribute AS c CROSS JOIN LATERAL pg_catalog.aclexplode(c.attacl) AS x
  WHERE c.attacl IS NOT NULL AND NOT c.attisdropped
),
column_extra AS MATERIALIZED (
  SELECT DISTINCT r.relkind, a.representative, r.oid AS relation, r.relname, r.relnamespace
  FROM column_acl AS c
  JOIN pg_catalog.pg_class AS r ON r.oid = c.attrelid
  JOIN (SELECT representative, pg_catalog.unnest(members) AS oid FROM alike
        WHERE skipped = '' AND relkind NOT IN ${ROUTINE_KINDS}) AS a ON a.oid = r.oid
  JOIN acting AS g ON g.oid <> r.relowner
    AND CASE WHEN c.grantee = 0 THEN TRUE ELSE pg_catalog.pg_has_role(g.oid, c.grantee, 'USAGE') END
  WHERE c.privilege_type <> ALL (CASE r.relkind WHEN 'S' THEN :sequences ELSE :tables END) OR c.is_grantable
),
column_item AS MATERIALIZED (
  SELECT e.*, c.attname, c.grantor, c.grantee, c.privilege_type, c.is_grantable
  FROM column_acl AS c JOIN column_extra AS e ON e.relation = c.attrelid
), /* end if */
-- whose ACL items matter: the grantees', those of the roles whose privileges they have, of who granted on columns, and PUBLIC's
involved AS MATERIALIZED (
  SELECT DISTINCT r.oid FROM heir AS g
  CROSS JOIN LATERAL (SELECT oid FROM known_role WHERE pg_catalog.pg_has_role(g.oid, known_role.oid, 'USAGE') OFFSET 0) AS r /* if columns */
  UNION SELECT grantor FROM column_item /* end if */
),
-- besides: grant options, what somebody else than the owner granted, and who may create in a schema
item AS MATERIALIZED (
  SELECT o.relkind, o.representative, o.schema, x.grantor, x.grantee, x.privilege_type, x.is_grantable
  FROM (
    SELECT relkind::pg_catalog.text, representative, relnamespace AS schema, relowner AS owner, acl FROM alike WHERE skipped = ''
    UNION ALL SELECT 'schema', oid, NULL, nspowner, acl FROM schema
    UNION ALL SELECT 'database', oid, NULL, datdba, acl FROM database
  ) AS o
  CROSS JOIN LATERAL pg_catalog.aclexplode(o.acl) AS x
  WHERE x.is_grantable OR x.grantor <> o.owner OR x.grantee = 0 OR x.grantee IN (SELECT oid FROM involved)
     OR (o.relkind = 'schema' AND x.privilege_type = 'CREATE')
),
acl AS MATERIALIZED (
  SELECT relkind, representative, ${aclItems()} AS items FROM item GROUP BY relkind, representative
),
-- OFFSET 0: each privilege is asked for once, however often the answer is used
answered AS MATERIALIZED (
  SELECT a.*, h.held, h.has_finding OR :more AND (a.relkind::pg_catalog.text, a.representative) IN (
           SELECT relkind, representative FROM item
           JOIN acting AS g ON CASE WHEN is_grantable AND grantee <> 0 THEN pg_catalog.pg_has_role(g.oid, grantee, 'USAGE') END
         ) AS has_finding
  FROM alike AS a
  LEFT JOIN LATERAL (
    SELECT pg_catalog.json_object_agg(grantee, privileges) AS held, pg_catalog.bool_or(has_finding) AS has_finding
    FROM (
      SELECT grantee, COALESCE(pg_catalog.json_agg(name) FILTER (WHERE held), '[]') AS privileges,
             pg_catalog.bool_or((demanded AND held IS NOT TRUE)
               OR (:more AND held AND NOT demanded AND a.relowner <> grantee)) AS has_finding
      FROM (
        SELECT g.oid AS grantee, p.name, p.demanded,
               CASE p.type WHEN 'S' THEN pg_catalog.has_sequence_privilege(g.oid, a.representative, p.name)
                           WHEN 'f' THEN pg_catalog.has_function_privilege(g.oid, a.representative, p.name)
                           ELSE pg_catalog.has_table_privilege(g.oid, a.representative, p.name) END AS held
        FROM acting AS g
        JOIN privilege AS p ON p.type = CASE WHEN a.relkind = 'S' THEN 'S' WHEN a.relkind IN ${ROUTINE_KINDS} THEN 'f' ELSE 'r' END
        OFFSET 0
      ) AS asked
      GROUP BY grantee
    ) AS by_grantee
  ) AS h ON a.skipped = ''
),
mentioned AS MATERIALIZED (
  SELECT relowner AS oid FROM alike UNION SELECT nspowner FROM schema UNION SELECT datdba FROM database
  UNION SELECT grantor FROM item UNION SELECT grantee FROM item WHERE grantee <> 0 /* if columns */
  UNION SELECT grantor FROM column_item UNION SELECT grantee FROM column_item WHERE grantee <> 0 /* end if */
  UNION SELECT oid FROM heir UNION SELECT session_user_oid FROM server
  UNION SELECT oid FROM involved JOIN (
    SELECT (pg_catalog.aclexplode(defaclacl)).grantee FROM pg_catalog.pg_default_acl) AS d ON d.grantee = oid
  UNION SELECT oid FROM known_role
  WHERE rolname IN (${Object.keys(PREDEFINED_ROLES).map((role) => `'${role}'`)})
)
${SECTIONS}
UNION ALL
SELECT 'grantee', pg_catalog.json_build_object(
         'name', s.name, 'oid', s.grantee, 'session', s.role,
         'readOnly', (SELECT source FROM setting AS r WHERE r.grantee = s.grantee
                        AND CASE r.name WHEN 'default_transaction_read_only' THEN r.value::pg_catalog.bool END),
         'searchPath', (SELECT pg_catalog.json_build_object('value', value, 'source', source) FROM setting AS r
                        WHERE r.grantee = s.grantee AND r.name = 'search_path' AND ${leadsNowhere("r.value", "s.role")}))
FROM session AS s
UNION ALL
SELECT 'group', pg_catalog.json_build_object(
         'kind', ${KIND_OF_RELATION} WHEN 'F' THEN 'function' WHEN 'P' THEN 'procedure' ELSE 'aggregate' END,
         'schema', a.relnamespace, 'owner', a.relowner, 'skipped', a.skipped,
         'size', a.size, 'representative', a.representative, 'relacl', a.relacl::pg_catalog.text,
         'held', a.held, 'rewritten', a.rewritten, 'triggers', a.triggers, 'acl', acl.items,
         'members', CASE WHEN a.has_finding THEN /* if routines */ CASE WHEN a.relkind IN ${ROUTINE_KINDS} THEN (
             SELECT pg_catalog.json_agg(pg_catalog.json_build_object('oid', p.oid, 'name', p.proname, 'arguments', ${ARGUMENTS}))
             FROM pg_catalog.pg_proc AS p WHERE p.oid = ANY (a.members)) ELSE /* end if */ (
             SELECT pg_catalog.json_agg(pg_catalog.json_build_object('oid', oid, 'name', relname))
             FROM pg_catalog.pg_class WHERE oid = ANY (a.members)) /* if routines */ END /* end if */ END)
FROM answered AS a
LEFT JOIN acl ON acl.relkind = a.relkind::pg_catalog.text AND acl.representative = a.representative /* if columns */
UNION ALL
SELECT 'column', pg_catalog.json_build_object(
         'representative', representative, 'relation', relation, 'name', relname, 'items', ${aclItems("attname")})
FROM column_item GROUP BY representative, relation, relname /* end if */ /* if exclude */
UNION ALL
SELECT 'unmatched-pattern', pg_catalog.to_json(p.text) FROM (VALUES :patterns) AS p (text, is_matched) WHERE NOT is_matched /* end if */`;

/**
 * The snapshot without the parts that cannot find anything for a demand: in a small database, the server takes longer to
 * plan the statement than to execute it.
 * @param since as the next transaction of an earlier look
 */
export function snapshotFor(grantees: readonly string[], demand: Demand, since?: string): string {
  const { exclude, onExtra, schemas, tablePrivileges, sequencePrivileges, routinePrivileges } = demand;
  const needed: Readonly<Record<string, boolean>> = {
    exclude: exclude.length > 0,
    routines: routinePrivileges.length > 0,
    columns: onExtra !== "ignore" && (tablePrivileges !== "ALL" || sequencePrivileges !== "ALL"),
  };
  const patterns = exclude.map((pattern) => {
    const isMatched = `EXISTS (SELECT FROM checked AS c WHERE ${isExcluded([pattern], "c.nspname", "c.name")})`;
    return `(${quoteLiteral(pattern)}::pg_catalog.text, ${isMatched})`;
  });
  const values: Readonly<Record<string, string>> = {
    grantees: textArray(grantees),
    schemas: textArray(schemas === "*" ? null : schemas),
    tables: textArray(tablePrivileges === "ALL" ? null : tablePrivileges),
    sequences: textArray(sequencePrivileges === "ALL" ? null : sequencePrivileges),
    routines: textArray(routinePrivileges),
    more: String(onExtra !== "ignore"),
    since: `${since === undefined ? "NULL" : quoteLiteral(since)}::pg_catalog.xid8`,
    excluded: isExcluded(exclude, "s.nspname", "o.name"),
    patterns: patterns.join(", "),
  };
  const part = /\/\* if (\w+) \*\/([\s\S]*?)\/\* end if \*\//g;
  const parts = SNAPSHOT.replace(part, (_, name: string, sql: string) => (needed[name] ? sql : ""));
  return parts.replace(/:([a-z]+)\b/g, (text, name: string) => values[name] ?? text);
}

/** The names that can be meant by one that the snapshot has not found. */
export const KNOWN_NAMES = `
SELECT 'known-schema' AS section, pg_catalog.to_json(nspname) AS facts FROM pg_catalog.pg_namespace WHERE nspname !~ '^pg_'
UNION ALL
SELECT 'known-role', pg_catalog.to_json(rolname) FROM pg_catalog.pg_roles WHERE rolname !~ '^pg_';`;
