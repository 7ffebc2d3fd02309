import { AZURE_ADMIN } from "../model/entra-label.ts";
import type { Warning } from "../model/report.ts";
import { inOurWords, listOf, name, type Sentence, sentence } from "../model/sentence.ts";
import { actsAs, type Role, type Snapshot } from "../model/snapshot.ts";

/** Warnings about what the privilege lists do not cover: administrators, and elastic clusters. */
export function limitsFor(snapshot: Snapshot, grantee: Role): readonly Warning[] {
  return [...administers(snapshot, grantee), ...elasticCluster(snapshot)];
}

function administers(snapshot: Snapshot, grantee: Role): readonly Warning[] {
  const actor = actsAs(snapshot, grantee);
  const own = powersOf(snapshot, grantee);
  const known = new Set(own.map((each) => JSON.stringify(each)));
  const others = powersOf(snapshot, actor).filter((each) => !known.has(JSON.stringify(each)));
  const reasons: readonly Sentence[] = [
    ...own,
    ...(others.length > 0
      ? [sentence`begins its sessions as ${name(actor.name)}, which ${listOf(others)}`]
      : []),
  ];
  if (reasons.length === 0) return [];
  return [
    {
      code: "grantee-is-administrator",
      message: sentence`${name(grantee.name)} ${listOf(reasons)}, so it can do more than the privilege lists say. Let the app sign in as a separate role.`,
    },
  ];
}

/** What a role can do besides its privileges. */
function powersOf(snapshot: Snapshot, { oid }: Role): readonly Sentence[] {
  const { azureAdmin, createRole, bypassRls } = snapshot.granteeFacts.get(oid) ?? {};
  const owned = snapshot.groups.find(({ kind, owner }) => kind === "database" && owner === oid);
  return [
    ...(azureAdmin ? [sentence`is a member of ${name(AZURE_ADMIN)}`] : []),
    ...(createRole ? [inOurWords("has CREATEROLE")] : []),
    ...(bypassRls ? [inOurWords("has BYPASSRLS")] : []),
    ...(owned ? [sentence`owns database ${name(owned.members[0]?.name ?? "")}`] : []),
  ];
}

/** https://learn.microsoft.com/azure/postgresql/elastic-clusters/concepts-elastic-clusters */
function elasticCluster({ server }: Snapshot): readonly Warning[] {
  if (!server.citus) return [];
  return [
    {
      code: "elastic-cluster",
      message: inOurWords(
        "This server is an elastic cluster (extension `citus`). Only the coordinator was checked, not the worker nodes. Default privileges do not apply on the worker nodes.",
      ),
    },
  ];
}
