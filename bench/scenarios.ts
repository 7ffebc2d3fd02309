import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { IDENTITIES, TENANT_ID } from "../test/sandbox/sandbox.ts";
import { openLink, openSink } from "./link.ts";
import {
  type Cost,
  inputsFor,
  PSQL,
  runAction,
  runBareNode,
  runConnections,
  runSql,
  startAction,
} from "./processes.ts";
import { brief, inMs, median, type Row } from "./table.ts";
import { ADDRESSES, CHECK, GRANTS, type World } from "./world.ts";

/** The sizes, and the number of runs. */
export interface Sizes {
  /** Tables, and as many sequences, where one size is measured. */
  readonly tables: number;
  /** Tables in the larger database of `growth`; the smaller has a twentieth. */
  readonly most: number;
  readonly runs: number;
}

export type Scenario = (world: World, sizes: Sizes) => Promise<Row[]>;

const OTHER = PSQL ? "psql" : "pg";

/** Target 1: mode check against the documentation's query, and a small database against a bare node. */
export async function check(world: World, { tables, runs }: Sizes): Promise<Row[]> {
  const large = await databaseOf(world, tables);
  const small = await databaseOf(world, Math.min(tables, 200));
  await world.compact(large.database); // another scenario may have left dead rows
  const checked = await inTurns(runs, {
    action: () => runAction(inputsFor(large, "check"), envOf(world), "in-sync"),
    other: () => runSql(CHECK, large),
  });
  const quick = await inTurns(runs, {
    action: () => runAction(inputsFor(small, "check"), envOf(world), "in-sync"),
    node: runBareNode,
  });
  return [
    ratio(1, `check, ${objects(tables)}, against ${OTHER} and the documentation's query`, checked, 0.75),
    ratio(1, `check, ${objects(Math.min(tables, 200))}, against node -e 0`, quick, 5),
  ];
}

/** Target 2: mode apply with nothing missing against the documentation's two GRANTs, in time, WAL and ids. */
export async function apply(world: World, { tables, runs }: Sizes): Promise<Row[]> {
  const database = await databaseOf(world, tables);
  const action = () => runAction(inputsFor(database, "apply"), envOf(world), "in-sync");
  const reset = () => world.compact(database.database); // GRANT writes a new row for each object, although nothing changes
  const timed = await inTurns(Math.min(runs, 5), { action, other: () => runSql(GRANTS, database) }, reset);
  await reset();
  const wal: number[] = [];
  const xids: number[] = [];
  for (let run = 0; run <= runs; run++) {
    const written = await world.written(action);
    if (run === 0) continue; // the first to read after a GRANT may prune pages
    wal.push(written.wal);
    xids.push(written.xids);
  }
  const count = (what: string, values: readonly number[], unit: string): Row => {
    const value = median(values);
    return { target: 2, what, medians: "", value, atMost: 0, unit, runs: { action: values } };
  };
  return [
    ratio(2, `apply, nothing missing, ${objects(tables)}, against ${OTHER} and the two GRANTs`, timed, 0.3),
    count("WAL that it writes", wal, " bytes"),
    count("transaction ids that it uses", xids, ""),
  ];
}

/** Target 3: mode apply with everything missing against the documentation's two GRANTs. */
export async function grant(world: World, { tables, runs }: Sizes): Promise<Row[]> {
  const database = await databaseOf(world, tables);
  const reset = () => world.revoke(database.database);
  const granted = await inTurns(
    Math.min(runs, 5), // each run takes seconds, and so does its preparation
    {
      action: () => runAction(inputsFor(database, "apply"), envOf(world), "repaired"),
      other: () => runSql(GRANTS, database),
    },
    reset,
  );
  const { version } = world.sandbox.server;
  const what = `apply, all missing, ${objects(tables)}, PostgreSQL ${version}, against ${OTHER} and the two GRANTs`;
  return [ratio(3, what, granted, 1.8)];
}

