import { info, warning } from "@actions/core";
import type { Env } from "../../model/settings.ts";
import { type Marker, readMarker } from "../../render/issue.ts";
import { type Patience, retrying } from "../../retry.ts";
import { runUrl } from "../run.ts";
import { refusalIn, waitAfter } from "./refusal.ts";
import { NoWayToGitHub } from "./trouble.ts";

/** An issue of ours. */
export interface Issue extends Marker {
  readonly number: number;
  readonly open: boolean;
  readonly url: string;
}

/** A repository's issues, as far as drift needs them. Every function throws what Octokit does. */
export interface Tracker {
  /** A link to this run, in Markdown. */
  readonly run: string;
  /** All issues of ours, open and closed, the oldest first. */
  issues(): Promise<readonly Issue[]>;
  create(title: string, body: string): Promise<Issue>;
  update(issue: Issue, change: Change): Promise<void>;
  comment(issue: Issue, body: string): Promise<void>;
}

interface Change {
  readonly body?: string;
  readonly state: "open" | "closed";
  readonly state_reason?: "completed" | "not_planned";
}

/** The index by which the next run finds our issues among thousands; only people with triage rights can set it. */
const LABEL = {
  name: "azure-postgres-grants",
  color: "b60205",
  description: "PostgreSQL privileges have drifted; kept by azure-postgres-grants",
};

/**
 * Short: a job waits for it. GitHub itself gives up on a request after 10 s:
 * https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api#timeouts
 */
const PATIENCE: Patience = { firstWait: 1_000, mostTime: 120_000, answerTime: 20_000 };
const MOST_ATTEMPTS = 4;

/**
 * @throws NoWayToGitHub when the environment or the token cannot be used
 */
export async function openTracker(options: {
  readonly token: string;
  readonly env: Env;
  readonly patience?: Patience;
}): Promise<Tracker> {
  const { env, token, patience = PATIENCE } = options;
  const [owner, repo] = env.GITHUB_REPOSITORY?.split("/") ?? [];
  if (!owner || !repo) {
    throw new NoWayToGitHub(
      "GITHUB_REPOSITORY is not set, so this does not run in a GitHub workflow. Leave `drift-issue` out here.",
    );
  }
  // Checked here because the HTTP client's own message would print the token.
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw new NoWayToGitHub(
      "`github-token` is empty or holds white space or other characters that no token has. Leave it out to use the job's own.",
    );
  }

  // Only here: evaluating it reads the event file and sets up proxies, and most runs keep no issue.
  const { getOctokit } = await import("@actions/github");
  const octokit = getOctokit(token, { baseUrl: env.GITHUB_API_URL || "https://api.github.com" });
  const end = Date.now() + patience.mostTime; // one budget for all requests
  octokit.hook.wrap("request", (request, options) =>
    retrying(
      async () => {
        // In the same object, because Octokit's own hook runs inside this one and sees no other.
        options.request = { ...options.request, signal: AbortSignal.timeout(patience.answerTime) };
        return await request(options);
      },
      (error, attempts) => {
        const wait = waitAfter(refusalIn(error), patience.firstWait * 2 ** (attempts - 1));
        if (wait === undefined || attempts === MOST_ATTEMPTS || Date.now() + wait > end) return undefined;
        info(
          `GitHub did not accept a request for the drift issue. Trying again in ${Math.ceil(wait / 1000)} s.`,
        );
        return wait;
      },
      end,
    ),
  );
  const { issues: api } = octokit.rest;
  const repository = { owner, repo };
  let labelled = false;

  return {
    run: runLink(env),

    async issues() {
      const all = await octokit.paginate(api.listForRepo, {
        ...repository,
        labels: LABEL.name,
        state: "all",
        per_page: 100,
      });
      return all
        .flatMap((issue) => (issue.pull_request ? [] : ours(issue)))
        .toSorted((a, b) => a.number - b.number);
    },

    async create(title, body) {
      if (!labelled) {
        // Not fatal: it is there already, or GitHub makes it with the issue, or the check below tells.
        await api.createLabel({ ...repository, ...LABEL }).catch(() => undefined);
        labelled = true;
      }
      const { data } = await api.create({ ...repository, title, body, labels: [LABEL.name] });
      if (data.labels.length === 0) {
        warning(
          `GitHub dropped the label ${LABEL.name} of issue #${data.number}: \`github-token\` may not set labels. The next run finds the issue by it, and would open another: add the label by hand, or leave \`github-token\` out and give the job \`permissions: issues: write\`.`,
          { title: "Drift issue" },
        );
      }
      const [issue] = ours(data);
      if (!issue) throw new Error(`GitHub did not keep the text of issue #${data.number} as it was sent.`);
      return issue;
    },

    async update({ number }, change) {
      await api.update({ ...repository, issue_number: number, ...change });
    },

    async comment({ number }, body) {
      await api.createComment({ ...repository, issue_number: number, body });
    },
  };
}

function ours(issue: {
  readonly number: number;
  readonly state: string;
  readonly html_url: string;
  readonly body?: string | null;
}): readonly Issue[] {
  const marker = readMarker(issue.body);
  if (!marker) return [];
  return [{ ...marker, number: issue.number, open: issue.state === "open", url: issue.html_url }];
}

function runLink(env: Env): string {
  const url = runUrl(env);
  return url === undefined ? "a run" : `[this run](${url})`;
}
