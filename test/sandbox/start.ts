// The sandbox by hand: node test/sandbox/start.ts [14|15|16|17|18]. Ctrl-C stops it, nothing is left behind.
import { VERSIONS } from "./postgres.ts";
import { IDENTITIES, ORDERS, startSandbox, TENANT_ID } from "./sandbox.ts";

const wanted = process.argv[2] ?? "18";
const version = VERSIONS.find((known) => String(known) === wanted);
if (!version) throw new Error(`No PostgreSQL ${wanted} here; there is ${VERSIONS.join(", ")}.`);

const sandbox = await startSandbox({ version });
await sandbox.createDatabase("orders", { seed: ORDERS });
const { server, env } = sandbox;

console.log(`PostgreSQL ${version} on localhost:${server.port}, database "orders". As any role, without a token:
  psql -h ${server.directory} -p ${server.port} -U azuresu orders

For a process that is to take this for Azure and GitHub:
${Object.entries(env)
  .map(([name, value]) => `  export ${name}='${value}'`)
  .join("\n")}

tenant-id  ${TENANT_ID}`);
for (const { roles, clientId, secrets } of Object.values(IDENTITIES)) {
  console.log(`client-id  ${clientId}  client-secret ${secrets[0]?.value}  signs in as ${roles.join(", ")}`);
}
