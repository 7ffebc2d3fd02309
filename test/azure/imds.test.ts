import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { signIn } from "../../src/azure/credential.ts";
import { CLOUDS } from "../../src/model/clouds.ts";
import { failing } from "../read.ts";
import { REFUSED, startEndpoint, TOKEN } from "./managed-identity.ts";

// A separate file, because @azure/identity decides once per process which endpoint it asks.
const CLIENT_ID = "5c1d0a9e-0000-4000-8000-00000000c11e";
const QUICK = { firstWait: 5, maxTime: 60_000, answerTime: 60_000 };

let imds: Awaited<ReturnType<typeof startEndpoint>>;
beforeAll(async () => {
  imds = await startEndpoint(TOKEN);
  process.env.AZURE_POD_IDENTITY_AUTHORITY_HOST = `http://127.0.0.1:${imds.port}`;
});
afterAll(() => imds.close());
beforeEach(() => {
  imds.asked.length = 0;
  imds.answer = TOKEN;
});

const password = (clientId?: string, cloud = CLOUDS.azurecloud) =>
  signIn({ signIn: { type: "managed-identity", ...(clientId && { clientId }) }, cloud }, process.env, undefined, {
    patience: QUICK,
  });

test("a virtual machine asks IMDS for the token of its system-assigned identity", async () => {
  expect(await password()()).toBe("the-token");
  const [{ url, headers } = expect.unreachable()] = imds.asked;
  expect(url.pathname).toMatch(/^\/metadata\/identity\/oauth2\/token\/?$/);
  expect(url.searchParams.get("resource")).toBe("https://ossrdbms-aad.database.windows.net");
  expect(url.searchParams.get("client_id")).toBeNull();
  expect(headers.metadata).toBe("true");
});

test("the action requests a user-assigned identity by its client ID, with the scope of its cloud", async () => {
  await password(CLIENT_ID, CLOUDS.azurechinacloud)();
  expect(imds.asked.map(({ url }) => [url.searchParams.get("client_id"), url.searchParams.get("resource")])).toEqual([
    [CLIENT_ID, "https://ossrdbms-aad.database.chinacloudapi.cn"],
  ]);
});

test("the action explains that the machine does not have the identity", async () => {
  imds.answer = REFUSED;
  expect(await failing(password(CLIENT_ID.replace("c11e", "c11f"))())).toMatchObject({
    code: "managed-identity-unknown",
    message: expect.stringMatching(/^The runner's managed identity: .*Identity not found$/),
  });
  expect(imds.asked).toHaveLength(1);
});

test("the action asks again when IMDS is busy", async () => {
  imds.answer = (...request) =>
    imds.asked.length < 3 ? { status: 429, json: { error: "throttled" } } : TOKEN(...request);
  expect(await password(CLIENT_ID.replace("c11e", "c120"))()).toBe("the-token");
  expect(imds.asked).toHaveLength(3);
});

test.each([410, 500])("the action asks again when IMDS answers %i, at most four times", async (status) => {
  imds.answer = () => ({
    status,
    json: { error: "unknown", error_description: "Failed to retrieve token" },
  });
  expect(await failing(password(CLIENT_ID.replace("c11e", `c${status}`))())).toMatchObject({
    code: "managed-identity-busy",
  });
  expect(imds.asked).toHaveLength(4);
});

test("the action asks once for an identity that an endpoint other than IMDS does not find", async () => {
  imds.answer = () => ({ status: 404, json: { error: { code: "ResourceMissing", message: "Nothing is here." } } });
  expect(await failing(password(CLIENT_ID.replace("c11e", "c404"))())).toMatchObject({
    code: "managed-identity-unknown",
    message: expect.stringContaining("Nothing is here. (ResourceMissing)"),
  });
  expect(imds.asked).toHaveLength(1);
});

test("the action explains that the machine has no managed identity", async () => {
  imds.close();
  expect(await failing(password(CLIENT_ID.replace("c11e", "c121"))())).toMatchObject({
    code: "managed-identity-unavailable",
  });
});
