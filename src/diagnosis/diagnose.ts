import { ActionError, type Failure } from "../model/failure.ts";
import { inOurWords, quoted, sentence } from "../model/sentence.ts";
import { ENTRA } from "./entra.ts";
import { GITHUB } from "./github.ts";
import { NETWORK } from "./network.ts";
import { POSTGRES } from "./postgres.ts";
import type { Context, Partner, Rule } from "./rules.ts";
import { type Symptom, symptomsOf } from "./symptoms.ts";

/** Every failure that is explained, the special ones before the general ones. */
export const RULES: readonly Rule[] = [...GITHUB, ...ENTRA, ...POSTGRES, ...NETWORK];

/**
 * What an error means and what to do about it.
 * @param error whatever was thrown; one nobody knows keeps its own words
 * @param context what was being done
 */
export function diagnose(error: unknown, context: Context = {}): Failure {
  if (error instanceof ActionError) return error.failure;
  const found = ruleFor(error, context.with ?? "postgres");
  return {
    code: found?.rule.code ?? "unknown",
    message: sentence`${quoted(subject(context))}: ${quoted(found?.symptom.text ?? ownWords(error))}`,
    hint: found ? inOurWords(found.rule.cause) : [],
    steps: [{ text: inOurWords(found ? found.rule.next(context, found.symptom) : UNKNOWN_HINT) }],
  };
}

/** How many further attempts a failure is worth: 0 where waiting cannot help, and for what no rule knows. */
export function retriesFor({ code }: Failure): number {
  return RULES.find((rule) => rule.code === code)?.retries ?? 0;
}

const UNKNOWN_HINT =
  "This action does not know this error. Run the job again with debug logging, and if it stays, open an issue with the message.";

/** The outermost words, and the innermost where they say more. */
function ownWords(error: unknown): string {
  const [first, ...hidden] = symptomsOf(error).map(({ text }) => text);
  const last = hidden.at(-1);
  return last === undefined || first?.includes(last) ? `${first}` : `${first} (${last})`;
}

function ruleFor(error: unknown, partner: Partner): { rule: Rule; symptom: Symptom } | undefined {
  const symptoms = symptomsOf(error);
  for (const rule of RULES) {
    if (!rule.with.includes(partner)) continue;
    const symptom = symptoms.find((each) => rule.when.some((when) => fits(each, when)));
    if (symptom !== undefined) return { rule, symptom };
  }
  return undefined;
}

function fits(symptom: Symptom, { code, text }: Rule["when"][number]): boolean {
  return (code === undefined || code.test(symptom.code)) && (text === undefined || text.test(symptom.text));
}

const ASKED: Readonly<Record<string, string>> = {
  "azure-cli": "The Azure CLI",
  "managed-identity": "The runner's managed identity",
};

function subject(context: Context): string {
  switch (context.with ?? "postgres") {
    case "github":
      return "GitHub's OIDC endpoint";
    case "entra":
      return ASKED[context.signIn?.type ?? "oidc"] ?? "Microsoft Entra";
    case "postgres": {
      const server =
        context.host === undefined ? "PostgreSQL" : `PostgreSQL at ${context.host}:${context.port ?? 5432}`;
      return context.database === undefined ? server : `${server}, database "${context.database}"`;
    }
  }
}
