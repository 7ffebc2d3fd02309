import { AZURE_ADMIN } from "../model/entra-label.ts";
import { SCHEMA_PRIVILEGES } from "../model/privileges.ts";
import { type AclItem, isPublic, type Oid } from "../model/snapshot.ts";
import type { FirstLook } from "./snapshot.rows.ts";

/**
 * Parts of a statement that reads roles: who signed in, and what that role and others can do for each other. A statement
 * puts its own CTEs between SERVER_CTES and SECTIONS, and its own rows after them.
 */

/**
 * An ACL, or the built-in one of its type, decompressed: aclexplode() decompresses what it is given for each row that it
 * returns, and an ACL of 150 roles is stored compressed. array_cat() with nothing returns it as it is in memory.
 * https://github.com/postgres/postgres/blob/REL_17_0/src/backend/utils/adt/acl.c (aclexplode)
 */
export const aclOf = (acl: string, type: string, owner: string): string =>
  `pg_catalog.array_cat(COALESCE(${acl}, pg_catalog.acldefault(${type}, ${owner})), '{}')`;

/**
 * What ALTER ROLE and ALTER DATABASE … SET have set for sessions in this database, the most specific first (`rank`); setrole 0:
 * for those of all roles. https://www.postgresql.org/docs/current/sql-alterrole.html
 */
export const SETTINGS = `
    SELECT s.setrole, pg_catalog.split_part(t.text, '=', 1) AS name, pg_catalog.substr(t.text, pg_catalog.strpos(t.text, '=') + 1) AS value,
           (s.setrole = 0)::pg_catalog.int4 * 2 + (s.setdatabase = 0)::pg_catalog.int4 AS rank
    FROM pg_catalog.pg_db_role_setting AS s
    JOIN database AS d ON s.setdatabase IN (0, d.oid)
    CROSS JOIN LATERAL pg_catalog.unnest(s.setconfig) AS t (text)`;

/** known_role, server, database and extension_member. */
export const SERVER_CTES = `known_role AS MATERIALIZED (
  SELECT oid, rolname, rolsuper, rolcanlogin, rolcreaterole, rolbypassrls, rolconnlimit, rolvaliduntil FROM pg_catalog.pg_roles
),
server AS (
  SELECT pg_catalog.current_setting('server_version_num')::pg_catalog.int4 AS version,
         -- up to 15, who is a member may set the role
         CASE WHEN pg_catalog.current_setting('server_version_num')::pg_catalog.int4 >= 160000 THEN 'SET'
              ELSE 'MEMBER' END AS set_option,
         (SELECT oid FROM known_role WHERE rolname = SESSION_USER) AS session_user_oid
),
database AS (
  SELECT oid, datname, datdba, ${aclOf("datacl", "'d'", "datdba")} AS acl
  FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()
),
extension_member AS MATERIALIZED (
  SELECT classid, objid FROM pg_catalog.pg_depend
  WHERE refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass AND deptype = 'e'
)`;

/**
 * The rows of the section role: attributes of roles, and the grantees, and the roles as which their sessions begin, that have
 * the privileges of each (CTE `heir`).
 * @param roles a query for their OIDs
 * @param more further facts, with their names
 */
