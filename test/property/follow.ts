import { execFile } from "node:child_process";
import pg from "pg";
import type { Fix, Report, Runner } from "../../src/model/report.ts";
import { plain } from "../../src/render/pen.ts";
import { runner } from "../../src/render/phrases.ts";
import { renderSql } from "../../src/render/sql-file.ts";
import { type Address, SUPERUSER, signInAs } from "../sandbox/postgres.ts";
import { PSQL, scriptArguments } from "../sandbox/psql.ts";

/** Where the SQL is run, and who signed in when the report was made. */
export interface Place {
  readonly address: Address;
  readonly database: string;
  readonly login: string;
}

/** Runs the SQL file of a report, each part as the role that it names. Returns the server's errors. */
export async function followFile(place: Place, report: Report): Promise<readonly string[]> {
  const file = renderSql(report);
  const roles = new Map(
    report.databases.flatMap(({ fixes, undeclaredFixes = [] }) =>
      [...fixes, ...undeclaredFixes].map((block): [string, Runner] => [plain.sentence(runner(block)), block]),
    ),
  );
  const refused = await run(place, { as: place.login }, file);
  for (const { title, sql } of commentedParts(file)) {
    const role = roles.get(title);
    refused.push(...(role === undefined ? [`no role is ${title}`] : await run(place, role, sql)));
  }
  return refused;
}

/** Runs the SQL of a fix as the role that it names. Returns the server's errors. */
export async function followFix(place: Place, fix: Fix): Promise<readonly string[]> {
  const { first = [], as, sql } = fix;
  if (as === undefined || sql === undefined) return [];
  const refused: string[] = [];
  for (const step of [...first, { ...fix, as, sql }]) refused.push(...(await run(place, step, step.sql)));
  return refused;
}

/** The parts of an SQL file for other roles, without the `-- ` before each line. */
export function commentedParts(file: string): readonly { readonly title: string; readonly sql: string }[] {
  const [, ...parts] = file.split(/^-- -- To run as /m);
  return parts.map((part) => {
    const [title = "", ...lines] = part.split("\n");
    return { title: title.replace(/:$/, ""), sql: lines.map((line) => line.replace(/^-- /, "")).join("\n") };
  });
}

async function run(place: Place, { as, byMember }: Runner, sql: string): Promise<string[]> {
  // SET SESSION AUTHORIZATION stands in for a sign-in: not every role may connect, or log in.
  const role = byMember ? await memberOf(place, as) : as;
  const script = role === place.login ? sql : `SET SESSION AUTHORIZATION ${pg.escapeIdentifier(role)};\n${sql}`;
  const error = await execute(place, role === place.login ? role : SUPERUSER, script);
  return error === "" ? [] : [`as ${byMember ? `a member (${role}) of ` : ""}${as}: ${error}\n${sql}`];
}

/** A role that may set the role; a superuser only where no other role may. */
async function memberOf({ address, database }: Place, role: string): Promise<string> {
  const client = await signInAs(address, SUPERUSER, database);
  try {
    const { rows } = await client.query<{ name: string }>(
      `SELECT rolname AS name FROM pg_roles
       WHERE NOT rolsuper AND rolname <> $1 AND pg_has_role(oid, $1, '${address.version >= 16 ? "SET" : "MEMBER"}')
       ORDER BY rolname LIMIT 1`,
      [role],
    );
    return rows[0]?.name ?? SUPERUSER;
  } finally {
    await client.end();
  }
}

/** The server's error, or why psql did not run; WARNING 01006 or 01007 is one too, because then nothing was done. */
function execute({ address, database }: Place, user: string, script: string): Promise<string> {
  return new Promise((done) => {
    const psql = execFile(PSQL, scriptArguments(address, user, database), (error, _, stderr) =>
      done(stderr.replace(REFUSED_AT_SIGN_IN, "") || (error?.message ?? "")),
    );
    psql.stdin?.end(script);
  });
}

/** The server's warning at sign-in about a setting (ALTER ROLE … SET role) that it refuses. */
const REFUSED_AT_SIGN_IN = /^WARNING: {2}permission denied to set role ".*?"\n/gms;
