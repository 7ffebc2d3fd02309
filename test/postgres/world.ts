import pg from "pg";
import { afterAll, beforeAll, inject, onTestFinished } from "vitest";
import { nothingDone } from "../../src/grants/outcome.ts";
import type { Demand } from "../../src/model/demand.ts";
import type { Kind } from "../../src/model/kinds.ts";
import type { GranteeReport, Mode, Named, Report } from "../../src/model/report.ts";
import { type Reconciled, reconcile } from "../../src/reconcile.ts";
import { issueCertificates } from "../sandbox/certificates.ts";
import { creating, flexibleServer, makeFlexible } from "../sandbox/flexible-server.ts";
import {
  type Address,
  type PostgresServer,
  SUPERUSER,
  signInAs,
  startServer,
  type Version,
} from "../sandbox/postgres.ts";
import type { Share } from "../shared-servers.ts";

/** What the action checks by default. */
export const DEFAULTS: Demand = {
  schemas: ["public"],
  tablePrivileges: "ALL",
  sequencePrivileges: "ALL",
  schemaPrivileges: ["USAGE"],
  routinePrivileges: [],
  actAsOwner: false,
  allowEmpty: false,
  exclude: [],
  defaultPrivileges: false,
  onExtra: "warn",
};

/** A server of one version for a file's tests; each test opens a separate place on it. */
export interface World {
  readonly address: Address;
  open(options?: { readonly database?: string }): Promise<Place>;
}

/** A database with two new roles: `owner` owns it and its schema public, `app` has nothing yet. */
export interface Place {
  readonly database: string;
  readonly owner: string;
  readonly app: string;
  /** Creates a role, by default one that can log in; its name gets a suffix that is unique to the place. */
  role(name: string, options?: string): Promise<string>;
  /** Runs SQL as the superuser. @returns the rows of the last statement */
  sql<Row extends pg.QueryResultRow = pg.QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]>;
  /** Runs SQL as a role, in a separate session. @returns the rows of the last statement */
  as<Row extends pg.QueryResultRow = pg.QueryResultRow>(role: string, text: string): Promise<Row[]>;
  /** Whether a role can do something, by doing it and rolling it back. */
  can(role: string, text: string): Promise<boolean>;
  /** A session that ends with the test. */
  signIn(role: string): Promise<pg.Client>;
  /** The action's story of this database, with the user's own session; several grantees only by `reconcile`. */
  run(mode: Mode, demand?: Partial<Demand>, options?: RunOptions): Promise<GranteeReport & Story>;
  /** Every ACL entry of the database, and every membership of the place's roles, one per line. */
  acls(): Promise<readonly string[]>;
}

interface RunOptions {
  /** The login; by default the place's owner. */
  readonly user?: string;
  /** By default the place's app. */
  readonly grantee?: string;
  readonly client?: pg.Client;
}

/** The parts of a run's report outside the grantee's. */
export type Story = Pick<Reconciled, "statements" | "fixes" | "serverVersion"> & {
  readonly said: readonly string[];
};

/** A world on the run's shared server: other files use it at the same time, with other databases and roles. */
export function useWorld(version: Version): World {
  return startedWorld(async () => {
    const response = await fetch(`${inject("sharedServers")}/${version}`);
    if (!response.ok) throw new Error(await response.text());
    const { file, ...address } = (await response.json()) as Share;
    return { address, prefix: `${file}_` };
  });
}

/** A world on a separate server, for tests that count its transactions, fill its lock table or read its log. */
export function useOwnWorld(version: Version): World & { log(): string; ca(): string } {
  let server: PostgresServer | undefined;
  let ca = "";
  afterAll(() => server?.stop());
  const world = startedWorld(async () => {
    const certificates = await issueCertificates();
    ca = certificates.ca;
    server = await startServer({ version, certificates });
    await makeFlexible(server);
    return { address: server, prefix: "" };
  });
  return Object.assign(world, { log: () => server?.log() ?? "", ca: () => ca });
}

