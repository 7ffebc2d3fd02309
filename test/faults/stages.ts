import type { ChildProcess } from "node:child_process";
import { join } from "node:path";
import { startProxy } from "../sandbox/proxy.ts";
import { preloading } from "../sandbox/runner.ts";
import type { Sandbox } from "../sandbox/sandbox.ts";
import { HTTP_FAULTS, startFaultyHttp, startTcp } from "./http.ts";

/** The point of a run at which a signal comes. */
export interface Stage {
  readonly inputs?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  /** Resolves when the run reaches the point. */
  reached(child: ChildProcess): Promise<void>;
  close(): Promise<void>;
}

export type Stages = Readonly<Record<string, (sandbox: Sandbox) => Promise<Stage>>>;

/** The one sign-in stage of the other actions: the signal reaches the sign-in, which is the same code. */
export async function githubIsSilent(): Promise<Stage> {
  const asked = Promise.withResolvers<void>();
  const server = await startFaultyHttp(() => asked.resolve());
  return {
    env: { ACTIONS_ID_TOKEN_REQUEST_URL: `http://127.0.0.1:${server.port}/?a=b` },
    reached: () => asked.promise,
    close: server.close,
  };
}

/** The stages of the main action's sign-in to Entra with GitHub's ID token. */
export const SIGN_IN_STAGES: Stages = {
  "while GitHub does not answer": githubIsSilent,
  "while the sign-in waits to try again": async () => {
    const server = await startFaultyHttp((_request, response) => response.writeHead(503).end("{}"));
    return {
      env: { ACTIONS_ID_TOKEN_REQUEST_URL: `http://127.0.0.1:${server.port}/?a=b` },
      reached: (child) => says(child, /Trying again in/),
      close: server.close,
    };
  },
  "while Entra stops in the middle of its answer": async (sandbox) => {
    const asked = Promise.withResolvers<void>();
    const server = await startFaultyHttp((request, response) => {
      HTTP_FAULTS["stops in the middle of its answer"](request, response);
      asked.resolve();
    }, certificateOf(sandbox));
    return {
      env: { AZURE_AUTHORITY_HOST: `https://localhost:${server.port}` },
      reached: () => asked.promise,
      close: server.close,
    };
  },
};

/** The stages of every action that begins with a look at the database. */
export const SERVER_STAGES: Stages = {
  "while the server does not answer": async () => {
    const connected = Promise.withResolvers<void>();
    const server = await startTcp(() => connected.resolve());
    return { inputs: { port: String(server.port) }, reached: () => connected.promise, close: server.close };
  },
  "in the first look": async (sandbox) => {
    const looked = Promise.withResolvers<void>();
    const server = await startProxy(sandbox, ({ type }, wire) => {
      if (type !== "T") return true;
      wire.mute();
      looked.resolve();
      return false;
    });
    return { inputs: { port: String(server.port) }, reached: () => looked.promise, close: server.close };
  },
};

/** Resolves when the process has printed this. */
export function says(child: ChildProcess, text: RegExp): Promise<void> {
  let said = "";
  return new Promise((resolve) => {
    child.stdout?.on("data", (chunk) => {
      said += chunk;
      if (text.test(said)) resolve();
    });
  });
}

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/** Each stage with one of the signals, which src/start.ts takes alike; with each of them in `npm run test:all`. */
export function withSignals<S extends readonly unknown[]>(stages: readonly S[]) {
  return stages.flatMap((stage, n) =>
    SIGNALS.filter((_, m) => process.env.ALL_VERSIONS || m === n % 2).map((signal) => [signal, ...stage] as const),
  );
}

/** A signal that is sent once. */
export interface Interruption {
  readonly signal: NodeJS.Signals;
  send(child: ChildProcess): void;
  secondsAgo(): number;
}

/**
 * Seconds in which a run that gets a signal has to end. A quiet machine needs one; waiting for an answer takes 15. The
 * runner kills the run after 10.
 */
export const PROMPTLY = 10;

export function interruption(signal: NodeJS.Signals): Interruption {
  let sent: number | undefined;
  return {
    signal,
    send(child) {
      if (sent !== undefined) return;
      sent = performance.now();
      child.kill(signal);
    },
    secondsAgo: () => (performance.now() - (sent ?? Number.NaN)) / 1000,
  };
}

/** The certificate of the sandbox's servers, as `https` takes it. */
export function certificateOf({ certificates: { certificate: cert, key } }: Sandbox) {
  return { cert, key };
}

/** For `env`: an error that nobody catches, half a second after the start. */
export function throwing(what: string): Readonly<Record<string, string>> {
  return { THROWN: what, ...preloading(join(import.meta.dirname, "throwing.ts")) };
}
