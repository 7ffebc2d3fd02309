import { randomUUID } from "node:crypto";
import { createServer } from "node:net";
import jmespath from "jmespath";
import { type Listening, listening } from "../sandbox/http.ts";
import { parseAz } from "./az-arguments.ts";

/** Stands in for `az` on the PATH of the script under test: asks the server of `startAz` at AZ_PORT. */
export const AZ = `#!/usr/bin/env bash
exec 3<>/dev/tcp/127.0.0.1/$AZ_PORT
printf '%s\\0' $# "$@" >&3
read -r status <&3
((status == 0)) || exec >&2
IFS= read -r -d '' said <&3
printf %s "$said"
exit "$status"
`;

interface Credential {
  readonly name: string;
  readonly issuer: string;
  readonly subject: string;
  readonly audiences: readonly string[];
}
interface Identity {
  readonly clientId: string;
  principalId?: string;
  readonly credentials: Credential[];
}
/** Azure's state, and the commands of `az`. */
export interface AzState {
  /** It does not know the word microsoft-entra: see `since` in az-commands.json. */
  readonly isOld: boolean;
  readonly cloud: string;
  readonly account: { user: { type: string; name: string }; tenantId: string };
  readonly me: { id: string; userPrincipalName: string };
  readonly token: string;
  readonly server: {
    name: string;
    readonly fullyQualifiedDomainName: string;
    state: string;
    authConfig: { activeDirectoryAuth: string };
  };
  readonly admins: { objectId: string; principalName: string; principalType: string }[];
  readonly identities: Record<string, Identity>;
  readonly applications: Record<string, Identity>;
  readonly rules: Record<string, unknown>;
  readonly databases: Record<string, unknown>;
  /** The object IDs of the next service principals. */
  readonly objectIds: string[];
  readonly asked: string[];
}

/** Answers the stand-in: reads its arguments as the CLI does, and answers from the state, as Azure would. */
export function startAz(state: AzState): Promise<Listening> {
  const server = createServer((socket) => {
    let request = "";
    socket.setEncoding("utf8").on("data", (part: string) => {
      request += part;
      const [count, ...words] = request.split("\0");
      // The last one is followed by nothing.
      if (words.length === Number(count) + 1) socket.end(answer(state, words.slice(0, -1)));
    });
  });
  return listening(server);
}

/** The exit status in a line of its own, and what az says. */
function answer(state: AzState, words: readonly string[]): string {
  state.asked.push(words.join(" "));
  try {
    if (state.isOld && words.some((word) => word.includes("microsoft-entra")))
      throw new Error("'microsoft-entra-admin' is misspelled or not recognized by the system.");
    const { name, arguments: given } = parseAz(words);
    const found = answerTo(state, name, (option) => given[option] ?? "");
    const query = given["--query"];
    return `0\n${printed(query === undefined ? found : jmespath.search(found, query), given["--output"])}`;
  } catch (error) {
    return `2\nERROR: ${(error as Error).message}\n`;
  }
}

