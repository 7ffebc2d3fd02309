import type { Nodes } from "hast";

/** Text that GitHub turns into a link, a mention, an emoji or a formula, outside code. */
export const LIVE = /[@#$<>[\]|*~]|:\/\/|\bwww\.|\bGH-\d|\b[0-9a-f]{7,40}\b|:[a-z0-9_+-]+:/i;

/** The names of all elements, in the document's order. */
export function elementsIn(node: Nodes): readonly string[] {
  const own = node.type === "element" ? [node.tagName] : [];
  return "children" in node ? [...own, ...node.children.flatMap(elementsIn)] : own;
}

export function textIn(node: Nodes): string {
  if (node.type === "text") return node.value;
  return "children" in node ? node.children.map(textIn).join("") : "";
}

/** The text outside code, where GitHub looks for mentions and references. */
export function proseIn(node: Nodes): string {
  if (node.type === "element" && (node.tagName === "code" || node.tagName === "pre")) return " ";
  if (node.type === "element" && node.tagName === "br") return "\n";
  if (node.type === "text") return node.value;
  return "children" in node ? node.children.map(proseIn).join("") : "";
}
