import { decodeProtectedHeader, jwtVerify } from "jose";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type GitHub, startGitHub } from "./github.ts";

let github: GitHub;
beforeAll(async () => {
  github = await startGitHub();
});
afterAll(() => github.close());

test("issues an ID token like GitHub's: signed, for the requested audience, valid for five minutes", async () => {
  const response = await ask("&audience=api%3A%2F%2FAzureADTokenExchange");
  const { count, value } = (await response.json()) as { count: number; value: string };
  expect(count).toBe(value.length);
  expect(decodeProtectedHeader(value)).toMatchObject({ alg: "RS256", typ: "JWT" });
  const { payload } = await jwtVerify(value, github.publicKey);
  expect(payload).toMatchObject({
    iss: "https://token.actions.githubusercontent.com",
    sub: "repo:contoso/orders:ref:refs/heads/main",
    aud: "api://AzureADTokenExchange",
    repository: "contoso/orders",
    repository_owner: "contoso",
  });
  expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(300);
});

test("uses the owner's URL as the audience when the request names none", async () => {
  const { value } = (await (await ask("")).json()) as { value: string };
  expect((await jwtVerify(value, github.publicKey)).payload.aud).toBe("https://github.com/contoso");
});

test("refuses a job without the request token", async () => {
  expect((await ask("&audience=x", "Bearer wrong")).status).toBe(401);
});

test("fails as often as a test requests, then works, and records each request", async () => {
  github.requests.length = 0;
  github.failNext(1, 429);
  await ask("&audience=x");
  await ask("&audience=y");
  expect(github.requests).toEqual([
    { audience: "x", status: 429 },
    { audience: "y", status: 200 },
  ]);
});

function ask(query: string, authorization = `Bearer ${github.env.ACTIONS_ID_TOKEN_REQUEST_TOKEN}`) {
  return fetch(github.env.ACTIONS_ID_TOKEN_REQUEST_URL + query, { headers: { authorization } });
}
