import type { Cloud } from "../model/clouds.ts";
import { type Step, type Steps, stepsOf } from "../model/failure.ts";
import { type Sentence, sentenceOf, type Words } from "../model/sentence.ts";
import type { SignIn } from "../model/settings.ts";
import type { Claims } from "./claims.ts";
import type { Symptom } from "./symptoms.ts";

/** What the action was doing. Everything is optional; a command shows `<…>` for what is missing. */
export interface Context {
  /** The service that the error came from; PostgreSQL if absent. */
  readonly with?: Partner;
  /** The host that was connected to. */
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  /** `<host>:<port>` of the proxy that leads to the host, if there is one. PostgreSQL has none. */
  readonly proxy?: string | undefined;
  /** Whether `ssl-root-cert` is set. */
  readonly ownAuthority?: boolean;
  readonly database?: string | undefined;
  readonly user?: string | undefined;
  readonly cloud?: Cloud | undefined;
  readonly signIn?: SignIn | undefined;
  /** Whether the runner is in a container app or an App Service app, which have an identity endpoint of their own. */
  readonly inApp?: boolean;
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
  /** What it most likely means, in one line. */
  readonly cause: Answer<C, Sentence>;
  /** What to do next, in order. */
  readonly next: Answer<C, readonly Step[]>;
  /** How many further attempts it is worth; absent if a rerun changes nothing. */
  readonly retries?: number;
}

type Answer<C, T> = (context: C, symptom: Symptom) => T;

/** A rule as its table writes it: what is the same for every error is written without a function. */
interface WrittenRule<C extends Context> extends Pick<Rule, "code" | "when" | "retries"> {
  readonly cause: Words | Answer<C, Words>;
  readonly next: Steps | Answer<C, Steps>;
}

/** The rules of a table for errors of these partners. */
export function rulesFor<C extends Context = Context>(
  partners: Partner | readonly Partner[],
  rules: readonly WrittenRule<C>[],
): readonly Rule<C>[] {
  return rules.map(({ cause, next, ...rule }) => ({
    ...rule,
    with: [partners].flat(),
    cause: (...of) => sentenceOf(typeof cause === "function" ? cause(...of) : cause),
    next: (...of) => stepsOf(typeof next === "function" ? next(...of) : next),
  }));
}

/** An answer to errors of one rule whose words fit, or to the rest of them. */
type Variant<C extends Context> = Pick<WrittenRule<C>, "cause" | "next"> & { readonly text?: RegExp };

/** The answers of a rule that depend on the error's words: the first that fits, and the last for the rest. */
export function byText<C extends Context = Context>(
  ...variants: readonly [...Variant<C>[], Variant<C>]
): Pick<WrittenRule<C>, "cause" | "next"> {
  const rules = rulesFor<C>(
    [],
    variants.map(({ cause, next }) => ({ code: "", when: [], cause, next })),
  );
  const answer = ({ text }: Symptom) =>
    rules[variants.findIndex((each) => each.text?.test(text) ?? true)] as Rule<C>;
  return {
    cause: (context, symptom) => answer(symptom).cause(context, symptom),
    next: (context, symptom) => answer(symptom).next(context, symptom),
  };
}

/** All that is present has to fit an error; what is absent fits any. */
export interface Match {
  /** SQLSTATEs, Node.js's, Azure's and libraries' codes. One that ends in `*` is a class of them. */
  readonly codes?: readonly string[];
  /** Entra's error numbers. */
  readonly aadsts?: readonly number[];
  readonly text?: RegExp;
  /** HTTP statuses; `5xx` is all that begin with 5. */
  readonly status?: readonly (number | `${number}xx`)[];
  readonly signIn?: SignIn["type"];
  /** The error names the proxy: its host, or its port, which is not that of the peer. */
  readonly atProxy?: true;
}

/** The service that the error came from. */
export function partnerOf(context: Context): Partner {
  return context.with ?? "postgres";
}

/** Whether the error came from PostgreSQL, or on the way to it. */
export function isPostgres(context: Context): boolean {
  return partnerOf(context) === "postgres";
}

/** The host that the error is about; `<host>` where it is not known. */
export function hostOf(context: Context): string {
  const { host, cloud } = context;
  const partner = partnerOf(context);
  if (host !== undefined) return host;
  if (partner === "postgres") return "<host>";
  if (partner === "github-issues") return "api.github.com";
  if (partner === "github") return "<host>.actions.githubusercontent.com";
  return new URL(cloud?.authority ?? "https://login.microsoftonline.com").host;
}