function startedWorld(start: () => Promise<{ address: Address; prefix: string }>): World {
  let started: Awaited<ReturnType<typeof start>> | undefined;
  let places = 0;
  /** A session that creates and drops the places: a session for each costs more than the statement. */
  let keeper: pg.Client | undefined;
  beforeAll(async () => {
    started = await start();
    keeper = await signInAs(started.address, SUPERUSER, "postgres");
  });
  // Before the server stops: vitest runs these in reverse order.
  afterAll(() => keeper?.end());
  const running = () => {
    if (started === undefined) throw new Error("the world's server is not running");
    return started;
  };
  return {
    get address() {
      return running().address;
    },
    open({ database } = {}) {
      const { address, prefix } = running();
      if (keeper === undefined) throw new Error("the world's server is not running");
      return openPlace(address, keeper, `${prefix}${++places}`, database);
    },
  };
}

/** Statements about what a session reads only when it begins. */
const READ_AT_SIGN_IN = /\b(ROLE|DATABASE|SYSTEM)\b/;

async function openPlace(address: Address, keeper: pg.Client, id: string, database = `place_${id}`): Promise<Place> {
  const server = flexibleServer(address);
  await keeper.query(creating(address, database));
  const open: pg.Client[] = [];
  onTestFinished(async () => {
    await Promise.all(open.map((client) => client.end()));
    await keeper.query(`DROP DATABASE IF EXISTS ${quote(database)} WITH (FORCE)`);
  });
  const signIn = async (role: string) => {
    const client = await server.signInAs(role, database);
    open.push(client);
    return client;
  };
  const superuser = await signIn("azuresu");
  /** The sessions of earlier runs, by login: in a new session, a run takes the server twice as long. */
  const idle = new Map<string, pg.Client>();
  const ended = (text: string) => {
    if (READ_AT_SIGN_IN.test(text)) idle.clear();
  };
  const sql: Place["sql"] = async (text, values) => {
    ended(text);
    return rowsOf(await superuser.query(text, values));
  };
  const role: Place["role"] = async (name, options = "LOGIN") => {
    await sql(`CREATE ROLE ${quote(`${name}_${id}`)} ${options}`);
    return `${name}_${id}`;
  };
  const [owner, app] = [await role("owner"), await role("app")];
  await sql(`
    ALTER DATABASE ${quote(database)} OWNER TO ${owner};
    ALTER SCHEMA public OWNER TO ${owner};
    REVOKE ALL ON SCHEMA public FROM migrator`);

  return {
    database,
    owner,
    app,
    role,
    sql,
    signIn,
    async as(name, text) {
      ended(text);
      const client = await server.signInAs(name, database);
      try {
        return rowsOf(await client.query(text));
      } finally {
        await client.end();
      }
    },
    async can(name, text) {
      let client: pg.Client | undefined;
      try {
        client = await server.signInAs(name, database);
        await client.query(`BEGIN; ${text}; ROLLBACK`);
        return true;
      } catch (error) {
        if (error instanceof pg.DatabaseError && error.code === "42501") return false;
        throw error;
      } finally {
        await client?.end();
      }
    },
    async run(mode, demand = {}, { user = owner, grantee = app, client } = {}) {
      const said: string[] = [];
      const session = client ?? idle.get(user) ?? (await signIn(user));
      idle.delete(user);
      const task = { mode, grantees: [grantee], demand: { ...DEFAULTS, ...demand } };
      const { grantees, statements, fixes, serverVersion } = await reconcile(
        session,
        task,
        (line) => {
          said.push(line);
        },
        { done: nothingDone() },
      );
      if (client === undefined) idle.set(user, session);
      const [report] = grantees as [GranteeReport];
      return {
        ...report,
        statements,
        fixes,
        said,
        ...(serverVersion === undefined ? {} : { serverVersion }),
      };
    },
    async acls() {
      const rows = await sql<{ line: string }>(ACLS, [`_${id}`]);
      return rows.map(({ line }) => line);
    },
  };
}

function rowsOf(result: pg.QueryResult | pg.QueryResult[]) {
  return (Array.isArray(result) ? (result.at(-1)?.rows ?? []) : result.rows) as never;
}

export function quote(name: string): string {
  return pg.escapeIdentifier(name);
}

/** Findings as lines: `table t: SELECT, INSERT`, the schema named where it is not public. */
export function linesOf(
  findings: readonly (Named & { readonly privileges: readonly string[]; readonly reason?: string })[],
): readonly string[] {
  return findings.map(({ kind, schema, name, privileges, reason }) => {
    const path = schema === undefined || schema === "public" ? name : `${schema}.${name}`;
    return `${kind} ${path}: ${privileges.join(", ")}${reason === undefined ? "" : ` (${reason})`}`;
  });
}

