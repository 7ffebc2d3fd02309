import { spawnSync } from "node:child_process";
import type { Socket } from "node:net";
import { join } from "node:path";
import type pg from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { diagnose } from "../../src/diagnosis/diagnose.ts";
import { ActionError } from "../../src/model/failure.ts";
import { EMPTY, inOurWords } from "../../src/model/sentence.ts";
import type { Server } from "../../src/model/settings.ts";
import { type SessionOptions, withSession } from "../../src/postgres/session.ts";
import type { Patience } from "../../src/retry.ts";
import { failing, readFailure } from "../read.ts";
import { type Sandbox, startSandbox } from "../sandbox/sandbox.ts";
import {
  ASK_PASSWORD,
  type Behaviour,
  certificate,
  errorResponse,
  type Stub,
  startStub,
  WELCOME,
} from "./stub-server.ts";

const SECRET = "the-password-of-ci-admin";
/** As in a job, except for the waits. */
const QUICK: Patience = { firstWait: 5, maxTime: 60_000, answerTime: 60_000 };

let sandbox: Sandbox;
let stubs: Stub[] = [];

beforeAll(async () => {
  sandbox = await startSandbox({ version: 18 });
  await sandbox.sql("postgres", `ALTER ROLE "ci-admin" PASSWORD '${SECRET}'`);
});
afterAll(() => sandbox.close());
afterEach(async () => {
  vi.unstubAllEnvs();
  await Promise.all(stubs.map((stub) => stub.close()));
  stubs = [];
});

type Target = Pick<SessionOptions, "server" | "database" | "user">;

const target = (over: Partial<Target> & { tls?: Server["tls"]; host?: string; port?: number } = {}): Target => ({
  server: {
    host: over.host ?? "localhost",
    port: over.port ?? sandbox.server.port,
    tls: over.tls ?? { mode: "verify-full", rootCertificates: sandbox.ca },
  },
  database: over.database ?? "postgres",
  user: over.user ?? "ci-admin",
});

const password = async () => SECRET;
const nothing = async () => {};
const rows = (text: string) => async (client: pg.Client) => (await client.query(text)).rows;

async function stub(behaviour: Behaviour): Promise<Stub> {
  const started = await startStub(behaviour);
  stubs.push(started);
  return started;
}

