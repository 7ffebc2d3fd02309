import { AZURE_ADMIN } from "../model/entra-label.ts";
import type { Warning } from "../model/report.ts";
import { inOurWords, listOf, name, type Sentence, sentence } from "../model/sentence.ts";
import type { Grantee, GranteeFacts, Role, ServerFacts, Snapshot } from "../model/snapshot.ts";

/** Warnings about what the privilege lists do not cover: administrators, and elastic clusters. */
export function limitsFor(
  { database, server }: Pick<Snapshot, "database" | "server">,
  grantee: Grantee,
): readonly Warning[] {
  return [...administers(database, grantee), ...elasticCluster(server)];
}

function administers(
  database: Snapshot["database"],
  { role, facts, actor, actorFacts }: Grantee,
): readonly Warning[] {
  const own = powersOf(role, facts, database);
  const known = new Set(own.map((each) => JSON.stringify(each)));
  const others = powersOf(actor, actorFacts, database).filter((each) => !known.has(JSON.stringify(each)));
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
      message: sentence`${name(role.name)} ${listOf(reasons)}, so it can do more than the privilege lists say. Let the app sign in as a separate role.`,
    },
  ];
}

/** What a role can do besides its privileges. */
function powersOf(
  role: Role,
  { azureAdmin, createRole, bypassRls }: GranteeFacts,
  database: Snapshot["database"],
): readonly Sentence[] {
  return [
    ...(azureAdmin ? [sentence`is a member of ${name(AZURE_ADMIN)}`] : []),
    ...(createRole ? [inOurWords("has CREATEROLE")] : []),
    ...(bypassRls ? [inOurWords("has BYPASSRLS")] : []),
    ...(database.owner === role ? [sentence`owns database ${name(database.name)}`] : []),
  ];
}

/** https://learn.microsoft.com/azure/postgresql/elastic-clusters/concepts-elastic-clusters */
function elasticCluster(server: ServerFacts): readonly Warning[] {
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
