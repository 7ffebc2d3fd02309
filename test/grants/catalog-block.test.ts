import { expect, test } from "vitest";
import { catalogBlock } from "../../src/grants/catalog-block.ts";
import { planGrants } from "../../src/grants/plan.ts";
import type { Change } from "../../src/grants/statements.ts";
import type { Group } from "../../src/model/snapshot.ts";
import { ACTING, group, role, schema, snapshot } from "./snapshots.ts";

const NAMES = Array.from({ length: 501 }, (_, n) => `t${n}`);

/** What the owner grants on all members of a group, as the login that acts for it. */
function changesOn(of: Group, facts: Partial<Change> = {}): readonly Change[] {
  const seen = snapshot([of], {}, ACTING);
  const findings = of.members.map((member) => ({
    grantee: role("app"),
    group: of,
    member,
    privileges: ["SELECT"] as const,
    columns: [],
  }));
  return planGrants(seen, findings, false).changes.map((change) => ({ ...change, ...facts }));
}

test("stands for many objects, not for as many as one batch has", () => {
  expect(catalogBlock(changesOn(group(NAMES)), [], [], false)).toMatchObject({ others: [] });
  expect(catalogBlock(changesOn(group(NAMES.slice(1))), [], [], false)).toBeNull();
});

test("leaves to statements what it would not do, or would do elsewhere too", () => {
  const tables = changesOn(group(NAMES));
  const others = [
    ...changesOn(group(["readers"], { schema: schema("a"), from: 9_000 }), { verb: "REVOKE" }),
    ...changesOn(group(["one"], { schema: schema("b", { oid: "1" }) }), { oneByOne: true }),
    ...changesOn(group(["f"], { kind: "function", from: 9_100 })),
  ];
  expect(catalogBlock([...tables, ...others], [], [], false)?.others).toEqual(others);
});

test("is not for the objects beside one that no SQL of the role helps", () => {
  const refused = changesOn(group(["refused"], { from: 9_000 }));
  expect(catalogBlock(changesOn(group(NAMES)), refused, [], false)).toBeNull();
  const elsewhere = changesOn(group(["refused"], { schema: schema("a", { oid: "1" }), from: 9_000 }));
  expect(catalogBlock(changesOn(group(NAMES)), elsewhere, [], false)).not.toBeNull();
});

test.each(["zero\u200bwidth", "line\nbreak", "##[error]x", "\uFFFD"])(
  "is not for a name that does not show what it is: %j",
  (name) => {
    expect(catalogBlock(changesOn(group(NAMES, { schema: schema(name) })), [], [], false)).toBeNull();
    expect(catalogBlock(changesOn(group(NAMES)), [], [name], false)).toBeNull();
  },
);
