import { describe, expect, test } from "vitest";
import { databaseObstacle, granteeObstacle } from "../../src/grants/obstacles.ts";
import { demand, group, schema, single, snapshot } from "./snapshots.ts";

const fine = [group(["t"]), single("schema", "public")];
const server = { version: 160004, versionText: "16.4", readOnly: false, roleSet: false };

describe("a database", () => {
  test("is no obstacle where the schemas are there and have something in them", () => {
    expect(databaseObstacle(snapshot(fine), demand(), "apply")).toBeNull();
  });

  test("has no schema of that name: all that are missing are named, with what is near", () => {
    const seen = snapshot(fine, { knownSchemas: ["public", "sales"] });
    expect(databaseObstacle(seen, demand({ schemas: ["public", "Sales", "hr"] }), "check")).toMatchObject({
      code: "schema-not-found",
      message: `This database has no schema "Sales", "hr".`,
      hint: expect.stringContaining(`Did you mean "sales"?`),
    });
  });

  test.each(["pg_catalog", "pg_toast", "pg_temp_3", "information_schema"])(
    "does not give out schema %s",
    (name) => {
      expect(databaseObstacle(snapshot(fine), demand({ schemas: [name] }), "check")).toMatchObject({
        code: "system-schema",
      });
    },
  );

  test("has MAINTAIN from 17 on", () => {
    const asked = demand({ tablePrivileges: ["SELECT", "MAINTAIN"] });
    expect(databaseObstacle(snapshot(fine), asked, "check")).toMatchObject({
      code: "privilege-not-found",
      message: expect.stringContaining("16.4"),
    });
    const newer = snapshot(fine, { server: { ...server, version: 170000 } });
    expect(databaseObstacle(newer, asked, "check")).toBeNull();
    expect(databaseObstacle(snapshot(fine), demand({ tablePrivileges: "ALL" }), "check")).toBeNull();
  });

  test("has nothing to check, in one schema of several or, with `*`, in all", () => {
    const both = [schema("public"), schema("empty", { oid: "2300" })];
    const skipped = group(["ext", "ext2"], { schema: both[1] ?? schema(), skipped: "extension" });
    const seen = snapshot([...fine, skipped], { schemas: both });
    expect(databaseObstacle(seen, demand({ schemas: ["public", "empty"] }), "check")).toMatchObject({
      code: "nothing-to-check",
      message: `Schema "empty" has no table or sequence beyond the 2 that are skipped.`,
      hint: expect.stringContaining("allow-empty: true"),
    });
    expect(databaseObstacle(seen, demand({ schemas: "*" }), "check")).toBeNull();
    expect(
      databaseObstacle(snapshot([skipped], { schemas: both }), demand({ schemas: "*" }), "check"),
    ).toMatchObject({
      code: "nothing-to-check",
    });
    const allowed = demand({ schemas: ["public", "empty"], allowEmpty: true });
    expect(databaseObstacle(seen, allowed, "check")).toBeNull();
  });

  test("is not empty where it has a sequence only", () => {
    expect(databaseObstacle(snapshot([group(["s"], { kind: "sequence" })]), demand(), "check")).toBeNull();
  });

  test("is read-only: an obstacle to apply alone", () => {
    const replica = snapshot(fine, { server: { ...server, readOnly: true } });
    expect(databaseObstacle(replica, demand(), "apply")).toMatchObject({ code: "read-only" });
    expect(databaseObstacle(replica, demand(), "check")).toBeNull();
    expect(databaseObstacle(replica, demand(), "plan")).toBeNull();
  });
});

describe("a grantee", () => {
  test("is there", () => {
    expect(granteeObstacle(snapshot(fine), "app")).toBeNull();
  });

  test("is not: with the nearest name, and the SQL that makes it, quoted", () => {
    const seen = snapshot(fine, { knownRoles: ["aad_orders", "postgres"] });
    expect(granteeObstacle(seen, "aad_order")).toMatchObject({
      code: "grantee-not-found",
      message: expect.stringContaining("aad_order"),
      hint: expect.stringContaining(`Did you mean "aad_orders"?`),
    });
    expect(granteeObstacle(seen, "it's")?.hint).toContain("'it''s'");
    expect(granteeObstacle(seen, "it's")?.hint).not.toContain("Did you mean");
  });
});
