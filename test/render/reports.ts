import type { Failure } from "../../src/model/failure.ts";
import { REASONS, type Reason } from "../../src/model/reasons.ts";
import {
  type Changed,
  type DatabaseReport,
  type Extra,
  type Fix,
  type FixBlock,
  type GranteeReport,
  type Missing,
  type Mode,
  type Named,
  type Report,
  type RunFacts,
  worst,
} from "../../src/model/report.ts";
import { code, EMPTY, inOurWords, name, quoted, type Sentence, sentence } from "../../src/model/sentence.ts";
import { quoteIdentifier } from "../../src/text/sql.ts";

/** Reports of every verdict, as a run would make them: what the tests and the screenshots show. */

export const RUN = {
  startedAt: "2026-11-23T02:00:00.000Z",
  seconds: 4.2,
  actionVersion: "1.0.0",
  url: "https://github.com/contoso/orders/actions/runs/30433642",
  docs: "https://github.com/contoso/azure-postgres-grants/blob/v1/docs",
} as const satisfies RunFacts;

export function report(databases: readonly DatabaseReport[], overrides: Partial<Report> = {}): Report {
  const verdict = worst(databases.map((database) => database.verdict));
  return { version: 1, mode: "apply", verdict, run: RUN, databases, ...overrides };
}

export function database(overrides: Partial<DatabaseReport> = {}): DatabaseReport {
  return {
    host: "orders-prod.postgres.database.azure.com",
    port: 5432,
    database: "app",
    serverVersion: "16.14",
    user: "ci-admin",
    verdict: "in-sync",
    grantees: [grantee()],
    statements: [],
    fixes: [],
    ...overrides,
  };
}

export function grantee(overrides: Partial<GranteeReport> = {}): GranteeReport {
  return {
    grantee: "aad_orders",
    schemas: ["public"],
    onExtra: "warn",
    verdict: "in-sync",
    objects: { tables: 130, sequences: 41, skipped: 2 },
    missing: [],
    granted: [],
    extra: [],
    revoked: [],
    held: [
      {
        source: "direct",
        kind: "table",
        privileges: ["SELECT", "INSERT", "UPDATE", "DELETE"],
        objects: 121,
      },
      { source: "role", role: "app_readers", kind: "view", privileges: ["SELECT"], objects: 9 },
      { source: "direct", kind: "sequence", privileges: ["USAGE", "SELECT"], objects: 41 },
    ],
    warnings: [],
    ...overrides,
  };
}

const LOGIN = "ci-admin";
/** Azure's own administrators: it cannot log in, so one of its members runs the SQL. */
const NOLOGIN = "azure_pg_admin";

export function missing(overrides: Partial<Missing> = {}): Missing {
  const object = {
    kind: "table",
    schema: "public",
    name: "orders",
    owner: "migrator",
    privileges: ["INSERT", "UPDATE"],
    reason: "not-owner",
    ...overrides,
  } as const;
  const { schema, kind, ...rest } = { fix: fixFor(object, "GRANT"), ...object };
  const inSchema = kind === "database" || kind === "schema" ? {} : { schema };
  return { kind, ...inSchema, ...rest };
}

export function extra(overrides: Partial<Extra> = {}): Extra {
  const object = missing({ privileges: ["DELETE"], reason: "not-revoked", ...overrides });
  return { ...object, fix: fixFor(object, "REVOKE"), sources: [{ source: "direct" }], ...overrides };
}

/** The fix of a finding, as a run writes it for this owner and reason. */
function fixFor({ kind, schema, name, owner, privileges, reason }: Omit<Missing, "fix">, verb: string): Fix {
  const { noSql, advice } = REASONS[reason];
  const note = reason === "not-owner" ? membership(owner) : advice;
  const noted = note === undefined ? {} : { note };
  if (noSql) return noted;
  const actor = BY_LOGIN.includes(reason) ? LOGIN : BY_GRANTOR.includes(reason) ? "former_admin" : owner;
  const type = kind === "sequence" ? "SEQUENCE" : "TABLE";
  const [preposition, on] = [verb === "GRANT" ? "TO" : "FROM", quoteIdentifier(schema ?? "public", name)];
  const sql = `${verb} ${privileges.join(", ")} ON ${type} ${on} ${preposition} "aad_orders";`;
  const usage = `GRANT USAGE ON SCHEMA ${quoteIdentifier(schema ?? "public")} TO ${quoteIdentifier(actor)};`;
  const first = reason.endsWith("-lacks-usage") ? { first: [{ as: "schema_owner", sql: usage }] } : {};
  const byMember = actor === NOLOGIN ? { byMember: true as const } : {};
  return {
    as: actor,
    ...byMember,
    sql: actor === NOLOGIN ? `SET ROLE "${actor}"; ${sql}` : sql,
    ...first,
    ...noted,
  };
}

