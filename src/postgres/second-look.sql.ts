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

/**
 * Views that select from something their reader cannot read: the view's owner, or for a security_invoker view (from
 * 15) always the grantee, however it is reached. Views on views are followed down. A view depends on each column that
 * it reads, or on the relation as a whole where it reads none (`count(*)`) or only names it (a regclass constant).
 * https://www.postgresql.org/docs/current/sql-createview.html#SQL-CREATEVIEW-NOTES
 * https://www.postgresql.org/docs/current/catalog-pg-depend.html (refobjsubid)
 */
export function viewsThatCannotRead(
  schemas: readonly Oid[],
  grantees: readonly Oid[],
  exclude: readonly string[],
): string {
  return `
WITH RECURSIVE reading AS (
  SELECT g.oid AS grantee, v.oid AS view, v.oid AS part, g.oid AS reader, '{}'::pg_catalog.int4[] AS columns
  FROM pg_catalog.pg_class AS v
  CROSS JOIN pg_catalog.unnest('{${grantees.join()}}'::pg_catalog.oid[]) AS g (oid)
  WHERE v.relkind = 'v' AND v.relnamespace = ANY ('{${schemas.join()}}'::pg_catalog.oid[])
    AND NOT ${EXTENSION_MEMBER.replace("c.oid", "v.oid")}
  UNION
  SELECT r.grantee, r.view, source.oid,
         CASE WHEN (SELECT option_value::pg_catalog.bool FROM pg_catalog.pg_options_to_table(part.reloptions)
                    WHERE option_name = 'security_invoker') THEN r.grantee
              ELSE part.relowner END,
         dependency.columns
  FROM reading AS r
  JOIN pg_catalog.pg_class AS part ON part.oid = r.part AND part.relkind = 'v'
  JOIN pg_catalog.pg_rewrite AS rule ON rule.ev_class = part.oid AND rule.ev_type = '1'
  CROSS JOIN LATERAL (
    SELECT d.refobjid, pg_catalog.array_agg(d.refobjsubid ORDER BY d.refobjsubid) AS columns
    FROM pg_catalog.pg_depend AS d
    WHERE d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND d.objid = rule.oid
      AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.deptype = 'n' AND d.refobjid <> part.oid
    GROUP BY d.refobjid
  ) AS dependency
  JOIN pg_catalog.pg_class AS source ON source.oid = dependency.refobjid AND source.relkind IN ('r', 'p', 'v', 'm', 'f')
  WHERE CASE dependency.columns WHEN '{0}' THEN
    pg_catalog.strpos(rule.ev_action::pg_catalog.text, pg_catalog.concat(':relid ', source.oid, ' ')) > 0
  ELSE TRUE END
)
SELECT 'view-cannot-read' AS code, r.grantee::pg_catalog.text, n.nspname AS schema, v.relname AS name,
       CASE WHEN c.attname IS NULL THEN pg_catalog.json_build_array(sn.nspname, s.relname)
            ELSE pg_catalog.json_build_array(sn.nspname, s.relname, c.attname) END AS source,
       pg_catalog.pg_get_userbyid(r.reader) AS reader
FROM reading AS r
JOIN pg_catalog.pg_class AS v ON v.oid = r.view
JOIN pg_catalog.pg_namespace AS n ON n.oid = v.relnamespace
JOIN pg_catalog.pg_class AS s ON s.oid = r.part AND s.oid <> v.oid
JOIN pg_catalog.pg_namespace AS sn ON sn.oid = s.relnamespace
CROSS JOIN LATERAL (SELECT pg_catalog.has_any_column_privilege(r.reader, s.oid, 'SELECT')) AS readable (somewhat)
LEFT JOIN pg_catalog.pg_attribute AS c ON readable.somewhat AND c.attrelid = s.oid AND c.attnum = ANY (r.columns)
  AND c.attnum <> 0 AND NOT pg_catalog.has_column_privilege(r.reader, s.oid, c.attnum, 'SELECT')
WHERE (NOT readable.somewhat OR c.attname IS NOT NULL) AND ${notExcluded(exclude, "n.nspname", "v.relname")}
ORDER BY n.nspname, v.relname, sn.nspname, s.relname, c.attnum, r.grantee;`;
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
