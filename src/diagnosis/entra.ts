import { type Command, run, type Steps } from "../model/failure.ts";
import { code, EMPTY, type Sentence, sentence } from "../model/sentence.ts";
import { claim } from "./claims.ts";
import { az, GET_TOKEN, SHOW_TENANT, shell } from "./commands.ts";
import { PRODUCTS, PROXY } from "./proxy.ts";
import { type Answer, type Context, rulesFor } from "./rules.ts";
import { allowInProxy, bypassProxy, CHECK_CLOCK, LOOK_UP_TENANT, SELECT_CLOUD, WITHOUT_CLI } from "./steps.ts";
import type { Symptom } from "./symptoms.ts";

/** Azure OSSRDBMS Database, the resource that PostgreSQL's tokens are for, in the public cloud. */
const OSSRDBMS = "123cd850-d9df-40bd-94d5-c9f07b7fa203";

const OWN_CLI_FILES = run('echo "AZURE_CONFIG_DIR=$RUNNER_TEMP/azure" >> "$GITHUB_ENV"');

/** Words of an answer that no identity endpoint gives to this action's requests. */
const PROXY_PAGE = `4\\d\\d with an HTML page|5\\d\\d with .*${PRODUCTS}`;
const BEHIND_PROXY = new RegExp(`HTTP status (50[24] (?!.*dial tcp)|${PROXY_PAGE})|Required metadata header`, "i");

/** Words of an answer that ask for another attempt, and answers that no other attempt changes. */
const AGAIN = /\b(try|retry)\b|temporar|throttl/i;
const FINAL = new RegExp(`^(?!.*(AADSTS|${AGAIN.source}))`, "i");

/** Only the metadata service of a machine answers 404 while it is being updated: https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token#error-handling */
const NOT_IMDS = /^(?!.*169\.254\.169\.254)/;

const APP = { "resource-group": "<resource-group>", name: "<app>" };
const MACHINE = { ...APP, name: "<vm>" };
const IDENTITY = { ...MACHINE, identities: "<identity-id>" };

const LIST_OF_APP: Steps = [
  "List the identities of the container app, or of the App Service app. To assign one, write `assign` instead of `show`:",
  run(az("containerapp identity show", APP), az("webapp identity show", APP)),
];

const BYPASS_FOR_IDENTITY = bypassProxy({ host: "169.254.169.254" });

/**
 * What can go wrong when Entra, the machine's identity endpoint or the Azure CLI is asked for a token. Numbers:
 * https://learn.microsoft.com/entra/identity-platform/reference-error-codes
 * Microsoft may change the texts, so only the numbers are matched where there is one.
 */