/** The failure it ends with. */
describe("a session", () => {
  test("a session is encrypted by TLS, and not shared", async () => {
    const found = await withSession(
      { ...target(), password },
      rows(
        "SELECT current_user AS name, ssl, application_name FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE pid = pg_backend_pid()",
      ),
    );
    expect(found).toEqual([{ name: "ci-admin", ssl: true, application_name: "azure-postgres-grants" }]);
  });

  test("a session ends after the work, and after failed work", async () => {
    await withSession({ ...target(), password }, rows("SELECT 1"));
    const boom = new Error("boom");
    await expect(withSession({ ...target(), password }, () => Promise.reject(boom))).rejects.toBe(boom);
    const left = () =>
      sandbox.sql("postgres", "SELECT FROM pg_stat_activity WHERE application_name = 'azure-postgres-grants'");
    await expect.poll(left).toEqual([]);
  });

  test("a session ignores the job's environment", async () => {
    const evil = {
      PGHOST: "evil.invalid",
      PGPORT: "1",
      PGUSER: "evil",
      PGDATABASE: "evil",
      PGPASSWORD: "evil",
      PGSSLMODE: "disable",
      PGSSLNEGOTIATION: "direct",
      PGOPTIONS: "-c search_path=evil -c role=migrator",
      PGREPLICATION: "database",
      PGAPPNAME: "evil",
      PGCLIENT_ENCODING: "LATIN1",
      PGCONNECT_TIMEOUT: "1",
      PGBINARY: "1",
      PGTZ: "Asia/Kathmandu",
      PGDATESTYLE: "German",
    };
    for (const [name, value] of Object.entries(evil)) vi.stubEnv(name, value);
    const found = await withSession(
      { ...target(), password },
      rows(`SELECT current_user AS user, current_database() AS database, current_setting('search_path') AS path,
        current_setting('client_encoding') AS encoding, current_setting('application_name') AS name,
        current_setting('TimeZone') <> 'Asia/Kathmandu' AS zone, current_setting('DateStyle') AS style`),
    );
    expect(found).toEqual([
      {
        user: "ci-admin",
        database: "postgres",
        path: '"$user", public',
        encoding: "UTF8",
        name: "azure-postgres-grants",
        zone: true,
        style: "ISO, MDY",
      },
    ]);
  });

  test("a session that the server ends during the work fails with the reason, and the process continues", async () => {
    const kill = (pid: number) => sandbox.sql("postgres", "SELECT pg_terminate_backend($1)", [pid]);
    const error = await withSession({ ...target(), password }, async (client) => {
      const [{ pid }] = (await client.query("SELECT pg_backend_pid() AS pid")).rows;
      const ended = new Promise((resolve) => client.once("end", () => resolve(undefined)));
      await kill(pid);
      await ended;
      await client.query("SELECT 1");
    }).catch((error: unknown) => error);
    expect(readFailure(diagnose(error, { with: "postgres" }))).toMatchObject({
      code: "server-restarting",
      message: "PostgreSQL: terminating connection due to administrator command",
    });
  });

  test("a session that the server ends in the middle of a query starts again", async () => {
    let sessions = 0;
    const found = await withSession({ ...target(), password }, async (client) => {
      if (++sessions === 1) await client.query("SELECT pg_terminate_backend(pg_backend_pid())");
      return (await client.query("SELECT 1 AS one")).rows;
    });
    expect([sessions, found]).toEqual([2, [{ one: 1 }]]);
  });

  test("a session ends even if the server does not close the connection", async () => {
    await withSession({ ...target(), password }, async (client) => {
      const [{ pid }] = (await client.query("SELECT pg_backend_pid() AS pid")).rows;
      process.kill(pid, "SIGSTOP");
      onTestFinished(() => void process.kill(pid, "SIGCONT"));
    });
  });

  test("a session that the server ends for being idle says so, even if later sessions end without a reason", async () => {
    let sessions = 0;
    const error = await withSession({ ...target(), password }, async (client) => {
      if (++sessions === 1) {
        const ended = new Promise((resolve) => client.once("end", () => resolve(undefined)));
        await client.query("SET idle_session_timeout = '1ms'");
        await ended;
      } else {
        const { stream } = client.connection as typeof client.connection & { readonly stream: Socket };
        stream.destroy(Object.assign(new Error("write EPIPE"), { code: "EPIPE" }));
      }
      await client.query("SELECT 1");
    }).catch((error: unknown) => error);
    expect(sessions).toBe(3);
    expect(readFailure(diagnose(error))).toMatchObject({
      code: "server-time-out",
      steps: expect.stringContaining("pg_settings"),
    });
  });

  test("a session keeps the failure that the work throws", async () => {
    const known = new ActionError({
      code: "mine",
      message: inOurWords("m"),
      hint: inOurWords("h"),
      steps: [],
    });
    const error = withSession({ ...target(), password }, async (client) => {
      await client.query("SELECT pg_terminate_backend(pg_backend_pid())").catch(nothing);
      throw known;
    });
    await expect(error).rejects.toBe(known);
  });
});

