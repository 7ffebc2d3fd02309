import pg from "pg";
import { expect, test } from "vitest";
import { reasonOf } from "../src/postgres/batch.ts";

function serverError(code: string, message: string): pg.DatabaseError {
  return Object.assign(new pg.DatabaseError(message, message.length, "error"), { code });
}

/** PostgreSQL's errors for a GRANT on a relation that another session drops or changes at that moment. */
test.each([
  ["XX000", "tuple concurrently updated", "locked"],
  ["XX000", "tuple concurrently deleted", "locked"],
  ["XX000", "cache lookup failed for relation 17238", "gone"],
  ["XX000", "could not open relation with OID 17238", "gone"],
])("%s %s is about the object: %s", (code, message, reason) => {
  expect(reasonOf(serverError(code, message))).toBe(reason);
});

test("every other internal error is about the session", () => {
  const error = serverError("XX000", "unexpected zero page");
  expect(() => reasonOf(error)).toThrow(error);
});
