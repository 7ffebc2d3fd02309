import type { Kind } from "../model/kinds.ts";
import type { DatabaseReport, GranteeReport, Named, Report, Runner, Source, Verdict } from "../model/report.ts";
import { name, type Sentence, sentence } from "../model/sentence.ts";
import { count, series, some } from "../text/count.ts";
import { quoteName, visibleSql } from "../text/escape.ts";
import { groupsOf } from "../text/groups.ts";
import type { Target } from "./findings.ts";
import type { Pen } from "./pen.ts";

/** Who runs SQL: the role, or a member of a role that cannot log in; and in which database, if it is another one. */
export function runner({ as, byMember, database }: Runner): Sentence {
  const who = byMember ? sentence`a member of ${name(as)}` : name(as);
  return database === undefined ? who : sentence`${who} in database ${name(database)}`;
}

export const ICONS: Readonly<Record<Verdict, string>> = {
  "in-sync": "✅",
  repaired: "🔧",
  drift: "❌",
  error: "⚠️",
};

/** The words for a verdict. */
export const VERDICTS: Readonly<Record<Verdict, string>> = {
  "in-sync": "in sync",
  repaired: "repaired",
  drift: "drift",
  error: "could not check",
};

/** Kinds whose words are not the kind's own name and an `s`. */
const KIND_WORDS: Readonly<Partial<Record<Kind, readonly [one: string, many: string]>>> = {
  "default-privileges": ["set of default privileges", "sets of default privileges"],
  identity: ["identity", "identities"],
};

function wordsOf(kind: Kind): readonly [one: string, many?: string] {
  return KIND_WORDS[kind] ?? [kind.replaceAll("-", " ")];
}

/** `1 view`, `3 partitioned tables`. */
export function countKind(kind: Kind, n: number): string {
  return count(n, ...wordsOf(kind));
}

/** `3 tables`, `1 sequence` and, if there are any, `2 routines`. */
export function countTypes({ tables, sequences, routines }: Omit<GranteeReport["objects"], "skipped">) {
  const checked = [count(tables, "table"), count(sequences, "sequence")];
  return routines ? [...checked, count(routines, "routine")] : checked;
}

/** `3 tables and 1 sequence`, in the order the kinds turn up. */
export function countKinds(objects: readonly Named[]): string {
  return series(groupsOf(objects, ({ kind }) => kind).map((same) => countKind(same[0].kind, same.length)));
}

/** `3 tables`, `3 tables and 1 sequence`; of more kinds only how many objects. */
export function countObjects(objects: readonly Named[]): string {
  const kinds = new Set(objects.map(({ kind }) => kind));
  return kinds.size > 2 ? count(objects.length, "object") : countKinds(objects);
}

/** Who creates future objects is their owner. */
type OwnedObject = Named & { readonly owner: string };

/** Whether it has no owner, so that a text names it instead of counting what the owner has. */
export function hasNoOwner(object: OwnedObject | undefined): object is OwnedObject {
  return object?.kind === "identity" || object?.kind === "role";
}

/** One object: `table public.orders`, `database app`, `future tables of migrator in schema public`. */
export function objectText(object: OwnedObject, pen: Pen): string {
  if (object.kind === "default-privileges") return objectName(object, pen);
  if (object.kind === "identity") return `identity of ${pen.name(object.name)}`;
  return `${wordsOf(object.kind)[0]} ${objectName(object, pen)}`;
}

/** The object's name alone, with its schema. */
function objectName({ kind, schema, name, arguments: types, owner }: OwnedObject, pen: Pen): string {
  if (kind === "default-privileges")
    return `future ${name} of ${pen.name(owner)}${schema === undefined ? "" : ` in schema ${pen.name(schema)}`}`;
  if (kind === "database" || kind === "schema" || schema === undefined) return pen.name(name);
  if (types === undefined) return pen.name(schema, name);
  return pen.code(`${quoteName(schema, name.slice(0, -`(${types})`.length))}(${visibleSql(types)})`);
}

/** Objects on which the same privileges are missing, extra or changed. */
type Privileged = OwnedObject & { readonly privileges: readonly string[]; readonly sources?: readonly Source[] };

const MAX_NAMES = 3;

