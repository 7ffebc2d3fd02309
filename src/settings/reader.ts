import { ActionError } from "../model/failure.ts";
import { code, EMPTY, inOurWords, isEmpty, paragraph, type Sentence, sentence } from "../model/sentence.ts";
import type { Env } from "../model/settings.ts";
import { count } from "../text/count.ts";
import { didYouMean } from "../text/near.ts";
import { described, Invalid, UNSET_VARIABLE } from "./invalid.ts";

/** One input of an action. */
interface Input {
  /** Completes "Use …" in the message of a mistake. */
  readonly use: string;
  /** The default in action.yml. */
  readonly default?: string;
  /** Whether an empty input is a mistake, because an unset variable must not change what the action does. */
  readonly neverEmpty?: true;
  /** Whether the input takes text of several lines, or a token. */
  readonly long?: true;
  /** What to mask in the log. The value of such an input is never shown or described. */
  readonly secrets?: (text: string) => readonly string[];
}

/** The inputs of an action by their names in its action.yml. */
type InputTable = Readonly<Record<string, Input>>;

/** Reads a text that is not blank. Throws Invalid. */
type Parser<V> = (text: string) => V;

type NameIn<T extends InputTable> = keyof T & string;
type NameWithDefaultIn<T extends InputTable> = {
  [N in NameIn<T>]: T[N] extends { readonly default: string } ? N : never;
}[NameIn<T>];

/** The inputs of a table. A function that reads some of them takes the inputs of any action that has them. */
export type InputsOf<T extends InputTable> = Inputs<NameIn<T>, NameWithDefaultIn<T>>;

/**
 * Reads inputs and collects mistakes. What it returns for an invalid input is undefined whatever the type says, so
 * `throwMistakes` has to follow before anything uses the values.
 */
interface Inputs<Name extends string, NameWithDefault extends Name> {
  /** Whether the input contains more than white space. */
  isSet(name: Name): boolean;
  optional<V>(name: Name, parse: Parser<V>): V | undefined;
  orDefault<V>(name: NameWithDefault, parse: Parser<V>): V;
  /** @param requiredBy what requires the input: "`auth-type: oidc`" */
  required<V>(name: Name, parse: Parser<V>, requiredBy?: Sentence): V;
  /**
   * The input, or the value that another input contains for it. Where neither has a value, the input is missing.
   * @param found the value in `source`
   */
  orFrom<V>(source: Name, name: Name, parse: Parser<V>, found: string | undefined): V;
  /** The value of the input, or undefined if it is not set or not valid. Adds no mistake. */
  ifValid<V>(name: Name, parse: Parser<V>): V | undefined;
  /** @param problem full sentences, with the name of the input */
  mistake(name: Name, problem: Sentence): void;
  /** @throws ActionError `bad-input` with a problem for each mistake */
  throwMistakes(): void;
}

/** Far more than any value of one line has. */
const MAX_CHARACTERS = 1_000;
/** Half of what Linux accepts in an environment variable: execve(2), MAX_ARG_STRLEN. */
const MAX_LONG_CHARACTERS = 65_536;

