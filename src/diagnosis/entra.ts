import { az, claim, code } from "./commands.ts";
import type { Context, Rule } from "./rules.ts";

/**
 * What can go wrong when Entra is asked for a token. Codes:
 * https://learn.microsoft.com/entra/identity-platform/reference-error-codes
 * Microsoft may change the texts, so only the numbers are matched where there is one.
 */
export const ENTRA: readonly Rule[] = [
  {
    code: "tls-checks-off",
    with: ["entra"],
    texts: ["NODE_TLS_REJECT_UNAUTHORIZED=0 is set"],
    when: [{ text: /^NODE_TLS_REJECT_UNAUTHORIZED=0 is set$/ }],
    cause:
      "With it no certificate is checked, and anybody on the way could read the token; nothing was sent.",
    next: () =>
      "Take it out of the job's environment. To trust an authority of your own, give the path of its certificate in NODE_EXTRA_CA_CERTS.",
  },
  {
    code: "authority-not-https",
    with: ["entra"],
    texts: ["AZURE_AUTHORITY_HOST is no https:// address"],
    when: [{ text: /^AZURE_AUTHORITY_HOST is no https:/ }],
    cause: "The variable replaces the authority that gives tokens, and what is asked there has to be secret.",
    next: ({ cloud }) =>
      `Set it to an address like ${cloud?.authority ?? "https://login.microsoftonline.com"}, or take it out of the job's environment.`,
  },
  {
    code: "federated-audience",
    with: ["entra"],
    texts: [
      "AADSTS700212: No matching federated identity record found for presented assertion audience 'api://AzureADTokenExchange'. Please check your federated identity credential Subject, Audience and Issuer against the presented assertion.",
    ],
    when: [{ text: /AADSTS700212\b/ }],
    cause:
      "The application has a federated credential for this issuer, but for another audience; each cloud has an audience of its own (`environment`).",
    next: (context) => `${whatGitHubSent(context)} ${createCredential(context)}`,
  },
  {
    code: "federated-subject-case",
    with: ["entra"],
    texts: [
      "AADSTS7002138: No matching federated identity record found for presented assertion subject 'repo:Contoso/Orders:ref:refs/heads/main'. The subject matches with case-insensitive comparison, but not with case-sensitive comparison.",
    ],
    when: [{ text: /AADSTS7002138\b/ }],
    cause:
      "The federated credential's subject differs from the job's in upper and lower case only; it has to be the same.",
    next: (context) => `${whatGitHubSent(context)} ${createCredential(context)}`,
  },
  {
    code: "federated-credential",
    with: ["entra"],
    texts: [
      "AADSTS70021: No matching federated identity record found for presented assertion. Assertion Issuer: 'https://token.actions.githubusercontent.com'. Assertion Subject: 'repo:owner/repo:ref:refs/heads/main'.",
      "AADSTS700211: No matching federated identity record found for presented assertion issuer 'https://token.actions.githubusercontent.com'.",
      "AADSTS700213: No matching federated identity record found for presented assertion subject 'repo:owner@1/repo@2:ref:refs/heads/main'.",
      "AADSTS7002131: No matching federated identity record found for presented assertion subject 'repo:owner/repo:environment:production' or no federated identity credential expression matches.",
    ],
    when: [{ text: /AADSTS(70021|700211|700213|7002131)\b/ }],
    cause:
      "The application has no federated credential for what this job is: each branch, tag, environment and `pull_request` has a subject of its own.",
    next: (context) => `${whatGitHubSent(context)} ${createCredential(context)}`,
    retries: 2, // a credential made a moment ago is not everywhere yet
  },
  {
    code: "federated-credential-none",
    with: ["entra"],
    texts: [
      "AADSTS70025: The client '<client-id>'(<name>) has no configured federated identity credentials.",
    ],
    when: [{ text: /AADSTS70025\b/ }],
    cause:
      "The application of `client-id` has no federated credential at all: the wrong application, or none was added.",
    next: (context) => `${whatGitHubSent(context)} ${createCredential(context)}`,
  },
  {
    code: "federation-not-allowed",
    with: ["entra"],
    texts: ["AADSTS700223: Workload identity federation is not allowed by a policy of the tenant."],
    when: [{ text: /AADSTS700223\b/ }],
    cause: "The tenant forbids workload identity federation.",
    next: () =>
      "Ask the tenant's administrators to allow https://token.actions.githubusercontent.com, or sign in with `client-secret`.",
  },
  {
    code: "assertion-expired",
    with: ["entra"],
    texts: [
      "AADSTS700024: Client assertion is not within its valid time range. Current time: 2026-01-01T00:10:00Z, assertion valid from 2026-01-01T00:00:00Z, expiry time of assertion 2026-01-01T00:05:00Z.",
    ],
    when: [{ text: /AADSTS700024\b/ }],
    cause:
      "GitHub's ID token had expired when Entra saw it: it lives a few minutes, and the clock of the runner may be wrong.",
    next: ({ signIn }) =>
      signIn?.type === "azure-cli"
        ? "The Azure CLI cannot renew an OIDC sign-in: use `auth-type: oidc`, or run azure/login again right before this step."
        : "Run the job again; on a self-hosted runner, set its clock (`timedatectl`).",
    retries: 1,
  },
  {
    code: "application-not-found",
    with: ["entra"],
    texts: [
      "AADSTS700016: Application with identifier '<client-id>' was not found in the directory '<tenant>'.",
    ],
    when: [{ text: /AADSTS700016\b/ }],
    cause:
      "`client-id` and `tenant-id` do not belong together, are swapped, or are of another cloud (`environment`).",
    next: ({ signIn }) =>
      `Ask for both: ${az("ad app show", { id: clientOf(signIn), query: "{name:displayName, clientId:appId}" })} and ${az("account show", { query: "tenantId" })}.`,
  },
  {
    code: "service-principal-missing",
    with: ["entra"],
    texts: [
      "AADSTS7000229: The client application <client-id> is missing service principal in the tenant <tenant>.",
    ],
    when: [{ text: /AADSTS7000229\b/ }],
    cause:
      "The application is registered, but has no service principal (enterprise application) in this tenant.",
    next: ({ signIn }) => `Make it: ${az("ad sp create", { id: clientOf(signIn) })}.`,
  },
  {
    code: "application-disabled",
    with: ["entra"],
    texts: ["AADSTS7000112: Application '<client-id>'(<name>) is disabled."],
    when: [{ text: /AADSTS7000112\b/ }],
    cause: "Sign-in is switched off for this application.",
    next: ({ signIn }) =>
      `Switch it on: ${az("ad sp update", { id: clientOf(signIn), set: "accountEnabled=true" })}.`,
  },
  {
    code: "tenant-not-found",
    with: ["entra"],
    texts: [
      "AADSTS90002: Tenant '<tenant>' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud.",
      "AADSTS900023: Specified tenant identifier '<tenant>' is neither a valid DNS name, nor a valid external domain.",
      "Invalid tenant id provided. You can locate your tenant id by following the instructions listed here: https://learn.microsoft.com/partner-center/find-ids-and-domain-names",
    ],
    when: [{ text: /AADSTS(90002|900023)\b|Invalid tenant id provided/ }],
    cause: "There is no such tenant in this cloud: `tenant-id` is wrong, or `environment` is.",
    next: () => `Ask for both: ${az("account show", { query: "{tenant:tenantId, cloud:environmentName}" })}.`,
  },
  {
    code: "client-secret-wrong",
    with: ["entra"],
    texts: [
      "AADSTS7000215: Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '<client-id>'.",
    ],
    when: [{ text: /AADSTS7000215\b/ }],
    cause: "`client-secret` is not a secret of this application; it takes the secret's value, not its ID.",
    next: ({ signIn }) => newSecret(clientOf(signIn)),
  },
  {
    code: "client-secret-expired",
    with: ["entra"],
    texts: ["AADSTS7000222: The provided client secret keys for app '<client-id>' are expired."],
    when: [{ text: /AADSTS7000222\b/ }],
    cause: "The client secret has expired.",
    next: ({ signIn }) => newSecret(clientOf(signIn)),
  },
  {
    code: "resource-not-found",
    with: ["entra"],
    texts: [
      "AADSTS500011: The resource principal named https://ossrdbms-aad.database.windows.net was not found in the tenant named <tenant>.",
    ],
    when: [{ text: /AADSTS500011\b/ }],
    cause: "The tenant does not know Azure Database for PostgreSQL under the name it has in this cloud.",
    next: ({ cloud }) =>
      `Set \`environment\` to the tenant's cloud; this run asked in ${cloud?.name ?? "azurecloud"} for ${cloud?.postgresScope ?? "https://ossrdbms-aad.database.windows.net/.default"}.`,
  },
  {
    code: "conditional-access",
    with: ["entra"],
    texts: [
      "AADSTS530003: Your device is required to be managed to access this resource.",
      "AADSTS53003: Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.",
    ],
    when: [{ text: /AADSTS(530003|53003)\b/ }],
    cause:
      "A Conditional Access policy of the tenant refuses this sign-in; one that asks for a managed device is for people.",
    next: () =>
      "Sign in as an application (`auth-type: oidc`), or ask the tenant's administrators to leave it out of the policy.",
  },
  {
    code: "entra-busy",
    with: ["entra"],
    texts: ["AADSTS90033: A transient error has occurred. Please try again.", "HTTP status 503"],
    when: [
      { text: /AADSTS(90033|90024|50196)\b|^HTTP status (410|429|5\d\d)$/ },
      { code: /^(temporarily_unavailable|server_error|service_not_available)$/ },
    ],
    cause: "Entra is overloaded or out of order for a moment.",
    next: () => "Run the job again; https://azure.status.microsoft tells about outages.",
    retries: 2,
  },
  {
    code: "cli-missing",
    with: ["entra"],
    texts: [
      "Azure CLI could not be found. Please visit https://aka.ms/azure-cli for installation instructions and then, once installed, authenticate to your Azure account using 'az login'.",
    ],
    when: [{ text: /Azure CLI could not be found/ }],
    cause: "`auth-type: azure-cli` needs `az` on the PATH of the runner.",
    next: () => "Install it (https://aka.ms/azure-cli), or use `auth-type: oidc`, which needs nothing.",
  },
  {
    code: "cli-not-signed-in",
    with: ["entra"],
    texts: [
      "Please run 'az login' from a command prompt to authenticate before using this credential.",
      "ERROR: Please run 'az login' to setup account.",
    ],
    when: [{ text: /az login/ }],
    cause: "The Azure CLI is not signed in, or its sign-in has expired.",
    next: () =>
      "Put azure/login before this step, in the same job; or use `auth-type: oidc`, which needs no such step.",
  },
  {
    code: "managed-identity-unknown",
    with: ["entra"],
    texts: [
      "Identity not found",
      "Unable to load the proper Managed Identity.",
      "Multiple user assigned identities exist, please specify the clientId / resourceId of the identity in the token request",
    ],
    when: [
      {
        text: /Identity not found|Unable to load the proper Managed Identity|Multiple user assigned identities/i,
      },
    ],
    cause:
      "The machine of this runner does not have the identity that was asked for: `client-id` names another one, none is assigned, or there are several and `client-id` does not choose.",
    next: () =>
      `List what it has: ${az("vm identity show", { "resource-group": "<resource-group>", name: "<vm>" })}. GitHub's own runners have none: use \`auth-type: oidc\` there.`,
  },
  {
    code: "managed-identity-unavailable",
    with: ["entra"],
    texts: ["ManagedIdentityCredential: Network unreachable. Message: network_error: Network request failed"],
    when: [{ text: /ManagedIdentityCredential: (Network unreachable|Authentication failed)|IMDS endpoint/ }],
    cause:
      "Nothing on this runner gives out tokens of a managed identity: it is no Azure machine, or has no identity.",
    next: () =>
      "Use a self-hosted runner on Azure with an identity, or `auth-type: oidc` on GitHub's runners.",
  },
];