function roleRows(roles: string, more = ""): string {
  return `SELECT 'role' AS section, pg_catalog.json_build_object(
         'oid', m.oid, 'name', COALESCE(r.rolname, pg_catalog.pg_get_userbyid(m.oid)), 'gone', r.oid IS NULL,
         'superuser', COALESCE(r.rolsuper, FALSE), 'canLogin', COALESCE(r.rolcanlogin, FALSE),
         'noConnections', COALESCE(r.rolconnlimit = 0 AND NOT r.rolsuper, FALSE),
         'createRole', COALESCE(r.rolcreaterole, FALSE), 'bypassRls', COALESCE(r.rolbypassrls, FALSE),
         'azureAdmin', COALESCE(pg_catalog.pg_has_role(m.oid, pg_catalog.to_regrole('${AZURE_ADMIN}'), 'MEMBER'), FALSE),
         'predefined', COALESCE(r.rolname ~ '^pg_', FALSE),
         -- the session user has just signed in
         'expired', COALESCE(r.rolvaliduntil <= pg_catalog.now() AND r.oid <> session_user_oid, FALSE),
         'inheritedBy', (SELECT COALESCE(pg_catalog.json_agg(heir.oid), '[]') FROM heir
                         WHERE pg_catalog.pg_has_role(heir.oid, m.oid, 'USAGE'))${more}) AS facts
FROM (${roles}) AS m
CROSS JOIN server
LEFT JOIN known_role AS r ON r.oid = m.oid
-- fails if a name is not valid: the bytes of a role's name are the same in all databases, whatever their encoding
WHERE r.oid IS NULL OR pg_catalog.convert_to(r.rolname, 'UTF8') IS NOT NULL`;
}

/** An object with a lower OID is the system's: https://www.postgresql.org/docs/current/system-catalog-initial-data.html#SYSTEM-CATALOG-OID-ASSIGNMENT */
export const FIRST_NORMAL_OID = 16384;

/**
 * The rows of the sections server, role, database and schema. They need the CTEs `schema`,
 * `mentioned` (oid), the roles to list, `grantee` (oid) and `acting` (oid), the roles whose privileges are asked for and
 * those as which their sessions begin, `heir` (oid), both of them, and `acl` (relkind, representative, items).
 */
export const SECTIONS = `SELECT 'server' AS section, pg_catalog.json_build_object(
         'version', version,
         'versionText', pg_catalog.current_setting('server_version'),
         'readOnly', CASE
           WHEN pg_catalog.pg_is_in_recovery() THEN 'recovery'
           WHEN pg_catalog.current_setting('default_transaction_read_only')::pg_catalog.bool
             THEN (SELECT source FROM pg_catalog.pg_settings WHERE name = 'default_transaction_read_only') END,
         'labelsReadable', pg_catalog.has_table_privilege('pg_catalog.pg_shseclabel', 'SELECT'),
         'databaseOwnerInherits', (SELECT pg_catalog.pg_has_role(datdba, 'pg_database_owner', 'USAGE') FROM database),
         'citus', EXISTS (SELECT FROM pg_catalog.pg_extension WHERE extname = 'citus'),
         'sequences', (SELECT pg_catalog.count(*) FROM pg_catalog.pg_sequence),
         'closedRoutines', EXISTS (SELECT FROM pg_catalog.pg_proc WHERE proacl IS NOT NULL AND oid >= ${FIRST_NORMAL_OID}),
         'sessionUser', session_user_oid,
         'nextTransaction', pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot())::pg_catalog.text) AS facts
FROM server
UNION ALL
${roleRows("SELECT oid FROM mentioned")}
UNION ALL
SELECT 'database', pg_catalog.json_build_object(
         'kind', 'database', 'owner', d.datdba, 'skipped', '', 'size', 1,
         'members', pg_catalog.json_build_array(pg_catalog.json_build_object('oid', d.oid, 'name', d.datname)),
         'acl', (SELECT items FROM acl WHERE relkind = 'database'),
         'held', (SELECT pg_catalog.json_object_agg(g.oid, CASE
                    WHEN pg_catalog.has_database_privilege(g.oid, d.oid, 'CONNECT') THEN '["CONNECT"]'::pg_catalog.json
                    ELSE '[]' END) FROM grantee AS g))
FROM database AS d
UNION ALL
SELECT 'schema', pg_catalog.json_build_object(
         'kind', 'schema', 'owner', s.nspowner, 'skipped', '', 'size', 1,
         'members', pg_catalog.json_build_array(pg_catalog.json_build_object('oid', s.oid, 'name', s.nspname)),
         'acl', acl.items,
         'held', (SELECT pg_catalog.json_object_agg(g.oid, (
                    SELECT COALESCE(pg_catalog.json_agg(p.name), '[]')
                    FROM pg_catalog.unnest('{${SCHEMA_PRIVILEGES.join()}}'::pg_catalog.text[]) AS p (name)
                    WHERE pg_catalog.has_schema_privilege(g.oid, s.oid, p.name))) FROM acting AS g))
FROM schema AS s
LEFT JOIN acl ON acl.relkind = 'schema' AND acl.representative = s.oid`;

