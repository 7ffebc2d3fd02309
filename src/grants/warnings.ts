import type { Demand } from "../model/demand.ts";
import type { Warning } from "../model/report.ts";
import type { Role, Snapshot, Trap } from "../model/snapshot.ts";
import { type Drift, demandedOn, type Finding } from "./drift.ts";
import { isRelation } from "./kinds.ts";
import { planGrants } from "./plan.ts";
import { quoteIdentifier, statementsOf } from "./statements.ts";
import { code, listed } from "./wording.ts";

/** What the privileges alone do not tell: the grants are there, and the app will fail all the same, or can do harm. */
export function warningsFor(
  snapshot: Snapshot,
  demand: Demand,
  grantee: Role,
  drift: Pick<Drift, "gaps">,
): readonly Warning[] {
  const traps = snapshot.traps.filter((trap) => trap.grantee === grantee.oid);
  return [
    ...cannotLogIn(grantee),
    ...nextMigration(snapshot, grantee, drift.gaps),
    ...rowLevelSecurity(grantee, traps),
    ...viewsThatCannotRead(traps),
    ...ownsWhatItShouldRead(snapshot, demand, grantee),
    ...triggersAsSomebodyElse(snapshot, demand, grantee),
    ...snapshot.idlePatterns.map((pattern) => ({
      code: "exclude-matches-nothing",
      message: `The exclude pattern ${code(pattern)} matches nothing: a typing mistake, or what it named is gone.`,
    })),
  ];
}

function cannotLogIn(grantee: Role): Warning[] {
  if (!grantee.canLogin) {
    const fix = `ALTER ROLE ${quoteIdentifier(grantee.name)} LOGIN;`;
    return [
      {
        code: "grantee-cannot-log-in",
        message: `${code(grantee.name)} may not log in. If it is not a group: ${code(fix)}`,
      },
    ];
  }
  if (!grantee.expired) return [];
  const fix = `ALTER ROLE ${quoteIdentifier(grantee.name)} VALID UNTIL 'infinity';`;
  return [
    {
      code: "grantee-expired",
      message: `The password of ${code(grantee.name)} has expired (VALID UNTIL). ${code(fix)}`,
    },
  ];
}

/** One warning for each role that creates objects the grantee will not be able to use. */
function nextMigration(snapshot: Snapshot, grantee: Role, gaps: readonly Finding[]): Warning[] {
  const { changes, hopeless } = planGrants(snapshot, gaps);
  const all = [...changes, ...hopeless.map(({ change }) => change)];
  return [...Map.groupBy(all, ({ owner }) => owner.name)].map(([creator, theirs]) => {
    const schemas = [...new Set(theirs.map(({ group }) => group.schema?.name ?? ""))].sort();
    const sql = statementsOf(theirs).map((statement) => statement.sql);
    return {
      code: "default-privileges",
      message:
        `The next table or sequence that ${code(creator)} creates in ${listed(schemas)} will be missing grants for ${code(grantee.name)}. ` +
        `Set \`default-privileges: true\`, or run as ${code(creator)}: ${code(sql.slice(0, 2).join(" "))}`,
    };
  });
}

function rowLevelSecurity(grantee: Role, traps: readonly Trap[]): Warning[] {
  const tables = traps
    .filter(({ code }) => code === "row-level-security")
    .map(({ schema, name }) => `${schema}.${name}`);
  if (tables.length === 0) return [];
  return [
    {
      code: "row-level-security",
      message: `Row-level security shows ${code(grantee.name)} no row of ${listed(tables)}: no policy is for it. Add one with CREATE POLICY, or give it a role that a policy names.`,
    },
  ];
}

function viewsThatCannotRead(traps: readonly Trap[]): Warning[] {
  const broken = traps.filter((trap) => trap.code === "view-cannot-read");
  const byReader = Map.groupBy(broken, ({ reader }) => reader);
  return [...byReader].map(([reader, views]) => ({
    code: "view-cannot-read",
    message: `Reading ${listed([...new Set(views.map(({ schema, name }) => `${schema}.${name}`))])} fails: ${code(reader)} may not SELECT from ${listed([...new Set(views.map(({ source }) => source))])}.`,
  }));
}

function ownsWhatItShouldRead(snapshot: Snapshot, demand: Demand, grantee: Role): Warning[] {
  const owned = snapshot.groups.filter(
    (group) => isRelation(group.kind) && group.skipped === "" && group.owner === grantee.oid,
  );
  const limited = owned.filter(
    (group) => (group.kind === "sequence" ? demand.sequencePrivileges : demand.tablePrivileges) !== "ALL",
  );
  const count = limited.reduce((sum, group) => sum + group.size, 0);
  if (count === 0) return [];
  return [
    {
      code: "grantee-is-owner",
      message: `${code(grantee.name)} owns ${count} of the tables and sequences here and so may do anything with them, whatever the lists say. Give them to another role with ALTER … OWNER TO.`,
    },
  ];
}

/** TRIGGER lets a role run code as whoever writes to the table next, once it may create a function. */
function triggersAsSomebodyElse(snapshot: Snapshot, demand: Demand, grantee: Role): Warning[] {
  const tables = snapshot.groups.filter((group) => group.kind === "table" && group.skipped === "");
  const demanded = tables.some((group) => demandedOn(snapshot, group, demand).includes("TRIGGER"));
  const creatable = snapshot.schemas
    .filter((schema) => schema.creatableBy.has(grantee.oid))
    .map(({ name }) => name);
  if (!demanded || creatable.length === 0) return [];
  return [
    {
      code: "trigger-and-create",
      message: `${code(grantee.name)} gets TRIGGER and may create functions in ${listed(creatable)}: together they let it run code as whoever writes to a table next. Most apps need no more than \`table-privileges: SELECT, INSERT, UPDATE, DELETE\`.`,
    },
  ];
}
