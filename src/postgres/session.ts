import { Socket } from "node:net";
import { type ConnectionOptions, checkServerIdentity, createSecureContext, getCACertificates } from "node:tls";
import pg from "pg";
import { claimsOf } from "../diagnosis/claims.ts";
import { diagnose } from "../diagnosis/diagnose.ts";
import type { Context } from "../diagnosis/rules.ts";
import { wordsOf } from "../diagnosis/symptoms.ts";
import { say } from "../log.ts";
import { ActionError } from "../model/failure.ts";
import type { PasswordProvider, Server, Tls } from "../model/settings.ts";
import { noAnswer, PATIENCE, type Patience, retryingFailures, within } from "../retry.ts";
import { breakSoon, checkMessages, delayStartup, onAnswer, refuseHashes, watchFirstAnswer } from "./driver.ts";

/** How to sign in to a database, and for how long to try. */
export interface SessionOptions extends Pick<Context, "signIn" | "cloud"> {
  readonly server: Server;
  readonly database: string;
  readonly user: string;
  /** Called at every attempt, with the token that the server called expired, if it did. */
  readonly password: PasswordProvider;
  readonly patience?: Patience;
  /** Takes a line for the log; by default, the line is logged as it is. */
  readonly say?: (line: string) => void;
  /** Ends the session: the query that runs has `GRACE_TIME` left, and no other starts after it. */
  readonly signal?: AbortSignal;
}

/**
 * Signs in to a database, lets `work` use the connection, and ends it whatever happens. If the other side breaks the
 * connection, `work` starts again on a new one.
 * @throws ActionError if no connection can be made; what `work` throws is thrown unchanged
 */
export async function withSession<T>(options: SessionOptions, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const { patience = PATIENCE, signal } = options;
  let times: Times = { ...patience, queryTime: QUERY_TIME };
  let timedOut: Error | undefined;
  const errors: unknown[] = [];
  for (let sessions = 1; ; sessions++) {
    const session = await openSession(options, times).catch((error) => {
      // A server that stays silent says no more by not answering a new connection.
      const isSilent = error instanceof ActionError && error.failure.code === "connection-timed-out";
      throw isSilent && timedOut !== undefined ? timedOut : error;
    });
    try {
      return await work(session.client);
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof ActionError) throw error;
      await session.client.query("ROLLBACK").catch(() => {}); // shows whether the error ended the session
      const late = (error as Error).message === PG_TIMEOUT;
      const broken = late ? Object.assign(noAnswer(times.queryTime), { code: "QUERY_TIMEOUT" }) : session.broken();
      if (broken === undefined) throw error;
      if (timedOut !== undefined) throw timedOut;
      // What the server said is why. Otherwise only one may say why: the error of a write on a broken connection does not.
      errors.push(error, ...(error instanceof pg.DatabaseError ? [] : [broken]));
      if (sessions === MAX_SESSIONS) throw late ? broken : new AggregateError(errors);
      if (late || session.silence() > LONG_SILENCE) {
        times = { ...patience, ...LAST_TRY };
        timedOut = broken;
      }
      (options.say ?? say)(`The connection broke: ${wordsOf(broken).replace(/\.?$/, ".")} Connecting again.`);
    } finally {
      await session.end();
    }
  }
}

/** All times are in milliseconds. */
interface Times extends Patience {
  /** How long the server may take to answer a message. */
  readonly queryTime: number;
}

/** Longer than the `statement_timeout` in transaction.ts and the wait for a turn together. */
const QUERY_TIME = 75_000;

/** After a silence longer than this, in milliseconds, the server may never answer, whatever broke the connection. */
const LONG_SILENCE = 10_000;

/** After a query without an answer, one more session looks at what was done, and the run ends within 100 s of that query. */
const LAST_TRY = { maxTime: 0, answerTime: 5_000, queryTime: 15_000 };

/** https://github.com/brianc/node-postgres/blob/master/packages/pg/lib/client.js (query_timeout) */
const PG_TIMEOUT = "Query read timeout";

/** The server may restart while this runs, even twice. */
const MAX_SESSIONS = 3;

function openSession(options: SessionOptions, times: Times): Promise<Session> {
  let expired: string | undefined;
  const attempt = async () => {
    const signingIn = options.password(expired);
    try {
      return await connect(options, signingIn, times);
    } catch (error) {
      if (error instanceof ActionError && error.failure.code === "token-expired") expired = await signingIn;
      throw error;
    }
  };
  return retryingFailures(attempt, options.say ?? say, times, options.signal);
}

