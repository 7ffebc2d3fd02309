import { expect, test } from "vitest";
import { identityRefusal, notJson } from "../../src/azure/refusals.ts";
import { diagnose } from "../../src/diagnosis/diagnose.ts";
import type { Context } from "../../src/diagnosis/rules.ts";
import { diagnoseResourceManager } from "../../src/firewall/errors.ts";
import { PERMISSIONS } from "../../src/firewall/server.ts";
import { diagnoseIssue } from "../../src/github/drift-issue/rules.ts";
import { CLOUDS } from "../../src/model/clouds.ts";
import { readFailure } from "../read.ts";
import { type Case, CORPUS, fieldsOf } from "./corpus.ts";

// An answer must not contradict what the run knows. Each text of the corpus is diagnosed in each kind of run that can
// meet it, and what would contradict this kind is not in the answer.

interface Kind {
  /** The texts that it can meet. */
  readonly meets: (each: Case) => boolean;
  /** What the run knows. */
  readonly knows: Context;
  /** What no answer to it says. */
  readonly never: RegExp;
  /** Rules that may say it. */
  readonly but?: readonly string[];
}

const IDS = { clientId: "5c1d0a9e-0000-4000-8000-00000000c11e", tenantId: "3f0c6a52-7b1e-4d35-9a8e-5d2f8f6b1c01" };
const OIDC = { type: "oidc", ...IDS } as const;
const SECRET = { type: "client-secret", ...IDS, clientSecret: "x" } as const;
const CLI = { type: "azure-cli" } as const;
const PASSWORD = { type: "password", password: "x" } as const;
const cloud = CLOUDS.azurecloud;
const proxy = "proxy.corp.example:8080";

/** The texts from these senders; those of Node.js by the peer. */
const from =
  (...senders: readonly string[]) =>
  ({ from: sender, given }: Case) =>
    senders.includes(sender === "node" ? (given?.with ?? "postgres") : sender);
const ofEntra = (but: RegExp) => (each: Case) => from("entra")(each) && !but.test(each.text);
const ofIdentity = (each: Case) =>
  from("identity")(each) || (each.given?.with === "entra" && each.given.signIn === "managed-identity");

const withoutToken = (each: Case) =>
  from("postgres", "statement")(each) && !/token|AAD|Entra|oid mismatch/.test(each.text);

const ENTRA = { with: "entra", cloud, host: "login.microsoftonline.com", inApp: false, inPod: false } as const;
const SERVICE_ACCOUNT = { sub: "system:serviceaccount:ci:runner", iss: "https://eu.oic.prod-aks.azure.com/0a/0b/" };
const SERVER = { host: "contoso-pg.postgres.database.azure.com", database: "app", user: "ci-admin", cloud } as const;
const AZURE = { with: "azure", host: "management.azure.com" } as const;

/** Texts that only a sign-in with such a token or secret meets. */
const ABOUT_TOKEN = /assertion|federat|issuer|JWT|id[_ ]token|serviceaccount/i;
const ABOUT_SECRET = /secret/i;
const ABOUT_POD = /serviceaccount|-aks\.azure/i;

const WITHOUT_PROXY = "NO_PROXY=|If no proxy|proxy is set";
const WITH_PROXY = "If (no proxy|only a proxy)|needs a proxy|proxy is set";
const WITHOUT_CLI = "azure/login|azure-cli|AZURE_(CLIENT|TENANT)_ID|kubectl";

const either = (...patterns: readonly string[]) => new RegExp(patterns.join("|"));