/** Target 4: twenty times as many relations, in sync and all missing. */
export async function growth(world: World, { most, runs }: Sizes): Promise<Row[]> {
  const large = await databaseOf(world, most);
  const small = await databaseOf(world, most / 20);
  const checking = (login: typeof large) => () => runAction(inputsFor(login, "check"), envOf(world), "in-sync");
  const checked = await inTurns(Math.min(runs, 5), { large: checking(large), small: checking(small) });

  const granted: Record<string, Cost[]> = { large: [], small: [] };
  for (const [name, login] of Object.entries({ small, large })) {
    await world.revoke(login.database);
    granted[name]?.push(await runAction(inputsFor(login, "apply"), envOf(world), "repaired"));
  }
  const idle = median(checked.small.map(({ peak }) => peak));
  const growthIn = (costs: readonly Cost[]) => costs.map(({ peak }) => Math.max(1, peak - idle));
  const between = `${objects(most)} against ${objects(most / 20)}`;
  return [
    ratio(4, `check, ${between}: time`, checked, 22),
    peaks(`check, ${between}: peak memory`, checked.large.map(peakOf), checked.small.map(peakOf), 1.3),
    { ...ratio(4, `apply, all missing, ${between}: time`, granted, 0), atMost: undefined },
    peaks(
      `apply, all missing, ${between}: memory beyond a check's`,
      growthIn(granted.large ?? []),
      growthIn(granted.small ?? []),
      20,
    ),
  ];
}

/** Target 5: an OIDC check with 50 ms one way between everything. */
export async function oidc(world: World, { runs }: Sizes): Promise<Row[]> {
  const login = await databaseOf(world, 20);
  const far = await delayedRuns(world, DELAY, login.database, Math.min(runs, 5));
  const near = await delayedRuns(world, 0, login.database, Math.min(runs, 5));
  const token = (median(far.token) - median(near.token)) / (2 * DELAY);
  const after = (median(far.after) - median(near.after)) / (2 * DELAY);
  const row = (what: string, value: number, atMost: number | undefined, of: "token" | "after"): Row => ({
    target: 5,
    what: `OIDC check, ${DELAY} ms one way: ${what}`,
    medians: `${inMs(median(far[of]))} (with no delay ${inMs(median(near[of]))})`,
    value,
    atMost,
    unit: " round trips",
    runs: { [`${DELAY} ms`]: far[of], "0 ms": near[of] },
  });
  return [
    row("until the token is here", token, undefined, "token"),
    // Half a round trip is CPU time that the delay brought to light: what is waited for comes in whole ones.
    row("from then to the end", after, 5.5, "after"),
  ];
}

/** From the start to the token's arrival, and from then to the end; each connection has its own link. */
async function delayedRuns(world: World, delay: number, database: string, runs: number) {
  const { entra, github, server } = world.sandbox;
  const direct = entra.url;
  const links = {
    entra: await openLink(Number(new URL(direct).port), delay),
    github: await openLink(Number(new URL(github.env.ACTIONS_ID_TOKEN_REQUEST_URL).port), delay),
    server: await openLink(server.port, delay),
  };
  const requestUrl = new URL(github.env.ACTIONS_ID_TOKEN_REQUEST_URL);
  requestUrl.port = String(links.github.port);
  // The metadata names the token endpoint, which has to be on the link too.
  entra.url = `https://localhost:${links.entra.port}`;
  try {
    const env = {
      ...envOf(world),
      AZURE_AUTHORITY_HOST: entra.url,
      ACTIONS_ID_TOKEN_REQUEST_URL: String(requestUrl),
    };
    const inputs = { ...inputsFor(world.login(database, links.server.port), "check"), ...OIDC };
    const times = { token: [] as number[], after: [] as number[] };
    for (let run = 0; run <= runs; run++) {
      const started = performance.now();
      const { ms } = await runAction(inputs, env, "in-sync");
      if (run === 0) continue;
      const token = links.entra.lastAnswer() - started;
      times.token.push(token);
      times.after.push(ms - token);
    }
    return times;
  } finally {
    entra.url = direct;
    for (const link of Object.values(links)) await link.close();
  }
}

/** Target 6: from the start to the first byte on the wire, against a bare node's whole life. */
export async function start(world: World, { runs }: Sizes): Promise<Row[]> {
  const [postgres, github, entra] = [await openSink(), await openSink(), await openSink()];
  try {
    const password = inputsFor(world.login("postgres", postgres.port), "check");
    const oidc = { ...password, ...OIDC };
    const toEntra = { ...envOf(world), AZURE_AUTHORITY_HOST: `https://localhost:${entra.port}` };
    const toGithub = { ...toEntra, ACTIONS_ID_TOKEN_REQUEST_URL: `http://127.0.0.1:${github.port}/?` };
    const row = async (what: string, over: number, action: () => Promise<number>): Promise<Row> => {
      const timed = async () => ({ ms: await action(), peak: 0 });
      const costs = await inTurns(runs, { action: timed, node: runBareNode });
      const bare = median(costs.node.map(msOf));
      const target = (bare + over) / bare;
      return ratio(6, `${what}'s first byte, against node -e 0 (at most ${over} ms more)`, costs, target);
    };
    return [
      await row("password: to PostgreSQL", 60, () => startAction(password, toEntra, postgres.firstByte())),
      await row("OIDC: to GitHub", 110, () => startAction(oidc, toGithub, github.firstByte())),
      await row("OIDC: to Entra", 110, () => startAction(oidc, toEntra, entra.firstByte())),
    ];
  } finally {
    for (const sink of [postgres, github, entra]) await sink.close();
  }
}

