import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { diagnose, RULES, retriesFor } from "../../src/diagnosis/diagnose.ts";
import type { Context } from "../../src/diagnosis/rules.ts";
import { CLOUDS } from "../../src/model/clouds.ts";
import { ActionError } from "../../src/model/failure.ts";

/** Where the text does not say it, the code that the sender puts beside it. */
const CODES: Readonly<Record<string, string>> = {
  "login-role-not-found": "28000",
  "database-not-found": "3D000",
  "connect-not-granted": "42501",
  "no-connection-slots": "53300",
  "server-starting": "57P03",
  "server-stopping": "57P01",
  "read-only": "25006",
  "lock-time-out": "55P03",
  "statement-time-out": "57014",
  "concurrent-change": "40001",
  "out-of-shared-memory": "53200",
  "object-not-found": "42704",
  "not-permitted": "42501",
  "connection-failure": "08P01",
  "host-unreachable": "EHOSTUNREACH",
  "tls-certificate": "CERT_REVOKED",
  "connection-lost": "",
};

const error = (message: string, code = "") => Object.assign(new Error(message), code === "" ? {} : { code });

describe("every text people meet leads to its own rule", () => {
  const texts = RULES.flatMap((rule) =>
    rule.with.flatMap((partner) => rule.texts.map((text) => [rule.code, partner, text] as const)),
  );
  test.each(texts)("%s from %s: %s", (code, partner, text) => {
    const failure = diagnose(error(text, CODES[code]), { with: partner });
    expect(failure.code).toBe(code);
    expect(failure.message).toContain(text.slice(0, 60));
    expect(failure.hint.length).toBeGreaterThan(40);
  });

  test("no two rules share a code", () => {
    expect(new Set(RULES.map(({ code }) => code)).size).toBe(RULES.length);
  });
});

describe("what cannot be told from the words of an error", () => {
  test("an AggregateError of happy eyeballs, which has no message", () => {
    const refused = (address: string) => error(`connect ECONNREFUSED ${address}`, "ECONNREFUSED");
    const both = Object.assign(new AggregateError([refused("::1:5432"), refused("127.0.0.1:5432")]), {
      code: "ECONNREFUSED",
    });
    const failure = diagnose(both, { host: "localhost", port: 5432 });
    expect(failure).toMatchObject({ code: "connection-refused" });
    expect(failure.message).toMatch(/^PostgreSQL at localhost:5432: .*ECONNREFUSED/);
  });

  test("a cause that MSAL hides", () => {
    const hidden = error("self-signed certificate in certificate chain", "SELF_SIGNED_CERT_IN_CHAIN");
    const shown = error("network_error: See https://aka.ms/msal.js.errors#network_error for details");
    const failure = diagnose(new AggregateError([shown, new Error("outer", { cause: hidden })]), {
      with: "entra",
    });
    expect(failure.code).toBe("tls-unknown-authority");
    expect(failure.message).toBe("Microsoft Entra: self-signed certificate in certificate chain");
  });

  test("MSAL's wrapping and what only Microsoft's support can use are left out", () => {
    const wrapped =
      "invalid_client: Error(s): 7000215 - Timestamp: 2026-11-23 15:00:00Z - Description: AADSTS7000215: Invalid client secret provided. Trace ID: 11111111-2222 Correlation ID: 3333-4444 Timestamp: 2026-11-23 15:00:00Z - Correlation ID: 3333-4444 - Trace ID: 11111111-2222";
    expect(diagnose(error(wrapped), { with: "entra" }).message).toBe(
      "Microsoft Entra: AADSTS7000215: Invalid client secret provided.",
    );
  });

  test("the server's DETAIL and HINT count", () => {
    const refused = Object.assign(error("Azure AD access token not valid for role x", "28P01"), {
      hint: "Did you specify the correct user name and access token?",
    });
    expect(diagnose(refused).message).toContain("Did you specify the correct user name");
  });

  test("a failure that was explained already stays as it is", () => {
    const failure = { code: "mine", message: "m", hint: "h" };
    expect(diagnose(new ActionError(failure))).toBe(failure);
  });
});

describe("an error nobody knows", () => {
  test("keeps its own words, and those of its cause", () => {
    const unknown = new Error("the frobnicator jammed", { cause: new Error("sand in the gears") });
    expect(diagnose(unknown, { host: "h", port: 5432, database: "d" })).toEqual({
      code: "unknown",
      message: 'PostgreSQL at h:5432, database "d": the frobnicator jammed (sand in the gears)',
      hint: expect.stringContaining("open an issue"),
    });
  });

  test("whatever is thrown, there is something to read on one line, and no stack", () => {
    const thrown = fc.oneof(
      fc.anything(),
      fc.string().map((text) => new Error(text)),
      fc.tuple(fc.anything(), fc.anything()).map(([a, b]) => new AggregateError([a, b], "")),
      fc.anything().map((cause) => new Error("", { cause })),
    );
    fc.assert(
      fc.property(thrown, fc.constantFrom("postgres", "entra", "github"), (what, partner) => {
        const { code, message, hint } = diagnose(what, { with: partner as "postgres" });
        expect(code).not.toBe("");
        expect(message).toMatch(/^[^\n]+: [^\n]+$/);
        expect(message).not.toMatch(/\n|^\s+at /m);
        expect(hint).not.toBe("");
      }),
    );
  });

  test("an error that is its own cause does not hang", () => {
    const loop = new Error("loop");
    loop.cause = loop;
    expect(diagnose(loop).message).toBe("PostgreSQL: loop");
  });

  test("a token in its words is not told", () => {
    const token = `eyJ${"a".repeat(20)}.eyJ${"b".repeat(20)}.${"c".repeat(20)}`;
    expect(JSON.stringify(diagnose(error(`refused: ${token}`)))).not.toMatch(/aaaa|bbbb|cccc/);
  });
});