/** Makes one connection. The sign-in and the handshakes overlap, and the one that fails first ends the other. */
async function connect(options: SessionOptions, signingIn: Promise<string>, times: Times): Promise<Session> {
  const { server, database, user, signIn, cloud, signal } = options;
  const { answerTime, queryTime } = times;
  const socket = new Socket();
  const refusal = server.tls.mode === "disable" ? undefined : watchFirstAnswer(socket);
  const startClock = () => setTimeout(() => socket.destroy(noAnswer(answerTime)), answerTime);
  const abort = () => socket.destroy(signal?.reason);
  let token: string | undefined;
  let waitsForSignIn = false;
  let broken: NodeJS.ErrnoException | undefined;
  const client = clientOf(options, socket, queryTime, () => signingIn);
  const parameters = { user, database, application_name: "azure-postgres-grants", client_encoding: "UTF8" };
  delayStartup(client, parameters, async () => {
    clearTimeout(clock); // the time of the sign-in is not the server's
    waitsForSignIn = true;
    token = await signingIn;
    if (socket.destroyed) throw new Error("the attempt is over");
    waitsForSignIn = false;
    clock = startClock();
  });
  checkMessages(client);
  if (signIn !== undefined && signIn.type !== "password") refuseHashes(client);
  client.on("error", (error) => {
    broken ??= error; // without a listener, a broken connection would end the process
  });
  let clock = startClock();
  signal?.addEventListener("abort", abort);
  if (signal?.aborted) abort();
  try {
    await Promise.all([signingIn, client.connect()]);
  } catch (error) {
    socket.destroy();
    signal?.throwIfAborted();
    if (error instanceof ActionError) throw error; // the sign-in's
    if (waitsForSignIn) {
      // The server does not wait as long as a sign-in may take (`authentication_timeout`).
      await signingIn;
      return await connect(options, signingIn, times);
    }
    const { host, port, tls } = server;
    const cause = refusal?.() ?? error;
    const onGitHub = process.env.RUNNER_ENVIRONMENT === "github-hosted";
    const context = { host, port, database, user, tls, signIn, cloud, onGitHub, token: claimsOf(token ?? "") };
    throw new ActionError(diagnose(cause, context), { cause });
  } finally {
    clearTimeout(clock);
    signal?.removeEventListener("abort", abort);
  }
  return sessionOf(client, socket, () => broken, signal);
}

function clientOf(
  { server, database, user }: SessionOptions,
  socket: Socket,
  queryTime: number,
  password: () => Promise<string>,
): pg.Client {
  return new pg.Client({
    host: server.host,
    port: server.port,
    user,
    database,
    password,
    ssl: tlsOptions(server.tls),
    sslnegotiation: "postgres",
    stream: () => socket,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    connectionTimeoutMillis: 0, // the clock of `connect` does it
    query_timeout: queryTime,
    pipeline: true, // several messages can be sent without waiting for answers
  });
}

type Session = ReturnType<typeof sessionOf>;

function sessionOf(
  client: pg.Client,
  socket: Socket,
  broken: () => NodeJS.ErrnoException | undefined,
  signal: AbortSignal | undefined,
) {
  let grace: NodeJS.Timeout | undefined;
  const stop = () => {
    grace = breakSoon(client, socket, signal?.reason, GRACE_TIME);
  };
  signal?.addEventListener("abort", stop);
  let answered = Date.now();
  onAnswer(client, () => {
    answered = Date.now();
  });
  return {
    client,
    /** The error that broke the connection, if it is broken. */
    broken,
    /** Milliseconds since the server answered a message. */
    silence: () => Date.now() - answered,
    /** A client left open keeps the process alive; a server that does not answer must not, either. */
    async end() {
      signal?.removeEventListener("abort", stop);
      clearTimeout(grace);
      await within(END_TIME, client.end()).catch(() => {});
      socket.destroy();
    },
  };
}

/** How long a query may go on after the run is cancelled, in milliseconds; the runner kills 10 s after its first signal. */
const GRACE_TIME = 2_000;

/** How long the end of a session may take, in milliseconds. */
const END_TIME = 1_000;

/**
 * Checks the certificate and, for `verify-full`, the name before a password is sent, whatever the job's environment
 * says: `pg` would read PGSSLMODE, and Node.js NODE_TLS_REJECT_UNAUTHORIZED.
 */
function tlsOptions(tls: Tls): ConnectionOptions | false {
  if (tls.mode === "disable") return false;
  const secureContext = CONTEXTS.get(tls) ?? contextOf(tls);
  CONTEXTS.set(tls, secureContext);
  return {
    rejectUnauthorized: true,
    checkServerIdentity: tls.mode === "verify-ca" ? () => undefined : checkServerIdentity,
    secureContext,
  };
}

/** All connections of a run share one: to read the certificates that Node.js trusts takes longer than a handshake. */
const CONTEXTS = new WeakMap<Tls, ReturnType<typeof contextOf>>();

function contextOf({ rootCertificates }: Tls) {
  return createSecureContext({
    minVersion: "TLSv1.2",
    // `ca` replaces what Node.js trusts (NODE_EXTRA_CA_CERTS included), and these are to come on top.
    ...(rootCertificates !== undefined && { ca: [...getCACertificates("default"), rootCertificates] }),
  });
}
