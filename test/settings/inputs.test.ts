import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generate } from "selfsigned";
import { describe, expect, test } from "vitest";
import { CLOUDS } from "../../src/model/clouds.ts";
import { ActionError } from "../../src/model/failure.ts";
import { EMPTY } from "../../src/model/sentence.ts";
import type { Env } from "../../src/model/settings.ts";
import { markdown, plain } from "../../src/render/pen.ts";
import { INPUTS, parseSettings } from "../../src/settings/inputs.ts";
import { secretsIn } from "../../src/settings/reader.ts";
import { inputVariables } from "../sandbox/runner.ts";

const CLIENT_ID = "5c1d0a9e-0000-4000-8000-00000000c11e";
const TENANT_ID = "7e4a0000-0000-4000-8000-0000000073aa";

/** The required inputs, as the runner sets them. */
const REQUIRED = {
  "client-id": CLIENT_ID,
  "tenant-id": TENANT_ID,
  user: "ci-admin",
  host: "contoso-pg",
  database: "orders",
  grantee: "aad_orders",
};

/** The runner's variables for these inputs; undefined removes one. */
function env(inputs: Record<string, string | undefined>): Env {
  return inputVariables({ ...REQUIRED, ...inputs });
}

/** The settings of one server and one grant, as one level. */
const parse = (inputs: Record<string, string | undefined>, others = {}) => {
  const { servers, grants, ...settings } = parseSettings({ ...env(inputs), ...others });
  const [server] = servers;
  const [grant] = grants;
  if (server === undefined || grant === undefined || servers.length + grants.length > 2)
    throw new Error("not one server and one grant");
  return { ...settings, server, ...grant };
};

/** The error for these inputs. */
function caught(inputs: Record<string, string | undefined>): ActionError | undefined {
  try {
    parse(inputs);
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(ActionError);
    return error as ActionError;
  }
}

/** The problems in the error for these inputs, as the log shows them. */
function mistakes(inputs: Record<string, string | undefined>): string[] {
  const failure = caught(inputs)?.failure;
  if (failure === undefined) return [];
  expect(failure.code).toBe("bad-input");
  return (failure.problems ?? []).map(plain.sentence);
}

describe("an input that is not set has action.yml's default", () => {
  test("the required inputs alone give every other input its default", () => {
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
        schemaPrivileges: ["USAGE"],
        routinePrivileges: [],
        actAsOwner: false,
        defaultPrivileges: false,
        onExtra: "warn",
        exclude: [],
        allowEmpty: false,
        tenantId: TENANT_ID,
      },
      undeclared: "ignore",
    });
  });

  test("an empty input counts as omitted", () => {
    const empty = ["auth-type", "client-secret", "environment", "password", "app-connection", "port", "ssl-mode"];
    const more = ["ssl-root-cert", "default-privileges", "exclude", "allow-empty"];
    expect(parse(Object.fromEntries([...empty, ...more].map((name) => [name, " \n"])))).toEqual(parse({}));
  });

  test.each(["mode", "schemas", "table-privileges", "sequence-privileges", "schema-privileges", "on-extra"])(
    "an empty `%s` is invalid, because an unset variable must not widen anything",
    (name) => {
      expect(mistakes({ [name]: " " })).toEqual([
        expect.stringMatching(
          `^\`${name}\` is empty\\. Check that the variable or secret it comes from is set\\. Use .+\\.$`,
        ),
      ]);
    },
  );
});

