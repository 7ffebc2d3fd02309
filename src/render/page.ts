/** How long a page may be, and its last words if it ends early. */
export interface PageLimit {
  /** In bytes of UTF-8: GitHub counts the bytes of a summary, and the characters of an issue, which are not more. */
  readonly most: number;
  /** Stands at the end of a page that was cut. */
  readonly cut: string;
}

/** Markdown that stops at a whole line before it grows too long for GitHub. */
export interface Page {
  /** Adds a block unless the page is full. */
  add(block: string): void;
  /** Adds a list with a line for each item, as many as fit, at most `most`. Only those shown are written. */
  list<T>(items: readonly T[], line: (item: T) => string, most?: number): void;
  /** Adds a table with a row for each item, as a list has lines. The cells are written with the pen for cells. */
  table<T>(head: readonly string[], items: readonly T[], cells: (item: T) => readonly string[], most?: number): void;
  /** Adds content below a fold. `title` is HTML. */
  fold(title: string, content: () => void, open?: boolean): void;
  close(): string;
}

/** Kept free for closing tags. */
const END = 200;
const MORE = "more in the JSON report (output `report`)";

const sizeOf = (text: string) => Buffer.byteLength(text);

/** An empty page. */
export function openPage({ most, cut }: PageLimit): Page {
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
  /** As many lines as fit, at most `most`, then `more` if that is not all. */
  function lines<T>(items: readonly T[], line: (item: T) => string, more: string, most = Number.POSITIVE_INFINITY) {
    if (full) return;
    // A long list may use half of the remaining space.
    const end = size + (room - size) / 2;
    for (const [index, item] of items.entries()) {
      const text = line(item);
      if (index === most || size + sizeOf(text) > end || !fits(text)) {
        put(more);
        break;
      }
      put(text);
    }
    put("\n");
  }
  return {
    add(block) {
      const text = `${block}\n\n`;
      if (fits(text)) put(text);
    },
    list: (items, line, most) => lines(items, (item) => `- ${line(item)}\n`, `- and ${MORE}\n`, most),
    table(head, items, cells, most) {
      const first = `| ${head.join(" | ")} |\n|${" :-- |".repeat(head.length)}\n`;
      if (!fits(first)) return;
      put(first);
      lines(items, (item) => `| ${cells(item).join(" | ")} |\n`, `\nAnd ${MORE}.\n`, most);
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
