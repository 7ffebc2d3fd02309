import { describe, expect, test } from "vitest";
import { assess } from "../../src/grants/assess.ts";
import { nothingDone } from "../../src/grants/outcome.ts";
import { conclude } from "../../src/grants/verdict.ts";
import type { Grantee } from "../../src/model/snapshot.ts";
import { read, readFix } from "../read.ts";
import { demand, group, held, role, SERVER, type Seen, single, snapshot } from "./snapshots.ts";

const EXPECTED = "0b1ec700-0003-4c5d-8e6f-7a8b9c0d1e03";
const OTHER = "0b1ec700-0004-4c5d-8e6f-7a8b9c0d1e04";
const ASKED = demand({ objectIds: new Map([["app", EXPECTED]]) });

/** A database in which `app` holds everything, with this identity. */
function seen(
  facts: Partial<Pick<Grantee, "labels" | "labelsInUse" | "readOnly">>,
  more: Parameters<typeof snapshot>[1] = {},
  roles: Parameters<typeof snapshot>[2] = [],
): Seen {
  const groups = [group([], { size: 1, held: held("SELECT", "INSERT") })];
  return snapshot(groups, { facts: { labelsInUse: true, ...facts }, ...more }, roles);
}

function reportOn(now: Seen, asked = ASKED, before = now) {
  const assessment = assess(now, asked, ["app"]);
  const { grantees, fixes } = conclude(assess(before, asked, ["app"]), assessment, nothingDone());
  const [report] = grantees;
  if (report === undefined) throw new Error("no report");
  return { ...report, fixes };
}

function codesOf(now: Seen, asked = ASKED): readonly string[] {
  return reportOn(now, asked).warnings.map(({ code }) => code);
}

describe("with grantee-object-id", () => {
  test("a role that is bound to that object ID is in sync, whatever the letter case and the flags", () => {
    for (const label of [
      `aadauth,oid=${EXPECTED},type=service`,
      `aadauth,oid=${EXPECTED.toUpperCase()},type=user,mfa`,
    ]) {
      expect(reportOn(seen({ labels: [label] }))).toMatchObject({
        verdict: "in-sync",
        missing: [],
        warnings: [],
      });
    }
  });

  test("a role that is bound to another object ID is drift, and the fix changes only the ID", () => {
    const { verdict, missing, fixes } = reportOn(seen({ labels: [`aadauth,oid=${OTHER},type=group,mfa`] }));
    expect(verdict).toBe("drift");
    expect(missing).toMatchObject([
      {
        kind: "identity",
        name: "app",
        reason: "other-identity",
        identity: { expected: EXPECTED, bound: OTHER },
      },
    ]);
    const sql = `SECURITY LABEL FOR "pgaadauth" ON ROLE "app" IS 'aadauth,oid=${EXPECTED},type=group,mfa';`;
    expect(readFix(missing[0]?.fix)).toContain(`Run as a member of azure_pg_admin: ${sql}`);
    expect(fixes).toEqual([
      { as: "azure_pg_admin", byMember: true, database: "postgres", runnable: false, statements: [sql] },
    ]);
  });

  test("a role that is bound to no object ID is drift", () => {
    const { verdict, missing } = reportOn(seen({ labelsInUse: false }));
    expect(verdict).toBe("drift");
    expect(missing).toMatchObject([{ kind: "identity", reason: "no-identity", identity: { expected: EXPECTED } }]);
    expect(missing[0]?.identity).not.toHaveProperty("bound");
  });

  test("the fix of a role without a label names no type that nobody has named", () => {
    const { missing, fixes } = reportOn(seen({ labels: [] }));
    expect(missing[0]?.fix).not.toHaveProperty("sql");
    expect(fixes).toEqual([]);
    for (const type of ["service", "user", "group"]) {
      const sql = `SECURITY LABEL FOR "pgaadauth" ON ROLE "app" IS 'aadauth,oid=${EXPECTED},type=${type}';`;
      expect(read(missing[0]?.fix.note)).toContain(sql);
    }
  });

  test("drift that is gone at the last look counts as repaired", () => {
    const bound = seen({ labels: [`aadauth,oid=${EXPECTED},type=service`] });
    const other = seen({ labels: [`aadauth,oid=${OTHER},type=service`] });
    expect(reportOn(bound, ASKED, other).verdict).toBe("repaired");
  });

  test("a label that the login cannot read is a warning, not drift", () => {
    const unreadable = seen({ labelsInUse: false }, { server: { ...SERVER, labelsReadable: false } });
    expect(reportOn(unreadable)).toMatchObject({ verdict: "in-sync", missing: [] });
    const [warning] = reportOn(unreadable).warnings;
    expect(warning?.code).toBe("identity-unknown");
    expect(read(warning?.message)).toContain("SELECT on pg_catalog.pg_shseclabel");
    for (const label of [
      "",
      "aadauth",
      `aadauth,oid=${EXPECTED}`,
      `aadauth,oid=${EXPECTED},type=robot`,
      "aadauth,oid=x,type=user",
      "type=service,tenant_id=x",
    ]) {
      expect(codesOf(seen({ labels: [label] }))).toEqual(["identity-unknown"]);
    }
  });
});

