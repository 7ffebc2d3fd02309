import { randomUUID } from "node:crypto";
import { createServer, type IncomingHttpHeaders } from "node:http";
import { text } from "node:stream/consumers";
import type { components, operations } from "@octokit/openapi-types";
import { close, listen } from "./http.ts";

type Schemas = components["schemas"];
/** The answers in GitHub's published API description. */
type Body<Operation extends keyof operations, Status extends number> = operations[Operation] extends {
  responses: { [S in Status]: { content: { "application/json": infer Json } } };
}
  ? Json
  : never;

type StoredIssue = {
  number: number;
  title: string;
  body: string;
  state: "open" | "closed";
  state_reason: "completed" | "reopened" | "not_planned" | "duplicate" | null;
  labels: string[];
  pull_request?: true;
};

type Failing = {
  status: number;
  message?: string;
  headers?: Record<string, string | number>;
  /** No answer at all; the connection stays open. */
  hang?: true;
};

type Seen = { method: string; path: string; status: number; at: number };

/** GitHub's REST API for one repository's issues, under the path that an Enterprise Server has it. */
export type GitHubApi = {
  /** The variables of a job in this repository. */
  env: Record<"GITHUB_API_URL" | "GITHUB_SERVER_URL" | "GITHUB_REPOSITORY" | "GITHUB_RUN_ID", string>;
  token: string;
  issues: StoredIssue[];
  comments: { issue: number; body: string }[];
  /** The repository's labels. */
  labels: string[];
  /** In the repository's settings, under Features. */
  issuesEnabled: boolean;
  /** The token's permission for issues; `no-labels`: write, but GitHub silently drops labels. */
  permission: "read" | "write" | "no-labels";
  /** `at`: when it came, in milliseconds. */
  requests: Seen[];
  /** Makes the next requests fail, optionally only those with a method or a path that matches. */
  failNext(count: number, failing: Failing, which?: { method?: string; path?: RegExp }): void;
  /** Makes the next `count` list requests wait for each other, so that all of them see the same issues. */
  gatherLists(count: number): void;
  close(): Promise<void>;
};

type Answer = { status: number; json: unknown; headers?: Record<string, string | number> };

const REPOSITORY = "contoso/orders";
const REPOSITORY_ID = 1296269;
const DOCS = "https://docs.github.com/rest/issues/issues";