/** The reasons whose SQL this login runs, and those whose SQL the role runs that granted the privilege; else the owner. */
const BY_LOGIN = ["not-granted", "not-revoked", "session-role"];
const BY_GRANTOR = [
  "other-grantor",
  "grantor-lacks-usage",
  "dependent-privileges",
  "column-privileges",
  "for-all-schemas",
];

function membership(owner: string): Sentence {
  const sql = `GRANT ${quoteIdentifier(owner)} TO "${LOGIN}" WITH INHERIT TRUE, SET TRUE;`;
  return sentence`Or let ${name(LOGIN)} act as ${name(owner)}: ${code(sql)} ${name("entra_admin")} can run this.`;
}

export function changed(object: Partial<Named>, privileges: Changed["privileges"]): Changed {
  return { kind: "table", schema: "public", name: "orders", owner: "migrator", privileges, ...object };
}

const FIXES: FixBlock = {
  as: "migrator",
  runnable: false,
  statements: [
    'GRANT INSERT, UPDATE ON TABLE\n  "public"."orders",\n  "public"."order_lines",\n  "public"."Order Notes"\nTO "aad_orders";',
    'GRANT USAGE, SELECT ON SEQUENCE "public"."orders_id_seq" TO "aad_orders";',
  ],
};

/** Three tables and a sequence of another role, after an apply that granted what it could. */
export function drift(mode: Mode = "apply"): Report {
  return report(
    [
      database({
        verdict: "drift",
        grantees: [
          grantee({
            verdict: "drift",
            missing: [
              missing(),
              missing({ name: "order_lines" }),
              missing({ name: "Order Notes" }),
              missing({ kind: "sequence", name: "orders_id_seq", privileges: ["USAGE", "SELECT"] }),
            ],
            granted:
              mode === "apply"
                ? [
                    changed({ name: "customers" }, ["SELECT", "INSERT"]),
                    changed({ kind: "sequence", name: "customers_id_seq" }, ["USAGE"]),
                  ]
                : [],
            warnings: [
              {
                code: "row-level-security",
                message: sentence`Row-level security hides every row of ${name("public", "invoices")} from ${name("aad_orders")}, because no policy applies to it.`,
              },
            ],
          }),
        ],
        fixes: [FIXES],
      }),
    ],
    { mode },
  );
}

export function plan(): Report {
  return report(
    [
      database({
        verdict: "drift",
        grantees: [
          grantee({
            verdict: "drift",
            missing: [
              missing({ name: "customers", owner: "ci-admin", reason: "not-granted" }),
              missing({ name: "invoices", owner: "ci-admin", reason: "not-granted" }),
              missing(),
            ],
          }),
        ],
        statements: ['GRANT INSERT, UPDATE ON TABLE "public"."customers", "public"."invoices" TO "aad_orders";'],
        fixes: [
          {
            as: "ci-admin",
            runnable: true,
            statements: ['GRANT INSERT, UPDATE ON TABLE "public"."customers", "public"."invoices" TO "aad_orders";'],
          },
          {
            as: "migrator",
            runnable: false,
            statements: ['GRANT INSERT, UPDATE ON TABLE "public"."orders" TO "aad_orders";'],
          },
        ],
      }),
    ],
    { mode: "plan" },
  );
}

/** Two tables whose owner cannot log in, as on Azure after an administrator's migrations. */
export function ownerCannotLogIn(tables: readonly string[] = ["orders", "order_lines"]): Report {
  const grants = tables.map(
    (table) => `GRANT INSERT, UPDATE ON TABLE ${quoteIdentifier("public", table)} TO "aad_orders";`,
  );
  const statements = ["BEGIN;", `SET LOCAL ROLE "${NOLOGIN}";`, ...grants, "COMMIT;"];
  return report([
    database({
      verdict: "drift",
      grantees: [
        grantee({
          verdict: "drift",
          missing: tables.map((table) => missing({ name: table, owner: NOLOGIN })),
        }),
      ],
      fixes: [{ as: NOLOGIN, byMember: true, runnable: false, statements }],
    }),
  ]);
}

