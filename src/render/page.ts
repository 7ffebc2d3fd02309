/** How long a page may be, and its last words if it ends early. */
export interface PageLimit {
  readonly most: number;
  readonly sizeOf: (text: string) => number;
  /** Stands at the end of a page that was cut. */
  readonly cut: string;
}

/** Markdown that stops at a whole line before it grows too long for GitHub. */
export interface Page {
  /** Adds a block unless the page is full. */
  add(block: string): void;
  /** Adds a list with a line for each item, as many as fit, at most `most`. Only those shown are written. */
  list<T>(items: readonly T[], line: (item: T) => string, most?: number): void;
  /** Adds content below a fold. `title` is HTML. */
  fold(title: string, content: () => void, open?: boolean): void;
  close(): string;
}

/** Kept free for closing tags. */
const END = 200;
const MORE_LINES = "- and more in the JSON report (output `report`)\n";

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
    list(items, line, most = Number.POSITIVE_INFINITY) {
      if (full) return;
      const start = size;
      // A long list may use half of the remaining space.
      const end = start + (room - start) / 2;
      for (const [index, item] of items.entries()) {
        const text = `- ${line(item)}\n`;
        if (index === most || size + sizeOf(text) > end || !fits(text)) {
          put(MORE_LINES);
          break;
        }
        put(text);
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
