import { az, azServer, azShow, shell } from "../diagnosis/commands.ts";
import { diagnoseBy } from "../diagnosis/diagnose.ts";
import { NETWORK } from "../diagnosis/network.ts";
import { type Context, type Rule, rulesFor } from "../diagnosis/rules.ts";
import type { Symptom } from "../diagnosis/symptoms.ts";
import { type Failure, type Steps, step } from "../model/failure.ts";
import { code, sentence } from "../model/sentence.ts";
import { PERMISSIONS, type Permission, PROVIDER, type ServerId, serverPath } from "./server.ts";

/** A request to Azure's resource manager, for the explanation of its error. */
export interface ResourceManagerContext extends Context {
  /** The permission that the login needs for it. */
  readonly permission: Permission;
  readonly server: ServerId;
  /** The client ID of the identity that asks, if the inputs name it. */
  readonly clientId?: string | undefined;
}

/**
 * Explains an error of Azure's resource manager: its likeliest cause and the next steps.
 * @param error with the `status` of the answer and Azure's own `code`, if there was an answer
 */
export function diagnoseResourceManager(error: unknown, context: ResourceManagerContext): Failure {
  return diagnoseBy(RULES, error, { with: "azure", ...context });
}

/** True if the request was refused before it changed anything. */
export function nothingDone({ code }: Failure): boolean {
  return REFUSED.includes(code);
}

const REFUSED = [
  "azure-policy",
  "azure-deny-assignment",
  "resource-locked",
  "subscription-disabled",
  "provider-not-registered",
  "azure-api-version",
  "azure-token-refused",
  "server-not-found",
  "server-not-running",
  "azure-not-permitted",
];

/** As many attempts as there is time for: three minutes, with five seconds between them. */
const WHILE_THERE_IS_TIME = 5;

/**
 * The errors of Azure's resource manager. Only codes that pass with time are retried; an unknown code is shown at once, in
 * Azure's words. An operation that failed has its code, but HTTP status 200.
 * https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/common-deployment-errors
 */