describe("every invalid input is reported at once", () => {
  const MANY = {
    mode: "aply",
    port: "70000",
    "tenant-id": undefined,
    "table-privileges": "SELECT, SELCT",
    "allow-empty": "yes",
    schema: "app",
  };

  test("a mistake names its input, its value and the allowed values", () => {
    expect(mistakes(MANY)).toEqual([
      "`schema` is not an input of this action. Did you mean `schemas`?",
      "`tenant-id` is missing. `auth-type: oidc` (the default) requires it: the ID of the Entra tenant, a GUID, or one of its domain names.",
      '`port`: "70000" is not a port number. Use a number from 1 to 65535.',
      '`table-privileges`: "SELCT" is not valid. Use `ALL`, or a comma-separated list of SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER, MAINTAIN. Did you mean `SELECT`?',
      '`allow-empty`: "yes" is not valid. Use `true` or `false`.',
      '`mode`: "aply" is not valid. Use `apply`, `check` or `plan`. Did you mean `apply`?',
    ]);
  });

  test.each([
    [MANY, "6 inputs are invalid. Nothing was changed."],
    [{ mode: "aply" }, "1 input is invalid. Nothing was changed."],
    [{ host: undefined, "app-connection": "host=a,b port=x" }, "1 input is invalid. Nothing was changed."],
  ])("the headline has the number of inputs: %j", (inputs: Record<string, string | undefined>, headline) => {
    const failure = caught(inputs)?.failure;
    expect(plain.sentence(failure?.message ?? EMPTY)).toBe(headline);
    expect(failure?.steps.map(({ text }) => plain.sentence(text))).toEqual([
      "Correct the `with:` block of this step. The README of this action explains every input.",
    ]);
  });

  test.each([
    ["user", "Set it to the PostgreSQL name of the role to sign in as."],
    [
      "host",
      "Set it to one or more server names, one per line, such as `my-server` or `my-server.postgres.database.azure.com`.",
    ],
    ["database", "Set it to one or more database names or patterns such as `orders_*`, one per line."],
    ["grantee", "Set it to the PostgreSQL names of one or more Entra users (`aad_…`), one per line."],
  ])("a missing `%s`", (name, remedy) => {
    expect(mistakes({ [name]: undefined })).toEqual([`\`${name}\` is missing. ${remedy}`]);
  });
});

describe("the value in an error", () => {
  test.each([
    ["nope", '"nope"'],
    ["Aply 1.0, *-x", '"Aply 1.0, *-x"'],
    ["x".repeat(40), `"${"x".repeat(40)}"`],
    ["127.0.0.1:5000", '"127.0.0.1:5000"'],
    ["localhost:5432", '"localhost:5432"'],
    ["process.env.RDS_PORT", '"process.env.RDS_PORT"'],
    ["$(MODE)", '"$(MODE)"'],
    ["admin:12345", "the value (11 characters)"],
    ["$ECRET_1", "the value (8 characters)"],
    ["$(MODE)hunter2", "the value (14 characters)"],
    ["x".repeat(41), "the value (41 characters)"],
    ["a_b", "the value (3 characters)"],
    ["a\n::error::b", "the value (12 characters)"],
    ["pässword", "the value (8 characters)"],
    ["`", "the value (1 character)"],
  ])("is shown only when it is short and plain: %j", (mode, shown) => {
    expect(mistakes({ mode })).toEqual([`\`mode\`: ${shown} is not valid. Use \`apply\`, \`check\` or \`plan\`.`]);
  });

  test("the value keeps its letter case, so that the runner masks it", () => {
    expect(mistakes({ "table-privileges": "select, hunter2Secret" })).toEqual([
      expect.stringContaining('"hunter2Secret" is not valid'),
    ]);
    expect(mistakes({ environment: "Hunter2" })).toEqual([expect.stringContaining('"Hunter2" is not')]);
  });

  test("the value is never shown when it contains a secret of another input", () => {
    expect(mistakes({ mode: "x hunter2", password: "hunter2" })).toEqual([
      expect.stringContaining("`mode`: the value (9 characters) is not valid"),
    ]);
    expect(mistakes({ mode: "hunter2", "app-connection": "host=h password=hunter2" })).toEqual([
      expect.stringContaining("`mode`: the value (7 characters) is not valid"),
    ]);
  });

  test("the value is never shown when the input can contain a secret", () => {
    const got = [
      mistakes({ host: "Server=h;Password=hunter2" }),
      mistakes({ host: "postgres://u:hunter2@h/db" }),
      mistakes({ "app-connection": "hunter2" }),
      mistakes({ port: undefined, "app-connection": "host=h password=hunter2 port=hunter2" }),
      mistakes({ "ssl-root-cert": "-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----" }),
    ];
    expect(got.every((lines) => lines.length > 0)).toBe(true);
    expect(JSON.stringify(got)).not.toContain("hunter");
  });

  test("the value is code in Markdown, so it cannot become markup", () => {
    const [problem = EMPTY] = caught({ mode: "www.example.com" })?.failure.problems ?? [];
    expect(markdown.sentence(problem)).toContain('`"www.example.com"` is not valid');
  });
});

