import pg from "pg";
import { expect, test } from "vitest";
import { EMPTY } from "../src/model/sentence.ts";
import { adviceOn, reasonOf } from "../src/postgres/batch.ts";
import { rememberSent } from "../src/text/secrets.ts";
import { readFailure } from "./read.ts";

function serverError(code: string, message: string): pg.DatabaseError {
  return Object.assign(new pg.DatabaseError(message, message.length, "error"), { code });
}

const SESSION = new pg.Client({ host: "orders-db.postgres.database.azure.com", database: "app", user: "ci-admin" });

function adviceIn(error: pg.DatabaseError): string {
  const { hint, steps } = readFailure({ code: "", message: EMPTY, ...adviceOn(error, SESSION, "16.14") });
  return `${hint}\n${steps}`.replaceAll("`", "");
}

/** PostgreSQL's errors for a GRANT on a relation that another session drops or changes at that moment. */
test.each([
  ["XX000", "tuple concurrently updated", "locked"],
  ["XX000", "tuple concurrently deleted", "locked"],
  ["40P01", "deadlock detected", "locked"],
  ["53200", "out of shared memory", "locked"],
  ["42809", '"orders" is not a sequence', "gone"],
  ["2BP01", "dependent privileges exist", "dependent-privileges"],
  ["XX000", "cache lookup failed for relation 17238", "gone"],
  ["XX000", "could not open relation with OID 17238", "gone"],
])("%s %s is about the object: %s", (code, message, reason) => {
  expect(reasonOf(serverError(code, message))).toBe(reason);
});

test("every other internal error is about the session", () => {
  const error = serverError("XX000", "unexpected zero page");
  expect(() => reasonOf(error)).toThrow(error);
});

const IN_FUNCTION = "PL/pgSQL function audit_ddl() line 1 at SQL statement";
/** Its author's hint is the first step, and PostgreSQL's hint about its SQL is not. */
test.each([
  ["42501", "line 1 at RAISE", true],
  ["42883", "line 1 at SQL statement", false],
])("an error of a function with SQLSTATE %s, %s: the hint is a step: %s", (code, line, isStep) => {
  const where = `PL/pgSQL function audit_ddl() ${line}`;
  const refusal = Object.assign(serverError(code, "no GRANT today"), { where, hint: "Ask the platform team." });
  expect(adviceIn(refusal).includes("Follow the hint: Ask the platform team.")).toBe(isStep);
});

const ON_NODE = "while executing command on 10.0.0.5:5432";

/** Statements that the plan allowed. */
test.each([
  [
    "42501",
    "permission denied for table audit",
    IN_FUNCTION,
    [IN_FUNCTION, "Likely cause: Code in the database", "an event trigger, or a function"],
  ],
  [
    "42501",
    'cannot set parameter "role" within security-definer function',
    undefined,
    ["an event trigger, or a function"],
  ],
  ["42601", 'syntax error at or near "GRANTED"', ON_NODE, [ON_NODE, "Another node of the cluster"]],
  ["54000", "row is too big: size 8480, maximum size 8160", undefined, ["grant to a group role"]],
])("%s %s has advice about what refused the statement", (code, message, where, says) => {
  const advice = adviceIn(Object.assign(serverError(code, message), { where }));
  for (const words of says) expect(advice).toContain(words);
});

/** Texts in other languages, of which the SQLSTATE, PostgreSQL's keywords and the quotes are understood. */
test.each([
  ["keine Berechtigung für Tabelle orders", undefined, ["SQLSTATE 42501", "Set user to the owner"]],
  [
    "keine Berechtigung, um Rolle »ops« zu gewähren",
    "Nur Rollen mit der ADMIN-Option für Rolle »ops« können diese Rolle gewähren.",
    ["SQLSTATE 42501", "needs ADMIN OPTION", 'GRANT "ops" TO "ci-admin" WITH ADMIN OPTION'],
  ],
  ['нет прав установить роль "ops"', undefined, ["SQLSTATE 42501", 'GRANT "ops" TO "ci-admin"']],
])("a lack of privileges has advice in each language: %s", (message, detail, says) => {
  const advice = adviceIn(Object.assign(serverError("42501", message), { detail }));
  for (const words of says) expect(advice).toContain(words);
});

test("the context of an error brings no secret into the advice", () => {
  rememberSent("a-secret-that-was-sent-0123456789");
  const where = 'SQL function "f" with a-secret-that-was-sent-0123456789';
  const advice = adviceIn(Object.assign(serverError("P0001", "no"), { where }));
  expect(advice).toContain("SQL function");
  expect(advice).not.toContain("a-secret-that");
});