export const AZURE = rulesFor<ResourceManagerContext>("azure", [
  {
    code: "azure-policy",
    when: [{ codes: ["RequestDisallowedByPolicy"] }],
    cause: "An Azure policy of the subscription does not allow firewall rules, or does not allow this one.",
    next: [
      "Ask the owner of the policy for an exemption, or use a runner in the server's network (`docs/private-network.md`).",
    ],
  },
  {
    code: "azure-deny-assignment",
    when: [{ codes: ["DenyAssignmentAuthorizationFailed"] }],
    cause:
      "A deny assignment of a deployment stack or a managed application forbids this, whatever roles the identity has.",
    next: [
      step(
        "If a deployment stack made the deny assignment, deploy the stack with this option:",
        `--deny-settings-excluded-actions ${PERMISSIONS.writeRules} ${PERMISSIONS.deleteRules}`,
      ),
      "In a managed application, only its publisher can change the server. Use a runner in the server's network (`docs/private-network.md`).",
    ],
  },
  {
    code: "resource-locked",
    when: [{ codes: ["ScopeLocked"] }],
    cause: "A lock on the server, its resource group or its subscription does not allow this.",
    next: ({ server }) => [
      step(
        "List the locks:",
        az("lock list", {
          subscription: server.subscription,
          "resource-group": server.resourceGroup,
          output: "table",
        }),
      ),
      "Remove the lock, or use a runner in the server's network (`docs/private-network.md`).",
    ],
  },
  {
    code: "subscription-disabled",
    when: [{ codes: ["ReadOnlyDisabledSubscription", "SubscriptionDisabled", "DisallowedOperation"] }],
    cause: "The subscription is disabled, or its type does not allow changes. Reads can still work.",
    next: ({ server }) => [
      step(
        "Look up the state of the subscription:",
        az("account show", { subscription: server.subscription, query: "state" }),
      ),
      "Reactivate the subscription, or use another one: https://learn.microsoft.com/azure/cost-management-billing/manage/subscription-disabled",
    ],
  },
  {
    code: "provider-not-registered",
    when: [{ codes: ["MissingSubscriptionRegistration", "SubscriptionNotRegistered"] }],
    cause:
      "The subscription is not registered for Azure Database for PostgreSQL. A subscription that has a server always is, so `server-resource-id` can name the wrong one.",
    next: ({ server }, { text }) => [
      step(
        "If it is the right subscription, register it:",
        az("provider register", {
          namespace: text.match(/namespace '([\w.]{1,100})'/)?.[1] ?? PROVIDER,
          subscription: server.subscription,
        }),
      ),
    ],
  },
  {
    code: "azure-api-version",
    when: [{ codes: ["NoRegisteredProviderFound", "InvalidApiVersionParameter", "InvalidResourceType"] }],
    cause: "This cloud or region does not have the API version that this action uses.",
    next: [
      "Use the newest version of this action.",
      "If the error persists, open an issue in this action's repository, with this message.",
    ],
  },
  {
    code: "azure-token-expired",
    when: [{ codes: ["ExpiredAuthenticationToken"] }],
    cause: "The token expired before Azure read it, or the runner's clock is wrong.",
    next: ["Run the job again.", step("On a self-hosted runner, check the clock:", "timedatectl")],
    retries: 1,
  },
  {
    code: "azure-token-refused",
    when: [{ codes: ["InvalidAuthenticationToken*", "AuthenticationFailed*"] }, { status: [401] }],
    cause: (_context, { text }) =>
      NO_HEADER.test(text)
        ? "The request arrived without its token. A proxy on the way removed the header."
        : "The token is from a different tenant or cloud than the subscription's.",
    next: renewToken,
  },
  {
    code: "server-not-found",
    when: [
      {
        codes: [
          "ResourceNotFound",
          "ResourceGroupNotFound",
          "ResourceGroupBeingDeleted",
          "SubscriptionNotFound",
          "InvalidSubscriptionId",
          "ParentResourceNotFound",
        ],
      },
    ],
    cause: (_context, { code: azureCode }) => NOT_FOUND[azureCode] ?? NO_SERVER,
    next: ({ server }, { code: azureCode }) => [
      ...(azureCode.includes("Subscription")
        ? [
            step(
              "Look for the subscription, and set `tenant-id` and `environment` to its tenant and cloud:",
              az("account show", { subscription: server.subscription }),
            ),
          ]
        : []),
      step(
        "Set `server-resource-id` to one of these:",
        az("postgres flexible-server list", { subscription: server.subscription, query: "[].id" }),
      ),
    ],
  },
  {
    code: "azure-not-permitted",
    when: [{ codes: ["AuthorizationFailed", "LinkedAuthorizationFailed", "Forbidden"] }],
    cause: "The identity that signs in has no role on the server that allows this.",
    next: allow,
  },
  {
    code: "server-not-running",
    when: [
      { codes: ["ServerStoppedError", "ServerIsStopped"] },
      { codes: ["Server*"], text: /state\W{1,5}(Stopp|Disabled|Inaccessible)/i },
    ],
    cause: "The server is stopped.",
    next: ({ server }) => [step("Start the server, then run the job again:", azServer("start", { server }))],
  },
  {
    code: "server-busy",
    when: [
      {
        codes: [
          "ServerBusy",
          "ServerIsBusy",
          "ServiceBusy",
          "ServerIsNotReady",
          "ServerUnavailableForOperation",
          "OperationInProgress",
          "AnotherOperationInProgress",
          "ConflictingServerOperation",
        ],
      },
      { status: [409], text: /\b(busy|in progress|(try|retry) (again )?later|being (updated|created))\b/i },
    ],
    cause: "Another operation on the server is in progress.",
    next: ({ server }) => [
      step("Run the job again when the server is `Ready`:", azShow({ server }, "state")),
    ],
    retries: WHILE_THERE_IS_TIME,
  },
  {
    code: "azure-too-many-requests",
    when: [{ codes: ["TooManyRequests", "SubscriptionRequestsThrottled"] }, { status: [429] }],
    cause: "The subscription has sent more requests than Azure allows in this period.",
    next: ["Run the job again in a few minutes."],
    retries: WHILE_THERE_IS_TIME,
  },
  {
    code: "azure-unavailable",
    when: [
      {
        codes: [
          "InternalServerError",
          "InternalError",
          "ServiceUnavailable",
          "GatewayTimeout",
          "ServerTimeout",
        ],
      },
      { status: [408, "5xx"] },
    ],
    cause: "Azure Resource Manager has a fault.",
    next: [
      "Run the job again in a few minutes. Azure lists regional outages: https://azure.status.microsoft",
    ],
    retries: WHILE_THERE_IS_TIME,
  },
  {
    code: "azure-refused",
    when: [{ status: ["2xx", "3xx", "4xx"], text: /HTTP status \d+\)?:/ }], // a page of a proxy has other words
    cause: "Azure refused the request for a reason that this action does not recognize.",
    next: [
      "Look up the code in the message: https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/common-deployment-errors",
      "If the error persists, open an issue in this action's repository, with this message.",
    ],
  },
]);

