import type { Cloud } from "../model/clouds.ts";
import { type Failure, type Steps, stepsOf } from "../model/failure.ts";
import { sentenceOf, type Words } from "../model/sentence.ts";
import type { SignIn, Tls } from "../model/settings.ts";
import type { Claims } from "./claims.ts";
import type { Symptom } from "./symptoms.ts";

/** What the action was doing. Everything is optional; a command shows `<…>` for what is missing. */
export interface Context {
  /** The service that the error came from; PostgreSQL if absent. */
  readonly with?: Partner;
  /** The host that was connected to. */
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  /** `<host>:<port>` of the proxy that leads to the host, if there is one, with `https://` if it is spoken to by TLS. PostgreSQL has none. */
  readonly proxy?: string | undefined;
  /** The TLS that PostgreSQL was asked for. */
  readonly tls?: Tls;
  readonly database?: string | undefined;
  readonly user?: string | undefined;
  /** As PostgreSQL says it, e.g. `16.14`. */
  readonly serverVersion?: string | undefined;
  readonly cloud?: Cloud | undefined;
  readonly signIn?: SignIn | undefined;
  /** Whether the runner is in a container app or an App Service app, which have an identity endpoint of their own. */
  readonly inApp?: boolean;
  /** Whether GitHub hosts the runner. */
  readonly onGitHub?: boolean;
  /** Whether the runner is in a pod with Azure Workload Identity, and signs in with the token of its service account. */
  readonly inPod?: boolean;
  /** The claims of GitHub's ID token. */
  readonly assertion?: Claims | undefined;
  /** The claims of the token that PostgreSQL was given. */
  readonly token?: Claims | undefined;
}

/** A service whose errors are explained. */
export type Partner = "postgres" | "entra" | "github" | "azure" | "github-issues";

/**
 * One line of a table in which an error is looked up.
 * @template C what the rule needs to know
 */
export interface Rule<C extends Context = Context> {
  /** The failure's code in the report, and its heading in docs/troubleshooting.md. */
  readonly code: string;
  readonly with: readonly Partner[];
  /** The rule applies if any of these fits. */
  readonly when: readonly Match[];
  /** What the error most likely means, and what to do next, in order. */
  readonly explain: (context: C, symptom: Symptom) => Pick<Failure, "hint" | "steps" | "retries">;
  /** How many further attempts each of its errors is worth; absent if a rerun changes nothing, or the words decide. */
  readonly retries?: number;
}

/** All that is present has to fit an error; what is absent fits any. */
export interface Match {
  /**
   * SQLSTATEs, Node.js's, Azure's and libraries' codes, and Entra's numbers (`AADSTS700016`), with spaces between them.
   * One that ends in `*` is a class of them.
   */
  readonly codes?: string;
  readonly text?: RegExp;
  /** HTTP statuses; `5xx` is all that begin with 5. */
  readonly status?: readonly (number | `${number}xx`)[];
  readonly signIn?: SignIn["type"];
  /** The client ID with which this run itself signs in. */
  readonly clientId?: RegExp;
  /** The host that the error is about. */
  readonly host?: RegExp;
  /** The error names the proxy: its host, or its port, which is not that of the peer. */
  readonly atProxy?: true;
  /** GitHub hosts the runner. */
  readonly onGitHub?: true;
  /** PostgreSQL refused the session, or ended it. */
  readonly fatal?: true;
}

/** A condition of a table: a string is `codes` alone, a regular expression is `text` alone. */
type Condition = string | RegExp | Match;

/** A step or its command, or how many further attempts the error is worth. */
export type Next = Steps[number] | Pick<Rule, "retries">;

/** The likeliest cause, in one line, and the next steps. */
export type Answer = readonly [cause: Words, ...next: Steps];

/**
 * A rule as its table writes it: when it applies, the likeliest cause and the next steps, in order. A function writes what
 * depends on the error.
 */
type WrittenRule<C extends Context> = readonly [
  when: Condition | readonly Condition[],
  cause: Words | Written<C, Words | readonly [cause: Words, ...next: Next[]]>,
  ...next: (Next | Written<C, Steps[number] | Steps>)[],
];

type Written<C extends Context, T> = (context: C, symptom: Symptom) => T;

/** The rules of a table for errors of these partners, by their codes. The first rule that fits an error explains it. */
export function rulesFor<C extends Context = Context>(
  partners: Partner | readonly Partner[],
  rules: Readonly<Record<string, WrittenRule<C>>>,
): readonly Rule<C>[] {
  return Object.entries(rules).map(([code, [when, ...parts]]) => ({
    ...parts.find(isRetries),
    code,
    with: [partners].flat(),
    when: [when].flat().map(matchOf),
    explain: (context, symptom) => {
      const written = parts.flatMap((part) => (typeof part === "function" ? part(context, symptom) : part));
      const [cause, ...next] = written.filter((part) => !isRetries(part));
      return { hint: sentenceOf(cause as Words), steps: stepsOf(next as Steps), ...written.find(isRetries) };
    },
  }));
}

const isRetries = (part: unknown): part is Pick<Rule, "retries"> =>
  typeof part === "object" && part !== null && "retries" in part;

function matchOf(condition: Condition): Match {
  if (typeof condition === "string") return { codes: condition };
  return condition instanceof RegExp ? { text: condition } : condition;
}

/** The first of these reasons whose words are in the text; empty if there is none. */
export const reasonIn = (text: string, reasons: Readonly<Record<string, RegExp>>): string =>
  Object.keys(reasons).find((reason) => reasons[reason]?.test(text)) ?? "";

/** What a service is called, and its host where it is not known. */
export const PARTNERS: Readonly<Record<Partner, { readonly called: string; readonly host: string }>> = {
  postgres: { called: "PostgreSQL", host: "<host>" },
  entra: { called: "Microsoft Entra", host: "login.microsoftonline.com" },
  github: { called: "GitHub's OIDC endpoint", host: "<host>.actions.githubusercontent.com" },
  azure: { called: "Azure Resource Manager", host: "management.azure.com" },
  "github-issues": { called: "GitHub's API", host: "api.github.com" },
};

/** All services: what fails before an answer can fail with each of them. */
export const EVERYWHERE = ["postgres", "entra", "github", "azure", "github-issues"] as const;

/** The service that the error came from. */
export const partnerOf = ({ with: partner = "postgres" }: Context): Partner => partner;

/** The host that the error is about; `<host>` where it is not known. */
export function hostOf({ host, with: partner = "postgres", cloud }: Context): string {
  const authority = partner === "entra" ? URL.parse(cloud?.authority ?? "")?.host : undefined;
  return host ?? authority ?? PARTNERS[partner].host;
}

/** The same without a port, as DNS and `NO_PROXY` have it. */
export const hostNameOf = (context: Context): string => hostOf(context).replace(/^([^:]+):\d+$/, "$1");

/** Whether the error came from PostgreSQL, or on the way to it. */
export const isPostgres = (context: Context): boolean => partnerOf(context) === "postgres";