/** Target 7: ten databases against one, over a slow link. */
export async function several(world: World, { runs }: Sizes): Promise<Row[]> {
  const databases = Array.from({ length: 10 }, (_, n) => `several_${n}`);
  for (const database of databases) await world.create(database, 20);
  const link = await openLink(world.sandbox.server.port, DELAY);
  const checking = (names: readonly string[]) => () =>
    runAction(inputsFor(world.login(names.join("\n"), link.port), "check"), envOf(world), "in-sync");
  try {
    const checked = await inTurns(Math.min(runs, 5), {
      ten: checking(databases),
      one: checking(databases.slice(0, 1)),
    });
    return [ratio(7, `check, ten databases against one, ${DELAY} ms one way`, checked, 3.5)];
  } finally {
    await link.close();
  }
}

/** One way, in milliseconds. */
const DELAY = 50;

/** Target 8: the same number of objects in ten times as many databases, by a list and by a pattern. */
export async function databases(world: World, { runs }: Sizes): Promise<Row[]> {
  const [few, many] = [await databasesOf(world, "few", 4, 300), await databasesOf(world, "many", 40, 30)];
  const checking = (database: string) => () =>
    runAction(inputsFor(world.login(database), "check"), envOf(world), "in-sync");
  const checked = await inTurns(runs, {
    many: checking(many.join("\n")),
    few: checking(few.join("\n")),
    pattern: checking("many_*"),
    bare: () => runConnections(world.login(many.join("\n"))),
  });
  const { pattern, bare, ...lists } = checked;
  return [
    ratio(8, "check, 40 databases with 30 tables against 4 with 300", lists, 3),
    ratio(8, "… by a pattern against the list", { pattern, list: lists.many }, 1.2),
    {
      ...ratio(8, "… 40 bare TLS connections with SELECT 1 against check of the 4", { bare, few: lists.few }, 0),
      atMost: undefined,
    },
  ];
}

/** Target 9: 400 databases on 4 servers in one run, and a run for each of them. */
export async function fleet(world: World, { runs }: Sizes): Promise<Row[]> {
  const names = await databasesOf(world, "fleet", 100, 10);
  const inputs = (host: string, database: string) => ({
    ...inputsFor(world.login(database), "check"),
    host,
    "ssl-mode": "verify-ca",
  });
  const all = inputs(ADDRESSES.join("\n"), "fleet_*");
  const together = await inTurns(Math.min(runs, 5), { all: () => runAction(all, envOf(world), "in-sync") });
  const each: Cost[] = [];
  for (const name of names) each.push(await runAction(inputs("127.0.0.1", name), envOf(world), "in-sync"));
  const seconds = median(together.all.map(msOf)) / 1000;
  const apart = (ADDRESSES.length * each.reduce((sum, { ms }) => sum + ms, 0)) / 1000;
  const what = `check, ${ADDRESSES.length} servers with ${names.length} databases`;
  const row = (more: string, value: number, unit: string, atMost?: number): Row => {
    const measured = { all: together.all.map(msOf), each: each.map(msOf) };
    return { target: 9, what: `${what}${more}`, medians: "", value, atMost, unit, runs: measured };
  };
  return [
    row(", one run", seconds, " s"),
    row(", a run for each database, one after the other", apart, " s"),
    row(", one run: peak memory", median(together.all.map(peakOf)), " MB", 200),
  ];
}

