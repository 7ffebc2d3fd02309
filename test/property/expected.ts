import type { Demand } from "../../src/model/demand.ts";
import { isRoutine } from "../../src/model/kinds.ts";
import { SEQUENCE_PRIVILEGES, TABLE_PRIVILEGES, type TablePrivilege } from "../../src/model/privileges.ts";
import type { GranteeReport, Missing } from "../../src/model/report.ts";
import { type FutureThings, keyOf, may, mayTomorrow, type State, type Thing } from "./oracle.ts";

/** What the contract makes of a state: the same words for the report and for what it should be. */
export interface Judgement {
  /** Who the grantee is after it signed in. */
  readonly actsAs: string;
  readonly missing: readonly string[];
  readonly extra: readonly string[];
  readonly drifted: boolean;
  readonly counts: GranteeReport["objects"];
  /** So many privileges held, by kind and privilege. */
  readonly held: Readonly<Record<string, number>>;
  readonly warnsOfTomorrow: boolean;
  /** The views that cannot read what they select from. */
  readonly brokenViews: readonly string[];
}

/** The privileges that exist for each type on a server. */
export function privilegesOn(version: number): Record<FutureThings, readonly string[]> {
  const exists = (privilege: TablePrivilege) => privilege !== "MAINTAIN" || version >= 17;
  return { tables: TABLE_PRIVILEGES.filter(exists), sequences: SEQUENCE_PRIVILEGES, routines: ["EXECUTE"] };
}

/** What the report says. */
export function told(report: GranteeReport, { things }: State): Judgement {
  const views = things.filter(({ kind }) => kind === "view");
  const named = report.warnings
    .filter(({ code }) => code === "view-cannot-read")
    .flatMap(({ message }) => message)
    .map((part) => (typeof part === "object" && "name" in part ? part.name.join("\0") : ""));
  const held: Record<string, number> = {};
  for (const { kind, privileges, objects } of report.held)
    for (const privilege of privileges)
      held[`${kind} ${privilege}`] = (held[`${kind} ${privilege}`] ?? 0) + objects;
  return {
    actsAs: report.sessionRole ?? report.grantee,
    missing: byObject(report.missing),
    extra: byObject(report.extra),
    drifted: report.verdict === "drift",
    counts: report.objects,
    held,
    warnsOfTomorrow: report.warnings.some(({ code }) => code === "default-privileges"),
    brokenViews: views
      .filter(({ schema, name }) => named.includes(`${schema}\0${name}`))
      .map(({ name }) => name),
  };
}

/** A line for each object: it has an entry for each reason and each grantor. */
function byObject(findings: readonly Missing[]): readonly string[] {
  const entries = Map.groupBy(findings, ({ kind, schema, name, owner }) =>
    JSON.stringify([kind, schema, name, owner]),
  );
  return [...entries.values()]
    .map((same) => {
      const [first] = same as [Missing];
      return lines(first, first.owner, [...new Set(same.flatMap(({ privileges }) => privileges))]);
    })
    .sort();
}

/** What the report should say. `held`, `tomorrow` and `broken`: what the oracle found the grantee can do, and cannot. */
export function expected(
  state: State,
  demand: Demand,
  grantee: string,
  version: number,
  held: ReadonlySet<string>,
  grantees: readonly Signed[],
  tomorrow: ReadonlySet<string>,
  broken: ReadonlySet<string>,
): Judgement {
  const all = privilegesOn(version);
  const actor = grantees.find(({ name }) => name === grantee)?.actsAs ?? grantee;
  const demanded = (thing: Pick<Thing, "kind" | "name">): readonly string[] => {
    if (thing.kind === "database") return ["CONNECT"];
    if (thing.kind === "schema") return demand.schemaPrivileges;
    if (isRoutine(thing.kind) || (thing.name === "routines" && thing.kind === "default-privileges"))
      return demand.routinePrivileges;
    if (thing.kind === "sequence" || (thing.name === "sequences" && thing.kind === "default-privileges"))
      return demand.sequencePrivileges === "ALL" ? all.sequences : demand.sequencePrivileges;
    return demand.tablePrivileges === "ALL" ? all.tables : demand.tablePrivileges;
  };
  const schemas = demandedSchemas(state, demand);
  const relations = state.things
    .filter(({ schema }) => schemas.some(({ name }) => name === schema))
    .filter(({ kind }) => !isRoutine(kind) || demand.routinePrivileges.length > 0);
  const checked = relations.filter((thing) => !thing.ofExtension && !isExcluded(thing, demand));
  const database = state.things.filter(({ kind }) => kind === "database");
  const everything = [...database, ...schemas, ...checked];
  const holds = (thing: Thing, privilege: string) =>
    held.has(may(grantee, privilege, keyOf(thing.kind, thing.schema, thing.name)));

  const lacking = everything.map((thing) =>
    lines(
      thing,
      thing.owner,
      demanded(thing).filter((privilege) => !holds(thing, privilege)),
    ),
  );
  const gaps = creatorsOf(state, demand, grantees, schemas, relations)
    .filter(({ creator }) => creator !== actor)
    .flatMap(({ schema, creator }) =>
      futureThings(demand).map((name) => {
        const found = { kind: "default-privileges" as const, schema, name };
        return lines(
          found,
          creator,
          demanded(found).filter((privilege) => !tomorrow.has(mayTomorrow(creator, schema, name, privilege))),
        );
      }),
    );
  const beyond = checked
    .filter((thing) => thing.owner !== actor && demand.onExtra !== "ignore")
    .map((thing) =>
      lines(
        thing,
        thing.owner,
        (thing.kind === "sequence" ? all.sequences : all.tables).filter(
          (privilege) =>
            !isRoutine(thing.kind) &&
            !demanded(thing).includes(privilege) &&
            (holds(thing, privilege) || holdsOnColumn(state, thing, actor, privilege)),
        ),
      ),
    );
  const missing = [...lacking, ...(demand.defaultPrivileges ? gaps : [])].filter(says).sort();
  const extra = beyond.filter(says).sort();
  const judgesExtra = demand.onExtra === "fail" || demand.onExtra === "revoke";
  const counted: Record<string, number> = {};
  for (const thing of everything) {
    const onSchema = demand.schemaPrivileges;
    const names = { database: ["CONNECT"], schema: onSchema, sequence: all.sequences }[thing.kind as string];
    for (const privilege of isRoutine(thing.kind) ? all.routines : (names ?? all.tables))
      if (holds(thing, privilege))
        counted[`${thing.kind} ${privilege}`] = (counted[`${thing.kind} ${privilege}`] ?? 0) + 1;
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
    warnsOfTomorrow: !demand.defaultPrivileges && gaps.some(says),
    brokenViews: checked
      .filter(({ kind, schema, name }) => kind === "view" && broken.has(keyOf(kind, schema, name)))
      .map(({ name }) => name),
  };
}