/** The reasons for which something is extra rather than missing. */
const EXTRA: readonly Reason[] = [
  "not-revoked",
  "not-direct",
  "other-grantor",
  "grantor-lacks-usage",
  "grantor-lacks-option",
  "dependent-privileges",
  "column-privileges",
  "for-all-schemas",
];

/** A role that is bound to another identity, or to none. */
function identity(reason: Reason, role = "aad_orders"): Missing {
  const [expected, bound] = ["0b1ec700-0003-4c5d-8e6f-7a8b9c0d1e03", "0b1ec700-0004-4c5d-8e6f-7a8b9c0d1e04"];
  return {
    kind: "identity",
    name: role,
    owner: role,
    privileges: [],
    reason,
    identity: reason === "other-identity" ? { expected, bound } : { expected },
    fix:
      reason === "no-identity"
        ? { note: inOurWords("As a Microsoft Entra administrator in database `postgres`, run …") }
        : {
            as: "azure_pg_admin",
            byMember: true,
            database: "postgres",
            sql: `SECURITY LABEL FOR "pgaadauth" ON ROLE "${role}" IS 'aadauth,oid=${expected},type=service';`,
            note: inOurWords("The member must be a Microsoft Entra administrator."),
          },
  };
}

const IDENTITY: readonly Reason[] = ["other-identity", "no-identity"];

/** What lets a grantee do more than any privilege. */
const POWERS: Readonly<Partial<Record<Reason, Extra>>> = {
  "is-owner": {
    kind: "schema",
    name: "audit",
    owner: "aad_orders",
    privileges: ["OWNER"],
    reason: "is-owner",
    sources: [{ source: "owner" }],
    fix: { note: sentence`Give it to another role: ${code('ALTER SCHEMA "audit" OWNER TO "<new owner>";')}` },
  },
  "can-act-as-owner": {
    kind: "role",
    name: "migrator",
    owner: "migrator",
    privileges: ["SET"],
    reason: "can-act-as-owner",
    sources: [{ source: "role", role: "developers" }],
    fix: {
      as: "team_admin",
      sql: 'REVOKE "developers" FROM "aad_orders" GRANTED BY "team_admin";',
      note: REASONS["can-act-as-owner"].advice ?? EMPTY,
    },
  },
};

/** The reasons that are about one role or schema, not about several objects. */
export const SINGLE: readonly string[] = [...IDENTITY, ...Object.keys(POWERS)];

/** Tables with drift for one reason; a role where the reason is about its identity. */
export function because(reason: Reason, tables: readonly string[]): Report {
  const named = tables.map((table) => ({ name: table, reason }));
  const power = POWERS[reason];
  const found =
    EXTRA.includes(reason) || power
      ? { extra: power ? [power] : named.map(extra) }
      : { missing: IDENTITY.includes(reason) ? [identity(reason)] : named.map(missing) };
  const grantees = [grantee({ verdict: "drift", onExtra: "fail", ...found })];
  return report([database({ verdict: "drift", grantees })]);
}

/** A grantee with a finding for every reason. */
export function everyReason(): Report {
  const reasons = Object.keys(REASONS) as readonly Reason[];
  const found = reasons.map((reason) => because(reason, [`of_${reason}`]).databases[0]?.grantees[0]);
  const all = grantee({
    verdict: "drift",
    onExtra: "fail",
    missing: found.flatMap((each) => each?.missing ?? []),
    extra: found.flatMap((each) => each?.extra ?? []),
  });
  return report([database({ verdict: "drift", grantees: [all] })]);
}

export function inSync(): Report {
  return report([database()]);
}

export function repaired(): Report {
  return report([
    database({
      verdict: "repaired",
      statements: ['GRANT SELECT ON TABLE "public"."orders" TO "aad_orders";'],
      grantees: [
        grantee({
          verdict: "repaired",
          granted: [
            changed({ name: "orders" }, ["SELECT", "INSERT", "UPDATE", "DELETE"]),
            changed({ name: "order_lines" }, ["SELECT", "INSERT", "UPDATE", "DELETE"]),
            changed({ kind: "sequence", name: "orders_id_seq" }, ["USAGE", "SELECT"]),
          ],
        }),
      ],
    }),
  ]);
}

