import { type Command, run, type Steps } from "../model/failure.ts";
import { code, inOurWords, type Sentence, sentence, type Words } from "../model/sentence.ts";
import { claim } from "./claims.ts";
import { az, SHOW_TENANT, shell } from "./commands.ts";
import { type Answer, type Context, rulesFor } from "./rules.ts";
import { allowInProxy, bypassProxy, CHECK_CLOCK, SEE_TENANT, selectCloud, WITH_AZ, whereIs } from "./steps.ts";
import type { Symptom } from "./symptoms.ts";

const OF_RISK = /\brisk\b|AADSTS530/;

/** Azure CLI, Azure PowerShell. */
const OF_MICROSOFT = /^(04b07795-8ddb-461a-|1950a258-227b-4e31-)/i;

/**
 * What Entra answers when it is asked for a token. Numbers:
 * https://learn.microsoft.com/entra/identity-platform/reference-error-codes
 * Microsoft may change the texts, so only the numbers are matched where there is one.
 */
export const ENTRA = rulesFor("entra", {
  "application-not-found": [
    [
      { clientId: OF_MICROSOFT, text: /AADSTS(700|65)/ },
      { codes: "AADSTS700016 AADSTS70001", text: /^(?!.*(04b07795-8ddb-461a-bbee-02f9e1bf7b46| disabled))/ }, // not the Azure CLI's own
      "AADSTS700011 AADSTS90009 AADSTS90112 AADSTS9002331 AADSTS9002346 AADSTS700038",
      /AADSTS70002:.*client does not exist/,
    ],
    unknownApplication,
  ],
  "federated-credential": [
    ["AADSTS70021 AADSTS70025 AADSTS700211 AADSTS700212 AADSTS700213 AADSTS7002138", /federated identity record/],
    unfederated,
    federate,
    { retries: 1 }, // a credential created a moment ago is not everywhere yet
  ],
  "federation-not-allowed": [
    "AADSTS700223 AADSTS700236 AADSTS700238 AADSTS7002381",
    "A policy of the tenant forbids workload identity federation with this issuer, application or GitHub enterprise.",
    (context, symptom) =>
      sentence`Ask the tenant's administrators to allow the issuer ${code(issuerOf(context, symptom))} for this application. If the message names enterprises, ask them to add yours, or run the workflow in a repository of an organization that belongs to one of them.`,
    "Or sign in with `client-secret`, or `auth-type: managed-identity` on a virtual machine in Azure.",
  ],
  "cross-cloud": [
    ["AADSTS90038 AADSTS900382 AADSTS90043* AADSTS900440 AADSTS90051", /different cloud|Cross Cloud/],
    "The tenant or the application is not in the cloud in which this run signed in.",
    selectCloud,
  ],
  "assertion-invalid": [
    [
      "AADSTS50027 AADSTS50048 AADSTS50099 AADSTS50120 AADSTS240002 AADSTS500131 AADSTS700021 AADSTS700026 AADSTS700027 AADSTS700222 AADSTS700226 AADSTS700227 AADSTS700229 AADSTS700231 AADSTS1000502 AADSTS5002727 AADSTS7000214 AADSTS7000274 AADSTS7000277 invalid_assertion invalid_client_credential",
      { signIn: "oidc", codes: "AADSTS7000216 AADSTS7000218" }, // the token is empty
      /Invalid JWT token(?!.* keyId)|AADSTS(50027|70023|700030)\b|AADSTS(50012:(?!.*secret)|700023:.*assertion)/i, // another number follows, or the number has another rule too
    ],
    assertionInvalid,
  ],
  "assertion-expired": ["AADSTS700024 AADSTS500133", assertionInvalid, { retries: 1 }],
  "issuer-unreadable": [
    "AADSTS50006 AADSTS50013 AADSTS50166 AADSTS501661 AADSTS90061 AADSTS900384 AADSTS900612 AADSTS5000811 AADSTS5002723 AADSTS7000272",
    (_context, symptom) =>
      `Entra ${/AADSTS(50166|90061|900612)/.test(symptom.text) ? "cannot read the issuer's configuration or its keys" : "does not find the key that signed the ID token among the issuer's keys, the header of the token does not name the key (`kid`), or the token was changed on the way"}.`,
    (context, symptom) =>
      /githubuser|-aks\.azure/.test(issuerOf(context, symptom))
        ? "Run the job again: at this issuer, the error passes."
        : [],
    "The issuer must be reachable from the internet, and name in each token the key that signed it. From outside of your network, check that the issuer's configuration can be read, and has the key of the token's `kid` at its `jwks_uri`:",
    (context, symptom) =>
      run(`curl --fail ${shell(`${issuerOf(context, symptom).replace(/\/$/, "")}/.well-known/openid-configuration`)}`),
    { retries: 3 },
  ],
  "service-principal-missing": [
    "AADSTS7000229 AADSTS1001010",
    "The application is registered, but has no service principal (enterprise application) in this tenant.",
    "If this is the server's tenant, create the service principal, as an owner of the application:",
    ({ signIn }, { text }) => az("ad sp create", { id: clientOf(signIn, text) }),
  ],
  "application-not-assigned": [
    "AADSTS50105 AADSTS501051",
    "The tenant lets only assigned principals use the resource, and this one is not assigned.",
    asApplication,
    (_context, { text }) =>
      `As an administrator of the tenant, ${text.includes("AADSTS501051:") ? "set `Assignment required?` of the second application in the message to `No` (Entra admin center, `Enterprise apps`, `Properties`), or assign the first application to a role of the second: https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-assign-app-role-managed-identity" : "assign the account: Entra admin center, `Enterprise apps`, the application in the message, `Users and groups`."}`,
  ],
  "tenant-not-found": [
    [
      "AADSTS50029 AADSTS50059 AADSTS50128 AADSTS50194 AADSTS90002 AADSTS90019 AADSTS90027 AADSTS90124 AADSTS90130 AADSTS900021 AADSTS900023 AADSTS9001023 AADSTS9002332 missing_tenant_id_error",
      /AADSTS900(10|23):.*(\/(common|consumers|organizations)|tenant)/,
      /^(?!.*(OIDC Discovery(?! endpoint rejects| failed .*status: 400)|JSONDecodeError|Max retries|Proxy|SOCKS|Failed to parse)).*(Invalid tenant id provided|Unable to get authority configuration)/i,
    ],
    (_context, { text }) =>
      `\`tenant-id\` ${NO_TENANT.test(text) ? "is not the ID (GUID) or a domain name of a tenant: it is empty, a placeholder or a name without its domain (such as `contoso` instead of `contoso.onmicrosoft.com`), or has a character that does not belong there, such as a quotation mark, a space, a bracket or `v2.0` at its end" : "is not that of an organization in this cloud: it is mistyped, the ID of something else, `common` or `consumers`, the tenant was deleted, or the tenant is in another cloud (`environment`)"}.`,
    (context) =>
      `Set ${whereIs("tenant-id", context)} to the tenant of the server, and \`environment\` to its cloud. ${SEE_TENANT}`,
    SHOW_TENANT,
  ],
  "tenant-restricted": [
    "AADSTS50002 AADSTS500021 AADSTS500022 AADSTS5000211 AADSTS1000108",
    "A proxy in the runner's network, or a policy for the runner's device, allows sign-in only to certain tenants, and this tenant is not one of them.",
    "Ask the administrators of the proxy to allow the tenant in the header that it sends (`Restrict-Access-To-Tenants`). If the message names a policy ID, ask them to correct it (`sec-Restrict-Tenant-Access-Policy`).",
    "Or use a runner outside this network, such as one of GitHub's own.",
  ],
  "tenant-blocked": [
    "AADSTS5000224 AADSTS5000225",
    "Microsoft has blocked or deleted the tenant, usually because nobody used it for months. Nothing can sign in to it.",
    `If the server is in another tenant, sign in to that tenant (\`tenant-id\`). ${SEE_TENANT}`,
    SHOW_TENANT,
    "Otherwise, ask the tenant's administrator to have Microsoft reactivate it, within 20 days: https://aka.ms/TenantLifecycle",
  ],
  "authority-unknown": [
    [
      "AADSTS50049 AADSTS100007 AADSTS100032 authority_mismatch authority_uri_insecure invalid_authority_metadata invalid_cloud_discovery_metadata issuer_validation_failed untrusted_authority",
      /AADSTS50001:.*not provided|Bad Request - Invalid (URL|Hostname)/,
    ],
    "A variable leads the sign-in to a server that is not an authority of Entra or does not accept the address of the request, or to a regional endpoint, which serves only Microsoft's own applications, or the variable has characters that do not belong there. Or something in between changes the requests or the answers.",
    "Remove `AZURE_AUTHORITY_HOST`, `AZURE_REGIONAL_AUTHORITY_NAME` and `MSAL_FORCE_REGION` from the job's environment and the `.env` file of a self-hosted runner. `environment` selects the authority.",
    (context, { text }) => (text.includes("AADSTS") ? [] : allowInProxy(context)), // Entra itself answered with a number
  ],
  "application-public": [
    ["AADSTS700025", /AADSTS90023: Public client/],
    "The application is registered as a public client, which cannot authenticate with a token or a secret.",
    "Make the application a confidential client, as its owner:",
    ({ signIn }, { text }) => az("ad app update", { id: clientOf(signIn, text), "is-fallback-public-client": "false" }),
  ],
  "consent-missing": [
    "AADSTS65001 AADSTS65002 AADSTS65004 AADSTS65005 AADSTS90008 AADSTS90093 AADSTS90094 AADSTS90095 AADSTS90099 AADSTS650056 AADSTS650057",
    "The application that signs in does not have consent to use the service that the token is for, or its registration does not list the service.",
    asApplication,
    ({ signIn }, { text }) =>
      (isApplication(signIn, text) && !text.includes("AADSTS65002")) ||
      /(application with|Client app) ID:? '?(?!04b07795)[\da-f]{8}-/.test(text)
        ? [
            "Give consent to the application, as an administrator of the tenant. If its registration does not list the service, first add it there (`API permissions`):",
            az("ad app permission admin-consent", { id: clientOf(signIn, text) }),
          ]
        : `Sign in with the \`client-id\` of an application of your own. ${text.includes("AADSTS65002") ? "Only Microsoft can change what an application of Microsoft, such as the Azure CLI, may use" : "An account signs in through the Azure CLI's own application: an administrator of the tenant has to consent to it"}.`,
  ],
  "client-secret-wrong": [
    ["AADSTS50012 AADSTS7000215 AADSTS7000222", { codes: "AADSTS70002", text: /(?<!'client_)secret/ }],
    ({ signIn }, { text }) =>
      `${signIn?.type === "azure-cli" ? "The secret with which azure/login signed in" : "`client-secret`"} ${text.includes("AADSTS7000222") ? "has expired" : "is not a secret of the application in `client-id`. It must be the secret's value, not its ID"}.`,
    "As an owner of the application, create a new secret, and store its value as the secret that the workflow uses:",
    ({ signIn }, { text }) =>
      az("ad app credential reset --append", { id: clientOf(signIn, text), query: "password", output: "tsv" }),
    "Or use `auth-type: oidc`, which needs no secret.",
  ],
  "resource-not-found": [
    "AADSTS50001 AADSTS500011 AADSTS650052 AADSTS650054 AADSTS7000118 AADSTS90056 invalid_resource",
    (_context, { text }) =>
      sentence`The tenant has no service principal for ${code(resourceIn(text) ?? "Azure OSSRDBMS Database")}, or may not use it: the sign-in is to a different tenant than the server's, nobody in the tenant has used this service yet, or the name is wrong or one of another cloud.`,
    (context) =>
      `Compare the tenant in the message with that of the server. If they differ, ${context.signIn?.type === "managed-identity" ? "run the job on a machine or an app in a subscription of the tenant of the server" : `set ${whereIs("tenant-id", context)} and \`environment\` to those of the server`}. ${SEE_TENANT}`,
    SHOW_TENANT,
    (_context, { text }) =>
      /^(?!.*(ossrdbms|123cd850))/.test(resourceIn(text) ?? "ossrdbms")
        ? []
        : [
            "If they are the same, create the service principal, as an administrator of the tenant:",
            az("ad sp create", { id: "123cd850-d9df-40bd-94d5-c9f07b7fa203" }), // Azure OSSRDBMS Database, in the public cloud
          ],
  ],
  "scope-invalid": [
    "AADSTS70011 AADSTS28002 AADSTS28003 AADSTS700023 AADSTS1002012 invalid_scope",
    "Entra does not accept the scope in its message, which names the service that the token is for. The cloud (`environment`) and the version of this action, or of the Azure CLI, decide the scope, not the credential.",
    selectCloud,
    "If the cloud is right, use the newest version of this action (or of the Azure CLI). If the error persists, open an issue in this action's repository, with this message.",
  ],
  "application-disabled": [
    ["AADSTS500014 AADSTS1000031 AADSTS7000112", /AADSTS70001:.* disabled/],
    "The application, or the service that the message names, is disabled in this tenant, or the tenant has no active subscription.",
    (context, symptom) => (/04b07795/.test(symptom.text) ? asApplication(context, symptom) : []), // az cannot sign in then
    "Enable what the message names, as an administrator of the tenant:",
    ({ signIn }, { text }) =>
      az("ad sp update --set accountEnabled=true", { id: resourceIn(text) ?? clientOf(signIn, text) }),
  ],
  "account-blocked": [
    ["AADSTS50053 AADSTS50057 AADSTS53011 AADSTS500531 AADSTS500532 AADSTS500571", /AADSTS530(034\b|.*\brisk\b)/],
    (_context, { text }) =>
      `Entra ${OF_RISK.test(text) ? "sees a risk in the account or the application, such as sign-ins from a suspicious address, and blocks it" : text.includes("disabled") ? "knows the account, but an administrator has disabled it" : "has locked the account after too many wrong passwords, or blocks the runner's address because of attacks from it. Each further attempt can make a lock longer"}.`,
    asApplication,
    (_context, { text }) =>
      `Ask the administrators of the tenant of the account or the application to ${OF_RISK.test(text) ? "dismiss the risk: Entra admin center, `Risky users` or `Risky workload identities`" : "enable or unlock the account. A lock ends after some minutes. If the message names the address, use another runner"}.`,
  ],
  "conditional-access": [
    "AADSTS50005 AADSTS50097 AADSTS50131 AADSTS530*",
    ({ signIn }, { text }) =>
      `A Conditional Access policy ${isApplication(signIn, text) ? "for workload identities blocks this application, usually because of the runner's address, or of a risk that Entra sees in the application" : "or the tenant's security defaults block the sign-in. Such a policy can require what only a person has, such as a managed device"}.`,
    asApplication,
    "Ask the tenant's administrators which policy blocks the sign-in, and why. They find the policy by the correlation ID or the error code in the message: Entra admin center, `Sign-in logs`. They can exclude this identity from the policy.",
    "If the policy is about the runner's address, run the job where the policy allows it: a self-hosted runner, or a larger runner with a static IP address.",
  ],
});

/** What passes, and a wrong clock. The rules for proxies come before: the page of a proxy can have the same status. */
export const ENTRA_UNAVAILABLE = rulesFor("entra", {
  "entra-busy": [
    [
      "AADSTS40010 AADSTS50000 AADSTS50033 AADSTS50087 AADSTS50162 AADSTS50196 AADSTS70012 AADSTS90006 AADSTS90012 AADSTS90024 AADSTS90025 AADSTS90033 AADSTS90055 AADSTS90090 AADSTS90091 AADSTS230109 AADSTS500031 AADSTS501621 temporarily_unavailable service_not_available server_error",
      /Too ?Many ?Requests|being throttled|Our services aren.t available|Service Unavailable|Bad Gateway|Gateway Time-?out|Internal Server Error|http error: (429|5\d\d)/i,
      { status: [408, 410, 429, 500, 502, 503, 504] },
    ],
    (_context, { text }) =>
      `Entra${/\b429\b|Too ?Many|throttl|request loop/i.test(text) ? " got too many requests from this application, this tenant or this address in a short time" : ", or a gateway on the way to it, has an outage or is overloaded"}.`,
    "Run the job again, after a few minutes if many jobs sign in at the same time.",
    "Look for an outage: https://azure.status.microsoft",
    (context, { text }) => (/AADSTS/.test(text) ? [] : bypassProxy(context)), // Entra itself answered with a number
    { retries: 3 },
  ],
  "clock-wrong": [
    /Make sure your computer's time|MUST be before the time represented by the exp|ID token (already expires|is not yet valid)/,
    "The runner's clock is wrong: by this clock, the token had expired, or was not valid yet, when it arrived.",
    ...CHECK_CLOCK,
  ],
});

/** A tenant in a message that Entra calls neither, or that is not a GUID, a domain name or what GitHub has masked. */
const NO_TENANT =
  /neither a valid DNS|(tenant|identifier|namespace named) '(?!(?!0{8}-0{4}-0)[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}'|[\w-]+(\.[\w-]+)*\.[a-z][\w-]*'(?!')|\*{3})/i;

/** The service that a token was requested for, as a refusal names it. */
const resourceIn = (text: string): string | undefined =>
  text.match(/(?:(?<!tenant )named|for resource|access a service) '?([\w./:-]+[\w/])/)?.[1];

/** Only an account meets these, and only an account signs in through the Azure CLI's own application. */
const OF_USER = /04b07795|\b(user|refresh.token|device)s?\b|(ty|claims) provider|security def|token prot|AADSTS5005/i;

/** Why the tenant does not know the application. The same ID can be right in another tenant. */
function unknownApplication(context: Context, { text }: Symptom): Answer {
  const id = clientOf(context.signIn, text);
  const set = `set ${whereIs("client-id", context)} to the client ID (not the object ID) of an application or a managed identity of your own`;
  if (OF_MICROSOFT.test(id) || /AADSTS(70002|700038|9\d+)\b/.test(text))
    return [
      "`client-id` is a placeholder, or the ID of an application of Microsoft (such as the Azure CLI) or for personal accounts only.",
      `S${set.slice(1)}.`,
    ];
  return [
    "This tenant has no application or managed identity with this client ID: `client-id` or `tenant-id` is wrong, or the application was deleted or is in another tenant or cloud. An application that was created only minutes ago can be missing, too: run the job again.",
    `${WITH_AZ}, see whether the tenant has this ID. If the first command shows a name, set ${whereIs("tenant-id", context)} and \`environment\` to what the second command shows. If it does not, ${set}:`,
    run(showPrincipal(id), SHOW_TENANT),
  ];
}

/** What an account, or the Azure CLI's own application, may not do, another application may. */
export function asApplication({ signIn }: Context, { text }: Symptom): Steps {
  if (isApplication(signIn, text)) return [];
  if (OF_USER.test(text)) return ["Use `auth-type: oidc`, which signs in as an application of your own."];
  return [
    "See what is signed in to the Azure CLI, in a step of the same job. If the type is `user`, use `auth-type: oidc`, which signs in as an application of your own:",
    az("account show", { query: "user" }),
  ];
}

/** https://learn.microsoft.com/azure/aks/workload-identity-overview */
function assertionInvalid(context: Context, symptom: Symptom): Answer {
  const ofEntra = /AADSTS7002(22|26|27|29|31)\b/.test(symptom.text) && "it is a token of Entra itself";
  const isExpired = /AADSTS(700024|500133)\b|valid time range/.test(symptom.text);
  if (isOfKubernetes(context, symptom))
    return [
      `Entra does not accept the service account's token in the file \`AZURE_FEDERATED_TOKEN_FILE\`: ${ofEntra || `${isExpired ? "the token in it" : "the file is empty,"} is a copy or is no longer renewed, the token is valid for more than 24 hours, or the clock of the node is wrong`}. The file must have the token that Azure Workload Identity projects into the pod.`,
      'Give the pod the label `azure.workload.identity/use: "true"`, do not set `AZURE_FEDERATED_TOKEN_FILE` to another file or `expirationSeconds` above 86400, and create the pod again. See what it has:',
      run("kubectl get pod <pod> --output yaml"),
    ];
  if (context.signIn?.type === "azure-cli")
    return [
      /certificate|thumbprint/i.test(symptom.text)
        ? "Entra does not accept the certificate with which the Azure CLI signed in: it is not one of the application's, has expired or was revoked."
        : `Entra does not accept the token with which the Azure CLI signed in: ${ofEntra || (isExpired ? "it has expired, or is not valid yet. GitHub's ID token is valid for five minutes, and the Azure CLI cannot renew it. From a certificate, the Azure CLI makes a token by the runner's clock, which can be wrong" : "it is missing, was changed, or is not the application's")}.`,
      "Use `auth-type: oidc`, which asks for a new ID token when it needs one, and needs no certificate.",
      `Or run azure/login right before this step${isExpired ? ". If it signs in with a certificate, correct the runner's clock" : ", and check its `client-id`, and `id-token: write` on the job. A certificate must be one of the application's, and valid today"}.`,
    ];
  if (isExpired)
    return [
      "Entra received GitHub's ID token more than five minutes after GitHub issued it: the runner was suspended, or a proxy held the request.",
      "Run the job again.",
      "If the error persists on GitHub Enterprise Server, compare the times in the message, and correct the clock of that server.",
    ];
  return [
    `Entra did not receive the ID token that GitHub signed: ${ofEntra || "it is missing, was changed on the way, or is a different token"}.`,
    `Check \`client-id\`: the federated credential must be one of this application or managed identity.${context.onGitHub ? "" : " Also check that `ACTIONS_ID_TOKEN_REQUEST_URL` leads to GitHub, and not to a proxy."}`,
  ];
}

/** The subject of a run for a tag, or for the merge queue, whose branch is a new one each time. */
const OF_ONE_RUN = /:ref:refs\/(heads\/gh-readonly-queue|tags)\//;

/** Whether an application signs in: by itself, or by the words of the Azure CLI, in which anybody can be signed in. */
const isApplication = (signIn: Context["signIn"], text = ""): boolean =>
  signIn?.type !== "azure-cli" || /for service principal|AADSTS501051/.test(text);

/** The token's subject: as Entra repeats it, or else as the token has it. */
const subjectOf = ({ assertion }: Context, { text }: Symptom): string =>
  text.match(/subject:? '([^']{1,300})'/i)?.[1] ?? claim(assertion, "sub") ?? "<subject>";
/** The same of the issuer. Entra's words add a slash to a host without a path. */
const issuerOf = ({ assertion }: Context, { text }: Symptom): string =>
  text.match(/issuer:? '(https:\/\/[^/']+(?=\/?')|[^']+)/i)?.[1] ??
  claim(assertion, "iss") ??
  "https://token.actions.githubusercontent.com"; // of github.com

