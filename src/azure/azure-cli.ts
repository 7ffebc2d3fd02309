import { dirname } from "node:path";
import { promisify } from "node:util";
import type { AccessToken } from "@azure/identity";
import { noAnswer } from "../retry.ts";

/** `az` is slow to start; milliseconds. */
const TIME = 40_000;

/**
 * A token of the identity that is signed in to the Azure CLI. `AzureCliCredential` of `@azure/identity` runs the same
 * command, but replaces each message that contains "az login" with its own, and the reason with it.
 * @throws an error with the words of `az`
 */
export async function azureCliToken(scope: string): Promise<AccessToken> {
  const { exec } = await import("node:child_process"); // other runs do without
  const command = `az account get-access-token --output json --resource ${scope.replace(/\/\.default$/, "")}`;
  const options = { timeout: TIME, cwd: dirname(process.execPath) }; // Windows looks for `az` there first
  const { stdout, stderr } = await promisify(exec)(command, options).catch((error) => {
    if (error.killed) throw noAnswer(TIME);
    throw new Error(error.stderr.trim() || `${error.message.trim()} (${error.signal ?? error.code})`);
  });
  try {
    // On Windows, codes of colors can follow: https://github.com/Azure/azure-sdk-for-python/issues/11362
    const { accessToken, expires_on, expiresOn } = JSON.parse(stdout.slice(0, stdout.lastIndexOf("}") + 1));
    if (typeof accessToken !== "string") throw new Error("The Azure CLI gave no token.");
    return { token: accessToken, expiresOnTimestamp: 1000 * expires_on || Date.parse(expiresOn) };
  } catch (invalid) {
    throw new Error(`${stderr.trim()} ${(invalid as Error).message}`.trim());
  }
}
