import fc from "fast-check";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { nothingDone } from "../../src/grants/outcome.ts";
import { undeclaredIn } from "../../src/grants/undeclared.ts";
import { isInSchema, isRoutine } from "../../src/model/kinds.ts";
import { withoutGrantOption } from "../../src/model/privileges.ts";
import type { Changed, Missing, Mode, Report, Undeclared } from "../../src/model/report.ts";
import { EMPTY, name as identifier, inOurWords } from "../../src/model/sentence.ts";
import { look, lookForUndeclared } from "../../src/postgres/catalog.ts";
import { type Reconciled, reconcile } from "../../src/reconcile.ts";
import { plain } from "../../src/render/pen.ts";
import { SOME_VERSIONS, SUPERUSER, type Version } from "../sandbox/postgres.ts";
import { type Sandbox, startSandbox } from "../sandbox/sandbox.ts";
import { type Blueprint, blueprintOf, REFUSAL } from "./build.ts";
import {
  checkedIn,
  creatorsIn,
  expected,
  futureKinds,
  privilegesOn,
  reportedJudgement,
  type SignedIn,
  undeclaredBy,
  undeclaredLines,
} from "./expected.ts";
import { followFile, followFix } from "./follow.ts";
import { model } from "./model.ts";
import {
  type Attempt,
  attempts,
  brokenViews,
  build,
  failingUses,
  featuresOf,
  futurePrivileges,
  keyOf,
  PREPARE,
  privilegeKey,
  privilegesHeldBy,
  roleAfterSignIn,
  routinePath,
  type State,
  stateOf,
} from "./oracle.ts";

/** So many databases of a version have every feature; the daily run has fewer. */
const EVERY_FEATURE = 40;
/** Databases for each version. */
const DATABASES = Number(process.env.PROPERTY_DATABASES ?? (process.env.ALL_VERSIONS ? EVERY_FEATURE : 10));
/**
 * The seed of a version's databases. A failure prints its seed and path: PROPERTY_SEED repeats the run, and PROPERTY_PATH
 * starts it at the shrunk database. Without PROPERTY_SEED each run has the same databases, so that a failure is due to the
 * change under test; `random` draws new ones, as the workflow Nightly does.
 */
function seedOf(version: Version): number {
  const asked = process.env.PROPERTY_SEED ?? "same";
  return asked === "same" ? version : asked === "random" ? (START + version) & 0x7fffffff : Number(asked);
}
const START = Date.now();
const PATH = process.env.PROPERTY_PATH;

/** The time limit of one version, in milliseconds: half a second for a database, and some minutes to shrink a failure. */
const TIME = 300_000 + DATABASES * 3_000;

const TEMPLATE = "property_template";
/** The servers that the model's foreign tables need. */
const FOREIGN = ["postgres_fdw", "file_fdw"]
  .map((name) => `CREATE EXTENSION ${name}; CREATE SERVER ${name} FOREIGN DATA WRAPPER ${name};`)
  .join("\n");

describe.each(SOME_VERSIONS)("any database of PostgreSQL %i", (version) => {
  let sandbox: Sandbox;
  const tally = {
    databases: 0,
    refused: 0,
    steps: 0,
    byStatement: 0,
    byFunction: 0,
    brokenViews: 0,
    failingUses: 0,
    asPlanned: 0,
    moreThanPlanned: 0,
    followed: 0,
    dependent: 0,
    undeclared: 0,
    undeclaredLeft: 0,
    withoutSql: 0,
    refusedByTrigger: 0,
    refusedLater: 0,
    refusedFiles: 0,
    features: {} as Record<string, number>,
    verdicts: {} as Record<string, number>,
  };

  beforeAll(async () => {
    console.log(`PostgreSQL ${version}: ${DATABASES} databases, PROPERTY_SEED=${seedOf(version)}`);
    sandbox = await startSandbox({ version });
    await sandbox.createDatabase(TEMPLATE);
    await sandbox.sql(TEMPLATE, FOREIGN);
  });
  afterAll(async () => {
    console.log(`PostgreSQL ${version}: ${JSON.stringify(tally)}`);
    await sandbox.close();
  });

  test(
    "gets the verdict that the server gives, and exactly the grants that this login can make",
    async () => {
      await fc.assert(
        fc.asyncProperty(model, async (drawn) => {
          const blueprint = blueprintOf(drawn, version);
          await withDatabase(sandbox, version, blueprint, tally);
        }),
        {
          numRuns: DATABASES,
          seed: seedOf(version),
          ...(PATH === undefined ? {} : { path: PATH }),
          // A run that ends here has failed, even if all its databases passed.
          interruptAfterTimeLimit: TIME * 0.9,
          markInterruptAsFailure: true,
        },
      );
    },
    TIME,
  );

  if (DATABASES >= EVERY_FEATURE) {
    test("has every feature that is hard to judge in some database", () => {
      const { features } = tally;
      expect(Object.keys(features).filter((feature) => (features[feature] ?? 0) < DATABASES / EVERY_FEATURE)).toEqual(
        [],
      );
      expect(tally.refusedByTrigger + tally.refusedLater, "refused by event triggers").toBeGreaterThan(0);
    });
  }
});

