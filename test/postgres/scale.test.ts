import { expect, test } from "vitest";
import { lookForUndeclared } from "../../src/postgres/catalog.ts";
import { useOwnWorld } from "./world.ts";

const world = useOwnWorld(18);

test("grants 20,000 objects on PostgreSQL 18 while another session runs DDL, and lists them if undeclared", async () => {
  const { app, owner, as, sql, run, signIn, can } = await world.open();
  for (let from = 0; from < 10_000; from += 2_500)
    await as(
      owner,
      `DO $$ BEGIN FOR n IN ${from} .. ${from + 2_499} LOOP
         EXECUTE format('CREATE TABLE t%s (); CREATE SEQUENCE s%s', n, n);
       END LOOP; END $$`,
    );
  await as(owner, "CREATE SCHEMA bystander");
  expect(await sql("SHOW max_locks_per_transaction")).toEqual([{ max_locks_per_transaction: "64" }]);
  const bystander = await signIn(owner);
  const many = Array.from({ length: 400 }, (_, n) => `CREATE TABLE bystander.t${n} (id int PRIMARY KEY)`).join("; ");
  let rounds = 0;
  let applying = true;
  const ddl = (async () => {
    while (applying) {
      await bystander.query(`BEGIN; ${many}; ALTER TABLE public.t9999 ADD COLUMN c${rounds} int; COMMIT`);
      await bystander.query("DROP SCHEMA bystander CASCADE; CREATE SCHEMA bystander");
      rounds++;
    }
  })();

  const report = await run("apply").finally(() => {
    applying = false;
  });
  await ddl;

  expect(report).toMatchObject({
    verdict: "repaired",
    missing: [],
    objects: { tables: 10_000, sequences: 10_000 },
  });
  expect(report.granted).toHaveLength(20_000);
  expect(rounds).toBeGreaterThan(0);
  expect(await can(app, "SELECT * FROM t0; SELECT * FROM t9999; SELECT nextval('s5000')")).toBe(true);

  const client = await signIn(owner);
  const start = performance.now();
  await run("check", {}, { client });
  const checked = performance.now();
  const { found } = await lookForUndeclared(client, [{ schemas: ["public"], exclude: [] }], [owner]);
  const listed = performance.now();

  expect(found.map(({ members }) => members.length)).toEqual([10_000, 10_000]);
  // Three times as long as a check. To look for each object among all of them takes forty times as long.
  expect((listed - checked) / (checked - start)).toBeLessThan(10);
});
