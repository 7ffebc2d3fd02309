import type { Demand } from "../model/demand.ts";
import type { Oid } from "../model/snapshot.ts";
import { isExcluded } from "./exclude.sql.ts";
import { FIRST_NORMAL_OID, unnested } from "./roles.sql.ts";
import type { FirstLook } from "./snapshot.rows.ts";
import { ARGUMENTS } from "./snapshot.sql.ts";

/**
 * The statements that find pitfalls, without those that cannot find any after the first look: reasons why an app fails
 * although it holds every privilege that was asked for. Their rows are those of `Pitfall` in model/snapshot.ts.
 * @param grantees the roles as which the sessions of the grantees begin
 */
export function pitfallStatements(first: FirstLook, demand: Demand, grantees: readonly Oid[]): readonly string[] {
  const { snapshot, asked, server } = first;
  const { exclude, tablePrivileges: ofTables, sequencePrivileges: ofSequences, routinePrivileges: ofRoutines } = demand;
  const schemas = snapshot.schemas.map(({ oid }) => oid);
  /** A condition: a relation (or with `pro` a routine) is among those that are checked. */
  const isChecked = (object: string, schema: string, prefix = "rel") =>
    `${object}.${prefix}namespace = ANY ('{${schemas}}'::pg_catalog.oid[]) AND NOT ${isExcluded(exclude, `${schema}.nspname`, `${object}.${prefix}name`)}`;
  const used = usedBy(grantees, isChecked("c", "n"));
  const takesValues = ofSequences === "ALL" || ofSequences.includes("USAGE") || ofSequences.includes("UPDATE");
  const demanded = USES.filter((use) => ofTables === "ALL" || ofTables.includes(use));
  const others = server.sequences > asked.reduce((sum, { kind, size }) => sum + (kind === "sequence" ? size : 0), 0);
  const mayLackValues = demanded.includes("INSERT") && (!takesValues || others || exclude.length > 0);
  const isDemanded = ofRoutines.length > 0 ? isChecked("p", "pn", "pro") : "FALSE";
  return [
    ...(asked.some(({ rewritten, skipped }) => rewritten && skipped === "") ? [usesThatFail(used, demanded)] : []),
    ...(asked.some(({ triggers }) => triggers) ? [foreignKeysThatFail(used)] : []),
    ...(server.closedRoutines ? [functionsThatFail(used, isDemanded)] : []),
    ...(mayLackValues ? [defaultsThatFail(used, takesValues, isChecked("s", "sn"))] : []),
    ...(asked.some(({ kind }) => kind === "foreign-table") ? [foreignTablesWithoutMapping(used)] : []),
  ];
}

/** A condition: a relation, or an object of another catalog, belongs to an extension. */
const extensionMember = (oid: string, catalog = "pg_class") => `EXISTS (
    SELECT FROM pg_catalog.pg_depend
    WHERE classid = 'pg_catalog.${catalog}'::pg_catalog.regclass AND objid = ${oid} AND deptype = 'e')`;

/** A CTE: the relations that are checked, each with each grantee. */
function usedBy(grantees: readonly Oid[], isChecked: string): string {
  return `used AS (
  SELECT c.*, n.nspname, g.oid AS grantee
  FROM pg_catalog.pg_class AS c
  JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
  CROSS JOIN ${unnested(grantees)} AS g (oid)
  WHERE ${isChecked} AND NOT ${extensionMember("c.oid")}
)`;
}

/** The columns of each pitfall that say who uses what. */
const USED = "used.grantee::pg_catalog.text, used.nspname AS schema, used.relname AS name";

/** The offset of column numbers in `selectedCols`: those of system columns are negative. */
const COLUMN_SHIFT = 7;

/**
 * The uses of a relation, in the order of CmdType, whose numbers are also the types of rules and bits of
 * pg_relation_is_updatable(): https://github.com/postgres/postgres/blob/REL_18_0/src/include/nodes/nodes.h#L273
 */
const USES = ["SELECT", "UPDATE", "INSERT", "DELETE"] as const;

