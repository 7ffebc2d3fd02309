import { extraIsDrift } from "../model/demand.ts";
import { rankOf } from "../model/kinds.ts";
import type { DatabaseReport, Extra, GranteeReport, Missing, Report } from "../model/report.ts";
import { inOurWords } from "../model/sentence.ts";
import { count, some } from "../text/count.ts";
import { groupsOf } from "../text/groups.ts";
import { explain } from "./explain.ts";
import { failureLines } from "./failure.ts";
import { alike, byCause, distinctIn, granteesOf } from "./findings.ts";
import { plain } from "./pen.ts";
import { countObjects, hasNoOwner, objectName, objectText, sourcesText } from "./phrases.ts";

/** A message that GitHub shows beside the job and on the run's page. */
export interface Annotation {
  readonly level: "error" | "warning" | "notice";
  readonly title: string;
  readonly message: string;
}

/**
 * GitHub keeps ten errors of a step, and the verdict is one of them.
 * https://github.com/actions/runner/blob/079cdb1d05fe0ec50f8c51de5a4fa51d0eb189b0/src/Runner.Worker/ExecutionContext.cs (_maxCountPerIssueType)
 */
const MAX_FINDINGS = 9;
/** GitHub cuts a message at 4,096 characters (_maxIssueMessageLength, same file). */
const MAX_CHARACTERS = 3_900;
const MAX_NAMES = 3;
const MAX_WARNINGS = 5;

/**
 * The most important findings first: at most nine, one for those that differ only in a name, and one more for all
 * warnings. In `plan`, drift is a notice.
 */
export function annotations(report: Report): readonly Annotation[] {
  const findings = [...errors(report), ...drift(report)];
  const level = findings[0]?.level ?? "error";
  const rest = findings.length - MAX_FINDINGS;
  const more = {
    level,
    title: "More findings",
    message: `${count(rest + 1, "more finding")} in the job summary.`,
  };
  const shown = rest <= 0 ? findings : [...findings.slice(0, MAX_FINDINGS - 1), more];
  return [...shown, ...warnings(report)].map((annotation) => ({
    ...annotation,
    message: cut(annotation.message),
  }));
}

/** One annotation for each failure, however many databases it is about. */
function errors(report: Report): readonly Annotation[] {
  const all = report.databases.flatMap((database) => {
    const where = plain.name(database.database);
    if (database.error) return [{ error: database.error, where }];
    return database.grantees.flatMap(({ error, grantee }) =>
      error ? [{ error, where: `${where} for ${plain.name(grantee)}` }] : [],
    );
  });
  return groupsOf(all, ({ error }) => JSON.stringify(error)).map((group) => ({
    level: "error",
    title: `Could not check ${some(group, MAX_NAMES, ({ where }) => where)}`,
    message: failureLines(group[0].error, report).join("\n"),
  }));
}

/** Missing privileges, and extra ones if they fail the job: one annotation for each group of like objects, over all databases. */
function drift(report: Report): readonly Annotation[] {
  const level = report.mode === "plan" ? "notice" : "error";
  const findings = report.databases.flatMap((database) =>
    database.grantees.flatMap((grantee) => [
      ...entriesOf(database, grantee, grantee.missing, "Missing", missingText),
      ...(extraIsDrift(grantee.onExtra)
        ? entriesOf(database, grantee, grantee.extra, "Not requested", extraText)
        : []),
    ]),
  );
  return groupsOf(findings, ({ title, before, after }) => `${title}\0${before}\0${after}`)
    .map((group) => {
      const [first] = group;
      const where = some(group, MAX_NAMES, ({ database }) => plain.name(database));
      const message = `${first.before} in ${where}. ${first.after}`;
      return { ...first, objects: first.objects * group.length, message };
    })
    .toSorted((a, b) => a.rank - b.rank || b.objects - a.objects)
    .map(({ title, message }) => ({ level, title, message }));
}

interface Entry {
  readonly rank: number;
  readonly objects: number;
  readonly title: string;
  /** The sentence up to the database's name, and what follows it. */
  readonly before: string;
  readonly database: string;
  readonly after: string;
}

function entriesOf<F extends Missing>(
  database: DatabaseReport,
  { grantee }: GranteeReport,
  list: readonly F[],
  what: string,
  text: (finding: F, grantee: string, on: string) => string,
): readonly Entry[] {
  return byCause(list).flatMap((cause) =>
    alike(cause.findings, rankOf).map((group) => {
      const [first] = group;
      const one = group.length === 1 ? { ...cause, fix: first.fix } : cause;
      const lines = explain(one, database.user, inOurWords("the SQL in the job summary"));
      const objects = distinctIn(group);
      const on = objects.length === 1 ? objectText(first, plain) : countObjects(objects);
      const names = some(objects, MAX_NAMES, (object) => objectName(object, plain));
      return {
        rank: rankOf(first.kind),
        objects: objects.length,
        ...(first.kind === "identity"
          ? {
              title: `${what}: ${on}`,
              before: `${plain.name(grantee)} is not bound to the expected identity`,
            }
          : {
              title: `${what}: ${first.privileges.join(", ")} on ${on}`,
              before: `${text(first, plain.name(grantee), objects.length === 1 ? on : `${on} (${names})`)},${hasNoOwner(first) ? "" : ` owned by ${plain.name(cause.owner)},`}`,
            }),
        database: database.database,
        after: lines.map(plain.sentence).join(" "),
      };
    }),
  );
}

function missingText({ privileges }: Missing, grantee: string, on: string): string {
  return `${grantee} is missing ${privileges.join(", ")} on ${on}`;
}

function extraText(extra: Extra, grantee: string, on: string): string {
  return `${grantee} holds ${extra.privileges.join(", ")} (${sourcesText(extra, plain)}), which was not requested, on ${on}`;
}

function warnings(report: Report): readonly Annotation[] {
  const all = granteesOf(report).flatMap(({ warnings }) =>
    warnings.map(({ message }) => plain.sentence(message)),
  );
  const distinct = [...new Set(all)];
  if (distinct.length === 0) return [];
  const rest = distinct.length - MAX_WARNINGS;
  const more = rest > 0 ? [`${count(rest, "more warning")} in the job summary.`] : [];
  const message = [...distinct.slice(0, MAX_WARNINGS), ...more].join("\n");
  return [{ level: "warning", title: count(distinct.length, "warning"), message }];
}

function cut(message: string): string {
  if (message.length <= MAX_CHARACTERS) return message;
  return `${message.slice(0, MAX_CHARACTERS).toWellFormed()}… (the rest is in the JSON report)`;
}
