import { inOrder, type Privilege } from "../model/privileges.ts";
import { type Warning, warning } from "../model/report.ts";
import { code, EMPTY, inOurWords, name, type Sentence, sentence, someNames } from "../model/sentence.ts";
import type { Pitfall } from "../model/snapshot.ts";
import { series } from "../text/count.ts";
import { compare, groupsOf } from "../text/groups.ts";
import { quoteIdentifier } from "../text/sql.ts";

/**
 * Warnings about tables and views that a grantee cannot use although it holds the privileges on them. One sentence covers those
 * with the same uses, the same role that lacks the same privileges, and the same owner to grant them.
 */
export function pitfallWarnings(pitfalls: readonly Pitfall[]): readonly Warning[] {
  const byObjects = groupsOf(
    pitfalls.toSorted((a, b) => compare(keyOf(a), keyOf(b))),
    keyOf,
  );
  const byCause = groupsOf(byObjects, (same) => {
    const [{ code, role, owner }] = same;
    return JSON.stringify([code, role, owner, usesOf(same), privilegesOf(same)]);
  });
  return byCause.flatMap((groups) => pitfallWarning(groups.flat()));
}

const keyOf = ({ code, schema, name, role, kind, source, arguments: of, column, through }: Pitfall) =>
  JSON.stringify([code, schema, name, role, kind, source, of, column, through]);

/** One sentence about pitfalls that are alike. */
function pitfallWarning(same: readonly Pitfall[]): readonly Warning[] {
  const [{ code: kind, role, owner }] = same as [Pitfall];
  const objects = someNames(same.map(pathOf));
  const privileges = inOurWords(series(privilegesOf(same)));
  const sources = someNames(same.map(({ source, column }) => (column == null ? source : [...source, column])));
  const uses = inOurWords(series(usesOf(same)));
  const fail = inOurWords(usesOf(same).length > 1 ? "fail" : "fails");
  const lacks = sentence`${name(role)} does not have ${privileges} on ${sources}.`;
  const through = someNames(same.flatMap(({ through }) => (through == null ? [] : [[through]])));
  const examples = kind === "row-level-security" ? same.slice(0, 1) : same;
  const sql = [...new Set(examples.flatMap((each) => sqlFor(each, privilegesOf(same))))].join(" ");
  const cure = (run: string) =>
    owner === null ? EMPTY : sentence` ${inOurWords(run)} as ${name(owner)}: ${code(sql)}`;
  const messages: Readonly<Record<Pitfall["code"], Sentence>> = {
    "view-cannot-read": sentence`Reading ${objects} fails, because ${lacks}${cure("Run")}`,
    "view-cannot-write": sentence`${uses} through ${objects} ${fail}, because ${lacks}${cure("If the app writes through it, run")}`,
    "rule-fails": sentence`${uses} on ${objects} ${fail}, because the server carries out rule ${through} as ${name(role)}, and ${lacks}${cure("Run")}`,
    "row-level-security": sentence`Row-level security of ${sources} has no policy for ${privileges} that applies to ${name(role)}${usedFor(same)}. Without one, INSERT fails, and SELECT, UPDATE and DELETE find no row.${cure("If the app needs that, write policies, for example")} Otherwise, leave ${privileges} out of \`table-privileges\`, unless the app needs that on other tables.`,
    "foreign-key-fails": sentence`${uses} on ${objects} ${fail}, because the server checks foreign key ${through} as ${name(role)}, and ${lacks}${cure("Run")}`,
    "default-fails": sentence`INSERT into ${objects} fails where a column takes its default, because ${lacks}${owner === null ? ADD_USAGE : cure("Run")}`,
    "function-fails": sentence`${uses} on ${objects} ${fail} where the server calls a function, because ${lacks}${cure("Run")}`,
    "no-user-mapping": sentence`Reading ${objects} fails, because neither ${name(role)} nor PUBLIC has a user mapping for foreign server ${sources}.${cure("Run")}`,
  };
  return warning(kind, messages[kind]);
}

const ADD_USAGE = inOurWords(" Add USAGE to `sequence-privileges`.");

/** The statements that end a pitfall. The condition of a policy is for people to write. */
function sqlFor(pitfall: Pitfall, privileges: readonly Privilege[]): readonly string[] {
  const { code, kind, source, column, role } = pitfall;
  const [object, to] = [quoteIdentifier(...source), quoteIdentifier(role)];
  if (code === "no-user-mapping")
    return [`CREATE USER MAPPING FOR ${to} SERVER ${object} OPTIONS (user '…', password '…');`];
  if (code === "row-level-security")
    return (privileges.length === 4 ? ["ALL"] : privileges).map((each) => {
      const clause = each === "INSERT" ? "WITH CHECK" : "USING";
      return `CREATE POLICY "<name>" ON ${object} FOR ${each} TO ${to} ${clause} (<condition>);`;
    });
  const what = privileges.map((each) => (column == null ? each : `${each} (${quoteIdentifier(column)})`));
  return [`GRANT ${what.join(", ")} ON ${kind} ${object}${pitfall.arguments ?? ""} TO ${to};`];
}

/** The views, or tables with rules, for which the server uses another table that has row-level security. */
function usedFor(same: readonly Pitfall[]): Sentence {
  const others = same.filter(({ schema, name, source }) => schema !== source[0] || name !== source[1]);
  return others.length === 0 ? EMPTY : sentence`, as which the server uses it for ${someNames(others.map(pathOf))}`;
}

const pathOf = ({ schema, name }: Pitfall): readonly string[] => [schema, name];

const usesOf = (same: readonly Pitfall[]) => inOrder(same.map(({ use }) => use));

const privilegesOf = (same: readonly Pitfall[]) => inOrder(same.map(({ privilege }) => privilege));
