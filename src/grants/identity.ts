import type { Demand } from "../model/demand.ts";
import {
  AZURE_ADMIN,
  ENTRA_DATABASE,
  type EntraLabel,
  entraLabel,
  LABEL_PROVIDER,
  readEntraLabel,
} from "../model/entra-label.ts";
import { REASONS } from "../model/reasons.ts";
import type { FixBlock, Identity, Missing, Reason, Warning } from "../model/report.ts";
import { code, EMPTY, inOurWords, name, paragraph, sentence } from "../model/sentence.ts";
import type { Grantee, ServerFacts } from "../model/snapshot.ts";
import { quoteIdentifier, quoteLiteral } from "../text/sql.ts";

/** The drift between the identity that a grantee is bound to and the expected one; null where there is none. */
export function identityDrift(server: ServerFacts, demand: Demand, grantee: Grantee): Missing | null {
  const { role } = grantee;
  const expected = demand.objectIds?.get(role.name);
  if (expected === undefined) return null;
  const found = labelOf(server, grantee);
  if (found === "unknown" || (found !== null && found.objectId === expected)) return null;
  return found === null
    ? finding("no-identity", { expected }, { objectId: expected, type: "service", admin: false, mfa: false })
    : finding("other-identity", { expected, bound: found.objectId }, { ...found, objectId: expected });

  function finding(reason: Reason, identity: Identity, label: EntraLabel): Missing {
    const note = paragraph(
      inOurWords("The member must be a Microsoft Entra administrator."),
      REASONS[reason].advice ?? EMPTY,
    );
    return {
      kind: "identity",
      name: role.name,
      owner: role.name,
      privileges: [],
      reason,
      identity,
      fix: { ...AS_ENTRA_ADMINISTRATOR, sql: bindingSql(role.name, label), note },
    };
  }
}

/** The SQL that binds roles to the identities they have to be bound to, for an Entra administrator to run. */
export function identityFixes(drifts: readonly Missing[]): readonly FixBlock[] {
  const statements = drifts.flatMap(({ fix }) => fix.sql ?? []);
  return statements.length === 0 ? [] : [{ ...AS_ENTRA_ADMINISTRATOR, runnable: false, statements }];
}

/** Warnings about the identity that a grantee is bound to. */
export function identityWarnings(server: ServerFacts, demand: Demand, grantee: Grantee): readonly Warning[] {
  const { role, facts } = grantee;
  const expected = demand.objectIds?.get(role.name);
  const found = labelOf(server, grantee);
  if (expected !== undefined && found === "unknown") {
    const why = server.labelsReadable
      ? inOurWords("its security label is not in the form that Microsoft documents")
      : inOurWords("this login does not have SELECT on `pg_catalog.pg_shseclabel`");
    return [
      {
        code: "identity-unknown",
        message: sentence`Could not check whether ${name(role.name)} is bound to object ID ${code(expected)}, because ${why}. A Microsoft Entra administrator can look it up in database ${name(ENTRA_DATABASE)}: ${code("SELECT * FROM pg_catalog.pgaadauth_list_principals(false);")}`,
      },
    ];
  }
  if (expected !== undefined || found !== null || !facts.labelsInUse) return [];
  return [
    {
      code: "not-entra-role",
      message: sentence`${name(role.name)} is not an Entra role, but other roles of this server are. No Microsoft Entra identity can sign in as it.`,
    },
  ];
}

/** The statement that binds a role to an identity. What the role was granted stays. */
export function bindingSql(role: string, label: EntraLabel): string {
  const provider = quoteIdentifier(LABEL_PROVIDER);
  return `SECURITY LABEL FOR ${provider} ON ROLE ${quoteIdentifier(role)} IS ${quoteLiteral(entraLabel(label))};`;
}

const AS_ENTRA_ADMINISTRATOR = { as: AZURE_ADMIN, byMember: true, database: ENTRA_DATABASE } as const;

/** What a role is bound to: null if it is bound to nothing, unknown if the label cannot be read. */
function labelOf(server: ServerFacts, { facts: { label } }: Grantee): EntraLabel | "unknown" | null {
  if (!server.labelsReadable) return "unknown";
  return label === null ? null : (readEntraLabel(label) ?? "unknown");
}
