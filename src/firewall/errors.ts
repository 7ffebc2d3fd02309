import { az, azFirewall, azServer, azShow } from "../diagnosis/commands.ts";
import { diagnoseBy } from "../diagnosis/diagnose.ts";
import { clientOf } from "../diagnosis/entra.ts";
import { byItsWords } from "../diagnosis/meanings.ts";
import { NETWORK, PRIVATE } from "../diagnosis/network.ts";
import { PROXY } from "../diagnosis/proxy.ts";
import { type Context, rulesFor } from "../diagnosis/rules.ts";
import { CHECK_CLOCK, readNumber, selectCloud, tenantIn, WITH_AZ, whereIs } from "../diagnosis/steps.ts";
import type { Symptom } from "../diagnosis/symptoms.ts";
import { type Failure, run, type Steps } from "../model/failure.ts";
import { API_VERSION, PROVIDER, rulePath, SERVERS, type ServerId, serverPath } from "../model/flexible-server.ts";
import { code, inOurWords, sentence } from "../model/sentence.ts";
import { azureLog, notRunning, subscriptionState } from "./obstacles.ts";
import { PERMISSIONS, type Permission } from "./server.ts";

/** A request to Azure's resource manager, for the explanation of its error. */
export interface ResourceManagerContext extends Context {
  /** The permission that the login needs for it. */
  readonly permission: Permission;
  readonly server: ServerId;
}

/**
 * Explains an error of Azure's resource manager: its likeliest cause and the next steps.
 * @param error with the `status` of the answer and Azure's own `code`, if there was an answer
 */
export const diagnoseResourceManager = (error: unknown, context: ResourceManagerContext): Failure =>
  diagnoseBy([...PROXY, ...PRIVATE, ...AZURE, ...NETWORK], error, { with: "azure", ...context });

/** Words of an operation that ends by itself. A resource in state `Failed` stays there. */
const BUSY =
  /^(?!.*(\bfailed state|\bstate( of [\w ]{1,30}?)?( is)?\W{1,5}(failed|disabled)|\bservice\b.{0,40}\b(busy|unavailable))).*\b(busy|in progress|by another operation|exclusive access|not (in )?(an? )?(ready|succeeded|accessible)|(try|retry)( again| the request( again)?)? (later|in|(after|once|when) (the (server|operation|update)|it is (?!(en|register)))|after (some|a|\d))|wait for|temporarily|maintenance|in the middle|not (yet )?(finish|complet)ed|still active|conflicting state|transitioning|in (a )?transition|undergoing|current state of|modified since|being (?!delet|us)\w+|concurrent|superseded|during (provision|creat|updat|upgrad|scal)\w+|(currently|state|is)\W{1,5}(updating|creating|provisioning|starting|stopping|restarting)|(updat|creat|provision|start)ing\W{1,3}state)\b/i;

/** Azure lists the versions of its API that it offers in place of the one that was asked for. */
const VERSIONS = /supported (?:api-)?versions are/i;

const INSIDE = "use a runner in the server's network (`docs/private-network.md`)";

/** What `<address>` is put into. */
const RULE = '{"properties":{"startIpAddress":"<address>","endIpAddress":"<address>"}}';

const OWN_ADDRESS = "If the job or the runner sets `AZURE_RESOURCE_MANAGER_URL`, remove it.";

const UNREGISTERED = /'puid' or|service principal.{0,60} not .{0,9}(found|exist|creat|regist)/i;

/** A resource that is not ready. */
const USED = /\bresource (\/subscriptions\/[\w.()/-]{1,900})/;

