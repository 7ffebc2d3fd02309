import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Root } from "hast";
import { fromHtml } from "hast-util-from-html";
import { defaultSchema, sanitize } from "hast-util-sanitize";
import { toHtml } from "hast-util-to-html";
import { micromark, type Options } from "micromark";
import { gfm, gfmHtml } from "micromark-extension-gfm";

/** Markdown as GitHub shows it: GitHub Flavored Markdown with HTML, reduced to GitHub's allow list. */
function githubHtml(markdown: string): string {
  return toHtml(githubTree(markdown));
}

/** A whole page with GitHub's own style, to look at in a browser. `width` in pixels. */
export function githubPage(markdown: string, theme: "light" | "dark", width: number): string {
  const styles = join(import.meta.dirname, "../../node_modules/github-markdown-css");
  const css = readFileSync(join(styles, `github-markdown-${theme}.css`), "utf8");
  return `<!doctype html><meta charset="utf-8"><style>${css}
    html { background: ${theme === "dark" ? "#0d1117" : "#fff"}; }
    body { margin: 0; padding: 24px; max-width: ${width - 48}px; }</style><body class="markdown-body">${githubHtml(markdown)}`;
}

export function githubTree(markdown: string): Root {
  return sanitized(rawTree(markdown));
}

/** Removes everything that is not on GitHub's allow list. */
export function sanitized(tree: Root): Root {
  return sanitize(tree, ALLOWED) as Root;
}

/** https://github.com/gjtorikian/html-pipeline/blob/main/lib/html_pipeline/sanitization_filter.rb */
const ALLOWED = { ...defaultSchema, tagNames: [...(defaultSchema.tagNames ?? []), "wbr"] };

/** The same before anything is removed. */
export function rawTree(markdown: string): Root {
  return fromHtml(micromark(markdown, OPTIONS), { fragment: true });
}

const OPTIONS: Options = {
  allowDangerousHtml: true,
  allowDangerousProtocol: true,
  extensions: [gfm()],
  htmlExtensions: [{ ...gfmHtml(), exit: gfmHtml().exit ?? {} }],
};
