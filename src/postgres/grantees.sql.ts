import { AZURE_ADMIN, LABEL_PROVIDER, RESOLVED_PROVIDER } from "../model/entra-label.ts";
import type { GranteeFacts, Oid, OwnerMembership, ServerFacts } from "../model/snapshot.ts";

export interface GranteeRow extends Omit<GranteeFacts, "readOnly" | "ownerships"> {
  readonly grantee: Oid;
}

export interface OwnershipRow extends OwnerMembership {
  readonly grantee: Oid;
}

/**
 * The rows of GranteeRow. A role's label is in a catalog that all databases share:
 * https://www.postgresql.org/docs/current/catalog-pg-shseclabel.html
 * @param labelsReadable whether the session may read that catalog; a statement that mentions it would fail otherwise
 */
export function granteeFacts(
  grantees: readonly Oid[],
  { labelsReadable }: Pick<ServerFacts, "labelsReadable">,
): string {
  return `
WITH label AS MATERIALIZED (${labelsReadable ? LABELS : NO_LABELS})
SELECT r.oid::pg_catalog.text AS grantee, r.rolcreaterole AS "createRole", r.rolbypassrls AS "bypassRls",
       COALESCE(pg_catalog.pg_has_role(r.oid, pg_catalog.to_regrole('${AZURE_ADMIN}'), 'MEMBER'), FALSE) AS "azureAdmin",
       ARRAY (SELECT label FROM label WHERE role = r.oid ORDER BY provider DESC) AS labels,
       EXISTS (SELECT FROM label) AS "labelsInUse",
       r.rolconnlimit = 0 AND NOT r.rolsuper AS "noConnections"
FROM pg_catalog.pg_roles AS r
WHERE r.oid = ANY ('{${grantees.join()}}'::pg_catalog.oid[])
ORDER BY r.oid;`;
}

/**
 * The rows of OwnershipRow: the memberships through which a grantee can act as an owner. From 16 on, a membership says what it
 * gives. pg_database_owner is never granted: https://www.postgresql.org/docs/current/predefined-roles.html
 * @param owners the roles of which it matters who can act as them
 */
export function ownerships(grantees: readonly Oid[], owners: readonly Oid[], version: number): string {
  const [set, option, inherit] =
    version >= 160000 ? ["SET", "m.set_option", "m.inherit_option"] : ["MEMBER", "TRUE", "FALSE"];
  return `
SELECT m.member::pg_catalog.text AS grantee, o.oid::pg_catalog.text AS owner, team.rolname AS role,
       grantor.rolname AS grantor, COALESCE(grantor.rolcanlogin, FALSE) AS "grantorCanLogin"
FROM pg_catalog.pg_auth_members AS m
JOIN pg_catalog.pg_roles AS team ON team.oid = m.roleid
LEFT JOIN pg_catalog.pg_roles AS grantor ON grantor.oid = m.grantor
JOIN pg_catalog.pg_roles AS o ON o.oid = ANY ('{${owners.join()}}'::pg_catalog.oid[]) AND o.oid <> m.member
WHERE m.member = ANY ('{${grantees.join()}}'::pg_catalog.oid[]) AND o.rolname <> 'pg_database_owner'
  AND (${inherit} AND pg_catalog.pg_has_role(m.roleid, o.oid, 'USAGE') OR ${option} AND EXISTS (
    SELECT FROM (SELECT m.roleid UNION SELECT roleid FROM pg_catalog.pg_auth_members) AS x (oid)
    WHERE pg_catalog.pg_has_role(m.roleid, x.oid, '${set}') AND pg_catalog.pg_has_role(x.oid, o.oid, 'USAGE')))
ORDER BY o.oid, grantor.rolname, team.rolname;`;
}

const LABELS = `
  SELECT objoid AS role, provider, label FROM pg_catalog.pg_shseclabel
  WHERE classoid = 'pg_catalog.pg_authid'::pg_catalog.regclass
    AND provider IN ('${RESOLVED_PROVIDER}', '${LABEL_PROVIDER}')
`;

const NO_LABELS =
  "SELECT NULL::pg_catalog.oid AS role, NULL::pg_catalog.text AS provider, NULL::pg_catalog.text AS label WHERE FALSE";
