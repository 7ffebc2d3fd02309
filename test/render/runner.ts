/**
 * How the runner reads a job's output: each line of stdout and stderr is a command or it is text.
 * https://github.com/actions/runner/blob/079cdb1d05fe0ec50f8c51de5a4fa51d0eb189b0/src/Runner.Common/ActionCommand.cs
 */

const COMMANDS = new Set(
  "internal-set-repo-path set-env set-output save-state add-path add-mask add-matcher remove-matcher warning error notice debug group endgroup echo stop-commands".split(
    " ",
  ),
);

export interface Command {
  readonly command: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly data: string;
}

export function commandsIn(output: string): readonly Command[] {
  return output.split(/\r\n|\r|\n/).flatMap((line) => parseV2(line) ?? parseV1(line) ?? []);
}

function parseV2(line: string): Command | undefined {
  // .NET compares by culture, which ignores zero-width characters, and trims Unicode white space.
  const text = line.replaceAll(/[\p{Cf}\p{Default_Ignorable_Code_Point}\0]/gu, "").replace(/^[\s\u0085]+/, "");
  const [, info, data] = /^::(.*?)::(.*)$/s.exec(text) ?? [];
  if (info === undefined || data === undefined) return undefined;
  const space = info.indexOf(" ");
  const command = space < 0 ? info : info.slice(0, space);
  if (!COMMANDS.has(command)) return undefined;
  const pairs = (space < 0 ? "" : info.slice(space + 1)).split(",").filter((pair) => pair.includes("="));
  const properties = Object.fromEntries(
    pairs.map((pair) => {
      const [name = "", ...value] = pair.split("=");
      return [name.trim(), decoded(value.join("="))];
    }),
  );
  return { command, properties, data: decoded(data) };
}

function parseV1(line: string): Command | undefined {
  const [, info = "", data = ""] = /##\[(.*?)\](.*)$/s.exec(line) ?? [];
  const [command = ""] = info.split(" ");
  return COMMANDS.has(command) ? { command, properties: {}, data } : undefined;
}

function decoded(text: string): string {
  return text
    .replaceAll("%0D", "\r")
    .replaceAll("%0A", "\n")
    .replaceAll("%3A", ":")
    .replaceAll("%2C", ",")
    .replaceAll("%25", "%");
}
