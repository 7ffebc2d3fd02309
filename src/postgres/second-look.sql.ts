import type { Creator } from "../grants/creators.ts";
import { likePatternsOf } from "../grants/exclude.ts";
import {
  PREDEFINED_ROLES,
  ROUTINE_PRIVILEGES,
  SEQUENCE_PRIVILEGES,
  TABLE_PRIVILEGES,
} from "../model/privileges.ts";
import { type Oid, PUBLIC } from "../model/snapshot.ts";
import { quoteLiteral } from "../text/sql.ts";

/**
 * Reads the owner and ACL of relations and routines again. has_*_privilege reads the newest catalogs, not the statement's
 * snapshot: where one object answered for others, it must not have changed in between. The ACL is compared as the
 * server prints it.
 */
export function secondLook(objects: readonly SecondLook[]): string {
  const [routines, relations] = [true, false].map((wanted) =>
    objects.filter(({ routine }) => routine === wanted).map(({ oid }) => oid),
  ) as [Oid[], Oid[]];
  const ofRoutines = `
UNION ALL
SELECT TRUE, oid::pg_catalog.text, proowner::pg_catalog.text, proacl::pg_catalog.text
FROM pg_catalog.pg_proc
WHERE oid = ANY ('{${routines.join()}}'::pg_catalog.oid[])`;
  return `
SELECT FALSE AS routine, oid::pg_catalog.text, relowner::pg_catalog.text AS owner, relacl::pg_catalog.text AS relacl
FROM pg_catalog.pg_class
WHERE oid = ANY ('{${relations.join()}}'::pg_catalog.oid[])${routines.length > 0 ? ofRoutines : ""}
ORDER BY routine, oid;`;
}

interface SecondLook {
  readonly routine: boolean;
  readonly oid: Oid;
}

/**
 * What each grantee would hold on the tables, the sequences and (if asked for) the routines that each creator makes next:
 * the creator's global default ACL, or the built-in one, which lets PUBLIC execute routines; and the schema's on top.
 * https://www.postgresql.org/docs/current/catalog-pg-default-acl.html
 */
export function defaultPrivileges(
  creators: readonly Creator[],
  grantees: readonly Oid[],
  ofRoutines: boolean,
): string {
  const predefined = Object.entries(PREDEFINED_ROLES)
    .map(([role, privileges]) => `('${role}', '{${privileges.join()}}'::pg_catalog.text[])`)
    .join(", ");
  return `
WITH creator AS (
  SELECT schema, role
  FROM ROWS FROM (pg_catalog.unnest('{${creators.map(({ schema }) => schema).join()}}'::pg_catalog.oid[]),
                  pg_catalog.unnest('{${creators.map(({ role }) => role).join()}}'::pg_catalog.oid[])) AS c (schema, role)
),
privilege AS (
  SELECT 'r'::"char" AS objtype, name, ordinal
  FROM pg_catalog.unnest(
    '{${TABLE_PRIVILEGES.join()}}'::pg_catalog.text[]
  ) WITH ORDINALITY AS t (name, ordinal)
  UNION ALL
  SELECT 'S'::"char", name, ordinal
  FROM pg_catalog.unnest('{${SEQUENCE_PRIVILEGES.join()}}'::pg_catalog.text[]) WITH ORDINALITY AS s (name, ordinal)
  UNION ALL
  SELECT 'f'::"char", name, ordinal
  FROM pg_catalog.unnest('{${ROUTINE_PRIVILEGES.join()}}'::pg_catalog.text[]) WITH ORDINALITY AS f (name, ordinal)
),
predefined AS MATERIALIZED (
  SELECT r.oid, p.privileges
  FROM (VALUES ${predefined}) AS p (role, privileges)
  JOIN pg_catalog.pg_roles AS r ON r.rolname = p.role
),
grantee AS MATERIALIZED (
  SELECT g.oid, r.rolsuper
  FROM pg_catalog.unnest('{${grantees.join()}}'::pg_catalog.oid[]) AS g (oid)
  JOIN pg_catalog.pg_roles AS r ON r.oid = g.oid
)
SELECT c.schema::pg_catalog.text, c.role::pg_catalog.text AS creator, t.objtype, g.oid::pg_catalog.text AS grantee,
       (SELECT pg_catalog.json_agg(p.name ORDER BY p.ordinal) FROM privilege AS p
        WHERE p.objtype = t.objtype AND (g.rolsuper OR p.name = ANY (given.privileges))) AS held
FROM creator AS c
CROSS JOIN (VALUES ('r'::"char", 'r'::"char"), ('S'::"char", 's'::"char")${ofRoutines ? `, ('f'::"char", 'f'::"char")` : ""}) AS t (objtype, built_in)
CROSS JOIN grantee AS g
CROSS JOIN LATERAL (
  SELECT pg_catalog.array_agg(privilege) AS privileges
  FROM (
    SELECT x.privilege_type AS privilege
    FROM (
      SELECT COALESCE((SELECT defaclacl FROM pg_catalog.pg_default_acl
                       WHERE defaclrole = c.role AND defaclnamespace = 0 AND defaclobjtype = t.objtype),
                      pg_catalog.acldefault(t.built_in, c.role)) AS acl
      UNION ALL
      SELECT defaclacl FROM pg_catalog.pg_default_acl
      WHERE defaclrole = c.role AND defaclnamespace = c.schema AND defaclobjtype = t.objtype
    ) AS a
    CROSS JOIN LATERAL pg_catalog.aclexplode(a.acl) AS x
    WHERE CASE WHEN x.grantee = ${PUBLIC} THEN TRUE ELSE pg_catalog.pg_has_role(g.oid, x.grantee, 'USAGE') END
    UNION ALL
    SELECT pg_catalog.unnest(p.privileges) FROM predefined AS p WHERE pg_catalog.pg_has_role(g.oid, p.oid, 'USAGE')
  ) AS e
) AS given
ORDER BY c.schema, c.role, t.objtype DESC, g.oid;`;
}

