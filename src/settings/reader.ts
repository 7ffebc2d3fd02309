import { ActionError, failure } from "../model/failure.ts";
import { code, EMPTY, inOurWords, isEmpty, paragraph, type Sentence, sentence } from "../model/sentence.ts";
import type { Env } from "../model/settings.ts";
import { didYouMean } from "../text/near.ts";
import { described, Invalid, resultOf, UNSET_VARIABLE } from "./invalid.ts";

/** One input of an action. */
interface Input {
  /** Completes "Use …" in the message of a mistake. */
  readonly use: string;
  /** The default in action.yml. */
  readonly default?: string;
  /** True if an empty input is a mistake, because an unset variable must not change what the action does. */
  readonly neverEmpty?: true;
  /** Finds the texts to mask in the log. The value of such an input is never shown or described. */
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
 * Reads the inputs one by one. A value that is not there or not valid is never returned: its mistake is noted, and a
 * `Mistaken` thrown. `all` goes on with the other fields, so that every mistake is found.
 */
interface Inputs<Name extends string, NameWithDefault extends Name> {
  /** True if the input contains more than white space. */
  isSet(name: Name): boolean;
  optional<V>(name: Name, parse: Parser<V>): V | undefined;
  orDefault<V>(name: NameWithDefault, parse: Parser<V>): V;
  /** @param requiredBy what requires the input: "`auth-type: oidc`" */
  required<V>(name: Name, parse: Parser<V>, requiredBy?: Sentence): V;
  /**
   * The input, or the value that another input contains for it. If neither has a value, the input is missing.
   * @param found returns the value in `source`
   */
  orFrom<V>(source: Name, name: Name, parse: Parser<V>, found: () => string | undefined): V;
  /** The value of the input, or undefined if it is not set or not valid. Adds no mistake. */
  ifValid<V>(name: Name, parse: Parser<V>): V | undefined;
  /** @param problem full sentences, with the name of the input */
  mistake(name: Name, problem: Sentence): never;
  /** Reads each field, also after a mistake. A field may read what another one reads: a mistake is reported once. */
  all<V extends object>(fields: { readonly [K in keyof V]: () => V[K] }): V;
}

/** Thrown after a mistake was noted; `readInputs` reports it. */
class Mistaken extends Error {}

/**
 * Reads the inputs of an action.
 * @param env the environment of the process, in which the runner sets the inputs (`INPUT_TABLE-PRIVILEGES`)
 * @param read makes one value of the inputs
 * @throws ActionError `bad-input` with a problem for each mistake
 */
export function readInputs<T extends InputTable, V>(table: T, env: Env, read: (inputs: InputsOf<T>) => V): V {
  const mistakes: Mistake[] = misspelled(table, env);
  const [value] = unlessMistaken(() => read(inputsIn(table, env, mistakes)));
  if (mistakes.length > 0) throw badInput(mistakes, Object.keys(table));
  return value as V;
}

/** The value, or nothing after a mistake. */
function unlessMistaken<V>(read: () => V): [V?] {
  try {
    return [read()];
  } catch (error) {
    if (error instanceof Mistaken) return [];
    throw error;
  }
}

function all<V extends object>(fields: { readonly [K in keyof V]: () => V[K] }): V {
  const read = Object.entries<() => unknown>(fields).map(
    ([key, field]) => [key, unlessMistaken(field)] as const,
  );
  if (read.some(([, value]) => value.length === 0)) throw new Mistaken();
  return Object.fromEntries(read.map(([key, [value]]) => [key, value])) as V;
}

/** The problem of a text that a parser refused, with its subject and what to do about it. */
function problemOf(
  error: unknown,
  text: string,
  { secrets, use }: Input,
  others: readonly string[],
): Sentence {
  const { problem, details } = asInvalid(error);
  const { item, remedy = sentence`Use ${inOurWords(use)}.`, advice = EMPTY } = details;
  const noun = inOurWords(item === undefined ? "the value" : "an item");
  const subject = secrets ? noun : described(item ?? text, noun, others);
  return paragraph(sentence`${subject} ${problem}.`, remedy, advice);
}

function inputsIn<T extends InputTable>(table: T, env: Env, mistakes: Mistake[]): InputsOf<T> {
  const textOf = (name: string) => env[variable(name)] ?? "";
  const isSet = (name: string) => textOf(name).trim() !== "";
  const inputOf = (name: NameIn<T>): Input => table[name] as Input;
  const use = (name: NameIn<T>) => inOurWords(inputOf(name).use);

  function mistake(name: string, problem: Sentence): never {
    mistakes.push({ name, problem });
    throw new Mistaken();
  }

  /** Without a default for an input that is not set. */
  function parsed<V>(name: NameIn<T>, parse: Parser<V>): V {
    const input = inputOf(name);
    const text = textOf(name);
    try {
      return parse(text);
    } catch (error) {
      const problem = problemOf(error, text, input, secretsIn(table, env));
      return mistake(name, sentence`${code(name)}: ${problem}`);
    }
  }

  function read<V>(name: NameIn<T>, parse: Parser<V>, whenNotSet: () => V): V {
    if (isSet(name)) return parsed(name, parse);
    if (env[variable(name)] === undefined || !inputOf(name).neverEmpty) return whenNotSet();
    return mistake(name, sentence`${code(name)} is empty. ${UNSET_VARIABLE} Use ${use(name)}.`);
  }

  return {
    isSet,
    mistake,
    optional: <V>(name: NameIn<T>, parse: Parser<V>) => read<V | undefined>(name, parse, () => undefined),
    orDefault: (name, parse) => read(name, parse, () => parse(inputOf(name).default ?? "")),
    required: (name, parse, requiredBy) =>
      read(name, parse, () => {
        const reason = requiredBy ? sentence`${requiredBy} requires it:` : inOurWords("Set it to");
        return mistake(name, sentence`${code(name)} is missing. ${reason} ${use(name)}.`);
      }),
    orFrom: (source, name, parse, valueIn) =>
      read(name, parse, () => {
        const found = valueIn();
        if (found === undefined) {
          const inSource = isSet(source) ? sentence`, and ${code(source)} does not contain it` : EMPTY;
          return mistake(name, sentence`${code(name)} is missing${inSource}. Set it to ${use(name)}.`);
        }
        try {
          return parse(found);
        } catch (error) {
          const { problem } = asInvalid(error);
          const override = sentence`To override it, set ${code(name)} to ${use(name)}.`;
          return mistake(source, sentence`${code(source)}: its ${code(name)} ${problem}. ${override}`);
        }
      }),
    ifValid: (name, parse) => (isSet(name) ? resultOf(() => parse(textOf(name))) : undefined),
    all,
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
function misspelled(table: InputTable, env: Env): Mistake[] {
  const names = Object.keys(table);
  const known = new Set(names.map(variable));
  return Object.keys(env)
    .filter((key) => key.startsWith("INPUT_") && !known.has(key))
    .sort()
    .map((key) => key.slice("INPUT_".length).toLowerCase())
    .map((name) => ({ name, suggestion: didYouMean(name, names) }))
    .filter(({ suggestion }) => !isEmpty(suggestion))
    .map(({ name, suggestion }) => ({
      name,
      problem: sentence`${code(name)} is not an input of this action. ${suggestion}`,
    }));
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
  const distinct = new Map(mistakes.map((mistake) => [JSON.stringify(mistake), mistake]));
  const inOrder = [...distinct.values()].toSorted((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
  const inputs = new Set(mistakes.map(({ name }) => name)).size;
  const invalid = inputs === 1 ? inOurWords("1 input is invalid.") : sentence`${inputs} inputs are invalid.`;
  return new ActionError(
    failure({
      code: "bad-input",
      message: sentence`${invalid} Nothing was changed.`,
      problems: inOrder.map(({ problem }) => problem),
      hint: "A value is mistyped, or the variable or secret it comes from is not set.",
      steps: ["Correct the `with:` block of this step. The README of this action explains every input."],
    }),
  );
}
