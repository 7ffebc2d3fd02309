import { AZURE_ADMIN, LABEL_PROVIDER, RESOLVED_PROVIDER } from "../model/entra-label.ts";
import type { GranteeFacts, Oid, ServerFacts } from "../model/snapshot.ts";

export interface GranteeRow extends GranteeFacts {
  readonly grantee: Oid;
}

/**
 * The rows of GranteeRow. A role's label is in a catalog that all databases share:
 * https://www.postgresql.org/docs/current/catalog-pg-shseclabel.html
 * @param labelsReadable whether the session may read that catalog; a statement that mentions it would fail otherwise
 * @param owners the roles of which it matters who can act as them
 */
export function granteeFacts(
  grantees: readonly Oid[],
  { version, labelsReadable }: Pick<ServerFacts, "version" | "labelsReadable">,
  owners: readonly Oid[],
): string {
  return `
WITH label AS MATERIALIZED (${labelsReadable ? LABELS : NO_LABELS})
SELECT r.oid::pg_catalog.text AS grantee, r.rolcreaterole AS "createRole", r.rolbypassrls AS "bypassRls",
       EXISTS (SELECT FROM pg_catalog.pg_roles AS a
               WHERE a.rolname = '${AZURE_ADMIN}' AND pg_catalog.pg_has_role(r.oid, a.oid, 'MEMBER')) AS "azureAdmin",
       ARRAY (SELECT label FROM label WHERE role = r.oid ORDER BY provider DESC) AS labels,
       EXISTS (SELECT FROM label) AS "labelsInUse",
       r.rolconnlimit = 0 AND NOT r.rolsuper AS "noConnections", (${READ_ONLY}) AS "readOnly", (${ownerships(owners, version)}) AS ownerships
FROM pg_catalog.pg_roles AS r
WHERE r.oid = ANY ('{${grantees.join()}}'::pg_catalog.oid[])
ORDER BY r.oid;`;
}

/** The setting that counts for role `r`: the most specific one. https://www.postgresql.org/docs/current/sql-alterrole.html */
const READ_ONLY = `
  SELECT CASE WHEN pg_catalog.substr(t.setting, pg_catalog.strpos(t.setting, '=') + 1)::pg_catalog.bool THEN s.source END
  FROM (
    SELECT setconfig, setrole, setdatabase,
           CASE WHEN setrole = 0 AND setdatabase = 0 THEN 'global' WHEN setrole = 0 THEN 'database'
                WHEN setdatabase = 0 THEN 'user' ELSE 'database user' END AS source
    FROM pg_catalog.pg_db_role_setting
    WHERE setrole IN (0, r.oid)
      AND setdatabase IN (0, (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()))
  ) AS s
  CROSS JOIN LATERAL pg_catalog.unnest(s.setconfig) AS t (setting)
  WHERE t.setting LIKE 'default\\_transaction\\_read\\_only=%'
  ORDER BY s.setrole = 0, s.setdatabase = 0
  LIMIT 1`;

/**
 * The memberships of role `r` through which it can act as an owner. From 16 on, a membership says what it gives.
 * pg_database_owner is never granted: https://www.postgresql.org/docs/current/predefined-roles.html
 */
function ownerships(owners: readonly Oid[], version: number): string {
  const [set, option, inherit] =
    version >= 160000 ? ["SET", "m.set_option", "m.inherit_option"] : ["MEMBER", "TRUE", "FALSE"];
  const leads = `(${inherit} AND pg_catalog.pg_has_role(m.roleid, o.oid, 'USAGE') OR ${option} AND EXISTS (
    SELECT FROM (SELECT m.roleid UNION SELECT roleid FROM pg_catalog.pg_auth_members) AS x (oid)
    WHERE pg_catalog.pg_has_role(m.roleid, x.oid, '${set}') AND pg_catalog.pg_has_role(x.oid, o.oid, 'USAGE')))`;
  return `
  SELECT COALESCE(pg_catalog.json_agg(pg_catalog.json_build_object(
           'owner', o.oid::pg_catalog.text, 'role', team.rolname,
           'grantor', grantor.rolname, 'grantorCanLogin', COALESCE(grantor.rolcanlogin, FALSE))
           ORDER BY o.oid, grantor.rolname, team.rolname), '[]')
  FROM pg_catalog.pg_auth_members AS m
  JOIN pg_catalog.pg_roles AS team ON team.oid = m.roleid
  LEFT JOIN pg_catalog.pg_roles AS grantor ON grantor.oid = m.grantor
  JOIN pg_catalog.pg_roles AS o ON o.oid = ANY ('{${owners.join()}}'::pg_catalog.oid[]) AND o.oid <> r.oid
  WHERE m.member = r.oid AND o.rolname <> 'pg_database_owner' AND ${leads}`;
}

const LABELS = `
  SELECT objoid AS role, provider, label FROM pg_catalog.pg_shseclabel
  WHERE classoid = 'pg_catalog.pg_authid'::pg_catalog.regclass
    AND provider IN ('${RESOLVED_PROVIDER}', '${LABEL_PROVIDER}')
`;

const NO_LABELS =
  "SELECT NULL::pg_catalog.oid AS role, NULL::pg_catalog.text AS provider, NULL::pg_catalog.text AS label WHERE FALSE";
