/** A piece of a psql script, and the line that it begins on. */
export interface Piece {
  readonly kind: "comment" | "quoted" | "unfinished" | "variable" | "command" | "end" | "open" | "close" | "other";
  readonly text: string;
  readonly line: number;
}

/** Of https://www.postgresql.org/docs/18/sql-syntax-lexical.html what our scripts use. */
const PIECE = new RegExp(
  [
    "(?<comment>--.*)",
    String.raw`(?<quoted>[eE]'(?:\\[^]|''|[^'\\])*'|'(?:''|[^'])*'|"(?:""|[^"])*"|\$(?<tag>\w*)\$[^]*?\$\k<tag>\$)`,
    String.raw`(?<unfinished>['"]|\$\w*\$|/\*)`,
    // Not of a cast: `::text`.
    String.raw`(?<variable>(?<!:):(?:'\w+'|"\w+"|\w+))`,
    String.raw`(?<command>\\.*)`,
    String.raw`(?<end>;)|(?<open>\()|(?<close>\))`,
    String.raw`(?<other>[\p{L}_][\p{L}\w$]*|[^])`,
  ].join("|"),
  "gu",
);

/** Takes a script apart without a gap, one piece at a time: what a variable is, the pieces before may have set. */
export function* piecesOf(script: string): Generator<Piece> {
  let line = 1;
  for (const { 0: text, groups = {} } of script.matchAll(PIECE)) {
    const kind = Object.keys(groups).find((name) => groups[name] !== undefined) as Piece["kind"];
    yield { kind, text, line };
    line += text.split("\n").length - 1;
  }
}
