import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { type CryptoKey, generateKeyPair, SignJWT } from "jose";
import { close, failures, jsonListener, listen } from "./http.ts";

/** https://docs.github.com/en/actions/reference/security/oidc */
export const GITHUB_ISSUER = "https://token.actions.githubusercontent.com";

const REPOSITORY = "contoso/orders";
const REF = "refs/heads/main";

export type GitHub = {
  /** The variables a job with `id-token: write` has. */
  env: { ACTIONS_ID_TOKEN_REQUEST_URL: string; ACTIONS_ID_TOKEN_REQUEST_TOKEN: string };
  /** The `sub` of the next tokens. */
  subject: string;
  /** Seconds; negative for expired tokens. */
  tokenLifetime: number;
  /** The audiences asked for, in order; failed requests included. */
  requests: { audience: string | null; status: number }[];
  failNext(count: number, status: number): void;
  /** What Entra checks signatures with. */
  publicKey: CryptoKey;
  close(): Promise<void>;
};

/** One pair for the process, because it takes a tenth of a second to make. */
const keys = await generateKeyPair("RS256");

/** Stands in for the endpoint at which a job requests its OIDC tokens. */
export async function startGitHub(): Promise<GitHub> {
  const requestToken = randomUUID();
  const failing = failures();

  const server = createServer(
    jsonListener(async (request, url) => {
      const audience = url.searchParams.get("audience");
      const answer = await respond(request.headers.authorization, audience);
      github.requests.push({ audience, status: answer.status });
      return answer;
    }),
  );

  async function respond(authorization: string | undefined, audience: string | null) {
    const failure = failing.take();
    if (failure) return { status: failure, json: { message: "The sandbox was told to fail." } };
    if (authorization !== `Bearer ${requestToken}`) return { status: 401, json: { message: "Unauthorized" } };
    const value = await idToken(audience ?? `https://github.com/${REPOSITORY.split("/")[0]}`);
    return { status: 200, json: { count: value.length, value } };
  }

  function idToken(audience: string): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    return new SignJWT({
      jti: randomUUID(),
      sub: github.subject,
      aud: audience,
      iss: GITHUB_ISSUER,
      iat: now,
      nbf: now - 600,
      exp: now + github.tokenLifetime,
      ref: REF,
      ref_type: "branch",
      ref_protected: "true",
      sha: "6dcb09b5b57875f334f61aebed695e2e4193db5e",
      repository: REPOSITORY,
      repository_id: "1296269",
      repository_owner: "contoso",
      repository_owner_id: "6844498",
      repository_visibility: "private",
      actor: "octocat",
      actor_id: "583231",
      event_name: "push",
      workflow: "deploy",
      workflow_ref: `${REPOSITORY}/.github/workflows/deploy.yml@${REF}`,
      job_workflow_ref: `${REPOSITORY}/.github/workflows/deploy.yml@${REF}`,
      run_id: "30433642",
      run_number: "562",
      run_attempt: "1",
      runner_environment: "github-hosted",
    })
      .setProtectedHeader({ alg: "RS256", typ: "JWT", kid: "sandbox-github" })
      .sign(keys.privateKey);
  }

  const port = await listen(server);
  const github: GitHub = {
    env: {
      ACTIONS_ID_TOKEN_REQUEST_URL: `http://127.0.0.1:${port}/88//idtoken/${randomUUID()}/${randomUUID()}?api-version=2.0`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: requestToken,
    },
    subject: `repo:${REPOSITORY}:ref:${REF}`,
    tokenLifetime: 300,
    requests: [],
    failNext: failing.next,
    publicKey: keys.publicKey,
    close: () => close(server),
  };
  return github;
}
