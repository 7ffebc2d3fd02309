import { expect, test } from "vitest";
import { AS_SESSION_USER } from "../../src/grants/acting-role.ts";
import { batchOf } from "../../src/grants/batches.ts";
import type { Change } from "../../src/grants/statements.ts";
import { startWork } from "../../src/grants/work.ts";
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

test("a batch is unconfirmed until it is answered, and then as it was committed", () => {
  const work = startWork();
  const batch = batchOf(changesOf(["t"]));
  const sql = ['GRANT SELECT ON TABLE "public"."t" TO "app";'];

  work.sent(batch);
  expect(work.outcome()).toMatchObject({
    committed: [],
    unconfirmed: [{ changes: batch.changes, statements: sql }],
  });
  work.answered();
  expect(work.outcome()).toMatchObject({ committed: [], statements: [], unconfirmed: [] });
  work.committed(batch);
  expect(work.outcome()).toMatchObject({ committed: batch.changes, statements: sql, unconfirmed: [] });
});

test("objects with one owner and ACL are hopeless after eight refusals in a row", () => {
  const work = startWork();
  const changes = changesOf(Array.from({ length: 10 }, (_, n) => `t${n}`));
  const [first, ...others] = changes;
  if (first === undefined) throw new Error("no changes");

  for (const change of others.slice(0, 7)) work.failed([change], REFUSED);
  expect(changes.some(work.isHopeless)).toBe(false);
  work.committed(batchOf([first]));
  work.failed(others.slice(0, 7), REFUSED);
  expect(changes.some(work.isHopeless)).toBe(false);
  work.failed(others.slice(7, 8), REFUSED);
  expect(changes.every(work.isHopeless)).toBe(true);
  expect(work.isHopeless({ ...first, acting: { ...AS_SESSION_USER, as: owner } })).toBe(false); // another role may be allowed
  expect(work.outcome().failed.size).toBe(8);
});

test("objects that are locked or gone do not make others hopeless", () => {
  const work = startWork();
  const changes = changesOf(Array.from({ length: 10 }, (_, n) => `t${n}`));
  work.failed(changes, { reason: "locked" });
  work.failed(changes, { reason: "gone" });
  expect(changes.some(work.isHopeless)).toBe(false);
});
