import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { identityRefusal, notJson } from "../../src/azure/refusals.ts";
import { diagnose, RULES } from "../../src/diagnosis/diagnose.ts";
import type { Context } from "../../src/diagnosis/rules.ts";
import { CLOUDS } from "../../src/model/clouds.ts";
import { ActionError, type Failure } from "../../src/model/failure.ts";
import { EMPTY, inOurWords } from "../../src/model/sentence.ts";
import type { SignIn, Tls } from "../../src/model/settings.ts";
import { plain } from "../../src/render/pen.ts";
import { PATIENCE } from "../../src/retry.ts";
import { readFailure } from "../read.ts";
import { CORPUS, written } from "./corpus.ts";

const OIDC = { type: "oidc", clientId: "5c1d0a9e-0000-4000-8000-00000000c11e", tenantId: "t" } as const;

const error = (message: string, code = "") => Object.assign(new Error(message), code === "" ? {} : { code });
const messageOf = (failure: Failure) => plain.sentence(failure.message);
const commandsOf = ({ steps }: Failure) => steps.flatMap(({ command }) => command ?? []);

test.each(['user "alert" is not allowed', 'HTTP status 403 with an HTML page ("Security Alert: blocked")'])(
  "an alert in a name or on a page is none of TLS: %s",
  (text) => {
    for (const from of ["entra", "postgres"] as const)
      expect(diagnose(error(text), { with: from }).code).toBe("unknown");
  },
);

test("no two rules share a code", () => {
  expect(new Set(RULES.map(({ code }) => code)).size).toBe(RULES.length);
});

describe("errors whose message does not show the cause", () => {
  test("an AggregateError from Happy Eyeballs, which has no message", () => {
    const refused = (address: string) => error(`connect ECONNREFUSED ${address}`, "ECONNREFUSED");
    const both = Object.assign(new AggregateError([refused("::1:5432"), refused("127.0.0.1:5432")]), {
      code: "ECONNREFUSED",
    });
    const failure = diagnose(both, { host: "localhost", port: 5432 });
    expect(failure.code).toBe("connection-refused");
    expect(messageOf(failure)).toBe(
      "PostgreSQL at `localhost:5432`: connect ECONNREFUSED ::1:5432, connect ECONNREFUSED 127.0.0.1:5432",
    );
  });

  test("a cause that MSAL hides", () => {
    const hidden = error("self-signed certificate in certificate chain", "SELF_SIGNED_CERT_IN_CHAIN");
    const shown = error("network_error: See https://aka.ms/msal.js.errors#network_error for details");
    const failure = diagnose(new AggregateError([shown, new Error("outer", { cause: hidden })]), {
      with: "entra",
    });
    expect(failure.code).toBe("tls-unknown-authority");
    expect(messageOf(failure)).toBe("Microsoft Entra: self-signed certificate in certificate chain");
  });

  test("an error whose cause is explained alike is shown in its own words", () => {
    const cause = error("read ECONNRESET", "ECONNRESET");
    const outer = Object.assign(new Error("the session ended: ECONNRESET", { cause }), { code: "ECONNRESET" });
    expect(messageOf(diagnose(outer))).toMatch(/: the session ended: ECONNRESET$/);
  });

  test("MSAL's wrapping is left out, but not the IDs by which administrators and Microsoft find the sign-in", () => {
    const wrapped =
      "invalid_client: Error(s): 7000215 - Timestamp: 2026-11-23 15:00:00Z - Description: AADSTS7000215: Invalid client secret provided. Trace ID: 11111111-2222 Correlation ID: 3333-4444 Timestamp: 2026-11-23 15:00:00Z - Correlation ID: 3333-4444 - Trace ID: 11111111-2222";
    expect(messageOf(diagnose(error(wrapped), { with: "entra" }))).toBe(
      "Microsoft Entra: AADSTS7000215: Invalid client secret provided. Trace ID: 11111111-2222 Correlation ID: 3333-4444 Timestamp: 2026-11-23 15:00:00Z",
    );
  });

  test("the Azure CLI's own sentence and the last exception of its traceback are shown, each once", () => {
    const traceback = `Traceback (most recent call last):
  File "/opt/az/lib/python3.12/site-packages/urllib3/connection.py", line 174, in _new_conn
    conn = connection.create_connection(
socket.gaierror: [Errno -2] Name does not resolve

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "/opt/az/lib/python3.12/site-packages/knack/cli.py", line 233, in invoke
    raise ex
OSError: No way to Entra`;
    const context: Context = { with: "entra", signIn: { type: "azure-cli" } };
    const shown = (text: string) => messageOf(diagnose(new Error(text), context));
    const begin = "ERROR: The command failed with an unexpected error. Here is the traceback:\nERROR:";
    expect(shown(`${begin} No way to Entra\n${traceback}`)).toBe("The Azure CLI: OSError: No way to Entra");
    expect(shown(`${begin} Entra is far\n${traceback}`)).toBe("The Azure CLI: Entra is far OSError: No way to Entra");
    expect(shown(`A warning\n${begin} The disk is full\n${traceback.split("socket")[0]}`)).toBe(
      "The Azure CLI: A warning The disk is full",
    );
  });

  test("the server's DETAIL and HINT are shown too", () => {
    const refused = Object.assign(error("Azure AD access token not valid for role x", "28P01"), {
      hint: "Did you specify the correct user name and access token?",
    });
    expect(messageOf(diagnose(refused))).toContain("for role x. Did you specify the correct user name");
  });

  test("a failure that is already explained is not changed", () => {
    const failure = { code: "mine", message: inOurWords("m"), hint: inOurWords("h"), steps: [] };
    expect(diagnose(new ActionError(failure))).toBe(failure);
  });
});

