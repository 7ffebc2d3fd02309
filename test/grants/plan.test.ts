import { describe, expect, test } from "vitest";
import { driftOf } from "../../src/grants/drift.ts";
import { batchesOf, type Plan, planGrants, planRevokes } from "../../src/grants/plan.ts";
import { statementsOf, withRoles } from "../../src/grants/statements.ts";
import type { Demand } from "../../src/model/demand.ts";
import type { Snapshot } from "../../src/model/snapshot.ts";
import {
  ACTING,
  demand,
  entry,
  group,
  held,
  oidOf,
  role,
  schema,
  single,
  snapshot,
  tomorrow,
} from "./snapshots.ts";

const app = role("app");

function grantsIn(seen: Snapshot, asked: Demand = demand()): Plan {
  return planGrants(seen, driftOf(seen, asked, app).missing);
}

function revokesIn(seen: Snapshot): Plan {
  const { extra, extraOnColumns } = driftOf(seen, demand(), app);
  return planRevokes(seen, extra, extraOnColumns);
}

/** The plan as a person would run it, and what it has no way for. */
function told({ changes, hopeless }: Plan) {
  return {
    sql: batchesOf(changes).flatMap((batch) => withRoles(statementsOf(batch))),
    hopeless: hopeless.map(({ change, reason }) => `${change.member.name} ${change.privileges}: ${reason}`),
  };
}

const GRANT = `GRANT SELECT, INSERT ON TABLE "public"."t" TO "app";`;

describe("planned grants", () => {
  test.each([
    [
      "the owner itself",
      [role("login", { inherited: true })],
      { owner: oidOf("login") },
      ["SET LOCAL ROLE NONE;", GRANT],
    ],
    [
      "a member with the owner's rights",
      [role("owner", { inherited: true })],
      {},
      ["SET LOCAL ROLE NONE;", GRANT],
    ],
    [
      "a member that can become the owner",
      [role("owner", { settable: true })],
      {},
      [`SET LOCAL ROLE "owner";`, GRANT],
    ],
    ["a member that can do both", ACTING, {}, ["SET LOCAL ROLE NONE;", GRANT]],
  ])("are made as %s", (_, roles, facts, sql) => {
    expect(told(grantsIn(snapshot([group(["t"], facts)], {}, roles)))).toEqual({ sql, hopeless: [] });
  });

  test("are nobody's without the owner's rights or the grant option", () => {
    const seen = snapshot([
      group(["t"], { acl: [entry("owner", "login", "SELECT"), entry("owner", "PUBLIC", "INSERT")] }),
    ]);
    expect(told(grantsIn(seen))).toEqual({ sql: [], hopeless: ["t SELECT,INSERT: not-owner"] });
  });

  test("use each grant option there is, and leave the rest", () => {
    const acl = [entry("owner", "readers", "SELECT", true), entry("owner", "writers", "INSERT", true)];
    const readers = role("readers", { inherited: true });
    const seen = snapshot([group(["t"], { acl })], {}, [readers]);
    expect(told(grantsIn(seen))).toEqual({
      sql: ["SET LOCAL ROLE NONE;", `GRANT SELECT ON TABLE "public"."t" TO "app";`],
      hopeless: ["t INSERT: not-owner"],
    });
    const both = snapshot([group(["t"], { acl })], {}, [readers, role("writers", { settable: true })]);
    expect(told(grantsIn(both))).toEqual({
      sql: [
        "SET LOCAL ROLE NONE;",
        `GRANT SELECT ON TABLE "public"."t" TO "app";`,
        `SET LOCAL ROLE "writers";`,
        `GRANT INSERT ON TABLE "public"."t" TO "app";`,
      ],
      hopeless: [],
    });
  });

  test("are made as who may use the schema", () => {
    const only = (...names: Parameters<typeof oidOf>[0][]) =>
      schema("public", { usableBy: new Set(names.map(oidOf)) });
    const seen = (
      of: ReturnType<typeof only>,
      roles: Snapshot["roles"] extends never ? never : Parameters<typeof snapshot>[2],
    ) => told(grantsIn(snapshot([group(["t"], { schema: of })], {}, roles)));
    expect(seen(only("owner"), [role("owner", { inherited: false, settable: true })]).sql).toEqual([
      `SET LOCAL ROLE "owner";`,
      GRANT,
    ]);
    expect(seen(only("login"), [role("owner", { settable: true })])).toEqual({
      sql: [],
      hopeless: ["t SELECT,INSERT: owner-lacks-usage"],
    });
    expect(seen(only("login"), ACTING).sql).toEqual(["SET LOCAL ROLE NONE;", GRANT]);
  });

  test("need no USAGE for the schema itself, the database, and what is to come", () => {
    const closed = schema("public", { usableBy: new Set() });
    const seen = snapshot(
      [single("database", "shop"), single("schema", "public"), tomorrow("tables", { schema: closed })],
      {},
      ACTING,
    );
    expect(told(grantsIn(seen)).hopeless).toEqual([]);
  });
});

