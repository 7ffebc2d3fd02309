import { type Steps, step } from "../model/failure.ts";
import { code, EMPTY, type Sentence, sentence } from "../model/sentence.ts";
import { claim } from "./claims.ts";
import { az, GET_TOKEN, SHOW_TENANT, shell } from "./commands.ts";
import { type Context, hostOf, rulesFor } from "./rules.ts";
import type { Symptom } from "./symptoms.ts";

/** Azure OSSRDBMS Database, the resource that PostgreSQL's tokens are for, in the public cloud. */
const OSSRDBMS = "123cd850-d9df-40bd-94d5-c9f07b7fa203";

/**
 * What can go wrong when Entra, the machine's identity endpoint or the Azure CLI is asked for a token. Numbers:
 * https://learn.microsoft.com/entra/identity-platform/reference-error-codes
 * Microsoft may change the texts, so only the numbers are matched where there is one.
 */
export const ENTRA = rulesFor("entra", [
  {
    code: "federated-credential",
    when: [{ aadsts: [70021, 700211, 700213, 7002131] }],
    cause: (context, symptom) =>
      MERGE_QUEUE.test(subjectOf(context, symptom))
        ? "The job runs for the merge queue. Its branch changes with each run, and so does the subject, so a federated credential for this subject would not match the next run."
        : "The application has no federated credential for this job. Each branch, tag and environment, and `pull_request`, has its own subject.",
    next: federate,
    retries: 1, // a credential created a moment ago is not everywhere yet
  },
  {
    code: "federated-audience",
    when: [{ aadsts: [700212] }],
    cause:
      "The application's federated credential has a different audience. Each cloud has its own audience, and `environment` selects the cloud.",
    next: federate,
  },
  {
    code: "federated-subject-case",
    when: [{ aadsts: [7002138] }],
    cause:
      "The federated credential's subject differs from the job's only in upper and lower case. The two must be identical.",
    next: federate,
  },
  {
    code: "federated-credential-none",
    when: [{ aadsts: [70025] }],
    cause:
      "The application in `client-id` has no federated credentials: it is the wrong application, or none were added.",
    next: federate,
  },
  {
    code: "federation-not-allowed",
    when: [{ aadsts: [700223, 700238] }],
    cause: "A policy of the tenant forbids workload identity federation with this issuer or application.",
    next: ({ assertion }) => [
      sentence`Ask the tenant's administrators to allow the issuer ${code(issuerOf(assertion))} for this application.`,
      "Or sign in with `client-secret`, or `auth-type: managed-identity` on a self-hosted runner in Azure.",
    ],
  },
  {
    code: "federated-enterprise",
    when: [{ aadsts: [7002381] }],
    cause: ({ assertion }) => {
      const enterprise = claim(assertion, "enterprise");
      const has = enterprise === undefined ? sentence`has none` : sentence`has ${code(enterprise)}`;
      return sentence`The tenant accepts GitHub's ID tokens only from certain enterprises (claim \`enterprise\`), and this job's token ${has}.`;
    },
    next: [
      "Run the workflow in a repository of an organization that belongs to one of the enterprises in the message.",
      "Or sign in without GitHub's token: `auth-type: managed-identity` on a self-hosted runner in Azure, or `client-secret`.",
      "Or ask the tenant's administrators to allow your enterprise.",
    ],
  },
  {
    code: "issuer-unreadable",
    when: [{ aadsts: [50166, 501661, 90061] }],
    cause:
      "Entra could not read the keys of the ID token's issuer. For github.com, this is temporary. GitHub Enterprise Server must be reachable from the internet.",
    next: ({ assertion }) => [
      "Run the job again.",
      step(
        "If the error persists, check that the issuer's configuration and keys can be read from the internet:",
        `curl --fail ${shell(`${issuerOf(assertion).replace(/\/$/, "")}/.well-known/openid-configuration`)}`,
      ),
    ],
    retries: 3,
  },
  {
    code: "assertion-invalid",
    when: [{ aadsts: [50027, 5002727, 50013, 5000811, 700021, 700023, 700027, 700222] }],
    cause:
      "The ID token that Entra received is not one that GitHub signed: it is missing or was changed on the way.",
    next: ({ signIn }) => [
      ...(signIn?.type === "azure-cli"
        ? [
            "Check the azure/login step: the job needs `id-token: write`, or azure/login signs in without a token.",
          ]
        : []),
      "If azure/login runs in this job, set the same `client-id` there.",
      "On a self-hosted runner, check that `ACTIONS_ID_TOKEN_REQUEST_URL` leads to GitHub, and not to a proxy.",
      "Run the job again.",
    ],
  },
  {
    code: "assertion-expired",
    when: [{ aadsts: [700024, 500133] }],
    cause: ({ signIn }) =>
      signIn?.type === "azure-cli"
        ? "azure/login signed in with GitHub's ID token, which is valid for five minutes. The Azure CLI cannot renew it."
        : "GitHub's ID token had expired when Entra received it. It is valid for five minutes, so the runner's clock is probably wrong.",
    next: ({ signIn }) =>
      signIn?.type === "azure-cli"
        ? [
            "Use `auth-type: oidc`, which asks for a new ID token when it needs one.",
            "Or run azure/login right before this step.",
          ]
        : [step("On a self-hosted runner, check the clock:", "timedatectl"), "Run the job again."],
    retries: 1,
  },
  {
    code: "application-not-found",
    when: [{ aadsts: [700016, 70001, 700011] }],
    cause:
      "`client-id` and `tenant-id` do not belong together: one is wrong, they are swapped, or the application is in another cloud (`environment`).",
    next: ({ signIn }) => [
      step(
        "Look up the application:",
        az("ad app show", { id: clientOf(signIn), query: "{name:displayName, clientId:appId}" }),
      ),
      step("Look up the tenant and the cloud:", SHOW_TENANT),
    ],
  },
  {
    code: "service-principal-missing",
    when: [{ aadsts: [7000229, 90099] }],
    cause:
      "The application is registered, but has no service principal (enterprise application) in this tenant.",
    next: ({ signIn }) => [
      step("Create the service principal:", az("ad sp create", { id: clientOf(signIn) })),
    ],
  },
  {
    code: "application-disabled",
    when: [{ aadsts: [7000112] }],
    cause: "Sign-in is disabled for this application.",
    next: ({ signIn }) => [
      step("Enable sign-in:", az("ad sp update", { id: clientOf(signIn), set: "accountEnabled=true" })),
    ],
  },
  {
    code: "application-not-assigned",
    when: [{ aadsts: [50105, 501051] }],
    cause: "The tenant lets only assigned principals use the resource, and this one is not assigned.",
    next: [
      "In the Entra admin center, open the enterprise application that the message names, and assign the principal under `Users and groups`.",
    ],
  },
  {
    code: "cross-cloud",
    when: [{ aadsts: [90038, 900382, 900432, 900439, 700030] }],
    cause: ({ cloud }) =>
      sentence`The tenant is not in ${code(cloud?.name ?? "azurecloud")}, the cloud that this run asked.`,
    next: [
      "Set `environment` to the tenant's cloud: `azurecloud`, `azureusgovernment` or `azurechinacloud`.",
      step("Look up the cloud:", SHOW_TENANT),
    ],
  },
  {
    code: "tenant-not-found",
    when: [
      { aadsts: [90002, 900023, 900021, 50059, 50128, 50194, 90019] },
      { text: /Invalid tenant id provided/ },
    ],
    cause: "This cloud has no tenant with this ID or name: `tenant-id` or `environment` is wrong.",
    next: [step("Look up the tenant and the cloud:", SHOW_TENANT)],
  },
  {
    code: "tenant-blocked",
    when: [{ aadsts: [5000224, 5000225] }],
    cause: "Microsoft blocked the tenant, usually because it was inactive for a long time.",
    next: [
      "Reactivate the tenant: https://aka.ms/TenantLifecycle",
      step("Or set `tenant-id` to the tenant that the server belongs to:", SHOW_TENANT),
    ],
  },
  {
    code: "application-public",
    when: [{ aadsts: [700025] }],
    cause:
      "The application is registered as a public client, which cannot authenticate with a token or a secret.",
    next: ({ signIn }) => [
      step(
        "Make the application a confidential client:",
        az("ad app update", { id: clientOf(signIn), "is-fallback-public-client": "false" }),
      ),
    ],
  },
  {
    code: "consent-missing",
    when: [{ aadsts: [65001, 65004, 65005, 90094] }],
    cause: "This application does not have consent to use Azure Database for PostgreSQL.",
    next: ({ cloud, signIn }) => [
      ...(isApplication(signIn)
        ? [
            step(
              "Give consent, as an administrator of the tenant:",
              az("ad app permission admin-consent", { id: clientOf(signIn) }),
            ),
          ]
        : [
            "Use `auth-type: oidc`, which needs no consent.",
            step("Or give consent by signing in once:", az("login", { scope: scopeOf(cloud) })),
          ]),
    ],
  },
  {
    code: "client-secret-wrong",
    when: [{ aadsts: [50012, 70002, 7000215, 7000216, 7000218] }],
    cause: "`client-secret` is not a secret of this application. Use the secret's value, not its ID.",
    next: newSecret,
  },
  {
    code: "client-secret-expired",
    when: [{ aadsts: [7000222] }],
    cause: "The client secret has expired.",
    next: newSecret,
  },
  {
    code: "resource-not-found",
    when: [{ aadsts: [500011, 50001, 650052, 650057, 70011, 1002012] }],
    cause: ({ cloud }) =>
      sentence`The tenant does not know Azure Database for PostgreSQL by the name it has in ${code(cloud?.name ?? "azurecloud")}: ${code(scopeOf(cloud))}.`,
    next: [
      "Set `environment` to the tenant's cloud: `azurecloud`, `azureusgovernment` or `azurechinacloud`.",
      step("Look up the cloud:", SHOW_TENANT),
    ],
  },
  {
    code: "resource-disabled",
    when: [{ aadsts: [500014] }],
    cause:
      "The service principal of Azure Database for PostgreSQL is disabled in this tenant, or the tenant has no active subscription.",
    next: [
      step(
        "Find the service principal that the message names:",
        az("ad sp show", { id: OSSRDBMS, query: "{name:displayName, enabled:accountEnabled}" }),
      ),
      step(
        "Enable the service principal, as an administrator of the tenant:",
        az("ad sp update", { id: OSSRDBMS, set: "accountEnabled=true" }),
      ),
    ],
  },
  {
    code: "conditional-access",
    when: [
      {
        aadsts: [
          50005, 50097, 50131, 53000, 53001, 53002, 53003, 53011, 530003, 530004, 530031, 530032, 530034,
          530035, 530084,
        ],
      },
    ],
    cause: ({ signIn }) =>
      isApplication(signIn)
        ? "A Conditional Access policy for workload identities blocks this application, usually because of the runner's address."
        : "A Conditional Access policy, or the tenant's security defaults, block this sign-in. A policy that requires a managed device is meant for people.",
    next: ({ signIn }) => [
      ...(isApplication(signIn)
        ? [
            "Run the job where the policy allows it: a self-hosted runner, or a larger runner with a static IP address.",
          ]
        : ["Sign in as an application instead: `auth-type: oidc`."]),
      "Ask the tenant's administrators which policy blocked it (Entra admin center, `Sign-in logs`), and ask them to exclude this identity.",
    ],
  },
  {
    code: "managed-identity-arc",
    when: [
      { codes: ["unable_to_read_secret_file", "invalid_secret"] },
      { text: /unable_to_read_secret_file|AzureConnectedMachineAgent|azcmagent/ },
    ],
    cause: "Azure Arc proves the machine by a file, which the runner's user must not read.",
    next: [
      step(
        "On Linux, add the runner's user to the group of the agent, then restart the runner's service:",
        "sudo usermod --append --groups himds <runner-user>",
      ),
      "On Windows, add the user to the local group `Hybrid agent extension applications`.",
    ],
  },
  {
    code: "managed-identity-unavailable",
    when: [
      { text: /Required metadata header not specified/ },
      { signIn: "managed-identity", codes: ["NOT_JSON"], status: [502, 504] },
      { text: /ManagedIdentityCredential: Network unreachable|IMDS endpoint|unreachable (network|host)/i },
      { text: /169\.254\.169\.254.*(Max retries|Failed to establish|timed out)/ },
      { text: /Failed to connect to MSI(?!.*(\b400\b|Bad Request))/ },
      { codes: ["ECONNREFUSED", "EHOSTUNREACH", "ENETUNREACH", "ETIMEDOUT"], signIn: "managed-identity" },
    ],
    cause: (_context, { text }) =>
      BEHIND_PROXY.test(text)
        ? "A proxy is between the runner and the endpoint that issues tokens for a managed identity, which does not work through a proxy."
        : "This runner has no endpoint that issues tokens for a managed identity: it is not a machine in Azure, or it has no identity.",
    next: reachIdentity,
  },
  {
    code: "managed-identity-unknown",
    when: [
      {
        text: /Identity not found|Unable to load the proper Managed Identity|Multiple user assigned identities|No MSI found|No (User|System) Assigned (or Delegated )?Managed Identity found|identity has(n't| not|n’t) been assigned/i,
      },
      { signIn: "managed-identity", status: [400, 403] },
      { text: /Failed to connect to MSI.*(\b400\b|Bad Request)|400 Client Error.*localhost:50342/ },
      { codes: ["user_assigned_managed_identity_not_confirmed"] },
    ],
    cause:
      "The runner does not have the requested identity: `client-id` is wrong, none is assigned, or there are several and `client-id` does not choose one.",
    next: ({ inApp }, { text }) =>
      CLOUD_SHELL.test(text)
        ? [
            step(
              "The identity of Cloud Shell does not work for PostgreSQL. Sign in, and use `auth-type: azure-cli`:",
              "az login",
            ),
          ]
        : [
            inApp || /Unable to load the proper/.test(text)
              ? step(
                  "List the identities of the container app, or of the App Service app:",
                  [az("containerapp identity show", APP), az("webapp identity show", APP)].join("\n"),
                )
              : step(
                  "List the identities of the machine:",
                  az("vm identity show", { "resource-group": "<resource-group>", name: "<vm>" }),
                ),
            "Set `client-id` to the client ID of a user-assigned identity; omit it for the system-assigned identity.",
            "GitHub-hosted runners have no identity: use `auth-type: oidc` there.",
          ],
  },
  {
    code: "managed-identity-busy",
    when: [
      {
        signIn: "managed-identity",
        status: [404, 410, 429, "5xx"],
      },
      { signIn: "managed-identity", codes: ["unknown_error"] },
    ],
    cause: "The machine's identity endpoint is starting, being updated or overloaded.",
    next: [
      "Run the job again.",
      "If the error persists, restart the machine, or create its identity again. In AKS with pod identity, check the pod's label and its `AzureIdentityBinding`.",
    ],
    retries: 3,
  },
  {
    code: "entra-busy",
    when: [
      { aadsts: [500031, 90033, 90024, 90025, 90055, 50196, 90090] },
      { codes: ["temporarily_unavailable", "service_not_available"] },
      { codes: ["server_error"] },
      { text: /TooManyRequests|being throttled/ },
      {
        signIn: "azure-cli",
        text: /\b(429|50[0234])\b.{0,20}(Too Many|Service Unavailable|Gateway|Internal Server)/i,
      },
      { status: [408, 410, 429, "5xx"] },
    ],
    cause: "Entra is overloaded or has an outage.",
    next: ["Run the job again.", "Look for an outage: https://azure.status.microsoft"],
    retries: 3,
  },
  {
    code: "entra-answer-unreadable",
    when: [
      { codes: ["NOT_JSON"], status: ["2xx", "3xx"] },
      { text: /an answer of more than \d+ MiB/ },
      { aadsts: [900561] },
    ],
    cause:
      "A proxy between the runner and Entra changed the request or the answer. An HTML page comes from the proxy itself. An empty answer was cut off on the way.",
    next: (context) => [
      "Run the job again.",
      step(
        "If the error persists, see what answer the runner gets:",
        `curl --include ${shell(`https://${hostOf(context)}`)}`,
      ),
      step("Allow this host in the proxy, or bypass the proxy:", `NO_PROXY=${shell(hostOf(context))}`),
    ],
    retries: 2,
  },
  {
    code: "clock-wrong",
    when: [{ text: /Make sure your computer's time|ID token already expires/ }],
    cause: "The runner's clock is wrong: by this clock, the token had expired when it arrived.",
    next: [step("Check the clock:", "timedatectl"), "Set the clock, then run the job again."],
  },
  {
    code: "cli-missing",
    when: [{ text: /'az' is not recognized|\baz: (command )?not found/ }],
    cause: "`auth-type: azure-cli` needs `az` on the runner's PATH.",
    next: [
      "Use `auth-type: oidc`, which does not need the Azure CLI.",
      "Or install the Azure CLI on the runner: https://aka.ms/azure-cli",
    ],
  },
  {
    code: "cli-not-signed-in",
    when: [
      { text: /az login|MSAL token cache|No subscription found|subscription of '.*' doesn't exist/ },
      {
        aadsts: [
          70008, 70043, 70044, 700082, 700084, 90072, 50020, 50072, 50074, 500121, 50034, 50053, 50055, 50057,
          50076, 50078, 50079, 50126, 50132, 50133, 50158, 50173,
        ],
      },
    ],
    cause:
      "The Azure CLI is not signed in, or its sign-in has expired: after azure/login with OIDC, a sign-in lasts five minutes (AADSTS700024).",
    next: [
      "Use `auth-type: oidc`, which signs in on its own when necessary.",
      "Or run azure/login in the same job, right before this step.",
    ],
  },
  {
    code: "cli-network",
    when: [
      {
        signIn: "azure-cli",
        text: /^(?!.*(SSLError|SSL:|ProxyError)).*(HTTPS?ConnectionPool|Max retries exceeded|Failed to establish a new connection|Connection aborted|JSON is invalid)/,
      },
    ],
    cause:
      "The Azure CLI could not reach Entra: a firewall or a proxy is in the way, or the connection broke.",
    next: (context) => [
      step("Check from the runner:", `curl --include ${shell(`https://${hostOf(context)}`)}`),
      "Behind a proxy, set `HTTPS_PROXY` for the job. If the proxy has its own certificate, set `REQUESTS_CA_BUNDLE` too.",
      "Run the job again.",
    ],
    retries: 1,
  },
  {
    code: "cli-no-answer",
    when: [
      { signIn: "azure-cli", codes: ["ETIMEDOUT"] },
      { signIn: "azure-cli", text: /Unexpected end of JSON input|is not valid JSON|Unexpected token/ },
    ],
    cause:
      "The Azure CLI returned no token: it did not answer in time and was stopped, or it printed something else.",
    next: [
      step("Run the same command in a step of the job, to see where it waits:", GET_TOKEN),
      "Or use `auth-type: oidc`, which does not need the Azure CLI.",
    ],
  },
]);

/** What a container app or an App Service app is called in a command. */
const APP = { "resource-group": "<resource-group>", name: "<app>" };

const CLOUD_SHELL = /not a supported MSI token audience/;

/** Words of an answer that no identity endpoint gives to this action's requests. */
const BEHIND_PROXY = /HTTP status 50[24] |Required metadata header/;

/** How the runner reaches an endpoint that issues tokens. */
function reachIdentity(_context: Context, { text }: Symptom): Steps {
  const bypass = step(
    "If the runner uses a proxy, exclude the identity endpoint from it:",
    "NO_PROXY=169.254.169.254",
  );
  if (BEHIND_PROXY.test(text)) return [bypass, "Run the job again."];
  if (/Failed to connect to MSI.*\b405\b/.test(text))
    return [
      "In a container app, use `auth-type: managed-identity`, which knows the app's identity endpoint.",
      "Or update the Azure CLI to 2.67 or newer.",
    ];
  return [
    "On GitHub-hosted runners, use `auth-type: oidc`.",
    "In a container app or an App Service app, give the job the variables `IDENTITY_ENDPOINT` and `IDENTITY_HEADER` of the app.",
    ...(/ECONNREFUSED/.test(text)
      ? []
      : [
          step(
            "On a self-hosted runner in Azure, assign an identity to the machine:",
            az("vm identity assign", { "resource-group": "<resource-group>", name: "<vm>" }),
          ),
        ]),
    bypass,
  ];
}

/** https://docs.github.com/repositories/configuring-branches-and-merges-in-your-repository/configuring-pull-request-merges/managing-a-merge-queue */
const MERGE_QUEUE = /:ref:refs\/heads\/gh-readonly-queue\//;

function isApplication(signIn: Context["signIn"]): boolean {
  return signIn?.type !== "azure-cli";
}

function scopeOf(cloud: Context["cloud"]): string {
  return cloud?.postgresScope ?? "https://ossrdbms-aad.database.windows.net/.default";
}

/** The job's subject: as GitHub said, or else as Entra repeats it. */
function subjectOf({ assertion }: Context, { text }: Symptom): string {
  return claim(assertion, "sub") ?? text.match(/[Ss]ubject:? '([^']{1,300})'/)?.[1] ?? "<subject>";
}

/** What GitHub sent, and the commands that make the application accept it. */
function federate(context: Context, symptom: Symptom): Steps {
  const { assertion, cloud, signIn } = context;
  const subject = subjectOf(context, symptom);
  const issuer = issuerOf(assertion);
  const audience = claim(assertion, "aud") ?? cloud?.oidcAudience ?? "api://AzureADTokenExchange";
  const id = clientOf(signIn);
  const compare = step(
    sentence`GitHub sent the issuer ${code(issuer)}, the subject ${code(subject)} and the audience ${code(audience)}. A federated credential of ${code("client-id")} must have the same; the issuer has no slash at its end.${immutableForm(subject, assertion)} Find the managed identity of ${code("client-id")}; if this prints nothing, it is an Entra application:`,
    az("identity list", { query: `[?clientId=='${id}'].{name:name, resourceGroup:resourceGroup}` }),
  );
  if (isCustomized(subject)) return [...forCustomized(context, symptom), compare];
  if (MERGE_QUEUE.test(subject)) return [compare, ...forMergeQueue(subject, issuer, audience, id)];
  return [
    compare,
    ...createCredential(subject, issuer, audience, id),
    "Run the job again after a minute: a new federated credential can take that long to work.",
  ];
}

/** Whether the subject has another form than GitHub's own. */
function isCustomized(subject: string): boolean {
  return subject !== "<subject>" && !/^repo:[^/:]+\/[^:]+:(ref:|environment:|pull_request$)/.test(subject);
}

/** https://docs.github.com/actions/reference/security/oidc#customizing-the-token-claims */
function forCustomized(context: Context, symptom: Symptom): Steps {
  const { assertion, cloud, signIn } = context;
  const subject = subjectOf(context, symptom);
  const audience = claim(assertion, "aud") ?? cloud?.oidcAudience ?? "api://AzureADTokenExchange";
  const api = `/repos/${claim(assertion, "repository") ?? "<owner>/<repository>"}/actions/oidc/customization/sub`;
  return [
    step(
      "The repository or its organization has customized the subject. Show which claims it has:",
      `gh api ${shell(api)}`,
    ),
    ...createCredential(subject, issuerOf(assertion), audience, clientOf(signIn)),
    step(
      "Or return to the subject of GitHub, which the credentials of other jobs may not match:",
      `gh api --method PUT ${shell(api)} --field use_default=true`,
    ),
  ];
}

function forMergeQueue(subject: string, issuer: string, audience: string, id: string): Steps {
  const repository = subject.replace(/:ref:.*$/, "");
  const matching = JSON.stringify({
    name: "merge-queue",
    issuer,
    audiences: [audience],
    claimsMatchingExpression: {
      value: `claims['sub'] matches '${repository}:ref:refs/heads/gh-readonly-queue/*'`,
      languageVersion: 1,
    },
  });
  return [
    "Add `environment: <environment>` to the job. Its subject is then the same in each run.",
    ...createCredential(`${repository}:environment:<environment>`, issuer, audience, id),
    step(
      "Or, without an environment, add one with a claims-matching expression:",
      az("rest", {
        method: "post",
        url: `https://graph.microsoft.com/beta/applications(appId='${id}')/federatedIdentityCredentials`,
        body: matching,
      }),
    ),
  ];
}

function createCredential(subject: string, issuer: string, audience: string, id: string): Steps {
  const name = credentialName(subject);
  return [
    step(
      "Add a federated credential to the managed identity:",
      az("identity federated-credential create", {
        "resource-group": "<resource-group>",
        "identity-name": "<identity>",
        name,
        issuer,
        subject,
        audiences: audience,
      }),
    ),
    step(
      "Or to the Entra application:",
      az("ad app federated-credential create", {
        id,
        parameters: JSON.stringify({ name, issuer, subject, audiences: [audience] }),
      }),
    ),
  ];
}

/** At most 120 characters, fit for a URL: https://learn.microsoft.com/graph/api/resources/federatedidentitycredential */
function credentialName(subject: string): string {
  const plain = subject.replace(/[^a-z0-9]+/gi, "-");
  return plain.replace(/^-|-$/g, "").slice(0, 120);
}

/** https://github.blog/changelog/2026-04-23-immutable-subject-claims-for-github-actions-oidc-tokens */
const IMMUTABLE = /^repo:([^@/]+)@\d+\/([^@:]+)@\d+/;

/** The other of the two forms in which GitHub names a repository. */
function immutableForm(subject: string, assertion: Context["assertion"]): Sentence {
  if (IMMUTABLE.test(subject)) {
    const old = subject.replace(IMMUTABLE, "repo:$1/$2");
    return sentence` The subject has the immutable form of repositories created, renamed or moved since 2026-07-15; a credential for ${code(old)} does not match it.`;
  }
  const [owner, repository] = [claim(assertion, "repository_owner_id"), claim(assertion, "repository_id")];
  if (owner === undefined || repository === undefined) return EMPTY;
  const immutable = subject.replace(/^repo:([^/]+)\/([^:]+)/, `repo:$1@${owner}/$2@${repository}`);
  return sentence` A credential for the immutable form, ${code(immutable)}, matches only after the repository was switched to it.`;
}

function newSecret({ signIn }: Context): Steps {
  return [
    step(
      "Create a new secret, and store its value as the secret that the workflow uses:",
      az("ad app credential reset --append", { id: clientOf(signIn), query: "password" }),
    ),
    "Or use `auth-type: oidc`, which needs no secret.",
  ];
}

function issuerOf(assertion: Context["assertion"]): string {
  return claim(assertion, "iss") ?? "https://token.actions.githubusercontent.com";
}

function clientOf(signIn: Context["signIn"]): string {
  return signIn !== undefined && "clientId" in signIn && signIn.clientId ? signIn.clientId : "<client-id>";
}
