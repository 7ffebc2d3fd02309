import { expect, test } from "vitest";
import { demandsOf, haveAPattern } from "../../src/grants/database-demands.ts";
import type { Demand } from "../../src/model/demand.ts";
import { failure } from "../../src/model/failure.ts";
import type { Grant } from "../../src/model/settings.ts";
import { plain } from "../../src/render/pen.ts";
import { demand } from "./snapshots.ts";

const LISTED = ["azure_maintenance", "azure_sys", "billing", "orders_eu", "orders_us", "postgres", "a*b"];

function grant(databases: readonly string[], grantees = ["app"], wanted: Partial<Demand> = {}): Grant {
  return { databases, grantees, demand: demand(wanted) };
}

/** The databases, each with the grantees of its grants, or the code of its obstacle. */
function read(grants: readonly Grant[], listed: Parameters<typeof demandsOf>[1] = LISTED) {
  return demandsOf(grants, listed).map(({ database, grants: theirs, obstacle }) =>
    obstacle ? `${database}: ${obstacle.code}` : `${database}: ${theirs.flatMap(({ grantees }) => grantees)}`,
  );
}

test("databases that are named are targets in order, each once, whether the server has them or not", () => {
  const grants = [grant(["b", "a"], ["x"]), grant(["postgres", "a"], ["y"])];
  expect(haveAPattern(grants)).toBe(false);
  expect(read(grants, [])).toEqual(["b: x", "a: x,y", "postgres: y"]);
});

test("a pattern names the server's databases, but not those of its administration", () => {
  expect(haveAPattern([grant(["a"]), grant(["b", "*"])])).toBe(true);
  expect(read([grant(["*"])])).toEqual(["billing: app", "orders_eu: app", "orders_us: app", "a*b: app"]);
  expect(read([grant(["orders_*", "billing", "*_us"])])).toEqual(["orders_eu: app", "orders_us: app", "billing: app"]);
  expect(read([grant(["a*b"])])).toEqual(["a*b: app"]);
});

test("a database has the grants of its name and of every pattern that names it, in order", () => {
  const grants = [grant(["*_eu"], ["x"]), grant(["orders_eu"], ["y"]), grant(["*"], ["z"])];
  expect(read(grants)).toEqual(["orders_eu: x,y,z", "billing: z", "orders_us: z", "a*b: z"]);
});

test("a pattern that names no database is an error with the names that there are", () => {
  const [first, second] = demandsOf([grant(["order-*", "billing"])], LISTED);
  expect(second?.obstacle).toBeUndefined();
  expect(first).toMatchObject({ database: "order-*", obstacle: { code: "no-database-fits" } });
  const words = first?.obstacle;
  expect(words && plain.sentence(words.message)).toBe("No database of this server fits the pattern `order-*`.");
  expect(words && plain.sentence(words.hint)).toBe(
    'Names are case-sensitive. The server has billing, orders_eu, orders_us and "a*b".',
  );
  expect(words?.steps.map(({ text }) => plain.sentence(text))).toEqual([
    "Correct the pattern in `database`, or create the database before this step.",
  ]);
  expect(read([grant(["*"])], ["postgres"])).toEqual(["*: no-database-fits"]);
});

test("a list that the server does not give is the error of each pattern, and of no name", () => {
  const why = failure({ code: "connect-not-granted", message: "no", steps: [] });
  expect(read([grant(["*", "billing"]), grant(["orders_*"])], why)).toEqual([
    "*: connect-not-granted",
    "billing: app",
    "orders_*: connect-not-granted",
  ]);
});

test("two grants of one database for one grantee and schema are an error of that database only", () => {
  const twice = (first: Demand["schemas"], second: Demand["schemas"]) =>
    read([grant(["orders_*"], ["x", "y"], { schemas: first }), grant(["*_eu"], ["z", "y"], { schemas: second })]);
  const error = ["orders_eu: demanded-twice", "orders_us: x,y"];
  expect(twice(["public"], ["public"])).toEqual(error);
  expect(twice(["a", "b"], ["c", "b"])).toEqual(error);
  expect(twice("*", ["public"])).toEqual(error);
  expect(twice(["public"], "*")).toEqual(error);
  expect(twice(["a"], ["b"])).toEqual(["orders_eu: x,y,z,y", "orders_us: x,y"]);
});