const EXTENSION_MEMBER = `EXISTS (
    SELECT FROM pg_catalog.pg_depend
    WHERE classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND objid = c.oid AND deptype = 'e')`;

/**
 * Tables whose row-level security has no policy that would show a row to the grantee.
 * Who bypasses row-level security: https://www.postgresql.org/docs/current/ddl-rowsecurity.html
 */
export function rowSecurityWithoutPolicy(
  schemas: readonly Oid[],
  grantees: readonly Oid[],
  exclude: readonly string[],
): string {
  return `
SELECT 'row-level-security' AS code, g.oid::pg_catalog.text AS grantee, n.nspname AS schema, c.relname AS name
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
CROSS JOIN pg_catalog.unnest('{${grantees.join()}}'::pg_catalog.oid[]) AS g (oid)
JOIN pg_catalog.pg_roles AS role ON role.oid = g.oid
WHERE c.relnamespace = ANY ('{${schemas.join()}}'::pg_catalog.oid[]) AND c.relrowsecurity
  AND NOT role.rolsuper AND NOT role.rolbypassrls
  AND NOT ${EXTENSION_MEMBER} AND ${notExcluded(exclude, "n.nspname", "c.relname")}
  AND (c.relforcerowsecurity OR NOT pg_catalog.pg_has_role(g.oid, c.relowner, 'USAGE'))
  AND NOT EXISTS (
    SELECT FROM pg_catalog.pg_policy AS p
    CROSS JOIN LATERAL pg_catalog.unnest(p.polroles) AS policy_role (oid)
    WHERE p.polrelid = c.oid AND p.polpermissive AND p.polcmd IN ('*', 'r')
      AND CASE WHEN policy_role.oid = ${PUBLIC} THEN TRUE ELSE pg_catalog.pg_has_role(g.oid, policy_role.oid, 'USAGE') END)
ORDER BY n.nspname, c.relname, g.oid;`;
}

/** An object with a lower OID is the system's: https://www.postgresql.org/docs/current/system-catalog-initial-data.html#SYSTEM-CATALOG-OID-ASSIGNMENT */
const FIRST_NORMAL_OID = 16384;

/** The bits of `requiredPerms`: https://github.com/postgres/postgres/blob/REL_18_0/src/include/nodes/parsenodes.h#L77 */
const REQUIRED = { SELECT: 2, UPDATE: 4 } as const;

/** What is added to the numbers of columns in `selectedCols`: those of system columns are negative. */
const COLUMN_SHIFT = 7;

/**
 * Views that select from something their reader cannot read: the view's owner, or for a security_invoker view (from
 * 15) always the grantee, however it is reached. Views on views are followed down.
 *
 * What a view reads is what the server will check, as the view's rule has it: each relation, the privileges that it
 * needs (UPDATE too for SELECT … FOR UPDATE), and its columns. Column 0 is the whole row; without columns (`count(*)`) any one
 * is enough. In the text of a rule, no space in a name or constant is without a backslash. The system's own views are
 * owned by a superuser, so they are not followed.
 * https://www.postgresql.org/docs/current/sql-createview.html#SQL-CREATEVIEW-NOTES
 * https://github.com/postgres/postgres/blob/REL_18_0/src/include/nodes/parsenodes.h#L1286 (RTEPermissionInfo)
 * https://github.com/postgres/postgres/blob/REL_18_0/src/backend/executor/execMain.c#L638 (ExecCheckOneRelPerms)
 */
