import type {
  Changed,
  DatabaseReport,
  Extra,
  GranteeReport,
  Missing,
  Mode,
  Named,
  Report,
} from "../../src/model/report.ts";

/** Reports of every verdict, as a run would make them: what the tests and the screenshots show. */

export function report(databases: readonly DatabaseReport[], overrides: Partial<Report> = {}): Report {
  const order = ["in-sync", "repaired", "drift", "error"] as const;
  const worst = Math.max(0, ...databases.map(({ verdict }) => order.indexOf(verdict)));
  return { version: 1, mode: "apply", verdict: order[worst] ?? "in-sync", databases, ...overrides };
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
    mending: [],
    ...overrides,
  };
}

export function grantee(overrides: Partial<GranteeReport> = {}): GranteeReport {
  return {
    grantee: "aad_orders",
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
  const type = object.kind === "sequence" ? "SEQUENCE" : "TABLE";
  const sql = `GRANT ${object.privileges.join(", ")} ON ${type} "${object.schema}"."${object.name}" TO "aad_orders";`;
  const member = 'GRANT "migrator" TO "ci-admin" WITH INHERIT TRUE, SET TRUE;';
  const fix = `Run as ${object.owner}: \`${sql}\` Or let ci-admin act for it: \`${member}\` (an administrator of it may)`;
  const { schema, kind, ...rest } = { fix, ...object };
  const inSchema = kind === "database" || kind === "schema" ? {} : { schema };
  return { kind, ...inSchema, ...rest };
}

export function extra(overrides: Partial<Extra> = {}): Extra {
  return {
    ...missing({ privileges: ["DELETE"], reason: "not-granted", fix: "Run with `on-extra: revoke`." }),
    sources: [{ source: "direct" }],
    ...overrides,
  };
}

function changed(object: Partial<Named>, privileges: Changed["privileges"]): Changed {
  return { kind: "table", schema: "public", name: "orders", owner: "migrator", privileges, ...object };
}

const MENDING = {
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
                message:
                  "Row-level security on `public.invoices` has no policy for `aad_orders`: it sees no row of it.",
              },
            ],
          }),
        ],
        mending: [MENDING],
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
        statements: [
          'GRANT INSERT, UPDATE ON TABLE "public"."customers", "public"."invoices" TO "aad_orders";',
        ],
        mending: [
          {
            as: "ci-admin",
            runnable: true,
            statements: [
              'GRANT INSERT, UPDATE ON TABLE "public"."customers", "public"."invoices" TO "aad_orders";',
            ],
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

export const UNREACHABLE = {
  code: "unreachable",
  message:
    "The server `orders-prod.postgres.database.azure.com` did not answer on port 5432 within 15 seconds.",
  hint: "Most often its firewall does not let this runner in. Open it with:\n`az postgres flexible-server firewall-rule create --resource-group GROUP --name orders-prod --rule-name runner --start-ip-address IP`",
};

export function error(): Report {
  const { serverVersion: _, ...unreached } = database({ verdict: "error", grantees: [], error: UNREACHABLE });
  return report([unreached]);
}

export function badInput(): Report {
  return report([], {
    verdict: "error",
    error: {
      code: "bad-input",
      message:
        "The inputs have 2 mistakes:\n`grantee` is missing.\n`mode` is `aply`; it takes `apply`, `check` or `plan`.",
      hint: "Mend them in the step's `with:`.",
    },
  });
}

/** Many databases, one of them unreachable, two with the same drift, one repaired. */
export function many(): Report {
  const [drifting] = drift().databases;
  const [mended] = repaired().databases;
  const [unreached] = error().databases;
  if (!drifting || !mended || !unreached) throw new Error("the reports above have one database each");
  return report([
    { ...drifting, database: "tenant_a" },
    { ...drifting, database: "tenant_b" },
    { ...mended, database: "tenant_c" },
    database({ database: "tenant_d" }),
    { ...unreached, database: "Billing Archive" },
  ]);
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

/** Every name in a report is one of these: object, schema, owner, login, grantee, database. */
export function hostile(names: readonly string[] = HOSTILE_NAMES): Report {
  const findings = names.map((name, i) =>
    missing({
      name,
      schema: names[(i + 1) % names.length] ?? name,
      owner: names[(i + 2) % names.length] ?? name,
      fix: `Run as ${name}: GRANT SELECT ON TABLE "${name.replaceAll('"', '""')}" TO "x";`,
    }),
  );
  return report(
    names.slice(0, 2).map((name) =>
      database({
        database: name,
        user: names.at(-1) ?? name,
        verdict: "drift",
        statements: findings.map(({ fix }) => fix),
        mending: [
          {
            as: name,
            runnable: false,
            statements: findings.map(
              (object) => `GRANT SELECT ON TABLE "public"."${object.name.replaceAll('"', '""')}" TO "x";`,
            ),
          },
        ],
        grantees: [
          grantee({
            grantee: names[3] ?? name,
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
              message: `View "${text}" reads from \`${text}\` and ${text}.`,
            })),
          }),
        ],
      }),
    ),
  );
}

/** So many tables missing, of a few owners, every tenth with other privileges. */
export function large(objects: number): Report {
  const findings = Array.from({ length: objects }, (_, i) => {
    const name = `table_${i}`;
    return missing({
      name,
      schema: `tenant_${i % 7}`,
      owner: `owner_${i % 3}`,
      privileges: i % 10 === 0 ? ["SELECT"] : ["SELECT", "INSERT", "UPDATE", "DELETE"],
      fix: `Run as owner_${i % 3}: GRANT SELECT ON TABLE tenant_${i % 7}.${name} TO aad_orders;`,
    });
  });
  const statements = findings.map(
    ({ schema, name }) => `GRANT SELECT ON TABLE "${schema}"."${name}" TO "aad_orders";`,
  );
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
      mending: [{ as: "owner_0", runnable: false, statements }],
    }),
  ]);
}
