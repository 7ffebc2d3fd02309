import { expect, test } from "vitest";
import { AS_SESSION_USER } from "../../src/grants/acting-role.ts";
import { batchOf } from "../../src/grants/batches.ts";
import { isHopeless, noteCommitted, noteFailed, nothingDone } from "../../src/grants/outcome.ts";
import type { Change } from "../../src/grants/statements.ts";
import { group, snapshot } from "./snapshots.ts";

const { app, owner } = snapshot([]).roles;

/** GRANT SELECT on each table of a group with one ACL. */
function changesOf(names: readonly string[]): readonly Change[] {
  const [tables] = snapshot([group(names)]).groups as [Change["group"]];
  return tables.members.map((member) => ({
    verb: "GRANT",
    grantee: app,
    group: tables,
    member,
    privileges: ["SELECT"],
    acting: AS_SESSION_USER,
  }));
}

const REFUSED = { reason: "refused", serverMessage: "no" } as const;

test("objects with one owner and ACL are hopeless after eight refusals in a row", () => {
  const outcome = nothingDone();
  const changes = changesOf(Array.from({ length: 10 }, (_, n) => `t${n}`));
  const [first, ...others] = changes;
  if (first === undefined) throw new Error("no changes");
  const hopeless = () => changes.filter((change) => isHopeless(outcome, change)).length;

  noteFailed(outcome, others.slice(0, 7), REFUSED);
  expect(hopeless()).toBe(0);
  noteCommitted(outcome, batchOf([first]));
  noteFailed(outcome, others.slice(0, 7), REFUSED);
  expect(hopeless()).toBe(0);
  noteFailed(outcome, others.slice(7, 8), REFUSED);
  expect(hopeless()).toBe(10);
  expect(isHopeless(outcome, { ...first, acting: { ...AS_SESSION_USER, as: owner } })).toBe(false); // another role may be allowed
  expect(outcome.failed.size).toBe(8);
});

test("objects that are locked or gone do not make others hopeless", () => {
  const outcome = nothingDone();
  const changes = changesOf(Array.from({ length: 10 }, (_, n) => `t${n}`));
  noteFailed(outcome, changes, { reason: "locked" });
  noteFailed(outcome, changes, { reason: "gone" });
  expect(changes.some((change) => isHopeless(outcome, change))).toBe(false);
});
