import { expect, test } from "vitest";
import { diagnose } from "../../src/diagnosis/diagnose.ts";
import { isFirewall } from "../../src/firewall/connect.ts";
import { ActionError } from "../../src/model/failure.ts";

const READY = { host: "orders-db.postgres.database.azure.com", state: "Ready", network: "public" } as const;

const failed = (message: string, code = "28000") =>
  new ActionError(diagnose(Object.assign(new Error(message), { code }), { host: READY.host }));
const refused = (encryption: string) =>
  failed(`no pg_hba.conf entry for host "203.0.113.7", user "migrator", database "orders", ${encryption}`);
const silent = failed("connect ETIMEDOUT 203.0.113.9:5432", "ETIMEDOUT");

test.each(["SSL encryption", "SSL on"])("a refusal with %s comes from the firewall", (encryption) => {
  expect(isFirewall(refused(encryption), READY)).toBe(true);
});

test.each(["no encryption", "SSL off"])("a refusal with %s is about TLS", (encryption) => {
  expect(isFirewall(refused(encryption), READY)).toBe(false);
});

test("no answer means the firewall only when the server is ready and public", () => {
  expect(isFirewall(silent, READY)).toBe(true);
  expect(isFirewall(silent, { ...READY, state: "Updating" })).toBe(false);
  expect(isFirewall(silent, { ...READY, network: "private-endpoint" })).toBe(false);
});

test.each([
  ['password authentication failed for user "migrator"', "28P01"],
  ['database "orders" does not exist', "3D000"],
  ["connect ECONNREFUSED 203.0.113.9:5432", "ECONNREFUSED"],
  ["getaddrinfo ENOTFOUND orders-db.postgres.database.azure.com", "ENOTFOUND"],
])("%s is another failure", (message, code) => {
  expect(isFirewall(failed(message, code), READY)).toBe(false);
});
