import { expect, test } from "vitest";
import { undeclaredIn } from "../../src/grants/undeclared.ts";
import type { Group } from "../../src/model/snapshot.ts";
import { read } from "../read.ts";
import { ACTING, columnsOf, entry, group, snapshot } from "./snapshots.ts";

test("undeclared privileges on more objects than a report can name have a note in place of SQL", () => {
  const many = Array.from({ length: 100_001 }, (_, n) => `t${n}`);
  const seen = snapshot([group(many), group(["one", "two"], { from: 200_000 })], {}, ACTING);
  const [all, few] = seen.groups as [Group, Group];
  const { owner, stranger } = seen.roles;
  const found = [all, few].map((of) => ({
    group: of,
    members: of.members,
    grantor: owner,
    holders: [of === all ? stranger : seen.roles.writers],
    privileges: ["SELECT"] as const,
  }));

  const { undeclared, undeclaredFixes } = undeclaredIn({ snapshot: seen, found });

  expect(undeclared.map(({ role, objects }) => [role, objects])).toEqual([
    ["stranger", 100_001],
    ["writers", 2],
  ]);
  expect(undeclared[0]?.fix).not.toHaveProperty("sql");
  expect(read(undeclared[0]?.fix.note)).toContain("too many objects");
  expect(undeclaredFixes).toEqual([]);
});

test("undeclared privileges that their holder granted to others have an entry for each set of them", () => {
  const acl = [entry("owner", "stranger", "SELECT", true)];
  const [none, one, other] = [
    group(["a"], { acl }),
    group(["b"], { acl, from: 200 }),
    group(["c"], { acl, from: 300 }),
  ];
  const onColumn = (role: "readers" | "writers") => ({ ...entry("stranger", role, "SELECT"), column: "id" });
  const columns = [columnsOf(one, onColumn("readers")), columnsOf(other, onColumn("writers"))];
  const seen = snapshot([none, one, other], { columns }, ACTING);
  const [first] = seen.groups as [Group, Group, Group];
  const members = seen.groups.flatMap((each) => each.members);
  const { owner, stranger } = seen.roles;
  const privileges = ["SELECT WITH GRANT OPTION"] as const;
  const all = { group: first, members, grantor: owner, holders: [stranger], privileges };

  const { undeclared } = undeclaredIn({ snapshot: seen, found: [all] });

  expect(undeclared.map(({ objects, fix }) => [objects, read(fix.note).split(".")[0]])).toEqual([
    [1, ""],
    [1, "stranger granted the privilege to readers"],
    [1, "stranger granted the privilege to writers"],
  ]);
});