describe("a role with a label for `pgaadauth-int`", () => {
  const TENANT = "770a2450-0227-4c62-90c7-4e38537f1102";
  const resolved = (oid: string, tenant = TENANT) => `type=group,oid=${oid},tenant_id=${tenant}`;

  test("is bound to the object ID in it, where the label for `pgaadauth` has none", () => {
    expect(reportOn(seen({ labels: [resolved(EXPECTED), "aadauth"] }))).toMatchObject({
      verdict: "in-sync",
      warnings: [],
      identity: { objectId: EXPECTED, type: "group", tenantId: TENANT },
    });
    const { verdict, missing, fixes } = reportOn(seen({ labels: [`${resolved(OTHER)},admin`, "aadauth,admin,mfa"] }));
    expect(verdict).toBe("drift");
    expect(missing).toMatchObject([{ reason: "other-identity", identity: { bound: OTHER } }]);
    expect(fixes[0]?.statements).toEqual([
      `SECURITY LABEL FOR "pgaadauth" ON ROLE "app" IS 'aadauth,oid=${EXPECTED},type=group,admin,mfa';`,
    ]);
  });

  test.each([
    [EXPECTED, OTHER],
    [OTHER, EXPECTED],
  ])("is drift, with a warning, where only one of the labels has the object ID: %s, %s", (first, second) => {
    const labels = [resolved(first), `aadauth,oid=${second},type=group`];
    const { verdict, missing, warnings } = reportOn(seen({ labels }));
    expect([verdict, missing[0]?.identity]).toEqual(["drift", { expected: EXPECTED, bound: OTHER }]);
    expect(read(warnings[0]?.message)).toContain(
      `${first} for provider pgaadauth-int and ${second} for provider pgaadauth.`,
    );
    expect(codesOf(seen({ labels }), demand())).toEqual(["identity-labels-differ"]);
  });

  test("is drift where it is of another tenant than the login", () => {
    const asked = (tenantId: string) => demand({ objectIds: new Map([["app", EXPECTED]]), tenantId });
    expect(reportOn(seen({ labels: [resolved(EXPECTED)] }), asked(TENANT)).verdict).toBe("in-sync");
    expect(reportOn(seen({ labels: [`aadauth,oid=${EXPECTED},type=group`] }), asked(TENANT)).verdict).toBe("in-sync");
    const { verdict, missing } = reportOn(seen({ labels: [resolved(EXPECTED)] }), asked(OTHER));
    expect(verdict).toBe("drift");
    expect(missing[0]?.identity).toEqual({
      expected: EXPECTED,
      bound: EXPECTED,
      expectedTenant: OTHER,
      boundTenant: TENANT,
    });
  });
});

