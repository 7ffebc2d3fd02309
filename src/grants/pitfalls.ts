import { inOrder } from "../model/privileges.ts";
import { type Warning, warning } from "../model/report.ts";
import { code, EMPTY, inOurWords, name, type Sentence, sentence, someNames } from "../model/sentence.ts";
import type { FailingUse, HiddenRows, Pitfall, Role, UnmappedTable } from "../model/snapshot.ts";
import { series } from "../text/count.ts";
import { groupsOf } from "../text/groups.ts";
import { quoteIdentifier } from "../text/sql.ts";

/** Warnings about tables and views that a grantee cannot use although it holds the privileges on them. */
export function pitfallWarnings(grantee: Role, pitfalls: readonly Pitfall[]): readonly Warning[] {
  const failing = pitfalls.filter((pitfall): pitfall is FailingUse => "use" in pitfall);
  const hidden = pitfalls.filter((pitfall) => pitfall.code === "row-level-security");
  return [
    ...warning("row-level-security", rowLevelSecurity(grantee, hidden)),
    ...alike(failing).flatMap(failingUse),
    ...withoutMapping(pitfalls.filter((pitfall) => pitfall.code === "no-user-mapping")),
  ];
}

function rowLevelSecurity(grantee: Role, tables: readonly HiddenRows[]): Sentence | undefined {
  if (tables.length === 0) return undefined;
  return sentence`Row-level security hides every row of ${someNames(tables.map(pathOf))} from ${name(grantee.name)}, because no policy applies to it. Add a policy with CREATE POLICY, or grant it a role that a policy names.`;
}

/** The failing uses that one sentence covers: with the same uses, the same role that lacks the same privileges, and the same owner to grant them. */
function alike(failing: readonly FailingUse[]): readonly (readonly FailingUse[])[] {
  const byObjects = groupsOf(failing, ({ code, schema, name, role, kind, source, column }) =>
    JSON.stringify([code, schema, name, role, kind, source, column]),
  );
  const byCause = groupsOf(byObjects, (same) => {
    const [{ code, role, owner }] = same;
    return JSON.stringify([code, role, owner, usesOf(same), privilegesOf(same)]);
  });
  return byCause.map((groups) => groups.flat());
}

/** One sentence about failing uses that are alike. */
function failingUse(same: readonly FailingUse[]): readonly Warning[] {
  const [{ code: kind, role, owner }] = same as [FailingUse];
  const objects = someNames(same.map(pathOf));
  const privileges = inOurWords(series(privilegesOf(same)));
  const sources = someNames(same.map(({ source, column }) => (column == null ? source : [...source, column])));
  const uses = inOurWords(series(usesOf(same)));
  const fail = usesOf(same).length > 1 ? "fail" : "fails";
  const lacks = sentence`${name(role)} does not have ${privileges} on ${sources}.`;
  const keys = someNames(same.flatMap(({ constraint }) => (constraint === undefined ? [] : [[constraint]])));
  const sql = [...new Set(same.map((each) => grantFor(each, privilegesOf(same))))].join(" ");
  const cure = (run: string) =>
    owner === null ? EMPTY : sentence` ${inOurWords(run)} as ${name(owner)}: ${code(sql)}`;
  const messages: Record<FailingUse["code"], () => Sentence> = {
    "view-cannot-read": () => sentence`Reading ${objects} fails, because ${lacks}${cure("Run")}`,
    "view-cannot-write": () =>
      sentence`${uses} through ${objects} ${inOurWords(fail)}, because ${lacks}${cure("If the app writes through it, run")}`,
    "foreign-key-fails": () =>
      sentence`${uses} on ${objects} ${inOurWords(fail)}, because the server checks foreign key ${keys} as ${name(role)}, and ${lacks}${cure("Run")}`,
    "default-fails": () =>
      sentence`INSERT into ${objects} fails where a column takes its default, because ${lacks}${owner === null ? ADD_USAGE : cure("Run")}`,
  };
  return warning(kind, messages[kind]());
}

const ADD_USAGE = inOurWords(" Add USAGE to `sequence-privileges`.");

function grantFor({ kind, source, column, role }: FailingUse, privileges: readonly FailingUse["privilege"][]): string {
  const what = privileges.map((each) => (column == null ? each : `${each} (${quoteIdentifier(column)})`));
  return `GRANT ${what.join(", ")} ON ${kind} ${quoteIdentifier(...source)} TO ${quoteIdentifier(role)};`;
}

function withoutMapping(tables: readonly UnmappedTable[]): readonly Warning[] {
  return groupsOf(tables, ({ server }) => server).flatMap((ofServer) => {
    const [{ role, owner, server }] = ofServer;
    const sql = `CREATE USER MAPPING FOR ${quoteIdentifier(role)} SERVER ${quoteIdentifier(server)} OPTIONS (user '…', password '…');`;
    const message = sentence`Reading ${someNames(ofServer.map(pathOf))} fails, because neither ${name(role)} nor PUBLIC has a user mapping for foreign server ${name(server)}. Run as ${name(owner)}: ${code(sql)}`;
    return warning("no-user-mapping", message);
  });
}

const pathOf = ({ schema, name }: Pitfall): readonly string[] => [schema, name];

function usesOf(same: readonly FailingUse[]): readonly FailingUse["use"][] {
  return inOrder(same.map(({ use }) => use)) as FailingUse["use"][];
}

function privilegesOf(same: readonly FailingUse[]): readonly FailingUse["privilege"][] {
  return inOrder(same.map(({ privilege }) => privilege));
}
