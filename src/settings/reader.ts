import { ActionError, failure } from "../model/failure.ts";
import { code, EMPTY, inOurWords, isEmpty, paragraph, type Sentence, sentence } from "../model/sentence.ts";
import type { Env } from "../model/settings.ts";
import { count } from "../text/count.ts";
import { didYouMean } from "../text/near.ts";
import { described, Invalid, UNSET_VARIABLE } from "./invalid.ts";

/** One input of an action. */
export interface Input {
  /** Completes "Use …" in the message of a mistake. */
  readonly use: string;
  /** The default in action.yml. */
  readonly default?: string;
  /** True if an empty input is a mistake, because an unset variable must not change what the action does. */
  readonly neverEmpty?: true;
  /** What a file may have in place of the text: a boolean, or a list of the lines of the text. */
  readonly inFile?: "boolean" | "list";
  /** Finds the texts to mask in the log. The value of such an input is never shown or described. */
  readonly secrets?: (text: string) => readonly string[];
}

/** The inputs of an action by their names in its action.yml. */
export type InputTable = Readonly<Record<string, Input>>;

/** An entry of a file, which has values for some of the inputs. */
export interface Entry {
  readonly place: Place;
  /** By the inputs' names. The mistake of a value that is "mistaken" was noted by the reader of the file. */
  readonly values: ReadonlyMap<string, FileValue | "mistaken">;
}

/** The text of a value, and its line. */
export interface FileValue {
  readonly text: string;
  readonly line: number;
  /** The line of each item, if the value is a list. */
  readonly items?: ReadonlyMap<string, number>;
}

/** A line of a file, counted from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
}

/** A mistake in an input or, if it has a place, in a file. The problem is full sentences, with the name. */
export interface Mistake {
  readonly name: string;
  readonly place?: Place | undefined;
  readonly problem: Sentence;
}

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
  /** What `read` returns, or undefined after a mistake. */
  ifValid<V>(read: () => V): V | undefined;
  /**
   * @param problem full sentences, with the name of the input
   * @param item the item of a list that the problem is about
   */
  mistake(name: Name, problem: Sentence, item?: string): never;
  /** Reads each field, also after a mistake. A field may read what another one reads: a mistake is reported once. */
  all<V extends object>(fields: { readonly [K in keyof V]: () => V[K] }): V;
  /** The inputs, but with the values that an entry has. A value that is empty counts as left out, as an input does. */
  withEntry(entry: Entry): Inputs<Name, NameWithDefault>;
}

/** Thrown after a mistake was noted; `readInputs` reports it. */
class Mistaken extends Error {}

/**
 * Reads the inputs of an action.
 * @param env the environment of the process, in which the runner sets the inputs (`INPUT_TABLE-PRIVILEGES`)
 * @param read makes one value of the inputs
 * @param found mistakes that were found before
 * @throws ActionError `bad-input` with a problem for each mistake
 */
export function readInputs<T extends InputTable, V>(
  table: T,
  env: Env,
  read: (inputs: InputsOf<T>) => V,
  found: readonly Mistake[] = [],
): V {
  const mistakes = [...misspelled(table, env), ...found];
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
  const read = Object.entries<() => unknown>(fields).map(([key, field]) => [key, unlessMistaken(field)] as const);
  if (read.some(([, value]) => value.length === 0)) throw new Mistaken();
  return Object.fromEntries(read.map(([key, [value]]) => [key, value])) as V;
}

/** The problem of a text that a parser refused, with its subject and what to do about it. */
function problemOf(
  { problem, details }: Invalid,
  text: string,
  { secrets, use }: Input,
  others: readonly string[],
): Sentence {
  const { item, remedy = sentence`Use ${inOurWords(use)}.`, advice = EMPTY } = details;
  const noun = inOurWords(item === undefined ? "the value" : "an item");
  const subject = secrets ? noun : described(item ?? text, noun, others);
  return paragraph(sentence`${subject} ${problem}.`, remedy, advice);
}

