import type { Demand } from "../../src/model/demand.ts";
import { isRoutine } from "../../src/model/kinds.ts";
import { SEQUENCE_PRIVILEGES } from "../../src/model/privileges.ts";
import type { GranteeReport, Missing, Undeclared } from "../../src/model/report.ts";
import { SUPERUSER } from "../sandbox/postgres.ts";
import { tablePrivilegesOn } from "../table-privileges.ts";
import {
  type DatabaseObject,
  type Future,
  type FutureKind,
  futureKey,
  givenText,
  keyOf,
  privilegeKey,
  type State,
} from "./oracle.ts";

/** What a report says about one grantee, in a form that can be compared with what the oracle says. */
export interface Judgement {
  /** The role as which the grantee's sessions begin. */
  readonly actsAs: string;
  readonly missing: readonly string[];
  readonly extra: readonly string[];
  readonly drifted: boolean;
  readonly counts: GranteeReport["objects"];
  /** How many objects each privilege is held on, by kind and privilege. */
  readonly held: Readonly<Record<string, number>>;
  readonly warnsOfFutureObjects: boolean;
  /** The views that cannot read what they select from. */
  readonly brokenViews: readonly string[];
}

/** The tables and views that are checked. */
export function checkedIn(state: State, demand: Demand): readonly DatabaseObject[] {
  const schemas = demandedSchemas(state, demand).map(({ name }) => name);
  return state.objects.filter(
    (object) =>
      ["table", "partitioned-table", "view"].includes(object.kind) &&
      schemas.includes(object.schema) &&
      !object.ofExtension &&
      !isExcluded(object, demand),
  );
}

/** The privileges that exist for each type on a server. */
export function privilegesOn(version: number): Record<FutureKind, readonly string[]> {
  return { tables: tablePrivilegesOn(version), sequences: SEQUENCE_PRIVILEGES, routines: ["EXECUTE"] };
}

/** What the report says. */
export function reportedJudgement(report: GranteeReport, { objects }: State): Judgement {
  const views = objects.filter(({ kind }) => kind === "view");
  const named = report.warnings
    .filter(({ code }) => code === "view-cannot-read")
    .flatMap(({ message }) => message.parts)
    .map((part) => ("name" in part ? part.name.join("\0") : ""));
  const held: Record<string, number> = {};
  for (const { kind, privileges, objects } of report.held)
    for (const privilege of privileges) held[`${kind} ${privilege}`] = (held[`${kind} ${privilege}`] ?? 0) + objects;
  return {
    actsAs: report.sessionRole ?? report.grantee,
    missing: byObject(report.missing),
    extra: byObject(report.extra),
    drifted: report.verdict === "drift",
    counts: report.objects,
    held,
    warnsOfFutureObjects: report.warnings.some(({ code }) => code === "default-privileges"),
    brokenViews: views.filter(({ schema, name }) => named.includes(`${schema}\0${name}`)).map(({ name }) => name),
  };
}

/** A line for each object, which has an entry in the report for each reason and each grantor. */
function byObject(findings: readonly Missing[]): readonly string[] {
  const entries = Map.groupBy(findings, ({ kind, schema, name, owner }) => JSON.stringify([kind, schema, name, owner]));
  return [...entries.values()]
    .map((same) => {
      const [first] = same as [Missing];
      return findingLine(first, first.owner, [...new Set(same.flatMap(({ privileges }) => privileges))]);
    })
    .sort();
}

