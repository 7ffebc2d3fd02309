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
  return { text: sentenceOf(text), ...command !== void 0 && { command } };
}
function stepsOf(steps) {
  return steps.map((each) => typeof each === "object" && "text" in each ? each : step(each));
}
function failure({ message, hint = EMPTY, steps, ...others }) {
  return { ...others, message: sentenceOf(message), hint: sentenceOf(hint), steps: stepsOf(steps) };
}
var ActionError = class extends Error {
  failure;
  constructor(failure2, options) {
    super(failure2.code, options);
    this.name = "ActionError";
    this.failure = failure2;
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
  return ["az", command, ...words2].join(" ");
}
var SHOW_TENANT = az("account show", { query: "{tenant:tenantId, cloud:environmentName}" });
var GET_TOKEN = "az account get-access-token --resource-type oss-rdbms --query expiresOn --debug";
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
  return rules.map(({ cause, next, ...rule }) => ({
    ...rule,
    with: [partners].flat(),
    cause: (...of) => sentenceOf(typeof cause === "function" ? cause(...of) : cause),
    next: (...of) => stepsOf(typeof next === "function" ? next(...of) : next)
  }));
}
function byText(...variants) {
  const rules = rulesFor(
    [],
    variants.map(({ cause, next }) => ({ code: "", when: [], cause, next }))
  );
  const answer = ({ text }) => rules[variants.findIndex((each) => each.text?.test(text) ?? true)];
  return {
    cause: (context, symptom) => answer(symptom).cause(context, symptom),
    next: (context, symptom) => answer(symptom).next(context, symptom)
  };
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
  if (partner === "github-issues") return "api.github.com";
  if (partner === "github") return "<host>.actions.githubusercontent.com";
  return new URL(cloud?.authority ?? "https://login.microsoftonline.com").host;
}