function inputsIn<T extends InputTable>(table: T, env: Env, mistakes: Mistake[], entry?: Entry): InputsOf<T> {
  const inputOf = (name: NameIn<T>): Input => table[name] as Input;
  const use = (name: NameIn<T>) => inOurWords(inputOf(name).use);
  const given = (name: NameIn<T>) => givenIn(name, inputOf(name), env, entry);
  const isSet = (name: NameIn<T>) => (given(name)?.text.trim() ?? "") !== "";

  function mistake(name: NameIn<T>, problem: Sentence, item = ""): never {
    const isInput = entry === undefined || given(name)?.isInput;
    mistakes.push({ name, problem, place: isInput ? undefined : placeOf(entry, name, item) });
    throw new Mistaken();
  }

  function read<V>(name: NameIn<T>, parse: Parser<V>, whenNotSet: () => V): V {
    const { text, isInput } = given(name) ?? {};
    if (text === undefined) return whenNotSet();
    if (text.trim() === "") {
      const advice = isInput ? UNSET_VARIABLE : EMPTY;
      return mistake(name, paragraph(sentence`${code(name)} is empty.`, advice, sentence`Use ${use(name)}.`));
    }
    try {
      return parse(text);
    } catch (error) {
      const invalid = asInvalid(error);
      const problem = problemOf(invalid, text, inputOf(name), secretsIn(table, env));
      return mistake(name, sentence`${code(name)}: ${problem}`, invalid.details.item);
    }
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
    ifValid: (read) => unlessMistaken(read)[0],
    all,
    withEntry: (entry) => inputsIn(table, env, mistakes, entry),
  };
}

/** The value that counts: the entry's, otherwise the input's. An empty one counts only if that is a mistake. */
function givenIn(
  name: string,
  { neverEmpty }: Input,
  env: Env,
  entry: Entry | undefined,
): { readonly text: string; readonly isInput: boolean } | undefined {
  const own = entry?.values.get(name);
  if (own === "mistaken") throw new Mistaken();
  const texts = [own?.text, env[variable(name)]];
  const at = texts.findIndex((text) => text !== undefined && (text.trim() !== "" || neverEmpty));
  return at < 0 ? undefined : { text: texts[at] ?? "", isInput: at === 1 };
}

/** Where an entry has a value, or one item of it; where the entry begins, if it does not have it. */
export function placeOf({ place, values }: Entry, name: string, item: string): Place {
  const value = values.get(name);
  return typeof value === "object" ? { ...place, line: value.items?.get(item) ?? value.line } : place;
}

/** The values to mask in the log, before anything else happens. */
export function secretsIn(table: InputTable, env: Env): readonly string[] {
  return Object.entries(table)
    .flatMap(([name, { secrets }]) => secrets?.(env[variable(name)] ?? "") ?? [])
    .filter((secret) => secret.trim() !== "");
}

/** The text of one input, for what has to be known before the inputs are read. */
export function textIn(env: Env, name: string): string {
  return env[variable(name)] ?? "";
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

function badInput(mistakes: readonly Mistake[], order: readonly string[]): ActionError {
  const distinct = [...new Map(mistakes.map((mistake) => [JSON.stringify(mistake), mistake])).values()];
  const { inputs = [], file: inFile = [] } = Object.groupBy(distinct, ({ place }) => (place ? "file" : "inputs"));
  inputs.sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
  inFile.sort((a, b) => (a.place?.line ?? 0) - (b.place?.line ?? 0));
  const invalid = new Set(inputs.map(({ name }) => name)).size;
  const file = code(inFile[0]?.place?.file ?? "");
  const problems = [...inputs, ...inFile].map(({ place, problem }) =>
    place === undefined ? problem : sentence`${code(`${place.file}:${place.line}`)}: ${problem}`,
  );
  return new ActionError(
    failure({
      code: "bad-input",
      message: paragraph(
        ...(invalid === 0 ? [] : [inOurWords(`${count(invalid, "input")} ${invalid === 1 ? "is" : "are"} invalid.`)]),
        ...(inFile.length === 0 ? [] : [sentence`${file} has ${inOurWords(count(inFile.length, "mistake"))}.`]),
        inOurWords("Nothing was changed."),
      ),
      problems:
        problems.length > MOST_PROBLEMS
          ? [...problems.slice(0, MOST_PROBLEMS), sentence`There are ${problems.length - MOST_PROBLEMS} more.`]
          : problems,
      hint: "A value is mistyped, or the variable or secret it comes from is not set.",
      steps: [
        ...(invalid === 0
          ? []
          : ["Correct the `with:` block of this step. The README of this action explains every input."]),
        ...(inFile.length === 0
          ? []
          : [sentence`Correct ${file}. The page docs/grants-file.md of this action explains its keys.`]),
      ],
    }),
  );
}

/** More would hide the others, in the log and in the summary. */
const MOST_PROBLEMS = 100;
