/**
 * GitHub drops a summary beyond 1 MiB, counted in bytes after it has masked secrets, which can make it longer.
 * https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#step-isolation-and-limits
 */
const MOST_BYTES = 1_000_000;
/** Kept free for the end: closing tags and the pointer to the JSON report. */
const END_BYTES = 1_000;
/** Markdown that stops at a whole row before it grows too long for GitHub. */
export interface Page {
  /** Adds a block unless the page is full. */
  add(block: string): void;
  /** Adds a table's rows, as many as fit, at most `most`. */
  table(head: readonly string[], rows: Iterable<readonly string[]>, most?: number): void;
  /** Adds content below a fold. `title` is HTML. */
  fold(title: string, content: () => void, open?: boolean): void;
  close(): string;
}

const CUT =
  "The summary ends here because it would grow too long. The whole is in the JSON report (output `report`).";

/** An empty page of at most a million bytes. */
export function openPage(): Page {
  const parts: string[] = [];
  let bytes = 0;
  let full = false;
  const put = (text: string) => {
    parts.push(text);
    bytes += Buffer.byteLength(text);
  };
  const fits = (text: string) => {
    full ||= bytes + Buffer.byteLength(text) > MOST_BYTES - END_BYTES;
    return !full;
  };
  const add = (block: string) => {
    const text = `${block}\n\n`;
    if (fits(text)) put(text);
  };
  return {
    add,
    table(head, rows, most = Number.POSITIVE_INFINITY) {
      const first = `| ${head.join(" | ")} |\n|${" :-- |".repeat(head.length)}\n`;
      if (!fits(first)) return;
      put(first);
      let shown = 0;
      for (const row of rows) {
        const line = `| ${row.join(" | ")} |\n`;
        if (shown === most || !fits(line)) {
          put("\nMore rows are in the JSON report (output `report`).\n");
          break;
        }
        put(line);
        shown += 1;
      }
      put("\n");
    },
    fold(title, content, open = false) {
      const start = `<details${open ? " open" : ""}><summary>${title}</summary>\n\n`;
      if (!fits(start)) return;
      put(start);
      content();
      put("</details>\n\n");
    },
    close: () => `${parts.join("")}${full ? `${CUT}\n` : ""}`,
  };
}
