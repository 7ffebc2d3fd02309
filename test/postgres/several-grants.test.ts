import { afterAll, beforeAll, expect, test } from "vitest";
import { type Run, reconcileDatabase } from "../../src/database.ts";
import { CLOUDS } from "../../src/model/clouds.ts";
import type { Demand } from "../../src/model/demand.ts";
import type { DatabaseReport, Mode, UndeclaredChoice } from "../../src/model/report.ts";
import { EMPTY } from "../../src/model/sentence.ts";
import type { Grant } from "../../src/model/settings.ts";
import { plain } from "../../src/render/pen.ts";
import { type Decide, goesThrough, startProxy, type Wire } from "../sandbox/proxy.ts";
import { type Sandbox, startSandbox } from "../sandbox/sandbox.ts";
import { DEFAULTS } from "./world.ts";

const PASSWORD = "owner-password";

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ version: 18 });
  await sandbox.sql("postgres", `ALTER ROLE migrator PASSWORD '${PASSWORD}' VALID UNTIL 'infinity'`);
  await sandbox.sql("postgres", "CREATE ROLE app_a; CREATE ROLE app_b; CREATE ROLE app_c");
});
afterAll(() => sandbox.close());

const SEED = `
CREATE SCHEMA sales; CREATE TABLE public.orders (); CREATE TABLE public.parts (); CREATE TABLE sales.offers ();
REVOKE CONNECT ON DATABASE "NAME" FROM PUBLIC;`;

let databases = 0;

/** A new database of migrator, with two tables in `public` and one in `sales`. */
async function created(more = ""): Promise<string> {
  const name = `several_${++databases}`;
  await sandbox.createDatabase(name, { owner: "migrator", seed: SEED.replace("NAME", name) + more });
  return name;
}

function grant(grantee: string, demand: Partial<Demand> = {}): Grant {
  return { databases: ["*"], grantees: [grantee], demand: { ...DEFAULTS, ...demand } };
}

interface Options {
  readonly mode?: Mode;
  readonly port?: number;
  readonly undeclared?: UndeclaredChoice;
}

async function reconciled(
  database: string,
  grants: readonly Grant[],
  { mode = "apply", port = sandbox.server.port, undeclared = "ignore" }: Options = {},
): Promise<DatabaseReport> {
  const server = {
    host: "localhost",
    port,
    tls: { mode: "verify-full", rootCertificates: sandbox.ca },
  } as const;
  const signIn = { type: "password", password: PASSWORD } as const;
  const run: Run = {
    settings: {
      mode,
      signIn,
      cloud: CLOUDS.azurecloud,
      servers: [server],
      user: "migrator",
      grants,
      undeclared,
    },
    password: async () => PASSWORD,
    signal: new AbortController().signal,
  };
  return await reconcileDatabase(run, server, { database, grants }, () => {});
}

/** Each grantee with its verdict, or the code of its error, and how many objects were granted. */
function lines({ grantees }: DatabaseReport): readonly string[] {
  return grantees.map(
    ({ grantee, verdict, error, granted }) => `${grantee}: ${error?.code ?? verdict}, granted ${granted.length}`,
  );
}

test("grants of one database share its session, and each has its place in the report", async () => {
  let connections = 0;
  const proxy = await startProxy(sandbox, (message) => {
    connections = Math.max(connections, message.connection);
    return true;
  });
  const database = await created();
  const grants = [
    grant("app_b", { tablePrivileges: ["SELECT"], onExtra: "fail" }),
    grant("app_a", { schemas: "*" }),
    grant("app_b", { schemas: ["sales"], tablePrivileges: ["INSERT"] }),
  ];
  const report = await reconciled(database, grants, { port: proxy.port });
  expect(lines(report)).toEqual([
    "app_b: repaired, granted 3",
    "app_a: repaired, granted 5",
    "app_b: repaired, granted 2",
  ]);
  expect(report.grantees.map(({ schemas, onExtra }) => [schemas, onExtra])).toEqual([
    [["public"], "fail"],
    ["*", "warn"],
    [["sales"], "warn"],
  ]);
  expect(report).toMatchObject({ verdict: "repaired", fixes: [] });
  expect(report.statements.filter((sql) => sql.includes("app_a")).length).toBeGreaterThan(0);
  expect(report.statements.filter((sql) => sql.includes("app_b")).length).toBeGreaterThan(0);
  expect((await reconciled(database, grants, { mode: "check", port: proxy.port })).verdict).toBe("in-sync");
  expect(connections).toBe(2);
  await proxy.close();
});

