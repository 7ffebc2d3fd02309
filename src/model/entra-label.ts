/**
 * The identity in Microsoft Entra that a role is bound to, as a security label on the role says it:
 * https://learn.microsoft.com/azure/postgresql/security/security-manage-entra-users
 */
export interface EntraLabel {
  /** A GUID in lower case. For an application, that of its service principal. */
  readonly objectId: string;
  readonly type: PrincipalType;
  /** An Entra administrator of the server. */
  readonly admin: boolean;
  /** Signs in with multi-factor authentication only. */
  readonly mfa: boolean;
}

export const PRINCIPAL_TYPES = ["service", "user", "group"] as const;
export type PrincipalType = (typeof PRINCIPAL_TYPES)[number];

/** Azure's label provider: https://www.postgresql.org/docs/current/sql-security-label.html */
export const LABEL_PROVIDER = "pgaadauth";

/** The one database with the functions of `pgaadauth`, in which Entra administrators manage roles. */
export const ENTRA_DATABASE = "postgres";

/** Every Entra administrator of an Azure server is a member of this role. */
export const AZURE_ADMIN = "azure_pg_admin";

/** Reads a label; undefined where it is not in the documented form. */
export function readEntraLabel(label: string): EntraLabel | undefined {
  const [prefix, ...parts] = label.split(",");
  const entries = new Map(parts.map((part) => part.split("=", 2) as [string, string | undefined]));
  const objectId = entries.get("oid")?.toLowerCase();
  const type = PRINCIPAL_TYPES.find((each) => each === entries.get("type"));
  if (prefix !== "aadauth" || objectId === undefined || !GUID.test(objectId) || type === undefined)
    return undefined;
  return { objectId, type, admin: entries.has("admin"), mfa: entries.has("mfa") };
}

/** Writes a label. */
export function entraLabel({ objectId, type, admin, mfa }: EntraLabel): string {
  return `aadauth,oid=${objectId},type=${type}${admin ? ",admin" : ""}${mfa ? ",mfa" : ""}`;
}

/** An object ID, a client ID or a tenant ID. */
export const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