/** The bits of all of them. */
const ALL_USES = 2 + 4 + 8 + 16;

/** The use that a rule is about. */
const EVENT = `(ARRAY['${USES.join("','")}'])[rule.ev_type::pg_catalog.text::pg_catalog.int4]`;

/**
 * The uses as a table: the number of each, its bit of `requiredPerms`, its columns in the text of a rule, and the policies for it.
 * https://github.com/postgres/postgres/blob/REL_18_0/src/include/nodes/parsenodes.h#L77
 * https://www.postgresql.org/docs/current/catalog-pg-policy.html (polcmd)
 */
const USE_ROWS = `(VALUES ('SELECT', 1, 2, ':selectedCols (b', 'r'::"char"), ('UPDATE', 2, 4, ':updatedCols (b', 'w'),
                      ('INSERT', 3, 1, ':insertedCols (b', 'a'), ('DELETE', 4, 8, '', 'd')) AS w (use, type, bit, columns, policy)`;

/** The bit of `tgtype` for INSTEAD OF: https://github.com/postgres/postgres/blob/REL_18_0/src/include/catalog/pg_trigger.h#L97 */
const TRIGGER_INSTEAD = 64;

/**
 * A CTE: what each view and each other rule uses, as the text of the rule has it: each relation, the privilege and its columns.
 * Column 0 is the whole row; without columns (`count(*)`) any one is enough. In that text, no space in a name or constant is
 * without a backslash. OLD and NEW are there as the relation itself, which its owner may hardly ever not read, and are left out.
 * The system's own views are owned by a superuser, so they are not followed.
 * https://github.com/postgres/postgres/blob/REL_18_0/src/include/nodes/parsenodes.h#L1286 (RTEPermissionInfo)
 */
const SOURCES = `source AS MATERIALIZED (
  SELECT read.*, read.ordinal = pg_catalog.min(read.ordinal) OVER (PARTITION BY read.rule) AS is_base
  FROM (
    SELECT rule.oid AS rule, rule.rulename, rule.ev_class AS used_by, p.ordinal,
           ${EVENT} AS event,
           pg_catalog.split_part(p.text, ' ', 1)::pg_catalog.oid AS relation, w.use AS privilege,
           pg_catalog.string_to_array(pg_catalog.ltrim(pg_catalog.split_part(pg_catalog.split_part(
             needs.text, w.columns, 2), ')', 1)), ' ')::pg_catalog.int4[] AS columns
    FROM pg_catalog.pg_rewrite AS rule
    JOIN pg_catalog.pg_class AS v ON v.oid = rule.ev_class AND v.relkind <> 'm'
    CROSS JOIN LATERAL pg_catalog.string_to_table(rule.ev_action::pg_catalog.text, ':relid ') WITH ORDINALITY AS p (text, ordinal)
    CROSS JOIN LATERAL pg_catalog.split_part(p.text, ':requiredPerms ', 2) AS needs (text)
    JOIN ${USE_ROWS} ON NULLIF(pg_catalog.split_part(needs.text, ' ', 1), '')::pg_catalog.int4 & w.bit <> 0
    WHERE rule.ev_class >= ${FIRST_NORMAL_OID} AND rule.ev_enabled IN ('O', 'A') AND CASE w.use
      WHEN 'SELECT' THEN rule.ev_type = '1' OR pg_catalog.split_part(p.text, ' ', 1) <> rule.ev_class::pg_catalog.text
      ELSE rule.ev_type <> '1' END
  ) AS read
),`;

