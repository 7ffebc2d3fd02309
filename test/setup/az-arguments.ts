import { readFileSync } from "node:fs";
import { join } from "node:path";

interface Argument {
  readonly short?: string;
  readonly aliases?: readonly string[];
  readonly required?: boolean;
  readonly flag?: boolean;
  /** Takes all the words that follow. */
  readonly many?: boolean;
  readonly values?: readonly string[];
  readonly pattern?: string;
}
type Arguments = Readonly<Record<string, Argument>>;

const { commands, global } = JSON.parse(readFileSync(join(import.meta.dirname, "az-commands.json"), "utf8")) as {
  commands: Readonly<Record<string, Arguments>>;
  global: Arguments;
};

export interface AzCommand {
  readonly name: string;
  /** By the long name of the argument; a flag is "true", and several words are joined by a space. */
  readonly arguments: Readonly<Record<string, string>>;
}

/** A group of commands, whose help lists them. */
function isGroup(name: string): boolean {
  return Object.keys(commands).some((command) => command.startsWith(`${name} `));
}

/** Reads the words after `az` as the CLI does. Throws an Error with a message like the CLI's. */
export function parseAz(words: readonly string[]): AzCommand {
  const options = words.findIndex((word) => word.startsWith("-"));
  const name = words.slice(0, options === -1 ? words.length : options).join(" ");
  const own = commands[name] ?? (words.at(-1) === "--help" && isGroup(name) ? {} : undefined);
  if (own === undefined) throw new Error(`'${name}' is misspelled or not recognized by the system.`);
  const known = Object.entries({ ...global, ...own });

  const found: Record<string, string> = {};
  const rest = words.slice(name.split(" ").length);
  if (rest.includes("--help")) return { name: "--help", arguments: {} };
  while (rest.length > 0) {
    const word = rest.shift() ?? "";
    const [long, argument] =
      known.find(([option, { short, aliases = [] }]) => [option, short, ...aliases].includes(word)) ?? [];
    if (long === undefined || argument === undefined) throw new Error(`unrecognized arguments: ${word}`);
    if (long in found) throw new Error(`argument ${long}: given twice`);
    const values: string[] = [];
    while (
      !argument.flag &&
      rest[0] !== undefined &&
      !rest[0].startsWith("--") &&
      (argument.many || values.length === 0)
    ) {
      values.push(rest.shift() ?? "");
    }
    if (!argument.flag && values.length === 0) throw new Error(`argument ${long}: expected one argument`);
    const value = argument.flag ? "true" : values.join(" ");
    if (argument.values && !argument.values.includes(value)) {
      throw new Error(`argument ${long}: '${value}' is not a valid value. Allowed: ${argument.values.join(", ")}.`);
    }
    if (argument.pattern && !new RegExp(argument.pattern).test(value)) {
      throw new Error(`argument ${long}: '${value}' does not match ${argument.pattern}`);
    }
    found[long] = value;
  }
  const missing = known.filter(([option, { required }]) => required && !(option in found)).map(([option]) => option);
  if (missing.length > 0) throw new Error(`the following arguments are required: ${missing.join(", ")}`);
  return { name, arguments: found };
}
