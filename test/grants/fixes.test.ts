import { describe, expect, test } from "vitest";
import { AS_SESSION_USER } from "../../src/grants/acting-role.ts";
import { assess } from "../../src/grants/assess.ts";
import { fixBlocks, fixFor } from "../../src/grants/fixes.ts";
import { nothingDone } from "../../src/grants/outcome.ts";
import type { Blocked } from "../../src/grants/plan.ts";
import type { Change } from "../../src/grants/statements.ts";
import { conclude } from "../../src/grants/verdict.ts";
import type { Demand } from "../../src/model/demand.ts";
import type { Reason } from "../../src/model/reasons.ts";
import type { Group, Member } from "../../src/model/snapshot.ts";
import { plain } from "../../src/render/pen.ts";
import {
  ACTING,
  demand,
  entry,
  futureObjects,
  group,
  held,
  role,
  SERVER,
  type Seen,
  schema,
  single,
  snapshot,
} from "./snapshots.ts";

function fixesIn(seen: Seen, asked: Demand = demand()) {
  const assessment = assess(seen, asked, ["app"]);
  return conclude(assessment, assessment, nothingDone()).fixes;
}

function blocks(seen: Seen, asked: Demand = demand()) {
  return fixesIn(seen, asked).map(({ as, byMember, runnable, statements }) => [
    runnable ? as : `# ${byMember ? "a member of " : ""}${as}`,
    ...statements,
  ]);
}

/** The login, whose sessions begin as another role. */
const ELSEWHERE = role("login", { roleSet: true });

const AGAIN = "Run this step again. If that changes nothing, an event trigger or an extension refuses the change.";
const GRANT = `GRANT SELECT, INSERT ON TABLE "public"."t" TO "app";`;

