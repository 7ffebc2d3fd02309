import fc from "fast-check";
import { HOSTILE_NAMES } from "./reports.ts";

const FRAGMENTS = [
  ...HOSTILE_NAMES,
  ..."\n|\r|\r\n|\t|::|##[|]|`|``|\\|<|>|&|&amp;|\"|'|$|*|_|~|!|[|(|)|#|@|-|+|=|1.| |error|::error::|www.|http://|\u2028|\u0085|\ufeff|\u200b|\ufe0f|\u00a0".split(
    "|",
  ),
  "|",
];

/** `unit: "binary"` is the same, but takes a second to load. */
const anyCharacter = fc
  .integer({ min: 1, max: 0x10ffff })
  .filter((point) => point < 0xd800 || point > 0xdfff)
  .map((point) => String.fromCodePoint(point));

/** Names that PostgreSQL accepts (no NUL, up to 63 bytes), made of markup, commands and hidden characters. */
export const hostileName = fc
  .array(fc.oneof(fc.constantFrom(...FRAGMENTS), fc.string({ unit: anyCharacter, maxLength: 5 })), {
    minLength: 1,
    maxLength: 6,
  })
  .map((parts) => fitted(parts.join("").replaceAll("\0", "")))
  .filter((name) => name !== "");

/** As many names as `reports.hostile` has kinds of places, so that each name is in each place. */
export const hostileNames = fc.array(hostileName, { minLength: 4, maxLength: 4 });

function fitted(name: string): string {
  let fits = "";
  for (const char of name) {
    if (Buffer.byteLength(fits + char) > 63) break;
    fits += char;
  }
  return fits;
}
