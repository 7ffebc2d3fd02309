/** Words of a page that say who sent it: the metadata service of Google Cloud, Azure Front Door, a firewall of F5. */
const SENDER = /Missing Metadata-Flavor\S* header|Our services aren.{1,180}|support ID is:? \w+/i;

/**
 * A page of HTML in a few words: its title if that is longer than a status, or else the beginning of its text.
 * @returns undefined if the text is not a page
 */
export function pageInWords(text: string, type = ""): string | undefined {
  if (!/html/i.test(type) && !/^\s*<(!doctype|html|head|body|style|h\d|\?xml|!--)/i.test(text)) return undefined;
  const words = text.slice(0, 4_000).replace(/<(style|script)\b.*?(<\/\1>|$)|<[^>]*>/gis, " ");
  const said = words.match(SENDER)?.[0] ?? text.match(/<title>([^<]{21,200})/i)?.[1] ?? words;
  const title = said.replace(/\s+/g, " ").trim().slice(0, 200);
  return title ? `an HTML page, "${title}"` : "an HTML page";
}