/** What the report should say, by what the oracle found: `held`, `future` and `broken`. */
export function expected(
  state: State,
  demand: Demand,
  grantee: string,
  version: number,
  held: ReadonlySet<string>,
  grantees: readonly SignedIn[],
  future: Future,
  broken: ReadonlySet<string>,
): Judgement {
  const all = privilegesOn(version);
  const actor = grantees.find(({ name }) => name === grantee)?.actsAs ?? grantee;
  const demanded = (object: Pick<DatabaseObject, "kind" | "name">): readonly string[] => {
    if (object.kind === "database") return ["CONNECT"];
    if (object.kind === "schema") return demand.schemaPrivileges;
    if (isRoutine(object.kind) || (object.name === "routines" && object.kind === "default-privileges"))
      return demand.routinePrivileges;
    if (object.kind === "sequence" || (object.name === "sequences" && object.kind === "default-privileges"))
      return demand.sequencePrivileges === "ALL" ? all.sequences : demand.sequencePrivileges;
    return demand.tablePrivileges === "ALL" ? all.tables : demand.tablePrivileges;
  };
  const schemas = demandedSchemas(state, demand);
  const relations = state.objects
    .filter(({ schema }) => schemas.some(({ name }) => name === schema))
    .filter(({ kind }) => !isRoutine(kind) || demand.routinePrivileges.length > 0);
  const checked = relations.filter((object) => !object.ofExtension && !isExcluded(object, demand));
  const database = state.objects.filter(({ kind }) => kind === "database");
  const everything = [...database, ...schemas, ...checked];
  const holds = (object: DatabaseObject, privilege: string) =>
    held.has(privilegeKey(grantee, privilege, keyOf(object.kind, object.schema, object.name)));

  const lacking = everything.map((object) =>
    findingLine(
      object,
      object.owner,
      demanded(object).filter((privilege) => !holds(object, privilege)),
    ),
  );
  const creators = creatorsOf(state, demand, grantees, schemas, relations);
  const gaps = creators
    .filter(({ creator }) => creator !== actor)
    .flatMap(({ schema, creator }) =>
      futureKinds(demand).map((name) => {
        const found = { kind: "default-privileges" as const, schema, name };
        return findingLine(
          found,
          creator,
          demanded(found).filter((privilege) => !future.held.has(futureKey(creator, schema, name, privilege))),
        );
      }),
    );
  const isAll = demand.tablePrivileges === "ALL" && demand.sequencePrivileges === "ALL";
  const roleOf = (name: string) => state.roles.get(name);
  const judgesPowers =
    demand.onExtra !== "ignore" && (demand.onExtra !== "warn" || !isAll) && !roleOf(grantee)?.superuser;
  const ownsIt = ({ kind, owner }: DatabaseObject) =>
    judgesPowers && (kind === "database" || kind === "schema") && (owner === grantee || owner === actor);
  const onRelation = (object: DatabaseObject) =>
    (object.kind === "sequence" ? all.sequences : all.tables).filter(
      (privilege) =>
        object.kind !== "database" &&
        object.kind !== "schema" &&
        !isRoutine(object.kind) &&
        !demanded(object).includes(privilege) &&
        (holds(object, privilege) || holdsOnColumn(state, object, actor, privilege)),
    );
  const grantOptions = (object: DatabaseObject, beside: readonly string[]) =>
    [...state.acls.values()]
      .filter((row) => keyOf(row.kind, row.schema, row.name) === keyOf(object.kind, object.schema, object.name))
      .filter(({ part }) => part === "" || !isAll)
      .filter(({ grantable, grantee: holder }) => grantable && roleOf(actor)?.inherits.includes(holder))
      .filter(({ privilege }) => !beside.includes(privilege))
      .map(({ privilege }) => `${privilege} WITH GRANT OPTION`);
  const beyond = everything
    .filter(() => demand.onExtra !== "ignore")
    .map((object) => {
      const privileges = object.owner === actor ? [] : onRelation(object);
      const options = object.owner === actor ? [] : grantOptions(object, privileges);
      const owner = ownsIt(object) ? ["OWNER"] : [];
      return findingLine(object, object.owner, [...new Set([...owner, ...privileges, ...options])]);
    });
  const owners = new Set(everything.filter(({ kind }) => !isRoutine(kind)).map(({ owner }) => owner));
  const canActAs = (owner: string) =>
    owner !== grantee &&
    owner !== "pg_database_owner" &&
    roleOf(grantee)?.settable.some((role) => roleOf(role)?.inherits.includes(owner));
  const actsFor = [...owners]
    .filter((owner) => judgesPowers && canActAs(owner))
    .map((owner) => findingLine({ kind: "role", schema: "", name: owner }, owner, ["SET"]));
  const beyondDefaults = creators
    .filter(({ creator }) => creator !== actor)
    .flatMap(({ schema, creator }) =>
      futureKinds(demand).flatMap((name) => {
        const rows = [...state.acls.values()].filter(
          (row) =>
            row.kind === "default-privileges" &&
            row.name === name &&
            row.part === creator &&
            row.grantee !== creator &&
            (row.schema === schema || row.schema === ""),
        );
        for (const { grantee: to, privilege, grantable } of rows)
          if (
            ![grantable, true].some((option) =>
              future.given.has(futureKey(creator, schema, name, givenText({ to, privilege, grantable: option }))),
            )
          )
            throw new Error(`the next of ${name} does not have ${privilege} of ${to}`);
        return ["", schema].map((where) => {
          const found = { kind: "default-privileges" as const, schema: where, name };
          const mine = rows
            .filter((row) => row.schema === where)
            .filter(({ grantee: to }) => to === "PUBLIC" || roleOf(actor)?.inherits.includes(to));
          const privileges = mine.map(({ privilege }) => privilege).filter((each) => !demanded(found).includes(each));
          const options = mine
            .filter(({ privilege, grantable }) => grantable && !privileges.includes(privilege))
            .map(({ privilege }) => `${privilege} WITH GRANT OPTION`);
          return findingLine(found, creator, [...new Set([...privileges, ...options])]);
        });
      }),
    );
  const judgesDefaults = demand.defaultPrivileges && demand.onExtra !== "ignore";
  const missing = [...lacking, ...(demand.defaultPrivileges ? gaps : [])].filter(namesPrivileges).sort();
  const judgesExtra = demand.onExtra === "fail" || demand.onExtra === "revoke";
  const extra = [
    ...new Set([...beyond, ...(judgesDefaults ? beyondDefaults : [])].filter(namesPrivileges)),
    ...actsFor,
  ].sort();
  const counted: Record<string, number> = {};
  for (const object of everything) {
    const onSchema = demand.schemaPrivileges;
    const names = { database: ["CONNECT"], schema: onSchema, sequence: all.sequences }[object.kind as string];
    for (const privilege of isRoutine(object.kind) ? all.routines : (names ?? all.tables))
      if (holds(object, privilege))
        counted[`${object.kind} ${privilege}`] = (counted[`${object.kind} ${privilege}`] ?? 0) + 1;
  }
  return {
    actsAs: actor,
    missing,
    extra,
    drifted: missing.length > 0 || (judgesExtra && extra.length > 0),
    counts: {
      tables: checked.filter(({ kind }) => kind !== "sequence" && !isRoutine(kind)).length,
      sequences: checked.filter(({ kind }) => kind === "sequence").length,
      ...(demand.routinePrivileges.length > 0 && {
        routines: checked.filter(({ kind }) => isRoutine(kind)).length,
      }),
      skipped: relations.length - checked.length,
    },
    held: counted,
    warnsOfFutureObjects: !demand.defaultPrivileges && gaps.some(namesPrivileges),
    brokenViews: checked
      .filter(({ kind, schema, name }) => kind === "view" && broken.has(keyOf(kind, schema, name)))
      .map(({ name }) => name),
  };
}

