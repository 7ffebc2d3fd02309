import { expect, test } from "vitest";
import { diagnose } from "../../src/diagnosis/diagnose.ts";
import { isBlocked } from "../../src/firewall/connect.ts";
import { ActionError } from "../../src/model/failure.ts";

const failed = (message: string, code = "28000") =>
  new ActionError(diagnose(Object.assign(new Error(message), { code })));
const refused = (encryption: string) =>
  failed(`no pg_hba.conf entry for host "203.0.113.7", user "migrator", database "orders", ${encryption}`);

test.each([refused("SSL encryption"), refused("SSL on"), failed("connect ETIMEDOUT 203.0.113.9:5432", "ETIMEDOUT")])(
  "a firewall blocks the runner: %s",
  (error) => {
    expect(isBlocked(error)).toBe(true);
  },
);

test.each([
  refused("no encryption"),
  refused("SSL off"),
  failed('password authentication failed for user "migrator"', "28P01"),
  failed('database "orders" does not exist', "3D000"),
  failed("connect ECONNREFUSED 203.0.113.9:5432", "ECONNREFUSED"),
  failed("getaddrinfo ENOTFOUND orders-db.postgres.database.azure.com", "ENOTFOUND"),
])("no firewall blocks the runner: %s", (error) => {
  expect(isBlocked(error)).toBe(false);
});