interface Tally {
  databases: number;
  refused: number;
  steps: number;
  byStatement: number;
  byFunction: number;
  brokenViews: number;
  failingUses: number;
  /** Databases in which `apply` ran, and the server refused nothing that `plan` lists. */
  asPlanned: number;
  /** And those in which what it did made more possible. */
  moreThanPlanned: number;
  /** Findings whose SQL was run, those of them that need other grants to be revoked first, and findings without SQL. */
  followed: number;
  dependent: number;
  /** Entries about what is undeclared, and those that are left after their SQL was run. */
  undeclared: number;
  undeclaredLeft: number;
  withoutSql: number;
  /** Privileges that an event trigger refused to the login, and to the roles that the report names. */
  refusedByTrigger: number;
  refusedLater: number;
  refusedFiles: number;
  /** How many databases have each feature of `featuresOf`. */
  features: Record<string, number>;
  verdicts: Record<string, number>;
}

let count = 0;

/** Builds the database, compares what the action says and does there with the oracle, and drops it. */
async function withDatabase(sandbox: Sandbox, version: Version, blueprint: Blueprint, tally: Tally): Promise<void> {
  const database = `property_${++count}`;
  const sql = blueprint.sql.map((statement) => statement.replaceAll(":database", database));
  await sandbox.createDatabase(database, { template: TEMPLATE });
  const sessions: pg.Client[] = [];
  const signIn = async (role: string) => {
    const client = await sandbox.signInAs(role, database);
    sessions.push(client);
    return client;
  };
  try {
    const oracle = await signIn(SUPERUSER);
    await oracle.query(PREPARE);
    const errors = await build(oracle, sql);
    tally.databases++;
    tally.steps += errors.length;
    tally.refused += errors.filter((end) => end !== "").length;
    try {
      await checkDatabase({
        sandbox,
        oracle,
        client: await signIn(blueprint.session),
        database,
        version,
        blueprint,
        tally,
      });
    } catch (error) {
      if (error instanceof Error) error.message += `\n\n${reproduction(blueprint, sql, errors)}`;
      throw error;
    }
  } finally {
    for (const session of sessions) await session.end();
    await sandbox.sql("postgres", `DROP DATABASE ${database}`);
    const roles = blueprint.roles.map((role) => pg.escapeIdentifier(role)).join(", ");
    await sandbox.sql("postgres", `DROP ROLE ${roles}`);
  }
}

/** The SQL that built the database, and the inputs of the action, to repeat a failure by hand. */
function reproduction(
  { grantees, session, demand }: Blueprint,
  sql: readonly string[],
  errors: readonly string[],
): string {
  const script = sql.map((statement, n) => (errors[n] === "" ? `${statement};` : `-- ${errors[n]}: ${statement}`));
  return [...script, JSON.stringify({ session, grantees, demand }, null, 2)].join("\n");
}

interface Setup {
  readonly sandbox: Sandbox;
  /** The superuser's session, which builds, looks and tries. */
  readonly oracle: pg.Client;
  /** The action's session. */
  readonly client: pg.Client;
  readonly database: string;
  readonly version: Version;
  readonly blueprint: Blueprint;
  readonly tally: Tally;
}

