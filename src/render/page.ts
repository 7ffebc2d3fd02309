/** How long a page may be, and its last words if it ends early. */
export interface PageLimit {
  readonly most: number;
  readonly sizeOf: (text: string) => number;
  /** Stands at the end of a page that was cut. */
  readonly cut: string;
}

/** Markdown that stops at a whole row before it grows too long for GitHub. */
export interface Page {
  /** Adds a block unless the page is full. */
  add(block: string): void;
  /** Adds a table with a row for each item, as many as fit, at most `most`. Of many items, few rows are written. */
  table<T>(head: readonly string[], items: readonly T[], row: Row<T>, most?: number): void;
  /** Adds content below a fold. `title` is HTML. */
  fold(title: string, content: () => void, open?: boolean): void;
  close(): string;
}

/** The cells of the row for an item. */
type Row<T> = (item: T) => readonly string[];

/** Kept free for closing tags. */
const END = 200;
const MORE_ROWS = "\nMore rows are in the JSON report (output `report`).\n";

/** An empty page. */
export function openPage({ most, sizeOf, cut }: PageLimit): Page {
  const parts: string[] = [];
  const room = most - sizeOf(cut) - END;
  let size = 0;
  let full = false;
  const put = (text: string) => {
    parts.push(text);
    size += sizeOf(text);
  };
  const fits = (text: string) => {
    full ||= size + sizeOf(text) > room;
    return !full;
  };
  return {
    add(block) {
      const text = `${block}\n\n`;
      if (fits(text)) put(text);
    },
    table(head, items, row, maxRows = Number.POSITIVE_INFINITY) {
      const first = `| ${head.join(" | ")} |\n|${" :-- |".repeat(head.length)}\n`;
      if (!fits(first)) return;
      put(first);
      const maxSize = (room - size) / 2;
      const start = size;
      let shown = 0;
      for (const item of items) {
        const line = `| ${row(item).join(" | ")} |\n`;
        // A long table may use half of the remaining space.
        if (shown === maxRows || size - start + sizeOf(line) > maxSize || !fits(line)) {
          put(MORE_ROWS);
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
    close: () => `${parts.join("")}${full ? `${cut}\n` : ""}`,
  };
}
