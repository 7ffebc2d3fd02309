import { readFileSync } from "node:fs";
import { CLOUDS } from "../model/clouds.ts";
import { ON_EXTRA } from "../model/demand.ts";
import { ActionError } from "../model/failure.ts";
import { SEQUENCE_PRIVILEGES, TABLE_PRIVILEGES } from "../model/privileges.ts";
import { MODES } from "../model/report.ts";
import { code, inOurWords, quoted, type Sentence, sentence } from "../model/sentence.ts";
import type { Env, Settings, SignIn, Tls } from "../model/settings.ts";
import { nearest } from "../text/near.ts";
import { readAppConnection, secretsInAppConnection } from "./app-connection.ts";
import type { ConnectionParts } from "./connection-string.ts";
import {
  boolean,
  choice,
  clientId,
  cloudName,
  host,
  isLoopback,
  lines,
  name,
  names,
  port,
  privileges,
  rootCertificates,
  schemas,
  secret,
  tenantId,
} from "./values.ts";

interface Input {
  /** Completes "It takes …" in the message of a mistake. */
  readonly takes: string;
  /** The default in action.yml. */
  readonly default?: string;
  /** An unset variable must not widen what is demanded or change what is done: empty is a mistake. */
  readonly neverEmpty?: true;
  /** The value is masked in the log and never shown in a message. */
  readonly secret?: true;
}

const AUTH_TYPES = ["oidc", "client-secret", "managed-identity", "azure-cli", "password"] as const;
const SSL_MODES = ["verify-full", "verify-ca", "disable"] as const;

/** Every input read here, with action.yml's defaults. */
export const INPUTS = {
  "auth-type": { takes: oneOf(AUTH_TYPES) },
  "client-id": { takes: "the application (client) ID of the Entra application, a GUID" },
  "tenant-id": { takes: "the ID of the Entra tenant, a GUID, or one of its domain names" },
  "client-secret": { takes: "the secret of the service principal", secret: true },
  environment: { takes: oneOf(Object.keys(CLOUDS)), default: "azurecloud" },
  user: { takes: "the one role to sign in as, by its name in PostgreSQL" },
  password: { takes: "the PostgreSQL password of `user`", secret: true },
  "app-connection": {
    takes:
      "what Service Connector gave one app: a connection string (JDBC, URI, libpq or Npgsql), `KEY=value` lines, or the JSON of `az … connection list-configuration`",
    secret: true,
  },
  host: { takes: "one server, such as `my-server` or `my-server.postgres.database.azure.com`" },
  port: { takes: "a number from 1 to 65535" },
  database: { takes: "one database, or several, one a line" },
  "ssl-mode": { takes: oneOf(SSL_MODES), default: "verify-full" },
  "ssl-root-cert": { takes: "CA certificates as PEM text, or the path of a PEM file" },
  grantee: { takes: "the Entra user by its name in PostgreSQL (`aad_…`), or several, one a line" },
  schemas: { takes: "schemas, one a line, or '*' alone", default: "public", neverEmpty: true },
  "table-privileges": {
    takes: `\`ALL\` alone, or a comma-separated list of ${TABLE_PRIVILEGES.join(", ")}`,
    default: "ALL",
    neverEmpty: true,
  },
  "sequence-privileges": {
    takes: `\`ALL\` alone, or a comma-separated list of ${SEQUENCE_PRIVILEGES.join(", ")}`,
    default: "ALL",
    neverEmpty: true,
  },
  "default-privileges": { takes: "`true` or `false`", default: "false" },
  "on-extra": { takes: oneOf(ON_EXTRA), default: "warn", neverEmpty: true },
  exclude: { takes: "tables, views and sequences to leave alone, one pattern a line" },
  "allow-empty": { takes: "`true` or `false`", default: "false" },
  mode: { takes: oneOf(MODES), default: "apply", neverEmpty: true },
  "drift-issue": { takes: "`true` or `false`", default: "false" },
  "github-token": { takes: "a token of GitHub that may write issues", secret: true },
} as const satisfies Readonly<Record<string, Input>>;

type Name = keyof typeof INPUTS;

/**
 * What the inputs say, as one value.
 * @param env the environment of the process, inputs in it as the runner sets them (`INPUT_TABLE-PRIVILEGES`)
 * @param readFile reads the file that `ssl-root-cert` may name
 * @throws ActionError `bad-input` that tells every mistake, a line each
 */
