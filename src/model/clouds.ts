/** A cloud of Azure. */
export interface Cloud {
  readonly name: CloudName;
  /** The address of Entra. */
  readonly authority: string;
  /** The scope of a token for Azure Database for PostgreSQL; a service principal needs the `/.default`. */
  readonly postgresScope: string;
  /** The audience that Entra expects in GitHub's ID token. */
  readonly oidcAudience: string;
  /** Follows the server's name in its host name, with the leading dot. */
  readonly hostSuffix: string;
  readonly resourceManager: string;
  readonly resourceManagerScope: string;
}

/** The names azure/login uses: https://github.com/Azure/login#environment */
export type CloudName = "azurecloud" | "azureusgovernment" | "azurechinacloud";

/**
 * Authorities, resources, suffixes:
 * https://github.com/Azure/azure-cli/blob/dev/src/azure-cli-core/azure/cli/core/cloud.py
 * Audiences:
 * https://learn.microsoft.com/entra/workload-id/workload-identity-federation-config-app-trust-managed-identity
 */
export const CLOUDS: Readonly<Record<CloudName, Cloud>> = {
  azurecloud: {
    name: "azurecloud",
    authority: "https://login.microsoftonline.com",
    postgresScope: "https://ossrdbms-aad.database.windows.net/.default",
    oidcAudience: "api://AzureADTokenExchange",
    hostSuffix: ".postgres.database.azure.com",
    resourceManager: "https://management.azure.com",
    resourceManagerScope: "https://management.azure.com/.default",
  },
  azureusgovernment: {
    name: "azureusgovernment",
    authority: "https://login.microsoftonline.us",
    postgresScope: "https://ossrdbms-aad.database.usgovcloudapi.net/.default",
    oidcAudience: "api://AzureADTokenExchangeUSGov",
    hostSuffix: ".postgres.database.usgovcloudapi.net",
    resourceManager: "https://management.usgovcloudapi.net",
    resourceManagerScope: "https://management.core.usgovcloudapi.net/.default",
  },
  azurechinacloud: {
    name: "azurechinacloud",
    authority: "https://login.chinacloudapi.cn",
    postgresScope: "https://ossrdbms-aad.database.chinacloudapi.cn/.default",
    oidcAudience: "api://AzureADTokenExchangeChina",
    hostSuffix: ".postgres.database.chinacloudapi.cn",
    resourceManager: "https://management.chinacloudapi.cn",
    resourceManagerScope: "https://management.core.chinacloudapi.cn/.default",
  },
};
