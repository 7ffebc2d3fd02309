import { describe, expect, test } from "vitest";
import type { ActionError } from "../../src/model/failure.ts";
import { plain } from "../../src/render/pen.ts";
import { inputsIn, secretsIn } from "../../src/settings/reader.ts";
import { ENTRA_SIGN_IN_INPUTS, entraSignInFrom } from "../../src/settings/sign-in.ts";
import { choice, name, secret } from "../../src/settings/values.ts";
import { inputVariables } from "../sandbox/runner.ts";

/** An action with inputs, some of which it shares with other actions. */
const INPUTS = {
  ...ENTRA_SIGN_IN_INPUTS,
  type: { use: "`service`, `user` or `group`", default: "service" },
  key: { use: "a key", secrets: (text: string) => [secret(text)] },
} as const;

const CLIENT_ID = "5c1d0a9e-0000-4000-8000-00000000c11e";
const TENANT_ID = "7e4a0000-0000-4000-8000-0000000073aa";
const APPLICATION = { "client-id": CLIENT_ID, "tenant-id": TENANT_ID };

const read = (inputs: Record<string, string>) => inputsIn(INPUTS, inputVariables(inputs));

function problems(inputs: ReturnType<typeof read>): readonly string[] {
  try {
    inputs.throwMistakes();
    return [];
  } catch (error) {
    return ((error as ActionError).failure.problems ?? []).map(plain.sentence);
  }
}

describe("an action reads the inputs in its table", () => {
  test("with their defaults", () => {
    const inputs = read({ user: "ci-admin" });
    expect(inputs.orDefault("type", choice(["service", "user"]))).toBe("service");
    expect(inputs.required("user", name)).toBe("ci-admin");
    expect(inputs.optional("key", name)).toBeUndefined();
    expect(problems(inputs)).toEqual([]);
  });

  test("and no inputs of other actions", () => {
    expect(problems(read({ types: "x", "table-privilege": "x" }))).toEqual([
      "`types` is not an input of this action. Did you mean `type`?",
    ]);
  });

  test("and masks its own secrets", () => {
    const env = inputVariables({ key: "k\n", "client-secret": "s", password: "p" });
    expect(secretsIn(INPUTS, env)).toEqual(["s", "k"]);
  });
});

describe("an action that only supports Entra identities", () => {
  test.each([
    [APPLICATION, { type: "oidc", clientId: CLIENT_ID, tenantId: TENANT_ID }],
    [
      { ...APPLICATION, "client-secret": "s" },
      { type: "client-secret", clientId: CLIENT_ID, tenantId: TENANT_ID, clientSecret: "s" },
    ],
    [{ "auth-type": "managed-identity" }, { type: "managed-identity" }],
    [{ "auth-type": "azure-cli" }, { type: "azure-cli" }],
  ])("%j", (given: Record<string, string>, expected) => {
    const inputs = read(given);
    expect(entraSignInFrom(inputs)).toEqual(expected);
    expect(problems(inputs)).toEqual([]);
  });

  test("refuses a password", () => {
    const inputs = read({ "auth-type": "password" });
    entraSignInFrom(inputs);
    expect(problems(inputs)).toEqual([
      '`auth-type`: "password" is not valid. Use `oidc`, `client-secret`, `managed-identity` or `azure-cli`.',
    ]);
  });
});

test("an error in the code is not reported as an invalid input", () => {
  const broken = () => {
    throw new TypeError("a bug");
  };
  expect(() => read({ user: "x" }).required("user", broken)).toThrow(TypeError);
});