// src/diagnosis/entra.ts
var OSSRDBMS = "123cd850-d9df-40bd-94d5-c9f07b7fa203";
var ENTRA = rulesFor("entra", [
  {
    code: "federated-credential",
    when: [{ aadsts: [70021, 700211, 700213, 7002131] }],
    cause: (context, symptom) => MERGE_QUEUE.test(subjectOf(context, symptom)) ? "The job runs for the merge queue. Its branch changes with each run, and so does the subject, so a federated credential for this subject would not match the next run." : "The application has no federated credential for this job. Each branch, tag and environment, and `pull_request`, has its own subject.",
    next: federate,
    retries: 1
    // a credential created a moment ago is not everywhere yet
  },
  {
    code: "federated-audience",
    when: [{ aadsts: [700212] }],
    cause: "The application's federated credential has a different audience. Each cloud has its own audience, and `environment` selects the cloud.",
    next: federate
  },
  {
    code: "federated-subject-case",
    when: [{ aadsts: [7002138] }],
    cause: "The federated credential's subject differs from the job's only in upper and lower case. The two must be identical.",
    next: federate
  },
  {
    code: "federated-credential-none",
    when: [{ aadsts: [70025] }],
    cause: "The application in `client-id` has no federated credentials: it is the wrong application, or none were added.",
    next: federate
  },
  {
    code: "federation-not-allowed",
    when: [{ aadsts: [700223, 700238] }],
    cause: "A policy of the tenant forbids workload identity federation with this issuer or application.",
    next: ({ assertion }) => [
      sentence`Ask the tenant's administrators to allow the issuer ${code(issuerOf(assertion))} for this application.`,
      "Or sign in with `client-secret`, or `auth-type: managed-identity` on a self-hosted runner in Azure."
    ]
  },
  {
    code: "federated-enterprise",
    when: [{ aadsts: [7002381] }],
    cause: ({ assertion }) => {
      const enterprise = claim(assertion, "enterprise");
      const has = enterprise === void 0 ? sentence`has none` : sentence`has ${code(enterprise)}`;
      return sentence`The tenant accepts GitHub's ID tokens only from certain enterprises (claim \`enterprise\`), and this job's token ${has}.`;
    },
    next: [
      "Run the workflow in a repository of an organization that belongs to one of the enterprises in the message.",
      "Or sign in without GitHub's token: `auth-type: managed-identity` on a self-hosted runner in Azure, or `client-secret`.",
      "Or ask the tenant's administrators to allow your enterprise."
    ]
  },
  {
    code: "issuer-unreadable",
    when: [{ aadsts: [50166, 501661, 90061] }],
    cause: "Entra could not read the keys of the ID token's issuer. For github.com, this is temporary. GitHub Enterprise Server must be reachable from the internet.",
    next: ({ assertion }) => [
      "Run the job again.",
      step(
        "If the error persists, check that the issuer's configuration and keys can be read from the internet:",
        `curl --fail ${shell(`${issuerOf(assertion).replace(/\/$/, "")}/.well-known/openid-configuration`)}`
      )
    ],
    retries: 3
  },
  {
    code: "assertion-invalid",
    when: [{ aadsts: [50027, 5002727, 50013, 5000811, 700021, 700023, 700027, 700222] }],
    cause: "The ID token that Entra received is not one that GitHub signed: it is missing or was changed on the way.",
    next: ({ signIn: signIn2 }) => [
      ...signIn2?.type === "azure-cli" ? [
        "Check the azure/login step: the job needs `id-token: write`, or azure/login signs in without a token."
      ] : [],
      "If azure/login runs in this job, set the same `client-id` there.",
      "On a self-hosted runner, check that `ACTIONS_ID_TOKEN_REQUEST_URL` leads to GitHub, and not to a proxy.",
      "Run the job again."
    ]
  },
  {
    code: "assertion-expired",
    when: [{ aadsts: [700024, 500133] }],
    cause: ({ signIn: signIn2 }) => signIn2?.type === "azure-cli" ? "azure/login signed in with GitHub's ID token, which is valid for five minutes. The Azure CLI cannot renew it." : "GitHub's ID token had expired when Entra received it. It is valid for five minutes, so the runner's clock is probably wrong.",
    next: ({ signIn: signIn2 }) => signIn2?.type === "azure-cli" ? [
      "Use `auth-type: oidc`, which asks for a new ID token when it needs one.",
      "Or run azure/login right before this step."
    ] : [step("On a self-hosted runner, check the clock:", "timedatectl"), "Run the job again."],
    retries: 1
  },
  {
    code: "application-not-found",
    when: [{ aadsts: [700016, 70001, 700011] }],
    cause: "`client-id` and `tenant-id` do not belong together: one is wrong, they are swapped, or the application is in another cloud (`environment`).",
    next: ({ signIn: signIn2 }) => [
      step(
        "Look up the application:",
        az("ad app show", { id: clientOf(signIn2), query: "{name:displayName, clientId:appId}" })
      ),
      step("Look up the tenant and the cloud:", SHOW_TENANT)
    ]
  },
  {
    code: "service-principal-missing",
    when: [{ aadsts: [7000229, 90099] }],
    cause: "The application is registered, but has no service principal (enterprise application) in this tenant.",
    next: ({ signIn: signIn2 }) => [
      step("Create the service principal:", az("ad sp create", { id: clientOf(signIn2) }))
    ]
  },
  {
    code: "application-disabled",
    when: [{ aadsts: [7000112] }],
    cause: "Sign-in is disabled for this application.",
    next: ({ signIn: signIn2 }) => [
      step("Enable sign-in:", az("ad sp update", { id: clientOf(signIn2), set: "accountEnabled=true" }))
    ]
  },
  {
    code: "application-not-assigned",
    when: [{ aadsts: [50105, 501051] }],
    cause: "The tenant lets only assigned principals use the resource, and this one is not assigned.",
    next: [
      "In the Entra admin center, open the enterprise application that the message names, and assign the principal under `Users and groups`."
    ]
  },
  {
    code: "cross-cloud",
    when: [{ aadsts: [90038, 900382, 900432, 900439, 700030] }],
    cause: ({ cloud }) => sentence`The tenant is not in ${code(cloud?.name ?? "azurecloud")}, the cloud that this run asked.`,
    next: [
      "Set `environment` to the tenant's cloud: `azurecloud`, `azureusgovernment` or `azurechinacloud`.",
      step("Look up the cloud:", SHOW_TENANT)
    ]
  },
  {
    code: "tenant-not-found",
    when: [
      { aadsts: [90002, 900023, 900021, 50059, 50128, 50194, 90019] },
      { text: /Invalid tenant id provided/ }
    ],
    cause: "This cloud has no tenant with this ID or name: `tenant-id` or `environment` is wrong.",
    next: [step("Look up the tenant and the cloud:", SHOW_TENANT)]
  },
  {
    code: "tenant-blocked",
    when: [{ aadsts: [5000224, 5000225] }],
    cause: "Microsoft blocked the tenant, usually because it was inactive for a long time.",
    next: [
      "Reactivate the tenant: https://aka.ms/TenantLifecycle",
      step("Or set `tenant-id` to the tenant that the server belongs to:", SHOW_TENANT)
    ]
  },
  {
    code: "application-public",
    when: [{ aadsts: [700025] }],
    cause: "The application is registered as a public client, which cannot authenticate with a token or a secret.",
    next: ({ signIn: signIn2 }) => [
      step(
        "Make the application a confidential client:",
        az("ad app update", { id: clientOf(signIn2), "is-fallback-public-client": "false" })
      )
    ]
  },
  {
    code: "consent-missing",
    when: [{ aadsts: [65001, 65004, 65005, 90094] }],
    cause: "This application does not have consent to use Azure Database for PostgreSQL.",
    next: ({ cloud, signIn: signIn2 }) => [
      ...isApplication(signIn2) ? [
        step(
          "Give consent, as an administrator of the tenant:",
          az("ad app permission admin-consent", { id: clientOf(signIn2) })
        )
      ] : [
        "Use `auth-type: oidc`, which needs no consent.",
        step("Or give consent by signing in once:", az("login", { scope: scopeOf(cloud) }))
      ]
    ]
  },
  {
    code: "client-secret-wrong",
    when: [{ aadsts: [50012, 70002, 7000215, 7000216, 7000218] }],
    cause: "`client-secret` is not a secret of this application. Use the secret's value, not its ID.",
    next: newSecret
  },
  {
    code: "client-secret-expired",
    when: [{ aadsts: [7000222] }],
    cause: "The client secret has expired.",
    next: newSecret
  },
  {
    code: "resource-not-found",
    when: [{ aadsts: [500011, 50001, 650052, 650057, 70011, 1002012] }],
    cause: ({ cloud }) => sentence`The tenant does not know Azure Database for PostgreSQL by the name it has in ${code(cloud?.name ?? "azurecloud")}: ${code(scopeOf(cloud))}.`,
    next: [
      "Set `environment` to the tenant's cloud: `azurecloud`, `azureusgovernment` or `azurechinacloud`.",
      step("Look up the cloud:", SHOW_TENANT)
    ]
  },
  {
    code: "resource-disabled",
    when: [{ aadsts: [500014] }],
    cause: "The service principal of Azure Database for PostgreSQL is disabled in this tenant, or the tenant has no active subscription.",
    next: [
      step(
        "Find the service principal that the message names:",
        az("ad sp show", { id: OSSRDBMS, query: "{name:displayName, enabled:accountEnabled}" })
      ),
      step(
        "Enable the service principal, as an administrator of the tenant:",
        az("ad sp update", { id: OSSRDBMS, set: "accountEnabled=true" })
      )
    ]
  },
  {
    code: "conditional-access",
    when: [
      {
        aadsts: [
          50005,
          50097,
          50131,
          53e3,
          53001,
          53002,
          53003,
          53011,
          530003,
          530004,
          530031,
          530032,
          530034,
          530035,
          530084
        ]
      }
    ],
    cause: ({ signIn: signIn2 }) => isApplication(signIn2) ? "A Conditional Access policy for workload identities blocks this application, usually because of the runner's address." : "A Conditional Access policy, or the tenant's security defaults, block this sign-in. A policy that requires a managed device is meant for people.",
    next: ({ signIn: signIn2 }) => [
      ...isApplication(signIn2) ? [
        "Run the job where the policy allows it: a self-hosted runner, or a larger runner with a static IP address."
      ] : ["Sign in as an application instead: `auth-type: oidc`."],
      "Ask the tenant's administrators which policy blocked it (Entra admin center, `Sign-in logs`), and ask them to exclude this identity."
    ]
  },
  {
    code: "managed-identity-arc",
    when: [
      { codes: ["unable_to_read_secret_file", "invalid_secret"] },
      { text: /unable_to_read_secret_file|AzureConnectedMachineAgent|azcmagent/ }
    ],
    cause: "Azure Arc proves the machine by a file, which the runner's user must not read.",
    next: [
      step(
        "On Linux, add the runner's user to the group of the agent, then restart the runner's service:",
        "sudo usermod --append --groups himds <runner-user>"
      ),
      "On Windows, add the user to the local group `Hybrid agent extension applications`."
    ]
  },
  {
    code: "managed-identity-unavailable",
    when: [
      { text: /Required metadata header not specified/ },
      { signIn: "managed-identity", codes: ["NOT_JSON"], status: [502, 504] },
      { text: /ManagedIdentityCredential: Network unreachable|IMDS endpoint|unreachable (network|host)/i },
      { text: /169\.254\.169\.254.*(Max retries|Failed to establish|timed out)/ },
      { text: /Failed to connect to MSI(?!.*(\b400\b|Bad Request))/ },
      { codes: ["ECONNREFUSED", "EHOSTUNREACH", "ENETUNREACH", "ETIMEDOUT"], signIn: "managed-identity" }
    ],
    cause: (_context, { text }) => BEHIND_PROXY.test(text) ? "A proxy is between the runner and the endpoint that issues tokens for a managed identity, which does not work through a proxy." : "This runner has no endpoint that issues tokens for a managed identity: it is not a machine in Azure, or it has no identity.",
    next: reachIdentity
  },
  {
    code: "managed-identity-unknown",
    when: [
      {
        text: /Identity not found|Unable to load the proper Managed Identity|Multiple user assigned identities|No MSI found|No (User|System) Assigned (or Delegated )?Managed Identity found|identity has(n't| not|n\u2019t) been assigned/i
      },
      { signIn: "managed-identity", status: [400, 403] },
      { text: /Failed to connect to MSI.*(\b400\b|Bad Request)|400 Client Error.*localhost:50342/ },
      { codes: ["user_assigned_managed_identity_not_confirmed"] }
    ],
    cause: "The runner does not have the requested identity: `client-id` is wrong, none is assigned, or there are several and `client-id` does not choose one.",
    next: ({ inApp }, { text }) => CLOUD_SHELL.test(text) ? [
      step(
        "The identity of Cloud Shell does not work for PostgreSQL. Sign in, and use `auth-type: azure-cli`:",
        "az login"
      )
    ] : [
      inApp || /Unable to load the proper/.test(text) ? step(
        "List the identities of the container app, or of the App Service app:",
        [az("containerapp identity show", APP), az("webapp identity show", APP)].join("\n")
      ) : step(
        "List the identities of the machine:",
        az("vm identity show", { "resource-group": "<resource-group>", name: "<vm>" })
      ),
      "Set `client-id` to the client ID of a user-assigned identity; omit it for the system-assigned identity.",
      "GitHub-hosted runners have no identity: use `auth-type: oidc` there."
    ]
  },
  {
    code: "managed-identity-busy",
    when: [
      {
        signIn: "managed-identity",
        status: [404, 410, 429, "5xx"]
      },
      { signIn: "managed-identity", codes: ["unknown_error"] }
    ],
    cause: "The machine's identity endpoint is starting, being updated or overloaded.",
    next: [
      "Run the job again.",
      "If the error persists, restart the machine, or create its identity again. In AKS with pod identity, check the pod's label and its `AzureIdentityBinding`."
    ],
    retries: 3
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
        text: /\b(429|50[0234])\b.{0,20}(Too Many|Service Unavailable|Gateway|Internal Server)/i
      },
      { status: [408, 410, 429, "5xx"] }
    ],
    cause: "Entra is overloaded or has an outage.",
    next: ["Run the job again.", "Look for an outage: https://azure.status.microsoft"],
    retries: 3
  },
  {
    code: "entra-answer-unreadable",
    when: [
      { codes: ["NOT_JSON"], status: ["2xx", "3xx"] },
      { text: /an answer of more than \d+ MiB/ },
      { aadsts: [900561] }
    ],
    cause: "A proxy between the runner and Entra changed the request or the answer. An HTML page comes from the proxy itself. An empty answer was cut off on the way.",
    next: (context) => [
      "Run the job again.",
      step(
        "If the error persists, see what answer the runner gets:",
        `curl --include ${shell(`https://${hostOf(context)}`)}`
      ),
      step("Allow this host in the proxy, or bypass the proxy:", `NO_PROXY=${shell(hostOf(context))}`)
    ],
    retries: 2
  },
  {
    code: "clock-wrong",
    when: [{ text: /Make sure your computer's time|ID token already expires/ }],
    cause: "The runner's clock is wrong: by this clock, the token had expired when it arrived.",
    next: [step("Check the clock:", "timedatectl"), "Set the clock, then run the job again."]
  },
  {
    code: "cli-missing",
    when: [{ text: /'az' is not recognized|\baz: (command )?not found/ }],
    cause: "`auth-type: azure-cli` needs `az` on the runner's PATH.",
    next: [
      "Use `auth-type: oidc`, which does not need the Azure CLI.",
      "Or install the Azure CLI on the runner: https://aka.ms/azure-cli"
    ]
  },
  {
    code: "cli-not-signed-in",
    when: [
      { text: /az login|MSAL token cache|No subscription found|subscription of '.*' doesn't exist/ },
      {
        aadsts: [
          70008,
          70043,
          70044,
          700082,
          700084,
          90072,
          50020,
          50072,
          50074,
          500121,
          50034,
          50053,
          50055,
          50057,
          50076,
          50078,
          50079,
          50126,
          50132,
          50133,
          50158,
          50173
        ]
      }
    ],
    cause: "The Azure CLI is not signed in, or its sign-in has expired: after azure/login with OIDC, a sign-in lasts five minutes (AADSTS700024).",
    next: [
      "Use `auth-type: oidc`, which signs in on its own when necessary.",
      "Or run azure/login in the same job, right before this step."
    ]
  },
  {
    code: "cli-network",
    when: [
      {
        signIn: "azure-cli",
        text: /^(?!.*(SSLError|SSL:|ProxyError)).*(HTTPS?ConnectionPool|Max retries exceeded|Failed to establish a new connection|Connection aborted|JSON is invalid)/
      }
    ],
    cause: "The Azure CLI could not reach Entra: a firewall or a proxy is in the way, or the connection broke.",
    next: (context) => [
      step("Check from the runner:", `curl --include ${shell(`https://${hostOf(context)}`)}`),
      "Behind a proxy, set `HTTPS_PROXY` for the job. If the proxy has its own certificate, set `REQUESTS_CA_BUNDLE` too.",
      "Run the job again."
    ],
    retries: 1
  },
  {
    code: "cli-no-answer",
    when: [
      { signIn: "azure-cli", codes: ["ETIMEDOUT"] },
      { signIn: "azure-cli", text: /Unexpected end of JSON input|is not valid JSON|Unexpected token/ }
    ],
    cause: "The Azure CLI returned no token: it did not answer in time and was stopped, or it printed something else.",
    next: [
      step("Run the same command in a step of the job, to see where it waits:", GET_TOKEN),
      "Or use `auth-type: oidc`, which does not need the Azure CLI."
    ]
  }
]);
var APP = { "resource-group": "<resource-group>", name: "<app>" };
var CLOUD_SHELL = /not a supported MSI token audience/;
var BEHIND_PROXY = /HTTP status 50[24] |Required metadata header/;
function reachIdentity(_context, { text }) {
  const bypass = step(
    "If the runner uses a proxy, exclude the identity endpoint from it:",
    "NO_PROXY=169.254.169.254"
  );
  if (BEHIND_PROXY.test(text)) return [bypass, "Run the job again."];
  if (/Failed to connect to MSI.*\b405\b/.test(text))
    return [
      "In a container app, use `auth-type: managed-identity`, which knows the app's identity endpoint.",
      "Or update the Azure CLI to 2.67 or newer."
    ];
  return [
    "On GitHub-hosted runners, use `auth-type: oidc`.",
    "In a container app or an App Service app, give the job the variables `IDENTITY_ENDPOINT` and `IDENTITY_HEADER` of the app.",
    .../ECONNREFUSED/.test(text) ? [] : [
      step(
        "On a self-hosted runner in Azure, assign an identity to the machine:",
        az("vm identity assign", { "resource-group": "<resource-group>", name: "<vm>" })
      )
    ],
    bypass
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
  const compare = step(
    sentence`GitHub sent the issuer ${code(issuer)}, the subject ${code(subject)} and the audience ${code(audience)}. A federated credential of ${code("client-id")} must have the same; the issuer has no slash at its end.${immutableForm(subject, assertion)} Find the managed identity of ${code("client-id")}; if this prints nothing, it is an Entra application:`,
    az("identity list", { query: `[?clientId=='${id}'].{name:name, resourceGroup:resourceGroup}` })
  );
  if (isCustomized(subject)) return [...forCustomized(context, symptom), compare];
  if (MERGE_QUEUE.test(subject)) return [compare, ...forMergeQueue(subject, issuer, audience, id)];
  return [
    compare,
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
    step(
      "The repository or its organization has customized the subject. Show which claims it has:",
      `gh api ${shell(api)}`
    ),
    ...createCredential(subject, issuerOf(assertion), audience, clientOf(signIn2)),
    step(
      "Or return to the subject of GitHub, which the credentials of other jobs may not match:",
      `gh api --method PUT ${shell(api)} --field use_default=true`
    )
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
    step(
      "Or, without an environment, add one with a claims-matching expression:",
      az("rest", {
        method: "post",
        url: `https://graph.microsoft.com/beta/applications(appId='${id}')/federatedIdentityCredentials`,
        body: matching
      })
    )
  ];
}
function createCredential(subject, issuer, audience, id) {
  const name3 = credentialName(subject);
  return [
    step(
      "Add a federated credential to the managed identity:",
      az("identity federated-credential create", {
        "resource-group": "<resource-group>",
        "identity-name": "<identity>",
        name: name3,
        issuer,
        subject,
        audiences: audience
      })
    ),
    step(
      "Or to the Entra application:",
      az("ad app federated-credential create", {
        id,
        parameters: JSON.stringify({ name: name3, issuer, subject, audiences: [audience] })
      })
    )
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
    step(
      "Create a new secret, and store its value as the secret that the workflow uses:",
      az("ad app credential reset --append", { id: clientOf(signIn2), query: "password" })
    ),
    "Or use `auth-type: oidc`, which needs no secret."
  ];
}
function issuerOf(assertion) {
  return claim(assertion, "iss") ?? "https://token.actions.githubusercontent.com";
}
function clientOf(signIn2) {
  return signIn2 !== void 0 && "clientId" in signIn2 && signIn2.clientId ? signIn2.clientId : "<client-id>";
}

// src/diagnosis/fallbacks.ts
var UNKNOWN = {
  cause: "This action does not recognize this error.",
  next: [
    "Run the job again with `Enable debug logging` ticked.",
    "If the error persists, open an issue in this action's repository, with this message."
  ]
};
var FALLBACKS = [
  ...rulesFor("github", [
    {
      code: "oidc-unavailable",
      when: [{}],
      cause: "GitHub's OIDC endpoint is overloaded, or the connection to it broke.",
      next: ["Run the job again.", "Look for an outage of Actions: https://www.githubstatus.com"],
      retries: 3
    }
  ]),
  ...rulesFor("entra", [
    {
      code: "entra-refused",
      when: [{ text: /AADSTS\d/ }],
      cause: "Entra refused the sign-in for a reason that this action does not recognize.",
      next: (_context, { text }) => [
        `Look up the number: https://login.microsoftonline.com/error?code=${text.match(/.*AADSTS(\d{1,9})/)?.[1] ?? "<number>"}`,
        step("Check `client-id`, `tenant-id` and `environment`:", SHOW_TENANT)
      ]
    },
    {
      code: "cli-failed",
      when: [{ signIn: "azure-cli" }],
      cause: "The Azure CLI itself failed: perhaps its installation or its files in `~/.azure` are damaged, or another job is using them.",
      next: [
        step("Run the same command in a step of the job:", GET_TOKEN),
        step(
          "On a self-hosted runner, update the Azure CLI, and give each job a separate configuration:",
          'AZURE_CONFIG_DIR="$RUNNER_TEMP/azure"'
        ),
        "Or use `auth-type: oidc`, which does not need the Azure CLI."
      ],
      retries: 1
      // another job may have held the files
    }
  ]),
  ...rulesFor("postgres", [
    {
      code: "server-error",
      when: [{ codes: ["0*", "1*", "2*", "3*", "4*", "5*", "P0*", "HV*"] }],
      cause: "The server refused the request for a reason that this action does not recognize. A setting or an SQL feature that is unknown to it needs another version of PostgreSQL.",
      next: (context, symptom) => [
        sentence`Look up SQLSTATE ${code(symptom.code)}: https://www.postgresql.org/docs/current/errcodes-appendix.html`,
        step("Look at the server's log around this time:", azOnServer("server-logs list", context))
      ]
    }
  ])
];

// src/diagnosis/github.ts
var GITHUB = rulesFor("github", [
  {
    code: "oidc-not-permitted",
    when: [
      {
        text: /Unable to get ACTIONS_ID_TOKEN_REQUEST_(URL|TOKEN)|permissions? to (generate|get|issue) id[ _]token/i
      }
    ],
    cause: "The job has no permission to ask for an ID token: it lacks `id-token: write`, or it runs for a pull request from a fork, which never gets one.",
    next: [
      step(
        "Add this to the job. It replaces the workflow's `permissions`. If this is a reusable workflow, also add it to the job that calls it.",
        "permissions:\n  id-token: write\n  contents: read"
      ),
      "For pull requests from forks, run this job after the merge."
    ]
  },
  {
    code: "oidc-no-token",
    when: [{ text: /do not have ID Token field/ }],
    cause: "The answer at `ACTIONS_ID_TOKEN_REQUEST_URL` did not come from GitHub's OIDC endpoint: perhaps a proxy answered instead.",
    next: [
      step("Let the runner reach GitHub without the proxy:", "NO_PROXY=.actions.githubusercontent.com"),
      "Run the job again."
    ]
  },
  {
    code: "oidc-refused",
    when: [{ text: /Failed to get ID Token.*Error Code : 4(?!29)\d\d/ }],
    ...byText(
      {
        text: /Error Code : 401/,
        cause: "GitHub no longer accepts the token that it gave this job for requesting an ID token: it has expired, or the job has ended.",
        next: [
          "Run the job again. In a long job, run this step early, or in a job of its own.",
          "If the error persists, look for a step that sets `ACTIONS_ID_TOKEN_REQUEST_URL` or `ACTIONS_ID_TOKEN_REQUEST_TOKEN`."
        ]
      },
      {
        cause: "GitHub does not issue this ID token, for the reason in its message.",
        next: [
          "Look for a step that sets `ACTIONS_ID_TOKEN_REQUEST_URL` or `ACTIONS_ID_TOKEN_REQUEST_TOKEN`: both must be as GitHub set them, with all parameters of the URL.",
          "Run the job again, if there is no such step."
        ]
      }
    )
  }
]);

// src/diagnosis/network.ts
var import_node_net = require("node:net");

// src/diagnosis/proxy.ts
var HTTPS = ["entra", "github", "azure", "github-issues"];
var PROXY = rulesFor(HTTPS, [
  {
    code: "proxy-not-found",
    when: [
      { atProxy: true, codes: ["ENOTFOUND", "EAI_AGAIN"] },
      {
        text: /tunneling socket could not be established, cause=getaddrinfo|ProxyError.*(Name or service not known|nodename nor servname|name resolution|getaddrinfo failed|Failed to resolve)/
      }
    ],
    cause: "The runner's DNS server does not know the name of the proxy in `HTTPS_PROXY`.",
    next: ({ proxy }) => [
      "Correct or remove `HTTPS_PROXY` in the workflow and, on a self-hosted runner, in its `.env` file.",
      step("Check the name on the runner:", `nslookup ${shell(proxy?.replace(/:\d+$/, "") ?? "<proxy>")}`)
    ]
  },
  {
    code: "proxy-refused",
    when: [
      { atProxy: true, codes: ["ECONNREFUSED", "EHOSTUNREACH", "ENETUNREACH", "EHOSTDOWN"] },
      {
        text: /tunneling socket could not be established|when HTTP Tunneling|proxy authentication required|ProxyError|Proxy connection ended|Tunnel connection failed/i
      },
      { codes: ["HPE_*"] },
      { codes: ["NOT_JSON"], status: ["4xx", "5xx"] }
    ],
    ...byText(
      {
        text: /\b407\b|proxy authentication required/i,
        cause: "The proxy between the runner and this host asks for a sign-in.",
        next: (context) => [
          step("Add the sign-in to the variable:", "HTTPS_PROXY=http://<user>:<password>@<proxy>:<port>"),
          step("Or bypass the proxy:", `NO_PROXY=${shell(hostOf(context))}`)
        ]
      },
      {
        text: /cause=|ECONNREFUSED|E(HOST|NET)\w+|Connection refused|Connection ended|closed connection|reset by peer|timed out|Parse Error/i,
        cause: "No HTTP proxy answers at the address in `HTTPS_PROXY`, or it broke the connection.",
        next: (context) => [
          step(
            "Check the proxy on the runner. In a container, `127.0.0.1` is the container itself:",
            `curl --head --proxy ${shell(context.proxy === void 0 ? "<proxy>" : `http://${context.proxy}`)} ${shell(`https://${hostOf(context)}`)}`
          ),
          "Start the proxy, or correct `HTTPS_PROXY`: it must name an HTTP proxy (`http://<proxy>:<port>`), not a SOCKS proxy.",
          step("Or bypass the proxy:", `NO_PROXY=${shell(hostOf(context))}`)
        ]
      },
      {
        cause: "A proxy between the runner and this host does not allow the connection.",
        next: (context) => [
          step("Allow this host in the proxy, or bypass the proxy:", `NO_PROXY=${shell(hostOf(context))}`),
          step(
            "If the proxy asks for a sign-in, add it to the variable:",
            "HTTPS_PROXY=http://<user>:<password>@<proxy>:<port>"
          )
        ]
      }
    )
  }
]);

// src/diagnosis/network.ts
var EVERYWHERE = ["postgres", "entra", "github", "azure", "github-issues"];
var ON_THE_WAY = rulesFor(EVERYWHERE, [
  {
    code: "host-not-found",
    when: [{ codes: ["ENOTFOUND"] }, { text: /getaddrinfo ENOTFOUND/ }],
    cause: "The runner's DNS server does not know this host name. The name of a server in a virtual network resolves only inside that network.",
    next: atPostgres((context) => [
      step("Set `host` to the server's full name:", azShow(context, "fullyQualifiedDomainName")),
      "For a server in a virtual network, use a runner in that network, with the private DNS zone linked to it."
    ])
  },
  {
    code: "dns-unavailable",
    when: [{ codes: ["EAI_AGAIN", "EAI_FAIL", "EAI_NODATA"] }, { text: /getaddrinfo EAI_/ }],
    cause: "The runner's DNS server did not answer.",
    next: (context) => [
      "Run the job again.",
      step("On a self-hosted runner, check its DNS:", `nslookup ${shell(hostOf(context))}`)
    ],
    retries: 2
  },
  {
    code: "too-many-files",
    when: [{ codes: ["EMFILE", "ENFILE"] }, { text: /\bE[MN]FILE\b|Too many open files/ }],
    cause: "The runner's process, or the whole machine, cannot open more files and sockets.",
    next: [
      step(
        "On a self-hosted runner, look at the limit, and raise it (`LimitNOFILE` of its service):",
        "ulimit -n"
      ),
      "Run fewer jobs at the same time on this machine. Then run the job again."
    ],
    retries: 1
  },
  {
    code: "connection-not-allowed",
    when: [{ text: /\b(connect|socket|bind) E(PERM|ACCES)\b|Operation not permitted/ }],
    cause: "The runner's own machine does not allow this connection: a sandbox, a local firewall, SELinux or a virus scanner.",
    next: (context) => [
      sentence`Allow the runner's user to connect to ${code(`${hostOf(context)}:${isPostgres(context) ? context.port ?? 5432 : 443}`)} in the machine's firewall.`,
      "Or run the job outside the sandbox or container."
    ]
  },
  {
    code: "connection-lost",
    when: [
      { codes: ["ECONNRESET", "EPIPE", "ECONNABORTED"] },
      {
        text: /(read|write) ETIMEDOUT|Connection terminated(?! due to connection timeout)|is not queryable|ECONNRESET|EPIPE|socket hang up|server closed the connection|other side closed|before secure TLS connection was established|EOF occurred in violation of protocol/
      }
    ],
    cause: "The connection broke: the peer is restarting or failing over, or something in between cut it.",
    next: (context) => isPostgres(context) ? [
      "Run the job again: what was granted stays granted.",
      step("If the error persists, look at the server's state:", azShow(context, "state"))
    ] : ["Run the job again.", ...reachable(context)],
    retries: 3
  },
  {
    code: "connection-timed-out",
    when: [
      {
        codes: ["ETIMEDOUT", "ESOCKETTIMEDOUT", "UND_ERR_CONNECT_TIMEOUT", "ERR_SOCKET_CONNECTION_TIMEOUT"]
      },
      {
        text: /timeout expired|ETIMEDOUT|Connection timed out|due to connection timeout|Connect Timeout Error/
      }
    ],
    cause: (context) => isPostgres(context) ? "Nothing answered: a firewall drops the packets, public access is off, or the server is stopped." : context.proxy === void 0 ? "Nothing answered: a firewall drops the packets, or the runner needs a proxy." : "Nothing answered: neither this host nor the proxy in `HTTPS_PROXY`, or a firewall drops the packets.",
    next: atPostgres((context) => [
      step(
        "Look at the server's state and network:",
        azShow(context, "{state:state, publicAccess:network.publicNetworkAccess}")
      ),
      "If public access is `Disabled`, use a runner in the server's network.",
      step("If it is `Enabled`, allow the runner's address:", azAllow(context, "<address>")),
      `On a self-hosted runner, allow outbound TCP to port ${context.port ?? 5432}. PostgreSQL uses no HTTP proxy.`
    ]),
    retries: 1
  },
  {
    code: "connection-refused",
    when: [{ codes: ["ECONNREFUSED"] }, { text: /ECONNREFUSED/ }],
    cause: (context) => isPostgres(context) ? "The host exists, but nothing listens on this port: the server is restarting or stopped, or the port is wrong." : "Nothing listens at this address, or a firewall in between refuses the connection.",
    next: atPostgres((context) => [
      step("Look at the server's state:", azShow(context, "state")),
      "If the server is stopped, start it. Then run the job again."
    ]),
    retries: 1
  },
  {
    code: "host-unreachable",
    when: [
      { codes: ["EHOSTUNREACH", "ENETUNREACH", "EADDRNOTAVAIL", "EHOSTDOWN"] },
      { text: /EHOSTUNREACH|ENETUNREACH|No route to host|Network is unreachable/ }
    ],
    ...byText(
      {
        text: /E(HOST|NET)UNREACH [0-9a-f]*:[0-9a-f]*:/i,
        cause: "The address is an IPv6 address, and the runner's network has no IPv6, as GitHub's own has none.",
        next: (context) => [
          step("See whether the name has an IPv4 address:", `nslookup ${shell(hostOf(context))}`),
          "If it has none, set `host` to a name that has one, or use a runner in a network with IPv6."
        ]
      },
      {
        cause: "The runner's network has no route to this address: it is a private address, or the network has only IPv6.",
        next: atPostgres(() => ["Use a runner in the server's network."])
      }
    )
  },
  {
    code: "tls-wrong-host",
    when: [
      { codes: ["ERR_TLS_CERT_ALTNAME_INVALID"] },
      { text: /does not match certificate's altnames|Hostname mismatch|hostname '.*' doesn't match/ }
    ],
    cause: "The certificate is for a different name, so this might not be your server. Nothing secret was sent.",
    next: atPostgres((context) => {
      const fullName = step(
        "Set `host` to the server's full name:",
        azShow(context, "fullyQualifiedDomainName")
      );
      return (0, import_node_net.isIP)(context.host ?? "") > 0 ? [
        fullName,
        "Azure's certificates do not contain IP addresses. Use the server's name, with a private endpoint too."
      ] : [
        fullName,
        "Do not use an alias (CNAME) or a `privatelink` name.",
        "If you must use one, set `ssl-mode: verify-ca`, which checks everything except the name."
      ];
    })
  },
  {
    code: "tls-expired",
    when: [
      { codes: ["CERT_HAS_EXPIRED", "CERT_NOT_YET_VALID"] },
      { text: /certificate (has expired|is not yet valid)/ }
    ],
    cause: "The certificate is not valid today, or the runner's clock is wrong. Nothing secret was sent.",
    next: (context) => [
      step("Check the runner's clock:", "date"),
      step("Look at the certificate's dates:", look(context, " | openssl x509 -noout -dates"))
    ]
  },
  {
    code: "tls-unknown-authority",
    when: [
      {
        codes: [
          "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
          "SELF_SIGNED_CERT_IN_CHAIN",
          "DEPTH_ZERO_SELF_SIGNED_CERT",
          "UNABLE_TO_GET_ISSUER_CERT",
          "UNABLE_TO_GET_ISSUER_CERT_LOCALLY"
        ]
      },
      {
        text: /unable to verify the first certificate|self.signed certificate|unable to get (local )?issuer certificate|certificate.verify.failed(?!.*too weak)/i
      }
    ],
    cause: "The runner does not trust the authority of this certificate: a proxy inspects TLS, or this is not the server. Nothing secret was sent.",
    next: (context) => [
      step("See who issued the certificate:", look(context, " | openssl x509 -noout -issuer -subject")),
      isPostgres(context) ? context.ownAuthority ? "`ssl-root-cert` is in use, and does not contain this authority. Set it to the authority's certificate, or omit it for an Azure server." : "If the authority is yours, pass its certificate in `ssl-root-cert`." : step(
        "If the authority is yours, set this where the runner starts, or in the step's `env`:",
        "NODE_EXTRA_CA_CERTS=<path-to-pem>"
      ),
      ...context.signIn?.type === "azure-cli" && !isPostgres(context) ? [step("For the Azure CLI:", "REQUESTS_CA_BUNDLE=<path-to-pem>")] : []
    ]
  },
  {
    code: "tls-certificate",
    when: [
      { text: /(key|md|digest algorithm) too (weak|small)(?<!dh key too small)/i },
      { codes: ["CERT_*", "CRL_*", "INVALID_CA", "INVALID_PURPOSE", "UNABLE_TO_*", "ERROR_IN_CERT*"] }
    ],
    ...byText(
      {
        text: /too (weak|small)/i,
        cause: "The key or the signature of the certificate, or of its authority, is too weak. Trusting it in addition does not help. Nothing secret was sent.",
        next: (context) => [
          "Replace the certificate with one that has an RSA key of at least 2048 bits and a SHA-256 signature. If a proxy inspects TLS, the certificate is the proxy's.",
          step("Look at the certificate:", look(context, " | openssl x509 -noout -text"))
        ]
      },
      {
        cause: "The certificate is not valid. Nothing secret was sent.",
        next: (context) => [step("Look at the certificate:", look(context, ""))]
      }
    )
  },
  {
    code: "tls-handshake",
    when: [
      { codes: ["ERR_SSL_*", "EPROTO*"] },
      { text: /error establishing an SSL connection|EPROTO|wrong version number|SSLError|SSL routines/ }
    ],
    ...byText(
      {
        text: /alert (access denied|unrecognized name)|number (49|112)\b|UNRECOGNIZED_NAME|ACCESS_DENIED/i,
        cause: "A firewall or proxy that inspects TLS does not allow this host, or nothing has this name there.",
        next: (context) => [
          sentence`Allow ${code(hostOf(context))} in the firewall or proxy of the runner's network.`,
          step("See what answers on the port:", look(context, ""))
        ]
      },
      {
        text: /alert (unknown ca|bad certificate|no certificate|unsupported certificate|certificate|decrypt error)|certificate required|number (4[1-68]|51|116)\b|ALERT_(UNKNOWN_CA|BAD_CERT|CERT)/i,
        cause: "The other side expects a client certificate, or does not trust the runner's. Azure's servers ask for none, so this is a different server, or something is in between.",
        next: (context) => [
          isPostgres(context) ? "Check `host` and `port`." : sentence`Let the runner reach ${code(hostOf(context))} without the gateway or proxy that asks for a client certificate.`,
          step("See what answers on the port:", look(context, ""))
        ]
      },
      {
        text: /too (small|weak)|renegotiation|unsupported.protocol|protocol.version|handshake.failure|insufficient.security|no.shared|no.protocols|bad.ecpoint|wrong.signature|internal.error/i,
        cause: "The other side's TLS is too old or too weak for the runner: an old version (below TLS 1.2), a weak key (Diffie-Hellman of 1024 bits, for example) or renegotiation without RFC 5746. A proxy that inspects TLS is a frequent reason.",
        next: (context) => [
          step("See who answers, and with which TLS:", look(context, "")),
          isPostgres(context) ? "If it is not an Azure server, let its administrator enable TLS 1.2 or newer with strong keys." : step("If it is a proxy, have it updated, or bypass it:", `NO_PROXY=${shell(hostOf(context))}`)
        ]
      },
      {
        cause: "The two sides cannot agree on TLS: what answers may not speak TLS at all, because a different service listens on this port, or a proxy is in between.",
        next: (context) => [
          ...context.proxy === void 0 ? [] : [
            sentence`Check that \`HTTPS_PROXY\` begins with \`http://\`, as for most proxies, and leads to an HTTP proxy: ${code(context.proxy)}.`
          ],
          step("See what answers on the port:", look(context, ""))
        ]
      }
    )
  }
]);
var NETWORK = [...PROXY, ...ON_THE_WAY];
function atPostgres(next) {
  return (context) => isPostgres(context) ? next(context) : reachable(context);
}
function reachable(context) {
  return [
    step("Check from the runner:", `curl --head ${shell(`https://${hostOf(context)}`)}`),
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
function look(context, then) {
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
var LIST_PRINCIPALS = "SELECT * FROM pg_catalog.pgaadauth_list_principals(false);";
var SESSION_TIMEOUTS = {
  "25P03": "idle_in_transaction_session_timeout",
  "25P04": "transaction_timeout",
  "57P05": "idle_session_timeout"
};
var WITHOUT_POOLER = [
  "Set `port: 5432`, or `host` to the server itself, to connect without the pooler."
];
var POOLER = rulesFor("postgres", [
  {
    code: "pooler-token-too-long",
    when: [{ text: /client sent partial pkt in startup phase/ }],
    cause: "The token is longer than the longest password that this PgBouncer accepts.",
    next: [
      "Set `port: 5432`: PostgreSQL itself accepts tokens of any length.",
      "Or sign in as a service principal or managed identity, whose tokens are shorter than a user's."
    ]
  },
  {
    code: "pooler-session",
    when: [
      { codes: ["26000", "42P05"] },
      { text: /prepared statement ".*" (requires|does not exist|already exists)/ }
    ],
    cause: "A connection pooler gave the session to another client between two messages, or mixed up two sessions.",
    next: WITHOUT_POOLER
  },
  {
    code: "pooler-startup-parameter",
    when: [{ text: /unsupported startup parameter/ }],
    cause: "A connection pooler in front of PostgreSQL refuses a connection parameter.",
    next: (context) => [
      ...WITHOUT_POOLER,
      step(
        "Or let PgBouncer ignore the parameter that the message names:",
        azOnServer("parameter set", context, {
          name: "pgbouncer.ignore_startup_parameters",
          value: "<parameter>"
        })
      )
    ]
  }
]);
var POSTGRES = rulesFor("postgres", [
  {
    code: "token-expired",
    when: [{ text: /access token (has|is) expired/i }],
    cause: "The token had expired when the server checked it, and so had a new one: the runner's clock is probably wrong.",
    next: (context) => [
      step("On a self-hosted runner, check the clock:", "timedatectl"),
      ...tokenClaims(context),
      "Run the job again."
    ],
    retries: 1
  },
  {
    code: "token-audience",
    when: [{ text: /valid audience claim/i }],
    cause: OTHER_CLOUD,
    next: selectCloud
  },
  {
    code: "token-group",
    when: [{ text: /does not contain group/i }],
    cause: "`user` is a group, and the identity that signed in is not a member of it, or was not a member when its token was issued.",
    next: (context) => [
      step(
        "Add the identity to the group:",
        az("ad group member add", { group: context.user ?? "<group>", "member-id": objectId(context) })
      ),
      "Run the job again in a few minutes: for a while, Entra issues tokens without the new group.",
      ...tokenClaims(context)
    ]
  },
  {
    code: "token-identity-mismatch",
    when: [{ text: /oid mismatch for role/i }],
    cause: "The role is bound to another object ID: the identity was deleted and created again, or the role was created with the application's ID instead of its service principal's.",
    next: (context) => [
      ...tokenClaims(context),
      step(
        "Bind the role to the identity that signs in, as an Entra administrator in database postgres. The label of an administrator ends in `,admin`:",
        `SECURITY LABEL FOR "pgaadauth" ON ROLE ${identifier(context.user, "<user>")} IS ${quoteLiteral(label(context))};`
      ),
      "The function `pgaadauth_update_principal_with_oid` does the same, but Microsoft does not document it."
    ]
  },
  {
    code: "token-role-type",
    when: [{ text: /AAD_AUTH_TOKENTYPE_APP_/ }],
    cause: "`user` and the token are of different kinds: a service principal's token cannot sign in as a user's role, and a user's token cannot sign in as a service principal's role.",
    next: (context) => [
      step(
        "Set `user` to the role of the identity that signs in. List the server's Entra administrators:",
        listAdmins(context)
      ),
      step("List the other Entra roles, in database postgres:", LIST_PRINCIPALS),
      ...tokenClaims(context),
      step("If the identity has no role yet, make it an administrator:", makeAdmin(context))
    ]
  },
  {
    code: "token-invalid",
    when: [
      {
        text: /access token has (an )?invalid (format|signature)|error occurred while validating the access token|invalid token format|token is malformed/i
      }
    ],
    cause: ({ signIn: signIn2 }) => signIn2?.type === "password" ? "The role is an Entra role, which requires a token. `password` is not a token, or not a complete one." : "The token that reached the server is not valid: it was truncated or changed on the way, or it is from a different tenant than the server's.",
    next: (context) => context.signIn?.type === "password" ? [
      "Remove `password`, and sign in to Entra: `auth-type: oidc`.",
      "If `password` must be a token, check that it is complete and that nothing was added, such as quotes or a line break."
    ] : [
      ...tokenClaims(context),
      step("Compare the token's tenant (`tid`) with the server's:", azShow(context, "authConfig")),
      "If PgBouncer is in between, set `port: 5432`."
    ]
  },
  {
    code: "token-refused",
    when: [{ text: /access token|Entra.*token|Azure AD.*token/i }],
    cause: "The server does not accept this token for this role.",
    next: (context) => ["Set `user` to the role of the identity that signs in.", ...findRole(context)]
  },
  {
    code: "entra-extension-fault",
    when: [{ text: /cannot read pg_class without having selected a database/ }],
    cause: "This is a fault in Azure's Entra extension, seen on PostgreSQL 18. No Entra sign-in works on this server.",
    next: (context) => [
      step("Restart the server:", azServer("restart", context)),
      "If the error persists, open a support request for the server in the Azure portal.",
      "Until then, sign in with `password` as a role that has one."
    ]
  },
  {
    code: "password-refused",
    when: [
      { codes: ["28P01"] },
      {
        text: /password authentication failed|SASL authentication failed|empty password returned by client|client password must be/i
      }
    ],
    cause: (context) => passwordRefused(context).cause,
    next: (context) => passwordRefused(context).next
  },
  {
    code: "role-may-not-log-in",
    when: [{ text: /is not permitted to log in/ }],
    cause: "The role exists, but cannot log in.",
    next: ({ user }) => [
      "Set `user` to a role that can log in.",
      step("Or let this role log in:", `ALTER ROLE ${identifier(user, "<user>")} LOGIN;`)
    ]
  },
  {
    code: "login-role-not-found",
    when: [{ codes: ["28000"], text: /role ".*" does not exist/ }, { text: /no such user/ }],
    cause: "The server has no role with this name. Names are case-sensitive, and a Service Connector connection deployed with Bicep or ARM alone creates no role.",
    next: findRole
  },
  {
    code: "firewall",
    // The name of the file is the same in all languages of the server (`lc_messages`).
    when: [
      { text: /^(?!.*(no encryption|SSL off)).*pg_hba\.conf/ },
      { text: /Client from Azure Virtual Networks is not allowed/ }
    ],
    ...byText(
      {
        text: /Virtual Networks/,
        cause: "The runner's subnet has a service endpoint for databases (`Microsoft.Sql`), and the server has no rule for that subnet. A rule for an address has no effect.",
        next: [
          "Remove the service endpoint `Microsoft.Sql` from the runner's subnet, or add a rule for the subnet to the server.",
          "Or use a runner in the server's network (`docs/private-network.md`)."
        ]
      },
      {
        cause: "The server's firewall does not allow the runner's address. A new rule can take five minutes to work.",
        next: (context, { text }) => [
          "A GitHub-hosted runner has a different address in each job: add the action in `firewall/` of this repository before this step (`docs/firewall.md`).",
          step(
            "For a runner that keeps its address, allow it, and run the job again:",
            azAllow(context, addressIn(text) ?? "<address>")
          ),
          "Or use a runner in the server's network (`docs/private-network.md`)."
        ]
      }
    )
  },
  {
    code: "tls-required",
    when: [{ text: /pg_hba\.conf.*(no encryption|SSL off)|SSL (connection is )?required/i }],
    cause: "The server accepts only connections with TLS.",
    next: ["Remove `ssl-mode`, or set it to `verify-full`."]
  },
  {
    code: "database-not-found",
    when: [
      { codes: ["3D000", "57P04"] },
      { text: /no such database|^(?!.*\brole\b).*database "?[^"]*"? does not exist/ }
    ],
    cause: "The server has no database with this name. Names are case-sensitive.",
    next: (context) => [
      step("Set `database` to one of these:", azOnServer("db list", context, { query: "[].name" }))
    ]
  },
  {
    code: "database-closed",
    when: [
      { text: /database ".*" is not currently accepting connections|cannot connect to invalid database/ }
    ],
    cause: "This database accepts no connections: it is a template, or a `DROP DATABASE` was interrupted.",
    next: (context, { text }) => [
      step("Set `database` to another database:", azOnServer("db list", context, { query: "[].name" })),
      ...text.includes("invalid database") ? [
        step(
          "Or finish the interrupted `DROP DATABASE`, connected to another database:",
          `DROP DATABASE ${identifier(context.database, "<database>")};`
        )
      ] : []
    ]
  },
  {
    code: "connect-not-granted",
    when: [
      {
        codes: ["42501"],
        text: /permission denied for database "|does not have CONNECT privilege|Datenbank|base de (datos|donn\u00e9es)|banco de dados|\u30c7\u30fc\u30bf\u30d9\u30fc\u30b9|\u6570\u636e\u5e93|\u0431\u0430\u0437[\u0430\u0435\u044b\u0443] \u0434\u0430\u043d\u043d\u044b\u0445/
      }
    ],
    cause: "`user` has no CONNECT privilege on this database.",
    next: ({ user, database }) => [
      step(
        "Grant the privilege, as the database's owner:",
        `GRANT CONNECT ON DATABASE ${identifier(database, "<database>")} TO ${identifier(user, "<user>")};`
      )
    ]
  },
  {
    code: "no-connection-slots",
    when: [
      { codes: ["53300"] },
      {
        text: /too many (clients already|connections for)|connection slots are reserved|no more connections allowed|max clients reached|client connections exceeded|max_\w+_connections|query_wait_timeout/
      }
    ],
    cause: "All connections of the server, of its PgBouncer, of the database or of the role are in use. Small servers have only a few dozen.",
    next: (context) => [
      "Run the job again when fewer clients are connected.",
      step(
        "See which clients hold connections, with psql:",
        "SELECT usename, application_name, state, count(*) FROM pg_stat_activity GROUP BY 1, 2, 3 ORDER BY 4 DESC;"
      ),
      step(
        "Look up how many connections the server allows. A larger compute size allows more:",
        azOnServer("parameter show", context, { name: "max_connections", query: "value" })
      ),
      ...context.port === 6432 ? [] : ["Or connect through PgBouncer, `port: 6432`, if it is enabled (not on Burstable servers)."]
    ],
    retries: 4
  },
  {
    code: "server-starting",
    when: [
      { codes: ["57P03"] },
      {
        text: /the database system is (starting up|shutting down|in recovery mode|not (yet )?accepting connections)/
      }
    ],
    cause: "The server is starting, stopping or failing over.",
    next: afterRestart,
    retries: 4
  },
  {
    code: "server-stopping",
    when: [
      { codes: ["57P01", "57P02"] },
      {
        text: /database (configuration changed|removed)|pgbouncer is shut|pooler is shut|server shut(ting)? down/i
      }
    ],
    cause: "The server ended the connection: it is restarting or failing over, or an administrator ended the session.",
    next: afterRestart,
    retries: 4
  },
  {
    code: "pooler-cannot-connect",
    when: [
      {
        text: /server login has been failing|pgbouncer cannot connect to server|server conn crashed|client_login_timeout|server_login_retry|server_connect_timeout/
      }
    ],
    cause: "PgBouncer cannot connect to PostgreSQL at the moment: PostgreSQL is restarting, failing over or refusing the sign-in.",
    next: afterRestart,
    retries: 3
  },
  {
    code: "session-ended",
    when: [
      { codes: Object.keys(SESSION_TIMEOUTS) },
      { text: /^(query|transaction|idle transaction|client_idle)[ _]timeout$/ }
    ],
    cause: "The server, or its PgBouncer, ended the session because of a timeout that is set on it.",
    next: (context, { code: code2 }) => {
      if (!(code2 in SESSION_TIMEOUTS)) return WITHOUT_POOLER;
      const name3 = SESSION_TIMEOUTS[code2] ?? "";
      return [
        "Run the job again: what was granted stays granted.",
        step(
          "If the error persists, look at the limit:",
          azOnServer("parameter show", context, { name: name3, query: "value" })
        ),
        step(
          "If it is 0 there, it is set on the role or the database:",
          `ALTER ROLE ${identifier(context.user, "<user>")} RESET ${name3};
ALTER DATABASE ${identifier(context.database, "<database>")} RESET ${name3};`
        )
      ];
    }
  },
  {
    code: "replica-conflict",
    when: [{ text: /due to conflict with recovery/ }],
    cause: "The server is a read replica, and a change that it replays from the primary conflicted with what this session was reading.",
    next: (context) => [
      "Run the job again.",
      "Or set `host` to the primary, or to the virtual endpoint `<name>.writer.postgres.database.azure.com`.",
      step(
        "If it happens often, let the replica wait longer for its readers (milliseconds):",
        azOnServer("parameter set", context, { name: "max_standby_streaming_delay", value: "60000" })
      )
    ]
  },
  {
    code: "out-of-shared-memory",
    when: [{ codes: ["53200"], text: /shared memory/ }],
    cause: "The server's lock table is full: a session, perhaps a migration, holds a very large number of locks.",
    next: (context) => [
      "Run the job again when that session has ended.",
      step(
        "If the error persists, enlarge the lock table. The change takes effect when the server restarts:",
        azOnServer("parameter set", context, { name: "max_locks_per_transaction", value: "256" })
      )
    ]
  },
  {
    code: "out-of-memory",
    when: [
      { codes: ["53200", "NO_PROCESS"] },
      { text: /could not resize shared memory segment|could not fork|Cannot allocate memory|out of memory/i }
    ],
    cause: "The server has no memory left for this connection or statement.",
    next: (context) => [
      "Run the job again when the server is less busy.",
      step(
        "If the error persists, choose a larger compute size. To see the current one:",
        azShow(context, "sku")
      )
    ],
    retries: 2
  },
  {
    code: "disk-full",
    when: [{ codes: ["53100"] }, { text: /No space left on device/ }],
    cause: "The server's storage is full.",
    next: growStorage
  },
  {
    code: "read-only",
    when: [{ codes: ["25006"] }, { text: /read-(write|only) mode during recovery/ }],
    cause: "The server is a read replica, Azure made it read-only because its storage is nearly full, or `default_transaction_read_only` is set for the role or the database.",
    next: (context) => [
      step(
        "Find out whether it is a replica, and how full its storage is:",
        azShow(context, "{role:replicationRole, state:state, storage:storage}")
      ),
      "If it is a replica, set `host` to the primary, or to the virtual endpoint `<name>.writer.postgres.database.azure.com`. `mode: check` works on a replica.",
      ...growStorage(context),
      step(
        "If it is neither, find out at which level the setting is, and reset it there:",
        "SELECT source FROM pg_settings WHERE name = 'default_transaction_read_only';"
      )
    ]
  },
  {
    code: "wraparound",
    when: [{ text: /not accepting commands (that assign new|to avoid wraparound)/ }],
    cause: "The server has run out of transaction IDs and accepts no changes until it is vacuumed.",
    next: [
      step(
        "Vacuum the database that the message names, as its owner or an administrator:",
        "VACUUM (VERBOSE);"
      ),
      "Find and end the sessions that hold VACUUM back: https://www.postgresql.org/docs/current/routine-vacuuming.html#VACUUM-FOR-WRAPAROUND"
    ]
  },
  {
    code: "lock-time-out",
    when: [{ codes: ["55P03"] }],
    cause: "Another session, perhaps a migration, held a lock for too long.",
    next: afterMigrations
  },
  {
    code: "authentication-time-out",
    when: [{ text: /canceling authentication due to timeout/ }],
    cause: "The server did not finish checking the sign-in in time: it is overloaded, or cannot reach Entra.",
    next: [
      "Run the job again.",
      "If the server is in a virtual network, allow it outbound access to the service tag `AzureActiveDirectory`."
    ],
    retries: 1
  },
  {
    code: "statement-time-out",
    when: [{ codes: ["57014"] }],
    cause: "A statement took longer than its time limit, or it was cancelled.",
    next: ["Run the job again when the server is less busy: what was granted stays granted."]
  },
  {
    code: "name-encoding",
    when: [{ codes: ["22021", "22P05"] }],
    cause: "A name cannot be converted between UTF-8 and the encoding of this database. All databases of a server share the names of roles, stored as bytes in the encoding of the database in which each role was created.",
    next: [
      step(
        "Look up the encoding of each database:",
        "SELECT datname, pg_encoding_to_char(encoding) FROM pg_database;"
      ),
      step(
        "In a database with the encoding UTF8, list the roles whose names are not plain ASCII:",
        "SELECT rolname FROM pg_roles WHERE rolname ~ '[^ -~]';"
      ),
      "Rename those roles there and, in a database with the encoding SQL_ASCII, the objects whose names are not valid UTF-8. Or move the app to a database with the encoding UTF8, which can hold every name."
    ]
  },
  {
    code: "concurrent-change",
    when: [
      { codes: ["40001", "40P01"] },
      { codes: ["23505", "42710"], text: /"pg_\w+_index"|already exists/ },
      { text: /tuple concurrently (updated|deleted)|could not open relation with OID|cache lookup failed/ }
    ],
    cause: "Another session created or changed the same objects at the same time.",
    next: afterMigrations
  },
  {
    code: "pgaadauth-not-here",
    when: [{ text: /function (pg_catalog\.)?pgaadauth_\w+\(.*\) does not exist/ }],
    cause: ({ database }) => database === ENTRA_DATABASE ? "The action ran this function in database `postgres`, which has it on servers with Entra authentication." : "The `pgaadauth` functions exist only in database `postgres`, and only on servers with Entra authentication.",
    next: (context) => [
      step("Check that Entra authentication is enabled:", azShow(context, "authConfig.activeDirectoryAuth")),
      step(
        "If it is `Disabled`, enable it:",
        azServer("update", context, { "microsoft-entra-auth": "Enabled" })
      ),
      ...context.database === ENTRA_DATABASE ? [] : ["Run the function in database `postgres`."]
    ]
  },
  {
    code: "pgaadauth-not-permitted",
    when: [{ codes: ["42501"], text: /permission denied for function pgaadauth_/ }],
    cause: "Only an Entra administrator of the server can create Entra roles, not an administrator with a password.",
    next: (context) => [
      step("Sign in as one of the server's Entra administrators:", listAdmins(context)),
      step("Or make the identity that signs in an administrator:", makeAdmin(context))
    ]
  },
  {
    code: "principal-exists",
    when: [{ text: /Updating an existing principal isn.t supported/ }],
    cause: "This identity already has a role on the server. An identity is either an administrator of the server or a plain role, never both.",
    next: [
      step(
        "Find the role of the identity, as an Entra administrator in database `postgres`:",
        LIST_PRINCIPALS
      ),
      step("Use that role, or drop it and create the new one:", "DROP ROLE <role>;")
    ]
  },
  {
    code: "citus-worker",
    when: [{ text: /operation is not allowed on this node/ }],
    cause: "This is a worker of an elastic cluster. Roles and privileges are changed on its coordinator, which passes them on.",
    next: ["Set `host` to the server's own name and `port: 5432`, which lead to the coordinator."]
  },
  {
    code: "entra-principal-not-found",
    when: [
      {
        text: /Could not validate (AAD|Microsoft Entra)|not found in the tenant|name isn't unique|trying to validate user/i
      }
    ],
    cause: "The server did not find exactly one principal with this name in its tenant. The name must be the principal's exact display name.",
    next: [
      step(
        "Look up the display name and the object ID of a service principal or managed identity:",
        az("ad sp show", { id: "<client-id>", query: "{name:displayName, oid:id}" })
      ),
      step(
        "Create the role with the object ID, which does not require a unique name:",
        "SELECT * FROM pg_catalog.pgaadauth_create_principal_with_oid('<name>', '<object-id>', 'service', false, false);"
      ),
      step(
        "If the server finds nobody, create its own service principal, as an administrator of the tenant:",
        az("ad sp create", { id: "5657e26c-cc92-45d9-bc47-9da6cfdb4ed9" })
      )
    ]
  },
  {
    code: "entra-principal-type",
    when: [{ text: /incorrect object type provided for principal/ }],
    cause: "The object ID belongs to a different type of principal (user, group or service) than the type that was given.",
    next: [
      step(
        "Use the type that the message calls the actual object type:",
        "SELECT * FROM pg_catalog.pgaadauth_create_principal_with_oid('<name>', '<object-id>', 'service', false, false);"
      )
    ]
  },
  {
    code: "object-not-found",
    when: [{ codes: ["42P01", "3F000"] }, { codes: ["42704"], text: /^(?!.*configuration parameter)/ }],
    cause: "The database has nothing with this name. Names are case-sensitive, and a Service Connector connection deployed with Bicep or ARM alone creates no role.",
    next: ({ database }) => [
      step(
        sentence`In psql, look in database ${database === void 0 ? code("<database>") : name(database)}. \`\\du\` lists roles, \`\\dn\` schemas and \`\\d\` tables:`,
        "\\du"
      )
    ]
  },
  {
    code: "restricted-role",
    when: [{ codes: ["42501"], text: /restricted role|only superusers can grant role|must be superuser/ }],
    cause: "Azure reserves this for its own superuser. No other login can do it, not even an administrator.",
    next: [
      "Grant privileges on the objects themselves instead of membership in the role that the message names."
    ]
  },
  {
    code: "role-not-grantable",
    when: [
      {
        codes: ["42501"],
        text: /permission denied to grant role|must have admin option on role|ADMIN option/i
      },
      { codes: ["0LP01"] },
      { text: /cannot have explicit members/ }
    ],
    ...byText(
      {
        text: /explicit members/,
        cause: "Nobody can be granted `pg_database_owner`: its only member is the owner of the database in which it is used.",
        next: ["Grant privileges on the objects themselves instead, as their owner."]
      },
      {
        text: /granted back|is a member of role/,
        cause: "The roles are members of each other, directly or through the ADMIN OPTION that one received from the other.",
        next: (_context, { text }) => [
          step(
            "See who is a member of which role, and by which grant:",
            "SELECT roleid::regrole, member::regrole, grantor::regrole, admin_option FROM pg_auth_members ORDER BY 1, 2;"
          ),
          step(
            "Revoke the membership in the other direction, or grant as another role with ADMIN OPTION:",
            `REVOKE <role> FROM ${identifier(roleIn(text), "<member>")};`
          )
        ]
      },
      {
        cause: "`user` does not have ADMIN OPTION on the role to be granted. On Azure, no login has it on `pg_write_all_data`.",
        next: ({ user }, { text }) => [
          step(
            "Run as a role that has ADMIN OPTION:",
            `GRANT ${identifier(roleIn(text), "<role>")} TO ${identifier(user, "<user>")} WITH ADMIN OPTION;`
          ),
          "Or grant privileges on the objects themselves instead."
        ]
      }
    )
  },
  {
    code: "set-role-not-permitted",
    when: [
      {
        codes: ["42501"],
        text: /permission denied to (set role|change default privileges)|must be able to SET ROLE|must be (a )?member of role/
      }
    ],
    cause: "`user` cannot act as the owner: it is not a member of that role with the SET option. An administrator needs that membership too.",
    next: ({ user }, { text }) => [
      step(
        "On PostgreSQL 16 and newer, as a role with ADMIN OPTION on the owner:",
        `GRANT ${identifier(roleIn(text), "<owner>")} TO ${identifier(user, "<user>")} WITH INHERIT TRUE, SET TRUE;`
      ),
      step(
        "Up to PostgreSQL 15:",
        `GRANT ${identifier(roleIn(text), "<owner>")} TO ${identifier(user, "<user>")};`
      ),
      "Or set `user` to the owner."
    ]
  },
  {
    code: "not-permitted",
    when: [{ codes: ["42501"] }],
    ...byText(
      {
        text: /permission denied to (create|alter|drop) role/,
        cause: "`user` cannot create or change roles: it lacks CREATEROLE, or ADMIN OPTION on the role.",
        next: ({ user }) => [
          step(
            "Set `user` to an administrator of the server, or let it create roles:",
            `ALTER ROLE ${identifier(user, "<user>")} CREATEROLE;`
          ),
          "For the role of an Entra identity, use the action in `principal/` as an Entra administrator."
        ]
      },
      {
        text: /for (configuration )?parameter|for tablespace|to set parameter/,
        cause: "Only a superuser can grant or set this. On Azure, no login is a superuser.",
        next: (context) => [
          step(
            "Set the parameter on the server instead:",
            azOnServer("parameter set", context, { name: "<parameter>", value: "<value>" })
          )
        ]
      },
      {
        cause: "`user` is neither the owner of the object nor a member of the owner's role, and holds no grant option. On Azure, an administrator does not own other roles' objects either.",
        next: ({ user }) => [
          "Set `user` to the owner of the object, usually the role that runs the migrations.",
          step(
            "Or make it a member of the owner's role (before PostgreSQL 16, without the second line):",
            `GRANT <owner> TO ${identifier(user, "<user>")}
  WITH INHERIT TRUE, SET TRUE;`
          )
        ]
      }
    )
  },
  {
    code: "privilege-not-found",
    when: [{ codes: ["42601"], text: /unrecognized privilege type/ }],
    cause: "The server's PostgreSQL has no such privilege. `MAINTAIN`, for example, exists since PostgreSQL 17.",
    next: ["Remove the privilege, or upgrade the server."]
  },
  {
    code: "tls-not-offered",
    when: [{ text: /does not support SSL connections|unsupported frontend protocol 1234\.5679/ }],
    cause: "The other side does not speak TLS. Every Azure server does, so this is a different server, or something is in between. Nothing secret was sent.",
    next: [
      "Check `host` and `port`.",
      "If PostgreSQL runs on the runner itself and you sign in with a password, set `ssl-mode: disable`."
    ]
  },
  {
    code: "sign-in-refused",
    when: [{ codes: ["28000"] }],
    cause: "The server refuses this sign-in regardless of the password: the role does not exist or cannot log in, or the server uses another way to sign in. Azure's servers never use ident or client certificates.",
    next: (context) => ["Check `host`, `port` and `user`.", ...findRole(context)]
  },
  {
    code: "server-fault",
    when: [{ codes: ["XX*", "58*", "53000", "53400"] }],
    cause: "The server, or one of its extensions, had an internal error.",
    next: (context) => [
      "Run the job again: what was granted stays granted.",
      step(
        "If the error persists, look at the server's state, and open a support request in the Azure portal:",
        azShow(context, STATE)
      )
    ]
  },
  {
    code: "pooler-config",
    when: [{ codes: ["08P01"] }, { text: /bouncer config error|login rejected|auth_query/ }],
    cause: "A connection pooler refuses the connection: its own configuration (its databases, its users, or the query by which it looks them up) does not fit. PgBouncer gives this SQLSTATE to all its errors.",
    next: WITHOUT_POOLER
  },
  {
    code: "connection-failure",
    when: [{ codes: ["08*"] }],
    cause: "The connection to the server, or PgBouncer's own connection to it, broke.",
    next: afterRestart,
    retries: 2
  }
]);
var STATE = "{state:state, role:replicationRole}";
function listAdmins(context) {
  return azOnServer("microsoft-entra-admin list", context, {
    query: "[].{user:principalName, oid:objectId}"
  });
}
function afterRestart(context) {
  return [
    step(
      "Run the job again when the server is `Ready`: what was granted stays granted.",
      azShow(context, STATE)
    )
  ];
}
function afterMigrations() {
  return [
    "Run the job again: it continues where it stopped.",
    "Run this step after the migrations, not at the same time."
  ];
}
function growStorage(context) {
  return [
    step(
      "If the storage is full, enlarge it (GiB). It cannot be shrunk later:",
      azServer("update", context, { "storage-size": "<gib>" })
    ),
    step(
      "Let the storage grow automatically from now on:",
      azServer("update", context, { "storage-auto-grow": "Enabled" })
    )
  ];
}
function addressIn(text) {
  return Array.from(
    text.matchAll(/["\u00ab\u00bb\u201e\u201c]\s?([0-9a-f.:]{2,45})\s?["\u00ab\u00bb\u201c\u201d]/gi),
    ([, found = ""]) => found
  ).find(import_node_net2.isIP);
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
    step("List the server's Entra administrators:", listAdmins(context)),
    step("List the other Entra roles, in database postgres:", LIST_PRINCIPALS)
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
function passwordRefused(context) {
  const { signIn: signIn2, user = "", host: host2 = "", port: port2, token, cloud } = context;
  if (signIn2?.type === "password") {
    return {
      cause: "The name or the password is wrong, or the role was created for Entra and has no password.",
      next: [
        step("Try the name and the password with psql:", psql(context)),
        "For an Entra role, remove `password` and set `auth-type: oidc`."
      ]
    };
  }
  const role = withoutServer(user, host2);
  if (role !== void 0) {
    return {
      cause: "`user` ends in the name of the server, which a flexible server treats as part of the role's name.",
      next: [sentence`Set \`user\` to ${code(role)}.`]
    };
  }
  const audience = claim(token, "aud")?.replace(/\/$/, "");
  if (audience !== void 0 && cloud !== void 0 && !cloud.postgresScope.startsWith(audience)) {
    return { cause: OTHER_CLOUD, next: selectCloud(context) };
  }
  if (port2 === 6432) {
    return {
      cause: "PgBouncer gives no details. The role is wrong for the token, or PgBouncer does not accept the token.",
      next: ["Set `port: 5432` and run the job again.", ...findRole(context)]
    };
  }
  return {
    cause: GUID.test(user) ? "`user` looks like a client ID, but must be the name of a role. The two are the same only for administrators that Service Connector added." : "`user` is not the role that is bound to the object ID of the identity that signed in, or to one of its groups. Names are case-sensitive.",
    next: ["Set `user` to the role that has this token's `oid`.", ...findRole(context)]
  };
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
var PROTOCOL = rulesFor("postgres", [
  {
    code: "not-postgres",
    when: [
      // Kerberos, SCM, GSSAPI and SSPI are PostgreSQL's: https://www.postgresql.org/docs/current/protocol-message-formats.html
      { text: /error establishing an SSL connection|Unknown authenticationOk message type (?![26789]\b)/ },
      { codes: ["NOT_POSTGRES"] }
    ],
    cause: "A different service listens on this port: its answer to a request for TLS is not PostgreSQL's.",
    next: (context) => [
      "Check `host` and `port`. PostgreSQL's port is 5432, and 6432 for the built-in PgBouncer.",
      step("Show the server's full name:", azShow(context, "fullyQualifiedDomainName"))
    ]
  },
  {
    code: "token-not-asked-for",
    when: [{ codes: ["HASH_REQUESTED"] }],
    cause: "The server asked for a password hash, as it does for a role that has a password. It cannot check an Entra token by its hash, so nothing was sent.",
    next: (context) => [
      "Set `user` to the role of the Entra identity that signs in. Its name is case-sensitive.",
      step("Check that the server accepts Entra tokens:", azShow(context, "authConfig")),
      "To sign in with a password, set `password` and leave out `client-id` and `tenant-id`."
    ]
  },
  {
    code: "query-timed-out",
    when: [{ codes: ["QUERY_TIMEOUT"] }],
    cause: "The server received a query and never answered it. Its own `statement_timeout` would have ended the query earlier, so the server hangs, or something in between silently dropped the connection.",
    next: (context) => [
      "Run the job again: what was granted stays granted.",
      step("If the error persists, look at the server's state:", azShow(context, "state"))
    ]
  },
  {
    code: "protocol-violation",
    when: [{ codes: ["PROTOCOL_VIOLATION"] }],
    cause: "The server, or something in between, violated PostgreSQL's protocol or asked for a sign-in method that this action does not support.",
    next: (context) => [
      step(
        "Check `host` and `port`: perhaps a different service listens there.",
        azShow(context, "fullyQualifiedDomainName")
      ),
      "If a proxy is in between, set `host` to the server itself."
    ]
  }
]);

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
  ...POOLER,
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
  if (found === void 0) {
    const answer2 = { hint: inOurWords(UNKNOWN.cause), steps: stepsOf(UNKNOWN.next) };
    return { code: "unknown", message, ...withPooler(answer2, context, true) };
  }
  const { rule, symptom } = found;
  const { code: code2, retries } = rule;
  const answer = { hint: rule.cause(context, symptom), steps: rule.next(context, symptom) };
  const isVague = FALLBACKS.some((fallback) => fallback.code === code2);
  return {
    code: code2,
    message,
    ...withPooler(answer, context, isVague),
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
  return (match.codes === void 0 || match.codes.some((each) => isOrStarts(code2, each))) && (match.aadsts === void 0 || match.aadsts.includes(aadstsIn(text).at(-1) ?? 0)) && (match.text === void 0 || match.text.test(text)) && (match.status === void 0 || match.status.some((each) => each === status || each === classOf(status))) && (match.signIn === void 0 || match.signIn === signIn2?.type) && (match.atProxy === void 0 || namesProxy(text, proxy));
}
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
function aadstsIn(text) {
  return Array.from(text.matchAll(/AADSTS(\d{1,9})/g), ([, number]) => Number(number));
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
function docsLink({ code: code2 }, { run }) {
  return run?.docs === void 0 ? void 0 : `${run.docs}/troubleshooting.md#${code2}`;
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

// src/text/count.ts
function count(n, one, many = `${one}s`) {
  return `${grouped(n)} ${n === 1 ? one : many}`;
}
function grouped(n) {
  return String(n).replaceAll(/\B(?=(\d{3})+$)/g, ",");
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
function resultOf(task) {
  try {
    return task();
  } catch {
    return void 0;
  }
}

// src/settings/reader.ts
var Mistaken = class extends Error {
};
function readInputs(table, env, read) {
  const mistakes = misspelled(table, env);
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
function problemOf(error2, text, { secrets, use }, others) {
  const { problem, details } = asInvalid(error2);
  const { item, remedy = sentence`Use ${inOurWords(use)}.`, advice = EMPTY } = details;
  const noun = inOurWords(item === void 0 ? "the value" : "an item");
  const subject = secrets ? noun : described(item ?? text, noun, others);
  return paragraph(sentence`${subject} ${problem}.`, remedy, advice);
}
function inputsIn(table, env, mistakes) {
  const textOf = (name3) => env[variable(name3)] ?? "";
  const isSet = (name3) => textOf(name3).trim() !== "";
  const inputOf = (name3) => table[name3];
  const use = (name3) => inOurWords(inputOf(name3).use);
  function mistake(name3, problem) {
    mistakes.push({ name: name3, problem });
    throw new Mistaken();
  }
  function parsed2(name3, parse) {
    const input = inputOf(name3);
    const text = textOf(name3);
    try {
      return parse(text);
    } catch (error2) {
      const problem = problemOf(error2, text, input, secretsIn(table, env));
      return mistake(name3, sentence`${code(name3)}: ${problem}`);
    }
  }
  function read(name3, parse, whenNotSet) {
    if (isSet(name3)) return parsed2(name3, parse);
    if (env[variable(name3)] === void 0 || !inputOf(name3).neverEmpty) return whenNotSet();
    return mistake(name3, sentence`${code(name3)} is empty. ${UNSET_VARIABLE} Use ${use(name3)}.`);
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
    ifValid: (name3, parse) => isSet(name3) ? resultOf(() => parse(textOf(name3))) : void 0,
    all
  };
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
  const distinct = new Map(mistakes.map((mistake) => [JSON.stringify(mistake), mistake]));
  const inOrder2 = [...distinct.values()].toSorted((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
  const inputs = new Set(mistakes.map(({ name: name3 }) => name3)).size;
  const invalid = inputs === 1 ? inOurWords("1 input is invalid.") : sentence`${inputs} inputs are invalid.`;
  return new ActionError(
    failure({
      code: "bad-input",
      message: sentence`${invalid} Nothing was changed.`,
      problems: inOrder2.map(({ problem }) => problem),
      hint: "A value is mistyped, or the variable or secret it comes from is not set.",
      steps: ["Correct the `with:` block of this step. The README of this action explains every input."]
    })
  );
}

// src/firewall/log.ts
function say(line) {
  info(logLine(line));
}

// src/firewall/server.ts
var PROVIDER = "Microsoft.DBforPostgreSQL";
var SERVERS = `${PROVIDER}/flexibleServers`;
var PERMISSIONS = {
  readServer: `${SERVERS}/read`,
  readRules: `${SERVERS}/firewallRules/read`,
  writeRules: `${SERVERS}/firewallRules/write`,
  deleteRules: `${SERVERS}/firewallRules/delete`,
  readOperations: `${PROVIDER}/locations/azureAsyncOperation/read`,
  readResults: `${PROVIDER}/locations/operationResults/read`
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
var import_promises3 = require("node:timers/promises");

// src/firewall/operations.ts
var import_promises2 = require("node:timers/promises");

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
var PATIENCE = { firstWait: 5e3, maxTime: 12e4, answerTime: 15e3 };
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
    const wait = firstWait * 2 ** (attempts - 1);
    const what = plain.sentence(withFullStop(error2.failure.message));
    const when = `Trying again in ${Math.ceil(wait / 1e3)} s (attempt ${attempts + 1} of ${retries + 1}).`;
    return { wait, line: `${what} ${when}` };
  };
  return retrying(attempt, retryAfter, { end: Date.now() + maxTime, say: say2, signal });
}

// src/firewall/errors.ts
function diagnoseResourceManager(error2, context) {
  return diagnoseBy(RULES2, error2, { with: "azure", ...context });
}
function nothingDone({ code: code2 }) {
  return REFUSED.includes(code2);
}
var REFUSED = [
  "azure-policy",
  "azure-deny-assignment",
  "resource-locked",
  "subscription-disabled",
  "provider-not-registered",
  "azure-api-version",
  "azure-token-refused",
  "server-not-found",
  "server-not-running",
  "azure-not-permitted"
];
var WHILE_THERE_IS_TIME = 5;
var AZURE = rulesFor("azure", [
  {
    code: "azure-policy",
    when: [{ codes: ["RequestDisallowedByPolicy"] }],
    cause: "An Azure policy of the subscription does not allow firewall rules, or does not allow this one.",
    next: [
      "Ask the owner of the policy for an exemption, or use a runner in the server's network (`docs/private-network.md`)."
    ]
  },
  {
    code: "azure-deny-assignment",
    when: [{ codes: ["DenyAssignmentAuthorizationFailed"] }],
    cause: "A deny assignment of a deployment stack or a managed application forbids this, whatever roles the identity has.",
    next: [
      step(
        "If a deployment stack made the deny assignment, deploy the stack with this option:",
        `--deny-settings-excluded-actions ${PERMISSIONS.writeRules} ${PERMISSIONS.deleteRules}`
      ),
      "In a managed application, only its publisher can change the server. Use a runner in the server's network (`docs/private-network.md`)."
    ]
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
          output: "table"
        })
      ),
      "Remove the lock, or use a runner in the server's network (`docs/private-network.md`)."
    ]
  },
  {
    code: "subscription-disabled",
    when: [{ codes: ["ReadOnlyDisabledSubscription", "SubscriptionDisabled", "DisallowedOperation"] }],
    cause: "The subscription is disabled, or its type does not allow changes. Reads can still work.",
    next: ({ server }) => [
      step(
        "Look up the state of the subscription:",
        az("account show", { subscription: server.subscription, query: "state" })
      ),
      "Reactivate the subscription, or use another one: https://learn.microsoft.com/azure/cost-management-billing/manage/subscription-disabled"
    ]
  },
  {
    code: "provider-not-registered",
    when: [{ codes: ["MissingSubscriptionRegistration", "SubscriptionNotRegistered"] }],
    cause: "The subscription is not registered for Azure Database for PostgreSQL. A subscription that has a server always is, so `server-resource-id` can name the wrong one.",
    next: ({ server }, { text }) => [
      step(
        "If it is the right subscription, register it:",
        az("provider register", {
          namespace: text.match(/namespace '([\w.]{1,100})'/)?.[1] ?? PROVIDER,
          subscription: server.subscription
        })
      )
    ]
  },
  {
    code: "azure-api-version",
    when: [{ codes: ["NoRegisteredProviderFound", "InvalidApiVersionParameter", "InvalidResourceType"] }],
    cause: "This cloud or region does not have the API version that this action uses.",
    next: [
      "Use the newest version of this action.",
      "If the error persists, open an issue in this action's repository, with this message."
    ]
  },
  {
    code: "azure-token-expired",
    when: [{ codes: ["ExpiredAuthenticationToken"] }],
    cause: "The token expired before Azure read it, or the runner's clock is wrong.",
    next: ["Run the job again.", step("On a self-hosted runner, check the clock:", "timedatectl")],
    retries: 1
  },
  {
    code: "azure-token-refused",
    when: [{ codes: ["InvalidAuthenticationToken*", "AuthenticationFailed*"] }, { status: [401] }],
    cause: (_context, { text }) => NO_HEADER.test(text) ? "The request arrived without its token. A proxy on the way removed the header." : "The token is from a different tenant or cloud than the subscription's.",
    next: renewToken
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
          "ParentResourceNotFound"
        ]
      }
    ],
    cause: (_context, { code: azureCode }) => NOT_FOUND[azureCode] ?? NO_SERVER,
    next: ({ server }, { code: azureCode }) => [
      ...azureCode.includes("Subscription") ? [
        step(
          "Look for the subscription, and set `tenant-id` and `environment` to its tenant and cloud:",
          az("account show", { subscription: server.subscription })
        )
      ] : [],
      step(
        "Set `server-resource-id` to one of these:",
        az("postgres flexible-server list", { subscription: server.subscription, query: "[].id" })
      )
    ]
  },
  {
    code: "azure-not-permitted",
    when: [{ codes: ["AuthorizationFailed", "LinkedAuthorizationFailed", "Forbidden"] }],
    cause: "The identity that signs in has no role on the server that allows this.",
    next: allow
  },
  {
    code: "server-not-running",
    when: [
      { codes: ["ServerStoppedError", "ServerIsStopped"] },
      { codes: ["Server*"], text: /state\W{1,5}(Stopp|Disabled|Inaccessible)/i }
    ],
    cause: "The server is stopped.",
    next: ({ server }) => [step("Start the server, then run the job again:", azServer("start", { server }))]
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
          "ConflictingServerOperation"
        ]
      },
      { status: [409], text: /\b(busy|in progress|(try|retry) (again )?later|being (updated|created))\b/i }
    ],
    cause: "Another operation on the server is in progress.",
    next: ({ server }) => [
      step("Run the job again when the server is `Ready`:", azShow({ server }, "state"))
    ],
    retries: WHILE_THERE_IS_TIME
  },
  {
    code: "azure-too-many-requests",
    when: [{ codes: ["TooManyRequests", "SubscriptionRequestsThrottled"] }, { status: [429] }],
    cause: "The subscription has sent more requests than Azure allows in this period.",
    next: ["Run the job again in a few minutes."],
    retries: WHILE_THERE_IS_TIME
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
          "ServerTimeout"
        ]
      },
      { status: [408, "5xx"] }
    ],
    cause: "Azure Resource Manager has a fault.",
    next: [
      "Run the job again in a few minutes. Azure lists regional outages: https://azure.status.microsoft"
    ],
    retries: WHILE_THERE_IS_TIME
  },
  {
    code: "azure-refused",
    when: [{ status: ["2xx", "3xx", "4xx"], text: /HTTP status \d+\)?:/ }],
    // a page of a proxy has other words
    cause: "Azure refused the request for a reason that this action does not recognize.",
    next: [
      "Look up the code in the message: https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/common-deployment-errors",
      "If the error persists, open an issue in this action's repository, with this message."
    ]
  }
]);
var NO_HEADER = /header is missing/;
var NO_SERVER = "This subscription and resource group have no server with this name, or it was deleted.";
var NOT_FOUND = {
  SubscriptionNotFound: "This tenant and cloud have no such subscription, or the identity has no role in the subscription.",
  ResourceGroupBeingDeleted: "The resource group of the server is being deleted."
};
var RULES2 = [...AZURE, ...NETWORK];
function renewToken({ server, host: host2 = "management.azure.com" }, { text }) {
  if (NO_HEADER.test(text))
    return [step("Allow this host in the proxy, or bypass the proxy:", `NO_PROXY=${shell(host2)}`)];
  const tenant = text.match(/must match the tenant 'https:\/\/[\w.]{1,60}\/([0-9a-f-]{36})/i)?.[1];
  if (tenant !== void 0)
    return [step("Set `tenant-id` to the subscription's tenant:", `tenant-id: ${tenant}`)];
  return [
    step(
      "Set `tenant-id` to the tenant of the subscription, and `environment` to its cloud:",
      az("account show", {
        subscription: server.subscription,
        query: "{tenant:tenantId, cloud:environmentName}"
      })
    )
  ];
}
function allow({ permission, server, clientId: clientId2 }, { text }) {
  const needed = text.match(/perform action '([\w./]{1,200})'/)?.[1] ?? permission;
  const assignee = text.match(/object id '([0-9a-f-]{36})'/i)?.[1] ?? clientId2 ?? "<object-id>";
  const subscription = `/subscriptions/${server.subscription}`;
  const define = (role) => az("role definition create", {
    "role-definition": JSON.stringify({ ...role, AssignableScopes: [subscription] })
  });
  const assign = ({ Name }, scope) => az("role assignment create", { role: Name, assignee, scope });
  const known = [...FIREWALL_ROLE.Actions, ...OPERATIONS_ROLE.Actions].map((each) => each.toLowerCase());
  const firewallRole = known.includes(needed.toLowerCase()) ? FIREWALL_ROLE : { ...FIREWALL_ROLE, Actions: [...FIREWALL_ROLE.Actions, needed] };
  return [
    step(
      sentence`Create two roles, of which one has ${code(needed)}. If they exist, ${code("update")} them:`,
      [define(firewallRole), define(OPERATIONS_ROLE)].join("\n")
    ),
    step(
      "Assign the first on the server. Assign the second on the subscription, because Azure's operations are not below the server:",
      [assign(firewallRole, serverPath(server)), assign(OPERATIONS_ROLE, subscription)].join("\n")
    ),
    "Run the job again. A new assignment can take ten minutes to work."
  ];
}
var FIREWALL_ROLE = {
  Name: "PostgreSQL firewall for a runner",
  Description: "Opens and closes the firewall of a flexible server for one address.",
  Actions: [PERMISSIONS.readServer, PERMISSIONS.readRules, PERMISSIONS.writeRules, PERMISSIONS.deleteRules]
};
var OPERATIONS_ROLE = {
  Name: "PostgreSQL operations for a runner",
  Description: "Reads whether changes of flexible servers are done.",
  Actions: [PERMISSIONS.readOperations, PERMISSIONS.readResults]
};

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

// src/azure/azure-cli.ts
var import_node_child_process = require("node:child_process");
var import_node_path = require("node:path");
var TIME = 4e4;
function azureCliToken(scope) {
  const command = `az account get-access-token --output json --resource ${scope.replace(/\/\.default$/, "")}`;
  const options = { timeout: TIME, cwd: (0, import_node_path.dirname)(process.execPath) };
  return new Promise((resolve, reject) => {
    (0, import_node_child_process.exec)(command, options, (error2, stdout, stderr) => {
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
    (line) => info(logLine(line)),
    { ...patience, maxTime: Math.min(patience.maxTime, MAX_TIME) },
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
var MAX_TIME = 4e4;
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

// src/firewall/obstacles.ts
var PRIVATE = {
  "virtual-network": inOurWords("is in a virtual network (private access)"),
  "private-endpoint": inOurWords("has private endpoints only; its public access is disabled"),
  disabled: inOurWords("has its public access disabled, and no private endpoint")
};
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

// src/firewall/resource-manager.ts
var TIMES = { answer: 3e4, retry: 5e3 };
var API_VERSION = "2025-08-01";
function resourceManager(settings, server, env, stop) {
  const { signIn: how, cloud } = settings;
  const base = baseUrl(cloud, env);
  const peer2 = { host: base.host, proxy: proxyTo(base.host, env) };
  const token = signIn(settings, env, stop, { scope: cloud.resourceManagerScope });
  const clientId2 = "clientId" in how ? how.clientId : void 0;
  let sending;
  function explained(error2, permission) {
    stop.throwIfAborted();
    if (error2 instanceof ActionError) return error2;
    const failure2 = diagnoseResourceManager(error2, { permission, server, ...peer2, clientId: clientId2 });
    return new ActionError(failure2, { cause: error2 });
  }
  async function send({ method, path, permission, body, end, onRetry }) {
    let bearer = "";
    let expired;
    const attempt = async () => {
      try {
        bearer = await token(expired);
        sending ??= sender();
        const answer = await (await sending)(method, addressOf(path, base), bearer, body, stop);
        if (answer.status >= 400) throw refusedBy(answer);
        return answer;
      } catch (error2) {
        throw explained(error2, permission);
      }
    };
    const retryAfter = (error2, attempts) => {
      const { retries = 0, code: code2 } = error2 instanceof ActionError ? error2.failure : {};
      if (!(error2 instanceof ActionError) || retries === 0 || retries === 1 && attempts > 1)
        return void 0;
      if (code2 === "azure-token-expired") expired = bearer;
      onRetry?.();
      const wait = error2.cause.wait ?? TIMES.retry;
      const what = plain.sentence(withFullStop(error2.failure.message));
      return { wait, line: `${what} Trying again in ${Math.ceil(wait / 1e3)} s.` };
    };
    return retrying(attempt, retryAfter, { end, say, signal: stop });
  }
  return { server, send, explained, stop };
}
async function sender() {
  const pipelines = await import("./azure-identity.cjs");
  const pipeline = pipelines.createPipelineFromOptions({
    retryOptions: { maxRetries: 0 },
    redirectOptions: { maxRetries: 0 }
    // a redirect could take the token elsewhere
  });
  const client = await httpClient();
  return async (method, url, bearer, body, stop) => {
    const headers = pipelines.createHttpHeaders({
      accept: "application/json",
      authorization: `Bearer ${bearer}`,
      ...body !== void 0 && { "content-type": "application/json" }
    });
    const ending = new AbortController();
    const request2 = pipelines.createPipelineRequest({
      method,
      url,
      headers,
      abortSignal: ending.signal,
      ...body !== void 0 && { body: JSON.stringify(body) }
    });
    try {
      return await within(TIMES.answer, pipeline.sendRequest(client, request2), stop);
    } catch (error2) {
      ending.abort();
      throw error2;
    }
  };
}
function baseUrl(cloud, env) {
  const url = URL.parse(env.AZURE_RESOURCE_MANAGER_URL || cloud.resourceManager);
  if (url?.protocol === "https:") return url;
  throw new ActionError(managerNotHttps());
}
function addressOf(path, base) {
  const url = new URL(path, base);
  const isRegional = url.protocol === "https:" && url.port === base.port && url.hostname.endsWith(`.${base.hostname}`);
  if (url.origin !== base.origin && !isRegional)
    throw new Error(`${url.origin} is not a part of ${base.origin}.`);
  if (!url.searchParams.has("api-version")) url.searchParams.set("api-version", API_VERSION);
  return url.href;
}
function refusal(answer, code2, message) {
  const facts = { status: answer.status, code: String(code2), wait: waitIn(answer) };
  const codeAndStatus = facts.code === "" ? `HTTP status ${facts.status}` : `${facts.code} (HTTP status ${facts.status})`;
  return Object.assign(new Error(`${codeAndStatus}: ${message}`), facts);
}
function refusedBy(answer) {
  const { status, headers, bodyAsText } = answer;
  const page = bodyAsText ? notJson(status, headers.get("content-type"), bodyAsText) : void 0;
  if (page !== void 0) return Object.assign(page, { wait: waitIn(answer) });
  const { error: error2 } = parsed(answer) ?? {};
  const text = typeof error2?.message === "string" ? error2.message : withoutSecrets(bodyAsText ?? "").slice(0, 300);
  return refusal(answer, error2?.code ?? "", text);
}
function isMissing({ cause }) {
  const { status, code: code2 = "" } = cause;
  return status === 404 && /^((Resource|ResourceGroup|ParentResource)NotFound|FirewallRuleNotExist)$/.test(code2);
}
function waitIn({ headers }) {
  const seconds = Number(headers.get("retry-after"));
  return seconds > 0 ? 1e3 * seconds : void 0;
}
function parsed({ bodyAsText }) {
  try {
    return JSON.parse(bodyAsText || "{}");
  } catch {
    return void 0;
  }
}

// src/firewall/operations.ts
var TIMES2 = { read: 6e4, change: 18e4, poll: 2e3, retry: 5e3 };
async function get({ send }, path, permission) {
  return parsed(await send({ method: "GET", path, permission, end: Date.now() + TIMES2.read }));
}
async function change(azure, request2) {
  const end = Date.now() + TIMES2.change;
  for (let isFirst = true; ; isFirst = false) {
    const outcome = await changeOnce(azure, { ...request2, end }, isFirst);
    const passes = outcome.ending === "failed" && outcome.operation && outcome.error.failure.retries;
    if (!passes || Date.now() + TIMES2.retry > end) return outcome;
    say("The operation failed for a reason that passes. Asking for it again.");
    await (0, import_promises2.setTimeout)(TIMES2.retry, void 0, { signal: azure.stop });
  }
}
async function changeOnce(azure, request2, isFirst) {
  const { send, explained } = azure;
  let refusable = isFirst;
  const onRetry = () => {
    refusable = false;
  };
  let accepted;
  try {
    accepted = await send({ ...request2, onRetry });
  } catch (thrown) {
    const error2 = explained(thrown, request2.permission);
    return { ending: refusable && nothingDone(error2.failure) ? "refused" : "failed", error: error2 };
  }
  try {
    return await follow(azure, accepted, request2.end);
  } catch (error2) {
    return { ending: "accepted", error: explained(error2, PERMISSIONS.readOperations) };
  }
}
async function follow({ send, explained, stop }, accepted, end) {
  const permission = PERMISSIONS.readOperations;
  const { headers, status } = accepted;
  const path = headers.get("azure-asyncoperation") ?? headers.get("location");
  if (path === void 0 && status !== 202) return { ending: "done" };
  if (path === void 0) throw new Error("The answer does not say where the operation is polled.");
  for (let answer = accepted; ; ) {
    const wait = waitIn(answer) ?? TIMES2.poll;
    if (Date.now() + wait > end) throw noAnswer(TIMES2.change);
    await (0, import_promises2.setTimeout)(wait, void 0, { signal: stop });
    answer = await send({ method: "GET", path, permission, end });
    const { status: state, error: error2 } = parsed(answer) ?? {};
    if (/^(failed|cancell?ed)$/i.test(`${state}`)) {
      const { code: code2 = state, message = "The operation did not succeed." } = error2 ?? {};
      return {
        ending: "failed",
        operation: true,
        error: explained(refusal(answer, code2, message), permission)
      };
    }
    if (state === void 0 ? answer.status !== 202 : /^succeeded$/i.test(state)) return { ending: "done" };
  }
}

// src/firewall/requests.ts
async function readRule(azure, rule) {
  try {
    return ruleOf(await get(azure, rulePath(azure.server, rule), PERMISSIONS.readRules));
  } catch (error2) {
    if (error2 instanceof ActionError && isMissing(error2)) return void 0;
    throw error2;
  }
}
function ruleOf({ name: name3 = "", properties }) {
  return { name: name3, start: properties?.startIpAddress ?? "", end: properties?.endIpAddress ?? "" };
}
function putRule(azure, rule, address) {
  const body = { properties: { startIpAddress: address, endIpAddress: address } };
  const path = rulePath(azure.server, rule);
  return change(azure, { method: "PUT", path, permission: PERMISSIONS.writeRules, body });
}
async function deleteRule(azure, rule) {
  const path = rulePath(azure.server, rule);
  const outcome = await change(azure, { method: "DELETE", path, permission: PERMISSIONS.deleteRules });
  const { ending } = outcome;
  return ending !== "done" && ending !== "accepted" && isMissing(outcome.error) ? { ending: "done" } : outcome;
}

// src/firewall/state.ts
function ruleInState({ STATE_rule, STATE_settled }) {
  const id = ruleIdOf(STATE_rule ?? "");
  return id && { ...id, settled: STATE_settled === "true" };
}
var UNUSED_ADDRESS = "192.0.2.1";
async function removeRule(azure, rule) {
  const deletion = await deleteRule(azure, rule);
  const isLocked = deletion.ending !== "done" && deletion.error.failure.code === "resource-locked";
  if (!isLocked || await readRule(azure, rule) === void 0) {
    await confirm(deletion, azure, rule, (found) => found === void 0);
    return true;
  }
  const closing = await putRule(azure, rule, UNUSED_ADDRESS);
  await confirm(closing, azure, rule, (found) => found?.start === UNUSED_ADDRESS);
  return false;
}
async function confirm(outcome, azure, rule, isMade) {
  if (outcome.ending === "done") return;
  const times = outcome.ending === "accepted" ? MORE_READS.times : 0;
  if (outcome.ending === "refused" || !await isSeen(azure, rule, isMade, times)) throw outcome.error;
}
var MORE_READS = { times: 12, wait: 1e4 };
async function isSeen(azure, rule, isWanted, times = MORE_READS.times) {
  for (let reads = 0; !isWanted(await readRule(azure, rule)); reads++) {
    if (reads === times) return false;
    await (0, import_promises3.setTimeout)(MORE_READS.wait, void 0, { signal: azure.stop });
  }
  return true;
}

// src/firewall/publish.ts
function leftOpen(server, rule, { code: code2, message, hint }, { aborted: stopped }) {
  const isStopped = code2 === "server-not-running";
  const lines = [
    `Firewall rule ${rule} may still be open. ${isStopped ? "Start the server, then remove" : "Remove"} it:`,
    ...isStopped ? [azServer("start", { server })] : [],
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
  return az("resource delete", { ids: rulePath(server, rule) });
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
var BOOLEAN_INPUT = { use: oneOf(["true", "false"]), default: "false" };
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
  const seconds = MORE_READS.times * MORE_READS.wait / 1e3;
  say(`Azure did not confirm that the rule was made. Watching for the rule for ${seconds} s.`);
  if (!await isSeen(azure, rule, (found) => found !== void 0 && found.start !== UNUSED_ADDRESS))
    return false;
  say(`Firewall rule ${rule} has appeared. Removing it.`);
  return true;
}

// src/firewall/post.ts
var GRACE_TIME = 4e3;
start((signal) => closeFirewall(process.env, signal), GRACE_TIME);
