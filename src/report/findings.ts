import type { Pen } from "./escape.ts";
import type { DatabaseReport, Extra, GranteeReport, Missing, Mode, Named, Reason, Report } from "./report.ts";
import { sourceText } from "./words.ts";

/** What is missing (or extra) for one cause: one owner, one reason, so one thing to do. */
export interface Cause<F extends Missing = Missing> {
  readonly owner: string;
  readonly reason: Reason;
  /** The fix the findings share; absent if each has its own. */
  readonly fix?: string;
  readonly findings: readonly F[];
}

/** Groups findings by owner and reason, in the order they turn up. */
export function byCause<F extends Missing>(findings: readonly F[]): readonly Cause<F>[] {
  const groups = Map.groupBy(findings, ({ owner, reason }) => `${reason}\0${owner}`);
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (!first) return [];
    const { owner, reason, fix } = first;
    const shared = group.every((finding) => finding.fix === fix);
    return [{ owner, reason, findings: group, ...(shared && { fix }) }];
  });
}

/** Groups findings that differ in nothing but the object's name. */
export function alike<F extends Missing | Extra>(findings: readonly F[]): readonly (readonly F[])[] {
  const groups = Map.groupBy(findings, (finding) =>
    [
      finding.kind,
      finding.schema ?? "",
      finding.privileges.join(),
      "sources" in finding ? JSON.stringify(finding.sources) : "",
    ].join("\0"),
  );
  return [...groups.values()];
}

/** How many objects a list names: an object counts once, however many of its privileges are told apart. */
export function objectsIn(list: readonly (Named & { readonly owner?: string })[]): number {
  return new Set(
    list.map(({ kind, schema, name, owner }) =>
      [kind, schema ?? "", name, kind === "default-privileges" ? owner : ""].join("\0"),
    ),
  ).size;
}

/** The objects of one kind of finding in the whole report, counted for each database and grantee. */
export function countIn(report: Report, list: "missing" | "granted" | "extra" | "revoked"): number {
  return granteesOf(report).reduce((sum, grantee) => sum + objectsIn(grantee[list]), 0);
}

export function granteesOf(report: Report): readonly GranteeReport[] {
  return report.databases.flatMap(({ grantees }) => grantees);
}

/**
 * Whether extra privileges fail the job. The report does not say what `on-extra` is; drift with nothing missing
 * can have no other cause. With something missing as well they are told, and the job fails anyway.
 */
export function extraIsDrift(report: Report): boolean {
  return granteesOf(report).some(
    ({ verdict, missing, extra }) => verdict === "drift" && missing.length === 0 && extra.length > 0,
  );
}

/** The databases and grantees that could not be checked, whatever the level the error stands at. */
export function unchecked(databases: readonly DatabaseReport[]): {
  readonly databases: readonly DatabaseReport[];
  readonly grantees: readonly { readonly database: DatabaseReport; readonly grantee: GranteeReport }[];
} {
  return {
    databases: databases.filter(({ error }) => error !== undefined),
    grantees: databases.flatMap((database) =>
      database.error
        ? []
        : database.grantees
            .filter(({ error }) => error !== undefined)
            .map((grantee) => ({ database, grantee })),
    ),
  };
}

/** Why something is as it is, and what to do about it. */
export interface Explanation {
  readonly why: string;
  readonly fix: string;
}

/**
 * Words for a whole cause, where the findings' own words fit one object only.
 * @param user the role this run signed in as
 */
export function explain(cause: Cause, user: string, mode: Mode, pen: Pen): Explanation {
  const owner = pen.name(cause.owner);
  const login = pen.name(user);
  const explanation = explanationOf(cause.reason, owner, login, mode);
  const own = cause.fix === undefined ? undefined : pen.text(cause.fix);
  if (explanation) return own === undefined ? explanation : { ...explanation, fix: own };
  return { why: `Reason: ${pen.code(cause.reason)}.`, fix: own ?? pen.text(cause.findings[0]?.fix ?? "") };
}

function explanationOf(
  reason: Reason | (string & {}),
  owner: string,
  login: string,
  mode: Mode,
): Explanation | undefined {
  const mendAs = `Run the SQL below as ${owner}, or let this action sign in as ${owner}.`;
  switch (reason) {
    case "not-granted":
      return mode === "apply"
        ? { why: `${login} may grant this, but it was not granted.`, fix: "Run the job again." }
        : {
            why: `${login} may grant this; mode \`${mode}\` changes nothing.`,
            fix: `Run this action with \`mode: apply\`, or run the SQL below as ${login}.`,
          };
    case "not-owner":
      return { why: `${login} has neither the rights of ${owner} nor the grant option.`, fix: mendAs };
    case "owner-lacks-usage":
      return {
        why: `${owner} owns this but may not use the schema it is in.`,
        fix: `Grant ${owner} USAGE on the schema, then run the job again.`,
      };
    case "locked":
      return {
        why: "Another session held a lock for too long.",
        fix: "Run the job again; what was granted stays granted.",
      };
    case "refused":
      return { why: `The server refused, although ${login} seemed to have the rights.`, fix: mendAs };
    case "read-only":
      return {
        why: "The server takes no writes: it is a replica, or set read-only.",
        fix: "Run the job against the primary server.",
      };
    case "not-direct":
      return {
        why: "It comes through a role, PUBLIC or ownership: revoking it from the grantee would change nothing.",
        fix: "Take it from where it comes from, or add it to the privileges you ask for.",
      };
    case "other-grantor":
      return {
        why: `It was granted by a role that ${login} cannot act as.`,
        fix: "Have the role that granted it revoke it.",
      };
    case "dependent-privileges":
      return {
        why: "The grantee has granted it on to others.",
        fix: "Revoke it from them first; this action never uses CASCADE.",
      };
    case "column-privileges":
      return {
        why: "It is held on columns, and revoking it on the table would take those grants too.",
        fix: "Revoke it on the columns by hand if nobody needs it.",
      };
    default:
      return undefined;
  }
}

/** Where an extra privilege comes from. */
export function sourcesText(extra: Extra, pen: Pen): string {
  return extra.sources.map((source) => sourceText(source, pen)).join(", ");
}
