/**
 * Service Connector's settings for the ten clients and the four ways to sign in: the samples of
 * https://learn.microsoft.com/azure/service-connector/how-to-integrate-postgres (ms.date 11/21/2025), with names
 * for the placeholders.
 */
export const HOST = "contoso-pg.postgres.database.azure.com";
export const DATABASE = "orders";
export const USER = "aad_orders";
export const PASSWORD = "p4ss&w0rd~of-the-app";
export const CLIENT_SECRET = "Abc8Q~client-secret.of_the-app";

const CLIENT_ID = "5c1d0a9e-0000-4000-8000-00000000c11e";
const TENANT_ID = "7e4a0000-0000-4000-8000-0000000073aa";

const AUTH_TYPES = ["system identity", "user identity", "service principal", "secret"] as const;
type AuthType = (typeof AUTH_TYPES)[number];

export type Settings = Readonly<Record<string, string>>;

export interface Case {
  readonly client: string;
  readonly auth: AuthType;
  readonly settings: Settings;
  /** What the sample says; the go and django samples contain no port. */
  readonly port: number | undefined;
  readonly secrets: readonly string[];
}

/** A client's own settings, `password` being what its sample with a secret holds. */
const CLIENTS: Readonly<Record<string, (password?: string) => Settings>> = {
  dotnet: (password) => ({
    AZURE_POSTGRESQL_CONNECTIONSTRING: `Server=${HOST};Database=${DATABASE};Port=5432;Ssl Mode=Require;User Id=${USER};${password ? `Password=${password};` : ""}`,
  }),
  java: (password) => ({
    AZURE_POSTGRESQL_CONNECTIONSTRING: `jdbc:postgresql://${HOST}:5432/${DATABASE}?sslmode=require&user=${USER}${password ? `&password=${encodeURIComponent(password)}` : ""}`,
  }),
  springBoot: (password) => ({
    ...(password ? {} : { "spring.datasource.azure.passwordless-enabled": "true" }),
    "spring.datasource.url": `jdbc:postgresql://${HOST}:5432/${DATABASE}?sslmode=require`,
    "spring.datasource.username": USER,
    ...(password ? { "spring.datasource.password": password } : {}),
  }),
  python: (password) => ({
    AZURE_POSTGRESQL_CONNECTIONSTRING: `dbname=${DATABASE} host=${HOST} port=5432 sslmode=require user=${USER}${password ? ` password=${password}` : ""}`,
  }),
  django: (password) => ({
    AZURE_POSTGRESQL_NAME: DATABASE,
    AZURE_POSTGRESQL_HOST: HOST,
    AZURE_POSTGRESQL_USER: USER,
    ...(password ? { AZURE_POSTGRESQL_PASSWORD: password } : {}),
  }),
  go: (password) => ({
    AZURE_POSTGRESQL_CONNECTIONSTRING: `host=${HOST} dbname=${DATABASE} sslmode=require user=${USER}${password ? ` password=${password}` : ""}`,
  }),
  nodejs: (password) => ({
    AZURE_POSTGRESQL_HOST: HOST,
    AZURE_POSTGRESQL_USER: USER,
    AZURE_POSTGRESQL_DATABASE: DATABASE,
    AZURE_POSTGRESQL_PORT: "5432",
    AZURE_POSTGRESQL_SSL: "true",
    ...(password ? { AZURE_POSTGRESQL_PASSWORD: password } : {}),
  }),
  php: (password) => ({
    AZURE_POSTGRESQL_CONNECTIONSTRING: `host=${HOST} port=5432 dbname=${DATABASE} sslmode=require user=${USER}${password ? ` password=${password}` : ""}`,
  }),
  ruby: (password) => ({
    AZURE_POSTGRESQL_CONNECTIONSTRING: `host=${HOST} port=5432 dbname=${DATABASE} sslmode=require user=${USER}${password ? ` password=${password}` : ""}`,
  }),
  none: (password) => ({
    AZURE_POSTGRESQL_HOST: HOST,
    AZURE_POSTGRESQL_USERNAME: USER,
    AZURE_POSTGRESQL_DATABASE: DATABASE,
    AZURE_POSTGRESQL_PORT: "5432",
    AZURE_POSTGRESQL_SSL: "true",
    ...(password ? { AZURE_POSTGRESQL_PASSWORD: password } : {}),
  }),
};

/** What a way to sign in adds: Spring Boot uses other names. */
const ADDED: Readonly<Record<AuthType, { azure: Settings; spring: Settings }>> = {
  "system identity": { azure: {}, spring: {} },
  "user identity": {
    azure: { AZURE_POSTGRESQL_CLIENTID: CLIENT_ID },
    spring: {
      "spring.cloud.azure.credential.client-id": CLIENT_ID,
      "spring.cloud.azure.credential.client-managed-identity-enabled": "true",
    },
  },
  "service principal": {
    azure: {
      AZURE_POSTGRESQL_CLIENTID: CLIENT_ID,
      AZURE_POSTGRESQL_CLIENTSECRET: CLIENT_SECRET,
      AZURE_POSTGRESQL_TENANTID: TENANT_ID,
    },
    spring: {
      "spring.cloud.azure.credential.client-id": CLIENT_ID,
      "spring.cloud.azure.credential.client-secret": CLIENT_SECRET,
      "spring.cloud.azure.credential.tenant-id": TENANT_ID,
    },
  },
  secret: { azure: {}, spring: {} },
};

export const CASES: readonly Case[] = Object.entries(CLIENTS).flatMap(([client, settingsOf]) =>
  AUTH_TYPES.map((auth) => ({
    client,
    auth,
    settings: {
      ...settingsOf(auth === "secret" ? PASSWORD : undefined),
      ...(client === "springBoot" ? ADDED[auth].spring : ADDED[auth].azure),
    },
    port: client === "django" || client === "go" ? undefined : 5432,
    secrets: auth === "secret" ? [PASSWORD] : auth === "service principal" ? [CLIENT_SECRET] : [],
  })),
);

export const lines = (settings: Settings): string =>
  Object.entries(settings)
    .map(([key, value]) => `${key}=${value}`)
    .join("\n");

export const json = (settings: Settings): string =>
  JSON.stringify({ configurations: Object.entries(settings).map(([name, value]) => ({ name, value })) }, null, 2);