describe("words", () => {
  test.each([
    ["true", true],
    ["true\n", true],
    [" True ", true],
    ["TRUE", true],
    ["false", false],
    ["False\n", false],
    ["FALSE", false],
  ])("%j is %j", (text, expected) => {
    expect(parse({ "allow-empty": text }).demand.allowEmpty).toBe(expected);
  });

  test.each(["yes", "1", "on", "true false"])("%j is neither true nor false", (text) => {
    expect(mistakes({ "allow-empty": text })).toEqual([
      `\`allow-empty\`: "${text}" is not valid. Use \`true\` or \`false\`.`,
    ]);
  });

  test("a line break after a value is ignored", () => {
    expect(parse({ mode: "check\n", "on-extra": " fail\n", port: "6432\n" })).toMatchObject({
      mode: "check",
      demand: { onExtra: "fail" },
      server: { port: 6432 },
    });
  });
});

describe("inputs that do not exist", () => {
  test.each([
    ["table-privilege", "table-privileges"],
    ["table_privileges", "table-privileges"],
    ["tabel-privileges", "table-privileges"],
    ["databases", "database"],
    ["grantees", "grantee"],
    ["user-", "user"],
    ["drift-issues", "drift-issue"],
  ])("`%s` is a misspelling of `%s`", (given, meant) => {
    expect(mistakes({ [given]: "x" })).toEqual([
      `\`${given}\` is not an input of this action. Did you mean \`${meant}\`?`,
    ]);
  });

  test("other names, other variables and an unused token are ignored", () => {
    const others = {
      ...inputVariables({ whatever: "x", "github-token": "t" }),
      PGHOST: "evil",
      HOST: "evil",
    };
    expect(parse({}, others)).toEqual(parse({}));
  });
});

describe("names", () => {
  test("names are read verbatim, one per line, in order, without duplicates", () => {
    const grantee = '  aad_b \r\n\r\naad_a\n"Quoted"\naad_b\nMy Group, all\nAnna#EXT#@contoso.com\n';
    expect(parse({ grantee }).grantees).toEqual([
      "aad_b",
      "aad_a",
      '"Quoted"',
      "My Group, all",
      "Anna#EXT#@contoso.com",
    ]);
  });

  test("names longer than 63 bytes are refused, because PostgreSQL would truncate them", () => {
    expect(parse({ grantee: "x".repeat(63) }).grantees).toEqual(["x".repeat(63)]);
    for (const name of ["grantee", "database", "schemas", "user"]) {
      expect(mistakes({ [name]: "ä".repeat(32) })).toEqual([
        expect.stringMatching(
          `^\`${name}\`: .*\\(32 characters\\) is longer than 63 bytes\\. PostgreSQL truncates longer names\\.`,
        ),
      ]);
    }
  });

  test("names with a NUL are refused", () => {
    for (const name of ["grantee", "exclude"])
      expect(mistakes({ [name]: "aad\0" })).toEqual([expect.stringContaining("contains a NUL character")]);
  });

  test("`user` is one name", () => {
    expect(mistakes({ user: "a\nb" })).toEqual([expect.stringContaining("has more than one line")]);
  });

  test("'*' alone means every schema", () => {
    expect(parse({ schemas: "*\n" }).demand.schemas).toBe("*");
    expect(parse({ schemas: "app\npublic" }).demand.schemas).toEqual(["app", "public"]);
    expect(mistakes({ schemas: "*\npublic" })).toEqual([
      "`schemas`: the value (8 characters) contains `*` and schema names. Use one or more schema names, one per line, or only `'*'`.",
    ]);
  });

  test("`exclude` keeps its patterns", () => {
    expect(parse({ exclude: "audit.*\n*_old\naudit.*" }).demand.exclude).toEqual(["audit.*", "*_old"]);
  });
});

