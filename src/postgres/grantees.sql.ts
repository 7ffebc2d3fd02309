import { AZURE_ADMIN, LABEL_PROVIDER, RESOLVED_PROVIDER } from "../model/entra-label.ts";
import type { GranteeFacts, Oid } from "../model/snapshot.ts";

export interface GranteeRow extends GranteeFacts {
  readonly grantee: Oid;
}

/**
 * The rows of GranteeRow. A role's label is in a catalog that all databases share:
 * https://www.postgresql.org/docs/current/catalog-pg-shseclabel.html
 * @param labelsReadable whether the session may read that catalog; a statement that mentions it would fail otherwise
 */
export function granteeFacts(grantees: readonly Oid[], labelsReadable: boolean): string {
  return `
WITH label AS MATERIALIZED (${labelsReadable ? LABELS : NO_LABELS})
SELECT r.oid::pg_catalog.text AS grantee, r.rolcreaterole AS "createRole", r.rolbypassrls AS "bypassRls",
       EXISTS (SELECT FROM pg_catalog.pg_roles AS a
               WHERE a.rolname = '${AZURE_ADMIN}' AND pg_catalog.pg_has_role(r.oid, a.oid, 'MEMBER')) AS "azureAdmin",
       ARRAY (SELECT label FROM label WHERE role = r.oid ORDER BY provider DESC) AS labels,
       EXISTS (SELECT FROM label) AS "labelsInUse"
FROM pg_catalog.pg_roles AS r
WHERE r.oid = ANY ('{${grantees.join()}}'::pg_catalog.oid[])
ORDER BY r.oid;`;
}

const LABELS = `
  SELECT objoid AS role, provider, label FROM pg_catalog.pg_shseclabel
  WHERE classoid = 'pg_catalog.pg_authid'::pg_catalog.regclass
    AND provider IN ('${RESOLVED_PROVIDER}', '${LABEL_PROVIDER}')
`;

const NO_LABELS =
  "SELECT NULL::pg_catalog.oid AS role, NULL::pg_catalog.text AS provider, NULL::pg_catalog.text AS label WHERE FALSE";