/** `table public.orders: INSERT, UPDATE`, `12 tables (public.a, public.b, public.c and 9 more): DELETE (role writers)`. */
export function privilegesText(objects: readonly [Privileged, ...Privileged[]], pen: Pen): string {
  return objectAndPrivileges(objects, pen).join(": ");
}

/** The parts of `privilegesText`, for a table. */
export function objectAndPrivileges(objects: readonly [Privileged, ...Privileged[]], pen: Pen) {
  const [first] = objects;
  const names = () => some(objects, MAX_NAMES, (object) => objectName(object, pen));
  const on = objects.length === 1 ? objectText(first, pen) : `${countKind(first.kind, objects.length)} (${names()})`;
  const from = first.sources ? ` (${first.sources.map((source) => sourceText(source, pen)).join(", ")})` : "";
  return [on, `${first.privileges.join(", ")}${from}`] as const;
}

/** Where a privilege comes from, in a word or two. */
export function sourceText(source: Source, pen: Pen): string {
  return source.source === "role" ? `role ${pen.name(source.role)}` : SOURCES[source.source];
}

const SOURCES = {
  direct: "granted directly",
  owner: "ownership",
  public: "PUBLIC",
  column: "column grants",
  superuser: "superuser",
  server: "the server's own rules",
} as const;

/** The server, with its port unless it is the default port. */
export function serverText({ host, port }: Pick<DatabaseReport, "host" | "port">, pen: Pen): string {
  return pen.code(port === 5432 ? host : `${host}:${port}`);
}

/** A database and its server: `app on srv`. */
export function placeText(database: DatabaseReport, pen: Pen): string {
  return `${databaseName(database, pen)} on ${serverText(database, pen)}`;
}

/** The database, or the pattern of databases that could not be listed. */
function databaseName({ database, error }: DatabaseReport, pen: Pen): string {
  if (!error || !database.includes("*")) return pen.name(database);
  return database === "*" ? "every database" : pen.code(database);
}

/** What follows the server's own name; an IP address has none. */
const DOMAIN = /\.[a-z].*$/i;

/** True if the databases are on several servers. */
export function hasServers(databases: readonly DatabaseReport[]): boolean {
  return databases.some(({ host, port }) => host !== databases[0]?.host || port !== databases[0]?.port);
}

/** How to name a database of a report: with its server if there are several, without the domain that they share. */
export function placesIn({ databases }: Report, pen: Pen): (database: DatabaseReport) => string {
  if (!hasServers(databases)) return (database) => databaseName(database, pen);
  const domains = new Set(databases.map(({ host }) => DOMAIN.exec(host)?.[0]));
  const [domain = ""] = domains.size === 1 ? domains : [];
  return ({ host, ...others }) => placeText({ ...others, host: host.slice(0, host.length - domain.length) }, pen);
}

/** Which roles hold something, and where: `bi and reports hold … in app`; empty if none do. */
export function holdersText(report: Report, pen: Pen, roles: readonly string[], what: string, where: DatabaseReport[]) {
  const [first, ...others] = new Set(roles);
  if (first === undefined) return [];
  const who = some([first, ...others], MAX_NAMES, String);
  const places = some([...new Set(where)], MAX_NAMES, placesIn(report, pen));
  return [`${who} ${others.length === 0 ? "holds" : "hold"} ${what} in ${places}`];
}

/** How to name a target of a report: the grantee, and the database as `placesIn` names it; schemas if there are other grants. */
export function targetsIn(report: Report, pen: Pen): (target: Target) => string {
  const place = placesIn(report, pen);
  return ({ database, grantee, error }) => {
    if (!grantee) return `${error ? "" : "privileges that nobody declared in "}${place(database)}`;
    const grants = database.grantees.filter((other) => other.grantee === grantee.grantee);
    const schemas = grants.length > 1 ? `, ${schemasText(grantee, pen)}` : "";
    return `${pen.name(grantee.grantee)} in ${place(database)}${schemas}`;
  };
}

const MAX_SCHEMAS = 8;

/** The schemas that were checked for a grantee: `schemas public and sales`. */
export function schemasText({ schemas }: GranteeReport, pen: Pen): string {
  if (schemas === "*") return "every schema";
  return `${schemas.length === 1 ? "schema" : "schemas"} ${some(schemas, MAX_SCHEMAS, (name) => pen.name(name))}`;
}
