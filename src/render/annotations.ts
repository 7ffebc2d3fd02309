import type { DatabaseReport, GranteeReport, Report } from "../model/report.ts";
import { count, some, upTo } from "../text/count.ts";
import { groupsOf } from "../text/groups.ts";
import { causeText, explanationLines } from "./explain.ts";
import { failureKey, failureLines } from "./failure.ts";
import { alike, type Cause, causesOf, checkedIn, objectsIn, targetsOf } from "./findings.ts";
import { couldNot } from "./headline.ts";
import { plain } from "./pen.ts";
import { countObjects, hasNoOwner, holdersText, placesIn, privilegesText, targetsIn } from "./phrases.ts";
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
 * Errors, then findings in the order of the report: at most nine, one for each cause, and one more for all
 * warnings. In `plan`, drift is a notice.
 */
export function annotations(report: Report): readonly Annotation[] {
  const findings = [...errors(report), ...drift(report)];
  const level = findings[0]?.level ?? "error";
  const rest = findings.length - MAX_FINDINGS;
  const more = { level, title: "More findings", message: `${count(rest + 1, "more finding")} in the job summary.` };
  const shown = rest <= 0 ? findings : [...findings.slice(0, MAX_FINDINGS - 1), more];
  return [...shown, ...warnings(report)].map((annotation) => ({ ...annotation, message: cut(annotation.message) }));
}

/** One annotation for each failure, however many targets it is about. */
function errors(report: Report): readonly Annotation[] {
  const failed = targetsOf(report).flatMap(({ error, ...target }) => (error ? [{ error, ...target }] : []));
  return groupsOf(failed, ({ error }) => failureKey(error)).map((group) => ({
    level: "error",
    title: `${couldNot(group)} ${some(group, MAX_NAMES, targetsIn(report, plain))}`,
    message: failureLines(group[0].error, report.run?.docs).join("\n"),
  }));
}

/** What fails the job: one annotation for each cause, over all databases, and one for all that nobody declared. */
function drift(report: Report): readonly Annotation[] {
  const level = report.mode === "plan" ? "notice" : "error";
  const place = placesIn(report, plain);
  const causes = checkedIn(report.databases).flatMap(({ database, grantee }) =>
    causesOf(grantee).flatMap((cause) =>
      cause.isDrift ? { place: place(database), ...textOf(cause, database, grantee) } : [],
    ),
  );
  const found = groupsOf(causes, ({ who, title, text }) => JSON.stringify([who, title, text])).map((group) => {
    const [{ who, title, text }] = group;
    const where = some([...new Set(group.map(({ place }) => place))], MAX_NAMES, String);
    return { title, message: `${who} in ${where}: ${text}` };
  });
  const undeclared = notDeclared(report, "fail").map((message) => ({ title: "Not declared", message }));
  return [...found, ...undeclared].map((finding) => ({ level, ...finding }));
}

/** Title and text of a cause. */
function textOf(cause: Cause, { user }: DatabaseReport, { grantee }: GranteeReport) {
  const lines = upTo(
    MAX_NAMES,
    alike(cause.findings),
    (group) => privilegesText(group, plain),
    (n) => `${n} more`,
  );
  const on = hasNoOwner(cause.objects[0]) ? "" : `${lines.join("; ")}. `;
  const text = on + explanationLines(cause, user).join("\n");
  return { who: plain.name(grantee), title: causeText(cause, plain), text };
}

/** What nobody declared, in one sentence, if it is judged like this. */
function notDeclared(report: Report, judged: Report["undeclared"]): readonly string[] {
  return report.undeclared === judged ? undeclaredText(report, plain).map(withPlace) : [];
}

/** What grantees hold beyond the demand, in one sentence, if it is a warning. */
function notRequested(report: Report): readonly string[] {
  const warned = checkedIn(report.databases).filter(({ grantee }) => causesOf(grantee).some(({ isDrift }) => !isDrift));
  const roles = warned.map(({ grantee }) => plain.name(grantee.grantee));
  const databases = warned.map(({ database }) => database);
  const what = `more privileges than requested on ${countObjects(objectsIn(warned, ({ extra }) => extra))}`;
  return holdersText(report, plain, roles, what, databases).map(withPlace);
}

const withPlace = (text: string) => `${text}. The job summary lists them.`;

function warnings(report: Report): readonly Annotation[] {
  const all = [
    ...notRequested(report),
    ...notDeclared(report, "warn"),
    ...checkedIn(report.databases).flatMap(({ grantee }) =>
      grantee.warnings.map(({ message }) => plain.sentence(message)),
    ),
  ];
  const distinct = [...new Set(all)];
  if (distinct.length === 0) return [];
  const more = (rest: number) => `${count(rest, "more warning")} in the job summary.`;
  const message = upTo(MAX_WARNINGS, distinct, String, more).join("\n");
  return [{ level: "warning", title: count(distinct.length, "warning"), message }];
}

function cut(message: string): string {
  if (message.length <= MAX_CHARACTERS) return message;
  return `${message.slice(0, MAX_CHARACTERS).toWellFormed()}… (the rest is in the JSON report)`;
}
