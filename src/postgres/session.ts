import { Socket } from "node:net";
import { type ConnectionOptions, checkServerIdentity, getCACertificates } from "node:tls";
import { info } from "@actions/core";
import { AbortError } from "p-retry";
import pg from "pg";
import { claimsOf } from "../diagnosis/claims.ts";
import { diagnose } from "../diagnosis/diagnose.ts";
import type { Context } from "../diagnosis/rules.ts";
import { ActionError } from "../model/failure.ts";
import type { Server, Tls } from "../model/settings.ts";
import { noAnswer, PATIENCE, type Patience, retryingFailures } from "../retry.ts";
import { logLine } from "../text/escape.ts";

export interface Target {
  readonly server: Server;
  readonly database: string;
  readonly user: string;
}

/**
 * Signs in to a database, lets `work` use the connection, and ends it whatever happens.
 * @param password asked for at every attempt; given the token that the server called expired, if it did
 * @param known what a diagnosis can use beyond the target: how the password is got
 * @throws ActionError when there is no connection to be had; what `work` throws comes out as it is
 */
export async function withSession<T>(
  target: Target,
  password: (refused?: string) => Promise<string>,
  work: (client: pg.Client) => Promise<T>,
  known: Pick<Context, "signIn" | "cloud"> = {},
  patience: Patience = PATIENCE,
): Promise<T> {
  let refused: string | undefined;
  const session = await retryingFailures(
    () =>
      connect(target, password(refused), known, patience.answerTime, (token) => {
        refused = token;
      }),
    (line) => info(logLine(line)),
    patience,
  );
  try {
    return await work(session.client);
  } catch (error) {
    // A query on a connection that broke before it does not know why.
    throw session.broken() === undefined || error instanceof ActionError
      ? error
      : new AggregateError([error, session.broken()]);
  } finally {
    await session.end();
  }
}

/** The sign-in is under way already: it and the handshakes overlap. Whichever fails first ends the other. */
async function connect(
  { server, database, user }: Target,
  signingIn: Promise<string>,
  known: Pick<Context, "signIn" | "cloud">,
  answerTime: number,
  onExpired: (token: string) => void,
) {
  const socket = new Socket();
  const clock = deadline(answerTime, () => socket.destroy(noAnswer(answerTime)));
  let token: string | undefined;
  let broken: Error | undefined;
  const client = new pg.Client({
    host: server.host,
    port: server.port,
    user,
    database,
    password: () => signingIn,
    ssl: tlsOptions(server.tls),
    sslnegotiation: "postgres",
    stream: () => socket,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    connectionTimeoutMillis: 0, // the clock above does it
    pipeline: true, // what need not wait for an answer is sent at once
  });
  holdBack(client, { user, database, application_name: "azure-postgres-grants" }, async () => {
    clock.stop(); // it is not the server's fault when the sign-in takes long
    token = await signingIn;
    if (socket.destroyed) throw new Error("the attempt is over");
    clock.start();
  });
  client.on("error", (error) => {
    broken ??= error; // without a listener, a broken connection would end the process
  });
  clock.start();
  try {
    const failingSignIn = signingIn.catch((error: unknown) => {
      throw new AbortError(error instanceof Error ? error : String(error)); // it was tried as often as makes sense
    });
    await Promise.all([failingSignIn, client.connect()]);
  } catch (error) {
    socket.destroy();
    if (error instanceof AbortError) throw error;
    const context = {
      ...known,
      host: server.host,
      port: server.port,
      database,
      user,
      token: claimsOf(token ?? ""),
    };
    const failure = diagnose(error, context);
    if (token !== undefined && failure.code === "token-expired") onExpired(token);
    throw new ActionError(failure, { cause: error });
  } finally {
    clock.stop();
  }
  return {
    client,
    broken: () => broken,
    /** A client left open keeps the process alive; a server that does not answer must not, either. */
    async end() {
      const giveUp = deadline(END_TIME, () => socket.destroy());
      giveUp.start();
      await client.end().catch(() => {});
      giveUp.stop();
    },
  };
}

/** For a good-bye; milliseconds. */
const END_TIME = 2_000;

/**
 * Certificate and, for `verify-full`, name are checked before a password leaves, whatever the job's environment
 * says: `pg` would read PGSSLMODE, Node.js NODE_TLS_REJECT_UNAUTHORIZED.
 */
function tlsOptions({ mode, rootCertificates }: Tls): ConnectionOptions | false {
  if (mode === "disable") return false;
  return {
    rejectUnauthorized: true,
    minVersion: "TLSv1.2",
    checkServerIdentity: mode === "verify-ca" ? () => undefined : checkServerIdentity,
    // `ca` replaces what Node.js trusts (NODE_EXTRA_CA_CERTS included), and these are to come on top.
    ...(rootCertificates === undefined ? {} : { ca: [...getCACertificates("default"), rootCertificates] }),
  };
}

/**
 * Sends nothing but `parameters` as the startup message, and that only when `ready`: until then the server knows no
 * name, so a failed sign-in leaves no failed login there. What `pg` would send holds PGOPTIONS and PGREPLICATION of
 * the job's environment, which could set any parameter of the session, and which no empty option keeps out.
 * https://github.com/brianc/node-postgres/blob/master/packages/pg/lib/connection-parameters.js
 */
function holdBack(client: pg.Client, parameters: Record<string, string>, ready: () => Promise<void>): void {
  const connection = client.connection as pg.Connection & {
    startup(parameters: Record<string, string>): void;
  };
  const startup = connection.startup.bind(connection);
  connection.startup = () => {
    ready().then(
      () => startup(parameters),
      () => {}, // what failed ends the attempt where it is awaited
    );
  };
}

function deadline(time: number, action: () => void) {
  let timer: NodeJS.Timeout | undefined;
  return {
    start() {
      timer = setTimeout(action, time);
    },
    stop() {
      clearTimeout(timer);
    },
  };
}