test("a schema that does not exist is the error of its grant's grantees, and the others are granted", async () => {
  const wrong = grant("app_a", { schemas: ["sale"] });
  const report = await reconciled(await created(), [wrong, grant("app_b")]);
  expect(report.error).toBeUndefined();
  expect(report).toMatchObject({ verdict: "error", serverVersion: expect.stringMatching(/^18/) });
  expect(lines(report)).toEqual(["app_a: schema-not-found, granted 0", "app_b: repaired, granted 3"]);
  expect(report.grantees[0]).toMatchObject({ schemas: ["sale"], verdict: "error" });

  const both = await reconciled(await created(), [wrong, grant("app_b", { schemas: ["pub"] })]);
  expect(both.error).toBeUndefined();
  expect(lines(both)).toEqual(["app_a: schema-not-found, granted 0", "app_b: schema-not-found, granted 0"]);

  const alone = await reconciled(await created(), [wrong]);
  expect(alone).toMatchObject({ error: { code: "schema-not-found" }, grantees: [] });
});

test("a privilege that a later grant gives through a role counts in the verdict on an earlier one", async () => {
  await sandbox.sql("postgres", "GRANT app_b TO app_a");
  const grants = [
    grant("app_a", { tablePrivileges: ["SELECT"], onExtra: "fail" }),
    grant("app_b", { tablePrivileges: ["SELECT", "DELETE"] }),
  ];
  const report = await reconciled(await created(), grants);
  expect(report.grantees.map(({ grantee, verdict, extra }) => [grantee, verdict, extra.length])).toEqual([
    ["app_a", "drift", 2],
    ["app_b", "repaired", 0],
  ]);
  await sandbox.sql("postgres", "REVOKE app_b FROM app_a");
});

test("a privilege that a later grant revokes from a role is granted to the member that needs it", async () => {
  await sandbox.sql("postgres", "GRANT app_b TO app_a");
  const database = await created(
    "GRANT CONNECT ON DATABASE several_NEXT TO app_b;".replace("NEXT", String(databases + 1)) +
      "GRANT USAGE ON SCHEMA public TO app_b; GRANT SELECT, INSERT ON public.orders, public.parts TO app_b;",
  );
  const grants = [
    grant("app_a", { tablePrivileges: ["SELECT"] }),
    grant("app_b", { tablePrivileges: ["INSERT"], onExtra: "revoke" }),
  ];
  const report = await reconciled(database, grants);
  expect(lines(report)).toEqual(["app_a: repaired, granted 2", "app_b: repaired, granted 0"]);
  expect(report.grantees[1]?.revoked).toHaveLength(2);
  expect((await reconciled(database, grants, { mode: "check" })).verdict).toBe("in-sync");
  await sandbox.sql("postgres", "REVOKE app_b FROM app_a");
});

test("a session that breaks for good leaves the grants that are finished, and is the error of the rest", async () => {
  const database = await created();
  const proxy = await startProxy(
    sandbox,
    atBatch(4, (wire) => {
      sandbox.sql("postgres", "ALTER ROLE migrator NOLOGIN").then(wire.cut);
    }),
  );
  const grants = [grant("app_a"), grant("app_b"), grant("app_c")];
  const report = await reconciled(database, grants, { port: proxy.port });
  await sandbox.sql("postgres", "ALTER ROLE migrator LOGIN");
  await proxy.close();
  expect(report).toMatchObject({ verdict: "error" });
  expect(report.error).toBeUndefined();
  expect(lines(report)).toEqual([
    "app_a: repaired, granted 3",
    "app_b: login-not-permitted, granted 1",
    "app_c: login-not-permitted, granted 0",
  ]);
  expect(report.grantees[1]?.unconfirmed).toHaveLength(2);
});

