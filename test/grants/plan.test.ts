import { describe, expect, test } from "vitest";
import { assess } from "../../src/grants/assess.ts";
import { batchesOf } from "../../src/grants/batches.ts";
import type { Plan } from "../../src/grants/plan.ts";
import { statementsOf, withRoles } from "../../src/grants/statements.ts";
import type { Demand } from "../../src/model/demand.ts";
import {
  ACTING,
  columnsOf,
  demand,
  entry,
  futureObjects,
  group,
  held,
  role,
  type Seen,
  schema,
  single,
  snapshot,
} from "./snapshots.ts";

function grantsIn(seen: Seen, asked: Demand = demand()): Plan {
  return assess(seen, asked, ["app"]).grants;
}

function revokesIn(seen: Seen): Plan {
  return assess(seen, demand(), ["app"]).revokes;
}

/** The plan as a person would run it, and what blocks the rest. */
function written({ changes, blocked }: Plan) {
  return {
    sql: batchesOf(changes).flatMap((batch) => withRoles(statementsOf(batch))),
    blocked: blocked.map(({ change, reason }) => `${change.member.name} ${change.privileges}: ${reason}`),
  };
}

const GRANT = `GRANT SELECT, INSERT ON TABLE "public"."t" TO "app";`;

describe("planned grants", () => {
  test.each<readonly [string, Parameters<typeof snapshot>[2], Parameters<typeof group>[1], readonly string[]]>([
    ["the owner itself", [role("login", { inherited: true })], { owner: "login" }, ["SET LOCAL ROLE NONE;", GRANT]],
    [
      "a member that inherits from the owner",
      [role("owner", { inherited: true })],
      {},
      ["SET LOCAL ROLE NONE;", GRANT],
    ],
    [
      "a member that can set the role of the owner",
      [role("owner", { settable: true })],
      {},
      [`SET LOCAL ROLE "owner";`, GRANT],
    ],
    ["a member that can do both", ACTING, {}, ["SET LOCAL ROLE NONE;", GRANT]],
  ])("run as %s", (_, roles, facts, sql) => {
    expect(written(grantsIn(snapshot([group(["t"], facts)], {}, roles)))).toEqual({ sql, blocked: [] });
  });

  test("are blocked without the privileges of the owner or the grant option", () => {
    const seen = snapshot([
      group(["t"], { acl: [entry("owner", "login", "SELECT"), entry("owner", "PUBLIC", "INSERT")] }),
    ]);
    expect(written(grantsIn(seen))).toEqual({ sql: [], blocked: ["t SELECT,INSERT: not-owner"] });
  });

  test("use every grant option, and block the rest", () => {
    const acl = [entry("owner", "readers", "SELECT", true), entry("owner", "writers", "INSERT", true)];
    const readers = role("readers", { inherited: true });
    const seen = snapshot([group(["t"], { acl })], {}, [readers]);
    expect(written(grantsIn(seen))).toEqual({
      sql: ["SET LOCAL ROLE NONE;", `GRANT SELECT ON TABLE "public"."t" TO "app";`],
      blocked: ["t INSERT: not-owner"],
    });
    const both = snapshot([group(["t"], { acl })], {}, [readers, role("writers", { settable: true })]);
    expect(written(grantsIn(both))).toEqual({
      sql: [
        "SET LOCAL ROLE NONE;",
        `GRANT SELECT ON TABLE "public"."t" TO "app";`,
        `SET LOCAL ROLE "writers";`,
        `GRANT INSERT ON TABLE "public"."t" TO "app";`,
      ],
      blocked: [],
    });
  });

  test("run as a role with USAGE on the schema", () => {
    const only = (name: "owner" | "login") => schema("public", { usableBy: [name] });
    const seen = (of: ReturnType<typeof only>, roles: Parameters<typeof snapshot>[2]) =>
      written(grantsIn(snapshot([group(["t"], { schema: of })], {}, roles)));
    expect(seen(only("owner"), [role("owner", { inherited: false, settable: true })]).sql).toEqual([
      `SET LOCAL ROLE "owner";`,
      GRANT,
    ]);
    expect(seen(only("login"), [role("owner", { settable: true })])).toEqual({
      sql: [],
      blocked: ["t SELECT,INSERT: owner-lacks-usage"],
    });
    expect(seen(only("login"), ACTING).sql).toEqual(["SET LOCAL ROLE NONE;", GRANT]);
  });

  test("do not need USAGE for the schema itself, the database or future objects", () => {
    const closed = schema("public", { usableBy: [] });
    const seen = snapshot(
      [single("database", "shop"), single("schema", "public"), futureObjects("tables", { schema: closed })],
      {},
      ACTING,
    );
    expect(written(grantsIn(seen)).blocked).toEqual([]);
  });
});