describe("an unknown error", () => {
  test("keeps its message and the message of its cause", () => {
    const unknown = new Error("the frobnicator jammed", { cause: new Error("sand in the gears") });
    const failure = diagnose(unknown, { host: "h", port: 5432, database: "d" });
    expect(failure.code).toBe("unknown");
    expect(messageOf(failure)).toBe("PostgreSQL at `h:5432`, database d: the frobnicator jammed (sand in the gears)");
    expect(written(failure)).toContain("open an issue");
  });

  test.each(["entra", "github", "azure", "github-issues"] as const)("of %s is not blamed on a pooler", (partner) => {
    const failure = diagnose(error("odd thing"), { with: partner, signIn: { type: "client-secret" } as SignIn });
    expect(written(failure)).not.toContain("pooler");
  });

  test("any thrown value gives a message on one line, a next step and no stack trace", () => {
    const thrown = fc.oneof(
      fc.anything(),
      fc.string().map((text) => new Error(text)),
      fc.tuple(fc.anything(), fc.anything()).map(([a, b]) => new AggregateError([a, b], "")),
      fc.anything().map((cause) => new Error("", { cause })),
    );
    fc.assert(
      fc.property(thrown, fc.constantFrom("postgres", "entra", "github"), (what, partner) => {
        const failure = diagnose(what, { with: partner as "postgres" });
        expect(failure.code).not.toBe("");
        expect(messageOf(failure)).toMatch(/^[^\n]+: [^\n]+$/);
        expect(messageOf(failure)).not.toMatch(/^\s+at /m);
        expect(plain.sentence(failure.hint)).not.toBe("");
        expect(failure.steps).not.toEqual([]);
      }),
    );
  });

  test("that no service sent is this action's own", () => {
    const { message, hint } = readFailure(diagnose(new TypeError("x is not a function")));
    expect(message).toBe("This action: x is not a function");
    expect(hint).toContain("The usual cause is a fault of this action.");
    expect(readFailure(diagnose(error("odd thing"), { with: "azure" })).hint).toContain("The request failed");
  });

  test("an error that is its own cause does not hang", () => {
    const loop = new Error("loop");
    loop.cause = loop;
    expect(messageOf(diagnose(loop))).toBe("This action: loop");
  });

  test("a token in its message is not shown", () => {
    const token = `eyJ${"a".repeat(20)}.eyJ${"b".repeat(20)}.${"c".repeat(20)}`;
    expect(JSON.stringify(diagnose(error(`refused: ${token}`)))).not.toMatch(/aaaa|bbbb|cccc/);
  });

  test("a message of a megabyte is read within the time limit", () => {
    const started = process.threadCpuUsage();
    for (const text of ["Error(s): ", "AADSTS", "a", "no pg_hba.conf entry for ", 'role "'])
      diagnose(error(text.repeat(1_000_000 / text.length)), { with: "entra" });
    const { user, system } = process.threadCpuUsage(started);
    expect((user + system) / 1000).toBeLessThan(1_000);
  });
});

test("text from others is never part of our own sentences", () => {
  const foreign = "zzFOREIGNzz`*";
  const claims = Object.fromEntries(
    ["sub", "iss", "aud", "oid", "appid", "tid", "idtyp", "enterprise"].map((each) => [each, foreign]),
  );
  const context: Context = {
    host: foreign,
    user: foreign,
    database: foreign,
    assertion: { ...claims, sub: `repo:${foreign}/orders:ref:refs/heads/gh-readonly-queue/main` },
    token: claims,
    signIn: { type: "oidc", clientId: foreign, tenantId: foreign },
  };
  for (const rule of RULES) {
    for (const signIn of ["oidc", "azure-cli", "password"]) {
      const partner = rule.with[0] ?? "postgres";
      const how = {
        ...context,
        with: partner,
        ...(signIn !== "oidc" && { signIn: { type: signIn, password: "" } as SignIn }),
      };
      const text = `AADSTS1: subject '${foreign}' role "${foreign}" for host "${foreign}"`;
      const symptom = { code: foreign, text };
      const { hint, steps } = rule.explain(how, symptom);
      const { message } = diagnose(error(text), how);
      const sentences = [message, hint, ...steps.map((each) => each.text)];
      const ours = sentences.flatMap(({ parts }) => parts.flatMap((part) => ("own" in part ? part.own : [])));
      expect(ours.join("\n"), rule.code).not.toMatch(/zzFOREIGNzz/);
    }
  }
});

describe("a federated credential that does not match", () => {
  const refused = error("AADSTS700213: No matching federated identity record found for presented assertion subject");
  const claims = {
    iss: "https://token.actions.githubusercontent.com",
    aud: "api://AzureADTokenExchange",
  };
  const failed = (assertion: Context["assertion"]) =>
    diagnose(refused, { with: "entra", signIn: OIDC, cloud: CLOUDS.azurecloud, assertion });

  test("shows what GitHub sent and the command that creates a matching credential", () => {
    const subject = "repo:contoso/orders:environment:prod's";
    const failure = failed({ ...claims, sub: subject });
    expect(written(failure)).toContain(
      `the issuer \`${claims.iss}\` (with no slash at its end), the subject \`${subject}\` and the audience \`${claims.aud}\`.`,
    );
    expect(commandsOf(failure).map((each) => each.split(" --")[0])).toEqual([
      "az ad sp show",
      "az identity federated-credential create",
      "az ad app federated-credential create",
    ]);
    const start = `az ad app federated-credential create --id ${OIDC.clientId} --parameters `;
    const create = commandsOf(failure).find((each) => each.startsWith(start)) ?? "";
    const [, parameters = ""] = create.slice(start.length).match(/^'(.*)'$/s) ?? [];
    expect(JSON.parse(parameters.replaceAll(`'\\''`, "'"))).toEqual({
      name: "repo-contoso-orders-environment-prod-s",
      issuer: claims.iss,
      subject,
      audiences: [claims.aud],
    });
  });

  test("shows at most 300 characters of a claim, which nobody has checked", () => {
    const long = "s".repeat(301);
    expect(messageOf(failed({ ...claims, sub: long }))).not.toContain(long);
    expect(written(failed({ ...claims, sub: long }))).not.toContain(long);
  });

  test("says that GitHub sent the immutable form of the subject", () => {
    expect(written(failed({ ...claims, sub: "repo:contoso@1/orders@2:ref:refs/heads/main" }))).toContain(
      "a credential for `repo:contoso/orders:ref:refs/heads/main` does not match it",
    );
  });

  test("is explained without claims too", () => {
    expect(written(failed(undefined))).toContain("subject `<subject>`");
  });
});

