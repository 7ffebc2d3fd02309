import { info } from "@actions/core";
import { boundAnswer } from "../../answer.ts";
import { ActionError, type Failure } from "../../model/failure.ts";
import type { Env } from "../../model/settings.ts";
import { checkProxy } from "../../proxy.ts";
import { type Marker, readMarker } from "../../render/issue.ts";
import { type Patience, type Retry, retrying } from "../../retry.ts";
import { rememberSent, withoutSecrets } from "../../text/secrets.ts";
import { runUrl } from "../run.ts";
import { labelDropped, MALFORMED_TOKEN, OUTSIDE_WORKFLOW } from "./obstacles.ts";
import { refusalIn, waitAfter } from "./refusal.ts";

/** An issue that this action opened. */
export interface Issue extends Marker {
  readonly number: number;
  readonly open: boolean;
  readonly url: string;
}

/** The issues of a repository that this action maintains. Every function throws what Octokit throws. */
export type Tracker = Awaited<ReturnType<typeof openTracker>>;

interface Change {
  readonly body?: string;
  readonly state: "open" | "closed";
  readonly state_reason?: "completed" | "not_planned";
}

/** The next run finds the issues by it, among thousands; only people with triage access can set a label. */
const LABEL = {
  name: "azure-postgres-grants",
  color: "b60205",
  description: "Drift of PostgreSQL privileges, maintained by azure-postgres-grants",
};

/**
 * Short, because a job waits for it. GitHub itself gives up on a request after 10 s:
 * https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api#timeouts
 */
const ISSUE_PATIENCE: Patience = { firstWait: 1_000, maxTime: 90_000, answerTime: 20_000 };
const MAX_ATTEMPTS = 4;

/** Of 100 issues each, the newest first: a thousand databases. */
const MAX_PAGES = 10;

/** @throws ActionError if the environment or the token cannot be used */
export async function openTracker(options: Options) {
  const { env, token, warn } = options;
  const [owner, repo] = env.GITHUB_REPOSITORY?.split("/") ?? [];
  if (!owner || !repo) throw new ActionError(OUTSIDE_WORKFLOW);
  // Checked here, because the HTTP client's own message would print the token.
  if (!/^[\x21-\x7e]+$/.test(token)) throw new ActionError(MALFORMED_TOKEN);
  checkProxy(env);
  rememberSent(token);
  const octokit = await openClient(options);
  const { issues: api } = octokit.rest;
  const repository = { owner, repo };
  const url = runUrl(env);

  return {
    /** A link to this run, in Markdown. */
    run: url === undefined ? "a run" : `[this run](${url})`,

    /** All of them, open and closed, the oldest first. */
    async issues(): Promise<readonly Issue[]> {
      let pages = 0;
      const parameters = { ...repository, labels: LABEL.name, state: "all", per_page: 100 } as const;
      const all = await octokit.paginate(api.listForRepo, parameters, ({ data }, done) => {
        if (++pages === MAX_PAGES) done();
        return data;
      });
      return all
        .flatMap((issue) => (issue.pull_request ? [] : ours(issue)))
        .toSorted((a, b) => a.number - b.number);
    },

    async create(title: string, body: string): Promise<Issue> {
      // Not fatal: the label exists, or GitHub creates it with the issue, or the check below warns.
      await api.createLabel({ ...repository, ...LABEL }).catch(() => undefined);
      const { data } = await api.create({ ...repository, title, body, labels: [LABEL.name] });
      if (data.labels.length === 0) warn(labelDropped(LABEL.name, data.number));
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

interface Options {
  readonly token: string;
  readonly env: Env;
  /** Takes a failure of an issue that was made. */
  readonly warn: (failure: Failure) => void;
  readonly patience?: Patience;
  readonly signal?: AbortSignal;
}

/** A client of GitHub's API that tries requests again, all of them within `patience.maxTime`. */
async function openClient({ env, token, patience = ISSUE_PATIENCE, signal }: Options) {
  // Imported here, because loading it reads the event file and sets up proxies, and most runs have no issue.
  const { getOctokit } = await import("@actions/github");
  const octokit = getOctokit(token, { baseUrl: env.GITHUB_API_URL || "https://api.github.com" });
  const end = Date.now() + patience.maxTime;
  const ended = AbortSignal.timeout(patience.maxTime);
  octokit.hook.wrap("request", (request, options) => {
    const { fetch } = options.request ?? {};
    const bounded = async (...asked: unknown[]) => inMemory(await fetch(...asked));
    const attempt = async () => {
      // In the same object, because Octokit's own hook runs inside this one and sees no other.
      const late = AbortSignal.timeout(patience.answerTime);
      const signals = [late, ended, ...(signal ? [signal] : [])];
      options.request = { ...options.request, fetch: bounded, signal: AbortSignal.any(signals) };
      return await request(options);
    };
    const retryAfter = (error: unknown, attempts: number): Retry | undefined => {
      const wait = waitAfter(refusalIn(error), patience.firstWait * 2 ** (attempts - 1));
      if (wait === undefined || attempts === MAX_ATTEMPTS) return undefined;
      const seconds = Math.ceil(wait / 1000);
      return {
        wait,
        line: `GitHub did not accept a request for the drift issue. Trying again in ${seconds} s.`,
      };
    };
    return retrying(attempt, retryAfter, { end, say: info, signal });
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
