import { MODES, UNDECLARED } from "../model/report.ts";
import { code, EMPTY, inOurWords, paragraph, sentence } from "../model/sentence.ts";
import type { Env, Settings, SignIn } from "../model/settings.ts";
import { isPattern } from "../text/pattern.ts";
import { readAppConnection, secretsInAppConnection } from "./app-connection.ts";
import type { ConnectionParts } from "./connection-string.ts";
import { grantsIn } from "./entries.ts";
import { DEMAND_INPUTS, demandFrom, GRANT_INPUTS, grantFrom } from "./grants.ts";
import { type GrantsFile, readGrantsFile, readInWorkspace } from "./grants-file.ts";
import { Invalid } from "./invalid.ts";
import { all, type InputsOf, ifValid, readInputs, secretsIn, textIn } from "./reader.ts";
import { SERVER_INPUTS, tlsFrom } from "./server.ts";
import { cloudFrom, SIGN_IN_INPUTS, signInFrom } from "./sign-in.ts";
import { BOOLEAN, boolean, choice, hostNames, name, names, oneOf, port, SECRET_INPUT, secret } from "./values.ts";

/** The inputs of the main action, with the defaults in its action.yml. */
export const INPUTS = {
  ...SIGN_IN_INPUTS,
  "app-connection": {
    use: "the connection settings of one app, as Service Connector provides them: a connection string (JDBC, URI, libpq or Npgsql), `KEY=value` lines, or the JSON of `az … connection list-configuration`",
    secrets: secretsInAppConnection,
  },
  ...SERVER_INPUTS,
  host: {
    use: "one or more server names, one per line, such as `my-server` or `my-server.postgres.database.azure.com`",
  },
  ...DEMAND_INPUTS,
  "grants-file": { use: "the path of a YAML file in the workspace" },
  undeclared: { use: oneOf(UNDECLARED), default: "ignore" },
  mode: { use: oneOf(MODES), default: "apply", neverEmpty: true },
  "drift-issue": BOOLEAN,
  "github-token": { ...SECRET_INPUT, use: "a GitHub token that can write issues. Omit it to use the job's own" },
} as const;

type MainInputs = InputsOf<typeof INPUTS>;

/**
 * Parses the inputs into one value.
 * @param env the environment of the process, in which the runner sets the inputs (`INPUT_TABLE-PRIVILEGES`)
 * @param file the file in `grants-file`, by `grantsFileIn`
 * @throws ActionError `bad-input` with a problem for each mistake
 */
export function parseSettings(env: Env, file?: GrantsFile): Settings {
  return readInputs(INPUTS, env, (inputs) => settingsFrom(inputs, file), file?.mistakes);
}

function settingsFrom(explicit: MainInputs, file: GrantsFile | undefined): Settings {
  const cloud = () => cloudFrom(explicit);
  const signIn = () => signInFrom(explicit);
  const toHosts = hostNames(() => cloud().hostSuffix, CONNECTION_STRINGS);
  const connection = () => explicit.optional("app-connection", (text) => oneOfEach(readAppConnection(text)));
  const inputs = explicit.withContentsOf("app-connection", () => {
    const { host, port, database, user: grantee } = connection() ?? {};
    return { host, port, database, grantee };
  });
  const hosts = () => inputs.required("host", toHosts);
  const servers = () => {
    const { all: found, ...how } = all({
      all: hosts,
      port: () => inputs.optional("port", port) ?? DEFAULT_PORT,
      tls: () => tlsFrom(inputs, signIn, hosts),
    });
    return found.map((host) => ({ host, ...how }));
  };
  const grants = () => {
    if (file === undefined) return [grantFrom(inputs, signIn)];
    ifValid(() => checkBesideFile(inputs, () => connection()?.user, signIn));
    return grantsIn(file.entries, inputs, signIn);
  };
  const { connection: _, ...settings } = all({
    mode: () => inputs.orDefault("mode", choice(MODES)),
    signIn,
    cloud,
    connection,
    servers,
    user: () => inputs.required("user", name),
    grants,
    undeclared: () => inputs.orDefault("undeclared", choice(UNDECLARED)),
    // The token is read only when there is an issue to keep.
    driftIssue: () =>
      inputs.orDefault("drift-issue", boolean)
        ? { token: inputs.required("github-token", secret, code("drift-issue: true")) }
        : undefined,
  });
  return settings;
}

/** The file in `grants-file`, if it is set. */
export async function grantsFileIn(env: Env): Promise<GrantsFile | undefined> {
  const path = textIn(env, "grants-file").trim();
  if (path === "") return undefined;
  const name = secretsIn(INPUTS, env).some((secret) => path.includes(secret)) ? "grants-file" : path;
  try {
    const text = readInWorkspace(path, env.GITHUB_WORKSPACE ?? "");
    // Loaded here, because no other run needs it.
    return readGrantsFile(text, name, await import("yaml"), INPUTS, Object.keys(GRANT_INPUTS));
  } catch (error) {
    if (!(error instanceof Invalid)) throw error;
    const problem = sentence`${code("grants-file")}: ${code(name)} ${error.problem}.`;
    const { remedy = EMPTY } = error.details;
    return { entries: [], mistakes: [{ name: "grants-file", problem: paragraph(problem, remedy) }] };
  }
}

/** The grantees are in the file, and nowhere else. What its entries inherit has to be valid, even if none inherits it. */
function checkBesideFile(inputs: MainInputs, user: () => string | undefined, signIn: () => SignIn): void {
  const beside = (input: "grantee" | "grantee-object-id" | "app-connection") => {
    const remedy = input === "app-connection" ? SET_INSTEAD : inOurWords("Remove it.");
    const problem = sentence`${code(input)} names grantees, but the entries of ${code("grants-file")} have them. ${remedy}`;
    return inputs.mistake(input, problem);
  };
  all({
    grantee: () => inputs.isSet("grantee") && beside("grantee"),
    user: () => user() !== undefined && beside("app-connection"),
    database: () => inputs.optional("database", names),
    demand: () => demandFrom(inputs, () => beside("grantee-object-id"), signIn),
  });
}

const SET_INSTEAD = inOurWords("Set `host` and `database` instead.");

/** Not in action.yml: a default there looks like an input that somebody set, and would override `app-connection`. */
const DEFAULT_PORT = 5432;

const CONNECTION_STRINGS = inOurWords("Connection strings go in `app-connection`.");

/** Inputs take a line break and a `*` for several names: what is in a secret must not widen what is checked. */
function oneOfEach(parts: ConnectionParts): ConnectionParts {
  const isSeveral = Object.values(parts).some((value) => /[\r\n]/.test(value)) || isPattern(parts.database ?? "");
  if (!isSeveral) return parts;
  throw new Invalid(inOurWords("contains a name with a line break, or a database with `*`"));
}
