import { plain } from "./escape.ts";
import { alike, byCause, type Cause, explain, extraIsDrift, granteesOf } from "./findings.ts";
import type { DatabaseReport, Extra, Failure, GranteeReport, Kind, Missing, Report } from "./report.ts";
import { count, countKind, objectText, series, some, sourceText } from "./words.ts";

export { verdictLine } from "./headline.ts";

export interface Annotation {
  readonly level: "error" | "warning" | "notice";
  readonly title: string;
  readonly message: string;
}

/**
 * GitHub keeps ten errors of a step, and the verdict is one of them.
 * https://github.com/actions/runner/blob/main/src/Runner.Worker/ExecutionContext.cs (_maxCountPerIssueType)
 */
const MOST_FINDINGS = 9;
/** GitHub cuts a message at 4,096 characters (_maxIssueMessageLength). */
const MOST_CHARACTERS = 3_500;
const MOST_WARNINGS = 5;

/** What is in the way first: without it, nothing behind it can be reached. */
const FIRST_KINDS: readonly Kind[] = ["database", "schema"];

/**
 * The findings to show beside the job, the most telling first: at most nine, what differs only in the object's
 * name in one; and one for all warnings. In `plan`, drift is a notice.
 */
export function annotations(report: Report): readonly Annotation[] {
  const errors = errorAnnotations(report.databases);
  const findings = report.databases.flatMap((database) =>
    database.grantees.flatMap((grantee) => findingsOf(report, database, grantee)),
  );
  const ordered = findings.toSorted((a, b) => a.rank - b.rank || b.objects - a.objects);
  const all = [...errors, ...ordered.map(({ annotation }) => annotation)];
  return [...atMost(all), ...warningAnnotation(report)].map((annotation) => ({
    ...annotation,
    message: cut(annotation.message),
  }));
}

function atMost(all: readonly Annotation[]): readonly Annotation[] {
  const [first] = all;
  if (!first || all.length <= MOST_FINDINGS) return all;
  const shown = all.slice(0, MOST_FINDINGS - 1);
  const message = `${count(all.length - shown.length, "more finding")}: see the job summary.`;
  return [...shown, { level: first.level, title: "More findings", message }];
}

/** One for each thing that happened, however many databases it happened to. */
function errorAnnotations(databases: readonly DatabaseReport[]): readonly Annotation[] {
  const errors: { readonly error: Failure; readonly where: string }[] = databases.flatMap((database) => {
    const where = plain.name(database.database);
    if (database.error) return [{ error: database.error, where }];
    return database.grantees.flatMap(({ error, grantee }) =>
      error ? [{ error, where: `${where} for ${plain.name(grantee)}` }] : [],
    );
  });
  const same = Map.groupBy(errors, ({ error }) => JSON.stringify([error.message, error.hint]));
  return [...same.values()].flatMap((group) => {
    const [first] = group;
    if (!first) return [];
    const where = some(
      group.map(({ where }) => where),
      3,
    );
    const { message, hint } = first.error;
    return [
      {
        level: "error" as const,
        title: `Could not check ${where}`,
        message: `${plain.text(message)} ${plain.text(hint)}`.trim(),
      },
    ];
  });
}

interface Finding {
  readonly rank: number;
  readonly objects: number;
  readonly annotation: Annotation;
}

function findingsOf(report: Report, database: DatabaseReport, grantee: GranteeReport): readonly Finding[] {
  const level = report.mode === "plan" ? "notice" : "error";
  const missing = byCause(grantee.missing).flatMap((cause) =>
    alike(cause.findings).map((group) => ({
      rank: FIRST_KINDS.includes(group[0]?.kind ?? "table") ? 0 : 1,
      objects: group.length,
      annotation: { level, ...missingText(report, database, grantee, cause, group) } as const,
    })),
  );
  if (!extraIsDrift(report)) return missing;
  const extra = byCause(grantee.extra).flatMap((cause) =>
    alike(cause.findings).map((group) => ({
      rank: 2,
      objects: group.length,
      annotation: { level, ...extraText(report, database, grantee, cause, group) } as const,
    })),
  );
  return [...missing, ...extra];
}

function missingText(
  report: Report,
  database: DatabaseReport,
  grantee: GranteeReport,
  cause: Cause,
  group: readonly Missing[],
) {
  const what = group[0]?.privileges.join(", ") ?? "";
  const lacks = `${plain.name(grantee.grantee)} is missing ${what} on ${groupText(group)}`;
  return {
    title: `Missing: ${what} on ${groupTitle(group)}`,
    message: `${lacks} in database ${plain.name(database.database)}, owned by ${plain.name(cause.owner)}. ${becauseText(report, database, cause, group)}`,
  };
}

function extraText(
  report: Report,
  database: DatabaseReport,
  grantee: GranteeReport,
  cause: Cause<Extra>,
  group: readonly Extra[],
) {
  const [first] = group;
  const what = first?.privileges.join(", ") ?? "";
  const from = series((first?.sources ?? []).map((source) => sourceText(source, plain)));
  const holds = `${plain.name(grantee.grantee)} holds ${what} on ${groupText(group)}`;
  return {
    title: `More than asked for: ${what} on ${groupTitle(group)}`,
    message: `${holds} in database ${plain.name(database.database)}, owned by ${plain.name(cause.owner)}, which was not asked for (from ${from}). ${becauseText(report, database, cause, group)}`,
  };
}

/** The one object's own fix, or the words that fit them all. */
function becauseText(
  report: Report,
  { user }: DatabaseReport,
  cause: Cause,
  group: readonly Missing[],
): string {
  const [first] = group;
  const one = group.length === 1 && first ? { ...cause, fix: first.fix, findings: group } : cause;
  const { why, fix } = explain(one, user, report.mode, plain);
  return `${why} ${fix.replace("the SQL below", "the SQL in the job summary")}`;
}

function groupTitle(group: readonly Missing[]): string {
  const [first] = group;
  if (!first) return "";
  return group.length === 1 ? objectText(first, plain) : countKind(first.kind, group.length);
}

function groupText(group: readonly Missing[]): string {
  const [first] = group;
  if (!first) return "";
  if (group.length === 1) return objectText(first, plain);
  const names = some(
    group.map((object) => plain.name(...(object.schema === undefined ? [] : [object.schema]), object.name)),
    3,
  );
  return `${countKind(first.kind, group.length)} (${names})`;
}

function warningAnnotation(report: Report): readonly Annotation[] {
  const messages = granteesOf(report).flatMap(({ warnings }) =>
    warnings.map(({ message }) => plain.text(message)),
  );
  const distinct = [...new Set(messages)];
  if (distinct.length === 0) return [];
  const rest = distinct.length - MOST_WARNINGS;
  const lines = [
    ...distinct.slice(0, MOST_WARNINGS),
    ...(rest > 0 ? [`${count(rest, "more warning")}: see the job summary.`] : []),
  ];
  return [{ level: "warning", title: count(distinct.length, "warning"), message: lines.join("\n") }];
}

function cut(message: string): string {
  return message.length <= MOST_CHARACTERS
    ? message
    : `${[...message].slice(0, MOST_CHARACTERS).join("")}… (cut; the whole is in the JSON report)`;
}
