import { expect, onTestFinished, test } from "vitest";
import { diagnose } from "../../src/diagnosis/diagnose.ts";
import { connect, isBlocked } from "../../src/firewall/connect.ts";
import { CLOUDS } from "../../src/model/clouds.ts";
import { ActionError } from "../../src/model/failure.ts";
import { type Behaviour, certificate, errorResponse, startStub } from "../postgres/stub-server.ts";

const failed = (message: string, code = "28000") =>
  new ActionError(diagnose(Object.assign(new Error(message), { code })));
const refused = (encryption: string) =>
  failed(`no pg_hba.conf entry for host "203.0.113.7", user "migrator", database "orders", ${encryption}`);

test.each([refused("SSL encryption"), refused("SSL on"), failed("connect ETIMEDOUT 203.0.113.9:5432", "ETIMEDOUT")])(
  "a firewall blocks the runner: %s",
  (error) => {
    expect(isBlocked(error)).toBe(true);
  },
);

test.each([
  refused("no encryption"),
  refused("SSL off"),
  failed('password authentication failed for user "migrator"', "28P01"),
  failed('database "orders" does not exist', "3D000"),
  failed("connect ECONNREFUSED 203.0.113.9:5432", "ECONNREFUSED"),
  failed("getaddrinfo ENOTFOUND orders-db.postgres.database.azure.com", "ENOTFOUND"),
])("no firewall blocks the runner: %s", (error) => {
  expect(isBlocked(error)).toBe(false);
});

const REFUSAL = errorResponse(
  "28000",
  'no pg_hba.conf entry for host "51.105.66.7", user "migrator", database "orders", SSL encryption',
);

/** What one attempt to connect to a server finds that behaves like this. */
async function attempt(behaviour: Behaviour, rootCertificates?: string) {
  const server = await startStub(behaviour);
  onTestFinished(() => server.close());
  const settings = {
    signIn: { type: "azure-cli" },
    cloud: CLOUDS.azurecloud,
    serverId: { subscription: "", resourceGroup: "", name: "" },
    runnerIp: { address: "" },
    user: "migrator",
    database: "orders",
    host: undefined,
    port: server.port,
    tls: { mode: "verify-full", rootCertificates },
  } as const;
  return connect(settings, "localhost", async () => "token", new AbortController().signal);
}

test("the address that the server names is the runner's", async () => {
  const tls = await certificate("localhost");
  expect(await attempt({ tls, onStartup: () => REFUSAL }, tls.cert)).toMatchObject({ address: "51.105.66.7" });
});

test("an address that came without TLS is not the runner's: anyone on the network can send it", async () => {
  const { address, error } = await attempt({ refusal: REFUSAL });
  expect(address).toBeUndefined();
  expect(error).toSatisfy(isBlocked);
});