/** The pairs of a schema and a role whose next table may appear in it. */
export function creatorsIn(
  state: State,
  demand: Demand,
  grantees: readonly SignedIn[],
): readonly { schema: string; creator: string }[] {
  const schemas = demandedSchemas(state, demand);
  return creatorsOf(
    state,
    demand,
    grantees,
    schemas,
    state.objects
      .filter(({ schema }) => schemas.some(({ name }) => name === schema))
      .filter(({ kind }) => !isRoutine(kind) || demand.routinePrivileges.length > 0),
  );
}

/** What default privileges are looked at for. */
export function futureKinds({ routinePrivileges }: Demand): readonly FutureKind[] {
  return routinePrivileges.length > 0 ? ["tables", "sequences", "routines"] : ["tables", "sequences"];
}

/** A grantee, and who it is after it signed in. */
export interface SignedIn {
  readonly name: string;
  readonly actsAs: string;
}

function creatorsOf(
  state: State,
  demand: Demand,
  grantees: readonly SignedIn[],
  schemas: readonly DatabaseObject[],
  relations: readonly DatabaseObject[],
) {
  const owners = relations
    .filter((object) => !object.ofExtension && !isExcluded(object, demand))
    .map(({ schema, owner }) => ({ schema, creator: owner }));
  const withCreate = [...state.acls.values()]
    .filter(
      ({ kind, name, privilege }) =>
        kind === "schema" && privilege === "CREATE" && schemas.some((s) => s.name === name),
    )
    .filter(({ grantee }) => state.roles.get(grantee)?.login)
    .map(({ name, grantee }) => ({ schema: name, creator: grantee }));
  const demanded = schemas.flatMap(({ name: schema }) =>
    grantees
      .filter(({ name }) => demand.schemaPrivileges.includes("CREATE") && state.roles.get(name)?.login)
      .map(({ actsAs }) => ({ schema, creator: actsAs })),
  );
  const unique = new Map([...owners, ...withCreate, ...demanded].map((pair) => [JSON.stringify(pair), pair]));
  return [...unique.values()].filter(
    ({ creator }) => !creator.startsWith("pg_") && state.roles.get(creator)?.superuser === false,
  );
}

