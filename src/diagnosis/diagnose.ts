import { ActionError, type Failure, type Step, step } from "../model/failure.ts";
import { code, inOurWords, name, quoted, type Sentence, sentence } from "../model/sentence.ts";
import { pageInWords } from "../text/page.ts";
import { AZURE_CLI } from "./azure-cli.ts";
import { clientOf, ENTRA, ENTRA_UNAVAILABLE } from "./entra.ts";
import { FALLBACKS, UNKNOWN } from "./fallbacks.ts";
import { GITHUB } from "./github.ts";
import { MANAGED_IDENTITY } from "./managed-identity.ts";
import { isLocal, NETWORK, PRIVATE } from "./network.ts";
import { POSTGRES } from "./postgres.ts";
import { PROXY } from "./proxy.ts";
import { type Context, hostOf, isPostgres, type Match, PARTNERS, partnerOf, type Rule } from "./rules.ts";
import { RUNNER } from "./runner.ts";
import { reachesAll } from "./steps.ts";
import { codesOf, type Symptom, symptomsOf, withoutLinks, withoutTracebacks } from "./symptoms.ts";

/** Every failure that is explained, the special ones before the general ones. */
export const RULES: readonly Rule[] = [
  ...GITHUB,
  ...MANAGED_IDENTITY,
  ...ENTRA,
  ...PROXY,
  ...ENTRA_UNAVAILABLE,
  ...AZURE_CLI,
  ...PRIVATE,
  ...POSTGRES,
  ...NETWORK,
  ...FALLBACKS,
];

/**
 * What an error means and what to do about it.
 * @param error whatever was thrown; an unknown one keeps its own words
 * @param context what was being done
 */
export const diagnose = (error: unknown, context: Context = {}): Failure => diagnoseBy(RULES, error, context);

/** The same by the rules of another table. */
export function diagnoseBy<C extends Context>(rules: readonly Rule<C>[], error: unknown, context: C): Failure {
  if (error instanceof ActionError) return error.failure;
  const { rule, symptom } = ruleFor(rules, error, context) ?? {
    rule: UNKNOWN,
    symptom: { code: "", text: ownWords(error) },
  };
  const { code } = rule;
  const page = pageInWords(symptom.text);
  const host = symptom.text.match(NAMED_HOST)?.[0] ?? context.host;
  const { hint, steps, retries } = rule.explain({ ...context, host }, withoutLinks(symptom));
  const hints = symptom.hint && HINTED.includes(code) ? [step(sentence`Follow the hint: ${quoted(symptom.hint)}`)] : [];
  const first = reachesAll(context) && PASSING.includes(code) ? [RUN_AGAIN] : hints;
  const where = RUNNER.some((each) => each.code === code) ? inOurWords("The runner") : peer(context);
  return {
    code,
    message: sentence`${where}: ${quoted(page ? `HTTP status ${symptom.status} with ${page}` : symptom.text)}`,
    hint,
    steps: withPooler([...first, ...steps], context, code, VAGUE.includes(code) && !isLocal(context, symptom.text)),
    ...(retries !== undefined && { retries }),
  };
}