/** Where privileges on objects of a kind come from, as lines: `role team: SELECT, INSERT`. */
export function sourcesOn(kind: Kind, { held }: GranteeReport): readonly string[] {
  return held
    .filter((entry) => entry.kind === kind)
    .map((entry) => {
      const source = entry.source === "role" ? `role ${entry.role}` : entry.source;
      return `${source}: ${entry.privileges.join(", ")}`;
    })
    .sort();
}

/** The lines that are only in `after`, and those that are only in `before`. */
export function difference(before: readonly string[], after: readonly string[]) {
  return {
    added: after.filter((line) => !before.includes(line)),
    removed: before.filter((line) => !after.includes(line)),
  };
}

/** Keeps the text of every query a client is sent; the queries go on to the server. */
export function recorded(client: pg.Client): readonly string[] {
  const queries: string[] = [];
  between(client, async (text) => {
    queries.push(text);
    return undefined;
  });
  return queries;
}

/** Whether a query changes privileges: a line of it begins with the verb, where the snapshot's only mention it. */
export function changesPrivileges(text: string): boolean {
  return /^(GRANT|REVOKE|ALTER) /m.test(text);
}

/**
 * Runs `meanwhile` before each query of a client, with its text; what it returns, if anything, is sent in its place.
 * Queries that are sent at once are taken in turn, so that each has its own meanwhile.
 */
export function between(client: pg.Client, meanwhile: (text: string) => Promise<string | undefined>): void {
  const query = client.query.bind(client) as (text: string, values?: unknown[]) => Promise<unknown>;
  let last: Promise<unknown> = Promise.resolve();
  const hooked = (text: string, values?: unknown[]) => {
    const mine = async () => query((await meanwhile(text)) ?? text, values);
    last = last.then(mine, mine);
    return last;
  };
  client.query = hooked as unknown as typeof client.query;
}

/** A report around one or several databases' stories, for what renders reports. */
export function reportOf(
  user: string,
  stories: readonly { readonly database: string; readonly story: GranteeReport & Story }[],
): Report {
  return {
    version: 1,
    mode: "plan",
    verdict: "drift",
    databases: stories.map(({ database, story }) => ({
      host: "localhost",
      port: 5432,
      database,
      user,
      verdict: story.verdict,
      grantees: [story],
      statements: story.statements,
      fixes: story.fixes,
    })),
  };
}

/**
 * Effective ACLs, exploded: GRANT writes the built-in default down where there was NULL, which changes nothing.
 * Relations of all kinds and schemas, columns, schemas, the database, default privileges, functions, and the
 * memberships of roles whose names end in $1.
 */
const ACLS = `
WITH securable (object, acl) AS (
  SELECT format('%s %s.%I', CASE relkind WHEN 'S' THEN 'sequence' ELSE 'table' END, relnamespace::regnamespace, relname),
         coalesce(relacl, acldefault(CASE relkind WHEN 'S' THEN 's'::"char" ELSE 'r' END, relowner))
  FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
  UNION ALL
  SELECT format('column %I of %s', attname, attrelid::regclass), attacl FROM pg_attribute WHERE attacl IS NOT NULL
  UNION ALL
  SELECT format('schema %I', nspname), coalesce(nspacl, acldefault('n', nspowner)) FROM pg_namespace
  WHERE nspname !~ '^pg_(toast_)?temp_'
  UNION ALL
  SELECT format('database %I', datname), coalesce(datacl, acldefault('d', datdba)) FROM pg_database
  WHERE datname = current_database()
  UNION ALL
  SELECT format('default %s of %s in %s', defaclobjtype, defaclrole::regrole, defaclnamespace), defaclacl
  FROM pg_default_acl
  UNION ALL
  SELECT format('function %s', oid::regprocedure), proacl FROM pg_proc WHERE proacl IS NOT NULL
)
SELECT format('%s: %s %s%s by %s', object, CASE grantee WHEN 0 THEN 'PUBLIC' ELSE grantee::regrole::text END,
              privilege_type, CASE WHEN is_grantable THEN '*' ELSE '' END, grantor::regrole) AS line
FROM securable, aclexplode(acl)
UNION ALL
SELECT format('member %s of %s by %s', member::regrole, roleid::regrole, grantor::regrole) FROM pg_auth_members
WHERE EXISTS (SELECT FROM pg_roles WHERE oid IN (member, roleid) AND right(rolname, length($1)) = $1)
ORDER BY line`;