async function checkDatabase(setup: Setup): Promise<void> {
  const { oracle, blueprint, version } = setup;
  const run = (mode: Mode) => reconcile(setup.client, { mode, ...blueprint }, () => {}, { done: nothingDone() });

  const before = await stateOf(oracle, version);
  for (const [feature, isThere] of Object.entries(await featuresOf(oracle)))
    setup.tally.features[feature] = (setup.tally.features[feature] ?? 0) + (isThere ? 1 : 0);
  const expectedBefore = await expectedJudgements(setup, before);
  if (expectedBefore.some(({ actsAs }, n) => actsAs !== blueprint.grantees[n])) {
    const { sessionRoles = 0 } = setup.tally.features;
    setup.tally.features.sessionRoles = sessionRoles + 1;
  }
  const checked = await run("check");
  expect(judgementsOf(checked, before), "check against the oracle").toEqual(expectedBefore);
  expect(sourcesIn(checked), "every privilege held is explained").not.toContain("server");
  await expectFailingUses(setup, before);
  const planned = await run("plan");
  expect(judgementsOf(planned, before), "plan against the oracle").toEqual(expectedBefore);
  expect(planned.statements, "plan and check list the same statements").toEqual(checked.statements);
  expect(firstPart(planned), "the first part of the file").toEqual(planned.statements);
  expect(await stateOf(oracle, version), "check and plan change nothing").toEqual(before);

  if (blueprint.follow === "plan's file") return expectFixesToWork(setup, planned, "file");
  if (blueprint.follow === "plan's fixes") {
    await expectFixesToWork(setup, planned, "fixes");
    return expectUndeclaredToEnd(setup);
  }

  const applied = await run("apply");
  const after = await stateOf(oracle, version);
  const expectedAfter = await expectedJudgements(setup, after);
  expect(judgementsOf(applied, after), "apply against the oracle").toEqual(expectedAfter);
  for (const [n, { drifted }] of expectedBefore.entries()) {
    const verdict = expectedAfter[n]?.drifted ? "drift" : drifted ? "repaired" : "in-sync";
    expect(applied.grantees[n]?.verdict, "the verdict of apply").toBe(verdict);
    setup.tally.verdicts[verdict] = (setup.tally.verdicts[verdict] ?? 0) + 1;
  }
  if (!refusedIn(applied)) {
    // A role to which `apply` grants USAGE on a schema may then grant what it owns there, and what was granted on is revoked
    // when those grants are.
    const isMore = (["owner-lacks-usage", "grantor-lacks-usage", "dependent-privileges"] as const).some((each) =>
      reasonsIn(planned).includes(each),
    );
    const { statements } = applied;
    const first = isMore ? statements.slice(0, planned.statements.length) : statements;
    expect(first, "apply runs what plan lists").toEqual(planned.statements);
    setup.tally[first.length === statements.length ? "asPlanned" : "moreThanPlanned"]++;
  }
  expectExactly(before, after, applied);
  expect(wrongPredictions(checked, applied), "check said whether this login can grant it").toEqual([]);
  expect(reasonsIn(applied), "why something is still missing").not.toContain("not-granted");
  await expectNothingLeftToDo(setup, leftToGrant(setup, after, applied));
  await expectNothingLeftToDo(setup, leftToRevoke(setup, after, applied));

  const again = await run("apply");
  expect(again.statements, "a second apply").toEqual([]);
  expect(judgementsOf(again, after), "a second apply against the oracle").toEqual(expectedAfter);
  expect(await stateOf(oracle, version), "a second apply changes nothing").toEqual(after);
  await expectFixesToWork(setup, again, blueprint.follow === "apply's file" ? "file" : "fixes");
}

/**
 * Runs the SQL of a report: the file, then what is not in the file because its note comes first. Then nothing may be left
 * but the findings without SQL, and what an event trigger refuses to the role that the report names.
 */
async function expectFixesToWork(setup: Setup, result: Reconciled, what: "file" | "fixes"): Promise<void> {
  const { sandbox, client, database, blueprint, tally } = setup;
  const judgesExtra = ["fail", "revoke"].includes(blueprint.demand.onExtra);
  const findings = ({ grantees }: Reconciled) =>
    grantees.flatMap(({ grantee, missing, extra }) =>
      [...missing, ...(judgesExtra ? extra : [])].map((found) => ({ grantee, ...found })),
    );
  const linesOf = (all: ReturnType<typeof findings>) =>
    all.flatMap((found) => found.privileges.map((privilege) => lineOf(found, found.grantee, privilege)));
  const place = { address: sandbox.server, database, login: blueprint.session };
  const check = () => reconcile(client, { mode: "check", ...blueprint }, () => {}, { done: nothingDone() });
  // Without its membership in an owner, a grantee can lack privileges: more-than-lists.test.ts follows that.
  const isFollowed = ({ reason, fix }: Missing) => fix.sql !== undefined && reason !== "can-act-as-owner";
  const withoutSql = linesOf(findings(result).filter((found) => !isFollowed(found)));
  tally.followed += findings(result).filter(isFollowed).length;
  tally.withoutSql += withoutSql.length;

  let end = result;
  if (what === "file") {
    const refused = await followFile(place, reportOf(database, blueprint.session, result));
    // A role that was refused USAGE on a schema is refused everything in it.
    const after = refused.slice(refused.findIndex((line) => line.includes(REFUSAL)));
    expect(
      refused.filter(
        (line) => !line.includes(REFUSAL) && !(after.includes(line) && line.includes("permission denied for schema")),
      ),
      "following the file",
    ).toEqual([]);
    end = await check();
    if (refused.length > 0) tally.refusedFiles++;
    if (refused.length === 0) {
      const dependent = linesOf(findings(result).filter(isDependent));
      expect(
        linesOf(findings(end)).filter((line) => !withoutSql.includes(line) && !dependent.includes(line)),
        "left after following the file",
      ).toEqual([]);
    }
  }
  // A refusal ends a part of the file, so the rest is run finding by finding.
  const refusedLater: string[] = [];
  const follow = async (found: ReturnType<typeof findings>[number]) => {
    const [refused = ""] = await followFix(place, found.fix);
    if (refused === "") return;
    expect(refused, "following a fix").toContain(REFUSAL);
    refusedLater.push(...linesOf([found]));
  };
  for (const found of findings(end).filter(isFollowed)) {
    if (isDependent(found)) await revokeDependents(setup, found);
    await follow(found);
  }
  // The note of such a finding says that other grantees may hold the privilege only by what it says to revoke first.
  if (findings(end).some(isDependent)) {
    const { grantees } = await check();
    const missing = grantees.map((each) => ({ ...each, extra: [] }));
    for (const found of findings({ ...end, grantees: missing }).filter(isFollowed)) await follow(found);
  }
  tally.refusedLater += refusedLater.length;
  expect(
    linesOf(findings(await check())).filter((line) => !withoutSql.includes(line) && !refusedLater.includes(line)),
    `left after following the fixes`,
  ).toEqual([]);
}

