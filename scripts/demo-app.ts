/** The app of the demo: it reads Service Connector's settings, signs in with its own token, and writes. */
import { ClientSecretCredential } from "@azure/identity";
import pg from "pg";

const {
  AZURE_POSTGRESQL_TENANTID: tenant = "",
  AZURE_POSTGRESQL_CLIENTID: client = "",
  AZURE_POSTGRESQL_CLIENTSECRET: secret = "",
  AZURE_POSTGRESQL_HOST: host = "",
  AZURE_POSTGRESQL_PORT: port = "5432",
  AZURE_POSTGRESQL_USER: user = "",
  AZURE_POSTGRESQL_DATABASE: database = "",
} = process.env;

const credential = new ClientSecretCredential(tenant, client, secret, { disableInstanceDiscovery: true });
const { token } = await credential.getToken("https://ossrdbms-aad.database.windows.net/.default");
const session = new pg.Client({ host, port: Number(port), user, password: token, database, ssl: true });
try {
  await session.connect();
  const { rows } = await session.query(
    `WITH customer AS (INSERT INTO customers (email) VALUES ('app@example.com') RETURNING id)
     INSERT INTO orders (customer_id) SELECT id FROM customer RETURNING id`,
  );
  console.log(`wrote order ${rows[0].id} as ${user}`);
} catch (error) {
  console.log((error as Error).message);
  process.exitCode = 1;
} finally {
  await session.end();
}