describe("privileges", () => {
  test("privileges are read in any letter case, in order, without duplicates, also one per line", () => {
    const { demand } = parse({
      "table-privileges": "update, Select\nINSERT,select\n",
      "sequence-privileges": "all",
    });
    expect(demand.tablePrivileges).toEqual(["UPDATE", "SELECT", "INSERT"]);
    expect(demand.sequencePrivileges).toBe("ALL");
  });

  test.each(["SELECT,\nINSERT", "SELECT, \r\n  INSERT\n", "SELECT\nINSERT"])("%j is two privileges", (given) => {
    expect(parse({ "table-privileges": given }).demand.tablePrivileges).toEqual(["SELECT", "INSERT"]);
  });

  test("privileges on schemas and routines are read", () => {
    const { demand } = parse({ "schema-privileges": "create, usage", "routine-privileges": " execute" });
    expect(demand.schemaPrivileges).toEqual(["CREATE", "USAGE"]);
    expect(demand.routinePrivileges).toEqual(["EXECUTE"]);
    expect(parse({ "routine-privileges": "" }).demand.routinePrivileges).toEqual([]);
  });

  test.each([
    ["schema-privileges", "CREATE", '"CREATE" does not contain USAGE. Use `USAGE` or `USAGE, CREATE`.'],
    ["schema-privileges", "ALL", '"ALL" is not valid. Use `USAGE` or `USAGE, CREATE`.'],
    ["routine-privileges", "EXECUT", '"EXECUT" is not valid. Use `EXECUTE`, or leave it empty.'],
    ["act-as-owner", "yes", "`act-as-owner`"],
  ])("%s: %s is refused", (input, given, words) => {
    expect(mistakes({ [input]: given })).toEqual([expect.stringContaining(words)]);
  });

  test.each([
    ["ALL, SELECT", '`table-privileges`: "ALL, SELECT" contains `ALL` and other privileges. Use `ALL`, or a comma'],
    [
      "SELECT,, INSERT",
      '"SELECT,, INSERT" contains an empty item. Check that the variable or secret it comes from is set.',
    ],
    ["SELECT,", '"SELECT," contains an empty item'],
    ["SELECT,\n\nINSERT", "contains an empty item"],
    ["usage", /"usage" is not valid\. Use `ALL`, or a comma-separated list of SELECT, INSERT, /],
    ["ALL PRIVILEGES", '"ALL PRIVILEGES" is not valid'],
  ])("%s is refused", (given, words) => {
    expect(mistakes({ "table-privileges": given })).toEqual([
      typeof words === "string" ? expect.stringContaining(words) : expect.stringMatching(words),
    ]);
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
    "-h",
    "h..x",
    "10.1",
    "1.2.3.0x4",
    "host=h",
    "*.azure.com",
  ])("%j is not a host name", (host) => {
    expect(mistakes({ host })).toEqual([
      expect.stringMatching(/^`host`: .* is not a host name\. Use one or more server names/),
    ]);
  });

  test.each(["contoso@contoso.postgres.database.azure.com", "me@contoso.com@h"])(
    "%j has a user before the host",
    (host) => {
      const said =
        "is not a host name. Use one or more server names, one per line, such as `my-server` or `my-server.postgres.database.azure.com`. Only what follows the `@` is the host. The user goes in `user`.";
      expect(mistakes({ host })).toEqual([expect.stringContaining(said)]);
    },
  );

  test("hosts are read one per line, in order, with the cloud's suffix, each once in whatever case", () => {
    const suffix = ".postgres.database.azure.com";
    const { servers } = parseSettings(env({ host: `b\n a\r\n\nA${suffix}\n10.0.0.4`, port: "6432" }));
    const tls = { mode: "verify-full" };
    expect(servers).toEqual([
      { host: `b${suffix}`, port: 6432, tls },
      { host: `a${suffix}`, port: 6432, tls },
      { host: "10.0.0.4", port: 6432, tls },
    ]);
  });

  test("one of several hosts that is not a host name is refused, and named", () => {
    expect(mistakes({ host: "a\nb:5432\nc" })).toEqual([
      "`host`: an item (6 characters) is not a host name. Use one or more server names, one per line, such as `my-server` or `my-server.postgres.database.azure.com`. The port goes in `port`.",
    ]);
    expect(mistakes({ host: "a\nb c" })).toEqual([expect.stringMatching('^`host`: "b c" is not a host name\\.')]);
  });

  test("a URL is not a host name, and not a connection string", () => {
    expect(mistakes({ host: "https://h.postgres.database.azure.com" })).toEqual([
      "`host`: the value (37 characters) is a URL. Use the server name only, without `https://`.",
    ]);
  });

  test.each(["undefined", "null", "None"])("%s is not a host name, but what a missing value was written as", (host) => {
    expect(mistakes({ host })).toEqual([
      `\`host\`: ${JSON.stringify(host)} stands for a missing value. Check the variable, secret or output it comes from.`,
    ]);
  });

  test.each(["0", "65536", "05432", "5432.0", "0x10", "1e3", "-1", "5432 5433"])("%j is not a port number", (port) => {
    expect(mistakes({ port })).toEqual([
      expect.stringMatching(/^`port`: .* is not a port number\. Use a number from 1 to 65535\.$/),
    ]);
  });

  test("the error for a wrong environment says where a GitHub environment belongs", () => {
    expect(mistakes({ environment: "production" })).toEqual([
      '`environment`: "production" is not valid. Use `azurecloud`, `azureusgovernment` or `azurechinacloud`. For a GitHub environment, set `jobs.<job_id>.environment` on the job.',
    ]);
  });
});

