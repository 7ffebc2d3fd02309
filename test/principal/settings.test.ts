import { expect, test } from "vitest";
import { CLOUDS } from "../../src/model/clouds.ts";
import { ActionError } from "../../src/model/failure.ts";
import { PRINCIPAL_INPUTS, parsePrincipalSettings } from "../../src/principal/settings.ts";
import { secretsIn } from "../../src/settings/reader.ts";
import { readFailure } from "../read.ts";
import { inputVariables } from "../sandbox/runner.ts";

const [CLIENT_ID, TENANT_ID] = ["5c1d0a9e-0000-4000-8000-00000000c11e", "7e4a0000-0000-4000-8000-0000000073aa"];
const OBJECT_ID = "0b1ec700-0003-4c5d-8e6f-7a8b9c0d1e03";

const REQUIRED = {
  "client-id": CLIENT_ID,
  "tenant-id": TENANT_ID,
  user: "ci-admin",
  host: "contoso-pg",
  name: "aad_orders",
  "object-id": OBJECT_ID,
};

const parse = (inputs: Record<string, string | undefined>) =>
  parsePrincipalSettings(inputVariables({ ...REQUIRED, ...inputs }));

function mistakes(inputs: Record<string, string | undefined>): readonly string[] {
  try {
    parse(inputs);
    return [];
  } catch (error) {
    if (!(error instanceof ActionError)) throw error;
    return readFailure(error.failure).problems;
  }
}

test("the required inputs alone create a role for a service principal, and rebind none", () => {
  expect(parse({})).toEqual({
    signIn: { type: "oidc", clientId: CLIENT_ID, tenantId: TENANT_ID },
    cloud: CLOUDS.azurecloud,
    server: { host: "contoso-pg.postgres.database.azure.com", port: 5432, tls: { mode: "verify-full" } },
    user: "ci-admin",
    principal: { mode: "apply", name: "aad_orders", objectId: OBJECT_ID, type: "service", rebind: false },
  });
});

test("every missing required input is reported at once", () => {
  const nothing = Object.fromEntries(Object.keys(REQUIRED).map((name) => [name, undefined]));
  expect(mistakes(nothing).map((mistake) => mistake.split(" ")[0])).toEqual(
    ["client-id", "tenant-id", "user", "host", "name", "object-id"].map((name) => `\`${name}\``),
  );
});

test("a name of 64 bytes, which PostgreSQL would truncate, is invalid; one of 63 bytes is valid", () => {
  const connection = "c".repeat(60);
  expect(mistakes({ name: `aad_${connection}` })).toEqual([
    "`name`: the value (64 characters) is longer than 63 bytes. PostgreSQL truncates longer names. Use the name as the server stores it.",
  ]);
  expect(mistakes({ name: "é".repeat(32) })).toHaveLength(1);
  expect(mistakes({ name: connection.padStart(63, "a") })).toEqual([]);
});

test("a name that PostgreSQL reserves is invalid", () => {
  const [problem = ""] = mistakes({ name: "pg_orders" });
  expect(problem).toBe(
    "`name`: the value (9 characters) is reserved by PostgreSQL. Use a name other than `public` and `none` that does not begin with `pg_`.",
  );
  expect(["public", "none", "Public", "pgorders", "aad_none"].filter((name) => mistakes({ name }).length > 0)).toEqual([
    "public",
    "none",
  ]);
});

test("an Entra token is never sent without TLS, and a password is not accepted", () => {
  expect(mistakes({ "ssl-mode": "disable", host: "localhost" })).toHaveLength(1);
  expect(mistakes({ "auth-type": "password" })).toHaveLength(1);
});

test("mode: plan is invalid", () => {
  expect(mistakes({ mode: "plan" })).toEqual(['`mode`: "plan" is not valid. Use `apply` or `check`.']);
});

test("the secret is masked", () => {
  expect(secretsIn(PRINCIPAL_INPUTS, inputVariables({ ...REQUIRED, "client-secret": "s3cret" }))).toEqual(["s3cret"]);
});
