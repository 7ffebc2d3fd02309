import { run, type Steps } from "../model/failure.ts";
import { az, shell } from "./commands.ts";
import { clientOf } from "./entra.ts";
import { PASSES } from "./meanings.ts";
import { PRODUCTS } from "./proxy.ts";
import { type Context, rulesFor } from "./rules.ts";
import { bypassProxy, selectCloud, whereIs } from "./steps.ts";
import type { Symptom } from "./symptoms.ts";

/** Answers that no identity endpoint of Azure gives: a proxy gives them, or changed the request. */
const OF_PROXY = new RegExp(
  `HTTP status (407|50[24] (?!.*dial tcp)|(?!40[15])[234]\\d\\d with an HTML page|3\\d\\d|2\\d\\d with (?!an empty)|5\\d\\d with .*${PRODUCTS})|Required metadata header|X-Forwarded-For|Parse Error|Response had no `,
  "i",
);

/** Words of an answer that ask for another attempt, and answers that no other attempt changes. */
const AGAIN = new RegExp(`please try|${PASSES.source}`, "i");
const FINAL = new RegExp(`^(?!.*(AADSTS|${AGAIN.source}))`, "i");

/** How Go words a request that failed, with its origin. */
const TRIED = /\b(?:Get|Post) "?(https:\/\/[^/ "]+)[^ "]*"?: /;

/** Only the metadata service of a machine answers 404 while it is being updated: https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token#error-handling */
const IMDS = /^169\.254\.169\.254$/;
const NOT_IMDS = /^(?!.*169\.254\.169\.254)/;

const APP = { "resource-group": "<resource-group>", name: "<app>" };

const LIST_OF_APP: Steps = [
  "List the identities of the container app, of the container app's job, or of the App Service app. To assign one, write `assign` instead of `show`, and add `--user-assigned <identity-id>` or `--system-assigned` (App Service: `--identities <identity-id>` or nothing). Then restart the app:",
  run(...["containerapp", "containerapp job", "webapp"].map((each) => az(`${each} identity show`, APP))),
];

const OWN_VARIABLES =
  "Remove `IDENTITY_ENDPOINT`, `IDENTITY_HEADER`, `MSI_ENDPOINT` and `AZURE_POD_IDENTITY_AUTHORITY_HOST` from the workflow and the runner's `.env` file, if they are there: an app sets its own, and a machine needs none. Then restart the runner, or the app that it is in, which starts with the variables that are valid now.";

/** The way past a proxy to the endpoint of the host, or of a machine: the Azure CLI names the proxy, if anything. */
const bypass = ({ host = "169.254.169.254", proxy, signIn }: Context): Steps =>
  bypassProxy({ host: signIn?.type === "azure-cli" ? "169.254.169.254" : host, proxy });

const USE_OIDC = "Use `auth-type: oidc`, which does not need this endpoint.";

/** What can go wrong when the runner's host is asked for the token of a managed identity. */
export const MANAGED_IDENTITY = rulesFor("entra", {
  // Whatever the error: the machine is one of Azure, but not the user's.
  "managed-identity-on-github": [
    { signIn: "managed-identity", onGitHub: true },
    "The job runs on a GitHub-hosted runner, which has no managed identity.",
    "Use `auth-type: oidc`. Or run the job on a self-hosted runner in Azure that has the identity.",
  ],
  "managed-identity-gone": [
    { signIn: "managed-identity", text: /AADSTS(7000(1|16|2([1347]|1[45]|2[29])|30)|1000502|5001[23]\d?|90002)\b/ },
    (_context, { text }) =>
      `The host still has the identity, but Entra does not accept it: ${/certificate|AADSTS7000222/.test(text) ? "the certificate with which the host signs in as this identity has expired, or is that of an earlier identity" : "the identity was deleted, or its subscription has moved to another tenant"}.`,
    listIdentities,
    "Remove the identity from the host (`remove` instead of `show`), and assign it, or a new one, again. An identity that is created again, and a host's own that is assigned again, have a new object ID: bind the PostgreSQL role to this ID with `rebind: true` in the action `principal/`.",
  ],
  "managed-identity-arc": [
    /unable_to_read_secret_file|AzureConnectedMachineAgent|azcmagent|ECONNREFUSED .*:40342\b|port=40342\).*refused/,
    "The agent of Azure Arc issues the machine's tokens to users that can read a file of its own. The runner's user cannot read this file, or the agent does not run.",
    "Add the runner's user to the agent's group (on Windows, to the local group `Hybrid agent extension applications`), restart the agent (on Windows, the service `himds`), then restart the runner's service. On Linux:",
    run("sudo usermod --append --groups himds <runner-user>", "sudo systemctl restart himdsd"),
  ],
  "managed-identity-offline": [
    { signIn: "managed-identity", text: new RegExp(`HTTP status .*${TRIED.source}`) },
    "The identity endpoint answered, but could not reach the host in its message: the DNS, a firewall or a proxy of the machine, or of the node in AKS, does not let it.",
    "See whether the runner reaches this host now. If it does, run the job again. If it does not, allow the host and port 443 in the network of the machine, or of the nodes:",
    (_context, { text }) => run(`curl --head ${shell(text.match(TRIED)?.[1] ?? "")} --max-time 20`),
    { retries: 2 },
  ],
  "managed-identity-aks": [
    /(ENOENT|EACCES|EISDIR): .*, (open|read)|failed to read service account token|failed to create confidential c|client_id parameter is required|AzureAssignedIdentity|no azure identity found|identit\w+ .{0,30}\bpod\b|failed to get pod\b|podname|\badal: /,
    (_context, { text }) =>
      /, (open|read)|service account|confidential|client_id/.test(text)
        ? "Azure Workload Identity (in AKS) gave the runner's pod no token of its service account, or `client-id` is missing."
        : "AKS pod identity (NMI), which is retired, has no identity for the runner's pod, or not that of `client-id`: no `AzureIdentityBinding` fits the pod's label `aadpodidbinding`, MIC has not assigned the identity to the nodes (such as those of a new node pool), or the identity was deleted or created again. Or the pod has Azure Workload Identity, but pod identity still answers.",
    "See the pod's labels and service account and, with pod identity, what is assigned (the log of MIC says why it is not):",
    run("kubectl get pod <pod> --output yaml", "kubectl get azureidentitybindings,azureassignedidentities -A -o yaml"),
    'For Azure Workload Identity, add the label `azure.workload.identity/use: "true"` if it is missing, and set `client-id` to the client ID of the identity that the service account is for.',
    "If the pod has the label `aadpodidbinding`, move it to Azure Workload Identity, and remove pod identity: https://learn.microsoft.com/azure/aks/workload-identity-migrate-from-pod-identity",
    "Or use `auth-type: oidc`, which needs nothing of the cluster.",
    { retries: 1 }, // a new pod gets its identity a moment later
  ],
  "managed-identity-proxy": [
    [
      /Required metadata header not specified|\bHTTPConnectionPool\(.* url: http:|(requests\/\w+|msal\/managed_identity)\.py\):.*JSONDecodeError/,
      { signIn: "managed-identity", text: OF_PROXY },
      // IMDS gives reasons, in JSON. The others are the words of AWS, Google Cloud and Firecracker.
      {
        signIn: "managed-identity",
        host: IMDS,
        text: /status (40[03] with an empty|40[14] with an (HTML|answer that))/,
      },
      { signIn: "managed-identity", text: /\bEC2ws\b|Metadata-Flavor|Server for VM|MMDS|Resource not found: \// },
      { signIn: "managed-identity", atProxy: true },
    ],
    "What answers at the address of the identity endpoint issues no tokens of Azure: a proxy or a portal (the endpoint does not work through a proxy), the metadata service of another cloud or of Firecracker, or what a variable of the job names.",
    bypass,
    ({ proxy }) => (proxy ? USE_OIDC.replace("Use", "Or use") : USE_OIDC),
  ],
  "managed-identity-request": [
    [
      /parameter is required|parameter \w+ cannot be empty|should not be null or empty|api.version ('|is invalid)|Unknown Source|audience parameter not specified|connect to MSI.*\b405\b|secret token header|Secret is not found in|: 404 page not found|WWW-Authenticate header/i,
      { signIn: "managed-identity", host: /^$/, text: /network_error|_url_malformed/ }, // before any request
      { signIn: "managed-identity", codes: "DEPTH_ZERO* SELF_SIGNED* UNABLE_TO_* CERT_* ERR_TLS_CERT*" },
      "invalid_file_* invalid_secret platform_not_supported www_authenticate_*", // not the agent of Azure Arc, though it is asked
      { signIn: "managed-identity", status: [401, 402, 405, 406, 409, 411, 415, 421, 422, 423, 426], text: FINAL },
    ],
    ({ signIn }, { code }) =>
      /CERT|SIGNED|UNABLE/.test(code)
        ? "The runner does not trust the certificate of the identity endpoint: no authority issues that of Service Fabric, or something else answers at its address."
        : `The identity endpoint does not accept the request, or something else answers at its address. Usually, a variable of the job (such as \`IDENTITY_ENDPOINT\`) is that of another app, of an earlier start of this app or of another kind of endpoint, or is not a URL, but a placeholder. Pod identity (in AKS) or a proxy can answer, too.${signIn?.type === "azure-cli" ? " An Azure CLI older than 2.67 does not know some endpoints, which a newer one and `auth-type: managed-identity` know." : ""}`,
    USE_OIDC,
    "Or see which variables the job has, in a step with `shell: bash`:",
    run("env | cut -d= -f1 | grep -iE 'identity|imds|msi_|proxy'"),
    OWN_VARIABLES,
  ],
  "managed-identity-not-listening": [
    [
      { signIn: "managed-identity", codes: "ECONNREFUSED ENOTFOUND EAI_AGAIN", text: NOT_IMDS },
      { codes: "ECONNREFUSED", text: /(MSI|\bHTTPConnectionPool)(?!.*169\.254\.169\.254)/ }, // of the Azure CLI,
    ],
    "Nothing listens at the identity endpoint that a variable of the job (`IDENTITY_ENDPOINT`, `MSI_ENDPOINT`) names: the endpoint is still starting (at the start of a container), the app has no identity, the container is one without an endpoint (such as an init container), or the variable is wrong or that of another container.",
    "See whether the endpoint answers within a minute, whatever it says, in a step of the job with `shell: bash`. If it does, it was still starting: keep this command in front of this step. If it does not, run the runner in a main container (not an init container) of an app that has an identity:",
    run(`curl --include --noproxy '*' --retry 12 --retry-delay 5 --retry-connrefused "$IDENTITY_ENDPOINT"`),
    ...LIST_OF_APP,
    OWN_VARIABLES,
    { retries: 2 },
  ],
  "managed-identity-unavailable": [
    [
      /ManagedIdentityCredential.*(Network unreachable|unavailable)|IMDS endpoint is un|MSI endpoint is not responding|169\.254\.169\.254.*unreachable (network|host)|No Managed Identity endpoint/i,
      /(169\.254\.169\.254|\bHTTPConnectionPool).*(Max retries|Failed to establish|timed out)/,
      /Failed to connect to MSI(?!.*\b(40[03]|410|429|5\d\d|Bad Request)\b)/,
      { signIn: "managed-identity", codes: "ECONNREFUSED EHOST* ENETUNREACH ETIMEDOUT EACCES EPERM" },
    ],
    "The runner does not reach an endpoint that issues tokens for a managed identity: it is not a machine in Azure, is in an app without an identity, or runs the job in a container or a pod whose network (a network policy, a firewall) does not lead to the endpoint.",
    "See whether the endpoint answers, in a step of the job with `shell: bash`:",
    ({ host = "169.254.169.254" }) =>
      run(`curl --max-time 10 --noproxy '*' -H Metadata:true http://${shell(host)}/metadata/versions`),
    "If it answers, run the job again. If it does not, use `auth-type: oidc`, which works on every runner, GitHub's own included. Or allow the address and port of the endpoint in the network of the container, the pod or the machine. In a container app or an App Service app, assign an identity to the app, and give the job the app's variables `IDENTITY_ENDPOINT` and `IDENTITY_HEADER`.",
    bypass,
  ],
  "managed-identity-only-one": [
    [
      /Specifying a .{1,60} is not supported|Identities can only be system assigned|supports only system-assigned|User assigned identity is .{0,20}not supported/i,
      "user_assigned_managed_identity_not_confirmed user_assigned_not_available_at_runtime unable_to_create_azure_arc unable_to_create_cloud_shell",
    ],
    "The runner's host (such as Azure Arc, Azure Automation, Cloud Shell or Service Fabric) has one identity of its own. `client-id` cannot choose another one.",
    "Remove `client-id` where the job signs in. If the runner is a virtual machine of Azure, keep it, and remove `MSI_ENDPOINT`, `IDENTITY_ENDPOINT` and `IMDS_ENDPOINT` from the job's environment.",
  ],
  "managed-identity-unknown": [
    [
      /Identity not found|(managed|assigned|requested) identity.{0,30}(not found|(not|n.t) (been )?(assigned|enabled|configured)|does not exist)|Identity ?Not ?(Found|Defined|Exist)|DefaultIdentity|Unable to load (the proper|requested) Managed Identity|Multiple user assigned identities|No MSI found|Failed to get MSI token|No ((User|System) Assigned|managed identit).{0,50}\bfound/i,
      { signIn: "managed-identity", status: [404], host: NOT_IMDS, text: FINAL },
      { signIn: "managed-identity", text: /status 40[03] with an (empty|.*: (Forbidden|Bad Request)$)/ },
      /HTTP status 404.*(identit.{0,60}\b(not|no|null|missing)\b|\bno\b.{0,40}identit)/i,
      "unable_to_create_source",
    ],
    identityMissing,
    listIdentities,
    (context) =>
      `To choose a user-assigned identity, set ${whereIs("client-id", context)} to its client ID (not the object ID). A system-assigned one needs no \`client-id\`. If the host has no identity, assign one.`,
    ({ inApp }) =>
      `${inApp ? "" : 'A pod in AKS needs the label `azure.workload.identity/use: "true"`. '}Where no identity can be assigned, use \`auth-type: oidc\`.`,
  ],
  "managed-identity-refused": [
    [
      { signIn: "managed-identity", status: [400, 403], text: FINAL },
      /Failed to connect to MSI.*\b(40[03]|Bad Request)\b|40[03] Client Error.*localhost:50342|msrestazure\/.*HTTPError|^(ERROR: )?(None|4(?!29)\d\d), |not a supported MSI token audience|SSO failure/,
    ],
    "The endpoint that issues the tokens of a managed identity (of a machine, an app, Cloud Shell or Azure Machine Learning) refused the request, for the reason in its message. Without a reason, usually no identity is assigned (any more), or several are and none was chosen, or the endpoint issues no tokens for PostgreSQL. If the message names the hosts of another cloud, `environment` is wrong.",
    (context, { text }) => (text.includes("Supported audiences") ? selectCloud(context) : USE_OIDC),
    "With `auth-type: azure-cli`, you can also run azure/login with the identity's `client-id` (by hand: `az login`) right before this step, with the newest Azure CLI: https://aka.ms/azure-cli",
    listIdentities,
  ],
  "managed-identity-busy": [
    [
      { signIn: "managed-identity", status: ["2xx", 404, 408, 410, 429, "5xx"], text: /^(?!.*AADSTS)/ },
      { signIn: "managed-identity", status: ["4xx"], text: AGAIN },
      { signIn: "managed-identity", text: /AADSTS(90014|900144|90121|7000218)\b/ },
      { signIn: "managed-identity", codes: "unknown_error ECONNRESET EPIPE" },
      /MSI: Failed to (acquire tokens|retrieve.*(Max retries|refused|timed out|Too many))|Failed to connect to MSI.*\b(410|429|5\d\d)\b|while fetching the AAD Token|token from the Active directory|^(ERROR: )?(429|5\d\d), /,
    ],
    ({ signIn }, { text }) =>
      /\b429\b|throttl|too many/i.test(text)
        ? [
            "The identity endpoint got too many requests from this machine or app in a short time.",
            "Run the job again, and fewer jobs at the same time on this machine.",
          ]
        : [
            `The identity endpoint of the machine or the app ${/ECONNRESET|hang up|EPIPE/.test(text) ? "closed the connection: it is starting, being updated or overloaded" : "has a fault (it is starting, being updated or overloaded), or could not get the token from Entra (the identity was deleted and created again, for example)"}.`,
            "Run the job again. If the error persists, use `auth-type: oidc`, which does not need this endpoint.",
            `Or restart the machine or the app, check that its network lets it reach Entra, or remove its identity and assign it again.${clientOf(signIn).startsWith("<") ? "" : " Check that `client-id` is a client ID, and not an object ID."}`,
          ],
    { retries: 3 },
  ],
});

/** Why the host has no identity for the request. It depends on whether `client-id` is set. */
function identityMissing({ signIn }: Context, { text }: Symptom): string {
  if (/multiple/i.test(text)) return "The runner's host has several identities, and `client-id` chooses none of them.";
  if (signIn?.type === "managed-identity" && !signIn.clientId)
    return "`client-id` is not set, and the runner's host has no default identity: none is assigned, or only user-assigned ones.";
  return "The runner's host does not have the identity that was requested: none is assigned, or not this one, it was deleted and created again with a new ID, or `client-id` is not a client ID (but an object ID, for example).";
}

/** Steps that list the identities of the runner's host. */
function listIdentities({ inApp }: Context, { text }: Symptom): Steps {
  if (/Info: Request failure|SSO failure|MSI\/auth|for (Automation )?account/.test(text))
    return [
      "Assign the identity to the compute or the serverless job in Azure Machine Learning, or to the Automation account.",
    ];
  if (inApp || /Unable to load|Delegated|\/msi\/token/.test(text)) return LIST_OF_APP;
  return [
    "List the identities of the machine, or of its scale set (the nodes of AKS are one). To assign one, write `assign` instead of `show`, and add `--identities <identity-id>`, unless it is the machine's own:",
    run(az("vm identity show", { ...APP, name: "<vm>" }), az("vmss identity show", { ...APP, name: "<scale-set>" })),
  ];
}
