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
function info(message) {
  process.stdout.write(message + os3.EOL);
}

// src/model/sentence.ts
var EMPTY = { parts: [] };
function isEmpty({ parts }) {
  return parts.length === 0;
}
function sentence(words2, ...inserted) {
  return joined(words2.flatMap((text, n) => [own(text), inserted[n] ?? EMPTY]));
}
function inOurWords(words2) {
  return own(words2);
}
function sentenceOf(words2) {
  return typeof words2 === "string" ? own(words2) : words2;
}
function own(words2) {
  const parts = words2.split("`").map((text, n) => n % 2 === 1 ? { code: text } : { own: text });
  return { parts: parts.filter((part) => part.own !== "") };
}
function joined(sentences) {
  return {
    parts: sentences.flatMap((each) => (typeof each === "number" ? own(String(each)) : each).parts)
  };
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
function conninfo(parts) {
  const written = (value) => /^[^\s'\\]+$/.test(value) ? value : `'${value.replaceAll(/['\\]/g, "\\$&")}'`;
  return Object.entries(parts).map(([key, value]) => `${key}=${written(`${value}`)}`).join(" ");
}
function az(command, options = {}) {
  const words2 = Object.entries(options).map(([name3, value]) => `--${name3} ${shell(value)}`);
  return run(["az", command, ...words2].join(" "));
}
var SHOW_TENANT = az("account show", { query: "{tenant:tenantId, cloud:environmentName}" });
var GET_TOKEN = run(
  "az account get-access-token --resource-type oss-rdbms --query expiresOn --debug"
);
function azOnServer(command, server, options = {}) {
  return az(`postgres flexible-server ${command}`, { ...idOf(server, "server-name"), ...options });
}
function azServer(command, server, options = {}) {
  return az(`postgres flexible-server ${command}`, { ...idOf(server, "name"), ...options });
}
function azShow(server, query) {
  return azServer("show", server, { query });
}
function azAllow(server, address) {
  return azOnServer("firewall-rule create", server, {
    name: "github-runner",
    "start-ip-address": address,
    "end-ip-address": address
  });
}
function idOf({ server, host: host2 }, option) {
  if (server !== void 0) {
    const { subscription, resourceGroup, name: name4 } = server;
    return { subscription, "resource-group": resourceGroup, [option]: name4 };
  }
  const name3 = host2?.match(/^([a-z0-9-]+)\.postgres\.database\./i)?.[1] ?? "<server>";
  return { "resource-group": "<resource-group>", [option]: name3 };
}
function identifier(name3, unknown) {
  return name3 === void 0 ? unknown : quoteIdentifier(name3);
}

// src/text/secrets.ts
var SECRETS = /* @__PURE__ */ new Set();
var SENT = /* @__PURE__ */ new Set();
var unread = [];
var RUNS = /* @__PURE__ */ new Map();
var MIN_CHARACTERS = 4;
var RUN = 12;
function rememberSecret(value) {
  if (value.length >= MIN_CHARACTERS) SECRETS.add(value);
}
function rememberSent(value) {
  if (value.length < MIN_CHARACTERS || SENT.has(value)) return;
  SENT.add(value);
  unread.push(value);
}
function withoutSecrets(text) {
  const left = [...SECRETS].sort((a, b) => b.length - a.length).reduce((left2, secret2) => left2.replaceAll(secret2, "***"), text);
  return withoutRuns(left);
}
function withoutRuns(text) {
  unread.splice(0).flatMap(formsOf).forEach(addRuns);
  let kept = "";
  let end = 0;
  for (let at2 = 0; at2 < text.length; at2++) {
    for (const [length, runs] of RUNS) {
      if (at2 + length <= end || !runs.has(text.slice(at2, at2 + length))) continue;
      if (at2 >= end) kept += "***";
      end = at2 + length;
    }
    if (at2 >= end) kept += text[at2];
  }
  return kept;
}
function addRuns(form) {
  const length = Math.min(form.length, RUN);
  const runs = RUNS.get(length) ?? /* @__PURE__ */ new Set();
  RUNS.set(length, runs);
  for (let at2 = 0; at2 + length <= form.length; at2++) runs.add(form.slice(at2, at2 + length));
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

// src/diagnosis/rules.ts
function rulesFor(partners, rules) {
  return Object.entries(rules).map(([code2, { when, answer, ...rule }]) => ({
    ...rule,
    code: code2,
    with: [partners].flat(),
    when: [when].flat().map(matchOf),
    explain: (context, symptom) => {
      const [cause, ...next] = typeof answer === "function" ? answer(context, symptom) : answer;
      return { hint: sentenceOf(cause), steps: stepsOf(next) };
    }
  }));
}
function matchOf(condition) {
  if (typeof condition === "string") return { codes: condition };
  return condition instanceof RegExp ? { text: condition } : condition;
}
function partnerOf(context) {
  return context.with ?? "postgres";
}
function isPostgres(context) {
  return partnerOf(context) === "postgres";
}
function hostOf(context) {
  const { host: host2, cloud } = context;
  const partner = partnerOf(context);
  if (host2 !== void 0) return host2;
  if (partner === "postgres") return "<host>";
  if (partner === "azure") return "management.azure.com";
  if (partner === "github-issues") return "api.github.com";
  if (partner === "github") return "<host>.actions.githubusercontent.com";
  return new URL(cloud?.authority ?? "https://login.microsoftonline.com").host;
}

// src/diagnosis/steps.ts
var CHECK_CLOCK = ["On a self-hosted runner, check the clock:", run("timedatectl")];
var LOOK_UP_TENANT = ["Look up the tenant and the cloud:", SHOW_TENANT];
var SELECT_CLOUD = [
  "Set `environment` to the tenant's cloud: `azurecloud`, `azureusgovernment` or `azurechinacloud`.",
  "Look up the cloud:",
  SHOW_TENANT
];
function bypassProxy(context) {
  return ["Or bypass the proxy:", run(`NO_PROXY=${shell(hostOf(context))}`)];
}
function allowInProxy(context) {
  return ["Allow this host in the proxy, or bypass the proxy:", run(`NO_PROXY=${shell(hostOf(context))}`)];
}
function setFullName(context) {
  return ["Set `host` to the server's full name:", azShow(context, "fullyQualifiedDomainName")];
}
function lookAtState(context) {
  return ["If the error persists, look at the server's state:", azShow(context, "state")];
}

// src/diagnosis/entra.ts
var OSSRDBMS = "123cd850-d9df-40bd-94d5-c9f07b7fa203";
var ENTRA = rulesFor("entra", {
  "federated-credential": {
    when: "AADSTS70021 AADSTS700211 AADSTS700213 AADSTS7002131",
    answer: (context, symptom) => [
      MERGE_QUEUE.test(subjectOf(context, symptom)) ? "The job runs for the merge queue. Its branch changes with each run, and so does the subject, so a federated credential for this subject would not match the next run." : "The application has no federated credential for this job. Each branch, tag and environment, and `pull_request`, has its own subject.",
      ...federate(context, symptom)
    ],
    retries: 1
    // a credential created a moment ago is not everywhere yet
  },
  "federated-audience": {
    when: "AADSTS700212",
    answer: (context, symptom) => [
      "The application's federated credential has a different audience. Each cloud has its own audience, and `environment` selects the cloud.",
      ...federate(context, symptom)
    ]
  },
  "federated-subject-case": {
    when: "AADSTS7002138",
    answer: (context, symptom) => [
      "The federated credential's subject differs from the job's only in upper and lower case. The two must be identical.",
      ...federate(context, symptom)
    ]
  },
  "federated-credential-none": {
    when: "AADSTS70025",
    answer: (context, symptom) => [
      "The application in `client-id` has no federated credentials: it is the wrong application, or none were added.",
      ...federate(context, symptom)
    ]
  },
  "federation-not-allowed": {
    when: "AADSTS700223 AADSTS700236 AADSTS700238 AADSTS7002381",
    answer: ({ assertion }) => [
      "A policy of the tenant forbids workload identity federation with this issuer, application or GitHub enterprise.",
      sentence`Ask the tenant's administrators to allow the issuer ${code(issuerOf(assertion))} for this application${enterpriseOf(assertion)}.`,
      "If the message names enterprises, run the workflow in a repository of an organization that belongs to one of them.",
      "Or sign in with `client-secret`, or `auth-type: managed-identity` on a self-hosted runner in Azure."
    ]
  },
  "issuer-unreadable": {
    when: "AADSTS50166 AADSTS501661 AADSTS90061",
    answer: ({ assertion }) => [
      "Entra could not read the keys of the ID token's issuer. For github.com, this is temporary. GitHub Enterprise Server must be reachable from the internet.",
      "Run the job again.",
      "If the error persists, check that the issuer's configuration and keys can be read from the internet:",
      run(
        `curl --fail ${shell(`${issuerOf(assertion).replace(/\/$/, "")}/.well-known/openid-configuration`)}`
      )
    ],
    retries: 3
  },
  "assertion-invalid": {
    when: "AADSTS50006 AADSTS50013 AADSTS50027 AADSTS50048 AADSTS50099 AADSTS50120 AADSTS50146 AADSTS700021 AADSTS700023 AADSTS700027 AADSTS700222 AADSTS700229 AADSTS500131 AADSTS5000811 AADSTS5002727",
    answer: ({ signIn: signIn2 }) => [
      "The ID token that Entra received is not one that GitHub signed: it is missing or was changed on the way.",
      ...signIn2?.type === "azure-cli" ? [
        "Check the azure/login step: the job needs `id-token: write`, or azure/login signs in without a token."
      ] : [],
      "If azure/login runs in this job, set the same `client-id` there.",
      "On a self-hosted runner, check that `ACTIONS_ID_TOKEN_REQUEST_URL` leads to GitHub, and not to a proxy.",
      "Run the job again."
    ]
  },
  "assertion-expired": {
    when: "AADSTS700024 AADSTS500133",
    answer: ({ signIn: signIn2 }) => signIn2?.type === "azure-cli" ? [
      "azure/login signed in with GitHub's ID token, which is valid for five minutes. The Azure CLI cannot renew it.",
      "Use `auth-type: oidc`, which asks for a new ID token when it needs one.",
      "Or run azure/login right before this step."
    ] : [
      "GitHub's ID token had expired when Entra received it. It is valid for five minutes, so the runner's clock is probably wrong.",
      ...CHECK_CLOCK,
      "Run the job again."
    ],
    retries: 1
  },
  "application-not-found": {
    when: "AADSTS700016 AADSTS70001 AADSTS700011",
    answer: ({ signIn: signIn2 }) => [
      "`client-id` and `tenant-id` do not belong together: one is wrong, they are swapped, or the application is in another cloud (`environment`).",
      "Look up the application:",
      az("ad app show", { id: clientOf(signIn2), query: "{name:displayName, clientId:appId}" }),
      ...LOOK_UP_TENANT
    ]
  },
  "service-principal-missing": {
    when: "AADSTS7000229",
    answer: ({ signIn: signIn2 }) => [
      "The application is registered, but has no service principal (enterprise application) in this tenant.",
      "Create the service principal:",
      az("ad sp create", { id: clientOf(signIn2) })
    ]
  },
  "application-disabled": {
    when: "AADSTS1000031 AADSTS7000112 AADSTS7000113",
    answer: ({ signIn: signIn2 }) => [
      "Sign-in is disabled for this application.",
      "Enable sign-in:",
      az("ad sp update", { id: clientOf(signIn2), set: "accountEnabled=true" })
    ]
  },
  "application-not-assigned": {
    when: "AADSTS50105 AADSTS501051",
    answer: [
      "The tenant lets only assigned principals use the resource, and this one is not assigned.",
      "In the Entra admin center, open the enterprise application that the message names, and assign the principal under `Users and groups`."
    ]
  },
  "cross-cloud": {
    when: "AADSTS90038 AADSTS90043 AADSTS90051 AADSTS700030 AADSTS900382 AADSTS900432 AADSTS900439 AADSTS1000104",
    answer: ({ cloud }) => [
      sentence`The tenant is not in ${code(cloud?.name ?? "azurecloud")}, the cloud that this run asked.`,
      ...SELECT_CLOUD
    ]
  },
  "tenant-not-found": {
    when: [
      "AADSTS50029 AADSTS50049 AADSTS50059 AADSTS50107 AADSTS50128 AADSTS50194 AADSTS90002 AADSTS90019 AADSTS90100 AADSTS90124 AADSTS90130 AADSTS900021 AADSTS900023 AADSTS9001023 AADSTS9002332",
      /Invalid tenant id provided/
    ],
    answer: [
      "This cloud has no tenant with this ID or name: `tenant-id` or `environment` is wrong.",
      ...LOOK_UP_TENANT
    ]
  },
  "tenant-restricted": {
    when: "AADSTS50002 AADSTS500021 AADSTS500022 AADSTS5000211 AADSTS500212 AADSTS500213",
    answer: ({ signIn: signIn2 }) => [
      "A proxy in the runner's network, or a policy of the identity's own tenant, allows sign-in only to certain tenants, and this tenant is not one of them.",
      sentence`Ask the administrators of the proxy, or of the tenants' cross-tenant access settings, to allow the tenant ${code(tenantOf(signIn2))}.`,
      "Or use a runner outside this network, such as one of GitHub's own."
    ]
  },
  "application-public": {
    when: "AADSTS700025",
    answer: ({ signIn: signIn2 }) => [
      "The application is registered as a public client, which cannot authenticate with a token or a secret.",
      "Make the application a confidential client:",
      az("ad app update", { id: clientOf(signIn2), "is-fallback-public-client": "false" })
    ]
  },
  "consent-missing": {
    when: "AADSTS65001 AADSTS65004 AADSTS65005 AADSTS90008 AADSTS90093 AADSTS90094 AADSTS90095 AADSTS90099 AADSTS650051 AADSTS650054 AADSTS650056",
    answer: ({ cloud, signIn: signIn2 }) => [
      "This application does not have consent to use Azure Database for PostgreSQL.",
      ...isApplication(signIn2) ? [
        "Give consent, as an administrator of the tenant:",
        az("ad app permission admin-consent", { id: clientOf(signIn2) })
      ] : [
        "Use `auth-type: oidc`, which needs no consent.",
        "Or give consent by signing in once:",
        az("login", { scope: scopeOf(cloud) })
      ]
    ]
  },
  "client-secret-wrong": {
    when: "AADSTS50012 AADSTS70002 AADSTS7000014 AADSTS7000215 AADSTS7000216 AADSTS7000218",
    answer: (context) => [
      "`client-secret` is not a secret of this application. Use the secret's value, not its ID.",
      ...newSecret(context)
    ]
  },
  "client-secret-expired": {
    when: "AADSTS7000222",
    answer: (context) => ["The client secret has expired.", ...newSecret(context)]
  },
  "resource-not-found": {
    when: "AADSTS28002 AADSTS28003 AADSTS50001 AADSTS70011 AADSTS500011 AADSTS650052 AADSTS650053 AADSTS650057 AADSTS901002 AADSTS1002012 invalid_resource",
    answer: ({ cloud }) => [
      sentence`The tenant does not know Azure Database for PostgreSQL by the name it has in ${code(cloud?.name ?? "azurecloud")}: ${code(scopeOf(cloud))}.`,
      ...SELECT_CLOUD
    ]
  },
  "resource-disabled": {
    when: "AADSTS500014",
    answer: [
      "The service principal of Azure Database for PostgreSQL is disabled in this tenant, or the tenant has no active subscription.",
      "Find the service principal that the message names:",
      az("ad sp show", { id: OSSRDBMS, query: "{name:displayName, enabled:accountEnabled}" }),
      "Enable the service principal, as an administrator of the tenant:",
      az("ad sp update", { id: OSSRDBMS, set: "accountEnabled=true" })
    ]
  },
  "conditional-access": {
    when: "AADSTS50005 AADSTS50097 AADSTS50131 AADSTS53000 AADSTS53001 AADSTS53002 AADSTS53003 AADSTS53004 AADSTS53010 AADSTS53011 AADSTS530003 AADSTS530004 AADSTS530031 AADSTS530032 AADSTS530034 AADSTS530035 AADSTS530084 AADSTS530*",
    answer: ({ signIn: signIn2 }) => [
      ...isApplication(signIn2) ? [
        "A Conditional Access policy for workload identities blocks this application, usually because of the runner's address.",
        "Run the job where the policy allows it: a self-hosted runner, or a larger runner with a static IP address."
      ] : [
        "A Conditional Access policy, or the tenant's security defaults, block this sign-in. A policy that requires a managed device is meant for people.",
        "Sign in as an application instead: `auth-type: oidc`."
      ],
      "Ask the tenant's administrators which policy blocked it (Entra admin center, `Sign-in logs`), and ask them to exclude this identity."
    ]
  },
  "managed-identity-arc": {
    when: [
      "unable_to_read_secret_file invalid_secret invalid_file_path invalid_file_extension platform_not_supported www_authenticate_*",
      /unable_to_read_secret_file|AzureConnectedMachineAgent|azcmagent/
    ],
    answer: [
      "Azure Arc proves the machine by a file, which the runner's user must not read.",
      "On Linux, add the runner's user to the group of the agent, then restart the runner's service:",
      run("sudo usermod --append --groups himds <runner-user>"),
      "On Windows, add the user to the local group `Hybrid agent extension applications`."
    ]
  },
  "managed-identity-unavailable": {
    when: [
      /Required metadata header not specified/,
      { signIn: "managed-identity", codes: "NOT_JSON", status: [502, 504] },
      { signIn: "managed-identity", status: [401, 405] },
      /ManagedIdentityCredential.*(Network unreachable|unavailable)|IMDS endpoint|MSI endpoint is not responding|unreachable (network|host)|No Managed Identity endpoint/i,
      /169\.254\.169\.254.*(Max retries|Failed to establish|timed out)/,
      /Failed to connect to MSI(?!.*(\b400\b|Bad Request))/,
      {
        codes: "ECONNREFUSED EHOSTUNREACH EHOSTDOWN ENETUNREACH ETIMEDOUT ENOTFOUND",
        signIn: "managed-identity"
      }
    ],
    answer: (_context, { text }) => [
      BEHIND_PROXY.test(text) ? "A proxy is between the runner and the endpoint that issues tokens for a managed identity, which does not work through a proxy." : "This runner has no endpoint that issues tokens for a managed identity: it is not a machine in Azure, or it has no identity.",
      ...reachIdentity(text)
    ]
  },
  "managed-identity-unknown": {
    when: [
      /Identity not found|Unable to load the proper Managed Identity|Multiple user assigned identities|No MSI found|No (User|System) Assigned (or Delegated )?Managed Identity found|identity has(n't| not|n\u2019t) been assigned/i,
      { signIn: "managed-identity", status: [400, 403] },
      /Failed to connect to MSI.*(\b400\b|Bad Request)|400 Client Error.*localhost:50342/,
      "user_assigned_managed_identity_not_confirmed user_assigned_not_available_at_runtime unable_to_create_*"
    ],
    answer: ({ inApp }, { text }) => [
      "The runner does not have the requested identity: `client-id` is wrong, none is assigned, or there are several and `client-id` does not choose one.",
      ...CLOUD_SHELL.test(text) ? [
        "The identity of Cloud Shell does not work for PostgreSQL. Sign in, and use `auth-type: azure-cli`:",
        run("az login")
      ] : [
        ...inApp || /Unable to load the proper/.test(text) ? LIST_OF_APP : LIST_OF_MACHINE,
        "Set `client-id` to the client ID of a user-assigned identity; omit it for the system-assigned identity.",
        "GitHub-hosted runners have no identity: use `auth-type: oidc` there."
      ]
    ]
  },
  "managed-identity-busy": {
    when: [
      { signIn: "managed-identity", status: [404, 410, 429, "5xx"] },
      { signIn: "managed-identity", codes: "unknown_error ECONNRESET EPIPE" },
      { signIn: "managed-identity", text: /socket hang up/ }
    ],
    answer: [
      "The machine's identity endpoint is starting, being updated or overloaded.",
      "Run the job again.",
      "If the error persists, restart the machine, or create its identity again. In AKS with pod identity, check the pod's label and its `AzureIdentityBinding`."
    ],
    retries: 3
  },
  "entra-busy": {
    when: [
      "AADSTS40010 AADSTS50000 AADSTS50033 AADSTS50087 AADSTS50196 AADSTS70012 AADSTS90006 AADSTS90012 AADSTS90024 AADSTS90025 AADSTS90033 AADSTS90036 AADSTS90055 AADSTS90090 AADSTS90091 AADSTS90092 AADSTS500031 AADSTS501621 temporarily_unavailable service_not_available server_error",
      /Too ?Many ?Requests|being throttled/,
      {
        signIn: "azure-cli",
        text: /\b(429|50[0234])\b.{0,20}(Too Many|Service Unavailable|Gateway|Internal Server)/i
      },
      { status: [408, 410, 429, "5xx"] }
    ],
    answer: [
      "Entra is overloaded or has an outage.",
      "Run the job again.",
      "Look for an outage: https://azure.status.microsoft"
    ],
    retries: 3
  },
  "clock-wrong": {
    when: /Make sure your computer's time|ID token already expires/,
    answer: [
      "The runner's clock is wrong: by this clock, the token had expired when it arrived.",
      ...CHECK_CLOCK,
      "Set the clock, then run the job again."
    ]
  },
  "cli-missing": {
    when: /'az' is not recognized|\baz: (command )?not found/,
    answer: [
      "`auth-type: azure-cli` needs `az` on the runner's PATH.",
      "Use `auth-type: oidc`, which does not need the Azure CLI.",
      "Or install the Azure CLI on the runner: https://aka.ms/azure-cli"
    ]
  },
  "cli-not-signed-in": {
    when: [
      /az login|MSAL (token )?cache|No subscriptions? found|InteractionRequired|subscription (of )?'.*' (doesn't exist|not found)/i,
      "AADSTS16000 AADSTS16001 AADSTS16002 AADSTS16003 AADSTS20001 AADSTS20012 AADSTS20033 AADSTS40008 AADSTS40009 AADSTS40015 AADSTS50014 AADSTS50020 AADSTS50034 AADSTS50053 AADSTS50055 AADSTS50056 AADSTS50057 AADSTS50058 AADSTS50064 AADSTS50072 AADSTS50074 AADSTS50076 AADSTS50078 AADSTS50079 AADSTS50085 AADSTS50089 AADSTS50125 AADSTS50126 AADSTS50127 AADSTS50129 AADSTS50132 AADSTS50133 AADSTS50135 AADSTS50139 AADSTS50140 AADSTS50144 AADSTS50155 AADSTS50158 AADSTS50161 AADSTS50173 AADSTS50187 AADSTS50197 AADSTS51004 AADSTS51006 AADSTS70000 AADSTS70008 AADSTS70016 AADSTS70019 AADSTS70043 AADSTS70044 AADSTS90072 AADSTS160021 AADSTS500121 AADSTS500208 AADSTS700003 AADSTS700020 AADSTS700082 AADSTS700084 AADSTS80* AADSTS81*"
    ],
    answer: [
      "The Azure CLI is not signed in, or its sign-in has expired: after azure/login with OIDC, a sign-in lasts five minutes (AADSTS700024).",
      "Use `auth-type: oidc`, which signs in on its own when necessary.",
      "Or run azure/login in the same job, right before this step."
    ]
  },
  "cli-network": {
    when: {
      signIn: "azure-cli",
      text: /^(?!.*(SSLError|SSL:|ProxyError)).*(HTTPS?ConnectionPool|Max retries exceeded|Failed to establish a new connection|Connection (aborted|reset)|JSON is invalid|Unable to get endpoints|name resolution|have network connection)/
    },
    answer: (context) => [
      "The Azure CLI could not reach Entra: a firewall or a proxy is in the way, or the connection broke.",
      "Check from the runner:",
      run(`curl --include ${shell(`https://${hostOf(context)}`)}`),
      "Behind a proxy, set `HTTPS_PROXY` for the job. If the proxy has its own certificate, set `REQUESTS_CA_BUNDLE` too.",
      "Run the job again."
    ],
    retries: 1
  },
  "cli-no-answer": {
    when: [
      { signIn: "azure-cli", codes: "ETIMEDOUT" },
      { signIn: "azure-cli", text: /Unexpected end of JSON input|is not valid JSON|Unexpected token/ }
    ],
    answer: [
      "The Azure CLI returned no token: it did not answer in time and was stopped, or it printed something else.",
      "Run the same command in a step of the job, to see where it waits:",
      GET_TOKEN,
      "Or use `auth-type: oidc`, which does not need the Azure CLI."
    ]
  }
});
var APP = { "resource-group": "<resource-group>", name: "<app>" };
var MACHINE = { "resource-group": "<resource-group>", name: "<vm>" };
var LIST_OF_APP = [
  "List the identities of the container app, or of the App Service app:",
  run(az("containerapp identity show", APP), az("webapp identity show", APP))
];
var LIST_OF_MACHINE = ["List the identities of the machine:", az("vm identity show", MACHINE)];
var CLOUD_SHELL = /not a supported MSI token audience/;
var BEHIND_PROXY = /HTTP status 50[24] |Required metadata header/;
function reachIdentity(text) {
  const bypass = [
    "If the runner uses a proxy, exclude the identity endpoint from it:",
    run("NO_PROXY=169.254.169.254")
  ];
  if (BEHIND_PROXY.test(text)) return [...bypass, "Run the job again."];
  if (/Failed to connect to MSI.*\b405\b/.test(text))
    return [
      "In a container app, use `auth-type: managed-identity`, which knows the app's identity endpoint.",
      "Or update the Azure CLI to 2.67 or newer."
    ];
  return [
    "On GitHub-hosted runners, use `auth-type: oidc`.",
    "In a container app or an App Service app, give the job the variables `IDENTITY_ENDPOINT` and `IDENTITY_HEADER` of the app.",
    .../ECONNREFUSED/.test(text) ? [] : [
      "On a self-hosted runner in Azure, assign an identity to the machine:",
      az("vm identity assign", MACHINE)
    ],
    ...bypass
  ];
}
var MERGE_QUEUE = /:ref:refs\/heads\/gh-readonly-queue\//;
function isApplication(signIn2) {
  return signIn2?.type !== "azure-cli";
}
function scopeOf(cloud) {
  return cloud?.postgresScope ?? "https://ossrdbms-aad.database.windows.net/.default";
}
function subjectOf({ assertion }, { text }) {
  return claim(assertion, "sub") ?? text.match(/[Ss]ubject:? '([^']{1,300})'/)?.[1] ?? "<subject>";
}
function federate(context, symptom) {
  const { assertion, cloud, signIn: signIn2 } = context;
  const subject = subjectOf(context, symptom);
  const issuer = issuerOf(assertion);
  const audience = claim(assertion, "aud") ?? cloud?.oidcAudience ?? "api://AzureADTokenExchange";
  const id = clientOf(signIn2);
  const compare = [
    sentence`GitHub sent the issuer ${code(issuer)}, the subject ${code(subject)} and the audience ${code(audience)}. A federated credential of ${code("client-id")} must have the same; the issuer has no slash at its end.${immutableForm(subject, assertion)} Find the managed identity of ${code("client-id")}; if this prints nothing, it is an Entra application:`,
    az("identity list", { query: `[?clientId=='${id}'].{name:name, resourceGroup:resourceGroup}` })
  ];
  if (isCustomized(subject)) return [...forCustomized(context, symptom), ...compare];
  if (MERGE_QUEUE.test(subject)) return [...compare, ...forMergeQueue(subject, issuer, audience, id)];
  return [
    ...compare,
    ...createCredential(subject, issuer, audience, id),
    "Run the job again after a minute: a new federated credential can take that long to work."
  ];
}
function isCustomized(subject) {
  return subject !== "<subject>" && !/^repo:[^/:]+\/[^:]+:(ref:|environment:|pull_request$)/.test(subject);
}
function forCustomized(context, symptom) {
  const { assertion, cloud, signIn: signIn2 } = context;
  const subject = subjectOf(context, symptom);
  const audience = claim(assertion, "aud") ?? cloud?.oidcAudience ?? "api://AzureADTokenExchange";
  const api = `/repos/${claim(assertion, "repository") ?? "<owner>/<repository>"}/actions/oidc/customization/sub`;
  return [
    "The repository or its organization has customized the subject. Show which claims it has:",
    run(`gh api ${shell(api)}`),
    ...createCredential(subject, issuerOf(assertion), audience, clientOf(signIn2)),
    "Or return to the subject of GitHub, which the credentials of other jobs may not match:",
    run(`gh api --method PUT ${shell(api)} --field use_default=true`)
  ];
}
function forMergeQueue(subject, issuer, audience, id) {
  const repository = subject.replace(/:ref:.*$/, "");
  const matching = JSON.stringify({
    name: "merge-queue",
    issuer,
    audiences: [audience],
    claimsMatchingExpression: {
      value: `claims['sub'] matches '${repository}:ref:refs/heads/gh-readonly-queue/*'`,
      languageVersion: 1
    }
  });
  return [
    "Add `environment: <environment>` to the job. Its subject is then the same in each run.",
    ...createCredential(`${repository}:environment:<environment>`, issuer, audience, id),
    "Or, without an environment, add one with a claims-matching expression:",
    az("rest", {
      method: "post",
      url: `https://graph.microsoft.com/beta/applications(appId='${id}')/federatedIdentityCredentials`,
      body: matching
    })
  ];
}
function createCredential(subject, issuer, audience, id) {
  const name3 = credentialName(subject);
  return [
    "Add a federated credential to the managed identity:",
    az("identity federated-credential create", {
      "resource-group": "<resource-group>",
      "identity-name": "<identity>",
      name: name3,
      issuer,
      subject,
      audiences: audience
    }),
    "Or to the Entra application:",
    az("ad app federated-credential create", {
      id,
      parameters: JSON.stringify({ name: name3, issuer, subject, audiences: [audience] })
    })
  ];
}
function credentialName(subject) {
  const plain2 = subject.replace(/[^a-z0-9]+/gi, "-");
  return plain2.replace(/^-|-$/g, "").slice(0, 120);
}
var IMMUTABLE = /^repo:([^@/]+)@\d+\/([^@:]+)@\d+/;
function immutableForm(subject, assertion) {
  if (IMMUTABLE.test(subject)) {
    const old = subject.replace(IMMUTABLE, "repo:$1/$2");
    return sentence` The subject has the immutable form of repositories created, renamed or moved since 2026-07-15; a credential for ${code(old)} does not match it.`;
  }
  const [owner, repository] = [claim(assertion, "repository_owner_id"), claim(assertion, "repository_id")];
  if (owner === void 0 || repository === void 0) return EMPTY;
  const immutable = subject.replace(/^repo:([^/]+)\/([^:]+)/, `repo:$1@${owner}/$2@${repository}`);
  return sentence` A credential for the immutable form, ${code(immutable)}, matches only after the repository was switched to it.`;
}
function newSecret({ signIn: signIn2 }) {
  return [
    "Create a new secret, and store its value as the secret that the workflow uses:",
    az("ad app credential reset --append", { id: clientOf(signIn2), query: "password" }),
    "Or use `auth-type: oidc`, which needs no secret."
  ];
}
function enterpriseOf(assertion) {
  const enterprise = claim(assertion, "enterprise");
  return enterprise === void 0 ? EMPTY : sentence` and the enterprise ${code(enterprise)}`;
}
function issuerOf(assertion) {
  return claim(assertion, "iss") ?? "https://token.actions.githubusercontent.com";
}
function tenantOf(signIn2) {
  return signIn2 !== void 0 && "tenantId" in signIn2 ? signIn2.tenantId : "<tenant-id>";
}
function clientOf(signIn2) {
  return signIn2 !== void 0 && "clientId" in signIn2 && signIn2.clientId ? signIn2.clientId : "<client-id>";
}

// src/diagnosis/fallbacks.ts
var UNKNOWN = {
  hint: inOurWords("This action does not recognize this error."),
  steps: stepsOf([
    "Run the job again with `Enable debug logging` ticked.",
    "If the error persists, open an issue in this action's repository, with this message."
  ])
};
var FALLBACKS = [
  ...rulesFor("github", {
    "oidc-unavailable": {
      when: {},
      answer: [
        "GitHub's OIDC endpoint is overloaded, or the connection to it broke.",
        "Run the job again.",
        "Look for an outage of Actions: https://www.githubstatus.com"
      ],
      retries: 3
    }
  }),
  ...rulesFor("entra", {
    "entra-answer-unreadable": {
      when: [
        { codes: "NOT_JSON", status: ["2xx", "3xx"] },
        "AADSTS900561 network_error endpoints_resolution_error openid_config_error post_request_failed",
        /an answer of more than \d+ MiB|fetch failed/
      ],
      answer: (context) => [
        "A proxy or firewall between the runner and Entra blocked or changed the request or the answer. An HTML page comes from the proxy itself. An empty answer was cut off on the way.",
        "Run the job again.",
        "If the error persists, see what answer the runner gets:",
        run(`curl --include ${shell(`https://${hostOf(context)}`)}`),
        ...allowInProxy(context)
      ],
      retries: 2
    },
    "entra-refused": {
      when: [/AADSTS\d/, "invalid_* unauthorized_client untrusted_authority url_parse_error"],
      answer: ({ signIn: signIn2 }, { text }) => {
        const number = text.match(/.*AADSTS(\d{1,9})/)?.[1];
        return [
          "Entra refused the sign-in for a reason that this action does not recognize.",
          ...number === void 0 ? [] : [`Look up the number: https://login.microsoftonline.com/error?code=${number}`],
          ...signIn2?.type === "azure-cli" ? ["Run azure/login right before this step, or use `auth-type: oidc`."] : ["Check `client-id`, `tenant-id` and `environment`:", SHOW_TENANT]
        ];
      }
    },
    "cli-failed": {
      when: { signIn: "azure-cli" },
      answer: [
        "The Azure CLI itself failed: perhaps its installation or its files in `~/.azure` are damaged, or another job is using them.",
        "On a self-hosted runner, update the Azure CLI, and give each job a separate configuration:",
        run('AZURE_CONFIG_DIR="$RUNNER_TEMP/azure"'),
        "Run the same command in a step of the job:",
        GET_TOKEN,
        "Or use `auth-type: oidc`, which does not need the Azure CLI."
      ],
      retries: 1
      // another job may have held the files
    }
  }),
  ...rulesFor("postgres", {
    "server-error": {
      when: "0* 1* 2* 3* 4* 5* 7* F0* HV* P0*",
      answer: (context, symptom) => [
        "The server refused the request for a reason that this action does not recognize. A setting or an SQL feature that is unknown to it needs another version of PostgreSQL.",
        sentence`Look up SQLSTATE ${code(symptom.code)}: https://www.postgresql.org/docs/current/errcodes-appendix.html`,
        "Look at the server's log around this time:",
        azOnServer("server-logs list", context)
      ]
    }
  })
];

// src/diagnosis/github.ts
var GITHUB = rulesFor("github", {
  "oidc-not-permitted": {
    when: /Unable to get ACTIONS_ID_TOKEN_REQUEST_(URL|TOKEN)|permissions? to (generate|get|issue) id[ _]token/i,
    answer: [
      "The job has no permission to ask for an ID token: it lacks `id-token: write`, or it runs for a pull request from a fork, which never gets one.",
      "Add this to the job. It replaces the workflow's `permissions`. If this is a reusable workflow, also add it to the job that calls it.",
      run("permissions:\n  id-token: write\n  contents: read"),
      "For pull requests from forks, run this job after the merge."
    ]
  },
  "oidc-no-token": {
    when: /do not have ID Token field|is not valid JSON|Unexpected end of JSON|Error Code : 3\d\d/,
    answer: [
      "The answer at `ACTIONS_ID_TOKEN_REQUEST_URL` did not come from GitHub's OIDC endpoint: perhaps a proxy answered instead.",
      "Let the runner reach GitHub without the proxy:",
      run("NO_PROXY=.actions.githubusercontent.com"),
      "Run the job again."
    ]
  },
  "oidc-refused": {
    when: /Failed to get ID Token.*Error Code : 4(?!29)\d\d/,
    answer: (_context, { text }) => {
      if (/Error Code : 401/.test(text))
        return [
          "GitHub no longer accepts the token that it gave this job for requesting an ID token: it has expired, or the job has ended.",
          "Run the job again. In a long job, run this step early, or in a job of its own.",
          "If the error persists, look for a step that sets `ACTIONS_ID_TOKEN_REQUEST_URL` or `ACTIONS_ID_TOKEN_REQUEST_TOKEN`."
        ];
      return [
        "GitHub does not issue this ID token, for the reason in its message.",
        "Look for a step that sets `ACTIONS_ID_TOKEN_REQUEST_URL` or `ACTIONS_ID_TOKEN_REQUEST_TOKEN`: both must be as GitHub set them, with all parameters of the URL.",
        "Run the job again, if there is no such step."
      ];
    }
  }
});

// src/diagnosis/network.ts
var import_node_net = require("node:net");

// src/diagnosis/proxy.ts
var HTTPS = ["entra", "github", "azure", "github-issues"];
var PROXY = rulesFor(HTTPS, {
  "proxy-not-found": {
    when: [
      { atProxy: true, codes: "ENOTFOUND EAI_AGAIN" },
      /tunneling socket could not be established, cause=getaddrinfo|ProxyError.*(\[Errno (-\d|8\b|1100\d)|name resolution|Failed to resolve)/
    ],
    answer: ({ proxy }) => [
      "The runner's DNS server does not know the name of the proxy in `HTTPS_PROXY`.",
      "Correct or remove `HTTPS_PROXY` in the workflow and, on a self-hosted runner, in its `.env` file.",
      "Check the name on the runner:",
      run(`nslookup ${shell(proxy?.replace(/:\d+$/, "") ?? "<proxy>")}`)
    ]
  },
  "proxy-refused": {
    when: [
      { atProxy: true, codes: "ECONNREFUSED EHOSTUNREACH ENETUNREACH EHOSTDOWN" },
      /tunneling socket could not be established|when HTTP Tunneling|proxy authentication required|ProxyError|Proxy connection ended|Tunnel connection failed/i,
      "HPE_* UND_ERR_PRX_TLS",
      { codes: "NOT_JSON", status: ["4xx", "5xx"] }
    ],
    answer: (context, { text }) => {
      if (/\b407\b|proxy authentication required/i.test(text))
        return [
          "The proxy between the runner and this host asks for a sign-in.",
          "Add the sign-in to the variable:",
          run("HTTPS_PROXY=http://<user>:<password>@<proxy>:<port>"),
          ...bypassProxy(context)
        ];
      if (NO_PROXY_ANSWERS.test(text))
        return [
          "No HTTP proxy answers at the address in `HTTPS_PROXY`, or it broke the connection.",
          "Check the proxy on the runner. In a container, `127.0.0.1` is the container itself:",
          run(
            `curl --head --proxy ${shell(context.proxy === void 0 ? "<proxy>" : `http://${context.proxy}`)} ${shell(`https://${hostOf(context)}`)}`
          ),
          "Start the proxy, or correct `HTTPS_PROXY`: it must name an HTTP proxy (`http://<proxy>:<port>`), not a SOCKS proxy.",
          ...bypassProxy(context)
        ];
      return [
        "A proxy between the runner and this host does not allow the connection.",
        ...allowInProxy(context),
        "If the proxy asks for a sign-in, add it to the variable:",
        run("HTTPS_PROXY=http://<user>:<password>@<proxy>:<port>")
      ];
    }
  }
});
var NO_PROXY_ANSWERS = /cause=|ECONNREFUSED|E(HOST|NET)\w+|Connection refused|Connection ended|closed connection|reset by peer|timed out|Parse Error/i;

// src/diagnosis/network.ts
var EVERYWHERE = ["postgres", "entra", "github", "azure", "github-issues"];
var ON_THE_WAY = rulesFor(EVERYWHERE, {
  "host-not-found": {
    when: [
      "ENOTFOUND ENODATA EAI_NONAME",
      /getaddrinfo (ENOTFOUND|EAI_AGAIN [\w-]+$)|could not translate host name/
    ],
    answer: (context) => [
      "The runner's DNS server does not know this host name. The name of a server in a virtual network resolves only inside that network.",
      ...atPostgres(context, [
        ...setFullName(context),
        "For a server in a virtual network, use a runner in that network, with the private DNS zone linked to it."
      ])
    ]
  },
  "dns-unavailable": {
    when: ["EAI_* ESERVFAIL EREFUSED", /getaddrinfo EAI_|query\w+ E(SERVFAIL|REFUSED|TIMEOUT)/],
    answer: (context) => [
      "The runner's DNS server did not answer.",
      "Run the job again.",
      "On a self-hosted runner, check its DNS:",
      run(`nslookup ${shell(hostOf(context))}`)
    ],
    retries: 2
  },
  "too-many-files": {
    when: ["EMFILE ENFILE ENOBUFS ENOMEM", /\bE[MN]FILE\b|Too many open files/],
    answer: [
      "The runner's process, or the whole machine, cannot open more files and sockets.",
      "On a self-hosted runner, look at the limit, and raise it (`LimitNOFILE` of its service):",
      run("ulimit -n"),
      "Run fewer jobs at the same time on this machine. Then run the job again."
    ],
    retries: 1
  },
  "connection-not-allowed": {
    when: /\b(connect|socket|bind) E(PERM|ACCES)\b|Operation not permitted/,
    answer: (context) => [
      "The runner's own machine does not allow this connection: a sandbox, a local firewall, SELinux or a virus scanner.",
      sentence`Allow the runner's user to connect to ${code(`${hostOf(context)}:${isPostgres(context) ? context.port ?? 5432 : 443}`)} in the machine's firewall.`,
      "Or run the job outside the sandbox or container."
    ]
  },
  "connection-lost": {
    when: [
      "08* ECONNRESET EPIPE ECONNABORTED ENETRESET ENOTCONN ECANCELED ERR_STREAM_* ERR_SOCKET_CLOSED* UND_ERR_SOCKET",
      /(read|write) ETIMEDOUT|Connection terminated(?! due to connection timeout)|is not queryable|ECONNRESET|EPIPE|socket hang up|server closed the connection|other side closed|before secure TLS connection was established|EOF occurred in violation of protocol|unexpected.eof|SSL SYSCALL error|closed unexpectedly|Premature close|^(aborted|terminated)$/i
    ],
    answer: (context) => [
      "The connection broke: the peer is restarting or failing over, or something in between cut it.",
      ...isPostgres(context) ? ["Run the job again: what was granted stays granted.", ...lookAtState(context)] : ["Run the job again.", ...reachable(context)]
    ],
    retries: 3
  },
  "connection-timed-out": {
    when: [
      "ETIMEDOUT ESOCKETTIMEDOUT UND_ERR_CONNECT_TIMEOUT UND_ERR_HEADERS_TIMEOUT UND_ERR_BODY_TIMEOUT ERR_SOCKET_CONNECTION_TIMEOUT ERR_TLS_HANDSHAKE_TIMEOUT",
      /timeout expired|ETIMEDOUT|Connection timed out|due to connection timeout|(Connect|Headers|Body) Timeout Error|TLS handshake timeout/
    ],
    answer: (context) => [
      isPostgres(context) ? "Nothing answered: a firewall drops the packets, public access is off, or the server is stopped." : context.proxy === void 0 ? "Nothing answered: a firewall drops the packets, or the runner needs a proxy." : "Nothing answered: neither this host nor the proxy in `HTTPS_PROXY`, or a firewall drops the packets.",
      ...atPostgres(context, [
        "Look at the server's state and network:",
        azShow(context, "{state:state, publicAccess:network.publicNetworkAccess}"),
        "If public access is `Disabled`, use a runner in the server's network.",
        "If it is `Enabled`, allow the runner's address:",
        azAllow(context, "<address>"),
        `On a self-hosted runner, allow outbound TCP to port ${context.port ?? 5432}. PostgreSQL uses no HTTP proxy.`
      ])
    ],
    retries: 1
  },
  "connection-refused": {
    when: ["ECONNREFUSED", /ECONNREFUSED/],
    answer: (context) => isPostgres(context) && /^(localhost|127(\.\d+){3}|::1)$/.test(context.host ?? "") ? [
      "`host` is the machine or the container of the job, and nothing listens on this port there.",
      ...setFullName(context),
      "If a tunnel leads to the server, start it in the same job, outside a container, and set `host: 127.0.0.1`."
    ] : [
      isPostgres(context) ? "The host exists, but nothing listens on this port: the server is restarting or stopped, or the port is wrong." : "Nothing listens at this address, or a firewall in between refuses the connection.",
      ...atPostgres(context, [
        "Look at the server's state:",
        azShow(context, "state"),
        "If the server is stopped, start it. Then run the job again."
      ])
    ],
    retries: 1
  },
  "host-unreachable": {
    when: [
      "EHOSTUNREACH ENETUNREACH EADDRNOTAVAIL EHOSTDOWN ENETDOWN ENONET EAFNOSUPPORT",
      /EHOSTUNREACH|ENETUNREACH|No route to host|Network is unreachable/
    ],
    answer: (context, { text }) => {
      if (/E(HOST|NET)UNREACH [0-9a-f]*:[0-9a-f]*:/i.test(text))
        return [
          "The address is an IPv6 address, and the runner's network has no IPv6, as GitHub's own has none.",
          "See whether the name has an IPv4 address:",
          run(`nslookup ${shell(hostOf(context))}`),
          "If it has none, set `host` to a name that has one, or use a runner in a network with IPv6."
        ];
      return [
        "The runner's network has no route to this address: it is a private address, or the network has only IPv6.",
        ...atPostgres(context, ["Use a runner in the server's network."])
      ];
    },
    retries: 1
  },
  "tls-wrong-host": {
    when: [
      "ERR_TLS_CERT_ALTNAME_INVALID",
      /does not match certificate's altnames|Hostname mismatch|hostname '.*' doesn't match/
    ],
    answer: (context) => [
      "The certificate is for a different name, so this might not be your server. Nothing secret was sent.",
      ...atPostgres(context, [
        ...setFullName(context),
        ...(0, import_node_net.isIP)(context.host ?? "") > 0 ? [
          "Azure's certificates do not contain IP addresses. Use the server's name, with a private endpoint too."
        ] : [
          "Do not use an alias (CNAME) or a `privatelink` name.",
          "If you must use one, set `ssl-mode: verify-ca`, which checks everything except the name."
        ]
      ])
    ]
  },
  "tls-expired": {
    when: ["CERT_HAS_EXPIRED CERT_NOT_YET_VALID", /certificate (has expired|is not yet valid)/],
    answer: (context) => [
      "The certificate is not valid today, or the runner's clock is wrong. Nothing secret was sent.",
      "Check the runner's clock:",
      run("date"),
      "Look at the certificate's dates:",
      run(look(context, " | openssl x509 -noout -dates"))
    ]
  },
  "tls-unknown-authority": {
    when: [
      "UNABLE_TO_VERIFY_LEAF_SIGNATURE SELF_SIGNED_CERT_IN_CHAIN DEPTH_ZERO_SELF_SIGNED_CERT UNABLE_TO_GET_ISSUER_CERT UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
      /unable to verify the first certificate|self.signed certificate|unable to get (local )?issuer certificate|certificate.verify.failed(?!.*too weak)/i
    ],
    answer: (context) => [
      "The runner does not trust the authority of this certificate: a proxy inspects TLS, or this is not the server. Nothing secret was sent.",
      "See who issued the certificate:",
      run(look(context, " | openssl x509 -noout -issuer -subject")),
      ...isPostgres(context) ? [
        context.ownAuthority ? "`ssl-root-cert` is in use, and does not contain this authority. Set it to the authority's certificate, or omit it for an Azure server." : "If the authority is yours, pass its certificate in `ssl-root-cert`."
      ] : [
        "If the authority is yours, set this where the runner starts, or in the step's `env`:",
        run(
          `${context.signIn?.type === "azure-cli" ? "REQUESTS_CA_BUNDLE" : "NODE_EXTRA_CA_CERTS"}=<path-to-pem>`
        )
      ]
    ]
  },
  "tls-certificate": {
    when: [
      /(key|md|digest algorithm) too (weak|small)(?<!dh key too small)/i,
      "CERT_* CRL_* INVALID_CA INVALID_PURPOSE PATH_LENGTH_EXCEEDED UNABLE_TO_* ERROR_IN_CERT* ERR_TLS_CERT_*"
    ],
    answer: (context, { text }) => {
      if (/too (weak|small)/i.test(text))
        return [
          "The key or the signature of the certificate, or of its authority, is too weak. Trusting it in addition does not help. Nothing secret was sent.",
          "Replace the certificate with one that has an RSA key of at least 2048 bits and a SHA-256 signature. If a proxy inspects TLS, the certificate is the proxy's.",
          "Look at the certificate:",
          run(look(context, " | openssl x509 -noout -text"))
        ];
      return [
        "The certificate is not valid. Nothing secret was sent.",
        "Look at the certificate:",
        run(look(context))
      ];
    }
  },
  "tls-handshake": {
    when: [
      "ERR_SSL_* EPROTO*",
      /error establishing an SSL connection|EPROTO|wrong version number|SSLError|SSL routines/
    ],
    answer: (context, { text }) => {
      const seeWhatAnswers = ["See what answers on the port:", run(look(context))];
      if (HOST_NOT_ALLOWED.test(text))
        return [
          "A firewall or proxy that inspects TLS does not allow this host, or nothing has this name there.",
          sentence`Allow ${code(hostOf(context))} in the firewall or proxy of the runner's network.`,
          ...seeWhatAnswers
        ];
      if (CLIENT_CERTIFICATE.test(text))
        return [
          "The other side expects a client certificate, or does not trust the runner's. Azure's servers ask for none, so this is a different server, or something is in between.",
          isPostgres(context) ? "Check `host` and `port`." : sentence`Let the runner reach ${code(hostOf(context))} without the gateway or proxy that asks for a client certificate.`,
          ...seeWhatAnswers
        ];
      if (OLD_TLS.test(text))
        return [
          "The other side's TLS is too old or too weak for the runner: an old version (below TLS 1.2), a weak key (Diffie-Hellman of 1024 bits, for example) or renegotiation without RFC 5746. A proxy that inspects TLS is a frequent reason.",
          "See who answers, and with which TLS:",
          run(look(context)),
          ...isPostgres(context) ? [
            "If it is not an Azure server, let its administrator enable TLS 1.2 or newer with strong keys."
          ] : [
            "If it is a proxy, have it updated, or bypass it:",
            run(`NO_PROXY=${shell(hostOf(context))}`)
          ]
        ];
      return [
        "The two sides cannot agree on TLS: what answers may not speak TLS at all, because a different service listens on this port, or a proxy is in between.",
        ...context.proxy === void 0 ? [] : [
          sentence`Check that \`HTTPS_PROXY\` begins with \`http://\`, as for most proxies, and leads to an HTTP proxy: ${code(context.proxy)}.`
        ],
        ...seeWhatAnswers
      ];
    }
  }
});
var PRIVATE = rulesFor(["postgres", "azure"], {
  "server-is-private": {
    when: /^(?!.*disallowed by policy).*(public network access.{0,30}(disabled|denied)|deny public network access|private access enabled server)/i,
    answer: [
      "The server's public access is disabled, or it is in a virtual network. A firewall rule has no effect there.",
      "Run the job in the server's network. `docs/private-network.md` shows three ways."
    ]
  }
});
var NETWORK = [...PROXY, ...ON_THE_WAY];
var HOST_NOT_ALLOWED = /alert (access denied|unrecognized name)|number (49|112)\b|UNRECOGNIZED_NAME|ACCESS_DENIED/i;
var CLIENT_CERTIFICATE = /alert (unknown ca|bad certificate|no certificate|unsupported certificate|certificate|decrypt error)|certificate required|number (4[1-68]|51|116)\b|ALERT_(UNKNOWN_CA|BAD_CERT|CERT)/i;
var OLD_TLS = /too (small|weak)|renegotiation|unsupported.protocol|protocol.version|handshake.failure|insufficient.security|no.shared|no.protocols|bad.ecpoint|wrong.signature|internal.error/i;
function atPostgres(context, steps) {
  return isPostgres(context) ? steps : reachable(context);
}
function reachable(context) {
  return [
    "Check from the runner:",
    run(`curl --head ${shell(`https://${hostOf(context)}`)}`),
    reach(context)
  ];
}
function reach(context) {
  const host2 = context.with === "github" ? "*.actions.githubusercontent.com" : hostOf(context);
  if (context.proxy !== void 0) {
    return sentence`The proxy ${code(context.proxy)} must allow HTTPS to ${code(host2)}, or \`NO_PROXY\` list it.`;
  }
  return sentence`The runner needs HTTPS to ${code(host2)}. Behind a proxy, set \`HTTPS_PROXY\`; \`NO_PROXY\` lists the hosts that bypass it.`;
}
function look(context, then = "") {
  const port2 = isPostgres(context) ? `${context.port ?? 5432} -starttls postgres` : "443";
  return `openssl s_client -connect ${shell(hostOf(context))}:${port2} </dev/null${then}`;
}

// src/diagnosis/postgres.ts
var import_node_net2 = require("node:net");

// src/model/entra-label.ts
var ENTRA_DATABASE = "postgres";
var GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

// src/diagnosis/postgres.ts
var OTHER_CLOUD = "The token is for the PostgreSQL servers of another cloud.";
var LIST_PRINCIPALS = run("SELECT * FROM pg_catalog.pgaadauth_list_principals(false);");
var CREATE_BY_ID = run(
  "SELECT * FROM pg_catalog.pgaadauth_create_principal_with_oid('<name>', '<object-id>', 'service', false, false);"
);
var SESSION_TIMEOUTS = {
  "25P03": "idle_in_transaction_session_timeout",
  "25P04": "transaction_timeout",
  "57P05": "idle_session_timeout"
};
var WITHOUT_POOLER = "Set `port: 5432`, or `host` to the server itself, to connect without the pooler.";
var AFTER_MIGRATIONS = [
  "Run the job again: it continues where it stopped.",
  "Run this step after the migrations, not at the same time."
];
var POSTGRES = rulesFor("postgres", {
  "pooler-token-too-long": {
    when: /client sent partial pkt in startup phase|password too long/,
    answer: [
      "The token is longer than the longest password that this PgBouncer accepts.",
      "Set `port: 5432`: PostgreSQL itself accepts tokens of any length.",
      "Or sign in as a service principal or managed identity, whose tokens are shorter than a user's."
    ]
  },
  "pooler-session": {
    when: [
      "26000 42P05",
      /prepared statement (".*" (requires|does not exist|already exists)|did not exist|name is already in use)|cached plan must not change/
    ],
    answer: [
      "A connection pooler gave the session to another client between two messages, or mixed up two sessions.",
      WITHOUT_POOLER
    ]
  },
  "token-expired": {
    when: /access token (has|is) expired/i,
    answer: (context) => [
      "The token had expired when the server checked it, and so had a new one: the runner's clock is probably wrong.",
      ...CHECK_CLOCK,
      ...tokenClaims(context),
      "Run the job again."
    ],
    retries: 1
  },
  "token-audience": {
    when: /valid audience claim/i,
    answer: (context) => [OTHER_CLOUD, ...selectCloud(context)]
  },
  "token-group": {
    when: /does not contain group/i,
    answer: (context) => [
      "`user` is a group, and the identity that signed in is not a member of it, or was not a member when its token was issued.",
      "Add the identity to the group:",
      az("ad group member add", { group: context.user ?? "<group>", "member-id": objectId(context) }),
      "Run the job again in a few minutes: for a while, Entra issues tokens without the new group.",
      ...tokenClaims(context)
    ]
  },
  "token-identity-mismatch": {
    when: /oid mismatch for role/i,
    answer: (context) => [
      "The role is bound to another object ID: the identity was deleted and created again, or the role was created with the application's ID instead of its service principal's.",
      ...tokenClaims(context),
      "Bind the role to the identity that signs in, as an Entra administrator in database postgres. The label of an administrator ends in `,admin`:",
      run(
        `SECURITY LABEL FOR "pgaadauth" ON ROLE ${identifier(context.user, "<user>")} IS ${quoteLiteral(label(context))};`
      ),
      "The function `pgaadauth_update_principal_with_oid` does the same, but Microsoft does not document it."
    ]
  },
  "token-role-type": {
    when: /AAD_AUTH_TOKENTYPE_APP_/,
    answer: (context) => [
      "`user` and the token are of different kinds: a service principal's token cannot sign in as a user's role, and a user's token cannot sign in as a service principal's role.",
      "Set `user` to the role of the identity that signs in. List the server's Entra administrators:",
      listAdmins(context),
      "List the other Entra roles, in database postgres:",
      LIST_PRINCIPALS,
      ...tokenClaims(context),
      "If the identity has no role yet, make it an administrator:",
      makeAdmin(context)
    ]
  },
  "token-invalid": {
    when: /access token has (an )?invalid (format|signature)|error occurred while validating the access token|invalid token format|token is malformed/i,
    answer: (context) => context.signIn?.type === "password" ? [
      "The role is an Entra role, which requires a token. `password` is not a token, or not a complete one.",
      "Remove `password`, and sign in to Entra: `auth-type: oidc`.",
      "If `password` must be a token, check that it is complete and that nothing was added, such as quotes or a line break."
    ] : [
      "The token that reached the server is not valid: it was truncated or changed on the way, or it is from a different tenant than the server's.",
      ...tokenClaims(context),
      "Compare the token's tenant (`tid`) with the server's:",
      azShow(context, "authConfig"),
      "If PgBouncer is in between, set `port: 5432`."
    ]
  },
  "token-refused": {
    when: /access token|Entra.*token|Azure AD.*token/i,
    answer: (context) => [
      "The server does not accept this token for this role.",
      "Set `user` to the role of the identity that signs in.",
      ...findRole(context)
    ]
  },
  "entra-extension-fault": {
    when: /cannot read pg_class without having selected a database/,
    answer: (context) => [
      "This is a fault in Azure's Entra extension, seen on PostgreSQL 18. No Entra sign-in works on this server.",
      "Restart the server:",
      azServer("restart", context),
      "If the error persists, open a support request for the server in the Azure portal.",
      "Until then, sign in with `password` as a role that has one."
    ]
  },
  "password-refused": {
    when: [
      "28P01",
      /(password|SASL) authentication failed|empty password returned by client|client password must be|server signature does not match/i
    ],
    answer: passwordRefused
  },
  "role-may-not-log-in": {
    when: /is not permitted to log in/,
    answer: ({ user }) => [
      "The role exists, but cannot log in.",
      "Set `user` to a role that can log in.",
      "Or let this role log in:",
      run(`ALTER ROLE ${identifier(user, "<user>")} LOGIN;`)
    ]
  },
  "login-role-not-found": {
    when: [{ codes: "28000", text: /role ".*" does not exist/ }, /no such user/],
    answer: (context) => [
      "The server has no role with this name. Names are case-sensitive, and a Service Connector connection deployed with Bicep or ARM alone creates no role.",
      ...findRole(context)
    ]
  },
  firewall: {
    // The name of the file is the same in all languages of the server (`lc_messages`).
    when: [
      /^(?!.*(no encryption|SSL off)).*pg_hba\.conf/,
      /Client from Azure Virtual Networks is not allowed/
    ],
    answer: (context, { text }) => {
      if (/Virtual Networks/.test(text))
        return [
          "The runner's subnet has a service endpoint for databases (`Microsoft.Sql`), and the server has no rule for that subnet. A rule for an address has no effect.",
          "Remove the service endpoint `Microsoft.Sql` from the runner's subnet, or add a rule for the subnet to the server.",
          "Or use a runner in the server's network (`docs/private-network.md`)."
        ];
      return [
        "The server's firewall does not allow the runner's address. A new rule can take five minutes to work.",
        "A GitHub-hosted runner has a different address in each job: add the action in `firewall/` of this repository before this step (`docs/firewall.md`).",
        "For a runner that keeps its address, allow it, and run the job again:",
        azAllow(context, addressIn(text) ?? "<address>"),
        "Or use a runner in the server's network (`docs/private-network.md`)."
      ];
    }
  },
  "tls-required": {
    when: /pg_hba\.conf.*(no encryption|SSL off)|SSL (connection is )?required/i,
    answer: [
      "The server accepts only connections with TLS.",
      "Remove `ssl-mode`, or set it to `verify-full`."
    ]
  },
  "database-not-found": {
    when: ["3D000 57P04", /no such database|^(?!.*\brole\b).*database "?[^"]*"? does not exist/],
    answer: (context) => [
      "The server has no database with this name. Names are case-sensitive.",
      "Set `database` to one of these:",
      azOnServer("db list", context, { query: "[].name" })
    ]
  },
  "database-closed": {
    when: /database ".*" is (not currently accepting connections|disabled)|cannot connect to invalid database/,
    answer: (context, { text }) => [
      "This database accepts no connections: it is a template, or a `DROP DATABASE` was interrupted.",
      "Set `database` to another database:",
      azOnServer("db list", context, { query: "[].name" }),
      ...text.includes("invalid database") ? [
        "Or finish the interrupted `DROP DATABASE`, connected to another database:",
        run(`DROP DATABASE ${identifier(context.database, "<database>")};`)
      ] : []
    ]
  },
  "connect-not-granted": {
    when: {
      codes: "42501",
      text: /permission denied for database "|does not have CONNECT privilege|Datenbank|base de (datos|donn\u00e9es)|banco de dados|\u30c7\u30fc\u30bf\u30d9\u30fc\u30b9|\u6570\u636e\u5e93|\ub370\uc774\ud130\ubca0\uc774\uc2a4|il database|\u0431\u0430\u0437[\u0430\u0435\u044b\u0443] /
    },
    answer: ({ user, database }) => [
      "`user` has no CONNECT privilege on this database.",
      "Grant the privilege, as the database's owner:",
      run(
        `GRANT CONNECT ON DATABASE ${identifier(database, "<database>")} TO ${identifier(user, "<user>")};`
      )
    ]
  },
  "no-connection-slots": {
    when: [
      "53300",
      /too many (clients already|connections for)|connection slots are reserved|no more connections allowed|max clients reached|client connections exceeded|max_\w+_connections|query_wait_timeout/
    ],
    answer: (context) => [
      "All connections of the server, of its PgBouncer, of the database or of the role are in use. Small servers have only a few dozen.",
      "Run the job again when fewer clients are connected.",
      "See which clients hold connections, with psql:",
      run(
        "SELECT usename, application_name, state, count(*) FROM pg_stat_activity GROUP BY 1, 2, 3 ORDER BY 4 DESC;"
      ),
      "Look up how many connections the server allows. A larger compute size allows more:",
      azOnServer("parameter show", context, { name: "max_connections", query: "value" }),
      ...context.port === 6432 ? [] : ["Or connect through PgBouncer, `port: 6432`, if it is enabled (not on Burstable servers)."]
    ],
    retries: 4
  },
  "server-starting": {
    when: [
      "57P03",
      /the database system is (starting up|shutting down|in recovery mode|not (yet )?accepting connections)/
    ],
    answer: (context) => ["The server is starting, stopping or failing over.", ...afterRestart(context)],
    retries: 4
  },
  "server-stopping": {
    when: [
      "57P01 57P02",
      /database (configuration changed|removed)|pgbouncer is shut|pooler is shut|server shut(ting)? down|admin forced disconnect|suspend_timeout|server (idle timeout|lifetime over)/i
    ],
    answer: (context) => [
      "The server ended the connection: it is restarting or failing over, or an administrator ended the session.",
      ...afterRestart(context)
    ],
    retries: 4
  },
  "pooler-cannot-connect": {
    when: /server login has been failing|pgbouncer cannot connect to server|server conn crashed|client_login_timeout|server_login_retry|server_connect_timeout/,
    answer: (context) => [
      "PgBouncer cannot connect to PostgreSQL at the moment: PostgreSQL is restarting, failing over or refusing the sign-in.",
      ...afterRestart(context)
    ],
    retries: 3
  },
  "session-ended": {
    when: [
      Object.keys(SESSION_TIMEOUTS).join(" "),
      /^(query|transaction|idle transaction|client_idle)[ _]timeout$/
    ],
    answer: (context, { code: code2 }) => [
      "The server, or its PgBouncer, ended the session because of a timeout that is set on it.",
      ...code2 in SESSION_TIMEOUTS ? lookAtTimeout(context, SESSION_TIMEOUTS[code2] ?? "") : [WITHOUT_POOLER]
    ]
  },
  "replica-conflict": {
    when: /due to conflict with recovery/,
    answer: (context) => [
      "The server is a read replica, and a change that it replays from the primary conflicted with what this session was reading.",
      "Run the job again.",
      "Or set `host` to the primary, or to the virtual endpoint `<name>.writer.postgres.database.azure.com`.",
      "If it happens often, let the replica wait longer for its readers (milliseconds):",
      azOnServer("parameter set", context, { name: "max_standby_streaming_delay", value: "60000" })
    ]
  },
  "out-of-shared-memory": {
    when: { codes: "53200", text: /shared memory/ },
    answer: (context) => [
      "The server's lock table is full: a session, perhaps a migration, holds a very large number of locks.",
      "Run the job again when that session has ended.",
      "If the error persists, enlarge the lock table. The change takes effect when the server restarts:",
      azOnServer("parameter set", context, { name: "max_locks_per_transaction", value: "256" })
    ]
  },
  "privileges-full": {
    when: { codes: "54000", text: /row is too big/ },
    answer: [
      "The list of the roles that hold privileges on a database, schema or table is full: PostgreSQL keeps it in one row of 8 kB.",
      "Grant to a group role, and make the other roles its members:",
      run("GRANT <group> TO <role>;"),
      "Revoke the privileges of roles that are no longer used."
    ]
  },
  "out-of-memory": {
    when: [
      "53200 NO_PROCESS",
      /could not resize shared memory segment|could not fork|Cannot allocate memory|out of memory/i
    ],
    answer: (context) => [
      "The server has no memory left for this connection or statement.",
      "Run the job again when the server is less busy.",
      "If the error persists, choose a larger compute size. To see the current one:",
      azShow(context, "sku")
    ],
    retries: 2
  },
  "disk-full": {
    when: ["53100", /No space left on device/],
    answer: (context) => ["The server's storage is full.", ...growStorage(context)]
  },
  "read-only": {
    when: ["25006", /during recovery/],
    answer: (context) => [
      "The server is a read replica, Azure made it read-only because its storage is nearly full, or `default_transaction_read_only` is set for the role or the database.",
      "Find out whether it is a replica, and how full its storage is:",
      azShow(context, "{role:replicationRole, state:state, storage:storage}"),
      "If it is a replica, set `host` to the primary, or to the virtual endpoint `<name>.writer.postgres.database.azure.com`. `mode: check` works on a replica.",
      ...growStorage(context),
      "If it is neither, find out at which level the setting is, and reset it there:",
      run("SELECT source FROM pg_settings WHERE name = 'default_transaction_read_only';")
    ]
  },
  wraparound: {
    when: /not accepting commands (that assign new|to avoid wraparound)/,
    answer: [
      "The server has run out of transaction IDs and accepts no changes until it is vacuumed.",
      "Vacuum the database that the message names, as its owner or an administrator:",
      run("VACUUM (VERBOSE);"),
      "Find and end the sessions that hold VACUUM back: https://www.postgresql.org/docs/current/routine-vacuuming.html#VACUUM-FOR-WRAPAROUND"
    ]
  },
  "lock-time-out": {
    when: "55P03",
    answer: ["Another session, perhaps a migration, held a lock for too long.", ...AFTER_MIGRATIONS]
  },
  "authentication-time-out": {
    when: /canceling authentication due to timeout/,
    answer: [
      "The server did not finish checking the sign-in in time: it is overloaded, or cannot reach Entra.",
      "Run the job again.",
      "If the server is in a virtual network, allow it outbound access to the service tag `AzureActiveDirectory`."
    ],
    retries: 1
  },
  "statement-time-out": {
    when: "57014",
    answer: [
      "A statement took longer than its time limit, or it was cancelled.",
      "Run the job again when the server is less busy: what was granted stays granted."
    ]
  },
  "name-encoding": {
    when: "22021 22P05",
    answer: [
      "A name cannot be converted between UTF-8 and the encoding of this database. All databases of a server share the names of roles, stored as bytes in the encoding of the database in which each role was created.",
      "Look up the encoding of each database:",
      run("SELECT datname, pg_encoding_to_char(encoding) FROM pg_database;"),
      "In a database with the encoding UTF8, list the roles whose names are not plain ASCII:",
      run("SELECT rolname FROM pg_roles WHERE rolname ~ '[^ -~]';"),
      "Rename those roles there and, in a database with the encoding SQL_ASCII, the objects whose names are not valid UTF-8. Or move the app to a database with the encoding UTF8, which can hold every name."
    ]
  },
  "concurrent-change": {
    when: [
      "40001 40P01 42710",
      { codes: "23505", text: /"pg_\w+_index"/ },
      /tuple concurrently (updated|deleted)|could not open relation with OID|cache lookup failed|could not find tuple/
    ],
    answer: ["Another session created or changed the same objects at the same time.", ...AFTER_MIGRATIONS]
  },
  "pgaadauth-not-here": {
    when: /function (pg_catalog\.)?pgaadauth_\w+\(.*\) does not exist/,
    answer: (context) => [
      context.database === ENTRA_DATABASE ? "The action ran this function in database `postgres`, which has it on servers with Entra authentication." : "The `pgaadauth` functions exist only in database `postgres`, and only on servers with Entra authentication.",
      "Check that Entra authentication is enabled:",
      azShow(context, "authConfig.activeDirectoryAuth"),
      "If it is `Disabled`, enable it:",
      azServer("update", context, { "microsoft-entra-auth": "Enabled" }),
      ...context.database === ENTRA_DATABASE ? [] : ["Run the function in database `postgres`."]
    ]
  },
  "pgaadauth-not-permitted": {
    when: { codes: "42501", text: /permission denied for function pgaadauth_/ },
    answer: (context) => [
      "Only an Entra administrator of the server can create Entra roles, not an administrator with a password.",
      "Sign in as one of the server's Entra administrators:",
      listAdmins(context),
      "Or make the identity that signs in an administrator:",
      makeAdmin(context)
    ]
  },
  "principal-exists": {
    when: /Updating an existing principal isn.t supported/,
    answer: [
      "This identity already has a role on the server. An identity is either an administrator of the server or a plain role, never both.",
      "Find the role of the identity, as an Entra administrator in database `postgres`:",
      LIST_PRINCIPALS,
      "Use that role, or drop it and create the new one:",
      run("DROP ROLE <role>;")
    ]
  },
  "citus-worker": {
    when: /operation is not allowed on this node/,
    answer: [
      "This is a worker of an elastic cluster. Roles and privileges are changed on its coordinator, which passes them on.",
      "Set `host` to the server's own name and `port: 5432`, which lead to the coordinator."
    ]
  },
  "entra-principal-not-found": {
    when: /Could not validate (AAD|Microsoft Entra)|not found in the tenant|name isn't unique|trying to validate user|principal .*does not exist/i,
    answer: [
      "The server did not find exactly one principal with this name in its tenant. The name must be the principal's exact display name.",
      "Look up the display name and the object ID of a service principal or managed identity:",
      az("ad sp show", { id: "<client-id>", query: "{name:displayName, oid:id}" }),
      "Create the role with the object ID, which does not require a unique name:",
      CREATE_BY_ID,
      "If the server finds nobody, create its own service principal, as an administrator of the tenant:",
      az("ad sp create", { id: "5657e26c-cc92-45d9-bc47-9da6cfdb4ed9" })
    ]
  },
  "entra-principal-type": {
    when: /incorrect object type provided for principal/,
    answer: [
      "The object ID belongs to a different type of principal (user, group or service) than the type that was given.",
      "Use the type that the message calls the actual object type:",
      CREATE_BY_ID
    ]
  },
  "object-not-found": {
    when: [
      "42P01 3F000",
      { codes: "42704", text: /^(?!.*configuration parameter)/ },
      /column ".*" of relation ".*" does not exist/
    ],
    answer: ({ database }) => [
      "The database has nothing with this name. Names are case-sensitive, and a Service Connector connection deployed with Bicep or ARM alone creates no role.",
      sentence`In psql, look in database ${database === void 0 ? code("<database>") : name(database)}. \`\\du\` lists roles, \`\\dn\` schemas and \`\\d\` tables:`,
      run("\\du")
    ]
  },
  "restricted-role": {
    when: {
      codes: "42501",
      text: /restricted role|only superusers|must be superuser|is a system catalog|session authorization|for (table|view|function|language) "?(pg_|c\b)/i
    },
    answer: [
      "Azure reserves this for its own superuser. No other login can do it, not even an administrator.",
      "Grant privileges on the app's own objects, instead of membership in the role or access to the object that the message names."
    ]
  },
  "role-not-grantable": {
    when: [
      {
        codes: "42501",
        text: /permission denied to (grant|revoke) role|must have admin option on role|ADMIN option/i
      },
      /cannot have explicit members|option cannot be granted back|role ".*" (is|cannot be) a member of/
    ],
    answer: ({ user }, { text }) => {
      if (/explicit members/.test(text))
        return [
          "Nobody can be granted `pg_database_owner`: its only member is the owner of the database in which it is used.",
          "Grant privileges on the objects themselves instead, as their owner."
        ];
      if (/granted back|a member of/.test(text))
        return [
          "The roles are members of each other, directly or through the ADMIN OPTION that one received from the other.",
          "See who is a member of which role, and by which grant:",
          run(
            "SELECT roleid::regrole, member::regrole, grantor::regrole, admin_option FROM pg_auth_members ORDER BY 1, 2;"
          ),
          "Revoke the membership in the other direction, or grant as another role with ADMIN OPTION:",
          run(`REVOKE <role> FROM ${identifier(roleIn(text), "<member>")};`)
        ];
      return [
        "`user` does not have ADMIN OPTION on the role to be granted. On Azure, no login has it on `pg_write_all_data`.",
        "Run as a role that has ADMIN OPTION:",
        run(
          `GRANT ${identifier(roleIn(text), "<role>")} TO ${identifier(user, "<user>")} WITH ADMIN OPTION;`
        ),
        "Or grant privileges on the objects themselves instead."
      ];
    }
  },
  "set-role-not-permitted": {
    when: {
      codes: "42501",
      text: /permission denied to (set role|change default privileges)|must be able to SET ROLE|must be (a )?member of role/
    },
    answer: ({ user }, { text }) => [
      "`user` cannot act as the owner: it is not a member of that role with the SET option. An administrator needs that membership too.",
      "On PostgreSQL 16 and newer, as a role with ADMIN OPTION on the owner:",
      run(
        `GRANT ${identifier(roleIn(text), "<owner>")} TO ${identifier(user, "<user>")} WITH INHERIT TRUE, SET TRUE;`
      ),
      "Up to PostgreSQL 15:",
      run(`GRANT ${identifier(roleIn(text), "<owner>")} TO ${identifier(user, "<user>")};`),
      "Or set `user` to the owner."
    ]
  },
  "not-permitted": {
    when: "42501",
    answer: (context, { text }) => {
      if (/permission denied to (create|alter|drop) role/.test(text))
        return [
          "`user` cannot create or change roles: it lacks CREATEROLE, or ADMIN OPTION on the role.",
          "Set `user` to an administrator of the server, or let it create roles:",
          run(`ALTER ROLE ${identifier(context.user, "<user>")} CREATEROLE;`),
          "For the role of an Entra identity, use the action in `principal/` as an Entra administrator."
        ];
      if (/for (configuration )?parameter|to set parameter/.test(text))
        return [
          "Only a superuser can grant or set this. On Azure, no login is a superuser.",
          "Set the parameter on the server instead:",
          azOnServer("parameter set", context, { name: "<parameter>", value: "<value>" })
        ];
      if (/for (schema|table) "?(columnar|citus|pg_dist|cron\b)/.test(text))
        return [
          "This object belongs to an extension (Citus or pg_cron), and so only to Azure's own superuser.",
          "Set `schemas` to the app's own schemas. Servers of Azure Cosmos DB (`*.postgres.cosmos.azure.com`) are not supported."
        ];
      return [
        "`user` is neither the owner of the object nor a member of the owner's role, and holds no grant option. On Azure, an administrator does not own other roles' objects either.",
        "Set `user` to the owner of the object, usually the role that runs the migrations.",
        "Or make it a member of the owner's role (before PostgreSQL 16, without the second line):",
        run(`GRANT <owner> TO ${identifier(context.user, "<user>")}
  WITH INHERIT TRUE, SET TRUE;`)
      ];
    }
  },
  "privilege-not-found": {
    when: [{ codes: "42601 22023", text: /unrecognized privilege type/ }, "0LP01"],
    answer: (_context, { text }) => text.includes("unrecognized") ? [
      "The server's PostgreSQL has no such privilege. `MAINTAIN`, for example, exists since PostgreSQL 17.",
      "Remove the privilege, or upgrade the server."
    ] : [
      "PostgreSQL does not allow this grant: this kind of object does not have the privilege (a table has no `USAGE`, for example), or two roles would be members of each other.",
      "Remove what the message names. PostgreSQL's list of all privileges: https://www.postgresql.org/docs/current/ddl-priv.html"
    ]
  },
  "raised-in-database": {
    when: "P0001 39P03",
    answer: [
      "Code in the database refused this: an event trigger, or a function that it calls, raised the error.",
      "List the event triggers:",
      run("SELECT evtname, evtevent, evtfoid::regproc, evtowner::regrole FROM pg_event_trigger;"),
      "Do what the message says, or ask the trigger's owner for an exception."
    ]
  },
  "tls-not-offered": {
    when: /does not support SSL connections|unsupported frontend protocol 1234\.56/,
    answer: [
      "The other side does not speak TLS. Every Azure server does, so this is a different server, or something is in between. Nothing secret was sent.",
      "Check `host` and `port`.",
      "If PostgreSQL runs on the runner itself and you sign in with a password, set `ssl-mode: disable`."
    ]
  },
  "sign-in-refused": {
    when: "28000",
    answer: (context) => [
      "The server refuses this sign-in regardless of the password: the role does not exist or cannot log in, or the server uses another way to sign in. Azure's servers never use ident or client certificates.",
      "Check `host`, `port` and `user`.",
      ...findRole(context)
    ]
  },
  "server-fault": {
    when: "XX* 58* 53000 53400",
    answer: (context, { text }) => [
      /active placement|remote node|worker node/.test(text) ? "A node of this Citus cluster could not reach another one." : "The server, or one of its extensions, had an internal error.",
      "Run the job again: what was granted stays granted.",
      "If the error persists, look at the server's state, and open a support request in the Azure portal:",
      azShow(context, STATE)
    ]
  },
  "pooler-config": {
    when: ["08P01", /bouncer config error|login rejected|auth_query/],
    answer: [
      "A connection pooler refuses the connection: its own configuration (its databases, its users, the query by which it looks them up, or the connection parameters that it accepts) does not fit. PgBouncer gives this SQLSTATE to all its errors.",
      WITHOUT_POOLER
    ]
  }
});
var STATE = "{state:state, role:replicationRole}";
function listAdmins(context) {
  return azOnServer("microsoft-entra-admin list", context, {
    query: "[].{user:principalName, oid:objectId}"
  });
}
function afterRestart(context) {
  return [
    "Run the job again when the server is `Ready`: what was granted stays granted.",
    azShow(context, STATE)
  ];
}
function lookAtTimeout(context, name3) {
  const [user, database] = [identifier(context.user, "<user>"), identifier(context.database, "<database>")];
  return [
    "Run the job again: what was granted stays granted.",
    "If the error persists, look at the limit:",
    azOnServer("parameter show", context, { name: name3, query: "value" }),
    "If it is 0 there, it is set on the role or the database:",
    run(`ALTER ROLE ${user} RESET ${name3};
ALTER DATABASE ${database} RESET ${name3};`)
  ];
}
function growStorage(context) {
  return [
    "If the storage is full, enlarge it (GiB). It cannot be shrunk later:",
    azServer("update", context, { "storage-size": "<gib>" }),
    "Let the storage grow automatically from now on:",
    azServer("update", context, { "storage-auto-grow": "Enabled" })
  ];
}
function addressIn(text) {
  return text.match(/[0-9a-f.:]{7,45}/gi)?.find(import_node_net2.isIP);
}
function roleIn(text) {
  return text.match(/role "([^"]+)"/i)?.[1];
}
function objectId({ token }) {
  return claim(token, "oid") ?? "<object-id>";
}
function label(context) {
  const type = claim(context.token, "idtyp") === "user" ? "user" : "service";
  return `aadauth,oid=${objectId(context)},type=${type}`;
}
function tokenClaims({ token }) {
  const claims = ["oid", "appid", "idtyp", "tid", "aud"].flatMap((each) => {
    const value = claim(token, each);
    return value === void 0 ? [] : [sentence`${code(each)} ${code(value)}`];
  });
  const expires = Number(claim(token, "exp"));
  if (Number.isInteger(expires) && Math.abs(expires) < 1e11) {
    claims.push(sentence`valid until ${code(new Date(expires * 1e3).toISOString())}`);
  }
  return claims.length === 0 ? [] : [sentence`Compare the token's claims with what you expect: ${listOf(claims)}.`];
}
function findRole(context) {
  return [
    ...tokenClaims(context),
    "List the server's Entra administrators:",
    listAdmins(context),
    "List the other Entra roles, in database postgres:",
    LIST_PRINCIPALS
  ];
}
function makeAdmin(context) {
  return azOnServer("microsoft-entra-admin create", context, {
    "display-name": "<name>",
    "object-id": objectId(context),
    type: "ServicePrincipal"
  });
}
function withoutServer(user, host2) {
  const at2 = user.lastIndexOf("@");
  const server = user.slice(at2 + 1).toLowerCase();
  const suffixed = at2 > 0 && server !== "" && host2.toLowerCase().startsWith(`${server}.`);
  return suffixed ? user.slice(0, at2) : void 0;
}
function passwordRefused(context, { text }) {
  if (/server signature/.test(text))
    return [
      "The other side could not prove that it knows the role's password: it is a different server, or something in between.",
      "Check `host` and `port`. If a connection pooler is in between, set `port: 5432`, or `host` to the server itself."
    ];
  const { signIn: signIn2, user = "", host: host2 = "", port: port2, token, cloud } = context;
  if (signIn2?.type === "password")
    return [
      "The name or the password is wrong, the role was created for Entra and has no password, or the server accepts only Entra tokens.",
      "Try the name and the password with psql:",
      run(psql(context)),
      "For an Entra role, remove `password` and set `auth-type: oidc`."
    ];
  const role = withoutServer(user, host2);
  if (role !== void 0)
    return [
      "`user` ends in the name of the server, which a flexible server treats as part of the role's name.",
      sentence`Set \`user\` to ${code(role)}.`
    ];
  const audience = claim(token, "aud")?.replace(/\/$/, "");
  if (audience !== void 0 && cloud !== void 0 && !cloud.postgresScope.startsWith(audience))
    return [OTHER_CLOUD, ...selectCloud(context)];
  if (port2 === 6432)
    return [
      "PgBouncer gives no details. The role is wrong for the token, or PgBouncer does not accept the token.",
      "Set `port: 5432` and run the job again.",
      ...findRole(context)
    ];
  return [
    GUID.test(user) ? "`user` looks like a client ID, but must be the name of a role. The two are the same only for administrators that Service Connector added." : "`user` is not the role that is bound to the object ID of the identity that signed in, or to one of its groups. Names are case-sensitive.",
    "Set `user` to the role that has this token's `oid`.",
    ...findRole(context)
  ];
}
function selectCloud(context) {
  return [
    "Set `environment` to the server's cloud: `azurecloud`, `azureusgovernment` or `azurechinacloud`.",
    ...tokenClaims(context)
  ];
}
function psql({ user = "<user>", host: host2 = "<host>", port: port2 = 5432, database = "<database>" }) {
  const parts = { host: host2, port: port2, user, dbname: database, sslmode: "verify-full", sslrootcert: "system" };
  return `psql ${shell(conninfo(parts))}`;
}

// src/diagnosis/protocol.ts
var PROTOCOL = rulesFor("postgres", {
  "not-postgres": {
    // Kerberos, SCM, GSSAPI and SSPI are PostgreSQL's: https://www.postgresql.org/docs/current/protocol-message-formats.html
    when: [
      /error establishing an SSL connection|Unknown authenticationOk message type (?![26789]\b)|received invalid response/,
      "NOT_POSTGRES"
    ],
    answer: (context) => [
      "A different service listens on this port: its answer to a request for TLS is not PostgreSQL's.",
      "Check `host` and `port`. PostgreSQL's port is 5432, and 6432 for the built-in PgBouncer.",
      ...setFullName(context)
    ]
  },
  "token-not-asked-for": {
    when: "HASH_REQUESTED",
    answer: (context) => [
      "The server asked for a password hash, as it does for a role that has a password. It cannot check an Entra token by its hash, so nothing was sent.",
      "Set `user` to the role of the Entra identity that signs in. Its name is case-sensitive.",
      "Check that the server accepts Entra tokens:",
      azShow(context, "authConfig"),
      "To sign in with a password, set `password` and leave out `client-id` and `tenant-id`."
    ]
  },
  "query-timed-out": {
    when: "QUERY_TIMEOUT",
    answer: (context) => [
      "The server received a query and never answered it. Its own `statement_timeout` would have ended the query earlier, so the server hangs, or something in between silently dropped the connection.",
      "Run the job again: what was granted stays granted.",
      ...lookAtState(context)
    ]
  },
  "protocol-violation": {
    when: ["PROTOCOL_VIOLATION", /^SASL: (?!.*(client password|server signature))/],
    answer: (context) => [
      "The server, or something in between, violated PostgreSQL's protocol or asked for a sign-in method that this action does not support.",
      "Check `host` and `port`: perhaps a different service listens there.",
      ...setFullName(context),
      "If a proxy is in between, set `host` to the server itself."
    ]
  }
});

// src/diagnosis/symptoms.ts
function symptomsOf(error2) {
  const seen = /* @__PURE__ */ new Set();
  const found = [];
  const look2 = (each) => {
    if (each === void 0 || each === null || seen.has(each) || seen.size >= MAX_ERRORS) return;
    seen.add(each);
    if (typeof each !== "object") {
      const text2 = words(String(each));
      if (text2 !== "") found.push({ code: "", text: text2 });
      return;
    }
    const { code: code2, errorCode, message, errorMessage, detail, hint, status, cause, errors } = each;
    const texts = [message, errorMessage, detail, hint].filter(
      (part) => typeof part === "string" && part.trim() !== ""
    );
    const ownCode = words(String(code2 ?? errorCode ?? ""));
    const text = words([...new Set(texts)].join(" ")) || ownCode;
    if (text !== "") found.push({ code: ownCode, text, ...typeof status === "number" && { status } });
    look2(cause);
    if (Array.isArray(errors)) errors.forEach(look2);
  };
  look2(error2);
  return found.length > 0 ? found : [{ code: "", text: "an error without a message" }];
}
var MAX_ERRORS = 50;
var MAX_READ = 8e3;
var MAX_SHOWN = 1e3;
function words(text) {
  return withoutSecrets(text.slice(0, 10 * MAX_READ)).slice(0, MAX_READ).replace(/[\s\p{Cc}]+/gu, " ").replace(/eyJ[\w-]{8,}(\.[\w-]*){0,2}/g, "***").replace(/\b\w{1,60}: Error\(s\): .*? - Description: /, "").replace(
    MSAL_HTTP,
    (_all, status, body) => body === "Unknown" ? `HTTP status ${status} with an empty answer` : `HTTP status ${status}: ${body}`
  ).replace(
    /(AADSTS\d.*?) (?:Interactive authentication is needed\.|To re-authenticate,) please run: az login.*$/i,
    "$1"
  ).replace(/ - Correlation ID: .*$| Trace ID: \S+ Correlation ID: \S+ Timestamp: \S+ \S+Z/g, "").trim().slice(0, MAX_SHOWN);
}
var MSAL_HTTP = /\b(?:ManagedIdentityCredential: Authentication failed\. Message )?An? (?:client|server|unknown) error occured\. Http status code: (\d+) Http status message: (.*?) Headers: \{.*$/;

// src/diagnosis/diagnose.ts
var RULES = [
  ...GITHUB,
  ...ENTRA,
  ...PROTOCOL,
  ...PRIVATE,
  ...POSTGRES,
  ...NETWORK,
  ...FALLBACKS
];
function diagnose(error2, context = {}) {
  return diagnoseBy(RULES, error2, context);
}
function diagnoseBy(rules, error2, context) {
  if (error2 instanceof ActionError) return error2.failure;
  const found = ruleFor(rules, error2, context);
  const words2 = quoted(found?.symptom.text ?? ownWords(error2));
  const message = sentence`${peer(context)}: ${words2}`;
  if (found === void 0) return { code: "unknown", message, ...withPooler(UNKNOWN, context, true) };
  const { rule, symptom } = found;
  const { code: code2, retries } = rule;
  const isVague = FALLBACKS.some((fallback) => fallback.code === code2);
  return {
    code: code2,
    message,
    ...withPooler(rule.explain(context, symptom), context, isVague),
    ...retries !== void 0 && { retries }
  };
}
function withPooler({ hint, steps }, context, isVague) {
  if (!isPostgres(context)) return { hint, steps };
  if (context.port === 7432 || context.port === 8432) {
    const direct = `Set \`port: 5432\`. Port ${context.port} exists only on elastic clusters, and leads to any of their nodes.`;
    return { hint, steps: [step(direct), ...steps] };
  }
  if (context.port !== 6432) return { hint, steps };
  const past = step(
    "Port 6432 is PgBouncer. Set `port: 5432` to connect to PostgreSQL directly: its own error says more.",
    azOnServer("parameter show", context, { name: "pgbouncer.enabled", query: "value" })
  );
  return { hint, steps: isVague ? [past, ...steps] : [...steps, past] };
}
function ownWords(error2) {
  const [first, ...hidden] = symptomsOf(error2).map(({ text }) => text);
  const last = hidden.at(-1);
  return last === void 0 || first?.includes(last) ? `${first}` : `${first} (${last})`;
}
function ruleFor(rules, error2, context) {
  const symptoms = symptomsOf(error2);
  for (const rule of rules) {
    if (!rule.with.includes(partnerOf(context))) continue;
    const symptom = symptoms.find((each) => rule.when.some((match) => fits(match, each, context)));
    if (symptom !== void 0) return { rule, symptom };
  }
  return void 0;
}
function fits(match, { code: code2, text, status }, { signIn: signIn2, proxy }) {
  const own2 = [code2, text.match(AADSTS)?.[1] ?? ""];
  return (match.codes === void 0 || match.codes.split(" ").some((each) => own2.some((one) => isOrStarts(one, each)))) && (match.text === void 0 || match.text.test(text)) && (match.status === void 0 || match.status.some((each) => each === status || each === classOf(status))) && (match.signIn === void 0 || match.signIn === signIn2?.type) && (match.atProxy === void 0 || namesProxy(text, proxy));
}
var AADSTS = /.*(AADSTS\d{1,9})/;
function namesProxy(text, proxy) {
  const [host2, port2] = proxy?.match(/^(.*):(\d+)$/)?.slice(1) ?? [];
  if (host2 === void 0) return false;
  return text.includes(host2) || port2 !== "443" && text.includes(`:${port2}`);
}
function classOf(status) {
  return status === void 0 ? void 0 : `${String(status)[0]}xx`;
}
function isOrStarts(code2, expected) {
  return expected.endsWith("*") ? code2.startsWith(expected.slice(0, -1)) : code2 === expected;
}
var IDENTITY_SOURCES = {
  "azure-cli": "The Azure CLI",
  "managed-identity": "The runner's managed identity"
};
function peer(context) {
  switch (partnerOf(context)) {
    case "github":
      return inOurWords("GitHub's OIDC endpoint");
    case "github-issues":
      return inOurWords("GitHub's API");
    case "azure":
      return sentence`Azure Resource Manager at ${code(hostOf(context))}`;
    case "entra":
      return inOurWords(IDENTITY_SOURCES[context.signIn?.type ?? "oidc"] ?? "Microsoft Entra");
    case "postgres": {
      const { host: host2, port: port2 = 5432, database } = context;
      const server = host2 === void 0 ? inOurWords("PostgreSQL") : sentence`PostgreSQL at ${code(`${host2}:${port2}`)}`;
      return database === void 0 ? server : sentence`${server}, database ${name(database)}`;
    }
  }
}

// src/text/escape.ts
var HIDDEN = new RegExp("[\\p{C}\\p{Zl}\\p{Zp}\\p{Default_Ignorable_Code_Point}]|(?! )\\p{Zs}", "u");
var EACH_HIDDEN = new RegExp(HIDDEN, "gu");
var PLAIN_NAME = /^[a-z_][a-z0-9_]*$/;
var COMMAND = "##[";
var NOT_IN_SQL = new RegExp(`${HIDDEN.source}|#(?=#\\[)`, "u");
var NOT_IN_NAME = new RegExp(`${NOT_IN_SQL.source}|[\`|]`, "u");
var EACH_NOT_IN_SQL = new RegExp(`${NOT_IN_SQL.source}|[\\\\"]`, "gu");
var EACH_NOT_IN_NAME = new RegExp(`${NOT_IN_NAME.source}|[\\\\"]`, "gu");
function quoteName(...parts) {
  return parts.map(quotePart).join(".");
}
function quoteSignature(types, ...parts) {
  return `${quoteName(...parts)}(${escapedNames(types, NOT_IN_NAME, EACH_NOT_IN_NAME)})`;
}
function quotePart(name3) {
  if (PLAIN_NAME.test(name3)) return name3;
  if (NOT_IN_NAME.test(name3)) return unicodeName(name3, EACH_NOT_IN_NAME);
  return `"${name3.replaceAll('"', '""')}"`;
}
function unicodeName(name3, escaped) {
  const body = name3.replace(escaped, (char) => {
    if (char === "\\" || char === '"') return char + char;
    const hex = codePoint(char);
    return hex.length > 4 ? `\\+${hex.padStart(6, "0")}` : `\\${hex}`;
  });
  return `U&"${body}"`;
}
var SQL_TOKEN = /--[^\n]*|'(?:[^']|'')*'|"(?:[^"]|"")*"/g;
function visibleSql(sql) {
  return escapedNames(sql, NOT_IN_SQL, EACH_NOT_IN_SQL);
}
function escapedNames(sql, not, eachNot) {
  return sql.replace(
    SQL_TOKEN,
    (token) => token.startsWith('"') && not.test(token) ? unicodeName(token.slice(1, -1).replaceAll('""', '"'), eachNot) : token
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
function logLines(text) {
  return text.split(/\r\n|\r|\n/).map(logLine);
}

// src/render/pen.ts
var plain = {
  name: quoteName,
  signature: quoteSignature,
  code: visible,
  quoted: visibleLines,
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
function write({ parts }, writer) {
  return parts.map((part) => {
    if ("own" in part) return writer.own(part.own);
    if ("name" in part) return writer.name(...part.name);
    if ("code" in part) return writer.code(part.code);
    return writer.quoted(part.quoted);
  });
}
function visibleLines(text) {
  return text.split(/\r\n|\r|\n/).map(visible).join("\n");
}

// src/render/failure.ts
function docsLink({ code: code2 }, { run: run2 }) {
  return run2?.docs === void 0 ? void 0 : `${run2.docs}/troubleshooting.md#${code2}`;
}
function failureLines(failure2, report) {
  const { code: code2, message, problems = [], hint, steps } = failure2;
  const link = docsLink(failure2, report);
  return [
    plain.sentence(message),
    ...problems.map((problem) => `- ${plain.sentence(problem)}`),
    isEmpty(hint) ? "" : `Likely cause: ${plain.sentence(hint)}`,
    ...steps.flatMap(({ text, command }, index) => [
      `${index + 1}. ${plain.sentence(text)}`,
      ...commandLines(command).map((line) => `   ${line}`)
    ]),
    `Error code: ${code2}${link === void 0 ? "" : ` (${link})`}`
  ].filter((line) => line !== "");
}
function commandLines(command) {
  return command === void 0 ? [] : command.split(/\r\n|\r|\n/).map(visible);
}

// src/start.ts
function start(action, grace = 0) {
  const stopping = new AbortController();
  const { signal } = stopping;
  for (const name3 of ["SIGINT", "SIGTERM"])
    process.on(name3, () => setTimeout(() => stopping.abort(cancelled(name3)), grace));
  for (const event of ["uncaughtException", "unhandledRejection"])
    process.on(
      event,
      (thrown) => stopping.abort(thrown instanceof Error ? thrown : new Error(String(thrown)))
    );
  process.stdout.on("error", () => {
  });
  action(signal).catch(fail).finally(() => {
    if (signal.aborted && !process.exitCode) fail(signal.reason);
    process.stdout.write("", () => process.exit());
  });
}
function fail(error2) {
  setFailed(failureLines(diagnose(error2), {}).join("\n"));
}

// src/log.ts
function say(text) {
  info(logLines(text).join("\n"));
}

// src/mask.ts
function mask(...secrets) {
  for (const secret2 of secrets) {
    setSecret(secret2);
    rememberSecret(secret2);
  }
}
function maskSent(secret2) {
  setSecret(secret2);
  rememberSent(secret2);
}

// src/text/count.ts
function count(n, one, many = `${one}s`) {
  return `${grouped(n)} ${n === 1 ? one : many}`;
}
function grouped(n) {
  return String(n).replaceAll(/\B(?=(\d{3})+$)/g, ",");
}

// src/text/near.ts
function didYouMean(wanted, candidates) {
  const near = nearest(wanted, candidates);
  return near === void 0 ? EMPTY : sentence`Did you mean ${code(near)}?`;
}
function nearest(name3, candidates) {
  const wanted = name3.toLowerCase();
  let best;
  for (const candidate of candidates) {
    const slips = distance(wanted, candidate.toLowerCase());
    if (slips <= (candidate.length < 6 ? 1 : 2) && slips < (best?.slips ?? Infinity)) {
      best = { candidate, slips };
    }
  }
  return best?.candidate;
}
function distance(a, b) {
  if (Math.abs(a.length - b.length) > 2) return Infinity;
  let beforeLast = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let edits = Math.min(at(last, j) + 1, at(row, j - 1) + 1, at(last, j - 1) + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        edits = Math.min(edits, at(beforeLast, j - 2) + 1);
      }
      row.push(edits);
    }
    beforeLast = last;
    last = row;
  }
  return at(last, b.length);
}
function at(row, index) {
  return row[index] ?? Infinity;
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
  const isPlain = SHORT_AND_PLAIN.test(value) && !secrets.some((secret2) => value.includes(secret2));
  if (isPlain) return quoted(`"${value}"`);
  return sentence`${noun} (${inOurWords(count(value.length, "character"))})`;
}
var SHORT_AND_PLAIN = /^[A-Za-z0-9.,* -]{1,40}$/;
var UNSET_VARIABLE = inOurWords("Check that the variable or secret it comes from is set.");

// src/settings/reader.ts
var Mistaken = class extends Error {
};
function readInputs(table, env, read, found = []) {
  const mistakes = [...misspelled(table, env), ...found];
  const [value] = unlessMistaken(() => read(inputsIn(table, env, mistakes)));
  if (mistakes.length > 0) throw badInput(mistakes, Object.keys(table));
  return value;
}
function unlessMistaken(read) {
  try {
    return [read()];
  } catch (error2) {
    if (error2 instanceof Mistaken) return [];
    throw error2;
  }
}
function all(fields) {
  const read = Object.entries(fields).map(
    ([key, field]) => [key, unlessMistaken(field)]
  );
  if (read.some(([, value]) => value.length === 0)) throw new Mistaken();
  return Object.fromEntries(read.map(([key, [value]]) => [key, value]));
}
function problemOf({ problem, details }, text, { secrets, use }, others) {
  const { item, remedy = sentence`Use ${inOurWords(use)}.`, advice = EMPTY } = details;
  const noun = inOurWords(item === void 0 ? "the value" : "an item");
  const subject = secrets ? noun : described(item ?? text, noun, others);
  return paragraph(sentence`${subject} ${problem}.`, remedy, advice);
}
function inputsIn(table, env, mistakes, entry) {
  const inputOf = (name3) => table[name3];
  const use = (name3) => inOurWords(inputOf(name3).use);
  const given = (name3) => givenIn(name3, inputOf(name3), env, entry);
  const isSet = (name3) => (given(name3)?.text.trim() ?? "") !== "";
  function mistake(name3, problem, item = "") {
    const isInput = entry === void 0 || given(name3)?.isInput;
    mistakes.push({ name: name3, problem, place: isInput ? void 0 : placeOf(entry, name3, item) });
    throw new Mistaken();
  }
  function read(name3, parse, whenNotSet) {
    const { text, isInput } = given(name3) ?? {};
    if (text === void 0) return whenNotSet();
    if (text.trim() === "") {
      const advice = isInput ? UNSET_VARIABLE : EMPTY;
      return mistake(name3, paragraph(sentence`${code(name3)} is empty.`, advice, sentence`Use ${use(name3)}.`));
    }
    try {
      return parse(text);
    } catch (error2) {
      const invalid = asInvalid(error2);
      const problem = problemOf(invalid, text, inputOf(name3), secretsIn(table, env));
      return mistake(name3, sentence`${code(name3)}: ${problem}`, invalid.details.item);
    }
  }
  return {
    isSet,
    mistake,
    optional: (name3, parse) => read(name3, parse, () => void 0),
    orDefault: (name3, parse) => read(name3, parse, () => parse(inputOf(name3).default ?? "")),
    required: (name3, parse, requiredBy2) => read(name3, parse, () => {
      const reason = requiredBy2 ? sentence`${requiredBy2} requires it:` : inOurWords("Set it to");
      return mistake(name3, sentence`${code(name3)} is missing. ${reason} ${use(name3)}.`);
    }),
    orFrom: (source, name3, parse, valueIn) => read(name3, parse, () => {
      const found = valueIn();
      if (found === void 0) {
        const inSource = isSet(source) ? sentence`, and ${code(source)} does not contain it` : EMPTY;
        return mistake(name3, sentence`${code(name3)} is missing${inSource}. Set it to ${use(name3)}.`);
      }
      try {
        return parse(found);
      } catch (error2) {
        const { problem } = asInvalid(error2);
        const override = sentence`To override it, set ${code(name3)} to ${use(name3)}.`;
        return mistake(source, sentence`${code(source)}: its ${code(name3)} ${problem}. ${override}`);
      }
    }),
    ifValid: (read2) => unlessMistaken(read2)[0],
    all,
    withEntry: (entry2) => inputsIn(table, env, mistakes, entry2)
  };
}
function givenIn(name3, { neverEmpty }, env, entry) {
  const own2 = entry?.values.get(name3);
  if (own2 === "mistaken") throw new Mistaken();
  const texts = [own2?.text, env[variable(name3)]];
  const at2 = texts.findIndex((text) => text !== void 0 && (text.trim() !== "" || neverEmpty));
  return at2 < 0 ? void 0 : { text: texts[at2] ?? "", isInput: at2 === 1 };
}
function placeOf({ place, values }, name3, item) {
  const value = values.get(name3);
  return typeof value === "object" ? { ...place, line: value.items?.get(item) ?? value.line } : place;
}
function secretsIn(table, env) {
  return Object.entries(table).flatMap(([name3, { secrets }]) => secrets?.(env[variable(name3)] ?? "") ?? []).filter((secret2) => secret2.trim() !== "");
}
function variable(name3) {
  return `INPUT_${name3.replaceAll(" ", "_").toUpperCase()}`;
}
function misspelled(table, env) {
  const names = Object.keys(table);
  const known = new Set(names.map(variable));
  return Object.keys(env).filter((key) => key.startsWith("INPUT_") && !known.has(key)).sort().map((key) => key.slice("INPUT_".length).toLowerCase()).map((name3) => ({ name: name3, suggestion: didYouMean(name3, names) })).filter(({ suggestion }) => !isEmpty(suggestion)).map(({ name: name3, suggestion }) => ({
    name: name3,
    problem: sentence`${code(name3)} is not an input of this action. ${suggestion}`
  }));
}
function asInvalid(error2) {
  if (error2 instanceof Invalid) return error2;
  throw error2;
}
function badInput(mistakes, order) {
  const distinct = [...new Map(mistakes.map((mistake) => [JSON.stringify(mistake), mistake])).values()];
  const { inputs = [], file: inFile = [] } = Object.groupBy(
    distinct,
    ({ place }) => place ? "file" : "inputs"
  );
  inputs.sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
  inFile.sort((a, b) => (a.place?.line ?? 0) - (b.place?.line ?? 0));
  const invalid = new Set(inputs.map(({ name: name3 }) => name3)).size;
  const file = code(inFile[0]?.place?.file ?? "");
  const problems = [...inputs, ...inFile].map(
    ({ place, problem }) => place === void 0 ? problem : sentence`${code(`${place.file}:${place.line}`)}: ${problem}`
  );
  return new ActionError(
    failure({
      code: "bad-input",
      message: paragraph(
        ...invalid === 0 ? [] : [inOurWords(`${count(invalid, "input")} ${invalid === 1 ? "is" : "are"} invalid.`)],
        ...inFile.length === 0 ? [] : [sentence`${file} has ${inOurWords(count(inFile.length, "mistake"))}.`],
        inOurWords("Nothing was changed.")
      ),
      problems: problems.length > MOST_PROBLEMS ? [
        ...problems.slice(0, MOST_PROBLEMS),
        sentence`There are ${problems.length - MOST_PROBLEMS} more.`
      ] : problems,
      hint: "A value is mistyped, or the variable or secret it comes from is not set.",
      steps: [
        ...invalid === 0 ? [] : ["Correct the `with:` block of this step. The README of this action explains every input."],
        ...inFile.length === 0 ? [] : [sentence`Correct ${file}. The page docs/grants-file.md of this action explains its keys.`]
      ]
    })
  );
}
var MOST_PROBLEMS = 100;

// src/firewall/server.ts
var PROVIDER = "Microsoft.DBforPostgreSQL";
var SERVERS = `${PROVIDER}/flexibleServers`;
var PERMISSIONS = {
  readServer: `${SERVERS}/read`,
  readRules: `${SERVERS}/firewallRules/read`,
  writeRules: `${SERVERS}/firewallRules/write`,
  deleteRules: `${SERVERS}/firewallRules/delete`
};
var RESOURCE_ID = /^\/subscriptions\/([0-9a-f-]{36})\/resourceGroups\/([^/?#%\s]{1,90})\/providers\/Microsoft\.DBforPostgreSQL\/flexibleServers\/([a-z0-9-]{3,63})$/i;
function serverIdOf(text) {
  const [, subscription, resourceGroup, name3] = RESOURCE_ID.exec(text) ?? [];
  if (subscription === void 0 || resourceGroup === void 0 || name3 === void 0) return void 0;
  return { subscription, resourceGroup, name: name3 };
}
function serverPath({ subscription, resourceGroup, name: name3 }) {
  return `/subscriptions/${subscription}/resourceGroups/${resourceGroup}/providers/${SERVERS}/${name3}`;
}
function rulePath(server, rule) {
  return `${serverPath(server)}/firewallRules/${rule}`;
}
function ruleIdOf(text) {
  const [, path = "", rule] = /^(.*)\/firewallRules\/([-\w]{1,80})$/.exec(text) ?? [];
  const server = serverIdOf(path);
  return server === void 0 || rule === void 0 ? void 0 : { server, rule };
}

// src/firewall/state.ts
var import_promises2 = require("node:timers/promises");

// src/firewall/errors.ts
function diagnoseResourceManager(error2, context) {
  return diagnoseBy(RULES2, error2, { with: "azure", ...context });
}
var WHILE_THERE_IS_TIME = 5;
var AZURE = rulesFor("azure", {
  "azure-policy": {
    when: [
      "RequestDisallowedByPolicy",
      { codes: "RequestDisallowedByAzure", text: /\bMFA\b|multi-?factor/i }
    ],
    answer: (_context, { text }) => text.includes("RequestDisallowedByAzure") ? [
      "Azure lets a user change resources only after multifactor authentication, which a job cannot do.",
      "Sign in as an application instead: `auth-type: oidc`."
    ] : [
      "An Azure policy of the subscription does not allow firewall rules, or does not allow this one.",
      "Ask the owner of the policy for an exemption, or use a runner in the server's network (`docs/private-network.md`)."
    ]
  },
  "azure-deny-assignment": {
    when: "DenyAssignmentAuthorizationFailed",
    answer: [
      "A deny assignment of a deployment stack or a managed application forbids this, whatever roles the identity has.",
      "If a deployment stack made the deny assignment, deploy the stack with this option:",
      run(`--deny-settings-excluded-actions ${PERMISSIONS.writeRules} ${PERMISSIONS.deleteRules}`),
      "In a managed application, only its publisher can change the server. Use a runner in the server's network (`docs/private-network.md`)."
    ]
  },
  "resource-locked": {
    when: "ScopeLocked",
    answer: ({ server }) => [
      "A lock on the server, its resource group or its subscription does not allow this.",
      "List the locks:",
      az("lock list", {
        subscription: server.subscription,
        "resource-group": server.resourceGroup,
        output: "table"
      }),
      "Remove the lock, or use a runner in the server's network (`docs/private-network.md`)."
    ]
  },
  "subscription-disabled": {
    when: [
      "ReadOnlyDisabledSubscription SubscriptionDisabled DisallowedOperation AccountIsDisabled",
      { status: [403, 409], text: /subscription.{0,80}(is disabled|not enabled|read.only)/i }
    ],
    answer: ({ server }) => [
      "The subscription is disabled, or its type does not allow changes. Reads can still work.",
      "Look up the state of the subscription:",
      az("account show", { subscription: server.subscription, query: "state" }),
      "Reactivate the subscription, or use another one: https://learn.microsoft.com/azure/cost-management-billing/manage/subscription-disabled"
    ]
  },
  "provider-not-registered": {
    when: "MissingSubscriptionRegistration SubscriptionNotRegistered",
    answer: ({ server }, { text }) => [
      "The subscription is not registered for Azure Database for PostgreSQL. A subscription that has a server always is, so `server-resource-id` can name the wrong one.",
      "If it is the right subscription, register it:",
      az("provider register", {
        namespace: text.match(/namespace '([\w.]{1,100})'/)?.[1] ?? PROVIDER,
        subscription: server.subscription
      })
    ]
  },
  "azure-token-expired": {
    when: [
      "ExpiredAuthenticationToken TokenCreatedWithOutdatedPolicies",
      /continuous access evaluation|Lifetime validation failed/i
    ],
    answer: [
      "The token expired or was revoked before Azure read it, or the runner's clock is wrong.",
      "Run the job again: it has to sign in again.",
      ...CHECK_CLOCK
    ],
    retries: 1
  },
  "azure-token-refused": {
    when: ["InvalidAuthenticationToken* AuthenticationFailed*", { status: [401] }],
    answer: renewToken
  },
  "server-not-found": {
    when: "ResourceNotFound ResourceGroupNotFound ResourceGroupBeingDeleted SubscriptionNotFound InvalidSubscriptionId ParentResourceNotFound InvalidResourceGroup* InvalidResourceNamespace InvalidResourceName NotFound ServerNotFound ServerDropping ServerGroupDropping",
    answer: ({ server }, { code: azureCode }) => [
      NOT_FOUND[azureCode] ?? NO_SERVER,
      ...azureCode.includes("Subscription") ? [
        "Look for the subscription, and set `tenant-id` and `environment` to its tenant and cloud:",
        az("account show", { subscription: server.subscription })
      ] : [],
      "Set `server-resource-id` to one of these:",
      az("postgres flexible-server list", { subscription: server.subscription, query: "[].id" })
    ]
  },
  "azure-not-permitted": {
    when: [
      "AuthorizationFailed AuthorizationPermissionMismatch Forbidden",
      { status: [403], text: /not authorized|not have (permission|authorization)(?!.*linked scope)/i }
    ],
    answer: (context, symptom) => [
      "The identity that signs in has no role on the server that allows this.",
      ...allow(context, symptom)
    ]
  },
  "server-not-running": {
    when: [
      "ServerStoppedError ServerIsStopped",
      { codes: "Server*", text: /state\W{1,5}(Stopp|Disabled|Inaccessible)/i },
      { status: [400, 409], text: /\bstopped\b/i }
    ],
    answer: ({ server }) => [
      "The server is stopped.",
      "Start the server, then run the job again:",
      azServer("start", { server })
    ]
  },
  "server-busy": {
    when: [
      "ServerBusy ServerIsBusy ServiceBusy ServerIsNotReady ServerUnavailableForOperation OperationInProgress AnotherOperationInProgress ConflictingServerOperation OperationPreempted RetryableError",
      {
        status: [400, 409],
        text: /\b(busy|in progress|not (in )?(a )?ready|(try|retry) (again )?later|being (updated|created)|state\W{1,5}(updating|starting|stopping|restarting))\b/i
      }
    ],
    answer: ({ server }) => [
      "Another operation on the server is in progress.",
      "Run the job again when the server is `Ready`:",
      azShow({ server }, "state")
    ],
    retries: WHILE_THERE_IS_TIME
  },
  "azure-too-many-requests": {
    when: ["TooManyRequests SubscriptionRequestsThrottled", { status: [429] }],
    answer: [
      "The subscription has sent more requests than Azure allows in this period.",
      "Run the job again in a few minutes."
    ],
    retries: WHILE_THERE_IS_TIME
  },
  "azure-unavailable": {
    when: [
      "InternalServerError InternalError InternalOperationError ServiceUnavailable GatewayTimeout ServerTimeout RequestTimeout OperationTimedOut",
      { status: [408, "5xx"] }
    ],
    answer: [
      "Azure Resource Manager has a fault.",
      "Run the job again in a few minutes. Azure lists regional outages: https://azure.status.microsoft"
    ],
    retries: WHILE_THERE_IS_TIME
  },
  "azure-refused": {
    when: { status: ["3xx", "4xx"], text: /HTTP status \d+\)?:/ },
    answer: [
      "Azure refused the request for a reason that this action does not recognize.",
      "Look up the code in the message: https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/common-deployment-errors",
      "Use the newest version of this action. If the error persists, open an issue in this action's repository, with this message."
    ]
  }
});
var REFUSED = [...PRIVATE, ...AZURE].filter(
  ({ code: code2, retries }) => retries === void 0 && code2 !== "azure-refused"
);
var NO_HEADER = /header is missing/;
var NO_SERVER = "This subscription and resource group have no server with this name, or it was deleted.";
var NOT_FOUND = {
  SubscriptionNotFound: "This tenant and cloud have no such subscription, or the identity has no role in the subscription.",
  ResourceGroupBeingDeleted: "The resource group of the server is being deleted."
};
var RULES2 = [...PRIVATE, ...AZURE, ...NETWORK];
function renewToken(context, { text }) {
  if (/'puid' or 'altsecid' or 'oid'/.test(text))
    return [
      "The application has no service principal in the subscription's tenant, or a new one that Azure does not know yet.",
      "Create the service principal, then run the job again in a few minutes:",
      az("ad sp create", { id: context.clientId ?? "<client-id>" })
    ];
  if (NO_HEADER.test(text))
    return [
      "The request arrived without its token. A proxy on the way removed the header.",
      ...allowInProxy(context)
    ];
  const tenant = text.match(/must match the tenant 'https:\/\/[\w.]{1,60}\/([0-9a-f-]{36})/i)?.[1];
  return [
    "The token is from a different tenant or cloud than the subscription's.",
    ...tenant === void 0 ? [
      "Set `tenant-id` to the tenant of the subscription, and `environment` to its cloud:",
      az("account show", {
        subscription: context.server.subscription,
        query: "{tenant:tenantId, cloud:environmentName}"
      })
    ] : ["Set `tenant-id` to the subscription's tenant:", run(`tenant-id: ${tenant}`)]
  ];
}
function allow({ permission, server, clientId: clientId2 }, { text }) {
  const needed = text.match(/perform action '([\w./]{1,200})'/)?.[1] ?? permission;
  const assignee = text.match(/object id '([0-9a-f-]{36})'/i)?.[1] ?? clientId2 ?? "<object-id>";
  const { Name: role, Actions } = FIREWALL_ROLE;
  const isKnown = Actions.some((each) => each.toLowerCase() === needed.toLowerCase());
  const definition = {
    ...FIREWALL_ROLE,
    Actions: isKnown ? Actions : [...Actions, needed],
    AssignableScopes: [`/subscriptions/${server.subscription}`]
  };
  return [
    sentence`Create a role that has ${code(needed)}. If it exists, ${code("update")} it:`,
    az("role definition create", { "role-definition": JSON.stringify(definition) }),
    "Assign it on the server:",
    az("role assignment create", { role, assignee, scope: serverPath(server) }),
    "Run the job again. A new assignment can take ten minutes to work."
  ];
}
var FIREWALL_ROLE = {
  Name: "PostgreSQL firewall for a runner",
  Description: "Opens and closes the firewall of a flexible server for one address.",
  Actions: Object.values(PERMISSIONS)
};

// src/firewall/obstacles.ts
var PRIVATE2 = {
  "virtual-network": inOurWords("is in a virtual network (private access)"),
  "private-endpoint": inOurWords("has private endpoints only; its public access is disabled"),
  disabled: inOurWords("has its public access disabled, and no private endpoint")
};
function notChanged(server, rule, message) {
  const log = { "resource-id": rulePath(server, rule), offset: "1h", query: "[].properties.statusMessage" };
  return failure({
    code: "firewall-rule-not-confirmed",
    message,
    hint: "Azure's operation failed, or takes longer than this.",
    steps: [step("Look up what Azure says, then run the job again:", az("monitor activity-log list", log))]
  });
}
function managerNotHttps() {
  return failure({
    code: "resource-manager-not-https",
    message: sentence`${code("AZURE_RESOURCE_MANAGER_URL")} is not an ${code("https://")} address.`,
    hint: "The variable is set for the job or on the runner, and replaces the resource manager of `environment`.",
    steps: [
      "Remove `AZURE_RESOURCE_MANAGER_URL` from the `env` of the workflow and from the runner, or correct it."
    ]
  });
}

// src/azure/credential.ts
var import_node_async_hooks = require("node:async_hooks");

// src/proxy.ts
var VARIABLES = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "HTTP_PROXY", "http_proxy"];
function proxyTo(host2, env) {
  const value = VARIABLES.map((name4) => env[name4]).find(Boolean);
  const { protocol, hostname, port: port2 } = URL.parse(value ?? "") ?? {};
  const name3 = host2?.replace(/:\d+$/, "");
  const bypass = (env.NO_PROXY || env.no_proxy || "").split(",").map((each) => each.trim());
  const bypassed = (each) => each === "*" || each === name3 || each !== "" && name3?.endsWith(each.replace(/^\*?\.?/, "."));
  if (!hostname || bypass.some(bypassed)) return void 0;
  return `${hostname}:${port2 || (protocol === "https:" ? 443 : 80)}`;
}
function checkProxy(env) {
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
      hint: "The value has no `http://` in front of the host, or its password contains a character that must be percent-encoded.",
      steps: [
        step(
          "Set the variable for the job, or on the runner, in this form:",
          `${variable3}=http://<user>:<password>@<proxy>:<port>`
        )
      ]
    })
  );
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
async function retrying(attempt, retryAfter, { end, say: say2, signal }) {
  for (let attempts = 1; ; attempts++) {
    try {
      return await attempt();
    } catch (error2) {
      signal?.throwIfAborted();
      const retry = retryAfter(error2, attempts);
      if (retry === void 0 || Date.now() + retry.wait > end) throw error2;
      say2(retry.line);
      await (0, import_promises.setTimeout)(retry.wait, void 0, { signal }).catch(() => signal?.throwIfAborted());
    }
  }
}
function retryingFailures(attempt, say2, { firstWait, maxTime }, signal) {
  const retryAfter = (error2, attempts) => {
    const retries = error2 instanceof ActionError ? error2.failure.retries ?? 0 : 0;
    if (!(error2 instanceof ActionError) || attempts > retries) return void 0;
    const wait = error2.wait ?? firstWait * 2 ** (attempts - 1);
    const what = plain.sentence(withFullStop(error2.failure.message));
    const when = `Trying again in ${Math.ceil(wait / 1e3)} s (attempt ${attempts + 1} of ${retries + 1}).`;
    return { wait, line: `${what} ${when}` };
  };
  return retrying(attempt, retryAfter, { end: Date.now() + maxTime, say: say2, signal });
}

// src/azure/azure-cli.ts
var import_node_path = require("node:path");
var TIME = 4e4;
async function azureCliToken(scope) {
  const { exec } = await import("node:child_process");
  const command = `az account get-access-token --output json --resource ${scope.replace(/\/\.default$/, "")}`;
  const options = { timeout: TIME, cwd: (0, import_node_path.dirname)(process.execPath) };
  return new Promise((resolve, reject) => {
    exec(command, options, (error2, stdout, stderr) => {
      if (error2) return reject(error2.killed ? noAnswer(TIME) : new Error(stderr.trim() || error2.message));
      try {
        const { accessToken, expires_on, expiresOn } = JSON.parse(stdout);
        if (typeof accessToken !== "string") throw new Error("The Azure CLI gave no token.");
        resolve({ token: accessToken, expiresOnTimestamp: 1e3 * expires_on || Date.parse(expiresOn) });
      } catch (invalid) {
        reject(stderr.trim() ? new Error(stderr.trim()) : invalid);
      }
    });
  });
}

// src/answer.ts
var MAX_BYTES = 64 * 2 ** 20;
function boundAnswer(bytes) {
  if (bytes > MAX_BYTES) throw new Error(`an answer of more than ${MAX_BYTES / 2 ** 20} MiB`);
}

// src/azure/http-client.ts
async function httpClient() {
  const { createDefaultHttpClient } = await import("./azure-identity.cjs");
  const client = createDefaultHttpClient();
  return {
    sendRequest(request2) {
      request2.onDownloadProgress = ({ loadedBytes }) => boundAnswer(loadedBytes);
      return client.sendRequest(request2);
    }
  };
}

// src/azure/id-token.ts
async function idToken(audience, env, answerTime) {
  try {
    return await within(answerTime, request(audience, env));
  } catch (error2) {
    const host2 = URL.parse(env.ACTIONS_ID_TOKEN_REQUEST_URL ?? "")?.host;
    throw new ActionError(diagnose(error2, { with: "github", host: host2, proxy: proxyTo(host2, env) }), {
      cause: error2
    });
  }
}
var MAX_LENGTH = 1e5;
async function request(audience, env) {
  const url = variable2("ACTIONS_ID_TOKEN_REQUEST_URL", env);
  const token = variable2("ACTIONS_ID_TOKEN_REQUEST_TOKEN", env);
  rememberSent(token);
  const { HttpClient } = await import("./actions-http-client.cjs");
  const http = new HttpClient("azure-postgres-grants", [], { allowRedirects: false });
  const response = await http.get(`${url}&audience=${encodeURIComponent(audience)}`, {
    authorization: `Bearer ${token}`,
    accept: "application/json"
  });
  const status = response.message.statusCode ?? 0;
  let body = "";
  for await (const chunk of response.message.setEncoding("utf8")) {
    body += chunk;
    if (body.length > MAX_LENGTH) throw new Error(`an answer of more than ${MAX_LENGTH} characters`);
  }
  if (status !== 200)
    throw new Error(`Failed to get ID Token. Error Code : ${status} Error Message: ${wordsIn(body)}`);
  const { value } = JSON.parse(body);
  if (typeof value !== "string" || value === "")
    throw new Error("Response json body do not have ID Token field");
  maskSent(value);
  return value;
}
function variable2(name3, env) {
  const value = env[name3];
  if (!value) throw new Error(`Unable to get ${name3} env variable`);
  return value;
}
function wordsIn(body) {
  try {
    const { errorMessage, message } = JSON.parse(body);
    return String(errorMessage ?? message ?? "");
  } catch {
    return "";
  }
}

// src/azure/obstacles.ts
var TLS_CHECKS_OFF = failure({
  code: "tls-checks-off",
  message: "`NODE_TLS_REJECT_UNAUTHORIZED` is `0`.",
  hint: "With `NODE_TLS_REJECT_UNAUTHORIZED=0`, Node.js checks no certificates, so anyone on the network could read the token. Nothing was sent.",
  steps: [
    "Remove `NODE_TLS_REJECT_UNAUTHORIZED` from the job's environment.",
    "To trust your own certificate authority, set `NODE_EXTRA_CA_CERTS` to the path of its PEM file."
  ]
});
function authorityNotHttps({ authority }) {
  return failure({
    code: "authority-not-https",
    message: "`AZURE_AUTHORITY_HOST` is not an `https://` address.",
    hint: "`AZURE_AUTHORITY_HOST` replaces the server that issues tokens, and the connection to it must be encrypted.",
    steps: [
      step(
        "Remove `AZURE_AUTHORITY_HOST` from the job's environment, or set it to an `https://` address:",
        `AZURE_AUTHORITY_HOST=${authority}`
      )
    ]
  });
}

// src/azure/refusals.ts
var Answer = class extends Error {
  status;
  /** `NOT_JSON` if the answer did not come from the peer itself. */
  code;
  constructor(status, words2, code2 = "") {
    super(`HTTP status ${status}${words2}`);
    this.status = status;
    this.code = code2;
  }
};
function notJson(status, type = "", body = "") {
  const answer = (words2) => new Answer(status, ` with ${words2}`, "NOT_JSON");
  if (!body?.trim()) return answer("an empty answer");
  try {
    JSON.parse(body);
    return void 0;
  } catch {
    const said = withoutSecrets(body);
    const title = said.match(/<title>([^<]{1,200})/i)?.[1]?.trim();
    if (/html/i.test(type) || /^\s*<(!doctype|html)/i.test(body)) {
      return answer(title ? `an HTML page, "${title}"` : "an HTML page");
    }
    return answer(`an answer that is not JSON: ${said.slice(0, 200)}`);
  }
}
function identityRefusal(status, body) {
  if (status < 400) return void 0;
  const { error: error2, error_description, message, Message } = JSON.parse(body);
  const words2 = error_description ?? message ?? Message ?? error2?.message ?? error2 ?? body.slice(0, 200);
  return new Answer(status, `: ${words2}`);
}

// src/azure/credential.ts
function signIn(settings, env, signal, options = {}) {
  const { signIn: how, cloud } = settings;
  const { scope = cloud.postgresScope, patience = PATIENCE } = options;
  for (const secret2 of sentBy(how, env)) rememberSent(secret2);
  if (how.type === "password") return async () => how.password;
  const request2 = () => retryingFailures(
    () => requestToken(how, cloud, scope, env, patience.answerTime, signal),
    say,
    patience,
    signal
  ).catch((error2) => {
    throw error2 instanceof ActionError ? withoutRetries(error2) : error2;
  });
  let current;
  return async (refused) => {
    const held = current;
    if (held !== void 0) {
      const { token, expiresOnTimestamp } = await held;
      if (token !== refused && expiresOnTimestamp > Date.now() + MARGIN) return token;
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
function withoutRetries({ failure: failure2, cause }) {
  const { retries: _, ...last } = failure2;
  return new ActionError(last, { cause });
}
var MARGIN = 6e4;
async function requestToken(how, cloud, scope, env, answerTime, signal) {
  let assertion;
  const getAssertion = () => {
    assertion ??= idToken(cloud.oidcAudience, env, answerTime);
    return assertion;
  };
  const last = { answerTime, type: how.type };
  try {
    const authorityHost = authorityOf(cloud, env);
    if (how.type === "oidc") getAssertion().catch(() => {
    });
    const identity = await import("./azure-identity.cjs");
    const options = {
      authorityHost,
      disableInstanceDiscovery: authorityHost !== cloud.authority,
      // only Microsoft's own hosts can be looked up
      httpClient: await watchedClient(),
      retryOptions: { maxRetries: 0 }
      // `retryingFailures` does it, and logs it
    };
    const credential = credentialFor(how, identity, options, getAssertion);
    const getToken = () => credential.getToken(scope);
    const token = await within(TOKEN_TIME, LAST.run(last, getToken), signal);
    if (token === null) throw new Error("Entra gave no token.");
    maskSent(token.token);
    return token;
  } catch (error2) {
    signal?.throwIfAborted();
    const sent = await assertion?.catch((failed) => failed);
    if (sent instanceof ActionError) throw sent;
    if (error2 instanceof ActionError) throw error2;
    const { problem, host: host2 } = last;
    const known = problem instanceof Answer ? problem : new AggregateError([error2, problem]);
    const inApp = env.IDENTITY_HEADER !== void 0;
    const peer2 = { with: "entra", host: host2, proxy: proxyTo(host2, env), cloud, inApp };
    const context = { ...peer2, signIn: how, assertion: claimsOf(String(sent)) };
    throw new ActionError(diagnose(known, context), { cause: known });
  }
}
function credentialFor(how, identity, options, getAssertion) {
  switch (how.type) {
    case "oidc":
      return new identity.ClientAssertionCredential(how.tenantId, how.clientId, getAssertion, options);
    case "client-secret":
      return new identity.ClientSecretCredential(how.tenantId, how.clientId, how.clientSecret, options);
    case "managed-identity":
      return how.clientId === void 0 ? new identity.ManagedIdentityCredential(options) : new identity.ManagedIdentityCredential({ ...options, clientId: how.clientId });
    case "azure-cli":
      return { getToken: (scopes) => azureCliToken(`${scopes}`) };
  }
}
var TOKEN_TIME = 45e3;
function authorityOf(cloud, env) {
  if (env.NODE_TLS_REJECT_UNAUTHORIZED === "0") throw new ActionError(TLS_CHECKS_OFF);
  checkProxy(env);
  const authority = env.AZURE_AUTHORITY_HOST || cloud.authority;
  if (URL.parse(authority)?.protocol === "https:") return authority;
  throw new ActionError(authorityNotHttps(cloud));
}
var LAST = new import_node_async_hooks.AsyncLocalStorage();
async function watchedClient() {
  const client = await httpClient();
  return {
    async sendRequest(request2) {
      const last = LAST.getStore();
      if (last === void 0) return client.sendRequest(request2);
      request2.timeout = last.answerTime;
      last.host = new URL(request2.url).host;
      try {
        const response = await within(last.answerTime, client.sendRequest(request2));
        last.problem = hiddenBy(response, last.type);
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
  const page = notJson(status, headers.get("content-type"), bodyAsText);
  return page ?? (type === "managed-identity" ? identityRefusal(status, `${bodyAsText}`) : void 0);
}

// src/firewall/http.ts
async function answerTo({ time, maxRetries = 0, ...request2 }, stop) {
  const pipelines = await import("./azure-identity.cjs");
  const pipeline = pipelines.createPipelineFromOptions({
    retryOptions: { maxRetries },
    redirectOptions: { maxRetries: 0 }
    // a redirect could take a token elsewhere, or lead away from https
  });
  const headers = pipelines.createHttpHeaders(request2.headers);
  const ending = new AbortController();
  const sent = pipelines.createPipelineRequest({ ...request2, headers, abortSignal: ending.signal });
  try {
    return await within(time, pipeline.sendRequest(await httpClient(), sent), stop);
  } finally {
    ending.abort();
  }
}

// src/firewall/resource-manager.ts
var PATIENCE2 = { answerTime: 3e4, firstWait: 5e3 };
var API_VERSION = "2025-08-01";
function resourceManager(settings, server, env, stop) {
  const { signIn: how, cloud } = settings;
  const base = baseUrl(cloud, env);
  const peer2 = { host: base.host, proxy: proxyTo(base.host, env) };
  const token = signIn(settings, env, stop, { scope: cloud.resourceManagerScope });
  const clientId2 = "clientId" in how ? how.clientId : void 0;
  async function send({ method, path, permission, body, maxTime, onRetry }) {
    let expired;
    const attempt = async () => {
      const bearer = await token(expired);
      try {
        const headers = { authorization: `Bearer ${bearer}`, accept: "application/json" };
        const content = body !== void 0 && {
          headers: { ...headers, "content-type": "application/json" },
          body: JSON.stringify(body)
        };
        const url = addressOf(path, base);
        const time = PATIENCE2.answerTime;
        const answer = await answerTo({ method, url, headers, ...content, time }, stop);
        if (answer.status >= 300) throw refusedBy(answer);
        return jsonOf(answer);
      } catch (error2) {
        stop.throwIfAborted();
        const failure2 = diagnoseResourceManager(error2, { permission, server, ...peer2, clientId: clientId2 });
        if (failure2.code === "azure-token-expired") expired = bearer;
        throw new ActionError(failure2, { cause: error2, wait: error2.wait });
      }
    };
    const sayAgain = (line) => {
      onRetry?.();
      say(line);
    };
    return retryingFailures(attempt, sayAgain, { ...PATIENCE2, maxTime }, stop);
  }
  return { server, send, stop };
}
function baseUrl(cloud, env) {
  const url = URL.parse(env.AZURE_RESOURCE_MANAGER_URL || cloud.resourceManager);
  if (url?.protocol === "https:") return url;
  throw new ActionError(managerNotHttps());
}
function addressOf(path, base) {
  const url = new URL(path, base);
  if (url.origin !== base.origin) throw new Error(`${url.origin} is not ${base.origin}.`);
  if (!url.searchParams.has("api-version")) url.searchParams.set("api-version", API_VERSION);
  return url.href;
}
function refusedBy(answer) {
  const { status, headers, bodyAsText } = answer;
  const wait = 1e3 * Number(headers.get("retry-after")) || void 0;
  const page = bodyAsText ? notJson(status, headers.get("content-type"), bodyAsText) : void 0;
  if (page !== void 0) return Object.assign(page, { wait });
  const { error: error2 } = jsonOf(answer) ?? {};
  const code2 = String(error2?.code ?? "");
  const start2 = code2 === "" ? `HTTP status ${status}` : `${code2} (HTTP status ${status})`;
  const text = typeof error2?.message === "string" ? error2.message : withoutSecrets(bodyAsText ?? "").slice(0, 300);
  return Object.assign(new Error(`${start2}: ${text}`), { status, code: code2, wait });
}
function isMissing({ cause }) {
  const { status, code: code2 = "" } = cause;
  return status === 404 && /^((Resource|ResourceGroup|ParentResource)NotFound|FirewallRuleNotExist)$/.test(code2);
}
function jsonOf({ bodyAsText }) {
  try {
    return JSON.parse(bodyAsText || "{}");
  } catch {
    return void 0;
  }
}

// src/firewall/requests.ts
var TIMES = { read: 6e4, change: 18e4 };
async function readRule({ send, server }, rule) {
  const request2 = { path: rulePath(server, rule), permission: PERMISSIONS.readRules, maxTime: TIMES.read };
  try {
    return ruleOf(await send({ method: "GET", ...request2 }) ?? {});
  } catch (error2) {
    if (error2 instanceof ActionError && isMissing(error2)) return void 0;
    throw error2;
  }
}
function ruleOf({ name: name3 = "", properties }) {
  return { name: name3, start: properties?.startIpAddress ?? "", end: properties?.endIpAddress ?? "" };
}
async function putRule({ send, server }, rule, address, onRetry) {
  const body = { properties: { startIpAddress: address, endIpAddress: address } };
  const request2 = { path: rulePath(server, rule), permission: PERMISSIONS.writeRules, body, onRetry };
  await send({ method: "PUT", ...request2, maxTime: TIMES.change });
}
async function deleteRule({ send, server }, rule) {
  const request2 = { path: rulePath(server, rule), permission: PERMISSIONS.deleteRules };
  await send({ method: "DELETE", ...request2, maxTime: TIMES.change });
}

// src/firewall/state.ts
function ruleInState({ STATE_rule, STATE_settled }) {
  const id = ruleIdOf(STATE_rule ?? "");
  return id && { ...id, settled: STATE_settled === "true" };
}
var UNUSED_ADDRESS = "192.0.2.1";
async function removeRule(azure, rule) {
  let address;
  try {
    await deleteRule(azure, rule);
  } catch (error2) {
    azure.stop.throwIfAborted();
    if (await readRule(azure, rule).catch(() => true) === void 0) return true;
    if (!(error2 instanceof ActionError) || error2.failure.code !== "resource-locked") throw error2;
    address = UNUSED_ADDRESS;
    await putRule(azure, rule, address);
  }
  if (await isSeen(azure, rule, (found) => found?.start === address)) return address === void 0;
  const message = sentence`Azure accepted the deletion of firewall rule ${code(rule)}, but the rule is still open after ${CHANGE_TIME / 1e3} s.`;
  throw new ActionError(notChanged(azure.server, rule, message));
}
var CHANGE_TIME = 12e4;
var POLL_TIME = 2e3;
async function isSeen(azure, rule, isWanted, maxTime = CHANGE_TIME) {
  for (const end = Date.now() + maxTime; !isWanted(await readRule(azure, rule)); ) {
    if (Date.now() + POLL_TIME > end) return false;
    await (0, import_promises2.setTimeout)(POLL_TIME, void 0, { signal: azure.stop });
  }
  return true;
}

// src/firewall/publish.ts
function leftOpen(server, rule, { code: code2, message, hint }, { aborted: stopped }) {
  const isStopped = code2 === "server-not-running";
  const lines = [
    `Firewall rule ${rule} may still be open. ${isStopped ? "Start the server, then remove" : "Remove"} it:`,
    ...isStopped ? [azServer("start", { server }).command] : [],
    removal(server, rule),
    plain.sentence(message),
    plain.sentence(hint)
  ];
  if (stopped) setFailed(lines.join("\n"));
  else warn(lines);
}
function closedButLocked(server, rule) {
  warn([
    `A lock prevents the deletion of firewall rule ${rule}. The rule now allows only ${UNUSED_ADDRESS}, an address that no computer has. Remove the lock, then delete the rule:`,
    removal(server, rule),
    plain.sentence(inOurWords("A runner in the server's network needs no rule: `docs/private-network.md`."))
  ]);
}
function warn(lines) {
  warning(lines.filter((line) => line !== "").join("\n"), { title: "Firewall of the PostgreSQL server" });
}
function removal(server, rule) {
  return az("resource delete", { ids: rulePath(server, rule) }).command;
}

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

// src/model/privileges.ts
var TABLE_PRIVILEGES = [
  "SELECT",
  "INSERT",
  "UPDATE",
  "DELETE",
  "TRUNCATE",
  "REFERENCES",
  "TRIGGER",
  "MAINTAIN"
];
var SCHEMA_PRIVILEGES = ["USAGE", "CREATE"];
var ORDER = [...SCHEMA_PRIVILEGES, ...TABLE_PRIVILEGES];

// src/settings/values.ts
function choice(choices) {
  return (text) => {
    const word = text.trim();
    const found = choices.find((each) => each === word);
    if (found === void 0) throw notValid(word, choices);
    return found;
  };
}
function oneOf(choices) {
  const all2 = choices.map((each) => `\`${each}\``);
  return `${all2.slice(0, -1).join(", ")} or ${all2.at(-1)}`;
}
var BOOLEAN_INPUT = { use: oneOf(["true", "false"]), default: "false", inFile: "boolean" };
function notValid(word, choices) {
  return new Invalid(inOurWords("is not valid"), { advice: didYouMean(word, choices) });
}
function cloudName(text) {
  const name3 = text.trim().toLowerCase();
  if (Object.hasOwn(CLOUDS, name3)) return name3;
  const near = didYouMean(name3, Object.keys(CLOUDS));
  throw new Invalid(inOurWords("is not an Azure cloud"), {
    advice: isEmpty(near) ? GITHUB_ENVIRONMENT : near
  });
}
var GITHUB_ENVIRONMENT = inOurWords(
  "For a GitHub environment, set `jobs.<job_id>.environment` on the job."
);
function clientId(text) {
  const id = text.trim();
  if (!GUID.test(id)) throw new Invalid(inOurWords("is not a GUID"));
  return id;
}
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
var OTHER_PRODUCTS = [
  // https://learn.microsoft.com/azure/horizondb/
  {
    suffix: /\.horizondb\.azure\.com\.?$/i,
    problem: inOurWords("is a cluster of Azure HorizonDB, which this action does not support")
  },
  // https://learn.microsoft.com/azure/cosmos-db/postgresql/
  {
    suffix: /\.postgres\.cosmos\.azure\.com\.?$/i,
    problem: inOurWords("is a cluster of Azure Cosmos DB for PostgreSQL, which this action does not support")
  }
];
var FLEXIBLE_SERVER = inOurWords("Use the name of a flexible server of Azure Database for PostgreSQL.");
var MORE_LINES = inOurWords("has more than one line");

// src/settings/server.ts
var SSL_MODES = ["verify-full", "verify-ca", "disable"];
var SERVER_INPUTS = {
  host: { use: "a server name, such as `my-server` or `my-server.postgres.database.azure.com`" },
  port: { use: "a number from 1 to 65535" },
  "ssl-mode": { use: oneOf(SSL_MODES), default: "verify-full" },
  "ssl-root-cert": { use: "CA certificates as PEM text, or the path of a PEM file" }
};

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
function entraSignInFrom(inputs) {
  const chosen = inputs.optional("auth-type", choice(ENTRA_AUTH_TYPES));
  return entraSignIn(chosen ?? entraTypeOf(inputs), inputs);
}
function cloudFrom(inputs) {
  return CLOUDS[inputs.orDefault("environment", cloudName)];
}
function entraTypeOf(inputs) {
  return inputs.isSet("client-secret") ? "client-secret" : "oidc";
}
function entraSignIn(type, inputs) {
  const required = requiredBy(type, inputs);
  const application = {
    clientId: () => inputs.required("client-id", clientId, required),
    tenantId: () => inputs.required("tenant-id", tenantId, required)
  };
  switch (type) {
    case "oidc":
      return { type, ...inputs.all(application) };
    case "client-secret":
      return {
        type,
        ...inputs.all({
          ...application,
          clientSecret: () => inputs.required("client-secret", secret, required)
        })
      };
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

// src/firewall/settings.ts
var { host, port: portInput, "ssl-root-cert": rootCert } = SERVER_INPUTS;
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
  host,
  port: { ...portInput, default: "5432" },
  "ssl-root-cert": rootCert
};
function parseAzureSettings(env) {
  return readInputs(FIREWALL_INPUTS, env, (inputs) => inputs.all(azureFrom(inputs)));
}
function azureFrom(inputs) {
  return { cloud: () => cloudFrom(inputs), signIn: () => entraSignInFrom(inputs) };
}

// src/firewall/close.ts
async function closeFirewall(env, signal) {
  mask(...secretsIn(FIREWALL_INPUTS, env));
  const made = ruleInState(env);
  if (made === void 0) {
    say("No firewall rule was made, so there is none to remove.");
    return;
  }
  try {
    await close(made, env, signal);
  } catch (error2) {
    leftOpen(made.server, made.rule, diagnose(signal.aborted ? signal.reason : error2), signal);
  }
}
async function close(made, env, signal) {
  const { server, rule, settled } = made;
  say(`Removing firewall rule ${rule}.`);
  const azure = resourceManager(parseAzureSettings(env), server, env, signal);
  let gone = await removeRule(azure, rule);
  if (!settled && await appears(azure, rule)) gone = await removeRule(azure, rule);
  if (gone) say(`Firewall rule ${rule} is removed.`);
  else closedButLocked(server, rule);
}
async function appears(azure, rule) {
  say(`The rule was not seen before the step ended. Watching for the rule for ${CHANGE_TIME / 1e3} s.`);
  const isOpen = (found) => found !== void 0 && found.start !== UNUSED_ADDRESS;
  if (!await isSeen(azure, rule, isOpen)) return false;
  say(`Firewall rule ${rule} has appeared. Removing it.`);
  return true;
}

// src/firewall/post.ts
var GRACE_TIME = 4e3;
start((signal) => closeFirewall(process.env, signal), GRACE_TIME);