describe("a refusal of a real server is explained", () => {
  const refused: [string, Partial<Target>, string][] = [
    ["a wrong password", { user: "migrator" }, "password-refused"],
    ["a role that does not exist", { user: "nobody here" }, "password-refused"],
    ["a database that does not exist", { database: "Postgres" }, "database-not-found"],
  ];
  test.each(refused)("%s", async (_name, over, code) => {
    const asked = vi.fn(password);
    expect(await failing(withSession({ ...target(over), password: asked, patience: QUICK }, nothing))).toMatchObject({
      code,
    });
    expect(asked).toHaveBeenCalledTimes(1); // waiting does not help
  });

  test("a role that cannot log in, and one that cannot connect", async () => {
    await sandbox.sql("postgres", "CREATE ROLE nologin PASSWORD 'x'; CREATE ROLE outsider LOGIN PASSWORD 'x'");
    await sandbox.createDatabase("closed");
    await sandbox.sql("closed", "REVOKE CONNECT ON DATABASE closed FROM PUBLIC");
    const to = (over: Partial<Target>) =>
      withSession({ ...target(over), password: async () => "x", patience: QUICK }, nothing);
    expect(await failing(to({ user: "nologin" }))).toMatchObject({ code: "login-not-permitted" });
    expect(await failing(to({ user: "outsider", database: "closed" }))).toMatchObject({
      code: "connect-not-granted",
    });
  });

  test("a connection without TLS", async () => {
    const failure = await failing(
      withSession({ ...target({ host: "127.0.0.1", tls: { mode: "disable" } }), password, patience: QUICK }, nothing),
    );
    expect(failure).toMatchObject({ code: "tls-required" });
  });

  test("a closed port, and a host that does not exist", async () => {
    const { port, close } = await startStub({});
    await close();
    expect(await failing(withSession({ ...target({ port }), password, patience: QUICK }, nothing))).toMatchObject({
      code: "connection-refused",
      message: expect.stringMatching(/^PostgreSQL at `localhost:\d+`, database postgres: .*ECONNREFUSED/),
    });
    expect(
      await failing(withSession({ ...target({ host: "nowhere.invalid" }), password, patience: QUICK }, nothing)),
    ).toMatchObject({
      code: expect.stringMatching(/^(host-not-found|dns-unavailable)$/),
    });
  });
});

describe("a refusal of a real server during the work is explained", () => {
  test.each([
    ["BEGIN READ ONLY; GRANT SELECT ON orders TO aad_orders", "read-only"],
    ["SET lock_timeout = '10ms'; LOCK TABLE orders", "concurrent-change"],
    ["SET statement_timeout = '10ms'; SELECT pg_sleep(10)", "server-time-out"],
    ["GRANT SELECT ON orders TO nobody_at_all", "role-not-found"],
    ["GRANT SELECT ON nothing_at_all TO aad_orders", "object-not-found"],
    ["GRANT USAGE ON SCHEMA nowhere TO aad_orders", "object-not-found"],
    ["GRANT SELECT ON hidden TO aad_orders", "not-permitted"],
    ["SET ROLE azuresu", "not-permitted"],
    ["ALTER DEFAULT PRIVILEGES FOR ROLE azuresu GRANT SELECT ON TABLES TO aad_orders", "not-permitted"],
    ["ALTER TABLE hidden ADD COLUMN more int", "not-permitted"],
  ])("%s", async (statement, code) => {
    await sandbox.sql(
      "postgres",
      'CREATE TABLE IF NOT EXISTS orders (); ALTER TABLE orders OWNER TO "ci-admin"; CREATE TABLE IF NOT EXISTS hidden ()',
    );
    const other = await sandbox.signInAs("ci-admin", "postgres");
    try {
      await other.query("BEGIN; LOCK TABLE orders IN ACCESS SHARE MODE");
      const error = await withSession({ ...target(), password }, rows(statement)).catch((error: unknown) => error);
      expect(readFailure(diagnose(error))).toMatchObject({ code });
    } finally {
      await other.end();
    }
  });
});