/** Not in a name. */
const DOWN = /(?<![\w'-])(stopped|inaccess|not (in )?running)(?!-)|managed key|state.{0,30}\W(Stopp|Disabled|Inacc)/i;

const BEING_DELETED = /\b(being|for) (delet|dropp)|'Deleting'|BeingDeleted|Dropping\b/i;

const DISABLED =
  /subscription(?!s\/).{0,80}((is|are|has been) (disabled|suspended|expired|not active|not ready|restricted|past due)|not (enabled|permitted|allowed to)|read.only|'(Warned|Disabled|Deleted|PastDue|Suspended|Expired)')/i;

/** As many attempts as there is time for: three minutes, with five seconds between them. */
const WHILE_THERE_IS_TIME = { retries: 5 };

/**
 * The errors of Azure's resource manager. Only codes that pass with time are retried; an unknown code is shown at once, in
 * Azure's words.
 * https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/common-deployment-errors
 */
export const AZURE = rulesFor<ResourceManagerContext>("azure", {
  "azure-mfa-required": [
    { status: [401, 403], text: /(?<![\w./'-])(MFA|multi-?factor authentication)(?![\w./-])/i }, // not in a name
    "Azure lets a user change resources only after multifactor authentication, which a job cannot do.",
    ({ signIn }) =>
      `${signIn?.type === "azure-cli" ? "If a person is signed in to the Azure CLI, use `auth-type: oidc`. Otherwise ask" : "Ask"} the owner of the policy in the message to exempt applications, or ${INSIDE}.`,
  ],
  "azure-policy": [
    ["RequestDisallowedByPolicy", /by policy|policy violation/i],
    "An Azure policy of the subscription or its management group does not allow this change of a firewall rule.",
    ({ server }, { text }) => (/policy(Assign|Def|Set| identifiers)/i.test(text) ? [] : azureLog(server)),
    `Ask the owner of the policy for an exemption of the server, or ${INSIDE}.`,
  ],
  "azure-deny-assignment": [
    /DenyAssignment|deny assignment/i,
    "A deny assignment of a managed application, a blueprint or a deployment stack forbids this, whatever roles the identity has. The message has the name of what made the assignment.",
    (_context, { text }) =>
      `Ask ${/managed application/i.test(text) ? "the publisher of the managed application to change the server" : /blueprint/i.test(text) ? "the owner of the blueprint to unlock its assignment" : `the owner of the deployment stack to deploy it with \`--deny-settings-excluded-actions ${PERMISSIONS.writeRules} ${PERMISSIONS.deleteRules}\``}, or ${INSIDE}.`,
  ],
  "azure-not-from-here": [
    /PrivateLinkAccessRestricted|LocationConditionEvaluationSatisfied|conditional access|network security perimeter|client IP .{0,60}not allowed|(denied|forbidden|blocked) (from|by|for) .{0,40}(?<![./])\b(IP|network|firewall)\b/i,
    (_context, { text }) =>
      `This identity may not use Azure from the runner's network: ${/PrivateLink/.test(text) ? "the network's private link to Azure Resource Manager does not lead to the server's subscription" : "a Conditional Access policy does not allow its address"}.`,
    (_context, { text }) =>
      `Use a runner in another network, or ask ${/PrivateLink/.test(text) ? "the owner of the private link to associate it with the root management group of the tenant" : "the tenant's administrators to allow the address or to exclude the identity from the policy"}.`,
  ],
  "resource-locked": [
    /^(ScopeLocked |(?!.* (mov|account|another|progress|later)).*((is|are) locked\b|\b(ReadOnly|CanNotDelete) lock))/i,
    "A lock on the server, its resource group or its subscription does not allow this.",
    "List the locks with their levels:",
    ({ server: { subscription } }) => az("lock list", { subscription, query: "[].[level, id]" }),
    `Delete the lock with \`az lock delete --ids <id>\`, as an owner or a user access administrator, or ${INSIDE}. A \`CanNotDelete\` lock in place of a \`ReadOnly\` lock is enough: under it, this action can make its rule, and close it.`,
  ],
  "azure-request-unknown": [
    [
      "InvalidApiVersionParameter UnsupportedApiVersion InvalidResourceType InvalidResourceNamespace NoRegisteredProviderFound",
      { status: [400, 404], text: VERSIONS },
      { status: [404], text: /^HTTP status 404:|No (HTTP resource|action|type) was found/ },
      { status: [405, 501], text: /^HTTP status|\bmethod\b/i },
    ],
    (_context, { text }) =>
      VERSIONS.test(text)
        ? `Azure does not offer version ${API_VERSION} of its API, which this action uses, in this cloud or in the region of the server.`
        : "Azure does not know the request: the address is not that of Azure Resource Manager, this cloud does not offer flexible servers, or Azure has a fault.",
    (context, { text }) => {
      const isFirst = context.permission === PERMISSIONS.readServer;
      if (!VERSIONS.test(text)) return isFirst ? [...selectCloud(context), OWN_ADDRESS] : [];
      const id = rulePath(context.server, "github-runner");
      return [
        "Open the firewall without this action: in a job that is signed in to the Azure CLI, run the first command with the public address of the runner, and the second one at the end of the job, with `if: always()`:",
        run(az("resource create --is-full-object", { id, properties: RULE }), az("resource delete", { ids: id })),
      ];
    },
    "Use the newest version of this action. If the error persists, open an issue in its repository, with this message.",
  ],
  "provider-not-registered": [
    "MissingSubscriptionRegistration MissingRegistrationForLocation SubscriptionNotRegistered InvalidSubscriptionRegistrationState",
    "The subscription is not registered for the resource provider that the message names, or else for Azure Database for PostgreSQL.",
    "Register this subscription, as a contributor or an owner. When this command has ended, run the job again:",
    ({ server: { subscription } }, { text }) =>
      az("provider register --wait", { namespace: text.match(/namespace '([\w.]+)'/)?.[1] ?? PROVIDER, subscription }),
    "If the server is in another subscription, set `server-resource-id` to its ID there instead.",
  ],
  "subscription-disabled": [
    [
      "ReadOnlyDisabledSubscription SubscriptionDisabled RequestDisallowedByAzure DisallowedOperation DisallowedProvider LocationIsOfferRestricted SubscriptionState*",
      { status: [400, 403, 409], text: DISABLED },
    ],
    (_context, { text }) =>
      `${/restricted|disallow|namespace|not (permitted|allowed)/i.test(text) ? "Azure does not allow this change in a subscription of this type or in this region" : "The subscription is disabled: its credit is used up, a payment failed, or it was cancelled"}. Reads can still work.`,
    "See the state of the subscription. If it is not `Enabled`, its owner or billing administrator can reactivate it (https://learn.microsoft.com/azure/cost-management-billing/manage/subscription-disabled). If it is, ask Azure's support to lift the restriction, or use another subscription:",
    ({ server }) => subscriptionState(server),
  ],
  "azure-token-expired": [
    [
      "ExpiredAuthenticationToken",
      /continuous access evaluation|Lifetime validation failed|token (has expired|has been revoked|expiry|not before)/i,
    ],
    "The token expired or was revoked before Azure read it, or the runner's clock is wrong.",
    "Run the job again from the start: it has to sign in again.",
    ({ onGitHub }) => (onGitHub ? [] : CHECK_CLOCK),
    { retries: 1 },
  ],
  "azure-token-refused": [
    ["InvalidAuthenticationToken* AuthenticationFailed* CrossTenant*", { status: [401] }, /to access linked/],
    (context, { text }) => {
      const { server, signIn } = context;
      const isManaged = signIn?.type === "managed-identity";
      const isDisabled = /\bdisabled\b/i.test(text);
      if (isDisabled || (!isManaged && UNREGISTERED.test(text)))
        return [
          `The application's service principal in the subscription's tenant ${isDisabled ? "is disabled" : "does not exist, or is so new that Azure does not know it yet"}.`,
          `${isDisabled ? "Enable the service principal, as an administrator of the tenant, and run" : "Check the client ID and the tenant with which the job signs in. If both are right, create the service principal, give it the role in `docs/firewall.md`, and run"} the job again in a few minutes:`,
          az(isDisabled ? "ad sp update --set accountEnabled=true" : "ad sp create", { id: clientOf(signIn) }),
        ];
      if (/AADSTS/.test(text)) return ["The message has Entra's reason to refuse the token.", ...readNumber(text)];
      if (!/wrong issuer|(cross|current|different|another|owner).tenant/i.test(text))
        return [
          "Azure does not accept the token: it is for a different cloud than this address, for something else than Azure Resource Manager, or from a different tenant than the subscription's.",
          ...selectCloud(context),
          OWN_ADDRESS,
        ];
      const tenant = tenantIn(text);
      return [
        "The token is from a different tenant than the subscription's, or `server-resource-id` names the wrong subscription.",
        `${isManaged ? "Use `auth-type: oidc`, because a managed identity has only its own tenant. Set" : "Set"} ${whereIs("tenant-id", context)} to the tenant of the subscription, and ${whereIs("client-id", context)} to an application of that tenant${tenant ? ":" : `. ${WITH_AZ}, see the tenant of the subscription:`}`,
        tenant ?? az("account show", { subscription: server.subscription, query: "tenantId" }),
      ];
    },
  ],
  "subscription-not-found": [
    "SubscriptionNotFound InvalidSubscriptionId",
    "Azure finds no subscription with the ID in `server-resource-id`: the ID is wrong, the subscription was deleted, or it belongs to a different tenant or cloud.",
    "Find the subscription in the list of those that you have access to. Then correct `server-resource-id`, or set `tenant-id` and `environment` to its tenant and cloud:",
    az("account list --all --refresh", { output: "table" }),
  ],
  "server-not-found": [
    [
      "ServerDifferentSubscription InvalidResource* InvalidServerName ServerNotFound ServerNotExist CannotFindObject ResourceGroupBeingDeleted ServerDropping ServerGroupDropping",
      { status: [404, 410], text: /^(?!FirewallRule|AzureKeyVault)\w+ \(/ },
      { status: [400, 409], text: BEING_DELETED },
    ],
    (_context, { text }) =>
      BEING_DELETED.test(text)
        ? "The server or its resource group is being deleted, with its firewall rules, or the deletion of an earlier server with this name has not ended."
        : "The subscription has no resource group or flexible server with this name: the name is misspelt, the server is in another subscription or of another kind, or it is not created yet, or was deleted or moved.",
    ({ permission }, { text }) =>
      `${permission === PERMISSIONS.deleteRules ? "If the server is being deleted, its rules are, too. See whether it is still there" : BEING_DELETED.test(text) ? "Set `server-resource-id` to another server. If you create this one again, run the job when it is `Ready`" : "See the servers of the subscription. If yours has another ID, set `server-resource-id` to that. If it has this ID, run the job again when the server is `Ready`. If it is not in the list, look in your other subscriptions"}:`,
    ({ server: { subscription } }) => az("postgres flexible-server list", { subscription, query: "[].[state, id]" }),
  ],
  "azure-not-permitted": [
    [
      "AuthorizationFailed AuthorizationPermissionMismatch LinkedA*",
      { status: [400, 403], text: /(not |un)authorized|not have (permission|auth|access)|access (is )?denied/i },
    ],
    "The identity that signs in has no role that allows this on the server, or on the linked resource in the message. A role does not count if it is on a smaller scope, if it is only eligible (PIM), if its assignment has a condition that is not met, or if the assignment is only minutes old. Azure answers the same if `server-resource-id` is misspelt.",
    allow,
  ],
  "server-not-running": [
    ["ServerStoppedError ServerIsStopped ServerDisabled AzureKeyVault*", { status: [400, 409], text: DOWN }],
    ({ server }, { text }) => notRunning(server, text),
  ],
  "server-busy": [
    [
      "ServerIsBusy ServerIsNotReady ServerUnavailableForOperation OperationInProgress AnotherOperationInProgress ConflictError Conflicting* OperationCancelled OperationInterrupted OperationPreempted Retryable* ResourceModified PreconditionFailed CanceledAndSuperseded* AadAuthOperationCannotBePerformedWhenServerIsNotAccessible",
      { codes: "ServerBusy", status: ["4xx"] },
      { status: [400, 409, 412, 423], text: BUSY },
    ],
    "Another operation on the server, or on a resource that it uses, is in progress. It can be maintenance by Azure.",
    ({ permission }, { text }) =>
      `${permission === PERMISSIONS.deleteRules ? "Wait until" : "Run the job again when"} the state is \`${USED.exec(text)?.[1]?.includes(SERVERS) === false ? "Succeeded" : "Ready"}\`:`,
    ({ server }, { text }) =>
      az("resource show", {
        ids: USED.exec(text)?.[1] ?? serverPath(server),
        query: "properties.[state, provisioningState]",
      }),
    WHILE_THERE_IS_TIME,
  ],
  "azure-throttled": [
    ["TooManyRequests SubscriptionRequestsThrottled RateLimiting", { status: [429] }],
    "The identity that signs in, the subscription or its tenant has sent more requests than Azure allows in this period.",
    (_context, { text }) =>
      `Run the job again in ${text.match(/after '?(\d{1,5})'? sec/)?.[1]?.concat(" s") ?? "a few minutes"}, and fewer jobs in this subscription at the same time.`,
    WHILE_THERE_IS_TIME,
  ],
  "azure-unavailable": [
    [
      "InternalServerError InternalError InternalOperationError ServiceBusy ServiceUnavailable GatewayTimeout ServerTimeout RequestTimeout OperationTimedOut BadGatewayConnection InvalidGatewayHost GatewayAuthenticationFailed ClientCertificateValidationFailure MultipleErrorsOccurred GeneralError UnknownError HttpResponsePayloadAPISpecValidationFailed",
      { status: [408, "5xx"] },
      /Our services aren.t available|\bservice is (temporarily|currently) (unavailable|busy)/i,
    ],
    (_context, { text }) =>
      `Azure Resource Manager or the server's resource provider has a fault${/^HTTP status(?!.*Our services)/.test(text) ? ", or a proxy answered in its place" : ""}.`,
    "Run the job again in a few minutes. Azure lists regional outages: https://azure.status.microsoft",
    "If the error persists, see the state of the server. If it is `Ready`, open a support request for the server in the Azure portal, with this message:",
    ({ server }) => azShow({ server }, "state"),
    WHILE_THERE_IS_TIME,
  ],
  "firewall-rules-full": [
    ["ResourceQuotaExceeded ResourceCountExceeds*", /^(?=.*rules?\b)(?=.*(maximum(?! length)|limit|quota|too many))/i],
    "The server, or its resource group, has as many firewall rules as Azure allows.",
    "List the rules of the server, and delete those that nothing needs with `az resource delete --ids <id>`:",
    ({ server }) => azFirewall({ server }, "", { method: "get", query: "value[].id" }),
  ],
  "azure-refused": [
    { status: ["3xx", "4xx"], text: /HTTP status \d+\)?:/ },
    (context, symptom) =>
      byItsWords("Azure refused the request", "the server's state", ...seeReason(context))(context, symptom),
    "If the reason is not clear, look up Azure's code, or open a support request for the server in the Azure portal: https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/common-deployment-errors",
  ],
});

/** Azure can answer with these after it made the change. The same is true of an error that no rule knows. */
const UNSURE = ["server-busy", "azure-unavailable", "azure-refused"];

/** True if the request was refused before it changed anything. */
export const nothingDone = ({ code }: Failure): boolean =>
  [...PRIVATE, ...AZURE].some((rule) => rule.code === code && !UNSURE.includes(code));

/** Where Azure's log has the reason. It has no reads. */
function seeReason({ permission, server }: ResourceManagerContext): Steps {
  if (!permission.endsWith("/read")) return azureLog(server);
  return ["See whether Azure refuses the same to you, and why:", azServer("show", { server })];
}

/** The first scope in a message. */
const SCOPE = /(?:scope\(s\)|(?:over|at) scope) '([^',]{1,1000}?)(?:[',]|\/firewallRules)/i;

/** A scope or a permission of one operation, for which nobody can assign a role. A location has only operations. */
const OPERATION = /\/(locations\/|\w{0,40}operation\w{0,40}\/[^ /]{1,200}( |$))/i;

/** A role that has the permission, and its assignment. Reader has all reads; the action itself also writes. */
function allow({ permission, server, signIn }: ResourceManagerContext, { text }: Symptom): Steps {
  const needed =
    text.match(/.*perform action(?:\(s\))? '([\w.]{1,100}\/[\w./]{1,200})'(?! on scope)/)?.[1] ?? permission;
  const named = text.match(SCOPE)?.[1] ?? serverPath(server);
  const scope = OPERATION.test(`${needed} ${named}`) ? `/subscriptions/${server.subscription}` : named;
  const assignee = text.match(/object id '([0-9a-f-]{36})'/i)?.[1] ?? clientOf(signIn);
  const readerDoes = needed.endsWith("/read") && !needed.startsWith(SERVERS);
  /** The smallest role that allows all that the firewall action asks for; docs/firewall.md has it, too. */
  const definition = {
    Name: "PostgreSQL firewall for a runner",
    Description: "Opens and closes the firewall of a flexible server for one address.",
    Actions: [...new Set([...Object.values(PERMISSIONS), needed])],
    AssignableScopes: [scope.split("/", 3).join("/")],
  };
  const isRemoval = permission === PERMISSIONS.deleteRules;
  const verb = isRemoval ? "So that the next job can remove its rule, create" : "Create";
  return [
    readerDoes
      ? sentence`Assign the role Reader, which has ${code(needed)}, on the scope, as an owner or a user access administrator:`
      : sentence`${inOurWords(verb)} a role that has ${code(needed)}, and assign it on the scope, as an owner or a user access administrator. If the role exists, write ${code("update")} instead of ${code("create")} in the first command:`,
    run(
      ...(readerDoes ? [] : [az("role definition create", { "role-definition": JSON.stringify(definition) })]),
      az("role assignment create", { role: readerDoes ? "Reader" : definition.Name, assignee, scope }),
    ),
    `${isRemoval ? "" : "Run the job again. "}A new assignment can take ten minutes to work.`,
  ];
}
