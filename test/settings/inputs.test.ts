import { generate } from "selfsigned";
import { describe, expect, test } from "vitest";
import { CLOUDS } from "../../src/model/clouds.ts";
import { ActionError } from "../../src/model/failure.ts";
import type { Env } from "../../src/model/settings.ts";
import { parseSettings, secretsIn } from "../../src/settings/inputs.ts";
import { inputVariables } from "../sandbox/runner.ts";

const CLIENT_ID = "5c1d0a9e-0000-4000-8000-00000000c11e";
const TENANT_ID = "7e4a0000-0000-4000-8000-0000000073aa";

/** The least that makes a run, as the runner sets it. */
const LEAST = {
  "client-id": CLIENT_ID,
  "tenant-id": TENANT_ID,
  user: "ci-admin",
  host: "contoso-pg",
  database: "orders",
  grantee: "aad_orders",
};

/** The runner's variables for these inputs; undefined takes one away. */
function env(inputs: Record<string, string | undefined>): Env {
  return inputVariables({ ...LEAST, ...inputs });
}

const parse = (inputs: Record<string, string | undefined>) => parseSettings(env(inputs));

/** The lines of the one error that this input leads to, one for each mistake. */
function mistakes(inputs: Record<string, string | undefined>): string[] {
  try {
    parse(inputs);
    return [];
  } catch (error) {
    expect(error).toBeInstanceOf(ActionError);
    const { code, message } = (error as ActionError).failure;
    expect(code).toBe("bad-input");
    return message.split("\n").slice(1);
  }
}

describe("what is left out has action.yml's default", () => {
  test("the least there can be", () => {
    expect(parse({})).toEqual({
      mode: "apply",
      signIn: { type: "oidc", clientId: CLIENT_ID, tenantId: TENANT_ID },
      cloud: CLOUDS.azurecloud,
      server: {
        host: "contoso-pg.postgres.database.azure.com",
        port: 5432,
        tls: { mode: "verify-full" },
      },
      user: "ci-admin",
      databases: ["orders"],
      grantees: ["aad_orders"],
      demand: {
        schemas: ["public"],
        tablePrivileges: "ALL",
        sequencePrivileges: "ALL",
        defaultPrivileges: false,
        onExtra: "warn",
        exclude: [],
        allowEmpty: false,
      },
    });
  });

  test("empty is left out", () => {
    const empty = [
      "auth-type",
      "client-secret",
      "environment",
      "password",
      "app-connection",
      "port",
      "ssl-mode",
    ];
    const more = ["ssl-root-cert", "default-privileges", "exclude", "allow-empty"];
    expect(parse(Object.fromEntries([...empty, ...more].map((name) => [name, " \n"])))).toEqual(parse({}));
  });

  test.each(["mode", "schemas", "table-privileges", "sequence-privileges", "on-extra"])(
    "but an empty `%s` is a mistake: an unset variable must not widen anything",
    (name) => {
      expect(mistakes({ [name]: " " })).toEqual([expect.stringContaining(`- ${name}: it is empty`)]);
    },
  );
});

describe("tells every mistake at once", () => {
  test("a line each, in words that name the input, what it got and what it takes", () => {
    expect(
      mistakes({
        mode: "chek",
        port: "70000",
        "tenant-id": undefined,
        "table-privileges": "SELECT, SELCT",
        "allow-empty": "yes",
        schema: "app",
      }),
    ).toEqual([
      "- schema: there is no such input; did you mean `schemas`?",
      "- tenant-id: it is missing, and `auth-type: oidc`, which follows from the other inputs, needs it. It takes the ID of the Entra tenant, a GUID, or one of its domain names.",
      '- port: got "70000"; it is no port number. It takes a number from 1 to 65535.',
      '- mode: got "chek"; it is none of them, did you mean `check`? It takes `apply`, `check` or `plan`.',
      '- table-privileges: got "SELECT, SELCT"; "SELCT" is no such privilege, did you mean `SELECT`? It takes `ALL` alone, or a comma-separated list of SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER, MAINTAIN.',
      '- allow-empty: got "yes"; it is neither. It takes `true` or `false`.',
    ]);
  });

  test.each(["user", "host", "database", "grantee"])("a missing `%s`", (name) => {
    expect(mistakes({ [name]: undefined })).toEqual([expect.stringContaining(`- ${name}: it is missing`)]);
  });

  test("never a secret's value, nor what may hold one", () => {
    const got = [
      mistakes({ password: "hunter2", "client-secret": "hunter3" }),
      mistakes({ host: "Server=h;Password=hunter2" }),
      mistakes({ host: "postgres://u:hunter2@h/db" }),
      mistakes({ "app-connection": "host=h password=hunter2 port=x" }),
      mistakes({ "ssl-root-cert": "-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----" }),
    ];
    expect(got.every((lines) => lines.length > 0)).toBe(true);
    expect(JSON.stringify(got)).not.toMatch(/hunter/);
  });

  test("on one line whatever the value holds, and not all of a long one", () => {
    const [line, ...others] = mistakes({ mode: `a\n::error::b${"x".repeat(1000)}` });
    expect(others).toEqual([]);
    expect(line?.length).toBeLessThan(250);
  });
});