describe("before a password or token is sent", () => {
  /** Fails with this code before the user name is sent. */
  async function refusedBy(behaviour: Behaviour, tls: Server["tls"], code: string, host = "localhost") {
    const server = await stub(behaviour);
    const failure = await failing(
      withSession({ ...target({ host, port: server.port, tls }), password, patience: QUICK }, nothing),
    );
    expect(failure).toMatchObject({ code });
    expect(server.received.map(String).join()).not.toContain(SECRET);
    expect(server.received).toEqual([]);
  }

  test("an error in place of an answer to the request for TLS is explained by its words", async () => {
    const tooMany = errorResponse("53300", "sorry, too many clients already");
    await refusedBy({ refusal: tooMany }, { mode: "verify-full" }, "no-connection-slots");
    const noTls = errorResponse("0A000", "unsupported frontend protocol 1234.5679: server supports 1.0 to 3.0");
    await refusedBy({ refusal: noTls }, { mode: "verify-full" }, "tls-not-offered");
    const noMemory = Buffer.from("Ecould not fork new process for connection: Cannot allocate memory\n");
    await refusedBy({ refusal: noMemory }, { mode: "verify-full" }, "server-limit");
  });

  test("a different service is named as such, if the session is without TLS", async () => {
    const http = Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n");
    await refusedBy({ refusal: http }, { mode: "disable" }, "protocol-violation", "127.0.0.1");
  });

  test("what stands between the answer to the request for TLS and the handshake is not taken for the server's", async () => {
    await refusedBy(
      { refusal: Buffer.concat([Buffer.from("S"), WELCOME]) },
      { mode: "verify-full" },
      "protocol-violation",
    );
  });

  test("a server without TLS is refused", () => refusedBy({}, { mode: "verify-full" }, "tls-not-offered"));

  test("a certificate of an unknown authority is refused, with `verify-ca` too", async () => {
    const tls = await certificate("localhost");
    await refusedBy({ tls }, { mode: "verify-full" }, "tls-unknown-authority");
    await refusedBy({ tls }, { mode: "verify-ca" }, "tls-unknown-authority");
  });

  test("a certificate for another name is refused, but accepted with `verify-ca`", async () => {
    const tls = await certificate("other.contoso.com");
    await refusedBy({ tls }, { mode: "verify-full", rootCertificates: tls.cert }, "tls-wrong-host");
    const server = await stub({ tls, onStartup: () => ASK_PASSWORD, onMessage: () => WELCOME });
    const lax = target({ port: server.port, tls: { mode: "verify-ca", rootCertificates: tls.cert } });
    await withSession({ ...lax, password }, nothing);
    expect(String(server.received[1])).toContain(SECRET);
  });

  test("a certificate that names a host is refused for an address", async () => {
    const tls = await certificate("localhost");
    await refusedBy({ tls }, { mode: "verify-full", rootCertificates: tls.cert }, "tls-wrong-host", "127.0.0.1");
  });

  test("an expired certificate is refused", async () => {
    const tls = await certificate("localhost", -1);
    await refusedBy({ tls }, { mode: "verify-full", rootCertificates: tls.cert }, "tls-certificate");
  });

  test.each([
    ["PGSSLMODE", "disable"],
    ["PGSSLMODE", "no-verify"],
    ["NODE_TLS_REJECT_UNAUTHORIZED", "0"],
  ])("%s=%s in the job's environment does not weaken TLS", async (name, value) => {
    vi.stubEnv(name, value);
    await refusedBy({ tls: await certificate("localhost") }, { mode: "verify-full" }, "tls-unknown-authority");
    await refusedBy({}, { mode: "verify-full" }, "tls-not-offered");
  });
});

test("an error of megabytes is not read to its end, because each part of it would be copied again", async () => {
  const tls = await certificate("localhost");
  const long = errorResponse("57P01", "x".repeat(2 ** 21));
  const server = await stub({ tls, atOnce: true, onStartup: () => long });
  const login = target({ port: server.port, tls: { mode: "verify-full", rootCertificates: tls.cert } });
  const patience = { ...QUICK, maxTime: 0 };
  expect(await failing(withSession({ ...login, password, patience }, nothing))).toMatchObject({
    code: "protocol-violation",
  });
});