/**
 * Views, rules and row-level security that keep the grantee from what it may do. The server checks beneath a view its owner,
 * or for a security_invoker view (from 15) always the grantee, however it is reached; and in the action of a rule the owner of
 * the table or view that has the rule. Views and rules are followed down.
 *
 * Reading: the server checks what is in SOURCES. For a view that locks rows (FOR UPDATE), it also checks UPDATE, which is
 * left out here.
 *
 * Writing: what the server would pass on to the one relation in the FROM of an automatically updatable view, which comes
 * first in its rule. Nobody expects to write through a view on a catalog or on a table of an extension.
 * https://www.postgresql.org/docs/current/sql-createview.html#SQL-CREATEVIEW-NOTES
 * https://github.com/postgres/postgres/blob/REL_18_0/src/backend/executor/execMain.c#L638 (ExecCheckOneRelPerms)
 *
 * Row-level security: there is no permissive policy for what is demanded. A statement that names the partitioned table passes
 * over the policies of a partition, and a rule that does something else instead passes over those of its table.
 * https://www.postgresql.org/docs/current/ddl-rowsecurity.html
 */
function usesThatFail(used: string, demanded: readonly string[]): string {
  const isReplaced = `EXISTS (
      SELECT FROM pg_catalog.pg_rewrite AS rule
      WHERE ev_class = r.part AND is_instead AND ev_qual::pg_catalog.text = '<>'
        AND ev_enabled IN ('O', 'A') AND ${EVENT} = r.privilege)`;
  return `
WITH RECURSIVE ${SOURCES}
${used},
target AS MATERIALIZED (
  -- the function waits for a lock on the relation, so it is called for views only
  SELECT oid, grantee, CASE relkind WHEN 'v' THEN pg_catalog.pg_relation_is_updatable(oid, FALSE) | 2 ELSE ${ALL_USES} END AS uses
  FROM used WHERE relhasrules AND relkind <> 'm' OR relrowsecurity AND NOT relispartition
),
reading AS (
  SELECT w.use, target.oid AS object, grantee, target.oid AS part, grantee AS reader, w.use AS privilege,
         NULL::pg_catalog.int4[] AS columns, NULL::pg_catalog.name AS rule
  FROM target JOIN ${USE_ROWS} ON uses & (1 << w.type) <> 0
  WHERE w.use = 'SELECT' OR ${mayUse("grantee", "target.oid", "w.use")}
  UNION
  SELECT r.use, r.object, r.grantee, source.relation,
         CASE WHEN source.event = 'SELECT' AND (
                SELECT option_value::pg_catalog.bool FROM pg_catalog.pg_options_to_table(part.reloptions)
                WHERE option_name = 'security_invoker') THEN r.grantee
              ELSE part.relowner END,
         CASE source.event WHEN r.privilege THEN source.privilege ELSE r.privilege END,
         CASE source.event WHEN r.privilege THEN source.columns ELSE '{}' END,
         CASE source.event WHEN 'SELECT' THEN r.rule ELSE source.rulename END
  FROM reading AS r
  JOIN source ON source.used_by = r.part AND (source.event = r.privilege OR source.event = 'SELECT' AND source.is_base
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_trigger WHERE tgrelid = r.part AND tgtype & ${TRIGGER_INSTEAD} <> 0)
    AND NOT ${isReplaced})
  JOIN pg_catalog.pg_class AS part ON part.oid = r.part
)
SELECT DISTINCT found.code, r.grantee::pg_catalog.text, ${schemaOf("o")} AS schema, o.relname AS name, r.use,
       pg_catalog.pg_get_userbyid(r.reader) AS role, r.privilege, CASE s.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END AS kind,
       ARRAY[${schemaOf("s")}, s.relname]::pg_catalog.text[] AS source, found.column,
       CASE WHEN s.oid >= ${FIRST_NORMAL_OID} THEN pg_catalog.pg_get_userbyid(s.relowner) END AS owner, r.rule AS through
FROM reading AS r
JOIN pg_catalog.pg_class AS o ON o.oid = r.object
JOIN pg_catalog.pg_class AS s ON s.oid = r.part
CROSS JOIN LATERAL (
  SELECT CASE WHEN r.rule IS NOT NULL THEN 'rule-fails' WHEN r.use = 'SELECT' THEN 'view-cannot-read'
              ELSE 'view-cannot-write' END AS code, CASE WHEN somewhat THEN c.attname END AS column
  FROM (SELECT ${mayUse("r.reader", "s.oid", "r.privilege")}
        WHERE (s.oid <> o.oid OR r.rule IS NOT NULL) AND NOT pg_catalog.has_table_privilege(r.reader, s.oid, r.privilege)
  ) AS m (somewhat)
  LEFT JOIN pg_catalog.pg_attribute AS c
    ON c.attrelid = s.oid AND NOT c.attisdropped
      AND (c.attnum + ${COLUMN_SHIFT} = ANY (r.columns) OR ${COLUMN_SHIFT} = ANY (r.columns) AND c.attnum > 0)
  WHERE NOT CASE WHEN c.attnum IS NULL THEN somewhat
                 ELSE pg_catalog.has_column_privilege(r.reader, s.oid, c.attnum, r.privilege) END
    AND (r.privilege = 'SELECT' OR s.oid >= ${FIRST_NORMAL_OID} AND NOT ${extensionMember("s.oid")})
  UNION ALL
  SELECT 'row-level-security', NULL
  FROM pg_catalog.pg_roles AS role
  WHERE s.relrowsecurity AND r.use = ANY ('{${demanded.join()}}') AND NOT ${isReplaced}
    AND role.oid = r.reader AND NOT role.rolsuper AND NOT role.rolbypassrls
    AND (s.relforcerowsecurity OR NOT pg_catalog.pg_has_role(r.reader, s.relowner, 'USAGE'))
    AND NOT EXISTS (
      SELECT FROM pg_catalog.pg_policy AS p
      JOIN ${USE_ROWS} ON w.use = r.privilege AND p.polcmd IN ('*', w.policy)
      CROSS JOIN LATERAL pg_catalog.unnest(p.polroles) AS policy_role (oid)
      WHERE p.polrelid = s.oid AND p.polpermissive
        -- without USING no row is found, whatever WITH CHECK allows
        AND (p.polqual IS NOT NULL OR r.privilege = 'INSERT')
        AND CASE WHEN policy_role.oid = 0 THEN TRUE ELSE pg_catalog.pg_has_role(r.reader, policy_role.oid, 'USAGE') END)
) AS found;`;
}

