import { isUtf8 } from "node:buffer";
import { readFileSync, realpathSync, statSync } from "node:fs";
import { resolve, sep } from "node:path";
import type { Document, Node, ParsedNode, Scalar, YAMLMap, YAMLSeq } from "yaml";
import { code, EMPTY, inOurWords, paragraph, quoted, type Sentence, sentence } from "../model/sentence.ts";
import { didYouMean } from "../text/near.ts";
import { Invalid } from "./invalid.ts";
import type { Entry, FileValue, InputTable, Mistake } from "./reader.ts";

/** The entries of a file, and the mistakes in its form. */
export interface GrantsFile {
  readonly entries: readonly Entry[];
  readonly mistakes: readonly Mistake[];
}

/** The text of a file in the workspace. Throws Invalid. */
export function readInWorkspace(path: string, workspace: string): string {
  try {
    const root = realpathSync(workspace);
    const file = realpathSync(resolve(root, path));
    if (!file.startsWith(root.endsWith(sep) ? root : root + sep)) {
      throw new Invalid(inOurWords("is not a path in the workspace"));
    }
    const found = statSync(file);
    if (!found.isFile()) throw new Invalid(inOurWords("is the path of something other than a file"));
    if (found.size > MAX_BYTES) throw new Invalid(inOurWords("is the path of a file larger than 1 MiB"));
    const content = readFileSync(file);
    if (!isUtf8(content)) throw new Invalid(inOurWords("is the path of a file that is not UTF-8"));
    return content.toString();
  } catch (error) {
    if (error instanceof Invalid) throw error;
    const reason = (error as NodeJS.ErrnoException).code ?? "unknown error";
    throw new Invalid(inOurWords(`cannot be read (${reason})`), {
      remedy: inOurWords("Check the path, and that `actions/checkout` runs before this action."),
    });
  }
}

const MAX_BYTES = 1_048_576;

/**
 * Reads the text of a file of grants: one YAML document. What it leaves to do is what an input needs, too: to parse the
 * texts. Takes time linear in the length of the text.
 * @param file its name in mistakes
 * @param inputs all inputs of the action
 * @param keys those that an entry can have
 */
export function readGrantsFile(
  text: string,
  file: string,
  yaml: Yaml,
  inputs: InputTable,
  keys: readonly string[],
): GrantsFile {
  const lines = new yaml.LineCounter();
  const document = yaml.parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    stringKeys: true,
    uniqueKeys: false, // its check takes quadratic time
  });
  const mistakes: Mistake[] = [];
  const placeOf = (offset: number) => ({ file, line: Math.max(1, lines.linePos(offset).line) });
  const note = (offset: number, problem: Sentence) => {
    mistakes.push({ name: "grants-file", place: placeOf(offset), problem });
  };
  const reading = { yaml, inputs, keys, placeOf, note };
  return { entries: isReadable(document, reading) ? entriesIn(document, reading) : [], mistakes };
}

type Yaml = typeof import("yaml");

/** What the functions below share. */
interface Reading {
  readonly yaml: Yaml;
  readonly inputs: InputTable;
  readonly keys: readonly string[];
  readonly placeOf: (offset: number) => Entry["place"];
  /** Notes a mistake at an offset of the text. */
  readonly note: (offset: number, problem: Sentence) => void;
}

/**
 * Notes what is not YAML, and what would hide what an entry says: aliases, merge keys, tags and directives.
 * @returns false if nothing more can be said about the file
 */
function isReadable(document: Document.Parsed, { yaml, note }: Reading): boolean {
  const errors = [...document.errors, ...document.warnings].filter(({ code }) => !NOTED_WITH_NODE.has(code));
  for (const { code, message, pos } of errors) {
    const isSecond = code === "MULTIPLE_DOCS";
    note(pos[0], isSecond ? SECOND_DOCUMENT : sentence`This is not valid YAML: ${quoted(message)}.`);
  }
  if (document.directives?.yaml.explicit) note(0, inOurWords("`%YAML` is a directive. Remove it."));
  if (errors.some(({ code }) => code !== "MULTIPLE_DOCS")) return false;
  const noteAt = (node: Node, path: readonly unknown[], problem: Sentence) => {
    const key = path.findLast(yaml.isPair)?.key;
    const subject = yaml.isScalar(key) ? sentence`${code(shortened(String(key.value)))}: ` : EMPTY;
    note(node.range?.[0] ?? 0, sentence`${subject}${problem}`);
  };
  yaml.visit(document, {
    Alias(_, node, path) {
      const alias = code(shortened(`*${node.source}`));
      noteAt(
        node,
        path,
        sentence`${alias} is an alias. Write the value itself, in quotes if it begins with ${code("*")}.`,
      );
    },
    Value(_, node, path) {
      const { anchor, tag } = node;
      if (anchor !== undefined) noteAt(node, path, sentence`${code(shortened(`&${anchor}`))} is an anchor. Remove it.`);
      if (tag)
        noteAt(
          node,
          path,
          sentence`${code(shortened(document.directives?.tagString(tag) ?? tag))} is a tag. Remove it. Text in quotes needs none.`,
        );
    },
  });
  return true;
}

const SECOND_DOCUMENT = inOurWords("A second YAML document begins here. Use one: remove `---`.");

/** Errors in an alias, an anchor or a tag, each of which is a mistake anyway. */
const NOTED_WITH_NODE = new Set(["BAD_ALIAS", "TAG_RESOLVE_FAILED"]);

