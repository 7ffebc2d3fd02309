/** How long a page may be, and what it says where it ends early. */
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
  /** Adds a table's rows, as many as fit, of at most `most` in all. */
  table(head: readonly string[], rows: Iterable<readonly string[]>, most?: number): void;
  /** Adds content below a fold. `title` is HTML. */
  fold(title: string, content: () => void, open?: boolean): void;
  close(): string;
}

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
    table(head, rows, maxRows = Number.POSITIVE_INFINITY) {
      const first = `| ${head.join(" | ")} |\n|${" :-- |".repeat(head.length)}\n`;
      if (!fits(first)) return;
      put(first);
      const maxSize = (room - size) / 2;
      const start = size;
      let shown = 0;
      for (const row of rows) {
        const line = `| ${row.join(" | ")} |\n`;
        // A long table leaves half of what is left of the page to what follows it.
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
