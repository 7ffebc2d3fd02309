import { AZURE_ADMIN } from "../model/entra-label.ts";
import type { Warning } from "../model/report.ts";
import { inOurWords, listOf, name, type Sentence, sentence } from "../model/sentence.ts";
import type { Role, Snapshot } from "../model/snapshot.ts";

/** Where the lists of privileges promise more than is true: for administrators, and in an elastic cluster. */
export function limitsFor(snapshot: Snapshot, grantee: Role): readonly Warning[] {
  return [...administers(snapshot, grantee), ...elasticCluster(snapshot)];
}

function administers(snapshot: Snapshot, grantee: Role): readonly Warning[] {
  const { azureAdmin, createRole, bypassRls } = snapshot.granteeFacts.get(grantee.oid) ?? {};
  const owned = snapshot.groups.find(({ kind, owner }) => kind === "database" && owner === grantee.oid);
  const reasons: Sentence[] = [
    ...(azureAdmin ? [sentence`is a member of ${name(AZURE_ADMIN)}`] : []),
    ...(createRole ? [inOurWords("has CREATEROLE")] : []),
    ...(bypassRls ? [inOurWords("has BYPASSRLS")] : []),
    ...(owned ? [sentence`owns database ${name(owned.members[0]?.name ?? "")}`] : []),
  ];
  if (reasons.length === 0) return [];
  return [
    {
      code: "grantee-is-administrator",
      message: sentence`${name(grantee.name)} ${listOf(reasons)}, so it can do more than the privilege lists say. Let the app sign in as a role of its own.`,
    },
  ];
}

/** https://learn.microsoft.com/azure/postgresql/elastic-clusters/concepts-elastic-clusters */
function elasticCluster({ server }: Snapshot): readonly Warning[] {
  if (!server.citus) return [];
  return [
    {
      code: "elastic-cluster",
      message: inOurWords(
        "This server is an elastic cluster (extension `citus`). Only the coordinator was checked: not the privileges on the worker nodes, and default privileges do not reach them.",
      ),
    },
  ];
}
