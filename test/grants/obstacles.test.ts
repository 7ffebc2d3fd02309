import { describe, expect, test } from "vitest";
import { databaseObstacle, granteeNotFound } from "../../src/grants/obstacles.ts";
import type { Failure } from "../../src/model/failure.ts";
import { readFailure } from "../read.ts";
import { demand, group, SERVER, schema, single, snapshot } from "./snapshots.ts";

function read(failure: Failure | null) {
  return failure === null ? null : readFailure(failure);
}

const fine = [group(["t"]), single("schema", "public")];

describe("a database", () => {
  test("can be checked when its schemas exist and are not empty", () => {
    expect(databaseObstacle(snapshot(fine), demand(), "apply")).toBeNull();
  });

  test("names every schema that does not exist, with the nearest name", () => {
    const seen = snapshot(fine, { knownSchemas: ["public", "sales"] });
    expect(read(databaseObstacle(seen, demand({ schemas: ["public", "Sales", "hr"] }), "check"))).toMatchObject({
      code: "schema-not-found",
      message: `This database has no schema "Sales" and hr to check.`,
      hint: "Did you mean `sales`? Names are case-sensitive. Only `*` alone stands for several schemas. PostgreSQL's own schemas are never checked.",
      steps: "Correct `schemas`, or run the migration that creates the schema before this step.",
    });
    expect(read(databaseObstacle(seen, demand({ schemas: ["hr"] }), "check"))?.message).toBe(
      "This database has no schema hr to check.",
    );
  });

  test("says that a comma does not separate schemas where one has a comma", () => {
    const listed = databaseObstacle(snapshot(fine), demand({ schemas: ["public, sales"] }), "check");
    expect(read(listed)?.hint).toContain("Names are case-sensitive, and a comma does not separate them.");
  });

  test.each(["pg_catalog", "pg_toast", "pg_temp_3", "information_schema"])(
    "is not checked for the system schema %s",
    (name) => {
      expect(databaseObstacle(snapshot(fine), demand({ schemas: [name] }), "check")).toMatchObject({
        code: "schema-not-found",
      });
    },
  );

  test("has MAINTAIN from 17 on", () => {
    const asked = demand({ tablePrivileges: ["SELECT", "MAINTAIN"] });
    expect(read(databaseObstacle(snapshot(fine), asked, "check"))).toMatchObject({
      code: "privilege-not-found",
      message: "PostgreSQL `16.4` does not have the MAINTAIN privilege.",
      steps: "Remove MAINTAIN from `table-privileges`.",
    });
    const newer = snapshot(fine, { server: { ...SERVER, version: 170000 } });
    expect(databaseObstacle(newer, asked, "check")).toBeNull();
    expect(databaseObstacle(snapshot(fine), demand({ tablePrivileges: "ALL" }), "check")).toBeNull();
  });

  test("is an error when one of the schemas, or with `*` all of them, have nothing to check", () => {
    const both = [schema("public"), schema("empty", { oid: "2300" })];
    const skipped = group(["ext", "ext2", "ext3"], { schema: both[1] ?? schema(), skipped: "extension" });
    const seen = snapshot([...fine, skipped], { schemas: both });
    expect(read(databaseObstacle(seen, demand({ schemas: ["public", "empty"] }), "check"))).toMatchObject({
      code: "nothing-to-check",
      message: "Schema empty has no table or sequence to check (3 skipped).",
      hint: expect.stringContaining("`exclude`"),
      steps: expect.stringMatching(/`exclude`.*`allow-empty: true`/s),
    });
    expect(databaseObstacle(seen, demand({ schemas: "*" }), "check")).toBeNull();
    expect(databaseObstacle(snapshot([skipped], { schemas: both }), demand({ schemas: "*" }), "check")).toMatchObject({
      code: "nothing-to-check",
    });
    const allowed = demand({ schemas: ["public", "empty"], allowEmpty: true });
    expect(databaseObstacle(seen, allowed, "check")).toBeNull();
  });

  test("is not empty when it has only a sequence", () => {
    expect(databaseObstacle(snapshot([group(["s"], { kind: "sequence" })]), demand(), "check")).toBeNull();
  });

  test("can be checked, but not changed, when it is read-only", () => {
    const replica = snapshot(fine, { server: { ...SERVER, readOnly: "recovery" } });
    expect(databaseObstacle(replica, demand(), "apply")).toMatchObject({ code: "read-only" });
    expect(databaseObstacle(replica, demand(), "check")).toBeNull();
    expect(databaseObstacle(replica, demand(), "plan")).toBeNull();
  });

  test("that is read-only is sent to the primary if it is a replica, and to its storage if it is not", () => {
    const firstStep = (readOnly: string) => {
      const failure = databaseObstacle(snapshot(fine, { server: { ...SERVER, readOnly } }), demand(), "apply");
      return JSON.stringify(failure?.steps[0]);
    };
    expect(firstStep("recovery")).toContain("primary");
    expect(firstStep("configuration file")).toMatch(/Storage percent.*--storage-size/);
  });
});

describe("a grantee", () => {
  test("that does not exist is an error: the nearest name is the first step, and SQL that creates the role the next", () => {
    const notFound = (grantee: string, objectId?: string) =>
      read(granteeNotFound(grantee, ["aad_orders", "postgres"], objectId));
    const create = (written: string, literal: string, objectId: string) =>
      `If the name ${written} is right, create the role: sign in to database postgres as a Microsoft Entra administrator and run: SELECT * FROM pgaadauth_create_principal_with_oid(${literal}, '${objectId}', 'service', false, false);`;
    const near = "Did you mean `aad_orders`? Then set `grantee` to that name.";
    expect(notFound("aad_order")).toMatchObject({
      code: "grantee-not-found",
      message: "Role aad_order does not exist on this server.",
      steps: `${near}\n${create("aad_order", "'aad_order'", "<object ID>")}`,
    });
    expect(notFound("orders")?.steps).toContain(near);
    const objectId = "0b1ec700-0003-4c5d-8e6f-7a8b9c0d1e03";
    expect(notFound("it's", objectId)?.steps).toBe(create('"it\'s"', "'it''s'", objectId));
  });

  test("with a name that PostgreSQL reserves is an error without SQL that the server would refuse", () => {
    for (const reserved of ["public", "none", "pg_read_everything"])
      expect(read(granteeNotFound(reserved, ["aad_orders"]))).toMatchObject({
        hint: "PostgreSQL reserves this name, so nobody can create the role. PUBLIC, which is everybody, is not a role.",
        steps: "Set `grantee` to a role of this server.",
      });
  });
});
