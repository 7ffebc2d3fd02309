import { expect, test } from "vitest";
import { diagnose } from "../../src/diagnosis/diagnose.ts";
import type { Context } from "../../src/diagnosis/rules.ts";
import { readFailure } from "../read.ts";

const CLIENT_ID = "5c1d0a9e-0000-4000-8000-00000000c11e";

const stepsOf = (message: string, more: Context = {}) =>
  readFailure(diagnose(new Error(message), { with: "entra", signIn: { type: "managed-identity" }, ...more })).steps;

test("an identity that is not there is looked for first, whether or not `client-id` is set", () => {
  for (const signIn of [{ type: "managed-identity" }, { type: "managed-identity", clientId: CLIENT_ID }] as const)
    expect(stepsOf("HTTP status 400: Identity not found", { signIn })).toMatch(/^List the identities of the machine/);
});

test("the way past a proxy is shown only if one is set", () => {
  const page = 'HTTP status 403 with an HTML page, "Access Denied"';
  expect(stepsOf(page)).toMatch(/^Use `auth-type: oidc`/);
  expect(stepsOf(page)).not.toContain("NO_PROXY");
  expect(stepsOf(page, { proxy: "proxy.contoso.com:3128" })).toMatch(
    /^If the network.*NO_PROXY=.*\nOr use `auth-type: oidc`/,
  );
});

test("where nothing listens, the first step shows whether the endpoint was only starting", () => {
  const steps = stepsOf("connect ECONNREFUSED 127.0.0.1:42356", { inApp: true });
  expect(steps).toMatch(
    /^See whether the endpoint answers within a minute.* --retry-connrefused "\$IDENTITY_ENDPOINT"/,
  );
  expect(steps).toContain("az containerapp job identity show");
});

test("a refusal without a reason is about the identity in an app, and not on a machine, which gives its reasons", () => {
  const empty = "HTTP status 400 with an empty answer";
  expect(stepsOf(empty, { inApp: true, host: "localhost:42356" })).toMatch(/^List the identities of the container app/);
  const host = "169.254.169.254";
  expect(stepsOf(empty, { host })).toMatch(/^Use `auth-type: oidc`/);
  expect(stepsOf(empty, { host, proxy: "proxy.contoso.com:3128" })).toMatch(/^.*NO_PROXY=169\.254/);
});

test("what Azure Arc's agent does not answer is not about the right to read its file", () => {
  for (const code of ["www_authenticate_header_unsupported_format", "platform_not_supported", "invalid_file_path"])
    expect(stepsOf(`${code}: x`)).toMatch(/^Use `auth-type: oidc`/);
});

test("a host that the endpoint did not reach is tried from the runner", () => {
  const steps = stepsOf('HTTP status 403: error: Post "https://gbl.his.arc.azure.com/x?y=1": dial tcp: i/o timeout');
  expect(steps).toMatch(
    /^See whether the runner reaches this host.* curl --head https:\/\/gbl\.his\.arc\.azure\.com --max-time 20\n?$/,
  );
});

test("on a virtual machine, a variable of Cloud Shell is wrong, and not `client-id`", () => {
  const message = "unable_to_create_cloud_shell: Cloud Shell Managed Identities can only be system assigned.";
  expect(stepsOf(message)).toMatch(
    /^Remove `client-id` .* virtual machine of Azure, keep it, and remove `MSI_ENDPOINT`/,
  );
});

test("an account that has no identity needs one of its own, and not one of a machine", () => {
  const missing = "HTTP status 400: No managed identity was found for Automation account 0a0b.";
  expect(stepsOf(missing)).toMatch(/^Assign the identity to .* the Automation account/);
});

test("the first step for Azure Arc's file is for Windows, too", () => {
  const [first] = stepsOf(
    "EPERM: operation not permitted, open 'C:\\ProgramData\\AzureConnectedMachineAgent\\Tokens\\x.key'",
  ).split("\n");
  expect(first).toContain("Hybrid agent extension applications");
});

test("a fault that does not pass has a way around it in the first step, and no secret of one's own", () => {
  const [first] = stepsOf("unknown_error: x").split("\n");
  expect(first).toMatch(/Run the job again\. .* `auth-type: oidc`/);
  expect(stepsOf("HTTP status 400: AADSTS7000215: Invalid client secret provided.")).not.toContain("credential reset");
});
