import { describe, expect, test } from "vitest";
import { nothingDone } from "../../src/grants/outcome.ts";
import { reconcile } from "../../src/reconcile.ts";
import { DEFAULTS, type Place, useOwnWorld } from "../postgres/world.ts";
import { SOME_VERSIONS } from "../sandbox/postgres.ts";

/** `npm run faults` uses ten rounds. */
const ROUNDS = Number(process.env.CROWD_ROUNDS ?? 1);

/** The number of simultaneous runs. */
const CROWD = 20;

/** Without turns and second tries, ten fail as twenty do; beside another client, ten do not always. */
const FEWER = process.env.CROWD_ROUNDS || process.env.ALL_VERSIONS ? CROWD : 10;

const TABLES = 60;

describe.each(SOME_VERSIONS)("PostgreSQL %i: many runs at once", (version) => {
  const world = useOwnWorld(version);

  test.each([
    ["for one grantee", 1],
    ["each for another grantee", FEWER],
  ])("%s: each succeeds", async (_, count) => {
    const place = await world.open();
    await place.as(place.owner, createTables());
    const grantees = await Promise.all(
      Array.from({ length: count }, (_, n) => (n === 0 ? place.app : place.role(`app${n}`))),
    );
    for (let round = 0; round < ROUNDS; round++) {
      await place.as(
        place.owner,
        `REVOKE ALL ON ALL TABLES IN SCHEMA public FROM ${grantees}; REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM ${grantees}`,
      );
      const verdicts = await Promise.all(
        Array.from({ length: FEWER }, (_, n) => verdictOf(place, grantees[n % count] ?? "")),
      );
      for (const verdict of verdicts) expect(["repaired", "in-sync"]).toContain(verdict);
    }
  });

  test("beside a client that keeps changing the same tables: each succeeds or reports drift that it saw", async () => {
    const place = await world.open();
    const { owner, app, signIn } = place;
    await place.as(owner, createTables());
    const churning = await signIn(owner);
    let running = true;
    let changes = 0;
    const churn = (async () => {
      for (let n = 0; running; n = (n + 1) % TABLES) {
        for (const sql of [
          `GRANT INSERT ON t${n} TO ${app}`,
          `ALTER TABLE t${(n + 7) % TABLES} ADD COLUMN IF NOT EXISTS c int`,
          `REVOKE SELECT ON t${(n + 13) % TABLES} FROM ${app}`,
          `DROP TABLE t${n}`,
          `CREATE TABLE t${n} (id serial)`,
        ]) {
          changes++;
          // A conflict with a run's GRANT fails the statement, as it would in any client.
          await churning.query(sql).catch((error: { code?: string }) => {
            if (!["XX000", "55P03", "40P01", "42P01", "42P07"].includes(error.code ?? "")) throw error;
          });
        }
      }
    })();

    const verdicts: string[] = [];
    try {
      // Runs can end before a client on a busy machine has changed much.
      while (changes <= 20) {
        verdicts.push(...(await Promise.all(Array.from({ length: CROWD }, () => verdictOf(place, app)))));
      }
    } finally {
      running = false;
    }
    await churn;

    for (const verdict of verdicts) expect(["repaired", "in-sync", "drift"]).toContain(verdict);
    expect(await verdictOf(place, app)).toMatch(/repaired|in-sync/);
  });
});

function createTables(): string {
  return `DO $$ BEGIN FOR n IN 0..${TABLES - 1} LOOP EXECUTE format('CREATE TABLE t%s (id serial)', n); END LOOP; END $$`;
}

async function verdictOf({ owner, signIn }: Place, grantee: string): Promise<string> {
  const client = await signIn(owner);
  const task = { mode: "apply", grantees: [grantee], demand: DEFAULTS } as const;
  const { verdict } = await reconcile(client, task, () => {}, { done: nothingDone() });
  await client.end();
  return verdict;
}