describe("inputs that are not ours", () => {
  test.each([
    ["table-privilege", "table-privileges"],
    ["table_privileges", "table-privileges"],
    ["tabel-privileges", "table-privileges"],
    ["databases", "database"],
    ["grantees", "grantee"],
    ["user-", "user"],
    ["drift-issues", "drift-issue"],
  ])("`%s` is a mistake for `%s`", (given, meant) => {
    expect(mistakes({ [given]: "x" })).toEqual([
      `- ${given}: there is no such input; did you mean \`${meant}\`?`,
    ]);
  });

  test("far ones, other variables and a token that nothing needs are none of this", () => {
    const others = {
      ...inputVariables({ whatever: "x", "github-token": "t" }),
      PGHOST: "evil",
      HOST: "evil",
    };
    expect(parseSettings({ ...env({}), ...others })).toEqual(parse({}));
  });
});

describe("names", () => {
  test("are taken as they are, one a line, in order, doubles dropped", () => {
    const grantee = '  aad_b \r\n\r\naad_a\n"Quoted"\naad_b\nMy Group, all\nAnna#EXT#@contoso.com\n';
    expect(parse({ grantee }).grantees).toEqual([
      "aad_b",
      "aad_a",
      '"Quoted"',
      "My Group, all",
      "Anna#EXT#@contoso.com",
    ]);
  });

  test("longer than 63 bytes are refused: PostgreSQL would cut them short", () => {
    expect(parse({ grantee: "x".repeat(63) }).grantees).toEqual(["x".repeat(63)]);
    for (const name of ["grantee", "database", "schemas", "user"]) {
      expect(mistakes({ [name]: "ä".repeat(32) })).toEqual([expect.stringContaining(`- ${name}: `)]);
    }
  });

  test("with a NUL are refused", () => {
    expect(mistakes({ grantee: "aad\0" })).toEqual([expect.stringContaining("it holds a NUL character")]);
  });

  test("there is one user", () => {
    expect(mistakes({ user: "a\nb" })).toEqual([expect.stringContaining("it has more than one line")]);
  });

  test("'*' alone is every schema", () => {
    expect(parse({ schemas: "*\n" }).demand.schemas).toBe("*");
    expect(parse({ schemas: "app\npublic" }).demand.schemas).toEqual(["app", "public"]);
    expect(mistakes({ schemas: "*\npublic" })).toEqual([
      expect.stringContaining("'*' does not go with other names"),
    ]);
  });

  test("`exclude` keeps its patterns", () => {
    expect(parse({ exclude: "audit.*\n*_old\naudit.*" }).demand.exclude).toEqual(["audit.*", "*_old"]);
  });
});

describe("privileges", () => {
  test("in any case, in order, doubles dropped, one a line too", () => {
    const { demand } = parse({
      "table-privileges": "update, Select\nINSERT,select\n",
      "sequence-privileges": "all",
    });
    expect(demand.tablePrivileges).toEqual(["UPDATE", "SELECT", "INSERT"]);
    expect(demand.sequencePrivileges).toBe("ALL");
  });

  test.each([
    ["ALL, SELECT", "`ALL` does not go with others"],
    ["SELECT,, INSERT", "an item in it is empty"],
    ["SELECT,", "an item in it is empty"],
    ["USAGE", '"USAGE" is no such privilege'],
    ["ALL PRIVILEGES", '"ALL PRIVILEGES" is no such privilege'],
  ])("%s is refused", (given, words) => {
    expect(mistakes({ "table-privileges": given })).toEqual([expect.stringContaining(words)]);
  });
});