function entriesIn({ contents: root }: Document.Parsed, reading: Reading): readonly Entry[] {
  const { yaml, keys, placeOf } = reading;
  const grants = isMapping(root, yaml) ? valuesIn(root, ["grants"], reading).get("grants") : undefined;
  const list = grants?.node;
  if (!yaml.isSeq<ParsedNode>(list) || list.items.length === 0) {
    noteKind(code("grants"), list, grants?.offset ?? 0, inOurWords("Use a list of entries."), reading);
    return [];
  }
  return list.items.flatMap((entry) => {
    const [offset] = entry.range;
    if (!isMapping(entry, yaml)) {
      noteKind(
        inOurWords("An entry"),
        entry,
        offset,
        inOurWords("Use keys such as `grantee`, each with its value."),
        reading,
      );
      return [];
    }
    const values = [...valuesIn(entry, keys, reading)];
    const texts = values.map(([key, value]) => [key, textOf(key, value, reading)] as const);
    return { place: placeOf(offset), values: new Map(texts) };
  });
}

interface Value {
  readonly node: ParsedNode | null;
  /** Where its key is. */
  readonly offset: number;
}

/** Its keys are text: the parser refuses others. */
type Mapping = YAMLMap<Scalar.Parsed, ParsedNode | null>;

function isMapping(node: unknown, yaml: Yaml): node is Mapping {
  return yaml.isMap(node);
}

/** The values of a mapping by their keys. */
function valuesIn(map: Mapping, known: readonly string[], reading: Reading): ReadonlyMap<string, Value> {
  const { inputs, placeOf, note } = reading;
  const values = new Map<string, Value>();
  const lines = new Map<string, number>();
  for (const { key, value: node } of map.items) {
    const name = String(key.value);
    const [offset] = key.range;
    const first = lines.get(name);
    if (first === undefined) lines.set(name, placeOf(offset).line);
    if (first === undefined && known.includes(name)) values.set(name, { node, offset });
    else note(offset, sentence`${code(shortened(name))} ${problemOfKey(name, first, known, inputs)}`);
  }
  return values;
}

function problemOfKey(name: string, first: number | undefined, known: readonly string[], inputs: InputTable): Sentence {
  if (first !== undefined) return sentence`is also a key on line ${first}. Remove one of them.`;
  if (name === "<<") return inOurWords("is a merge key. Write the keys themselves.");
  if (Object.hasOwn(inputs, name))
    return inOurWords("is an input of the action and not a key of this file. Set it in the workflow.");
  return paragraph(inOurWords("is not a key of this file."), didYouMean(name, known));
}

/** The text that an input would have in place of this value. */
function textOf(key: string, { node, offset }: Value, reading: Reading): FileValue | "mistaken" {
  const { yaml, inputs, placeOf } = reading;
  const { use = "", inFile } = inputs[key] ?? {};
  const { line } = placeOf(offset);
  if (inFile === "list" && yaml.isSeq<ParsedNode>(node) && node.items.length > 0)
    return linesOf(key, node, line, reading);
  const { value, source } = yaml.isScalar(node) ? node : {};
  if (typeof value === "string") return { text: value, line };
  if (inFile === "boolean" && typeof value === "boolean") return { text: source ?? String(value), line };
  noteKind(code(key), node, offset, sentence`Use ${inOurWords(use)}.`, reading);
  return "mistaken";
}

/** The items of a list as lines. */
function linesOf(key: string, list: YAMLSeq<ParsedNode>, line: number, reading: Reading): FileValue | "mistaken" {
  const { yaml, placeOf, note } = reading;
  const items = list.items.map((item) => {
    const [offset] = item.range;
    const text = yaml.isScalar(item) ? item.value : undefined;
    const problem = typeof text === "string" ? problemOfLine(text) : kindOf(item, yaml);
    if (problem !== undefined && !yaml.isAlias(item)) note(offset, sentence`${code(key)}: an item ${problem}.`);
    return { text: String(text), line: placeOf(offset).line, problem };
  });
  if (items.some(({ problem }) => problem !== undefined)) return "mistaken";
  const texts = items.map(({ text }) => text);
  return { text: texts.join("\n"), line, items: new Map(items.map(({ text, line }) => [text, line])) };
}

/** An input cannot have such an item, and would read it as something else. */
function problemOfLine(text: string): Sentence | undefined {
  if (text.trim() === "") return inOurWords("is empty");
  if (/[\r\n]/.test(text)) return inOurWords("has a line break");
  if (text.trim() !== text) return inOurWords("begins or ends with white space");
  return undefined;
}

/** Notes that a value has another type than it can have, unless it is an alias, which is noted already. */
function noteKind(subject: Sentence, node: unknown, offset: number, use: Sentence, { yaml, note }: Reading): void {
  if (!yaml.isAlias(node)) note(offset, sentence`${subject} ${kindOf(node, yaml)}. ${use}`);
}

function kindOf(node: unknown, yaml: Yaml): Sentence {
  if (node === undefined) return inOurWords("is missing");
  if (yaml.isMap(node)) return inOurWords("is a mapping");
  if (yaml.isSeq(node)) return inOurWords(node.items.length === 0 ? "is an empty list" : "is a list");
  const value = yaml.isScalar(node) ? node.value : null;
  if (value === null) return inOurWords("has no value");
  return inOurWords(typeof value === "string" ? "is text" : `is a ${typeof value}, because it is not in quotes`);
}

/** A text of the file, which may be long. */
function shortened(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
