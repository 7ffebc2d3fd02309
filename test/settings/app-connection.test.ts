import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sentence } from "../../src/model/sentence.ts";
import { plain } from "../../src/render/pen.ts";
import { readAppConnection, secretsInAppConnection } from "../../src/settings/app-connection.ts";
import { Invalid } from "../../src/settings/invalid.ts";
import { CASES, CLIENT_SECRET, DATABASE, HOST, json, lines, PASSWORD, USER } from "./service-connector.ts";

/**
 * libpq's keywords of PostgreSQL 14 to 18 that contain no part of the connection read here:
 * https://www.postgresql.org/docs/18/libpq-connect.html#LIBPQ-PARAMKEYWORDS
 */
const OTHER_LIBPQ_KEYWORDS = `hostaddr passfile require_auth channel_binding connect_timeout client_encoding options
  application_name fallback_application_name keepalives keepalives_idle keepalives_interval keepalives_count
  tcp_user_timeout replication gssencmode sslmode requiressl sslnegotiation sslcompression sslcert sslkey sslkeylogfile
  sslpassword sslcertmode sslrootcert sslcrl sslcrldir sslsni requirepeer ssl_min_protocol_version
  ssl_max_protocol_version min_protocol_version max_protocol_version krbsrvname gsslib gssdelegation scram_client_key
  scram_server_key oauth_issuer oauth_client_id oauth_client_secret oauth_scope service target_session_attrs
  load_balance_hosts`.split(/\s+/);

const EXPECTED = { host: HOST, port: "5432", database: DATABASE, user: USER };

describe("Service Connector's settings are read", () => {
  test("there are ten clients and four ways to sign in", () => {
    expect(CASES).toHaveLength(40);
  });

  test.each(CASES.map((each) => [each.client, each.auth, each] as const))("%s, %s", (_client, _auth, each) => {
    const { port, ...withoutPort } = EXPECTED;
    const expected = each.port === undefined ? withoutPort : { ...withoutPort, port };
    for (const text of [lines(each.settings), json(each.settings), JSON.stringify(each.settings)]) {
      expect(readAppConnection(text)).toEqual(expected);
      for (const secret of each.secrets) expect(secretsInAppConnection(text)).toContain(secret);
    }
    const { AZURE_POSTGRESQL_CONNECTIONSTRING: string } = each.settings;
    if (string !== undefined) expect(readAppConnection(string)).toEqual(expected);
  });
});

