import type { Root } from "hast";
import { fromHtml } from "hast-util-from-html";
import { sanitize } from "hast-util-sanitize";
import { toHtml } from "hast-util-to-html";
import { micromark } from "micromark";
import { gfm, gfmHtml } from "micromark-extension-gfm";

/** Markdown as GitHub shows it: GitHub-flavoured, HTML let through, then all but its allow list taken out. */
export function githubHtml(markdown: string): string {
  return toHtml(githubTree(markdown));
}

export function githubTree(markdown: string): Root {
  return sanitize(rawTree(markdown)) as Root;
}

/** The same before anything is taken out: what is not here was never live. */
export function rawTree(markdown: string): Root {
  const html = micromark(markdown, {
    allowDangerousHtml: true,
    allowDangerousProtocol: true,
    extensions: [gfm()],
    htmlExtensions: [{ ...gfmHtml(), exit: gfmHtml().exit ?? {} }],
  });
  return fromHtml(html, { fragment: true });
}