/** Facts about role `r`, with the OID `m.oid`, that depend on who signed in. */
const FOR_LOGIN = `,
         'connects', r.oid IS NOT NULL AND pg_catalog.has_database_privilege(m.oid, (SELECT oid FROM database), 'CONNECT'),
         'roleSet', EXISTS (SELECT FROM (${SETTINGS}) AS s WHERE s.setrole IN (0, m.oid) AND s.name = 'role'),
         'inherited', pg_catalog.pg_has_role(session_user_oid, m.oid, 'USAGE'),
         'settable', r.oid IS NOT NULL AND pg_catalog.pg_has_role(session_user_oid, m.oid, set_option),
         'viaRoles', (SELECT COALESCE(pg_catalog.json_agg(via_role.oid ORDER BY via_role.oid), '[]') FROM via_role
                      WHERE via_role.oid <> m.oid AND pg_catalog.pg_has_role(via_role.oid, m.oid, 'USAGE')),
         'grantableBy', CASE WHEN version < 160000
           THEN (SELECT rolname FROM known_role WHERE rolcreaterole AND rolcanlogin AND NOT rolsuper ORDER BY oid LIMIT 1)
           ELSE (SELECT a.rolname FROM pg_catalog.pg_auth_members AS am JOIN pg_catalog.pg_roles AS a ON a.oid = am.member
                 WHERE am.roleid = m.oid AND am.admin_option AND NOT a.rolsuper ORDER BY NOT a.rolcanlogin, a.oid LIMIT 1) END,
         'memberOfLogin', r.oid IS NOT NULL AND pg_catalog.pg_has_role(m.oid, session_user_oid, 'MEMBER'),
         'membership', CASE
           WHEN r.oid IS NULL OR r.rolsuper OR r.rolname = 'pg_database_owner' THEN NULL
           WHEN pg_catalog.pg_has_role(session_user_oid, m.oid, set_option) THEN NULL
           WHEN pg_catalog.pg_has_role(m.oid, session_user_oid, 'MEMBER') THEN NULL
           WHEN version >= 160000 THEN (
             SELECT pg_catalog.json_build_object('grantor', pg_catalog.pg_get_userbyid(a.member), 'existing', existing)
             FROM pg_catalog.pg_auth_members AS a
             CROSS JOIN LATERAL (SELECT EXISTS (
               SELECT FROM pg_catalog.pg_auth_members AS mine
               WHERE mine.roleid = m.oid AND mine.member = session_user_oid AND mine.grantor = a.member)) AS s (existing)
             WHERE a.roleid = m.oid AND a.admin_option AND pg_catalog.pg_has_role(session_user_oid, a.member, 'USAGE')
             ORDER BY existing, a.member <> session_user_oid, a.member
             LIMIT 1)
           WHEN (SELECT rolcreaterole FROM known_role WHERE oid = session_user_oid)
           THEN pg_catalog.json_build_object('grantor', SESSION_USER, 'existing', FALSE) END`;

/**
 * The rows of the section role with all that plans and fixes need to know about who can act, and of the section usable: the
 * roles with USAGE on a schema. They are only read if there is something to change.
 * @param heirs the OIDs of the grantees, and of the roles as which their sessions begin
 */
