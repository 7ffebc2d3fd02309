import { describe, expect, test } from "vitest";
import { fixFor, mendingFor } from "../../src/grants/fixes.ts";
import type { Change } from "../../src/grants/statements.ts";
import type { Demand } from "../../src/model/demand.ts";
import type { Reason } from "../../src/model/report.ts";
import type { Group, Snapshot } from "../../src/model/snapshot.ts";
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

function blocks(seen: Snapshot, asked: Demand = demand()) {
  return mendingFor(seen, asked, ["app"]).map(({ as, runnable, statements }) => [
    runnable ? as : `# ${as}`,
    ...statements,
  ]);
}

const GRANT = `GRANT SELECT, INSERT ON TABLE "public"."t" TO "app";`;

describe("mending SQL", () => {
  test("is none where nothing is missing", () => {
    expect(blocks(snapshot([group(["t"], { held: held("SELECT", "INSERT") })]))).toEqual([]);
  });

  test("is one plain statement where that is all", () => {
    expect(blocks(snapshot([group(["t"])], {}, ACTING))).toEqual([["login", GRANT]]);
  });

  test("is in transactions, the way there first", () => {
    expect(
      blocks(snapshot([tomorrow("tables"), group(["t"]), single("schema", "public")], {}, ACTING)),
    ).toEqual([
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

  test("sets the role it needs, also where the login's sessions begin as another", () => {
    const roles = [role("owner", { settable: true })];
    expect(blocks(snapshot([group(["t"])], {}, roles))).toEqual([
      ["login", "BEGIN;", `SET LOCAL ROLE "owner";`, GRANT, "COMMIT;"],
    ]);
    const server = { version: 160004, versionText: "16.4", readOnly: false, roleSet: true };
    expect(blocks(snapshot([group(["t"])], { server }, ACTING))).toEqual([
      ["login", "BEGIN;", "SET LOCAL ROLE NONE;", GRANT, "COMMIT;"],
    ]);
  });

  test("has a block for each other role, and for who has to help that role first", () => {
    const closed = schema("closed", { oid: "2300", owner: oidOf("stranger"), usableBy: new Set() });
    const seen = snapshot(
      [
        group(["t"]),
        group(["u"], { owner: oidOf("stranger"), from: 200 }),
        group(["v"], { schema: closed, owner: oidOf("readers"), from: 300 }),
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

  test("takes away what is extra where that is judged, and sends the rest to its grantor", () => {
    const acl = [
      entry("owner", "app", "DELETE"),
      entry("writers", "app", "DELETE"),
      entry("owner", "PUBLIC", "UPDATE"),
    ];
    const seen = snapshot([group(["t"], { held: held("SELECT", "INSERT", "UPDATE", "DELETE"), acl })], {}, [
      role("owner", { settable: true }),
    ]);
    const REVOKE = `REVOKE DELETE ON TABLE "public"."t" FROM "app";`;
    for (const onExtra of ["fail", "revoke"] as const)
      expect(blocks(seen, demand({ onExtra }))).toEqual([
        ["login", "BEGIN;", `SET LOCAL ROLE "owner";`, REVOKE, "COMMIT;"],
        ["# writers", REVOKE],
      ]);
    for (const onExtra of ["warn", "ignore"] as const) expect(blocks(seen, demand({ onExtra }))).toEqual([]);
  });
});

describe("the fix", () => {
  const seen = snapshot([group(["t"])]);
  function fix(
    reason: Reason,
    facts: Partial<Change> = {},
    facing: Snapshot = seen,
    of: Group | undefined = facing.groups[0],
  ) {
    const [member] = of?.members ?? [];
    if (of === undefined || member === undefined) throw new Error("no object");
    const owner = facing.roles.get(of.owner) ?? role("owner");
    const change: Change = {
      verb: "GRANT",
      grantee: role("app"),
      group: of,
      owner,
      member,
      privileges: ["SELECT", "INSERT"],
      as: null,
      oneByOne: false,
    };
    return fixFor(facing, { ...change, ...facts }, reason).replaceAll("`", "");
  }

  test("is the statement, and who is to run it", () => {
    expect(fix("not-granted")).toBe(`Run as login: ${GRANT}`);
    expect(fix("not-granted", { as: role("owner") })).toBe(`Run as login: SET ROLE "owner"; ${GRANT}`);
    expect(fix("refused")).toBe(`Run as owner: ${GRANT}`);
    expect(fix("read-only")).toBe(`Run against the primary: ${GRANT}`);
    expect(fix("other-grantor", { verb: "REVOKE", privileges: ["DELETE"] })).toBe(
      `Run as the role that granted it: REVOKE DELETE ON TABLE "public"."t" FROM "app";`,
    );
  });

  test("never takes more than it says without saying so", () => {
    expect(fix("dependent-privileges", { verb: "REVOKE", privileges: ["DELETE"] })).toMatch(
      /^The grantee has granted it on\. Take that back first, .* CASCADE;$/,
    );
    expect(fix("column-privileges", { verb: "REVOKE", privileges: ["UPDATE"] })).toContain(
      "This would take all of them:",
    );
  });

  test("is membership as the version says it, and who may give it", () => {
    expect(fix("not-owner")).toBe(
      `Run as owner: ${GRANT} Or let login act for it: GRANT "owner" TO "login" WITH INHERIT TRUE, SET TRUE; (an administrator of owner may)`,
    );
    const server = { version: 150007, versionText: "15.7", readOnly: false, roleSet: false };
    const older = snapshot([group(["t"])], { server }, [role("owner", { administered: true })]);
    expect(fix("not-owner", {}, older)).toContain(`GRANT "owner" TO "login"; (login itself may run that)`);
  });

  test("is no membership in a superuser", () => {
    const roots = snapshot([group(["t"], { owner: oidOf("root") })]);
    expect(fix("not-owner", {}, roots)).toContain("superuser");
    expect(fix("not-owner", {}, roots)).not.toContain(`GRANT "root"`);
  });

  test("is no sign-in as a role that cannot log in", () => {
    const group_ = snapshot([group(["t"])], {}, [role("owner", { canLogin: false })]);
    for (const reason of ["not-owner", "refused"] as const)
      expect(fix(reason, {}, group_)).toContain(`Run as a member of owner: SET ROLE "owner"; ${GRANT}`);
  });

  test("is USAGE for the owner first, where that is what it lacks", () => {
    const closed = schema("closed", { owner: oidOf("stranger"), usableBy: new Set() });
    const shut = snapshot([group(["t"], { schema: closed })]);
    expect(fix("owner-lacks-usage", {}, shut)).toBe(
      `owner may not use its own schema. Run as stranger: GRANT USAGE ON SCHEMA "closed" TO "owner"; Then as owner: GRANT SELECT, INSERT ON TABLE "closed"."t" TO "app";`,
    );
  });

  test("is to run again where that is enough", () => {
    for (const reason of ["locked", "gone"] as const) expect(fix(reason)).toContain("Run this step again");
  });
});