/** What Entra misses, by its number. */
function unfederated(context: Context, symptom: Symptom): Words {
  if (isOfKubernetes(context, symptom))
    return "The application or the managed identity in `client-id` has no federated credential for this service account of Kubernetes, or one with a different issuer.";
  if (symptom.text.includes("AADSTS700211:"))
    return "The federated credential has a different issuer. GitHub Enterprise Server and an enterprise can have an issuer of their own.";
  if (/AADSTS700212\d?:/.test(symptom.text))
    return "The federated credential has a different audience. Each cloud has its own audience, and `environment` selects the cloud.";
  if (symptom.text.includes("AADSTS7002138:"))
    return "The federated credential's subject differs from the job's only in upper and lower case. The two must be identical.";
  if (OF_ONE_RUN.test(subjectOf(context, symptom)))
    return "The job runs for a tag or for the merge queue, and there is no federated credential for it. The subject changes with each tag and with each run of the merge queue: a credential for this subject does not match the next one.";
  return sentence`The application or the managed identity in ${code("client-id")} has no federated credential for this job, or ${code("client-id")} is wrong. Each branch, tag and environment, and ${code("pull_request")}, has its own subject.${formOf(subjectOf(context, symptom))}`;
}

/** What GitHub sent, and the commands that make the application accept it. */
function federate(context: Context, symptom: Symptom): Steps {
  const { assertion, cloud, signIn } = context;
  const [, audience] = symptom.text.match(/audience:? '([^']{1,300})'/i) ?? [];
  const sent = {
    issuer: issuerOf(context, symptom),
    subject: subjectOf(context, symptom),
    audience: audience ?? claim(assertion, "aud") ?? cloud?.oidcAudience ?? "api://AzureADTokenExchange",
  };
  const id = clientOf(signIn, symptom.text);
  const ofPod = isOfKubernetes(context, symptom);
  if (ofPod && /kubernetes|githubusercontent|\.(local|svc)\b/.test(sent.issuer))
    return [
      "The ID token is that of a service account of Kubernetes. Find the issuer of its cluster. If there is none, turn it on with the option `--enable-oidc-issuer` (outside AKS, set `--service-account-issuer` of the API server to a public address), and create the pod again.",
      az("aks show", { "resource-group": "<resource-group>", name: "<cluster>", query: "oidcIssuerProfile.issuerUrl" }),
      ...credential("create", id, { ...sent, issuer: "<issuer>" }),
    ];
  if (OF_ONE_RUN.test(sent.subject))
    return [
      "Add `environment: <environment>` to the job: its subject is then the same in each run. Without an environment, customize the subject, or use a flexible credential, which only Entra applications can have: https://learn.microsoft.com/entra/workload-id/workload-identities-flexible-federated-identity-credentials",
      ...credential("create", id, { ...sent, subject: sent.subject.replace(/:ref:.*$/, ":environment:<environment>") }),
    ];
  const ofIdentity = az("identity federated-credential list", IDENTITY);
  if (symptom.text.includes("AADSTS70025:")) return credential("create", id, sent); // there is none to compare with
  return [
    sentence`Compare what ${inOurWords(ofPod ? "the service account's token has" : "GitHub sent")} with the federated credentials of ${code("client-id")}, letter by letter: the issuer ${code(sent.issuer)} (with ${inOurWords(sent.issuer.endsWith("/") ? "the" : "no")} slash at its end), the subject ${code(sent.subject)} and the audience ${code(sent.audience)}.${inOurWords(signIn?.type === "azure-cli" ? " azure/login writes them to its log, and has an input `audience`." : "")}${inOurWords(/AADSTS700212/.test(symptom.text) ? " If the audience is not that of the tenant's cloud, correct `environment`." : "")} The first command shows what ${code("client-id")} is: the names of a managed identity contain its resource group and its own name. If a credential has all three, run the job again:`,
    run(showPrincipal(id), az("ad app federated-credential list", { id }), ofIdentity),
    // An issuer and a subject occur once in an application: only a change of its credential helps, and no second one.
    ...credential(/AADSTS(700212\d?|7002138):/.test(symptom.text) ? "update" : "create", id, sent).slice(2),
  ];
}