const KINDS: Readonly<Record<string, Kind>> = {
  "GitHub's OIDC endpoint": { meets: from("github"), knows: { with: "github" }, never: either(WITHOUT_PROXY) },
  "Entra, from a runner that GitHub hosts": {
    meets: (each) => each.given?.with === "entra" && each.given.signIn === undefined && each.given.proxy === undefined,
    knows: { ...ENTRA, signIn: OIDC, onGitHub: true },
    never: /^.*\n(See what the DNS|The runner needs|Check the network)/, // in the first step
  },
  "GitHub's OIDC endpoint by a proxy": {
    meets: from("github"),
    knows: { with: "github", proxy },
    never: either(WITH_PROXY),
  },
  "auth-type oidc": {
    meets: ofEntra(either(ABOUT_SECRET.source, ABOUT_POD.source)),
    knows: { ...ENTRA, signIn: OIDC },
    never: either(WITHOUT_CLI, WITHOUT_PROXY, "service account"),
  },
  "auth-type oidc by a proxy": {
    meets: ofEntra(ABOUT_SECRET),
    knows: { ...ENTRA, signIn: OIDC, proxy },
    never: either(WITH_PROXY),
  },
  "auth-type client-secret": {
    meets: ofEntra(ABOUT_TOKEN),
    knows: { ...ENTRA, signIn: SECRET },
    never: either(WITHOUT_CLI, WITHOUT_PROXY, "id-token", "ID token"),
    but: ["assertion-invalid", "issuer-unreadable"], // such an application sends no ID token
  },
  "a pod with Azure Workload Identity": {
    meets: ofEntra(ABOUT_SECRET),
    knows: { ...ENTRA, signIn: OIDC, inPod: true, assertion: SERVICE_ACCOUNT },
    never: either("azure/login|azure-cli|GitHub sent|GitHub's ID token", WITHOUT_PROXY),
  },
  "auth-type azure-cli": {
    meets: from("az"),
    knows: { with: "entra", cloud, signIn: CLI },
    never: either(WITHOUT_PROXY, "client-secret`"),
  },
  "auth-type azure-cli by a proxy": {
    meets: from("az"),
    knows: { with: "entra", cloud, signIn: CLI, proxy },
    never: either(WITH_PROXY),
  },
  "a machine's identity": {
    meets: ofIdentity,
    knows: { ...ENTRA, host: "169.254.169.254", signIn: { type: "managed-identity" } },
    never: either(WITHOUT_PROXY, "tenant-id|client-secret|client-id` is a client ID"),
  },
  "an app's identity, chosen by client-id": {
    meets: ofIdentity,
    knows: {
      ...ENTRA,
      host: "127.0.0.1:42356",
      signIn: { type: "managed-identity", clientId: IDS.clientId },
      inApp: true,
    },
    never: either(WITHOUT_PROXY, "az vm|client-id` is (not set|missing)|tenant-id|client-secret"),
    // The words that ask for a client ID come from a pod without one.
    but: ["managed-identity-aks"],
  },
  "Azure's resource manager, auth-type oidc": {
    meets: from("azure"),
    knows: { ...AZURE, signIn: OIDC },
    never: either(WITHOUT_CLI, WITHOUT_PROXY, "managed identity"),
  },
  "Azure's resource manager, auth-type azure-cli by a proxy": {
    meets: from("azure"),
    knows: { ...AZURE, signIn: CLI, proxy },
    never: either(WITH_PROXY, "In this step, set"),
  },
  "Azure's resource manager, a managed identity": {
    meets: from("azure"),
    knows: { ...AZURE, signIn: { type: "managed-identity" } },
    never: either(WITHOUT_CLI, WITHOUT_PROXY, "ad sp create"),
  },
  "an issue": {
    meets: from("issues", "github-issues"),
    knows: { with: "github-issues" },
    never: either(WITHOUT_PROXY),
  },
  "an issue by a proxy": {
    meets: from("issues", "github-issues"),
    knows: { with: "github-issues", proxy },
    never: either(WITH_PROXY),
  },
  "a server of Azure, by a token": {
    meets: from("postgres", "statement"),
    knows: { ...SERVER, port: 5432, tls: { mode: "verify-full" }, signIn: OIDC },
    never: either("port: 5432", "is 5432", "auth-type: password", "PROXY=", "remove `ssl-mode`", "azure/login"),
  },
  "a server of Azure, by a password": {
    meets: withoutToken,
    knows: { ...SERVER, port: 5432, tls: { mode: "verify-full", rootCertificates: "x" }, signIn: PASSWORD },
    never: either("port: 5432|is 5432", "\\btoken\\b", "identity that signs in", "AzureActiveDirectory", "tenant-id"),
    // They name both, because the other side's words do not say which it got. That in `principal/` is about another identity.
    but: [
      "pooler-refused",
      "pooler-sign-in",
      "sign-in-locked",
      "administrators-only",
      "tls-wrong-host",
      "entra-principal-not-found",
    ],
  },
  "a tunnel, by a token": {
    meets: from("postgres", "statement"),
    knows: { ...SERVER, host: "localhost", port: 5433, tls: { mode: "verify-full" }, signIn: OIDC },
    never: either("`port: 5432`", "auth-type: password", "ssl-mode: disable"),
    but: ["citus-worker"], // it is the port of the server behind the tunnel
  },
  "a container, by a password": {
    meets: (each) =>
      withoutToken(each) && !/^(dns|host)-/.test(each.is) && !/SSL|TLS|certificate|\d\.\d+:\d/.test(each.text),
    knows: { ...SERVER, host: "127.0.0.1", port: 5432, tls: { mode: "disable" }, signIn: PASSWORD },
    never: /^.*\n.*az postgres/, // in the first step
    // Words that only Azure or another provider has; and look-ups in Azure that the step offers beside another, or says so.
    but: ["administrators-only", "disk-full", "pgaadauth-not-here", "restricted-role", "server-limit"],
  },
};

/** The error of a case as the edges throw it. */
function errorOf(each: Case): unknown {
  const { from: sender, text, code, status, type, body, server } = each;
  const answered =
    body !== undefined && (notJson(status ?? 400, type, body, server) ?? identityRefusal(status ?? 400, body));
  if (answered && sender !== "issues") return answered;
  return Object.assign(new Error(text), code && { code }, status && { status }, fieldsOf(each));
}

function explain(each: Case, knows: Context) {
  const error = errorOf(each);
  const peer = knows.with;
  if (peer === "github-issues") return diagnoseIssue(error, { HTTPS_PROXY: knows.proxy && `http://${knows.proxy}` });
  if (peer !== "azure") return diagnose(error, knows);
  const server = { subscription: "5d9d4b4e-0c7a-4d5e-9b7b-2f0f5c1d6a01", resourceGroup: "orders", name: "orders-db" };
  const permission = each.given?.first ? PERMISSIONS.readServer : PERMISSIONS.writeRules;
  return diagnoseResourceManager(error, { ...knows, server, permission });
}

test.each(Object.entries(KINDS))("%s: no answer contradicts what the run knows", (_, { meets, knows, never, but }) => {
  const answers = CORPUS.filter(meets).map((each) => readFailure(explain(each, knows)));
  expect(answers.length).toBeGreaterThan(10);
  const wrong = answers.flatMap(({ code, hint, steps }) => {
    const said = `${hint}\n${steps}`.match(never)?.[0];
    return said === undefined || but?.includes(code) ? [] : [`${code}: ${said}`];
  });
  expect([...new Set(wrong)]).toEqual([]);
  const unused = but?.filter(
    (code) => !answers.some((each) => each.code === code && never.test(`${each.hint}\n${each.steps}`)),
  );
  expect(unused ?? []).toEqual([]);
});