/** What roles hold that are not declared, by the report: a line for each role, schema, kind and privilege. */
export function undeclaredLines(undeclared: readonly Undeclared[]): readonly string[] {
  const lines = undeclared.flatMap(({ role, schema, kind, privileges, onColumns }) =>
    privileges.map((privilege) => [role, schema, kind, privilege, onColumns === true].join()),
  );
  return [...new Set(lines)].sort();
}

/** The same by the ACLs. */
export function undeclaredBy(state: State, demand: Demand, grantees: readonly string[]): readonly string[] {
  const schemas = demandedSchemas(state, demand).map(({ name }) => name);
  const objects = new Map(
    state.objects
      .filter(({ kind, schema }) => schemas.includes(schema) && !isRoutine(kind))
      .filter((object) => !object.ofExtension && !isExcluded(object, demand))
      .map((object) => [keyOf(object.kind, object.schema, object.name), object]),
  );
  const lines = [...state.acls.values()].flatMap((row) => {
    const object = objects.get(keyOf(row.kind, row.schema, row.name));
    const { grantee, schema, kind, privilege, grantable, part } = row;
    if (object === undefined || grantee === object.owner || grantees.includes(grantee)) return [];
    if (grantee === SUPERUSER || /^(azure|pg_)/.test(grantee)) return [];
    return [grantee, schema, kind, grantable ? `${privilege} WITH GRANT OPTION` : privilege, part !== ""].join();
  });
  return [...new Set(lines)].sort();
}

function demandedSchemas(state: State, { schemas }: Demand): readonly DatabaseObject[] {
  return state.objects
    .filter(({ kind }) => kind === "schema")
    .filter(({ name, ofExtension }) => (schemas === "*" ? !ofExtension : schemas.includes(name)));
}

/** `name` or `schema.name`; `*` is any run of characters. */
function isExcluded({ kind, schema, name: signature }: DatabaseObject, { exclude }: Demand): boolean {
  const name = isRoutine(kind) ? signature.replace(/\([^()]*\)$/, "") : signature;
  return exclude.some((pattern) =>
    [name, ...(pattern.includes(".") ? [`${schema}.${name}`] : [])].some((text) => matches(pattern, text)),
  );
}

function matches(pattern: string, text: string): boolean {
  const [first, ...rest] = pattern;
  if (first === undefined) return text === "";
  const [letter, ...letters] = text;
  const [left, after] = [rest.join(""), letters.join("")];
  if (first === "*") return matches(left, text) || (letter !== undefined && matches(pattern, after));
  return letter === first && matches(left, after);
}

/** Whether a column's ACL grants it to the grantee, to a role whose privileges it inherits, or to PUBLIC. */
function holdsOnColumn(state: State, object: DatabaseObject, grantee: string, privilege: string): boolean {
  const inherits = state.roles.get(grantee)?.inherits ?? [];
  return [...state.acls.values()].some(
    (item) =>
      item.part !== "" &&
      item.kind === object.kind &&
      item.schema === object.schema &&
      item.name === object.name &&
      item.privilege === privilege &&
      (item.grantee === "PUBLIC" || inherits.includes(item.grantee)),
  );
}

function findingLine(
  { kind, schema, name }: { kind: DatabaseObject["kind"]; schema?: string; name: string },
  owner: string,
  privileges: readonly string[],
): string {
  return `${keyOf(kind, schema, name)} of ${JSON.stringify(owner)}: ${[...privileges].sort().join(" ")}`;
}

function namesPrivileges(line: string): boolean {
  return !line.endsWith(": ");
}