function answerTo(state: AzState, command: string, given: (option: string) => string): unknown {
  const { server, admins, identities, applications } = state;
  const byClientId = (id: string): Identity => {
    const app = Object.values({ ...applications, ...identities }).find(({ clientId }) => clientId === id);
    if (app === undefined) throw new Error(`Resource '${id}' does not exist.`);
    return app;
  };
  switch (command) {
    case "version":
      return { "azure-cli": "2.86.0" };
    case "--help":
      return "Group";
    case "cloud show":
      return { name: state.cloud };
    case "account show":
      return state.account;
    case "account get-access-token":
      return { accessToken: state.token };
    case "ad signed-in-user show":
      return state.me;

    case "group create":
      return { name: given("--name") };
    case "postgres flexible-server create":
      server.name = given("--name");
      server.authConfig.activeDirectoryAuth = given("--microsoft-entra-auth");
      admins.push({
        objectId: given("--admin-object-id"),
        principalName: given("--admin-display-name"),
        principalType: given("--admin-type"),
      });
      return server;
    case "postgres flexible-server show":
      here(server, given("--name"));
      return { id: `/subscriptions/s/resourceGroups/g/servers/${server.name}`, ...server };
    case "postgres flexible-server update":
      here(server, given("--name"));
      server.authConfig.activeDirectoryAuth = given("--microsoft-entra-auth");
      return server;
    case "postgres flexible-server microsoft-entra-admin list":
      return admins;
    case "postgres flexible-server microsoft-entra-admin create": {
      const admin = {
        objectId: given("--object-id"),
        principalName: given("--display-name"),
        principalType: given("--type"),
      };
      const same = admins.findIndex(({ objectId }) => objectId === admin.objectId);
      admins.splice(same === -1 ? admins.length : same, 1, admin);
      return admin;
    }

    case "identity create":
      identities[given("--name")] ??= { clientId: randomUUID(), principalId: nextObjectId(state), credentials: [] };
      return identities[given("--name")];
    case "identity show":
      return found(identities, given("--name"));
    case "identity delete":
      delete identities[given("--name")];
      return undefined;
    case "identity federated-credential create":
      return put(found(identities, given("--identity-name")).credentials, {
        name: given("--name"),
        issuer: given("--issuer"),
        subject: given("--subject"),
        audiences: given("--audiences").split(" "),
      });

    case "ad app create":
      applications[given("--display-name")] = { clientId: randomUUID(), credentials: [] };
      return { appId: applications[given("--display-name")]?.clientId, id: randomUUID() };
    case "ad app list":
      return named(applications, given("--filter")).map(({ clientId }) => ({ appId: clientId, id: randomUUID() }));
    case "ad app delete": {
      const [name = ""] = Object.entries(applications).find(([, app]) => app.clientId === given("--id")) ?? [];
      delete applications[name];
      return undefined;
    }
    case "ad sp create":
      byClientId(given("--id")).principalId = nextObjectId(state);
      return { id: byClientId(given("--id")).principalId };
    // A managed identity has a service principal too.
    case "ad sp show":
      return { id: byClientId(given("--id")).principalId };
    case "ad sp list":
      return named(applications, given("--filter")).flatMap(({ principalId }) =>
        principalId ? [{ id: principalId }] : [],
      );
    case "ad app federated-credential list":
      return byClientId(given("--id")).credentials.map((credential) => ({ id: randomUUID(), ...credential }));
    case "ad app federated-credential create": {
      const credential = JSON.parse(given("--parameters")) as Credential;
      const { credentials } = byClientId(given("--id"));
      if (credentials.some(({ name }) => name === credential.name)) throw new Error("already exists");
      return put(credentials, credential);
    }

    case "rest": {
      const [, kind, name = ""] =
        /\/(firewallRules|databases)\/([\w-]+)\?api-version=\d{4}-\d\d-\d\d$/.exec(given("--url")) ?? [];
      if (kind === undefined) throw new Error(`Not Found(${given("--url")})`);
      const resources = kind === "databases" ? state.databases : state.rules;
      if (given("--method") === "put") resources[name] = JSON.parse(given("--body"));
      else delete resources[name];
      return undefined;
    }
  }
  throw new Error(`the stand-in for az does not know ${command}`);
}

function here(server: AzState["server"], name: string): void {
  if (name !== server.name) throw new Error(`(ResourceNotFound) '${name}' was not found.`);
}

function found(from: Readonly<Record<string, Identity>>, name: string): Identity {
  const identity = from[name];
  if (identity === undefined) throw new Error(`(ResourceNotFound) '${name}' was not found.`);
  return identity;
}

/** The part of OData that the script uses: `displayName eq 'name'`. */
function named(applications: AzState["applications"], filter: string): Identity[] {
  const [, name = ""] = /^displayName eq '(.*)'$/.exec(filter) ?? [];
  const app = applications[name];
  return app === undefined ? [] : [app];
}

function nextObjectId({ objectIds }: AzState): string {
  const id = objectIds.shift();
  if (id === undefined) throw new Error("the stand-in for az has no object IDs left");
  return id;
}

function put(credentials: Credential[], credential: Credential): Credential {
  const at = credentials.findIndex(({ name }) => name === credential.name);
  credentials.splice(at === -1 ? credentials.length : at, 1, credential);
  return credential;
}

/** As knack's TSV: a line for each item of a list, and tabs within an item. */
function printed(value: unknown, output = "json"): string {
  if (output === "none" || value === undefined) return "";
  if (output !== "tsv") return `${JSON.stringify(value, null, 2)}\n`;
  const rows = (Array.isArray(value) ? value : [value]).map((row) => (Array.isArray(row) ? row : [row]));
  return rows.map((cells) => `${cells.map((cell) => cell ?? "None").join("\t")}\n`).join("");
}
