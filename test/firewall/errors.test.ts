import { describe, expect, test, vi } from "vitest";
import { diagnoseResourceManager, nothingDone } from "../../src/firewall/errors.ts";
import { noEffect, obstacle } from "../../src/firewall/obstacles.ts";
import { leftOpen } from "../../src/firewall/publish.ts";
import type { ResourceManager } from "../../src/firewall/resource-manager.ts";
import { PERMISSIONS } from "../../src/firewall/server.ts";
import { type Failure, failure } from "../../src/model/failure.ts";
import type { SignIn } from "../../src/model/settings.ts";
import { readText } from "../project/project.ts";
import { readFailure } from "../read.ts";

const SERVER = {
  subscription: "5d9d4b4e-0c7a-4d5e-9b7b-2f0f5c1d6a01",
  resourceGroup: "orders (rg)",
  name: "orders-db",
};
const CONTEXT = { permission: PERMISSIONS.writeRules, server: SERVER, host: "management.azure.com" };
const SCOPE = `/subscriptions/${SERVER.subscription}/resourceGroups/orders (rg)/providers/Microsoft.DBforPostgreSQL/flexibleServers/orders-db`;

const refusal = (status: number, code: string, message: string) =>
  Object.assign(new Error(`${code} (HTTP status ${status}): ${message}`), { status, code });

test("the failure names the permission and the identity that the resource manager names", () => {
  const oid = "0b1ec700-0002-4c5d-8e6f-7a8b9c0d1e02";
  const message = `The client '${oid}' with object id '${oid}' does not have authorization to perform action 'Microsoft.DBforPostgreSQL/flexibleServers/firewallRules/delete' over scope '${SCOPE}' or the scope is invalid.`;
  const failure = diagnoseResourceManager(refusal(403, "AuthorizationFailed", message), CONTEXT);
  const { code, message: said, steps } = readFailure(failure);
  expect(code).toBe("azure-not-permitted");
  expect(said).toContain("AuthorizationFailed (HTTP status 403): The client");
  expect(steps).toContain("`Microsoft.DBforPostgreSQL/flexibleServers/firewallRules/delete`");
  expect(steps).toContain(`--assignee ${oid} --scope '${SCOPE}'`);
});

test("a job that signs in as an application already is not asked to do so because of multifactor authentication", () => {
  const mfa = refusal(403, "RequestDisallowedByAzure", "Users must use MFA for Create operation.");
  const stepsOf = (signIn: SignIn) => readFailure(diagnoseResourceManager(mfa, { ...CONTEXT, signIn })).steps;
  expect(stepsOf({ type: "azure-cli" })).toContain("auth-type: oidc");
  expect(stepsOf({ type: "managed-identity" })).toMatch(/^Ask the owner of the policy/);
});

test("the failure names the permission that the request needs when the resource manager does not name it", () => {
  const { steps } = readFailure(
    diagnoseResourceManager(refusal(403, "AuthorizationFailed", "no"), {
      ...CONTEXT,
      signIn: { type: "managed-identity", clientId: "5c1d0a9e-0000-4000-8000-00000000c11e" },
    }),
  );
  expect(steps).toContain("`Microsoft.DBforPostgreSQL/flexibleServers/firewallRules/write`");
  expect(steps).toContain("--assignee 5c1d0a9e-0000-4000-8000-00000000c11e");
});

/** The permissions of the role in the commands of a failure, and its name. */
function roleIn(message: string): { Name: string; Actions: readonly string[] } {
  const { steps } = readFailure(diagnoseResourceManager(refusal(403, "AuthorizationFailed", message), CONTEXT));
  return JSON.parse(/--role-definition '(.*)'$/m.exec(steps)?.[1] ?? "");
}

test("the role in the commands is that in docs/firewall.md", () => {
  const role = roleIn("");
  expect(role.Actions).toEqual(Object.values(PERMISSIONS));
  const [, json = ""] = /```json\n([\s\S]*?)```/.exec(readText("docs/firewall.md")) ?? [];
  expect(JSON.parse(json.replace("<subscription>", SERVER.subscription))).toEqual(role);
});

test.each([...Object.values(PERMISSIONS), "Microsoft.Network/virtualNetworks/subnets/join/action"])(
  "the commands for a missing permission contain it, once: %s",
  (permission) => {
    const { Actions } = roleIn(`The client does not have authorization to perform action '${permission}' over scope`);
    expect(Actions.filter((each) => each === permission)).toHaveLength(1);
  },
);

