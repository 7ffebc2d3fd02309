import { rankOf } from "../model/kinds.ts";
import type { DatabaseReport, GranteeReport, Report } from "../model/report.ts";
import { inOurWords } from "../model/sentence.ts";
import { count, some } from "../text/count.ts";
import { groupsOf } from "../text/groups.ts";
import { explain } from "./explain.ts";
import { failureKey, failureLines } from "./failure.ts";
import { alike, byCause, distinctIn, type Finding, granteesOf, listsOf, targetsOf } from "./findings.ts";
import { plain } from "./pen.ts";
import { countObjects, hasNoOwner, objectName, objectText, placesIn, sourcesText, targetsIn } from "./phrases.ts";
import { undeclaredText } from "./undeclared.ts";

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
  const findings = [...errors(report), ...drift(report), ...undeclared(report)];
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

/** One annotation for each failure, however many targets it is about. */
function errors(report: Report): readonly Annotation[] {
  const failed = targetsOf(report).flatMap(({ error, ...target }) => (error ? [{ error, ...target }] : []));
  return groupsOf(failed, ({ error }) => failureKey(error)).map((group) => ({
    level: "error",
    title: `Could not check ${some(group, MAX_NAMES, targetsIn(report, plain))}`,
    message: failureLines(group[0].error, report).join("\n"),
  }));
}

/** Missing privileges, and extra ones if they fail the job: one annotation for each group of like objects, over all databases. */
function drift(report: Report): readonly Annotation[] {
  const level = report.mode === "plan" ? "notice" : "error";
  const place = placesIn(report, plain);
  const entries = report.databases.flatMap((database) =>
    database.grantees.flatMap((grantee) => entriesOf(database, grantee, place(database))),
  );
  return groupsOf(entries, ({ title, before, after }) => `${title}\0${before}\0${after}`)
    .map((group) => {
      const [first] = group;
      const where = some([...new Set(group.map(({ place }) => place))], MAX_NAMES, String);
      const message = `${first.before} in ${where}. ${first.after}`;
      return { ...first, objects: first.objects * group.length, message };
    })
    .toSorted((a, b) => a.rank - b.rank || b.objects - a.objects)
    .map(({ title, message }) => ({ level, title, message }));
}

/**
 * What one grantee's annotations are made from: `before` and `after` are the sentence up to the place, and what follows it.
 */
function entriesOf({ user }: DatabaseReport, grantee: GranteeReport, place: string) {
  const causes = listsOf(grantee)
    .filter(({ isDrift }) => isDrift)
    .flatMap(({ what, findings }) => byCause(findings).map((cause) => ({ what, ...cause })));
  return causes.flatMap(({ what, ...cause }) =>
    alike(cause.findings, rankOf).map((group) => {
      const [first] = group;
      const one = group.length === 1 ? { ...cause, fix: first.fix } : cause;
      const lines = explain(one, user, inOurWords("the SQL in the job summary"));
      const objects = distinctIn(group);
      const on = objects.length === 1 ? objectText(first, plain) : countObjects(objects);
      return {
        rank: rankOf(first.kind),
        objects: objects.length,
        title: `${what}: ${first.kind === "identity" ? "" : `${first.privileges.join(", ")} on `}${on}`,
        before: sentenceAbout(group, objects, plain.name(grantee.grantee)),
        place,
        after: lines.map(plain.sentence).join(" "),
      };
    }),
  );
}

/** What a grantee lacks or has, up to the place. */
function sentenceAbout(
  [first]: readonly [Finding, ...Finding[]],
  objects: readonly Finding[],
  grantee: string,
): string {
  if (first.kind === "identity") return `${grantee} is not bound to the expected identity`;
  const { sources, owner } = first;
  const privileges = first.privileges.join(", ");
  const names = some(objects, MAX_NAMES, (object) => objectName(object, plain));
  const on = objects.length === 1 ? objectText(first, plain) : `${countObjects(objects)} (${names})`;
  const what = sources
    ? `holds ${privileges} (${sourcesText(sources, plain)}), which was not requested,`
    : `is missing ${privileges}`;
  return `${grantee} ${what} on ${on},${hasNoOwner(first) ? "" : ` owned by ${plain.name(owner)},`}`;
}

/** One annotation for all privileges that nobody declared, if they fail the job. */
function undeclared(report: Report): readonly Annotation[] {
  const message = undeclaredText(report, plain);
  if (report.undeclared !== "fail" || message === undefined) return [];
  const level = report.mode === "plan" ? "notice" : "error";
  return [{ level, title: "Not declared", message: `${message}. The job summary lists them.` }];
}

function warnings(report: Report): readonly Annotation[] {
  const undeclared = report.undeclared === "warn" ? undeclaredText(report, plain) : undefined;
  const all = [
    ...(undeclared === undefined ? [] : [`${undeclared}. The job summary lists them.`]),
    ...granteesOf(report).flatMap(({ warnings }) => warnings.map(({ message }) => plain.sentence(message))),
  ];
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
