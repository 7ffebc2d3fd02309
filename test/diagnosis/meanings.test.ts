import { expect, test } from "vitest";
import { diagnose } from "../../src/diagnosis/diagnose.ts";
import { readFailure } from "../read.ts";

const OIDC = { type: "oidc", clientId: "c", tenantId: "t" } as const;

/** The answer to an error of Entra whose number no rule knows. */
function answer(words: string) {
  return diagnose(new Error(`AADSTS4242: ${words}`), { with: "entra", signIn: OIDC });
}

const hint = (words: string) => readFailure(answer(words)).hint;
const RESERVE = /^Entra refused the sign-in, for the reason in its message, if it has one\. The usual cause is .*\.$/;

test.each([
  ["Another operation on this tenant is in progress.", "cannot do this at the moment (`in progress`)"],
  ["The directory is being updated.", "cannot do this at the moment (`being updated`)"],
  ["Please retry your request in a few minutes.", "cannot do this at the moment"],
  ["The application has exceeded its quota.", "a limit is reached (`exceeded`)"],
  ["The signing key has expired.", "something has expired, or is not valid yet (`expired`)"],
  ["This flow is no longer supported.", "a version is too old or too new"],
  [
    "The client isn't authorized for this.",
    "a permission is missing, or a policy or a setting forbids this (`isn't authorized`)",
  ],
  ["The tenant is suspended.", "is disabled, blocked or not set up (`suspended`)"],
  ["Use either a key or a secret, not both.", "or something exists already (`not both`)"],
  ["More than one application has this name.", "more than one thing fits, or something exists already"],
  ["No credential was sent.", "is missing or empty (`No credential was sent`)"],
  ["The issuer doesn't match the key.", "does not fit another value (`doesn't match`)"],
  ["The key was not found.", "that the request names does not exist (`not found`)"],
  ["The scope is malformed.", "does not fit another value (`malformed`)"],
  ["An unknown error was met.", "an unexpected fault, which the message does not explain (`unknown error`)"],
  ["There was an error issuing a token.", "an unexpected fault"],
  ["DeviceOnlyTokensNotSupportedByResource", "a version is too old or too new (`Not Supported`)"],
  ["This policy, of another tenant, does not allow access.", "a policy or a setting forbids this (`not allow`)"],
])("the words of %j mean that %s", (words, means) => {
  expect(hint(words)).toContain(means);
});

test.each([
  "The token has not expired.",
  "The application 'not found' wants a token.",
  'The application "is disabled" wants a token.',
  "See https://learn.microsoft.com/forbidden/expired",
  "Das Verzeichnis antwortet nicht.",
  "Please contact Microsoft support.",
  "This application is required to have a signing key.",
  "Non-retryable error has occurred.",
])("the words of %j have no meaning that is known", (words) => {
  expect(hint(words)).toMatch(RESERVE);
});

test("only an error that passes by its words is tried again", () => {
  expect(answer("Try again later.").retries).toBe(2);
  for (const words of [
    "A limit is reached.",
    "Too many attempts. Try again later.",
    "It is disabled.",
    "Check the tenant and try again.",
    "It is non-retryable.",
  ])
    expect(answer(words).retries, words).toBeUndefined();
});

test("words are found in linear time", () => {
  const start = process.cpuUsage().user;
  for (const each of ["try ", "no ", "no a", '"', " '", "being ", "not ", "n't", "aaaaaan't", "https:"])
    hint(each.repeat(2000));
  expect((process.cpuUsage().user - start) / 1000).toBeLessThan(2000);
});