/** What Entra compared, for the reader to compare it too: claims only. */
function whatGitHubSent({ assertion, cloud }: Context): string {
  const subject = claim(assertion, "sub");
  const sent = `GitHub sent issuer ${issuerOf(assertion)}, subject ${subject ?? "<subject>"}, audience ${claim(assertion, "aud") ?? audienceOf(cloud)}.`;
  if (subject === undefined) return sent;
  if (IMMUTABLE.test(subject)) {
    return `${sent} This is the immutable form of repositories created, renamed or moved since 2026-07-15: a credential for repo:${subject.replace(IMMUTABLE, "$1/$2")} no longer fits.`;
  }
  const [owner, repository] = [claim(assertion, "repository_owner_id"), claim(assertion, "repository_id")];
  if (owner === undefined || repository === undefined) return sent;
  const immutable = subject.replace(/^repo:([^/]+)\/([^:]+)/, `repo:$1@${owner}/$2@${repository}`);
  return `${sent} A credential for the immutable form, ${immutable}, fits only after the repository was switched to it.`;
}

/** https://github.blog/changelog/2026-04-23-immutable-subject-claims-for-github-actions-oidc-tokens */
const IMMUTABLE = /^repo:([^@/]+)@\d+\/([^@:]+)@\d+/;

function createCredential({ assertion, cloud, signIn }: Context): string {
  const subject = claim(assertion, "sub") ?? "<subject>";
  const parameters = JSON.stringify({
    // At most 120 characters, fit for a URL: https://learn.microsoft.com/graph/api/resources/federatedidentitycredential
    name: subject
      .replace(/[^a-z0-9]+/gi, "-")
      .replace(/^-|-$/g, "")
      .slice(0, 120),
    issuer: issuerOf(assertion),
    subject,
    audiences: [claim(assertion, "aud") ?? audienceOf(cloud)],
  });
  const create = az("ad app federated-credential create", { id: clientOf(signIn), parameters });
  return `To let this job in: ${create} (for a user-assigned managed identity, the same values with ${code("az identity federated-credential create")}).`;
}

function newSecret(client: string): string {
  const reset = az("ad app credential reset --append", { id: client, query: "password" });
  return `Make a new one with ${reset} and put it in the repository's secret, or do without secrets: \`auth-type: oidc\`.`;
}

function issuerOf(assertion: Context["assertion"]): string {
  return claim(assertion, "iss") ?? "https://token.actions.githubusercontent.com";
}

function audienceOf(cloud: Context["cloud"]): string {
  return cloud?.oidcAudience ?? "api://AzureADTokenExchange";
}

function clientOf(signIn: Context["signIn"]): string {
  return signIn !== undefined && "clientId" in signIn && signIn.clientId ? signIn.clientId : "<client-id>";
}