export function parseSettings(env: Env, readFile = (path: string) => readFileSync(path, "utf8")): Settings {
  const inputs = inputsIn(env);
  const cloud = CLOUDS[inputs.orDefault("environment", cloudName) ?? "azurecloud"];
  const signIn = signInFrom(inputs);
  const hostName = host(cloud.hostSuffix);
  const connection = connectionFrom(inputs, hostName);
  const server = {
    host: inputs.orConnection("host", hostName, connection?.host),
    port: inputs.orConnection("port", port, connection?.port ?? DEFAULT_PORT),
    tls: tlsFrom(inputs, readFile),
  };
  if (
    server.tls.mode === "disable" &&
    !(signIn.type === "password" && isLoopback(server.host ?? "localhost"))
  ) {
    inputs.mistake(
      "ssl-mode",
      "got `disable`; an Entra token is never sent in the clear, and a password only to this machine itself (localhost, 127.0.0.1, ::1)",
    );
  }
  const settings: Settings = {
    mode: inputs.orDefault("mode", choice(MODES)),
    signIn,
    cloud,
    server,
    user: inputs.required("user", name),
    databases: inputs.orConnection("database", names, connection?.database),
    grantees: inputs.orConnection("grantee", names, connection?.user),
    demand: {
      schemas: inputs.orDefault("schemas", schemas),
      tablePrivileges: inputs.orDefault("table-privileges", privileges(TABLE_PRIVILEGES)),
      sequencePrivileges: inputs.orDefault("sequence-privileges", privileges(SEQUENCE_PRIVILEGES)),
      defaultPrivileges: inputs.orDefault("default-privileges", boolean),
      onExtra: inputs.orDefault("on-extra", choice(ON_EXTRA)),
      exclude: inputs.optional("exclude", lines) ?? [],
      allowEmpty: inputs.orDefault("allow-empty", boolean),
    },
    ...driftIssueFrom(inputs),
  };
  inputs.throwMistakes();
  return settings;
}

/** Not in action.yml: a default there looks like a port that somebody gave, and would win over `app-connection`. */
const DEFAULT_PORT = "5432";

/** Nothing when there is to be no issue: the token is then nobody's business. */
function driftIssueFrom(inputs: Inputs): Pick<Settings, "driftIssue"> {
  if (!inputs.orDefault("drift-issue", boolean)) return {};
  return { driftIssue: { token: inputs.required("github-token", secret) } };
}

/** The values to mask in the log, before anything else happens. */
export function secretsIn(env: Env): readonly string[] {
  const secrets = ["client-secret", "password", "github-token"].map((each) =>
    secret(env[variable(each)] ?? ""),
  );
  const found = secretsInAppConnection(env[variable("app-connection")] ?? "");
  return [...secrets, ...found].filter((value) => value.trim() !== "");
}

/** What `app-connection` says; where it holds several connections, the explicit inputs choose. */
function connectionFrom(inputs: Inputs, hostName: (text: string) => string): ConnectionParts | undefined {
  const [hosts, databases, grantees] = [
    inputs.peek("host", (text) => [hostName(text)]),
    inputs.peek("database", names),
    inputs.peek("grantee", names),
  ];
  const fits = (said: string | undefined, wanted: readonly string[] | undefined) =>
    said === undefined || wanted === undefined || wanted.includes(said);
  return inputs.optional("app-connection", (text) =>
    readAppConnection(
      text,
      ({ host, database, user }) => fits(host, hosts) && fits(database, databases) && fits(user, grantees),
    ),
  );
}

function signInFrom(inputs: Inputs): SignIn {
  const asked = inputs.optional("auth-type", choice(AUTH_TYPES));
  if (inputs.given("auth-type") && asked === undefined) return { type: "azure-cli" }; // a mistake: never used
  if (inputs.given("password") && inputs.given("client-secret")) {
    inputs.mistake(
      "password",
      "`client-secret` is given too, and only one of them can be the way to sign in",
    );
  }
  const type =
    asked ??
    (inputs.given("password") ? "password" : inputs.given("client-secret") ? "client-secret" : "oidc");
  const why = `\`auth-type: ${type}\`${asked === undefined ? ", which follows from the other inputs," : ""} needs it`;
  switch (type) {
    case "oidc":
      return {
        type,
        clientId: inputs.required("client-id", clientId, why),
        tenantId: inputs.required("tenant-id", tenantId, why),
      };
    case "client-secret":
      return {
        type,
        clientId: inputs.required("client-id", clientId, why),
        tenantId: inputs.required("tenant-id", tenantId, why),
        clientSecret: inputs.required("client-secret", secret, why),
      };
    case "managed-identity": {
      const id = inputs.optional("client-id", clientId);
      return id === undefined ? { type } : { type, clientId: id };
    }
    case "azure-cli":
      return { type };
    case "password":
      return { type, password: inputs.required("password", secret, why) };
  }
}

function tlsFrom(inputs: Inputs, readFile: (path: string) => string): Tls {
  const mode = inputs.orDefault("ssl-mode", choice(SSL_MODES));
  const pem = inputs.optional("ssl-root-cert", rootCertificates(readFile));
  return pem === undefined ? { mode } : { mode, rootCertificates: pem };
}

type Inputs = ReturnType<typeof inputsIn>;

