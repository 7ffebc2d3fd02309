import { expect, test } from "vitest";
import { signIn } from "../../src/azure/credential.ts";
import { CLOUDS } from "../../src/model/clouds.ts";
import { failing } from "../read.ts";

// A separate file, because @azure/identity decides once per process which endpoint it asks.
test("an identity endpoint that is not a URL is named, though @azure/identity calls the network unreachable", async () => {
  process.env.IDENTITY_ENDPOINT = "[Managed identity has been configured. This value is not viewable in the portal]";
  process.env.IDENTITY_HEADER = "the-header";
  const token = signIn({ signIn: { type: "managed-identity" }, cloud: CLOUDS.azurecloud }, process.env);
  const failure = await failing(token());
  expect(failure).toMatchObject({ code: "managed-identity-request" });
  expect(failure.hint).toContain("is not a URL");
});