/** Target 10: ten apps in one file, against a run for each of them, one after the other. */
export async function apps(world: World, { runs }: Sizes): Promise<Row[]> {
  const login = await databaseOf(world, 300);
  const grantees = Array.from({ length: 10 }, (_, n) => `bench_app_${n}`);
  for (const grantee of grantees)
    await world.sandbox.sql(login.database, `CREATE ROLE ${grantee}; ${GRANTS.replaceAll('"aad_orders"', grantee)}`);
  const workspace = await mkdtemp(join(tmpdir(), "bench-"));
  try {
    const file = grantees.map((grantee) => `  - grantee: ${grantee}\n`).join("");
    await writeFile(join(workspace, "grants.yml"), `grants:\n${file}`);
    const env = { ...envOf(world), GITHUB_WORKSPACE: workspace };
    const { grantee: _, ...inputs } = inputsFor(login, "check");
    const checked = await inTurns(runs, {
      file: () => runAction({ ...inputs, "grants-file": "grants.yml" }, env, "in-sync"),
      each: async () => {
        const costs: Cost[] = [];
        for (const grantee of grantees) costs.push(await runAction({ ...inputs, grantee }, env, "in-sync"));
        return { ms: costs.reduce((sum, { ms }) => sum + ms, 0), peak: Math.max(...costs.map(peakOf)) };
      },
      one: () => runAction({ ...inputs, grantee: grantees[0] ?? "" }, env, "in-sync"),
    });
    const { one, ...sides } = checked;
    const what = `check, 10 apps of ${objects(300)}`;
    return [
      ratio(10, `${what}, in one file against 10 runs`, sides, 0.5),
      {
        ...ratio(10, `${what}, in one file against one app`, { file: sides.file, one }, 0),
        atMost: undefined,
      },
    ];
  } finally {
    await rm(workspace, { recursive: true });
  }
}

/** So many databases, each with so many tables and sequences, all granted; created on first use. */
async function databasesOf(world: World, prefix: string, number: number, tables: number) {
  const names = Array.from({ length: number }, (_, n) => `${prefix}_${n}`);
  const [known] = await world.sandbox.sql("postgres", "SELECT FROM pg_database WHERE datname = $1", [names[0]]);
  const [first = "", ...others] = names;
  if (known !== undefined) return names;
  await world.create(first, tables);
  for (const name of others) await world.sandbox.createDatabase(name, { template: first });
  return names;
}

/** The database with this many tables and sequences, all granted; created on first use. */
async function databaseOf(world: World, tables: number) {
  const name = `tables_${tables}`;
  const [known] = await world.sandbox.sql("postgres", "SELECT FROM pg_database WHERE datname = $1", [name]);
  if (known === undefined) await world.create(name, tables);
  return world.login(name);
}

function envOf({ sandbox }: World): Record<string, string> {
  return sandbox.env;
}

/** By OIDC, as another role than the one with the password, because the token replaces the password. */
const OIDC = {
  "auth-type": "oidc",
  "client-id": IDENTITIES.admin.clientId,
  "tenant-id": TENANT_ID,
  user: "ci-admin",
  password: "",
};

/** Alternates A and B, after one unmeasured run of each. */
async function inTurns<Name extends string>(
  runs: number,
  sides: Readonly<Record<Name, () => Promise<Cost>>>,
  before: () => Promise<void> = async () => {},
): Promise<Record<Name, Cost[]>> {
  const names = Object.keys(sides) as Name[];
  const costs = Object.fromEntries(names.map((name) => [name, [] as Cost[]])) as Record<Name, Cost[]>;
  for (let run = 0; run <= runs; run++) {
    for (const name of names) {
      await before();
      const cost = await sides[name]();
      if (run > 0) costs[name].push(cost);
    }
  }
  return costs;
}

/** The first side's median time against the second's. */
function ratio(target: number, what: string, costs: Readonly<Record<string, readonly Cost[]>>, atMost: number): Row {
  const runs = Object.fromEntries(Object.entries(costs).map(([name, all]) => [name, all.map(msOf)]));
  const [ours = Number.NaN, theirs = Number.NaN] = Object.values(runs).map(median);
  return { target, what, medians: inMs(ours, theirs), value: ours / theirs, atMost, unit: "", runs };
}

function peaks(what: string, large: readonly number[], small: readonly number[], atMost: number): Row {
  const [ours, theirs] = [median(large), median(small)];
  const medians = `${brief(ours)} MB / ${brief(theirs)} MB`;
  return { target: 4, what, medians, value: ours / theirs, atMost, unit: "", runs: { large, small } };
}

function msOf({ ms }: Cost): number {
  return ms;
}

function peakOf({ peak }: Cost): number {
  return peak;
}

function objects(tables: number): string {
  return `${brief(tables)} tables and as many sequences`;
}