describe("the first step of an answer about Entra", () => {
  const firstStep = (what: unknown, signIn: SignIn = OIDC, more: Context = {}) =>
    plain.sentence(diagnose(what, { with: "entra", signIn, ...more }).steps[0]?.text ?? EMPTY);

  test.each([200, 302, 403, 407, 511, 520, 598])("is not a rerun for a page with status %i", (status) => {
    const page = notJson(status, "text/html", "<html><title>Sign in to the network</title></html>");
    expect(firstStep(page)).not.toContain("Run the job again");
  });

  test("is a rerun for status 404 of a machine's metadata service, but not of another identity endpoint", () => {
    const missing = identityRefusal(404, '{"error":"not_found"}');
    const at = (host: string) => firstStep(missing, { type: "managed-identity" }, { host });
    expect(at("169.254.169.254")).toContain("Run the job again");
    expect(at("127.0.0.1:46808")).toContain("List the identities");
    const named = identityRefusal(404, '{"error":"not_found","error_description":"The identity is not there."}');
    expect(firstStep(named, { type: "managed-identity" }, { host: "169.254.169.254" })).toContain(
      "List the identities",
    );
  });

  test("is a look at who answers if the certificate is that of another host", () => {
    expect(firstStep(error("Hostname mismatch", "ERR_TLS_CERT_ALTNAME_INVALID"))).toContain("See who answers");
  });

  test("is a link about the number if no rule knows it; the inputs follow if the sign-in has them", () => {
    const page = "https://login.microsoftonline.com/error?code=4242";
    const unknown = error("AADSTS4242: x");
    const steps = (signIn: SignIn) => readFailure(diagnose(unknown, { with: "entra", signIn })).steps;
    expect(firstStep(unknown)).toContain(page);
    expect(steps(OIDC)).toContain("Check `client-id`");
    expect(firstStep(unknown, { type: "managed-identity" })).toContain(page);
    expect(steps({ type: "managed-identity" })).not.toMatch(/client-id|tenant-id/);
    expect(firstStep(unknown, { type: "azure-cli" })).toContain("If the type is `user`, use `auth-type: oidc`");
    expect(steps({ type: "azure-cli" })).toContain(page);
  });

  test("is a rerun for an unreadable answer on a runner that GitHub hosts, unless the job has a proxy", () => {
    const changed = error("AADSTS900561: The endpoint only accepts POST requests. Received a GET request.");
    expect(firstStep(changed, OIDC, { onGitHub: true })).toBe("Run the job again.");
    expect(firstStep(changed, OIDC, { onGitHub: true, proxy: "proxy:3128" })).toContain("See what answers");
    const noToken = error("Response json body do not have ID Token field");
    expect(firstStep(noToken, OIDC, { with: "github", onGitHub: true })).toMatch(/^Run the job again\./);
    expect(firstStep(noToken, OIDC, { with: "github" })).toContain("See what answers");
  });

  test("is another `client-id` if it is that of the Azure CLI, whatever Entra misses", () => {
    const clientId = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";
    for (const said of [
      "AADSTS700025: Client is public so neither 'client_assertion' nor 'client_secret' should be presented.",
      `AADSTS70025: The client '${clientId}'(Microsoft Azure CLI) has no configured federated identity credentials.`,
      `AADSTS700016: Application with identifier '${clientId}' was not found in the directory 'contoso'.`,
      `AADSTS7000229: The client application ${clientId} is missing service principal in the tenant 3f0c.`,
      `AADSTS65002: Consent between first party application '${clientId}' and first party resource '123c' must be configured via preauthorization`,
      "AADSTS7000215: Invalid client secret provided.",
    ])
      for (const signIn of [
        { ...OIDC, clientId },
        { ...OIDC, clientId, type: "client-secret", clientSecret: "x" },
      ] as const)
        expect(firstStep(error(said), signIn), said).toContain("Set `client-id`");
    const transient = diagnose(error("AADSTS90033: x"), { with: "entra", signIn: { ...OIDC, clientId } });
    expect(transient.code).toBe("entra-busy");
  });

  test("begins with `client-id` if GitHub's token could be read", () => {
    const invalid = error("AADSTS50027: JWT token is invalid or malformed.");
    expect(firstStep(invalid)).toContain("Check `client-id`");
  });

  test("is a rerun for an issuer that Entra could not read only if the issuer is github.com's", () => {
    const unread = error("AADSTS50166: Request to External OIDC endpoint failed.");
    expect(firstStep(unread)).toContain("Run the job again");
    const assertion = { iss: "https://git.contoso.example/_services/token" };
    expect(firstStep(unread, OIDC, { assertion })).toContain("must be reachable from the internet");
  });

  test("is that of the number's family, or of its words, if the number is new", () => {
    const unmatched = error("AADSTS7002203: No matching federated identity record found");
    expect(diagnose(unmatched, { with: "entra", signIn: OIDC }).code).toBe("federated-credential");
    expect(diagnose(error("AADSTS530099: x"), { with: "entra", signIn: OIDC }).code).toBe("conditional-access");
  });

  test("is not that of another number's rule if the number means something else", () => {
    const code = (number: number) => diagnose(error(`AADSTS${number}: x`), { with: "entra", signIn: OIDC }).code;
    expect([50146, 70021999, 90023, 90036, 90092].map(code)).toEqual(Array(5).fill("entra-refused"));
    expect(code(650054)).toBe("resource-not-found");
  });

  test("is never about a person's account if an application signs in", () => {
    const code = (signIn: SignIn) => diagnose(error("AADSTS50076: x"), { with: "entra", signIn }).code;
    expect(code({ type: "azure-cli" })).toBe("cli-not-signed-in");
    expect(code(OIDC)).toBe("entra-refused");
  });
});

test("a connection that PgBouncer's port refuses begins with the step past PgBouncer", () => {
  const { steps } = diagnose(error("connect ECONNREFUSED 203.0.113.7:6432", "ECONNREFUSED"), { port: 6432 });
  expect(plain.sentence(steps[0]?.text ?? EMPTY)).toContain("Set `port: 5432`");
});

