import { expect, test } from "vitest";
import { FIREWALL_INPUTS, parseAzureSettings, parseFirewallSettings } from "../../src/firewall/settings.ts";
import { CLOUDS } from "../../src/model/clouds.ts";
import { secretsIn } from "../../src/settings/reader.ts";
import { readFailure } from "../read.ts";
import { inputVariables } from "../sandbox/runner.ts";

const SUBSCRIPTION = "5d9d4b4e-0c7a-4d5e-9b7b-2f0f5c1d6a01";
const SERVER = `/subscriptions/${SUBSCRIPTION}/resourceGroups/orders.(rg)/providers/Microsoft.DBforPostgreSQL/flexibleServers/orders-db`;
const GIVEN = {
  "client-id": "5c1d0a9e-0000-4000-8000-00000000c11e",
  "tenant-id": "7e4a0000-0000-4000-8000-0000000073aa",
  user: "migrator",
  database: "orders",
  "server-resource-id": SERVER,
};

const parse = (inputs: Record<string, string>) => parseFirewallSettings(inputVariables({ ...GIVEN, ...inputs }));

function problems(inputs: Record<string, string>): readonly string[] {
  try {
    parse(inputs);
    return [];
  } catch (error) {
    return readFailure((error as { failure: never }).failure).problems;
  }
}

test("the action reads the inputs, and takes the host from the resource manager", () => {
  expect(parse({})).toEqual({
    cloud: CLOUDS.azurecloud,
    signIn: { type: "oidc", clientId: GIVEN["client-id"], tenantId: GIVEN["tenant-id"] },
    serverId: { subscription: SUBSCRIPTION, resourceGroup: "orders.(rg)", name: "orders-db" },
    runnerIp: { service: new URL("https://api.ipify.org") },
    user: "migrator",
    database: "orders",
    port: 5432,
    tls: { mode: "verify-full" },
  });
  expect(
    parse({ host: "orders-db", port: "6432", "runner-ip": "203.0.113.7", environment: "azurechinacloud" }),
  ).toMatchObject({
    host: "orders-db.postgres.database.chinacloudapi.cn",
    port: 6432,
    runnerIp: { address: "203.0.113.7" },
    cloud: CLOUDS.azurechinacloud,
  });
});

test.each([
  "orders-db",
  SERVER.replace("flexibleServers", "servers"),
  `${SERVER}/firewallRules/office`,
  SERVER.replace("orders-db", "../other"),
  SERVER.replace("orders.(rg)", "rg/../.."),
  SERVER.replace("orders.(rg)", "rg%2F.."),
  SERVER.replace("orders.(rg)", "<resource-group>"),
  `https://management.azure.com${SERVER}`,
])("%s is not the resource ID of a flexible server", (id) => {
  expect(problems({ "server-resource-id": id })).toEqual([
    expect.stringMatching(/^`server-resource-id`: .* is not the resource ID of a flexible server\. Use /),
  ]);
});

test.each([
  ["0.0.0.0", "is a private or reserved address"],
  ["10.0.0.4", "is a private or reserved address"],
  ["203.0.113.0/24", "is neither an IPv4 address nor an `https://` address"],
  ["203.0.113.7-203.0.113.9", "is neither an IPv4 address nor an `https://` address"],
  ["2001:db8::7", "is neither an IPv4 address nor an `https://` address"],
  ["http://api.ipify.org", "is neither an IPv4 address nor an `https://` address"],
  ["https://user:secret@example.com", "is neither an IPv4 address nor an `https://` address"],
])("runner-ip %s %s", (text, problem) => {
  expect(problems({ "runner-ip": text })).toEqual([expect.stringContaining(problem)]);
});

test("a second line in `host` is a mistake", () => {
  expect(problems({ host: "a\nb" })).toEqual([
    expect.stringMatching("^`host`: the value \\(3 characters\\) is not a host name\\. Use a server name"),
  ]);
});

test("the action has no input for a password, and masks the client secret", () => {
  expect(problems({ "auth-type": "password" })).toEqual([expect.stringMatching(/^`auth-type`: .* is not valid\./)]);
  expect(secretsIn(FIREWALL_INPUTS, inputVariables({ "client-secret": "s3cret" }))).toEqual(["s3cret"]);
});

test("the post step reads the sign-in inputs, even when other inputs are invalid", () => {
  const { user, database, ...signIn } = GIVEN;
  const inputs = { ...signIn, "server-resource-id": "", "runner-ip": "gone" };
  expect(parseAzureSettings(inputVariables(inputs))).toEqual({
    cloud: CLOUDS.azurecloud,
    signIn: { type: "oidc", clientId: GIVEN["client-id"], tenantId: GIVEN["tenant-id"] },
  });
});
