import { run } from "../model/failure.ts";
import { GET_TOKEN, SHOW_TENANT } from "./commands.ts";
import { asApplication, clientOf, showPrincipal } from "./entra.ts";
import { byItsWords } from "./meanings.ts";
import { seePeer } from "./network.ts";
import { type Rule, reasonIn, rulesFor } from "./rules.ts";
import { allowInProxy, reachesAll, readNumber, seeAnswer, WITH_AZ } from "./steps.ts";

const requestFailed = byItsWords("The request failed", "something in between, such as a proxy, or this action");
const actionFailed = byItsWords("This action failed", "a fault of this action");

/** The answer to an error that no rule knows: of a service, or of this action. */
export const [UNKNOWN] = rulesFor([], {
  unknown: [
    [],
    (context, symptom) => ((context.with ?? context.host) ? requestFailed : actionFailed)(context, symptom),
    (context) => (context.host === undefined ? [] : seePeer(context)),
    "Run the job again with `Enable debug logging` ticked. If the error persists, open an issue in this action's repository, with this message.",
  ],
}) as readonly [Rule];

const CHECK_APPLICATION = `Check \`client-id\`, \`tenant-id\` and \`environment\`. ${WITH_AZ}, see the tenant, the cloud, and whether the tenant has the application:`;

const NO_VALUE = "Check that each input has a value: a secret that is not set, or that a fork cannot read, is empty.";

const USE_OIDC = "Use `auth-type: oidc`, which does not need the Azure CLI.";

/** What is known about an error from the service that it came from, where no other rule knows the error. */
export const FALLBACKS: readonly Rule[] = [
  ...rulesFor("github", {
    "oidc-unavailable": [
      {},
      "GitHub's OIDC endpoint has a fault or is overloaded, or the connection to it broke.",
      "Run the job again.",
      (context) => (context.onGitHub ? [] : seeAnswer(context)),
      "Look for an outage of Actions: https://www.githubstatus.com (of GitHub Enterprise Server, ask its administrators).",
      { retries: 3 },
    ],
  }),
  ...rulesFor("entra", {
    "entra-answer-unreadable": [
      [
        { codes: "AADSTS90014 AADSTS900144 AADSTS90121", text: /^(?!.*(client_|refresh_token))/ }, // a part of the request is missing
        "NOT_JSON AADSTS900561 network_error endpoints_resolution_error openid_config_error post_request_failed null_or_empty_token token_parsing_error",
        /an answer of more than \d+ MiB|fetch failed|Traceback \(msal\/(oauth2cli|authority)|OIDC Discovery|Exceeded \d+ redirects|KeyError: '(access_token|expires_in)'|token_endpoint not found|Response had no |^No response$|got more than \d+ (bytes|headers)|failed to decode it|HTTPS?ConnectionPool|Max retries exceeded|new connection|JSON is invalid|Unable to get endpoints|have network connection|[cC]onnectivity problem/,
      ],
      "A proxy or firewall between the runner and Entra blocked or changed the request or the answer, wants a sign-in (a captive portal), or broke the connection. An empty answer was cut off on the way.",
      (context) => (reachesAll(context) ? [] : [...seeAnswer(context), ...allowInProxy(context)]),
      "Run the job again.",
      { retries: 2 },
    ],
    "entra-refused": [
      [/AADSTS\d/, "invalid_* unsupported_* unauthorized_client access_denied interaction_required url_parse_error"],
      byItsWords("Entra refused the sign-in", "a wrong ID, tenant or cloud, a setting of the tenant, or a fault there"),
      asApplication,
      (_context, { text }) => (/client_(id|secret)/.test(text) ? NO_VALUE : readNumber(text)),
      ({ signIn }) =>
        "tenantId" in { ...signIn } ? [CHECK_APPLICATION, run(SHOW_TENANT, showPrincipal(clientOf(signIn)))] : [],
      "Ask the administrators of the tenant for the reason. They find this sign-in by the correlation ID or the error code in the message: Entra admin center, `Sign-in logs`, for an application `Service principal sign-ins` or `Managed identity sign-ins`.",
    ],
    "cli-failed": [
      {
        signIn: "azure-cli",
        // Words of a shell, a loader or Python, which are not its own.
        text: /\b(Import|ModuleNotFound|Attribute|Type|Name|Syntax)Error|VersionConflict|DistributionNotFound|unexpected keyword|cannot import|OpenSSL|Segmentation|Illegal instruction|No module|is misspelled|azext_|cliextensions|ExtensionDirectory|load(ing command module| extension)|^Command failed|^spawn |^"?(\/|[A-Z]:\\)|python(?! object)|dyld|snap|librar|No such file|command not|\baz: Permission|not recognized|cannot (find the (path|file)|perform|create|open)|please report|application control/i,
      },
      (_context, { text }) =>
        reasonIn(text, {
          "One of the Azure CLI's extensions cannot be loaded: its folder is empty, incomplete or not readable for the runner's user, or it does not fit this version.":
            /azext_|cliextensions|ExtensionDirectory|load extension/,
          "This machine does not let the Azure CLI start: it is a snap in a container or a service, its files are not readable for the runner's user, a policy or a virus scanner stops it, or it is built for a different processor or system.":
            /snap| policy|virus|spawn|Illegal|Segment|Permission|relocat|GLIBC|Win32|\((126|SIG.*|3\d{9})\)$/,
          "The Azure CLI itself failed: it starts with a Python in which it is not installed, its packages or libraries do not fit together (after an update, or because `PYTHONPATH`, `PYTHONHOME` or `LD_LIBRARY_PATH` names others), or this version has a fault.":
            /^/,
        }),
      USE_OIDC,
      "Or see which `az` starts, with which Python and which extensions, and where it fails, in a step of the job with `shell: bash`:",
      run("which -a az", "az version || true", "env | grep -E '^(PYTHON|OPENSSL|LD_)' || true", GET_TOKEN),
      "Remove what does not belong there: a second `az`, variables for another Python or OpenSSL (`PYTHONPATH`, `OPENSSL_CONF`, `OPENSSL_MODULES`), or the extension at which it fails (its folder is in `~/.azure/cliextensions` or `AZURE_EXTENSION_DIR`). On a self-hosted runner, then install the newest Azure CLI again: https://aka.ms/azure-cli",
    ],
    "cli-refused": [
      { signIn: "azure-cli" },
      byItsWords("The Azure CLI gave no token", "an old version, or a missing managed identity or sign-in", USE_OIDC),
      "Or see where the same command fails, and with which version, in a step of the job with `shell: bash` (the newest version is at https://aka.ms/azure-cli):",
      run("az version || true", GET_TOKEN),
    ],
  }),
  ...rulesFor("postgres", {
    "server-error": [
      "0* 1* 2* 3* 4* 5* 7* F0* HV* P0*",
      byItsWords("The server refused the request", "an extension, an event trigger or a setting of the server"),
      "Try the same in psql, as the same role. There, see which product and version answers, because others know other settings and SQL, and which event triggers the database has, whose functions run at each GRANT:",
      run("SELECT version();\nSELECT evtname, evtfoid::regproc FROM pg_event_trigger;"),
    ],
  }),
];
