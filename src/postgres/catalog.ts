import type { Client } from "pg";
import { creatorsOf } from "../grants/creators.ts";
import { likePatternsOf } from "../grants/exclude.ts";
import type { Demand } from "../model/demand.ts";
import { ActionError } from "../model/failure.ts";
import { inOurWords, sentence } from "../model/sentence.ts";
import type { Pitfall, Snapshot } from "../model/snapshot.ts";
import { type GranteeRow, granteeFacts } from "./grantees.sql.ts";
import {
  defaultPrivileges,
  rowSecurityWithoutPolicy,
  secondLook,
  viewsThatCannotRead,
} from "./second-look.sql.ts";
import {
  type DefaultPrivilegesRow,
  mapDefaultPrivileges,
  mapSnapshot,
  type Representative,
  type SnapshotRow,
} from "./snapshot.rows.ts";
import { SNAPSHOT } from "./snapshot.sql.ts";
import { BEGIN_READ_ONLY } from "./transaction.ts";

/** How often a snapshot is read again because a relation that stood for others changed meanwhile. */
const LOOKS = 5;

/**
 * Reads what the grants depend on from the catalogs of one database.
 * @throws ActionError `catalog-busy` where somebody changes the same objects' privileges all the time
 */
export async function look(client: Client, grantees: readonly string[], demand: Demand): Promise<Snapshot> {
  for (let looked = 0; looked < LOOKS; looked++) {
    const snapshot = await lookOnce(client, grantees, demand);
    if (snapshot !== "changed meanwhile") return snapshot;
  }
  throw new ActionError({
    code: "catalog-busy",
    message: sentence`The privileges changed during each of ${LOOKS} attempts to read them.`,
    hint: inOurWords("Another job grants, revokes, creates or drops here at the same time."),
    steps: [{ text: inOurWords("Run this step after the other job.") }],
  });
}

/** One read-only transaction in two round trips: snapshot, second look. */
async function lookOnce(
  client: Client,
  grantees: readonly string[],
  demand: Demand,
): Promise<Snapshot | "changed meanwhile"> {
  // Sent at once: if the first fails, the transaction it began fails the second.
  const [, { rows }] = await Promise.all([
    client.query(BEGIN_READ_ONLY),
    client.query<SnapshotRow>(SNAPSHOT, parametersOf(grantees, demand)),
  ]);
  const { snapshot, representatives, hasRowSecurity, hasViews } = mapSnapshot(rows, demand.exclude);

  const schemas = snapshot.schemas.map(({ oid }) => oid);
  const oids = [...snapshot.grantees.values()];
  const creators = creatorsOf(snapshot);
  const [again, defaults, rowSecurity, views, facts] = (await statements(client, [
    secondLook(representatives.map(({ oid }) => oid)),
    creators.length > 0 ? defaultPrivileges(creators, oids) : NO_ROWS,
    hasRowSecurity ? rowSecurityWithoutPolicy(schemas, oids, demand.exclude) : NO_ROWS,
    hasViews ? viewsThatCannotRead(schemas, oids, demand.exclude) : NO_ROWS,
    granteeFacts(oids, snapshot.server.labelsReadable),
    "COMMIT;",
  ])) as [Representative[], DefaultPrivilegesRow[], Pitfall[], Pitfall[], GranteeRow[]];

  const now = new Map(again.map((row) => [row.oid, row]));
  const changed = representatives.some(
    ({ oid, owner, relacl }) => now.get(oid)?.owner !== owner || now.get(oid)?.relacl !== relacl,
  );
  if (changed) return "changed meanwhile";
  return {
    ...snapshot,
    groups: [...snapshot.groups, ...mapDefaultPrivileges(defaults, snapshot.schemas)],
    pitfalls: [...rowSecurity, ...views],
    granteeFacts: new Map(facts.map(({ grantee, ...row }) => [grantee, row])),
  };
}

/** In place of a statement that this database does not need. */
const NO_ROWS = "SELECT WHERE FALSE;";

/** Several statements as one message; their rows, in order. */
async function statements(client: Client, sql: readonly string[]): Promise<unknown[][]> {
  const results = (await client.query(sql.join("\n"))) as unknown as { rows: unknown[] }[];
  return results.map(({ rows }) => rows);
}

function parametersOf(grantees: readonly string[], demand: Demand): unknown[] {
  const patterns = demand.exclude.map(likePatternsOf);
  return [
    grantees,
    demand.schemas === "*" ? null : demand.schemas,
    demand.tablePrivileges === "ALL" ? null : demand.tablePrivileges,
    demand.sequencePrivileges === "ALL" ? null : demand.sequencePrivileges,
    demand.onExtra !== "ignore",
    patterns.map(({ name }) => name),
    patterns.map(({ path }) => path),
  ];
}
