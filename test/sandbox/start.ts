// The sandbox by hand: npm run sandbox -- [14|15|16|17|18]. Ctrl-C stops it and removes its files.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { VERSIONS } from "./postgres.ts";
import { IDENTITIES, ORDERS, startSandbox, TENANT_ID } from "./sandbox.ts";

const wanted = process.argv[2] ?? "18";
const version = VERSIONS.find((known) => String(known) === wanted);
if (!version) throw new Error(`No PostgreSQL ${wanted} here; there is ${VERSIONS.join(", ")}.`);

const sandbox = await startSandbox({ version });
await sandbox.createDatabase("orders", { seed: ORDERS });
const { server, env, caFile } = sandbox;

const { migrator, app } = IDENTITIES;
const envFile = join(server.directory, "check.env");
const summary = join(server.directory, "summary.md");
/** A check that finds drift. GitHub's OIDC endpoint is missing in @github/local-action, so it signs in with a secret. */
const check = {
  AZURE_AUTHORITY_HOST: env.AZURE_AUTHORITY_HOST,
  GITHUB_STEP_SUMMARY: summary,
  "INPUT_TENANT-ID": TENANT_ID,
  "INPUT_CLIENT-ID": migrator.clientId,
  "INPUT_CLIENT-SECRET": migrator.secrets[0]?.value,
  INPUT_USER: migrator.roles[0],
  INPUT_HOST: server.host,
  INPUT_PORT: server.port,
  INPUT_DATABASE: "orders",
  INPUT_GRANTEE: app.roles[0],
  INPUT_MODE: "check",
};
const lines = Object.entries(check).map(([name, value]) => `${name}="${value}"\n`);
await writeFile(summary, "");
await writeFile(envFile, lines.join(""));

console.log(`PostgreSQL ${version} on localhost:${server.port}, database "orders". As any role, without a token:
  psql -h ${server.directory} -p ${server.port} -U azuresu orders

To make a process use this sandbox as Azure and GitHub:
${Object.entries(env)
  .map(([name, value]) => `  export ${name}='${value}'`)
  .join("\n")}

tenant-id  ${TENANT_ID}`);
for (const { roles, clientId, secrets } of Object.values(IDENTITIES)) {
  console.log(`client-id  ${clientId}  client-secret ${secrets[0]?.value}  signs in as ${roles.join(", ")}`);
}
console.log(`
The action from its sources, in another terminal. Its summary goes to ${summary}:
  NODE_EXTRA_CA_CERTS='${caFile}' npx --yes @github/local-action@7 . src/main.ts ${envFile}`);
