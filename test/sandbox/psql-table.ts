/** A result of a query: names and types of its columns, and its rows as the server wrote them. */
export interface Result {
  readonly columns: readonly { readonly name: string; readonly dataTypeID: number }[];
  readonly rows: readonly (readonly (string | null)[])[];
}

/** What is asked of psql by --no-align and --tuples-only. */
export interface Format {
  readonly aligned: boolean;
  readonly tuplesOnly: boolean;
}

/** bigint, smallint, integer, oid, xid, cid, real, double precision, money and numeric: `pg_type.dat`. */
const NUMBERS = new Set([20, 21, 23, 26, 28, 29, 700, 701, 790, 1700]);

/** A result as psql prints it. Throws where psql would need to know how wide a character is. */
export function printed({ columns, rows }: Result, { aligned, tuplesOnly }: Format): string {
  const header = columns.map(({ name }) => name);
  const cells = rows.map((row) => row.map((value) => value ?? ""));
  const footer = `(${rows.length} ${rows.length === 1 ? "row" : "rows"})`;
  if (!aligned) {
    const lines = cells.map((row) => row.join("|"));
    return (tuplesOnly ? lines : [header.join("|"), ...lines, footer]).map((text) => `${text}\n`).join("");
  }
  const odd = [header, ...cells].flat().find((text) => /[^\x20-\x7e]/.test(text));
  if (odd !== undefined) throw new Error(`the stand-in for psql cannot align ${JSON.stringify(odd)}`);
  const widths = header.map((name, at) => Math.max(name.length, ...cells.map((row) => row[at]?.length ?? 0)));
  const lines = cells.map((row) =>
    row
      .map((text, at) => {
        const width = widths[at] ?? 0;
        if (NUMBERS.has(columns[at]?.dataTypeID ?? 0)) return ` ${text.padStart(width)}`;
        return ` ${at === row.length - 1 ? text : text.padEnd(width)}`;
      })
      .join(" |"),
  );
  const title = header.map((name, at) => ` ${centred(name, widths[at] ?? 0)} `).join("|");
  const rule = widths.map((width) => "-".repeat(width + 2)).join("+");
  return `${(tuplesOnly ? lines : [title, rule, ...lines, footer]).map((text) => `${text}\n`).join("")}\n`;
}

function centred(text: string, width: number): string {
  return text.padStart(text.length + Math.floor((width - text.length) / 2)).padEnd(width);
}