const NO_HEADER = /header is missing/;

const NO_SERVER = "This subscription and resource group have no server with this name, or it was deleted.";
const NOT_FOUND: Readonly<Record<string, string>> = {
  SubscriptionNotFound:
    "This tenant and cloud have no such subscription, or the identity has no role in the subscription.",
  ResourceGroupBeingDeleted: "The resource group of the server is being deleted.",
};

const RULES: readonly Rule<ResourceManagerContext>[] = [...AZURE, ...NETWORK];

/** The tenant that Azure names; the way past a proxy that removes the token. */
function renewToken(
  { server, host = "management.azure.com" }: ResourceManagerContext,
  { text }: Symptom,
): Steps {
  if (NO_HEADER.test(text))
    return [step("Allow this host in the proxy, or bypass the proxy:", `NO_PROXY=${shell(host)}`)];
  const tenant = text.match(/must match the tenant 'https:\/\/[\w.]{1,60}\/([0-9a-f-]{36})/i)?.[1];
  if (tenant !== undefined)
    return [step("Set `tenant-id` to the subscription's tenant:", `tenant-id: ${tenant}`)];
  return [
    step(
      "Set `tenant-id` to the tenant of the subscription, and `environment` to its cloud:",
      az("account show", {
        subscription: server.subscription,
        query: "{tenant:tenantId, cloud:environmentName}",
      }),
    ),
  ];
}

/** The roles that have the permission, and their assignments. */
function allow({ permission, server, clientId }: ResourceManagerContext, { text }: Symptom): Steps {
  const needed = text.match(/perform action '([\w./]{1,200})'/)?.[1] ?? permission;
  const assignee = text.match(/object id '([0-9a-f-]{36})'/i)?.[1] ?? clientId ?? "<object-id>";
  const subscription = `/subscriptions/${server.subscription}`;
  const define = (role: Role) =>
    az("role definition create", {
      "role-definition": JSON.stringify({ ...role, AssignableScopes: [subscription] }),
    });
  const assign = ({ Name }: Role, scope: string) =>
    az("role assignment create", { role: Name, assignee, scope });
  const known = [...FIREWALL_ROLE.Actions, ...OPERATIONS_ROLE.Actions].map((each) => each.toLowerCase());
  const firewallRole = known.includes(needed.toLowerCase())
    ? FIREWALL_ROLE
    : { ...FIREWALL_ROLE, Actions: [...FIREWALL_ROLE.Actions, needed] };
  return [
    step(
      sentence`Create two roles, of which one has ${code(needed)}. If they exist, ${code("update")} them:`,
      [define(firewallRole), define(OPERATIONS_ROLE)].join("\n"),
    ),
    step(
      "Assign the first on the server. Assign the second on the subscription, because Azure's operations are not below the server:",
      [assign(firewallRole, serverPath(server)), assign(OPERATIONS_ROLE, subscription)].join("\n"),
    ),
    "Run the job again. A new assignment can take ten minutes to work.",
  ];
}

/** A role for `az role definition create`, without its scopes. */
interface Role {
  readonly Name: string;
  readonly Description: string;
  readonly Actions: readonly string[];
}

/** The smallest roles that allow all that the firewall action asks for; docs/firewall.md has them, too. */
const FIREWALL_ROLE: Role = {
  Name: "PostgreSQL firewall for a runner",
  Description: "Opens and closes the firewall of a flexible server for one address.",
  Actions: [PERMISSIONS.readServer, PERMISSIONS.readRules, PERMISSIONS.writeRules, PERMISSIONS.deleteRules],
};
const OPERATIONS_ROLE: Role = {
  Name: "PostgreSQL operations for a runner",
  Description: "Reads whether changes of flexible servers are done.",
  Actions: [PERMISSIONS.readOperations, PERMISSIONS.readResults],
};
