import { az, azShow, step } from "../diagnosis/commands.ts";
import { diagnoseBy } from "../diagnosis/diagnose.ts";
import { UNKNOWN } from "../diagnosis/fallbacks.ts";
import { NETWORK } from "../diagnosis/network.ts";
import { type Context, type Rule, rulesFor, type Steps } from "../diagnosis/rules.ts";
import type { Symptom } from "../diagnosis/symptoms.ts";
import type { Failure } from "../model/failure.ts";
import { code, sentence } from "../model/sentence.ts";
import { PERMISSIONS, type Permission, type ServerId, serverPath } from "./server.ts";

/** What Azure's resource manager was asked. */
export interface ResourceManagerContext extends Context {
  /** What the login has to be allowed to do for it. */
  readonly permission: Permission;
  readonly server: ServerId;
  /** The client ID of the identity that asks, if the inputs name it. */
  readonly clientId?: string | undefined;
}

/**
 * What an error of Azure's resource manager means and what to do about it.
 * @param error with the `status` of the answer and Azure's own `code`, if there was an answer
 */
export function diagnoseResourceManager(error: unknown, context: ResourceManagerContext): Failure {
  return diagnoseBy(RULES, error, { with: "azure", ...context });
}

/** Whether the request was refused before it changed anything. */
export function nothingDone({ code }: Failure): boolean {
  return REFUSED.includes(code);
}

const REFUSED = [
  "azure-policy",
  "resource-locked",
  "azure-token-refused",
  "server-not-found",
  "azure-not-permitted",
];

/**
 * What Azure's resource manager answers.
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
    code: "azure-token-refused",
    when: [
      { codes: ["InvalidAuthenticationToken*", "ExpiredAuthenticationToken*", "AuthenticationFailed*"] },
      { status: [401] },
    ],
    cause: "The token is from a different tenant or cloud than the subscription's.",
    next: ({ server }) => [
      step(
        "Set `tenant-id` to the tenant of the subscription, and `environment` to its cloud:",
        az("account show", {
          subscription: server.subscription,
          query: "{tenant:tenantId, cloud:environmentName}",
        }),
      ),
    ],
  },
  {
    code: "server-not-found",
    when: [
      {
        codes: [
          "ResourceNotFound",
          "ResourceGroupNotFound",
          "SubscriptionNotFound",
          "InvalidSubscriptionId",
          "ParentResourceNotFound",
        ],
      },
      { status: [404] },
    ],
    cause: "This subscription and resource group have no server with this name, or it was deleted.",
    next: ({ server }) => [
      step(
        "Set `server-resource-id` to one of these:",
        az("postgres flexible-server list", { subscription: server.subscription, query: "[].id" }),
      ),
    ],
  },
  {
    code: "azure-not-permitted",
    when: [{ codes: ["AuthorizationFailed", "LinkedAuthorizationFailed", "Forbidden"] }, { status: [403] }],
    cause: "The identity that signs in has no role on the server that allows this.",
    next: allow,
  },
  {
    code: "server-busy",
    when: [
      {
        codes: [
          "ServerBusy",
          "ServerIsBusy",
          "OperationInProgress",
          "AnotherOperationInProgress",
          "Conflict*",
        ],
      },
      { status: [409] },
    ],
    cause: "Another operation on the server is in progress.",
    next: ({ server }) => [
      step("Run the job again when the server is `Ready`:", azShow({ server }, "state")),
    ],
    retries: 5,
  },
  {
    code: "azure-too-many-requests",
    when: [{ codes: ["TooManyRequests"] }, { status: [429] }],
    cause: "The subscription has sent more requests than Azure allows in this period.",
    next: ["Run the job again in a few minutes."],
    retries: 5,
  },
  {
    code: "azure-unavailable",
    when: [{ status: [408, "5xx"] }],
    cause: "Azure Resource Manager has a fault.",
    next: [
      "Run the job again in a few minutes. Azure lists regional outages: https://azure.status.microsoft",
    ],
    retries: 5,
  },
  {
    code: "azure-refused",
    when: [{ status: ["2xx", "3xx", "4xx"] }],
    ...UNKNOWN,
  },
]);

const RULES: readonly Rule<ResourceManagerContext>[] = [...AZURE, ...NETWORK];

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