describe("planned revokes", () => {
  const extra = (
    facts: Parameters<typeof group>[1],
    roles: Parameters<typeof snapshot>[2] = ACTING,
    more: Partial<Snapshot> = {},
  ) => snapshot([group(["t"], { held: held("SELECT", "INSERT", "DELETE"), ...facts })], more, roles);
  const REVOKE = `REVOKE DELETE ON TABLE "public"."t" FROM "app";`;

  test("take what was granted to the grantee itself", () => {
    const seen = extra({ acl: [entry("owner", "app", "DELETE"), entry("owner", "app", "SELECT")] });
    expect(told(revokesIn(seen))).toEqual({ sql: [`SET LOCAL ROLE "owner";`, REVOKE], hopeless: [] });
  });

  test("have no way for what comes by a role or PUBLIC", () => {
    const seen = extra({ acl: [entry("owner", "readers", "DELETE"), entry("owner", "PUBLIC", "DELETE")] });
    expect(told(revokesIn(seen))).toEqual({ sql: [], hopeless: ["t DELETE: not-direct"] });
  });

  test("are made grantor by grantor, and not for one this login cannot act as", () => {
    const acl = [
      entry("owner", "app", "DELETE"),
      entry("readers", "app", "DELETE"),
      entry("writers", "app", "DELETE"),
    ];
    const seen = extra({ acl }, [...ACTING, role("readers", { settable: true })]);
    expect(told(revokesIn(seen))).toEqual({
      sql: [`SET LOCAL ROLE "readers";`, REVOKE, `SET LOCAL ROLE "owner";`, REVOKE],
      hopeless: ["t DELETE: other-grantor"],
    });
  });

  test("go by the owner's rights alone only where no grant option of another role comes first", () => {
    const inheriting = [role("owner", { inherited: true })];
    const granted = entry("owner", "app", "DELETE");
    const ownersOwn = extra({ acl: [granted, entry("owner", "owner", "DELETE", true)] }, inheriting);
    expect(told(revokesIn(ownersOwn))).toEqual({ sql: [`SET LOCAL ROLE NONE;`, REVOKE], hopeless: [] });
    const logins = extra({ acl: [granted, entry("owner", "login", "DELETE", true)] }, inheriting);
    expect(told(revokesIn(logins)).sql).toEqual([]);
    const superuser = [...inheriting, role("login", { superuser: true, inherited: true })];
    const asSuperuser = extra({ acl: [granted, entry("owner", "login", "DELETE", true)] }, superuser);
    expect(told(revokesIn(asSuperuser)).sql).toEqual([`SET LOCAL ROLE NONE;`, REVOKE]);
  });

  test("leave a privilege that is held on columns too", () => {
    const facts = {
      held: held("SELECT", "INSERT", "DELETE", "UPDATE"),
      acl: [entry("owner", "app", "DELETE"), entry("owner", "app", "UPDATE")],
    };
    const [of] = extra(facts).groups;
    if (of === undefined) throw new Error("no group");
    const [member] = of.members;
    if (member === undefined) throw new Error("no member");
    const columns = [{ group: of, member, grantee: oidOf("app"), privileges: ["UPDATE"] as const }];
    expect(told(revokesIn(extra(facts, ACTING, { columns })))).toEqual({
      sql: [`SET LOCAL ROLE "owner";`, REVOKE],
      hopeless: ["t UPDATE: column-privileges"],
    });
  });
});

describe("batches", () => {
  test("begin with the way there, end with what is to come, then take away, and go by oid as a number", () => {
    const seen = snapshot(
      [
        tomorrow("tables"),
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
    expect(
      batchesOf(changes).map((batch) => batch.map(({ verb, member }) => `${verb} ${member.name}`)),
    ).toEqual([
      ["GRANT public"],
      ["GRANT second", "GRANT ninth", "GRANT tenth"],
      ["GRANT tables"],
      ["REVOKE more"],
    ]);
  });

  test("take back what a grant option gave before what the owner gave", () => {
    const seen = snapshot(
      [
        group(["t"], {
          held: held("SELECT", "INSERT", "DELETE"),
          acl: [entry("owner", "app", "DELETE", true), entry("readers", "app", "DELETE")],
        }),
      ],
      {},
      [...ACTING, role("readers", { settable: true })],
    );
    expect(batchesOf(revokesIn(seen).changes).map((batch) => batch.map(({ as }) => as?.name))).toEqual([
      ["readers"],
      ["owner"],
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
