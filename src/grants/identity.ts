import type { Demand } from "../model/demand.ts";
import {
  AZURE_ADMIN,
  ENTRA_DATABASE,
  type EntraIdentity,
  type EntraLabel,
  entraLabel,
  LABEL_PROVIDER,
  type PrincipalType,
  RESOLVED_PROVIDER,
  readEntraLabel,
} from "../model/entra-label.ts";
import { REASONS } from "../model/reasons.ts";
import { type FixBlock, type Missing, type Warning, warning } from "../model/report.ts";
import { code, EMPTY, inOurWords, name, paragraph, type Sentence, sentence } from "../model/sentence.ts";
import type { Grantee, ServerFacts } from "../model/snapshot.ts";
import { quoteIdentifier, quoteLiteral } from "../text/sql.ts";

/** The drift between the identity that a grantee is bound to and the expected one; null if there is none. */
export function identityDrift(server: ServerFacts, demand: Demand, grantee: Grantee): Missing | null {
  const { role, labels } = grantee;
  const expected = demand.objectIds?.get(role.name);
  const found = identitiesOf(server, grantee);
  if (expected === undefined || found === "unknown") return null;
  const finding = { kind: "identity", name: role.name, owner: role.name, privileges: [] } as const;
  const [first] = found;
  if (first === undefined) {
    const fix = { note: bindingByType(role.name, expected) };
    return { ...finding, reason: "no-identity", identity: { expected }, fix };
  }
  const { tenantId: tenant } = demand;
  const isElsewhere = ({ tenantId }: EntraIdentity) =>
    tenant !== undefined && tenantId !== undefined && tenantId !== tenant;
  const other = found.find((each) => each.objectId !== expected || isElsewhere(each));
  if (other === undefined) return null;
  const tenants = isElsewhere(other) ? { expectedTenant: tenant, boundTenant: other.tenantId } : {};
  // A label without an object ID can have them too.
  const has = (flag: string) => labels.some((label) => label.split(",").includes(flag));
  const label = { objectId: expected, type: first.type, admin: has("admin"), mfa: has("mfa") };
  const administrator = inOurWords("The member must be a Microsoft Entra administrator.");
  const note = paragraph(administrator, REASONS["other-identity"].advice ?? EMPTY);
  return {
    ...finding,
    reason: "other-identity",
    identity: { expected, bound: other.objectId, ...tenants },
    fix: { ...AS_ENTRA_ADMINISTRATOR, sql: bindingSql(role.name, label), note },
  };
}

/** The identity that a grantee is bound to; undefined if it has none, or if it cannot be read. */
export function boundIdentity(server: ServerFacts, grantee: Grantee): EntraIdentity | undefined {
  const found = identitiesOf(server, grantee);
  return found === "unknown" ? undefined : found[0];
}

/** The SQL that binds roles to the identities they have to be bound to, for an Entra administrator to run. */
export function identityFixes(drifts: readonly Missing[]): readonly FixBlock[] {
  const statements = drifts.flatMap(({ fix }) => fix.sql ?? []);
  return statements.length === 0 ? [] : [{ ...AS_ENTRA_ADMINISTRATOR, runnable: false, statements }];
}

/** Warnings about the identity that a grantee is bound to. */
export function identityWarnings(server: ServerFacts, demand: Demand, grantee: Grantee): readonly Warning[] {
  const { role, labelsInUse } = grantee;
  const expected = demand.objectIds?.get(role.name);
  const found = identitiesOf(server, grantee);
  if (found === "unknown") return expected === undefined ? [] : identityUnknown(server, role.name, expected);
  const [resolved, given] = found;
  if (resolved !== undefined && given !== undefined && resolved.objectId !== given.objectId) {
    const message = sentence`The security labels of ${name(role.name)} name two object IDs: ${code(resolved.objectId)} for provider ${code(RESOLVED_PROVIDER)} and ${code(given.objectId)} for provider ${code(LABEL_PROVIDER)}. Microsoft does not document which of them can sign in. Run the action ${code("principal")} of this repository with the right one and ${code("rebind: true")}.`;
    return warning("identity-labels-differ", message);
  }
  if (expected !== undefined || resolved !== undefined || !labelsInUse) return [];
  const message = sentence`${name(role.name)} is not an Entra role, but other roles of this server are. No Microsoft Entra identity can sign in as it.`;
  return warning("not-entra-role", message);
}

function identityUnknown(server: ServerFacts, role: string, expected: string): readonly Warning[] {
  const why = server.labelsReadable
    ? inOurWords("no security label of it has an object ID in a known form")
    : inOurWords("this login does not have SELECT on `pg_catalog.pg_shseclabel`");
  const message = sentence`Could not check whether ${name(role)} is bound to object ID ${code(expected)}, because ${why}. A Microsoft Entra administrator can look it up in database ${name(ENTRA_DATABASE)}: ${code("SELECT * FROM pg_catalog.pgaadauth_list_principals(false);")}`;
  return warning("identity-unknown", message);
}

/** The statement that binds a role to an identity. What the role was granted stays. */
export function bindingSql(role: string, label: EntraLabel): string {
  const provider = quoteIdentifier(LABEL_PROVIDER);
  return `SECURITY LABEL FOR ${provider} ON ROLE ${quoteIdentifier(role)} IS ${quoteLiteral(entraLabel(label))};`;
}

/** The advice that binds a role to an object ID whose type nobody has named. */
function bindingByType(role: string, objectId: string): Sentence {
  const sql = (type: PrincipalType) => code(bindingSql(role, { objectId, type, admin: false, mfa: false }));
  return sentence`As a Microsoft Entra administrator in database ${name(ENTRA_DATABASE)}, run the statement for the type of the identity. Application or managed identity: ${sql("service")} User: ${sql("user")} Group: ${sql("group")}`;
}

const AS_ENTRA_ADMINISTRATOR = { as: AZURE_ADMIN, byMember: true, database: ENTRA_DATABASE } as const;

/** The identities in a role's labels, the server's own first; unknown if its labels name none, or cannot be read. */
function identitiesOf(server: ServerFacts, { labels }: Grantee): readonly EntraIdentity[] | "unknown" {
  if (!server.labelsReadable) return "unknown";
  const read = labels.flatMap((label) => readEntraLabel(label) ?? []);
  return read.length === 0 && labels.length > 0 ? "unknown" : read;
}
