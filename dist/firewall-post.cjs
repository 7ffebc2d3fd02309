"use strict";
var __create = Object.create;
var __defProp = Object.defineProperty;
var __getOwnPropDesc = Object.getOwnPropertyDescriptor;
var __getOwnPropNames = Object.getOwnPropertyNames;
var __getProtoOf = Object.getPrototypeOf;
var __hasOwnProp = Object.prototype.hasOwnProperty;
var __copyProps = (to, from, except, desc) => {
  if (from && typeof from === "object" || typeof from === "function") {
    for (let key of __getOwnPropNames(from))
      if (!__hasOwnProp.call(to, key) && key !== except)
        __defProp(to, key, { get: () => from[key], enumerable: !(desc = __getOwnPropDesc(from, key)) || desc.enumerable });
  }
  return to;
};
var __toESM = (mod, isNodeMode, target) => (target = mod != null ? __create(__getProtoOf(mod)) : {}, __copyProps(
  // If the importer is in node compatibility mode or this is not an ESM
  // file that has been converted to a CommonJS file using a Babel-
  // compatible transform (i.e. "__esModule" has not been set), then set
  // "default" to the CommonJS "module.exports" for node compatibility.
  isNodeMode || !mod || !mod.__esModule ? __defProp(target, "default", { value: mod, enumerable: true }) : target,
  mod
));

// src/model/sentence.ts
var EMPTY = { parts: [] };
function isEmpty({ parts }) {
  return parts.length === 0;
}
function sentence(words2, ...inserted) {
  return joined(words2.flatMap((text, n) => [inOurWords(text), inserted[n] ?? EMPTY]));
}
function inOurWords(words2) {
  const parts = words2.split("`").map((text, n) => n % 2 === 1 ? { code: text } : { own: text });
  return { parts: parts.filter((part) => part.own !== "") };
}
function sentenceOf(words2) {
  return typeof words2 === "string" ? inOurWords(words2) : words2;
}
function joined(sentences) {
  return { parts: sentences.flatMap((each) => (typeof each === "number" ? inOurWords(String(each)) : each).parts) };
}
function name(...parts) {
  return { parts: [{ name: parts }] };
}
function code(text) {
  return { parts: [{ code: text }] };
}
function quoted(text) {
  return { parts: [{ quoted: text }] };
}
function paragraph(...sentences) {
  const [first = EMPTY, ...others] = sentences.filter((each) => !isEmpty(each));
  return joined([first, ...others.map((each) => sentence` ${each}`)]);
}
function withFullStop(text) {
  const last = text.parts.at(-1) ?? { quoted: "" };
  const words2 = "own" in last ? last.own : "quoted" in last ? last.quoted : "";
  return /[.!?]$/.test(words2) ? text : sentence`${text}.`;
}
function listOf(items) {
  const [first = EMPTY, ...others] = items;
  return joined([
    first,
    ...others.map((each, n) => n === others.length - 1 ? sentence` and ${each}` : sentence`, ${each}`)
  ]);
}

// src/model/failure.ts
function step(text, command) {
  return { text: sentenceOf(text), ...command !== void 0 && run(command) };
}
function run(...lines) {
  return { command: lines.map((each) => typeof each === "string" ? each : each.command).join("\n") };
}
function stepsOf(steps) {
  return steps.flatMap((each, n) => {
    if (isCommand(each)) return [];
    const next = steps[n + 1];
    const written = typeof each === "object" && "text" in each ? each : step(each);
    return [isCommand(next) ? { ...written, ...next } : written];
  });
}
function isCommand(each) {
  return typeof each === "object" && "command" in each && !("text" in each);
}
function failure({ message, hint = EMPTY, steps, ...others }) {
  return { ...others, message: sentenceOf(message), hint: sentenceOf(hint), steps: stepsOf(steps) };
}
var ActionError = class extends Error {
  failure;
  /** The milliseconds to wait before the next attempt, if the peer says so. */
  wait;
  constructor(failure2, options = {}) {
    super(failure2.code, options);
    this.name = "ActionError";
    this.failure = failure2;
    this.wait = options.wait;
  }
};
function cancelled(signal) {
  return new ActionError(
    failure({
      code: "cancelled",
      message: sentence`The run was cancelled (${code(signal)}).`,
      hint: "Someone cancelled the workflow run, a newer run took its place (`concurrency`), or the job reached its `timeout-minutes`.",
      steps: ["Run the job again: it continues where this run stopped."]
    })
  );
}

// src/text/page.ts
var SENDER = /Missing Metadata-Flavor\S* header|Our services aren.{1,180}|support ID is:? \w+/i;
function pageInWords(text, type = "") {
  if (!/html/i.test(type) && !/^\s*<(!doctype|html|head|body|style|h\d|\?xml|!--)/i.test(text)) return void 0;
  const words2 = text.slice(0, 4e3).replace(/<(style|script)\b.*?(<\/\1>|$)|<[^>]*>/gis, " ");
  const said = words2.match(SENDER)?.[0] ?? text.match(/<title>([^<]{21,200})/i)?.[1] ?? words2;
  const title = said.replace(/\s+/g, " ").trim().slice(0, 200);
  return title ? `an HTML page, "${title}"` : "an HTML page";
}

// src/model/flexible-server.ts
var PROVIDER = "Microsoft.DBforPostgreSQL";
var SERVERS = `${PROVIDER}/flexibleServers`;
var API_VERSION = "2025-08-01";
var serverPath = ({ subscription, resourceGroup, name: name3 }) => `/subscriptions/${subscription}/resourceGroups/${resourceGroup}/providers/${SERVERS}/${name3}`;
var rulePath = (server, rule) => `${serverPath(server)}/firewallRules/${rule}`;

// src/text/sql.ts
function quoteIdentifier(...parts) {
  return parts.map((part) => `"${part.replaceAll('"', '""')}"`).join(".");
}
function quoteLiteral(text) {
  const quoted2 = `'${text.replaceAll("'", "''").replaceAll("\\", "\\\\")}'`;
  return text.includes("\\") ? `E${quoted2}` : quoted2;
}