/**
 * Compares what is undeclared with the ACLs, and follows the SQL file and then the fixes. Then nothing may be left but what
 * has no SQL, and what a role granted to a grantee or to the owner, who revokes.
 */
async function expectUndeclaredToEnd(setup: Setup): Promise<void> {
  const { sandbox, oracle, client, database, blueprint, version, tally } = setup;
  const { demand, grantees, session } = blueprint;
  const find = async () => undeclaredIn(await lookForUndeclared(client, [demand], grantees));
  const first = await find();
  expect(undeclaredLines(first.undeclared), "what is undeclared, by the ACLs").toEqual(
    undeclaredBy(await stateOf(oracle, version), demand, grantees),
  );
  tally.undeclared += first.undeclared.length;
  const place = { address: sandbox.server, database, login: session };
  const report = reportOf(database, session, { grantees: [], statements: [], fixes: [], verdict: "drift" });
  const databases = report.databases.map((each) => ({ ...each, ...first }));
  const refused = await followFile(place, { ...report, databases });
  if (refused.some((line) => line.includes(REFUSAL))) return;
  expect(refused, "following the file about what is undeclared").toEqual([]);
  let { undeclared: left } = await find();
  // What somebody granted on is not in the file.
  const named = ({ role, schema, kind }: Undeclared) => [role, schema, kind].join();
  const noted = new Set(first.undeclared.flatMap((each) => (each.fix.note === undefined ? [] : named(each))));
  expect(
    left.filter((each) => !noted.has(named(each))),
    "left after following the file",
  ).toEqual([]);
  for (let length = -1; length !== left.length; ) {
    length = left.length;
    for (const { fix } of left.filter((each) => !isDependentUndeclared(each))) {
      const [error = ""] = await followFix(place, fix);
      if (error !== "") expect(error, "following a fix").toContain("dependent privileges exist");
    }
    left = (await find()).undeclared;
  }
  tally.undeclaredLeft += left.length;
  for (const { fix } of left) {
    const note = plain.sentence(fix.note ?? EMPTY);
    if (fix.sql === undefined) expect(note).toMatch(/As a superuser|no longer holds|Run as|Then run as/);
    else expect([...grantees, fix.as ?? ""].filter((role) => note.includes(plain.name(role)))).not.toEqual([]);
  }
}

/** The server does not refuse to revoke it from a member of the owner, and then no role could revoke the other grants. */
function isDependentUndeclared({ fix }: Undeclared): boolean {
  return plain.sentence(fix.note ?? EMPTY).includes("Revoke those grants first");
}

function isDependent({ reason, fix }: Missing): boolean {
  return reason === "dependent-privileges" && fix.sql !== undefined;
}

/**
 * Does what the note of a finding says: as the grantee, revokes the privilege from each role that the note names, and from
 * those that hold it from them. An event trigger does not matter here.
 */
async function revokeDependents(
  { oracle, version, tally }: Setup,
  found: Missing & { readonly grantee: string },
): Promise<void> {
  tally.dependent++;
  const { acls } = await stateOf(oracle, version);
  const note = plain.sentence(found.fix.note ?? EMPTY);
  const rows = [...acls.values()].filter(
    (row) =>
      keyOf(row.kind, row.schema, row.name) === keyOf(found.kind, found.schema, found.name) &&
      row.grantor === found.grantee &&
      found.privileges.some((privilege) => withoutGrantOption(privilege) === row.privilege),
  );
  for (const { grantee, privilege, part } of rows) {
    const to = grantee === "PUBLIC" ? grantee : pg.escapeIdentifier(grantee);
    if (!note.includes(plain.sentence(grantee === "PUBLIC" ? inOurWords(grantee) : identifier(grantee)))) continue;
    const isTable = isInSchema(found.kind) && (found.kind !== "sequence" || part !== "");
    const type = isRoutine(found.kind) ? "ROUTINE" : isTable ? "TABLE" : found.kind.toUpperCase();
    const path = [found.schema ?? [], found.name].flat().map((each) => pg.escapeIdentifier(each));
    const usage = `GRANT USAGE ON SCHEMA ${path[0]} TO ${pg.escapeIdentifier(found.grantee)};`;
    const what = part === "" ? privilege : `${privilege} (${pg.escapeIdentifier(part)})`;
    await oracle.query(`
      BEGIN; SET LOCAL session_replication_role = replica;
      ${path.length > 1 ? usage : ""}
      SET LOCAL SESSION AUTHORIZATION ${pg.escapeIdentifier(found.grantee)};
      REVOKE ${what} ON ${type} ${isRoutine(found.kind) ? routinePath(found.schema ?? "", found.name, found.kind) : path.join(".")} FROM ${to} CASCADE;
      COMMIT`);
  }
}