export async function startGitHubApi(): Promise<GitHubApi> {
  const failures: { left: number; failing: Failing; method?: string; path?: RegExp }[] = [];
  let gathering: { left: number; open: () => void; opened: Promise<void> } | undefined;

  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? "/", "http://localhost");
    const method = request.method ?? "GET";
    const at = performance.now();
    const answer = await answerTo(method, url, request.headers, await text(request)).catch(
      (error: unknown): Answer => ({ status: 500, json: { message: String(error) } }),
    );
    api.requests.push({ method, path: url.pathname, status: answer.status, at });
    response.writeHead(answer.status, {
      "content-type": "application/json; charset=utf-8",
      "x-ratelimit-limit": 1000,
      "x-ratelimit-remaining": 990,
      ...answer.headers,
    });
    response.end(JSON.stringify(answer.json));
  });

  async function answerTo(method: string, url: URL, headers: IncomingHttpHeaders, body: string): Promise<Answer> {
    const failure = failures.find(
      (each) =>
        each.left > 0 &&
        (each.method ?? method) === method &&
        (each.path === undefined || each.path.test(url.pathname)),
    );
    if (failure) {
      failure.left -= 1;
      const { status, message = "Server Error", headers, hang } = failure.failing;
      if (hang) await new Promise(() => {});
      return { ...refuse(status, message), ...(headers && { headers }) };
    }
    if (headers.authorization !== `token ${api.token}`) return refuse(401, "Bad credentials");
    // Links to further pages name the repository by its number.
    const [, route] =
      new RegExp(`^/api/v3/(?:repos/${REPOSITORY}|repositories/${REPOSITORY_ID})(/.*)$`).exec(url.pathname) ?? [];
    if (route === undefined) return refuse(404, "Not Found");
    if (method !== "GET" && api.permission === "read") {
      return {
        ...refuse(403, "Resource not accessible by integration"),
        headers: { "x-accepted-github-permissions": "issues=write" },
      };
    }
    const [, number, comments] = /^\/issues\/(\d+)(\/comments)?$/.exec(route) ?? [];
    if (method === "GET" && route === "/issues") return list(url.searchParams);
    if (method === "POST" && route === "/issues") return create(JSON.parse(body));
    const issue = api.issues.find((each) => String(each.number) === number);
    if (!issue) return refuse(404, "Not Found");
    if (!api.issuesEnabled) return refuse(410, "Issues has been disabled in this repository.");
    if (method === "PATCH" && !comments) return update(issue, JSON.parse(body));
    if (method === "POST" && comments) return comment(issue, JSON.parse(body));
    return refuse(404, "Not Found");
  }

  async function list(query: URLSearchParams): Promise<Answer> {
    if (gathering) {
      gathering.left -= 1;
      if (gathering.left === 0) gathering.open();
      await gathering.opened;
    }
    const size = Math.min(Number(query.get("per_page") ?? 30), 100);
    const page = Number(query.get("page") ?? 1);
    const state = query.get("state") ?? "open";
    const labels = (query.get("labels") ?? "").split(",").filter(Boolean);
    const found = api.issues
      .filter((issue) => api.issuesEnabled || issue.pull_request)
      .filter((issue) => state === "all" || issue.state === state)
      .filter((issue) => labels.every((label) => issue.labels.includes(label)))
      .toSorted((a, b) => b.number - a.number);
    const last = Math.max(1, Math.ceil(found.length / size));
    const link = (to: number, rel: string) => {
      const params = new URLSearchParams(query);
      params.set("page", String(to));
      return `<${api.env.GITHUB_API_URL}/repositories/${REPOSITORY_ID}/issues?${params}>; rel="${rel}"`;
    };
    const links = [
      ...(page > 1 ? [link(page - 1, "prev")] : []),
      ...(page < last ? [link(page + 1, "next"), link(last, "last")] : []),
      ...(page > 1 ? [link(1, "first")] : []),
    ];
    const json = found.slice((page - 1) * size, page * size).map(shown) satisfies Body<"issues/list-for-repo", 200>;
    return { status: 200, json, ...(links.length > 0 && { headers: { link: links.join(", ") } }) };
  }

  function create(asked: { title: string; body?: string; labels?: string[] }): Answer {
    if (!api.issuesEnabled) return refuse(410, "Issues has been disabled in this repository.");
    const invalid = tooLong("Issue", "title", asked.title, 256) ?? tooLong("Issue", "body", asked.body);
    if (invalid) return invalid;
    const labels = api.permission === "no-labels" ? [] : (asked.labels ?? []);
    for (const label of labels) if (!api.labels.includes(label)) api.labels.push(label);
    const issue: StoredIssue = {
      number: api.issues.length + 1,
      title: asked.title,
      body: asked.body ?? "",
      state: "open",
      state_reason: null,
      labels,
    };
    api.issues.push(issue);
    return { status: 201, json: shown(issue) satisfies Body<"issues/create", 201> };
  }

  function update(issue: StoredIssue, asked: Partial<StoredIssue>): Answer {
    const invalid = tooLong("Issue", "title", asked.title, 256) ?? tooLong("Issue", "body", asked.body);
    if (invalid) return invalid;
    const { title = issue.title, body = issue.body, state = issue.state } = asked;
    if (state !== issue.state) {
      issue.state_reason = state === "open" ? "reopened" : (asked.state_reason ?? "completed");
    }
    Object.assign(issue, { title, body, state });
    return { status: 200, json: shown(issue) satisfies Body<"issues/update", 200> };
  }

  function comment({ number }: StoredIssue, { body }: { body: string }): Answer {
    const invalid = tooLong("IssueComment", "body", body);
    if (invalid) return invalid;
    api.comments.push({ issue: number, body });
    const id = api.comments.length;
    const json = {
      id,
      node_id: `IC_${id}`,
      url: `${base()}/issues/comments/${id}`,
      html_url: `${api.env.GITHUB_SERVER_URL}/${REPOSITORY}/issues/${number}#issuecomment-${id}`,
      issue_url: `${base()}/issues/${number}`,
      body,
      user: BOT,
      created_at: WHEN,
      updated_at: WHEN,
    } satisfies Body<"issues/create-comment", 201>;
    return { status: 201, json };
  }

  function shown({ number, title, body, state, state_reason, labels, pull_request }: StoredIssue) {
    const url = `${base()}/issues/${number}`;
    const html_url = `${api.env.GITHUB_SERVER_URL}/${REPOSITORY}/${pull_request ? "pull" : "issues"}/${number}`;
    return {
      id: 1_000_000 + number,
      node_id: `I_${number}`,
      url,
      repository_url: base(),
      labels_url: `${url}/labels{/name}`,
      comments_url: `${url}/comments`,
      events_url: `${url}/events`,
      html_url,
      number,
      title,
      body,
      state,
      state_reason,
      user: BOT,
      labels: labels.map((name) => ({ name, color: "ededed", default: false, description: null })),
      assignee: null,
      assignees: [],
      milestone: null,
      locked: false,
      comments: api.comments.filter(({ issue }) => issue === number).length,
      created_at: WHEN,
      updated_at: WHEN,
      closed_at: state === "closed" ? WHEN : null,
      ...(pull_request && {
        pull_request: {
          url: `${base()}/pulls/${number}`,
          html_url,
          diff_url: `${html_url}.diff`,
          patch_url: `${html_url}.patch`,
        },
      }),
    } satisfies Schemas["issue"];
  }

  const base = () => `${api.env.GITHUB_API_URL}/repos/${REPOSITORY}`;

  const port = await listen(server);
  const api: GitHubApi = {
    env: {
      GITHUB_API_URL: `http://127.0.0.1:${port}/api/v3`,
      GITHUB_SERVER_URL: `http://127.0.0.1:${port}`,
      GITHUB_REPOSITORY: REPOSITORY,
      GITHUB_RUN_ID: "30433642",
    },
    token: `ghs_${randomUUID().replaceAll("-", "")}`,
    issues: [],
    comments: [],
    labels: ["bug"],
    issuesEnabled: true,
    permission: "write",
    requests: [],
    failNext: (left, failing, which = {}) => failures.push({ left, failing, ...which }),
    gatherLists(count) {
      const { promise: opened, resolve: open } = Promise.withResolvers<void>();
      gathering = { left: count, open, opened };
    },
    close: () => close(server),
  };
  return api;
}

