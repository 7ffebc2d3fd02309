import { info, warning } from "@actions/core";
import type { Failure } from "../model/failure.ts";
import type { Report } from "../model/report.ts";
import type { Env } from "../model/settings.ts";
import { failureLines } from "../render/failure.ts";
import { issueBody, issueComment, issueTitle, markerOf, type Subject, subjectsOf } from "../render/issue.ts";
import type { Patience } from "../retry.ts";
import { logLine } from "../text/escape.ts";
import { diagnoseIssue } from "./drift-issue/rules.ts";
import { type Issue, openTracker, type Tracker } from "./drift-issue/tracker.ts";

export interface DriftIssueOptions {
  /** The input `github-token`. */
  readonly token: string;
  /** GITHUB_REPOSITORY, GITHUB_API_URL, GITHUB_SERVER_URL and GITHUB_RUN_ID are read from it. */
  readonly env: Env;
  readonly patience?: Patience;
  /** Ends it early. */
  readonly signal?: AbortSignal;
}

/**
 * Maintains one GitHub issue for each host, port, database, grantee and schema list: opens it on drift, updates its
 * body, closes it when the drift is gone and reopens it when the drift returns. An issue stays as it is when its grantee could
 * not be checked, and in `plan`.
 *
 * Never throws: what GitHub refuses is a warning and does not change the verdict.
 */
export async function keepDriftIssues(report: Report, options: DriftIssueOptions): Promise<void> {
  if (report.mode === "plan") return;
  const subjects = subjectsOf(report).filter(({ grantee }) => grantee.verdict !== "error");
  if (subjects.length === 0) return;
  const warnings = new Set<string>();
  const warn = (failure: Failure) => warnings.add(failureLines(failure, report).join("\n"));
  /** @returns whether the next issue is worth trying */
  const attempt = async (task: () => Promise<void>): Promise<boolean> => {
    try {
      await task();
      return true;
    } catch (error) {
      const failure = diagnoseIssue(error, options.env);
      warn(failure);
      return ABOUT_ONE_ISSUE.includes(failure.code);
    }
  };
  await attempt(async () => {
    const tracker = await openTracker({ ...options, warn });
    const issues = await tracker.issues();
    const created: Issue[] = [];
    for (const subject of subjects) {
      const { key } = markerOf(subject);
      const own = issues.filter((issue) => issue.key === key);
      if (!(await attempt(() => keepIssue(tracker, subject, own, created)))) break;
    }
    if (created.length > 0) await closeDuplicates(tracker, created);
  });
  for (const lines of warnings) {
    warning(`A drift issue is not as it should be. This does not change the verdict.\n${lines}`, {
      title: "Drift issue",
    });
  }
}

/** Other failures would meet every other issue, too. */
const ABOUT_ONE_ISSUE = ["issues-not-found", "issues-refused", "unknown"];

/** @param issues the issues of this subject, the oldest first */
async function keepIssue(
  tracker: Tracker,
  subject: Subject,
  issues: readonly Issue[],
  created: Issue[],
): Promise<void> {
  const [issue, ...duplicates] = issues;
  const { run } = tracker;
  for (const duplicate of duplicates)
    if (issue && duplicate.open) await closeDuplicate(tracker, duplicate, issue);
  if (subject.grantee.verdict !== "drift") {
    if (!issue?.open) return;
    await tracker.update(issue, { state: "closed", state_reason: "completed" });
    await tracker.comment(issue, issueComment("gone", subject, run));
    log("closed", issue);
  } else if (!issue) {
    const opened = await tracker.create(issueTitle(subject), issueBody(subject, run));
    created.push(opened);
    log("opened", opened);
  } else {
    // The body first: the next run compares with it, and comments on no change twice.
    await tracker.update(issue, { state: "open", body: issueBody(subject, run) });
    const changed = issue.found !== markerOf(subject).found;
    if (!issue.open) await tracker.comment(issue, issueComment("back", subject, run));
    else if (changed) await tracker.comment(issue, issueComment("changed", subject, run));
    log(issue.open ? "updated" : "reopened", issue);
  }
}

/**
 * Two runs at once can both find no issue and both open one, because GitHub has no lock for this. So each run lists the
 * issues again and closes its own if an older one exists. If a run is cancelled before that, the next run closes the
 * duplicate, in `keepIssue`.
 */
async function closeDuplicates(tracker: Tracker, created: readonly Issue[]): Promise<void> {
  const issues = await tracker.issues();
  for (const issue of created) {
    const oldest = issues.find(({ key }) => key === issue.key);
    if (oldest && oldest.number < issue.number) await closeDuplicate(tracker, issue, oldest);
  }
}

async function closeDuplicate(tracker: Tracker, duplicate: Issue, issue: Issue): Promise<void> {
  await tracker.update(duplicate, { state: "closed", state_reason: "not_planned" });
  await tracker.comment(
    duplicate,
    `Duplicate of #${issue.number}: two runs opened an issue at the same time.`,
  );
  log(`closed as a duplicate of #${issue.number}`, duplicate);
}

function log(what: string, { number, url }: Issue): void {
  info(logLine(`Drift issue #${number} ${what}: ${url}`));
}
