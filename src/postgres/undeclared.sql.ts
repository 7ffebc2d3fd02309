import type { Demand } from "../model/demand.ts";
import { textArray } from "../text/sql.ts";
import { isExcluded } from "./exclude.sql.ts";
import { aclItems, KIND_OF_RELATION, SECTIONS, SERVER_CTES } from "./roles.sql.ts";

/** The objects that one grant of the settings checks. */
export type Checked = Pick<Demand, "schemas" | "exclude">;

/** The bootstrap superuser: https://github.com/postgres/postgres/blob/REL_18_0/src/include/catalog/pg_authid.dat#L22 */
const BOOTSTRAP_SUPERUSER = 10;

/** The roles that Azure and PostgreSQL make. */
const SERVERS_OWN = "^(azure|pg_)";

/** CTEs about who holds what, after relation, schema and declared. */
const HELD_CTES = `-- an ACL that is NULL gives privileges to the owner only, and stays NULL; array_cat: see aclOf
alike AS MATERIALIZED (
  SELECT relnamespace, relowner, relkind, CASE WHEN relacl IS NOT NULL THEN pg_catalog.array_cat(relacl, '{}') END AS acl,
         pg_catalog.min(oid) AS representative, pg_catalog.array_agg(oid) AS members
  FROM relation
  GROUP BY relnamespace, relowner, relkind, relacl
),
-- attname: NULL for a privilege on the whole relation; the owner only with what another role granted to it
item AS MATERIALIZED (
  SELECT a.representative, a.relowner, NULL::pg_catalog.oid AS relation, NULL::pg_catalog.name AS attname, x.*
  FROM alike AS a CROSS JOIN LATERAL pg_catalog.aclexplode(a.acl) AS x
  WHERE x.grantee <> a.relowner OR x.grantor <> a.relowner
  UNION ALL
  SELECT a.representative, a.relowner, c.attrelid, c.attname, x.*
  FROM (SELECT alike.*, pg_catalog.unnest(members) AS oid FROM alike) AS a
  JOIN pg_catalog.pg_attribute AS c ON c.attrelid = a.oid AND c.attacl IS NOT NULL AND NOT c.attisdropped
  CROSS JOIN LATERAL pg_catalog.aclexplode(c.attacl) AS x
  WHERE x.grantee <> a.relowner OR x.grantor <> a.relowner
),
-- the privileges of each role, on columns each with its columns; "privilege" stands for it with the grant option too
held AS (
  SELECT representative, relation, grantor, grantee, privileges, pg_catalog.array_agg(attname ORDER BY attname) AS columns
  FROM (
    SELECT representative, relation, attname, grantor, grantee,
           pg_catalog.array_agg(privilege_type || CASE WHEN is_grantable THEN ' WITH GRANT OPTION' ELSE '' END ORDER BY privilege_type) AS privileges
    FROM item
    WHERE grantee <> relowner AND grantee NOT IN (SELECT oid FROM declared)
    GROUP BY representative, relation, attname, grantor, grantee
  ) AS by_column
  GROUP BY representative, relation, grantor, grantee, privileges
),
undeclared AS MATERIALIZED (
  SELECT representative, relation, grantor, privileges, columns, pg_catalog.array_agg(grantee ORDER BY grantee) AS grantees
  FROM held
  GROUP BY representative, relation, grantor, privileges, columns
),
chained AS MATERIALIZED (
  SELECT * FROM item
  WHERE is_grantable OR grantor <> relowner OR attname IS NOT NULL OR grantee IN (SELECT grantor FROM item WHERE grantor <> relowner)
),
acl AS MATERIALIZED (
  SELECT 'relation' AS relkind, representative, ${aclItems()} AS items FROM chained WHERE attname IS NULL GROUP BY representative
),
mentioned AS MATERIALIZED (
  SELECT relowner AS oid FROM alike UNION SELECT nspowner FROM schema UNION SELECT datdba FROM database
  UNION SELECT grantor FROM undeclared UNION SELECT pg_catalog.unnest(grantees) FROM undeclared
  UNION SELECT grantor FROM chained UNION SELECT grantee FROM chained
  UNION SELECT session_user_oid FROM server
  EXCEPT SELECT 0
)`;

