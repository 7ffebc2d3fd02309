import { info, warning } from "@actions/core";
import type { Report } from "../model/report.ts";
import type { Env } from "../model/settings.ts";
import { issueBody, issueComment, issueTitle, markerOf, type Subject, subjectsOf } from "../render/issue.ts";
import type { Patience } from "../retry.ts";
import { logLine, visible } from "../text/escape.ts";
import { type Issue, openTracker, type Tracker } from "./drift-issue/tracker.ts";
import { troubleOf } from "./drift-issue/trouble.ts";

export interface DriftIssueOptions {
  /** The input `github-token`. */
  readonly token: string;
  /** What was asked for, as the settings have it. */
  readonly schemas: readonly string[] | "*";
  /** GITHUB_REPOSITORY, GITHUB_API_URL, GITHUB_SERVER_URL and GITHUB_RUN_ID are read from it. */
  readonly env: Env;
  readonly patience?: Patience;
}

/**
 * Keeps one GitHub issue for each host, port, database, grantee and schema list: opened on drift, its body kept up
 * to date, closed when the drift is gone, opened again when it returns. What could not be checked leaves its issue
 * alone, and so does a plan.
 *
 * Never throws: what GitHub refuses is a warning and changes no verdict.
 */
export async function keepDriftIssues(report: Report, options: DriftIssueOptions): Promise<void> {
  if (report.mode === "plan") return;
  const subjects = subjectsOf(report, options.schemas).filter(({ grantee }) => grantee.verdict !== "error");
  if (subjects.length === 0) return;
  const troubles = new Set<string>();
  /** @returns whether it makes sense to go on */
  const attempt = async (task: () => Promise<void>): Promise<boolean> => {
    try {
      await task();
      return true;
    } catch (error) {
      const { text, everywhere } = troubleOf(error);
      troubles.add(text);
      return !everywhere;
    }
  };
  await attempt(async () => {
    const tracker = await openTracker(options);
    const issues = await tracker.issues();
    const created: Issue[] = [];
    for (const subject of subjects) {
      const { key } = markerOf(subject);
      const own = issues.filter((issue) => issue.key === key);
      if (!(await attempt(() => keep(tracker, subject, own, created)))) break;
    }
    if (created.length > 0) await closeDoubles(tracker, created);
  });
  for (const trouble of troubles) {
    warning(visible(`The drift issue could not be kept: ${trouble} The verdict stands all the same.`), {
      title: "Drift issue",
    });
  }
}

/** @param issues those of this subject, the oldest first */
async function keep(
  tracker: Tracker,
  subject: Subject,
  issues: readonly Issue[],
  created: Issue[],
): Promise<void> {
  const [issue, ...doubles] = issues;
  const { run } = tracker;
  for (const double of doubles) if (issue && double.open) await closeDouble(tracker, double, issue);
  if (subject.grantee.verdict !== "drift") {
    if (!issue?.open) return;
    await tracker.update(issue, { state: "closed", state_reason: "completed" });
    await tracker.comment(issue, issueComment("gone", subject, run));
    tell("closed", issue);
  } else if (!issue) {
    const opened = await tracker.create(issueTitle(subject), issueBody(subject, run));
    created.push(opened);
    tell("opened", opened);
  } else {
    // The body first: it holds what the next run compares with, so that nothing is told twice.
    await tracker.update(issue, { state: "open", body: issueBody(subject, run) });
    const changed = issue.found !== markerOf(subject).found;
    if (!issue.open) await tracker.comment(issue, issueComment("back", subject, run));
    else if (changed) await tracker.comment(issue, issueComment("changed", subject, run));
    tell(issue.open ? "updated" : "opened again", issue);
  }
}

/**
 * Two runs at once both find no issue and both open one: GitHub has no lock against it. So each looks again, and
 * the one whose issue is not the oldest closes it. What slips through (a run that was cancelled here) is closed by
 * the next run, in `keep`.
 */
async function closeDoubles(tracker: Tracker, created: readonly Issue[]): Promise<void> {
  const issues = await tracker.issues();
  for (const issue of created) {
    const oldest = issues.find(({ key }) => key === issue.key);
    if (oldest && oldest.number < issue.number) await closeDouble(tracker, issue, oldest);
  }
}

async function closeDouble(tracker: Tracker, double: Issue, issue: Issue): Promise<void> {
  await tracker.update(double, { state: "closed", state_reason: "not_planned" });
  await tracker.comment(double, `Duplicate of #${issue.number}: two runs opened it at once.`);
  tell(`closed, a duplicate of #${issue.number}`, double);
}

function tell(what: string, { number, url }: Issue): void {
  info(logLine(`Drift issue #${number} ${what}: ${url}`));
}