test("a session that breaks in the look at what later grants changed is the error of the grant that is looked at", async () => {
  const database = await created();
  let looks = 0;
  const proxy = await startProxy(sandbox, goesThrough, ({ body }, wire) => {
    if (!body.includes("READ ONLY") || ++looks < 5) return true; // two looks for each grant come before
    sandbox.sql("postgres", "ALTER ROLE migrator NOLOGIN").then(wire.cut);
    return false;
  });
  const report = await reconciled(database, [grant("app_a"), grant("app_b")], { port: proxy.port });
  await sandbox.sql("postgres", "ALTER ROLE migrator LOGIN");
  await proxy.close();
  expect(lines(report)).toEqual(["app_a: login-not-permitted, granted 3", "app_b: repaired, granted 3"]);
});

test("a session that breaks once continues where it was", async () => {
  const database = await created();
  const proxy = await startProxy(
    sandbox,
    atBatch(4, (wire) => wire.cut()),
  );
  const grants = [grant("app_a"), grant("app_b"), grant("app_c")];
  const report = await reconciled(database, grants, { port: proxy.port });
  await proxy.close();
  expect(lines(report)).toEqual([
    "app_a: repaired, granted 3",
    "app_b: repaired, granted 3",
    "app_c: repaired, granted 3",
  ]);
  expect(new Set(report.statements).size).toBe(report.statements.length);
});

/** Calls `meanwhile` once, in place of the answer to the n-th batch of grants: each grant has one for CONNECT first. */
function atBatch(n: number, meanwhile: (wire: Wire) => void): Decide {
  let batches = 0;
  let granted = false;
  return ({ type, body }, wire) => {
    const tag = type === "C" ? body.toString("latin1", 0, body.length - 1) : "";
    granted ||= tag === "GRANT";
    if (!granted || tag !== "COMMIT") return true;
    granted = false;
    if (++batches !== n) return true;
    wire.mute();
    meanwhile(wire);
    return false;
  };
}

test("what is undeclared is found once for all grants, and each of their grantees is declared", async () => {
  const database = await created();
  await sandbox.sql(
    database,
    `GRANT SELECT ON ALL TABLES IN SCHEMA public, sales TO app_a, app_b; GRANT UPDATE ON ALL TABLES IN SCHEMA sales TO app_c`,
  );
  const lists = { tablePrivileges: ["SELECT"], sequencePrivileges: ["SELECT"] } as const;
  const grants = [grant("app_a", lists), grant("app_b", { ...lists, schemas: ["sales"] })];
  const found = async (undeclared: UndeclaredChoice, some = grants) => {
    const report = await reconciled(database, some, { undeclared });
    return [report.verdict, report.undeclared?.map(({ role, schema }) => `${role} in ${schema}`)];
  };
  expect((await found("warn"))[1]).toEqual(["app_c in sales"]);
  expect(await found("warn")).toEqual(["in-sync", ["app_c in sales"]]);
  expect(await found("fail")).toEqual(["drift", ["app_c in sales"]]);
  expect(await found("ignore")).toEqual(["in-sync", undefined]);
  expect(await found("fail", grants.slice(0, 1))).toEqual(["drift", ["app_b in public"]]);
});

test("what is undeclared and cannot be read is an error of the database, beside the verdicts on its grantees", async () => {
  const database = await created();
  await sandbox.sql(database, "REVOKE SELECT ON pg_catalog.pg_attribute FROM PUBLIC");
  const report = await reconciled(database, [grant("app_a")], { undeclared: "warn" });
  expect(report).toMatchObject({ verdict: "error", grantees: [{ verdict: "repaired" }] });
  expect(plain.sentence(report.error?.message ?? EMPTY)).toContain("permission denied for table pg_attribute");
  expect(report).not.toHaveProperty("undeclared");
});

test("the verdict on a database is the worst of the grantees of a grant", async () => {
  const database = await created();
  const { demand } = grant("app_a", { tablePrivileges: ["SELECT"], sequencePrivileges: ["SELECT"] });
  await reconciled(database, [grant("app_b", demand)]);
  const both = { databases: ["*"], grantees: ["app_b", "app_a"], demand };
  const found = async (mode: Mode) => {
    const { verdict, grantees } = await reconciled(database, [both], { mode });
    return [verdict, ...grantees.map((each) => each.verdict)];
  };
  expect(await found("check")).toEqual(["drift", "in-sync", "drift"]);
  expect(await found("apply")).toEqual(["repaired", "in-sync", "repaired"]);
});