describe("TLS", () => {
  const password = { "client-id": undefined, "tenant-id": undefined, password: "p" };

  test.each(["localhost", "127.0.0.1", "127.1.2.3", "::1"])("a password can be sent without TLS to %s", (host) => {
    expect(parse({ ...password, host, "ssl-mode": "disable" }).server.tls).toEqual({ mode: "disable" });
  });

  test("a password can be sent without TLS to several hosts if each is this machine", () => {
    const several = (host: string) => ({ ...password, host, "ssl-mode": "disable" });
    expect(parseSettings(env(several("localhost\n127.0.0.2"))).servers).toHaveLength(2);
    expect(mistakes(several("localhost\ncontoso-pg"))).toEqual([expect.stringMatching("^`ssl-mode`: `disable`")]);
  });

  test.each([
    [{ ...password, host: "contoso-pg" }],
    [{ ...password, host: "10.0.0.4" }],
    [{ ...password, host: "localhost.contoso.com" }],
    [{ host: "localhost" }],
    [{ host: "127.0.0.1", "auth-type": "azure-cli" }],
  ])("but not to other hosts, and a token to none: %j", (inputs) => {
    expect(mistakes({ ...inputs, "ssl-mode": "disable" })).toEqual([
      "`ssl-mode`: `disable` sends everything unencrypted. It requires `password` and a loopback `host` (`localhost`, `127.0.0.1` or `::1`). Use `verify-full` or `verify-ca`.",
    ]);
  });

  test("a certificate is read from text or from a file, and nothing else is read from them", async () => {
    const { cert } = await generate([{ name: "commonName", value: "ca" }]);
    const text = `notes\n${cert}\nmore notes`;
    const expected = { mode: "verify-full", rootCertificates: `${cert.trim()}\n` };
    expect(parse({ "ssl-root-cert": text }).server.tls).toEqual(expected);
    const file = join(await mkdtemp(join(tmpdir(), "ca-")), "ca.pem");
    await writeFile(file, text);
    expect(parse({ "ssl-root-cert": file }).server.tls).toEqual(expected);
  });

  test.each([
    [
      "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----",
      "contains a certificate that cannot be read (number 1)",
    ],
    ["-----BEGIN CERTIFICATE-----\nAAAA", "contains a certificate that cannot be read (number 1)"],
    ["-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", "contains no CERTIFICATE block"],
    ["/no/such/file.pem", "the value (17 characters) names a file that cannot be read (ENOENT)"],
  ])("%j is refused", (given, words) => {
    expect(mistakes({ "ssl-root-cert": given })).toEqual([expect.stringContaining(words)]);
  });
});