test.each([
  ["Stopping", "flexible-server start"],
  ["Inaccessible", "dataEncryption"],
  ["Disabled", "az account list --all --refresh"],
  ["Updating", "Another operation"],
])("a server that is %s and does not answer is not running", (state, said) => {
  const failure = obstacle(SERVER, { state, fullyQualifiedDomainName: "" }, true);
  expect(failure?.code).toBe("server-not-running");
  expect(Object.values(readFailure(failure as Failure)).join("\n")).toContain(said);
});

const ID = `/subscriptions/${SERVER.subscription}`;
const noAction = (action: string, scope: string) =>
  `The client 'ci' with object id '0b1ec700-0002-4c5d-8e6f-7a8b9c0d1e02' does not have authorization to perform action '${action}' over scope '${scope}' or the scope is invalid.`;

test.each([
  [
    "Microsoft.Web/sites/operationresults/read",
    `${ID}/resourceGroups/g/providers/Microsoft.Web/sites/a/operationresults/0a`,
  ],
  ["Microsoft.Resources/subscriptions/operationresults/read", `${ID}/operationresults/0a0b`],
  ["Microsoft.Network/virtualNetworks/read", `${ID}/providers/Microsoft.Network/locations/westeurope/operations/0a0b`],
])("a role for one operation is assigned on the subscription: %s", (action, scope) => {
  const error = refusal(403, "AuthorizationFailed", noAction(action, scope));
  expect(readFailure(diagnoseResourceManager(error, CONTEXT)).steps).toContain(`--scope ${ID}\n`);
});

test.each([
  ["operations", `${ID}/resourceGroups/operations`, `${ID}/resourceGroups/operations`],
  ["several linked scopes", `${ID}/resourceGroups/a,${ID}/resourceGroups/b`, `${ID}/resourceGroups/a`],
])("a role is assigned on the first scope that Azure names: %s", (_, said, scope) => {
  const error = refusal(403, "AuthorizationFailed", noAction("Microsoft.Network/virtualNetworks/read", said));
  expect(readFailure(diagnoseResourceManager(error, CONTEXT)).steps).toContain(`--scope ${scope}\n`);
});