function reportOf(database: string, user: string, { grantees, statements, fixes }: Reconciled): Report {
  const report = {
    host: "localhost",
    port: 5432,
    database,
    user,
    verdict: "drift",
    grantees,
    statements,
    fixes,
  } as const;
  return { version: 1, mode: "plan", verdict: "drift", databases: [report] };
}

/** The report warns of each use of a table or view that fails although the grantee holds the privilege, and of no other. */
async function expectFailingUses({ sandbox, oracle, client, blueprint, tally }: Setup, state: State): Promise<void> {
  const { demand, grantees } = blueprint;
  const snapshot = await look(client, grantees, demand);
  const isDemanded = (use: string) =>
    demand.tablePrivileges === "ALL" || demand.tablePrivileges.some((each) => each === use);
  for (const grantee of grantees) {
    const actsAs = await roleAfterSignIn(sandbox, state, grantee);
    const { rows } = await oracle.query<{ line: string }>(HELD_USES, [actsAs]);
    const held = rows.map(({ line }) => line);
    const failing = await failingUses(oracle, checkedIn(state, demand), actsAs);
    const linesOf = (all: readonly { readonly use: string; readonly schema: string; readonly name: string }[]) =>
      [...new Set(all.map(({ use, schema, name }) => `${use} ${schema}.${name}`))].sort();
    const pitfalls = snapshot.grantees.get(grantee)?.pitfalls ?? [];
    const refused = linesOf(failing.refused.map(({ use, of }) => ({ use, ...of }))).filter((line) =>
      held.includes(line),
    );
    const led = linesOf(pitfalls.filter(({ code }) => code === "view-cannot-write" || code === "rule-fails"));
    expect(led, `what is refused to ${grantee} because of what it leads to`).toEqual(refused);
    const hidden = linesOf(
      failing.hidden.filter(({ use }) => isDemanded(use)).map(({ use, of }) => ({ use, ...of })),
    ).filter((line) => held.includes(line));
    const byRow = pitfalls.filter(
      ({ code, schema, name, source }) =>
        code === "row-level-security" &&
        schema === source[0] &&
        name === source[1] &&
        failing.judgedByRow.some((each) => each.schema === schema && each.name === name),
    );
    expect(linesOf(byRow), `what row-level security keeps ${grantee} from`).toEqual(hidden);
    tally.failingUses += refused.length + hidden.length;
  }
}

/** What a role may do with tables and views. SELECT is judged before it is held. */
const HELD_USES = `
SELECT format('%s %s.%s', use, nspname, relname) AS line
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace, unnest('{SELECT,INSERT,UPDATE,DELETE}'::text[]) AS use
WHERE c.relkind IN ('r', 'p', 'v') AND CASE use WHEN 'SELECT' THEN true WHEN 'DELETE' THEN has_table_privilege($1, c.oid, use)
                                                ELSE has_any_column_privilege($1, c.oid, use) END`;

/** What the report should say about each grantee, by the oracle. */
async function expectedJudgements({ sandbox, oracle, version, blueprint, tally }: Setup, state: State) {
  const { demand, grantees } = blueprint;
  const signed: SignedIn[] = [];
  for (const name of grantees) signed.push({ name, actsAs: await roleAfterSignIn(sandbox, state, name) });
  const creators = creatorsIn(state, demand, signed);
  const judgements = [];
  for (const { name: grantee, actsAs } of signed) {
    const found = await privilegesHeldBy(sandbox, oracle, state, grantee, actsAs);
    expect(found.contradictions, "doing and asking agree").toEqual([]);
    tally.byStatement += found.byStatement;
    tally.byFunction += found.byFunction;
    const next = await futurePrivileges(oracle, creators, actsAs, futureKinds(demand), privilegesOn(version));
    const broken = await brokenViews(oracle, state, actsAs);
    tally.brokenViews += broken.size;
    judgements.push(expected(state, demand, grantee, version, found.held, signed, next, broken));
  }
  return judgements;
}

function judgementsOf({ grantees }: Reconciled, state: State) {
  return grantees.map((report) => reportedJudgement(report, state));
}

function sourcesIn({ grantees }: Reconciled) {
  return grantees.flatMap(({ held }) => held.map(({ source }) => source));
}

/** The statements of the block that `apply` runs, without those that set the role. */
function firstPart({ fixes }: Reconciled): readonly string[] {
  const byApply = fixes.find(({ runnable, byHand }) => runnable && !byHand)?.statements ?? [];
  const isPart = (sql: string) => /^(BEGIN;|COMMIT;|SET LOCAL ROLE |DO |(GRANT|REVOKE) (?!.* ON ))/.test(sql);
  return byApply.filter((sql) => !isPart(sql));
}

