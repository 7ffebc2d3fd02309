import { ActionError, failure } from "../model/failure.ts";
import { code, EMPTY, inOurWords, isEmpty, paragraph, type Sentence, sentence } from "../model/sentence.ts";
import type { Env } from "../model/settings.ts";
import { count } from "../text/count.ts";
import { distinctBy } from "../text/groups.ts";
import { didYouMean } from "../text/near.ts";
import { described, parsed, UNSET_VARIABLE } from "./invalid.ts";

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
   * @param problem full sentences, with the name of the input
   * @param item the item of a list that the problem is about
   */
  mistake(name: Name, problem: Sentence, item?: string): never;
  /** The inputs, but with the values that an entry has. A value that is empty counts as left out, as an input does. */
  withEntry(entry: Entry): Inputs<Name, NameWithDefault>;
  /** The inputs, and for those that are not set the values that another input contains, each with its key. */
  withContentsOf(source: Name, contents: () => Contents<Name>): Inputs<Name, NameWithDefault>;
}

/** The text for each input, if there is one. */
type Contents<Name extends string> = { readonly [N in Name]?: string | undefined };

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
  const value = ifValid(() => read(inputsIn({ table, env, secrets: secretsIn(table, env), mistakes })));
  if (mistakes.length > 0) throw badInput(mistakes, Object.keys(table));
  return value as V;
}

/** What `read` returns, or undefined after a mistake. */
export function ifValid<V>(read: () => V): V | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof Mistaken) return undefined;
    throw error;
  }
}

/** Reads each field, also after a mistake. A field may read what another one reads: a mistake is reported once. */
export function all<V extends object>(fields: { readonly [K in keyof V]: () => V[K] }): V {
  const read = Object.entries<() => unknown>(fields).map(([key, field]) => ifValid(() => [key, field()] as const));
  const values = read.filter((each) => each !== undefined);
  if (values.length < read.length) throw new Mistaken();
  return Object.fromEntries(values) as V;
}

/** Where the values come from, and where the mistakes go. */
interface Reading<T extends InputTable> {
  readonly table: T;
  readonly env: Env;
  readonly secrets: readonly string[];
  readonly mistakes: Mistake[];
  readonly entry?: Entry;
  readonly source?: { readonly name: string; readonly contents: () => Contents<string> };
}

function inputsIn<T extends InputTable>(reading: Reading<T>): InputsOf<T> {
  const { table, env, secrets, mistakes, entry, source } = reading;
  const inputOf = (name: NameIn<T>): Input => table[name] as Input;
  const use = (name: NameIn<T>) => inOurWords(inputOf(name).use);
  const isSet = (name: string) => textIn(env, name).trim() !== "";

  /** The value that counts: the entry's, otherwise the input's. An empty one counts only if that is a mistake. */
  function given(name: string) {
    const own = entry?.values.get(name);
    if (own === "mistaken") throw new Mistaken();
    const texts = [own?.text, env[variable(name)]].map((text, n) => ({ text, isInput: n === 1 }));
    return texts.find(({ text }) => text !== undefined && (text.trim() !== "" || table[name]?.neverEmpty));
  }

  function mistake(name: string, problem: Sentence, item = ""): never {
    const isInput = entry === undefined || given(name)?.isInput;
    mistakes.push({ name, problem, place: isInput ? undefined : placeOf(entry, name, item) });
    throw new Mistaken();
  }

  function read<V>(name: NameIn<T>, parse: Parser<V>, whenNotSet: () => V): V {
    const { text, isInput } = given(name) ?? {};
    if (text === undefined) return readSource(name, parse, whenNotSet);
    if (text.trim() === "") {
      const advice = isInput ? UNSET_VARIABLE : EMPTY;
      return mistake(name, paragraph(sentence`${code(name)} is empty.`, advice, sentence`Use ${use(name)}.`));
    }
    return parsed(text, parse, ({ problem, details }) => {
      const { item, remedy = sentence`Use ${use(name)}.`, advice = EMPTY } = details;
      const noun = inOurWords(item === undefined || item === text.trim() ? "the value" : "an item");
      const subject = inputOf(name).secrets ? noun : described(item ?? text, noun, secrets);
      return mistake(name, paragraph(sentence`${code(name)}: ${subject} ${problem}.`, remedy, advice), item);
    });
  }

  function readSource<V>(name: NameIn<T>, parse: Parser<V>, whenNotSet: () => V): V {
    const text = source?.contents()[name];
    if (source === undefined || text === undefined) return whenNotSet();
    return parsed(text, parse, ({ problem }) => {
      const override = sentence`To override it, set ${code(name)} to ${use(name)}.`;
      return mistake(source.name, sentence`${code(source.name)}: its ${code(name)} ${problem}. ${override}`);
    });
  }

  return {
    isSet,
    mistake,
    optional: <V>(name: NameIn<T>, parse: Parser<V>) => read<V | undefined>(name, parse, () => undefined),
    orDefault: (name, parse) => read(name, parse, () => parse(inputOf(name).default ?? "")),
    required: (name, parse, requiredBy) =>
      read(name, parse, () => {
        const isSought = source !== undefined && isSet(source.name) && name in source.contents();
        const inSource = isSought ? sentence`, and ${code(source.name)} does not contain it` : EMPTY;
        const reason = requiredBy ? sentence`${requiredBy} requires it:` : inOurWords("Set it to");
        return mistake(name, sentence`${code(name)} is missing${inSource}. ${reason} ${use(name)}.`);
      }),
    withEntry: (entry) => inputsIn({ ...reading, entry }),
    withContentsOf: (name, contents) => inputsIn({ ...reading, source: { name, contents } }),
  };
}

