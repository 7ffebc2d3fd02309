import { describe, expect, test } from "vitest";
import type { ActionError } from "../../src/model/failure.ts";
import { all, type InputsOf, readInputs, secretsIn } from "../../src/settings/reader.ts";
import { ENTRA_SIGN_IN_INPUTS, entraSignInFrom } from "../../src/settings/sign-in.ts";
import { choice, name, secret } from "../../src/settings/values.ts";
import { readFailure } from "../read.ts";
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

type Inputs = InputsOf<typeof INPUTS>;

function read<V>(given: Record<string, string>, from: (inputs: Inputs) => V): V {
  return readInputs(INPUTS, inputVariables(given), from);
}

function problems(given: Record<string, string>, from: (inputs: Inputs) => unknown): readonly string[] {
  try {
    read(given, from);
    return [];
  } catch (error) {
    return readFailure((error as ActionError).failure).problems;
  }
}

describe("an action reads the inputs in its table", () => {
  test("inputs that are not set have their defaults", () => {
    const from = (inputs: Inputs) =>
      all({
        type: () => inputs.orDefault("type", choice(["service", "user"])),
        user: () => inputs.required("user", name),
        key: () => inputs.optional("key", name),
      });
    expect(read({ user: "ci-admin" }, from)).toEqual({ type: "service", user: "ci-admin", key: undefined });
  });

  test("inputs of other actions are not read", () => {
    expect(problems({ types: "x", "table-privilege": "x" }, () => "read")).toEqual([
      "`types` is not an input of this action. Did you mean `type`?",
    ]);
  });

  test("secrets of the action's own inputs are found", () => {
    const env = inputVariables({ key: "k\n", "client-secret": "s", password: "p" });
    expect(secretsIn(INPUTS, env)).toEqual(["s", "k"]);
  });
});

describe("a mistake", () => {
  test("a mistake is never returned as a value, and ends the reading", () => {
    let after = false;
    const from = (inputs: Inputs) => {
      inputs.required("user", name);
      after = true;
    };
    expect(problems({}, from)).toHaveLength(1);
    expect(after).toBe(false);
  });

  test("a mistake is reported with those of all other fields, and once if several fields read the input", () => {
    const from = (inputs: Inputs) => {
      const type = () => inputs.orDefault("type", choice(["service"]));
      return all({
        type,
        user: () => inputs.required("user", name),
        both: () => all({ type }),
      });
    };
    expect(problems({ type: "x" }, from)).toEqual([
      expect.stringMatching(/^`user` is missing/),
      expect.stringMatching(/^`type`: "x" is not valid/),
    ]);
  });

  test("a mistake in a value that nobody uses is reported", () => {
    const from = (inputs: Inputs) => {
      try {
        return inputs.required("user", name);
      } catch {
        return "somebody";
      }
    };
    expect(problems({}, from)).toHaveLength(1);
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
    expect(read(given, entraSignInFrom)).toEqual(expected);
  });

  test("a password is refused by an action that only supports Entra identities", () => {
    expect(problems({ "auth-type": "password" }, entraSignInFrom)).toEqual([
      '`auth-type`: "password" is not valid. Use `oidc`, `client-secret`, `managed-identity` or `azure-cli`.',
    ]);
  });
});

test("an error in the code is not reported as an invalid input", () => {
  const broken = () => {
    throw new TypeError("a bug");
  };
  expect(() => read({ user: "x" }, (inputs) => inputs.required("user", broken))).toThrow(TypeError);
});