describe("common variants are read", () => {
  const variants: Record<string, string> = {
    "the old user@server": `Server=${HOST};Database=${DATABASE};Port=5432;Ssl Mode=Require;User Id=${USER}@contoso-pg;`,
    "the old user%40server": `jdbc:postgresql://${HOST}:5432/${DATABASE}?sslmode=require&user=${USER}%40contoso-pg`,
    "the prefix Azure_": `Azure_POSTGRESQL_CONNECTIONSTRING=dbname=${DATABASE} host=${HOST} port=5432 user=${USER}`,
    "the connection's name in the keys": `AZURE_POSTGRESQL_CONN2_HOST=${HOST}\nAZURE_POSTGRESQL_CONN2_PORT=5432\nAZURE_POSTGRESQL_CONN2_DATABASE=${DATABASE}\nAZURE_POSTGRESQL_CONN2_USERNAME=${USER}`,
    "a connection's name that is a key's": `AZURE_POSTGRESQL_USER_HOST=${HOST}\nAZURE_POSTGRESQL_USER_PORT=5432\nAZURE_POSTGRESQL_USER_NAME=${DATABASE}\nAZURE_POSTGRESQL_USER_USER=${USER}`,
    "Npgsql's synonyms in another order": `Username=${USER};SSL Mode=Require;Trust Server Certificate=true;Database=${DATABASE};Host=${HOST};Port=5432`,
    "Npgsql without spaces in keys": `userid=${USER};SslMode=Require;db=${DATABASE};server=${HOST};port=5432`,
    "Npgsql with spaces around values": `Server = ${HOST} ; Database= ${DATABASE} ;Port =5432; User Id = ${USER}`,
    "semicolons doubled by naive joining": `;Server=${HOST};;Database=${DATABASE};Port=5432;;User Id=${USER};;;Pooling=true;`,
    "what Service Connector really wrote": `Server=${HOST};Database=${DATABASE};Port=5432;Ssl Mode=Require;User Id=${USER}@contoso-pg;Trust Server Certificate=true;Pooling=true;Maximum Pool Size=100;`,
    "Npgsql's quotes": `Server="${HOST}";Database='${DATABASE}';Port=5432;User Id="${USER}";Password="a;""b"`,
    "a token appended to Npgsql's": `Server=${HOST};Database=${DATABASE};Port=5432;User Id=${USER};;Password=first;Password=second`,
    "libpq's quotes and spaces": `host = '${HOST}' port = 5432\n dbname = '${DATABASE}' user='${USER}' password='a\\'b c'`,
    "libpq with an empty password": `host=${HOST} port=5432 dbname=${DATABASE} user=${USER} password=`,
    "libpq with a semicolon in the password": `host=${HOST} port=5432 dbname=${DATABASE} user=${USER} password=a;Host=evil`,
    "a URI": `postgresql://${USER}:p%40ss@${HOST}:5432/${DATABASE}?sslmode=require`,
    "a URI of SQLAlchemy": `postgresql+psycopg2://${USER}@${HOST}:5432/${DATABASE}`,
    "JDBC with a plug-in": `jdbc:postgresql://${HOST}:5432/${DATABASE}?user=${USER}&authenticationPluginClassName=com.azure.identity.extensions.jdbc.postgresql.AzurePostgresqlAuthenticationPlugin`,
    "a string in quotes": `"host=${HOST} port=5432 dbname=${DATABASE} user=${USER}"`,
    "Spring's variables": `SPRING_DATASOURCE_URL=jdbc:postgresql://${HOST}:5432/${DATABASE}?sslmode=require\nSPRING_DATASOURCE_USERNAME=${USER}`,
    "Spring's old names": `spring.datasource.passwordless_enabled=true\nspring.cloud.Azure.credential.client-id=x\nspring.datasource.url: jdbc:postgresql://${HOST}:5432/${DATABASE}\nspring.datasource.username: ${USER}`,
    "a .env file with comments": `# the app\r\nexport AZURE_POSTGRESQL_HOST="${HOST}" # quoted\r\n\r\nAZURE_POSTGRESQL_PORT=5432 # plain\r\nAZURE_POSTGRESQL_DATABASE = '${DATABASE}'\r\nAZURE_POSTGRESQL_USERNAME=${USER}\r\nAZURE_STORAGEBLOB_RESOURCEENDPOINT=https://x.blob.core.windows.net`,
    "app settings": JSON.stringify([
      { name: "WEBSITE_X", slotSetting: false, value: null },
      ...Object.entries({ HOST, PORT: "5432", DATABASE, USERNAME: USER }).map(([name, value]) => ({
        name: `AZURE_POSTGRESQL_${name}`,
        slotSetting: false,
        value,
      })),
    ]),
    "the newer list-configuration": JSON.stringify({
      configurations: [
        {
          name: "AZURE_POSTGRESQL_CONNECTIONSTRING",
          value: `host=${HOST} port=5432 dbname=${DATABASE} user=${USER}`,
          configType: "Default",
          keyVaultReferenceIdentity: null,
        },
      ],
    }),
    "a byte order mark": `\uFEFFhost=${HOST} port=5432 dbname=${DATABASE} user=${USER}`,
  };
  test.each(Object.entries(variants))("%s", (_name, text) => {
    expect(readAppConnection(text)).toEqual(EXPECTED);
  });

  test.each(OTHER_LIBPQ_KEYWORDS)("libpq's other keyword %s", (keyword) => {
    expect(readAppConnection(`${keyword}=x host=${HOST} port=5432 dbname=${DATABASE} user=${USER}`)).toEqual(EXPECTED);
  });

  test("a keyword that libpq does not have is left out", () => {
    expect(readAppConnection("hosts=x dbname=d user=u")).toEqual({ database: "d", user: "u" });
  });

  test("an email address is kept: only the server's name is removed from a user name", () => {
    const text = `host=${HOST} dbname=x user=anna@contoso.com`;
    expect(readAppConnection(text).user).toBe("anna@contoso.com");
  });

  test("names with white space, quotes and escapes are read unchanged", () => {
    expect(readAppConnection("host=h dbname='my \\'db\\'' user='A \\\\ B'")).toMatchObject({
      database: "my 'db'",
      user: "A \\ B",
    });
    expect(readAppConnection(`Host=h;Database="a;b";User Id='it''s'`)).toMatchObject({
      database: "a;b",
      user: "it's",
    });
    expect(readAppConnection("host=h;database=my db")).toEqual({ host: "h", database: "my db" });
    expect(readAppConnection("user=u;host=h;database='a=b'")).toEqual({ user: "u", host: "h", database: "a=b" });
    expect(readAppConnection("postgres://A%20B@h/my%2Fdb")).toMatchObject({ database: "my/db", user: "A B" });
  });
});