describe("a password that was refused", () => {
  const token = {
    oid: "o-1",
    appid: "a-1",
    idtyp: "app",
    tid: "t-1",
    aud: "https://ossrdbms-aad.database.windows.net",
    exp: 1795448154,
  };
  const answer = (context: Context) => {
    const refused = error(`password authentication failed for user "${context.user}"`, "28P01");
    return written(diagnose(refused, { host: "contoso-pg.postgres.database.azure.com", ...context }));
  };

  test("shows the claims of the token", () => {
    expect(answer({ user: "ci-admin", token, cloud: CLOUDS.azurechinacloud })).toContain(
      "`oid` `o-1`, `appid` `a-1`, `idtyp` `app`, `tid` `t-1`, `aud` `https://ossrdbms-aad.database.windows.net` and valid until `2026-11-23T15:35:54.000Z`. `oid` has to be the object ID of the role, or of a member of its group, and `tid` the server's tenant. `aud` has to be `https://ossrdbms-aad.database.chinacloudapi.cn`.",
    );
  });

  test("names the name when the name is the cause", () => {
    expect(answer({ user: OIDC.clientId })).toContain("`user` looks like a client ID");
  });

  test("explains a password, not a token, when the login used a password", () => {
    const said = answer({ user: "u", database: "my db", signIn: { type: "password", password: "hunter2" } });
    expect(said).toContain("Check `user` and `password`");
    expect(said).not.toContain("hunter2");
  });
});