// src/diagnosis/commands.ts
function shell(word) {
  if (/^<[a-z-]+>$/.test(word) || /^[\w@%+:,./=-]+$/.test(word)) return word;
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
function az(command, options = {}) {
  const words2 = Object.entries(options).map(([name3, value]) => `--${name3} ${shell(value)}`);
  return run(["az", command, ...words2].join(" "));
}
var SHOW_TENANT = az("account show", { query: "{tenant:tenantId, cloud:environmentName}" });
var GET_TOKEN = run("az account get-access-token --resource-type oss-rdbms --query expiresOn --debug");
var azOnServer = (command, server, options = {}) => az(`postgres flexible-server ${command}`, { ...idOf(server, "server-name"), ...options });
var azServer = (command, server, options = {}) => az(`postgres flexible-server ${command}`, { ...idOf(server, "name"), ...options });
var azShow = (server, query) => azServer("show", server, { query });
function azAllow(server, address) {
  const body = JSON.stringify({ properties: { startIpAddress: address, endIpAddress: address } });
  return azFirewall(server, "github-runner", { method: "put", body });
}
function azFirewall(server, rule, options) {
  const { subscription = "{subscriptionId}", "resource-group": resourceGroup = "", name: name3 = "" } = idOf(server, "name");
  const path = rulePath({ subscription, resourceGroup, name: name3 }, rule).replace(/\/$/, "");
  return az("rest", { url: `${path}?api-version=${API_VERSION}`, ...options });
}
function idOf({ server, host }, option) {
  const label2 = host?.match(/^([a-z0-9-]+)\.(?:privatelink\.)?postgres\.database\./i)?.[1] ?? "<server>";
  const { subscription, resourceGroup = "<resource-group>", name: name3 = label2 } = { ...server };
  return { ...subscription && { subscription }, "resource-group": resourceGroup, [option]: name3 };
}
var identifier = (name3, unknown) => quoteIdentifier(name3 ?? unknown);

// src/diagnosis/rules.ts
function rulesFor(partners, rules) {
  return Object.entries(rules).map(([code2, [when, ...parts]]) => ({
    ...parts.find(isRetries),
    code: code2,
    with: [partners].flat(),
    when: [when].flat().map(matchOf),
    explain: (context, symptom) => {
      const written = parts.flatMap((part) => typeof part === "function" ? part(context, symptom) : part);
      const [cause, ...next] = written.filter((part) => !isRetries(part));
      return { hint: sentenceOf(cause), steps: stepsOf(next), ...written.find(isRetries) };
    }
  }));
}
var isRetries = (part) => typeof part === "object" && part !== null && "retries" in part;
function matchOf(condition) {
  if (typeof condition === "string") return { codes: condition };
  return condition instanceof RegExp ? { text: condition } : condition;
}
var reasonIn = (text, reasons) => Object.keys(reasons).find((reason) => reasons[reason]?.test(text)) ?? "";
var PARTNERS = {
  postgres: { called: "PostgreSQL", host: "<host>" },
  entra: { called: "Microsoft Entra", host: "login.microsoftonline.com" },
  github: { called: "GitHub's OIDC endpoint", host: "<host>.actions.githubusercontent.com" },
  azure: { called: "Azure Resource Manager", host: "management.azure.com" },
  "github-issues": { called: "GitHub's API", host: "api.github.com" }
};
var EVERYWHERE = ["postgres", "entra", "github", "azure", "github-issues"];
var partnerOf = ({ with: partner = "postgres" }) => partner;
function hostOf({ host, with: partner = "postgres", cloud }) {
  const authority = partner === "entra" ? URL.parse(cloud?.authority ?? "")?.host : void 0;
  return host ?? authority ?? PARTNERS[partner].host;
}
var hostNameOf = (context) => hostOf(context).replace(/^([^:]+):\d+$/, "$1");
var isPostgres = (context) => partnerOf(context) === "postgres";

// src/text/host.ts
var isLoopback = (host = "") => /^(localhost|127(\.\d+){3}|::1)$/i.test(host);

// src/diagnosis/steps.ts
var CHECK_CLOCK = [
  "On a self-hosted runner, compare its clock with GitHub's, in a step with `shell: bash`. If they differ, set the clock, and run the job again:",
  run("date -u\ncurl --silent --head https://github.com | grep -i ^date")
];
var LIST_NAMES = az("postgres flexible-server list", { query: "[].fullyQualifiedDomainName" });
function pastPooler(context) {
  if (isLoopback(context.host))
    return ["If a pooler is in between, let the tunnel, or what else listens there, lead to the server itself."];
  if (context.port !== 5432) return ["Set `port: 5432`, or `host` to the server, to connect without the pooler."];
  const [set, ...show] = setFullName(context);
  return [`If a pooler is in between, this is the way to connect without the pooler. ${String(set)}`, ...show];
}
var WITH_AZ = "In Azure Cloud Shell, or with an `az` that is signed in to the tenant of the server";
var SEE_TENANT = `${WITH_AZ}, see the tenant and the cloud:`;
function tenantIn(text) {
  const id = text.match(/(?:must match .{0,80}?|(?:owner|for the) tenant '?)([0-9a-f-]{36})/i)?.[1];
  return id === void 0 ? void 0 : run(`tenant-id: ${id}`);
}
var WITHOUT_CLI = "Or use `auth-type: oidc`, which does not need the Azure CLI.";
var selectCloud = ({ signIn: signIn2 }) => [
  `Set \`environment\` to the cloud of the tenant and the server${signIn2?.type === "azure-cli" ? ", also in azure/login" : ""}: \`azurecloud\`, \`azureusgovernment\` or \`azurechinacloud\`. ${SEE_TENANT}`,
  SHOW_TENANT
];
function whereIs(input, { signIn: signIn2, inPod }) {
  if (inPod) return `\`${input}\` (\`AZURE_${input.toUpperCase().replace("-", "_")}\` of the pod)`;
  return `\`${input}\`${signIn2?.type === "azure-cli" ? " of azure/login" : ""}`;
}
function seeAnswer(context) {
  const identity = context.with === "entra" && context.signIn?.type === "managed-identity";
  const path = context.with === "entra" && !identity ? "/common/v2.0/.well-known/openid-configuration" : "";
  const url = `${identity ? "http" : "https"}://${hostOf(context)}${path}`;
  const command = run(`curl --include ${shell(url)} --max-time 20`);
  return ["See what answers the runner, in a step of the job with `shell: bash`:", command];
}
function bypassProxy(context) {
  if (!context.proxy) return [];
  return [
    sentence`If the network lets the runner do without the proxy ${code(context.proxy)}, add this host to \`NO_PROXY\`, in the step's \`env\` or on the runner:`,
    run(`NO_PROXY=${shell(hostNameOf(context).replace(ONE_OF_GITHUB, ""))}`)
  ];
}
function allowInProxy(context) {
  const allow2 = sentence`Allow ${hostToAllow(context)} in the proxy or the firewall of the runner's network.`;
  return [allow2, ...bypassProxy(context)];
}
var exempt = (context) => [
  sentence`If a proxy or firewall inspects TLS, let its administrator exempt ${hostToAllow(context)}, so that this host passes without inspection.`
];
var hostToAllow = (context) => code(hostOf(context).replace(ONE_OF_GITHUB, "*"));
var ONE_OF_GITHUB = /^.*(?=\.actions\.githubusercontent\.com$)/;
function setFullName({ cloud, host = "" } = {}) {
  const look2 = "See where `host` leads. If not to the server, correct the DNS record, or set the server's full name:";
  return cloud && host.endsWith(cloud.hostSuffix) ? [look2, run(`nslookup ${shell(host)}`, LIST_NAMES)] : ["Set `host` to the server's full name. Those of the subscription are:", LIST_NAMES];
}
function readNumber(text) {
  const number = text.match(/.*AADSTS(\d{1,9})/)?.[1];
  return number ? [`Read what Microsoft says: https://login.microsoftonline.com/error?code=${number}`] : [];
}
var reachesAll = (context) => context.onGitHub === true && !context.proxy && !isPostgres(context);

// src/diagnosis/azure-cli.ts
var OWN_CLI_FILES = run('echo "AZURE_CONFIG_DIR=$RUNNER_TEMP/azure" >> "$GITHUB_ENV"');
var AZURE_CLI = rulesFor("entra", {
  "cli-missing": [
    /["']az["'](?! command group)|\baz: ([a-z]+ )?(not found|nicht gefunden|introuvable|no encontrad)|Azure CLI (executable )?(could )?not (be )?(found|installed)|invoke the Azure CLI|\((127|9009)\)$|Exec format error/i,
    "The Azure CLI (`az`) is not on the runner's PATH, or not built for the runner's processor. A runner that was set up before `az` keeps its old PATH (in its file `.path`), and a container has a PATH of its own.",
    "Use `auth-type: oidc`, which does not need the Azure CLI.",
    "Or install the Azure CLI in the job's container or on the runner. On a self-hosted runner, then run `env.sh` and restart the runner: https://aka.ms/azure-cli"
  ],
  "cli-resources": [
    /No space left|enough space on|quota exceeded|File too large|Cannot allocate memory|MemoryError|not enough (memory|quota)|out of memory|paging file|system resources|Too many open files: '|\bKilled\b|^Terminated|Keyboard ?interrupt|\(SIG(KILL|TERM|INT|XFSZ)\)|\(1(30|37|43|53)\)|start new thread/i,
    "The runner has too little disk space or memory left for the Azure CLI, or may start no more processes. Or something on the runner ended the Azure CLI.",
    "Free what the message names (disk space, memory, processes, open files), or use a larger runner. If the message names nothing, see what the runner has too little of (on Linux):",
    run("df -h", "free -h", "ulimit -a"),
    WITHOUT_CLI
  ],
  "cli-encryption": [
    // How MSAL's extensions word a failure of DPAPI, libsecret or Keychain.
    /Persistence(En|De)cryption|(Errno|WinError) -2146|WinError \d+\] : ''|[dD]ecryption failed(?! or bad| \(_ssl)|(en|de)crypt the|Key not valid|libsecret|gir1\.2-secret|module 'gi'|Keychain|freedesktop\.[Ss]ecret|D-Bus|keyring|CredWrite|msal_extensions\/(windows|osx|libsecret)/,
    "The Azure CLI cannot encrypt or decrypt its tokens: the system (DPAPI, libsecret, Keychain) gives this session no key, or another user or another machine wrote them.",
    "Before azure/login, turn the encryption off and give the job a directory of its own, in a step with `shell: bash`:",
    run('echo "AZURE_CORE_ENCRYPT_TOKEN_CACHE=false" >> "$GITHUB_ENV"', OWN_CLI_FILES),
    WITHOUT_CLI
  ],
  "cli-files": [
    // How Python words a file that it cannot read, parse or lock. Other rules are for certificates and installed packages.
    /^(?!.*((Type|Attribute)Error: .*( argument|module '|(?<!'(NoneType|str|dict|list)') object has no attribute)|(?<!ca[\w.-]*)\.(pem|crt|cer|pfx|p12)'|Traceback \(msal\/(oauth2cli|authority|managed_identity)|authority configuration|(Errno|WinError) \d+\] [^'"]*['"][^'"]*(-packages|opt.az[\\/]|CLI2|ExtensionDirectory))).*(\[(Errno|WinError) -?\d+\] [^:'"[\]]*: ?['"]|(?<!connection: )\[Errno (2|5|9|11|13|16|17|20|21|26|30|35|36|37|40|116)\]|\[WinError (5|32|33)\]|cannot create directory|(?<!Error)\((0|1|5|11|13|30|32|33|35|37), ['"]|LockException|AlreadyLocked|another process|Persistence\w*(Error|NotFound):|Fail(ed)? to load or parse file \S*azureProfile|cloud '.*' is not registered\.(?! Resetting)|JSONDecodeError|(?<!JSON is invalid: )Expecting (value|property|',|':)|Extra data: line|Unterminated string|Ran out of input|invalid load key|UTF-8 BOM|unsupported pickle|get attribute '\w+' on <module 'msal|ARM_CLOUD_METADATA_URL|for this cloud is not set|authority you provided|should consist of an https url|codec can't decode|Failed to (load token files|(parse|decode) (file )?['A-Z/\\])|configparser|Duplicate(Option|Section)Error|MissingSectionHeader|While reading from|multiple accounts with the same|[Mm]ore than one token matches|cache contains multiple tokens|Traceback \((knack[\\/](config|output)|azure\/cli\/core\/(_profile|auth\/\w+)|msal(_extensions)?\/(token_cache|persistence|cache_lock))\.py\): (Key(?!Error: '(access_token|expires_in)')|Attribute|Type|Index|Value|Assertion)Error)/,
    unusableFile,
    WITHOUT_CLI,
    { retries: 1 }
    // another job may have held the files
  ],
  "cli-not-signed-in": [
    [
      /az (cli )?login|az account set|active accounts|multiple subscriptions|Invalid certificate|deserialize key data|load PEM file|private key is encrypted|client_credential needs|(?<!ca[\w.-]*)\.(pem|crt|cer|pfx|p12)'|token from local cache|crypto\.Error|WsTrust|\bRSTR\b|\bMSIS\d|MSAL (token )?cache|No subscriptions? (were )?found|microsoftonline\.de\b|Response_Status|BrokerPlugin|accounts control|pymsalruntime|(?<!_)broker|Interaction(Required|Timeout)|wrong (issuer|audience)|04b07795-.* was not found|subscription (of )?'.*' (doesn't exist|has more than|(could )?not (be )?found)/i,
      "AADSTS12* AADSTS13* AADSTS14* AADSTS160* AADSTS165* AADSTS17003 AADSTS20* AADSTS24* AADSTS40* AADSTS50014 AADSTS50015 AADSTS50017 AADSTS5002* AADSTS5003* AADSTS5005* AADSTS50061 AADSTS50064 AADSTS5007* AADSTS5008* AADSTS50107 AADSTS50125 AADSTS50126 AADSTS50127 AADSTS50129 AADSTS5013* AADSTS50140 AADSTS50142 AADSTS50143 AADSTS50144 AADSTS50155 AADSTS50158 AADSTS50161 AADSTS50168 AADSTS50170 AADSTS50173 AADSTS50177 AADSTS50178 AADSTS50180 AADSTS50187 AADSTS50197 AADSTS50199 AADSTS500121 AADSTS500212 AADSTS500213 AADSTS51001 AADSTS51004 AADSTS51006 AADSTS54* AADSTS70000 AADSTS70008* AADSTS70016 AADSTS70019 AADSTS70043 AADSTS70044 AADSTS700003 AADSTS700005 AADSTS700020 AADSTS75* AADSTS76* AADSTS80* AADSTS81* AADSTS90072 AADSTS9008* AADSTS90101 AADSTS90119 AADSTS90120 AADSTS90123 AADSTS90125 AADSTS90126 AADSTS9002341"
    ],
    (_context, { text }) => reasonIn(text, {
      "The identity provider of the account's domain (AD FS, for example) did not accept the account that is signed in to the Azure CLI: a rule there forbids the sign-in, the password is wrong, or the provider takes no password from a tool. The administrators find the reason in the logs of this provider or, by the correlation ID in the message, in the sign-in logs of Entra.": /WsTrust(?! endpoint)|RSTR|\bMSIS\d|claims? provider|(?<=^| )federat|AADSTS(50008\d?|5008\d|5010[78]|8000\d)\b/i,
      "The account that is signed in to the Azure CLI is not one of this tenant, or cannot be used in it: the tenant or the cloud is another one (`AzureGermanCloud` is closed), the account is a personal one, nobody invited it, or a policy of one of the two tenants forbids it (Entra admin center, `External Identities`, `Cross-tenant access settings`).": /AADSTS(50020|5003[34]|5017[78]|51004|50020\d|50021[23]|90072|9008[125-7]|16000)\b|wrong (issuer|audience)|04b07795-|microsoftonline\.de\b|MSA accounts/,
      "The sign-in of the account in the Azure CLI has expired or was revoked: it is limited in time, nobody used it for long, the account has a new password, or it is older than a Conditional Access policy of the tenant (sign-in frequency) allows.": /sign-in frequency|AADSTS(50078|50085|50089|5013[23]|50140|50173|54005|70000|70008\d?|7004[34])\b/,
      "The tenant asks the account that is signed in to the Azure CLI for multi-factor authentication, which only a person can do.": /AADSTS(5007[24679]|50158|50161|50170|500121)\b|require Multi-Factor/,
      "Entra does not accept the account that is signed in to the Azure CLI: the password is wrong or has expired, the account needs a person (for a new password, multi-factor authentication, a registered device), or the account is not allowed to use this service. The administrators of its tenant find the reason by the correlation ID or the error code in the message: Entra admin center, `Sign-in logs`.": /AADSTS\d/,
      "On Windows, the Azure CLI signs a user in through the account broker (WAM), which needs a person at the screen, or is not installed. `az config set core.enable_broker_on_windows=false` turns the broker off, before azure/login.": /Response_Status|BrokerPlugin|accounts control|pymsal|(?<!_)broker/i,
      "The certificate with which the Azure CLI signed in is gone, or is not a PEM file with a certificate and its RSA key, which must not be encrypted.": /certificate|key data|PEM |private key|client_credential|\.(pem|crt|cer|pfx|p12)'/i,
      "The account in the Azure CLI has no role in any subscription, or not in the one that the message names, no subscription is selected, or there are several with this name. A token for PostgreSQL needs no subscription.": /az account set|active accounts|accessible|subscriptions? (of |were |found|'|with)/i,
      "The Azure CLI's profile names an account whose credential is not in its cache: azure/login ran with a different `AZURE_CONFIG_DIR`, as another user or with a different version of the Azure CLI, or only a part of `~/.azure` was copied.": /local cache|MSAL (token )?cache/i,
      "The Azure CLI is not signed in for this job (a sign-in in another container, with `sudo` or with another `HOME` does not count), its sign-in has expired (after azure/login with OIDC, it lasts five minutes, AADSTS700024), or it needs a person, for example for multi-factor authentication.": /^/
    }),
    "Use `auth-type: oidc`, which signs in by itself, as an application.",
    "Or run azure/login (as an application or a managed identity, not as a person) in the same job, right before this step, with the server's `tenant-id` and `environment`, and `subscription-id` or `allow-no-subscriptions: true`. If a runner has several jobs at once, first give the job files of its own, in a step with `shell: bash`:",
    OWN_CLI_FILES
  ],
  "cli-no-answer": [
    /no answer within|Unexpected (token|end|output|non)|valid JSON|in JSON at|gave no token|to prompt for|^Command failed: az .*\(1\)$/,
    (_context, { text }) => `The Azure CLI ${/^Command failed/.test(text) ? "ended with code 1 and printed nothing" : /JSON|output|gave no token/.test(text) ? "printed something other than a token, or nothing" : "waits for the network, a proxy, a person who answers a question, a keyring or a locked file, or is slow"}.`,
    "Run the same command in a step of the job, to see where it waits or what it prints:",
    GET_TOKEN,
    WITHOUT_CLI
  ]
}).map((rule) => ({ ...rule, when: rule.when.map((match) => ({ ...match, signIn: "azure-cli" })) }));
var OWN_FILE = /[\\/]\.?az(ure|clitask)?([\\/]|$)|azureProfile|msal_|service_principal_|clouds\.config|az\.(json|sess)|versionCheck|commandIndex|(?<!kube)[\\/](config|telemetry|cliextensions)\b/i;
function unusableFile(_context, { text }) {
  const [, path = "", file = ""] = text.match(/(?:(?:Errno|WinError) -?\d+\]|create directory) [^'"]*['"]([^'"]*?([^\\/'"]+))['"]/) ?? [];
  if (file !== "" && !OWN_FILE.test(path))
    return [
      "The Azure CLI cannot use the file or the directory that its message names, which is not one of its own. Usually a variable of the job names it, such as `SSLKEYLOGFILE`, `HOME` or `TMPDIR`.",
      "See which variable names it, and who may use it, in a step with `shell: bash`. Then remove or correct the variable, or create the directory:",
      run(`env | grep -F -e HOME= -e TMP -e ${shell(file)}`, `ls -ld ${shell(path)}`)
    ];
  const words2 = text.replace(/'(?!\/\.azure)[^']*[\\/][^']*'/g, "");
  return [
    `The Azure CLI cannot use its own files: ${reasonIn(words2, {
      "the job's user has no home directory (`HOME` is `/`, as in a container), and may not write to `/`": /'\/\.azure/,
      "another job or sign-in uses them, too": /ore than one|multiple|Errno (11|35)\b|[Ll]ock(ed|Exc|ing)|another proc/,
      "they, or a variable, name a cloud that does not exist or is not complete": /(?<!')cloud\b|CLOUD|authority/,
      "the file system is read-only": /Read-only file system/,
      "they belong to another user, or another job is using them": /(Errno|WinError|\() ?(1|5|13)\b|ermission/,
      "they are damaged (another job can do that), have a wrong setting, or are from another version": /^/
    })}.`,
    `${/(?<!')cloud\b|CLOUD|authority/.test(words2) ? "Remove `ARM_CLOUD_METADATA_URL` and `AZURE_CLOUD_NAME`, if they are set. Then, right" : "Right"} before this step, give the job a directory of its own for these files, in a step with \`shell: bash\`, and run azure/login again:`,
    OWN_CLI_FILES
  ];
}

// src/text/secrets.ts
var SECRETS = /* @__PURE__ */ new Set();
var unread = [];
var RUNS = /* @__PURE__ */ new Map();
var MIN_CHARACTERS = 4;
var RUN = 12;
function rememberSecret(value) {
  if (value.length >= MIN_CHARACTERS) SECRETS.add(value);
}
function rememberSent(value) {
  if (value.length >= MIN_CHARACTERS) unread.push(value);
}
function withoutSecrets(text) {
  const left = [...SECRETS].sort((a, b) => b.length - a.length).reduce((left2, secret2) => left2.replaceAll(secret2, "***"), text);
  return withoutRuns(left);
}
function withoutRuns(text) {
  unread.splice(0).flatMap(formsOf).forEach(addRuns);
  let kept = "";
  let end = 0;
  for (let at = 0; at < text.length; at++) {
    for (const [length, runs] of RUNS) {
      if (at + length <= end || !runs.has(text.slice(at, at + length))) continue;
      if (at >= end) kept += "***";
      end = at + length;
    }
    if (at >= end) kept += text[at];
  }
  return kept;
}
function addRuns(form) {
  const length = Math.min(form.length, RUN);
  const runs = RUNS.get(length) ?? /* @__PURE__ */ new Set();
  RUNS.set(length, runs);
  for (let at = 0; at + length <= form.length; at++) runs.add(form.slice(at, at + length));
}
function formsOf(secret2) {
  const percent = [encodeURIComponent(secret2), `${new URLSearchParams({ "": secret2 })}`.slice(1)];
  const base64 = [0, 1, 2].flatMap((offset) => inBase64(secret2, offset));
  return [
    secret2,
    JSON.stringify(secret2).slice(1, -1),
    ...percent,
    ...percent.map((form) => form.replaceAll(/%../g, (hex) => hex.toLowerCase())),
    ...base64,
    ...base64.map((form) => form.replaceAll("+", "-").replaceAll("/", "_"))
  ];
}
function inBase64(secret2, offset) {
  const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(secret2)]);
  const text = bytes.toString("base64");
  const inside = text.slice(Math.ceil(8 * offset / 6), Math.floor(8 * bytes.length / 6));
  return offset === 0 ? [text, inside] : [inside];
}

// src/diagnosis/claims.ts
function claimsOf(token) {
  try {
    const claims = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8"));
    return typeof claims === "object" && claims !== null ? claims : void 0;
  } catch {
    return void 0;
  }
}
function claim(claims, name3) {
  const value = claims?.[name3];
  if (typeof value !== "string" && typeof value !== "number") return void 0;
  return withoutSecrets(String(value)).slice(0, 300);
}

// src/diagnosis/entra.ts
var OF_RISK = /\brisk\b|AADSTS530/;
var OF_MICROSOFT = /^(04b07795-8ddb-461a-|1950a258-227b-4e31-)/i;
var ENTRA = rulesFor("entra", {
  "application-not-found": [
    [
      { clientId: OF_MICROSOFT, text: /AADSTS(700|65)/ },
      { codes: "AADSTS700016 AADSTS70001", text: /^(?!.*(04b07795-8ddb-461a-bbee-02f9e1bf7b46| disabled))/ },
      // not the Azure CLI's own
      "AADSTS700011 AADSTS90009 AADSTS90112 AADSTS9002331 AADSTS9002346 AADSTS700038",
      /AADSTS70002:.*client does not exist/
    ],
    unknownApplication
  ],
  "federated-credential": [
    ["AADSTS70021 AADSTS70025 AADSTS700211 AADSTS700212 AADSTS700213 AADSTS7002138", /federated identity record/],
    unfederated,
    federate,
    { retries: 1 }
    // a credential created a moment ago is not everywhere yet
  ],
  "federation-not-allowed": [
    "AADSTS700223 AADSTS700236 AADSTS700238 AADSTS7002381",
    "A policy of the tenant forbids workload identity federation with this issuer, application or GitHub enterprise.",
    (context, symptom) => sentence`Ask the tenant's administrators to allow the issuer ${code(issuerOf(context, symptom))} for this application. If the message names enterprises, ask them to add yours, or run the workflow in a repository of an organization that belongs to one of them.`,
    "Or sign in with `client-secret`, or `auth-type: managed-identity` on a virtual machine in Azure."
  ],
  "cross-cloud": [
    ["AADSTS90038 AADSTS900382 AADSTS90043* AADSTS900440 AADSTS90051", /different cloud|Cross Cloud/],
    "The tenant or the application is not in the cloud in which this run signed in.",
    selectCloud
  ],
  "assertion-invalid": [
    [
      "AADSTS50027 AADSTS50048 AADSTS50099 AADSTS50120 AADSTS240002 AADSTS500131 AADSTS700021 AADSTS700026 AADSTS700027 AADSTS700222 AADSTS700226 AADSTS700227 AADSTS700229 AADSTS700231 AADSTS1000502 AADSTS5002727 AADSTS7000214 AADSTS7000274 AADSTS7000277 invalid_assertion invalid_client_credential",
      { signIn: "oidc", codes: "AADSTS7000216 AADSTS7000218" },
      // the token is empty
      /Invalid JWT token(?!.* keyId)|AADSTS(50027|70023|700030)\b|AADSTS(50012:(?!.*secret)|700023:.*assertion)/i
      // another number follows, or the number has another rule too
    ],
    assertionInvalid
  ],
  "assertion-expired": ["AADSTS700024 AADSTS500133", assertionInvalid, { retries: 1 }],
  "issuer-unreadable": [
    "AADSTS50006 AADSTS50013 AADSTS50166 AADSTS501661 AADSTS90061 AADSTS900384 AADSTS900612 AADSTS5000811 AADSTS5002723 AADSTS7000272",
    (_context, symptom) => `Entra ${/AADSTS(50166|90061|900612)/.test(symptom.text) ? "cannot read the issuer's configuration or its keys" : "does not find the key that signed the ID token among the issuer's keys, the header of the token does not name the key (`kid`), or the token was changed on the way"}.`,
    (context, symptom) => /githubuser|-aks\.azure/.test(issuerOf(context, symptom)) ? "Run the job again: at this issuer, the error passes." : [],
    "The issuer must be reachable from the internet, and name in each token the key that signed it. From outside of your network, check that the issuer's configuration can be read, and has the key of the token's `kid` at its `jwks_uri`:",
    (context, symptom) => run(`curl --fail ${shell(`${issuerOf(context, symptom).replace(/\/$/, "")}/.well-known/openid-configuration`)}`),
    { retries: 3 }
  ],
  "service-principal-missing": [
    "AADSTS7000229 AADSTS1001010",
    "The application is registered, but has no service principal (enterprise application) in this tenant.",
    "If this is the server's tenant, create the service principal, as an owner of the application:",
    ({ signIn: signIn2 }, { text }) => az("ad sp create", { id: clientOf(signIn2, text) })
  ],
  "application-not-assigned": [
    "AADSTS50105 AADSTS501051",
    "The tenant lets only assigned principals use the resource, and this one is not assigned.",
    asApplication,
    (_context, { text }) => `As an administrator of the tenant, ${text.includes("AADSTS501051:") ? "set `Assignment required?` of the second application in the message to `No` (Entra admin center, `Enterprise apps`, `Properties`), or assign the first application to a role of the second: https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-assign-app-role-managed-identity" : "assign the account: Entra admin center, `Enterprise apps`, the application in the message, `Users and groups`."}`
  ],
  "tenant-not-found": [
    [
      "AADSTS50029 AADSTS50059 AADSTS50128 AADSTS50194 AADSTS90002 AADSTS90019 AADSTS90027 AADSTS90124 AADSTS90130 AADSTS900021 AADSTS900023 AADSTS9001023 AADSTS9002332 missing_tenant_id_error",
      /AADSTS900(10|23):.*(\/(common|consumers|organizations)|tenant)/,
      /^(?!.*(OIDC Discovery(?! endpoint rejects| failed .*status: 400)|JSONDecodeError|Max retries|Proxy|SOCKS|Failed to parse)).*(Invalid tenant id provided|Unable to get authority configuration)/i
    ],
    (_context, { text }) => `\`tenant-id\` ${NO_TENANT.test(text) ? "is not the ID (GUID) or a domain name of a tenant: it is empty, a placeholder or a name without its domain (such as `contoso` instead of `contoso.onmicrosoft.com`), or has a character that does not belong there, such as a quotation mark, a space, a bracket or `v2.0` at its end" : "is not that of an organization in this cloud: it is mistyped, the ID of something else, `common` or `consumers`, the tenant was deleted, or the tenant is in another cloud (`environment`)"}.`,
    (context) => `Set ${whereIs("tenant-id", context)} to the tenant of the server, and \`environment\` to its cloud. ${SEE_TENANT}`,
    SHOW_TENANT
  ],
  "tenant-restricted": [
    "AADSTS50002 AADSTS500021 AADSTS500022 AADSTS5000211 AADSTS1000108",
    "A proxy in the runner's network, or a policy for the runner's device, allows sign-in only to certain tenants, and this tenant is not one of them.",
    "Ask the administrators of the proxy to allow the tenant in the header that it sends (`Restrict-Access-To-Tenants`). If the message names a policy ID, ask them to correct it (`sec-Restrict-Tenant-Access-Policy`).",
    "Or use a runner outside this network, such as one of GitHub's own."
  ],
  "tenant-blocked": [
    "AADSTS5000224 AADSTS5000225",
    "Microsoft has blocked or deleted the tenant, usually because nobody used it for months. Nothing can sign in to it.",
    `If the server is in another tenant, sign in to that tenant (\`tenant-id\`). ${SEE_TENANT}`,
    SHOW_TENANT,
    "Otherwise, ask the tenant's administrator to have Microsoft reactivate it, within 20 days: https://aka.ms/TenantLifecycle"
  ],
  "authority-unknown": [
    [
      "AADSTS50049 AADSTS100007 AADSTS100032 authority_mismatch authority_uri_insecure invalid_authority_metadata invalid_cloud_discovery_metadata issuer_validation_failed untrusted_authority",
      /AADSTS50001:.*not provided|Bad Request - Invalid (URL|Hostname)/
    ],
    "A variable leads the sign-in to a server that is not an authority of Entra or does not accept the address of the request, or to a regional endpoint, which serves only Microsoft's own applications, or the variable has characters that do not belong there. Or something in between changes the requests or the answers.",
    "Remove `AZURE_AUTHORITY_HOST`, `AZURE_REGIONAL_AUTHORITY_NAME` and `MSAL_FORCE_REGION` from the job's environment and the `.env` file of a self-hosted runner. `environment` selects the authority.",
    (context, { text }) => text.includes("AADSTS") ? [] : allowInProxy(context)
    // Entra itself answered with a number
  ],
  "application-public": [
    ["AADSTS700025", /AADSTS90023: Public client/],
    "The application is registered as a public client, which cannot authenticate with a token or a secret.",
    "Make the application a confidential client, as its owner:",
    ({ signIn: signIn2 }, { text }) => az("ad app update", { id: clientOf(signIn2, text), "is-fallback-public-client": "false" })
  ],
  "consent-missing": [
    "AADSTS65001 AADSTS65002 AADSTS65004 AADSTS65005 AADSTS90008 AADSTS90093 AADSTS90094 AADSTS90095 AADSTS90099 AADSTS650056 AADSTS650057",
    "The application that signs in does not have consent to use the service that the token is for, or its registration does not list the service.",
    asApplication,
    ({ signIn: signIn2 }, { text }) => isApplication(signIn2, text) && !text.includes("AADSTS65002") || /(application with|Client app) ID:? '?(?!04b07795)[\da-f]{8}-/.test(text) ? [
      "Give consent to the application, as an administrator of the tenant. If its registration does not list the service, first add it there (`API permissions`):",
      az("ad app permission admin-consent", { id: clientOf(signIn2, text) })
    ] : `Sign in with the \`client-id\` of an application of your own. ${text.includes("AADSTS65002") ? "Only Microsoft can change what an application of Microsoft, such as the Azure CLI, may use" : "An account signs in through the Azure CLI's own application: an administrator of the tenant has to consent to it"}.`
  ],
  "client-secret-wrong": [
    ["AADSTS50012 AADSTS7000215 AADSTS7000222", { codes: "AADSTS70002", text: /(?<!'client_)secret/ }],
    ({ signIn: signIn2 }, { text }) => `${signIn2?.type === "azure-cli" ? "The secret with which azure/login signed in" : "`client-secret`"} ${text.includes("AADSTS7000222") ? "has expired" : "is not a secret of the application in `client-id`. It must be the secret's value, not its ID"}.`,
    "As an owner of the application, create a new secret, and store its value as the secret that the workflow uses:",
    ({ signIn: signIn2 }, { text }) => az("ad app credential reset --append", { id: clientOf(signIn2, text), query: "password", output: "tsv" }),
    "Or use `auth-type: oidc`, which needs no secret."
  ],
  "resource-not-found": [
    "AADSTS50001 AADSTS500011 AADSTS650052 AADSTS650054 AADSTS7000118 AADSTS90056 invalid_resource",
    (_context, { text }) => sentence`The tenant has no service principal for ${code(resourceIn(text) ?? "Azure OSSRDBMS Database")}, or may not use it: the sign-in is to a different tenant than the server's, nobody in the tenant has used this service yet, or the name is wrong or one of another cloud.`,
    (context) => `Compare the tenant in the message with that of the server. If they differ, ${context.signIn?.type === "managed-identity" ? "run the job on a machine or an app in a subscription of the tenant of the server" : `set ${whereIs("tenant-id", context)} and \`environment\` to those of the server`}. ${SEE_TENANT}`,
    SHOW_TENANT,
    (_context, { text }) => /^(?!.*(ossrdbms|123cd850))/.test(resourceIn(text) ?? "ossrdbms") ? [] : [
      "If they are the same, create the service principal, as an administrator of the tenant:",
      az("ad sp create", { id: "123cd850-d9df-40bd-94d5-c9f07b7fa203" })
      // Azure OSSRDBMS Database, in the public cloud
    ]
  ],
  "scope-invalid": [
    "AADSTS70011 AADSTS28002 AADSTS28003 AADSTS700023 AADSTS1002012 invalid_scope",
    "Entra does not accept the scope in its message, which names the service that the token is for. The cloud (`environment`) and the version of this action, or of the Azure CLI, decide the scope, not the credential.",
    selectCloud,
    "If the cloud is right, use the newest version of this action (or of the Azure CLI). If the error persists, open an issue in this action's repository, with this message."
  ],
  "application-disabled": [
    ["AADSTS500014 AADSTS1000031 AADSTS7000112", /AADSTS70001:.* disabled/],
    "The application, or the service that the message names, is disabled in this tenant, or the tenant has no active subscription.",
    (context, symptom) => /04b07795/.test(symptom.text) ? asApplication(context, symptom) : [],
    // az cannot sign in then
    "Enable what the message names, as an administrator of the tenant:",
    ({ signIn: signIn2 }, { text }) => az("ad sp update --set accountEnabled=true", { id: resourceIn(text) ?? clientOf(signIn2, text) })
  ],
  "account-blocked": [
    ["AADSTS50053 AADSTS50057 AADSTS53011 AADSTS500531 AADSTS500532 AADSTS500571", /AADSTS530(034\b|.*\brisk\b)/],
    (_context, { text }) => `Entra ${OF_RISK.test(text) ? "sees a risk in the account or the application, such as sign-ins from a suspicious address, and blocks it" : text.includes("disabled") ? "knows the account, but an administrator has disabled it" : "has locked the account after too many wrong passwords, or blocks the runner's address because of attacks from it. Each further attempt can make a lock longer"}.`,
    asApplication,
    (_context, { text }) => `Ask the administrators of the tenant of the account or the application to ${OF_RISK.test(text) ? "dismiss the risk: Entra admin center, `Risky users` or `Risky workload identities`" : "enable or unlock the account. A lock ends after some minutes. If the message names the address, use another runner"}.`
  ],
  "conditional-access": [
    "AADSTS50005 AADSTS50097 AADSTS50131 AADSTS530*",
    ({ signIn: signIn2 }, { text }) => `A Conditional Access policy ${isApplication(signIn2, text) ? "for workload identities blocks this application, usually because of the runner's address, or of a risk that Entra sees in the application" : "or the tenant's security defaults block the sign-in. Such a policy can require what only a person has, such as a managed device"}.`,
    asApplication,
    "Ask the tenant's administrators which policy blocks the sign-in, and why. They find the policy by the correlation ID or the error code in the message: Entra admin center, `Sign-in logs`. They can exclude this identity from the policy.",
    "If the policy is about the runner's address, run the job where the policy allows it: a self-hosted runner, or a larger runner with a static IP address."
  ]
});
var ENTRA_UNAVAILABLE = rulesFor("entra", {
  "entra-busy": [
    [
      "AADSTS40010 AADSTS50000 AADSTS50033 AADSTS50087 AADSTS50162 AADSTS50196 AADSTS70012 AADSTS90006 AADSTS90012 AADSTS90024 AADSTS90025 AADSTS90033 AADSTS90055 AADSTS90090 AADSTS90091 AADSTS230109 AADSTS500031 AADSTS501621 temporarily_unavailable service_not_available server_error",
      /Too ?Many ?Requests|being throttled|Our services aren.t available|Service Unavailable|Bad Gateway|Gateway Time-?out|Internal Server Error|http error: (429|5\d\d)/i,
      { status: [408, 410, 429, 500, 502, 503, 504] }
    ],
    (_context, { text }) => `Entra${/\b429\b|Too ?Many|throttl|request loop/i.test(text) ? " got too many requests from this application, this tenant or this address in a short time" : ", or a gateway on the way to it, has an outage or is overloaded"}.`,
    "Run the job again, after a few minutes if many jobs sign in at the same time.",
    "Look for an outage: https://azure.status.microsoft",
    (context, { text }) => /AADSTS/.test(text) ? [] : bypassProxy(context),
    // Entra itself answered with a number
    { retries: 3 }
  ],
  "clock-wrong": [
    /Make sure your computer's time|MUST be before the time represented by the exp|ID token (already expires|is not yet valid)/,
    "The runner's clock is wrong: by this clock, the token had expired, or was not valid yet, when it arrived.",
    ...CHECK_CLOCK
  ]
});
var NO_TENANT = /neither a valid DNS|(tenant|identifier|namespace named) '(?!(?!0{8}-0{4}-0)[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}'|[\w-]+(\.[\w-]+)*\.[a-z][\w-]*'(?!')|\*{3})/i;
var resourceIn = (text) => text.match(/(?:(?<!tenant )named|for resource|access a service) '?([\w./:-]+[\w/])/)?.[1];
var OF_USER = /04b07795|\b(user|refresh.token|device)s?\b|(ty|claims) provider|security def|token prot|AADSTS5005/i;
function unknownApplication(context, { text }) {
  const id = clientOf(context.signIn, text);
  const set = `set ${whereIs("client-id", context)} to the client ID (not the object ID) of an application or a managed identity of your own`;
  if (OF_MICROSOFT.test(id) || /AADSTS(70002|700038|9\d+)\b/.test(text))
    return [
      "`client-id` is a placeholder, or the ID of an application of Microsoft (such as the Azure CLI) or for personal accounts only.",
      `S${set.slice(1)}.`
    ];
  return [
    "This tenant has no application or managed identity with this client ID: `client-id` or `tenant-id` is wrong, or the application was deleted or is in another tenant or cloud. An application that was created only minutes ago can be missing, too: run the job again.",
    `${WITH_AZ}, see whether the tenant has this ID. If the first command shows a name, set ${whereIs("tenant-id", context)} and \`environment\` to what the second command shows. If it does not, ${set}:`,
    run(showPrincipal(id), SHOW_TENANT)
  ];
}
function asApplication({ signIn: signIn2 }, { text }) {
  if (isApplication(signIn2, text)) return [];
  if (OF_USER.test(text)) return ["Use `auth-type: oidc`, which signs in as an application of your own."];
  return [
    "See what is signed in to the Azure CLI, in a step of the same job. If the type is `user`, use `auth-type: oidc`, which signs in as an application of your own:",
    az("account show", { query: "user" })
  ];
}
function assertionInvalid(context, symptom) {
  const ofEntra = /AADSTS7002(22|26|27|29|31)\b/.test(symptom.text) && "it is a token of Entra itself";
  const isExpired = /AADSTS(700024|500133)\b|valid time range/.test(symptom.text);
  if (isOfKubernetes(context, symptom))
    return [
      `Entra does not accept the service account's token in the file \`AZURE_FEDERATED_TOKEN_FILE\`: ${ofEntra || `${isExpired ? "the token in it" : "the file is empty,"} is a copy or is no longer renewed, the token is valid for more than 24 hours, or the clock of the node is wrong`}. The file must have the token that Azure Workload Identity projects into the pod.`,
      'Give the pod the label `azure.workload.identity/use: "true"`, do not set `AZURE_FEDERATED_TOKEN_FILE` to another file or `expirationSeconds` above 86400, and create the pod again. See what it has:',
      run("kubectl get pod <pod> --output yaml")
    ];
  if (context.signIn?.type === "azure-cli")
    return [
      /certificate|thumbprint/i.test(symptom.text) ? "Entra does not accept the certificate with which the Azure CLI signed in: it is not one of the application's, has expired or was revoked." : `Entra does not accept the token with which the Azure CLI signed in: ${ofEntra || (isExpired ? "it has expired, or is not valid yet. GitHub's ID token is valid for five minutes, and the Azure CLI cannot renew it. From a certificate, the Azure CLI makes a token by the runner's clock, which can be wrong" : "it is missing, was changed, or is not the application's")}.`,
      "Use `auth-type: oidc`, which asks for a new ID token when it needs one, and needs no certificate.",
      `Or run azure/login right before this step${isExpired ? ". If it signs in with a certificate, correct the runner's clock" : ", and check its `client-id`, and `id-token: write` on the job. A certificate must be one of the application's, and valid today"}.`
    ];
  if (isExpired)
    return [
      "Entra received GitHub's ID token more than five minutes after GitHub issued it: the runner was suspended, or a proxy held the request.",
      "Run the job again.",
      "If the error persists on GitHub Enterprise Server, compare the times in the message, and correct the clock of that server."
    ];
  return [
    `Entra did not receive the ID token that GitHub signed: ${ofEntra || "it is missing, was changed on the way, or is a different token"}.`,
    `Check \`client-id\`: the federated credential must be one of this application or managed identity.${context.onGitHub ? "" : " Also check that `ACTIONS_ID_TOKEN_REQUEST_URL` leads to GitHub, and not to a proxy."}`
  ];
}
var OF_ONE_RUN = /:ref:refs\/(heads\/gh-readonly-queue|tags)\//;
var isApplication = (signIn2, text = "") => signIn2?.type !== "azure-cli" || /for service principal|AADSTS501051/.test(text);
var subjectOf = ({ assertion }, { text }) => text.match(/subject:? '([^']{1,300})'/i)?.[1] ?? claim(assertion, "sub") ?? "<subject>";
var issuerOf = ({ assertion }, { text }) => text.match(/issuer:? '(https:\/\/[^/']+(?=\/?')|[^']+)/i)?.[1] ?? claim(assertion, "iss") ?? "https://token.actions.githubusercontent.com";
function unfederated(context, symptom) {
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
function federate(context, symptom) {
  const { assertion, cloud, signIn: signIn2 } = context;
  const [, audience] = symptom.text.match(/audience:? '([^']{1,300})'/i) ?? [];
  const sent = {
    issuer: issuerOf(context, symptom),
    subject: subjectOf(context, symptom),
    audience: audience ?? claim(assertion, "aud") ?? cloud?.oidcAudience ?? "api://AzureADTokenExchange"
  };
  const id = clientOf(signIn2, symptom.text);
  const ofPod2 = isOfKubernetes(context, symptom);
  if (ofPod2 && /kubernetes|githubusercontent|\.(local|svc)\b/.test(sent.issuer))
    return [
      "The ID token is that of a service account of Kubernetes. Find the issuer of its cluster. If there is none, turn it on with the option `--enable-oidc-issuer` (outside AKS, set `--service-account-issuer` of the API server to a public address), and create the pod again.",
      az("aks show", { "resource-group": "<resource-group>", name: "<cluster>", query: "oidcIssuerProfile.issuerUrl" }),
      ...credential("create", id, { ...sent, issuer: "<issuer>" })
    ];
  if (OF_ONE_RUN.test(sent.subject))
    return [
      "Add `environment: <environment>` to the job: its subject is then the same in each run. Without an environment, customize the subject, or use a flexible credential, which only Entra applications can have: https://learn.microsoft.com/entra/workload-id/workload-identities-flexible-federated-identity-credentials",
      ...credential("create", id, { ...sent, subject: sent.subject.replace(/:ref:.*$/, ":environment:<environment>") })
    ];
  const ofIdentity = az("identity federated-credential list", IDENTITY);
  if (symptom.text.includes("AADSTS70025:")) return credential("create", id, sent);
  return [
    sentence`Compare what ${inOurWords(ofPod2 ? "the service account's token has" : "GitHub sent")} with the federated credentials of ${code("client-id")}, letter by letter: the issuer ${code(sent.issuer)} (with ${inOurWords(sent.issuer.endsWith("/") ? "the" : "no")} slash at its end), the subject ${code(sent.subject)} and the audience ${code(sent.audience)}.${inOurWords(signIn2?.type === "azure-cli" ? " azure/login writes them to its log, and has an input `audience`." : "")}${inOurWords(/AADSTS700212/.test(symptom.text) ? " If the audience is not that of the tenant's cloud, correct `environment`." : "")} The first command shows what ${code("client-id")} is: the names of a managed identity contain its resource group and its own name. If a credential has all three, run the job again:`,
    run(showPrincipal(id), az("ad app federated-credential list", { id }), ofIdentity),
    // An issuer and a subject occur once in an application: only a change of its credential helps, and no second one.
    ...credential(/AADSTS(700212\d?|7002138):/.test(symptom.text) ? "update" : "create", id, sent).slice(2)
  ];
}
function isOfKubernetes(context, symptom) {
  const token = `${subjectOf(context, symptom)} ${issuerOf(context, symptom)}`;
  return context.inPod === true || /^system:serviceaccount:|-aks\.azure\.com|kubernetes/.test(token);
}
var IDENTITY = { "resource-group": "<resource-group>", "identity-name": "<identity>" };
function credential(verb, id, { audience, ...claims }) {
  const [name3, existing] = verb === "create" ? [nameFor(claims.subject)] : ["<name>", { "federated-credential-id": "<name>" }];
  const parameters = JSON.stringify({ ...!existing && { name: name3 }, ...claims, audiences: [audience] });
  return [
    "See what `client-id` is. The names of a managed identity contain its resource group and its own name:",
    showPrincipal(id),
    `If it is a managed identity, ${verb} its federated credential, with the role Managed Identity Contributor:`,
    az(`identity federated-credential ${verb}`, { ...IDENTITY, name: name3, ...claims, audiences: audience }),
    `If it is an application, ${verb} its federated credential, as its owner:`,
    az(`ad app federated-credential ${verb}`, { id, ...existing, parameters }),
    "Run the job again after a few minutes: a new federated credential can take that long to work."
  ];
}
var nameFor = (subject) => subject.includes("<") ? "<name>" : (subject.match(/[a-z0-9]+/gi) ?? []).join("-").slice(0, 120);
var IMMUTABLE = /^repo:([^@/]+)@\d+\/([^@:]+)@\d+/;
function formOf(subject) {
  if (IMMUTABLE.test(subject))
    return sentence` The subject has the immutable form of repositories created, renamed or moved since 2026-07-15: a credential for ${code(subject.replace(IMMUTABLE, "repo:$1/$2"))} does not match it.`;
  if (!/^repo:[^/:]+\/[^:]+:(ref:|environment:|pull_request$)|</.test(subject))
    return inOurWords(
      " The repository or its organization has customized the subject: https://docs.github.com/actions/reference/security/oidc#customizing-the-token-claims"
    );
  return sentence` A credential with IDs in its subject (${code("repo:<owner>@<id>/\u2026")}) does not match a repository without immutable subjects.`;
}
var showPrincipal = (id) => az("ad sp show", { id, query: "{name:displayName, type:servicePrincipalType, names:alternativeNames}" });
function clientOf(signIn2, text = "") {
  const own = signIn2 !== void 0 && "clientId" in signIn2 && signIn2.clientId;
  return text.match(NAMED_APPLICATION)?.[4] ?? (own || "<client-id>");
}
var NAMED_APPLICATION = /\b(app\w*|client)( with)?( ID| identifier)?:? '?([\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12})\b/i;

// src/diagnosis/meanings.ts
var PASSES = /(in progress|\bbeing (creat|updat|delet|modif|chang|process|provision|restor|upgrad|restart|used|access|initiali[sz]|mov|scal)\w*|(during|still|currently|is|are) (provision|updat|creat|delet|start|restart|upgrad|scal|initiali[sz])ing|not (yet |in an? )?ready|\bbusy\b|\b(re)?try( again| (the|this|your) [\w ]{1,20})? (later|in (a|\d))|again (later|in (a|\d))|temporarily|temporary (error|failure|problem|issue)|(currently|service|server|system) (is )?(unavailable|not available)|timed[- ]?out|timeout (expired|reached|exceeded|occurred|while|waiting)|deadline|overload|throttl|\binternal (server |service )?error|\btransient|maintenance|concurrent (update|modif|operation|write))\w*/i;
var MEANINGS = {
  "a limit is reached": [
    /(\bquotas?\b|\blimits?\b|too (many|long|large|big|quickly|fast|often)|\bmaximum\b|(?<!deadline |time-?out )exceed)\w*/i,
    "Run the job again later, and fewer jobs at the same time. If the message names a quota, ask for a higher one; if it names a length or a size, shorten what is too long."
  ],
  "the service cannot do this at the moment": [PASSES, "Run the job again in a few minutes.", { retries: 2 }],
  "something has expired, or is not valid yet": [
    /((?<!(not|n.t|never|yet) )\bexpired\b|\bexpiry\b.{0,40} is earlier|not yet valid|no longer valid|valid time range|\blifetime\b|\bskew|in the (past|future)|out of date|\bstale\b)\w*/i,
    "Renew what the message names, such as a secret, a certificate or a sign-in. On a self-hosted runner, check the clock, too."
  ],
  "this is not supported, or a version is too old or too new": [
    /((unrecognized|unknown|unexpected) (argument|option|parameter|command|flag|setting|configuration|keyword|field|feature|function|method|type|version)|unsupported|((can)?not|\w{2,6}n['\u2019]t)( \w+)? support|(only|still) support|supported? only|no longer (support|accept|allow|available)|deprecated|obsolete|\bretired\b|incompatible|(not |un)implemented|please upgrade|versions? (older|earlier|lower|below)|syntax error|(or|and) (later|newer|higher|above)\b|(newer|older|later|minimum) version)\w*/i
  ],
  "a permission is missing, or a policy or a setting forbids this": [
    /(denied|forbid|unauthori[sz]ed|((can)?not|\w{2,6}n['\u2019]t) (been )?(authori[sz]ed|permitted|allow(ed)?|entitled|eligible|granted|approved)|disallow|\bby .{0,40}?polic|polic(y|ies) (do|block|forbid|prevent|require|of)|insufficient (?!data)|\bpermissions?\b|\bprivileges?\b|prohibit|restricted|not have (the )?(access|right|authori)|\brejected\b|must be (an? )?(owner|admin|member|superuser))\w*/i,
    "Ask the administrators of the service that refused this for the permission, or for an exception."
  ],
  "something that it needs is disabled, blocked or not set up": [
    /(disabled|((can)?not|\w{2,6}n['\u2019]t) (been )?(enabled|activated|active|registered|configured|set up|initiali[sz]ed|installed|running)|\bno [\w .-]{1,40}configured|suspended|\bblocked\b|\bbanned\b|revoked|\binactive\b|deactivated|(turned|switched) off|\bpaused\b|\bstopped\b|\blocked\b|been (deleted|removed)|archived|read-only)\w*/i,
    "Enable or set up what the message names, or ask the administrators of the service for it."
  ],
  "values exclude each other, more than one thing fits, or something exists already": [
    /(only one of|\bnot both\b|mutually exclusive|((can)?not|\w{2,6}n['\u2019]t) be (used|specified|combined|set|provided) (together|with|when)|in combination|ambiguous|((can)?not|\w{2,6}n['\u2019]t) unique|\bmultiple\b|more than one|\bduplicated?\b|already (exist|present|in use|taken|assigned|used|defined|has|have|associated|set)|conflict)\w*/i
  ],
  "a value that the request needs is missing or empty": [
    /(missing|\bempty\b|\bblank\b|\bnull\b(?! byte)|zero-length|((?<!can)not|\w{2,6}n['\u2019]t) (been )?(provided|specified|supplied|given|set|sent|present|included|passed|contain)|\bno [\w .-]{1,40}(provided|specified|supplied|given|sent|included|passed)\b|must (be |have been )?(provide|specif|suppl|given|set\b|present|contain|include)(?!.*\b(not |in)valid)|(is|are|be) (required|necessary)\b(?! to\b)|required (\w+ )?(parameter|field|property|argument|value|input|header|claim|variable)|requires (an?|the|one)\b)\w*/i
  ],
  "something that the request names does not exist": [
    /(((can)?not|\w{2,6}n['\u2019]t) (be |been )?(found|located|resolved|recognized)|((can)?not|\w{2,6}n['\u2019]t) exist|no such|\bunknown\b(?! (error|reason|exception))|(cannot|can.t|unable to|could not|couldn.t) (find|locate|resolve)|non-?existent|no longer exists|\bno [\w .-]{1,40}found\b|misspel)\w*/i,
    "Check the names and IDs in the message: those of the inputs of this step, and those of what was deleted or moved."
  ],
  "a value is wrong, has the wrong form, or does not fit another value": [
    /(((can)?not|\w{2,6}n['\u2019]t) (match|belong|correspond|equal)|mismatch|(for|from|to|against) (a different|another)\b|inconsistent|\bwrong\b|not the same|invalid(?! state)|malformed|((can)?not|\w{2,6}n['\u2019]t) (an? )?(well-?formed|valid|proper|acceptable)|(cannot|could not|unable to|failed to) (be )?(pars|decod|deseriali|convert|validat)|bad (format|request|value)|incorrect|illegal|\breserved\b|must (be|start|begin|end|match|have|consist|only)\b|out of range|validation (failed|error)|\bexpected\b)\w*/i
  ],
  "an unexpected fault, which the message does not explain": [
    /((unexpected|unhandled|unknown|unspecified|general|server|service) (error|failure|exception|fault)|(?<!\bnon-retryable )(error|exception|fault) (has |was |have )?(been )?(occurr|thrown|encounter|issuing)|went wrong)\w*(?!.*\bnon-retryable)/i,
    "Run the job again once. If the error persists, give the message and the time of this run to the support of the service that sent it."
  ]
};
var NAMES = /^.{0,99}HTTP status \d+\)?: |^([a-z]+_[a-z_]+|\w+): (?=AADSTS)|"[^"]*"|(?<!\w)'[^']*'|https?:\S+/g;
var withoutNames = (text) => text.replace(NAMES, " ");
function byItsWords(what, usual, ...first) {
  return (_context, { text }) => {
    const said = withoutNames(text).replace(/(?<=[a-z])(?=[A-Z])/g, " ");
    for (const [means, [words2, ...next]] of Object.entries(MEANINGS)) {
      const found = said.match(words2)?.[0];
      const cause = inOurWords(`${what}, for the reason in its message: ${means}`);
      const steps = words2 === PASSES ? [...next, ...first] : [...first, ...next];
      if (found !== void 0) return [sentence`${cause} (${code(found)}).`, ...steps];
    }
    return [`${what}, for the reason in its message, if it has one. The usual cause is ${usual}.`, ...first];
  };
}

// src/diagnosis/network.ts
var import_node_net = require("node:net");

// src/diagnosis/runner.ts
var import_node_path = require("node:path");
var RUNNER = rulesFor(EVERYWHERE, {
  "runner-limit": [
    [
      "ENOSPC EDQUOT EFBIG ENOMEM EAI_MEMORY OUT_OF_MEM ERR_WORKER_OUT_OF_MEMORY ERR_MEMORY_ALLOCATION_FAILED EMFILE ENFILE EFILE ENOBUFS EADDRINUSE",
      /Array buffer allocation failed|Invalid (typed )?array (buffer )?length|getaddrinfo EBUSY|EADDRNOTAVAIL (?!127\.|0\.)\d+\.|spawn\b.* (EAGAIN|E2BIG)\b/i
    ],
    (_context, { code: code2, text }) => `The runner, or the container of the job, ${reasonIn(`${code2} ${text}`, {
      "has a full disk, or its user has reached a quota": /ENOSPC|EDQUOT|EFBIG/,
      "cannot start more processes, or its environment variables are too large for one": /E2BIG|EAGAIN/,
      "has no free port for another connection: too many are open, or its VPN is down": /ENOBUFS|EADDR|buffer space/,
      "cannot open more files and sockets": /E[MN]?FILE|EBUSY|open files/i,
      "has not enough memory": /./
    })}.`,
    "See how much is used, in a step of the same job (on Linux):",
    run("df -h\nfree -m\nulimit -a\nss --summary"),
    "Free what is used up, give the runner, its container or its pod more of it, or run fewer jobs there at the same time. Then run the job again.",
    { retries: 1 }
  ],
  "runner-tls": [
    /no.(protocols|ciphers).available|no.cipher.(match|can.be)|library.has.no.ciphers|ssl.(command.)?section|SSL_CONF|ssl_do_config|unknown.cmd.name|(envelope|Provider|libcrypto|configuration file|DSO support) routines/i,
    "The settings of OpenSSL on this machine leave no version, no cipher or no algorithm of TLS to use: the lowest version is above the highest, or FIPS mode is on without its provider, for example.",
    "See the settings, in a step of the same job (on Linux). They are `--tls-min-v\u2026`, `--tls-max-v\u2026`, `--tls-cipher-list` and `--\u2026-fips` of Node.js, and `MinProtocol`, `MaxProtocol`, `CipherString` and `providers` of OpenSSL:",
    run("env | grep -E 'NODE_OPTIONS|OPENSSL_'\ngrep -E 'Protocol|Cipher|provider|fips' /etc/ssl/openssl.cnf"),
    "Remove those that do not allow TLS 1.2 and TLS 1.3, and `OPENSSL_CONF` and `OPENSSL_MODULES` if they are for another version of OpenSSL."
  ],
  "runner-file": [
    /\bE(?!CONN|TIME|HOST|NET|RROR)[A-Z]{2,}: [\w ,/-]+, [a-z_]+\b|Missing file at path|environment variable for file command/,
    "The runner, or the container of the job, has lost a file that the step needs, its user may not use the file, or the file system is read-only.",
    "See the files, their owner and their disk, in a step of the same job with `shell: bash`:",
    (_context, { text }) => run(`cd ${shell((0, import_node_path.dirname)(text.match(/(?<=['\s])(\/|\w:)[^']+/)?.[0] ?? "<directory>/x"))}`, "id\nls -la\ndf -h ."),
    "In a container job, run as the user that owns the files, and mount them writable: `container: { options: --user root }`.",
    "On a self-hosted runner, let no step or other job change the runner's `_work/_temp`. Then run the job again."
  ]
});

// src/diagnosis/network.ts
var COMPLETED = 'If you mean a container, such as a service of the job, publish its port (`ports: ["5432:5432"]`), and set `host: localhost`, in a job without `container:`. The action adds the cloud\'s suffix to a name without a dot.';
var LOOKED_UP = "If it answers with an address, the fault may have passed. Run the job again. If it does not, correct the DNS servers of the runner, its container, its pod or its virtual network:";
var ALERT = /(tls|ssl)\S{0,9} (fatal )?alert|fatal alert|error: tls:|alert number \d|unrecognized.?name/i;
var OUTDATED = /TLS version (1\.|used)|dh.key.too.small|renegotiation|unsupported.protocol|protocol.?version|handshake.?failure|could not create SSL|common algorithm|no appropriate protocol|insufficient.security|no.shared|no.suitable|bad.protocol.version|bad.(ecpoint|dh.value)|(wrong|unknown).(signature|cipher|ssl.version|curve|digest)|unsupported.(ssl.version|elliptic.curve)|inappropriate.fallback|export.restriction|missing.(sigalgs|supported.groups)|legacy.sigalg|version.too.(low|high)/i;
var HIDDEN = / (0\.0\.0\.0|::):/;
var LISTENERS = run("ss --listening --tcp --numeric --processes");
var LOOK_AT_TUNNEL = [
  "See what listens there, in a step of the same job (on Linux). If it is a tunnel or a proxy, read its log: its other end has to reach the server, through the server's network, firewall and DNS.",
  LISTENERS
];
var SET_MTU = "If this happens only in a container, a pod or a VPN, its packets may be too large for the network. Set a smaller MTU there (in Docker, `mtu` in `daemon.json`).";
var MORE_TIME = "If the network is slow, set `NODE_OPTIONS: --network-family-autoselection-attempt-timeout=2000` in the step's `env`.";
var REFUSED = "A firewall in between refuses the connection, or the runner's DNS server (a DNS filter answers `0.0.0.0`) or `hosts` file leads to an address where nothing listens.";
var USE_ITS_NAME = "If you know that the server is yours, set `host` to a name in its certificate. Otherwise, a different server answers, which must not get the token or the password.";
var trust = (variable3) => [
  `Trust the authority of the proxy or firewall (or of GitHub Enterprise Server): set this variable, in the step's \`env\` or where a self-hosted runner starts, to a PEM file with its certificate, on the runner (in a container job, in the container).${variable3 === "REQUESTS_CA_BUNDLE" ? " The Azure CLI then trusts only what is in the file: append the certificate to a copy of the newest `certifi/cacert.pem`." : ""}`,
  run(`${variable3}=<path-to-pem>`)
];
var TUNNEL = "For a tunnel, let the runner's `hosts` file lead the server's full name to this address, and set `host` to that name. Only if you cannot, and trust the network, set `ssl-mode: verify-ca`. It does not check the name: any server with a certificate of a public authority can then read the token or the password.";
var ON_THE_WAY = rulesFor(EVERYWHERE, {
  "host-not-found": [
    [
      "ENOTFOUND ENODATA ENONAME EBADNAME EAI_NONAME EAI_NODATA EAI_ADDRFAMILY",
      /getaddrinfo EAI_AGAIN ([\w-]+|(postgres|postgresql|pg|db|database)\.postgres\.database\..*|\S+\.(svc|local|internal|lan))$|host name "[\w-]+"/
    ],
    (context) => sentence`The runner's DNS server does not know ${code(hostNameOf(context))}. ${inOurWords(!isPostgres(context) ? "Perhaps only a proxy knows it." : OF_DOCKER.test(hostOf(context)) ? "Containers have such names." : "It is misspelt, the server was deleted, or only its own network or cluster knows it.")}`,
    (context) => isPostgres(context) ? findName(context) : [...lookUp(context, LOOKED_UP), ...reachable(context)]
  ],
  "dns-unavailable": [
    ["EAI_* ESERVFAIL EREFUSED", /(getaddrinfo|query[A-Z]\w*) (E|UNKNOWN)/],
    "The runner's DNS server did not answer, or refused to.",
    (context) => [...lookUp(context, LOOKED_UP), ...atPostgres(context, [])],
    { retries: 2 }
  ],
  "connection-not-allowed": [
    [/\b(connect|socket|bind|read|write) E(PERM|ACCES)\b/, { codes: "EPERM", text: /^(?!.*E(PERM|ACCES))/ }],
    "The runner's own machine forbids this connection: a local firewall, a sandbox, SELinux or a virus scanner.",
    "See what forbids it, on the runner's machine (on Linux): a `prohibit` route, a rule of the local firewall, or a denial in the kernel's log. On Windows, look in the logs of the firewall and the virus scanner:",
    run("ip route\nsudo nft list ruleset\nsudo dmesg | grep -iE 'denied|avc'"),
    "Allow the connection there. If nothing of this forbids it, the runner itself is in a sandbox (of systemd, snap or a container): run the job outside the sandbox."
  ],
  "connection-lost": [
    // Alerts of TLS: https://www.iana.org/assignments/tls-parameters/tls-parameters.xhtml#tls-parameters-6
    [
      "08* ECONNRESET EPIPE ECONNABORTED ENETRESET ENOTCONN ECANCELED ERR_STREAM_* ERR_SOCKET_CLOSED* UND_ERR_SOCKET HPE_INVALID_EOF_STATE Z_BUF_ERROR",
      /(read|write) ETIMEDOUT|Connection terminated(?! due to connection timeout)|is not queryable|server closed the connection|before secure TLS connection was established|EOF occurred in violation of protocol|unexpected.eof|SSL SYSCALL error|(closed|ended) (unexpected|premature)ly|unexpected socket close|Premature close|(^|response as text: )(aborted|terminated)$|\bEOF$|bad.record.mac|(alert|tls)\W{1,3}(record.?overflow|decompression.?failure|decode.?error|user.?cancelled|close.?notify)/i
    ],
    (context) => `The connection broke: ${isPostgres(context) ? "the server closed it, as in a restart or a failover, or something in between (a gateway, a pooler)" : "something in between (a firewall, a proxy, a gateway)"} cut it or changed its data.`,
    (context, { text }) => isLocal(context, text) ? LOOK_AT_TUNNEL : [],
    afterRerun,
    (context) => atPostgres(context, seeState(context)),
    SET_MTU,
    { retries: 3 }
  ],
  "connection-timed-out": [
    "ETIMEDOUT EALREADY EINPROGRESS ESOCKETTIMEDOUT UND_ERR_CONNECT_TIMEOUT UND_ERR_HEADERS_TIMEOUT UND_ERR_BODY_TIMEOUT ERR_SOCKET_CONNECTION_TIMEOUT ERR_TLS_HANDSHAKE_TIMEOUT ABORT_ERR",
    (context, { text }) => byAddress(context, text) ?? (isPostgres(context) ? silentServer(context) : silentHost(context)),
    (_context, { text }) => !/connect E/.test(text) ? SET_MTU : /ETIMEDOUT.*connect E/.test(text) ? MORE_TIME : [],
    { retries: 1 }
  ],
  "connection-refused": [
    ["ECONNREFUSED", /EADDRNOTAVAIL (127\.|0\.0\.0\.0|::1|:::)/],
    (context, { text }) => isLocal(context, text) ? nothingListens(context) : isPostgres(context) && !HIDDEN.test(text) ? refusedByServer(context) : [REFUSED, ...HIDDEN.test(text) ? [] : reachable(context), ...lookUp(context)],
    { retries: 1 }
  ],
  "host-unreachable": [
    "EHOSTUNREACH ENETUNREACH EADDRNOTAVAIL EHOSTDOWN ENETDOWN ENONET EAFNOSUPPORT",
    (context, { text }) => byAddress(context, text) ?? [
      "The runner's network has no route to this address: its gateway, its VPN or the network of its container is down, it has only IPv6, or a firewall rejects the packets.",
      ...isPostgres(context) ? [] : reachable(context),
      "See the routes of the runner, in a step of the job (on Linux). If there is no `default` line, correct the network of the machine or the container. If there is one, a firewall or a gateway on the way rejects the packets:",
      run("ip route")
    ],
    { retries: 1 }
  ],
  "connection-failed": [
    [
      /\b(connect|socket|bind|read|write|shutdown) (E[A-Z\d]{2,}|UNKNOWN)\b(?<!E(PROTO|ACCES))|new connection: \[(Errno|WinError)|invalid header value|valid HTTP token/,
      "UND_ERR_* ERR_HTTP_* ERR_SOCKET_* ERR_INVALID_CHAR ERR_UNESCAPED_CHARACTERS"
    ],
    "The runner could not make or use the connection, for the reason in the message.",
    (_context, { text }) => /header (content|value)/.test(text) ? "Set the secret again, without a line break." : [],
    (context, { text }) => /\bconnect (E|UNK)/.test(text) && !(0, import_node_net.isIP)(hostOf(context)) ? lookUp(context) : [],
    (context) => [
      ...afterRerun(context),
      ...atPostgres(context, ["Check `host` and `port`.", ...setFullName(context)])
    ],
    { retries: 1 }
  ],
  "tls-wrong-host": [
    [
      "ERR_TLS_CERT_ALTNAME_INVALID HOSTNAME_MISMATCH",
      /does not match (certificate's altnames|host ?name)|(Hostname|IP address) mismatch|hostname '.*' doesn't match|certificate is (valid for|not valid for any)|RemoteCertificateNameMismatch|no (subject alternative DNS |alternative certificate subject )?name match|by hostnameverifier|COMMON_NAME_INVALID|contain any IP SANs|legacy Common Name/i
    ],
    (context, { text }) => `The certificate does not contain the name that was asked for: ${isPostgres(context) && !ASKED_FULLY.test(text) ? "`host` is an IP address or an alias (a tunnel, a CNAME, a `privatelink` name), not the server's full name, or a different server answers" : "a different server, a proxy or the sign-in page of a network answers in its place, perhaps because the runner's `hosts` file or its DNS server leads there"}. Nothing secret was sent.`,
    (context, { text }) => {
      if (!isPostgres(context)) return [...seeWhoAnswers(context), ...lookUp(context), ...reachable(context)];
      if (ASKED_FULLY.test(text)) return [...lookUp(context), ...seeWhoAnswers(context)];
      const isForeign = /(DNS:|IP Address:|CN: )\S/.test(text) && !AZURE.test(text);
      const own = isForeign ? [...seeWhoAnswers(context), USE_ITS_NAME] : setFullName(context);
      return isLocal(context, "") ? [TUNNEL, ...own] : [...own, TUNNEL];
    }
  ],
  "tls-authorities-unreadable": [
    /CA certificate bundle|root certificate (file|paths)|certificate verify locations|BIO routines|system library|PEM lib|no certificate or crl found|PEM routines|Invalid CA file/i,
    (_context, { text }) => `The file of trusted authorities ${/PEM|crl/.test(text) ? "is not in PEM format: each certificate needs both lines, `-----BEGIN CERTIFICATE-----` and `-----END CERTIFICATE-----`" : "does not exist on the runner, or cannot be read"}.`,
    (context) => `Correct or remove the path in \`${authoritiesOf(context)}\`, or in another variable that has it. In a container, it is the path in the container. See the variables, in a step of the job with \`shell: bash\`:`,
    run("env | grep -E 'CA_BUNDLE|CA_CERTS|CERT_FILE'"),
    "If a file has no lines with `-----BEGIN CERTIFICATE-----`, it may be binary (DER). Convert it to PEM:",
    run("openssl x509 -inform der -in <file> -out <new-file>")
  ],
  "tls-certificate": [
    [
      /certificate (has expired|is not yet valid|is not valid now)|(key|md|digest algorithm) too (weak|small)(?<!dh key too small)|certificate verify failed: (?!unable to get|self.signed|certificate signature)|\becc cert|certificate or alg|unknown certificate type|(asn1 encoding|curve|x509 certificate|rsa) routines/i,
      "ERR_OSSL_* ERR_CRYPTO_* CERT_CHAIN_TOO_LONG CERT_HAS_EXPIRED CERT_NOT_YET_VALID CERT_REJECTED CERT_REVOKED CRL_* INVALID_* PATH_LENGTH_EXCEEDED UNABLE_TO_DECODE* UNABLE_TO_DECRYPT_CRL* UNABLE_TO_GET_CRL ERROR_IN_C* ERR_TLS_CERT_* UNSPECIFIED"
    ],
    (_context, { code: code2, text }) => `The certificate, or that of its authority, ${reasonIn(`${code2} ${text}`, FAULTS)}. Those of Microsoft and GitHub have no such fault: usually a proxy or firewall that inspects TLS shows its own instead. Adding it to the trusted certificates does not help. Nothing secret was sent.`,
    "See whose certificate it is, and its dates, then the settings and the clock of the runner, in a step of the job with `shell: bash`:",
    (context) => run(look(context), SHOW_OPENSSL, "date -u"),
    exempt,
    "Or let the owner of the proxy or of the server renew its certificates, with RSA keys of at least 2048 bits, SHA-256 signatures and the extensions of RFC 5280."
  ],
  "tls-unknown-authority": [
    [
      "UNABLE_TO_VERIFY_LEAF_SIGNATURE SELF_SIGNED_CERT_IN_CHAIN DEPTH_ZERO_SELF_SIGNED_CERT UNABLE_TO_GET_ISSUER_CERT UNABLE_TO_GET_ISSUER_CERT_LOCALLY CERT_UNTRUSTED CERT_SIGNATURE_FAILURE UNABLE_TO_DECRYPT_CERT*",
      /unable to verify the first certificate|self.signed certificate|unable to get (local )?issuer certificate|certificate.verif(y|ication).failed|signed by unknown authority|PKIX path|remote certificate (is|was) (invalid|rejected)|(certificate|authority) ((which|that) )?is not trusted|standards compliant|trust (anchors|relationship)|UNTRUSTED_ROOT|CERT_AUTHORITY_INVALID/i
    ],
    (context, { text }) => `${context.tls?.rootCertificates ? "Neither the runner nor `ssl-root-cert` has" : "The runner does not trust"} ${SELF_SIGNED.test(text) ? "this certificate, which the other side signed itself" : "the authority of this certificate"}: ${isPostgres(context) ? `${isOfAzure(context) ? "a proxy or firewall inspects TLS, or a server other than Azure's answers" : `it is not a public authority's${SELF_SIGNED.test(text) ? "" : ", or the server does not send its intermediate certificate"}`}` : `usually, ${context.with?.startsWith("github") && !/\.github(usercontent)?\.com$/.test(hostOf(context)) ? "GitHub Enterprise Server has a certificate from your own authority, or " : ""}a proxy or firewall inspects TLS and shows its own certificate`}. Nothing secret was sent.`,
    (context) => isPostgres(context) ? [] : [...trust(authoritiesOf(context)), ...exempt(context)],
    (context, { text }) => isPostgres(context) && !isOfAzure(context) ? trustServer(text) : [],
    "See which certificates are sent, and who issued them (`i:`), in a step of the job with `shell: bash`:",
    (context) => run(look(context, " -showcerts")),
    (context, { text }) => isOfAzure(context) ? [...exempt(context), trustServer(text)] : []
  ],
  "tls-handshake": [
    [
      "ERR_SSL_* EPROTO*",
      /error establishing an SSL connection|SSL connection could not be established|wrong version number|SSLError|SSL routines|look like a TLS handshake|HTTP response to HTTPS|handshake message|determine the frame size/,
      OUTDATED,
      ALERT
    ],
    (context, { text }) => `${reasonIn(text, HANDSHAKE)}${isPostgres(context) && /handshake.?failure|cert|unknown.?ca/i.test(text) ? POOLER_ASKS : ""}`,
    ({ proxy }, { text }) => proxy?.startsWith("https") && !ALERT.test(text) ? WITHOUT_TLS : [],
    "See who answers, with which TLS, and what limits the TLS of the runner, in a step of the job with `shell: bash`:",
    (context) => run(look(context, " -legacy_server_connect"), SHOW_OPENSSL),
    exempt,
    (context) => atPostgres(context, ["If a service other than PostgreSQL answers, correct `host` and `port`."])
  ]
});
var ASKED_FULLY = /Host: [\w-]+\.postgres\.database\./;
var POOLER_ASKS = " A PgBouncer asks for a client certificate if its `client_tls_sslmode` is `verify-ca` or `verify-full`. Set it to `require` there.";
var WITHOUT_TLS = "Let the address in `HTTPS_PROXY` begin with `http://`, unless the proxy itself speaks TLS.";
var HANDSHAKE = {
  "One side's TLS is too old or too weak for the other (below TLS 1.2, no cipher in common, a weak Diffie-Hellman key, or renegotiation without RFC 5746): usually an old proxy or firewall inspects TLS. `OPENSSL_CONF` or `NODE_OPTIONS` can switch off the newer versions on the runner.": OUTDATED,
  "The other side expects a client certificate, which this action does not send, and Azure does not expect: a different server answers, or something in between.": /(alert|error: tls)\b.*(cert|unknown.?ca|decrypt.?error)/i,
  "The other side ended the TLS handshake: it does not serve this name, or has a fault. Or a firewall or proxy that inspects TLS does not allow this host.": ALERT,
  "The two sides cannot agree on TLS: a different service listens on this port, which may not speak TLS at all, or a proxy or firewall is in between.": /^/
};
var SELF_SIGNED = /self.signed certificate(?!.*chain)/i;
var SHOW_OPENSSL = "env | grep -E 'OPENSSL|NODE_OPTIONS'";
var FAULTS = {
  "has expired or is not valid yet, or the runner's clock is wrong": /expired|valid (yet|now)|yet.valid/i,
  "has a weak key or signature, or OpenSSL on this machine is set to a high security level": /weak|small/i,
  "was revoked, or the list of revoked certificates (CRL) cannot be read": /revoked|CRL/,
  "breaks the rules for certificates (malformed, without `serverAuth`, or of no authority)": /./
};
var PRIVATE = rulesFor(["postgres", "azure"], {
  "server-is-private": [
    /^(?!.*disallowed by policy).*(public network (access|interface).{0,30}(disabled|denied|not enabled)|n['o]t have public access|VNet.(injected|integrated)|deny public network access|private access enabled server|firewall rules?\b.{0,80}(private (network )?access|VNet|virtual network)|in an? (VNet|virtual network)\b.{0,40}firewall rule|Client from Azure Virtual Networks)/i,
    "The server's public access is disabled, or the server or the runner is in a virtual network. A firewall rule has no effect there.",
    "Run the job in the server's network (`docs/private-network.md` shows three ways). If it runs there already, link the server's private DNS zone to that network, so that the name leads to the private address. If the server is not in a virtual network, its owner can also enable public access.",
    (context) => isPostgres(context) ? lookUp(context) : []
  ]
});
var NETWORK = [...RUNNER, ...ON_THE_WAY];
var PRIVATE_RANGE = String.raw`(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|f[cde][\da-f]{2}:)`;
var PRIVATE_ADDRESS = new RegExp(String.raw`(?<!Local )[ (](?!\S*->)${PRIVATE_RANGE}`, "i");
var IPV6_ONLY = /^(?!.* \d+\.\d+\.\d+\.\d+:\d).*[ ([][0-9a-f]{1,4}:(:|([0-9a-f]{0,4}:){2})/i;
function byAddress(context, text) {
  if (isLocal(context, text))
    return ["The machine or the container of the job itself does not answer at this address.", ...LOOK_AT_TUNNEL];
  if (isPostgres(context) && PRIVATE_ADDRESS.test(` ${context.host} ${text}`))
    return [
      "The server's address is private: only its own network leads there, and networks that are connected to it (peering, VPN, ExpressRoute).",
      "Use a runner in the server's network (`docs/private-network.md` shows three ways). If it is in one already, see whether the server runs, and in which network an Azure server is:",
      azShow(context, "{state:state, subnet:network.delegatedSubnetResourceId, endpoints:privateEndpointConnections}"),
      `Then look at the effective routes and the effective security rules of the runner's network interface, in the Azure portal: it needs a route to this address, and outbound TCP to port ${context.port ?? 5432}.`
    ];
  if (!IPV6_ONLY.test(text)) return void 0;
  return [
    "The address is an IPv6 address, and the runner's network has no way to it. GitHub's own runners have no IPv6.",
    ...lookUp(context),
    "If the name also has an IPv4 address, set `NODE_OPTIONS: --dns-result-order=ipv4first` in the step's `env`. If that variable has `--no-network-family-autoselection`, remove that. If the name has no IPv4 address, use a name that has one, correct the runner's DNS server, or use a runner in a network with IPv6."
  ];
}
var CHECK_NAME = "Check the spelling of `host`. If it is right, run the job in the network or the cluster of the server, or let the runner ask a DNS server that knows the name.";
function findName(context) {
  if (OF_DOCKER.test(hostOf(context))) return [COMPLETED];
  if (!/azure|cloudapi/i.test(hostOf(context))) return [CHECK_NAME];
  return [
    "See the full names of the subscription's servers. If `host` is not among them, correct it. If it is, the server is in a virtual network (private access): use a runner in that network (`docs/private-network.md`), and link the server's private DNS zone to this network:",
    LIST_NAMES,
    COMPLETED
  ];
}
var silentServer = (context) => isOfAzure(context) ? [
  `No answer came in time: the server's firewall does not allow the runner, ${context.onGitHub ? "" : "the runner's network blocks the way, "}public access is off, or the server is stopped or overloaded.`,
  ...portOfAzure(context),
  "See the server's state and network. If the state is `Stopped`, start the server. If public access is `Disabled`, use a runner in its network, in which the name leads to a private address (`docs/private-network.md`):",
  azShow(context, "{state:state, tier:sku.tier, publicAccess:network.publicNetworkAccess}"),
  `If public access is \`Enabled\`, add the action in \`firewall/\` of this repository before this step (\`docs/firewall.md\`).${context.onGitHub ? "" : ` The runner's network must allow outbound TCP to port ${context.port ?? 5432} (PostgreSQL uses no HTTP proxy).`}`
] : [
  "No answer came in time: a firewall drops the packets, this is another or an old address, or the server is stopped or overloaded.",
  ...lookUp(context),
  `Check that the server runs at this address, and that the firewalls on the way let the runner${context.onGitHub ? " (whose address changes)" : ""} through to port ${context.port ?? 5432}. PostgreSQL uses no HTTP proxy.`,
  ...(0, import_node_net.isIP)(hostOf(context)) ? [] : setFullName()
];
var refusedByServer = (context) => [
  "The host exists, but nothing listens on this port: the server is restarting or stopped, the port is wrong, this is an old address, or a firewall rejects the connection.",
  ...portOfAzure(context),
  ...seeState(context),
  ...lookUp(context)
];
var silentHost = (context) => [
  `No answer came in time: ${reachesAll(context) ? "the network has a fault, or " : `a firewall drops the packets, ${context.proxy ? "the proxy does not answer" : "the runner needs a proxy"}, or `}the service is overloaded.`,
  ...reachesAll(context) ? [] : seeAnswer(context),
  `${reachesAll(context) ? "" : "If it answers, the fault may have passed: run the job again. "}If other machines get no answer, either, look for an outage: https://${context.with?.startsWith("github") ? "www.githubstatus.com" : "azure.status.microsoft"}`,
  ...reachable(context)
];
var nothingListens = (context) => [
  sentence`${code(hostOf(context))} is the machine or the container of the job itself, or leads there (by the \`hosts\` file, for example). Nothing listens on port ${context.port ?? 5432} there.`,
  "Start the tunnel or the container that leads to the server earlier in the same job, and set `host: 127.0.0.1` and `port` to the port that it listens on (of a container, the published one). In a job with `container:`, `127.0.0.1` is this container: start the tunnel in its steps, remove `container:`, or let a tunnel on the machine listen on Docker's address, too (`172.17.0.1`, which is then `host`). See what listens, in a step of the job (on Linux):",
  LISTENERS,
  ...setFullName()
];
var trustServer = (text) => `If the server is yours, set \`ssl-root-cert\` to ${SELF_SIGNED.test(text) ? "this certificate" : "its authority's newest certificate, with the intermediate ones. If the authority is a well-known one, let the owner of the server install the intermediate certificate, too"}.`;
var seeState = (context) => isOfAzure(context) ? ["See the state of the server. If it is `Stopped`, start the server:", azShow(context, "state")] : ["On the server, see whether PostgreSQL runs, where it listens, and what its log says about this time."];
var AZURE = /\.postgres\.database\./;
var isOfAzure = (context) => isPostgres(context) && AZURE.test(hostOf(context));
var LOCAL = /^(0\.0\.0\.0|::) |(^|[\s"[(])(127\.|172\.17\.0\.1\b|::1\b|localhost\b|host\.docker\.internal)/;
function isLocal(context, text) {
  return isPostgres(context) && LOCAL.test(`${context.host} ${text}`);
}
function authoritiesOf(context) {
  if (isPostgres(context) && (!context.tls || context.tls.rootCertificates)) return "ssl-root-cert";
  if (context.with === "entra" && context.signIn?.type === "azure-cli") return "REQUESTS_CA_BUNDLE";
  return "NODE_EXTRA_CA_CERTS";
}
var atPostgres = (context, steps) => isPostgres(context) ? steps : reachable(context);
function reachable(context) {
  const [host, { proxy }] = [hostToAllow(context), context];
  if (proxy) return [sentence`The proxy ${code(proxy)} must allow HTTPS to ${host}, or \`NO_PROXY\` list it.`];
  if (reachesAll(context)) return [];
  const set = sentence`The runner needs HTTPS to ${host}. If only a proxy leads there, set it in the step's \`env\`; \`NO_PROXY\` lists the hosts that bypass it:`;
  return [set, run("HTTPS_PROXY=http://<proxy>:<port>")];
}
var portOfAzure = (context) => ![5432, 6432].includes(context.port ?? 5432) && isOfAzure(context) ? ["Set `port: 5432`, Azure's port."] : [];
function lookUp(context, means = "If it is wrong, correct the DNS record or the `hosts` file:") {
  const host = hostNameOf(context);
  if ((0, import_node_net.isIP)(host)) return isPostgres(context) && !isLocal(context, "") ? setFullName() : [];
  return [`See what the DNS server answers, in a step of the same job. ${means}`, run(`nslookup ${shell(host)}`)];
}
var OF_DOCKER = /^(host\.docker|(postgres|postgresql|pg|db|database)\.postgres\.database)\./;
var seeWhoAnswers = (context) => [
  "See who answers, in a step of the job with `shell: bash`. If the issuer of the certificate is not a public authority, a proxy, a firewall or another server answers. If there is no certificate, the connection is cut on the way or by the server:",
  run(look(context))
];
var seePeer = (context) => (isPostgres(context) ? seeWhoAnswers : seeAnswer)(context);
function afterRerun(context) {
  const [first, ...next] = seePeer(context);
  return [`Run the job again. If the error persists, ${String(first).replace("See", "see")}`, ...next];
}
function look(context, options = "") {
  const [host, by] = [hostOf(context), shell(context.proxy ?? "")];
  if (by.includes("https://")) return `curl -kIv --proxy-insecure -x ${by} ${shell(`https://${host}`)} -m 20`;
  const port2 = isPostgres(context) ? `:${context.port ?? 5432} -starttls postgres` : /:\d+$/.test(host) ? "" : ":443";
  const proxy = context.proxy ? ` -proxy ${by}` : "";
  return `openssl s_client${options} -connect ${shell((0, import_node_net.isIP)(host) === 6 ? `[${host}]` : host)}${port2}${proxy} </dev/null`;
}

// src/diagnosis/fallbacks.ts
var requestFailed = byItsWords("The request failed", "something in between, such as a proxy, or this action");
var actionFailed = byItsWords("This action failed", "a fault of this action");
var [UNKNOWN] = rulesFor([], {
  unknown: [
    [],
    (context, symptom) => (context.with ?? context.host ? requestFailed : actionFailed)(context, symptom),
    (context) => context.host === void 0 ? [] : seePeer(context),
    "Run the job again with `Enable debug logging` ticked. If the error persists, open an issue in this action's repository, with this message."
  ]
});
var CHECK_APPLICATION = `Check \`client-id\`, \`tenant-id\` and \`environment\`. ${WITH_AZ}, see the tenant, the cloud, and whether the tenant has the application:`;
var NO_VALUE = "Check that each input has a value: a secret that is not set, or that a fork cannot read, is empty.";
var USE_OIDC = "Use `auth-type: oidc`, which does not need the Azure CLI.";
var FALLBACKS = [
  ...rulesFor("github", {
    "oidc-unavailable": [
      {},
      "GitHub's OIDC endpoint has a fault or is overloaded, or the connection to it broke.",
      "Run the job again.",
      (context) => context.onGitHub ? [] : seeAnswer(context),
      "Look for an outage of Actions: https://www.githubstatus.com (of GitHub Enterprise Server, ask its administrators).",
      { retries: 3 }
    ]
  }),
  ...rulesFor("entra", {
    "entra-answer-unreadable": [
      [
        { codes: "AADSTS90014 AADSTS900144 AADSTS90121", text: /^(?!.*(client_|refresh_token))/ },
        // a part of the request is missing
        "NOT_JSON AADSTS900561 network_error endpoints_resolution_error openid_config_error post_request_failed null_or_empty_token token_parsing_error",
        /an answer of more than \d+ MiB|fetch failed|Traceback \(msal\/(oauth2cli|authority)|OIDC Discovery|Exceeded \d+ redirects|KeyError: '(access_token|expires_in)'|token_endpoint not found|Response had no |^No response$|got more than \d+ (bytes|headers)|failed to decode it|HTTPS?ConnectionPool|Max retries exceeded|new connection|JSON is invalid|Unable to get endpoints|have network connection|[cC]onnectivity problem/
      ],
      "A proxy or firewall between the runner and Entra blocked or changed the request or the answer, wants a sign-in (a captive portal), or broke the connection. An empty answer was cut off on the way.",
      (context) => reachesAll(context) ? [] : [...seeAnswer(context), ...allowInProxy(context)],
      "Run the job again.",
      { retries: 2 }
    ],
    "entra-refused": [
      [/AADSTS\d/, "invalid_* unsupported_* unauthorized_client access_denied interaction_required url_parse_error"],
      byItsWords("Entra refused the sign-in", "a wrong ID, tenant or cloud, a setting of the tenant, or a fault there"),
      asApplication,
      (_context, { text }) => /client_(id|secret)/.test(text) ? NO_VALUE : readNumber(text),
      ({ signIn: signIn2 }) => "tenantId" in { ...signIn2 } ? [CHECK_APPLICATION, run(SHOW_TENANT, showPrincipal(clientOf(signIn2)))] : [],
      "Ask the administrators of the tenant for the reason. They find this sign-in by the correlation ID or the error code in the message: Entra admin center, `Sign-in logs`, for an application `Service principal sign-ins` or `Managed identity sign-ins`."
    ],
    "cli-failed": [
      {
        signIn: "azure-cli",
        // Words of a shell, a loader or Python, which are not its own.
        text: /\b(Import|ModuleNotFound|Attribute|Type|Name|Syntax)Error|VersionConflict|DistributionNotFound|unexpected keyword|cannot import|OpenSSL|Segmentation|Illegal instruction|No module|is misspelled|azext_|cliextensions|ExtensionDirectory|load(ing command module| extension)|^Command failed|^spawn |^"?(\/|[A-Z]:\\)|python(?! object)|dyld|snap|librar|No such file|command not|\baz: Permission|not recognized|cannot (find the (path|file)|perform|create|open)|please report|application control/i
      },
      (_context, { text }) => reasonIn(text, {
        "One of the Azure CLI's extensions cannot be loaded: its folder is empty, incomplete or not readable for the runner's user, or it does not fit this version.": /azext_|cliextensions|ExtensionDirectory|load extension/,
        "This machine does not let the Azure CLI start: it is a snap in a container or a service, its files are not readable for the runner's user, a policy or a virus scanner stops it, or it is built for a different processor or system.": /snap| policy|virus|spawn|Illegal|Segment|Permission|relocat|GLIBC|Win32|\((126|SIG.*|3\d{9})\)$/,
        "The Azure CLI itself failed: it starts with a Python in which it is not installed, its packages or libraries do not fit together (after an update, or because `PYTHONPATH`, `PYTHONHOME` or `LD_LIBRARY_PATH` names others), or this version has a fault.": /^/
      }),
      USE_OIDC,
      "Or see which `az` starts, with which Python and which extensions, and where it fails, in a step of the job with `shell: bash`:",
      run("which -a az", "az version || true", "env | grep -E '^(PYTHON|OPENSSL|LD_)' || true", GET_TOKEN),
      "Remove what does not belong there: a second `az`, variables for another Python or OpenSSL (`PYTHONPATH`, `OPENSSL_CONF`, `OPENSSL_MODULES`), or the extension at which it fails (its folder is in `~/.azure/cliextensions` or `AZURE_EXTENSION_DIR`). On a self-hosted runner, then install the newest Azure CLI again: https://aka.ms/azure-cli"
    ],
    "cli-refused": [
      { signIn: "azure-cli" },
      byItsWords("The Azure CLI gave no token", "an old version, or a missing managed identity or sign-in", USE_OIDC),
      "Or see where the same command fails, and with which version, in a step of the job with `shell: bash` (the newest version is at https://aka.ms/azure-cli):",
      run("az version || true", GET_TOKEN)
    ]
  }),
  ...rulesFor("postgres", {
    "server-error": [
      "0* 1* 2* 3* 4* 5* 7* F0* HV* P0*",
      byItsWords("The server refused the request", "an extension, an event trigger or a setting of the server"),
      "Try the same in psql, as the same role. There, see which product and version answers, because others know other settings and SQL, and which event triggers the database has, whose functions run at each GRANT:",
      run("SELECT version();\nSELECT evtname, evtfoid::regproc FROM pg_event_trigger;")
    ]
  })
];

// src/diagnosis/github.ts
var EXPIRED = /Code : 4(01|04|10)/;
var GITHUB = rulesFor("github", {
  "oidc-not-permitted": [
    /Unable to get ACTIONS_ID_TOKEN_REQUEST_(URL|TOKEN)|permissions? to (generate|get|issue) id[ _]token/i,
    "The job has no permission to ask for an ID token: it lacks `id-token: write`, runs for a pull request from a fork or of Dependabot, which gets none by default, or does not run on GitHub (in act, use `auth-type: client-secret`).",
    "If the job runs for a pull request from a fork, which can have no ID token, run the job after the merge. If it does not, add these lines to the job. They replace the workflow's `permissions`. If this is a reusable workflow, also add them to the job that calls it:",
    run("permissions:\n  id-token: write\n  contents: read")
  ],
  "oidc-no-token": [
    /do not have ID Token field|is not valid JSON|Unexpected end of JSON|Error Code : (3\d\d|403 Error Message:( Forbidden)?$|4(?!01|08|29)\d\d.*an (empty answer|answer that is not))/,
    "The answer at `ACTIONS_ID_TOKEN_REQUEST_URL` is not in the words of GitHub's OIDC endpoint: usually, a proxy or a firewall answered instead.",
    (context) => reachesAll(context) ? [] : [...seeAnswer(context), ...bypassProxy(context)],
    "Run the job again. If GitHub itself answers with 403, ask the owners of the organization whether an IP allow list or a rule forbids it, or use `auth-type: client-secret`."
  ],
  "oidc-refused": [
    /Failed to get ID Token.*Error (Code : 4(?!07|08|29)\d\d(?!.*(HTML page|'\w+' state))|Message: (Invalid (URL|character in header)|Protocol "))/,
    (_context, { text }) => `GitHub does not issue this ID token: ${/Code : 403/.test(text) ? "a rule of the organization or the enterprise forbids it" : EXPIRED.test(text) ? "the job has ended, or the token with which it asks for the ID token has expired" : "a step changed the request"}.`,
    (_context, { text }) => /Code : 403/.test(text) ? "Use `auth-type: client-secret`, which needs no ID token, or ask the owners of the organization for an exception." : EXPIRED.test(text) ? "Run the job again. In a long job, run this step early, or in a job of its own." : [],
    (_context, { text }) => `${/Code : 4(0[134]|10)/.test(text) ? "If the error persists, look" : "Look"} for a step that sets \`ACTIONS_ID_TOKEN_REQUEST_URL\` or \`ACTIONS_ID_TOKEN_REQUEST_TOKEN\`: both must be as GitHub set them, with all parameters of the URL.`
  ]
});

// src/diagnosis/proxy.ts
var PRODUCTS = "(requested URL could not be retrieved|squid|zscaler|mcafee|skyhigh|blue ?coat|proxysg|symantec|forti|forcepoint|websense|ironport|cisco|umbrella|barracuda|watchguard|check ?point|netskope|iboss|palo alto|sophos|sonicwall|trend ?micro|menlo|smoothwall|untangle|privoxy|proxy|firewall|web ?(gateway|filter|security)|appliance|blocked|Action: Deny)";
var CUT = /\breset|closed|hang up|\bended|disconnected/i;
var UNUSABLE = {
  "`HTTPS_PROXY` or `ALL_PROXY` names a SOCKS proxy. This action needs an HTTP proxy.": /SOCKS/i,
  "The runner does not trust the certificate of the proxy itself, whose address in `HTTPS_PROXY` begins with `https://`. If you know its authority, set `NODE_EXTRA_CA_CERTS` (for the Azure CLI, `REQUESTS_CA_BUNDLE`) to a PEM file with it.": /certificate/i,
  "The address of the proxy in `HTTPS_PROXY` begins with `https://`, but the proxy itself does not speak TLS.": /only use HTTP|EOF occurred|wrong.version|unknown.protocol|_connect_tls_proxy|check_hostname|OSError\(0, 'Error|FileNotFound/i,
  "The proxy in `HTTPS_PROXY`, or a filter on the way to it, cut the connection: it does not allow this host or has a fault, or its address begins with `https://`, but it does not itself speak TLS.": CUT,
  "The runner cannot use the proxy in `HTTPS_PROXY`: the name or the port is wrong, nothing answers there, or it is a SOCKS proxy or a web server.": /^/
};
var PROXY = rulesFor(["entra", "github", "azure", "github-issues"], {
  "proxy-sign-in": [
    ["CONNECT_401 CONNECT_407", /proxy.auth(entication required|orization)/i, { codes: "NOT_JSON", status: [407] }],
    "The proxy between the runner and this host asks for a sign-in: `HTTPS_PROXY` is not set, has no user, or one that the proxy does not accept.",
    (context) => context.proxy ? [] : seeAnswer(context),
    "Set the user and the password in the variable. In the password, percent-encode all but letters and digits:",
    run("HTTPS_PROXY=http://<user>:<password>@<proxy>:<port>"),
    "If they are right, the proxy accepts only Kerberos or NTLM: let its administrator exempt the runner, or run a local proxy that signs in (such as Px or Cntlm).",
    bypassProxy
  ],
  "proxy-overloaded": [
    [
      "CONNECT_408 CONNECT_429",
      { codes: "CONNECT_5*", text: /^(?!.*\b5[01]1\b)/ },
      { status: ["5xx"], text: new RegExp(`^\\s*<.*${PRODUCTS}|handshake ?fail|tls handshake`, "i") },
      new RegExp(`HTTP status 5\\d\\d with .*${PRODUCTS}`, "i")
    ],
    "The proxy itself could not connect to this host: it is overloaded, its rules forbid the host, or its own DNS, firewall, TLS inspection or upstream proxy fails.",
    "Run the job again, or ask the proxy's administrator to look for this host in the proxy's log and to let it pass without TLS inspection.",
    bypassProxy,
    { retries: 2 }
  ],
  "proxy-unusable": [
    [
      { atProxy: true, codes: "ENOTFOUND EAI_* ECONN* EHOST* ENETUNREACH ETIMEDOUT UND_ERR_CONNECT_TIMEOUT" },
      "CONNECT_400 CONNECT_404 CONNECT_405 CONNECT_501",
      /Pool\(host='([\w.-]+)'.*Connection( to (?!\1 )\S+ timed out|\(host='(?!\1'))|tunneling socket could not be established, cause|[Pp]roxy (connection|tunnel) (ended|timed out)|illegal response body from proxy|from proxy CONNECT response|ProxyError(?!.*Tunnel connection failed)/,
      /SOCKS|_connect_tls_proxy|proxyconnect|PROXY_CONNECTION_FAILED|could not resolve proxy|unable to connect to proxy(?!.*Tunnel connection failed)|check_hostname requires server_hostname|proxy (URL|scheme)|Protocol "https?:" not supported|Invalid URL protocol|Failed to parse: https?:/i,
      "UND_ERR_PRX_TLS ERR_INVALID_URL ERR_PROXY_INVALID_CONFIG ERR_INVALID_PROTOCOL ERR_SSL_HTTP_REQUEST ERR_SSL_HTTPS_PROXY_REQUEST"
    ],
    (_context, { text }) => [reasonIn(text, UNUSABLE), .../SOCKS/i.test(text) ? [{ retries: 0 }] : []],
    ({ proxy = "https" }, { text }) => `${CUT.test(text) ? "If the proxy works for other hosts, let its administrator allow this host. If it does not, correct" : "Correct"} or remove the variable, in the workflow or in the \`.env\` file of a self-hosted runner.${proxy.startsWith("https") ? " Write `http://` even for requests to HTTPS, unless the proxy itself speaks TLS." : ""} In a container, \`127.0.0.1\` is the container itself:`,
    run("HTTPS_PROXY=http://<proxy>:<port>"),
    "Check the proxy on the runner. If it answers, but not for this host, let its administrator allow the host:",
    (context) => run(`curl --head --proxy ${shell(context.proxy ?? "<proxy>:<port>")} https://${shell(hostOf(context))} -m 20`),
    { retries: 1 }
  ],
  "proxy-changed-request": [
    /^(InvalidRequest(Content|Format)|Missing(ApiVersionParameter|Subscription)|UnsupportedMediaType) |'Authorization' header|' header is |^Requires authentication|Authenticated requests get|Problems parsing JSON|should be a JSON object|Invalid request\. (For|")|User-Agent header|missing_field/,
    "The request arrived changed, such as without the token that this action sent: a proxy or a gateway between the runner and this host removed or changed a part of it.",
    bypassProxy,
    "Run the job again later. If the error persists, ask the administrators of the runner's network to exempt this host from inspection, or use another runner.",
    seeAnswer
  ],
  "proxy-refused": [
    [
      "CONNECT_* ERR_PROXY_TUNNEL ERR_TUNNEL_CONNECTION_FAILED HPE_HEADER_OVERFLOW UND_ERR_HEADERS_OVERFLOW Z_DATA_ERROR",
      { status: ["3xx", 413, 414, 431, 511] },
      { codes: "NOT_JSON", text: /^HTTP status (?!5|408|429|[23].*empty answer|.*Our services aren)/ },
      /Error Code : ([34]\d\d(?!.*Our services aren).*HTML page|511)|when HTTP Tunneling|Tunnel connection failed/,
      /\bParse Error: (?!.*EOF)|match the HTTP\/1.1 protocol|BadStatusLine/,
      { status: [400, 401, 403, 405, 410, 451], text: /^\s*</ },
      { status: ["4xx"], text: new RegExp(`^\\s*<.*${PRODUCTS}`, "i") }
    ],
    (_context, { text }) => reasonIn(text, {
      "The headers are too large for a proxy or for this host, or a proxy adds too many. The token of a user in many groups is large: sign in as an application, for example with `auth-type: oidc`.": /overflow|headers? (is|are) too (long|large)|\b(413|414|431)\b/i,
      "The runner's network, or a proxy in it, answers with a page where a person has to sign in (a captive portal).": /\b(30\d|511)\b|sign.?in|(log.?(in|on)|portal)\b(?![.-])|captive/i,
      "The answer was not valid HTTP: a proxy or a firewall changed it, or what `HTTPS_PROXY` names is not an HTTP proxy.": /Parse Error|HTTP\/1.1 protocol|BadStatusLine|header check/,
      "A proxy or a firewall between the runner and this host answered in its place. Or this host does not accept the token, and does not say why: then check `tenant-id` and `environment`.": /^HTTP status 401 with an empty/,
      "A proxy or a firewall between the runner and this host does not allow the connection.": /^/
    }),
    (context, { text }) => /CONNECT\b|[Tt]unnel/.test(text) ? [] : seeAnswer(context),
    allowInProxy
  ]
});

// src/diagnosis/managed-identity.ts
var OF_PROXY = new RegExp(
  `HTTP status (407|50[24] (?!.*dial tcp)|(?!40[15])[234]\\d\\d with an HTML page|3\\d\\d|2\\d\\d with (?!an empty)|5\\d\\d with .*${PRODUCTS})|Required metadata header|X-Forwarded-For|Parse Error|Response had no `,
  "i"
);
var AGAIN = new RegExp(`please try|${PASSES.source}`, "i");
var FINAL = new RegExp(`^(?!.*(AADSTS|${AGAIN.source}))`, "i");
var TRIED = /\b(?:Get|Post) "?(https:\/\/[^/ "]+)[^ "]*"?: /;
var IMDS = /^169\.254\.169\.254$/;
var NOT_IMDS = /^(?!.*169\.254\.169\.254)/;
var APP = { "resource-group": "<resource-group>", name: "<app>" };
var LIST_OF_APP = [
  "List the identities of the container app, of the container app's job, or of the App Service app. To assign one, write `assign` instead of `show`, and add `--user-assigned <identity-id>` or `--system-assigned` (App Service: `--identities <identity-id>` or nothing). Then restart the app:",
  run(...["containerapp", "containerapp job", "webapp"].map((each) => az(`${each} identity show`, APP)))
];
var OWN_VARIABLES = "Remove `IDENTITY_ENDPOINT`, `IDENTITY_HEADER`, `MSI_ENDPOINT` and `AZURE_POD_IDENTITY_AUTHORITY_HOST` from the workflow and the runner's `.env` file, if they are there: an app sets its own, and a machine needs none. Then restart the runner, or the app that it is in, which starts with the variables that are valid now.";
var bypass = ({ host = "169.254.169.254", proxy, signIn: signIn2 }) => bypassProxy({ host: signIn2?.type === "azure-cli" ? "169.254.169.254" : host, proxy });
var USE_OIDC2 = "Use `auth-type: oidc`, which does not need this endpoint.";
var MANAGED_IDENTITY = rulesFor("entra", {
  // Whatever the error: the machine is one of Azure, but not the user's.
  "managed-identity-on-github": [
    { signIn: "managed-identity", onGitHub: true },
    "The job runs on a GitHub-hosted runner, which has no managed identity.",
    "Use `auth-type: oidc`. Or run the job on a self-hosted runner in Azure that has the identity."
  ],
  "managed-identity-gone": [
    { signIn: "managed-identity", text: /AADSTS(7000(1|16|2([1347]|1[45]|2[29])|30)|1000502|5001[23]\d?|90002)\b/ },
    (_context, { text }) => `The host still has the identity, but Entra does not accept it: ${/certificate|AADSTS7000222/.test(text) ? "the certificate with which the host signs in as this identity has expired, or is that of an earlier identity" : "the identity was deleted, or its subscription has moved to another tenant"}.`,
    listIdentities,
    "Remove the identity from the host (`remove` instead of `show`), and assign it, or a new one, again. An identity that is created again, and a host's own that is assigned again, have a new object ID: bind the PostgreSQL role to this ID with `rebind: true` in the action `principal/`."
  ],
  "managed-identity-arc": [
    /unable_to_read_secret_file|AzureConnectedMachineAgent|azcmagent|ECONNREFUSED .*:40342\b|port=40342\).*refused/,
    "The agent of Azure Arc issues the machine's tokens to users that can read a file of its own. The runner's user cannot read this file, or the agent does not run.",
    "Add the runner's user to the agent's group (on Windows, to the local group `Hybrid agent extension applications`), restart the agent (on Windows, the service `himds`), then restart the runner's service. On Linux:",
    run("sudo usermod --append --groups himds <runner-user>", "sudo systemctl restart himdsd")
  ],
  "managed-identity-offline": [
    { signIn: "managed-identity", text: new RegExp(`HTTP status .*${TRIED.source}`) },
    "The identity endpoint answered, but could not reach the host in its message: the DNS, a firewall or a proxy of the machine, or of the node in AKS, does not let it.",
    "See whether the runner reaches this host now. If it does, run the job again. If it does not, allow the host and port 443 in the network of the machine, or of the nodes:",
    (_context, { text }) => run(`curl --head ${shell(text.match(TRIED)?.[1] ?? "")} --max-time 20`),
    { retries: 2 }
  ],
  "managed-identity-aks": [
    /(ENOENT|EACCES|EISDIR): .*, (open|read)|failed to read service account token|failed to create confidential c|client_id parameter is required|AzureAssignedIdentity|no azure identity found|identit\w+ .{0,30}\bpod\b|failed to get pod\b|podname|\badal: /,
    (_context, { text }) => /, (open|read)|service account|confidential|client_id/.test(text) ? "Azure Workload Identity (in AKS) gave the runner's pod no token of its service account, or `client-id` is missing." : "AKS pod identity (NMI), which is retired, has no identity for the runner's pod, or not that of `client-id`: no `AzureIdentityBinding` fits the pod's label `aadpodidbinding`, MIC has not assigned the identity to the nodes (such as those of a new node pool), or the identity was deleted or created again. Or the pod has Azure Workload Identity, but pod identity still answers.",
    "See the pod's labels and service account and, with pod identity, what is assigned (the log of MIC says why it is not):",
    run("kubectl get pod <pod> --output yaml", "kubectl get azureidentitybindings,azureassignedidentities -A -o yaml"),
    'For Azure Workload Identity, add the label `azure.workload.identity/use: "true"` if it is missing, and set `client-id` to the client ID of the identity that the service account is for.',
    "If the pod has the label `aadpodidbinding`, move it to Azure Workload Identity, and remove pod identity: https://learn.microsoft.com/azure/aks/workload-identity-migrate-from-pod-identity",
    "Or use `auth-type: oidc`, which needs nothing of the cluster.",
    { retries: 1 }
    // a new pod gets its identity a moment later
  ],
  "managed-identity-proxy": [
    [
      /Required metadata header not specified|\bHTTPConnectionPool\(.* url: http:|(requests\/\w+|msal\/managed_identity)\.py\):.*JSONDecodeError/,
      { signIn: "managed-identity", text: OF_PROXY },
      // IMDS gives reasons, in JSON. The others are the words of AWS, Google Cloud and Firecracker.
      {
        signIn: "managed-identity",
        host: IMDS,
        text: /status (40[03] with an empty|40[14] with an (HTML|answer that))/
      },
      { signIn: "managed-identity", text: /\bEC2ws\b|Metadata-Flavor|Server for VM|MMDS|Resource not found: \// },
      { signIn: "managed-identity", atProxy: true }
    ],
    "What answers at the address of the identity endpoint issues no tokens of Azure: a proxy or a portal (the endpoint does not work through a proxy), the metadata service of another cloud or of Firecracker, or what a variable of the job names.",
    bypass,
    ({ proxy }) => proxy ? USE_OIDC2.replace("Use", "Or use") : USE_OIDC2
  ],
  "managed-identity-request": [
    [
      /parameter is required|parameter \w+ cannot be empty|should not be null or empty|api.version ('|is invalid)|Unknown Source|audience parameter not specified|connect to MSI.*\b405\b|secret token header|Secret is not found in|: 404 page not found|WWW-Authenticate header/i,
      { signIn: "managed-identity", host: /^$/, text: /network_error|_url_malformed/ },
      // before any request
      { signIn: "managed-identity", codes: "DEPTH_ZERO* SELF_SIGNED* UNABLE_TO_* CERT_* ERR_TLS_CERT*" },
      "invalid_file_* invalid_secret platform_not_supported www_authenticate_*",
      // not the agent of Azure Arc, though it is asked
      { signIn: "managed-identity", status: [401, 402, 405, 406, 409, 411, 415, 421, 422, 423, 426], text: FINAL }
    ],
    ({ signIn: signIn2 }, { code: code2 }) => /CERT|SIGNED|UNABLE/.test(code2) ? "The runner does not trust the certificate of the identity endpoint: no authority issues that of Service Fabric, or something else answers at its address." : `The identity endpoint does not accept the request, or something else answers at its address. Usually, a variable of the job (such as \`IDENTITY_ENDPOINT\`) is that of another app, of an earlier start of this app or of another kind of endpoint, or is not a URL, but a placeholder. Pod identity (in AKS) or a proxy can answer, too.${signIn2?.type === "azure-cli" ? " An Azure CLI older than 2.67 does not know some endpoints, which a newer one and `auth-type: managed-identity` know." : ""}`,
    USE_OIDC2,
    "Or see which variables the job has, in a step with `shell: bash`:",
    run("env | cut -d= -f1 | grep -iE 'identity|imds|msi_|proxy'"),
    OWN_VARIABLES
  ],
  "managed-identity-not-listening": [
    [
      { signIn: "managed-identity", codes: "ECONNREFUSED ENOTFOUND EAI_AGAIN", text: NOT_IMDS },
      { codes: "ECONNREFUSED", text: /(MSI|\bHTTPConnectionPool)(?!.*169\.254\.169\.254)/ }
      // of the Azure CLI,
    ],
    "Nothing listens at the identity endpoint that a variable of the job (`IDENTITY_ENDPOINT`, `MSI_ENDPOINT`) names: the endpoint is still starting (at the start of a container), the app has no identity, the container is one without an endpoint (such as an init container), or the variable is wrong or that of another container.",
    "See whether the endpoint answers within a minute, whatever it says, in a step of the job with `shell: bash`. If it does, it was still starting: keep this command in front of this step. If it does not, run the runner in a main container (not an init container) of an app that has an identity:",
    run(`curl --include --noproxy '*' --retry 12 --retry-delay 5 --retry-connrefused "$IDENTITY_ENDPOINT"`),
    ...LIST_OF_APP,
    OWN_VARIABLES,
    { retries: 2 }
  ],
  "managed-identity-unavailable": [
    [
      /ManagedIdentityCredential.*(Network unreachable|unavailable)|IMDS endpoint is un|MSI endpoint is not responding|169\.254\.169\.254.*unreachable (network|host)|No Managed Identity endpoint/i,
      /(169\.254\.169\.254|\bHTTPConnectionPool).*(Max retries|Failed to establish|timed out)/,
      /Failed to connect to MSI(?!.*\b(40[03]|410|429|5\d\d|Bad Request)\b)/,
      { signIn: "managed-identity", codes: "ECONNREFUSED EHOST* ENETUNREACH ETIMEDOUT EACCES EPERM" }
    ],
    "The runner does not reach an endpoint that issues tokens for a managed identity: it is not a machine in Azure, is in an app without an identity, or runs the job in a container or a pod whose network (a network policy, a firewall) does not lead to the endpoint.",
    "See whether the endpoint answers, in a step of the job with `shell: bash`:",
    ({ host = "169.254.169.254" }) => run(`curl --max-time 10 --noproxy '*' -H Metadata:true http://${shell(host)}/metadata/versions`),
    "If it answers, run the job again. If it does not, use `auth-type: oidc`, which works on every runner, GitHub's own included. Or allow the address and port of the endpoint in the network of the container, the pod or the machine. In a container app or an App Service app, assign an identity to the app, and give the job the app's variables `IDENTITY_ENDPOINT` and `IDENTITY_HEADER`.",
    bypass
  ],
  "managed-identity-only-one": [
    [
      /Specifying a .{1,60} is not supported|Identities can only be system assigned|supports only system-assigned|User assigned identity is .{0,20}not supported/i,
      "user_assigned_managed_identity_not_confirmed user_assigned_not_available_at_runtime unable_to_create_azure_arc unable_to_create_cloud_shell"
    ],
    "The runner's host (such as Azure Arc, Azure Automation, Cloud Shell or Service Fabric) has one identity of its own. `client-id` cannot choose another one.",
    "Remove `client-id` where the job signs in. If the runner is a virtual machine of Azure, keep it, and remove `MSI_ENDPOINT`, `IDENTITY_ENDPOINT` and `IMDS_ENDPOINT` from the job's environment."
  ],
  "managed-identity-unknown": [
    [
      /Identity not found|(managed|assigned|requested) identity.{0,30}(not found|(not|n.t) (been )?(assigned|enabled|configured)|does not exist)|Identity ?Not ?(Found|Defined|Exist)|DefaultIdentity|Unable to load (the proper|requested) Managed Identity|Multiple user assigned identities|No MSI found|Failed to get MSI token|No ((User|System) Assigned|managed identit).{0,50}\bfound/i,
      { signIn: "managed-identity", status: [404], host: NOT_IMDS, text: FINAL },
      { signIn: "managed-identity", text: /status 40[03] with an (empty|.*: (Forbidden|Bad Request)$)/ },
      /HTTP status 404.*(identit.{0,60}\b(not|no|null|missing)\b|\bno\b.{0,40}identit)/i,
      "unable_to_create_source"
    ],
    identityMissing,
    listIdentities,
    (context) => `To choose a user-assigned identity, set ${whereIs("client-id", context)} to its client ID (not the object ID). A system-assigned one needs no \`client-id\`. If the host has no identity, assign one.`,
    ({ inApp }) => `${inApp ? "" : 'A pod in AKS needs the label `azure.workload.identity/use: "true"`. '}Where no identity can be assigned, use \`auth-type: oidc\`.`
  ],
  "managed-identity-refused": [
    [
      { signIn: "managed-identity", status: [400, 403], text: FINAL },
      /Failed to connect to MSI.*\b(40[03]|Bad Request)\b|40[03] Client Error.*localhost:50342|msrestazure\/.*HTTPError|^(ERROR: )?(None|4(?!29)\d\d), |not a supported MSI token audience|SSO failure/
    ],
    "The endpoint that issues the tokens of a managed identity (of a machine, an app, Cloud Shell or Azure Machine Learning) refused the request, for the reason in its message. Without a reason, usually no identity is assigned (any more), or several are and none was chosen, or the endpoint issues no tokens for PostgreSQL. If the message names the hosts of another cloud, `environment` is wrong.",
    (context, { text }) => text.includes("Supported audiences") ? selectCloud(context) : USE_OIDC2,
    "With `auth-type: azure-cli`, you can also run azure/login with the identity's `client-id` (by hand: `az login`) right before this step, with the newest Azure CLI: https://aka.ms/azure-cli",
    listIdentities
  ],
  "managed-identity-busy": [
    [
      { signIn: "managed-identity", status: ["2xx", 404, 408, 410, 429, "5xx"], text: /^(?!.*AADSTS)/ },
      { signIn: "managed-identity", status: ["4xx"], text: AGAIN },
      { signIn: "managed-identity", text: /AADSTS(90014|900144|90121|7000218)\b/ },
      { signIn: "managed-identity", codes: "unknown_error ECONNRESET EPIPE" },
      /MSI: Failed to (acquire tokens|retrieve.*(Max retries|refused|timed out|Too many))|Failed to connect to MSI.*\b(410|429|5\d\d)\b|while fetching the AAD Token|token from the Active directory|^(ERROR: )?(429|5\d\d), /
    ],
    ({ signIn: signIn2 }, { text }) => /\b429\b|throttl|too many/i.test(text) ? [
      "The identity endpoint got too many requests from this machine or app in a short time.",
      "Run the job again, and fewer jobs at the same time on this machine."
    ] : [
      `The identity endpoint of the machine or the app ${/ECONNRESET|hang up|EPIPE/.test(text) ? "closed the connection: it is starting, being updated or overloaded" : "has a fault (it is starting, being updated or overloaded), or could not get the token from Entra (the identity was deleted and created again, for example)"}.`,
      "Run the job again. If the error persists, use `auth-type: oidc`, which does not need this endpoint.",
      `Or restart the machine or the app, check that its network lets it reach Entra, or remove its identity and assign it again.${clientOf(signIn2).startsWith("<") ? "" : " Check that `client-id` is a client ID, and not an object ID."}`
    ],
    { retries: 3 }
  ]
});
function identityMissing({ signIn: signIn2 }, { text }) {
  if (/multiple/i.test(text)) return "The runner's host has several identities, and `client-id` chooses none of them.";
  if (signIn2?.type === "managed-identity" && !signIn2.clientId)
    return "`client-id` is not set, and the runner's host has no default identity: none is assigned, or only user-assigned ones.";
  return "The runner's host does not have the identity that was requested: none is assigned, or not this one, it was deleted and created again with a new ID, or `client-id` is not a client ID (but an object ID, for example).";
}
function listIdentities({ inApp }, { text }) {
  if (/Info: Request failure|SSO failure|MSI\/auth|for (Automation )?account/.test(text))
    return [
      "Assign the identity to the compute or the serverless job in Azure Machine Learning, or to the Automation account."
    ];
  if (inApp || /Unable to load|Delegated|\/msi\/token/.test(text)) return LIST_OF_APP;
  return [
    "List the identities of the machine, or of its scale set (the nodes of AKS are one). To assign one, write `assign` instead of `show`, and add `--identities <identity-id>`, unless it is the machine's own:",
    run(az("vm identity show", { ...APP, name: "<vm>" }), az("vmss identity show", { ...APP, name: "<scale-set>" }))
  ];
}

// src/diagnosis/postgres.ts
var import_node_net2 = require("node:net");

// src/model/entra-label.ts
var GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

// src/text/near.ts
function didYouMean(wanted, candidates) {
  const near = nearest(wanted, candidates);
  return near === void 0 ? EMPTY : sentence`Did you mean ${code(near)}?`;
}
function aboutNames(...names) {
  const isList = names.some((each) => each.includes(","));
  return inOurWords(`Names are case-sensitive${isList ? ", and a comma does not separate them" : ""}.`);
}
function nearest(name3, candidates) {
  const all2 = [...candidates];
  const within2 = (slips) => (candidate) => (slips < 2 || candidate.length >= 6) && isNear(name3.toLowerCase(), candidate.toLowerCase(), slips);
  return all2.find(within2(0)) ?? all2.find(within2(1)) ?? all2.find(within2(2));
}
function isNear(a, b, slips) {
  let same = 0;
  while (same < a.length && a[same] === b[same]) same++;
  const [restA, restB] = [a.slice(same), b.slice(same)];
  if (restA === restB) return true;
  if (slips === 0) return false;
  const isSwapped = restA[0] === restB[1] && restA[1] === restB[0];
  return isNear(restA.slice(1), restB.slice(1), slips - 1) || isNear(restA.slice(1), restB, slips - 1) || isNear(restA, restB.slice(1), slips - 1) || isSwapped && isNear(restA.slice(2), restB.slice(2), slips - 1);
}

// src/diagnosis/postgres.ts
var listAdmins = (context) => azOnServer("microsoft-entra-admin list", context, { query: "[].{user:principalName, oid:objectId}" });
var APPLICATION = { "display-name": "<name>", type: "ServicePrincipal" };
var PARAMETER = /(?:parameter|increase|exceeds) "?([\w.]*\w)/;
var setParameter = (context, { text }) => azOnServer("parameter set", context, { name: text.match(PARAMETER)?.[1] ?? "<parameter>", value: "<value>" });
var objectId = ({ token }) => claim(token, "oid") ?? "<object-id>";
var label = ({ token }) => quoteLiteral(`aadauth,oid=${objectId({ token })},type=${claim(token, "idtyp") === "user" ? "user" : "service"}`);
var REACH_ENTRA = "If the server is in a virtual network, let it reach the service tag `AzureActiveDirectory`.";
var afterRestart = (context) => [
  "Run the job again when the server is `Ready`, or accepts connections:",
  context.host && !/\.postgres\.database\./.test(context.host) ? run(`pg_isready --host ${shell(context.host)} --port ${context.port ?? 5432}`) : azShow(context, "{state:state, role:replicationRole}")
];
var growStorage = (context, { code: code2 }) => [
  `${code2.startsWith("25") ? "If `source` is `configuration file`, enlarge the storage, which is nearly full" : "Enlarge the storage"} (on Azure in GiB; it cannot be shrunk later), and run the job again:`,
  azServer("update", context, { "storage-size": "<gib>", "storage-auto-grow": "Enabled" })
];
var TO_PRIMARY = "set `host` to the primary, or to the virtual endpoint `<name>.writer.postgres.database.azure.com`. `mode: check` also works on a replica.";
var IN_RECOVERY = /recovery|standby/i;
var readOnly = (context, symptom) => [
  "The server is a read replica, Azure made it read-only because its storage is nearly full, or `default_transaction_read_only` is set for the role or the database.",
  "See which it is, with psql as `user`:",
  run("SELECT pg_is_in_recovery(), source FROM pg_settings WHERE name = 'default_transaction_read_only';"),
  `If \`pg_is_in_recovery\` is \`t\`, ${TO_PRIMARY}`,
  ...growStorage(context, symptom),
  "If `source` is `user`, `database` or `database user`, reset the setting of the role or the database:",
  run(
    'SET default_transaction_read_only = off; ALTER ROLE "<user>" RESET default_transaction_read_only; -- or ALTER DATABASE "<database>" RESET \u2026'
  )
];
var raiseLimit = (context) => [
  "Or raise the server's limit. The new one takes effect after a restart, and a larger compute size has memory for more:",
  azOnServer("parameter set", context, { name: "max_connections", value: "<number>" })
];
var letLogIn = (text) => run(`ALTER ROLE ${identifier(roleIn(text), "<role>")} LOGIN;`);
var LIST_PRINCIPALS = run("SELECT * FROM pg_catalog.pgaadauth_list_principals(false);");
var LIST_ROLES = [
  "Look up the role's name. If the role of an Entra identity is not there, create it with the action in `principal/`:",
  run("SELECT rolname FROM pg_roles ORDER BY rolname;")
];
var ABOUT_TOKEN = { codes: "28000 28P01", text: /^[^"\u00ab\u00bb\u201e]*\b(tokens?|claims?|JWT|AAD_AUTH_\w+)\b/i };
var POOLER_REASONS = {
  "It accepts no password as long as this token. The token of an application is shorter than that of a user.": /password too|too large|partial pkt/,
  "It does not accept this parameter at the start of a session (`ignore_startup_parameters`).": /startup parameter|command-line option|support the option/,
  "Its pool mode shares connections. `pool_mode = session` does not.": /prepared|cached plan|transaction|portal|bind message|pooling|frontend message/,
  "It asks for a client certificate, which this action does not send.": /certificate(?! verify)/,
  "PostgreSQL itself refuses it, for the reason in the message. PgBouncer repeats that for a time (`server_login_retry`).": /cached error: (?!.*(password|SASL|auth|not exist|hba))/i,
  "It, or the server behind it, does not allow this user, database or address.": /hba|host based|no authentication method|blocked|banned|allow_list|login rejected|permission/i,
  "Its configuration has no such database, or not for this user.": / route |pool config|No pool|database(?! c)/,
  "It, or the server behind it, has no such user.": /no such user|incorrect user|\brole\b|not contain an entry/i,
  "It, or the server, expects a different password, or cannot check a token.": /password|SASL|SCRAM|md5|auth[e ]/i,
  "Its log says more: usually its databases, users or pool mode do not fit, or its servers differ.": /^/
};
var poolerRefused = (_context, { text }) => `A connection pooler is the cause, not PostgreSQL itself. ${reasonIn(withoutNames(text), POOLER_REASONS)}`;
var SIGN_IN_REASONS = {
  "The server, or a pooler in between, asks for a client certificate, which this action does not send. A flexible server of Azure asks for none, so `host` leads to a different one.": /client certificate|^certificate/,
  "The server, or a pooler in between, asks for another way to sign in (peer or ident), or checks passwords by LDAP, PAM or RADIUS, which do not know the user or the password. A flexible server of Azure uses only passwords and Entra tokens.": /\b(Ident|Peer|LDAP|PAM|RADIUS|GSSAPI|SSPI|BSD|OAuth)\b|authenticated user name/i
};
var refused = byItsWords("The server refuses this sign-in", "an entry of its `pg_hba.conf`, not Azure's firewall");
var SCHEMA = /\b(sch[e\u00e9]mas?|schematu?|esquema|skema) |(\u30b9\u30ad\u30fc\u30de|\u0441\u0445\u0435\u043c[\u0430\u0435\u0438\u044b]|\u6a21\u5f0f) |\u10e1\u10e5\u10d4\u10db\u10d0|\u015femas\u0131n|\uc2a4\ud0a4\ub9c8\(/i;
var LIMITS = [
  "Run the job again when the server is less busy. If the error persists, see in psql what the server does while the job runs, and where a limit is set (`source`) that is not this action's own:",
  run("SELECT query FROM pg_stat_activity;\nSELECT name, setting, source FROM pg_settings WHERE name ~ 'timeout';"),
  "Raise the limit in the server's parameters if the source is `configuration file`. If it is `user` or `database`, reset it:",
  run('ALTER ROLE "<user>" RESET <name>;\nALTER DATABASE "<database>" RESET <name>;')
];
var POOLER_LIMIT = "Or raise the limit in PgBouncer (`idle_transaction_timeout`, for example). Some limits of Azure's PgBouncer are parameters of the server, such as `pgbouncer.query_wait_timeout`.";
var NAMED = /.*\b(relation|table|view|sequence|function|schema|database) "?(?:\w+\.)?([^"(]{1,63})(?:"?$|\(|" )/;
var named = (text, unknown) => identifier(text.match(NAMED)?.[2], unknown);
function lookUp2(text) {
  const [, kind = ""] = text.match(NAMED) ?? [];
  const commands = Object.entries(SHOW).filter(([kinds]) => kinds.includes(kind));
  return commands.map(([, command]) => command + named(text, "<name>")).join("\n");
}
var schemaNotPermitted = ({ user }, { text }) => [
  "SQLSTATE 42501 (insufficient privilege): `user` lacks USAGE on the schema, or, to grant a privilege on the schema itself, is not its owner and holds no grant option.",
  "Let the schema's owner, which `\\dn` in psql shows, grant the privilege. Azure gives `public` to `azure_pg_admin`, the server's administrators:",
  run(`GRANT USAGE ON SCHEMA ${named(text, "<schema>")} TO ${identifier(user, "<user>")} WITH GRANT OPTION;`)
];
var ownerNotUser = (text) => [
  "SQLSTATE 42501 (insufficient privilege): `user` has to be the owner of the object or a member of the owner's role that inherits its privileges or can `SET ROLE` to it, or hold the grant option. On Azure, an administrator does not own other roles' objects either.",
  "See in psql who owns it. If that is `azuresu` or another superuser of the provider, as for the objects of some extensions, no login of yours can grant privileges on it: name it in `exclude`.",
  run(lookUp2(text))
];
var SHOW = { "relation table view sequence": "\\dtvmsE *.", function: "\\df+ *.", schema: "\\dn ", database: "\\l " };
var A_ROLE = /^(?!.*(authentication|\b(Ident|Peer|LDAP|PAM|RADIUS|GSSAPI)\b|pg_hba)(?![-\w]{0,62}["\u00bb\u201c])).*["\u00ab\u00bb\u201e]/i;
var ACT_AS = /default privileges|role "/i;
var NAME_IN_OTHER_LANGUAGE = /^(?!.*\b(?:permission|must|only|cannot|not|new)\b).*?["\u00ab\u00bb\u201e]\s?([^"\u00ab\u00bb\u201e\u201c]+?)\s?["\u00ab\u00bb\u201c]/i;
var ROLE_IN_OTHER_LANGUAGE = /(Roll[ei]\w*|r\u00f4le|rol[\u0105i]?|ruolo|papel|role\)|\u0440\u043e\u043b[\u044c\u0438\u0456]|\u0440\u043e\u043b\u043b?\u044e|\u30ed\u30fc\u30eb|\u89d2\u8272|\u10e0\u10dd\u10da\S*) ?\(?["\u00ab\u00bb\u201e]|["\u00bb\u201c] ?(rol|\ub864)/i;
var NOT_PERMITTED_TO_LOG_IN = /^role ".*" is not permitted to log in|(Einloggen|conectar(se)?|se connecter|il login|logga in|\u30ed\u30b0\u30a4\u30f3\u304c\u8a31\u53ef\u3055\u308c\u307e\u305b\u3093|\u10e8\u10d4\u10e1\u10d5\u10da\u10d8\u10e1 \u10e3\u10e4\u10da\u10d4\u10d1\u10d0 \u10d0\u10e0 \u10d0\u10e5\u10d5\u10e1: .*|\uc811\uc18d\uc744 \ud5c8\uc6a9\ud558\uc9c0 \uc54a\uc74c|\u0432\u0445\u043e\u0434 \u0437\u0430\u043f\u0440\u0435\u0449\u0451\u043d|\u0432\u0445\u0456\u0434 \u043d\u0435 \u0434\u043e\u0437\u0432\u043e\u043b\u0435\u043d\u0438\u0439|\u8fdb\u884c\u767b\u5f55)$/;
var NOT_ENCRYPTED = /^(?!.*server login)(?=.*pg_hba)(.*SSL (off|\u5173\u95ed)|(?!.*(SSL|GSS)).*(encr|schl\u00fcssel|chiffr|cifr|cript|crittogr|krypt|szyfr|\u015fifre|\u0448\u0438\u0444\u0440|\u6697\u53f7|\u52a0\u5bc6|\uc554\ud638\ud654|\u10d3\u10d0\u10e8\u10d8\u10e4\u10d5\u10e0))/i;
var ALLOW_WITHOUT_TLS = "The server is your own, because it sees a loopback address. Add an entry `host` for this address, user and database to its `pg_hba.conf`, and reload it, or turn on TLS there (`ssl`) and remove `ssl-mode`.";
var TLS_IN_TUNNEL = [
  "Set `host` to the server's full name, remove `ssl-mode`, and let that name lead to the tunnel, in a step before this one (on Linux):",
  run("echo '127.0.0.1 <server>.postgres.database.azure.com' | sudo tee --append /etc/hosts"),
  "If you cannot, set `ssl-mode: verify-ca`, which does not check the server's name."
];
var DATABASE = /(databas\w*|Datenbank|(banco|base) de (dados|datos|donn\u00e9es)( inv\u00e1lido| no v\u00e1lida)?|baz[ay]( danych)?|\u30c7\u30fc\u30bf\u30d9\u30fc\u30b9|\u6570\u636e\u5e93|\u0431\u0430\u0437[\u0430\u0435\u0438]( \u0434\u0430\u043d\u0438\u0445)?|\u10d1\u10d0\u10d6\u10d0\S*:?)\s?[\u00ab\u00bb"]|" (\ub370\uc774\ud130\ubca0\uc774\uc2a4|veritaban\u0131)/;
var RAISED = [
  "Code in the database that runs with the statement or at the sign-in, such as an event trigger, or a function or an extension (Citus, TimescaleDB) that it calls, refused it or has the fault that the message names. A pooler in between can also set a parameter at the start of each session to a value that the server does not accept.",
  (context, { text }) => /for parameter "\S+: "/.test(text) ? pastPooler(context) : [],
  "See in psql which event triggers there are, and which server answers. If the server refuses this sign-in, sign in as a role that the trigger lets in, such as its owner:",
  run("SELECT evtname, evtevent, evtfoid::regproc, evtowner::regrole FROM pg_event_trigger;\nSELECT version();"),
  "Do what the message says (a privilege that is missing: grant it to `user`), or let the owner of the trigger correct it, or make an exception. If there is no trigger, look for the cause in the extensions (`\\dx` in psql)."
];
var POSTGRES = rulesFor("postgres", {
  "token-not-asked-for": [
    "HASH_REQUESTED",
    "The server asked for a password hash, as it does for a role that has a password. It cannot check an Entra token by its hash, so nothing was sent.",
    findRole,
    "Check that the server accepts Entra tokens:",
    (context) => azShow(context, "authConfig"),
    "To sign in with a password, set `password` and leave out `client-id` and `tenant-id`."
  ],
  "query-timed-out": [
    "QUERY_TIMEOUT",
    "The server received a query and never answered it. Its own `statement_timeout` would have ended the query earlier, so the server hangs, or something in between silently dropped the connection.",
    "Run the job again. If the error persists, look at the server's state:",
    (context) => azShow(context, "state")
  ],
  "protocol-violation": [
    [
      "PROTOCOL_VIOLATION NOT_POSTGRES",
      // Such as Kerberos, GSSAPI and SSPI: https://www.postgresql.org/docs/current/protocol-message-formats.html
      /error establishing an SSL connection|Unknown authenticationOk message type|received invalid response|unexpected \w+ message from|unknown response . for SSLRequest|unknown message code|expected authentication request/,
      /^SASL: (?!.*(client password|is missing|returned error))/,
      // PostgreSQL's own words; a pooler has others with the same SQLSTATE.
      { codes: "08P01", text: /^(?!bind|.*SCRAM auth).*(message|SCRAM|packet size|protocol synchronization)/ },
      /no (PostgreSQL )?user ?name (specified|supplied)/
    ],
    (_2, { text }) => /unexpected \w+ message/.test(text) ? "An answer came to a query that this session did not send: a pooler or a proxy in between mixed up sessions, or what answers is not PostgreSQL." : "A different service listens on this port, or the server, or something in between, violated PostgreSQL's protocol or asked for a sign-in method that this action does not support.",
    pastPooler,
    ({ port: port2 }) => `Check \`host\`${port2 === 5432 ? "" : " and `port` (PostgreSQL's is 5432)"}, then run the job again.`
  ],
  "cluster-node": [
    /while executing command on|connection (to the remote|establishment for) node/,
    "Another node of the cluster does not answer, or refuses the statement or the sign-in, for the reason in the message: often a role or a privilege is missing there, or its PostgreSQL or its Citus has another version. Nodes sign in to each other as the role that acts.",
    (_2, { text }) => / to log in/.test(text) ? ["Let the role log in:", letLogIn(text)] : [],
    (_2, { text }) => /^connection(?!.*FATAL)/.test(text) ? "Run the job again." : [],
    "See which nodes answer, and what differs between them, as an administrator of the cluster: the version, or with another statement the roles (`pg_roles`) or privileges. Create or grant in this way what is missing on a node:",
    run("SELECT * FROM run_command_on_all_nodes('SHOW server_version');"),
    "If the nodes cannot sign in to each other, correct their `pg_hba.conf`, or the passwords in `pg_dist_authinfo`. If a node is behind, update it. If none is, update Citus, or open a support request for the cluster in the Azure portal."
  ],
  "token-in-password": [
    { ...ABOUT_TOKEN, signIn: "password" },
    "The role is an Entra role, which requires a token. `password` is not a token, not a complete one, or one that has expired or is for something else.",
    "Remove `password`, and sign in to Entra: `auth-type: oidc`."
  ],
  "token-expired": [
    /access token (has|is) expired|^[^"]*(\btoken\b.*(expired|not (yet|anymore) valid|lifetime)|\b(exp|nbf) claim)/i,
    "The token was not valid at the time when the server checked it, and neither was a second one: the Azure CLI or the identity's endpoint gave an old token, perhaps because the runner's clock is wrong.",
    "Run the job again: it has to sign in again.",
    ...CHECK_CLOCK,
    tokenClaims,
    { retries: 1 }
  ],
  "token-audience": [
    [{ codes: "28000 28P01", text: /^[^"]*(token.*|\b)(audience|aud claim)\b/i }, /access token .*audience claim/i],
    "The token is for another resource, usually another cloud's, or `host` leads to another kind of server.",
    (context, { text }) => /cosmos/.test(text) ? [] : [...tokenClaims(context), ...selectCloud(context)],
    "Set `host` to a flexible server of Azure Database for PostgreSQL. A cluster of Azure Cosmos DB needs another token."
  ],
  "token-group": [
    /does not contain group/i,
    "`user` is a group, and the identity that signed in is not a member of it, or was not a member when its token was issued.",
    "Add the identity to the group:",
    (context, { text }) => az("ad group member add", { group: text.match(/ID (.{36})/)?.[1] ?? "<group>", "member-id": objectId(context) }),
    "Run the job again in a few minutes. A managed identity can keep a token without the new group for 24 hours: until then, give it a role of its own with the action in `principal/`.",
    tokenClaims
  ],
  "token-identity-mismatch": [
    /oid mismatch for role/i,
    "The role is bound to another object ID: the identity was deleted and created again, or the role was created with the application's ID instead of its service principal's.",
    tokenClaims,
    "If `user` is the role that you mean, bind it to the identity that signs in, as an Entra administrator in database postgres. The label of an administrator ends in `,admin`:",
    (context) => run(`SECURITY LABEL FOR "pgaadauth" ON ROLE ${identifier(context.user, "<user>")} IS ${label(context)};`)
  ],
  "token-role-type": [
    /AAD_AUTH_TOKENTYPE_APP_/,
    "`user` and the token are of different kinds: a service principal's token cannot sign in as a user's role, and a user's token cannot sign in as a service principal's role.",
    findRole
  ],
  "token-invalid": [
    ABOUT_TOKEN,
    (_2, { text }) => /(server's|the) tenant\b/.test(text) ? "The token is from a different tenant than the server's, or its application has no service principal there." : "The token that reached the server is not valid: it is from a different tenant than the server's, its application has no service principal there, or it was truncated or changed on the way.",
    ({ signIn: signIn2 }) => `${signIn2 && "tenantId" in signIn2 ? "Set `tenant-id` to" : "Sign in to"} the server's tenant:`,
    (context, { text }) => tenantIn(text) ?? azShow(context, "authConfig.tenantId"),
    tokenClaims,
    "If that is the token's tenant (`tid`), create the application's service principal there:",
    ({ signIn: signIn2 }) => az("ad sp create", { id: clientOf(signIn2) }),
    (_2, { text }) => /(server's|the) tenant\b/.test(text) ? [] : REACH_ENTRA
  ],
  "tls-required": [
    [NOT_ENCRYPTED, /^(?!.*(cached|SSL,)).*((SSL|TLS).{0,14} required|(requires|only) TLS|connection is insecure)/i],
    "The server accepts only connections with TLS.",
    (context, { text }) => {
      if (context.tls && context.tls.mode !== "disable") return pastPooler(context);
      return /host "(127\.|::1)/.test(text) ? ALLOW_WITHOUT_TLS : TLS_IN_TUNNEL;
    }
  ],
  "pooler-sign-in": [
    [
      { codes: "28000 28P01 3D000", text: /^(odyssey:|\(E[A-Z]+\))/ },
      {
        codes: "08* 58000 XX000",
        text: /^(?!.*(\bEntra\b|AAD |Azure AD|Active Directory|timed out|backends are down|circuit)).*(auth(enticat| failed)|SASL|SCRAM|\bmd5\b|state was|EJIT|empty password|login failed|cached error: (?!connect |server |sslreq|TLS|terminating|the database system|database .*exist|.*(too many|slots|failed)))/i
      },
      /^(?!permission denied|must be owner|relation).*(no such (user|database)|^SASL: .*(is missing|returned error)|Tenant or user not found|tenant\/user|multiple users matched|user not found in the database|No pool configured|RDS [Pp]roxy|bouncer config error|login rejected|allow_list|tenant identifier|secret format|unable to (get|decrypt) password|(from|send|no) auth_query|auth_query response|auth_dbname|pool_(hba\.conf|passwd file)|pgagroal_hba\.conf|security model for user|is wrong, or the database does not exist|wrong password type)/
    ],
    poolerRefused,
    pastPooler,
    "Or check `user`, `password` and `database`, or add what it refuses (a user, a database, an address) to the pooler's configuration (PgBouncer: `[databases]`, `auth_file`), and reload it. Azure's PgBouncer knows the roles of the server: if it is that one, set `user` to one of them."
  ],
  "sign-in-locked": [
    { codes: "28000 28P01", text: /too many (failed|log-?in|authentication|attempts)|(is|been|account) locked/i },
    "The server, or a pooler in between, refuses this user for a time, because a client signs in again and again with a wrong password or an old token.",
    "Stop the client that fails: usually an app with an old password or an expired token. The server's log names its address. Then run the job again: the server accepts the user again after a time."
  ],
  "password-refused": [
    ["28P01", /(password|SASL) authentication failed|empty password|client password must|no password supplied/i],
    (context, symptom) => byName(context, symptom) ?? passwordRefused(context, symptom)
  ],
  "login-not-permitted": [
    { codes: "28000", text: NOT_PERMITTED_TO_LOG_IN },
    "The role exists, but has the attribute NOLOGIN, as groups have.",
    "If it is a group, set `user` to a role that can log in, and make that a member of the group. Otherwise, let it log in, as an administrator of the server:",
    (_2, { text }) => letLogIn(text)
  ],
  "login-role-not-found": [
    // In all languages of the server: the other texts with a name in quotes are about the way to sign in.
    { codes: "28000", text: A_ROLE },
    (context, symptom) => byName(context, symptom) ?? [
      "The server has no role with this name that can log in. Names are case-sensitive, and a Service Connector connection deployed with Bicep or ARM alone creates no role.",
      ...findRole(context, symptom)
    ]
  ],
  firewall: [
    // The name of the file is the same in all languages of the server (`lc_messages`).
    new RegExp(
      String.raw`^(?!.*(server login|could not load|["\u00ab\u00bb\u201e] ?${PRIVATE_RANGE})).*pg_hba\.conf|^[^"]*Client (with )?IP.*not (allowed|permitted)`
    ),
    "The server's firewall does not allow the runner's address. A new rule can take five minutes to work.",
    "A GitHub-hosted runner has a different address in each job: add the action in `firewall/` of this repository before this step (`docs/firewall.md`).",
    "For a runner that keeps its address, allow it, and run the job again:",
    (context, { text }) => azAllow(context, text.match(/[0-9a-f.:]{7,45}/gi)?.find(import_node_net2.isIP) ?? "<address>"),
    "Or use a runner in the server's network (`docs/private-network.md`)."
  ],
  "database-not-found": [
    ["3D000 57P04", /^(?!.*\brole\b).*database "?[^"]*"? does not exist/],
    ({ database = "" }) => sentence`The server has no database with this name (yet). ${aboutNames(database)}`,
    (context, { text }) => isAnother(text.match(/database "([^"]+)"/)?.[1], context.database) ? pastPooler(context) : [],
    "Set `database` to one of these:",
    (context) => isLoopback(context.host) ? run("SELECT datname FROM pg_database;") : azOnServer("db list", context, { query: "[].name" })
  ],
  "database-closed": [
    [{ codes: "55000", text: DATABASE }, /^database locale is|could not (create|open collator for) locale/],
    (_2, { code: code2 }) => `This database accepts no connections: ${code2 === "55000" ? "it is a template, has `ALLOW_CONNECTIONS false`, or its `DROP DATABASE` was interrupted" : "the server's operating system does not have its locale, perhaps since an update or in a different container image"}.`,
    "See which it is, in database `postgres`. If it is the rest of a `DROP DATABASE` (limit -2), drop it again. If not, set `database` to one that allows connections:",
    run("SELECT datname, datistemplate, datallowconn, datconnlimit, datcollate FROM pg_database;"),
    "Or, if `datallowconn` is false, let its owner allow connections again:",
    ({ database }) => run(`ALTER DATABASE ${identifier(database, "<database>")} ALLOW_CONNECTIONS true;`)
  ],
  "database-owner-role": [
    { codes: "0A000 0LP01 42501 XX000", text: /"pg_database_owner"/ },
    "This is a rule of PostgreSQL: `pg_database_owner` has one member, the owner of the database. No GRANT can add another, or make it a member of a different role.",
    "Set `user` to the owner of the database, and grant the privileges of `pg_database_owner` themselves. To see the owner:",
    run("SELECT datdba::regrole FROM pg_database WHERE datname = current_database();")
  ],
  "connect-not-granted": [
    // The quotes tell it from GRANT's error.
    { codes: "42501", text: new RegExp(`^(?![^"\xAB\xBB\u201E]*temp).*(${DATABASE.source})|does not have CONNECT privilege`) },
    "`user` has no CONNECT privilege on this database.",
    "Grant the privilege, as the database's owner:",
    ({ user, database }) => run(`GRANT CONNECT ON DATABASE ${identifier(database, "<database>")} TO ${identifier(user, "<user>")};`)
  ],
  "no-connection-slots": [
    [
      { codes: "53300", text: /^(?!pgpool|connection refused|server failover)/ },
      /too many (clients already|connections|active clients)|connection slots are reserved|no more connections allowed|max (clients|pools count) reached|client connections (exceeded|reached)|\bmax_(client|user|db)_connections( |$|\))|query_wait_timeout|too many servers/
    ],
    (_2, { text }) => `All connections are in use that ${/connections for |["\u201e\u00ab](?!pg_)/.test(text) ? "the `CONNECTION LIMIT` of the role or the database allows" : "the server, or its PgBouncer, accepts. Small servers accept only a few dozen"}.`,
    (context, { text }) => {
      const [, kind, limited] = text.match(/connections for (role|database) "(.+)"/) ?? [];
      if (kind === void 0) return context.port === 5432 || /already|reserved/.test(text) ? [] : pastPooler(context);
      return [
        `Raise the limit of this ${kind}, as an administrator (one job uses up to 4 connections; -1 is no limit):`,
        run(`ALTER ${kind.toUpperCase()} ${identifier(limited, "")} CONNECTION LIMIT <number>;`)
      ];
    },
    "Run the job again when fewer clients are connected. Run fewer jobs at the same time.",
    "When a connection is free again, see which clients hold the others, with psql:",
    run("SELECT usename, application_name, state, count(*) FROM pg_stat_activity GROUP BY 1, 2, 3 ORDER BY 4 DESC;"),
    (context, { text }) => /connections for /.test(text) ? [] : raiseLimit(context),
    { retries: 4 }
  ],
  "server-restarting": [
    [
      { codes: "57000 57P01 57P02 57P03", text: /^(?!.*Hot standby)/ },
      /must be superuser to connect|the database system is (starting up|shutting down|in recovery mode|not (yet )?accepting connections(?!\.? Hot))|database (configuration changed|removed)|shut(ting)? down|being drained|due to administrator command|admin forced disconnect|suspend_timeout|server (idle timeout|lifetime over)/i
    ],
    (_2, { code: code2 }) => `The server is starting, stopping or restarting, recovering after a crash, failing over or being upgraded${code2 === "57P03" ? "" : ", or an administrator ended the session"}.`,
    afterRestart,
    "If an Azure server is not `Ready` after half an hour, look at its log and `Resource health` in the Azure portal. If it is `Stopped`, start it:",
    (context) => azServer("start", context),
    { retries: 4 }
  ],
  "pooler-cannot-connect": [
    /^(?!permission denied|must be owner|relation|role ).*(server login has been failing|pgbouncer cannot connect to server|server conn crashed|client_login_timeout|server_login_retry|server_connect_timeout|server (DNS lookup failed|refused SSL)|sslreq|TLS startup|receiving data from server|connection pool for .* is down|checkout timeout|pool is banned|EAUTHTIMEOUT|ECIRCUITBREAKER|[Cc]ircuit breaker|EPOOL(CH|T)|EPROXY|ESUBSCRIBE|EWORKER|^(connect failed|cannot connect|connect timeout|connection refused)$|AllServersDown|Pool down for|ECHECKOUT|checkout failure|Unable to check out|DbHandler exited|EDBHANDLEREXITED|all backend(s| nodes) are down|remote server|suitable host|connect to backend|DB node \d|create a backend (\d+ )?connection|failover_on_backend|^server failover|waiting to acquire database connection)/,
    "The connection pooler cannot connect to PostgreSQL at the moment, or blocks connections for some minutes because others failed: PostgreSQL is restarting, failing over, full or refusing the sign-in, or the pooler has a wrong address of it.",
    (context, { text }) => {
      const steps = [afterRestart(context), pastPooler(context)];
      return (/DNS|SSL|sslreq|TLS|authreq/.test(text) ? steps.reverse() : steps).flat();
    },
    "Or see why in the pooler's log, and check its servers.",
    { retries: 2 }
  ],
  "authentication-time-out": [
    /canceling authentication due to timeout|^authentication timed out/i,
    "The server did not finish checking the sign-in in time: it is overloaded, or cannot reach Entra.",
    "Run the job again.",
    ({ signIn: signIn2 }) => signIn2?.type === "password" ? [] : REACH_ENTRA,
    { retries: 1 }
  ],
  "server-time-out": [
    ["57014 25P03 25P04 57P05 72000", /^(query|transaction|idle transaction|client_idle|pool statement)[ _]timeout$/],
    "The server, or a pooler in between, ended the statement or the session because of a time limit that the message names (for a statement, this action itself sets 60 seconds), or someone cancelled it.",
    (context, { text }) => /^(\w+ )?\w+[ _]timeout$/.test(text) ? [...pastPooler(context), POOLER_LIMIT] : LIMITS
  ],
  "privileges-full": [
    { codes: "54000", text: /row is too big|\b8160\b/ },
    "The list of the roles that hold privileges on a table, view, sequence or column is full: PostgreSQL keeps it in one row of 8 kB.",
    "Revoke the privileges of roles that are no longer used (`\\dp <table>` in psql lists all roles), or grant to a group role whose members they become (`GRANT <group> TO <role>;`)."
  ],
  wraparound: [
    /not accepting commands.*wraparound|multixact "members" limit/,
    "The server has run out of transaction IDs and accepts no changes until it is vacuumed.",
    "See what holds VACUUM back, as an administrator. End the oldest sessions (`pg_terminate_backend`) and the prepared transactions (`ROLLBACK PREPARED`), and drop slots that nothing reads any more (`pg_drop_replication_slot`):",
    run("SELECT pid, xact_start FROM pg_stat_activity;\nTABLE pg_prepared_xacts;\nTABLE pg_replication_slots;"),
    "Then vacuum the database that the message names (`VACUUM (VERBOSE);` in psql), as an administrator."
  ],
  "server-limit": [
    ["53000 53200 53400 NO_PROCESS", /resize shared memory|could not fork|(allocate|out of) memory|open files( in|$)/i],
    (_2, { text }) => /max_locks|out of shared memory/.test(text) ? "The server's lock table is full (`max_locks_per_transaction`): a migration, or a dump of many tables, can fill it." : "The server has no memory left for this connection or statement, or another of its limits was reached.",
    // 53400 is about what one session needs.
    (_2, { code: code2 }) => code2 === "53400" ? [] : "Run the job again when the server is less busy.",
    "Raise the parameter that sets the limit, or choose a larger compute size, if the error persists. A restart of the server can be necessary:",
    setParameter,
    { retries: 2 }
  ],
  "disk-full": [["53100", /No space left on device|Disk quota exceeded/], "The server's storage is full.", growStorage],
  "data-damaged": [
    ["XX001 XX002 58030", /status of transaction|^could not .*: Perm|catalog is missing|"(base|global|pg_\w+)\//],
    "A data file of the server is damaged or cannot be read.",
    "Open a support request in the Azure portal, or restore the server there to a time before the damage. Of a server of your own, check that the data directory (of a container: the volume) is the right one and readable for the server's user, and restart the server."
  ],
  "read-only": [
    [
      "25006",
      /conflict with recovery|during recovery|recovery is in progress|read-write mode inside a read-only|in a hot standby|Hot standby mode/
    ],
    (context, symptom) => IN_RECOVERY.test(symptom.text) ? "The server is a read replica." : readOnly(context, symptom),
    (_2, { text }) => /conflict with/.test(text) ? "Run the job again: a change of the primary ended the query." : [],
    (_2, { text }) => IN_RECOVERY.test(text) ? `To write, ${TO_PRIMARY}` : []
  ],
  "concurrent-change": [
    [
      "40* 42710 55006 55P03",
      { codes: "23505", text: /"pg_\w+_index"/ },
      /concurrently (updated|deleted|dropped)|with OID \d+|role OID|cache lookup failed|could not find tuple|(catalog|schema) version mismatch/i
    ],
    "Another session, such as a migration or another run of this action, changed the same object at the same time, or held a lock on it for too long.",
    "Run the job again, after the migrations and not at the same time: it continues where it stopped.",
    "If it happens again, let such jobs run one after another (`concurrency` of the workflow), and see who holds up others while the job waits:",
    run("SELECT pid, pg_blocking_pids(pid), query FROM pg_stat_activity WHERE cardinality(pg_blocking_pids(pid)) > 0;")
  ],
  "library-not-found": [
    /could not (access file|load library|find function .* in file)|shared_preload_libraries|must be preloaded|incompatible library|access to library|library version|PGC_POSTMASTER|outside shmem_request_hook|redefine parameter/,
    "The library that the message names is not on the server, does not have the version of the extension that needs it, or has to be loaded when the server starts (`shared_preload_libraries`).",
    "Look in psql which setting names the library, as an administrator, and in another database if this sign-in fails:",
    run("\\drds\nSHOW shared_preload_libraries;\nSHOW session_preload_libraries;\nSHOW local_preload_libraries;"),
    "If the message is about the start of the server or `shared_preload_libraries`, add the library to this parameter (in the Azure portal: `Server parameters`), and restart the server.",
    "If a setting names it, correct that (quotes around each name, not around the list), or reset it, on the server in `Server parameters`:",
    run('ALTER ROLE "<role>" RESET <setting>;'),
    "If none does, update the extension, install the library that it needs (in a container: in the image), or drop the extension:",
    run('ALTER EXTENSION "<name>" UPDATE;')
  ],
  "name-encoding": [
    "22021 22P05",
    "A name cannot be converted between UTF-8 and the encoding of this database. All databases of a server share the names of roles, stored as bytes in the encoding of the database in which each role was created.",
    "In a database with the encoding UTF8 (`\\l` in psql lists them), list the roles whose names are not plain ASCII. Rename these roles there and, in a database with the encoding SQL_ASCII, the objects whose names are not valid UTF-8:",
    run("SELECT rolname FROM pg_roles WHERE rolname ~ '[^ -~]';")
  ],
  // Whatever SQLSTATE it is, SQL runs at a sign-in only in code. Azure's own refusals name Entra.
  "raised-at-sign-in": [{ codes: "22* 23* 3F* 42* 55P02 P0*", text: /^(?!.*(Entra|AAD))/, fatal: true }, ...RAISED],
  "pgaadauth-not-here": [
    /function (pg_catalog\.)?pgaadauth_\w+\(.*\) does not exist|security label provider|(Entra|Azure AD|AAD|Active Directory)( ID)? authentication.{0,40}(not (enabled|supported|configured)|disabled)/i,
    "Entra authentication is not enabled on this server, or `host` does not lead to a flexible server of Azure. The functions and the security label of `pgaadauth` are in database `postgres` only.",
    "Enable Entra authentication, if it is not enabled. The server restarts:",
    (context) => azServer("update", context, { "microsoft-entra-auth": "Enabled" })
  ],
  "principal-exists": [
    /Updating an existing principal isn.t supported/,
    "This identity already has a role on the server. An identity is either an administrator of the server or a plain role, never both.",
    "Find the role of the identity, as an Entra administrator in database `postgres`:",
    LIST_PRINCIPALS,
    "Use that role. Or drop it, as a member of both roles, and create the new one. The first two lines are for each database:",
    run('REASSIGN OWNED BY "<role>" TO "<new-owner>";\nDROP OWNED BY "<role>";\nDROP ROLE "<role>";')
  ],
  "citus-worker": [
    /operation is not allowed on this node|Citus worker|(from|to) the coordinator/,
    "This is a worker of an elastic cluster. Roles and privileges are changed on its coordinator, which passes them on.",
    ({ port: port2 }) => `Set \`host\` to the server's own name${port2 === 5432 ? "" : " and `port: 5432`"}: the coordinator.`
  ],
  "entra-principal-type": [
    /incorrect object type/,
    "The identity with this object ID is not of the `type` that the server was given.",
    "Set `type` to its actual type. Or, if you mean an identity of another type, correct `object-id`:",
    (_context, { text }) => run(`type: ${text.match(/actual object type: '(user|group|service)'/)?.[1] ?? "<type>"}`),
    'If both are right, create the role by SQL if it is missing (`CREATE ROLE "<role>" LOGIN;`), and bind it, as an Entra administrator in database `postgres`:',
    run(`SECURITY LABEL FOR "pgaadauth" ON ROLE "<role>" IS 'aadauth,oid=<object-id>,type=<type>';`)
  ],
  "entra-principal-not-found": [
    /Could not validate (AAD|Microsoft Entra)|not found in the tenant|name isn't unique|(trying|failed) to validate (user|principal)|Microsoft Graph|failed to create .{0,20}principal|\bprincipal .*(not (exist|found)|invalid)/i,
    (_2, { text }) => /unexpected error/.test(text) ? "The server could not check the identity in Entra, and does not say why. The fault passes by itself, the network of the server does not let it reach Entra, or the object ID is not right." : "The server does not accept the identity, for the reason in its message. Usually the `type` or the object ID (or, without one, the display name) is not that of exactly one identity in the server's tenant, or the server cannot ask Entra.",
    (_2, { text }) => /unexpected error/.test(text) ? ["Run the job again in a few minutes.", REACH_ENTRA] : [],
    (_2, { text }) => /type is/.test(text) ? "Set `type`: a managed identity is a `service`, too." : [],
    "Set `object-id` to the object ID of the service principal or managed identity in the server's tenant, which is not that of the app registration:",
    az("ad sp show", { id: "<client-id>", query: "{name:displayName, oid:id}" }),
    "For a group, set `type: group` and this object ID:",
    az("ad group show", { group: "<group>", query: "{name:displayName, oid:id}" }),
    "If the ID and the type are right, the server's own service principal may be missing in the tenant. Create it, as an administrator of the tenant:",
    az("ad sp create", { id: "5657e26c-cc92-45d9-bc47-9da6cfdb4ed9" })
  ],
  "role-not-found": [
    // 22023 is that of SET ROLE.
    { codes: "42704 22023", text: new RegExp(`^role "|^(?!.*not exist).*(${ROLE_IN_OTHER_LANGUAGE.source})`, "i") },
    "The server has no role with this name. It is misspelt (names are case-sensitive), or was not created. A Service Connector connection deployed with Bicep or ARM alone creates no role.",
    withoutServer,
    ...LIST_ROLES
  ],
  "object-not-found": [
    [
      "42P01 42883 3F000",
      { codes: "42704", text: /^(?!.*configuration parameter)/ },
      { codes: "42703", text: /^(?!record )([^"\u00ab\u00bb]*["\u00ab\u00bb]){4}/ }
      // a column and its table, in each language of the server
    ],
    "Nothing with this name is there: it was dropped or renamed meanwhile, or never created (names are case-sensitive). Or code in the database, such as an event trigger, uses it without its schema.",
    "Look for it in this database with psql. If the name is one of PostgreSQL's own, another product answers, as `version()` shows:",
    (_2, { text }) => run(lookUp2(text), "SELECT version();"),
    "If it is not there, run the job again after the migration that creates it. If it is there, write its schema in the code that uses it, because this action sets `search_path` to pg_catalog."
  ],
  "catalog-not-readable": [
    { codes: "42501", text: /denied for (table|view) "?pg_(?!authid|shadow|statistic|large|user_m|hba)/ },
    "PUBLIC can read this catalog by default, and this action needs it: the privilege was revoked.",
    "On Azure, open a support request for the server: only Microsoft can grant it again. Elsewhere, grant it as a superuser:",
    ({ user }, { text }) => run(`GRANT SELECT ON ${text.match(/pg_\w+/)} TO ${identifier(user, "<user>")};`)
  ],
  "restricted-role": [
    {
      codes: "42501 0A000 XX000",
      text: /(?<!(denied for|owner of) \w+ )(?<!")super[- ]?(us|ut|u\u017c)|\u0441\u0443\u043f\u0435\u0440\u043f\u043e\u043b\u044c\u0437|\u0441\u0443\u043f\u0435\u0440\u043a\u043e\u0440\u0438\u0441\u0442|\u30b9\u30fc\u30d1\u30fc\u30e6\u30fc\u30b6|\u8d85\u7ea7\u7528\u6237|\uc288\ud37c\uc720|\u10d6\u10d4\u10db\u10dd\u10db\u10ee\u10db\u10d0\u10e0|restricted role|is a system catalog|session authorization|pg_write_all_data|azure_pg_admin from|(for|to set) (configuration )?parameter|owner of (extension|language)|(for|owner of) (schema|table|view|function|language) "?(pg_|c\b|information_schema|columnar|citus|_timescaledb|spatial_ref_sys|cron\b|job\b|job_run_details)|(system|internal|reserved|protected|managed|privileged) roles?\b|roles? cannot be |role "[^"]+" is (reserved|protected)/i
    },
    "The provider of the server (on Azure: Microsoft) reserves this for its own superuser: built-in roles and catalogs, parameters, and the objects of extensions (the table of pg_cron is `cron.job`). No other login can change or grant it, not even an administrator.",
    (context, symptom) => PARAMETER.test(symptom.text) ? ["Set the parameter on the server:", setParameter(context, symptom)] : [],
    "Grant privileges on the app's own objects only: name its own schemas in `schemas`, the objects of extensions in `exclude`, and roles of your own in `user` and `grantee`, and check that `host` is the server that you mean. If the message names an object of the app, set `user` to its owner."
  ],
  "administrators-only": [
    { codes: "42501", text: /pgaadauth_|^[^"]*\b(Entra|AAD|Azure A\w+)\b.*admin|of ((the )?role )?"?azure_pg_admin/i },
    "Only administrators of the server (`azure_pg_admin`) can do this, and only Entra administrators can create Entra roles.",
    "Sign in as one of the server's Entra administrators:",
    listAdmins,
    "Or make the identity that signs in an administrator:",
    (context) => azOnServer("microsoft-entra-admin create", context, { ...APPLICATION, "object-id": objectId(context) })
  ],
  "create-role-not-permitted": [
    // "Role" without a name in the languages of the server.
    {
      codes: "42501",
      text: /denied to (create|alter|drop) (role|database)|CREATEROLE|^permission denied$|^(?!.*(["\u00ab\u00bb\u201e]|\b(permission|must|only|cannot)\b)).*(Rolle |r\u00f4le|\b(rol|roll|role|ruolo|roli)\b|\u0440\u043e\u043b[\u0438\u0456]|\u30ed\u30fc\u30eb\u3092|\u89d2\u8272|\ub864|\u10e0\u10dd\u10da)/i
    },
    "`user` lacks CREATEROLE (for a database, CREATEDB), or ADMIN OPTION on the role.",
    "Set `user` to an administrator of the server, or let one give `user` the attribute:",
    ({ user }, { text }) => run(`ALTER ROLE ${identifier(user, "<user>")} ${/to \w+ database/.test(text) ? "CREATEDB" : "CREATEROLE"};`)
  ],
  "role-not-grantable": [
    [
      { codes: "42501", text: /denied to (grant|revoke) role|[Aa]dmin.[Oo]ption|\bADMIN\b/ },
      { codes: "42501", text: new RegExp(`^(?!permission|cannot).*(${ROLE_IN_OTHER_LANGUAGE.source})`) }
    ],
    "SQLSTATE 42501 (insufficient privilege): `user` needs ADMIN OPTION on the role to be granted (before PostgreSQL 16, CREATEROLE is enough, unless that role is a superuser), or membership in the role to act as.",
    ({ user }, { text }) => roleIn(text) === user ? "Set `user` to another role that has ADMIN OPTION on this one, because no role can grant itself (since PostgreSQL 16). The roles that have it:" : "List the roles that have ADMIN OPTION on the role, with the first statement, and let one of them run the second statement once. If there is none, only a superuser can run the second:",
    ({ user }, { text }) => {
      const [role, grantor] = [roleIn(text), text.match(/ as role "([^"]+)"/)?.[1] ?? user];
      const holders = `SELECT member::regrole FROM pg_auth_members WHERE admin_option AND roleid = ${quoteLiteral(identifier(role, "<role>"))}::regrole;`;
      if (role === user) return run(holders);
      return run(holders, `GRANT ${identifier(role, "<role>")} TO ${identifier(grantor, "<user>")} WITH ADMIN OPTION;`);
    }
  ],
  "not-permitted": [
    // Other English words are code's, an extension's or a provider's.
    { codes: "42501", text: /permission|privilege|must|^(?!.*\b(the|is|are|this|cannot|not|policy)\b)/ },
    (context, symptom) => SCHEMA.test(symptom.text) && !symptom.text.startsWith("must be owner") ? schemaNotPermitted(context, symptom) : ACT_AS.test(symptom.text) ? "SQLSTATE 42501 (insufficient privilege): `user` has to be the role that the message names (for default privileges, the role that creates the objects), or a member of it that inherits its privileges or can `SET ROLE` to it." : ownerNotUser(symptom.text),
    (_2, { text }) => `Set \`user\` to ${ACT_AS.test(text) ? "that role" : "the owner"}, or let a role that has ADMIN OPTION on it make \`user\` a member:`,
    (context, { text }) => {
      const grant = `GRANT ${identifier(text.match(/role "([^"]+)"/i)?.[1], "<owner>")} TO ${identifier(context.user, "<user>")}`;
      const version = Number.parseInt(context.serverVersion ?? "", 10);
      const options = `${version >= 16 ? "" : "; -- from PostgreSQL 16:"} WITH INHERIT TRUE, SET TRUE`;
      return run(`${grant}${version < 16 ? "" : options};`);
    },
    "If this action does not have to manage the object, name it in `exclude`, or leave out future ones with `default-privileges: false`."
  ],
  "privilege-not-found": [
    [{ codes: "42601 22023", text: /unrecognized privilege type/ }, "0LP01"],
    "The server cannot make this grant, for the reason in its message. Usually its PostgreSQL has no such privilege (`MAINTAIN` exists since PostgreSQL 17), or this kind of object or PUBLIC cannot have it (a table has no `USAGE`, PUBLIC no grant option), or the other role gave it (a role cannot get a grant option or a membership back).",
    "Remove what the message names, or upgrade the server. PostgreSQL's list of all privileges: https://www.postgresql.org/docs/current/ddl-priv.html"
  ],
  "tls-not-offered": [
    /does not support SSL|SSLRequest|unsupported frontend protocol 1234\.56/,
    "The other side does not speak TLS. Every Azure server does, so a pooler or a proxy is in between, or this is a different server. Nothing secret was sent.",
    ({ host, signIn: signIn2 }) => signIn2?.type === "password" && isLoopback(host) ? "Set `ssl-mode: disable`." : [],
    pastPooler,
    "Or, if the pooler or the server is your own, turn on TLS there (PgBouncer: `client_tls_sslmode`, PostgreSQL: `ssl`)."
  ],
  "dependent-privileges": [
    { codes: "2BP01", text: /^(?!.*\bdrop)/ },
    "Other privileges depend on this one: the role has granted it to other roles.",
    "See to which roles, with `\\dp <table>` in psql: their entries end in `/` and the name of the role.",
    "If these roles need the privilege, let the owner grant it to them, too. Then revoke it with all that depends on it, as the owner. Without CASCADE, only the role that granted them can revoke the others:",
    run('REVOKE <privilege> ON <object> FROM "<role>" CASCADE;')
  ],
  "pooler-refused": [
    [
      "08P01 08004 58000 25001 25P01 25P02 26000 34000 42P03 42P05",
      /cached plan must not change|^portal .* cannot be run|^Parameter \w+ changed|^(FATAL: )?(\(E[A-Z]+\)|odyssey:)|connection from the pool|(?<!message )(from|to|among|with) (backends?|frontend)\b|(query|session) context|(?<!")pool_\w|does not match (b|with)|backend response|^failed authentication against PAM/
    ],
    poolerRefused,
    pastPooler,
    "Or change the pooler's setting. For Azure's PgBouncer, it is a parameter of the server (`pgbouncer.<setting>`)."
  ],
  "raised-in-database": [
    [
      "0A* 21* 22* 23* 24* 2F* 38* 39* 426* 42701 42702 42703 4271* 4272* 428* 42P* 44* 540* P0*",
      /tuple already updated by self/
    ],
    ...RAISED
  ],
  "sign-in-refused": [
    { codes: "28000", text: /^(?!TLS version)/ },
    (context, symptom) => reasonIn(withoutNames(symptom.text), SIGN_IN_REASONS) || refused(context, symptom),
    (context) => isLoopback(context.host) ? [] : setFullName(context),
    "If it is your own server, let `user` sign in with a password in its `pg_hba.conf` (method `scram-sha-256`, without `clientcert`), and reload it (`SELECT pg_reload_conf();`)."
  ],
  "server-fault": [
    "XX* 58* F0*",
    "The server, an extension, a node of its cluster, or a pooler or a proxy in between had an internal error.",
    "Run the job again. If the error persists and a pooler or a proxy is in between, set `host` to the server itself, or see what its log or its console says.",
    "If the error persists without a pooler or a proxy, restart the server. If that does not help, look in its log, and for a server of Azure open a support request.",
    (context) => azServer("restart", context)
  ]
});
var roleIn = (text) => (text.match(/(?:^.* option on )?role "([^"]+)"/i) ?? text.match(NAME_IN_OTHER_LANGUAGE))?.[1];
function withoutServer({ host = "", user }, { text }) {
  const [, login, server] = `${roleIn(text)}
${user}`.match(/^(.+)(@[\w-]+)$/m) ?? [];
  if (!login || !server || !/\.postgres\.database\./i.test(host)) return [];
  return [sentence`If ${code(server)} is the name of a single server, leave it out: ${code(login)}.`];
}
var isAnother = (named2, own = named2) => named2 !== void 0 && !own?.toLowerCase().startsWith(named2.toLowerCase());
function byName(context, { text }) {
  const role = roleIn(text);
  if (!isAnother(role, context.user)) return void 0;
  return [
    sentence`${name(role)} is not \`user\`: a connection pooler in between signs in as a role of its own, which the server refuses.`,
    ...pastPooler(context),
    "Or let the pooler sign in with the name and the password of a role that can log in (PgBouncer: `auth_user`)."
  ];
}
function tokenClaims({ token, cloud }) {
  const audience = cloud?.postgresScope.replace("/.default", "") ?? "https://ossrdbms-aad.database.windows.net";
  const isOther = claim(token, "aud") !== audience;
  const named2 = ["oid", "appid", "idtyp", "tid", ...isOther ? ["aud"] : []].filter((each) => claim(token, each));
  const claims = named2.map((each) => sentence`${code(each)} ${code(claim(token, each) ?? "")}`);
  const expires = Number(claim(token, "exp"));
  if (Number.isInteger(expires) && Math.abs(expires) < 1e11)
    claims.push(sentence`valid until ${code(new Date(expires * 1e3).toISOString())}`);
  const needed = isOther ? sentence` \`aud\` has to be ${code(audience)}.` : EMPTY;
  const check = sentence`Check the token's claims: ${listOf(claims)}. \`oid\` has to be the object ID of the role, or of a member of its group, and \`tid\` the server's tenant.${needed}`;
  return claims.length === 0 ? [] : [check];
}
function findRole(context, symptom) {
  if (context.signIn?.type === "password") return [...withoutServer(context, symptom), ...LIST_ROLES];
  return [
    ...withoutServer(context, symptom),
    "Set `user` to the role of the identity that signs in, or of a group that has it as a member. A guest's role has a name with `#EXT#`. The server's Entra administrators are:",
    listAdmins(context),
    "List the other Entra roles, in database postgres. The action in `principal/` creates one for an identity or a group:",
    LIST_PRINCIPALS,
    ...tokenClaims(context)
  ];
}
function passwordRefused(context, symptom) {
  if (context.signIn?.type === "password")
    return [
      "The name or the password is wrong or has expired, the role was created for Entra and has no password, or the server accepts only Entra tokens.",
      ...withoutServer(context, symptom),
      "Check `user` and `password`. As an administrator, see whether there is such a role, and until when its password is valid:",
      run(`SELECT rolcanlogin, rolvaliduntil FROM pg_roles WHERE rolname = ${quoteLiteral(context.user ?? "<user>")};`),
      "See how an Azure server lets roles sign in. For an Entra role, remove `password` and set `auth-type: oidc`:",
      azShow(context, "authConfig")
    ];
  return [
    GUID.test(context.user ?? "") ? "`user` looks like a client ID, but must be the name of a role. The two are the same only if the role was created so, as Service Connector does for administrators." : "`user` is not the role that is bound to the object ID of the identity that signed in, or to one of its groups. Names are case-sensitive.",
    ...findRole(context, symptom)
  ];
}

// src/diagnosis/symptoms.ts
function symptomsOf(error2) {
  const seen = /* @__PURE__ */ new Set();
  const found = [];
  const look2 = (each) => {
    if (each === void 0 || each === null || seen.has(each) || seen.size >= MAX_ERRORS) return;
    seen.add(each);
    const { code: code2, errorCode, message, errorMessage, detail, hint, severity, status, cause, errors } = typeof each === "object" ? each : { message: String(each) };
    const texts = [message, errorMessage, detail, hint].filter((each2) => typeof each2 === "string" && each2.trim());
    const ownCode = words(String(code2 ?? errorCode ?? ""));
    const empty = typeof status === "number" ? `HTTP status ${status} with an empty answer` : "";
    const said = [...new Set(texts)].join("\u2028").replace(/(?<=["\u00bb\w])\u2028(?=[A-Z])/g, ". ");
    const ofAll = Array.isArray(errors) ? errors.map((each2) => each2?.message).join(", ") : "";
    const text = words(said) || ownCode && words(ofAll) || ownCode || empty;
    const ofServer = { hint: words(String(hint ?? "")), fatal: /^FATAL/.test(String(severity)) };
    if (text !== "") found.push({ code: ownCode, text, ...ofServer, ...typeof status === "number" && { status } });
    look2(cause);
    if (Array.isArray(errors)) errors.forEach(look2);
  };
  look2(error2);
  return found.length > 0 ? found : [{ code: "", text: "an error without a message" }];
}
var MAX_ERRORS = 50;
function codesOf({ code: code2, text }) {
  const named2 = text.match(/\b(E[A-Z]{3,}|(EAI|ERR|UND_ERR|HPE|CERT|UNABLE_TO|SELF_SIGNED|DEPTH_ZERO)_\w+)\b/g) ?? [];
  const isAnswer = /AADSTS\d|\bHTTP status \d/.test(text);
  const meant = isAnswer ? [] : Object.keys(IN_OTHER_WORDS).filter((each) => IN_OTHER_WORDS[each]?.test(text));
  const [, status] = text.match(/(?:(?:tunnel\w*|proxy|CONNECT)\b.{0,200}?|HTTP code )(?<![\d.:])([345]\d\d)\b/i) ?? [];
  const ofProxy = status === void 0 ? [] : [`CONNECT_${status}`];
  const [, ofMsal = ""] = text.match(/^([a-z]+_[a-z_]{1,60}): /) ?? [];
  return [code2, ofMsal, text.match(/.*(AADSTS\d{1,9})/)?.[1] ?? "", ...named2, ...meant, ...ofProxy];
}
var IN_OTHER_WORDS = {
  ENOTFOUND: /could not translate host name(?!.*(Temporary|Try again))|Name or service not known|nodename nor servname|No address associated|getaddrinfo failed|no such host|UnknownHost|could not be resolved|could not resolve host|name does not resolve|NAME_NOT_RESOLVED|no data of the requested type|no usable address/i,
  EAI_AGAIN: /name resolution|to address: Try again|\[Errno -\d{1,2}\]|try again later.*resol|server misbehaving/i,
  ECONNREFUSED: /Connection.(to \S{1,300} )?refused|actively refused|couldn't connect to server/i,
  EHOSTUNREACH: /Network is (unreachable|down)|dead network|host was down|address family (not|for hostname)|incompatible with the requested protocol|No route to host|unreachable (host|network)|host (is down|unreachable)|cannot assign requested|requested address is not valid/i,
  ETIMEDOUT: /timed.out\b|timeout (exceeded|during|awaiting|acquiring)|deadline exceeded|(network|operation) timeout|i\/o timeout|handshake timeout|timeout expired|Timeout Error|SocketTimeout|timeout of \d+|due to connection timeout|did not properly respond|Can't reach database server|connection attempt failed/i,
  // An answer of GitHub has the words of its gateways about their own connections.
  ECONNRESET: /^(?!.*Error Code : 5).*((connection|reset) by peer|connection.reset|forcibly closed|Connection (abort|broken)(?!.*got more than)|Remote end closed|other side closed|socket hang up|broken pipe|I\/O error occurred|connection (was|has been) (reset|closed|lost|aborted)|dropped connection on reset|(server|connection) lost|closed (the connection|by remote host)|terminated the handshake|closed connection during|non-properly terminated|SSL_ERROR_SYSCALL|empty reply|IncompleteRead|bad connection|endpoint is not connected|upstream connect error|(reading from|transport) (stream|connection)|could not (send|receive) data(?!.*refused))/i,
  EPERM: /Operation not permitted|PermissionError\(|forbidden by its access permissions|(could not connect|new connection)\b.{0,99} Permission denied/i,
  EMFILE: /Too many open (files|sockets)|buffer space/i
};
var wordsOf = (error2) => symptomsOf(error2)[0]?.text ?? "";
var MAX_READ = 8e3;
var TOO_LONG = /^(.{600}).{20,}(.{400})$/u;
function words(text) {
  return withoutSecrets(text.slice(0, 10 * MAX_READ)).replace(
    TRACEBACK,
    (_all, frames) => `Traceback (${frames.match(/_connect_tls_proxy/)?.[0] ?? frames.match(LAST_FILE)?.[1] ?? "Python"}):
`
  ).slice(0, MAX_READ).replace(/[\s\p{Cc}]+/gu, " ").replace(/eyJ[\w-]{8,}(\.[\w-]*){0,4}|(?<=token["']?\s?[=:]\s?["']?)[\w.~+/-]{20,}/gi, "***").replace(/\bGet Token request returned [^{]*\{.*?"error_description": ?"((?:[^"\\]|\\[^r])*).*$/, "$1").replace(
    /\b\w{1,60}: Error\(s\): .*? - Description: |Certificate verification failed\. This .*?Error detail: /,
    ""
  ).replace(
    MSAL_HTTP,
    (_all, status, body) => body === "Unknown" ? `HTTP status ${status} with an empty answer` : `HTTP status ${status}: ${body}`
  ).replace(
    /; if the root CA is installed locally, try running Node\.js with --use-system-ca|(?<!ERROR:) Certificate verification failed\. This typically happens .*$| - Correlation ID: .*$|(?<!None)(?: Error:)? (?:Run the command below to authenticate |(?:Interactive authentication is needed\.|To re-authenticate,) [Pp]lease run: az login).*$/g,
    ""
  ).trim().replace(TOO_LONG, "$1 \u2026 $2");
}
var TRACEBACK = /^Traceback \(most recent call last\):\r?\n((?:(?:[ \t].*|\S+, ln \d+, in .*|\.{3})(?:\r?\n|$))+)/gm;
function withoutTracebacks(symptom) {
  const [first = symptom.text, ...others] = symptom.text.split(FRAMES).filter((part) => part !== "");
  const last = others.at(-1) ?? first;
  return { ...symptom, text: last.includes(first) ? last : `${first} ${last}` };
}
var FRAMES = / ?(?:(?:ERROR: |CLIInternalError: )?The command failed with an unexpected error\. Here is the traceback:(?: ERROR:)?|Traceback \([^)]{1,300}\):|During handling of the above exception, another exception occurred:|To (?:check existing issues|open an issue), please .*$) ?/;
function withoutLinks(symptom) {
  return { ...symptom, text: symptom.text.replace(/https?:\/\/(aka|docs|go|learn)\.[^\s'"<>]+/gi, "") };
}
var LAST_FILE = /^.*-packages[\\/](\S{1,200}\.py)/s;
var MSAL_HTTP = /\b(?:ManagedIdentityCredential: Authentication failed\. Message )?An? (?:client|server|unknown) error occured\. Http status code: (\d+) Http status message: (.*?) Headers: \{.*$/;

// src/diagnosis/diagnose.ts
var RULES = [
  ...GITHUB,
  ...MANAGED_IDENTITY,
  ...ENTRA,
  ...PROXY,
  ...ENTRA_UNAVAILABLE,
  ...AZURE_CLI,
  ...PRIVATE,
  ...POSTGRES,
  ...NETWORK,
  ...FALLBACKS
];
var diagnose = (error2, context = {}) => diagnoseBy(RULES, error2, context);
function diagnoseBy(rules, error2, context) {
  if (error2 instanceof ActionError) return error2.failure;
  const { rule, symptom } = ruleFor(rules, error2, context) ?? {
    rule: UNKNOWN,
    symptom: { code: "", text: ownWords(error2) }
  };
  const { code: code2 } = rule;
  const page = pageInWords(symptom.text);
  const host = symptom.text.match(NAMED_HOST)?.[0] ?? context.host;
  const { hint, steps, retries } = rule.explain({ ...context, host }, withoutLinks(symptom));
  const hints = symptom.hint && HINTED.includes(code2) ? [step(sentence`Follow the hint: ${quoted(symptom.hint)}`)] : [];
  const first = reachesAll(context) && PASSING.includes(code2) ? [RUN_AGAIN] : hints;
  const where = RUNNER.some((each) => each.code === code2) ? inOurWords("The runner") : peer(context);
  return {
    code: code2,
    message: sentence`${where}: ${quoted(page ? `HTTP status ${symptom.status} with ${page}` : symptom.text)}`,
    hint,
    steps: withPooler([...first, ...steps], context, code2, VAGUE.includes(code2) && !isLocal(context, symptom.text)),
    ...retries !== void 0 && { retries }
  };
}
var NAMED_HOST = /(?<=Pool\(host=')[\w.-]{1,253}|(?<=(FOUND|AGAIN) )[\w-]{1,63}\.actions\.githubusercontent\.com/;
var HINTED = "database-closed data-damaged library-not-found raised-in-database server-error server-fault".split(" ");
var PASSING = "connection-refused connection-timed-out dns-unavailable host-not-found host-unreachable".split(" ");
var RUN_AGAIN = step("Run the job again: GitHub's runners reach this host, unless a VPN or harden-runner stops it.");
var VAGUE = ["unknown", "server-error", "connection-refused", "tls-handshake"];
function withPooler(steps, context, code2, isVague) {
  if (!isPostgres(context) || context.port !== 6432) return steps;
  const others = steps.filter(({ text }) => !text.parts.some((part) => "code" in part && part.code === "port: 5432"));
  const past = step(
    `Port 6432 is that of a pooler (PgBouncer on Azure)${code2 === "connection-refused" ? ", which may be off, and which Burstable servers do not have" : ""}. Set \`port: 5432\` to connect to PostgreSQL directly: its own error says more.`
  );
  return isVague ? [past, ...others] : others.length < steps.length ? steps : [...steps, past];
}
function ownWords(error2) {
  const symptoms = symptomsOf(error2);
  const said = [symptoms[0]?.text, symptoms.at(-1)?.text, symptoms[0]?.code].filter((each) => each !== void 0);
  return said.reduce((words2, each) => words2.includes(each) ? words2 : `${words2} (${each})`);
}
function ruleFor(rules, error2, context) {
  const symptoms = symptomsOf(error2).map((each) => ({ symptom: each, said: withoutLinks(each), codes: codesOf(each) }));
  for (const rule of rules) {
    if (!rule.with.includes(partnerOf(context))) continue;
    const found = symptoms.find(({ said, codes }) => rule.when.some((match) => fits(match, said, codes, context)));
    if (found !== void 0) return { rule, symptom: withoutTracebacks(found.symptom) };
  }
  return void 0;
}
function fits(match, { code: code2, text, status, fatal }, codes, context) {
  if (match.codes === void 0 && code2.startsWith("P0") && !OF_AZURE.test(text)) return false;
  return (match.codes === void 0 || match.codes.split(" ").some((each) => codes.some((one) => isOrStarts(one, each)))) && (match.text === void 0 || match.text.test(text)) && (match.status === void 0 || match.status.some((each) => isOrStarts(`${status}`, `${each}`.replace("xx", "*")))) && (match.signIn === void 0 || match.signIn === context.signIn?.type) && (match.clientId === void 0 || match.clientId.test(clientOf(context.signIn))) && (match.host === void 0 || match.host.test(context.host ?? "")) && (match.atProxy === void 0 || namesProxy(text, context.proxy)) && (match.onGitHub === void 0 || context.onGitHub === true) && (match.fatal === void 0 || match.fatal === fatal);
}
var OF_AZURE = /\b(Entra|AAD|Azure AD|for principal|validate user)\b/i;
function namesProxy(text, proxy) {
  const [host, port2] = proxy?.match(/^(?:https:\/\/)?(.*):(\d+)$/)?.slice(1) ?? [];
  if (host === void 0) return false;
  return text.includes(host) || port2 !== "443" && text.includes(`:${port2}`);
}
var isOrStarts = (code2, expected) => expected.endsWith("*") ? code2.startsWith(expected.slice(0, -1)) : code2 === expected;
var IDENTITY_SOURCES = {
  "azure-cli": "The Azure CLI",
  "managed-identity": "The runner's managed identity"
};
function peer(context) {
  const { with: partner, signIn: signIn2, host, port: port2 = 5432, database } = context;
  const source = partner === "entra" ? IDENTITY_SOURCES[signIn2?.type ?? ""] : void 0;
  const called = inOurWords(source ?? (partner ?? host ? PARTNERS[partnerOf(context)].called : "This action"));
  if (partner === "azure") return sentence`${called} at ${code(hostOf(context))}`;
  if (!isPostgres(context)) return called;
  const server = host === void 0 ? called : sentence`${called} at ${code(`${host}:${port2}`)}`;
  return database === void 0 ? server : sentence`${server}, database ${name(database)}`;
}

// node_modules/@actions/core/lib/command.js
var os = __toESM(require("os"), 1);

// node_modules/@actions/core/lib/utils.js
function toCommandValue(input) {
  if (input === null || input === void 0) {
    return "";
  } else if (typeof input === "string" || input instanceof String) {
    return input;
  }
  return JSON.stringify(input);
}
function toCommandProperties(annotationProperties) {
  if (!Object.keys(annotationProperties).length) {
    return {};
  }
  return {
    title: annotationProperties.title,
    file: annotationProperties.file,
    line: annotationProperties.startLine,
    endLine: annotationProperties.endLine,
    col: annotationProperties.startColumn,
    endColumn: annotationProperties.endColumn
  };
}

// node_modules/@actions/core/lib/command.js
function issueCommand(command, properties, message) {
  const cmd = new Command(command, properties, message);
  process.stdout.write(cmd.toString() + os.EOL);
}
var CMD_STRING = "::";
var Command = class {
  constructor(command, properties, message) {
    if (!command) {
      command = "missing.command";
    }
    this.command = command;
    this.properties = properties;
    this.message = message;
  }
  toString() {
    let cmdStr = CMD_STRING + this.command;
    if (this.properties && Object.keys(this.properties).length > 0) {
      cmdStr += " ";
      let first = true;
      for (const key in this.properties) {
        if (this.properties.hasOwnProperty(key)) {
          const val = this.properties[key];
          if (val) {
            if (first) {
              first = false;
            } else {
              cmdStr += ",";
            }
            cmdStr += `${key}=${escapeProperty(val)}`;
          }
        }
      }
    }
    cmdStr += `${CMD_STRING}${escapeData(this.message)}`;
    return cmdStr;
  }
};
function escapeData(s) {
  return toCommandValue(s).replace(/%/g, "%25").replace(/\r/g, "%0D").replace(/\n/g, "%0A");
}
function escapeProperty(s) {
  return toCommandValue(s).replace(/%/g, "%25").replace(/\r/g, "%0D").replace(/\n/g, "%0A").replace(/:/g, "%3A").replace(/,/g, "%2C");
}

// node_modules/@actions/core/lib/core.js
var os3 = __toESM(require("os"), 1);

// node_modules/@actions/core/lib/platform.js
var import_os = __toESM(require("os"), 1);
var platform = import_os.default.platform();
var arch = import_os.default.arch();

// node_modules/@actions/core/lib/core.js
var ExitCode;
(function(ExitCode2) {
  ExitCode2[ExitCode2["Success"] = 0] = "Success";
  ExitCode2[ExitCode2["Failure"] = 1] = "Failure";
})(ExitCode || (ExitCode = {}));
function setSecret(secret2) {
  issueCommand("add-mask", {}, secret2);
}
function setFailed(message) {
  process.exitCode = ExitCode.Failure;
  error(message);
}
function error(message, properties = {}) {
  issueCommand("error", toCommandProperties(properties), message instanceof Error ? message.toString() : message);
}
function warning(message, properties = {}) {
  issueCommand("warning", toCommandProperties(properties), message instanceof Error ? message.toString() : message);
}
function notice(message, properties = {}) {
  issueCommand("notice", toCommandProperties(properties), message instanceof Error ? message.toString() : message);
}
function info(message) {
  process.stdout.write(message + os3.EOL);
}

// src/text/escape.ts
var HIDDEN2 = new RegExp("[\\p{C}\\p{Zl}\\p{Zp}\\p{Default_Ignorable_Code_Point}]|(?! )\\p{Zs}", "u");
var EACH_HIDDEN = new RegExp(HIDDEN2, "gu");
var PLAIN_NAME = /^[a-z_][a-z0-9_]*$/;
var COMMAND = "##[";
var ESCAPED = new RegExp(`${HIDDEN2.source}|#(?=#\\[)`, "u");
var EACH_ESCAPED = new RegExp(`${ESCAPED.source}|[\\\\"]`, "gu");
var quoteName = (...parts) => parts.map(quotePart).join(".");
function quotePart(name3) {
  if (PLAIN_NAME.test(name3)) return name3;
  return ESCAPED.test(name3) ? unicodeName(name3) : `"${name3.replaceAll('"', '""')}"`;
}
function unicodeName(name3) {
  const body = name3.replace(EACH_ESCAPED, (char) => {
    if (char === "\\" || char === '"') return char + char;
    const hex = codePoint(char);
    return hex.length > 4 ? `\\+${hex.padStart(6, "0")}` : `\\${hex}`;
  });
  return `U&"${body}"`;
}
var SQL_TOKEN = /--[^\n]*|'(?:[^']|'')*'|"(?:[^"]|"")*"/g;
function visibleSql(sql) {
  return sql.replace(
    SQL_TOKEN,
    (token) => token.startsWith('"') && ESCAPED.test(token) ? unicodeName(token.slice(1, -1).replaceAll('""', '"')) : token
  );
}
var PRINTABLE_ASCII = /^[ -~]*$/;
function visible(text) {
  if (PRINTABLE_ASCII.test(text)) return text;
  return text.replace(EACH_HIDDEN, (char) => `<U+${codePoint(char)}>`);
}
function codePoint(char) {
  return (char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
}
function logLine(text) {
  return visible(text).replaceAll(COMMAND, "##\\[").replace(/^(\s*)::/, "$1\\::");
}
var logLines = (text) => linesOf(text).map(logLine);
var linesOf = (text) => text.split(/\r\n|\r|\n/);

// src/log.ts
function say(text) {
  info(logLines(text).join("\n"));
}

// src/text/count.ts
function count(n, one, many = `${one}s`) {
  return `${grouped(n)} ${n === 1 ? one : many}`;
}
var grouped = (n) => String(n).replaceAll(/\B(?=(\d{3})+$)/g, ",");
function series(items, word = "and") {
  const last = items.at(-1) ?? "";
  return items.length < 2 ? last : `${items.slice(0, -1).join(", ")} ${word} ${last}`;
}

// src/text/groups.ts
function groupsOf(items, key) {
  return [...Map.groupBy(items, key).values()];
}
function distinctBy(items, key) {
  return groupsOf(items, key).map(([first]) => first);
}

// src/settings/invalid.ts
var Invalid = class extends Error {
  problem;
  details;
  constructor(problem, details = {}) {
    super("A text is not valid.");
    this.name = "Invalid";
    this.problem = problem;
    this.details = details;
  }
};
function described(text, noun, secrets) {
  const value = text.trim();
  if (PLAIN.test(value) && !secrets.some((secret2) => value.includes(secret2))) return quoted(`"${value}"`);
  return sentence`${noun} (${inOurWords(count(value.length, "character"))})`;
}
var PLAIN = /^([A-Za-z0-9.,* -]{1,40}|([\d.]{7,15}|localhost):\d{1,5}|process\.env\.\w{1,40}|\$[{(]\w{1,40}[)}])$/;
var UNSET_VARIABLE = inOurWords("Check that the variable or secret it comes from is set.");
function parsed(text, parse, refused2) {
  try {
    return parse(text);
  } catch (error2) {
    if (error2 instanceof Invalid) return refused2(error2);
    throw error2;
  }
}

// src/settings/reader.ts
var Mistaken = class extends Error {
};
function readInputs(table, env, read, found = []) {
  const mistakes = [...misspelled(table, env), ...found];
  const value = ifValid(() => read(inputsIn({ table, env, secrets: secretsIn(table, env), mistakes })));
  if (mistakes.length > 0) throw badInput(mistakes, Object.keys(table));
  return value;
}
function ifValid(read) {
  try {
    return read();
  } catch (error2) {
    if (error2 instanceof Mistaken) return void 0;
    throw error2;
  }
}
function all(fields) {
  const read = Object.entries(fields).map(([key, field]) => ifValid(() => [key, field()]));
  const values = read.filter((each) => each !== void 0);
  if (values.length < read.length) throw new Mistaken();
  return Object.fromEntries(values);
}
function inputsIn(reading) {
  const { table, env, secrets, mistakes, entry, source } = reading;
  const inputOf = (name3) => table[name3];
  const use = (name3) => inOurWords(inputOf(name3).use);
  const isSet = (name3) => textIn(env, name3).trim() !== "";
  function given(name3) {
    const own = entry?.values.get(name3);
    if (own === "mistaken") throw new Mistaken();
    const texts = [own?.text, env[variable(name3)]].map((text, n) => ({ text, isInput: n === 1 }));
    return texts.find(({ text }) => text !== void 0 && (text.trim() !== "" || table[name3]?.neverEmpty));
  }
  function mistake(name3, problem, item = "") {
    const isInput = entry === void 0 || given(name3)?.isInput;
    mistakes.push({ name: name3, problem, place: isInput ? void 0 : placeOf(entry, name3, item) });
    throw new Mistaken();
  }
  function read(name3, parse, whenNotSet) {
    const { text, isInput } = given(name3) ?? {};
    if (text === void 0) return readSource(name3, parse, whenNotSet);
    if (text.trim() === "") {
      const advice = isInput ? UNSET_VARIABLE : EMPTY;
      return mistake(name3, paragraph(sentence`${code(name3)} is empty.`, advice, sentence`Use ${use(name3)}.`));
    }
    return parsed(text, parse, ({ problem, details }) => {
      const { item, remedy = sentence`Use ${use(name3)}.`, advice = EMPTY } = details;
      const noun = inOurWords(item === void 0 || item === text.trim() ? "the value" : "an item");
      const subject = inputOf(name3).secrets ? noun : described(item ?? text, noun, secrets);
      return mistake(name3, paragraph(sentence`${code(name3)}: ${subject} ${problem}.`, remedy, advice), item);
    });
  }
  function readSource(name3, parse, whenNotSet) {
    const text = source?.contents()[name3];
    if (source === void 0 || text === void 0) return whenNotSet();
    return parsed(text, parse, ({ problem }) => {
      const override = sentence`To override it, set ${code(name3)} to ${use(name3)}.`;
      return mistake(source.name, sentence`${code(source.name)}: its ${code(name3)} ${problem}. ${override}`);
    });
  }
  return {
    isSet,
    mistake,
    optional: (name3, parse) => read(name3, parse, () => void 0),
    orDefault: (name3, parse) => read(name3, parse, () => parse(inputOf(name3).default ?? "")),
    required: (name3, parse, requiredBy2) => read(name3, parse, () => {
      const isSought = source !== void 0 && isSet(source.name) && name3 in source.contents();
      const inSource = isSought ? sentence`, and ${code(source.name)} does not contain it` : EMPTY;
      const reason = requiredBy2 ? sentence`${requiredBy2} requires it:` : inOurWords("Set it to");
      return mistake(name3, sentence`${code(name3)} is missing${inSource}. ${reason} ${use(name3)}.`);
    }),
    withEntry: (entry2) => inputsIn({ ...reading, entry: entry2 }),
    withContentsOf: (name3, contents) => inputsIn({ ...reading, source: { name: name3, contents } })
  };
}
function placeOf({ place, values }, name3, item) {
  const value = values.get(name3);
  return typeof value === "object" ? { ...place, line: value.items?.get(item) ?? value.line } : place;
}
function secretsIn(table, env) {
  return Object.entries(table).flatMap(([name3, { secrets }]) => secrets?.(textIn(env, name3)) ?? []).filter((secret2) => secret2.trim() !== "");
}
function textIn(env, name3) {
  return env[variable(name3)] ?? "";
}
function variable(name3) {
  return `INPUT_${name3.replaceAll(" ", "_").toUpperCase()}`;
}
function misspelled(table, env) {
  const names = Object.keys(table);
  const known = new Set(names.map(variable));
  const unknown = Object.keys(env).filter((key) => key.startsWith("INPUT_") && !known.has(key));
  return unknown.sort().flatMap((key) => {
    const name3 = key.slice("INPUT_".length).toLowerCase();
    const suggestion = didYouMean(name3, names);
    if (isEmpty(suggestion)) return [];
    return [{ name: name3, problem: sentence`${code(name3)} is not an input of this action. ${suggestion}` }];
  });
}
function badInput(mistakes, order) {
  const distinct = distinctBy(mistakes, (mistake) => JSON.stringify(mistake));
  const { inputs = [], file = [] } = Object.groupBy(distinct, ({ place }) => place ? "file" : "inputs");
  inputs.sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
  file.sort((a, b) => (a.place?.line ?? 0) - (b.place?.line ?? 0));
  const problems = [...inputs, ...file].map(
    ({ place, problem }) => place === void 0 ? problem : sentence`${code(`${place.file}:${place.line}`)}: ${problem}`
  );
  const invalid = new Set(inputs.map(({ name: name3 }) => name3)).size;
  const path = code(file[0]?.place?.file ?? "");
  const parts = [
    invalid > 0 && {
      message: inOurWords(`${count(invalid, "input")} ${invalid === 1 ? "is" : "are"} invalid.`),
      step: "Correct the `with:` block of this step. The README of this action explains every input."
    },
    file.length > 0 && {
      message: sentence`${path} has ${inOurWords(count(file.length, "mistake"))}.`,
      step: sentence`Correct ${path}. The page docs/grants-file.md of this action explains its keys.`
    }
  ].filter((part) => part !== false);
  const more = problems.length - MOST_PROBLEMS;
  return new ActionError(
    failure({
      code: "bad-input",
      message: paragraph(...parts.map(({ message }) => message), inOurWords("Nothing was changed.")),
      problems: more > 0 ? [...problems.slice(0, MOST_PROBLEMS), sentence`There are ${more} more.`] : problems,
      hint: "A value is mistyped, or the variable or secret it comes from is not set.",
      steps: parts.map(({ step: step2 }) => step2)
    })
  );
}
var MOST_PROBLEMS = 100;

// src/mask.ts
function maskInputs(table, env) {
  for (const secret2 of secretsIn(table, env)) {
    setSecret(secret2);
    rememberSecret(secret2);
  }
}
function maskSent(secret2) {
  setSecret(secret2);
  rememberSent(secret2);
  return secret2;
}

// src/text/markdown.ts
function markdownOf(tokens) {
  const joined2 = [];
  for (const token of tokens.filter(({ text }) => text !== "")) {
    const last = joined2.at(-1);
    if (token.code && last?.code) joined2[joined2.length - 1] = { ...token, text: last.text + token.text };
    else joined2.push(token);
  }
  return joined2.map(({ code: code2, text }) => code2 ? codeSpan(text) : text).join("");
}
function codeSpan(text) {
  const shown = visible(text);
  const fence = "`".repeat(longestRun(shown) + 1);
  const pad = /^`|`$|^ .* $/.test(shown) ? " " : "";
  return `${fence}${pad}${shown}${pad}${fence}`;
}
function codeBlock(language, content) {
  const fence = "`".repeat(Math.max(3, longestRun(content) + 1));
  return `${fence}${language}
${content}
${fence}`;
}
function longestRun(text) {
  return (text.match(/`+/g) ?? []).reduce((longest, run2) => Math.max(longest, run2.length), 0);
}

// src/render/pen.ts
var plain = {
  name: quoteName,
  code: visible,
  sentence: (sentence2) => write(sentence2, {
    own: (words2) => words2,
    name: quoteName,
    code: (text) => {
      const shown = visibleLines(visibleSql(text));
      return shown.includes("`") ? shown : `\`${shown}\``;
    },
    quoted: visibleLines
  }).join("")
};
var markdown = {
  name: (...parts) => codeSpan(quoteName(...parts)),
  code: codeSpan,
  sentence: (sentence2) => markdownOf(
    write(sentence2, {
      own: (text) => ({ code: false, text }),
      name: (...parts) => ({ code: true, text: quoteName(...parts) }),
      code: (text) => ({ code: true, text: onOneLine(visibleSql(text)) }),
      quoted: (text) => ({ code: true, text: onOneLine(text) })
    })
  )
};
var cell = {
  ...markdown,
  name: (...parts) => breakable(quoteName(...parts)),
  code: breakable
};
var SHORT = /^[^`|]{1,20}$/;
var PIECES = /[^._@-]{1,12}[._@-]*|[._@-]+/gu;
function breakable(text) {
  if (SHORT.test(text)) return codeSpan(text);
  const pieces = visible(text).match(PIECES) ?? [];
  return `<code>${pieces.map(withoutMarkdown).join("<wbr>")}</code>`;
}
function withoutMarkdown(text) {
  return text.replace(/[^\p{L}\p{N} -]/gu, (char) => `&#${char.codePointAt(0)};`);
}
function write({ parts }, writer) {
  return parts.map((part) => {
    if ("own" in part) return writer.own(part.own);
    if ("name" in part) return writer.name(...part.name);
    if ("code" in part) return writer.code(part.code);
    return writer.quoted(part.quoted);
  });
}
function onOneLine(text) {
  return text.replaceAll(/\s*[\r\n]\s*/g, " ");
}
function visibleLines(text) {
  return linesOf(text).map(visible).join("\n");
}

// src/render/failure.ts
function docsLink({ code: code2 }, docs) {
  return docs === void 0 ? void 0 : `${docs}/troubleshooting.md#${code2}`;
}
function failureLines(failure2, docs) {
  const { code: code2, message, problems = [], hint, steps } = failure2;
  const link = docsLink(failure2, docs);
  return [
    plain.sentence(message),
    ...problems.map((problem) => `- ${plain.sentence(problem)}`),
    isEmpty(hint) ? "" : `Likely cause: ${plain.sentence(hint)}`,
    ...stepLines(steps),
    `Error code: ${code2}${link === void 0 ? "" : ` (${link})`}`
  ].filter((line) => line !== "");
}
function failureBlocks(failure2, docs) {
  const { code: code2, message, problems = [], hint, steps } = failure2;
  const link = docsLink(failure2, docs);
  return [
    `**What happened:** ${markdown.sentence(message)}`,
    problems.map((problem) => `- ${markdown.sentence(problem)}`).join("\n"),
    isEmpty(hint) ? "" : `**Likely cause:** ${markdown.sentence(hint)}`,
    steps.length === 0 ? "" : "**What to do:**",
    stepList(steps),
    `Error code \`${code2}\`${link === void 0 ? "" : ` \xB7 [Troubleshooting](${link})`}`
  ].filter((block) => block !== "");
}
function stepLines(steps) {
  return steps.flatMap(({ text, command }, index) => [
    `${index + 1}. ${plain.sentence(text)}`,
    ...commandLines(command).map((line) => `   ${line}`)
  ]);
}
function stepList(steps) {
  const items = steps.map(({ text, command }, index) => {
    const mark = `${index + 1}. `;
    const item = `${mark}${markdown.sentence(text).trimStart()}`;
    const block = codeBlock("", commandLines(command).join("\n"));
    return command === void 0 ? item : `${item}

${block.replaceAll(/^/gm, " ".repeat(mark.length))}`;
  });
  return items.join("\n");
}
function commandLines(command) {
  return command === void 0 ? [] : linesOf(command).map(visible);
}

// src/start.ts
function start(action, grace = 0) {
  const stopping = new AbortController();
  const { signal } = stopping;
  for (const name3 of ["SIGINT", "SIGTERM"])
    process.on(name3, () => setTimeout(() => stopping.abort(cancelled(name3)), grace));
  for (const event of ["uncaughtException", "unhandledRejection"])
    process.on(event, (thrown) => stopping.abort(thrown instanceof Error ? thrown : new Error(String(thrown))));
  process.stdout.on("error", () => {
  });
  action(process.env, signal).catch(fail).finally(() => {
    if (signal.aborted && !process.exitCode) fail(signal.reason);
    process.stdout.write("", () => process.exit());
  });
}
function fail(error2) {
  setFailed(failureLines(diagnose(error2)).join("\n"));
}

// src/github/step.ts
var import_node_fs = require("node:fs");

// src/render/phrases.ts
var ICONS = {
  "in-sync": "\u2705",
  repaired: "\u{1F527}",
  drift: "\u274C",
  error: "\u26A0\uFE0F"
};

// src/github/run.ts
var GITHUB2 = "https://github.com";
function docsUrl({ GITHUB_SERVER_URL, GITHUB_ACTION_REPOSITORY, GITHUB_ACTION_REF }) {
  if (!GITHUB_ACTION_REPOSITORY || !GITHUB_ACTION_REF) return void 0;
  return `${GITHUB_SERVER_URL || GITHUB2}/${GITHUB_ACTION_REPOSITORY}/blob/${GITHUB_ACTION_REF}/docs`;
}

// src/github/step.ts
function publishFailure(annotate, heading, failure2, env) {
  const docs = docsUrl(env);
  annotate(failureLines(failure2, docs).join("\n"));
  addToSummary(() => `${[heading, ...failureBlocks(failure2, docs)].join("\n\n")}

`, env);
}
var isNoticed = false;
function addToSummary(render, { GITHUB_STEP_SUMMARY: file }) {
  if (file) return void orWarn("write the job summary", () => (0, import_node_fs.appendFileSync)(file, render()));
  if (!isNoticed) notice("There is no job summary, because GITHUB_STEP_SUMMARY is not set. The log has the result.");
  isNoticed = true;
}
function orWarn(what, task) {
  try {
    return task();
  } catch (error2) {
    const why = error2 instanceof Error ? error2.message : String(error2);
    warning(visible(`Could not ${what}: ${why}. This does not change the result of the step.`));
    return void 0;
  }
}

// src/firewall/state.ts
var import_promises3 = require("node:timers/promises");

// src/firewall/obstacles.ts
function notRunning(server, state) {
  if (/inaccessible|Key ?Vault|managed key/i.test(state))
    return [
      "The server is inaccessible: it cannot read its encryption key in Key Vault.",
      "Give the server's identity access to this key again, past the firewall of the vault, too. Enable or restore the key if it is disabled, expired or deleted:",
      azShow({ server }, "dataEncryption")
    ];
  if (state === "Dropping")
    return ["The server is being deleted.", "Set `server-resource-id` to another server, or create this one again."];
  if (/Disabled/i.test(state))
    return [
      "The server is disabled, because its subscription is disabled or the server is being moved.",
      "Look up the state of the subscription:",
      subscriptionState(server)
    ];
  return ["The server is stopped or stopping.", "Start the stopped server:", azServer("start", { server })];
}
var subscriptionState = ({ subscription }) => az("account list --all --refresh", { query: `[?id==\`"${subscription}"\`].state` });
function stillListed(server, rule, seconds) {
  return failure({
    code: "firewall-rule-not-confirmed",
    message: sentence`Azure accepted the deletion of firewall rule ${code(rule)}, but the rule is still there after ${seconds} s.`,
    hint: "Azure's operation failed, or takes longer than this.",
    steps: azureLog(server)
  });
}
function azureLog({ subscription, resourceGroup }) {
  const query = '[?status.value==`"Failed"`].[eventTimestamp, properties.statusMessage]';
  const log = az("monitor activity-log list", { subscription, "resource-group": resourceGroup, offset: "1d", query });
  return ["Azure's log has more details of what failed. An entry appears there after some minutes:", log];
}

// src/firewall/server.ts
var PERMISSIONS = {
  readServer: `${SERVERS}/read`,
  readRules: `${SERVERS}/firewallRules/read`,
  writeRules: `${SERVERS}/firewallRules/write`,
  deleteRules: `${SERVERS}/firewallRules/delete`
};
var RESOURCE_ID = /^\/subscriptions\/([0-9a-f-]{36})\/resourceGroups\/([\p{L}\p{N}_.()-]{1,90})\/providers\/Microsoft\.DBforPostgreSQL\/flexibleServers\/([a-z0-9-]{3,63})$/iu;
function serverIdOf(text) {
  const [, subscription, resourceGroup, name3] = RESOURCE_ID.exec(text) ?? [];
  if (subscription === void 0 || resourceGroup === void 0 || name3 === void 0) return void 0;
  return { subscription, resourceGroup, name: name3 };
}
function ruleIdOf(text) {
  const [, path = "", rule] = /^(.*)\/firewallRules\/([-\w]{1,80})$/.exec(text) ?? [];
  const server = serverIdOf(path);
  return server === void 0 || rule === void 0 ? void 0 : { server, rule };
}

// src/firewall/errors.ts
var diagnoseResourceManager = (error2, context) => diagnoseBy([...PROXY, ...PRIVATE, ...AZURE2, ...NETWORK], error2, { with: "azure", ...context });
var BUSY = /^(?!.*(\bfailed state|\bstate( of [\w ]{1,30}?)?( is)?\W{1,5}(failed|disabled)|\bservice\b.{0,40}\b(busy|unavailable))).*\b(busy|in progress|by another operation|exclusive access|not (in )?(an? )?(ready|succeeded|accessible)|(try|retry)( again| the request( again)?)? (later|in|(after|once|when) (the (server|operation|update)|it is (?!(en|register)))|after (some|a|\d))|wait for|temporarily|maintenance|in the middle|not (yet )?(finish|complet)ed|still active|conflicting state|transitioning|in (a )?transition|undergoing|current state of|modified since|being (?!delet|us)\w+|concurrent|superseded|during (provision|creat|updat|upgrad|scal)\w+|(currently|state|is)\W{1,5}(updating|creating|provisioning|starting|stopping|restarting)|(updat|creat|provision|start)ing\W{1,3}state)\b/i;
var VERSIONS = /supported (?:api-)?versions are/i;
var INSIDE = "use a runner in the server's network (`docs/private-network.md`)";
var RULE = '{"properties":{"startIpAddress":"<address>","endIpAddress":"<address>"}}';
var OWN_ADDRESS = "If the job or the runner sets `AZURE_RESOURCE_MANAGER_URL`, remove it.";
var UNREGISTERED = /'puid' or|service principal.{0,60} not .{0,9}(found|exist|creat|regist)/i;
var USED = /\bresource (\/subscriptions\/[\w.()/-]{1,900})/;
var DOWN = /(?<![\w'-])(stopped|inaccess|not (in )?running)(?!-)|managed key|state.{0,30}\W(Stopp|Disabled|Inacc)/i;
var BEING_DELETED = /\b(being|for) (delet|dropp)|'Deleting'|BeingDeleted|Dropping\b/i;
var DISABLED = /subscription(?!s\/).{0,80}((is|are|has been) (disabled|suspended|expired|not active|not ready|restricted|past due)|not (enabled|permitted|allowed to)|read.only|'(Warned|Disabled|Deleted|PastDue|Suspended|Expired)')/i;
var WHILE_THERE_IS_TIME = { retries: 5 };
var AZURE2 = rulesFor("azure", {
  "azure-mfa-required": [
    { status: [401, 403], text: /(?<![\w./'-])(MFA|multi-?factor authentication)(?![\w./-])/i },
    // not in a name
    "Azure lets a user change resources only after multifactor authentication, which a job cannot do.",
    ({ signIn: signIn2 }) => `${signIn2?.type === "azure-cli" ? "If a person is signed in to the Azure CLI, use `auth-type: oidc`. Otherwise ask" : "Ask"} the owner of the policy in the message to exempt applications, or ${INSIDE}.`
  ],
  "azure-policy": [
    ["RequestDisallowedByPolicy", /by policy|policy violation/i],
    "An Azure policy of the subscription or its management group does not allow this change of a firewall rule.",
    ({ server }, { text }) => /policy(Assign|Def|Set| identifiers)/i.test(text) ? [] : azureLog(server),
    `Ask the owner of the policy for an exemption of the server, or ${INSIDE}.`
  ],
  "azure-deny-assignment": [
    /DenyAssignment|deny assignment/i,
    "A deny assignment of a managed application, a blueprint or a deployment stack forbids this, whatever roles the identity has. The message has the name of what made the assignment.",
    (_context, { text }) => `Ask ${/managed application/i.test(text) ? "the publisher of the managed application to change the server" : /blueprint/i.test(text) ? "the owner of the blueprint to unlock its assignment" : `the owner of the deployment stack to deploy it with \`--deny-settings-excluded-actions ${PERMISSIONS.writeRules} ${PERMISSIONS.deleteRules}\``}, or ${INSIDE}.`
  ],
  "azure-not-from-here": [
    /PrivateLinkAccessRestricted|LocationConditionEvaluationSatisfied|conditional access|network security perimeter|client IP .{0,60}not allowed|(denied|forbidden|blocked) (from|by|for) .{0,40}(?<![./])\b(IP|network|firewall)\b/i,
    (_context, { text }) => `This identity may not use Azure from the runner's network: ${/PrivateLink/.test(text) ? "the network's private link to Azure Resource Manager does not lead to the server's subscription" : "a Conditional Access policy does not allow its address"}.`,
    (_context, { text }) => `Use a runner in another network, or ask ${/PrivateLink/.test(text) ? "the owner of the private link to associate it with the root management group of the tenant" : "the tenant's administrators to allow the address or to exclude the identity from the policy"}.`
  ],
  "resource-locked": [
    /^(ScopeLocked |(?!.* (mov|account|another|progress|later)).*((is|are) locked\b|\b(ReadOnly|CanNotDelete) lock))/i,
    "A lock on the server, its resource group or its subscription does not allow this.",
    "List the locks with their levels:",
    ({ server: { subscription } }) => az("lock list", { subscription, query: "[].[level, id]" }),
    `Delete the lock with \`az lock delete --ids <id>\`, as an owner or a user access administrator, or ${INSIDE}. A \`CanNotDelete\` lock in place of a \`ReadOnly\` lock is enough: under it, this action can make its rule, and close it.`
  ],
  "azure-request-unknown": [
    [
      "InvalidApiVersionParameter UnsupportedApiVersion InvalidResourceType InvalidResourceNamespace NoRegisteredProviderFound",
      { status: [400, 404], text: VERSIONS },
      { status: [404], text: /^HTTP status 404:|No (HTTP resource|action|type) was found/ },
      { status: [405, 501], text: /^HTTP status|\bmethod\b/i }
    ],
    (_context, { text }) => VERSIONS.test(text) ? `Azure does not offer version ${API_VERSION} of its API, which this action uses, in this cloud or in the region of the server.` : "Azure does not know the request: the address is not that of Azure Resource Manager, this cloud does not offer flexible servers, or Azure has a fault.",
    (context, { text }) => {
      const isFirst = context.permission === PERMISSIONS.readServer;
      if (!VERSIONS.test(text)) return isFirst ? [...selectCloud(context), OWN_ADDRESS] : [];
      const id = rulePath(context.server, "github-runner");
      return [
        "Open the firewall without this action: in a job that is signed in to the Azure CLI, run the first command with the public address of the runner, and the second one at the end of the job, with `if: always()`:",
        run(az("resource create --is-full-object", { id, properties: RULE }), az("resource delete", { ids: id }))
      ];
    },
    "Use the newest version of this action. If the error persists, open an issue in its repository, with this message."
  ],
  "provider-not-registered": [
    "MissingSubscriptionRegistration MissingRegistrationForLocation SubscriptionNotRegistered InvalidSubscriptionRegistrationState",
    "The subscription is not registered for the resource provider that the message names, or else for Azure Database for PostgreSQL.",
    "Register this subscription, as a contributor or an owner. When this command has ended, run the job again:",
    ({ server: { subscription } }, { text }) => az("provider register --wait", { namespace: text.match(/namespace '([\w.]+)'/)?.[1] ?? PROVIDER, subscription }),
    "If the server is in another subscription, set `server-resource-id` to its ID there instead."
  ],
  "subscription-disabled": [
    [
      "ReadOnlyDisabledSubscription SubscriptionDisabled RequestDisallowedByAzure DisallowedOperation DisallowedProvider LocationIsOfferRestricted SubscriptionState*",
      { status: [400, 403, 409], text: DISABLED }
    ],
    (_context, { text }) => `${/restricted|disallow|namespace|not (permitted|allowed)/i.test(text) ? "Azure does not allow this change in a subscription of this type or in this region" : "The subscription is disabled: its credit is used up, a payment failed, or it was cancelled"}. Reads can still work.`,
    "See the state of the subscription. If it is not `Enabled`, its owner or billing administrator can reactivate it (https://learn.microsoft.com/azure/cost-management-billing/manage/subscription-disabled). If it is, ask Azure's support to lift the restriction, or use another subscription:",
    ({ server }) => subscriptionState(server)
  ],
  "azure-token-expired": [
    [
      "ExpiredAuthenticationToken",
      /continuous access evaluation|Lifetime validation failed|token (has expired|has been revoked|expiry|not before)/i
    ],
    "The token expired or was revoked before Azure read it, or the runner's clock is wrong.",
    "Run the job again from the start: it has to sign in again.",
    ({ onGitHub }) => onGitHub ? [] : CHECK_CLOCK,
    { retries: 1 }
  ],
  "azure-token-refused": [
    ["InvalidAuthenticationToken* AuthenticationFailed* CrossTenant*", { status: [401] }, /to access linked/],
    (context, { text }) => {
      const { server, signIn: signIn2 } = context;
      const isManaged = signIn2?.type === "managed-identity";
      const isDisabled = /\bdisabled\b/i.test(text);
      if (isDisabled || !isManaged && UNREGISTERED.test(text))
        return [
          `The application's service principal in the subscription's tenant ${isDisabled ? "is disabled" : "does not exist, or is so new that Azure does not know it yet"}.`,
          `${isDisabled ? "Enable the service principal, as an administrator of the tenant, and run" : "Check the client ID and the tenant with which the job signs in. If both are right, create the service principal, give it the role in `docs/firewall.md`, and run"} the job again in a few minutes:`,
          az(isDisabled ? "ad sp update --set accountEnabled=true" : "ad sp create", { id: clientOf(signIn2) })
        ];
      if (/AADSTS/.test(text)) return ["The message has Entra's reason to refuse the token.", ...readNumber(text)];
      if (!/wrong issuer|(cross|current|different|another|owner).tenant/i.test(text))
        return [
          "Azure does not accept the token: it is for a different cloud than this address, for something else than Azure Resource Manager, or from a different tenant than the subscription's.",
          ...selectCloud(context),
          OWN_ADDRESS
        ];
      const tenant = tenantIn(text);
      return [
        "The token is from a different tenant than the subscription's, or `server-resource-id` names the wrong subscription.",
        `${isManaged ? "Use `auth-type: oidc`, because a managed identity has only its own tenant. Set" : "Set"} ${whereIs("tenant-id", context)} to the tenant of the subscription, and ${whereIs("client-id", context)} to an application of that tenant${tenant ? ":" : `. ${WITH_AZ}, see the tenant of the subscription:`}`,
        tenant ?? az("account show", { subscription: server.subscription, query: "tenantId" })
      ];
    }
  ],
  "subscription-not-found": [
    "SubscriptionNotFound InvalidSubscriptionId",
    "Azure finds no subscription with the ID in `server-resource-id`: the ID is wrong, the subscription was deleted, or it belongs to a different tenant or cloud.",
    "Find the subscription in the list of those that you have access to. Then correct `server-resource-id`, or set `tenant-id` and `environment` to its tenant and cloud:",
    az("account list --all --refresh", { output: "table" })
  ],
  "server-not-found": [
    [
      "ServerDifferentSubscription InvalidResource* InvalidServerName ServerNotFound ServerNotExist CannotFindObject ResourceGroupBeingDeleted ServerDropping ServerGroupDropping",
      { status: [404, 410], text: /^(?!FirewallRule|AzureKeyVault)\w+ \(/ },
      { status: [400, 409], text: BEING_DELETED }
    ],
    (_context, { text }) => BEING_DELETED.test(text) ? "The server or its resource group is being deleted, with its firewall rules, or the deletion of an earlier server with this name has not ended." : "The subscription has no resource group or flexible server with this name: the name is misspelt, the server is in another subscription or of another kind, or it is not created yet, or was deleted or moved.",
    ({ permission }, { text }) => `${permission === PERMISSIONS.deleteRules ? "If the server is being deleted, its rules are, too. See whether it is still there" : BEING_DELETED.test(text) ? "Set `server-resource-id` to another server. If you create this one again, run the job when it is `Ready`" : "See the servers of the subscription. If yours has another ID, set `server-resource-id` to that. If it has this ID, run the job again when the server is `Ready`. If it is not in the list, look in your other subscriptions"}:`,
    ({ server: { subscription } }) => az("postgres flexible-server list", { subscription, query: "[].[state, id]" })
  ],
  "azure-not-permitted": [
    [
      "AuthorizationFailed AuthorizationPermissionMismatch LinkedA*",
      { status: [400, 403], text: /(not |un)authorized|not have (permission|auth|access)|access (is )?denied/i }
    ],
    "The identity that signs in has no role that allows this on the server, or on the linked resource in the message. A role does not count if it is on a smaller scope, if it is only eligible (PIM), if its assignment has a condition that is not met, or if the assignment is only minutes old. Azure answers the same if `server-resource-id` is misspelt.",
    allow
  ],
  "server-not-running": [
    ["ServerStoppedError ServerIsStopped ServerDisabled AzureKeyVault*", { status: [400, 409], text: DOWN }],
    ({ server }, { text }) => notRunning(server, text)
  ],
  "server-busy": [
    [
      "ServerIsBusy ServerIsNotReady ServerUnavailableForOperation OperationInProgress AnotherOperationInProgress ConflictError Conflicting* OperationCancelled OperationInterrupted OperationPreempted Retryable* ResourceModified PreconditionFailed CanceledAndSuperseded* AadAuthOperationCannotBePerformedWhenServerIsNotAccessible",
      { codes: "ServerBusy", status: ["4xx"] },
      { status: [400, 409, 412, 423], text: BUSY }
    ],
    "Another operation on the server, or on a resource that it uses, is in progress. It can be maintenance by Azure.",
    ({ permission }, { text }) => `${permission === PERMISSIONS.deleteRules ? "Wait until" : "Run the job again when"} the state is \`${USED.exec(text)?.[1]?.includes(SERVERS) === false ? "Succeeded" : "Ready"}\`:`,
    ({ server }, { text }) => az("resource show", {
      ids: USED.exec(text)?.[1] ?? serverPath(server),
      query: "properties.[state, provisioningState]"
    }),
    WHILE_THERE_IS_TIME
  ],
  "azure-throttled": [
    ["TooManyRequests SubscriptionRequestsThrottled RateLimiting", { status: [429] }],
    "The identity that signs in, the subscription or its tenant has sent more requests than Azure allows in this period.",
    (_context, { text }) => `Run the job again in ${text.match(/after '?(\d{1,5})'? sec/)?.[1]?.concat(" s") ?? "a few minutes"}, and fewer jobs in this subscription at the same time.`,
    WHILE_THERE_IS_TIME
  ],
  "azure-unavailable": [
    [
      "InternalServerError InternalError InternalOperationError ServiceBusy ServiceUnavailable GatewayTimeout ServerTimeout RequestTimeout OperationTimedOut BadGatewayConnection InvalidGatewayHost GatewayAuthenticationFailed ClientCertificateValidationFailure MultipleErrorsOccurred GeneralError UnknownError HttpResponsePayloadAPISpecValidationFailed",
      { status: [408, "5xx"] },
      /Our services aren.t available|\bservice is (temporarily|currently) (unavailable|busy)/i
    ],
    (_context, { text }) => `Azure Resource Manager or the server's resource provider has a fault${/^HTTP status(?!.*Our services)/.test(text) ? ", or a proxy answered in its place" : ""}.`,
    "Run the job again in a few minutes. Azure lists regional outages: https://azure.status.microsoft",
    "If the error persists, see the state of the server. If it is `Ready`, open a support request for the server in the Azure portal, with this message:",
    ({ server }) => azShow({ server }, "state"),
    WHILE_THERE_IS_TIME
  ],
  "firewall-rules-full": [
    ["ResourceQuotaExceeded ResourceCountExceeds*", /^(?=.*rules?\b)(?=.*(maximum(?! length)|limit|quota|too many))/i],
    "The server, or its resource group, has as many firewall rules as Azure allows.",
    "List the rules of the server, and delete those that nothing needs with `az resource delete --ids <id>`:",
    ({ server }) => azFirewall({ server }, "", { method: "get", query: "value[].id" })
  ],
  "azure-refused": [
    { status: ["3xx", "4xx"], text: /HTTP status \d+\)?:/ },
    (context, symptom) => byItsWords("Azure refused the request", "the server's state", ...seeReason(context))(context, symptom),
    "If the reason is not clear, look up Azure's code, or open a support request for the server in the Azure portal: https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/common-deployment-errors"
  ]
});
function seeReason({ permission, server }) {
  if (!permission.endsWith("/read")) return azureLog(server);
  return ["See whether Azure refuses the same to you, and why:", azServer("show", { server })];
}
var SCOPE = /(?:scope\(s\)|(?:over|at) scope) '([^',]{1,1000}?)(?:[',]|\/firewallRules)/i;
var OPERATION = /\/(locations\/|\w{0,40}operation\w{0,40}\/[^ /]{1,200}( |$))/i;
function allow({ permission, server, signIn: signIn2 }, { text }) {
  const needed = text.match(/.*perform action(?:\(s\))? '([\w.]{1,100}\/[\w./]{1,200})'(?! on scope)/)?.[1] ?? permission;
  const named2 = text.match(SCOPE)?.[1] ?? serverPath(server);
  const scope = OPERATION.test(`${needed} ${named2}`) ? `/subscriptions/${server.subscription}` : named2;
  const assignee = text.match(/object id '([0-9a-f-]{36})'/i)?.[1] ?? clientOf(signIn2);
  const readerDoes = needed.endsWith("/read") && !needed.startsWith(SERVERS);
  const definition = {
    Name: "PostgreSQL firewall for a runner",
    Description: "Opens and closes the firewall of a flexible server for one address.",
    Actions: [.../* @__PURE__ */ new Set([...Object.values(PERMISSIONS), needed])],
    AssignableScopes: [scope.split("/", 3).join("/")]
  };
  const isRemoval = permission === PERMISSIONS.deleteRules;
  const verb = isRemoval ? "So that the next job can remove its rule, create" : "Create";
  return [
    readerDoes ? sentence`Assign the role Reader, which has ${code(needed)}, on the scope, as an owner or a user access administrator:` : sentence`${inOurWords(verb)} a role that has ${code(needed)}, and assign it on the scope, as an owner or a user access administrator. If the role exists, write ${code("update")} instead of ${code("create")} in the first command:`,
    run(
      ...readerDoes ? [] : [az("role definition create", { "role-definition": JSON.stringify(definition) })],
      az("role assignment create", { role: readerDoes ? "Reader" : definition.Name, assignee, scope })
    ),
    `${isRemoval ? "" : "Run the job again. "}A new assignment can take ten minutes to work.`
  ];
}

// src/azure/credential.ts
var import_node_async_hooks = require("node:async_hooks");
var import_promises2 = require("node:fs/promises");

// src/https.ts
var VARIABLES = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "HTTP_PROXY", "http_proxy"];
var wayTo = (host, env) => ({
  host,
  proxy: proxyTo(host, env),
  onGitHub: env.RUNNER_ENVIRONMENT === "github-hosted"
});
function proxyTo(host, env) {
  const value = VARIABLES.map((name4) => env[name4]).find(Boolean);
  const { protocol, hostname, port: port2 } = URL.parse(value ?? "") ?? {};
  const name3 = host?.replace(/:\d+$/, "");
  const bypass2 = (env.NO_PROXY || env.no_proxy || "").split(",").map((each) => each.trim());
  const bypassed = (each) => each === "*" || each === name3 || each !== "" && name3?.endsWith(each.replace(/^\*?\.?/, "."));
  if (!hostname || bypass2.some(bypassed)) return void 0;
  return protocol === "https:" ? `https://${hostname}:${port2 || 443}` : `${hostname}:${port2 || 80}`;
}
function checkHttps(env) {
  if (env.NODE_TLS_REJECT_UNAUTHORIZED === "0") throw new ActionError(TLS_CHECKS_OFF);
  const variable3 = VARIABLES.find((name3) => env[name3]);
  if (variable3 === void 0) return;
  try {
    const { protocol, password } = new URL(env[variable3] ?? "");
    rememberSent(decodeURIComponent(password));
    if (/^https?:$/.test(protocol)) return;
  } catch {
  }
  throw new ActionError(
    failure({
      code: "proxy-malformed",
      message: sentence`${code(variable3)} is not the URL of a proxy.`,
      hint: "The value has no `http://` in front of the host, its password contains a character that must be percent-encoded, or it names a SOCKS proxy. SOCKS proxies are not supported: name an HTTP proxy, or unset the variable.",
      steps: [
        "Set the variable for the job, or on the runner, in this form:",
        run(`${variable3}=http://<user>:<password>@<proxy>:<port>`)
      ]
    })
  );
}
function addressIn(variable3, inCloud, env) {
  const address = env[variable3] || inCloud;
  if (URL.parse(address)?.protocol === "https:") return address;
  throw new ActionError(
    failure({
      code: "address-not-https",
      message: sentence`${code(variable3)} is not an ${code("https://")} address.`,
      hint: "The variable is set for the job or on the runner, and replaces the address in the cloud. Secrets and tokens are sent only over TLS.",
      steps: ["Remove the variable from the job and from the runner, or correct it:", run(`${variable3}=${inCloud}`)]
    })
  );
}
var TLS_CHECKS_OFF = failure({
  code: "tls-checks-off",
  message: "`NODE_TLS_REJECT_UNAUTHORIZED` is `0`.",
  hint: "With `NODE_TLS_REJECT_UNAUTHORIZED=0`, Node.js checks no certificates, so anyone on the network could read the token. Nothing was sent.",
  steps: [
    "Remove `NODE_TLS_REJECT_UNAUTHORIZED` from the job's environment. To trust your own certificate authority, set `NODE_EXTRA_CA_CERTS` to the path of its PEM file."
  ]
});
var MAX_BYTES = 16 * 2 ** 20;
function boundAnswer(bytes) {
  if (bytes > MAX_BYTES) throw new Error(`an answer of more than ${MAX_BYTES / 2 ** 20} MiB`);
}

// src/retry.ts
var import_promises = require("node:timers/promises");

// node_modules/p-timeout/index.js
var TimeoutError = class _TimeoutError extends Error {
  name = "TimeoutError";
  constructor(message, options) {
    super(message, options);
    Error.captureStackTrace?.(this, _TimeoutError);
  }
};
var getAbortedReason = (signal) => "reason" in signal ? signal.reason : new DOMException("This operation was aborted.", "AbortError");
var maximumDelay = 2 ** 31 - 1;
var getOptionsError = (milliseconds, customTimers) => {
  if (typeof milliseconds !== "number" || Math.sign(milliseconds) !== 1) {
    return new TypeError(`Expected \`milliseconds\` to be a positive number, got \`${milliseconds}\``);
  }
  if (typeof customTimers?.setTimeout !== "function" || typeof customTimers?.clearTimeout !== "function") {
    return new TypeError("Expected `customTimers` to have a `setTimeout` and a `clearTimeout` function");
  }
};
function pTimeout(promise, options) {
  const {
    milliseconds,
    fallback,
    message,
    customTimers = { setTimeout, clearTimeout },
    signal
  } = options;
  let timer;
  let abortHandler;
  const cancelInput = () => {
    try {
      promise.cancel?.();
    } catch {
    }
  };
  const wrappedPromise = new Promise((resolve, reject) => {
    const abort = () => {
      reject(getAbortedReason(signal));
      cancelInput();
    };
    const optionsError = getOptionsError(milliseconds, customTimers);
    const isAborted = !optionsError && signal?.aborted;
    if (optionsError) {
      reject(optionsError);
    } else if (isAborted) {
      abort();
    }
    promise.then(resolve, reject);
    if (optionsError || isAborted) {
      return;
    }
    if (signal) {
      abortHandler = abort;
      signal.addEventListener("abort", abortHandler, { once: true });
    }
    if (milliseconds > maximumDelay) {
      return;
    }
    const timeoutError = fallback || message === false || message instanceof Error ? void 0 : new TimeoutError(message ?? `Promise timed out after ${milliseconds} milliseconds`);
    timer = customTimers.setTimeout.call(void 0, () => {
      if (fallback) {
        try {
          resolve(fallback());
        } catch (error2) {
          reject(error2);
        }
      } else if (message === false) {
        resolve();
      } else {
        reject(message instanceof Error ? message : timeoutError);
      }
      cancelInput();
    }, milliseconds);
  });
  const cancelablePromise = wrappedPromise.finally(() => {
    try {
      cancelablePromise.clear();
    } catch {
    }
    try {
      if (abortHandler) {
        signal.removeEventListener("abort", abortHandler);
      }
    } catch {
    }
  });
  cancelablePromise.clear = () => {
    if (timer === void 0) {
      return;
    }
    customTimers.clearTimeout.call(void 0, timer);
    timer = void 0;
  };
  return cancelablePromise;
}

// src/retry.ts
var PATIENCE = { firstWait: 5e3, maxTime: 12e4, answerTime: 12e3 };
function noAnswer(milliseconds) {
  const error2 = new Error(`no answer within ${Math.ceil(milliseconds / 1e3)} s`);
  return Object.assign(error2, { code: "ETIMEDOUT" });
}
function within(milliseconds, promise, signal) {
  return pTimeout(promise, { milliseconds, message: noAnswer(milliseconds), ...signal && { signal } });
}
async function retryingFailures(attempt, say2, { firstWait, maxTime }, signal) {
  const end = Date.now() + maxTime;
  for (let attempts = 1; ; attempts++) {
    try {
      return await attempt();
    } catch (error2) {
      signal?.throwIfAborted();
      const { failure: failure2, wait = firstWait * 2 ** (attempts - 1) } = error2 instanceof ActionError ? error2 : {};
      const retries = failure2?.retries ?? 0;
      if (failure2 === void 0 || attempts > retries || Date.now() + wait > end) throw error2;
      const when = `Trying again in ${Math.ceil(wait / 1e3)} s (attempt ${attempts + 1} of ${retries + 1}).`;
      say2(`${plain.sentence(withFullStop(failure2.message))} ${when}`);
      await (0, import_promises.setTimeout)(wait, void 0, { signal }).catch(() => signal?.throwIfAborted());
    }
  }
}

// src/azure/azure-cli.ts
var import_node_path2 = require("node:path");
var import_node_util = require("node:util");
var TIME = 4e4;
async function azureCliToken(scope) {
  const { exec } = await Promise.resolve().then(() => __toESM(require("node:child_process"), 1));
  const command = `az account get-access-token --output json --resource ${scope.replace(/\/\.default$/, "")}`;
  const options = { timeout: TIME, cwd: (0, import_node_path2.dirname)(process.execPath) };
  const { stdout, stderr } = await (0, import_node_util.promisify)(exec)(command, options).catch((error2) => {
    if (error2.killed) throw noAnswer(TIME);
    throw new Error(error2.stderr.trim() || `${error2.message.trim()} (${error2.signal ?? error2.code})`);
  });
  try {
    const { accessToken, expires_on, expiresOn } = JSON.parse(stdout.slice(0, stdout.lastIndexOf("}") + 1));
    if (typeof accessToken !== "string") throw new Error("The Azure CLI gave no token.");
    return { token: accessToken, expiresOnTimestamp: 1e3 * expires_on || Date.parse(expiresOn) };
  } catch (invalid) {
    throw new Error(`${stderr.trim()} ${invalid.message}`.trim());
  }
}

// src/azure/http-client.ts
var import_node_diagnostics_channel = require("node:diagnostics_channel");
(0, import_node_diagnostics_channel.subscribe)("http.client.request.error", (event) => {
  const { error: error2 } = event;
  error2.message ||= wordsOf(error2);
});
async function httpClient() {
  const { createDefaultHttpClient } = await Promise.resolve().then(() => __toESM(require("./azure-identity.cjs"), 1));
  const client = createDefaultHttpClient();
  return {
    sendRequest(request2) {
      request2.onDownloadProgress = ({ loadedBytes }) => boundAnswer(loadedBytes);
      return client.sendRequest(request2);
    }
  };
}

// src/azure/refusals.ts
var refusal = (status, words2, code2 = "") => Object.assign(new Error(`HTTP status ${status}${words2}`), { status, code: code2 });
function notJson(status, type = "", body = "", server = "") {
  const from = server && ` (Server: ${server.slice(0, 100)})`;
  const answer = (words2) => refusal(status, ` with ${words2}${from}`, "NOT_JSON");
  if (!body?.trim()) return answer("an empty answer");
  try {
    JSON.parse(body);
    return void 0;
  } catch {
    const said = withoutSecrets(body);
    const words2 = said.match(/AADSTS\d.{0,400}/)?.[0] ?? said;
    return answer(pageInWords(said, type) ?? `an answer that is not JSON: ${words2}`);
  }
}
function identityRefusal(status, body) {
  if (status < 400) return void 0;
  const { error: error2, error_description, message, Message, ExceptionMessage, code: code2 } = JSON.parse(body) ?? {};
  const words2 = `${error_description ?? message ?? Message ?? ExceptionMessage ?? error2?.message ?? error2 ?? body}`;
  const named2 = `${code2 ?? error2?.code ?? error2}`;
  return refusal(status, /^[A-Z]\w+$/.test(named2) && !words2.includes(named2) ? `: ${words2} (${named2})` : `: ${words2}`);
}

// src/azure/id-token.ts
async function idToken(audience, env, answerTime) {
  try {
    return await within(answerTime, request(audience, env));
  } catch (error2) {
    const host = URL.parse(env.ACTIONS_ID_TOKEN_REQUEST_URL ?? "")?.host;
    throw new ActionError(diagnose(error2, { with: "github", ...wayTo(host, env) }), { cause: error2 });
  }
}
async function request(audience, env) {
  const url = variable2("ACTIONS_ID_TOKEN_REQUEST_URL", env);
  const token = variable2("ACTIONS_ID_TOKEN_REQUEST_TOKEN", env);
  rememberSent(token);
  const { HttpClient } = await Promise.resolve().then(() => __toESM(require("./actions-http-client.cjs"), 1));
  const http = new HttpClient("azure-postgres-grants", [], { allowRedirects: false });
  const response = await http.get(`${url}&audience=${encodeURIComponent(audience)}`, {
    authorization: `Bearer ${token}`,
    accept: "application/json"
  });
  const status = response.message.statusCode ?? 0;
  let body = "";
  for await (const chunk of response.message.setEncoding("utf8")) {
    body += chunk;
    boundAnswer(body.length);
  }
  if (status !== 200)
    throw new Error(`Failed to get ID Token. Error Code : ${status} Error Message: ${wordsIn(body, status)}`);
  const { value } = JSON.parse(body) ?? {};
  if (typeof value !== "string" || value === "") throw new Error("Response json body do not have ID Token field");
  return maskSent(value);
}
function variable2(name3, env) {
  const value = env[name3];
  if (!value) throw new Error(`Unable to get ${name3} env variable`);
  return value;
}
function wordsIn(body, status) {
  try {
    const { errorMessage, message } = JSON.parse(body);
    return String(errorMessage ?? message ?? body.slice(0, 200));
  } catch {
    return notJson(status, "", body)?.message ?? "";
  }
}

// src/azure/credential.ts
function signIn(settings, env, signal, options = {}) {
  const { signIn: how, cloud } = settings;
  const { scope = cloud.postgresScope, patience = PATIENCE } = options;
  for (const secret2 of sentBy(how, env)) rememberSent(secret2);
  if (how.type === "password") return async () => how.password;
  const attempt = () => requestToken(how, cloud, scope, env, patience.answerTime, signal);
  const request2 = () => retryingFailures(attempt, say, patience, signal).catch(throwWithoutRetries);
  let current;
  return async (refused2) => {
    const held = current;
    if (held !== void 0) {
      const { token, expiresOnTimestamp } = await held;
      if (token !== refused2 && expiresOnTimestamp > Date.now() + MARGIN) return token;
      if (current === held) current = void 0;
    }
    current ??= request2();
    return (await current).token;
  };
}
function sentBy(how, { IDENTITY_HEADER = "" }) {
  if (how.type === "password") return [how.password];
  return how.type === "client-secret" ? [how.clientSecret] : [IDENTITY_HEADER];
}
function throwWithoutRetries(error2) {
  if (!(error2 instanceof ActionError) || !error2.failure.retries) throw error2;
  throw new ActionError({ ...error2.failure, retries: 0 }, { cause: error2.cause });
}
var MARGIN = 6e4;
async function requestToken(given, cloud, scope, env, answerTime, signal) {
  const { how, tokenFile } = ofPod(given, env) ?? { how: given };
  let assertion;
  const tokenIn = (file) => (0, import_promises2.readFile)(file, "utf8").then((text) => maskSent(text.trim()));
  const getAssertion = () => {
    assertion ??= tokenFile ? tokenIn(tokenFile) : idToken(cloud.oidcAudience, env, answerTime);
    return assertion;
  };
  const last = { answerTime, type: how.type };
  try {
    checkHttps(env);
    const authorityHost = addressIn("AZURE_AUTHORITY_HOST", cloud.authority, env);
    if (how.type === "oidc") getAssertion().catch(() => {
    });
    const identity = await Promise.resolve().then(() => __toESM(require("./azure-identity.cjs"), 1));
    const options = {
      authorityHost,
      disableInstanceDiscovery: authorityHost !== cloud.authority,
      // only Microsoft's own hosts can be looked up
      httpClient: await watchedClient(),
      retryOptions: { maxRetries: 0 }
      // `retryingFailures` does it, and logs it
    };
    const credential2 = credentialFor(how, identity, options, getAssertion);
    const getToken = () => credential2.getToken(scope);
    const token = await within(TOKEN_TIME, LAST.run(last, getToken), signal);
    if (token === null) throw new Error("Entra gave no token.");
    maskSent(token.token);
    return token;
  } catch (error2) {
    signal?.throwIfAborted();
    const sent = await assertion?.catch((failed) => failed);
    if (sent instanceof ActionError) throw sent;
    if (error2 instanceof ActionError) throw error2;
    const { refusal: refusal2, problem, host } = last;
    const known = refusal2 ?? new AggregateError([problem, error2]);
    const peer2 = { with: "entra", ...wayTo(host, env), cloud, signIn: how };
    const runner = { inApp: env.IDENTITY_HEADER !== void 0, inPod: tokenFile !== void 0 };
    throw new ActionError(diagnose(known, { ...peer2, ...runner, assertion: claimsOf(String(sent)) }), { cause: known });
  }
}
function ofPod(how, env) {
  const { AZURE_CLIENT_ID, AZURE_TENANT_ID: tenantId2, AZURE_FEDERATED_TOKEN_FILE: tokenFile } = env;
  if (how.type !== "managed-identity" || !tenantId2 || !tokenFile) return void 0;
  const clientId2 = how.clientId || AZURE_CLIENT_ID;
  return clientId2 ? { how: { type: "oidc", clientId: clientId2, tenantId: tenantId2 }, tokenFile } : void 0;
}
function credentialFor(how, identity, options, getAssertion) {
  switch (how.type) {
    case "oidc":
      return new identity.ClientAssertionCredential(how.tenantId, how.clientId, getAssertion, options);
    case "client-secret":
      return new identity.ClientSecretCredential(how.tenantId, how.clientId, how.clientSecret, options);
    case "managed-identity":
      return new identity.ManagedIdentityCredential({ ...options, ...how.clientId && { clientId: how.clientId } });
    case "azure-cli":
      return { getToken: (scopes) => azureCliToken(`${scopes}`) };
  }
}
var TOKEN_TIME = 45e3;
var LAST = new import_node_async_hooks.AsyncLocalStorage();
async function watchedClient() {
  const client = await httpClient();
  return {
    async sendRequest(request2) {
      const last = LAST.getStore();
      if (last === void 0) return client.sendRequest(request2);
      request2.timeout = last.answerTime;
      Object.assign(last, { host: new URL(request2.url).host, refusal: void 0, problem: void 0 });
      try {
        const response = await within(last.answerTime, client.sendRequest(request2));
        last.refusal = hiddenBy(response, last.type);
        return response;
      } catch (error2) {
        const late = error2 instanceof Error && error2.name === "AbortError";
        last.problem = late ? noAnswer(last.answerTime) : error2;
        throw error2;
      }
    }
  };
}
function hiddenBy({ status, headers, bodyAsText }, type) {
  if (status === 401 && headers.has("www-authenticate")) return void 0;
  const page = notJson(status, headers.get("content-type"), bodyAsText, headers.get("server"));
  return page ?? (type === "managed-identity" ? identityRefusal(status, `${bodyAsText}`) : void 0);
}

// src/firewall/resource-manager.ts
var PATIENCE2 = { answerTime: 3e4, firstWait: 5e3 };
function resourceManager(login, server, env, stop) {
  const base = new URL(addressIn("AZURE_RESOURCE_MANAGER_URL", login.cloud.resourceManager, env));
  const known = { server, ...wayTo(base.host, env), ...login };
  const token = signIn(login, env, stop, { scope: login.cloud.resourceManagerScope });
  const send = async (request2) => {
    const { method, path, permission, body, onFailure, maxTime = method === "GET" ? 6e4 : 18e4 } = request2;
    const url = new URL(path, base);
    if (url.origin !== base.origin) throw new Error(`${url.origin} is not ${base.origin}.`);
    url.searchParams.set("api-version", API_VERSION);
    let expired;
    const attempt = async () => {
      const bearer = await token(expired);
      const content = body === void 0 ? {} : { body: JSON.stringify(body) };
      try {
        return jsonOf(await answerTo({ method, url: url.href, ...content }, bearer, stop));
      } catch (error2) {
        stop.throwIfAborted();
        const failure2 = diagnoseResourceManager(error2, { ...known, permission });
        onFailure?.(failure2);
        if (failure2.code === "azure-token-expired") expired = bearer;
        throw new ActionError(failure2, { cause: error2, wait: error2.wait });
      }
    };
    return retryingFailures(attempt, say, { ...PATIENCE2, maxTime }, stop);
  };
  return { server, send, stop };
}
async function answerTo(request2, bearer, stop) {
  const pipelines = await Promise.resolve().then(() => __toESM(require("./azure-identity.cjs"), 1));
  const pipeline = pipelines.createPipelineFromOptions({
    retryOptions: { maxRetries: 0 },
    redirectOptions: { maxRetries: 0 }
    // a redirect could take a token elsewhere, or lead away from https
  });
  const headers = { authorization: `Bearer ${bearer}`, "content-type": "application/json" };
  const ending = new AbortController();
  const options = { ...request2, headers: pipelines.createHttpHeaders(headers), abortSignal: ending.signal };
  try {
    const sent = pipeline.sendRequest(await httpClient(), pipelines.createPipelineRequest(options));
    return await within(PATIENCE2.answerTime, sent, stop);
  } finally {
    ending.abort();
  }
}
function jsonOf({ status, headers, bodyAsText }) {
  const wait = 1e3 * Number(headers.get("retry-after") ?? /after '(\d+)' sec/.exec(bodyAsText ?? "")?.[1]) || void 0;
  const page = status < 300 && !bodyAsText ? void 0 : notJson(status, headers.get("content-type"), bodyAsText);
  if (page !== void 0) throw Object.assign(page, { wait });
  const json = JSON.parse(bodyAsText || "{}");
  if (status < 300) return json;
  const { code: code2 = json?.Code ?? "", message = json?.Message ?? bodyAsText } = json?.error ?? json ?? {};
  const more = [json?.error?.details ?? [], json?.error?.additionalInfo ?? []].flat();
  const told = more.filter((one) => one?.message ?? one?.info?.policyAssignmentId);
  const said = told.map(({ code: code3, type, message: message2, info: info2 }) => ` (${code3 ?? type}: ${message2 ?? info2.policyAssignmentId})`);
  const start2 = code2 === "" ? `HTTP status ${status}` : `${code2} (HTTP status ${status})`;
  throw Object.assign(new Error(`${start2}: ${message}${said.join("")}`), { status, code: `${code2}`, wait });
}
function isMissing({ cause }) {
  const { status, code: code2 = "" } = cause;
  return status === 404 && /^((Resource|ResourceGroup|ParentResource)NotFound|FirewallRuleNotExist)$/.test(code2);
}

// src/firewall/requests.ts
async function readRule({ send, server }, rule) {
  try {
    const answer = await send({ method: "GET", path: rulePath(server, rule), permission: PERMISSIONS.readRules });
    return answer;
  } catch (error2) {
    if (error2 instanceof ActionError && isMissing(error2)) return void 0;
    throw error2;
  }
}
async function putRule({ send, server }, rule, address, onFailure) {
  const body = { properties: { startIpAddress: address, endIpAddress: address } };
  await send({ method: "PUT", path: rulePath(server, rule), permission: PERMISSIONS.writeRules, body, onFailure });
}
async function deleteRule({ send, server }, rule) {
  await send({ method: "DELETE", path: rulePath(server, rule), permission: PERMISSIONS.deleteRules });
}

// src/firewall/state.ts
var UNUSED_ADDRESS = "192.0.2.1";
async function removeRule(azure, rule) {
  let lock;
  try {
    await deleteRule(azure, rule);
  } catch (error2) {
    azure.stop.throwIfAborted();
    if (await readRule(azure, rule).catch(() => true) === void 0) return void 0;
    if (!(error2 instanceof ActionError) || error2.failure.code !== "resource-locked") throw error2;
    lock = error2.failure;
    await putRule(azure, rule, UNUSED_ADDRESS);
  }
  if (await isSeen(azure, rule, (found) => found?.properties.startIpAddress === (lock && UNUSED_ADDRESS))) return lock;
  throw new ActionError(stillListed(azure.server, rule, CHANGE_TIME / 1e3));
}
var CHANGE_TIME = 12e4;
var POLL_TIME = 2e3;
async function isSeen(azure, rule, isWanted, maxTime = CHANGE_TIME) {
  for (const end = Date.now() + maxTime; !isWanted(await readRule(azure, rule)); ) {
    if (Date.now() + POLL_TIME > end) return false;
    await (0, import_promises3.setTimeout)(POLL_TIME, void 0, { signal: azure.stop });
  }
  return true;
}

// src/firewall/publish.ts
var FOR_ALL = /^(server-busy|server-not-running|resource-locked|azure-policy|azure-deny-assignment|subscription-disabled|server-not-found)$/;
function leftOpen(server, rules, failure2, env) {
  const noun = inOurWords(rules.length === 1 ? "rule" : "rules");
  const names = listOf(rules.map(({ rule }) => code(rule)));
  const addresses = listOf([...new Set(rules.map(({ address }) => address))].map(code));
  const open = sentence`Firewall ${noun} ${names} of ${code(server.name)} may still let ${addresses} in.`;
  const commands = rules.map(({ rule }) => removal(server, rule));
  const remove = step(sentence`Remove the ${noun}, as someone who may:`, run(...commands));
  const isStopped = failure2.code === "cancelled";
  const others = isStopped || failure2.retries !== void 0 ? [] : failure2.steps;
  const steps = FOR_ALL.test(failure2.code) ? [...failure2.steps, remove] : [remove, ...others];
  const annotate = isStopped ? setFailed : warn;
  publish(annotate, "The firewall may still be open", open, { ...failure2, steps }, env);
}
function closedButLocked(server, rule, lock, env) {
  const closed = sentence`A lock prevents the deletion of firewall rule ${code(rule)}. The rule now allows only ${code(UNUSED_ADDRESS)}, an address that no computer has.`;
  const steps = [...lock.steps, step("Without the lock, delete the rule:", removal(server, rule))];
  publish(warn, "A lock keeps a firewall rule, which is closed", closed, { ...lock, steps }, env);
}
function publish(annotate, title, event, failure2, env) {
  const heading = `### ${ICONS.error} Azure Postgres Grants, firewall \xB7 ${title}`;
  publishFailure(annotate, heading, { ...failure2, message: paragraph(event, failure2.message) }, env);
}
var warn = (lines) => warning(lines, { title: "Firewall of the PostgreSQL server" });
var removal = (server, rule) => az("resource delete", { ids: rulePath(server, rule) });

// src/model/clouds.ts
var CLOUDS = {
  azurecloud: {
    name: "azurecloud",
    authority: "https://login.microsoftonline.com",
    postgresScope: "https://ossrdbms-aad.database.windows.net/.default",
    oidcAudience: "api://AzureADTokenExchange",
    hostSuffix: ".postgres.database.azure.com",
    resourceManager: "https://management.azure.com",
    resourceManagerScope: "https://management.azure.com/.default"
  },
  azureusgovernment: {
    name: "azureusgovernment",
    authority: "https://login.microsoftonline.us",
    postgresScope: "https://ossrdbms-aad.database.usgovcloudapi.net/.default",
    oidcAudience: "api://AzureADTokenExchangeUSGov",
    hostSuffix: ".postgres.database.usgovcloudapi.net",
    resourceManager: "https://management.usgovcloudapi.net",
    resourceManagerScope: "https://management.core.usgovcloudapi.net/.default"
  },
  azurechinacloud: {
    name: "azurechinacloud",
    authority: "https://login.chinacloudapi.cn",
    postgresScope: "https://ossrdbms-aad.database.chinacloudapi.cn/.default",
    oidcAudience: "api://AzureADTokenExchangeChina",
    hostSuffix: ".postgres.database.chinacloudapi.cn",
    resourceManager: "https://management.chinacloudapi.cn",
    resourceManagerScope: "https://management.core.chinacloudapi.cn/.default"
  }
};

// src/settings/values.ts
function choice(choices, otherwise = EMPTY) {
  return (text) => {
    const word = text.trim();
    const found = choices.find((each) => each === word);
    if (found !== void 0) return found;
    const near = didYouMean(word, choices);
    throw new Invalid(inOurWords("is not valid"), { advice: isEmpty(near) ? otherwise : near });
  };
}
function oneOf(choices) {
  const all2 = choices.map((each) => `\`${each}\``);
  return series(all2, "or");
}
var BOOLEAN = { use: oneOf(["true", "false"]), default: "false", inFile: "boolean" };
function cloudName(text) {
  return choice(Object.keys(CLOUDS), GITHUB_ENVIRONMENT)(text.toLowerCase());
}
var GITHUB_ENVIRONMENT = inOurWords("For a GitHub environment, set `jobs.<job_id>.environment` on the job.");
function clientId(text) {
  const id = text.trim();
  if (!GUID.test(id)) throw new Invalid(inOurWords("is not a GUID"));
  if (/^[0-]+$/.test(id)) throw new Invalid(inOurWords("is a placeholder"));
  return id;
}
var objectId2 = (text) => clientId(text).toLowerCase();
var objectIds = eachLine(objectId2);
function tenantId(text) {
  const id = text.trim();
  if (!GUID.test(id) && !DOMAIN.test(id)) throw new Invalid(inOurWords("is not a GUID or a domain name"));
  return id;
}
var DOMAIN = /^[a-z0-9-]+(\.[a-z0-9-]+)+$/i;
function secret(text) {
  return text.replace(/^[\r\n]+|(?<![\r\n])[\r\n]+$/g, "");
}
var SECRET_INPUT = { secrets: (text) => [secret(text)] };
function eachLine(parse) {
  return (text) => {
    return linesOf(text).map((line) => line.trim()).filter((line) => line !== "").map(
      (item) => parsed(item, parse, ({ problem, details }) => {
        throw new Invalid(problem, { item, ...details });
      })
    );
  };
}

// src/settings/server.ts
var SSL_MODES = ["verify-full", "verify-ca", "disable"];
var SERVER_INPUTS = {
  host: { use: "a server name, such as `my-server` or `my-server.postgres.database.azure.com`" },
  port: { use: "a number from 1 to 65535" },
  "ssl-mode": { use: oneOf(SSL_MODES), default: "verify-full" },
  "ssl-root-cert": { use: "CA certificates as PEM text, or the path of a PEM file" }
};
var ONE_SERVER_INPUTS = { ...SERVER_INPUTS, port: { ...SERVER_INPUTS.port, default: "5432" } };
var UNENCRYPTED = sentence`\`ssl-mode\`: \`disable\` sends everything unencrypted. It requires \`password\` and a loopback \`host\` (\`localhost\`, \`127.0.0.1\` or \`::1\`). Use \`verify-full\` or \`verify-ca\`.`;

// src/settings/sign-in.ts
var ENTRA_AUTH_TYPES = ["oidc", "client-secret", "managed-identity", "azure-cli"];
var AUTH_TYPES = [...ENTRA_AUTH_TYPES, "password"];
var ENTRA_SIGN_IN_INPUTS = {
  "auth-type": { use: oneOf(ENTRA_AUTH_TYPES) },
  "client-id": { use: "the application (client) ID of the Entra application, a GUID" },
  "tenant-id": { use: "the ID of the Entra tenant, a GUID, or one of its domain names" },
  "client-secret": { ...SECRET_INPUT, use: "the secret of the service principal" },
  environment: { use: oneOf(Object.keys(CLOUDS)), default: "azurecloud" },
  user: { use: "the PostgreSQL name of the role to sign in as" }
};
var SIGN_IN_INPUTS = {
  ...ENTRA_SIGN_IN_INPUTS,
  "auth-type": { use: oneOf(AUTH_TYPES) },
  password: { ...SECRET_INPUT, use: "the PostgreSQL password of `user`" }
};
function entraFieldsFrom(inputs) {
  return { signIn: () => entraSignInFrom(inputs), cloud: () => cloudFrom(inputs) };
}
function cloudFrom(inputs) {
  return CLOUDS[inputs.orDefault("environment", cloudName)];
}
function entraSignInFrom(inputs, chosen = inputs.optional("auth-type", choice(ENTRA_AUTH_TYPES))) {
  const type = chosen ?? (inputs.isSet("client-secret") ? "client-secret" : "oidc");
  const required = requiredBy(type, inputs);
  const application = {
    clientId: () => inputs.required("client-id", clientId, required),
    tenantId: () => inputs.required("tenant-id", tenantId, required)
  };
  const clientSecret = () => inputs.required("client-secret", secret, required);
  switch (type) {
    case "oidc":
      return { type, ...all(application) };
    case "client-secret":
      return { type, ...all({ ...application, clientSecret }) };
    case "managed-identity":
      return { type, clientId: inputs.optional("client-id", clientId) };
    case "azure-cli":
      return { type };
  }
}
function requiredBy(type, inputs) {
  if (inputs.isSet("auth-type")) return code(`auth-type: ${type}`);
  return type === "oidc" ? sentence`${code("auth-type: oidc")} (the default)` : code(type);
}

// src/firewall/ipv4.ts
var import_node_net3 = require("node:net");
var RESERVED = new import_node_net3.BlockList();
RESERVED.addSubnet("0.0.0.0", 8);
RESERVED.addSubnet("10.0.0.0", 8);
RESERVED.addSubnet("100.64.0.0", 10);
RESERVED.addSubnet("169.254.0.0", 16);
RESERVED.addSubnet("172.16.0.0", 12);
RESERVED.addSubnet("192.168.0.0", 16);
RESERVED.addSubnet("224.0.0.0", 3);

// src/firewall/settings.ts
var { "ssl-mode": _, ...SERVER } = ONE_SERVER_INPUTS;
var FIREWALL_INPUTS = {
  ...ENTRA_SIGN_IN_INPUTS,
  "server-resource-id": {
    use: "the resource ID of a flexible server, such as `/subscriptions/\u2026/resourceGroups/\u2026/providers/Microsoft.DBforPostgreSQL/flexibleServers/my-server`"
  },
  "runner-ip": {
    use: "one public IPv4 address, or the `https://` address of a service that returns the caller's address",
    default: "https://api.ipify.org"
  },
  database: { use: "the name of one database" },
  ...SERVER
};
var parseAzureSettings = (env) => readInputs(FIREWALL_INPUTS, env, (inputs) => all(entraFieldsFrom(inputs)));

// src/firewall/close.ts
async function closeFirewall(env, signal) {
  maskInputs(FIREWALL_INPUTS, env);
  const made = ruleIdOf(env.STATE_rule ?? "");
  if (made === void 0) return say("No firewall rule was made, so there is none to remove.");
  const { server, rule } = made;
  try {
    const azure = resourceManager(parseAzureSettings(env), server, env, signal);
    say(`Removing firewall rule ${rule}. If Azure has not answered the request for it, this takes some minutes.`);
    const appears = () => isSeen(azure, rule, (found) => found !== void 0).catch(() => true);
    if (!await appears()) return say(`Azure has not made firewall rule ${rule}.`);
    let lock = await removeRule(azure, rule);
    if (!env.STATE_answered && await appears()) lock = await removeRule(azure, rule);
    if (lock === void 0) say(`Firewall rule ${rule} is removed.`);
    else closedButLocked(server, rule, lock, env);
  } catch (error2) {
    const address = env.STATE_address ?? "";
    leftOpen(server, [{ rule, address }], diagnose(signal.aborted ? signal.reason : error2), env);
  }
}
var GRACE_TIME = 4e3;
start(closeFirewall, GRACE_TIME);