/** The host of a request of the Azure CLI, and one of those of GitHub's OIDC endpoint. */
const NAMED_HOST = /(?<=Pool\(host=')[\w.-]{1,253}|(?<=(FOUND|AGAIN) )[\w-]{1,63}\.actions\.githubusercontent\.com/;

/** Failures with so many causes that what PostgreSQL advises comes first. */
const HINTED = "database-closed data-damaged library-not-found raised-in-database server-error server-fault".split(" ");

/** Failures that pass on a runner of GitHub's own, which reaches Azure and GitHub. */
const PASSING = "connection-refused connection-timed-out dns-unavailable host-not-found host-unreachable".split(" ");
const RUN_AGAIN = step("Run the job again: GitHub's runners reach this host, unless a VPN or harden-runner stops it.");

/** Failures that say little, or by which a pooler asks for a client certificate: the way past it comes first. */
const VAGUE = ["unknown", "server-error", "connection-refused", "tls-handshake"];

/** PgBouncer refuses connections for reasons that its messages do not name. */
function withPooler(steps: readonly Step[], context: Context, code: string, isVague: boolean): readonly Step[] {
  if (!isPostgres(context) || context.port !== 6432) return steps;
  const others = steps.filter(({ text }) => !text.parts.some((part) => "code" in part && part.code === "port: 5432"));
  const past = step(
    `Port 6432 is that of a pooler (PgBouncer on Azure)${code === "connection-refused" ? ", which may be off, and which Burstable servers do not have" : ""}. Set \`port: 5432\` to connect to PostgreSQL directly: its own error says more.`,
  );
  return isVague ? [past, ...others] : others.length < steps.length ? steps : [...steps, past];
}

/** The outermost message, the innermost where it says more, and the code. */
function ownWords(error: unknown): string {
  const symptoms = symptomsOf(error);
  const said = [symptoms[0]?.text, symptoms.at(-1)?.text, symptoms[0]?.code].filter((each) => each !== undefined);
  return said.reduce((words, each) => (words.includes(each) ? words : `${words} (${each})`));
}

function ruleFor<C extends Context>(
  rules: readonly Rule<C>[],
  error: unknown,
  context: C,
): { rule: Rule<C>; symptom: Symptom } | undefined {
  const symptoms = symptomsOf(error).map((each) => ({ symptom: each, said: withoutLinks(each), codes: codesOf(each) }));
  for (const rule of rules) {
    if (!rule.with.includes(partnerOf(context))) continue;
    const found = symptoms.find(({ said, codes }) => rule.when.some((match) => fits(match, said, codes, context)));
    if (found !== undefined) return { rule, symptom: withoutTracebacks(found.symptom) };
  }
  return undefined;
}

function fits(match: Match, { code, text, status, fatal }: Symptom, codes: readonly string[], context: Context) {
  if (match.codes === undefined && code.startsWith("P0") && !OF_AZURE.test(text)) return false;
  return (
    (match.codes === undefined || match.codes.split(" ").some((each) => codes.some((one) => isOrStarts(one, each)))) &&
    (match.text === undefined || match.text.test(text)) &&
    (match.status === undefined ||
      match.status.some((each) => isOrStarts(`${status}`, `${each}`.replace("xx", "*")))) &&
    (match.signIn === undefined || match.signIn === context.signIn?.type) &&
    (match.clientId === undefined || match.clientId.test(clientOf(context.signIn))) &&
    (match.host === undefined || match.host.test(context.host ?? "")) &&
    (match.atProxy === undefined || namesProxy(text, context.proxy)) &&
    (match.onGitHub === undefined || context.onGitHub === true) &&
    (match.fatal === undefined || match.fatal === fatal)
  );
}

/** Code in the database raises errors of class P0 in any words. These are those of Azure's own functions. */
const OF_AZURE = /\b(Entra|AAD|Azure AD|for principal|validate user)\b/i;

/** Its name, or its port, because the address of a name is not known here. */
function namesProxy(text: string, proxy: string | undefined): boolean {
  const [host, port] = proxy?.match(/^(?:https:\/\/)?(.*):(\d+)$/)?.slice(1) ?? [];
  if (host === undefined) return false;
  return text.includes(host) || (port !== "443" && text.includes(`:${port}`));
}

export const isOrStarts = (code: string, expected: string): boolean =>
  expected.endsWith("*") ? code.startsWith(expected.slice(0, -1)) : code === expected;

const IDENTITY_SOURCES: Readonly<Record<string, string>> = {
  "azure-cli": "The Azure CLI",
  "managed-identity": "The runner's managed identity",
};

/** The service that the error came from, with its address where that is not always the same. */
function peer(context: Context): Sentence {
  const { with: partner, signIn, host, port = 5432, database } = context;
  const source = partner === "entra" ? IDENTITY_SOURCES[signIn?.type ?? ""] : undefined;
  const called = inOurWords(source ?? ((partner ?? host) ? PARTNERS[partnerOf(context)].called : "This action"));
  if (partner === "azure") return sentence`${called} at ${code(hostOf(context))}`;
  if (!isPostgres(context)) return called;
  const server = host === undefined ? called : sentence`${called} at ${code(`${host}:${port}`)}`;
  return database === undefined ? server : sentence`${server}, database ${name(database)}`;
}