test.each(["entra", "github", "azure"] as const)(
  "an error on the way to %s has no step about the server of PostgreSQL",
  (partner) => {
    const onTheWay = CORPUS.filter(({ from }) => from === "node");
    expect(onTheWay.length).toBeGreaterThan(10);
    for (const { text, code } of onTheWay) {
      const { steps } = diagnose(error(text, code), { with: partner });
      expect(JSON.stringify(steps), text).not.toMatch(/az postgres|5432|server's/);
    }
  },
);

test("a server that accepts only TLS needs another `ssl-mode` only if this step turns TLS off", () => {
  const answer = (tls: Tls) => written(diagnose(error("SSL required", "08P01"), { tls }));
  expect(answer({ mode: "disable" })).toContain("remove `ssl-mode`");
  expect(answer({ mode: "verify-full" })).not.toContain("ssl-mode");
});

describe("a certificate of an unknown authority", () => {
  const refused = error("self-signed certificate in certificate chain", "SELF_SIGNED_CERT_IN_CHAIN");
  const answer = (context: Context) => written(diagnose(refused, { signIn: { type: "azure-cli" }, ...context }));

  test("of Entra needs a variable of the Azure CLI, too, if that signs in", () => {
    expect(answer({ with: "entra" })).toContain("REQUESTS_CA_BUNDLE");
    expect(answer({ with: "entra", signIn: OIDC })).not.toContain("REQUESTS_CA_BUNDLE");
  });

  test("of PostgreSQL that `ssl-root-cert` does not contain needs another one", () => {
    const said = answer({ with: "postgres", tls: { mode: "verify-full", rootCertificates: "its PEM" } });
    expect(said).toMatch(/^Neither the runner nor `ssl-root-cert` has the authority of this certificate/m);
    expect(said).not.toMatch(/The runner does not trust|Omit `ssl-root-cert`/);
  });

  test("of GitHub Enterprise Server is perhaps one's own, and that of github.com is not", () => {
    const own = "GitHub Enterprise Server has a certificate from your own authority";
    for (const partner of ["github", "github-issues"] as const) {
      expect(answer({ with: partner, host: "git.contoso.example" })).toContain(own);
      expect(answer({ with: partner, host: "git.contoso.example" })).not.toContain("githubusercontent");
      expect(answer({ with: partner })).not.toContain(own);
    }
  });

  test("of PostgreSQL needs an input, whatever signs in", () => {
    expect(answer({ with: "postgres" })).toContain("`ssl-root-cert`");
    expect(answer({ with: "postgres" })).not.toMatch(/REQUESTS_CA_BUNDLE|NODE_EXTRA_CA_CERTS/);
  });
});

test("a refusal of a loopback address is not one of an Azure server, whatever the host is called", () => {
  for (const address of ["127.0.0.1:5432", "::1:5432"]) {
    const refused = error(`connect ECONNREFUSED ${address}`, "ECONNREFUSED");
    const said = written(diagnose(refused, { host: "contoso-pg.postgres.database.azure.com" }));
    expect(said).toContain("the container of the job");
    expect(said).not.toContain("--query state");
  }
});

test("a server on the runner itself that is starting is asked with its port", () => {
  const { command } =
    diagnose(error("the database system is starting up", "57P03"), { host: "localhost" }).steps[0] ?? {};
  expect(command).toBe("pg_isready --host localhost --port 5432");
});

describe("PgBouncer", () => {
  const refusals = CORPUS.filter(({ from }) => from === "postgres" || from === "statement");
  test("each refusal on PgBouncer's port also names PostgreSQL's port", () => {
    for (const { text, code } of refusals) {
      expect(written(diagnose(error(text, code), { port: 6432 })), text).toContain("port: 5432");
    }
  });

  test("is never suggested", () => {
    for (const { text, code } of refusals) {
      const answer = written(diagnose(error(text, code), { port: 5432 }));
      expect(answer).not.toContain("6432");
      expect(written(diagnose(error(text, code), { port: 6432 }))).not.toContain("port: 6432");
    }
  });
});

test("a refusal on PgBouncer's port that names no other cause begins with PostgreSQL's port", () => {
  const first = (code: string, host?: string) =>
    plain.sentence(diagnose(error("something odd", code), { port: 6432, host }).steps[0]?.text ?? EMPTY);
  for (const code of ["08P01", "2D000", "", "ECONNREFUSED"]) expect(first(code), code).toContain("port: 5432");
  expect(first("ECONNREFUSED", "localhost")).not.toContain("port: 5432");
});

describe("a failure on the way that a proxy leads to", () => {
  const answer = (message: string, code: string, proxy?: string) =>
    written(diagnose(error(message, code), { with: "entra", signIn: OIDC, proxy }));

  test("begins with the way past the proxy if the request arrived changed", () => {
    const changed = (proxy?: string) => diagnose(error("missing_field"), { with: "github-issues", proxy });
    expect(changed("proxy:3128").steps[0]?.command).toMatch(/^NO_PROXY=/);
    expect(plain.sentence(changed().steps[0]?.text ?? EMPTY)).toMatch(/^Run the job again later/);
  });

  test("does not advise to set HTTPS_PROXY, which is set", () => {
    for (const [message, code] of [
      ["connect ETIMEDOUT 203.0.113.7:443", "ETIMEDOUT"],
      ["read ECONNRESET", "ECONNRESET"],
      ["getaddrinfo ENOTFOUND login.microsoftonline.com", "ENOTFOUND"],
    ] as const) {
      expect(answer(message, code)).toContain("HTTPS_PROXY=");
      expect(answer(message, code, "proxy:3128")).not.toContain("HTTPS_PROXY=");
    }
  });

  test("is the proxy's if it names the proxy, by its name or its port", () => {
    const refused = "connect ECONNREFUSED 10.0.0.9:3128";
    expect(answer(refused, "ECONNREFUSED", "proxy:3128")).toContain("cannot use the proxy");
    expect(answer("connect ECONNREFUSED 10.0.0.9:443", "ECONNREFUSED", "proxy:3128")).not.toContain(
      "cannot use the proxy",
    );
    expect(answer(refused, "ECONNREFUSED")).not.toContain("cannot use the proxy");
    // Every host has a port 443.
    expect(answer("connect ECONNREFUSED 10.0.0.9:443", "ECONNREFUSED", "proxy:443")).not.toContain(
      "cannot use the proxy",
    );
  });

  test("is a missing sign-in if a page with status 407 answers", () => {
    const page = notJson(407, "text/html", "<html>Proxy login</html>");
    expect(diagnose(page, { with: "entra", signIn: OIDC }).code).toBe("proxy-sign-in");
  });
});

test("the firewall's refusal is recognized in every language, with the address", () => {
  for (const text of [
    "kein pg_hba.conf-Eintrag für Host »203.0.113.7«, Benutzer »u«, Datenbank »d«, SSL-Verschlüsselung",
    'нет записи в pg_hba.conf для компьютера "203.0.113.7", пользователя "u", базы "d", шифрование SSL',
    'ホスト"203.0.113.7"、ユーザー"u"用のエントリがpg_hba.confにありません',
  ]) {
    const failure = diagnose(error(text, "28000"));
    expect([failure.code, written(failure)], text).toEqual([
      "firewall",
      expect.stringContaining('"startIpAddress":"203.0.113.7"'),
    ]);
  }
});

describe("commands can be copied", () => {
  test("commands are separate from sentences", () => {
    for (const { text, code, from } of CORPUS) {
      const partner = from === "postgres" || from === "statement" || from === "node" ? "postgres" : "entra";
      for (const { text: sentence } of diagnose(error(text, code), { with: partner }).steps) {
        expect(plain.sentence(sentence)).not.toMatch(/\baz [a-z]+ [a-z]|\b(GRANT|SELECT|ALTER) [A-Z*]/);
      }
    }
  });

  test("a command contains the address in the firewall's refusal", () => {
    const refused = error(
      'no pg_hba.conf entry for host "198.51.100.9", user "u", database "d", SSL encryption',
      "28000",
    );
    expect(commandsOf(diagnose(refused, { host: "contoso-pg.postgres.database.azure.com" }))).toEqual([
      `az rest --url '/subscriptions/{subscriptionId}/resourceGroups/<resource-group>/providers/Microsoft.DBforPostgreSQL/flexibleServers/contoso-pg/firewallRules/github-runner?api-version=2025-08-01' --method put --body '{"properties":{"startIpAddress":"198.51.100.9","endIpAddress":"198.51.100.9"}}'`,
    ]);
  });

  test("a host that is an IP address is explained", () => {
    const refused = error("Hostname/IP does not match certificate's altnames", "ERR_TLS_CERT_ALTNAME_INVALID");
    expect(written(diagnose(refused, { host: "10.0.0.4" }))).toContain("is an IP address or an alias");
  });

  test("names in commands are quoted for the shell and for SQL", () => {
    const user = "a'; rm -rf ~ #`x`\"";
    const group = user.padEnd(36, "x");
    expect(commandsOf(diagnose(error(`does not contain group ID ${group}`)))[0]).toContain(
      `--group 'a'\\''; rm -rf ~ #\`x\`"xxx`,
    );
    expect(commandsOf(diagnose(error("permission denied for table orders", "42501"), { user }))[1]).toContain(
      'GRANT "<owner>" TO "a\'; rm -rf ~ #`x`""";',
    );
    const host = "$(reboot)";
    for (const command of commandsOf(diagnose(error("certificate has expired"), { host })).slice(1)) {
      expect(command).toContain("'$(reboot)'");
    }
    const proxy = "https://$(reboot):443";
    const untrusted = error("certificate has expired", "CERT_HAS_EXPIRED");
    expect(commandsOf(diagnose(untrusted, { with: "entra", proxy })).join()).toContain("-x 'https://$(reboot):443'");
    const dollars = commandsOf(diagnose(error("permission denied for table a$$b", "42501"), { user }))[0];
    expect(dollars).toContain('"a$$b"');
  });
});

/** Failures that were seen to pass: by a restart, a failover, an outage, fewer clients. */
const PASSING = [
  "connection-lost",
  "entra-busy",
  "issuer-unreadable",
  "managed-identity-busy",
  "no-connection-slots",
  "oidc-unavailable",
  "server-restarting",
];

describe("further attempts", () => {
  const tries = (message: string, code = "", context: Context = {}) =>
    diagnose(error(message, code), context).retries ?? 0;
  /** Seconds that all waits take, without the attempts themselves. */
  const waits = (retries: number) => ((2 ** retries - 1) * PATIENCE.firstWait) / 1000;

  test("are made for transient failures, for less than a minute with Entra or GitHub", () => {
    expect(tries("the database system is starting up", "57P03")).toBe(4);
    expect(tries("sorry, too many clients already", "53300")).toBe(4);
    expect(tries("read ECONNRESET", "ECONNRESET")).toBe(3);
    expect(tries("server login has been failing, try again later (server_login_retry)", "08P01")).toBe(2);
    const entra = RULES.filter(({ with: partners }) => !partners.includes("postgres"));
    for (const { retries = 0, code } of entra) expect(waits(retries), code).toBeLessThan(45);
    for (const text of ["Failed to get ID Token. Error Code : undefined Error Message: ", "Request timeout: /x"])
      expect(tries(text, "", { with: "github" })).toBe(3);
    for (const text of ["AADSTS50166: x", "AADSTS501661: x", "AADSTS90061: x", "AADSTS90033: x"])
      expect(tries(text, "", { with: "entra" })).toBe(3);
  });

  test("take more than 15 seconds only for failures that pass", () => {
    const long = RULES.filter(({ retries = 0 }) => waits(retries) > 15).map(({ code }) => code);
    expect(long.toSorted()).toEqual(PASSING);
  });

  test("at a host that never answers end within 30 seconds", () => {
    const retries = tries("connect ETIMEDOUT 203.0.113.7:5432", "ETIMEDOUT");
    const seconds = (PATIENCE.answerTime / 1000) * (retries + 1) + waits(retries);
    expect(seconds).toBeLessThanOrEqual(30);
  });

  test("take at most ten seconds for failures that a rerun does not fix", () => {
    expect(waits(tries("connect ECONNREFUSED 203.0.113.7:5432", "ECONNREFUSED"))).toBeLessThanOrEqual(10);
    expect(waits(tries("AADSTS700213: x", "", { with: "entra" }))).toBeLessThanOrEqual(10);
    expect(waits(tries("connect ETIMEDOUT 203.0.113.7:5432", "ETIMEDOUT"))).toBeLessThanOrEqual(10);
    expect(tries("password authentication failed", "28P01")).toBe(0);
    expect(tries('database "x" does not exist', "3D000")).toBe(0);
    expect(tries("getaddrinfo ENOTFOUND x", "ENOTFOUND")).toBe(0);
    expect(tries("self-signed certificate", "DEPTH_ZERO_SELF_SIGNED_CERT")).toBe(0);
    expect(tries("tunneling socket could not be established, statusCode=407", "", { with: "github" })).toBe(0);
    expect(tries("what is this")).toBe(0);
  });
});

test.each([
  ["42501", 'permission denied to grant role "central"', "create-role-not-permitted"],
  ["2BP01", 'role "x" cannot be dropped because some objects depend on it', "dependent-privileges"],
  ["42501", "permission denied for table superusers", "restricted-role"],
  ["42501", "permission denied for table audience", "token-audience"],
  ["42501", "must be owner of table allow_list", "pooler-sign-in"],
  ["42501", "permission denied for table sslrequests", "pooler-cannot-connect"],
  ["42704", 'type "control" does not exist', "role-not-found"],
])("SQLSTATE %s, %s: a name or a common word in it does not make it %s", (code, message, other) => {
  expect(diagnose(error(message, code)).code).not.toBe(other);
});

test.each([
  "GRANT to backend is not allowed, ask the DBA",
  "GRANT to role x is insecure",
  "SSL is required, and a ticket",
  "The change token has expired",
  "too many connections by deployments",
  "the change window is shutting down",
  "Public network access is disabled for changes of privileges",
  "no such user in the list of owners",
  "out of memory of approvals",
])("the words of code in the database are those of its owner: %s", (message) => {
  expect(diagnose(error(message, "P0001")).code).toBe("raised-in-database");
});

test.each<[message: string, first: RegExp, context: Context]>([
  ["self-signed certificate in certificate chain", /^Trust the authority.* NODE_EXTRA_CA_CERTS=/, { with: "entra" }],
  [
    "self-signed certificate in certificate chain",
    /^Trust the authority.*certifi\/cacert\.pem.* REQUESTS_CA_BUNDLE=/,
    { with: "entra", signIn: { type: "azure-cli" } },
  ],
  [
    "self-signed certificate",
    /^If the server is yours, set `ssl-root-cert` to this certificate/,
    { host: "db.corp.example" },
  ],
  ["self-signed certificate", /^See which certificates are sent/, { host: "orders.postgres.database.azure.com" }],
  ["connect ECONNREFUSED 20.1.2.3:5432", /^On the server, see whether PostgreSQL runs/, { host: "db.corp.example" }],
  ["connect ECONNREFUSED 0.0.0.0:443", /^See what the DNS server answers/, { with: "entra" }],
  ["getaddrinfo ENOTFOUND db.corp.example", /^Check the spelling of `host`/, { host: "db.corp.example" }],
  ["Connection timed out", /^Set `port: 5432`/, { host: "orders.postgres.database.azure.com", port: 3306 }],
])("what helps first against %s: %s", (message, expected, context) => {
  const [first] = diagnose(error(message), context).steps;
  expect(`${plain.sentence(first?.text ?? EMPTY)} ${first?.command}`).toMatch(expected);
});

test("a runner of GitHub's own is not told what only other networks need", () => {
  const told = (context: Context) => readFailure(diagnose(error("Connection timed out", "ETIMEDOUT"), context));
  const server = { host: "orders.postgres.database.azure.com" };
  expect(told(server).steps).toContain("The runner's network must allow outbound TCP to port 5432");
  expect(told({ ...server, onGitHub: true }).steps).not.toContain("The runner's network");
  expect(told({ with: "azure" }).steps).toContain("HTTPS_PROXY=");
  expect(told({ with: "azure", onGitHub: true }).steps).not.toMatch(/HTTPS_PROXY=|curl/);
});

test("a certificate of a wildcard does not become the host, and a name in it only of a server that the user knows", () => {
  const failure = diagnose(
    error(
      "Hostname/IP does not match certificate's altnames: Host: db.corp.example. is not in the cert's altnames: DNS:*.wifi.example, DNS:login.wifi.example",
      "ERR_TLS_CERT_ALTNAME_INVALID",
    ),
    { host: "db.corp.example" },
  );
  const steps = failure.steps.map(({ text }) => plain.sentence(text));
  expect(steps[0]).toMatch(/^See who answers/);
  expect(steps[1]).toMatch(
    /^If you know that the server is yours, set `host` to a name in its certificate\. Otherwise/,
  );
  expect(steps.join()).not.toContain("*.wifi");
});

test("the command that shows what answers asks an identity endpoint by HTTP, and Entra by HTTPS", () => {
  const asked = (signIn: SignIn, host: string) => commandsOf(diagnose(error("odd"), { with: "entra", signIn, host }));
  expect(asked({ type: "managed-identity" }, "169.254.169.254")).toEqual([
    "curl --include http://169.254.169.254 --max-time 20",
  ]);
  expect(asked(OIDC, "login.microsoftonline.com")).toEqual([
    "curl --include https://login.microsoftonline.com/common/v2.0/.well-known/openid-configuration --max-time 20",
  ]);
});

test.each([
  ["ghes.contoso.example:8443", "NO_PROXY=ghes.contoso.example"],
  ["a1.actions.githubusercontent.com", "NO_PROXY=.actions.githubusercontent.com"],
  [undefined, "NO_PROXY=.actions.githubusercontent.com"],
])("the way past a proxy to GitHub's OIDC endpoint at %s is %s", (host, command) => {
  const context = { with: "github", host, proxy: "proxy.example:3128" } as const;
  expect(commandsOf(diagnose(error("from proxy CONNECT_407", "CONNECT_407"), context))).toContain(command);
});

test("a SOCKS proxy is not tried again", () => {
  const socks = error("Missing dependencies for SOCKS support.");
  expect(diagnose(socks, { with: "entra", signIn: { type: "azure-cli" } })).toMatchObject({ retries: 0 });
});

test.each([
  ["ghes.example:8443", ["nslookup ghes.example"]],
  ["127.0.0.1:8443", []],
])("the command that asks the DNS server about %s has no port, and an address needs none", (host, commands) => {
  const refused = diagnose(error("connect ECONNREFUSED", "ECONNREFUSED"), { with: "github-issues", host });
  expect(commandsOf(refused).filter((command) => command.startsWith("nslookup"))).toEqual(commands);
});

test("the command that shows a certificate has one port, also for a host that names its own", () => {
  for (const [host, peer] of [
    ["git.contoso.example:8443", "git.contoso.example:8443"],
    ["git.contoso.example", "git.contoso.example:443"],
  ]) {
    const error = Object.assign(new Error("unable to verify the first certificate"), {
      code: "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
    });
    const { steps } = readFailure(diagnose(error, { with: "github", host }));
    expect(steps).toContain(`openssl s_client -showcerts -connect ${peer} `);
  }
});

describe("the first step of an answer about PostgreSQL", () => {
  const AT_AZURE: Context = {
    host: "contoso-pg.postgres.database.azure.com",
    port: 5432,
    database: "app",
    user: "ci-admin",
    cloud: CLOUDS.azurecloud,
    signIn: OIDC,
  };
  const PASSWORD: SignIn = { type: "password", password: "x" };
  const LOOK_UP = "nslookup contoso-pg.postgres.database.azure.com";
  const HBA = (address: string) =>
    `no pg_hba.conf entry for host "${address}", user "ci-admin", database "app", SSL encryption`;
  const OTHER_NAME =
    "Hostname/IP does not match certificate's altnames: Host: db.contoso.example. is not cert's CN: localhost";
  const NODE = "connection to the remote node 10.0.0.5:5432 failed with the following error: ";

  test.each<[code: string, message: string, step: string | RegExp, context?: Context]>([
    // The name is a server's already, so that it only can lead somewhere else.
    ["28000", 'Peer authentication failed for user "ci-admin"', LOOK_UP],
    ["28000", 'Peer authentication failed for user "x"', "fullyQualifiedDomainName", { host: "db.contoso.example" }],
    ["PROTOCOL_VIOLATION", "x", LOOK_UP],
    ["PROTOCOL_VIOLATION", "x", "`port: 5432`", { port: 6432 }],
    ["", "The server does not support SSL connections", LOOK_UP],
    ["", "The server does not support SSL connections", "`ssl-mode: disable`", { host: "localhost", signIn: PASSWORD }],
    ["HASH_REQUESTED", "x", "microsoft-entra-admin list"],
    // Azure's firewall sees public addresses.
    ["28000", HBA("203.0.113.7"), "`firewall/`"],
    ["28000", HBA("172.15.0.1"), "`firewall/`"],
    ["28000", HBA("10.1.2.3"), LOOK_UP],
    ["28000", HBA("172.18.0.1"), "fullyQualifiedDomainName", { host: "db.contoso.example" }],
    ["28000", HBA("fd40:1::3"), LOOK_UP],
    ["28000", 'role "ci-admin" does not exist', "FROM pg_roles", { host: "localhost", signIn: PASSWORD }],
    ["ETIMEDOUT", "connect ETIMEDOUT 10.1.2.4:5432", "delegatedSubnetResourceId"],
    ["ECONNREFUSED", "connect ECONNREFUSED 172.17.0.1:5432", "ss --listening", { host: "host.docker.internal" }],
    ["ETIMEDOUT", "connect ETIMEDOUT 203.0.113.7:6432", "tier:sku.tier", { port: 6432 }],
    ["EINVAL", "connect EINVAL 0.0.16.64:5432", LOOK_UP],
    ["53300", 'too many connections for role "ci-admin"', "Raise the limit of this role"],
    [
      "57P03",
      "the database system is starting up",
      "pg_isready --host db.contoso.example",
      { host: "db.contoso.example" },
    ],
    ["22023", 'invalid value for parameter "TimeZone": "x"', LOOK_UP],
    ["42501", "permission denied", 'ALTER ROLE "ci-admin" CREATEROLE;'],
    ["42883", "unknown function: has_table_privilege()", "SELECT version();"],
    ["28000", HBA("127.0.0.1").replace("SSL", "no"), "entry `host`", { host: "localhost", tls: { mode: "disable" } }],
    ["28000", HBA("10.20.0.4").replace("SSL", "no"), "/etc/hosts", { host: "localhost", tls: { mode: "disable" } }],
    ["25006", "cannot execute GRANT in a read-only transaction", "SELECT pg_is_in_recovery()"],
    ["25006", "cannot execute GRANT during recovery", "set `host` to the primary"],
    ["28P01", 'password authentication failed for user "ci-admin"', "rolvaliduntil", { signIn: PASSWORD }],
    ["55000", 'database "app" is not currently accepting connections', "datallowconn"],
    ["UNKNOWN", "read UNKNOWN", "If the error persists, see who answers"],
    ["EPERM", "connect EPERM 203.0.113.7:5432", "nft list ruleset"],
    ["", "Proxy Authentication Required", "curl --include", { with: "entra", host: undefined }],
    [
      "",
      "Proxy Authentication Required",
      "HTTPS_PROXY=http://<user>",
      { with: "entra", host: undefined, proxy: "p:1" },
    ],
    ["", "error:0480006C:PEM routines::no start line", "NODE_EXTRA_CA_CERTS", { tls: { mode: "verify-full" } }],
    ["28000", 'role "ci-admin" does not exist', "microsoft-entra-admin list"],
    ["3D000", 'database "ci-admin" does not exist', LOOK_UP],
    ["3D000", 'database "app" does not exist', "db list"],
    ["28P01", "The access token is not valid.", "Set `tenant-id` to"],
    ["28P01", "The access token is not valid.", "Sign in to the server's tenant", { signIn: { type: "azure-cli" } }],
    ["28P01", 'No audience claim for "https://token.postgres.cosmos.azure.com".', "Set `host` to a flexible server"],
    ["53300", "sorry, too many clients already", "Run the job again"],
    ["08P01", "server DNS lookup failed", "`port: 5432`", { port: 6432 }],
    ["08P01", "server conn crashed?", "az postgres flexible-server show", { port: 6432 }],
    ["42501", "permission denied for parameter log_statement", "--name log_statement"],
    ["42501", "must be owner of extension pgcrypto", "`exclude`"],
    ["42501", "must be owner of schema public", /See in psql who owns it.* \\dn "public"$/],
    ["42501", "permission denied for materialized view totals", / \\dtvmsE \*\."totals"$/],
    ["42501", "permission denied for tablespace pg_default", /\\dtvmsE .*\n\\df\+ .*\n\\dn .*\n\\l "<name>"$/],
    ["42P01", 'relation "public.routes" does not exist', /psql\..* \\dtvmsE \*\."routes"\nSELECT version\(\);$/],
    ["42883", "function app.total(integer) does not exist", / \\df\+ \*\."total"\nSELECT version/],
    ["42501", 'must be member of role "azure_pg_admin"', "microsoft-entra-admin list"],
    ["55000", 'x must be loaded via "shared_preload_libraries"', "SHOW shared_preload_libraries"],
    ["58P01", 'could not access file "auto_explain": No such file or directory', "SHOW session_preload_libraries"],
    ["08006", `${NODE}Connection refused`, "Run the job again."],
    ["08006", `${NODE}FATAL:  role "r" is not permitted to log in`, 'ALTER ROLE "r" LOGIN;'],
    ["42601", 'syntax error at or near "GRANTED" while executing command on localhost:57637', "See which nodes answer"],
    ["54000", "index row size 3000 exceeds btree version 4 maximum 2704", "pg_event_trigger"],
    ["42501", 'must be superuser to alter role "parameters"', "`exclude`"],
    ["42501", 'must be member of role "owner"', 'GRANT "owner" TO "ci-admin"; -- from PostgreSQL 16'],
    ["42501", 'must be member of role "owner"', 'TO "ci-admin" WITH INHERIT', { serverVersion: "16.14" }],
    ["42501", 'must be member of role "owner"', /TO "ci-admin";$/, { serverVersion: "15.18" }],
    // `db.` begins the name of a container only if the action completed it.
    ["ENOTFOUND", "getaddrinfo ENOTFOUND db.contoso.example", "Check the spelling", { host: "db.contoso.example" }],
    ["ERR_TLS_CERT_ALTNAME_INVALID", OTHER_NAME, "openssl s_client", { host: "db.contoso.example" }],
  ])("for %s, %s: %s", (sqlState, message, expected, context) => {
    const [first] = diagnose(error(message, sqlState), { ...AT_AZURE, ...context }).steps;
    expect(`${plain.sentence(first?.text ?? EMPTY)} ${first?.command}`).toMatch(expected);
  });
});

test("a time limit of a pooler is not looked for in the server's settings", () => {
  const { steps } = readFailure(diagnose(error("query timeout", "08P01"), { port: 6432 }));
  expect(steps).toMatch(/^Set `port: 5432`/);
  expect(steps).not.toContain("pg_settings");
});

test("the server's own hint comes first where the answer is general", () => {
  const refusal = Object.assign(error("GRANT is frozen until Monday.", "P0001"), { hint: "Ask the platform team." });
  expect(written(diagnose(refusal))).toContain(
    "\nFollow the hint: Ask the platform team.\nSee in psql which event triggers",
  );
});

test.each([
  ["28000", 'role "identity-orders" does not exist', "login-role-not-found"],
  ["42710", 'role "remote server" already exists', "concurrent-change"],
  ["28000", 'role "peer-authentication-api" does not exist', "login-role-not-found"],
  ["28000", 'GSSAPI authentication failed for user "identity-orders"', "sign-in-refused"],
  ["28000", '사용자 "ci" peer 인증을 실패했습니다', "sign-in-refused"],
  ["42501", "keine Berechtigung für Datenbank »temperature«", "connect-not-granted"],
  ["P0001", "Could not validate AAD user 'orders' due to its internal error", "entra-principal-not-found"],
  ["EMFILE", "EMFILE: too many open files, open '/etc/resolv.conf'", "runner-limit"],
])("%s, %s: %s, whatever the words in the name", (code, message, expected) => {
  expect(diagnose(Object.assign(error(message, code), { severity: "FATAL" })).code).toBe(expected);
});

test.each([
  "Rolle »ci-admin« hat keine Berechtigung zum Einloggen",
  "al rol «ci-admin» no se le permite conectarse",
  "le rôle « ci-admin » n'est pas autorisé à se connecter",
  'al ruolo "ci-admin" non è consentito effettuare il login',
  'ロール"ci-admin"はログインが許可されません',
  '"ci-admin" 롤은 접속을 허용하지 않음',
  'для роли "ci-admin" вход запрещён',
  'roll "ci-admin" tillåts inte logga in',
  'для ролі "ci-admin" вхід не дозволений',
  '不允许角色"ci-admin" 进行登录',
  "როლს შესვლის უფლება არ აქვს: ci-admin",
])("NOLOGIN is recognized in each language of the server: %s", (message) => {
  expect(diagnose(error(message, "28000")).code).toBe("login-not-permitted");
});