describe("sign-in", () => {
  test.each([
    [{ password: "p\n" }, { type: "password", password: "p" }],
    [{ password: " p " }, { type: "password", password: " p " }],
    [{ "client-secret": "s" }, { type: "client-secret", clientId: CLIENT_ID, tenantId: TENANT_ID, clientSecret: "s" }],
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
    [{ password: "p", "client-secret": "s" }, "`password` and `client-secret` are both set. Remove one of them."],
    [
      { "auth-type": "client-secret" },
      "`client-secret` is missing. `auth-type: client-secret` requires it: the secret of the service principal.",
    ],
    [
      { "auth-type": "password" },
      "`password` is missing. `auth-type: password` requires it: the PostgreSQL password of `user`.",
    ],
    [
      { "client-secret": "s", "tenant-id": "" },
      "`tenant-id` is missing. `client-secret` requires it: the ID of the Entra tenant, a GUID, or one of its domain names.",
    ],
    [
      { "client-id": "ci-admin" },
      '`client-id`: "ci-admin" is not a GUID. Use the application (client) ID of the Entra application, a GUID.',
    ],
    [
      { "client-id": "00000000-0000-0000-0000-000000000000" },
      '`client-id`: "00000000-0000-0000-0000-000000000000" is a placeholder. Use the application (client) ID',
    ],
    [{ "tenant-id": "common" }, '`tenant-id`: "common" is not a GUID or a domain name. Use '],
    [{ "auth-type": "odic" }, "Did you mean `oidc`?"],
    [{ "auth-type": "OIDC" }, "Did you mean `oidc`?"],
  ])("%j is refused", (inputs: Record<string, string>, words) => {
    expect(mistakes(inputs)).toEqual([expect.stringContaining(words)]);
  });

  test("a sign-in that lacks several inputs names each of them", () => {
    const missing = ["client-id", "tenant-id", "client-secret"].map((name) =>
      expect.stringMatching(`^\`${name}\` is missing`),
    );
    expect(mistakes({ "auth-type": "client-secret", "client-id": "", "tenant-id": "" })).toEqual(missing);
  });
});