describe("a federated credential that does not match", () => {
  const refused = error(
    "AADSTS700213: No matching federated identity record found for presented assertion subject",
  );
  const signIn = { type: "oidc", clientId: "5c1d0a9e-0000-4000-8000-00000000c11e", tenantId: "t" } as const;
  const claims = {
    iss: "https://token.actions.githubusercontent.com",
    aud: "api://AzureADTokenExchange",
    repository_id: "2",
    repository_owner_id: "1",
  };
  const hint = (assertion: Context["assertion"]) =>
    diagnose(refused, { with: "entra", signIn, cloud: CLOUDS.azurecloud, assertion }).hint;

  test("is told with what GitHub sent, and the command that makes one that does", () => {
    const subject = "repo:contoso/orders:environment:prod's";
    const text = hint({ ...claims, sub: subject });
    expect(text).toContain(`issuer ${claims.iss}, subject ${subject}, audience ${claims.aud}`);
    const [, quoted = ""] = text.match(/--parameters '(.*)'` \(/s) ?? [];
    expect(text).toContain(`az ad app federated-credential create --id ${signIn.clientId} --parameters '`);
    expect(JSON.parse(quoted.replaceAll(`'\\''`, "'"))).toEqual({
      name: "repo-contoso-orders-environment-prod-s",
      issuer: claims.iss,
      subject,
      audiences: [claims.aud],
    });
    expect(text).toContain("repo:contoso@1/orders@2:environment:prod's, fits only after");
  });

  test("is told when GitHub sent the immutable form", () => {
    expect(hint({ ...claims, sub: "repo:contoso@1/orders@2:ref:refs/heads/main" })).toContain(
      "a credential for repo:contoso/orders:ref:refs/heads/main no longer fits",
    );
  });

  test("is told without claims too", () => {
    expect(hint(undefined)).toContain("subject <subject>");
  });
});

describe("a password that was refused", () => {
  const refused = error('password authentication failed for user "x"', "28P01");
  const token = {
    oid: "o-1",
    appid: "a-1",
    idtyp: "app",
    tid: "t-1",
    aud: "https://ossrdbms-aad.database.windows.net",
    exp: 1795448154,
  };
  const hint = (context: Context) =>
    diagnose(refused, { host: "contoso-pg.postgres.database.azure.com", ...context }).hint;

  test("is told with what the token says of itself", () => {
    expect(hint({ user: "ci-admin", token, cloud: CLOUDS.azurecloud })).toContain(
      "oid o-1, appid a-1, idtyp app, tid t-1, aud https://ossrdbms-aad.database.windows.net, valid until 2026-11-23T15:35:54.000Z",
    );
  });

  test("is told from the name alone where that is it", () => {
    expect(hint({ user: "ci-admin@contoso-pg" })).toContain("set `user` to ci-admin.");
    expect(hint({ user: "ci-admin@contoso.com" })).not.toContain("set `user` to ci-admin.");
    expect(hint({ user: "5c1d0a9e-0000-4000-8000-00000000c11e" })).toContain("`user` looks like a client ID");
  });

  test("is told from the audience where that is it", () => {
    expect(hint({ user: "u", token, cloud: CLOUDS.azurechinacloud })).toContain(
      "not PostgreSQL's in azurechinacloud",
    );
  });

  test("is told as a password where it was one", () => {
    expect(
      hint({ user: "u", database: "my db", signIn: { type: "password", password: "hunter2" } }),
    ).toContain("`psql 'host=contoso-pg.postgres.database.azure.com port=5432 user=u dbname=my db ");
  });
});

test("the address in a firewall's refusal goes into the command", () => {
  const refused = error(
    'no pg_hba.conf entry for host "198.51.100.9", user "u", database "d", SSL encryption',
    "28000",
  );
  expect(diagnose(refused, { host: "contoso-pg.postgres.database.azure.com" }).hint).toContain(
    "`az postgres flexible-server firewall-rule create --resource-group <resource-group> --server-name contoso-pg --name github-runner --start-ip-address 198.51.100.9 --end-ip-address 198.51.100.9`",
  );
});

test("an address as host is explained", () => {
  const refused = error("Hostname/IP does not match certificate's altnames", "ERR_TLS_CERT_ALTNAME_INVALID");
  expect(diagnose(refused, { host: "10.0.0.4" }).hint).toContain("An address is in no certificate of Azure");
  expect(diagnose(refused, { host: "alias.contoso.com" }).hint).toContain("not to an alias");
});

test("names in a command are quoted for the shell", () => {
  const refused = error("does not contain group ID");
  expect(diagnose(refused, { user: "a'; rm -rf ~ #`x`" }).hint).toContain(`--group 'a'\\''; rm -rf ~ #'x''`);
});

test("only what waiting can mend is worth another try", () => {
  const tries = (message: string, code: string) =>
    retriesFor(new ActionError(diagnose(error(message, code))));
  expect(tries("the database system is starting up", "57P03")).toBe(4);
  expect(tries("sorry, too many clients already", "53300")).toBe(4);
  expect(tries("read ECONNRESET", "ECONNRESET")).toBe(4);
  expect(tries("timeout expired", "")).toBe(2);
  expect(tries("password authentication failed", "28P01")).toBe(0);
  expect(tries('database "x" does not exist', "3D000")).toBe(0);
  expect(tries("getaddrinfo ENOTFOUND x", "ENOTFOUND")).toBe(0);
  expect(tries("self-signed certificate", "DEPTH_ZERO_SELF_SIGNED_CERT")).toBe(0);
  expect(tries("what is this", "")).toBe(0);
});
