import { describe, expect, test } from "vitest";
import { AS_SESSION_USER } from "../../src/grants/acting-role.ts";
import { membershipSql } from "../../src/grants/membership.ts";
import { type Change, statementsOf, withRoles } from "../../src/grants/statements.ts";
import { quoteIdentifier } from "../../src/text/sql.ts";
import { futureObjects, group, schema, single, snapshot } from "./snapshots.ts";

const { app, owner, login, readers } = snapshot([]).roles;

function changes(of: ReturnType<typeof group>, facts: Partial<Change> = {}): readonly Change[] {
  const [resolved] = snapshot([of]).groups as [Change["group"]];
  return of.members.map((member) => ({
    verb: "GRANT",
    grantee: app,
    group: resolved,
    member,
    privileges: ["SELECT"],
    acting: AS_SESSION_USER,
    ...facts,
  }));
}

function sqlOf(all: readonly Change[]): readonly string[] {
  return statementsOf(all).map(({ sql }) => sql);
}

describe("statements", () => {
  test("name one object on one line", () => {
    expect(sqlOf(changes(group(["orders"])))).toEqual([`GRANT SELECT ON TABLE "public"."orders" TO "app";`]);
    expect(sqlOf(changes(group(["s"], { kind: "sequence" }), { privileges: ["USAGE", "SELECT"] }))).toEqual([
      `GRANT USAGE, SELECT ON SEQUENCE "public"."s" TO "app";`,
    ]);
    expect(sqlOf(changes(single("database", "app db"), { privileges: ["CONNECT"] }))).toEqual([
      `GRANT CONNECT ON DATABASE "app db" TO "app";`,
    ]);
    expect(sqlOf(changes(single("schema", "Sales"), { privileges: ["USAGE"] }))).toEqual([
      `GRANT USAGE ON SCHEMA "Sales" TO "app";`,
    ]);
    const overloads = group(["f", "f"], { kind: "function" });
    const members = overloads.members.map((member, n) => ({
      ...member,
      arguments: n === 0 ? "" : "integer",
    }));
    expect(sqlOf(changes({ ...overloads, members }, { privileges: ["EXECUTE"] }))).toEqual([
      `GRANT EXECUTE ON ROUTINE\n  "public"."f"(),\n  "public"."f"(integer)\nTO "app";`,
    ]);
    expect(sqlOf(changes(group(["orders"]), { to: readers }))).toEqual([
      `GRANT SELECT ON TABLE "public"."orders" TO "readers";`,
    ]);
    expect(sqlOf(changes(group(["orders"]), { verb: "REVOKE", privileges: ["DELETE"] }))).toEqual([
      `REVOKE DELETE ON TABLE "public"."orders" FROM "app";`,
    ]);
  });

  test("combine all kinds of tables with the same privileges", () => {
    const kinds = ["table", "partitioned-table", "view", "materialized-view", "foreign-table"] as const;
    const all = kinds.flatMap((kind, n) => changes(group([kind], { kind, from: n })));
    expect(sqlOf([...all, ...changes(group(["other"]), { privileges: ["SELECT", "INSERT"] })])).toEqual([
      `GRANT SELECT ON TABLE
  "public"."table",
  "public"."partitioned-table",
  "public"."view",
  "public"."materialized-view",
  "public"."foreign-table"
TO "app";`,
      `GRANT SELECT, INSERT ON TABLE "public"."other" TO "app";`,
    ]);
  });

  test("are separate for different verbs, grantees, kinds and acting roles", () => {
    const table = group(["t"]);
    const all = [
      ...changes(table),
      ...changes(table, { verb: "REVOKE" }),
      ...changes(table, { grantee: readers }),
      ...changes(group(["s"], { kind: "sequence" })),
      ...changes(table, { acting: { as: owner, oneByOne: false } }),
    ];
    expect(statementsOf(all)).toEqual([
      { as: null, sql: `GRANT SELECT ON TABLE "public"."t" TO "app";` },
      { as: null, sql: `REVOKE SELECT ON TABLE "public"."t" FROM "app";` },
      { as: null, sql: `GRANT SELECT ON TABLE "public"."t" TO "readers";` },
      { as: null, sql: `GRANT SELECT ON SEQUENCE "public"."s" TO "app";` },
      { as: owner, sql: `GRANT SELECT ON TABLE "public"."t" TO "app";` },
    ]);
  });

  test("have one privilege each when grant options can come from several roles", () => {
    expect(
      sqlOf(
        changes(group(["a", "b"]), {
          privileges: ["SELECT", "INSERT"],
          acting: { as: null, oneByOne: true },
        }),
      ),
    ).toEqual([
      `GRANT SELECT ON TABLE\n  "public"."a",\n  "public"."b"\nTO "app";`,
      `GRANT INSERT ON TABLE\n  "public"."a",\n  "public"."b"\nTO "app";`,
    ]);
  });

  test("set default privileges for each creator and kind of object", () => {
    const other = schema("Sales", { oid: "2300" });
    const all = [
      ...changes(futureObjects("tables"), { privileges: ["SELECT", "INSERT"] }),
      ...changes(futureObjects("tables", { schema: other }), { privileges: ["SELECT", "INSERT"] }),
      ...changes(futureObjects("sequences"), { privileges: ["USAGE"] }),
    ];
    expect(sqlOf(all)).toEqual([
      `ALTER DEFAULT PRIVILEGES FOR ROLE "owner" IN SCHEMA "public", "Sales" GRANT SELECT, INSERT ON TABLES TO "app";`,
      `ALTER DEFAULT PRIVILEGES FOR ROLE "owner" IN SCHEMA "public" GRANT USAGE ON SEQUENCES TO "app";`,
    ]);
  });

  test("quote every kind of hostile name", () => {
    const hostile = `x"; DROP TABLE users; --\n'`;
    const all = changes(group([hostile], { schema: schema(hostile) }), {
      grantee: { ...app, name: hostile },
      acting: { as: { ...owner, name: hostile }, oneByOne: false },
    });
    const quoted = `"x""; DROP TABLE users; --\n'"`;
    expect(withRoles(statementsOf(all))).toEqual([
      `SET LOCAL ROLE ${quoted};`,
      `GRANT SELECT ON TABLE ${quoted}.${quoted} TO ${quoted};`,
    ]);
    const next = changes(futureObjects("tables", { schema: schema(hostile) }));
    const theirs = next.map((change) => ({
      ...change,
      group: { ...change.group, owner: { ...owner, name: hostile } },
    }));
    expect(sqlOf(theirs)).toEqual([
      `ALTER DEFAULT PRIVILEGES FOR ROLE ${quoted} IN SCHEMA ${quoted} GRANT SELECT ON TABLES TO "app";`,
    ]);
    expect(quoteIdentifier("select")).toBe(`"select"`);
  });

  test("begin with the acting role, and set it again only when it changes", () => {
    const [a, b, c] = ["a", "b", "c"].map((sql) => sql) as [string, string, string];
    expect(
      withRoles([
        { as: null, sql: a },
        { as: null, sql: b },
        { as: owner, sql: c },
        { as: owner, sql: a },
        { as: null, sql: b },
      ]),
    ).toEqual(["SET LOCAL ROLE NONE;", "a", "b", `SET LOCAL ROLE "owner";`, "c", "a", "SET LOCAL ROLE NONE;", "b"]);
    expect(withRoles([])).toEqual([]);
  });

  test("grant membership in the version's syntax", () => {
    expect(membershipSql(owner, login, 150004)).toBe(`GRANT "owner" TO "login";`);
    expect(membershipSql(owner, login, 160000)).toBe(`GRANT "owner" TO "login" WITH INHERIT TRUE, SET TRUE;`);
  });
});