/** @param env the environment of the process, in which the runner sets the inputs (`INPUT_TABLE-PRIVILEGES`) */
export function inputsIn<T extends InputTable>(table: T, env: Env): InputsOf<T> {
  const mistakes: Mistake[] = [];
  const unreadable = new Set<string>();
  const mistake = (name: string, problem: Sentence) => {
    mistakes.push({ name, problem });
  };
  for (const { name, suggestion } of misspelled(table, env)) {
    mistake(name, sentence`${code(name)} is not an input of this action. ${suggestion}`);
  }

  const textOf = (name: string) => env[variable(name)] ?? "";
  const isSet = (name: string) => textOf(name).trim() !== "";
  const inputOf = (name: NameIn<T>): Input => table[name] as Input;
  const use = (name: NameIn<T>) => sentence`Use ${inOurWords(inputOf(name).use)}.`;

  /** Without a default for an input that is not set. */
  function parsed<V>(name: NameIn<T>, parse: Parser<V>): V {
    const { long, secrets } = inputOf(name);
    const text = textOf(name);
    try {
      return parse(withinLimit(text, long ? MAX_LONG_CHARACTERS : MAX_CHARACTERS));
    } catch (error) {
      const { problem, details } = asInvalid(error);
      const { item, remedy = use(name), advice = EMPTY } = details;
      unreadable.add(name);
      const noun = inOurWords(item === undefined ? "the value" : "an item");
      const subject = secrets ? noun : described(item ?? text, noun, secretsIn(table, env));
      mistake(name, paragraph(sentence`${code(name)}: ${subject} ${problem}.`, remedy, advice));
      return undefined as V;
    }
  }

  function read<V>(name: NameIn<T>, parse: Parser<V>, whenNotSet: () => V): V {
    if (isSet(name)) return parsed(name, parse);
    if (env[variable(name)] === undefined || !inputOf(name).neverEmpty) return whenNotSet();
    mistake(name, sentence`${code(name)} is empty. ${UNSET_VARIABLE} ${use(name)}`);
    return undefined as V;
  }

  return {
    isSet,
    mistake,
    optional: <V>(name: NameIn<T>, parse: Parser<V>) => read<V | undefined>(name, parse, () => undefined),
    orDefault: (name, parse) => read(name, parse, () => parse(inputOf(name).default ?? "")),
    required: <V>(name: NameIn<T>, parse: Parser<V>, requiredBy?: Sentence) =>
      read(name, parse, () => {
        const reason = requiredBy ? sentence`${requiredBy} requires it:` : inOurWords("Set it to");
        mistake(name, sentence`${code(name)} is missing. ${reason} ${inOurWords(inputOf(name).use)}.`);
        return undefined as V;
      }),
    orFrom: <V>(source: NameIn<T>, name: NameIn<T>, parse: Parser<V>, found: string | undefined) =>
      read(name, parse, () => {
        if (found === undefined) {
          const inSource = isSet(source) ? sentence`, and ${code(source)} does not contain it` : EMPTY;
          const missing = sentence`${code(name)} is missing${inSource}. Set it to ${inOurWords(inputOf(name).use)}.`;
          if (!unreadable.has(source)) mistake(name, missing);
          return undefined as V;
        }
        try {
          return parse(found);
        } catch (error) {
          const { problem } = asInvalid(error);
          const override = sentence`To override it, set ${code(name)} to ${inOurWords(inputOf(name).use)}.`;
          mistake(source, sentence`${code(source)}: its ${code(name)} ${problem}. ${override}`);
          return undefined as V;
        }
      }),
    ifValid(name, parse) {
      if (!isSet(name)) return undefined;
      try {
        return parse(textOf(name));
      } catch {
        return undefined;
      }
    },
    throwMistakes() {
      if (mistakes.length > 0) throw badInput(mistakes, Object.keys(table));
    },
  };
}

/** The values to mask in the log, before anything else happens. */
export function secretsIn(table: InputTable, env: Env): readonly string[] {
  return Object.entries(table)
    .flatMap(([name, { secrets }]) => secrets?.(env[variable(name)] ?? "") ?? [])
    .filter((secret) => secret.trim() !== "");
}

/** https://github.com/actions/toolkit/blob/main/packages/core/src/core.ts (getInput): only spaces are replaced. */
function variable(name: string): string {
  return `INPUT_${name.replaceAll(" ", "_").toUpperCase()}`;
}

/** The runner only warns about an input that it does not know, and uses the default of the one that was meant. */
function misspelled(table: InputTable, env: Env): readonly { name: string; suggestion: Sentence }[] {
  const names = Object.keys(table);
  const known = new Set(names.map(variable));
  return Object.keys(env)
    .filter((key) => key.startsWith("INPUT_") && !known.has(key))
    .sort()
    .map((key) => key.slice("INPUT_".length).toLowerCase())
    .map((name) => ({ name, suggestion: didYouMean(name, names, code) }))
    .filter(({ suggestion }) => !isEmpty(suggestion));
}

function withinLimit(text: string, limit: number): string {
  if (text.length > limit) throw new Invalid(inOurWords(`is longer than ${count(limit, "character")}`));
  if (text.includes("\0")) throw new Invalid(inOurWords("contains a NUL character"));
  return text;
}

function asInvalid(error: unknown): Invalid {
  if (error instanceof Invalid) return error;
  throw error;
}

interface Mistake {
  readonly name: string;
  readonly problem: Sentence;
}

function badInput(mistakes: readonly Mistake[], order: readonly string[]): ActionError {
  const inOrder = mistakes.toSorted((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
  const inputs = new Set(mistakes.map(({ name }) => name)).size;
  const invalid = inputs === 1 ? inOurWords("1 input is invalid.") : sentence`${inputs} inputs are invalid.`;
  return new ActionError({
    code: "bad-input",
    message: sentence`${invalid} Nothing was changed.`,
    problems: inOrder.map(({ problem }) => problem),
    hint: inOurWords("A value is mistyped, or the variable or secret it comes from is not set."),
    steps: [
      {
        text: inOurWords(
          "Correct the `with:` block of this step. The README of this action explains every input.",
        ),
      },
    ],
  });
}
