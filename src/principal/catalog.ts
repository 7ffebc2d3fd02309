import type { Client } from "pg";
import { AZURE_ADMIN, PRINCIPAL_TYPES, readEntraLabel } from "../model/entra-label.ts";
import { labelsOn } from "../postgres/grantees.sql.ts";

/** A role, and the identity in Entra that it is bound to. */
export type Principal = Awaited<ReturnType<typeof readPrincipals>>[number];

/**
 * Microsoft's page calls the first column of the function `rolename`, and servers call it `rolname`: as JSON, a row can
 * be read by either name. https://learn.microsoft.com/azure/postgresql/security/security-manage-entra-users
 */
const READ_PRINCIPALS = `
SELECT r.rolsuper OR EXISTS (SELECT FROM pg_catalog.pg_roles AS a
                             WHERE a.rolname = '${AZURE_ADMIN}' AND pg_catalog.pg_has_role(r.oid, a.oid, 'MEMBER'))
         AS administrator,
       (SELECT pg_catalog.json_agg(pg_catalog.row_to_json(p))
        FROM pg_catalog.pgaadauth_list_principals(FALSE) AS p) AS listed,
       r.rolname AS name, l.labels
FROM pg_catalog.pg_roles AS r CROSS JOIN LATERAL (SELECT ${labelsOn("r.oid")}) AS l (labels)
WHERE r.rolname = $1 OR pg_catalog.array_to_string(l.labels, ' ') ILIKE '%oid=' || $2 || '%'
ORDER BY r.rolname`;

/** The role of this name, if there is one, and all roles with a label that has this object ID. */
export async function readPrincipals(client: Client, name: string, objectId: string) {
  const { rows } = await client.query<PrincipalRow>(READ_PRINCIPALS, [name, objectId]);
  return rows.map((role) => {
    const entry = role.listed?.find((row) => (row.rolname ?? row.rolename) === role.name);
    const labelled = role.labels.flatMap((label) => readEntraLabel(label)?.objectId ?? []);
    return {
      name: role.name,
      /** A superuser, an Entra administrator or another member of azure_pg_admin. */
      administrator: role.administrator || entry?.isadmin === 1,
      /**
       * The object ID that the server lists and those in the role's labels, in lower case: one, unless they differ.
       * None for a role that is not bound to an identity.
       */
      objectIds: [...new Set([entry?.objectid?.toLowerCase() ?? [], labelled].flat())],
      /** Also undefined if the server has another word for it. */
      type: PRINCIPAL_TYPES.find((each) => each === entry?.principaltype?.toLowerCase()),
      mfa: entry?.ismfa === 1,
    };
  });
}

interface PrincipalRow {
  readonly name: string;
  readonly administrator: boolean;
  readonly listed: readonly ListedRow[] | null;
  readonly labels: readonly string[];
}

/** A row of `pgaadauth_list_principals`. 1 is yes. */
interface ListedRow {
  readonly rolname?: string;
  readonly rolename?: string;
  readonly principaltype?: string | null;
  readonly objectid?: string | null;
  readonly ismfa?: number;
  readonly isadmin?: number;
}
