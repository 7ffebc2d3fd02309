/** One measurement, compared with its target. */
export interface Row {
  /** The number of the target in the list at the top of bench.ts. */
  readonly target: number;
  readonly what: string;
  /** The medians behind `value`, as text. */
  readonly medians: string;
  readonly value: number;
  /** Undefined: the row is shown without a target. */
  readonly atMost: number | undefined;
  readonly unit: string;
  /** All measurements, in order. */
  readonly runs: Readonly<Record<string, readonly number[]>>;
}

/** The rows as a Markdown table, each number with as many digits as are significant. */
export function renderTable(rows: readonly Row[]): string {
  const cells = rows.map(({ target, what, medians, value, atMost, unit }) => [
    String(target),
    what,
    medians,
    `${brief(value)}${unit}`,
    atMost === undefined ? "" : `${brief(atMost)}${unit}`,
    atMost === undefined ? "" : isMet({ value, atMost }) ? "yes" : "NO",
  ]);
  const all = [["#", "what", "medians", "value", "at most", "met"], ...cells];
  const widths = [0, 1, 2, 3, 4, 5].map((n) => Math.max(...all.map((row) => row[n]?.length ?? 0)));
  const line = (row: readonly string[]) => `| ${row.map((cell, n) => cell.padEnd(widths[n] ?? 0)).join(" | ")} |`;
  const [head, ...body] = all.map(line);
  return [head, `|${widths.map((width) => "-".repeat(width + 2)).join("|")}|`, ...body].join("\n");
}

export function isMet({ value, atMost }: Pick<Row, "value" | "atMost">): boolean {
  return atMost === undefined || value <= atMost;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const [low, high] = [sorted[sorted.length % 2 === 0 ? middle - 1 : middle], sorted[middle]];
  return ((low ?? Number.NaN) + (high ?? Number.NaN)) / 2;
}

/** "187 ms / 92.1 ms" */
export function inMs(...values: readonly number[]): string {
  return values.map((value) => `${brief(value)} ms`).join(" / ");
}

/** Two places more than a whole number under ten, none from a hundred on. */
export function brief(value: number): string {
  if (Number.isInteger(value)) return String(value);
  return value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0);
}