describe("planned revokes", () => {
  const extra = (
    facts: Parameters<typeof group>[1],
    roles: Parameters<typeof snapshot>[2] = ACTING,
    more: Parameters<typeof snapshot>[1] = {},
  ) => snapshot([group(["t"], { held: held("SELECT", "INSERT", "DELETE"), ...facts })], more, roles);
  const REVOKE = `REVOKE DELETE ON TABLE "public"."t" FROM "app";`;

  test("revoke what was granted directly to the grantee", () => {
    const seen = extra({ acl: [entry("owner", "app", "DELETE"), entry("owner", "app", "SELECT")] });
    expect(written(revokesIn(seen))).toEqual({ sql: [`SET LOCAL ROLE "owner";`, REVOKE], blocked: [] });
  });

  test("are one statement for objects with the same ACL", () => {
    const acl = [entry("owner", "app", "DELETE")];
    const seen = snapshot([group(["t", "u"], { held: held("SELECT", "INSERT", "DELETE"), acl })], {}, ACTING);
    expect(written(revokesIn(seen)).sql[1]?.replace(/\s+/g, " ")).toBe(
      `REVOKE DELETE ON TABLE "public"."t", "public"."u" FROM "app";`,
    );
  });

  test("are blocked for what comes through a role or PUBLIC", () => {
    const seen = extra({ acl: [entry("owner", "readers", "DELETE"), entry("owner", "PUBLIC", "DELETE")] });
    expect(written(revokesIn(seen))).toEqual({ sql: [], blocked: ["t DELETE: not-direct"] });
  });

  test("run as each grantor, unless this login cannot act as the grantor", () => {
    const acl = [
      entry("owner", "app", "DELETE"),
      entry("owner", "readers", "DELETE", true),
      entry("owner", "writers", "DELETE", true),
      entry("readers", "app", "DELETE"),
      entry("writers", "app", "DELETE"),
    ];
    const seen = extra({ acl }, [...ACTING, role("readers", { settable: true })]);
    expect(written(revokesIn(seen))).toEqual({
      sql: [`SET LOCAL ROLE "owner";`, REVOKE, `SET LOCAL ROLE "readers";`, REVOKE],
      blocked: ["t DELETE: other-grantor"],
    });
  });

  test("use the owner's inherited privileges only where no grant option takes precedence", () => {
    const inheriting = [role("owner", { inherited: true })];
    const granted = entry("owner", "app", "DELETE");
    const ownersOwn = extra({ acl: [granted, entry("owner", "owner", "DELETE", true)] }, inheriting);
    expect(written(revokesIn(ownersOwn))).toEqual({ sql: [`SET LOCAL ROLE NONE;`, REVOKE], blocked: [] });
    const logins = extra({ acl: [granted, entry("owner", "login", "DELETE", true)] }, inheriting);
    expect(written(revokesIn(logins)).sql).toEqual([]);
    const superuser = [...inheriting, role("login", { superuser: true, inherited: true })];
    const asSuperuser = extra({ acl: [granted, entry("owner", "login", "DELETE", true)] }, superuser);
    expect(written(revokesIn(asSuperuser)).sql).toEqual([`SET LOCAL ROLE NONE;`, REVOKE]);
  });

  const onTable = {
    held: held("SELECT", "INSERT", "DELETE", "UPDATE"),
    acl: [entry("owner", "app", "DELETE"), entry("owner", "app", "UPDATE")],
  };
  const onColumn = (grantee: "app" | "readers" | "PUBLIC") => {
    const of = group(["t"], onTable);
    const columns = [columnsOf(of, { ...entry("owner", grantee, "UPDATE"), column: "a" })];
    const readers = role("readers", { inheritedBy: ["app"] });
    return written(revokesIn(snapshot([of], { columns }, [...ACTING, readers])));
  };

  test("leave a privilege that the grantee also holds by a separate column grant", () => {
    expect(onColumn("app")).toEqual({
      sql: [`SET LOCAL ROLE "owner";`, REVOKE],
      blocked: ["t UPDATE: column-privileges", "t UPDATE: column-privileges"],
    });
  });

  test("name all columns on which one role granted a privilege, and no others", () => {
    const of = group(["t"], { held: held("SELECT", "INSERT") });
    const on = (column: string, grantor: "owner" | "readers") => [
      { ...entry("owner", "readers", "UPDATE", true), column },
      { ...entry(grantor, "app", "UPDATE"), column },
    ];
    const items = [...on("a", "owner"), ...on("b", "readers"), ...on("c", "owner"), ...on("d", "readers")];
    const readers = role("readers", { settable: true });
    const { blocked } = revokesIn(snapshot([of], { columns: [columnsOf(of, ...items)] }, [...ACTING, readers]));
    expect(blocked.map(({ change }) => [change.grantor?.name, change.columns])).toEqual([
      ["owner", ["a", "c"]],
      ["readers", ["b", "d"]],
    ]);
  });

  test.each(["readers", "PUBLIC"] as const)("revoke when the column grant belongs to %s", (grantee) => {
    expect(onColumn(grantee)).toEqual({
      sql: [`SET LOCAL ROLE "owner";`, `REVOKE UPDATE, DELETE ON TABLE "public"."t" FROM "app";`],
      blocked: ["t UPDATE: not-direct"],
    });
  });

  test("leave what the grantee granted to others, and only that", () => {
    const facts = {
      held: held("SELECT", "INSERT", "DELETE", "UPDATE"),
      acl: [
        entry("owner", "app", "DELETE", true),
        entry("owner", "app", "UPDATE", true),
        entry("app", "stranger", "DELETE"),
        entry("app", "PUBLIC", "DELETE"),
      ],
    };
    const plan = revokesIn(extra(facts));
    expect(written(plan)).toEqual({
      sql: [`SET LOCAL ROLE "owner";`, `REVOKE UPDATE ON TABLE "public"."t" FROM "app";`],
      blocked: ["t DELETE: not-direct", "t DELETE: dependent-privileges"],
    });
    expect(plan.blocked.map(({ change }) => change.grantedTo)).toEqual([undefined, ["PUBLIC", "stranger"]]);
  });

  test("leave each grant option with which the grantee granted the privilege, and revoke it without the option", () => {
    const acl = [
      entry("owner", "readers", "DELETE", true),
      entry("readers", "app", "DELETE"),
      entry("owner", "app", "DELETE", true),
      entry("app", "stranger", "DELETE"),
    ];
    expect(written(revokesIn(extra({ acl }, [...ACTING, role("readers", { settable: true })])))).toEqual({
      sql: [`SET LOCAL ROLE "readers";`, REVOKE],
      blocked: ["t DELETE: dependent-privileges"],
    });
  });

  test("leave what the grantee granted to others as a member of the owner too", () => {
    const acl = [entry("owner", "app", "DELETE", true), entry("app", "stranger", "DELETE")];
    const owner = role("owner", { settable: true, inheritedBy: ["app"] });
    expect(written(revokesIn(extra({ acl }, [owner]))).blocked).toContain("t DELETE: dependent-privileges");
  });

  test("run as a role with the grantor's privileges unless the server could choose another grantor", () => {
    const acl = [entry("owner", "app", "DELETE"), entry("owner", "readers", "DELETE", true)];
    const through = (...names: ("owner" | "readers")[]) => [
      role("writers", { settable: true }),
      ...names.map((each) => role(each, { viaRoles: ["writers"] })),
    ];
    expect(written(revokesIn(extra({ acl }, through("owner")))).sql).toEqual([`SET LOCAL ROLE "writers";`, REVOKE]);
    expect(written(revokesIn(extra({ acl }, through("owner", "readers")))).blocked).toEqual([
      "t DELETE: other-grantor",
    ]);
  });

  test("are blocked for grants of a role that no longer exists", () => {
    const gone = role("stranger", { gone: true });
    const seen = extra({ acl: [entry("stranger", "app", "DELETE")] }, [gone]);
    expect(written(revokesIn(seen)).blocked).toEqual(["t DELETE: role-gone"]);
  });
});

