import { isUtf8 } from "node:buffer";
import { readFileSync, realpathSync, statSync } from "node:fs";
import { resolve, sep } from "node:path";
import type { Document, Pair, ParsedNode, Scalar } from "yaml";
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
    if (!found.isFile() || found.size > MAX_BYTES) throw new Invalid(inOurWords("is not a file of at most 1 MiB"));
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

type Yaml = typeof import("yaml");

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
  const tokens = new yaml.Parser(lines.addNewLine).parse(text);
  const composer = new yaml.Composer({ stringKeys: true, uniqueKeys: false }); // that check takes quadratic time
  const [document, second] = composer.compose(tokens, true, text.length);
  const mistakes: Mistake[] = [];
  const placeOf = (offset: number) => ({ file, line: Math.max(1, lines.linePos(offset).line) });
  const note = (offset: number, problem: Sentence, node?: unknown) => {
    if (!yaml.isAlias(node)) mistakes.push({ name: "grants-file", place: placeOf(offset), problem });
  };
  if (second) note(second.range[0], inOurWords("A second YAML document begins here. Use one: remove `---`."));
  const reading = { yaml, inputs, keys, placeOf, note };
  const entries = document && isReadable(document, reading) ? entriesIn(document.contents, reading) : [];
  return { entries, mistakes };
}

/** What the functions below share. */
interface Reading {
  readonly yaml: Yaml;
  readonly inputs: InputTable;
  readonly keys: readonly string[];
  readonly placeOf: (offset: number) => Entry["place"];
  /** Notes a mistake at an offset of the text, unless its node is an alias, which is a mistake anyway. */
  readonly note: (offset: number, problem: Sentence, node?: unknown) => void;
}

/**
 * Notes what is not YAML, and what would hide what an entry says: aliases, anchors, tags and directives.
 * @returns false if nothing more can be said about the file
 */
function isReadable(document: Document.Parsed, { yaml, note }: Reading): boolean {
  const { errors, warnings, directives } = document;
  const problems = [...errors, ...warnings].filter(({ code }) => !NOTED_WITH_NODE.has(code));
  for (const { message, pos } of problems)
    note(pos[0], sentence`This is not valid YAML: ${quoted(message.replace(CONTENT, ""))}.`);
  if (directives.yaml.explicit) note(0, inOurWords("`%YAML` is a directive. Remove it."));
  yaml.visit(document, {
    Node(_, node, path) {
      const anchor = !yaml.isAlias(node) && node.anchor !== undefined && `&${node.anchor}`;
      const mark = yaml.isAlias(node) ? `*${node.source}` : anchor || (node.tag && directives.tagString(node.tag));
      if (!mark) return;
      const key = path.findLast(yaml.isPair)?.key;
      const subject = yaml.isScalar(key) ? sentence`${code(shortened(String(key.value)))}: ` : EMPTY;
      const advice = sentence`Write the value itself, in quotes if it begins with ${code(mark.charAt(0))}.`;
      const problem = sentence`${code(shortened(mark))} is an alias, an anchor or a tag of YAML. ${advice}`;
      note(node.range?.[0] ?? 0, sentence`${subject}${problem}`);
    },
  });
  return problems.length === 0;
}

/** A part of the file, which can be any file of the workspace: a pull request can make it a symlink. */
const CONTENT = /(?<=\w): .*/s;

/** Errors in an alias, an anchor or a tag, each of which is a mistake anyway. */
const NOTED_WITH_NODE = new Set(["BAD_ALIAS", "TAG_RESOLVE_FAILED"]);

function entriesIn(root: unknown, reading: Reading): readonly Entry[] {
  const { yaml, keys, placeOf, note } = reading;
  const { key, value: list } = valuesIn(root, ["grants"], reading).get("grants") ?? {};
  const entries = yaml.isSeq<ParsedNode>(list) ? list.items : [];
  if (entries.length === 0) note(key?.range[0] ?? 0, inOurWords("The key `grants` has no list of entries."), list);
  return entries.flatMap((entry) => {
    const [offset] = entry.range;
    if (!yaml.isMap(entry))
      note(offset, inOurWords("An entry has no keys, such as `grantee`, with their values."), entry);
    const values = [...valuesIn(entry, keys, reading)].map(
      ([key, value]) => [key, textOf(key, value, reading)] as const,
    );
    return yaml.isMap(entry) ? { place: placeOf(offset), values: new Map(values) } : [];
  });
}

/** The parser refuses keys that are not text. */
type Value = Pair<Scalar.Parsed, ParsedNode | null>;

/** The values of a mapping by their keys. */
function valuesIn(map: unknown, known: readonly string[], reading: Reading): ReadonlyMap<string, Value> {
  const { yaml, inputs, placeOf, note } = reading;
  const values = new Map<string, Value>();
  const lines = new Map<string, number>();
  for (const pair of yaml.isMap<Scalar.Parsed, ParsedNode | null>(map) ? map.items : []) {
    const name = String(pair.key.value);
    const [offset] = pair.key.range;
    const first = lines.get(name);
    if (first === undefined) lines.set(name, placeOf(offset).line);
    if (first === undefined && known.includes(name)) values.set(name, pair);
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
function textOf(name: string, { key, value: node }: Value, reading: Reading): FileValue | "mistaken" {
  const { yaml, inputs, placeOf, note } = reading;
  const { use = "", inFile } = inputs[name] ?? {};
  const { line } = placeOf(key.range[0]);
  if (inFile === "list" && yaml.isSeq<ParsedNode>(node) && node.items.length > 0)
    return linesOf(name, node.items, line, reading);
  const { value, source = "" } = yaml.isScalar(node) ? node : {};
  if (typeof value === "string" || (inFile === "boolean" && typeof value === "boolean")) return { text: source, line };
  const form = inFile === "list" ? sentence`text or a list with items. ${QUOTES}` : inOurWords("text.");
  note(key.range[0], sentence`${code(name)} is not ${form} Use ${inOurWords(use)}.`, node);
  return "mistaken";
}

const QUOTES = inOurWords("Put a name such as `1`, `true` or `null` in quotes.");

/** The items of a list as lines. An input would read an item with a line break, or white space at its ends, as another. */
function linesOf(
  key: string,
  nodes: readonly ParsedNode[],
  line: number,
  { yaml, placeOf, note }: Reading,
): FileValue | "mistaken" {
  const items = nodes.flatMap((node) => {
    const text = yaml.isScalar(node) && typeof node.value === "string" ? node.value : "";
    if (/^\S([^\r\n]*\S)?$/.test(text)) return [[text, placeOf(node.range[0]).line] as const];
    note(node.range[0], sentence`${code(key)}: an item is not one line of text. ${QUOTES}`, node);
    return [];
  });
  if (items.length < nodes.length) return "mistaken";
  return { text: items.map(([text]) => text).join("\n"), line, items: new Map(items) };
}

/** A text of the file, which may be long. */
function shortened(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