describe("sign-in and TLS handshake overlap", () => {
  test("the TLS handshake does not wait for the password", async () => {
    const tls = await certificate("localhost");
    let standing = () => {};
    const stands = new Promise<void>((resolve) => {
      standing = resolve;
    });
    const server = await stub({
      tls,
      onSecure: () => standing(),
      onStartup: () => ASK_PASSWORD,
      onMessage: () => WELCOME,
    });
    const late = async () => {
      await stands; // without the overlap, this would never end
      return SECRET;
    };
    await withSession(
      {
        ...target({ port: server.port, tls: { mode: "verify-full", rootCertificates: tls.cert } }),
        password: late,
      },
      nothing,
    );
    expect(String(server.received[1])).toContain(SECRET);
  });

  test("a failed sign-in ends the attempt at once, and the user name is not sent", async () => {
    const tls = await certificate("localhost");
    const failure = new ActionError({
      code: "connection-refused",
      message: inOurWords("Entra is away"),
      hint: inOurWords("h"),
      steps: [],
    });
    const trusted = { mode: "verify-full", rootCertificates: tls.cert } as const;
    for (const behaviour of [{ silent: true }, { tls }] as const) {
      const server = await stub(behaviour);
      const asked = vi.fn(async () => {
        await expect.poll(() => server.open()).toBe(1);
        throw failure;
      });
      await expect(
        withSession({ ...target({ port: server.port, tls: trusted }), password: asked, patience: QUICK }, nothing),
      ).rejects.toBe(failure);
      expect(asked).toHaveBeenCalledTimes(1);
      expect(server.received).toEqual([]);
      await expect.poll(() => server.open()).toBe(0);
    }
  });
});

test("a sign-in that ends after the attempt has failed sends nothing and leaves no connection open", async () => {
  const server = await stub({ tls: await certificate("localhost") });
  const timers = () => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
  let arrive = (_password: string) => {};
  const late = new Promise<string>((resolve) => {
    arrive = resolve;
  });
  const before = timers();
  const attempt = withSession(
    {
      ...target({ port: server.port, tls: { mode: "verify-full" } }),
      password: () => late,
      patience: QUICK,
    },
    nothing,
  );
  expect(await failing(attempt)).toMatchObject({ code: "tls-unknown-authority" });
  arrive(SECRET);
  await new Promise(setImmediate);
  expect(timers()).toBeLessThanOrEqual(before); // timers of tests before this one can have ended
  expect(server.received).toEqual([]);
});

describe("a server that ends the connection during the sign-in", () => {
  beforeAll(() =>
    sandbox
      .sql("postgres", "ALTER SYSTEM SET authentication_timeout = '3s'")
      .then(() => sandbox.sql("postgres", "SELECT pg_reload_conf()")),
  );
  afterAll(() =>
    sandbox
      .sql("postgres", "ALTER SYSTEM RESET authentication_timeout")
      .then(() => sandbox.sql("postgres", "SELECT pg_reload_conf()")),
  );
  const late = <T>(outcome: () => T) => new Promise((resolve) => setTimeout(resolve, 4_000)).then(outcome);

  test("a server that ended the connection during the sign-in is connected to again after it", async () => {
    const slow = () => late(() => SECRET);
    expect(await withSession({ ...target(), password: slow, patience: QUICK }, rows("SELECT 1 AS one"))).toEqual([
      { one: 1 },
    ]);
  });

  test("a server that ended the connection during the sign-in is not the cause of a failed sign-in", async () => {
    const failure = new ActionError({ code: "entra-away", message: inOurWords("m"), hint: EMPTY, steps: [] });
    const slow = () =>
      late(() => {
        throw failure;
      });
    await expect(withSession({ ...target(), password: slow, patience: QUICK }, nothing)).rejects.toBe(failure);
  });
});