describe("batches", () => {
  test("are ordered: schemas, objects by numeric OID, future objects, revokes", () => {
    const seen = snapshot(
      [
        futureObjects("tables"),
        group(["ninth"], { from: 9 }),
        group(["tenth"], { from: 10 }),
        group(["second"], { kind: "sequence", from: 2 }),
        group(["more"], {
          from: 1,
          held: held("SELECT", "INSERT", "DELETE"),
          acl: [entry("owner", "app", "DELETE")],
        }),
        single("schema", "public"),
      ],
      {},
      ACTING,
    );
    const changes = [...revokesIn(seen).changes, ...grantsIn(seen).changes];
    expect(batchesOf(changes).map((batch) => batch.map(({ verb, member }) => `${verb} ${member.name}`))).toEqual([
      ["GRANT public"],
      ["GRANT second", "GRANT ninth", "GRANT tenth"],
      ["GRANT tables"],
      ["REVOKE more"],
    ]);
  });

  test("have at most 500 objects", () => {
    const names = Array.from({ length: 1_001 }, (_, n) => `t${n}`);
    const { changes } = grantsIn(snapshot([group(names)], {}, ACTING));
    expect(batchesOf(changes).map((batch) => batch.length)).toEqual([500, 500, 1]);
    expect(batchesOf(changes).flatMap((batch) => batch.map(({ member }) => member.name))).toEqual(names);
    expect(batchesOf([])).toEqual([]);
  });
});