/** Whether the token is that of Azure Workload Identity: https://azure.github.io/azure-workload-identity/docs/ */
function isOfKubernetes(context: Context, symptom: Symptom): boolean {
  const token = `${subjectOf(context, symptom)} ${issuerOf(context, symptom)}`;
  return context.inPod === true || /^system:serviceaccount:|-aks\.azure\.com|kubernetes/.test(token);
}

const IDENTITY = { "resource-group": "<resource-group>", "identity-name": "<identity>" };

/** What a token and its federated credential have in common. */
type Sent = Readonly<Record<"issuer" | "subject" | "audience", string>>;

/** The commands that create a federated credential with these claims, or correct one that exists. */
function credential(verb: "create" | "update", id: string, { audience, ...claims }: Sent): Steps {
  const [name, existing] =
    verb === "create" ? [nameFor(claims.subject)] : ["<name>", { "federated-credential-id": "<name>" }];
  const parameters = JSON.stringify({ ...(!existing && { name }), ...claims, audiences: [audience] });
  return [
    "See what `client-id` is. The names of a managed identity contain its resource group and its own name:",
    showPrincipal(id),
    `If it is a managed identity, ${verb} its federated credential, with the role Managed Identity Contributor:`,
    az(`identity federated-credential ${verb}`, { ...IDENTITY, name, ...claims, audiences: audience }),
    `If it is an application, ${verb} its federated credential, as its owner:`,
    az(`ad app federated-credential ${verb}`, { id, ...existing, parameters }),
    "Run the job again after a few minutes: a new federated credential can take that long to work.",
  ];
}

