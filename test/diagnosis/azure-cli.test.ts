import { expect, test } from "vitest";
import { diagnose } from "../../src/diagnosis/diagnose.ts";
import type { SignIn } from "../../src/model/settings.ts";
import { readFailure } from "../read.ts";

const OIDC = { type: "oidc", clientId: "5c1d0a9e-0000-4000-8000-00000000c11e", tenantId: "t" } as const;

const answer = (message: string, signIn: SignIn = { type: "azure-cli" }) =>
  readFailure(diagnose(new Error(message), { with: "entra", signIn }));

test("a file that is not the Azure CLI's is looked for in the variables that name a directory, too", () => {
  const { steps } = answer("ERROR: [Errno 13] Permission denied: '/root/.local/share/x.log'");
  expect(steps).toContain("env | grep -F -e HOME= -e TMP -e x.log\nls -ld /root/.local/share/x.log");
});

test("a cloud that is not known can come from a variable, which a new directory does not change", () => {
  expect(answer("ERROR: The cloud 'AzureCloud' is not registered.").steps).toMatch(/^Remove `ARM_CLOUD_METADATA_URL`/);
  expect(answer("ERROR: [Errno 13] Permission denied: '/home/runner/.azure/config'").steps).toMatch(
    /^Right before this step, .* run azure\/login again/,
  );
});

test("what a system that is not Linux lacks is freed without the commands of Linux", () => {
  expect(answer("OSError: [WinError 1455] The paging file is too small").steps).toMatch(/^Free what the message names/);
});

test("consent to the Azure CLI's application is Microsoft's where the message says so", () => {
  const consent = (number: number) => answer(`ERROR: AADSTS${number}: x '04b07795-8ddb-461a-bbee-02f9e1bf7b46'`).steps;
  expect(consent(65001)).toContain("an administrator of the tenant has to consent");
  expect(consent(65001)).not.toContain("Microsoft can");
  expect(consent(65002)).toContain("Only Microsoft can change");
});

test("the Azure CLI's own application is not enabled by the Azure CLI first", () => {
  const disabled = (id: string) => answer(`ERROR: AADSTS7000112: Application '${id}'(x) is disabled.`).steps;
  expect(disabled("04b07795-8ddb-461a-bbee-02f9e1bf7b46")).toMatch(/^Use `auth-type: oidc`/);
  expect(disabled(OIDC.clientId)).toMatch(/^Enable what the message names/);
});