describe("without grantee-object-id", () => {
  test("the report has the identity that the role is bound to", () => {
    const { identity } = reportOn(seen({ labels: [`aadauth,oid=${OTHER},type=user`] }), demand());
    expect(identity).toEqual({ objectId: OTHER, type: "user" });
    expect(reportOn(seen({ labels: ["aadauth"] }), demand())).not.toHaveProperty("identity");
  });

  test("warns only when other roles have a label and this role does not", () => {
    expect(codesOf(seen({}), demand())).toEqual(["not-entra-role"]);
    expect(codesOf(seen({ labelsInUse: false }), demand())).toEqual([]);
    expect(codesOf(seen({ labels: [`aadauth,oid=${OTHER},type=service`] }), demand())).toEqual([]);
    expect(codesOf(seen({ labels: ["in a form of its own"] }), demand())).toEqual([]);
    const unreadable = seen({ labelsInUse: false }, { server: { ...SERVER, labelsReadable: false } });
    expect(codesOf(unreadable, demand())).toEqual([]);
  });
});

describe("limits of the verdict", () => {
  const label = `aadauth,oid=${EXPECTED},type=service`;

  test("an administrator gets one warning with every reason", () => {
    const owns = single("database", "orders", { owner: "app", held: held("CONNECT") });
    const facts = { labelsInUse: true, labels: [label] };
    const administrator = role("app", { azureAdmin: true, createRole: true, bypassRls: true });
    const tables = group([], { size: 1, held: held("SELECT", "INSERT") });
    const { verdict, warnings } = reportOn(snapshot([tables, owns], { facts }, [administrator]));
    expect(verdict).toBe("in-sync");
    expect(warnings.map(({ code }) => code)).toEqual(["grantee-is-administrator"]);
    expect(read(warnings[0]?.message)).toBe(
      "app is a member of azure_pg_admin, has CREATEROLE, has BYPASSRLS and owns database orders, so it can do more than the privilege lists say. Let the app sign in as a separate role.",
    );
  });

  test("for a grantee whose sessions begin as an administrator the warning names that role", () => {
    const own = { createRole: true, azureAdmin: true };
    const roles = [role("app", own), role("writers", { ...own, bypassRls: true })];
    const { warnings } = reportOn(seen({ labels: [label] }, { actor: "writers" }, roles));
    expect(warnings.map(({ code }) => code)).toEqual(["grantee-is-administrator"]);
    expect(read(warnings[0]?.message)).toBe(
      "app is a member of azure_pg_admin, has CREATEROLE and begins its sessions as writers, which is a member of azure_pg_admin, has CREATEROLE and has BYPASSRLS, so it can do more than the privilege lists say. Let the app sign in as a separate role.",
    );
  });

  test("an expired role, and a setting for all roles, are said as far as they are known", () => {
    const expired = snapshot([group([], { size: 1, held: held("SELECT", "INSERT") })], { facts: { labels: [label] } }, [
      role("app", { expired: true }),
    ]);
    expect(reportOn(expired).warnings.map(({ message }) => read(message))).toEqual([
      "VALID UNTIL of app has passed. It cannot sign in with a password, and perhaps not with Microsoft Entra either, which Microsoft does not document. Run ALTER ROLE \"app\" VALID UNTIL 'infinity';",
    ]);
    const { warnings } = reportOn(seen({ labels: [label], readOnly: "global" }));
    expect(warnings.map(({ message }) => read(message))).toEqual([
      "Writing as app fails, because default_transaction_read_only is on for all roles. Run as a superuser: SET default_transaction_read_only = off; ALTER ROLE ALL RESET default_transaction_read_only;",
    ]);
  });

  test("in an elastic cluster a warning says what was not checked", () => {
    const { warnings } = reportOn(seen({ labels: [label] }, { server: { ...SERVER, citus: true } }));
    expect(warnings.map(({ code }) => code)).toEqual(["elastic-cluster"]);
  });
});
