import { ActionError, type Failure, type Step } from "../model/failure.ts";
import { PERMISSIONS, type Permission, type ServerId, serverPath } from "../model/flexible-server.ts";
import { code, inOurWords, quoted, type Sentence, sentence } from "../model/sentence.ts";
import { azOn, shell, step } from "./commands.ts";
import { diagnose, retriesFor } from "./diagnose.ts";
import { NETWORK } from "./network.ts";
import { symptomsOf } from "./symptoms.ts";

/** What Azure's resource manager was asked. */
export interface ResourceManagerContext {
  /** What the login has to be allowed to do for it. */
  readonly permission: Permission;
  readonly server: ServerId;
  /** The host name of the resource manager. */
  readonly host: string;
  /** The client ID of the identity that asks, where the inputs name it. */
  readonly clientId?: string | undefined;
}

/** An answer of the resource manager with an HTTP status of 400 or more, or an operation that failed. */
interface Refusal {
  readonly status: number;
  /** `AuthorizationFailed`; empty where the answer has none. */
  readonly code: string;
  readonly text: string;
}

interface Rule {
  /** The failure's code; docs/firewall.md has a heading for each. */
  readonly code: string;
  /** Any of these error codes, which may come with any status. */
  readonly codes?: RegExp;
  /** Any of these statuses, with any error code. */
  readonly statuses?: readonly number[];
  readonly cause: Sentence;
  readonly next: (context: ResourceManagerContext, refusal: Refusal) => readonly Step[];
  /** Whether the same request can succeed a little later. */
  readonly passes?: true;
  /** Whether such a request was refused before it changed anything. */
  readonly nothingDone?: true;
}

/**
 * The special rules before the general ones.
 * https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/common-deployment-errors
 */
const RULES: readonly Rule[] = [
  {
    code: "azure-policy",
    nothingDone: true,
    codes: /^RequestDisallowedByPolicy$/,
    cause: inOurWords(
      "An Azure policy of the subscription does not allow firewall rules, or does not allow this one.",
    ),
    next: () => [
      step(
        "Ask the owner of the policy for an exemption, or use a runner in the server's network (`docs/private-network.md`).",
      ),
    ],
  },
  {
    code: "azure-not-permitted",
    nothingDone: true,
    codes: /^(AuthorizationFailed|LinkedAuthorizationFailed|Forbidden)$/,
    statuses: [403],
    cause: inOurWords("The identity that signs in has no role on the server that allows this."),
    next: allow,
  },
  {
    code: "azure-token-refused",
    nothingDone: true,
    codes: /^(InvalidAuthenticationToken|ExpiredAuthenticationToken|AuthenticationFailed)/,
    statuses: [401],
    cause: inOurWords("The token is from a different tenant or cloud than the subscription's."),
    next: ({ server }) => [
      step(
        "Set `tenant-id` to the tenant of the subscription, and `environment` to its cloud:",
        `az account show --subscription ${server.subscription} --query "{tenant:tenantId, cloud:environmentName}"`,
      ),
    ],
  },
  {
    code: "resource-locked",
    nothingDone: true,
    codes: /^ScopeLocked$/,
    cause: inOurWords("A lock on the server, its resource group or its subscription does not allow this."),
    next: ({ server }) => [
      step(
        "List the locks:",
        `az lock list --subscription ${server.subscription} --resource-group ${shell(server.resourceGroup)} --output table`,
      ),
      step("Remove the lock, or use a runner in the server's network (`docs/private-network.md`)."),
    ],
  },
  {
    code: "server-busy",
    codes: /^(ServerBusy|ServerIsBusy|OperationInProgress|AnotherOperationInProgress|Conflict.*)$/,
    statuses: [409],
    cause: inOurWords("Another operation on the server is in progress."),
    next: ({ server }) => [
      step("Run the job again when the server is `Ready`:", azOn(server, "show", "--query state")),
    ],
    passes: true,
  },
  {
    code: "azure-too-many-requests",
    codes: /^(TooManyRequests|.*Throttled)$/,
    statuses: [429],
    cause: inOurWords("The subscription has sent more requests than Azure allows in this period."),
    next: () => [step("Run the job again in a few minutes.")],
    passes: true,
  },
  {
    code: "server-not-found",
    nothingDone: true,
    codes:
      /^(ResourceNotFound|ResourceGroupNotFound|SubscriptionNotFound|InvalidSubscriptionId|ParentResourceNotFound)$/,
    statuses: [404],
    cause: inOurWords(
      "This subscription and resource group have no server with this name, or it was deleted.",
    ),
    next: ({ server }) => [
      step(
        "Set `server-resource-id` to one of these:",
        `az postgres flexible-server list --subscription ${server.subscription} --query "[].id"`,
      ),
    ],
  },
  {
    code: "azure-unavailable",
    statuses: [408, 500, 502, 503, 504],
    cause: inOurWords("Azure Resource Manager has a fault."),
    next: () => [
      step(
        "Run the job again in a few minutes. Azure lists regional outages: https://azure.status.microsoft",
      ),
    ],
    passes: true,
  },
];

