import fc from "fast-check";
import { expect, test } from "vitest";
import { rememberSecret, rememberSent, withoutSecrets } from "../../src/text/secrets.ts";
import { formsOf, leaksIn } from "../leaks.ts";

/** Any characters, and often those that are written differently in a URL. */
const secret = fc.oneof(
  fc.string({ minLength: 12, maxLength: 60, unit: "binary" }).filter((text) => text.isWellFormed()),
  fc.string({ minLength: 12, maxLength: 60, unit: fc.constantFrom(..."aZ9~!*'() +/%&=\"\\é") }),
);
const around = fc.string({ maxLength: 20 });

test("a secret that was sent leaves no run of 12 characters, in any form, wherever the text is cut", () => {
  fc.assert(
    fc.property(secret, around, around, fc.nat(), fc.nat(), fc.nat(), (sent, before, after, ...[n, from, length]) => {
      rememberSent(sent);
      const text = Buffer.from(before + sent + after);
      const forms = [...formsOf(sent), text.toString("base64"), text.toString("base64url")];
      const echo = `${before}${forms[n % forms.length]}${after}`;
      const start = from % echo.length;
      const cut = echo.slice(start, start + (length % echo.length) + 1);
      expect(leaksIn(withoutSecrets(cut), sent)).toEqual([]);
    }),
    { numRuns: 300 },
  );
});

test("a secret that was not sent is taken out as a whole, and what begins like it stays", () => {
  rememberSecret("from-the-app-connection");
  expect(withoutSecrets("it said from-the-app-connection, and from-the-app")).toBe("it said ***, and from-the-app");
});

test("a secret of fewer than four characters stays, because it occurs in ordinary words", () => {
  rememberSent("was");
  expect(withoutSecrets("it was refused")).toBe("it was refused");
});