describe("the server", () => {
  test.each([
    ["contoso-pg", undefined, "contoso-pg.postgres.database.azure.com"],
    ["contoso-pg", "azureusgovernment", "contoso-pg.postgres.database.usgovcloudapi.net"],
    ["contoso-pg", "AzureChinaCloud", "contoso-pg.postgres.database.chinacloudapi.cn"],
    ["contoso-pg.postgres.database.azure.com", "azurechinacloud", "contoso-pg.postgres.database.azure.com"],
    ["localhost", undefined, "localhost"],
    ["10.0.0.4", undefined, "10.0.0.4"],
    ["::1", undefined, "::1"],
  ])("%s in %s is %s", (host, environment, expected) => {
    expect(parse({ host, environment }).server.host).toBe(expected);
  });

  test.each([
    "/var/run/postgresql",
    "a b",
    "a,b",
    "h:5432",
    "https://h",
    "user@h",
    "-h",
    "h..x",
    "10.1",
    "1.2.3.0x4",
    "host=h",
    "h\nx",
    "*.azure.com",
  ])("%j is no host name", (host) => {
    expect(mistakes({ host })).toEqual([expect.stringMatching(/^- host: .*no host name/)]);
  });

  test.each(["0", "65536", "05432", "5432.0", "0x10", "1e3", "-1", "5432 5433"])("%j is no port", (port) => {
    expect(mistakes({ port })).toEqual([expect.stringContaining("- port: ")]);
  });

  test("a wrong environment is told where a GitHub environment belongs", () => {
    expect(mistakes({ environment: "production" })).toEqual([
      expect.stringContaining("a GitHub environment belongs on the job: `jobs.<job_id>.environment`"),
    ]);
  });
});

describe("TLS", () => {
  const password = { "client-id": undefined, "tenant-id": undefined, password: "p" };

  test.each(["localhost", "127.0.0.1", "127.1.2.3", "::1"])("a password may go without TLS to %s", (host) => {
    expect(parse({ ...password, host, "ssl-mode": "disable" }).server.tls).toEqual({ mode: "disable" });
  });

  test.each([
    [{ ...password, host: "contoso-pg" }],
    [{ ...password, host: "10.0.0.4" }],
    [{ ...password, host: "localhost.contoso.com" }],
    [{ host: "localhost" }],
    [{ host: "127.0.0.1", "auth-type": "azure-cli" }],
  ])("but not elsewhere, and a token nowhere: %j", (inputs) => {
    expect(mistakes({ ...inputs, "ssl-mode": "disable" })).toEqual([
      expect.stringContaining("- ssl-mode: got `disable`; an Entra token is never sent in the clear"),
    ]);
  });

  test("a certificate is taken as text or from a file, and nothing else of either", async () => {
    const { cert } = await generate([{ name: "commonName", value: "ca" }]);
    const text = `notes\n${cert}\nmore notes`;
    const expected = { mode: "verify-full", rootCertificates: `${cert.trim()}\n` };
    expect(parse({ "ssl-root-cert": text }).server.tls).toEqual(expected);
    const fromFile = parseSettings(env({ "ssl-root-cert": "ca.pem" }), (path) =>
      path === "ca.pem" ? text : "",
    );
    expect(fromFile.server.tls).toEqual(expected);
  });

  test.each([
    ["-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", "certificate 1 in it cannot be read"],
    ["-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", "there is no CERTIFICATE block in it"],
    ["/no/such/file.pem", "no such file can be read (ENOENT)"],
  ])("%j is refused", (given, words) => {
    expect(mistakes({ "ssl-root-cert": given })).toEqual([expect.stringContaining(words)]);
  });
});

describe("the way to sign in", () => {
  test.each([
    [{ password: "p\n" }, { type: "password", password: "p" }],
    [{ password: " p " }, { type: "password", password: " p " }],
    [
      { "client-secret": "s" },
      { type: "client-secret", clientId: CLIENT_ID, tenantId: TENANT_ID, clientSecret: "s" },
    ],
    [{ "auth-type": "managed-identity" }, { type: "managed-identity", clientId: CLIENT_ID }],
    [{ "auth-type": "managed-identity", "client-id": "" }, { type: "managed-identity" }],
    [{ "auth-type": "azure-cli" }, { type: "azure-cli" }],
    [
      { "auth-type": "oidc", "tenant-id": "contoso.onmicrosoft.com", password: "p" },
      { type: "oidc", clientId: CLIENT_ID, tenantId: "contoso.onmicrosoft.com" },
    ],
  ])("%j", (inputs: Record<string, string>, signIn) => {
    expect(parse(inputs).signIn).toEqual(signIn);
  });

  test.each([
    [{ password: "p", "client-secret": "s" }, "- password: `client-secret` is given too"],
    [
      { "auth-type": "client-secret" },
      "- client-secret: it is missing, and `auth-type: client-secret` needs it",
    ],
    [{ "auth-type": "password" }, "- password: it is missing, and `auth-type: password` needs it"],
    [{ "client-id": "ci-admin" }, '- client-id: got "ci-admin"; it is no GUID'],
    [{ "tenant-id": "common" }, '- tenant-id: got "common"; it is neither a GUID nor a domain name'],
    [{ "auth-type": "odic" }, "did you mean `oidc`?"],
  ])("%j is refused", (inputs: Record<string, string>, words) => {
    expect(mistakes(inputs)).toEqual([expect.stringContaining(words)]);
  });
});