/**
 * What an error of Azure's resource manager means and what to do about it. The message has the resource manager's own
 * code and words.
 */
export function diagnoseResourceManager(error: unknown, context: ResourceManagerContext): Failure {
  if (error instanceof ActionError) return error.failure;
  const who = sentence`Azure Resource Manager at ${code(context.host)}`;
  const refusal = refusalOf(error);
  if (refusal === undefined) {
    const message = sentence`${who}: ${quoted(symptomsOf(error).at(-1)?.text ?? "")}`;
    const failure = diagnose(error, { with: "entra", host: context.host });
    return isNetwork(failure) ? { ...failure, message } : { ...UNKNOWN, message };
  }
  const said =
    refusal.code === "" ? `HTTP status ${refusal.status}` : `${refusal.code} (HTTP status ${refusal.status})`;
  const message = sentence`${who}: ${quoted(said)}: ${quoted(refusal.text)}`;
  const rule = ruleFor(refusal);
  if (rule === undefined) return { ...UNKNOWN, message };
  return { code: rule.code, page: "firewall", message, hint: rule.cause, steps: rule.next(context, refusal) };
}

/** Whether the same request can succeed a little later, because the server is busy for example. */
export function passes(failure: Failure): boolean {
  const rule = RULES.find(({ code }) => code === failure.code);
  return rule?.passes ?? (isNetwork(failure) && retriesFor(failure) > 0);
}

/** Whether the request was refused before it changed anything. */
export function nothingDone(failure: Failure): boolean {
  return RULES.some(({ code, nothingDone }) => code === failure.code && nothingDone);
}

function isNetwork(failure: Failure): boolean {
  return NETWORK.some(({ code }) => code === failure.code);
}

const UNKNOWN: Omit<Failure, "message"> = {
  code: "azure-refused",
  page: "firewall",
  hint: inOurWords("This action does not recognize this error."),
  steps: [
    step("Run the job again."),
    step("If the error persists, open an issue in this action's repository, with this message."),
  ],
};

function ruleFor({ status, code }: Refusal): Rule | undefined {
  return (
    RULES.find(({ codes }) => codes?.test(code)) ?? RULES.find(({ statuses }) => statuses?.includes(status))
  );
}

function refusalOf(error: unknown): Refusal | undefined {
  const { status, code, message } = (error ?? {}) as { status?: unknown; code?: unknown; message?: unknown };
  if (typeof status !== "number") return undefined;
  const [symptom] = symptomsOf(new Error(String(message)));
  return { status, code: typeof code === "string" ? code : "", text: symptom?.text ?? "" };
}

/** The role that has the permission, and its assignment. */
function allow({ permission, server, clientId }: ResourceManagerContext, { text }: Refusal): readonly Step[] {
  const needed = text.match(/perform action '([\w./]{1,200})'/)?.[1] ?? permission;
  const assignee = text.match(/object id '([0-9a-f-]{36})'/i)?.[1] ?? clientId ?? "<object-id>";
  return [
    step(
      sentence`Create a role that has ${code(needed)}, once for the subscription:`,
      roleDefinition(server),
    ),
    step(
      "Assign it on the server:",
      `az role assignment create --role ${shell(ROLE)} --assignee ${assignee} --scope ${shell(serverPath(server))}`,
    ),
    step("Run the job again. A new assignment can take ten minutes to work."),
  ];
}

/** The name of the role in docs/firewall.md. */
const ROLE = "PostgreSQL firewall for a runner";

/** The command that creates the smallest role which has all that the firewall action needs. */
function roleDefinition({ subscription }: ServerId): string {
  const role = {
    Name: ROLE,
    Description: "Opens and closes the firewall of a flexible server for one address.",
    Actions: Object.values(PERMISSIONS),
    AssignableScopes: [`/subscriptions/${subscription}`],
  };
  return `az role definition create --role-definition ${shell(JSON.stringify(role))}`;
}