export const UNREACHABLE: Failure = {
  code: "connection-timed-out",
  message: sentence`The server ${code("orders-prod.postgres.database.azure.com")} did not answer on port 5432 within 15 seconds.`,
  hint: inOurWords("The firewall of the server does not let this runner in."),
  steps: [
    {
      text: inOurWords("Add a firewall rule for the address of this runner:"),
      command:
        'az rest --method put \\\n  --url \'/subscriptions/{subscriptionId}/resourceGroups/<resource-group>/providers/Microsoft.DBforPostgreSQL/flexibleServers/orders-prod/firewallRules/github-runner?api-version=2025-08-01\' \\\n  --body \'{"properties":{"startIpAddress":"203.0.113.7","endIpAddress":"203.0.113.7"}}\'',
    },
    { text: inOurWords("Run this job again. A new rule can take five minutes to work.") },
  ],
};

export function error(): Report {
  const { serverVersion: _, ...unreached } = database({ verdict: "error", grantees: [], error: UNREACHABLE });
  return report([unreached]);
}

export const BAD_INPUT: Failure = {
  code: "bad-input",
  message: inOurWords("2 inputs are invalid. Nothing was changed."),
  problems: [
    inOurWords("`grantee` is missing."),
    sentence`\`mode\` is ${code("aply")}. Use \`apply\`, \`check\` or \`plan\`.`,
  ],
  hint: EMPTY,
  steps: [
    {
      text: inOurWords("Correct the `with:` block of this step. The README of this action explains every input."),
    },
  ],
};

export function badInput(): Report {
  return report([], { verdict: "error", error: BAD_INPUT });
}

/** Many databases, one of them unreachable, two with the same drift, one repaired. */
export function many(): Report {
  const [drifting] = drift().databases;
  const [fixed] = repaired().databases;
  const [unreached] = error().databases;
  if (!drifting || !fixed || !unreached) throw new Error("the reports above have one database each");
  return report([
    { ...drifting, database: "tenant_a" },
    { ...drifting, database: "tenant_b" },
    { ...fixed, database: "tenant_c" },
    database({ database: "tenant_d" }),
    { ...unreached, database: "Billing Archive" },
  ]);
}

/** Two databases for two grantees on each of three servers; one server cannot be reached. */
export function fleet(): Report {
  const [drifting] = drift("check").databases;
  const [unreached] = error().databases;
  if (!drifting || !unreached) throw new Error("the reports above have one database each");
  const host = (name: string) => ({ host: `orders-${name}.postgres.database.azure.com` });
  const both = ({ grantees: [first = grantee()], ...database }: DatabaseReport): DatabaseReport => ({
    ...database,
    grantees: [first, grantee({ grantee: "aad_reports" })],
  });
  return report(
    [
      both(database({ ...host("eu"), database: "app" })),
      both(database({ ...host("eu"), database: "billing" })),
      { ...unreached, ...host("us"), database: "*" },
      both({ ...drifting, ...host("asia"), database: "app" }),
      both(database({ ...host("asia"), database: "billing" })),
    ],
    { mode: "check" },
  );
}

/** So many databases for one grantee, on ten servers: one of 111 cannot be reached, and one of 50 has drift. */
export function targets(n: number): Report {
  const [drifting] = drift().databases;
  const [unreached] = error().databases;
  if (!drifting || !unreached) throw new Error("the reports above have one database each");
  return report(
    Array.from({ length: n }, (_, i) => {
      const kind = i % 111 === 50 ? unreached : i % 50 === 7 ? drifting : database();
      const host = `srv-${i % 10}.postgres.database.azure.com`;
      const text = kind.error && sentence`No answer from ${code(host)}.`;
      return {
        ...kind,
        host,
        database: `tenant_${i}`,
        ...(kind.error && text && { error: { ...kind.error, message: text } }),
      };
    }),
  );
}

