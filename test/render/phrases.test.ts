import { expect, test } from "vitest";
import { markdown, plain } from "../../src/render/pen.ts";
import { objectText } from "../../src/render/phrases.ts";

test("a routine is named with the types of its arguments, without hidden characters", () => {
  const routine = (schema: string, name: string, types: string) =>
    ({ kind: "function", schema, name: `${name}(${types})`, arguments: types, owner: "migrator" }) as const;
  expect(objectText(routine("public", "total", "integer, text[]"), plain)).toBe(
    "function public.total(integer, text[])",
  );
  expect(objectText(routine("Sales", "Total", ""), markdown)).toBe('function `"Sales"."Total"()`');
  expect(objectText(routine("public", "f", 'public."a\n##["'), plain)).toBe(
    'function public.f(public.U&"a\\000A\\0023#[")',
  );
  expect(objectText(routine("public", "f", 'public."`"'), markdown)).toBe('function ``public.f(public."`")``');
});
