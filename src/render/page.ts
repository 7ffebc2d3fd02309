/** Markdown that stops at a whole line before it grows too long for GitHub. */
export type Page = ReturnType<typeof openPage>;

/** Kept free for closing tags. */
const END = 200;
const MORE = "more in the JSON report (output `report`)";

const sizeOf = (text: string) => Buffer.byteLength(text);

/**
 * An empty page.
 * @param limit in bytes of UTF-8: GitHub counts the bytes of a summary, and the characters of an issue, which are not more
 * @param cut the last words of a page that ends early
 */
export function openPage(limit: number, cut: string) {
  const parts: string[] = [];
  const room = limit - sizeOf(cut) - END;
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
    /** Adds a block unless the page is full. */
    add(block: string): void {
      const text = `${block}\n\n`;
      if (fits(text)) put(text);
    },
    /** Adds a list with a line for each item, as many as fit, at most `most`. Only those shown are written. */
    list<T>(items: readonly T[], line: (item: T) => string, most?: number): void {
      lines(items, (item) => `- ${line(item)}\n`, `- and ${MORE}\n`, most);
    },
    /** Adds a table with a row for each item, as a list has lines. The cells are written with the pen for cells. */
    table<T>(head: readonly string[], items: readonly T[], cells: (item: T) => readonly string[], most?: number): void {
      const first = `| ${head.join(" | ")} |\n|${" :-- |".repeat(head.length)}\n`;
      if (!fits(first)) return;
      put(first);
      lines(items, (item) => `| ${cells(item).join(" | ")} |\n`, `\nAnd ${MORE}.\n`, most);
    },
    /** Adds content below a fold. `title` is HTML. */
    fold(title: string, content: () => void, open = false): void {
      const start = `<details${open ? " open" : ""}><summary>${title}</summary>\n\n`;
      if (!fits(start)) return;
      put(start);
      content();
      put("</details>\n\n");
    },
    close: () => `${parts.join("")}${full ? `${cut}\n` : ""}`,
  };
}