/** The name of a relation's schema. Where few rows need it, the server plans this in less time than one join more. */
const schemaOf = (relation: string) =>
  `(SELECT nspname FROM pg_catalog.pg_namespace WHERE oid = ${relation}.relnamespace)`;

/** A condition: a role may use a relation for a SELECT, INSERT, UPDATE or DELETE, on one of its columns at least. */
function mayUse(role: string, relation: string, use: string): string {
  return `CASE ${use} WHEN 'DELETE' THEN pg_catalog.has_table_privilege(${role}, ${relation}, ${use})
                   ELSE pg_catalog.has_any_column_privilege(${role}, ${relation}, ${use}) END`;
}

/**
 * Foreign keys that cannot be checked: the server looks rows up as the owner of the table that it reads, and finds that
 * table by name, for which the owner needs USAGE on the schema. INSERT and UPDATE on the referencing table read the
 * referenced one, DELETE and UPDATE on the referenced table the referencing one. With NO ACTION they also look for another
 * row of the referenced table with the same key.
 * https://github.com/postgres/postgres/blob/REL_18_0/src/backend/utils/adt/ri_triggers.c#L2369 (ri_PerformCheck)
 */
function foreignKeysThatFail(used: string): string {
  return `
WITH ${used},
-- few or none; on their own, because the server tries the joins of one query in many orders
blocked AS MATERIALIZED (
  SELECT side.written, side.columns, side.uses, pg_catalog.pg_get_userbyid(read.relowner) AS role,
         ARRAY[s.nspname]::pg_catalog.text[] AS source, pg_catalog.pg_get_userbyid(s.nspowner) AS owner, key.conname AS through
  FROM pg_catalog.pg_constraint AS key
  CROSS JOIN LATERAL (
    VALUES (key.conrelid, key.conkey, key.confrelid, '{INSERT,UPDATE}'::pg_catalog.text[]),
           (key.confrelid, key.confkey, key.conrelid, '{UPDATE,DELETE}'),
           (key.confrelid, key.confkey, key.confrelid, pg_catalog.array_remove(ARRAY[
              CASE key.confupdtype WHEN 'a' THEN 'UPDATE' END, CASE key.confdeltype WHEN 'a' THEN 'DELETE' END], NULL))
  ) AS side (written, columns, read, uses)
  JOIN pg_catalog.pg_class AS read ON read.oid = side.read
  JOIN pg_catalog.pg_namespace AS s ON s.oid = read.relnamespace
  WHERE key.contype = 'f' AND key.conparentid = 0 AND NOT pg_catalog.has_schema_privilege(read.relowner, s.oid, 'USAGE')
)
SELECT 'foreign-key-fails' AS code, ${USED}, use, role, 'USAGE' AS privilege, 'SCHEMA' AS kind, source, owner, through
FROM blocked
JOIN used ON used.oid = blocked.written
CROSS JOIN LATERAL pg_catalog.unnest(blocked.uses) AS use
WHERE CASE use WHEN 'UPDATE' THEN EXISTS (
                 SELECT FROM pg_catalog.unnest(blocked.columns) AS k (attnum)
                 WHERE pg_catalog.has_column_privilege(used.grantee, used.oid, k.attnum, 'UPDATE'))
               ELSE ${mayUse("used.grantee", "used.oid", "use")} END;`;
}