export const HOSTILE_NAMES = [
  "::error::x",
  "a\n::error title=x::pwned",
  "b\r\n##[error]pwned",
  "##[group]x",
  "%0A::error::x",
  "<img src=x onerror=alert(1)>",
  "](javascript:alert(1))",
  "[x](https://evil.example)",
  "a|b",
  "tick`tick``tick",
  "|`<b>`|",
  "back\\slash\\|pipe",
  "@github/security #1 GH-2 0123456789abcdef",
  "abc\u202etxt.exe\u200b\u00a0",
  "\u0085::error::nel",
  "👩‍👩‍👧‍👦👩‍👩‍👧‍👦",
  "quo\"te's",
  "x; DROP TABLE orders; --",
  "</details></code><script>alert(1)</script>",
  "$a$ **bold** _it_ ~~no~~ :tada: https://evil.example www.evil.example",
  "```\n```sql\nx",
  "\\connect evil",
  " lead and trail ",
  "<!-- x",
];

/** A failure with this text in every place. */
export function hostileFailure(text: string): Failure {
  const each = [sentence`${name(text, text)}: ${code(text)}, ${quoted(text)}`, quoted(text), code(text), name(text)];
  return {
    code: "connection-timed-out",
    message: quoted(text),
    problems: each,
    hint: { parts: each.flatMap(({ parts }) => parts) },
    steps: [...each, ...each, ...each].map((step, i) => ({
      text: step,
      ...(i % 3 > 0 && { command: text }),
    })),
  };
}

/** Every name in a report is one of these: object, schema, owner, login, grantee, database. */
export function hostile(names: readonly string[] = HOSTILE_NAMES): Report {
  const findings = names.map((text, i) => {
    const owner = names[(i + 2) % names.length] ?? text;
    const sql = `GRANT SELECT ON TABLE ${quoteIdentifier(text)} TO "x";`;
    return missing({
      name: text,
      schema: names[(i + 1) % names.length] ?? text,
      owner,
      fix: { as: owner, sql, first: [{ as: text, byMember: true, sql }], note: membership(text) },
    });
  });
  const statements = names.map((text) => `GRANT SELECT ON TABLE ${quoteIdentifier("public", text)} TO "x";`);
  return report(
    names.slice(0, 2).map((first, i) =>
      database({
        database: first,
        user: names.at(-1) ?? first,
        verdict: i === 0 ? "drift" : "error",
        statements,
        fixes: [{ as: first, byMember: true, runnable: false, statements }],
        grantees: [
          grantee({
            grantee: names[3] ?? first,
            verdict: "drift",
            missing: findings,
            granted: findings.map(({ schema, name: table }) =>
              changed({ name: table, ...(schema !== undefined && { schema }) }, ["SELECT"]),
            ),
            extra: findings.map((finding) => ({
              ...finding,
              sources: [{ source: "role" as const, role: finding.owner }],
            })),
            held: findings.map(({ owner: role }) => ({
              source: "role" as const,
              role,
              kind: "table" as const,
              privileges: ["SELECT" as const],
              objects: 3,
            })),
            warnings: names.map((text) => ({
              code: "x",
              message: sentence`View ${name(text)} reads from ${code(text)} and ${quoted(text)}.`,
            })),
          }),
          ...(i === 0 ? [] : [failing(first, hostileFailure(names.join(" ")))]),
        ],
      }),
    ),
  );
}

/** A grantee that could not be checked. */
export function failing(name: string, error: Failure = UNREACHABLE): GranteeReport {
  const objects = { tables: 0, sequences: 0, skipped: 0 };
  return grantee({ grantee: name, verdict: "error", error, objects, held: [] });
}

/** A report of this many tables of three owners; every tenth lacks other privileges. */
export function large(objects: number): Report {
  const findings = Array.from({ length: objects }, (_, i) =>
    missing({
      name: `table_${i}`,
      schema: `tenant_${i % 7}`,
      owner: `owner_${i % 3}`,
      privileges: i % 10 === 0 ? ["SELECT"] : ["SELECT", "INSERT", "UPDATE", "DELETE"],
    }),
  );
  const statements = findings.map(({ schema, name }) => `GRANT SELECT ON TABLE "${schema}"."${name}" TO "aad_orders";`);
  return report([
    database({
      verdict: "drift",
      grantees: [
        grantee({
          verdict: "drift",
          missing: findings,
          objects: { tables: objects, sequences: 0, skipped: 0 },
        }),
      ],
      fixes: [{ as: "owner_0", runnable: false, statements }],
    }),
  ]);
}
