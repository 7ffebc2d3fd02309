import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, expect, test } from "vitest";
import { nothingDone } from "../../src/grants/outcome.ts";
import type { reconcile } from "../../src/reconcile.ts";
import { readFailure } from "../read.ts";
import { DEFAULTS, useWorld } from "./world.ts";

const world = useWorld(18);
const copy = mkdtempSync(join(tmpdir(), "new-privilege-"));
afterAll(() => rmSync(copy, { recursive: true }));

/** Inserts a line after another one, which a file must have once. */
function addLine(file: string, after: string, line: string): void {
  const [before, rest, ...others] = readFileSync(file, "utf8").split(`${after}\n`);
  expect([rest, ...others], `once in ${file}: ${after}`).toEqual([expect.any(String)]);
  writeFileSync(file, `${before}${after}\n${line}\n${rest}`);
}

test("a privilege that a later version introduces is two lines in src", async () => {
  cpSync("src", join(copy, "src"), { recursive: true });
  symlinkSync(resolve("node_modules"), join(copy, "node_modules"));
  const privileges = join(copy, "src/model/privileges.ts");
  addLine(privileges, '  "MAINTAIN",', '  "PEEK",');
  addLine(privileges, "  MAINTAIN: 170000,", "  PEEK: 990000,");
  const { reconcile: run } = (await import(join(copy, "src/reconcile.ts"))) as {
    reconcile: typeof reconcile;
  };
  const { owner, app, as, signIn } = await world.open();
  await as(owner, `CREATE TABLE t (id int); GRANT ALL ON t TO ${app}; GRANT USAGE ON SCHEMA public TO ${app}`);
  const client = await signIn(owner);
  const task = { mode: "check", grantees: [app], demand: DEFAULTS } as const;

  expect(await run(client, task, () => {}, { done: nothingDone() })).toMatchObject({ verdict: "in-sync" });

  const asked = { ...DEFAULTS, tablePrivileges: ["PEEK" as "MAINTAIN"] };
  const error = await run(client, { ...task, demand: asked }, () => {}, { done: nothingDone() }).catch(
    ({ failure }) => failure,
  );
  expect(readFailure(error)).toMatchObject({
    code: "privilege-not-found",
    message: expect.stringContaining("does not have the PEEK privilege."),
    hint: "PostgreSQL 99 introduced it.",
    steps: "Remove PEEK from `table-privileges`.",
  });
});
