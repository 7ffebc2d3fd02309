import { describe, expect, test } from "vitest";
import { type Drift, driftsIn } from "../../src/grants/drift.ts";
import type { Demand } from "../../src/model/demand.ts";
import {
  columnsOf,
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

function driftOf(seen: Seen, asked: Demand): Drift {
  return driftsIn(seen, asked)(seen.app);
}

function lines(findings: Drift["missing"]): readonly string[] {
  return findings.map(({ group: { kind, schema: of }, member, privileges }) =>
    [kind, of === undefined ? member.name : `${of.name}.${member.name}`, ...privileges].join(" "),
  );
}

describe("drift", () => {
  test("is what is requested and not held: database and schema first, then objects by name, then future objects", () => {
    const seen = snapshot([
      futureObjects("tables", { held: held("SELECT") }),
      group(["b", "a"], { held: held("SELECT") }),
      group(["C"], { kind: "view", schema: schema("a schema") }),
      group(["s"], { kind: "sequence" }),
      group(["fine"], { held: held("SELECT", "INSERT"), from: 200 }),
      single("schema", "public"),
      single("database", "shop"),
    ]);
    expect(lines(driftOf(seen, demand()).missing)).toEqual([
      "database shop CONNECT",
      "schema public USAGE",
      "view a schema.C SELECT INSERT",
      "table public.a INSERT",
      "table public.b INSERT",
      "sequence public.s USAGE",
      "default-privileges public.tables INSERT",
    ]);
  });

  test("is empty when everything is held", () => {
    const seen = snapshot([
      group(["t"], { held: held("SELECT", "INSERT") }),
      single("schema", "public", { held: held("USAGE") }),
    ]);
    expect(driftOf(seen, demand())).toMatchObject({ missing: [], extra: [] });
  });

  test("expands ALL to the privileges of the server's version, in the documentation's order", () => {
    const all = demand({ tablePrivileges: "ALL", sequencePrivileges: "ALL" });
    const groups = [group(["t"]), group(["u"], { kind: "sequence" })];
    const on = (version: number) => snapshot(groups, { server: { ...SERVER, version } });
    const table = "table public.t SELECT INSERT UPDATE DELETE TRUNCATE REFERENCES TRIGGER";
    expect(lines(driftOf(on(169999), all).missing)).toEqual([table, "sequence public.u USAGE SELECT UPDATE"]);
    expect(lines(driftOf(on(170000), all).missing)[0]).toBe(`${table} MAINTAIN`);
  });

  test("does not depend on the order or repetition of the requested privileges", () => {
    const mixed = demand({ tablePrivileges: ["TRIGGER", "SELECT", "TRIGGER", "INSERT"] });
    expect(lines(driftOf(snapshot([group(["t"])]), mixed).missing)).toEqual(["table public.t SELECT INSERT TRIGGER"]);
  });

  test("treats missing default privileges as a warning unless they are requested", () => {
    const seen = snapshot([futureObjects("tables"), futureObjects("sequences")]);
    const drift = driftOf(seen, demand({ defaultPrivileges: false }));
    expect(drift.missing).toEqual([]);
    expect(lines(drift.future.missing)).toEqual([
      "default-privileges public.sequences USAGE",
      "default-privileges public.tables SELECT INSERT",
    ]);
    expect(driftOf(seen, demand()).future).toEqual({ missing: [], extra: [] });
  });

  test("needs no default privileges for objects that the grantee creates", () => {
    expect(driftOf(snapshot([futureObjects("tables", { owner: "app" })]), demand())).toMatchObject({
      missing: [],
      future: { missing: [] },
    });
  });

  test("finds extra privileges on tables and sequences, unless `on-extra` is `ignore`", () => {
    const seen = snapshot([
      group(["t"], { held: held("SELECT", "INSERT", "DELETE") }),
      group(["s"], { kind: "sequence", held: held("USAGE", "UPDATE") }),
      group(["mine"], { owner: "app", from: 200, held: held("SELECT", "INSERT", "DELETE") }),
      single("schema", "public", { held: held("USAGE", "CREATE") }),
      single("database", "shop", { held: held("CONNECT", "TEMPORARY") }),
      futureObjects("tables", { held: held("SELECT", "INSERT", "DELETE") }),
      futureObjects("sequences", { held: held("USAGE") }),
    ]);
    expect(lines(driftOf(seen, demand()).extra)).toEqual(["sequence public.s UPDATE", "table public.t DELETE"]);
    expect(driftOf(seen, demand({ onExtra: "ignore" })).extra).toEqual([]);
  });

  test("is one finding for a relation with extra privileges on it and on its columns", () => {
    const both = group(["t"], { held: held("SELECT", "INSERT", "DELETE") });
    const columnsOnly = group(["u"], { held: held("SELECT", "INSERT"), from: 200 });
    const onA = { ...entry("owner", "app", "UPDATE"), column: "a" };
    const columns = [both, columnsOnly].map((of) => columnsOf(of, onA));
    const { extra } = driftOf(snapshot([both, columnsOnly], { columns }), demand());
    expect(lines(extra)).toEqual(["table public.t UPDATE DELETE", "table public.u UPDATE"]);
    expect(extra.map(({ columns }) => columns.map(({ column }) => column))).toEqual([["a"], ["a"]]);
  });

  test("has no extra privileges of the owner, on the table or on its columns", () => {
    const of = group(["t"], { held: { app: ["SELECT", "INSERT", "DELETE"], owner: ["DELETE"] } });
    const columns = [columnsOf(of, { ...entry("owner", "PUBLIC", "UPDATE"), column: "a" })];
    const seen = snapshot([of], { columns });
    const { owner } = seen.roles;
    const drift = driftsIn(seen, demand());
    expect(lines(drift(seen.app).extra)).toEqual(["table public.t UPDATE DELETE"]);
    expect(drift({ ...seen.app, role: owner, actor: owner }).extra).toEqual([]);
    const onColumns = driftsIn({ ...seen, groups: [] }, demand());
    expect(lines(onColumns(seen.app).extra)).toEqual(["table public.t UPDATE"]);
    expect(onColumns({ ...seen.app, role: owner, actor: owner }).extra).toEqual([]);
  });

  test("ignores the columns of other grantees, and all columns with `on-extra: ignore`", () => {
    const of = group(["t"], { held: held("SELECT", "INSERT") });
    const on = (grantee: "readers" | "app") =>
      snapshot([of], { columns: [columnsOf(of, { ...entry("owner", grantee, "UPDATE"), column: "a" })] });
    expect(driftOf(on("readers"), demand()).extra).toEqual([]);
    expect(driftOf(on("app"), demand({ onExtra: "ignore" })).extra).toEqual([]);
  });

  test("counts skipped objects, and does not check them", () => {
    const seen = snapshot([
      group(["a", "b"], { held: held("SELECT", "INSERT") }),
      group(["s"], { kind: "sequence", held: held("USAGE") }),
      group(["ext"], { skipped: "extension" }),
      group([], { skipped: "exclude", size: 4, held: held("DELETE") }),
      single("schema", "public", { held: held("USAGE") }),
      futureObjects("tables", { held: held("SELECT", "INSERT") }),
    ]);
    expect(driftOf(seen, demand())).toMatchObject({
      missing: [],
      extra: [],
      objects: { tables: 2, sequences: 1, skipped: 5 },
    });
  });

  test("counts privileges by source: direct, owner, each role, PUBLIC, the server", () => {
    const roles = [role("readers", { inheritedBy: ["app"] })];
    const seen = snapshot(
      [
        group(["a", "b"], {
          held: held("SELECT", "INSERT", "DELETE", "UPDATE"),
          acl: [
            entry("owner", "app", "SELECT"),
            entry("owner", "PUBLIC", "SELECT"),
            entry("owner", "readers", "INSERT"),
            entry("owner", "writers", "DELETE"),
            entry("owner", "PUBLIC", "DELETE"),
          ],
        }),
        group(["mine"], { owner: "app", from: 200, held: held("SELECT"), acl: [entry("app", "app", "SELECT")] }),
      ],
      {},
      roles,
    );
    expect(driftOf(seen, demand()).held).toEqual([
      { source: "direct", kind: "table", privileges: ["SELECT"], objects: 2 },
      { source: "role", role: "readers", kind: "table", privileges: ["INSERT"], objects: 2 },
      { source: "server", kind: "table", privileges: ["UPDATE"], objects: 2 },
      { source: "public", kind: "table", privileges: ["DELETE"], objects: 2 },
      { source: "owner", kind: "table", privileges: ["SELECT"], objects: 1 },
    ]);
  });
});