describe("the app's connection settings", () => {
  const app = { host: undefined, database: undefined, grantee: undefined };
  const connection =
    "host=contoso-pg.postgres.database.azure.com port=6432 dbname=orders user=aad_orders password=hunter2";

  test("the settings give host, port, database and grantee", () => {
    expect(parse({ ...app, "app-connection": connection })).toMatchObject({
      server: { host: "contoso-pg.postgres.database.azure.com", port: 6432 },
      databases: ["orders"],
      grantees: ["aad_orders"],
    });
  });

  test("explicit inputs override them", () => {
    expect(parse({ ...REQUIRED, host: "other", port: "5432", "app-connection": connection })).toMatchObject({
      server: { host: "other.postgres.database.azure.com", port: 5432 },
    });
  });

  test("the settings never provide the password for signing in", () => {
    expect(parse({ ...app, "app-connection": connection }).signIn.type).toBe("oidc");
    expect(JSON.stringify(parse({ ...app, "app-connection": connection }))).not.toContain("hunter2");
  });

  test("several connections are a mistake, whatever other inputs are set", () => {
    const two =
      "AZURE_POSTGRESQL_HOST=a\nAZURE_POSTGRESQL_NAME=one\nAZURE_POSTGRESQL_USER=u\nAZURE_POSTGRESQL_B_HOST=b\nAZURE_POSTGRESQL_B_NAME=two\nAZURE_POSTGRESQL_B_USER=v";
    expect(mistakes({ ...app, database: "two", "app-connection": two })).toEqual([
      "`app-connection`: the value contains 2 connections. Use the settings of one of them, or set `host`, `database` and `grantee` instead.",
    ]);
  });

  test("a missing input that they cannot contain is not sought in them", () => {
    expect(mistakes({ ...app, user: undefined, "app-connection": connection })).toEqual([
      "`user` is missing. Set it to the PostgreSQL name of the role to sign in as.",
    ]);
  });

  test("a name that is too long is an error, unless an input overrides it", () => {
    const text = `host=h dbname=orders user=aad_${"x".repeat(60)}`;
    expect(mistakes({ ...app, "app-connection": text })).toEqual([
      "`app-connection`: its `grantee` is longer than 63 bytes. To override it, set `grantee` to the PostgreSQL names of one or more Entra users (`aad_…`), one per line.",
    ]);
    expect(parse({ ...app, grantee: "aad_x", "app-connection": text }).grantees).toEqual(["aad_x"]);
  });

  test("a database in them is no pattern", () => {
    expect(mistakes({ ...app, "app-connection": "host=h dbname=* user=u" })).toEqual([
      expect.stringMatching(
        "^`app-connection`: the value contains a name with a line break, or a database with `\\*`\\.",
      ),
    ]);
  });

  test("a host in them is one host", () => {
    const connection = JSON.stringify({
      AZURE_POSTGRESQL_HOST: "a\nb",
      AZURE_POSTGRESQL_DATABASE: "d",
      AZURE_POSTGRESQL_USER: "u",
    });
    expect(mistakes({ ...app, "app-connection": connection })).toEqual([
      expect.stringMatching("^`app-connection`: the value contains a name with a line break, or"),
    ]);
  });

  test("a line break or a NUL in a name does not split it", () => {
    const connection = (user: string, database: string) =>
      JSON.stringify({
        AZURE_POSTGRESQL_HOST: "h",
        AZURE_POSTGRESQL_USER: user,
        AZURE_POSTGRESQL_DATABASE: database,
      });
    expect(mistakes({ ...app, "app-connection": connection("aad_a\naad_b", "d") })).toEqual([
      expect.stringContaining("`app-connection`: the value contains a name with a line break, or"),
    ]);
    expect(mistakes({ ...app, "app-connection": connection("aad_a", "d\0e") })).toEqual([
      expect.stringContaining("`app-connection`: its `database` contains a NUL character. "),
    ]);
  });

  test("a value that they do not contain is reported as missing, unless they cannot be parsed", () => {
    expect(mistakes({ ...app, "app-connection": "host=a,b" })).toEqual([
      expect.stringContaining("`app-connection`: its `host` is not a host name. "),
      expect.stringContaining("`database` is missing, and `app-connection` does not contain it. "),
      expect.stringContaining("`grantee` is missing, and `app-connection` does not contain it. "),
    ]);
    expect(mistakes({ ...app, "app-connection": "nothing" })).toEqual([
      expect.stringContaining("`app-connection`: the value contains no connection that this action can read. "),
    ]);
    expect(mistakes({ ...app, "app-connection": "host=h" })).toEqual([
      "`database` is missing, and `app-connection` does not contain it. Set it to one or more database names or patterns such as `orders_*`, one per line.",
      expect.stringContaining("`grantee` is missing, and `app-connection` does not contain it. Set it to "),
    ]);
  });

  test.each(["host=a,b dbname=d user=u", "host=/tmp dbname=d user=u", "host=10.1 dbname=d user=u"])(
    "an invalid host name in them is refused: %s",
    (text) => {
      expect(mistakes({ ...app, "app-connection": text })).toEqual([
        expect.stringContaining(
          "`app-connection`: its `host` is not a host name. To override it, set `host` to one or more server",
        ),
      ]);
    },
  );
});