/** The rows of the sections group, column and undeclared. */
const ROWS = `UNION ALL
SELECT 'group', pg_catalog.json_build_object(
         'kind', ${KIND_OF_RELATION} END, 'schema', a.relnamespace, 'owner', a.relowner, 'skipped', '',
         'size', pg_catalog.cardinality(a.members), 'representative', a.representative, 'acl', acl.items,
         'members', (SELECT pg_catalog.json_agg(pg_catalog.json_build_object('oid', oid, 'name', relname) ORDER BY oid)
                     FROM pg_catalog.pg_class WHERE oid = ANY (a.members)))
FROM alike AS a
LEFT JOIN acl ON acl.representative = a.representative
WHERE a.representative IN (SELECT representative FROM undeclared)
UNION ALL
SELECT 'column', pg_catalog.json_build_object(
         'representative', representative, 'relation', relation,
         'name', (SELECT relname FROM pg_catalog.pg_class AS r WHERE r.oid = relation), 'items', ${aclItems("attname")})
FROM chained
WHERE attname IS NOT NULL AND representative IN (SELECT representative FROM undeclared)
GROUP BY representative, relation
UNION ALL
SELECT 'undeclared', pg_catalog.json_build_object(
         'representative', representative, 'relation', relation, 'grantor', grantor, 'privileges', privileges,
         'columns', CASE WHEN relation IS NOT NULL THEN columns END, 'grantees', grantees)
FROM undeclared`;

/**
 * The roles that hold privileges on the tables and sequences that the grants of a database check, and are not one of their
 * grantees, the owner, or a role of the server's own. Roles that the same grantor granted the same on the same objects are one row.
 * The rows are those of sections, as in SNAPSHOT, which snapshot.rows.ts maps. `acl` and `column` hold what decides who
 * can revoke: grant options, and what another role than the owner granted.
 */
export function undeclaredPrivileges(checked: readonly Checked[], grantees: readonly string[]): string {
  return `
WITH ${SERVER_CTES},
-- the privileges of no grantee are asked for
grantee AS (SELECT oid FROM known_role WHERE FALSE),
acting AS (SELECT oid FROM grantee),
heir AS (SELECT oid FROM grantee),
relation AS MATERIALIZED (
  SELECT c.oid, c.relname, c.relnamespace, c.relowner, c.relkind, c.relacl
  FROM pg_catalog.pg_class AS c
  JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
    AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
    AND c.oid NOT IN (SELECT objid FROM extension_member WHERE classid = 'pg_catalog.pg_class'::pg_catalog.regclass)
    AND (${[...new Set(checked.map(isChecked))].join("\n      OR ")})
),
schema AS MATERIALIZED (
  SELECT oid, nspname, nspowner FROM pg_catalog.pg_namespace WHERE oid IN (SELECT relnamespace FROM relation)
),
declared AS MATERIALIZED (
  SELECT oid FROM known_role
  WHERE oid = ${BOOTSTRAP_SUPERUSER} OR rolname ~ '${SERVERS_OWN}'
     OR rolname = ANY (${textArray(grantees)})
),
${HELD_CTES}
${SECTIONS}
${ROWS}`;
}

/** The condition that a grant checks relation c in schema n. */
function isChecked({ schemas, exclude }: Checked): string {
  const inSchemas =
    schemas === "*"
      ? `n.oid NOT IN (
           SELECT objid FROM extension_member WHERE classid = 'pg_catalog.pg_namespace'::pg_catalog.regclass)`
      : `n.nspname = ANY (${textArray(schemas)})`;
  return `${inSchemas} AND NOT ${isExcluded(exclude, "n.nspname", "c.relname")}`;
}