/** The function nextval(): https://github.com/postgres/postgres/blob/REL_18_0/src/include/catalog/pg_proc.dat#L3437 */
const NEXTVAL = 1574;

/**
 * Columns whose default takes the next value of a sequence that the grantee may not use, and that is not demanded: it is
 * in another schema, excluded, or `sequence-privileges` names neither USAGE nor UPDATE.
 * @param takesValues whether USAGE or UPDATE is demanded on the sequences that are checked
 * @param isChecked the condition that sequence s in schema sn is checked: a GRANT of USAGE could be extra there
 */
function defaultsThatFail(used: string, takesValues: boolean, isChecked: string): string {
  return `
WITH ${used},
taken AS MATERIALIZED (
  SELECT d.objid AS expression, s.oid, s.relname, sn.nspname, CASE WHEN NOT (${isChecked}) THEN s.relowner END AS relowner
  FROM pg_catalog.pg_depend AS d
  JOIN pg_catalog.pg_class AS s ON s.oid = d.refobjid AND s.relkind = 'S'
  JOIN pg_catalog.pg_namespace AS sn ON sn.oid = s.relnamespace
  WHERE d.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
    AND NOT (${takesValues} AND ${isChecked})
)
SELECT 'default-fails' AS code, ${USED}, 'INSERT' AS use,
       pg_catalog.pg_get_userbyid(used.grantee) AS role, 'USAGE' AS privilege, 'SEQUENCE' AS kind,
       ARRAY[taken.nspname, taken.relname]::pg_catalog.text[] AS source,
       pg_catalog.pg_get_userbyid(taken.relowner) AS owner
FROM taken
JOIN pg_catalog.pg_attrdef AS d ON d.oid = taken.expression
JOIN used ON used.oid = d.adrelid
WHERE d.adbin::pg_catalog.text LIKE '%:funcid ${NEXTVAL} %'
  AND pg_catalog.has_any_column_privilege(used.grantee, used.oid, 'INSERT')
  AND NOT pg_catalog.has_sequence_privilege(used.grantee, taken.oid, 'USAGE')
  AND NOT pg_catalog.has_sequence_privilege(used.grantee, taken.oid, 'UPDATE');`;
}

/**
 * Functions that a default, a CHECK constraint, an index or a view calls, and that the grantee may not execute. The server
 * checks whoever writes or reads, also beneath a view. It checks a trigger's function when the trigger is created. A default,
 * constraint, index or rule is a part of its table or view. The key of a partitioned table, and before PostgreSQL 15 a generated
 * column, is none: the table itself depends on the function. The server does not check the constraints of a foreign table, and
 * from PostgreSQL 18 those that are NOT ENFORCED. Of the functions of an extension, the owner is usually nobody who can sign in.
 * https://github.com/postgres/postgres/blob/REL_18_0/src/backend/executor/execExpr.c#L2701 (ExecInitFunc)
 * @param isDemanded the condition that EXECUTE on function p in schema pn is demanded, unless it belongs to an extension
 */