test("secrets are found before the settings are parsed", () => {
  expect(
    secretsIn(
      INPUTS,
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
  test("the drift issue is enabled with the token", () => {
    expect(parse({ "drift-issue": "true", "github-token": "ghs_x" }).driftIssue).toEqual({ token: "ghs_x" });
  });

  test("the drift issue requires a token", () => {
    expect(mistakes({ "drift-issue": "true" })).toEqual([
      "`github-token` is missing. `drift-issue: true` requires it: a GitHub token that can write issues. Omit it to use the job's own.",
    ]);
  });
});

describe("grantee-object-id", () => {
  const IDS = ["0b1ec700-0003-4c5d-8e6f-7a8b9c0d1e03", "0b1ec700-0004-4c5d-8e6f-7a8b9c0d1e04"];

  test("each grantee gets its object ID, in order, with repetitions", () => {
    const objectIdsOf = (grantee: string, ids: string) =>
      Object.fromEntries(parse({ grantee, "grantee-object-id": ids }).demand.objectIds ?? []);
    expect(objectIdsOf("b\na", ` ${IDS[0]?.toUpperCase()}\r\n\n${IDS[1]}\n`)).toEqual({
      b: IDS[0],
      a: IDS[1],
    });
    expect(objectIdsOf("b\na", `${IDS[0]}\n${IDS[0]}`)).toEqual({ b: IDS[0], a: IDS[0] });
    expect(parse({}).demand.objectIds).toBeUndefined();
    expect(parse({ "grantee-object-id": "" }).demand.objectIds).toBeUndefined();
  });

  test("the ID of the login's tenant is given in lower case, if the inputs have it", () => {
    const tenantOf = (inputs: Record<string, string>) => parse(inputs).demand.tenantId;
    const id = "3F0C6A52-7B1E-4D35-9A8E-5D2F8F6B1C01";
    expect(tenantOf({ "grantee-object-id": IDS[0] ?? "", "tenant-id": id })).toBe(id.toLowerCase());
    expect(tenantOf({ "grantee-object-id": IDS[0] ?? "", "tenant-id": "contoso.com" })).toBeUndefined();
    expect(tenantOf({ "grantee-object-id": IDS[0] ?? "", "auth-type": "azure-cli" })).toBeUndefined();
  });

  test("an object ID is invalid if it is not a GUID, or if there are not as many as grantees", () => {
    expect(mistakes({ "grantee-object-id": "aad_orders" })).toEqual([
      "`grantee-object-id`: the value (10 characters) is not a GUID. Use the object IDs in Microsoft Entra, GUIDs, of the grantees, one per line, in the order of `grantee`.",
    ]);
    expect(mistakes({ grantee: "a\nb", "grantee-object-id": IDS[0] })).toEqual([
      "`grantee-object-id` has 1 object ID for 2 grantees. Use one object ID per grantee, one per line, in the order of `grantee`.",
    ]);
    expect(mistakes({ "grantee-object-id": IDS.join("\n") })).toEqual([
      "`grantee-object-id` has 2 object IDs for 1 grantee. Use one object ID per grantee, one per line, in the order of `grantee`.",
    ]);
  });
});

describe("servers on which privileges cannot be granted", () => {
  test.each(["c1.abc.westus3.horizondb.azure.com", "c-a.22ps25nxx.postgres.cosmos.azure.com"])(
    "%s, a cluster of another product, is invalid",
    (host) => {
      expect(mistakes({ host })).toEqual([
        `\`host\`: "${host}" is a cluster of Azure HorizonDB or Azure Cosmos DB for PostgreSQL. Use the name of a flexible server of Azure Database for PostgreSQL.`,
      ]);
    },
  );
});