test("several connections in one text are refused", () => {
  const two = `AZURE_POSTGRESQL_HOST=a\nAZURE_POSTGRESQL_DATABASE=one\nAZURE_POSTGRESQL_CONN2_HOST=b\nAZURE_POSTGRESQL_CONN2_DATABASE=two`;
  expect(problemOf(() => readAppConnection(two))).toBe(
    "contains 2 connections. Use the settings of one of them, or set `host`, `database` and `grantee` instead.",
  );
});

describe("a refused text, whose value is not repeated:", () => {
  const refused: Record<string, [string, string]> = {
    "another database's string": ["mysql://u:hunter2@h/db", "is not a URL of PostgreSQL that this action can read"],
    "another driver's": ["jdbc:mysql://h/db?password=hunter2", "is not a URL of PostgreSQL that this action can read"],
    "a word": ["hunter2", "contains no connection that this action can read"],
    "settings of something else": ["AZURE_STORAGEBLOB_X=hunter2", "contains no connection that this action can read"],
    "JSON of something else": ['{"password":"hunter2"}', "contains no connection that this action can read"],
    "broken JSON": ['{"password":"hunter2"', "contains no connection that this action can read"],
    "an open quote": ["host='hunter2 dbname=x", "contains no connection that this action can read"],
    "a broken escape": [
      "postgres://u:hunter2@h/%zz",
      "contains a `%` that does not start a valid escape. Write the character `%` as `%25`.",
    ],
    "two hosts": ["host=a host=hunter2", "contains two values for `host`. Remove one of them."],
    "two hosts of Npgsql's": ["Server=a;Host=hunter2", "contains two values for `host`. Remove one of them."],
    "a string that contradicts the keys": [
      "AZURE_POSTGRESQL_CONNECTIONSTRING=host=a\nAZURE_POSTGRESQL_HOST=hunter2",
      "contains two values for `host`. Remove one of them.",
    ],
    "a reference to a Key Vault": [
      "AZURE_POSTGRESQL_CONNECTIONSTRING=@Microsoft.KeyVault(SecretUri=https://hunter2)",
      "contains no connection that this action can read",
    ],
    "a mixture of two forms": ["host=h;database=my user=hunter2", "contains no connection that this action can read"],
    "libpq's form with a mistake": [
      "dbname=d host=h password hunter2",
      "contains no connection that this action can read",
    ],
    "nothing but a password": ["password=hunter2", "contains no connection that this action can read"],
  };
  test.each(Object.entries(refused))("%s", (_name, [text, words]) => {
    expect(problemOf(() => readAppConnection(text))).toBe(words);
    expect(JSON.stringify(caught(() => readAppConnection(text)))).not.toContain("hunter2");
  });
});

