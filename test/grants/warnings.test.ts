import { expect, test } from "vitest";
import { warningsFor } from "../../src/grants/warnings.ts";
import type { Demand } from "../../src/model/demand.ts";
import { plain } from "../../src/render/pen.ts";
import { demand, group, role, snapshot } from "./snapshots.ts";

test("a grantee that owns objects is warned of where the privileges on their kind are limited", () => {
  const seen = snapshot([
    group(["t"], { owner: "app" }),
    group(["s1", "s2"], { kind: "sequence", owner: "app", from: 200 }),
    group(["theirs"], { from: 300 }),
  ]);
  const owns = (lists: Partial<Demand>) =>
    warningsFor(seen, demand(lists), seen.app, { missing: [], extra: [] }, [])
      .filter(({ code }) => code === "grantee-is-owner")
      .map(({ message }) => plain.sentence(message).split(",")[0]);
  expect(owns({ tablePrivileges: "ALL" })).toEqual(["app owns 2 of the tables and sequences"]);
  expect(owns({ sequencePrivileges: "ALL" })).toEqual(["app owns 1 of the tables and sequences"]);
  expect(owns({})).toEqual(["app owns 3 of the tables and sequences"]);
  expect(owns({ tablePrivileges: "ALL", sequencePrivileges: "ALL" })).toEqual([]);
});

test("a read-only grantee whose sessions begin as another role has the setting of its own role, not of the other", () => {
  const seen = snapshot([group(["t"])], { actor: "writers", facts: { readOnly: "user" } });
  const [warning] = warningsFor(seen, demand(), seen.app, { missing: [], extra: [] }, []);
  expect(warning && plain.sentence(warning.message)).toMatch(
    /^Writing as app fails, because `default_transaction_read_only` is on for role app\. .*ALTER ROLE "app" RESET/,
  );
});

test("a grantee whose sessions begin as a role with one power of an administrator is one", () => {
  const seen = snapshot([group(["t"])], { actor: "writers" }, [role("writers", { createRole: true })]);
  const [warning] = warningsFor(seen, demand(), seen.app, { missing: [], extra: [] }, []);
  expect(warning && plain.sentence(warning.message)).toMatch(
    /^app begins its sessions as writers, which has CREATEROLE, so it can do more than the privilege lists say\./,
  );
});