describe("the app's own settings", () => {
  const app = { host: undefined, database: undefined, grantee: undefined };
  const connection =
    "host=contoso-pg.postgres.database.azure.com port=6432 dbname=orders user=aad_orders password=hunter2";

  test("give host, port, database and grantee", () => {
    expect(parse({ ...app, "app-connection": connection })).toMatchObject({
      server: { host: "contoso-pg.postgres.database.azure.com", port: 6432 },
      databases: ["orders"],
      grantees: ["aad_orders"],
    });
  });

  test("explicit inputs win", () => {
    expect(parse({ ...LEAST, host: "other", port: "5432", "app-connection": connection })).toMatchObject({
      server: { host: "other.postgres.database.azure.com", port: 5432 },
    });
  });

  test("never give the password to sign in with", () => {
    expect(parse({ ...app, "app-connection": connection }).signIn.type).toBe("oidc");
    expect(JSON.stringify(parse({ ...app, "app-connection": connection }))).not.toContain("hunter2");
  });

  test("explicit inputs choose where there are several", () => {
    const two =
      "AZURE_POSTGRESQL_HOST=a\nAZURE_POSTGRESQL_NAME=one\nAZURE_POSTGRESQL_USER=u\nAZURE_POSTGRESQL_B_HOST=b\nAZURE_POSTGRESQL_B_NAME=two\nAZURE_POSTGRESQL_B_USER=v";
    expect(parse({ ...app, database: "two", "app-connection": two })).toMatchObject({
      server: { host: "b.postgres.database.azure.com" },
      grantees: ["v"],
    });
    expect(mistakes({ ...app, "app-connection": two })).toEqual([
      expect.stringContaining("- app-connection: it holds 2 connections (the first, B)"),
    ]);
  });

  test("a name in them that PostgreSQL has cut short is told, unless it is not used", () => {
    const text = `host=h dbname=orders user=aad_${"x".repeat(60)}`;
    expect(mistakes({ ...app, "app-connection": text })).toEqual([
      expect.stringContaining(
        "- app-connection: its grantee cannot be used: a name in it is longer than 63 bytes",
      ),
    ]);
    expect(parse({ ...app, grantee: "aad_x", "app-connection": text }).grantees).toEqual(["aad_x"]);
  });

  test("what they do not say is missing", () => {
    expect(mistakes({ ...app, "app-connection": "host=h" })).toEqual([
      expect.stringContaining("- database: it is missing, and `app-connection` does not say"),
      expect.stringContaining("- grantee: it is missing, and `app-connection` does not say"),
    ]);
  });

  test.each(["host=a,b dbname=d user=u", "host=/tmp dbname=d user=u", "host=10.1 dbname=d user=u"])(
    "a host in them that is none is refused: %s",
    (text) => {
      expect(mistakes({ ...app, "app-connection": text })).toEqual([
        expect.stringContaining("- app-connection: its host cannot be used: it is no host name"),
      ]);
    },
  );
});

test("secrets are found before anything is parsed", () => {
  expect(
    secretsIn(
      inputVariables({
        password: "p\n",
        "client-secret": "s",
        "app-connection": "host='h password=hunter2",
        "client-id": CLIENT_ID,
        host: "h",
      }),
    ),
  ).toEqual(["s", "p", "hunter2"]);
});

describe("the drift issue", () => {
  test("is kept with the token", () => {
    expect(parse({ "drift-issue": "true", "github-token": "ghs_x" }).driftIssue).toEqual({ token: "ghs_x" });
  });

  test("cannot be kept without a token", () => {
    expect(mistakes({ "drift-issue": "true" })).toEqual([expect.stringMatching(/^- github-token: /)]);
  });
});
