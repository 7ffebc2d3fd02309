import { LABEL_PROVIDER, RESOLVED_PROVIDER } from "../model/entra-label.ts";
import type { Grantee, Oid, OwnerMembership } from "../model/snapshot.ts";
import { unnested } from "./roles.sql.ts";

/** The rows of a statement, each about a grantee. */
type OfGrantee<Row> = Row & { readonly grantee: Oid };
export type LabelRow = OfGrantee<Pick<Grantee, "labels" | "labelsInUse">>;
export type OwnershipRow = OfGrantee<OwnerMembership>;

/**
 * The labels that bind roles to identities. All databases share their catalog:
 * https://www.postgresql.org/docs/current/catalog-pg-shseclabel.html
 */
const LABELS = `pg_catalog.pg_shseclabel
       WHERE classoid = 'pg_catalog.pg_authid'::pg_catalog.regclass AND provider IN ('${RESOLVED_PROVIDER}', '${LABEL_PROVIDER}')`;

/** An array of those of one role, the server's own first. */
export const labelsOn = (role: string): string =>
  `ARRAY (SELECT label FROM ${LABELS} AND objoid = ${role} ORDER BY provider DESC)`;

/** The labels of grantees: the rows of LabelRow. */
export function labelsOf(grantees: readonly Oid[]): string {
  return `
SELECT g.oid::pg_catalog.text AS grantee, ${labelsOn("g.oid")} AS labels,
       EXISTS (SELECT FROM ${LABELS}) AS "labelsInUse"
FROM ${unnested(grantees)} AS g (oid)
ORDER BY g.oid;`;
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