/** Whether the server refused what this login seemed to be able to do. */
function refusedIn(result: Reconciled): boolean {
  return reasonsIn(result).some((reason) => reason === "refused" || reason === "not-tried");
}

/** Why privileges are missing or extra, as the report has it. */
function reasonsIn({ grantees }: Reconciled) {
  return grantees.flatMap(({ missing, extra }) => [...missing, ...extra].map(({ reason }) => reason));
}

/** The privileges that `check` says this login can grant and `apply` did not grant, and the other way round. */
function wrongPredictions(checked: Reconciled, applied: Reconciled): readonly string[] {
  return checked.grantees.flatMap(({ grantee, missing }, n) => {
    const left = applied.grantees[n]?.missing ?? [];
    const keysOf = (findings: readonly Missing[], ...reasons: readonly Missing["reason"][]) =>
      findings
        .filter(({ reason }) => reasons.includes(reason))
        .flatMap((found) => found.privileges.map((privilege) => lineOf(found, grantee, privilege)));
    const all = left.flatMap((found) => found.privileges.map((privilege) => lineOf(found, grantee, privilege)));
    const refused = keysOf(left, "refused", "not-tried");
    return [
      ...keysOf(missing, "not-granted").filter((key) => all.includes(key) && !refused.includes(key)),
      ...keysOf(missing, "not-owner").filter((key) => !all.includes(key)),
    ];
  });
}

/** Names a grantee's privilege on an object, in every report on the database. */
function lineOf(found: Changed, grantee: string, privilege: string): string {
  return item({ ...found, part: found.owner }, grantee, privilege);
}

/** Expects the ACLs, and what any role can do, to differ by exactly what the report says was granted and revoked. */
function expectExactly(before: State, after: State, { grantees }: Reconciled): void {
  const itemsOf = (changes: readonly Changed[], grantee: string) =>
    changes.flatMap((change) =>
      change.privileges.map((privilege) =>
        item({ ...change, part: change.kind === "default-privileges" ? change.owner : "" }, grantee, privilege),
      ),
    );
  const granted = grantees.flatMap((report) => itemsOf(report.granted, report.grantee));
  const revoked = grantees.flatMap((report) => itemsOf(report.revoked, report.grantee));
  const [removed, changed] = [without(before.acls, after.acls), without(after.acls, before.acls)];
  // A row that lost its grant option differs in nothing else.
  const rowOf = ({ grantable: _, ...row }: (typeof removed)[number]) => JSON.stringify(row);
  const lessened = new Set(removed.filter(({ grantable }) => grantable).map(rowOf));
  const added = changed.filter((row) => row.grantable || !lessened.has(rowOf(row)));
  const kept = new Set(changed.map(rowOf));
  const lostIn = (row: (typeof removed)[number]) =>
    row.grantable && kept.has(rowOf(row)) ? `${row.privilege} WITH GRANT OPTION` : row.privilege;
  expect(added.map((row) => item(row, row.grantee, row.privilege)).sort(), "what ACLs gained").toEqual(granted.sort());
  const lost = [...new Set(removed.map((row) => item(row, row.grantee, lostIn(row))))];
  // While the grant of another grantor stays, the privilege is still extra and the report does not call it revoked.
  const left = new Set(grantees.flatMap((report) => itemsOf(report.extra, report.grantee)));
  expect(lost.filter((what) => !left.has(what)).sort(), "what ACLs lost").toEqual(revoked.sort());
  expect(
    added.filter(({ grantable }) => grantable),
    "grant options given",
  ).toEqual([]);
  expect(after.memberships, "roles and memberships").toBe(before.memberships);
  expect(after.objects, "objects").toEqual(before.objects);

  // Only roles that have a grantee's privileges gain and lose privileges with it.
  const shared = (
    changes: (report: Reconciled["grantees"][number]) => readonly Changed[],
    suffixes: readonly string[],
  ) =>
    new Set(
      grantees.flatMap((report) =>
        changes(report).flatMap(({ kind, schema, name, privileges }) =>
          [...after.roles]
            .filter(([, { inherits }]) => inherits.includes(report.grantee))
            .flatMap(([role]) =>
              privileges.flatMap((privilege) =>
                suffixes.map((suffix) => privilegeKey(role, privilege + suffix, keyOf(kind, schema, name))),
              ),
            ),
        ),
      ),
    );
  const gainable = shared(({ granted }) => granted, [""]);
  // Members may lose what the grantee still holds in another way, as a superuser for example.
  const losable = shared(({ revoked, extra }) => [...revoked, ...extra], ["", " WITH GRANT OPTION"]);
  expect(
    [...after.possible].filter((what) => !before.possible.has(what) && !gainable.has(what)),
    "became possible",
  ).toEqual([]);
  expect(
    [...before.possible].filter((what) => !after.possible.has(what) && !losable.has(what)),
    "became impossible",
  ).toEqual([]);
}