export function viewsThatCannotRead(
  schemas: readonly Oid[],
  grantees: readonly Oid[],
  exclude: readonly string[],
): string {
  return `
WITH RECURSIVE source AS MATERIALIZED (
  SELECT rule.ev_class AS view, read.relation, p.privilege, p.columns
  FROM pg_catalog.pg_rewrite AS rule
  JOIN pg_catalog.pg_class AS v ON v.oid = rule.ev_class AND v.relkind = 'v'
  CROSS JOIN LATERAL pg_catalog.string_to_table(rule.ev_action::pg_catalog.text, ':relid ') AS part (text)
  CROSS JOIN LATERAL (
    SELECT pg_catalog.split_part(part.text, ' ', 1)::pg_catalog.oid AS relation,
           pg_catalog.split_part(needs.text, ' ', 1)::pg_catalog.int4 AS privileges,
           pg_catalog.string_to_array(pg_catalog.ltrim(pg_catalog.split_part(pg_catalog.split_part(
             needs.text, ':selectedCols (b', 2), ')', 1)), ' ')::pg_catalog.int4[] AS columns
    FROM pg_catalog.split_part(part.text, ':requiredPerms ', 2) AS needs (text)
    WHERE needs.text <> ''
  ) AS read
  CROSS JOIN LATERAL (VALUES ('SELECT', ${REQUIRED.SELECT}, read.columns), ('UPDATE', ${REQUIRED.UPDATE}, '{}')) AS p (privilege, bit, columns)
  WHERE rule.ev_type = '1' AND rule.ev_class >= ${FIRST_NORMAL_OID} AND read.privileges & p.bit <> 0
),
reading AS (
  SELECT g.oid AS grantee, v.oid AS view, v.oid AS part, g.oid AS reader, NULL AS privilege, NULL::pg_catalog.int4[] AS columns
  FROM pg_catalog.pg_class AS v
  CROSS JOIN pg_catalog.unnest('{${grantees.join()}}'::pg_catalog.oid[]) AS g (oid)
  WHERE v.relkind = 'v' AND v.relnamespace = ANY ('{${schemas.join()}}'::pg_catalog.oid[])
    AND NOT ${EXTENSION_MEMBER.replace("c.oid", "v.oid")}
  UNION
  SELECT r.grantee, r.view, source.relation,
         CASE WHEN (SELECT option_value::pg_catalog.bool FROM pg_catalog.pg_options_to_table(part.reloptions)
                    WHERE option_name = 'security_invoker') THEN r.grantee
              ELSE part.relowner END,
         source.privilege, source.columns
  FROM reading AS r
  JOIN source ON source.view = r.part
  JOIN pg_catalog.pg_class AS part ON part.oid = r.part
)
SELECT DISTINCT 'view-cannot-read' AS code, r.grantee::pg_catalog.text, n.nspname AS schema, v.relname AS name,
       pg_catalog.array_remove(ARRAY[sn.nspname, s.relname, lacking.column]::pg_catalog.text[], NULL) AS source,
       r.privilege, pg_catalog.pg_get_userbyid(r.reader) AS reader
FROM reading AS r
JOIN pg_catalog.pg_class AS v ON v.oid = r.view
JOIN pg_catalog.pg_namespace AS n ON n.oid = v.relnamespace
JOIN pg_catalog.pg_class AS s ON s.oid = r.part AND s.oid <> v.oid
JOIN pg_catalog.pg_namespace AS sn ON sn.oid = s.relnamespace
CROSS JOIN LATERAL (
  SELECT CASE WHEN somewhat THEN c.attname END AS column
  FROM pg_catalog.has_any_column_privilege(r.reader, s.oid, r.privilege) AS somewhat
  LEFT JOIN pg_catalog.pg_attribute AS c
    ON c.attrelid = s.oid AND NOT c.attisdropped
      AND (c.attnum + ${COLUMN_SHIFT} = ANY (r.columns) OR ${COLUMN_SHIFT} = ANY (r.columns) AND c.attnum > 0)
  WHERE NOT CASE WHEN c.attnum IS NULL THEN somewhat
                 ELSE pg_catalog.has_column_privilege(r.reader, s.oid, c.attnum, r.privilege) END
) AS lacking
WHERE NOT pg_catalog.has_table_privilege(r.reader, s.oid, r.privilege)
  AND ${notExcluded(exclude, "n.nspname", "v.relname")}
ORDER BY n.nspname, v.relname, source, r.privilege, reader, r.grantee::pg_catalog.text;`;
}

/** The same patterns as SNAPSHOT takes, in a message that has no parameters. */
function notExcluded(exclude: readonly string[], schema: string, name: string): string {
  const patterns = exclude.map(likePatternsOf);
  const isLike = (text: string, all: readonly string[]) =>
    `${text} LIKE ANY (ARRAY[${all.map(quoteLiteral)}]::pg_catalog.text[])`;
  const byName = isLike(
    name,
    patterns.map((pattern) => pattern.name),
  );
  const byPath = isLike(
    `pg_catalog.concat(${schema}, '.', ${name})`,
    patterns.map((pattern) => pattern.path),
  );
  return `NOT (${byName} OR ${byPath})`;
}