/** At most 120 characters, fit for a URL: https://learn.microsoft.com/graph/api/resources/federatedidentitycredential */
const nameFor = (subject: string): string =>
  subject.includes("<") ? "<name>" : (subject.match(/[a-z0-9]+/gi) ?? []).join("-").slice(0, 120);

/** https://github.blog/changelog/2026-04-23-immutable-subject-claims-for-github-actions-oidc-tokens */
const IMMUTABLE = /^repo:([^@/]+)@\d+\/([^@:]+)@\d+/;

/** Where the subject's form comes from, and which credentials do not match it. */
function formOf(subject: string): Sentence {
  if (IMMUTABLE.test(subject))
    return sentence` The subject has the immutable form of repositories created, renamed or moved since 2026-07-15: a credential for ${code(subject.replace(IMMUTABLE, "repo:$1/$2"))} does not match it.`;
  if (!/^repo:[^/:]+\/[^:]+:(ref:|environment:|pull_request$)|</.test(subject))
    return inOurWords(
      " The repository or its organization has customized the subject: https://docs.github.com/actions/reference/security/oidc#customizing-the-token-claims",
    );
  return sentence` A credential with IDs in its subject (${code("repo:<owner>@<id>/…")}) does not match a repository without immutable subjects.`;
}

/** The command that shows what has a client ID: an application of any tenant, or a managed identity. */
export const showPrincipal = (id: string): Command =>
  az("ad sp show", { id, query: "{name:displayName, type:servicePrincipalType, names:alternativeNames}" });

/** The client ID that Entra's words name, or else the one that signs in. */
export function clientOf(signIn: Context["signIn"], text = ""): string {
  const own = signIn !== undefined && "clientId" in signIn && signIn.clientId;
  return text.match(NAMED_APPLICATION)?.[4] ?? (own || "<client-id>");
}

const NAMED_APPLICATION = /\b(app\w*|client)( with)?( ID| identifier)?:? '?([\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12})\b/i;