const IN_PARTICULAR = rulesFor("entra", {
  "managed-identity-gone": [
    { signIn: "managed-identity", text: /AADSTS(7000(?!112\b)\d+|5001[23]|90002)\b/ },
    "The host still has the identity, but Entra does not accept it: it was deleted, its subscription has moved to another tenant, or the certificate that the host holds for it has expired.",
    "Remove the identity from the machine, and assign it (or a new one) again; `[system]` is the machine's own. An app has the same commands:",
    run(az("vm identity remove", IDENTITY), az("vm identity assign", IDENTITY)),
    "A new identity has a new object ID. Bind its PostgreSQL role to the new ID: `rebind: true` in the action `principal/`.",
  ],
  "federated-credential": [
    "AADSTS70021 AADSTS70025 AADSTS700211 AADSTS700212 AADSTS700213 AADSTS7002131 AADSTS7002138 AADSTS70021*",
    unfederated,
    federate,
    { retries: 1 }, // a credential created a moment ago is not everywhere yet
  ],
  "federation-not-allowed": [
    "AADSTS700223 AADSTS700236 AADSTS700238 AADSTS7002381",
    "A policy of the tenant forbids workload identity federation with this issuer, application or GitHub enterprise.",
    (context, symptom) =>
      sentence`Ask the tenant's administrators to allow the issuer ${code(issuerOf(context, symptom))} for this application.`,
    "If the message names enterprises, ask them to add yours, or run the workflow in a repository of an organization that belongs to one of them.",
    "Or sign in with `client-secret`, or `auth-type: managed-identity` on a self-hosted runner in Azure.",
  ],
  "cross-cloud": [
    "AADSTS90038 AADSTS90043 AADSTS90051 AADSTS700030 AADSTS900382 AADSTS900432 AADSTS900439 AADSTS1000104",
    ({ cloud }) => sentence`The tenant is not in ${code(cloud?.name ?? "azurecloud")}, where this run signed in.`,
    ...SELECT_CLOUD,
  ],
  "assertion-invalid": [
    [
      "AADSTS50006 AADSTS50013 AADSTS50027 AADSTS50048 AADSTS50099 AADSTS50120 AADSTS240002 AADSTS500131 AADSTS700021 AADSTS700023 AADSTS700027 AADSTS700222 AADSTS700226 AADSTS700229 AADSTS700231 AADSTS900384 AADSTS1000502 AADSTS5000811 AADSTS5002727 AADSTS7000214 AADSTS7000274 AADSTS7000277 AADSTS70022* AADSTS70023*",
      /AADSTS50027\b|AADSTS50012: Client assertion\b/, // another number follows, or the number is also a secret's
    ],
    assertionInvalid,
  ],
  "assertion-expired": [
    "AADSTS700024 AADSTS500133",
    (context, symptom) =>
      context.signIn?.type === "azure-cli"
        ? [
            "azure/login signed in with GitHub's ID token, which is valid for five minutes. The Azure CLI cannot renew it.",
            "Use `auth-type: oidc`, which asks for a new ID token when it needs one.",
            "Or run azure/login right before this step.",
          ]
        : isOfKubernetes(context, symptom)
          ? KUBERNETES_TOKEN
          : [
              "Entra received GitHub's ID token more than five minutes after GitHub issued it: the runner was suspended, or a proxy held the request.",
              "Run the job again.",
              "If the error persists on GitHub Enterprise Server, compare the times in the message, and correct the clock of that server.",
            ],
    { retries: 1 },
  ],
  "issuer-unreadable": [
    "AADSTS50166 AADSTS501661 AADSTS90061 AADSTS7000272",
    "Entra could not read the keys of the ID token's issuer, or they do not include the one (`kid`) that signed the token. For github.com, and after a rotation of the keys, this is temporary. An issuer of your own (GitHub Enterprise Server, a cluster) must be reachable from the internet.",
    (context, symptom) => (issuerOf(context, symptom).startsWith(GITHUB_ISSUER) ? ["Run the job again."] : []),
    "If the error persists, check that the issuer's configuration, and the keys at its `jwks_uri`, can be read from the internet:",
    (context, symptom) => run(`curl --fail ${shell(`${issuerOf(context, symptom)}/.well-known/openid-configuration`)}`),
    { retries: 3 },
  ],
  "application-not-found": [
    [
      "AADSTS700016 AADSTS70001 AADSTS700011 AADSTS90112 AADSTS9002331 AADSTS9002346 AADSTS700038",
      /AADSTS70002:.*client does not exist/,
    ],
    "`client-id` and `tenant-id` do not belong together: one is wrong or a placeholder, they are swapped, or the application is in another cloud (`environment`), or only for personal accounts.",
    "Set `client-id` to the ID of the application or the managed identity. See what has this ID:",
    ({ signIn }, { text }) => showPrincipal(clientOf(signIn, text)),
    ...LOOK_UP_TENANT,
  ],
  "service-principal-missing": [
    "AADSTS7000229 AADSTS1001010",
    "The application is registered, but has no service principal (enterprise application) in this tenant.",
    "If `tenant-id` is right, create the service principal, as an owner of the application:",
    ({ signIn }, { text }) => az("ad sp create", { id: clientOf(signIn, text) }),
  ],
  "application-disabled": [
    "AADSTS1000031 AADSTS7000112 AADSTS7000113",
    "Sign-in is disabled for this application.",
    asApplication,
    "Enable sign-in, as an administrator of the tenant:",
    ({ signIn }, { text }) => az("ad sp update", { id: clientOf(signIn, text), set: "accountEnabled=true" }),
  ],
  "application-not-assigned": [
    "AADSTS50105 AADSTS501051",
    "The tenant lets only assigned principals use the resource, and this one is not assigned.",
    asApplication,
    ({ signIn }) =>
      isApplication(signIn)
        ? "As an administrator of the tenant, assign an app role of the resource to this principal, which the portal cannot: https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-assign-app-role-managed-identity"
        : "Or assign the account, in the Entra admin center: the enterprise application that the message names, `Users and groups`.",
  ],
  "tenant-not-found": [
    [
      "AADSTS50029 AADSTS50049 AADSTS50059 AADSTS50107 AADSTS50128 AADSTS50194 AADSTS90002 AADSTS90019 AADSTS90100 AADSTS90124 AADSTS90130 AADSTS900021 AADSTS900023 AADSTS9001023 AADSTS9002332 AADSTS90010 AADSTS90002*",
      /^(?!.*(OIDC Discovery|JSONDecodeError|Max retries|Proxy|SOCKS|Failed to parse)).*(Invalid tenant id provided|Unable to get authority configuration)/i,
    ],
    "This cloud has no tenant with this ID or name: `tenant-id` or `environment` is wrong.",
    ...LOOK_UP_TENANT,
  ],
  "tenant-restricted": [
    "AADSTS50002 AADSTS500021 AADSTS500022 AADSTS5000211 AADSTS500212 AADSTS500213 AADSTS1000108",
    "A proxy in the runner's network, or a policy of the identity's own tenant, allows sign-in only to certain tenants, and this tenant is not one of them.",
    "Ask the administrators of the proxy to allow the tenant in the header that it sends (`Restrict-Access-To-Tenants`), or to correct the policy ID in it (`sec-Restrict-Tenant-Access-Policy`). If there is no such proxy, the cross-tenant access settings of the two tenants have the policy.",
    "Or use a runner outside this network, such as one of GitHub's own.",
  ],
  "tenant-blocked": [
    "AADSTS5000224 AADSTS5000225",
    "Microsoft has blocked or deleted the tenant, usually because nobody used it for months. Nothing can sign in to it.",
    "If it is the wrong tenant, sign in to the right one (`tenant-id`):",
    SHOW_TENANT,
    "Otherwise ask the tenant's administrator to have Microsoft reactivate it, within 20 days: https://aka.ms/TenantLifecycle",
  ],
  "authority-unknown": [
    "AADSTS100007 AADSTS100032 authority_mismatch authority_uri_insecure invalid_authority_metadata invalid_cloud_discovery_metadata issuer_validation_failed untrusted_authority",
    "The request went to a server that is not an authority of Entra, or to a regional endpoint, which serves only Microsoft's own applications: a variable selects it, or something in between changes the answers.",
    "Remove `AZURE_AUTHORITY_HOST`, `AZURE_REGIONAL_AUTHORITY_NAME` and `MSAL_FORCE_REGION` from the job's environment and the `.env` file of a self-hosted runner, or set the authority of the cloud:",
    ({ cloud }) => run(`AZURE_AUTHORITY_HOST=${shell(cloud?.authority ?? "https://login.microsoftonline.com")}`),
    allowInProxy,
  ],
  "application-public": [
    "AADSTS700025",
    "The application is registered as a public client, which cannot authenticate with a token or a secret.",
    "Make the application a confidential client, as its owner:",
    ({ signIn }, { text }) => az("ad app update", { id: clientOf(signIn, text), "is-fallback-public-client": "false" }),
  ],
  "consent-missing": [
    "AADSTS65001 AADSTS65002 AADSTS65004 AADSTS65005 AADSTS90008 AADSTS90093 AADSTS90094 AADSTS90095 AADSTS90099 AADSTS650051 AADSTS650056",
    "This application does not have consent to use Azure Database for PostgreSQL.",
    ({ cloud, signIn }) =>
      isApplication(signIn)
        ? [
            "Give consent, as an administrator of the tenant:",
            az("ad app permission admin-consent", { id: clientOf(signIn) }),
          ]
        : [
            "Use `auth-type: oidc`, which needs no consent.",
            "Or give consent by signing in once, unless the message asks for preauthorization, which only Microsoft can give:",
            az("login", { scope: scopeOf(cloud) }),
          ],
  ],
  "client-secret-wrong": [
    [
      "AADSTS50012 AADSTS7000014 AADSTS7000215 AADSTS7000216 AADSTS7000218 AADSTS7000222",
      { codes: "AADSTS70002", text: /secret|assertion|credential/ },
    ],
    (context, symptom) =>
      context.signIn?.type === "oidc"
        ? assertionInvalid(context, symptom)
        : [
            symptom.text.includes("AADSTS7000222")
              ? "The client secret has expired."
              : `${context.signIn?.type === "azure-cli" ? "The secret with which azure/login signed in" : "`client-secret`"} is not a secret of this application. Use the secret's value, not its ID.`,
            "As an owner of the application, create a new secret, and store its value as the secret that the workflow uses:",
            az("ad app credential reset --append", { id: clientOf(context.signIn), query: "password", output: "tsv" }),
            "Or use `auth-type: oidc`, which needs no secret.",
          ],
  ],
  "resource-not-found": [
    "AADSTS28002 AADSTS28003 AADSTS50001 AADSTS70011 AADSTS500011 AADSTS650052 AADSTS650053 AADSTS650054 AADSTS650057 AADSTS901002 AADSTS1002012 AADSTS7000118 invalid_resource",
    ({ cloud }, { text }) =>
      sentence`The tenant does not know, or may not use, the service with this name in ${code(cloud?.name ?? "azurecloud")}: ${code(text.match(/named '?(https:[\w/.-]+\w)/)?.[1] ?? scopeOf(cloud))}. Perhaps the sign-in is to another tenant or cloud than the server's.`,
    "Check `tenant-id` and `environment`:",
    SHOW_TENANT,
    (_context, { text }) =>
      text.includes("management.")
        ? []
        : [
            "If both are right, create the service principal of Azure Database for PostgreSQL, as an administrator of the tenant:",
            az("ad sp create", { id: OSSRDBMS }),
          ],
  ],
  "resource-disabled": [
    "AADSTS500014",
    "The service principal of Azure Database for PostgreSQL is disabled in this tenant, or the tenant has no active subscription.",
    "Enable the service principal that the message names, as an administrator of the tenant:",
    az("ad sp update", { id: OSSRDBMS, set: "accountEnabled=true" }),
  ],
  "conditional-access": [
    {
      codes:
        "AADSTS50005 AADSTS50097 AADSTS50131 AADSTS53000 AADSTS53001 AADSTS53002 AADSTS53003 AADSTS53004 AADSTS53010 AADSTS530003 AADSTS530004 AADSTS530031 AADSTS530032 AADSTS530035 AADSTS530084 AADSTS530*",
      text: /^(?!.*\brisk\b)/,
    },
    ({ signIn }, { text }) =>
      isApplication(signIn, text)
        ? "A Conditional Access policy for workload identities blocks this application, usually because of the runner's address."
        : "A Conditional Access policy or the tenant's security defaults block the sign-in. A policy that requires a managed device is meant for people.",
    asApplication,
    "Run the job where the policy allows it: a self-hosted runner, or a larger runner with a static IP address.",
    "Ask the tenant's administrators which policy blocked it (Entra admin center, `Sign-in logs`), and ask them to exclude this identity.",
  ],
  "account-blocked": [
    "AADSTS50053 AADSTS50057 AADSTS53011 AADSTS500531 AADSTS500532 AADSTS500571 AADSTS530034",
    "Entra blocks the account: it sees a risk in it, such as too many wrong passwords or sign-ins from a suspicious address, or an administrator disabled it. Another sign-in does not help, and can make a lock longer.",
    asApplication,
    "If the message names a risk, ask the administrators of the account's own tenant to dismiss it: Entra admin center, `Risky users`.",
    "If the account is locked, wait a minute or longer. If it is disabled, ask the tenant's administrators to enable it. If the address is blocked, use another runner.",
  ],
  "managed-identity-arc": [
    [
      "unable_to_read_secret_file invalid_secret invalid_file_path invalid_file_extension platform_not_supported www_authenticate_*",
      /unable_to_read_secret_file|AzureConnectedMachineAgent|azcmagent|ECONNREFUSED .*:40342\b|WWW-Authenticate header/,
    ],
    (_context, { text }) =>
      /ECONNREFUSED|WWW-Authenticate/.test(text)
        ? [
            "The agent of Azure Arc, which issues the machine's tokens, does not run, or not as it should.",
            "Start the agent (on Windows, the service `himds`), then run the job again:",
            run("sudo systemctl restart himdsd"),
          ]
        : [
            "Azure Arc identifies the machine by a file that the runner's user cannot read.",
            "On Linux, add the runner's user to the group of the agent, then restart the runner's service:",
            run("sudo usermod --append --groups himds <runner-user>"),
            "On Windows, add the user to the local group `Hybrid agent extension applications`.",
          ],
  ],
  "managed-identity-aks": [
    /(ENOENT|EACCES|EISDIR): .*, (open|read)|failed to read service account token|failed to create confidential c|client_id parameter is required|AzureAssignedIdentity|identities for pod|no azure identity found/,
    "In AKS, the runner's pod has no identity: Azure Workload Identity has no token of the pod's service account, pod identity has no binding for the pod, or it needs to know the identity.",
    "See which labels and which service account the pod has:",
    run("kubectl get pod <pod> --output yaml"),
    'Add the label `azure.workload.identity/use: "true"` if it is missing, and set `client-id` to the client ID of the identity that the service account is for.',
    "With pod identity, the label is `aadpodidbinding`, with the selector of an `AzureIdentityBinding`.",
    { retries: 1 }, // a new pod gets its identity a moment later
  ],
  "managed-identity-other-cloud": [
    { signIn: "managed-identity", text: /\bEC2ws\b|Metadata-Flavor|Metadata Server for VM/ },
    "The runner is a machine in another cloud, such as AWS or Google Cloud: its metadata service answered, which issues no tokens for a managed identity of Azure.",
    "Use `auth-type: oidc`, which works in each cloud.",
  ],
  "managed-identity-request": [
    [
      /parameter is required|should not be null or empty|api.version ('|is invalid)|Unknown Source|audience parameter not specified|connect to MSI.*\b405\b/i,
      { signIn: "managed-identity", status: [402, 405, 406, 409, 411, 415, 421, 422, 423, 426], text: FINAL },
    ],
    "The identity endpoint does not understand the request: a variable leads to an endpoint of a different kind or version, a proxy changed the request, or the Azure CLI is older than 2.67. In a container app, `auth-type: managed-identity` knows the endpoint.",
    "Use `auth-type: oidc`, which does not need this endpoint.",
    "Or see which variables the job has:",
    run("env | cut -d= -f1 | grep -iE 'identity|imds|msi_|proxy'"),
    "Remove those that the workflow or the runner's `.env` file sets (`IDENTITY_ENDPOINT`, `MSI_ENDPOINT`, `AZURE_POD_IDENTITY_AUTHORITY_HOST`), then restart the runner.",
    ...BYPASS_FOR_IDENTITY,
  ],
  "managed-identity-not-listening": [
    [
      { signIn: "managed-identity", codes: "ECONNREFUSED", text: NOT_IMDS },
      { codes: "ECONNREFUSED", text: /MSI(?!.*169\.254\.169\.254)/ },
    ],
    "Nothing listens at the identity endpoint that a variable of the job (`IDENTITY_ENDPOINT`, `MSI_ENDPOINT`) names: the app has no identity, the variable is that of another container, or the endpoint is still starting.",
    ...LIST_OF_APP,
    "Give the job these variables, and `IDENTITY_HEADER`, as its own container has them now. Restart the app after a change of its identities.",
    "If the runner is not in an app, remove the variables from the job's environment.",
    { retries: 2 },
  ],
  "managed-identity-unavailable": [
    [
      /Required metadata header not specified|Secret is not found in the request|requests\/\w+\.py\):.*JSONDecodeError/,
      "azure_pod_identity_authority_host_url_malformed identity_endpoint_url_malformed imds_endpoint_url_malformed msi_endpoint_url_malformed",
      { signIn: "managed-identity", text: BEHIND_PROXY },
      { signIn: "managed-identity", status: [401] },
      /ManagedIdentityCredential.*(Network unreachable|unavailable)|IMDS endpoint|MSI endpoint is not responding|unreachable (network|host)|No Managed Identity endpoint/i,
      /169\.254\.169\.254.*(Max retries|Failed to establish|timed out)/,
      /Failed to connect to MSI(?!.*\b(40[03]|410|429|5\d\d|Bad Request)\b)/,
      {
        signIn: "managed-identity",
        codes: "ECONNREFUSED EHOSTUNREACH EHOSTDOWN ENETUNREACH ETIMEDOUT ENOTFOUND EACCES EPERM",
      },
    ],
    reachIdentity,
  ],
  "managed-identity-only-one": [
    [
      /Specifying a .{1,60} is not supported|Identities can only be system assigned|supports only system-assigned/,
      "user_assigned_managed_identity_not_confirmed user_assigned_not_available_at_runtime unable_to_create_azure_arc unable_to_create_cloud_shell",
    ],
    "On Azure Arc, Cloud Shell and Service Fabric, `client-id` cannot choose an identity: these hosts have one of their own.",
    "Remove `client-id`.",
    "If the runner is not on such a host, remove `MSI_ENDPOINT`, `IDENTITY_ENDPOINT` and `IMDS_ENDPOINT` from the job's environment.",
  ],
  "cloud-shell": [
    /not a supported MSI token audience/,
    "Cloud Shell issues tokens for a list of services only, and PostgreSQL is not one of them.",
    "Sign in, and use `auth-type: azure-cli`:",
    run("az login"),
  ],
  "managed-identity-unknown": [
    [
      /Identity not found|(managed|assigned|requested) identity.{0,30}(not found|not (been )?assigned|does not exist|n.t (been )?assigned)|Identity ?Not ?(Found|Defined|Exist)|DefaultIdentity|Unable to load (the proper|requested) Managed Identity|Multiple user assigned identities|No MSI found|No (User|System) Assigned (or Delegated )?Managed Identity found/i,
      { signIn: "managed-identity", status: [404], host: NOT_IMDS, text: FINAL },
      /HTTP status 404.*(identit.{0,60}\b(not|no|null|missing)\b|\bno\b.{0,40}identit)/i,
      /Failed to connect to MSI.*\b(40[03]|Bad Request)\b|400 Client Error.*localhost:50342|Traceback \(msrestazure\/.*HTTPError/,
      "unable_to_create_source",
    ],
    "The runner does not have the requested identity: `client-id` is wrong, none is assigned, or there is no default identity, or several, and `client-id` does not choose one.",
    ({ signIn }) =>
      `${isApplication(signIn) ? "Set" : "Use `auth-type: managed-identity`, and set"} \`client-id\` to the client ID (not the object ID) of the user-assigned identity; omit it for the system-assigned identity.`,
    listIdentities,
    'A pod in AKS needs the label `azure.workload.identity/use: "true"`. GitHub-hosted runners have no identity: use `auth-type: oidc` there.',
  ],
  "managed-identity-ml": [
    /SSO failure/,
    "This compute of Azure Machine Learning has no managed identity, or its single sign-on, which lends it the identity of its user, is off or has run out.",
    "Use `auth-type: oidc`, which does not need an identity of the compute.",
    "Or assign a managed identity to the compute in Azure Machine Learning studio, or turn on its single sign-on, then restart it. See which identity it has:",
    az("ml compute show", { ...APP, name: "<compute>", "workspace-name": "<workspace>", query: "identity" }),
  ],
  "managed-identity-refused": [
    { signIn: "managed-identity", status: [400, 403], text: FINAL },
    "The identity endpoint refused the request, for the reason in its message. If the message has none, the runner most likely does not have the identity with this `client-id`, or has several and `client-id` chooses none.",
    "Use `auth-type: oidc`, which does not need this endpoint. Or check that `client-id` is a client ID (not an object ID) of one of the runner's identities.",
    listIdentities,
  ],
  "managed-identity-busy": [
    [
      { signIn: "managed-identity", status: [404, 408, 410, 429, "5xx"] },
      { signIn: "managed-identity", status: ["4xx"], text: AGAIN },
      { signIn: "managed-identity", codes: "unknown_error ECONNRESET EPIPE" },
      { signIn: "managed-identity", text: /socket hang up/ },
      /MSI: Failed to retrieve.*(Max retries|refused|timed out|Too many)|Failed to connect to MSI.*\b(410|429|5\d\d)\b|while fetching the AAD Token/,
    ],
    "The identity endpoint of the machine or the app is starting, being updated or overloaded.",
    "Run the job again.",
    "If the error persists, check that `client-id` is a client ID and not an object ID. Then restart the machine or the app, or create its identity again.",
    { retries: 3 },
  ],
});

const IN_GENERAL = rulesFor("entra", {
  "entra-busy": [
    [
      "AADSTS40010 AADSTS50000 AADSTS50033 AADSTS50087 AADSTS50196 AADSTS70012 AADSTS90006 AADSTS90012 AADSTS90024 AADSTS90025 AADSTS90033 AADSTS90055 AADSTS90090 AADSTS90091 AADSTS230109 AADSTS500031 AADSTS501621 temporarily_unavailable service_not_available server_error",
      /Too ?Many ?Requests|being throttled|Our services aren.t available/,
      {
        signIn: "azure-cli",
        text: /Service Unavailable|Bad Gateway|Gateway Time-?out|Internal Server Error|http error: (429|5\d\d)/i,
      },
      { status: [408, 410, 429, 500, 502, 503, 504] },
    ],
    "Entra, or a gateway on the way to it, is overloaded or has an outage.",
    "Run the job again.",
    "Look for an outage: https://azure.status.microsoft",
    bypassProxy,
    { retries: 3 },
  ],
  "clock-wrong": [
    /Make sure your computer's time|MUST be before the time represented by the exp|ID token (already expires|is not yet valid)/,
    "The runner's clock is wrong: by this clock, the token had expired when it arrived.",
    ...CHECK_CLOCK,
    "Set the clock, then run the job again.",
  ],
  "cli-missing": [
    /["']az["'](?! command group)|\baz: ([a-z]+ )?(not found|nicht gefunden|introuvable|no encontrad)|Exec format error/i,
    "`auth-type: azure-cli` needs `az` on the runner's PATH, built for the runner's processor.",
    "Use `auth-type: oidc`, which does not need the Azure CLI.",
    "Or install the Azure CLI on the runner: https://aka.ms/azure-cli",
  ],
  "cli-resources": [
    /No space left|quota exceeded|File too large|Cannot allocate memory|MemoryError|not enough (memory|quota)|out of memory|\bKilled\b|\(SIG(KILL|XFSZ)\)|\(1(37|53)\)|start new thread/i,
    "The runner has too little disk space or memory left for the Azure CLI, or may start no more processes.",
    "See what the runner has too little of, and free some of it, or use a larger runner:",
    run("df -h", "free -h", "ulimit -a"),
    WITHOUT_CLI,
  ],
  "cli-cloud": [
    /ARM_CLOUD_METADATA_URL|for this cloud is not set|is not whitelisted|should consist of an https url/,
    "The Azure CLI is set to a cloud that does not exist, or whose endpoints are wrong or missing.",
    "Remove `ARM_CLOUD_METADATA_URL` from the job's environment. Before azure/login, give the job settings of its own, in a step with `shell: bash`:",
    OWN_CLI_FILES,
    WITHOUT_CLI,
  ],
  "cli-encryption": [
    {
      signIn: "azure-cli",
      // How MSAL's extensions word a failure of DPAPI, libsecret or Keychain.
      text: /Persistence(En|De)cryption|(Errno|WinError) -2146|WinError \d+\] : ''|Decryption failed|Key not valid|libsecret|gir1\.2-secret|module 'gi'|Keychain|freedesktop\.secrets|D-Bus|keyring|CredWrite|msal_extensions\/(windows|osx|libsecret)/,
    },
    "The Azure CLI cannot encrypt or decrypt its tokens: the system (DPAPI, libsecret, Keychain) gives this session no key, or another user or another machine wrote them.",
    "Before azure/login, turn the encryption off and give the job a directory of its own, in a step with `shell: bash`:",
    run('echo "AZURE_CORE_ENCRYPT_TOKEN_CACHE=false" >> "$GITHUB_ENV"', OWN_CLI_FILES),
    WITHOUT_CLI,
  ],
  "cli-files": [
    {
      signIn: "azure-cli",
      // How Python words a file that it cannot read, parse or lock.
      text: /^(?!.*(\.(pem|crt|cer|pfx|p12)'|Traceback \(msal\/(oauth2cli|authority)|authority configuration)).*(\[(Errno|WinError) -?\d+\] [^:'"[\]]*: ?['"]|(?<!connection: )\[Errno (2|5|9|11|13|16|17|20|21|26|30|35|36|37|40|116)\]|\[WinError (5|32|33)\]|(?<!Error)\((1|5|11|13|30|32|33|35|37), ['"]|LockException|AlreadyLocked|another process|Persistence\w*(Error|NotFound):|Fail(ed)? to load or parse file \S*azureProfile|cloud '.*' is not registered\.(?! Resetting)|JSONDecodeError|(?<!JSON is invalid: )Expecting (value|property|',|':)|Extra data: line|Unterminated string|Ran out of input|invalid load key|codec can't decode|Failed to (load token files|(parse|decode) (file )?['A-Z/\\])|configparser|Duplicate(Option|Section)Error|MissingSectionHeader|While reading from|multiple accounts with the same|Traceback \((azure\/cli\/core\/(_profile|auth\/\w+)|msal(_extensions)?\/(token_cache|persistence|cache_lock))\.py\): (Key(?!Error: 'access_token')|Attribute|Type|Index|Value)Error)/,
    },
    "The Azure CLI cannot use its own files: they belong to another user, are damaged, or another job is using them.",
    "Before azure/login, give the job a directory of its own for these files, in a step with `shell: bash`:",
    OWN_CLI_FILES,
    WITHOUT_CLI,
    { retries: 1 }, // another job may have held the files
  ],
  "cli-broker": [
    { signIn: "azure-cli", text: /Response_Status|BrokerPlugin|accounts control|pymsalruntime|broker/i },
    "On Windows, the Azure CLI signs a user in through the account broker (WAM), which needs a person at the screen, or is not installed.",
    "Use `auth-type: oidc`, which signs in without a user.",
    "Or turn the broker off before azure/login:",
    az("config set core.enable_broker_on_windows=false"),
  ],
  "cli-not-signed-in": [
    [
      /az login|az account set|active accounts|multiple subscriptions|Invalid certificate|\.(pem|crt|cer|pfx|p12)'|token from local cache|load_certificate|WsTrust|\bMSIS\d|MSAL (token )?cache|No subscriptions? found|InteractionRequired|subscription (of )?'.*' (doesn't exist|not found)/i,
      {
        signIn: "azure-cli",
        codes:
          "AADSTS16000 AADSTS16001 AADSTS16002 AADSTS16003 AADSTS17003 AADSTS20001 AADSTS20012 AADSTS20033 AADSTS40008 AADSTS40009 AADSTS40015 AADSTS50014 AADSTS50015 AADSTS50017 AADSTS50020 AADSTS50032 AADSTS50034 AADSTS50055 AADSTS50056 AADSTS50058 AADSTS50061 AADSTS50064 AADSTS50070 AADSTS50071 AADSTS50072 AADSTS50074 AADSTS50076 AADSTS50078 AADSTS50079 AADSTS50085 AADSTS50086 AADSTS50088 AADSTS50089 AADSTS50125 AADSTS50126 AADSTS50127 AADSTS50129 AADSTS50132 AADSTS50133 AADSTS50134 AADSTS50135 AADSTS50136 AADSTS50139 AADSTS50140 AADSTS50143 AADSTS50144 AADSTS50155 AADSTS50158 AADSTS50161 AADSTS50168 AADSTS50170 AADSTS50173 AADSTS50177 AADSTS50178 AADSTS50180 AADSTS50187 AADSTS50197 AADSTS50199 AADSTS51001 AADSTS51004 AADSTS51006 AADSTS54000 AADSTS54005 AADSTS70000 AADSTS70008 AADSTS70016 AADSTS70019 AADSTS70043 AADSTS70044 AADSTS90072 AADSTS90081 AADSTS90082 AADSTS90084 AADSTS90085 AADSTS90086 AADSTS90087 AADSTS90101 AADSTS90119 AADSTS90120 AADSTS90123 AADSTS90125 AADSTS90126 AADSTS135010 AADSTS135011 AADSTS160021 AADSTS500121 AADSTS500207 AADSTS500208 AADSTS700003 AADSTS700005 AADSTS700020 AADSTS700082 AADSTS700084 AADSTS9002341 AADSTS12* AADSTS13* AADSTS14* AADSTS160* AADSTS165* AADSTS20* AADSTS24* AADSTS40* AADSTS501* AADSTS5002* AADSTS5003* AADSTS5005* AADSTS5007* AADSTS5008* AADSTS54* AADSTS70008* AADSTS75* AADSTS76* AADSTS80* AADSTS81* AADSTS9008*",
      },
    ],
    (_context, { text }) =>
      /AADSTS(50020|5003[34]|5017[78]|51004|50020\d|90072|9008[125-7]|16000)\b/.test(text)
        ? "The account that is signed in to the Azure CLI is not one of this tenant, or cannot be used in it: the tenant is another one, the account is a personal one, or nobody invited it."
        : /AADSTS(50078|50085|50089|5013[23]|50140|50173|54005|70000|70008\d?|7004[34]|70008[24])\b/.test(text)
          ? "The sign-in of the account in the Azure CLI has expired or was revoked, for example by a new password."
          : /AADSTS\d/.test(text)
            ? "Entra does not accept the account that is signed in to the Azure CLI: it needs a person (multi-factor authentication, a new password, a registered device) or an administrator, because it is blocked or disabled."
            : /WsTrust|\bMSIS\d/.test(text)
              ? "Active Directory Federation Services (AD FS), which checks the account's password, refused the account that the Azure CLI signed in with: the password is wrong or has expired, or the sign-in needs a person."
              : /certificate|\.(pem|crt|cer|pfx|p12)'/.test(text)
                ? "The certificate with which the Azure CLI signed in is gone, or is not a valid PEM file."
                : /az account set|multiple subscriptions/i.test(text)
                  ? "The Azure CLI is signed in, but has no subscription selected, or several with this name."
                  : "The Azure CLI is not signed in, its sign-in has expired (after azure/login with OIDC, it lasts five minutes, AADSTS700024), or it needs a person, for example for multi-factor authentication.",
    "Use `auth-type: oidc`, which signs in on its own when necessary.",
    "Or run azure/login in the same job, right before this step, with `subscription-id` or `allow-no-subscriptions: true`. If a runner has several jobs at once, first give the job files of its own, in a step with `shell: bash`:",
    OWN_CLI_FILES,
  ],
  "cli-no-answer": [
    [{ signIn: "azure-cli", text: /no answer within|Unexpected end of JSON input|is not valid JSON|Unexpected token/ }],
    (_context, { text }) =>
      text.includes("no answer")
        ? "The Azure CLI did not answer in time and was stopped: it waits for the network, a proxy, a person or a file that another job uses, or the runner is slow."
        : "The Azure CLI printed something other than a token, or nothing.",
    "Run the same command in a step of the job, to see where it waits or what it prints:",
    GET_TOKEN,
    WITHOUT_CLI,
  ],
});

/** Those of the proxy stand between, because the page of a proxy can have the same status as an answer of Entra. */
export const ENTRA = [...IN_PARTICULAR, ...PROXY, ...IN_GENERAL];

/** What an account, or the Azure CLI's own application, may not do, another application may. */
function asApplication({ signIn }: Context): Steps {
  return isApplication(signIn) ? [] : ["Use `auth-type: oidc`, which signs in as an application of your own."];
}

/** https://learn.microsoft.com/azure/aks/workload-identity-overview */
const KUBERNETES_TOKEN: Answer = [
  "Entra does not accept the service account's token in the file `AZURE_FEDERATED_TOKEN_FILE`: the file is a copy or is no longer renewed, the token is valid for more than 24 hours, or it is not the token that Azure Workload Identity projects into the pod.",
  'Give the pod the label `azure.workload.identity/use: "true"`, do not set `AZURE_FEDERATED_TOKEN_FILE` to another file, and create the pod again. See what it has:',
  run("kubectl get pod <pod> --output yaml"),
  "The projected token must not have an `expirationSeconds` above 86400. Compare the times in the message with the clock of the node.",
];

function assertionInvalid(context: Context, symptom: Symptom): Answer {
  if (isOfKubernetes(context, symptom)) return KUBERNETES_TOKEN;
  if (context.signIn?.type === "azure-cli")
    return [
      "Entra does not accept the token or the certificate with which the Azure CLI signed in: it is missing, expired, revoked or changed, is not the application's, or is a token of Entra instead of GitHub's ID token.",
      "Use `auth-type: oidc`, which sends GitHub's ID token and needs no certificate.",
      "Or check the azure/login step: its `client-id`, and `id-token: write` on the job. A certificate must be one of the application's, and valid today.",
    ];
  return [
    "Entra did not receive the ID token that GitHub signed: it is missing, was changed on the way, or is a different token, such as one of Entra.",
    "On a self-hosted runner, check that `ACTIONS_ID_TOKEN_REQUEST_URL` leads to GitHub, and not to a proxy.",
    "Check `client-id`: the federated credential must be one of this application or managed identity.",
    "Run the job again.",
  ];
}

/** Steps that list the identities of the runner's host. */
function listIdentities({ inApp }: Context, { text }: Symptom): Steps {
  if (inApp || /Unable to load the proper/.test(text)) return LIST_OF_APP;
  return [
    "List the identities of the machine, or of its scale set (the nodes of AKS are one). To assign one, write `assign` instead of `show`:",
    run(az("vm identity show", MACHINE), az("vmss identity show", { ...APP, name: "<scale-set>" })),
  ];
}

/** App Service and Container Apps refuse a wrong header so; the metadata service of a machine asks for none. */
const WRONG_HEADER = /HTTP status 401|secret token header|Secret is not found/;

/** Why no endpoint issues tokens, and how the runner reaches one. */
function reachIdentity(_context: Context, { text }: Symptom): Answer {
  if (BEHIND_PROXY.test(text))
    return [
      "A proxy is between the runner and the endpoint that issues tokens for a managed identity, which does not work through a proxy.",
      ...BYPASS_FOR_IDENTITY,
      "If the runner is not in Azure, use `auth-type: oidc`.",
    ];
  if (WRONG_HEADER.test(text))
    return [
      "The app's identity endpoint does not accept the job's `IDENTITY_HEADER`: it is another app's, or older than the app's last restart.",
      "Give the job the variables `IDENTITY_ENDPOINT` and `IDENTITY_HEADER` as the app has them now. Restart the app.",
    ];
  return [
    "This runner has no endpoint that issues tokens for a managed identity: it is not a machine in Azure, has no identity, runs the job in a container that cannot reach the endpoint, or has a firewall that forbids it.",
    "Use `auth-type: oidc`, which works on every runner, GitHub's own included.",
    "In a container app or an App Service app, give the job the variables `IDENTITY_ENDPOINT` and `IDENTITY_HEADER` of the app.",
    ...(/ECONNREFUSED/.test(text)
      ? []
      : ["On a self-hosted runner in Azure, assign an identity to the machine:", az("vm identity assign", MACHINE)]),
    ...BYPASS_FOR_IDENTITY,
  ];
}

/** https://docs.github.com/repositories/configuring-branches-and-merges-in-your-repository/configuring-pull-request-merges/managing-a-merge-queue */
const MERGE_QUEUE = /:ref:refs\/heads\/gh-readonly-queue\//;

/** Whether an application signs in: by itself, or by the words of the Azure CLI, in which anybody can be signed in. */
export function isApplication(signIn: Context["signIn"], text = ""): boolean {
  return signIn?.type !== "azure-cli" || text.includes("for service principal");
}

function scopeOf(cloud: Context["cloud"]): string {
  return cloud?.postgresScope ?? "https://ossrdbms-aad.database.windows.net/.default";
}

/** The token's subject and issuer: as Entra repeats them, or else as the token has them. */
function subjectOf({ assertion }: Context, { text }: Symptom): string {
  return text.match(/subject:? '([^']{1,300})'/i)?.[1] ?? claim(assertion, "sub") ?? "<subject>";
}
function issuerOf({ assertion }: Context, { text }: Symptom): string {
  return text.match(/issuer:? '([^']{1,300}?)\/?'/i)?.[1] ?? claim(assertion, "iss") ?? GITHUB_ISSUER;
}

/** What Entra misses, by its number. */
function unfederated(context: Context, symptom: Symptom): string {
  if (isOfKubernetes(context, symptom))
    return "The application has no federated credential for this service account of Kubernetes, or one with a different issuer.";
  if (symptom.text.includes("AADSTS70025:"))
    return "The application in `client-id` has no federated credentials: it is the wrong application, or none were added.";
  if (symptom.text.includes("AADSTS700211:"))
    return "The application's federated credential has a different issuer. GitHub Enterprise Server and an enterprise can have an issuer of their own.";
  if (symptom.text.includes("AADSTS700212:"))
    return "The application's federated credential has a different audience. Each cloud has its own audience, and `environment` selects the cloud.";
  if (symptom.text.includes("AADSTS7002138:"))
    return "The federated credential's subject differs from the job's only in upper and lower case. The two must be identical.";
  if (MERGE_QUEUE.test(subjectOf(context, symptom)))
    return "The job runs for the merge queue. Its branch changes with each run, and so does the subject, so a federated credential for this subject would not match the next run.";
  return "The application has no federated credential for this job. Each branch, tag and environment, and `pull_request`, has its own subject.";
}

/** What GitHub sent, and the commands that make the application accept it. */
function federate(context: Context, symptom: Symptom): Steps {
  const { assertion, cloud, signIn } = context;
  const sent = {
    issuer: issuerOf(context, symptom),
    subject: subjectOf(context, symptom),
    audience: claim(assertion, "aud") ?? cloud?.oidcAudience ?? "api://AzureADTokenExchange",
  };
  const id = clientOf(signIn);
  if (isOfKubernetes(context, symptom))
    return [
      "The ID token is that of a service account of Kubernetes. Find the issuer of its cluster:",
      az("aks show", { "resource-group": "<resource-group>", name: "<cluster>", query: "oidcIssuerProfile.issuerUrl" }),
      ...credential("create", id, { ...sent, issuer: "<issuer>" }),
    ];
  if (MERGE_QUEUE.test(sent.subject))
    return [
      "Add `environment: <environment>` to the job. Its subject is then the same in each run.",
      ...credential("create", id, { ...sent, subject: sent.subject.replace(/:ref:.*$/, ":environment:<environment>") }),
      "Without an environment, customize the subject, or use a flexible credential, which only Entra applications can have: https://learn.microsoft.com/entra/workload-id/workload-identities-flexible-federated-identity-credentials",
    ];
  const compare = sentence`GitHub sent the issuer ${code(sent.issuer)}, the subject ${code(sent.subject)} and the audience ${code(sent.audience)}. A federated credential of ${code("client-id")} must have the same, with no slash at the end of the issuer.${immutableForm(sent.subject)}`;
  if (OTHERWISE_EQUAL.test(symptom.text))
    return [
      compare,
      "If the audience is not that of the tenant's cloud, correct `environment`.",
      ...credential("update", id, sent),
    ];
  const create = [compare, ...credential("create", id, sent)];
  if (isCustomized(sent.subject)) return [...showCustomization(assertion), ...create];
  return [...create, "Run the job again after a few minutes: a new federated credential can take that long to work."];
}

/** An issuer and a subject occur once in an application: only a change of its credential helps, and no second one. */
const OTHERWISE_EQUAL = /AADSTS(700212|7002138):/;

/** Whether the token is that of Azure Workload Identity: https://azure.github.io/azure-workload-identity/docs/ */
function isOfKubernetes(context: Context, symptom: Symptom): boolean {
  return /^system:serviceaccount:|-aks\.azure\.com|kubernetes/.test(
    `${subjectOf(context, symptom)} ${issuerOf(context, symptom)}`,
  );
}

/** Whether the subject has another form than GitHub's own. */
function isCustomized(subject: string): boolean {
  return subject !== "<subject>" && !/^repo:[^/:]+\/[^:]+:(ref:|environment:|pull_request$)/.test(subject);
}

/** https://docs.github.com/actions/reference/security/oidc#customizing-the-token-claims */
function showCustomization(assertion: Context["assertion"]): Steps {
  const api = `/repos/${claim(assertion, "repository") ?? "<owner>/<repository>"}/actions/oidc/customization/sub`;
  return [
    "The repository or its organization has customized the subject. Show which claims it has:",
    run(`gh api ${shell(api)}`),
  ];
}

/** What a token and its federated credential have in common. */
type Sent = Readonly<Record<"issuer" | "subject" | "audience", string>>;

/** The commands that create a federated credential with these claims, or correct one that exists. */
function credential(verb: "create" | "update", id: string, { audience, ...claims }: Sent): Steps {
  const [name, existing] =
    verb === "create" ? [nameFor(claims.subject)] : ["<name>", { "federated-credential-id": "<name>" }];
  const options = { "resource-group": "<resource-group>", "identity-name": "<identity>", name, ...claims };
  const parameters = JSON.stringify({ ...(!existing && { name }), ...claims, audiences: [audience] });
  return [
    "See what `client-id` is. The names of a managed identity contain its resource group and its own name:",
    showPrincipal(id),
    `If it is a managed identity, ${verb} its federated credential, with the role Managed Identity Contributor:`,
    az(`identity federated-credential ${verb}`, { ...options, audiences: audience }),
    `If it is an application, ${verb} its federated credential, as its owner:`,
    az(`ad app federated-credential ${verb}`, { id, ...existing, parameters }),
  ];
}

/** At most 120 characters, fit for a URL: https://learn.microsoft.com/graph/api/resources/federatedidentitycredential */
function nameFor(subject: string): string {
  if (subject.includes("<")) return "<name>";
  const plain = subject.replace(/[^a-z0-9]+/gi, "-");
  return plain.replace(/^-|-$/g, "").slice(0, 120);
}

/** https://github.blog/changelog/2026-04-23-immutable-subject-claims-for-github-actions-oidc-tokens */
const IMMUTABLE = /^repo:([^@/]+)@\d+\/([^@:]+)@\d+/;

/** What does not match a subject in the immutable form. */
function immutableForm(subject: string): Sentence {
  if (!IMMUTABLE.test(subject)) return EMPTY;
  const old = subject.replace(IMMUTABLE, "repo:$1/$2");
  return sentence` The subject has the immutable form of repositories created, renamed or moved since 2026-07-15; a credential for ${code(old)} does not match it.`;
}

/** https://docs.github.com/actions/reference/security/oidc#standard-claims */
const GITHUB_ISSUER = "https://token.actions.githubusercontent.com";

/** The command that shows what has a client ID: an application of any tenant, or a managed identity. */
function showPrincipal(id: string): Command {
  return az("ad sp show", { id, query: "{name:displayName, type:servicePrincipalType, names:alternativeNames}" });
}

/** The client ID that signs in, or else the one that Entra's words name. */
function clientOf(signIn: Context["signIn"], text = ""): string {
  if (signIn !== undefined && "clientId" in signIn && signIn.clientId) return signIn.clientId;
  return text.match(/'([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})'/)?.[1] ?? "<client-id>";
}
