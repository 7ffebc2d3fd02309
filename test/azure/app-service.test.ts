import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { signIn } from "../../src/azure/credential.ts";
import { CLOUDS } from "../../src/model/clouds.ts";
import type { ActionError } from "../../src/model/failure.ts";
import { startEndpoint, TOKEN } from "./managed-identity.ts";

// A separate file, because @azure/identity decides once per process which endpoint it asks.
const CLIENT_ID = "5c1d0a9e-0000-4000-8000-00000000c11e";

let endpoint: Awaited<ReturnType<typeof startEndpoint>>;
beforeAll(async () => {
  endpoint = await startEndpoint(TOKEN);
  process.env.IDENTITY_ENDPOINT = `http://127.0.0.1:${endpoint.port}/msi/token`;
  process.env.IDENTITY_HEADER = "the-header";
});
afterAll(() => endpoint.close());
beforeEach(() => {
  endpoint.asked.length = 0;
});

const password = (clientId?: string) =>
  signIn(
    { signIn: { type: "managed-identity", ...(clientId && { clientId }) }, cloud: CLOUDS.azurecloud },
    process.env,
    undefined,
    { patience: { firstWait: 5, maxTime: 60_000, answerTime: 60_000 } },
  );

test("a container or an app asks App Service's endpoint for the token of its identity", async () => {
  expect(await password(CLIENT_ID)()).toBe("the-token");
  expect(
    endpoint.asked.map(({ url, headers }) => [
      url.pathname,
      url.searchParams.get("client_id"),
      headers["x-identity-header"],
    ]),
  ).toEqual([["/msi/token", CLIENT_ID, "the-header"]]);
});

test("the action explains that the app does not have the identity", async () => {
  endpoint.answer = () => ({
    status: 400,
    json: { statusCode: 400, message: "Unable to load the proper Managed Identity." },
  });
  const error = await password()().catch((error: unknown) => error);
  expect((error as ActionError).failure).toMatchObject({ code: "managed-identity-unknown" });
});