describe("secrets are found", () => {
  const hidden: Record<string, [string, string[]]> = {
    "in Npgsql's, quoted": ['Server=h;Password="a;""b";User Id=u', ['a;"b']],
    "in libpq's, quoted": ["host=h password='a\\'b c' user=u", ["a'b c"]],
    "in a URI, escaped and not": ["postgres://u:p%40ss!word@h/db", ["p%40ss!word", "p@ss!word"]],
    "in JDBC": ["jdbc:postgresql://h/db?user=u&password=p%26ss", ["p%26ss", "p&ss"]],
    "in keys": [`AZURE_POSTGRESQL_HOST=h\nAZURE_POSTGRESQL_CLIENTSECRET="${CLIENT_SECRET}"`, [CLIENT_SECRET]],
    "in keys, within a string that hides it by escapes": [
      "AZURE_POSTGRESQL_CONNECTIONSTRING=host=h password='it\\'s' user=u",
      ["it's"],
    ],
    "in JSON, within a string that hides it by escapes": [
      JSON.stringify({ AZURE_POSTGRESQL_CONNECTIONSTRING: "host=h password='it\\'s' user=u" }),
      ["it's"],
    ],
    "of one letter": ["AZURE_POSTGRESQL_PASSWORD=x", ["x"]],
    "where the form is broken": [`host='h password=${PASSWORD}`, [PASSWORD]],
    "where JSON is broken": [
      `{"configurations":[{"name":"AZURE_POSTGRESQL_PASSWORD","value":"${PASSWORD}"},`,
      [PASSWORD],
    ],
    "in settings of something else": [`DB_PASSWORD=${PASSWORD}`, [PASSWORD]],
    "in quotes, in the middle of a broken line": [
      `{"name":"x","password": "${PASSWORD} x", "host": "h"`,
      [`${PASSWORD} x`],
    ],
    "behind another secret of the same line": [
      `'password=${CLIENT_SECRET}&secret=${PASSWORD}`,
      [CLIENT_SECRET, PASSWORD],
    ],
    "behind white space": [`'host=h password =  ${PASSWORD} user=u`, [PASSWORD]],
    "with a semicolon in it": ["'password=abc;def ghi", ["abc;def", "abc;def ghi"]],
    "in single quotes": ["{'password': 'two words', 'host': 'h'", ["two words"]],
    "before another parameter": ["'//h?password=two words&host=h", ["two words"]],
    "before the end of an object": ["'{password:abcd},x", ["abcd"]],
    "before the end of a line": ["'x password=two words\nhost=h", ["two words"]],
    "with separators in it and behind it": ["'password=two;words &x}',", ["two;words &x"]],
    "with a separator at its end": ["'x password=two words&", ["two words&"]],
    "in a URI in a broken text": ["'postgres://u:p%40ss!word@h/db", ["p%40ss!word", "p@ss!word"]],
  };
  test.each(Object.entries(hidden))("%s", (_name, [text, secrets]) => {
    for (const secret of secrets) expect(secretsInAppConnection(text)).toContain(secret);
  });

  test("a text that cannot be parsed gives its secrets, and nothing else", () => {
    expect(secretsInAppConnection("'host=h password=abcd;efgh user=u")).toEqual([
      "abcd;efgh user=u",
      "abcd",
      "abcd;efgh",
    ]);
    expect(secretsInAppConnection("'host=h pwd=abc")).toEqual([]);
  });

  test("the name of a server, a database or a user is not found as a secret", () => {
    for (const { settings } of CASES) {
      const found = secretsInAppConnection(lines(settings));
      for (const name of [HOST, DATABASE, USER, "5432", "require", "true"]) expect(found).not.toContain(name);
    }
  });
});