test.each([
  ["a change", PERMISSIONS.writeRules, /^Azure's log .*activity-log list/],
  ["a read, which Azure's log does not have", PERMISSIONS.readServer, /^See whether .*flexible-server show/],
])("the first step for an unknown refusal of %s shows its reason", (_, permission, first) => {
  const error = refusal(403, "Forbidden", "Forbidden");
  expect(readFailure(diagnoseResourceManager(error, { ...CONTEXT, permission })).steps).toMatch(first);
});

test("a server that is being deleted has the code that Azure's refusal of it has", () => {
  const failure = obstacle(SERVER, { state: "Dropping", fullyQualifiedDomainName: "" }, false);
  const error = refusal(409, "OperationNotAllowed", "Server 'orders-db' is in state 'Dropping'.");
  expect(failure?.code).toBe("server-not-found");
  expect(diagnoseResourceManager(error, CONTEXT).code).toBe("server-not-found");
  expect(readFailure(failure as Failure).steps).toMatch(/^Set `server-resource-id` to another server/);
});

test("the exemption from a policy that the message names needs no log", () => {
  const message = "Resource 'runner' was disallowed by policy. Policy identifiers: '[{\"policyAssignment\":{}}]'.";
  const { steps } = readFailure(diagnoseResourceManager(refusal(403, "RequestDisallowedByPolicy", message), CONTEXT));
  expect(steps).toMatch(/^Ask the owner of the policy/);
  expect(steps).not.toContain("activity-log");
});

test("public access is no advice for a server in a virtual network, which cannot have it", () => {
  const stepsIn = (network: { publicNetworkAccess: string; delegatedSubnetResourceId?: string }) =>
    readFailure(obstacle(SERVER, { state: "Ready", fullyQualifiedDomainName: "", network }, false) as Failure).steps;
  expect(stepsIn({ publicNetworkAccess: "Disabled" })).toContain("--public-access Enabled");
  expect(stepsIn({ publicNetworkAccess: "Disabled", delegatedSubnetResourceId: "/subnet" })).not.toContain("Enabled");
});

test.each([
  ["firewall", /needs more time.*/, /run the job again\.$/],
  ["connection-timed-out", /connect to this port/, /connections to port 6432, and set `runner-ip`/],
])("what a rule without effect means depends on the last attempt: %s", (code, hint, next) => {
  const own = {
    azure: { server: SERVER } as ResourceManager,
    rule: "r",
    address: "203.0.113.7",
    host: "h",
    port: 6432,
  };
  const answer = readFailure(noEffect(own, 360, failure({ code, message: "", steps: [] })));
  expect(answer.hint).toMatch(hint);
  expect(answer.steps).toMatch(next);
});

test("a stopped server that cannot reach Key Vault is explained by that", () => {
  const message = "The server is stopped: it cannot reach Azure Key Vault.";
  const { hint } = readFailure(
    diagnoseResourceManager(refusal(409, "ServerUnavailableForOperation", message), CONTEXT),
  );
  expect(hint).toContain("encryption key");
});

describe("an answer of the resource manager", () => {
  test.each([
    [401, "InvalidAuthenticationTokenTenant", "azure-token-refused", { passes: false, nothingDone: true }],
    [401, "ExpiredAuthenticationToken", "azure-token-expired", { passes: true, nothingDone: true }],
    [403, "RequestDisallowedByPolicy", "azure-policy", { passes: false, nothingDone: true }],
    [404, "ResourceGroupNotFound", "server-not-found", { passes: false, nothingDone: true }],
    [404, "SubscriptionNotFound", "subscription-not-found", { passes: false, nothingDone: true }],
    [409, "ScopeLocked", "resource-locked", { passes: false, nothingDone: true }],
    [409, "ServerBusy", "server-busy", { passes: true, nothingDone: false }],
    [503, "ServerBusy", "azure-unavailable", { passes: true, nothingDone: false }],
    [409, "SomethingNew", "azure-refused", { passes: false, nothingDone: false }],
    [403, "SomethingNew", "azure-refused", { passes: false, nothingDone: false }],
    [404, "SomethingNew", "server-not-found", { passes: false, nothingDone: true }],
    [429, "SubscriptionRequestsThrottled", "azure-throttled", { passes: true, nothingDone: true }],
    [503, "", "azure-unavailable", { passes: true, nothingDone: false }],
    [400, "InvalidParameterValue", "azure-refused", { passes: false, nothingDone: false }],
  ])("%i %s is %s", (status, code, expected, then) => {
    const failure = diagnoseResourceManager(refusal(status, code, "words of Azure"), CONTEXT);
    expect(failure.code).toBe(expected);
    expect(readFailure(failure).message).toContain("words of Azure");
    expect({ passes: failure.retries !== undefined, nothingDone: nothingDone(failure) }).toEqual(then);
  });

  test("a code that is not known passes only if Azure says that something else is in progress", () => {
    const words = "The server is busy. Try again later.";
    expect(diagnoseResourceManager(refusal(409, "SomethingNew", words), CONTEXT).code).toBe("server-busy");
  });

  test("a refusal that no rule knows is tried again only if its words say that it passes", () => {
    const retries = (words: string) =>
      diagnoseResourceManager(refusal(400, "SomethingNew", words), CONTEXT).retries ?? 0;
    expect(retries("The backend is overloaded.")).toBe(2);
    expect(retries("The feature is not enabled in this region.")).toBe(0);
  });

  test("a network error is diagnosed as transient", () => {
    const failure = diagnoseResourceManager(
      Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" }),
      CONTEXT,
    );
    expect(failure.code).toBe("connection-lost");
    expect(readFailure(failure).message).toBe("Azure Resource Manager at `management.azure.com`: read ECONNRESET");
    expect(readFailure(failure).steps).toContain("https://management.azure.com");
    expect(failure.retries).toBe(3);
    expect(nothingDone(failure)).toBe(false);
  });

  test("an unknown error keeps its message and is not attributed to Entra", () => {
    const failure = diagnoseResourceManager(new Error("a riddle"), CONTEXT);
    expect(readFailure(failure)).toMatchObject({
      code: "unknown",
      message: expect.stringContaining("a riddle"),
    });
    expect(JSON.stringify(failure)).not.toContain("Entra");
  });
});

test.each<[string, number, string, RegExp]>([
  ["after a fault of Azure, the removal of the rule comes first", 500, "InternalServerError", /^1\. Remove the rule/m],
  [
    "after a failure of a busy server, the removal of the rule comes after the wait",
    409,
    "ServerBusy",
    /^1\. Wait until .*^2\. Remove the rule/ms,
  ],
  ...[
    "ReadOnlyDisabledSubscription",
    "ScopeLocked",
    "RequestDisallowedByPolicy",
    "DenyAssignmentAuthorizationFailed",
    "ServerStoppedError",
    "ServerDropping",
  ].map((code): [string, number, string, RegExp] => [
    `after ${code}, the removal of the rule comes after the cure, without which nobody can delete it`,
    409,
    code,
    /^[2-9]\. Remove the rule/m,
  ]),
  [
    "without the permission, the removal of the rule comes before the role, which only helps the next job",
    403,
    "AuthorizationFailed",
    /^1\. Remove the rule, as someone who may:$.*^2\. So that the next job can remove its rule, create a role/ms,
  ],
])("%s", (_, status, code, said) => {
  const write = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  const context = { ...CONTEXT, permission: PERMISSIONS.deleteRules };
  const failure = diagnoseResourceManager(refusal(status, code, "words of Azure"), context);
  leftOpen(SERVER, [{ rule: "rule", address: "203.0.113.7" }], failure, {});
  const printed = decodeURIComponent(write.mock.calls.join(""));
  write.mockRestore();
  expect(printed).toContain("Firewall rule `rule` of `orders-db` may still let `203.0.113.7` in. Azure ");
  expect(printed).toMatch(said);
  expect(printed).not.toContain("Run the job again");
});

test.each([
  ["Azure", {}],
  ["the sign-in, after its last attempt", { retries: 0 }],
])("after a failure of %s that passes, the only step removes the rule: another run does not remove it", (_, last) => {
  const write = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  const reset = Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" });
  const failure = { ...diagnoseResourceManager(reset, CONTEXT), ...last };
  leftOpen(SERVER, [{ rule: "rule", address: "203.0.113.7" }], failure, {});
  const printed = decodeURIComponent(write.mock.calls.join(""));
  write.mockRestore();
  expect(printed).toMatch(/^1\. Remove the rule/m);
  expect(printed).not.toMatch(/^2\. /m);
});

const over = (group: string) =>
  `The client 'a' with object id 'a' does not have authorization to perform action 'Microsoft.DBforPostgreSQL/flexibleServers/read' over scope '/subscriptions/${SERVER.subscription}/resourceGroups/${group}' or the scope is invalid.`;

test.each([
  [403, "AuthorizationFailed", over("mfa-prod"), "azure-not-permitted"],
  [403, "AuthorizationFailed", over("read-only-rg"), "azure-not-permitted"],
  [403, "RequestDisallowedByPolicy", "Resource was disallowed by policy. Reasons: 'MFA tag missing'.", "azure-policy"],
  [409, "Conflict", "The operation is not allowed in the current state of the server 'Failed'.", "azure-refused"],
  [409, "Conflict", "The current state of server: Disabled", "server-not-running"],
  [401, "AuthenticationFailed", "The service principal 'x' is disabled.", "azure-token-refused"],
  [409, "Conflict", "The server is locked by another operation.", "server-busy"],
  [409, "Conflict", "The server is in transition.", "server-busy"],
  [400, "BadRequest", "The value of 'startIpAddress' is not valid for server 'transition-db'.", "azure-refused"],
  [409, "Conflict", "The server is locked because an operation is in progress.", "server-busy"],
  [400, "InvalidParameterValue", "The rule name exceeds the maximum length of 128 characters.", "azure-refused"],
  [409, "Conflict", "The key 'pg' was not found in the key vault.", "azure-refused"],
])("%i %s: names, and states that stay, are read as such: %s", (status, code, message, expected) => {
  expect(diagnoseResourceManager(refusal(status, code, message), CONTEXT).code).toBe(expected);
});

test("a service principal that is disabled is not created", () => {
  const error = refusal(401, "AuthenticationFailed", "The service principal 'x' is disabled.");
  expect(readFailure(diagnoseResourceManager(error, CONTEXT)).steps).not.toContain("az ad sp create");
});
