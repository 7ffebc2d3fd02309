import { setTimeout } from "node:timers/promises";
import { boundAnswer, checkHttps } from "../../https.ts";
import { say } from "../../log.ts";
import { ActionError } from "../../model/failure.ts";
import type { Env } from "../../model/settings.ts";
import { type Issue, readMarker } from "../../render/issue.ts";
import { retryingFailures } from "../../retry.ts";
import { distinctBy } from "../../text/groups.ts";
import { rememberSent, withoutSecrets } from "../../text/secrets.ts";
import { runUrl } from "../run.ts";
import { labelDropped, MALFORMED_TOKEN } from "./obstacles.ts";
import { issueError } from "./rules.ts";

/** The issues of a repository that this action maintains. Every function throws what Octokit throws. */
export type Tracker = Awaited<ReturnType<typeof openTracker>>;

interface Change {
  readonly body?: string;
  readonly state: "open" | "closed";
  readonly state_reason?: "completed" | "not_planned";
}

/**
 * The next run finds the issues by it, among thousands; only people with triage access can set a label. GitHub makes it with
 * the first issue.
 */
const LABEL = "azure-postgres-grants";

/**
 * Short, because a job waits for it; `pause` is the time between two requests that write. GitHub itself gives up on a request after 10 s, and asks for a second between two writes:
 * https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api#timeouts
 * https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api#pause-between-mutative-requests
 */
const ISSUE_PATIENCE = { firstWait: 1_000, maxTime: 180_000, answerTime: 20_000, pause: 1_000 };

/** @throws ActionError if the token cannot be used, or a variable keeps it from being sent */
export async function openTracker(options: TrackerOptions) {
  const { env, token } = options;
  const [owner = "", repo = ""] = env.GITHUB_REPOSITORY?.split("/") ?? [];
  // Checked here, because the HTTP client's own message would print the token.
  if (!/^[\x21-\x7e]+$/.test(token)) throw new ActionError(MALFORMED_TOKEN);
  checkHttps(env);
  rememberSent(token);
  const octokit = await openClient(options);
  const { issues: api } = octokit.rest;
  const repository = { owner, repo };
  const url = runUrl(env);

  return {
    /** A link to this run, in Markdown. */
    run: url === undefined ? "a run" : `[this run](${url})`,

    /** Open and closed ones, the oldest first. */
    async issues(): Promise<readonly Issue[]> {
      const parameters = { ...repository, labels: LABEL, state: "all", per_page: 100 } as const;
      const all = await octokit.paginate(api.listForRepo, parameters);
      const found = all.flatMap((issue) => (issue.pull_request ? [] : ours(issue)));
      // Once each: an issue that somebody opens meanwhile moves the others to the next page.
      return distinctBy(found, ({ number }) => number).toSorted((a, b) => a.number - b.number);
    },

    async create(title: string, body: string): Promise<Issue> {
      const { data } = await api.create({ ...repository, title, body, labels: [LABEL] });
      if (data.labels.length === 0) throw new ActionError(labelDropped(LABEL, data.number));
      const [issue] = ours(data);
      if (!issue) throw new Error(`GitHub changed the text of issue #${data.number}.`);
      return issue;
    },

    async update({ number }: Issue, change: Change): Promise<void> {
      await api.update({ ...repository, issue_number: number, ...change });
    },

    async comment({ number }: Issue, body: string): Promise<void> {
      await api.createComment({ ...repository, issue_number: number, body });
    },
  };
}

export interface TrackerOptions {
  /** The input `github-token`. */
  readonly token: string;
  /** GITHUB_REPOSITORY, GITHUB_API_URL, GITHUB_SERVER_URL and GITHUB_RUN_ID are read from it. */
  readonly env: Env;
  readonly patience?: typeof ISSUE_PATIENCE;
  /** Ends it early. */
  readonly signal?: AbortSignal;
}

/** A client of GitHub's API that tries requests again, all of them within `patience.maxTime`. */
async function openClient({ env, token, patience = ISSUE_PATIENCE, signal }: TrackerOptions) {
  // Imported here, because loading it reads the event file and sets up proxies, and most runs have no issue.
  const { getOctokit } = await import("@actions/github");
  const octokit = getOctokit(token, { baseUrl: env.GITHUB_API_URL || "https://api.github.com" });
  const end = Date.now() + patience.maxTime;
  const ended = AbortSignal.timeout(patience.maxTime);
  let nextWrite = 0;
  octokit.hook.wrap("request", (request, options) => {
    const { fetch } = options.request ?? {};
    const bounded = async (...asked: unknown[]) => inMemory(await fetch(...asked));
    const attempt = async () => {
      const writes = options.method !== "GET";
      if (writes) await setTimeout(Math.max(0, nextWrite - Date.now()), undefined, { signal });
      // In the same object, because Octokit's own hook runs inside this one and sees no other.
      const late = AbortSignal.timeout(patience.answerTime);
      const signals = [late, ended, ...(signal ? [signal] : [])];
      options.request = { ...options.request, fetch: bounded, signal: AbortSignal.any(signals) };
      try {
        const answer = await request(options);
        if (typeof answer.data !== "string") return answer;
        throw Object.assign(new Error(answer.data), { status: answer.status }); // not GitHub's API
      } catch (error) {
        throw issueError(error, env);
      } finally {
        if (writes) nextWrite = Date.now() + patience.pause;
      }
    };
    return retryingFailures(attempt, say, { ...patience, maxTime: end - Date.now() }, signal);
  });
  return octokit;
}

/** The whole answer, or an error: Octokit would take a body that breaks off for an empty one. */
async function inMemory(response: Response): Promise<Response> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    boundAnswer(bytes);
    chunks.push(chunk);
  }
  return response.body === null ? response : new Response(new Blob(chunks), response);
}

interface GitHubIssue {
  readonly number: number;
  readonly state: string;
  readonly html_url: string;
  readonly body?: string | null;
}

function ours({ number, state, html_url, body }: GitHubIssue): readonly Issue[] {
  const marker = readMarker(body);
  return marker ? [{ ...marker, number, open: state === "open", url: withoutSecrets(html_url) }] : [];
}