describe("the SQL that fixes drift", () => {
  test("is empty when nothing is missing", () => {
    expect(blocks(snapshot([group(["t"], { held: held("SELECT", "INSERT") })]))).toEqual([]);
  });

  test("is one statement without a transaction when one is enough", () => {
    expect(blocks(snapshot([group(["t"])], {}, ACTING))).toEqual([["login", GRANT]]);
  });

  test("uses transactions, with schemas first and future objects last", () => {
    expect(blocks(snapshot([futureObjects("tables"), group(["t"]), single("schema", "public")], {}, ACTING))).toEqual([
      [
        "login",
        "BEGIN;",
        `GRANT USAGE ON SCHEMA "public" TO "app";`,
        "COMMIT;",
        "BEGIN;",
        GRANT,
        "COMMIT;",
        "BEGIN;",
        `ALTER DEFAULT PRIVILEGES FOR ROLE "owner" IN SCHEMA "public" GRANT SELECT, INSERT ON TABLES TO "app";`,
        "COMMIT;",
      ],
    ]);
  });

  test("sets the role that it needs, also when the login's sessions begin as another role", () => {
    const roles = [role("owner", { settable: true })];
    expect(blocks(snapshot([group(["t"])], {}, roles))).toEqual([
      ["login", "BEGIN;", `SET LOCAL ROLE "owner";`, GRANT, "COMMIT;"],
    ]);
    expect(blocks(snapshot([group(["t"])], {}, [...ACTING, ELSEWHERE]))).toEqual([
      ["login", "BEGIN;", "SET LOCAL ROLE NONE;", GRANT, "COMMIT;"],
    ]);
  });

  test("starts as the login itself in every block of a login whose sessions begin as another role", () => {
    const closed = (owner: "stranger" | "login") => schema("closed", { owner: owner, usableBy: [] });
    const GRANT_IN = `GRANT SELECT, INSERT ON TABLE "closed"."t" TO "app";`;
    const ofLogin = group(["t"], { schema: closed("stranger"), owner: "login" });
    expect(blocks(snapshot([ofLogin], {}, [ELSEWHERE]))).toEqual([
      ["# stranger", `GRANT USAGE ON SCHEMA "closed" TO "login";`],
      ["# login", "BEGIN;", "SET LOCAL ROLE NONE;", GRANT_IN, "COMMIT;"],
    ]);
    expect(blocks(snapshot([group(["t"], { schema: closed("login") })], {}, [ELSEWHERE]))).toEqual([
      ["# login", "BEGIN;", "SET LOCAL ROLE NONE;", `GRANT USAGE ON SCHEMA "closed" TO "owner";`, "COMMIT;"],
      ["# owner", GRANT_IN],
    ]);
  });

  test("is plain in the owner's block where the login acted as another role, and apart where it was refused", () => {
    const seen = snapshot([group(["t", "u", "v", "w", "x"])]);
    const { app, writers } = seen.roles;
    const [of] = seen.groups as [Group];
    const left = (["refused", "not-owner", "refused", "not-owner", "not-tried"] as const).map((reason, n): Blocked => {
      const acting = reason === "not-owner" ? AS_SESSION_USER : { as: writers, oneByOne: true };
      const member = of.members[n] as Member;
      const privileges = ["SELECT", "INSERT"] as const;
      return {
        change: { verb: "GRANT", grantee: app, group: of, member, privileges, acting },
        reason,
      };
    });
    expect(fixBlocks(seen, left, new Set())).toMatchObject([
      {
        as: "owner",
        runnable: false,
        statements: [
          `GRANT SELECT, INSERT ON TABLE\n  "public"."u",\n  "public"."w"\nTO "app";`,
          GRANT,
          `GRANT SELECT, INSERT ON TABLE "public"."v" TO "app";`,
          `GRANT SELECT, INSERT ON TABLE "public"."x" TO "app";`,
        ],
      },
    ]);
  });

  test("has a block for each other role, after the one that grants that role USAGE on the schema", () => {
    const closed = schema("closed", { oid: "2300", owner: "stranger", usableBy: [] });
    const seen = snapshot(
      [
        group(["t"]),
        group(["u"], { owner: "stranger", from: 200 }),
        group(["v"], { schema: closed, owner: "readers", from: 300 }),
      ],
      {},
      [role("readers", { settable: true })],
    );
    expect(blocks(seen)).toEqual([
      ["# stranger", `GRANT USAGE ON SCHEMA "closed" TO "readers";`],
      ["# readers", `GRANT SELECT, INSERT ON TABLE "closed"."v" TO "app";`],
      ["# owner", GRANT],
      ["# stranger", `GRANT SELECT, INSERT ON TABLE "public"."u" TO "app";`],
    ]);
  });

  test("revokes extra privileges when `on-extra` judges them, with a block for another grantor", () => {
    const acl = [
      entry("owner", "app", "DELETE"),
      entry("owner", "writers", "DELETE", true),
      entry("writers", "app", "DELETE"),
      entry("owner", "PUBLIC", "UPDATE"),
    ];
    const seen = snapshot([group(["t"], { held: held("SELECT", "INSERT", "UPDATE", "DELETE"), acl })], {}, [
      role("owner", { settable: true }),
    ]);
    const REVOKE = `REVOKE DELETE ON TABLE "public"."t" FROM "app";`;
    for (const onExtra of ["warn", "fail", "revoke"] as const)
      expect(blocks(seen, demand({ onExtra }))).toEqual([
        ["login", "BEGIN;", `SET LOCAL ROLE "owner";`, REVOKE, "COMMIT;"],
        ["# writers", REVOKE],
      ]);
    expect(blocks(seen, demand({ onExtra: "ignore" }))).toEqual([]);
  });

  test("for an owner that cannot log in, sets the role so that a member can run it", () => {
    const seen = snapshot([group(["t", "u"])], {}, [role("owner", { canLogin: false })]);
    expect(blocks(seen)).toEqual([
      [
        "# a member of owner",
        "BEGIN;",
        `SET LOCAL ROLE "owner";`,
        `GRANT SELECT, INSERT ON TABLE\n  "public"."t",\n  "public"."u"\nTO "app";`,
        "COMMIT;",
      ],
    ]);
  });
});