/** Where an entry has a value, or one item of it; where the entry begins, if it does not have it. */
export function placeOf({ place, values }: Entry, name: string, item: string): Place {
  const value = values.get(name);
  return typeof value === "object" ? { ...place, line: value.items?.get(item) ?? value.line } : place;
}

/** The values to mask in the log, before anything else happens. */
export function secretsIn(table: InputTable, env: Env): readonly string[] {
  return Object.entries(table)
    .flatMap(([name, { secrets }]) => secrets?.(textIn(env, name)) ?? [])
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
  const unknown = Object.keys(env).filter((key) => key.startsWith("INPUT_") && !known.has(key));
  return unknown.sort().flatMap((key) => {
    const name = key.slice("INPUT_".length).toLowerCase();
    const suggestion = didYouMean(name, names);
    if (isEmpty(suggestion)) return [];
    return [{ name, problem: sentence`${code(name)} is not an input of this action. ${suggestion}` }];
  });
}

function badInput(mistakes: readonly Mistake[], order: readonly string[]): ActionError {
  const distinct = distinctBy(mistakes, (mistake) => JSON.stringify(mistake));
  const { inputs = [], file = [] } = Object.groupBy(distinct, ({ place }) => (place ? "file" : "inputs"));
  inputs.sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
  file.sort((a, b) => (a.place?.line ?? 0) - (b.place?.line ?? 0));
  const problems = [...inputs, ...file].map(({ place, problem }) =>
    place === undefined ? problem : sentence`${code(`${place.file}:${place.line}`)}: ${problem}`,
  );
  const invalid = new Set(inputs.map(({ name }) => name)).size;
  const path = code(file[0]?.place?.file ?? "");
  const parts = [
    invalid > 0 && {
      message: inOurWords(`${count(invalid, "input")} ${invalid === 1 ? "is" : "are"} invalid.`),
      step: "Correct the `with:` block of this step. The README of this action explains every input.",
    },
    file.length > 0 && {
      message: sentence`${path} has ${inOurWords(count(file.length, "mistake"))}.`,
      step: sentence`Correct ${path}. The page docs/grants-file.md of this action explains its keys.`,
    },
  ].filter((part) => part !== false);
  const more = problems.length - MOST_PROBLEMS;
  return new ActionError(
    failure({
      code: "bad-input",
      message: paragraph(...parts.map(({ message }) => message), inOurWords("Nothing was changed.")),
      problems: more > 0 ? [...problems.slice(0, MOST_PROBLEMS), sentence`There are ${more} more.`] : problems,
      hint: "A value is mistyped, or the variable or secret it comes from is not set.",
      steps: parts.map(({ step }) => step),
    }),
  );
}

/** More would hide the others, in the log and in the summary. */
const MOST_PROBLEMS = 100;
