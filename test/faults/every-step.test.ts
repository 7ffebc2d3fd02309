import { setTimeout } from "node:timers/promises";
import type pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { nothingDone } from "../../src/grants/outcome.ts";
import type { GranteeReport } from "../../src/model/report.ts";
import type { Tls } from "../../src/model/settings.ts";
import { withSession } from "../../src/postgres/session.ts";
import { type Progress, reconcile, unfinished } from "../../src/reconcile.ts";
import { DEFAULTS } from "../postgres/world.ts";
import type { Listening } from "../sandbox/http.ts";
import { SUPERUSER } from "../sandbox/postgres.ts";
import { type Decide, type Message, startProxy } from "../sandbox/proxy.ts";
import { type Sandbox, startSandbox } from "../sandbox/sandbox.ts";

const PASSWORD = "owner-password";

/** A batch of 500 objects, and a second. */
const TABLES = 501;

let sandbox: Sandbox;
let proxy: Listening;
let superuser: pg.Client;
/** One object, for which the action reads the certificates once. */
let tls: Tls;
let decide: Decide = () => true;
beforeAll(async () => {
  sandbox = await startSandbox({ version: 18 });
  await sandbox.sql("postgres", `ALTER ROLE migrator PASSWORD '${PASSWORD}' VALID UNTIL 'infinity'`);
  await sandbox.createDatabase("app", {
    owner: "migrator",
    seed: `DO $$ BEGIN FOR n IN 1..${TABLES} LOOP EXECUTE format('CREATE TABLE t_%s ()', n); END LOOP; END $$`,
  });
  superuser = await sandbox.signInAs(SUPERUSER, "app");
  tls = { mode: "verify-full", rootCertificates: sandbox.ca };
  proxy = await startProxy(sandbox, (...of) => decide(...of));
});
afterAll(async () => {
  await superuser.end();
  await proxy.close();
  await sandbox.close();
});

/** Whether the server says that it has done something: a statement other than SET, or all of a message. */
function isStep({ type, body, ready }: Message): boolean {
  return ready > 0 && (type === "Z" || (type === "C" && !body.toString("latin1").startsWith("SET")));
}

/** Applies, and the connection is cut at the n-th of these messages; `forGood`: so is every later one. */
async function applyCutAt(n: number, forGood: boolean) {
  let steps = 0;
  let isCut = false;
  decide = (message, wire) => {
    if (isCut ? !forGood : !isStep(message) || ++steps < n) return true;
    isCut = true;
    wire.cut();
    return false;
  };
  const server = { host: "localhost", port: proxy.port, tls };
  const task = { mode: "apply", grantees: ["aad_orders"], demand: DEFAULTS } as const;
  const progress: Progress = { done: nothingDone() };
  const patience = { firstWait: 1, maxTime: forGood ? 0 : 60_000, answerTime: 60_000 };
  const report = await withSession(
    { server, database: "app", user: "migrator", password: async () => PASSWORD, patience },
    (client) => reconcile(client, task, () => {}, progress),
  ).catch(() => unfinished(task, progress));
  const [grantee] = report.grantees;
  return { isCut, grantee, statements: report.statements };
}

/** The names of the tables that are really granted, when no session runs any more; then nothing is granted. */
async function takeAllBack(): Promise<readonly string[]> {
  const running = "SELECT FROM pg_stat_activity WHERE usename = 'migrator'";
  while ((await superuser.query(running)).rowCount !== 0) await setTimeout(5);
  await superuser.query("REVOKE ALL ON SCHEMA public FROM aad_orders");
  // As new, which REVOKE takes ten times as long to do.
  const { rows } = await superuser.query<{ name: string }>(
    "UPDATE pg_class SET relacl = NULL WHERE relacl::text LIKE '%aad_orders%' RETURNING relname AS name",
  );
  return rows.map(({ name }) => name).toSorted();
}

const tablesOf = (changes: GranteeReport["granted"] = []) =>
  changes.filter(({ kind }) => kind === "table").map(({ name }) => name);

test.each([
  // Every second step, because these runs are whole ones.
  ["goes on and reports each grant once", false, 2],
  ["reports each grant as made or as unconfirmed when no other connection can be made", true, 1],
])("a run that is cut when the server has done any of its steps %s", async (_, forGood, stride) => {
  let cuts = 0;
  for (let n = 1; ; n += stride) {
    const { isCut, grantee, statements } = await applyCutAt(n, forGood);
    const really = await takeAllBack();
    const granted = tablesOf(grantee?.granted);
    const unconfirmed = tablesOf(grantee?.unconfirmed);
    const context = `cut at step ${n}`;
    if (!forGood || !isCut) {
      expect(grantee?.verdict, context).toBe("repaired");
      expect(granted.toSorted(), context).toEqual(really);
      expect(granted, context).toHaveLength(TABLES);
    }
    const open = new Set(unconfirmed);
    expect(
      granted.filter((name) => open.has(name) || !really.includes(name)),
      context,
    ).toEqual([]);
    expect(
      really.filter((name) => !open.has(name) && !granted.includes(name)),
      context,
    ).toEqual([]);
    expect(
      statements
        .join()
        .match(/\bt_\d+\b/g)
        ?.toSorted() ?? [],
      context,
    ).toEqual(granted.toSorted());
    if (!isCut) break;
    cuts++;
  }
  expect(cuts * stride).toBeGreaterThan(30);
});