function functionsThatFail(used: string, isDemanded: string): string {
  return `
WITH ${used}
SELECT DISTINCT 'function-fails' AS code, ${USED}, use,
       pg_catalog.pg_get_userbyid(used.grantee) AS role, 'EXECUTE' AS privilege, 'FUNCTION' AS kind,
       ARRAY[pn.nspname, p.proname]::pg_catalog.text[] AS source, '(' || ${ARGUMENTS} || ')' AS arguments,
       CASE WHEN NOT ${extensionMember("p.oid", "pg_proc")} THEN pg_catalog.pg_get_userbyid(p.proowner) END AS owner
FROM pg_catalog.pg_proc AS p
JOIN pg_catalog.pg_namespace AS pn ON pn.oid = p.pronamespace
JOIN pg_catalog.pg_depend AS d ON d.refclassid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND d.refobjid = p.oid
LEFT JOIN pg_catalog.pg_depend AS part ON (part.classid, part.objid) = (d.classid, d.objid)
  AND part.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND part.deptype IN ('a', 'i')
JOIN used ON used.oid IN (part.refobjid, d.objid) AND used.relkind IN ('r', 'p', 'f', 'v')
CROSS JOIN LATERAL pg_catalog.unnest(CASE
  WHEN d.classid IN ('pg_catalog.pg_attrdef'::pg_catalog.regclass, 'pg_catalog.pg_class'::pg_catalog.regclass)
    THEN '{INSERT}'::pg_catalog.text[]
  WHEN d.classid = 'pg_catalog.pg_constraint'::pg_catalog.regclass AND used.relkind <> 'f' AND (
         SELECT pg_catalog.to_jsonb(c) ->> 'conenforced' FROM pg_catalog.pg_constraint AS c WHERE c.oid = d.objid) IS DISTINCT FROM 'false'
    THEN '{INSERT,UPDATE}'
  WHEN d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND part.deptype = 'i' THEN '{SELECT}'
END) AS use
WHERE p.proacl IS NOT NULL AND NOT pg_catalog.has_function_privilege(used.grantee, p.oid, 'EXECUTE')
  AND NOT (${isDemanded} AND NOT ${extensionMember("p.oid", "pg_proc")})
  AND ${mayUse("used.grantee", "used.oid", "use")};`;
}

/** Foreign-data wrappers that look for a user mapping, of those that Azure offers; file_fdw and azure_storage do not. */
const NEED_USER_MAPPING = ["postgres_fdw_handler", "oracle_fdw_handler", "tds_fdw_handler", "mysql_fdw_handler"];

/** Foreign tables for which neither the grantee nor PUBLIC has a user mapping. */
function foreignTablesWithoutMapping(used: string): string {
  return `
WITH ${used}
SELECT 'no-user-mapping' AS code, ${USED}, 'SELECT' AS use,
       pg_catalog.pg_get_userbyid(used.grantee) AS role, 'USAGE' AS privilege, 'FOREIGN SERVER' AS kind,
       ARRAY[server.srvname]::pg_catalog.text[] AS source, pg_catalog.pg_get_userbyid(server.srvowner) AS owner
FROM pg_catalog.pg_foreign_table AS t
JOIN pg_catalog.pg_foreign_server AS server ON server.oid = t.ftserver
JOIN pg_catalog.pg_foreign_data_wrapper AS w ON w.oid = server.srvfdw
JOIN pg_catalog.pg_proc AS handler ON handler.oid = w.fdwhandler AND handler.proname = ANY ('{${NEED_USER_MAPPING.join()}}')
JOIN used ON used.oid = t.ftrelid
WHERE pg_catalog.has_any_column_privilege(used.grantee, used.oid, 'SELECT')
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_user_mappings AS m WHERE m.srvid = server.oid AND m.umuser IN (used.grantee, 0));`;
}