describe("any text", () => {
  const NASTY = fc.oneof(
    fc.string({ maxLength: 80 }),
    fc.string({ unit: fc.constantFrom(..."=;'\"\\&?:/@% #\n[]{},ahostupdrenm0"), maxLength: 80 }),
    fc
      .tuple(fc.constantFrom(...CASES), fc.nat(), fc.string({ maxLength: 3 }), fc.nat({ max: 5 }))
      .map(([{ settings }, at, insert, cut]) => {
        const text = lines(settings);
        const i = at % text.length;
        return text.slice(0, i) + insert + text.slice(i + cut);
      }),
  );

  test("any text is read or refused, and nothing else is thrown", () => {
    fc.assert(
      fc.property(NASTY, (text) => {
        const error = caught(() => readAppConnection(text));
        expect(error === undefined || error instanceof Invalid).toBe(true);
        secretsInAppConnection(text);
      }),
    );
  });

  const VALUE = fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 }).map((text) => text.trim().normalize());
  const NAME = VALUE.filter((text) => text !== "" && !/[\0\r\n]/.test(text) && !text.includes("@"));
  const PARTS = fc.record({
    host: fc.constantFrom("h", HOST),
    port: fc.constantFrom("5432", "6432"),
    database: NAME,
    user: NAME,
    password: NAME,
  });

  const ENCODED: Record<string, (parts: Record<"host" | "port" | "database" | "user" | "password", string>) => string> =
    {
      libpq: ({ host, port, database, user, password }) =>
        `host=${host} port=${port} password=${libpq(password)} dbname=${libpq(database)} user=${libpq(user)}`,
      Npgsql: ({ host, port, database, user, password }) =>
        `Password=${npgsql(password)};Server=${host};Port=${port};Database=${npgsql(database)};User Id=${npgsql(user)}`,
      "a URI": ({ host, port, database, user, password }) =>
        `postgresql://${percent(user)}:${percent(password)}@${host}:${port}/${percent(database)}`,
      JDBC: ({ host, port, database, user, password }) =>
        `jdbc:postgresql://${host}:${port}/${percent(database)}?password=${percent(password)}&user=${percent(user)}`,
      JSON: ({ host, port, database, user, password }) =>
        JSON.stringify({
          AZURE_POSTGRESQL_HOST: host,
          AZURE_POSTGRESQL_PORT: port,
          AZURE_POSTGRESQL_DATABASE: database,
          AZURE_POSTGRESQL_USER: user,
          AZURE_POSTGRESQL_PASSWORD: password,
        }),
    };
  test.each(Object.entries(ENCODED))("written by the rules of %s is read unchanged", (_name, encode) => {
    fc.assert(
      fc.property(PARTS, (parts) => {
        const { password, ...rest } = parts;
        expect(readAppConnection(encode(parts))).toEqual(rest);
        expect(secretsInAppConnection(encode(parts))).toContain(password);
      }),
    );
  });

  test("the host is a literal part of the text", () => {
    fc.assert(
      fc.property(NASTY, (text) => {
        const host = attempt(() => readAppConnection(text).host);
        if (host !== undefined && !text.includes("%") && !text.includes("\\")) {
          expect(text.replaceAll('""', '"').replaceAll("''", "'")).toContain(host);
        }
      }),
    );
  });
});

const libpq = (value: string) => `'${value.replace(/[\\']/g, "\\$&")}'`;
const npgsql = (value: string) => `"${value.replaceAll('"', '""')}"`;
const percent = (value: string) => encodeURIComponent(value);

/** What the error says, as the log shows it: the problem and the remedy. */
function problemOf(task: () => unknown): string {
  const error = caught(task);
  if (!(error instanceof Invalid)) throw new Error("nothing was refused", { cause: error });
  const { problem, details } = error;
  return plain.sentence(details.remedy ? sentence`${problem}. ${details.remedy}` : problem);
}

function caught(task: () => unknown): Error | undefined {
  try {
    task();
    return undefined;
  } catch (error) {
    return error as Error;
  }
}

function attempt<T>(task: () => T): T | undefined {
  try {
    return task();
  } catch {
    return undefined;
  }
}
