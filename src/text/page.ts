/** A page of HTML in a few words, its title or the begin of its text; undefined if a text of this MIME type is none. */
export function pageInWords(text: string, type = ""): string | undefined {
  if (!/html/i.test(type) && !/^\s*<(!doctype|html|head|body|\?xml|!--)/i.test(text)) return undefined;
  const said = text.match(/<title>([^<]{1,200})/i)?.[1] ?? text.slice(0, 2_000).replace(/<[^>]*>/g, " ");
  const title = said.replace(/\s+/g, " ").trim().slice(0, 200);
  return title ? `an HTML page, "${title}"` : "an HTML page";
}