export function whoCanAct(first: Pick<FirstLook, "snapshot" | "roles">, heirs: readonly Oid[]): string {
  const actors = actorsIn(first.snapshot);
  const [schemas, roles] = [actors.map(([schema]) => schema), actors.map(([, role]) => role)];
  return `
WITH ${SERVER_CTES},
heir AS (SELECT oid FROM ${unnested(heirs)} AS h (oid)),
mentioned AS (SELECT oid FROM ${unnested(first.roles.map(({ oid }) => oid))} AS m (oid)),
reach AS MATERIALIZED (
  SELECT schema, role, pg_catalog.has_schema_privilege(role, schema, 'USAGE') AS usable
  FROM ROWS FROM (${unnested(schemas)}, ${unnested(roles)}) AS actor (schema, role)
),
-- other roles that the session user may set and that may have the privileges of one that it may not set, or that lacks USAGE
settable AS MATERIALIZED (
  SELECT r.oid, r.rolsuper
  FROM known_role AS r, server
  WHERE r.oid <> session_user_oid AND NOT (SELECT rolsuper FROM known_role WHERE oid = session_user_oid)
    AND (r.rolsuper OR r.oid IN (SELECT member FROM pg_catalog.pg_auth_members UNION SELECT datdba FROM database))
    AND pg_catalog.pg_has_role(session_user_oid, r.oid, set_option)
),
out_of_reach AS MATERIALIZED (
  SELECT oid FROM mentioned, server WHERE NOT pg_catalog.pg_has_role(session_user_oid, oid, set_option)
  UNION SELECT role FROM reach WHERE NOT usable
),
via_role AS MATERIALIZED (
  SELECT DISTINCT s.oid
  FROM settable AS s
  JOIN out_of_reach AS h ON h.oid <> s.oid AND pg_catalog.pg_has_role(s.oid, h.oid, 'USAGE')
)
${roleRows("SELECT oid FROM mentioned UNION SELECT oid FROM via_role", FOR_LOGIN)}
UNION ALL
SELECT 'usable', pg_catalog.json_build_object('schema', schema, 'roles', pg_catalog.json_agg(role))
FROM (SELECT schema, role FROM reach WHERE usable
      UNION SELECT reach.schema, via_role.oid FROM reach, via_role
      WHERE pg_catalog.has_schema_privilege(via_role.oid, reach.schema, 'USAGE')) AS a
GROUP BY schema;`;
}

/** Pairs of OIDs: a schema, and a role that may have to look names up in it. */
function actorsIn({ sessionUser, database, schemas, groups, columns }: FirstLook["snapshot"]) {
  const ofAcl = (acl: readonly AclItem[]) =>
    acl.flatMap(({ grantor, grantee, grantable }) => (grantable && !isPublic(grantee) ? [grantor, grantee] : grantor));
  const pairs = [
    ...schemas.map((schema) => ({ schema, roles: [sessionUser, database.owner] })),
    ...groups.map(({ schema, owner, acl }) => ({ schema, roles: [owner, ...ofAcl(acl)] })),
    ...columns.map(({ group: { schema }, items }) => ({ schema, roles: ofAcl(items) })),
  ].flatMap(({ schema, roles }) => (schema === undefined ? [] : roles.map((role) => `${schema.oid} ${role.oid}`)));
  return [...new Set(pairs)].map((pair) => pair.split(" "));
}

/** A table of OIDs, to be named with AS. */
export const unnested = (oids: readonly (Oid | undefined)[]): string =>
  `pg_catalog.unnest('{${oids.join()}}'::pg_catalog.oid[])`;

/** An ACL as JSON, aggregated from the rows of aclexplode(), of which each may be on a column. */
export function aclItems(column?: string): string {
  const on = column === undefined ? "" : `'column', ${column}, `;
  return `pg_catalog.json_agg(pg_catalog.json_build_object(
           ${on}'grantor', grantor, 'grantee', grantee, 'privilege', privilege_type, 'grantable', is_grantable))`;
}

/** The kind of a relation as the report names it: https://www.postgresql.org/docs/current/catalog-pg-class.html (relkind) */
export const KIND_OF_RELATION = `CASE a.relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'partitioned-table' WHEN 'v' THEN 'view'
                 WHEN 'm' THEN 'materialized-view' WHEN 'f' THEN 'foreign-table' WHEN 'S' THEN 'sequence'`;