/**
 * Reads inputs and collects mistakes. What is returned for an input with a mistake in it is undefined whatever
 * its type says, and never gets out: `throwMistakes` comes first.
 */
function inputsIn(env: Env) {
  const mistakes: Sentence[] = [...misspelt(env)];
  const given = (name: Name) => (env[variable(name)] ?? "").trim() !== "";
  const wrong = new Set<Name>();
  const mistake = (name: Name, what: string) => {
    wrong.add(name);
    const takes = inOurWords(INPUTS[name].takes);
    mistakes.push(
      sentence`${code(name)}: ${quoted(`${what}${what.endsWith("?") ? "" : "."}`)} It takes ${takes}.`,
    );
  };

  function read<T>(name: Name, parse: (text: string) => T, without: () => T): T {
    const { neverEmpty, secret }: Input = INPUTS[name];
    const text = env[variable(name)];
    if (!given(name)) {
      if (text === undefined || !neverEmpty) return without();
      mistake(name, "it is empty (a variable that is not set?)");
      return undefined as T;
    }
    try {
      if (text?.includes("\0")) throw new Error("it holds a NUL character");
      return parse(text ?? "");
    } catch (error) {
      mistake(name, `${secret ? "" : `got ${shown(text ?? "")}; `}${(error as Error).message}`);
      return undefined as T;
    }
  }

  return {
    given,
    mistake,
    optional: <T>(name: Name, parse: (text: string) => T) =>
      read<T | undefined>(name, parse, () => undefined),
    orDefault: <T>(name: NameWithDefault, parse: (text: string) => T) =>
      read(name, parse, () => parse(INPUTS[name].default)),
    required: <T>(name: Name, parse: (text: string) => T, why?: string) =>
      read(name, parse, () => {
        mistake(name, `it is missing${why === undefined ? "" : `, and ${why}`}`);
        return undefined as T;
      }),
    /** An explicit input wins; what is only found in `app-connection` has to be as good. */
    orConnection: <T>(name: Name, parse: (text: string) => T, found: string | undefined) =>
      read(name, parse, () => {
        try {
          if (found !== undefined) return parse(found);
          const silent = given("app-connection") ? ", and `app-connection` does not say" : "";
          if (!wrong.has("app-connection")) mistake(name, `it is missing${silent}`);
        } catch (error) {
          mistake("app-connection", `its ${name} cannot be used: ${(error as Error).message}`);
        }
        return undefined as T;
      }),
    /** What it says if it says something good; no mistake is noted. */
    peek<T>(name: Name, parse: (text: string) => T): T | undefined {
      try {
        return given(name) ? parse(env[variable(name)] ?? "") : undefined;
      } catch {
        return undefined;
      }
    },
    throwMistakes() {
      if (mistakes.length > 0) throw badInput(mistakes);
    },
  };
}

type NameWithDefault = { [N in Name]: (typeof INPUTS)[N] extends { default: string } ? N : never }[Name];

/** https://github.com/actions/toolkit/blob/main/packages/core/src/core.ts (getInput): only spaces are replaced. */
function variable(name: string): string {
  return `INPUT_${name.replaceAll(" ", "_").toUpperCase()}`;
}

/** The runner only warns about an input it does not know, and goes on with the default of the one that was meant. */
function misspelt(env: Env): readonly Sentence[] {
  const ours = Object.keys(INPUTS);
  const known = new Set(ours.map(variable));
  return Object.keys(env)
    .filter((key) => key.startsWith("INPUT_") && !known.has(key))
    .sort()
    .flatMap((key) => {
      const name = key.slice("INPUT_".length).toLowerCase();
      const near = nearest(name, ours);
      return near === undefined
        ? []
        : [sentence`${code(name)}: there is no such input. Did you mean ${code(near)}?`];
    });
}

function badInput(mistakes: readonly Sentence[]): ActionError {
  const invalid =
    mistakes.length === 1 ? sentence`1 input is invalid.` : sentence`${mistakes.length} inputs are invalid.`;
  return new ActionError({
    code: "bad-input",
    message: sentence`${invalid} Nothing was changed.`,
    problems: mistakes,
    hint: inOurWords("The action stops before it connects to anything when an input is invalid."),
    steps: [
      {
        text: inOurWords(
          "Correct the `with:` block of this step. The README of this action explains every input.",
        ),
      },
    ],
  });
}

/** A value as a message may show it: on one line, not too long, and not when a secret may have slipped into it. */
function shown(value: string): string {
  const text = value.trim();
  if (/pass|pwd|secret|eyJ|:.*@|PRIVATE KEY/is.test(text))
    return "a value that is not shown, for it may hold a secret";
  return JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text);
}

function oneOf(words: readonly string[]): string {
  return `${words
    .slice(0, -1)
    .map((word) => `\`${word}\``)
    .join(", ")} or \`${words.at(-1)}\``;
}
