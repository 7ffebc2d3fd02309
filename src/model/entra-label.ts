/** An identity in Microsoft Entra that a role is bound to. */
export interface EntraIdentity {
  /** A GUID in lower case. For an application, that of its service principal. */
  readonly objectId: string;
  readonly type: PrincipalType;
  /** A GUID in lower case. Only the server's own label has it. */
  readonly tenantId?: string | undefined;
}

/**
 * The content of a security label on a role:
 * https://learn.microsoft.com/azure/postgresql/security/security-manage-entra-users
 */
export interface EntraLabel extends Pick<EntraIdentity, "objectId" | "type"> {
  /** An Entra administrator of the server. */
  readonly admin: boolean;
  /** Signs in with multi-factor authentication only. */
  readonly mfa: boolean;
}

export const PRINCIPAL_TYPES = ["service", "user", "group"] as const;
export type PrincipalType = (typeof PRINCIPAL_TYPES)[number];

/** Azure's label provider: https://www.postgresql.org/docs/current/sql-security-label.html */
export const LABEL_PROVIDER = "pgaadauth";

/**
 * The provider of the label in which the server keeps the identity that it found for the other one. Microsoft does not
 * document it. For a role that was made by name, the other label is only `aadauth`.
 */
export const RESOLVED_PROVIDER = "pgaadauth-int";

/** The one database with the functions of `pgaadauth`, in which Entra administrators manage roles. */
export const ENTRA_DATABASE = "postgres";

/** Every Entra administrator of an Azure server is a member of this role. */
export const AZURE_ADMIN = "azure_pg_admin";

/**
 * The identity in a label of either provider: `aadauth,oid=…,type=…` or `type=…,oid=…,tenant_id=…`. Undefined if the
 * label has another form, or no object ID.
 */
export function readEntraLabel(label: string): EntraIdentity | undefined {
  const entries = new Map(label.split(",").map((part) => part.split("=", 2) as [string, string | undefined]));
  const guid = (key: string) => entries.get(key)?.match(GUID)?.[0].toLowerCase();
  const [objectId, tenantId] = [guid("oid"), guid("tenant_id")];
  const type = PRINCIPAL_TYPES.find((each) => each === entries.get("type"));
  if (objectId === undefined || type === undefined) return undefined;
  return { objectId, type, tenantId };
}

/** Writes a label for `pgaadauth`. */
export function entraLabel({ objectId, type, admin, mfa }: EntraLabel): string {
  return `aadauth,oid=${objectId},type=${type}${admin ? ",admin" : ""}${mfa ? ",mfa" : ""}`;
}

/** An object ID, a client ID or a tenant ID. */
export const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