describe("the fix of one finding", () => {
  const seen = snapshot([group(["t"])]);
  const asRole = (name: "owner" | "writers") => ({ as: seen.roles[name], oneByOne: false });
  function fix(
    reason: Reason,
    facts: Partial<Change> = {},
    facing: Seen = seen,
    why: Pick<Blocked, "byLogin" | "tried" | "serverMessage" | "otherNotFound"> = reason === "not-granted"
      ? { byLogin: true }
      : {},
  ) {
    const [of] = facing.groups as [Group];
    const [member] = of.members as [Member];
    const change: Change = {
      verb: "GRANT",
      grantee: facing.roles.app,
      group: of,
      member,
      privileges: ["SELECT", "INSERT"],
      acting: AS_SESSION_USER,
    };
    const { note, ...rest } = fixFor(facing, { change: { ...change, ...facts }, reason, ...why });
    return { ...rest, ...(note && { note: plain.sentence(note) }) };
  }

  test("has the statement and the role that runs it", () => {
    const note = "Run this action with `mode: apply`.";
    expect(fix("not-granted")).toEqual({ as: "login", sql: GRANT, note });
    expect(fix("not-granted", { acting: asRole("owner") })).toEqual({
      as: "login",
      sql: `SET ROLE "owner"; ${GRANT}`,
      note,
    });
    expect(fix("refused")).toEqual({ as: "owner", sql: GRANT, note: AGAIN });
    const granted = group(["t"], { acl: [entry("writers", "app", "DELETE")] });
    const facing = snapshot([granted]);
    const DELETE = { verb: "REVOKE", privileges: ["DELETE"], grantor: facing.roles.writers } as const;
    expect(fix("other-grantor", DELETE, facing)).toEqual({
      as: "writers",
      sql: `REVOKE DELETE ON TABLE "public"."t" FROM "app";`,
    });
  });

  test.each(["not-direct", "role-gone"] as const)("for %s has a note and no SQL", (reason) => {
    expect(Object.keys(fix(reason))).toEqual(["note"]);
  });

  test("for locked has a note and a step whose command can be copied", () => {
    const { note, steps = [], ...others } = fix("locked");
    expect(others).toEqual({});
    expect(JSON.stringify(note)).not.toMatch(/SELECT|max_locks/);
    expect(steps.map(({ command }) => command)).toEqual([
      expect.stringMatching(/^SELECT [^;]*\sFROM pg_locks [^;]*;$/),
    ]);
  });

  test.each([
    ["cache lookup failed for relation 17296", "no migration runs"],
    ['relation "audit_log" does not exist', "write its schema in the function"],
  ])("for something else that the server did not find says why: %s", (serverMessage, said) => {
    const why = { serverMessage, otherNotFound: true } as const;
    expect(fix("refused", {}, snapshot([group(["t"])]), why).note).toContain(said);
  });

  describe("for an owner that the login cannot act as", () => {
    const noteOf = (why: Partial<Blocked>, facing = snapshot([group(["t"])]), facts: Partial<Change> = {}) =>
      fix("not-owner", facts, facing, why).note;
    const APPLIED = { tried: true };
    const LOOKED = { tried: false };
    const AS_OWNER = "Or run this action as owner with `mode: apply`.";

    test("offers membership to a login that tried to grant, in the version's syntax, with the role that can grant it", () => {
      expect(fix("not-owner", {}, snapshot([group(["t"])]), APPLIED)).toEqual({
        as: "owner",
        sql: GRANT,
        note: 'Or let login act as owner: `GRANT "owner" TO "login" WITH INHERIT TRUE, SET TRUE;` stranger can run this.',
      });
      const server = { ...SERVER, version: 150007 };
      const older = snapshot([group(["t"])], { server });
      expect(noteOf(APPLIED, older)).toBe(
        'Or let login act as owner: `GRANT "owner" TO "login";` stranger can run this.',
      );
    });

    test("offers no membership to a login that only looked: it may be one that must not grant", () => {
      expect(noteOf(LOOKED)).toBe(AS_OWNER);
    });

    test("offers act-as-owner to a login that can make itself a member, whatever the mode", () => {
      const membership = { grantor: "login", existing: false };
      const mine = snapshot([group(["t"])], {}, [role("owner", { membership })]);
      for (const why of [APPLIED, LOOKED]) expect(noteOf(why, mine)).toContain("`act-as-owner: true`");
    });

    test.each([{ grantableBy: null }, { memberOfLogin: true }])(
      "offers no membership that nobody can grant: %o",
      (facts) => {
        expect(noteOf(APPLIED, snapshot([group(["t"])], {}, [role("owner", facts)]))).toBe(AS_OWNER);
      },
    );

    test("offers to run as the owner only if that can sign in and grant at once", () => {
      const closed = schema("closed", { owner: "stranger", usableBy: [] });
      expect(noteOf(LOOKED, snapshot([group(["t"], { schema: closed })]))).toBeUndefined();
      expect(noteOf(LOOKED, snapshot([group(["t"])], {}, [role("owner", { connects: false })]))).toBeUndefined();
    });

    test.each([{ canLogin: false }, { expired: true }])("says who can become a member of one with %o", (facts) => {
      const ownedBy = (more: Parameters<typeof role>[1] = {}) =>
        snapshot([group(["t"])], {}, [role("owner", { ...facts, ...more })]);
      expect(noteOf(LOOKED, ownedBy())).toBe(
        'If no role can act as owner, stranger can let itself: `GRANT "owner" TO "stranger" WITH INHERIT TRUE, SET TRUE;`',
      );
      expect(noteOf(LOOKED, ownedBy({ memberOfLogin: true }))).toBe(noteOf(LOOKED, ownedBy()));
      const only = (member: string) =>
        `If no role can act as owner, only a superuser can let one, or perhaps on Azure a member of azure_pg_admin: \`GRANT "owner" TO "${member}" WITH INHERIT TRUE, SET TRUE;\``;
      for (const why of [LOOKED, APPLIED]) {
        expect(noteOf(why, ownedBy({ grantableBy: null }))).toBe(only("login"));
        expect(noteOf(why, ownedBy({ grantableBy: null, memberOfLogin: true }))).toBe(only("<another role>"));
        expect(noteOf(why, ownedBy({ grantableBy: "login", memberOfLogin: true }))).toBe(only("<another role>"));
      }
    });

    test("offers no run that revokes: it would revoke all that is extra", () => {
      expect(noteOf(LOOKED, seen, { verb: "REVOKE", grantor: seen.roles.owner })).toBeUndefined();
    });

    test("offers neither for what this action never does", () => {
      expect(noteOf({})).toBeUndefined();
    });
  });

  test("never offers membership in a superuser", () => {
    const { note } = fix("not-owner", {}, snapshot([group(["t"], { owner: "root" })]));
    expect(note).toMatch(/^root is a superuser\..*`exclude`\.$/);
  });

  test("does not ask the owner to run a statement that the server refused to the owner", () => {
    expect(fix("refused", { acting: asRole("owner") })).toEqual({ note: AGAIN });
  });

  test("names the roles to which the grantee granted the privilege to revoke", () => {
    const REVOKES = { verb: "REVOKE", privileges: ["DELETE"], grantor: seen.roles.writers } as const;
    expect(fix("dependent-privileges", { ...REVOKES, grantedTo: ["PUBLIC", "readers"] })).toEqual({
      as: "writers",
      sql: `REVOKE DELETE ON TABLE "public"."t" FROM "app";`,
      note: "app granted the privilege to PUBLIC and readers. Revoke those grants first, as app. Run this action afterwards with `mode: apply`, because a grantee may hold the privilege only by them.",
    });
    expect(fix("dependent-privileges", REVOKES).note).toContain("Only the grantee can revoke the privilege from them");
  });

  test("revokes column privileges as the role that granted them", () => {
    const facts = {
      verb: "REVOKE",
      privileges: ["UPDATE"],
      columns: ["a", 'b"'],
      grantor: seen.roles.writers,
    } as const;
    const sql = `REVOKE UPDATE ("a", "b""") ON TABLE "public"."t" FROM "app";`;
    expect(fix("column-privileges", facts)).toEqual({ as: "writers", sql });
    expect(fix("column-privileges", { ...facts, acting: asRole("writers") }, seen, { byLogin: true })).toEqual({
      as: "login",
      sql: `SET ROLE "writers"; ${sql}`,
    });
  });

  test("gives the one statement for a superuser's database or schema, and who can run it", () => {
    const database = snapshot([single("database", "shop", { owner: "root" })]);
    const { as, sql, note } = fix("not-owner", { privileges: ["CONNECT"] }, database);
    expect({ as, sql }).toEqual({ as: "root", sql: `GRANT CONNECT ON DATABASE "shop" TO "app";` });
    expect(note).toMatch(/^root is a superuser\. Any superuser can run this/);
    expect(note).not.toContain("exclude");
  });

  test("never signs in as a role that cannot log in", () => {
    const nologin = snapshot([group(["t"])], {}, [role("owner", { canLogin: false })]);
    for (const reason of ["not-owner", "refused"] as const)
      expect(fix(reason, {}, nologin)).toMatchObject({
        as: "owner",
        byMember: true,
        sql: `SET ROLE "owner"; ${GRANT}`,
      });
  });

  test("first grants USAGE to a grantor that lacks it", () => {
    const closed = schema("closed", { owner: "stranger", usableBy: [] });
    const facts = { verb: "REVOKE", privileges: ["DELETE"], grantor: seen.roles.writers } as const;
    expect(fix("grantor-lacks-usage", facts, snapshot([group(["t"], { schema: closed })]))).toEqual({
      first: [{ as: "stranger", sql: `GRANT USAGE ON SCHEMA "closed" TO "writers";` }],
      as: "writers",
      sql: `REVOKE DELETE ON TABLE "closed"."t" FROM "app";`,
    });
  });

  test("starts as the login itself where its sessions begin as another role", () => {
    const closed = schema("closed", { owner: "login", usableBy: [] });
    const mine = snapshot([group(["t"], { schema: closed, owner: "login" })], {}, [ELSEWHERE]);
    expect(fix("owner-lacks-usage", {}, mine)).toEqual({
      first: [{ as: "login", sql: `SET ROLE NONE; GRANT USAGE ON SCHEMA "closed" TO "login";` }],
      as: "login",
      sql: `SET ROLE NONE; GRANT SELECT, INSERT ON TABLE "closed"."t" TO "app";`,
    });
  });

  test("first grants USAGE to an owner that lacks it", () => {
    const closed = schema("closed", { owner: "stranger", usableBy: [] });
    expect(fix("owner-lacks-usage", {}, snapshot([group(["t"], { schema: closed })]))).toEqual({
      first: [{ as: "stranger", sql: `GRANT USAGE ON SCHEMA "closed" TO "owner";` }],
      as: "owner",
      sql: `GRANT SELECT, INSERT ON TABLE "closed"."t" TO "app";`,
    });
  });
});