describe("only transient failures are retried", () => {
  /** A stub with a trusted certificate, and its address. */
  async function trusted(behaviour: Omit<Behaviour, "tls">) {
    const tls = await certificate("localhost");
    const server = await stub({ ...behaviour, tls });
    return {
      server,
      to: target({ port: server.port, tls: { mode: "verify-full", rootCertificates: tls.cert } }),
    };
  }

  test("a server that is starting up is waited for, and the password is requested for each attempt", async () => {
    const { server, to } = await trusted({
      onStartup: (attempt) =>
        attempt < 4 ? errorResponse("57P03", "the database system is starting up") : ASK_PASSWORD,
      onMessage: () => WELCOME,
    });
    const asked = vi.fn(password);
    await withSession({ ...to, password: asked, patience: QUICK }, nothing);
    expect([server.connections(), asked.mock.calls.length]).toEqual([4, 4]);
  });

  test("a session gives up after a number of attempts", async () => {
    const { server, to } = await trusted({
      onStartup: () => errorResponse("57P03", "the database system is starting up"),
    });
    expect(await failing(withSession({ ...to, password, patience: QUICK }, nothing))).toMatchObject({
      code: "server-restarting",
    });
    expect(server.connections()).toBe(5);
  });

  test("a real server that has no free connection is waited for", async () => {
    await sandbox.sql("postgres", "CREATE ROLE crowded LOGIN PASSWORD 'x' CONNECTION LIMIT 1");
    const crowd = (work: () => Promise<unknown>) =>
      withSession({ ...target({ user: "crowded" }), password: async () => "x", patience: QUICK }, work);
    const failure = await crowd(() => failing(crowd(nothing)));
    expect(failure).toMatchObject({
      code: "no-connection-slots",
      message: expect.stringContaining('for role "crowded"'),
    });
  });

  test("an expired token is replaced once", async () => {
    const expired = errorResponse("28000", "The access token has expired. Please acquire a new token and retry.");
    const { server, to } = await trusted({
      onStartup: () => ASK_PASSWORD,
      onMessage: (_attempt, message) => (String(message).includes("fresh") ? WELCOME : expired),
    });
    await withSession(
      { ...to, password: async (refused) => (refused === "stale" ? "fresh" : "stale"), patience: QUICK },
      nothing,
    );
    expect(server.connections()).toBe(2);
    const never = withSession({ ...to, password: async () => "stale", patience: QUICK }, nothing);
    expect(await failing(never)).toMatchObject({ code: "token-expired" });
  });

  test("a connection that breaks is made again", async () => {
    const tls = await certificate("localhost");
    const server = await stub({
      tls,
      onStartup: () => errorResponse("57P01", "terminating connection due to administrator command"),
    });
    const to = target({ port: server.port, tls: { mode: "verify-full", rootCertificates: tls.cert } });
    expect(await failing(withSession({ ...to, password, patience: QUICK }, nothing))).toMatchObject({
      code: "server-restarting",
    });
    expect(server.connections()).toBe(5);
  });

  test("a server that never answers is given up on, without counting the time of the sign-in", async () => {
    const server = await stub({ silent: true });
    const hasty = { ...QUICK, answerTime: 50 };
    expect(
      await failing(withSession({ ...target({ port: server.port }), password, patience: hasty }, nothing)),
    ).toMatchObject({
      code: "connection-timed-out",
      message: expect.stringContaining("no answer within 1 s"),
    });
    const slow = () => new Promise<string>((resolve) => setTimeout(resolve, 4_000, SECRET));
    expect(
      await withSession(
        { ...target(), password: slow, patience: { ...QUICK, answerTime: 3_000 } },
        rows("SELECT 1 AS one"),
      ),
    ).toEqual([{ one: 1 }]);
  });
});

test("a session ends whichever message the server leaves without its end", () => {
  // In a process of its own: a parser that never returns would end neither the session nor this test.
  const child = spawnSync(process.execPath, [join(import.meta.dirname, "messages-child.ts")], {
    encoding: "utf8",
    timeout: 50_000,
  });
  expect(child).toMatchObject({ status: 0, stderr: "322 of 322 sessions ended with an error\n" });
});

test("a refused token is shown by its claims, never as itself", async () => {
  const part = (claims: object) => Buffer.from(JSON.stringify(claims)).toString("base64url");
  const token = `${part({ alg: "none" })}.${part({ oid: "object-1", appid: "app-1", idtyp: "app" })}.signature-of-it`;
  const failure = await failing(withSession({ ...target(), password: async () => token, patience: QUICK }, nothing));
  expect(failure.steps).toContain("`oid` `object-1`, `appid` `app-1` and `idtyp` `app`");
  expect(JSON.stringify(failure)).not.toContain(token.slice(0, 20));
  expect(JSON.stringify(failure)).not.toContain("signature-of-it");
});