function item(
  { kind, schema, name, part }: { kind: Changed["kind"]; schema?: string; name: string; part: string },
  grantee: string,
  privilege: string,
): string {
  return `${keyOf(kind, schema, name)} ${part} ${JSON.stringify(grantee)} ${privilege}`;
}

function without<T>(all: ReadonlyMap<string, T>, those: ReadonlyMap<string, T>): readonly T[] {
  return [...all].filter(([key]) => !those.has(key)).map(([, value]) => value);
}

/** One privilege that is left to grant or revoke, and the statements to try. */
interface Tried extends Attempt {
  readonly owner: string;
  readonly line: string;
  readonly reason: Missing["reason"];
  readonly serverMessage?: string;
}

/** What is still missing, to be tried as the session user, and as every role that it may set. */
function leftToGrant({ blueprint }: Setup, state: State, { grantees }: Reconciled): readonly Tried[] {
  return grantees.flatMap(({ grantee, sessionRole = grantee, missing }) =>
    missing.flatMap((found) =>
      found.privileges.map((privilege) => {
        const holder = found.kind === "database" ? grantee : sessionRole;
        const object = state.objects.find(
          ({ kind, schema, name }) => keyOf(kind, schema, name) === keyOf(found.kind, found.schema, found.name),
        );
        const { grant, question } = howToGrant(found, object?.oid ?? 0, privilege, holder);
        const statements = asEachRole(state, blueprint.session, grant);
        return {
          ...why(found),
          line: lineOf(found, grantee, privilege),
          as: blueprint.session,
          statements,
          questions: statements.map(() => question),
        };
      }),
    ),
  );
}

/**
 * What is still extra although `on-extra` is `revoke`, in the same way; but not what the grantee also holds on columns,
 * because REVOKE on the table would revoke that too; nor what it granted to others, if the report says so: while they hold
 * it, no part of it is revoked.
 */
function leftToRevoke({ blueprint }: Setup, state: State, { grantees }: Reconciled): readonly Tried[] {
  if (blueprint.demand.onExtra !== "revoke") return [];
  const acls = [...state.acls.values()];
  return grantees.flatMap(({ grantee, sessionRole, extra }) =>
    extra.flatMap((found) => {
      // The privileges of the role as which its sessions begin are not the grantee's, and those for all schemas are left.
      if (sessionRole !== undefined || found.reason === "for-all-schemas") return [];
      const isDefault = found.kind === "default-privileges";
      const here = acls.filter(
        (row) => keyOf(row.kind, row.schema, row.name) === keyOf(found.kind, found.schema, found.name),
      );
      const mine = here.filter((row) => row.grantee === grantee);
      const given = here.filter((row) => row.grantor === grantee);
      const isLeft = (privilege: string) =>
        given.some((row) => row.privilege === privilege) &&
        extra.some(
          ({ kind, schema, name, privileges, reason }) =>
            reason === "dependent-privileges" &&
            keyOf(kind, schema, name) === keyOf(found.kind, found.schema, found.name) &&
            privileges.some((each) => each === privilege),
        );
      return found.privileges
        .filter((privilege) => isDefault || !mine.some((row) => row.part !== "" && row.privilege === privilege))
        .filter((privilege) => !isLeft(privilege))
        .flatMap((privilege) => {
          const direct = mine.filter((row) => row.privilege === privilege && (!isDefault || row.part === found.owner));
          if (direct.length === 0) return [];
          const inSchema = found.schema === undefined ? "" : `${pg.escapeIdentifier(found.schema)}.`;
          const type = { sequence: "SEQUENCE", schema: "SCHEMA" }[found.kind as string] ?? "TABLE";
          const from = `FROM ${pg.escapeIdentifier(grantee)}`;
          const schema = `(SELECT oid FROM pg_namespace WHERE nspname = ${pg.escapeLiteral(found.schema ?? "")})`;
          const revoke = isDefault
            ? `ALTER DEFAULT PRIVILEGES FOR ROLE ${pg.escapeIdentifier(found.owner)} IN SCHEMA ${pg.escapeIdentifier(found.schema ?? "")} REVOKE ${privilege} ON ${found.name} ${from}`
            : `REVOKE ${privilege} ON ${type} ${inSchema}${pg.escapeIdentifier(found.name)} ${from}`;
          const statements = asEachRole(state, blueprint.session, revoke);
          const acl = isDefault
            ? `pg_default_acl AS d, aclexplode(d.defaclacl) AS x WHERE d.defaclrole = ${pg.escapeLiteral(pg.escapeIdentifier(found.owner))}::regrole
                 AND d.defaclnamespace = ${schema} AND d.defaclobjtype = '${{ sequences: "S", routines: "f" }[found.name] ?? "r"}'`
            : found.kind === "schema"
              ? `pg_namespace AS n, aclexplode(n.nspacl) AS x WHERE n.nspname = ${pg.escapeLiteral(found.name)}`
              : `pg_class AS c, aclexplode(c.relacl) AS x WHERE c.relname = ${pg.escapeLiteral(found.name)}
                 AND c.relnamespace = ${schema}`;
          const question = `SELECT count(*) < ${direct.length} FROM ${acl}
              AND pg_get_userbyid(x.grantee) = ${pg.escapeLiteral(grantee)} AND x.privilege_type = '${privilege}'`;
          return {
            ...why(found),
            line: lineOf(found, grantee, privilege),
            as: blueprint.session,
            statements,
            questions: statements.map(() => question),
          };
        });
    }),
  );
}

