import type { Cloud } from "../model/clouds.ts";
import type { Demand } from "../model/demand.ts";
import { MODES, type Mode, UNDECLARED } from "../model/report.ts";
import { code, EMPTY, inOurWords, paragraph, sentence } from "../model/sentence.ts";
import type { Env, Server, Settings } from "../model/settings.ts";
import { fits } from "../text/pattern.ts";
import { readAppConnection, secretsInAppConnection } from "./app-connection.ts";
import type { ConnectionParts } from "./connection-string.ts";
import { DEMAND_INPUTS, demandFrom, GRANT_INPUTS, grantsIn } from "./grants.ts";
import { type GrantsFile, readGrantsFile, readInWorkspace } from "./grants-file.ts";
import { Invalid } from "./invalid.ts";
import { type InputsOf, readInputs, secretsIn, textIn } from "./reader.ts";
import { SERVER_INPUTS, tlsFrom } from "./server.ts";
import { cloudFrom, SIGN_IN_INPUTS, signInFrom } from "./sign-in.ts";
import {
  BOOLEAN_INPUT,
  boolean,
  choice,
  databaseName,
  hostName,
  hostNames,
  name,
  names,
  oneOf,
  port,
  SECRET_INPUT,
  secret,
} from "./values.ts";

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
  "drift-issue": BOOLEAN_INPUT,
  "github-token": { ...SECRET_INPUT, use: "a GitHub token that can write issues" },
} as const;

type MainInputs = InputsOf<typeof INPUTS>;

/**
 * Parses the inputs into one value.
 * @param env the environment of the process, in which the runner sets the inputs (`INPUT_TABLE-PRIVILEGES`)
 * @param file the file in `grants-file`, by `grantsFileIn`
 * @throws ActionError `bad-input` with a problem for each mistake
 */
export function parseSettings(env: Env, file?: GrantsFile): Settings {
  const read = (inputs: MainInputs): Settings => {
    const cloud = () => cloudFrom(inputs);
    const signIn = () => signInFrom(inputs);
    const toHost = hostName(() => cloud().hostSuffix, CONNECTION_STRINGS);
    const connection = () => connectionFrom(inputs, toHost);
    const hosts = () => listFrom(inputs, "host", hostNames(toHost), toHost, () => connection()?.host);
    const grantees = () => listFrom(inputs, "grantee", names, name, () => connection()?.user);
    const mode = () => inputs.orDefault("mode", choice(MODES));
    const servers = () => {
      const { hosts: all, ...how } = inputs.all({
        hosts,
        port: () => inputs.orFrom("app-connection", "port", port, () => connection()?.port ?? DEFAULT_PORT),
        tls: () => tlsFrom(inputs, signIn, hosts),
      });
      const found = all.map((host) => ({ host, ...how }));
      for (const server of found) checkCoordinator(inputs, mode(), server, cloud());
      return found;
    };
    const databasesOf = (entry: MainInputs) =>
      listFrom(entry, "database", names, databaseName, () => connection()?.database);
    const grants = () => {
      const demand = (of: () => readonly string[]) => demandFrom(inputs, of, signIn);
      if (file === undefined)
        return [inputs.all({ databases: () => databasesOf(inputs), grantees, demand: () => demand(grantees) })];
      inputs.ifValid(() => checkBesideFile(inputs, connection, demand));
      return grantsIn(file.entries, inputs, databasesOf, signIn);
    };
    const { connection: _, ...settings } = inputs.all({
      mode,
      signIn,
      cloud,
      connection,
      servers,
      user: () => inputs.required("user", name),
      grants,
      undeclared: () => inputs.orDefault("undeclared", choice(UNDECLARED)),
      driftIssue: () => driftIssueFrom(inputs),
    });
    return settings;
  };
  return readInputs(INPUTS, env, read, file?.mistakes);
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
function checkBesideFile(
  inputs: MainInputs,
  connection: () => ConnectionParts | undefined,
  demand: (grantees: () => readonly string[]) => Demand,
): void {
  const beside = (input: "grantee" | "grantee-object-id" | "app-connection", remedy: string) =>
    inputs.mistake(
      input,
      sentence`${code(input)} ${inOurWords(`${input === "app-connection" ? "contains a grantee" : "is set"}, but the entries of \`grants-file\` have the grantees. ${remedy}`)}`,
    );
  inputs.all({
    grantee: () => inputs.isSet("grantee") && beside("grantee", "Remove it."),
    user: () => connection()?.user !== undefined && beside("app-connection", "Set `host` and `database` instead."),
    demand: () => demand(() => beside("grantee-object-id", "Remove it.")),
  });
}

/** Not in action.yml: a default there looks like an input that somebody set, and would override `app-connection`. */
const DEFAULT_PORT = "5432";

const CONNECTION_STRINGS = inOurWords("Connection strings go in `app-connection`.");

/** The connection in `app-connection`. If there are several, the explicit inputs select one. */
function connectionFrom(inputs: MainInputs, toHost: (text: string) => string): ConnectionParts | undefined {
  const hosts = inputs.ifValid(() => inputs.optional("host", hostNames(toHost)));
  const databases = inputs.ifValid(() => inputs.optional("database", names));
  const grantees = inputs.ifValid(() => inputs.optional("grantee", names));
  const isIn = (found: string | undefined, wanted: readonly string[] | undefined) =>
    found === undefined || wanted === undefined || wanted.includes(found);
  const isWanted = ({ host, database, user }: ConnectionParts) =>
    isIn(host, hosts) &&
    (database === undefined || (databases?.some((pattern) => fits(database, pattern)) ?? true)) &&
    isIn(user, grantees);
  return inputs.optional("app-connection", (text) => readAppConnection(text, isWanted));
}

/** The items of an input, or the one in `app-connection`, in which a line break does not separate items. */
function listFrom(
  inputs: MainInputs,
  input: "host" | "database" | "grantee",
  all: (text: string) => readonly string[],
  one: (text: string) => string,
  found: () => string | undefined,
): readonly string[] {
  if (inputs.isSet(input)) return inputs.required(input, all);
  return inputs.orFrom("app-connection", input, (text) => [one(text)], found);
}

/** https://learn.microsoft.com/azure/postgresql/elastic-clusters/concepts-elastic-clusters */
const LOAD_BALANCED_PORT = 7432;

/** The port that spreads connections over the nodes of an elastic cluster cannot be used to grant. */
function checkCoordinator(inputs: MainInputs, mode: Mode, { host, port }: Server, cloud: Cloud): void {
  if (mode !== "apply" || port !== LOAD_BALANCED_PORT || !host.toLowerCase().endsWith(cloud.hostSuffix)) return;
  inputs.mistake(
    inputs.isSet("port") ? "port" : "app-connection",
    inOurWords(
      "`port`: 7432 connects to any node of an elastic cluster, but privileges are granted on the coordinator. Use 5432, or set `mode: check`.",
    ),
  );
}

/** The token is read only when there is an issue to keep. */
function driftIssueFrom(inputs: MainInputs): Settings["driftIssue"] {
  if (!inputs.orDefault("drift-issue", boolean)) return undefined;
  return { token: inputs.required("github-token", secret, code("drift-issue: true")) };
}
