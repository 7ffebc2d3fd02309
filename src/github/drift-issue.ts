import { warning } from "@actions/core";
import { say } from "../log.ts";
import type { Failure } from "../model/failure.ts";
import type { Report } from "../model/report.ts";
import { inOurWords, paragraph } from "../model/sentence.ts";
import { failureKey } from "../render/failure.ts";
import { type Issue, issueBody, issueComment, issuesPart, issueTitle, type Task, tasksFor } from "../render/issue.ts";
import { count } from "../text/count.ts";
import { groupsOf } from "../text/groups.ts";
import { diagnoseIssue } from "./drift-issue/rules.ts";
import { openTracker, type Tracker, type TrackerOptions } from "./drift-issue/tracker.ts";
import { addToSummary, publishFailure } from "./step.ts";

/**
 * So many issues change in a run, each by at most two requests: GitHub accepts 80 new issues and comments a minute, and 500
 * an hour. https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits
 */
const MAX_CHANGES = 40;

/** Other failures would meet every other issue, too. */
const ABOUT_ONE_ISSUE = ["issues-not-found", "issues-no-comment", "issues-refused", "unknown"];

/**
 * Maintains one GitHub issue for each host, port, database, grantee and schema list: opens it on drift, updates it when
 * something else is found, closes it when the drift is gone and reopens it on drift. An issue stays as it is
 * when its grantee could not be checked, and in `plan`. What is new is added to the job summary.
 *
 * Requests grow with what has changed: one listing, and then nothing for an issue whose text stays the same.
 *
 * Never throws: what GitHub refuses is a warning and does not change the verdict.
 */
export async function keepDriftIssues(report: Report, options: TrackerOptions): Promise<void> {
  if (report.mode === "plan") return;
  if (report.databases.every(({ grantees }) => grantees.every(({ verdict }) => verdict === "error"))) return;
  const failures = new Map<string, Failure>();
  /** @returns whether the next issue is worth trying */
  const attempt = async (task: () => Promise<void>): Promise<boolean> => {
    try {
      await task();
      return true;
    } catch (error) {
      const failure = diagnoseIssue(error, options.env);
      failures.set(failureKey(failure), { ...failure, message: paragraph(NOT_KEPT, failure.message) });
      return ABOUT_ONE_ISSUE.includes(failure.code);
    }
  };
  const done: Task[] = [];
  await attempt(async () => {
    const tracker = await openTracker(options);
    const issues = await tracker.issues();
    const tasks = tasksFor(report, issues);
    const changes = tasks.filter(({ change }) => change !== "unchanged");
    if (changes.length > MAX_CHANGES) warning(tooMany(changes.length), TITLE);
    for (const task of changes.slice(0, MAX_CHANGES)) {
      if (!(await attempt(async () => void done.push(await perform(tracker, task))))) break;
    }
    done.push(...tasks.filter(({ change }) => change === "unchanged"));
    await closeDuplicates(tracker, issues);
  });
  if (done.length > 0) addToSummary(() => issuesPart(done), options.env);
  const annotate = (lines: string) => warning(`This does not change the verdict. ${lines}`, TITLE);
  for (const failure of failures.values()) publishFailure(annotate, HEADING, failure, options.env);
}

const TITLE = { title: "Drift issue" };

const HEADING = "**Drift issues: an error, which does not change the verdict**";

const NOT_KEPT = inOurWords("The drift issues are not up to date.");

/** Does what a task says. @returns the task with its issue, also if this opened it */
async function perform(tracker: Tracker, task: Task): Promise<Task> {
  const { subject, change } = task;
  const body = () => issueBody(subject, tracker.run);
  const issue = task.issue ?? (await tracker.create(issueTitle(subject), body()));
  if (change === "closed") await tracker.update(issue, { state: "closed", state_reason: "completed" });
  // The body before the comment: the next run compares with it, and comments on no change twice.
  else if (change !== "opened") await tracker.update(issue, { state: "open", body: body() });
  const comment = issueComment(task, tracker.run);
  if (comment !== undefined) await tracker.comment(issue, comment);
  log(change, issue);
  return { ...task, issue };
}

/** Two runs at once can both open an issue, because GitHub has no lock for this. The next run closes the newer one. */
async function closeDuplicates(tracker: Tracker, issues: readonly Issue[]): Promise<void> {
  for (const [oldest, ...others] of groupsOf(issues, ({ key }) => key)) {
    for (const duplicate of others.filter(({ open }) => open)) {
      await tracker.update(duplicate, { state: "closed", state_reason: "not_planned" });
      await tracker.comment(duplicate, `Duplicate of #${oldest.number}: two runs opened an issue at the same time.`);
      log(`closed as a duplicate of #${oldest.number}`, duplicate);
    }
  }
}

function tooMany(changes: number): string {
  return `${MAX_CHANGES} of ${count(changes, "drift issue")} were opened, updated or closed, because GitHub limits how much a job can write. Each further run continues with the next ${MAX_CHANGES}. The job summary and the report have all of them.`;
}

function log(what: string, { number, url }: Issue): void {
  say(`Drift issue #${number} ${what}: ${url}`);
}