/** The pairs of a schema and a role whose next table may appear in it. */
export function creatorsIn(
  state: State,
  demand: Demand,
  grantees: readonly Signed[],
): readonly { schema: string; creator: string }[] {
  const schemas = demandedSchemas(state, demand);
  return creatorsOf(
    state,
    demand,
    grantees,
    schemas,
    state.things
      .filter(({ schema }) => schemas.some(({ name }) => name === schema))
      .filter(({ kind }) => !isRoutine(kind) || demand.routinePrivileges.length > 0),
  );
}

/** What default privileges are looked at for. */
export function futureThings({ routinePrivileges }: Demand): readonly FutureThings[] {
  return routinePrivileges.length > 0 ? ["tables", "sequences", "routines"] : ["tables", "sequences"];
}

/** A grantee, and who it is after it signed in. */
export interface Signed {
  readonly name: string;
  readonly actsAs: string;
}

function creatorsOf(
  state: State,
  { schemaPrivileges }: Demand,
  grantees: readonly Signed[],
  schemas: readonly Thing[],
  relations: readonly Thing[],
) {
  const owners = relations
    .filter(({ ofExtension }) => !ofExtension)
    .map(({ schema, owner }) => ({ schema, creator: owner }));
  const entitled = [...state.acls.values()]
    .filter(
      ({ kind, name, privilege }) =>
        kind === "schema" && privilege === "CREATE" && schemas.some((s) => s.name === name),
    )
    .filter(({ grantee }) => state.roles.get(grantee)?.login)
    .map(({ name, grantee }) => ({ schema: name, creator: grantee }));
  const demanded = schemas.flatMap(({ name: schema }) =>
    grantees
      .filter(({ name }) => schemaPrivileges.includes("CREATE") && state.roles.get(name)?.login)
      .map(({ actsAs }) => ({ schema, creator: actsAs })),
  );
  const unique = new Map([...owners, ...entitled, ...demanded].map((pair) => [JSON.stringify(pair), pair]));
  return [...unique.values()].filter(
    ({ creator }) => !creator.startsWith("pg_") && state.roles.get(creator)?.superuser === false,
  );
}

function demandedSchemas(state: State, { schemas }: Demand): readonly Thing[] {
  return state.things
    .filter(({ kind }) => kind === "schema")
    .filter(({ name, ofExtension }) => (schemas === "*" ? !ofExtension : schemas.includes(name)));
}

/** `name` or `schema.name`; `*` is any run of characters. */
function isExcluded({ kind, schema, name: signature }: Thing, { exclude }: Demand): boolean {
  const name = isRoutine(kind) ? signature.replace(/\([^()]*\)$/, "") : signature;
  return exclude.some((pattern) =>
    [name, ...(pattern.includes(".") ? [`${schema}.${name}`] : [])].some((text) => globs(pattern, text)),
  );
}

function globs(pattern: string, text: string): boolean {
  const [first, ...rest] = pattern;
  if (first === undefined) return text === "";
  const [letter, ...letters] = text;
  const [left, after] = [rest.join(""), letters.join("")];
  if (first === "*") return globs(left, text) || (letter !== undefined && globs(pattern, after));
  return letter === first && globs(left, after);
}

/** A column's own ACL: to the grantee, to a role it inherits from, or to everybody. */
function holdsOnColumn(state: State, thing: Thing, grantee: string, privilege: string): boolean {
  const inherits = state.roles.get(grantee)?.inherits ?? [];
  return [...state.acls.values()].some(
    (item) =>
      item.part !== "" &&
      item.kind === thing.kind &&
      item.schema === thing.schema &&
      item.name === thing.name &&
      item.privilege === privilege &&
      (item.grantee === "PUBLIC" || inherits.includes(item.grantee)),
  );
}

function lines(
  { kind, schema, name }: { kind: Thing["kind"]; schema?: string; name: string },
  owner: string,
  privileges: readonly string[],
): string {
  return `${keyOf(kind, schema, name)} of ${JSON.stringify(owner)}: ${[...privileges].sort().join(" ")}`;
}

function says(line: string): boolean {
  return !line.endsWith(": ");
}
