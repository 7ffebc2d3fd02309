import type { Cloud } from "../model/clouds.ts";
import { type Demand, ON_EXTRA } from "../model/demand.ts";
import { GUID } from "../model/entra-label.ts";
import { ROUTINE_PRIVILEGES, SEQUENCE_PRIVILEGES, TABLE_PRIVILEGES } from "../model/privileges.ts";
import { MODES, type Mode, UNDECLARED } from "../model/report.ts";
import { code, inOurWords, sentence } from "../model/sentence.ts";
import type { Env, Server, Settings, SignIn } from "../model/settings.ts";
import { count } from "../text/count.ts";
import { fits } from "../text/pattern.ts";
import { readAppConnection, secretsInAppConnection } from "./app-connection.ts";
import type { ConnectionParts } from "./connection-string.ts";
import { type InputsOf, readInputs } from "./reader.ts";
import { SERVER_INPUTS, tlsFrom } from "./server.ts";
import { cloudFrom, SIGN_IN_INPUTS, signInFrom } from "./sign-in.ts";
import {
  BOOLEAN_INPUT,
  boolean,
  choice,
  databaseName,
  hostName,
  hostNames,
  lines,
  listed,
  name,
  names,
  objectIds,
  oneOf,
  port,
  privileges,
  SECRET_INPUT,
  schemaPrivileges,
  schemas,
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
  database: { use: "one or more database names or patterns such as `orders_*`, one per line" },
  grantee: {
    use: "the PostgreSQL names of one or more Entra users (`aad_…`), one per line",
  },
  "grantee-object-id": {
    use: "the object IDs in Microsoft Entra, GUIDs, of the grantees, one per line, in the order of `grantee`",
  },
  schemas: {
    use: "one or more schema names, one per line, or only `'*'`",
    default: "public",
    neverEmpty: true,
  },
  "table-privileges": {
    use: `\`ALL\`, or a comma-separated list of ${TABLE_PRIVILEGES.join(", ")}`,
    default: "ALL",
    neverEmpty: true,
  },
  "sequence-privileges": {
    use: `\`ALL\`, or a comma-separated list of ${SEQUENCE_PRIVILEGES.join(", ")}`,
    default: "ALL",
    neverEmpty: true,
  },
  "schema-privileges": { use: "`USAGE` or `USAGE, CREATE`", default: "USAGE", neverEmpty: true },
  "routine-privileges": { use: "`EXECUTE`, or leave it empty" },
  "default-privileges": BOOLEAN_INPUT,
  "on-extra": { use: oneOf(ON_EXTRA), default: "warn", neverEmpty: true },
  undeclared: { use: oneOf(UNDECLARED), default: "ignore" },
  "act-as-owner": BOOLEAN_INPUT,
  exclude: { use: "patterns such as `audit_*` or `billing.*`, one per line" },
  "allow-empty": BOOLEAN_INPUT,
  mode: { use: oneOf(MODES), default: "apply", neverEmpty: true },
  "drift-issue": BOOLEAN_INPUT,
  "github-token": { ...SECRET_INPUT, use: "a GitHub token that can write issues" },
} as const;

type MainInputs = InputsOf<typeof INPUTS>;

/**
 * Parses the inputs into one value.
 * @param env the environment of the process, in which the runner sets the inputs (`INPUT_TABLE-PRIVILEGES`)
 * @throws ActionError `bad-input` with a problem for each mistake
 */
export function parseSettings(env: Env): Settings {
  return readInputs(INPUTS, env, (inputs) => {
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
    const grant = () =>
      inputs.all({
        databases: () => listFrom(inputs, "database", names, databaseName, () => connection()?.database),
        grantees,
        demand: () => demandFrom(inputs, grantees, signIn),
      });
    const { connection: _, ...settings } = inputs.all({
      mode,
      signIn,
      cloud,
      connection,
      servers,
      user: () => inputs.required("user", name),
      grants: () => [grant()],
      undeclared: () => inputs.orDefault("undeclared", choice(UNDECLARED)),
      driftIssue: () => driftIssueFrom(inputs),
    });
    return settings;
  });
}

function demandFrom(inputs: MainInputs, grantees: () => readonly string[], signIn: () => SignIn): Demand {
  return inputs.all({
    schemas: () => inputs.orDefault("schemas", schemas),
    tablePrivileges: () => inputs.orDefault("table-privileges", privileges(TABLE_PRIVILEGES)),
    sequencePrivileges: () => inputs.orDefault("sequence-privileges", privileges(SEQUENCE_PRIVILEGES)),
    schemaPrivileges: () => inputs.orDefault("schema-privileges", schemaPrivileges),
    routinePrivileges: () => inputs.optional("routine-privileges", listed(ROUTINE_PRIVILEGES)) ?? [],
    defaultPrivileges: () => inputs.orDefault("default-privileges", boolean),
    onExtra: () => inputs.orDefault("on-extra", choice(ON_EXTRA)),
    actAsOwner: () => inputs.orDefault("act-as-owner", boolean),
    exclude: () => inputs.optional("exclude", lines) ?? [],
    allowEmpty: () => inputs.orDefault("allow-empty", boolean),
    objectIds: () => objectIdsFrom(inputs, grantees),
    tenantId: () => tenantOf(signIn()),
  });
}

/** The tenant of the login, if the inputs have its ID and not one of its domain names. */
function tenantOf(signIn: SignIn): Demand["tenantId"] {
  return "tenantId" in signIn && GUID.test(signIn.tenantId) ? signIn.tenantId.toLowerCase() : undefined;
}

/** Not in action.yml: a default there looks like an input that somebody set, and would override `app-connection`. */
const DEFAULT_PORT = "5432";

const CONNECTION_STRINGS = inOurWords("Connection strings go in `app-connection`.");

/** The connection in `app-connection`. If there are several, the explicit inputs select one. */
function connectionFrom(inputs: MainInputs, toHost: (text: string) => string): ConnectionParts | undefined {
  const hosts = inputs.ifValid("host", hostNames(toHost));
  const databases = inputs.ifValid("database", names);
  const grantees = inputs.ifValid("grantee", names);
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

/** The object ID of each grantee, if they are given. */
function objectIdsFrom(
  inputs: MainInputs,
  granteesIn: () => readonly string[],
): Demand["objectIds"] | undefined {
  const ids = inputs.optional("grantee-object-id", objectIds);
  if (ids === undefined) return undefined;
  const grantees = granteesIn();
  if (ids.length !== grantees.length) {
    inputs.mistake(
      "grantee-object-id",
      sentence`${code("grantee-object-id")} has ${inOurWords(count(ids.length, "object ID"))}, but there ${inOurWords(`${grantees.length === 1 ? "is" : "are"} ${count(grantees.length, "grantee")}`)}. Use one object ID per grantee, one per line, in the order of ${code("grantee")}.`,
    );
  }
  return new Map(grantees.map((grantee, n) => [grantee, ids[n] ?? ""]));
}

/** https://learn.microsoft.com/azure/postgresql/elastic-clusters/concepts-elastic-clusters */
const LOAD_BALANCED_PORT = 7432;

/** The port that spreads connections over the nodes of an elastic cluster cannot be used to grant. */
function checkCoordinator(inputs: MainInputs, mode: Mode, { host, port }: Server, cloud: Cloud): void {
  if (mode !== "apply" || port !== LOAD_BALANCED_PORT || !host.toLowerCase().endsWith(cloud.hostSuffix))
    return;
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