function refuse(status: number, message: string): Answer {
  const json = { message, documentation_url: DOCS, status: String(status) } satisfies Schemas["basic-error"];
  return { status, json };
}

/** GitHub accepts up to 65,536 characters. */
function tooLong(resource: string, field: string, value: string | undefined, most = 65_536): Answer | undefined {
  if (value === undefined || [...value].length <= most) return undefined;
  return validationFailed({
    resource,
    code: "custom",
    field,
    message: `${field} is too long (maximum is ${most} characters)`,
  });
}

function validationFailed(error: NonNullable<Schemas["validation-error"]["errors"]>[number]): Answer {
  const json = {
    message: "Validation Failed",
    documentation_url: DOCS,
    errors: [error],
  } satisfies Schemas["validation-error"];
  return { status: 422, json };
}

const WHEN = "2026-11-23T02:00:00Z";

const BOT = (() => {
  const url = "https://api.github.com/users/github-actions%5Bbot%5D";
  return {
    login: "github-actions[bot]",
    id: 41898282,
    node_id: "MDM6Qm90NDE4OTgyODI=",
    avatar_url: "https://avatars.githubusercontent.com/in/15368?v=4",
    gravatar_id: "",
    url,
    html_url: "https://github.com/apps/github-actions",
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type: "Bot",
    site_admin: false,
  } satisfies Schemas["simple-user"];
})();