function why({ owner, reason, serverMessage }: Missing): Pick<Tried, "owner" | "reason" | "serverMessage"> {
  return { owner, reason, ...(serverMessage !== undefined && { serverMessage }) };
}

/** Tries what is left: nothing may work, and an event trigger must refuse what the report calls refused. */
async function expectNothingLeftToDo({ oracle, tally }: Setup, tried: readonly Tried[]): Promise<void> {
  const results = await attempts(oracle, tried);
  // The action grants nothing to the role as which the grantee's sessions begin, because that role is not a grantee.
  const ends = tried
    .map((each, n) => ({ ...each, ends: results[n] ?? [] }))
    .filter(({ reason }) => reason !== "session-role");
  const isRefused = ({ reason }: Tried) => reason === "refused" || reason === "not-tried";
  expect(
    ends
      .filter((each) => !isRefused(each))
      .flatMap(({ as, statements, ends }) =>
        statements.filter((_, n) => ends[n]?.startsWith("ZZ000 t")).map((statement) => `as ${as}: ${statement}`),
      ),
    "left, and this login could do it",
  ).toEqual([]);
  // With `act-as-owner`, the action may have tried as the owner.
  const refused = ends.filter(isRefused);
  const asOwner = await attempts(
    oracle,
    refused.map(({ owner, statements, questions = [] }) => ({
      as: owner,
      statements: statements.slice(0, 1),
      questions: questions.slice(0, 1),
    })),
  );
  tally.refusedByTrigger += refused.length;
  expect(
    refused
      .filter(
        ({ reason, serverMessage, ends }, n) =>
          ![...ends, ...(asOwner[n] ?? [])].some((end) => end.includes(REFUSAL)) ||
          (reason === "refused" && serverMessage !== REFUSAL),
      )
      .map(({ line, reason, serverMessage, ends }) => ({ line, reason, serverMessage, ends })),
    "called refused, and no event trigger refuses it",
  ).toEqual([]);
}

/** A statement as the session user, and as each role that it may set. */
function asEachRole(state: State, session: string, statement: string): readonly string[] {
  const roles = state.roles.get(session)?.settable ?? [];
  return [statement, ...roles.map((role) => `SET LOCAL ROLE ${pg.escapeIdentifier(role)}; ${statement}`)];
}

function howToGrant(found: Changed, oid: number, privilege: string, grantee: string) {
  const [to, asked] = [pg.escapeIdentifier(grantee), pg.escapeLiteral(grantee)];
  const schema = pg.escapeIdentifier(found.schema ?? "");
  const name = pg.escapeIdentifier(found.name);
  switch (found.kind) {
    case "default-privileges": {
      const of = pg.escapeIdentifier(found.owner);
      return {
        grant: `ALTER DEFAULT PRIVILEGES FOR ROLE ${of} IN SCHEMA ${schema} GRANT ${privilege} ON ${found.name} TO ${to}`,
        question: `SELECT EXISTS (
          SELECT FROM pg_default_acl AS d, aclexplode(d.defaclacl) AS x
          WHERE pg_get_userbyid(d.defaclrole) = ${pg.escapeLiteral(found.owner)}
            AND d.defaclnamespace = (SELECT oid FROM pg_namespace WHERE nspname = ${pg.escapeLiteral(found.schema ?? "")})
            AND d.defaclobjtype = '${{ sequences: "S", routines: "f" }[found.name] ?? "r"}'
            AND pg_get_userbyid(x.grantee) = ${asked} AND x.privilege_type = '${privilege}')`,
      };
    }
    case "database":
    case "schema":
      return {
        grant: `GRANT ${privilege} ON ${found.kind} ${name} TO ${to}`,
        question: `SELECT has_${found.kind}_privilege(${asked}, ${oid}, '${privilege}')`,
      };
    case "function":
    case "procedure":
    case "aggregate":
      return {
        grant: `GRANT ${privilege} ON ROUTINE ${routinePath(found.schema ?? "", found.name, found.kind)} TO ${to}`,
        question: `SELECT has_function_privilege(${asked}, ${oid}, '${privilege}')`,
      };
    default: {
      const type = found.kind === "sequence" ? "sequence" : "table";
      return {
        grant: `GRANT ${privilege} ON ${type} ${schema}.${name} TO ${to}`,
        question: `SELECT has_${type}_privilege(${asked}, ${oid}, '${privilege}')`,
      };
    }
  }
}
