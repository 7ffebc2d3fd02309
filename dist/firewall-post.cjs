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

// node_modules/@actions/core/lib/summary.js
var import_os = require("os");
var import_fs = require("fs");
var __awaiter = function(thisArg, _arguments, P, generator) {
  function adopt(value) {
    return value instanceof P ? value : new P(function(resolve) {
      resolve(value);
    });
  }
  return new (P || (P = Promise))(function(resolve, reject) {
    function fulfilled(value) {
      try {
        step2(generator.next(value));
      } catch (e) {
        reject(e);
      }
    }
    function rejected(value) {
      try {
        step2(generator["throw"](value));
      } catch (e) {
        reject(e);
      }
    }
    function step2(result) {
      result.done ? resolve(result.value) : adopt(result.value).then(fulfilled, rejected);
    }
    step2((generator = generator.apply(thisArg, _arguments || [])).next());
  });
};
var { access, appendFile, writeFile } = import_fs.promises;
var SUMMARY_ENV_VAR = "GITHUB_STEP_SUMMARY";
var Summary = class {
  constructor() {
    this._buffer = "";
  }
  /**
   * Finds the summary file path from the environment, rejects if env var is not found or file does not exist
   * Also checks r/w permissions.
   *
   * @returns step summary file path
   */
  filePath() {
    return __awaiter(this, void 0, void 0, function* () {
      if (this._filePath) {
        return this._filePath;
      }
      const pathFromEnv = process.env[SUMMARY_ENV_VAR];
      if (!pathFromEnv) {
        throw new Error(`Unable to find environment variable for $${SUMMARY_ENV_VAR}. Check if your runtime environment supports job summaries.`);
      }
      try {
        yield access(pathFromEnv, import_fs.constants.R_OK | import_fs.constants.W_OK);
      } catch (_a) {
        throw new Error(`Unable to access summary file: '${pathFromEnv}'. Check if the file has correct read/write permissions.`);
      }
      this._filePath = pathFromEnv;
      return this._filePath;
    });
  }
  /**
   * Wraps content in an HTML tag, adding any HTML attributes
   *
   * @param {string} tag HTML tag to wrap
   * @param {string | null} content content within the tag
   * @param {[attribute: string]: string} attrs key-value list of HTML attributes to add
   *
   * @returns {string} content wrapped in HTML element
   */
  wrap(tag, content, attrs = {}) {
    const htmlAttrs = Object.entries(attrs).map(([key, value]) => ` ${key}="${value}"`).join("");
    if (!content) {
      return `<${tag}${htmlAttrs}>`;
    }
    return `<${tag}${htmlAttrs}>${content}</${tag}>`;
  }
  /**
   * Writes text in the buffer to the summary buffer file and empties buffer. Will append by default.
   *
   * @param {SummaryWriteOptions} [options] (optional) options for write operation
   *
   * @returns {Promise<Summary>} summary instance
   */
  write(options) {
    return __awaiter(this, void 0, void 0, function* () {
      const overwrite = !!(options === null || options === void 0 ? void 0 : options.overwrite);
      const filePath = yield this.filePath();
      const writeFunc = overwrite ? writeFile : appendFile;
      yield writeFunc(filePath, this._buffer, { encoding: "utf8" });
      return this.emptyBuffer();
    });
  }
  /**
   * Clears the summary buffer and wipes the summary file
   *
   * @returns {Summary} summary instance
   */
  clear() {
    return __awaiter(this, void 0, void 0, function* () {
      return this.emptyBuffer().write({ overwrite: true });
    });
  }
  /**
   * Returns the current summary buffer as a string
   *
   * @returns {string} string of summary buffer
   */
  stringify() {
    return this._buffer;
  }
  /**
   * If the summary buffer is empty
   *
   * @returns {boolen} true if the buffer is empty
   */
  isEmptyBuffer() {
    return this._buffer.length === 0;
  }
  /**
   * Resets the summary buffer without writing to summary file
   *
   * @returns {Summary} summary instance
   */
  emptyBuffer() {
    this._buffer = "";
    return this;
  }
  /**
   * Adds raw text to the summary buffer
   *
   * @param {string} text content to add
   * @param {boolean} [addEOL=false] (optional) append an EOL to the raw text (default: false)
   *
   * @returns {Summary} summary instance
   */
  addRaw(text, addEOL = false) {
    this._buffer += text;
    return addEOL ? this.addEOL() : this;
  }
  /**
   * Adds the operating system-specific end-of-line marker to the buffer
   *
   * @returns {Summary} summary instance
   */
  addEOL() {
    return this.addRaw(import_os.EOL);
  }
  /**
   * Adds an HTML codeblock to the summary buffer
   *
   * @param {string} code content to render within fenced code block
   * @param {string} lang (optional) language to syntax highlight code
   *
   * @returns {Summary} summary instance
   */
  addCodeBlock(code2, lang) {
    const attrs = Object.assign({}, lang && { lang });
    const element = this.wrap("pre", this.wrap("code", code2), attrs);
    return this.addRaw(element).addEOL();
  }
  /**
   * Adds an HTML list to the summary buffer
   *
   * @param {string[]} items list of items to render
   * @param {boolean} [ordered=false] (optional) if the rendered list should be ordered or not (default: false)
   *
   * @returns {Summary} summary instance
   */
  addList(items, ordered = false) {
    const tag = ordered ? "ol" : "ul";
    const listItems = items.map((item) => this.wrap("li", item)).join("");
    const element = this.wrap(tag, listItems);
    return this.addRaw(element).addEOL();
  }
  /**
   * Adds an HTML table to the summary buffer
   *
   * @param {SummaryTableCell[]} rows table rows
   *
   * @returns {Summary} summary instance
   */
  addTable(rows) {
    const tableBody = rows.map((row) => {
      const cells = row.map((cell) => {
        if (typeof cell === "string") {
          return this.wrap("td", cell);
        }
        const { header, data, colspan, rowspan } = cell;
        const tag = header ? "th" : "td";
        const attrs = Object.assign(Object.assign({}, colspan && { colspan }), rowspan && { rowspan });
        return this.wrap(tag, data, attrs);
      }).join("");
      return this.wrap("tr", cells);
    }).join("");
    const element = this.wrap("table", tableBody);
    return this.addRaw(element).addEOL();
  }
  /**
   * Adds a collapsable HTML details element to the summary buffer
   *
   * @param {string} label text for the closed state
   * @param {string} content collapsable content
   *
   * @returns {Summary} summary instance
   */
  addDetails(label2, content) {
    const element = this.wrap("details", this.wrap("summary", label2) + content);
    return this.addRaw(element).addEOL();
  }
  /**
   * Adds an HTML image tag to the summary buffer
   *
   * @param {string} src path to the image you to embed
   * @param {string} alt text description of the image
   * @param {SummaryImageOptions} options (optional) addition image attributes
   *
   * @returns {Summary} summary instance
   */
  addImage(src, alt, options) {
    const { width, height } = options || {};
    const attrs = Object.assign(Object.assign({}, width && { width }), height && { height });
    const element = this.wrap("img", null, Object.assign({ src, alt }, attrs));
    return this.addRaw(element).addEOL();
  }
  /**
   * Adds an HTML section heading element
   *
   * @param {string} text heading text
   * @param {number | string} [level=1] (optional) the heading level, default: 1
   *
   * @returns {Summary} summary instance
   */
  addHeading(text, level) {
    const tag = `h${level}`;
    const allowedTag = ["h1", "h2", "h3", "h4", "h5", "h6"].includes(tag) ? tag : "h1";
    const element = this.wrap(allowedTag, text);
    return this.addRaw(element).addEOL();
  }
  /**
   * Adds an HTML thematic break (<hr>) to the summary buffer
   *
   * @returns {Summary} summary instance
   */
  addSeparator() {
    const element = this.wrap("hr", null);
    return this.addRaw(element).addEOL();
  }
  /**
   * Adds an HTML line break (<br>) to the summary buffer
   *
   * @returns {Summary} summary instance
   */
  addBreak() {
    const element = this.wrap("br", null);
    return this.addRaw(element).addEOL();
  }
  /**
   * Adds an HTML blockquote to the summary buffer
   *
   * @param {string} text quote text
   * @param {string} cite (optional) citation url
   *
   * @returns {Summary} summary instance
   */
  addQuote(text, cite) {
    const attrs = Object.assign({}, cite && { cite });
    const element = this.wrap("blockquote", text, attrs);
    return this.addRaw(element).addEOL();
  }
  /**
   * Adds an HTML anchor tag to the summary buffer
   *
   * @param {string} text link text/content
   * @param {string} href hyperlink
   *
   * @returns {Summary} summary instance
   */
  addLink(text, href) {
    const element = this.wrap("a", text, { href });
    return this.addRaw(element).addEOL();
  }
};
var _summary = new Summary();

// node_modules/@actions/core/lib/platform.js
var import_os2 = __toESM(require("os"), 1);
var platform = import_os2.default.platform();
var arch = import_os2.default.arch();

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
function sentence(words2, ...inserted) {
  return words2.flatMap((text, index) => {
    const value = inserted[index];
    const own = inOurWords(text);
    if (value === void 0) return own;
    if (typeof value === "number") return [...own, String(value)];
    return Array.isArray(value) ? [...own, ...value] : [...own, value];
  });
}
function inOurWords(text) {
  return text.split("`").map((piece, index) => index % 2 === 1 ? { code: piece } : piece).filter((part) => part !== "");
}
function name(...parts) {
  return { name: parts };
}
function code(text) {
  return { code: text };
}
function quoted(text) {
  return { quoted: text };
}
function paragraph(...sentences) {
  return sentences.filter((each) => each.length > 0).flatMap((each, n) => n === 0 ? each : [" ", ...each]);
}
function withFullStop(sentence2) {
  const last = sentence2.at(-1);
  const words2 = typeof last === "object" && "quoted" in last ? last.quoted : last;
  return typeof words2 === "string" && /[.!?]$/.test(words2) ? sentence2 : [...sentence2, "."];
}
function listOf(items) {
  return items.flatMap((item, n) => {
    if (n === 0) return item;
    return [n === items.length - 1 ? " and " : ", ", ...item];
  });
}

// src/model/failure.ts
var ActionError = class extends Error {
  failure;
  constructor(failure, options) {
    super(failure.code, options);
    this.name = "ActionError";
    this.failure = failure;
  }
};
function cancelled(signal) {
  return new ActionError({
    code: "cancelled",
    message: sentence`The run was cancelled (${code(signal)}).`,
    hint: inOurWords(
      "Someone cancelled the workflow run, a newer run took its place (`concurrency`), or the job reached its `timeout-minutes`."
    ),
    steps: [{ text: inOurWords("Run the job again: it continues where this run stopped.") }]
  });
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
function step(text, command) {
  const sentence2 = typeof text === "string" ? inOurWords(text) : text;
  return command === void 0 ? { text: sentence2 } : { text: sentence2, command };
}
function shell(word) {
  if (/^<[a-z-]+>$/.test(word) || /^[\w@%+:,./=-]+$/.test(word)) return word;
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
function az(command, options = {}) {
  const words2 = Object.entries(options).map(([name3, value]) => `--${name3} ${shell(value)}`);
  return ["az", command, ...words2].join(" ");
}
var SHOW_TENANT = az("account show", { query: "{tenant:tenantId, cloud:environmentName}" });
var GET_TOKEN = "az account get-access-token --resource-type oss-rdbms --query expiresOn --debug";
function azOnServer(command, context3, options = {}) {
  const of = { "resource-group": "<resource-group>", "server-name": serverName(context3) };
  return az(`postgres flexible-server ${command}`, { ...of, ...options });
}
function azServer(command, context3, options = {}) {
  const of = { "resource-group": "<resource-group>", name: serverName(context3) };
  return az(`postgres flexible-server ${command}`, { ...of, ...options });
}
function azShow(context3, query) {
  return azServer("show", context3, { query });
}
function serverName({ host: host2 }) {
  return host2?.match(/^([a-z0-9-]+)\.postgres\.database\./i)?.[1] ?? "<server>";
}
function identifier(name3, unknown) {
  return name3 === void 0 ? unknown : quoteIdentifier(name3);
}
function azOn({ subscription, resourceGroup, name: name3 }, command, options = "") {
  const server = `--subscription ${subscription} --resource-group ${shell(resourceGroup)} --name ${shell(name3)}`;
  return `az postgres flexible-server ${command} ${server} ${options}`.trimEnd();
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
  return String(value).slice(0, 300);
}

// src/diagnosis/rules.ts
function isPostgres(context3) {
  return (context3.with ?? "postgres") === "postgres";
}
function hostOf({ host: host2, with: partner = "postgres", cloud }) {
  if (host2 !== void 0) return host2;
  if (partner === "postgres") return "<host>";
  if (partner === "github") return "<host>.actions.githubusercontent.com";
  return new URL(cloud?.authority ?? "https://login.microsoftonline.com").host;
}

// src/diagnosis/entra.ts
var ENTRA = [
  {
    code: "tls-checks-off",
    with: ["entra"],
    when: [],
    cause: inOurWords(
      "With `NODE_TLS_REJECT_UNAUTHORIZED=0`, Node.js checks no certificates, so anyone on the network could read the token. Nothing was sent."
    ),
    next: () => [
      step("Remove `NODE_TLS_REJECT_UNAUTHORIZED` from the job's environment."),
      step("To trust your own certificate authority, set `NODE_EXTRA_CA_CERTS` to the path of its PEM file.")
    ]
  },
  {
    code: "authority-not-https",
    with: ["entra"],
    when: [],
    cause: inOurWords(
      "`AZURE_AUTHORITY_HOST` replaces the server that issues tokens, and the connection to it must be encrypted."
    ),
    next: ({ cloud }) => [
      step(
        "Remove `AZURE_AUTHORITY_HOST` from the job's environment, or set it to an `https://` address:",
        `AZURE_AUTHORITY_HOST=${cloud?.authority ?? "https://login.microsoftonline.com"}`
      )
    ]
  },
  {
    code: "federated-audience",
    with: ["entra"],
    when: [{ aadsts: [700212] }],
    cause: inOurWords(
      "The application's federated credential has a different audience. Each cloud has its own audience, and `environment` selects the cloud."
    ),
    next: federate
  },
  {
    code: "federated-subject-case",
    with: ["entra"],
    when: [{ aadsts: [7002138] }],
    cause: inOurWords(
      "The federated credential's subject differs from the job's only in upper and lower case. The two must be identical."
    ),
    next: federate
  },
  {
    code: "federated-credential",
    with: ["entra"],
    when: [{ aadsts: [70021, 700211, 700213, 7002131] }],
    cause: (context3, symptom) => MERGE_QUEUE.test(subjectOf(context3, symptom)) ? inOurWords(
      "The job runs for the merge queue. Its branch changes with each run, and so does the subject, so a federated credential for this subject would not match the next run."
    ) : inOurWords(
      "The application has no federated credential for this job. Each branch, tag and environment, and `pull_request`, has its own subject."
    ),
    next: federate,
    retries: 1
    // a credential created a moment ago is not everywhere yet
  },
  {
    code: "federated-credential-none",
    with: ["entra"],
    when: [{ aadsts: [70025] }],
    cause: inOurWords(
      "The application in `client-id` has no federated credentials: it is the wrong application, or none were added."
    ),
    next: federate
  },
  {
    code: "federated-enterprise",
    with: ["entra"],
    when: [{ aadsts: [7002381] }],
    cause: ({ assertion }) => {
      const enterprise = claim(assertion, "enterprise");
      const has = enterprise === void 0 ? inOurWords("has none") : sentence`has ${code(enterprise)}`;
      return sentence`The tenant accepts GitHub's ID tokens only from certain enterprises (claim \`enterprise\`), and this job's token ${has}.`;
    },
    next: () => [
      step(
        "Run the workflow in a repository of an organization that belongs to one of the enterprises in the message."
      ),
      step(
        "Or sign in without GitHub's token: `auth-type: managed-identity` on a self-hosted runner in Azure, or `client-secret`."
      ),
      step("Or ask the tenant's administrators to allow your enterprise.")
    ]
  },
  {
    code: "federation-not-allowed",
    with: ["entra"],
    when: [{ aadsts: [700223, 700238] }],
    cause: inOurWords(
      "A policy of the tenant forbids workload identity federation with this issuer or application."
    ),
    next: ({ assertion }) => [
      step(
        sentence`Ask the tenant's administrators to allow the issuer ${code(issuerOf(assertion))} for this application.`
      ),
      step(
        "Or sign in with `client-secret`, or `auth-type: managed-identity` on a self-hosted runner in Azure."
      )
    ]
  },
  {
    code: "issuer-unreadable",
    with: ["entra"],
    when: [{ aadsts: [50166, 501661, 90061] }],
    cause: inOurWords(
      "Entra could not read the keys of the ID token's issuer. For github.com, this is temporary. GitHub Enterprise Server must be reachable from the internet."
    ),
    next: ({ assertion }) => [
      step("Run the job again."),
      step(
        "If the error persists, check that the issuer's configuration and keys can be read from the internet:",
        `curl --fail ${issuerOf(assertion).replace(/\/$/, "")}/.well-known/openid-configuration`
      )
    ],
    retries: 3
  },
  {
    code: "assertion-invalid",
    with: ["entra"],
    when: [{ aadsts: [50027, 5002727, 50013, 700021, 700023, 700027, 700222] }],
    cause: inOurWords(
      "The ID token that Entra received is not one that GitHub signed: it is missing or was changed on the way."
    ),
    next: ({ signIn: signIn2 }) => [
      ...signIn2?.type === "azure-cli" ? [
        step(
          "Check the azure/login step: the job needs `id-token: write`, or azure/login signs in without a token."
        )
      ] : [],
      step(
        "On a self-hosted runner, check that `ACTIONS_ID_TOKEN_REQUEST_URL` leads to GitHub, and not to a proxy."
      ),
      step("Run the job again.")
    ]
  },
  {
    code: "assertion-expired",
    with: ["entra"],
    when: [{ aadsts: [700024] }],
    cause: ({ signIn: signIn2 }) => signIn2?.type === "azure-cli" ? inOurWords(
      "azure/login signed in with GitHub's ID token, which is valid for five minutes. The Azure CLI cannot renew it."
    ) : inOurWords(
      "GitHub's ID token had expired when Entra received it. It is valid for five minutes, so the runner's clock is probably wrong."
    ),
    next: ({ signIn: signIn2 }) => signIn2?.type === "azure-cli" ? [
      step("Use `auth-type: oidc`, which asks for a new ID token when it needs one."),
      step("Or run azure/login right before this step.")
    ] : [step("On a self-hosted runner, check the clock:", "timedatectl"), step("Run the job again.")],
    retries: 1
  },
  {
    code: "application-not-found",
    with: ["entra"],
    when: [{ aadsts: [700016, 70001, 700011, 50194] }],
    cause: inOurWords(
      "`client-id` and `tenant-id` do not belong together: one is wrong, they are swapped, or the application is in another cloud (`environment`)."
    ),
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
    with: ["entra"],
    when: [{ aadsts: [7000229] }],
    cause: inOurWords(
      "The application is registered, but has no service principal (enterprise application) in this tenant."
    ),
    next: ({ signIn: signIn2 }) => [
      step("Create the service principal:", az("ad sp create", { id: clientOf(signIn2) }))
    ]
  },
  {
    code: "application-disabled",
    with: ["entra"],
    when: [{ aadsts: [7000112] }],
    cause: inOurWords("Sign-in is disabled for this application."),
    next: ({ signIn: signIn2 }) => [
      step("Enable sign-in:", az("ad sp update", { id: clientOf(signIn2), set: "accountEnabled=true" }))
    ]
  },
  {
    code: "application-not-assigned",
    with: ["entra"],
    when: [{ aadsts: [50105, 501051] }],
    cause: inOurWords(
      "The tenant lets only assigned principals use the resource, and this one is not assigned."
    ),
    next: () => [
      step(
        "In the Entra admin center, open the enterprise application that the message names, and assign the principal under `Users and groups`."
      )
    ]
  },
  {
    code: "cross-cloud",
    with: ["entra"],
    when: [{ aadsts: [900382] }],
    cause: ({ cloud }) => sentence`The tenant is not in ${code(cloud?.name ?? "azurecloud")}, the cloud that this run asked.`,
    next: () => [
      step(
        "Set `environment` to the tenant's cloud: `azurecloud`, `azureusgovernment` or `azurechinacloud`."
      ),
      step("Look up the cloud:", SHOW_TENANT)
    ]
  },
  {
    code: "tenant-not-found",
    with: ["entra"],
    when: [{ aadsts: [90002, 900023, 900021, 50059, 50128, 90019] }, { text: /Invalid tenant id provided/ }],
    cause: inOurWords(
      "This cloud has no tenant with this ID or name: `tenant-id` or `environment` is wrong."
    ),
    next: () => [step("Look up the tenant and the cloud:", SHOW_TENANT)]
  },
  {
    code: "tenant-blocked",
    with: ["entra"],
    when: [{ aadsts: [5000224, 5000225] }],
    cause: inOurWords("Microsoft blocked the tenant, usually because it was inactive for a long time."),
    next: () => [
      step("Reactivate the tenant: https://aka.ms/TenantLifecycle"),
      step("Or set `tenant-id` to the tenant that the server belongs to:", SHOW_TENANT)
    ]
  },
  {
    code: "application-public",
    with: ["entra"],
    when: [{ aadsts: [700025] }],
    cause: inOurWords(
      "The application is registered as a public client, which cannot authenticate with a token or a secret."
    ),
    next: ({ signIn: signIn2 }) => [
      step(
        "Make the application a confidential client:",
        az("ad app update", { id: clientOf(signIn2), "is-fallback-public-client": "false" })
      )
    ]
  },
  {
    code: "consent-missing",
    with: ["entra"],
    when: [{ aadsts: [65001, 65004, 65005] }],
    cause: inOurWords("This application does not have consent to use Azure Database for PostgreSQL."),
    next: ({ cloud, signIn: signIn2 }) => [
      ...isApplication(signIn2) ? [
        step(
          "Give consent, as an administrator of the tenant:",
          az("ad app permission admin-consent", { id: clientOf(signIn2) })
        )
      ] : [
        step("Use `auth-type: oidc`, which needs no consent."),
        step("Or give consent by signing in once:", az("login", { scope: scopeOf(cloud) }))
      ]
    ]
  },
  {
    code: "client-secret-wrong",
    with: ["entra"],
    when: [{ aadsts: [50012, 70002, 7000215, 7000216, 7000218] }],
    cause: inOurWords(
      "`client-secret` is not a secret of this application. Use the secret's value, not its ID."
    ),
    next: newSecret
  },
  {
    code: "client-secret-expired",
    with: ["entra"],
    when: [{ aadsts: [7000222] }],
    cause: inOurWords("The client secret has expired."),
    next: newSecret
  },
  {
    code: "resource-disabled",
    with: ["entra"],
    when: [{ aadsts: [500014] }],
    cause: inOurWords(
      "The service principal of Azure Database for PostgreSQL is disabled in this tenant, or the tenant has no active subscription."
    ),
    next: () => [
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
    code: "resource-not-found",
    with: ["entra"],
    when: [{ aadsts: [500011, 50001, 650052, 650057, 70011, 1002012] }],
    cause: ({ cloud }) => sentence`The tenant does not know Azure Database for PostgreSQL by the name it has in ${code(cloud?.name ?? "azurecloud")}: ${code(scopeOf(cloud))}.`,
    next: () => [
      step(
        "Set `environment` to the tenant's cloud: `azurecloud`, `azureusgovernment` or `azurechinacloud`."
      ),
      step("Look up the cloud:", SHOW_TENANT)
    ]
  },
  {
    code: "conditional-access",
    with: ["entra"],
    when: [{ aadsts: [53e3, 53001, 53003, 530003, 530004, 530034] }],
    cause: ({ signIn: signIn2 }) => isApplication(signIn2) ? inOurWords(
      "A Conditional Access policy for workload identities blocks this application, usually because of the runner's address."
    ) : inOurWords(
      "A Conditional Access policy blocks this sign-in. A policy that requires a managed device is meant for people."
    ),
    next: ({ signIn: signIn2 }) => [
      ...isApplication(signIn2) ? [
        step(
          "Run the job where the policy allows it: a self-hosted runner, or a larger runner with a static IP address."
        )
      ] : [step("Sign in as an application instead: `auth-type: oidc`.")],
      step(
        "Ask the tenant's administrators which policy blocked it (Entra admin center, `Sign-in logs`), and ask them to exclude this identity."
      )
    ]
  },
  {
    code: "managed-identity-unknown",
    with: ["entra"],
    when: [
      {
        text: /Identity not found|Unable to load the proper Managed Identity|Multiple user assigned identities|No MSI found|No (User|System) Assigned (or Delegated )?Managed Identity found|identity has(n't| not|n’t) been assigned/i
      },
      { signIn: "managed-identity", status: (status) => status === 400 },
      { text: /Failed to connect to MSI.*(\b400\b|Bad Request)|400 Client Error.*localhost:50342/ }
    ],
    cause: inOurWords(
      "The runner's machine does not have the requested identity: `client-id` is wrong, none is assigned, or there are several and `client-id` does not choose one."
    ),
    next: () => [
      step(
        "List the identities of the machine:",
        az("vm identity show", { "resource-group": "<resource-group>", name: "<vm>" })
      ),
      step(
        "Set `client-id` to the client ID of a user-assigned identity; omit it for the system-assigned identity."
      ),
      step("GitHub-hosted runners have no identity: use `auth-type: oidc` there.")
    ]
  },
  {
    code: "managed-identity-unavailable",
    with: ["entra"],
    when: [
      { text: /ManagedIdentityCredential: Network unreachable|IMDS endpoint|unreachable (network|host)/i },
      { text: /169\.254\.169\.254.*(Max retries|Failed to establish|timed out)/ },
      { text: /Failed to connect to MSI/ },
      { codes: ["ECONNREFUSED", "EHOSTUNREACH", "ENETUNREACH", "ETIMEDOUT"], signIn: "managed-identity" }
    ],
    cause: inOurWords(
      "This runner has no endpoint that issues tokens for a managed identity: it is not a machine in Azure, or it has no identity."
    ),
    next: () => [
      step("On GitHub-hosted runners, use `auth-type: oidc`."),
      step(
        "On a self-hosted runner in Azure, assign an identity to the machine:",
        az("vm identity assign", { "resource-group": "<resource-group>", name: "<vm>" })
      ),
      step("If the runner uses a proxy, exclude the identity endpoint from it:", "NO_PROXY=169.254.169.254")
    ]
  },
  {
    code: "managed-identity-busy",
    with: ["entra"],
    when: [
      {
        signIn: "managed-identity",
        status: (status) => [404, 410, 429].includes(status) || status >= 500
      },
      { signIn: "managed-identity", codes: ["unknown_error"] }
    ],
    cause: inOurWords("The machine's identity endpoint is starting, being updated or overloaded."),
    next: () => [
      step("Run the job again."),
      step("If the error persists, restart the machine, or create its identity again.")
    ],
    retries: 3
  },
  {
    code: "entra-busy",
    with: ["entra"],
    when: [
      { aadsts: [90033, 90024, 90025, 90055, 50196, 90090] },
      { codes: ["temporarily_unavailable", "service_not_available"] },
      { codes: ["server_error"] },
      { text: /TooManyRequests|being throttled/ },
      { status: isTransient }
    ],
    cause: inOurWords("Entra is overloaded or has an outage."),
    next: () => [step("Run the job again."), step("Look for an outage: https://azure.status.microsoft")],
    retries: 3
  },
  {
    code: "entra-answer-unreadable",
    with: ["entra"],
    when: [{ codes: ["NOT_JSON"], status: (status) => status < 400 }],
    cause: inOurWords(
      "This answer did not come from Entra. An HTML page comes from a proxy between the runner and Entra. An empty answer was cut off on the way."
    ),
    next: (context3) => [
      step("Run the job again."),
      step(
        "If the error persists, see what answer the runner gets:",
        `curl --include ${shell(`https://${hostOf(context3)}`)}`
      ),
      step("Allow this host in the proxy, or bypass the proxy:", `NO_PROXY=${shell(hostOf(context3))}`)
    ],
    retries: 3
  },
  {
    code: "cli-missing",
    with: ["entra"],
    when: [{ text: /Azure CLI could not be found/ }],
    cause: inOurWords("`auth-type: azure-cli` needs `az` on the runner's PATH."),
    next: () => [
      step("Use `auth-type: oidc`, which does not need the Azure CLI."),
      step("Or install the Azure CLI on the runner: https://aka.ms/azure-cli")
    ]
  },
  {
    code: "cli-not-signed-in",
    with: ["entra"],
    when: [
      { text: /az login|MSAL token cache|No subscription found|subscription of '.*' doesn't exist/ },
      {
        aadsts: [
          70008,
          70043,
          70044,
          700082,
          50020,
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
    cause: inOurWords(
      "The Azure CLI is not signed in, or its sign-in has expired: after azure/login with OIDC, a sign-in lasts five minutes (AADSTS700024)."
    ),
    next: () => [
      step("Use `auth-type: oidc`, which signs in on its own when necessary."),
      step("Or run azure/login in the same job, right before this step.")
    ]
  },
  {
    code: "cli-network",
    with: ["entra"],
    when: [
      {
        signIn: "azure-cli",
        text: /^(?!.*CERTIFICATE_VERIFY_FAILED).*(HTTPS?ConnectionPool|Max retries exceeded|Failed to establish a new connection|Connection aborted|ProxyError)/
      }
    ],
    cause: inOurWords(
      "The Azure CLI could not reach Entra: a firewall or a proxy is in the way, or the connection broke."
    ),
    next: (context3) => [
      step("Check from the runner:", `curl --include ${shell(`https://${hostOf(context3)}`)}`),
      step(
        "Behind a proxy, set `HTTPS_PROXY` for the job. If the proxy has its own certificate, set `REQUESTS_CA_BUNDLE` too."
      ),
      step("Run the job again.")
    ],
    retries: 1
  },
  {
    code: "cli-no-answer",
    with: ["entra"],
    when: [
      { signIn: "azure-cli", codes: ["ETIMEDOUT"] },
      { signIn: "azure-cli", text: /Unexpected end of JSON input|is not valid JSON|Unexpected token/ }
    ],
    cause: inOurWords(
      "The Azure CLI returned no token: it did not answer in time and was stopped, or it printed something else."
    ),
    next: () => [
      step("Run the same command in a step of the job, to see where it waits:", GET_TOKEN),
      step("Or use `auth-type: oidc`, which does not need the Azure CLI.")
    ]
  }
];
var OSSRDBMS = "123cd850-d9df-40bd-94d5-c9f07b7fa203";
var MERGE_QUEUE = /:ref:refs\/heads\/gh-readonly-queue\//;
function isTransient(status) {
  return [408, 410, 429].includes(status) || status >= 500;
}
function isApplication(signIn2) {
  return signIn2?.type !== "azure-cli";
}
function scopeOf(cloud) {
  return cloud?.postgresScope ?? "https://ossrdbms-aad.database.windows.net/.default";
}
function subjectOf({ assertion }, { text }) {
  return claim(assertion, "sub") ?? text.match(/[Ss]ubject:? '([^']{1,300})'/)?.[1] ?? "<subject>";
}
function federate(context3, symptom) {
  const { assertion, cloud, signIn: signIn2 } = context3;
  const subject = subjectOf(context3, symptom);
  const issuer = issuerOf(assertion);
  const audience = claim(assertion, "aud") ?? cloud?.oidcAudience ?? "api://AzureADTokenExchange";
  const id = clientOf(signIn2);
  const compare = step(
    sentence`Compare the application's federated credentials with what GitHub sent: issuer ${code(issuer)}, subject ${code(subject)}, audience ${code(audience)}.${immutableForm(subject, assertion)}`,
    az("ad app federated-credential list", {
      id,
      query: "[].{issuer:issuer, subject:subject, audiences:audiences}"
    })
  );
  if (MERGE_QUEUE.test(subject)) return [compare, ...forMergeQueue(subject, issuer, audience, id)];
  return [
    compare,
    step("Add a federated credential for this job:", createCredential(subject, issuer, audience, id)),
    step(
      "Or, if `client-id` is that of a user-assigned managed identity:",
      az("identity federated-credential create", {
        "resource-group": "<resource-group>",
        "identity-name": "<identity>",
        name: credentialName(subject),
        issuer,
        subject,
        audiences: audience
      })
    ),
    step("Run the job again after a minute: a new federated credential can take that long to work.")
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
    step("Add `environment: <environment>` to the job. Its subject is then the same in each run."),
    step(
      "Add a federated credential for that environment:",
      createCredential(`${repository}:environment:<environment>`, issuer, audience, id)
    ),
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
  const parameters = JSON.stringify({
    name: credentialName(subject),
    issuer,
    subject,
    audiences: [audience]
  });
  return az("ad app federated-credential create", { id, parameters });
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
  if (owner === void 0 || repository === void 0) return [];
  const immutable = subject.replace(/^repo:([^/]+)\/([^:]+)/, `repo:$1@${owner}/$2@${repository}`);
  return sentence` A credential for the immutable form, ${code(immutable)}, matches only after the repository was switched to it.`;
}
function newSecret({ signIn: signIn2 }) {
  return [
    step(
      "Create a new secret, and store its value as the secret that the workflow uses:",
      az("ad app credential reset --append", { id: clientOf(signIn2), query: "password" })
    ),
    step("Or use `auth-type: oidc`, which needs no secret.")
  ];
}
function issuerOf(assertion) {
  return claim(assertion, "iss") ?? "https://token.actions.githubusercontent.com";
}
function clientOf(signIn2) {
  return signIn2 !== void 0 && "clientId" in signIn2 && signIn2.clientId ? signIn2.clientId : "<client-id>";
}

// src/diagnosis/fallbacks.ts
var FALLBACKS = [
  {
    code: "oidc-unavailable",
    with: ["github"],
    when: [{}],
    cause: inOurWords("GitHub's OIDC endpoint is overloaded, or the connection to it broke."),
    next: () => [
      step("Run the job again."),
      step("Look for an outage of Actions: https://www.githubstatus.com")
    ],
    retries: 3
  },
  {
    code: "cli-failed",
    with: ["entra"],
    when: [{ signIn: "azure-cli" }],
    cause: inOurWords(
      "The Azure CLI itself failed: perhaps its installation or its files in `~/.azure` are damaged, or another job is using them."
    ),
    next: () => [
      step("Run the same command in a step of the job:", GET_TOKEN),
      step(
        "On a self-hosted runner, update the Azure CLI, and give each job a separate configuration:",
        'AZURE_CONFIG_DIR="$RUNNER_TEMP/azure"'
      ),
      step("Or use `auth-type: oidc`, which does not need the Azure CLI.")
    ]
  },
  {
    code: "entra-refused",
    with: ["entra"],
    when: [{ text: /AADSTS\d/ }],
    cause: inOurWords("Entra refused the sign-in for a reason that this action does not recognize."),
    next: (_context, { text }) => [
      step(
        `Look up the number: https://login.microsoftonline.com/error?code=${text.match(/AADSTS(\d{1,9})/)?.[1] ?? "<number>"}`
      ),
      step("Check `client-id`, `tenant-id` and `environment`:", SHOW_TENANT)
    ]
  },
  {
    code: "server-error",
    with: ["postgres"],
    when: [{ codes: ["0*", "1*", "2*", "3*", "4*", "5*", "P0*", "HV*"] }],
    cause: inOurWords("The server refused the request for a reason that this action does not recognize."),
    next: (context3, symptom) => [
      step(
        sentence`Look up SQLSTATE ${code(symptom.code)}: https://www.postgresql.org/docs/current/errcodes-appendix.html`
      ),
      step("Look at the server's log around this time:", azOnServer("server-logs list", context3))
    ]
  }
];

// src/diagnosis/github.ts
var GITHUB = [
  {
    code: "oidc-not-permitted",
    with: ["github"],
    when: [{ text: /Unable to get ACTIONS_ID_TOKEN_REQUEST_(URL|TOKEN)/ }],
    cause: inOurWords(
      "The job has no permission to ask for an ID token: it lacks `id-token: write`, or it runs for a pull request from a fork, which never gets one."
    ),
    next: () => [
      step(
        "Add this to the job. It replaces the workflow's `permissions`. If this is a reusable workflow, also add it to the job that calls it.",
        "permissions:\n  id-token: write\n  contents: read"
      ),
      step("For pull requests from forks, run this job after the merge.")
    ]
  },
  {
    code: "oidc-no-token",
    with: ["github"],
    when: [{ text: /do not have ID Token field/ }],
    cause: inOurWords(
      "The answer at `ACTIONS_ID_TOKEN_REQUEST_URL` did not come from GitHub's OIDC endpoint: perhaps a proxy answered instead."
    ),
    next: () => [
      step("Let the runner reach GitHub without the proxy:", "NO_PROXY=.actions.githubusercontent.com"),
      step("Run the job again.")
    ]
  },
  {
    code: "oidc-refused",
    with: ["github"],
    when: [{ text: /Failed to get ID Token.*Error Code : 4(?!29)\d\d/ }],
    cause: inOurWords("GitHub no longer accepts the token that it gave this job for requesting an ID token."),
    next: () => [
      step("Run the job again."),
      step(
        "If the error persists, look for a step that sets `ACTIONS_ID_TOKEN_REQUEST_URL` or `ACTIONS_ID_TOKEN_REQUEST_TOKEN`."
      )
    ]
  }
];

// src/diagnosis/network.ts
var import_node_net = require("node:net");
var EVERYWHERE = ["postgres", "entra", "github"];
var NETWORK = [
  {
    code: "proxy-refused",
    with: EVERYWHERE,
    when: [
      {
        text: /tunneling socket could not be established|when HTTP Tunneling|proxy authentication required/i
      },
      { codes: ["NOT_JSON"], status: (status) => status >= 400 }
    ],
    cause: inOurWords(
      "A proxy between the runner and this host refused the connection: it asks for a sign-in, or does not allow the host."
    ),
    next: (context3) => [
      step("Allow this host in the proxy, or bypass the proxy:", `NO_PROXY=${shell(hostOf(context3))}`),
      step(
        "If the proxy asks for a sign-in, add it to the variable:",
        "HTTPS_PROXY=http://<user>:<password>@<proxy>:<port>"
      )
    ]
  },
  {
    code: "host-not-found",
    with: EVERYWHERE,
    when: [{ codes: ["ENOTFOUND"] }, { text: /getaddrinfo ENOTFOUND/ }],
    cause: inOurWords(
      "The runner's DNS server does not know this host name. The name of a server in a virtual network resolves only inside that network."
    ),
    next: (context3) => isPostgres(context3) ? [
      step("Set `host` to the server's full name:", azShow(context3, "fullyQualifiedDomainName")),
      step(
        "For a server in a virtual network, use a runner in that network, with the private DNS zone linked to it."
      )
    ] : reachable(context3)
  },
  {
    code: "dns-unavailable",
    with: EVERYWHERE,
    when: [{ codes: ["EAI_AGAIN", "EAI_FAIL", "EAI_NODATA"] }, { text: /getaddrinfo EAI_/ }],
    cause: inOurWords("The runner's DNS server did not answer."),
    next: (context3) => [
      step("Run the job again."),
      step("On a self-hosted runner, check its DNS:", `nslookup ${shell(hostOf(context3))}`)
    ],
    retries: 2
  },
  {
    code: "tls-handshake",
    with: EVERYWHERE,
    when: [
      { codes: ["ERR_SSL_*", "EPROTO*"] },
      {
        text: /error establishing an SSL connection|before secure TLS connection was established|EPROTO|wrong version number/
      }
    ],
    cause: inOurWords(
      "The two sides cannot agree on TLS: a different service listens on this port, a proxy is in between, or the server does not support TLS 1.2."
    ),
    next: (context3) => [step("See what answers on the port:", look(context3, ""))],
    retries: 1
  },
  {
    code: "connection-lost",
    with: EVERYWHERE,
    when: [
      { codes: ["ECONNRESET", "EPIPE", "ECONNABORTED"] },
      {
        text: /(read|write) ETIMEDOUT|Connection terminated(?! due to connection timeout)|is not queryable|ECONNRESET|EPIPE|socket hang up|server closed the connection|other side closed/
      }
    ],
    cause: inOurWords(
      "The connection broke: the peer is restarting or failing over, or something in between cut it."
    ),
    next: (context3) => isPostgres(context3) ? [
      step("Run the job again: what was granted stays granted."),
      step("If the error persists, look at the server's state:", azShow(context3, "state"))
    ] : [step("Run the job again."), ...reachable(context3)],
    retries: 3
  },
  {
    code: "connection-timed-out",
    with: EVERYWHERE,
    when: [
      { codes: ["ETIMEDOUT", "ESOCKETTIMEDOUT", "UND_ERR_CONNECT_TIMEOUT", "ERR_SOCKET_CONNECTION_TIMEOUT"] },
      { text: /timeout expired|ETIMEDOUT|due to connection timeout|Connect Timeout Error/ }
    ],
    cause: (context3) => isPostgres(context3) ? inOurWords(
      "Nothing answered: a firewall drops the packets, public access is off, or the server is stopped."
    ) : inOurWords("Nothing answered: a firewall drops the packets, or the runner needs a proxy."),
    next: (context3) => isPostgres(context3) ? [
      step(
        "Look at the server's state and network:",
        azShow(context3, "{state:state, publicAccess:network.publicNetworkAccess}")
      ),
      step("If public access is `Disabled`, use a runner in the server's network."),
      step(
        "If it is `Enabled`, allow the runner's address:",
        azOnServer("firewall-rule create", context3, {
          name: "github-runner",
          "start-ip-address": "<address>",
          "end-ip-address": "<address>"
        })
      ),
      step(
        `On a self-hosted runner, allow outbound TCP to port ${context3.port ?? 5432}. PostgreSQL uses no HTTP proxy.`
      )
    ] : reachable(context3),
    retries: 1
  },
  {
    code: "connection-refused",
    with: EVERYWHERE,
    when: [{ codes: ["ECONNREFUSED"] }, { text: /ECONNREFUSED/ }],
    cause: inOurWords(
      "The host exists, but nothing listens on this port: the server is restarting or stopped, or the port is wrong."
    ),
    next: (context3) => isPostgres(context3) ? [
      step("Look at the server's state:", azShow(context3, "state")),
      step("If the server is stopped, start it. Then run the job again.")
    ] : reachable(context3),
    retries: 1
  },
  {
    code: "host-unreachable",
    with: EVERYWHERE,
    when: [
      { codes: ["EHOSTUNREACH", "ENETUNREACH", "EADDRNOTAVAIL", "EHOSTDOWN"] },
      { text: /EHOSTUNREACH|ENETUNREACH/ }
    ],
    cause: inOurWords(
      "The runner's network has no route to this address: it is a private address, or an IPv6 address in a network without IPv6."
    ),
    next: (context3) => isPostgres(context3) ? [step("Use a runner in the server's network.")] : reachable(context3),
    retries: 1
  },
  {
    code: "tls-wrong-host",
    with: EVERYWHERE,
    when: [{ codes: ["ERR_TLS_CERT_ALTNAME_INVALID"] }, { text: /does not match certificate's altnames/ }],
    cause: inOurWords(
      "The certificate is for a different name, so this might not be your server. Nothing secret was sent."
    ),
    next: (context3) => {
      if (!isPostgres(context3)) return reachable(context3);
      const fullName = step(
        "Set `host` to the server's full name:",
        azShow(context3, "fullyQualifiedDomainName")
      );
      return (0, import_node_net.isIP)(context3.host ?? "") > 0 ? [
        fullName,
        step(
          "Azure's certificates do not contain IP addresses. Use the server's name, with a private endpoint too."
        )
      ] : [
        fullName,
        step("Do not use an alias (CNAME) or a `privatelink` name."),
        step("If you must use one, set `ssl-mode: verify-ca`, which checks everything except the name.")
      ];
    }
  },
  {
    code: "tls-unknown-authority",
    with: EVERYWHERE,
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
        text: /unable to verify the first certificate|self.signed certificate|unable to get (local )?issuer certificate|CERTIFICATE_VERIFY_FAILED/i
      }
    ],
    cause: inOurWords(
      "The runner does not trust the authority of this certificate: a proxy inspects TLS, or this is not the server. Nothing secret was sent."
    ),
    next: (context3) => [
      step("See who issued the certificate:", look(context3, " | openssl x509 -noout -issuer -subject")),
      isPostgres(context3) ? step("If the authority is yours, pass its certificate in `ssl-root-cert`.") : step(
        "If the authority is yours, set this where the runner starts, or in the step's `env`:",
        "NODE_EXTRA_CA_CERTS=<path-to-pem>"
      ),
      ...context3.signIn?.type === "azure-cli" && !isPostgres(context3) ? [step("For the Azure CLI:", "REQUESTS_CA_BUNDLE=<path-to-pem>")] : []
    ]
  },
  {
    code: "tls-expired",
    with: EVERYWHERE,
    when: [
      { codes: ["CERT_HAS_EXPIRED", "CERT_NOT_YET_VALID"] },
      { text: /certificate (has expired|is not yet valid)/ }
    ],
    cause: inOurWords(
      "The certificate is not valid today, or the runner's clock is wrong. Nothing secret was sent."
    ),
    next: (context3) => [
      step("Check the runner's clock:", "date"),
      step("Look at the certificate's dates:", look(context3, " | openssl x509 -noout -dates"))
    ]
  },
  {
    code: "tls-certificate",
    with: EVERYWHERE,
    when: [{ codes: ["CERT_*", "CRL_*", "INVALID_CA", "INVALID_PURPOSE", "UNABLE_TO_*", "ERROR_IN_CERT*"] }],
    cause: inOurWords("The certificate is not valid. Nothing secret was sent."),
    next: (context3) => [step("Look at the certificate:", look(context3, ""))]
  }
];
function reachable(context3) {
  return [
    step("Check from the runner:", `curl --head ${shell(`https://${hostOf(context3)}`)}`),
    step(reach(context3))
  ];
}
function reach(context3) {
  const host2 = context3.with === "github" ? "*.actions.githubusercontent.com" : hostOf(context3);
  const proxy = inOurWords("Behind a proxy, set `HTTPS_PROXY`; `NO_PROXY` lists the hosts that bypass it.");
  return sentence`The runner needs HTTPS to ${code(host2)}. ${proxy}`;
}
function look(context3, then) {
  const port2 = isPostgres(context3) ? `${context3.port ?? 5432} -starttls postgres` : "443";
  return `openssl s_client -connect ${shell(hostOf(context3))}:${port2} </dev/null${then}`;
}

// src/model/entra-label.ts
var GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

// src/diagnosis/postgres.ts
var POOLER = [
  {
    code: "pooler-token-too-long",
    with: ["postgres"],
    when: [{ text: /client sent partial pkt in startup phase/ }],
    cause: inOurWords("The token is longer than the longest password that this PgBouncer accepts."),
    next: () => [
      step("Set `port: 5432`: PostgreSQL itself accepts tokens of any length."),
      step("Or sign in as a service principal or managed identity, whose tokens are shorter than a user's.")
    ]
  },
  {
    code: "pooler-session",
    with: ["postgres"],
    when: [
      { codes: ["26000", "42P05"] },
      { text: /prepared statement ".*" (requires|does not exist|already exists)/ }
    ],
    cause: inOurWords(
      "A connection pooler gave the session to another client between two messages, or mixed up two sessions."
    ),
    next: () => [step("Set `port: 5432`, or `host` to the server itself, to connect without the pooler.")]
  },
  {
    code: "pooler-startup-parameter",
    with: ["postgres"],
    when: [{ text: /unsupported startup parameter/ }],
    cause: inOurWords("A connection pooler in front of PostgreSQL refuses a connection parameter."),
    next: (context3) => [
      step("Set `port: 5432`, or `host` to the server itself, to connect without the pooler."),
      step(
        "Or let PgBouncer ignore the parameter that the message names:",
        azOnServer("parameter set", context3, {
          name: "pgbouncer.ignore_startup_parameters",
          value: "<parameter>"
        })
      )
    ]
  }
];
var POSTGRES = [
  {
    code: "token-expired",
    with: ["postgres"],
    when: [{ text: /access token (has|is) expired/i }],
    cause: inOurWords(
      "The token had expired when the server checked it, and so had a new one: the runner's clock is probably wrong."
    ),
    next: (context3) => [
      step("On a self-hosted runner, check the clock:", "timedatectl"),
      ...tokenClaims(context3),
      step("Run the job again.")
    ],
    retries: 1
  },
  {
    code: "token-audience",
    with: ["postgres"],
    when: [{ text: /valid audience claim/i }],
    cause: inOurWords("The token is for the PostgreSQL servers of another cloud."),
    next: (context3) => [
      step(
        "Set `environment` to the server's cloud: `azurecloud`, `azureusgovernment` or `azurechinacloud`."
      ),
      ...tokenClaims(context3)
    ]
  },
  {
    code: "token-group",
    with: ["postgres"],
    when: [{ text: /does not contain group/i }],
    cause: inOurWords(
      "`user` is a group, and the identity that signed in is not a member of it, or was not a member when its token was issued."
    ),
    next: (context3) => [
      step(
        "Add the identity to the group:",
        az("ad group member add", { group: context3.user ?? "<group>", "member-id": objectId(context3) })
      ),
      step("Run the job again in a few minutes: for a while, Entra issues tokens without the new group."),
      ...tokenClaims(context3)
    ]
  },
  {
    code: "token-identity-mismatch",
    with: ["postgres"],
    when: [{ text: /oid mismatch for role/i }],
    cause: inOurWords(
      "The role is bound to another object ID: the identity was deleted and created again, or the role was created with the application's ID instead of its service principal's."
    ),
    next: (context3) => [
      ...tokenClaims(context3),
      step(
        "Bind the role to the identity that signs in, as an Entra administrator in database postgres. The label of an administrator ends in `,admin`:",
        `SECURITY LABEL FOR "pgaadauth" ON ROLE ${identifier(context3.user, "<user>")} IS ${quoteLiteral(label(context3))};`
      ),
      step(
        "The function `pgaadauth_update_principal_with_oid` does the same, but Microsoft does not document it."
      )
    ]
  },
  {
    code: "token-role-type",
    with: ["postgres"],
    when: [{ text: /AAD_AUTH_TOKENTYPE_APP_/ }],
    cause: inOurWords(
      "`user` and the token are of different kinds: a service principal's token cannot sign in as a user's role, and a user's token cannot sign in as a service principal's role."
    ),
    next: (context3) => [
      step(
        "Set `user` to the role of the identity that signs in. List the server's Entra administrators:",
        listAdmins(context3)
      ),
      step("List the other Entra roles, in database postgres:", LIST_PRINCIPALS),
      ...tokenClaims(context3),
      step("If the identity has no role yet, make it an administrator:", makeAdmin(context3))
    ]
  },
  {
    code: "token-invalid",
    with: ["postgres"],
    when: [
      {
        text: /access token has (an )?invalid (format|signature)|error occurred while validating the access token|invalid token format|token is malformed/i
      }
    ],
    cause: ({ signIn: signIn2 }) => signIn2?.type === "password" ? inOurWords(
      "The role is an Entra role, which requires a token. `password` is not a token, or not a complete one."
    ) : inOurWords(
      "The token that reached the server is not valid: it was truncated or changed on the way, or it is from a different tenant than the server's."
    ),
    next: (context3) => context3.signIn?.type === "password" ? [
      step("Remove `password`, and sign in to Entra: `auth-type: oidc`."),
      step(
        "If `password` must be a token, check that it is complete and that nothing was added, such as quotes or a line break."
      )
    ] : [
      ...tokenClaims(context3),
      step("Compare the token's tenant (`tid`) with the server's:", azShow(context3, "authConfig")),
      step("If PgBouncer is in between, set `port: 5432`.")
    ]
  },
  {
    code: "token-refused",
    with: ["postgres"],
    when: [{ text: /access token|Entra.*token|Azure AD.*token/i }],
    cause: inOurWords("The server does not accept this token for this role."),
    next: (context3) => [step("Set `user` to the role of the identity that signs in."), ...findRole(context3)]
  },
  {
    code: "entra-extension-fault",
    with: ["postgres"],
    when: [{ text: /cannot read pg_class without having selected a database/ }],
    cause: inOurWords(
      "This is a fault in Azure's Entra extension, seen on PostgreSQL 18. No Entra sign-in works on this server."
    ),
    next: (context3) => [
      step("Restart the server:", azServer("restart", context3)),
      step("If the error persists, open a support request for the server in the Azure portal."),
      step("Until then, sign in with `password` as a role that has one.")
    ]
  },
  {
    code: "password-refused",
    with: ["postgres"],
    when: [
      { codes: ["28P01"] },
      {
        text: /password authentication failed|SASL authentication failed|empty password returned by client|client password must be/i
      }
    ],
    cause: whyRefused,
    next: afterRefusal
  },
  {
    code: "role-may-not-log-in",
    with: ["postgres"],
    when: [{ text: /is not permitted to log in/ }],
    cause: inOurWords("The role exists, but cannot log in."),
    next: ({ user }) => [
      step("Set `user` to a role that can log in."),
      step("Or let this role log in:", `ALTER ROLE ${identifier(user, "<user>")} LOGIN;`)
    ]
  },
  {
    code: "login-role-not-found",
    with: ["postgres"],
    when: [{ codes: ["28000"], text: /role ".*" does not exist/ }, { text: /no such user/ }],
    cause: inOurWords(
      "The server has no role with this name. Names are case-sensitive, and a Service Connector connection deployed with Bicep or ARM alone creates no role."
    ),
    next: findRole
  },
  {
    code: "firewall",
    with: ["postgres"],
    when: [
      { text: /(no pg_hba\.conf entry|pg_hba\.conf rejects connection) for (?!.*(no encryption|SSL off))/ }
    ],
    cause: inOurWords(
      "The server's firewall does not allow the runner's address. A new rule can take five minutes to work."
    ),
    next: (context3, { text }) => {
      const address = text.match(/for host "([0-9a-f.:]+)"/i)?.[1] ?? "<address>";
      return [
        step(
          "A GitHub-hosted runner has a different address in each job: add the action in `firewall/` of this repository before this step (`docs/firewall.md`)."
        ),
        step(
          "For a runner that keeps its address, allow it, and run the job again:",
          allow(context3, address)
        ),
        step("Or use a runner in the server's network (`docs/private-network.md`).")
      ];
    }
  },
  {
    code: "tls-required",
    with: ["postgres"],
    when: [{ text: /pg_hba\.conf.*(no encryption|SSL off)/ }],
    cause: inOurWords("The server accepts only encrypted connections."),
    next: () => [step("Remove `ssl-mode`, or set it to `verify-full`.")]
  },
  {
    code: "database-not-found",
    with: ["postgres"],
    when: [
      { codes: ["3D000", "57P04"] },
      { text: /no such database|^(?!.*\brole\b).*database "?[^"]*"? does not exist/ }
    ],
    cause: inOurWords("The server has no database with this name. Names are case-sensitive."),
    next: (context3) => [
      step("Set `database` to one of these:", azOnServer("db list", context3, { query: "[].name" }))
    ]
  },
  {
    code: "database-closed",
    with: ["postgres"],
    when: [
      { text: /database ".*" is not currently accepting connections|cannot connect to invalid database/ }
    ],
    cause: inOurWords(
      "This database accepts no connections: it is a template, or a `DROP DATABASE` was interrupted."
    ),
    next: (context3, { text }) => [
      step("Set `database` to another database:", azOnServer("db list", context3, { query: "[].name" })),
      ...text.includes("invalid database") ? [
        step(
          "Or finish the interrupted `DROP DATABASE`, connected to another database:",
          `DROP DATABASE ${identifier(context3.database, "<database>")};`
        )
      ] : []
    ]
  },
  {
    code: "connect-not-granted",
    with: ["postgres"],
    when: [{ codes: ["42501"], text: /permission denied for database "|does not have CONNECT privilege/ }],
    cause: inOurWords("`user` has no CONNECT privilege on this database."),
    next: ({ user, database }) => [
      step(
        "Grant the privilege, as the database's owner:",
        `GRANT CONNECT ON DATABASE ${identifier(database, "<database>")} TO ${identifier(user, "<user>")};`
      )
    ]
  },
  {
    code: "no-connection-slots",
    with: ["postgres"],
    when: [
      { codes: ["53300"] },
      {
        text: /too many (clients already|connections for)|connection slots are reserved|no more connections allowed|max clients reached|query_wait_timeout/
      }
    ],
    cause: inOurWords(
      "All connections of the server, of its PgBouncer, of the database or of the role are in use. Small servers have only a few dozen."
    ),
    next: (context3) => [
      step("Run the job again when fewer clients are connected."),
      step(
        "See which clients hold connections, with psql:",
        "SELECT usename, application_name, state, count(*) FROM pg_stat_activity GROUP BY 1, 2, 3 ORDER BY 4 DESC;"
      ),
      step(
        "Look up how many connections the server allows. A larger compute size allows more:",
        azOnServer("parameter show", context3, { name: "max_connections", query: "value" })
      ),
      ...context3.port === 6432 ? [] : [step("Or connect through PgBouncer, `port: 6432`, if it is enabled (not on Burstable servers).")]
    ],
    retries: 4
  },
  {
    code: "server-starting",
    with: ["postgres"],
    when: [
      { codes: ["57P03"] },
      {
        text: /the database system is (starting up|shutting down|in recovery mode|not (yet )?accepting connections)/
      }
    ],
    cause: inOurWords("The server is starting, stopping or failing over."),
    next: afterRestart,
    retries: 4
  },
  {
    code: "server-stopping",
    with: ["postgres"],
    when: [{ codes: ["57P01", "57P02"] }],
    cause: inOurWords(
      "The server ended the connection: it is restarting or failing over, or an administrator ended the session."
    ),
    next: afterRestart,
    retries: 4
  },
  {
    code: "pooler-cannot-connect",
    with: ["postgres"],
    when: [
      {
        text: /server login has been failing|pgbouncer cannot connect to server|server conn crashed|client_login_timeout|server_login_retry|server_connect_timeout/
      }
    ],
    cause: inOurWords(
      "PgBouncer cannot connect to PostgreSQL at the moment: PostgreSQL is restarting, failing over or refusing the sign-in."
    ),
    next: afterRestart,
    retries: 3
  },
  {
    code: "session-ended",
    with: ["postgres"],
    when: [{ codes: ["25P03", "57P05", "25P04"] }],
    cause: inOurWords("The server ended the session because of a timeout that is set on it."),
    next: (context3) => [
      step("Run the job again: what was granted stays granted."),
      step(
        "If the error persists, look at the limit:",
        azOnServer("parameter show", context3, {
          name: "idle_in_transaction_session_timeout",
          query: "value"
        })
      )
    ]
  },
  {
    code: "replica-conflict",
    with: ["postgres"],
    when: [{ text: /due to conflict with recovery/ }],
    cause: inOurWords(
      "The server is a read replica, and a change that it replays from the primary conflicted with what this session was reading."
    ),
    next: (context3) => [
      step("Run the job again."),
      step(
        "Or set `host` to the primary, or to the virtual endpoint `<name>.writer.postgres.database.azure.com`."
      ),
      step(
        "If it happens often, let the replica wait longer for its readers (milliseconds):",
        azOnServer("parameter set", context3, { name: "max_standby_streaming_delay", value: "60000" })
      )
    ]
  },
  {
    code: "out-of-shared-memory",
    with: ["postgres"],
    when: [{ codes: ["53200"], text: /shared memory/ }],
    cause: inOurWords(
      "The server's lock table is full: a session, perhaps a migration, holds a very large number of locks."
    ),
    next: (context3) => [
      step("Run the job again when that session has ended."),
      step(
        "If the error persists, enlarge the lock table. The change takes effect when the server restarts:",
        azOnServer("parameter set", context3, { name: "max_locks_per_transaction", value: "256" })
      )
    ]
  },
  {
    code: "out-of-memory",
    with: ["postgres"],
    when: [{ codes: ["53200"] }, { text: /could not resize shared memory segment/ }],
    cause: inOurWords("The server has no memory left for this statement."),
    next: (context3) => [
      step("Run the job again when the server is less busy."),
      step(
        "If the error persists, choose a larger compute size. To see the current one:",
        azShow(context3, "sku")
      )
    ]
  },
  {
    code: "disk-full",
    with: ["postgres"],
    when: [{ codes: ["53100"] }, { text: /No space left on device/ }],
    cause: inOurWords("The server's storage is full."),
    next: growStorage
  },
  {
    code: "read-only",
    with: ["postgres"],
    when: [{ codes: ["25006"] }],
    cause: inOurWords(
      "The server is a read replica, or Azure made it read-only because its storage is nearly full."
    ),
    next: (context3) => [
      step(
        "Find out which of the two it is:",
        azShow(context3, "{role:replicationRole, state:state, storage:storage}")
      ),
      step(
        "If it is a replica, set `host` to the primary, or to the virtual endpoint `<name>.writer.postgres.database.azure.com`. `mode: check` works on a replica."
      ),
      ...growStorage(context3)
    ]
  },
  {
    code: "wraparound",
    with: ["postgres"],
    when: [{ text: /not accepting commands (that assign new|to avoid wraparound)/ }],
    cause: inOurWords(
      "The server has run out of transaction IDs and accepts no changes until it is vacuumed."
    ),
    next: () => [
      step(
        "Vacuum the database that the message names, as its owner or an administrator:",
        "VACUUM (VERBOSE);"
      ),
      step(
        "Find and end the sessions that hold VACUUM back: https://www.postgresql.org/docs/current/routine-vacuuming.html#VACUUM-FOR-WRAPAROUND"
      )
    ]
  },
  {
    code: "lock-time-out",
    with: ["postgres"],
    when: [{ codes: ["55P03"] }],
    cause: inOurWords("Another session, perhaps a migration, held a lock for too long."),
    next: afterMigrations
  },
  {
    code: "authentication-time-out",
    with: ["postgres"],
    when: [{ text: /canceling authentication due to timeout/ }],
    cause: inOurWords(
      "The server did not finish checking the sign-in in time: it is overloaded, or cannot reach Entra."
    ),
    next: () => [
      step("Run the job again."),
      step(
        "If the server is in a virtual network, allow it outbound access to the service tag `AzureActiveDirectory`."
      )
    ],
    retries: 1
  },
  {
    code: "statement-time-out",
    with: ["postgres"],
    when: [{ codes: ["57014"] }],
    cause: inOurWords("A statement took longer than its time limit, or it was cancelled."),
    next: () => [step("Run the job again when the server is less busy: what was granted stays granted.")]
  },
  {
    code: "name-encoding",
    with: ["postgres"],
    when: [{ codes: ["22021", "22P05"] }],
    cause: inOurWords(
      "A name cannot be represented in the encoding of this database. All databases of a server share the names of roles, stored as bytes in the encoding of the database in which each role was created."
    ),
    next: () => [
      step(
        "Look up the encoding of each database:",
        "SELECT datname, pg_encoding_to_char(encoding) FROM pg_database;"
      ),
      step(
        "In a database with the encoding UTF8, list the roles whose names are not plain ASCII:",
        "SELECT rolname FROM pg_roles WHERE rolname ~ '[^ -~]';"
      ),
      step(
        "Rename those roles there, or move the app to a database with the encoding UTF8, which can hold every name."
      )
    ]
  },
  {
    code: "concurrent-change",
    with: ["postgres"],
    when: [
      { codes: ["40001", "40P01"] },
      { text: /tuple concurrently (updated|deleted)|could not open relation with OID|cache lookup failed/ }
    ],
    cause: inOurWords("Another session changed the same objects at the same time, several times in a row."),
    next: afterMigrations
  },
  {
    code: "pgaadauth-not-here",
    with: ["postgres"],
    when: [{ text: /function (pg_catalog\.)?pgaadauth_\w+\(.*\) does not exist/ }],
    cause: inOurWords(
      "The `pgaadauth` functions exist only in database postgres, and only on servers with Entra authentication."
    ),
    next: (context3) => [
      step("Run the function in database `postgres`."),
      step("Check that Entra authentication is enabled:", azShow(context3, "authConfig.activeDirectoryAuth"))
    ]
  },
  {
    code: "pgaadauth-not-permitted",
    with: ["postgres"],
    when: [{ codes: ["42501"], text: /permission denied for function pgaadauth_/ }],
    cause: inOurWords(
      "Only an Entra administrator of the server can create Entra roles, not an administrator with a password."
    ),
    next: (context3) => [
      step("Sign in as one of the server's Entra administrators:", listAdmins(context3)),
      step("Or make the identity that signs in an administrator:", makeAdmin(context3))
    ]
  },
  {
    code: "entra-principal-not-found",
    with: ["postgres"],
    when: [
      {
        text: /Could not validate (AAD|Microsoft Entra)|not found in the tenant|name isn't unique|trying to validate user/i
      }
    ],
    cause: inOurWords(
      "The server did not find exactly one principal with this name in its tenant. The name must be the principal's exact display name."
    ),
    next: () => [
      step(
        "Look up the display name and the object ID of a service principal or managed identity:",
        az("ad sp show", { id: "<client-id>", query: "{name:displayName, oid:id}" })
      ),
      step(
        "Create the role with the object ID, which does not require a unique name:",
        "SELECT * FROM pg_catalog.pgaadauth_create_principal_with_oid('<name>', '<object-id>', 'service', false, false);"
      )
    ]
  },
  {
    code: "entra-principal-type",
    with: ["postgres"],
    when: [{ text: /incorrect object type provided for principal/ }],
    cause: inOurWords(
      "The object ID belongs to a different type of principal (user, group or service) than the type that was given."
    ),
    next: () => [
      step(
        "Use the type that the message calls the actual object type:",
        "SELECT * FROM pg_catalog.pgaadauth_create_principal_with_oid('<name>', '<object-id>', 'service', false, false);"
      )
    ]
  },
  {
    code: "object-not-found",
    with: ["postgres"],
    when: [{ codes: ["42704", "42P01", "3F000"] }],
    cause: inOurWords(
      "The database has nothing with this name. Names are case-sensitive, and a Service Connector connection deployed with Bicep or ARM alone creates no role."
    ),
    next: ({ database }) => [
      step(
        sentence`In psql, look in database ${database === void 0 ? code("<database>") : name(database)}. \`\\du\` lists roles, \`\\dn\` schemas and \`\\d\` tables:`,
        "\\du"
      )
    ]
  },
  {
    code: "restricted-role",
    with: ["postgres"],
    when: [{ codes: ["42501"], text: /restricted role|only superusers can grant role|must be superuser/ }],
    cause: inOurWords(
      "Azure reserves this for its own superuser. No other login can do it, not even an administrator."
    ),
    next: () => [
      step(
        "Grant privileges on the objects themselves instead of membership in the role that the message names."
      )
    ]
  },
  {
    code: "role-not-grantable",
    with: ["postgres"],
    when: [
      {
        codes: ["42501"],
        text: /permission denied to grant role|must have admin option on role|ADMIN option/i
      }
    ],
    cause: inOurWords(
      "`user` does not have ADMIN OPTION on the role to be granted. On Azure, no login has it on `pg_write_all_data`."
    ),
    next: ({ user }, { text }) => [
      step(
        "Run as a role that has ADMIN OPTION:",
        `GRANT ${identifier(roleIn(text), "<role>")} TO ${identifier(user, "<user>")} WITH ADMIN OPTION;`
      ),
      step("Or grant privileges on the objects themselves instead.")
    ]
  },
  {
    code: "set-role-not-permitted",
    with: ["postgres"],
    when: [
      {
        codes: ["42501"],
        text: /permission denied to (set role|change default privileges)|must be able to SET ROLE|must be (a )?member of role/
      }
    ],
    cause: inOurWords(
      "`user` cannot act as the owner: it is not a member of that role with the SET option. An administrator needs that membership too."
    ),
    next: ({ user }, { text }) => [
      step(
        "On PostgreSQL 16 and newer, as a role with ADMIN OPTION on the owner:",
        `GRANT ${identifier(roleIn(text), "<owner>")} TO ${identifier(user, "<user>")} WITH INHERIT TRUE, SET TRUE;`
      ),
      step(
        "Up to PostgreSQL 15:",
        `GRANT ${identifier(roleIn(text), "<owner>")} TO ${identifier(user, "<user>")};`
      ),
      step("Or set `user` to the owner.")
    ]
  },
  {
    code: "not-permitted",
    with: ["postgres"],
    when: [{ codes: ["42501"] }],
    cause: inOurWords(
      "`user` is neither the owner of the object nor a member of the owner's role, and holds no grant option. On Azure, an administrator does not own other roles' objects either."
    ),
    next: ({ user }) => [
      step("Set `user` to the owner of the object, usually the role that runs the migrations."),
      step(
        "Or make it a member of the owner's role (before PostgreSQL 16, without the second line):",
        `GRANT <owner> TO ${identifier(user, "<user>")}
  WITH INHERIT TRUE, SET TRUE;`
      )
    ]
  },
  {
    code: "tls-not-offered",
    with: ["postgres"],
    when: [{ text: /does not support SSL connections|unsupported frontend protocol 1234\.5679/ }],
    cause: inOurWords(
      "The other side does not speak TLS. Every Azure server does, so this is a different server, or something is in between. Nothing secret was sent."
    ),
    next: () => [
      step("Check `host` and `port`."),
      step(
        "If PostgreSQL runs on the runner itself and you sign in with a password, set `ssl-mode: disable`."
      )
    ]
  },
  {
    code: "sign-in-refused",
    with: ["postgres"],
    when: [{ codes: ["28000"] }],
    cause: inOurWords(
      "The server refuses this sign-in regardless of the password. Azure servers never ask for a client certificate."
    ),
    next: (context3) => [step("Check `host`, `port` and `user`."), ...findRole(context3)]
  },
  {
    code: "server-fault",
    with: ["postgres"],
    when: [{ codes: ["XX*", "58*", "53000", "53400"] }],
    cause: inOurWords("The server, or one of its extensions, had an internal error."),
    next: (context3) => [
      step("Run the job again: what was granted stays granted."),
      step(
        "If the error persists, look at the server's state, and open a support request in the Azure portal:",
        azShow(context3, STATE)
      )
    ]
  },
  {
    code: "connection-failure",
    with: ["postgres"],
    when: [{ codes: ["08*"] }],
    cause: inOurWords("The connection to the server, or PgBouncer's own connection to it, broke."),
    next: afterRestart,
    retries: 2
  }
];
var STATE = "{state:state, role:replicationRole}";
var LIST_PRINCIPALS = "SELECT * FROM pg_catalog.pgaadauth_list_principals(false);";
function listAdmins(context3) {
  return azOnServer("microsoft-entra-admin list", context3, {
    query: "[].{user:principalName, oid:objectId}"
  });
}
function afterRestart(context3) {
  return [
    step(
      "Run the job again when the server is `Ready`: what was granted stays granted.",
      azShow(context3, STATE)
    )
  ];
}
function afterMigrations() {
  return [
    step("Run the job again: it continues where it stopped."),
    step("Run this step after the migrations, not at the same time.")
  ];
}
function growStorage(context3) {
  return [
    step(
      "If the storage is full, enlarge it (GiB). It cannot be shrunk later:",
      azServer("update", context3, { "storage-size": "<gib>" })
    ),
    step(
      "Let the storage grow automatically from now on:",
      azServer("update", context3, { "storage-auto-grow": "Enabled" })
    )
  ];
}
function allow(context3, address) {
  return azOnServer("firewall-rule create", context3, {
    name: "github-runner",
    "start-ip-address": address,
    "end-ip-address": address
  });
}
function roleIn(text) {
  return text.match(/role "([^"]+)"/i)?.[1];
}
function objectId({ token }) {
  return claim(token, "oid") ?? "<object-id>";
}
function label(context3) {
  const type = claim(context3.token, "idtyp") === "user" ? "user" : "service";
  return `aadauth,oid=${objectId(context3)},type=${type}`;
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
  return claims.length === 0 ? [] : [step(sentence`Compare the token's claims with what you expect: ${listOf(claims)}.`)];
}
function findRole(context3) {
  return [
    ...tokenClaims(context3),
    step("List the server's Entra administrators:", listAdmins(context3)),
    step("List the other Entra roles, in database postgres:", LIST_PRINCIPALS)
  ];
}
function makeAdmin(context3) {
  return azOnServer("microsoft-entra-admin create", context3, {
    "display-name": "<name>",
    "object-id": objectId(context3),
    type: "ServicePrincipal"
  });
}
function refusalOf({ signIn: signIn2, user = "", host: host2 = "", port: port2, token, cloud }) {
  if (signIn2?.type === "password") return "password";
  if (withoutServer(user, host2) !== void 0) return "suffix";
  const audience = claim(token, "aud")?.replace(/\/$/, "");
  if (audience !== void 0 && cloud !== void 0 && !cloud.postgresScope.startsWith(audience)) {
    return "audience";
  }
  if (port2 === 6432) return "pooler";
  return GUID.test(user) ? "client-id" : "role";
}
function withoutServer(user, host2) {
  const at2 = user.lastIndexOf("@");
  const server = user.slice(at2 + 1).toLowerCase();
  const suffixed = at2 > 0 && server !== "" && host2.toLowerCase().startsWith(`${server}.`);
  return suffixed ? user.slice(0, at2) : void 0;
}
function whyRefused(context3) {
  switch (refusalOf(context3)) {
    case "password":
      return inOurWords(
        "The name or the password is wrong, or the role was created for Entra and has no password."
      );
    case "suffix":
      return inOurWords(
        "`user` ends in the name of the server, which a flexible server treats as part of the role's name."
      );
    case "audience":
      return inOurWords("The token is for the PostgreSQL servers of another cloud.");
    case "pooler":
      return inOurWords(
        "PgBouncer gives no details. The role is wrong for the token, or PgBouncer does not accept the token."
      );
    case "client-id":
      return inOurWords(
        "`user` looks like a client ID, but must be the name of a role. The two are the same only for administrators that Service Connector added."
      );
    case "role":
      return inOurWords(
        "`user` is not the role that is bound to the object ID of the identity that signed in, or to one of its groups. Names are case-sensitive."
      );
  }
}
function afterRefusal(context3) {
  const { user = "<user>", host: host2 = "<host>", port: port2 = 5432, database = "<database>" } = context3;
  switch (refusalOf(context3)) {
    case "password": {
      const conninfo = [`host=${host2}`, `port=${port2}`, `user=${user}`, `dbname=${database}`];
      const checked = [...conninfo, "sslmode=verify-full", "sslrootcert=system"].join(" ");
      return [
        step("Try the name and the password with psql:", `psql ${shell(checked)}`),
        step("For an Entra role, remove `password` and set `auth-type: oidc`.")
      ];
    }
    case "suffix":
      return [step(sentence`Set \`user\` to ${code(withoutServer(user, host2) ?? user)}.`)];
    case "audience":
      return [
        step(
          "Set `environment` to the server's cloud: `azurecloud`, `azureusgovernment` or `azurechinacloud`."
        ),
        ...tokenClaims(context3)
      ];
    case "pooler":
      return [step("Set `port: 5432` and run the job again."), ...findRole(context3)];
    case "client-id":
    case "role":
      return [step("Set `user` to the role that has this token's `oid`."), ...findRole(context3)];
  }
}

// src/diagnosis/protocol.ts
var PROTOCOL = [
  {
    code: "not-postgres",
    with: ["postgres"],
    when: [{ text: /error establishing an SSL connection/ }, { codes: ["NOT_POSTGRES"] }],
    cause: inOurWords(
      "A different service listens on this port: its answer to a request for TLS is not PostgreSQL's."
    ),
    next: (context3) => [
      step("Check `host` and `port`. PostgreSQL's port is 5432, and 6432 for the built-in PgBouncer."),
      step("Show the server's full name:", azShow(context3, "fullyQualifiedDomainName"))
    ]
  },
  {
    code: "token-not-asked-for",
    with: ["postgres"],
    when: [{ codes: ["HASH_REQUESTED"] }],
    cause: inOurWords(
      "The server asked for a password hash, as it does for a role that has a password. It cannot check an Entra token by its hash, so nothing was sent."
    ),
    next: (context3) => [
      step("Set `user` to the role of the Entra identity that signs in. Its name is case-sensitive."),
      step("Check that the server accepts Entra tokens:", azShow(context3, "authConfig")),
      step("To sign in with a password, set `password` and leave out `client-id` and `tenant-id`.")
    ]
  },
  {
    code: "query-timed-out",
    with: ["postgres"],
    when: [{ codes: ["QUERY_TIMEOUT"] }],
    cause: inOurWords(
      "The server received a query and never answered it. Its own `statement_timeout` would have ended the query earlier, so the server hangs, or something in between silently dropped the connection."
    ),
    next: (context3) => [
      step("Run the job again: what was granted stays granted."),
      step("If the error persists, look at the server's state:", azShow(context3, "state"))
    ]
  },
  {
    code: "protocol-violation",
    with: ["postgres"],
    when: [{ codes: ["PROTOCOL_VIOLATION"] }],
    cause: inOurWords(
      "The server, or something in between, violated PostgreSQL's protocol or asked for a sign-in method that this action does not support."
    ),
    next: (context3) => [
      step(
        "Check `host` and `port`: perhaps a different service listens there.",
        azShow(context3, "fullyQualifiedDomainName")
      ),
      step("If a proxy is in between, set `host` to the server itself.")
    ]
  }
];

// src/text/secrets.ts
var SECRETS = /* @__PURE__ */ new Set();
var MIN_CHARACTERS = 4;
function rememberSecret(value) {
  if (value.length >= MIN_CHARACTERS) SECRETS.add(value);
}
function withoutSecrets(text) {
  return [...SECRETS].sort((a, b) => b.length - a.length).reduce((left, secret2) => left.replaceAll(secret2, "***"), text);
}

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
    const ownCode = String(code2 ?? errorCode ?? "");
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
function diagnose(error2, context3 = {}) {
  if (error2 instanceof ActionError) return error2.failure;
  const found = ruleFor(error2, context3);
  const words2 = quoted(found?.symptom.text ?? ownWords(error2));
  const message = sentence`${peer(context3)}: ${words2}`;
  if (found === void 0) return { code: "unknown", message, ...withPooler(UNKNOWN, context3) };
  return { code: found.rule.code, message, ...answer(found.rule, context3, found.symptom) };
}
function explain(code2, happened, context3) {
  const rule = RULES.find((each) => each.code === code2);
  if (rule === void 0) throw new Error(`No rule explains ${code2}.`);
  const message = sentence`${peer(context3)}: ${happened}`;
  return { code: code2, message, ...answer(rule, context3, { code: "", text: "" }) };
}
function retriesFor({ code: code2 }) {
  return RULES.find((rule) => rule.code === code2)?.retries ?? 0;
}
function answer({ cause, next }, context3, symptom) {
  const hint = typeof cause === "function" ? cause(context3, symptom) : cause;
  return withPooler({ hint, steps: next(context3, symptom) }, context3);
}
var UNKNOWN = {
  hint: inOurWords("This action does not recognize this error."),
  steps: [
    step("Run the job again with `Enable debug logging` ticked."),
    step("If the error persists, open an issue in this action's repository, with this message.")
  ]
};
function withPooler({ hint, steps }, context3) {
  if (!isPostgres(context3) || context3.port !== 6432) return { hint, steps };
  const past = step(
    "Port 6432 is PgBouncer. Set `port: 5432` to connect to PostgreSQL directly: its own error says more.",
    azOnServer("parameter show", context3, { name: "pgbouncer.enabled", query: "value" })
  );
  return { hint, steps: [...steps, past] };
}
function ownWords(error2) {
  const [first, ...hidden] = symptomsOf(error2).map(({ text }) => text);
  const last = hidden.at(-1);
  return last === void 0 || first?.includes(last) ? `${first}` : `${first} (${last})`;
}
function ruleFor(error2, context3) {
  const symptoms = symptomsOf(error2);
  const partner = context3.with ?? "postgres";
  for (const rule of RULES) {
    if (!rule.with.includes(partner)) continue;
    const symptom = symptoms.find((each) => rule.when.some((match) => fits(match, each, context3)));
    if (symptom !== void 0) return { rule, symptom };
  }
  return void 0;
}
function fits(match, { code: code2, text, status }, { signIn: signIn2 }) {
  return (match.codes === void 0 || match.codes.some((each) => isOrStarts(code2, each))) && (match.aadsts === void 0 || aadstsIn(text).some((number) => match.aadsts?.includes(number))) && (match.text === void 0 || match.text.test(text)) && (match.status === void 0 || status !== void 0 && match.status(status)) && (match.signIn === void 0 || match.signIn === signIn2?.type);
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
function peer(context3) {
  switch (context3.with ?? "postgres") {
    case "github":
      return ["GitHub's OIDC endpoint"];
    case "entra":
      return [IDENTITY_SOURCES[context3.signIn?.type ?? "oidc"] ?? "Microsoft Entra"];
    case "postgres": {
      const { host: host2, port: port2 = 5432, database } = context3;
      const server = host2 === void 0 ? ["PostgreSQL"] : sentence`PostgreSQL at ${code(`${host2}:${port2}`)}`;
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
function escapedNames(sql, not, eachNot) {
  return sql.replace(
    SQL_TOKEN,
    (token) => token.startsWith('"') && not.test(token) ? unicodeName(token.slice(1, -1).replaceAll('""', '"'), eachNot) : token
  );
}
function visible(text) {
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
    code: (text) => text.includes("`") ? visibleLines(text) : `\`${visibleLines(text)}\``,
    quoted: visibleLines
  }).join("")
};
function write(sentence2, writer) {
  return sentence2.map((part) => {
    if (typeof part === "string") return writer.own(part);
    if ("name" in part) return writer.name(...part.name);
    if ("code" in part) return writer.code(part.code);
    return writer.quoted(part.quoted);
  });
}
function visibleLines(text) {
  return text.split(/\r\n|\r|\n/).map(visible).join("\n");
}

// src/render/failure.ts
function docsLink({ code: code2, page = "troubleshooting" }, { run }) {
  return run?.docs === void 0 ? void 0 : `${run.docs}/${page}.md#${code2}`;
}
function failureLines(failure, report) {
  const { code: code2, message, problems = [], hint, steps } = failure;
  const link = docsLink(failure, report);
  return [
    plain.sentence(message),
    ...problems.map((problem) => `- ${plain.sentence(problem)}`),
    hint.length === 0 ? "" : `Likely cause: ${plain.sentence(hint)}`,
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
  action(signal).catch(fail).finally(() => {
    if (signal.aborted && !process.exitCode) fail(signal.reason);
    process.stdout.write("", () => process.exit());
  });
}
function fail(error2) {
  setFailed(failureLines(diagnose(error2), {}).join("\n"));
}

// src/firewall/close.ts
var import_promises3 = require("node:timers/promises");

// src/model/flexible-server.ts
var PROVIDER = "Microsoft.DBforPostgreSQL/flexibleServers";
var PERMISSIONS = {
  readServer: `${PROVIDER}/read`,
  readRules: `${PROVIDER}/firewallRules/read`,
  writeRules: `${PROVIDER}/firewallRules/write`,
  deleteRules: `${PROVIDER}/firewallRules/delete`
};
var RESOURCE_ID = /^\/subscriptions\/([0-9a-f-]{36})\/resourceGroups\/([^/?#%\s]{1,90})\/providers\/Microsoft\.DBforPostgreSQL\/flexibleServers\/([a-z0-9-]{3,63})$/i;
function serverIdOf(text) {
  const [, subscription, resourceGroup, name3] = RESOURCE_ID.exec(text) ?? [];
  if (subscription === void 0 || resourceGroup === void 0 || name3 === void 0) return void 0;
  return { subscription, resourceGroup, name: name3 };
}
function serverPath({ subscription, resourceGroup, name: name3 }) {
  return `/subscriptions/${subscription}/resourceGroups/${resourceGroup}/providers/${PROVIDER}/${name3}`;
}
function rulePath(server, rule) {
  return `${serverPath(server)}/firewallRules/${rule}`;
}
function ruleIdOf(text) {
  const [, path = "", rule] = /^(.*)\/firewallRules\/([-\w]{1,80})$/.exec(text) ?? [];
  const server = serverIdOf(path);
  return server === void 0 || rule === void 0 ? void 0 : { server, rule };
}

// src/azure/flexible-server.ts
async function putRule(manager, server, rule, address) {
  const context3 = { permission: PERMISSIONS.writeRules, server };
  const properties = { startIpAddress: address, endIpAddress: address };
  await manager.change("PUT", rulePath(server, rule), context3, { properties });
}
async function deleteRule(manager, server, rule) {
  const context3 = { permission: PERMISSIONS.deleteRules, server };
  await manager.change("DELETE", rulePath(server, rule), context3).catch(ifMissing);
}
async function ruleExists(manager, server, rule) {
  const context3 = { permission: PERMISSIONS.readRules, server };
  const found = await manager.get(rulePath(server, rule), context3).catch(ifMissing);
  return found !== void 0;
}
function ifMissing(error2) {
  if (error2 instanceof ActionError && error2.failure.code === "server-not-found") return void 0;
  throw error2;
}

// src/mask.ts
function mask(...secrets) {
  for (const secret2 of secrets) {
    setSecret(secret2);
    rememberSecret(secret2);
  }
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
  if (isPlain) return [quoted(`"${value}"`)];
  return sentence`${noun} (${[count(value.length, "character")]})`;
}
var SHORT_AND_PLAIN = /^[A-Za-z0-9.,* -]{1,40}$/;
var UNSET_VARIABLE = ["Check that the variable or secret it comes from is set."];

// src/text/near.ts
function didYouMean(wanted, candidates, as) {
  const near = nearest(wanted, candidates);
  return near === void 0 ? [] : ["Did you mean ", as(near), "?"];
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

// src/settings/reader.ts
var MAX_CHARACTERS = 1e3;
var MAX_LONG_CHARACTERS = 65536;
function inputsIn(table, env) {
  const mistakes = [];
  const unreadable = /* @__PURE__ */ new Set();
  const mistake = (name3, problem) => {
    mistakes.push({ name: name3, problem });
  };
  for (const { name: name3, suggestion } of misspelled(table, env)) {
    mistake(name3, sentence`${code(name3)} is not an input of this action. ${suggestion}`);
  }
  const textOf = (name3) => env[variable(name3)] ?? "";
  const isSet = (name3) => textOf(name3).trim() !== "";
  const inputOf = (name3) => table[name3];
  const use = (name3) => sentence`Use ${inOurWords(inputOf(name3).use)}.`;
  function parsed2(name3, parse) {
    const { long, secrets } = inputOf(name3);
    const text = textOf(name3);
    try {
      return parse(withinLimit(text, long ? MAX_LONG_CHARACTERS : MAX_CHARACTERS));
    } catch (error2) {
      const { problem, details } = asInvalid(error2);
      const { item, remedy = use(name3), advice = [] } = details;
      unreadable.add(name3);
      const noun = item === void 0 ? ["the value"] : ["an item"];
      const subject = secrets ? noun : described(item ?? text, noun, secretsIn(table, env));
      mistake(name3, paragraph(sentence`${code(name3)}: ${subject} ${problem}.`, remedy, advice));
      return void 0;
    }
  }
  function read(name3, parse, whenNotSet) {
    if (isSet(name3)) return parsed2(name3, parse);
    if (env[variable(name3)] === void 0 || !inputOf(name3).neverEmpty) return whenNotSet();
    mistake(name3, sentence`${code(name3)} is empty. ${UNSET_VARIABLE} ${use(name3)}`);
    return void 0;
  }
  return {
    isSet,
    mistake,
    optional: (name3, parse) => read(name3, parse, () => void 0),
    orDefault: (name3, parse) => read(name3, parse, () => parse(inputOf(name3).default ?? "")),
    required: (name3, parse, requiredBy2) => read(name3, parse, () => {
      const reason = requiredBy2 ? sentence`${requiredBy2} requires it:` : ["Set it to"];
      mistake(name3, sentence`${code(name3)} is missing. ${reason} ${inOurWords(inputOf(name3).use)}.`);
      return void 0;
    }),
    orFrom: (source, name3, parse, found) => read(name3, parse, () => {
      if (found === void 0) {
        const inSource = isSet(source) ? sentence`, and ${code(source)} does not contain it` : [];
        const missing = sentence`${code(name3)} is missing${inSource}. Set it to ${inOurWords(inputOf(name3).use)}.`;
        if (!unreadable.has(source)) mistake(name3, missing);
        return void 0;
      }
      try {
        return parse(found);
      } catch (error2) {
        const { problem } = asInvalid(error2);
        const override = sentence`To override it, set ${code(name3)} to ${inOurWords(inputOf(name3).use)}.`;
        mistake(source, sentence`${code(source)}: its ${code(name3)} ${problem}. ${override}`);
        return void 0;
      }
    }),
    ifValid(name3, parse) {
      if (!isSet(name3)) return void 0;
      try {
        return parse(textOf(name3));
      } catch {
        return void 0;
      }
    },
    throwMistakes() {
      if (mistakes.length > 0) throw badInput(mistakes, Object.keys(table));
    }
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
  return Object.keys(env).filter((key) => key.startsWith("INPUT_") && !known.has(key)).sort().map((key) => key.slice("INPUT_".length).toLowerCase()).map((name3) => ({ name: name3, suggestion: didYouMean(name3, names, code) })).filter(({ suggestion }) => suggestion.length > 0);
}
function withinLimit(text, limit) {
  if (text.length > limit) throw new Invalid([`is longer than ${count(limit, "character")}`]);
  if (text.includes("\0")) throw new Invalid(["contains a NUL character"]);
  return text;
}
function asInvalid(error2) {
  if (error2 instanceof Invalid) return error2;
  throw error2;
}
function badInput(mistakes, order) {
  const inOrder2 = mistakes.toSorted((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
  const inputs = new Set(mistakes.map(({ name: name3 }) => name3)).size;
  const invalid = inputs === 1 ? ["1 input is invalid."] : sentence`${inputs} inputs are invalid.`;
  return new ActionError({
    code: "bad-input",
    message: sentence`${invalid} Nothing was changed.`,
    problems: inOrder2.map(({ problem }) => problem),
    hint: inOurWords("A value is mistyped, or the variable or secret it comes from is not set."),
    steps: [
      {
        text: inOurWords(
          "Correct the `with:` block of this step. The README of this action explains every input."
        )
      }
    ]
  });
}

// src/settings/values.ts
var import_node_net2 = require("node:net");

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
  const all = choices.map((each) => `\`${each}\``);
  return `${all.slice(0, -1).join(", ")} or ${all.at(-1)}`;
}
var BOOLEAN_INPUT = { use: oneOf(["true", "false"]), default: "false" };
function notValid(word, choices) {
  return new Invalid(["is not valid"], { advice: didYouMean(word, choices, code) });
}
function cloudName(text) {
  const name3 = text.trim().toLowerCase();
  if (Object.hasOwn(CLOUDS, name3)) return name3;
  const near = didYouMean(name3, Object.keys(CLOUDS), code);
  throw new Invalid(["is not an Azure cloud"], { advice: near.length > 0 ? near : GITHUB_ENVIRONMENT });
}
var GITHUB_ENVIRONMENT = inOurWords(
  "For a GitHub environment, set `jobs.<job_id>.environment` on the job."
);
function clientId(text) {
  const id = text.trim();
  if (!GUID.test(id)) throw new Invalid(["is not a GUID"]);
  return id;
}
function tenantId(text) {
  const id = text.trim();
  if (!GUID.test(id) && !DOMAIN.test(id)) throw new Invalid(["is not a GUID or a domain name"]);
  return id;
}
var DOMAIN = /^[a-z0-9-]+(\.[a-z0-9-]+)+$/i;
function secret(text) {
  let [start2, end] = [0, text.length];
  while (start2 < end && isLineBreak(text[start2])) start2++;
  while (end > start2 && isLineBreak(text[end - 1])) end--;
  return text.slice(start2, end);
}
var SECRET_INPUT = { long: true, secrets: (text) => [secret(text)] };
function isLineBreak(character) {
  return character === "\n" || character === "\r";
}
var LOOPBACK = new import_node_net2.BlockList();
LOOPBACK.addSubnet("127.0.0.0", 8, "ipv4");
LOOPBACK.addAddress("::1", "ipv6");

// src/settings/server.ts
var SSL_MODES = ["verify-full", "verify-ca", "disable"];
var SERVER_INPUTS = {
  host: { use: "a server name, such as `my-server` or `my-server.postgres.database.azure.com`" },
  port: { use: "a number from 1 to 65535" },
  "ssl-mode": { use: oneOf(SSL_MODES), default: "verify-full" },
  "ssl-root-cert": { use: "CA certificates as PEM text, or the path of a PEM file", long: true }
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
  if (inputs.isSet("auth-type") && chosen === void 0) return NOT_VALID;
  return entraSignIn(chosen ?? entraTypeOf(inputs), inputs);
}
function cloudFrom(inputs) {
  return CLOUDS[inputs.orDefault("environment", cloudName) ?? "azurecloud"];
}
var NOT_VALID = { type: "azure-cli" };
function entraTypeOf(inputs) {
  return inputs.isSet("client-secret") ? "client-secret" : "oidc";
}
function entraSignIn(type, inputs) {
  const required = requiredBy(type, inputs);
  const application = () => ({
    clientId: inputs.required("client-id", clientId, required),
    tenantId: inputs.required("tenant-id", tenantId, required)
  });
  switch (type) {
    case "oidc":
      return { type, ...application() };
    case "client-secret":
      return { type, ...application(), clientSecret: inputs.required("client-secret", secret, required) };
    case "managed-identity": {
      const id = inputs.optional("client-id", clientId);
      return id === void 0 ? { type } : { type, clientId: id };
    }
    case "azure-cli":
      return { type };
  }
}
function requiredBy(type, inputs) {
  if (inputs.isSet("auth-type")) return [code(`auth-type: ${type}`)];
  return type === "oidc" ? sentence`${code("auth-type: oidc")} (the default)` : [code(type)];
}

// src/settings/firewall.ts
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
  const inputs = inputsIn(FIREWALL_INPUTS, env);
  const azure = azureFrom(inputs);
  inputs.throwMistakes();
  return azure;
}
function azureFrom(inputs) {
  return { cloud: cloudFrom(inputs), signIn: entraSignInFrom(inputs) };
}

// src/retry.ts
var import_promises = require("node:timers/promises");

// node_modules/is-network-error/index.js
var objectToString = Object.prototype.toString;
var isError = (value) => objectToString.call(value) === "[object Error]";
var errorMessages = /* @__PURE__ */ new Set([
  "network error",
  // Chrome
  "NetworkError when attempting to fetch resource.",
  // Firefox
  "The Internet connection appears to be offline.",
  // Safari 16
  "Network request failed",
  // `cross-fetch`
  "fetch failed",
  // Undici (Node.js)
  "terminated",
  // Undici (Node.js)
  " A network error occurred.",
  // Bun (WebKit)
  "Network connection lost"
  // Cloudflare Workers (fetch)
]);
function isNetworkError(error2) {
  const isValid = error2 && isError(error2) && error2.name === "TypeError" && typeof error2.message === "string";
  if (!isValid) {
    return false;
  }
  const { message, stack } = error2;
  if (message === "Load failed" || message.startsWith("Load failed (") && message.endsWith(")")) {
    return stack === void 0 || "__sentry_captured__" in error2;
  }
  if (message.startsWith("error sending request for url")) {
    return true;
  }
  if (message === "Failed to fetch" || message.startsWith("Failed to fetch (") && message.endsWith(")")) {
    return true;
  }
  return errorMessages.has(message);
}

// node_modules/p-retry/index.js
function validateRetries(retries) {
  if (typeof retries === "number") {
    if (retries < 0) {
      throw new TypeError("Expected `retries` to be a non-negative number.");
    }
    if (Number.isNaN(retries)) {
      throw new TypeError("Expected `retries` to be a valid number or Infinity, got NaN.");
    }
    if (Number.isFinite(retries) && !Number.isInteger(retries)) {
      throw new TypeError("Expected `retries` to be a non-negative integer or Infinity.");
    }
  } else if (retries !== void 0) {
    throw new TypeError("Expected `retries` to be a number or Infinity.");
  }
}
function validateNumberOption(name3, value, { allowInfinity = false } = {}) {
  if (typeof value !== "number" || Number.isNaN(value)) {
    throw new TypeError(`Expected \`${name3}\` to be a number${allowInfinity ? " or Infinity" : ""}.`);
  }
  if (!allowInfinity && !Number.isFinite(value)) {
    throw new TypeError(`Expected \`${name3}\` to be a finite number.`);
  }
  if (value < 0) {
    throw new TypeError(`Expected \`${name3}\` to be \u2265 0.`);
  }
}
function validateOption(name3, value, type) {
  if (value === void 0 || value === null) {
    return;
  }
  if (typeof value !== type) {
    throw new TypeError(`Expected \`${name3}\` to be a ${type}.`);
  }
}
function validateSignal(value) {
  if (value === void 0 || value === null) {
    return;
  }
  if (typeof value.throwIfAborted !== "function" || typeof value.addEventListener !== "function" || typeof value.removeEventListener !== "function") {
    throw new TypeError("Expected `signal` to be an AbortSignal.");
  }
}
var AbortError = class _AbortError extends Error {
  constructor(message) {
    super(typeof message === "string" ? message : void 0);
    this.name = "AbortError";
    if (message instanceof Error) {
      this.originalError = message;
      ({ message } = message);
    } else {
      this.originalError = new Error(message);
      ({ message } = this.originalError);
      Error.captureStackTrace?.(this.originalError, _AbortError);
    }
    this.message = message;
  }
};
var maximumDelay = 2 ** 31 - 1;
function calculateDelay(retriesConsumed, options) {
  if (options.minTimeout === 0) {
    return 0;
  }
  const attempt = retriesConsumed + 1;
  const random = options.randomize ? Math.random() + 1 : 1;
  const timeout = Math.round(random * options.minTimeout * options.factor ** (attempt - 1));
  return Math.min(timeout, Math.ceil(options.maxTimeout), maximumDelay);
}
function calculateRemainingTime(start2, max) {
  return Number.isFinite(max) ? max - (performance.now() - start2) : max;
}
async function delayForRetry(delay2, options) {
  if (delay2 <= 0) {
    return;
  }
  await new Promise((resolve, reject) => {
    const onAbort = () => {
      clearTimeout(timeoutToken);
      reject(options.signal.reason);
    };
    const timeoutToken = setTimeout(() => {
      options.signal?.removeEventListener("abort", onAbort);
      resolve();
    }, delay2);
    if (options.unref) {
      timeoutToken.unref?.();
    }
    options.signal?.addEventListener("abort", onAbort, { once: true });
  });
}
function stringifyThrownValue(value) {
  try {
    return String(value);
  } catch {
    return Object.prototype.toString.call(value);
  }
}
function unwrapAbortError(error2) {
  let cause = error2;
  while (cause instanceof AbortError && cause.originalError instanceof Error) {
    cause = cause.originalError;
  }
  return cause;
}
async function onAttemptFailure({ error: error2, attemptNumber, retriesConsumed, startTime, options }) {
  const abortIfNeeded = () => {
    options.signal?.throwIfAborted();
  };
  const normalizedError = error2 instanceof Error ? error2 : new TypeError(`Non-error was thrown: "${stringifyThrownValue(error2)}". You should only throw errors.`);
  abortIfNeeded();
  if (normalizedError instanceof AbortError) {
    throw unwrapAbortError(normalizedError);
  }
  const retriesLeft = options.retries - retriesConsumed;
  const isRetriableError = !(normalizedError instanceof TypeError) || isNetworkError(normalizedError);
  const timeLeft = calculateRemainingTime(startTime, options.maxRetryTime);
  const delayTime = isRetriableError && timeLeft > 0 && retriesLeft > 0 ? calculateDelay(retriesConsumed, options) : 0;
  const consumeRetryContext = Object.freeze({
    error: normalizedError,
    attemptNumber,
    retriesLeft,
    retriesConsumed,
    retryDelay: delayTime
  });
  const consumeRetry = await options.shouldConsumeRetry(consumeRetryContext) ?? true;
  abortIfNeeded();
  const effectiveDelay = consumeRetry ? delayTime : 0;
  const context3 = Object.freeze({
    error: normalizedError,
    attemptNumber,
    retriesLeft,
    retriesConsumed,
    retryDelay: effectiveDelay
  });
  await options.onFailedAttempt(context3);
  abortIfNeeded();
  const remainingTime = calculateRemainingTime(startTime, options.maxRetryTime);
  if (!isRetriableError || remainingTime <= 0 || retriesLeft <= 0) {
    throw normalizedError;
  }
  const shouldRetry = await options.shouldRetry(context3);
  abortIfNeeded();
  if (!shouldRetry) {
    throw normalizedError;
  }
  const remainingTimeAfterShouldRetry = calculateRemainingTime(startTime, options.maxRetryTime);
  if (remainingTimeAfterShouldRetry <= 0) {
    throw normalizedError;
  }
  if (!consumeRetry) {
    return false;
  }
  await delayForRetry(Math.min(effectiveDelay, remainingTimeAfterShouldRetry), options);
  return true;
}
async function pRetry(input, options = {}) {
  options = { ...options };
  options.retries ??= 10;
  validateRetries(options.retries);
  if (Object.hasOwn(options, "forever")) {
    throw new Error("The `forever` option is no longer supported. For many use-cases, you can set `retries: Infinity` instead.");
  }
  options.factor ??= 2;
  options.minTimeout ??= 1e3;
  options.maxTimeout ??= Infinity;
  options.maxRetryTime ??= Infinity;
  options.randomize ??= false;
  options.onFailedAttempt ??= () => {
  };
  options.shouldRetry ??= () => true;
  options.shouldConsumeRetry ??= () => true;
  validateOption("onFailedAttempt", options.onFailedAttempt, "function");
  validateOption("shouldRetry", options.shouldRetry, "function");
  validateOption("shouldConsumeRetry", options.shouldConsumeRetry, "function");
  validateOption("randomize", options.randomize, "boolean");
  validateOption("unref", options.unref, "boolean");
  validateSignal(options.signal);
  validateNumberOption("factor", options.factor);
  validateNumberOption("minTimeout", options.minTimeout);
  validateNumberOption("maxTimeout", options.maxTimeout, { allowInfinity: true });
  validateNumberOption("maxRetryTime", options.maxRetryTime, { allowInfinity: true });
  if (options.factor === 0) {
    options.factor = 1;
  }
  options.signal?.throwIfAborted();
  let attemptNumber = 0;
  let retriesConsumed = 0;
  const startTime = performance.now();
  while (retriesConsumed <= options.retries) {
    attemptNumber++;
    try {
      options.signal?.throwIfAborted();
      const result = await input(attemptNumber);
      options.signal?.throwIfAborted();
      return result;
    } catch (error2) {
      if (await onAttemptFailure({
        error: error2,
        attemptNumber,
        retriesConsumed,
        startTime,
        options
      })) {
        retriesConsumed++;
      }
    }
  }
  throw new Error("Retry attempts exhausted without throwing an error.");
}

// node_modules/p-timeout/index.js
var TimeoutError = class _TimeoutError extends Error {
  name = "TimeoutError";
  constructor(message, options) {
    super(message, options);
    Error.captureStackTrace?.(this, _TimeoutError);
  }
};
var getAbortedReason = (signal) => signal.reason ?? new DOMException("This operation was aborted.", "AbortError");
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
  const wrappedPromise = new Promise((resolve, reject) => {
    if (typeof milliseconds !== "number" || Math.sign(milliseconds) !== 1) {
      throw new TypeError(`Expected \`milliseconds\` to be a positive number, got \`${milliseconds}\``);
    }
    if (signal?.aborted) {
      reject(getAbortedReason(signal));
      promise.then(resolve, reject);
      return;
    }
    if (signal) {
      abortHandler = () => {
        reject(getAbortedReason(signal));
      };
      signal.addEventListener("abort", abortHandler, { once: true });
    }
    promise.then(resolve, reject);
    if (milliseconds === Number.POSITIVE_INFINITY) {
      return;
    }
    const timeoutError = new TimeoutError();
    timer = customTimers.setTimeout.call(void 0, () => {
      if (fallback) {
        try {
          resolve(fallback());
        } catch (error2) {
          reject(error2);
        }
        return;
      }
      if (typeof promise.cancel === "function") {
        promise.cancel();
      }
      if (message === false) {
        resolve();
      } else if (message instanceof Error) {
        reject(message);
      } else {
        timeoutError.message = message ?? `Promise timed out after ${milliseconds} milliseconds`;
        reject(timeoutError);
      }
    }, milliseconds);
  });
  const cancelablePromise = wrappedPromise.finally(() => {
    cancelablePromise.clear();
    if (abortHandler && signal) {
      signal.removeEventListener("abort", abortHandler);
    }
  });
  cancelablePromise.clear = () => {
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
function retrying(attempt, waitAfter, end, signal) {
  return pRetry(attempt, {
    retries: Number.POSITIVE_INFINITY,
    // `waitAfter` decides
    minTimeout: 0,
    ...signal && { signal },
    async shouldRetry({ error: error2, attemptNumber }) {
      const wait = waitAfter(error2, attemptNumber);
      if (wait === void 0 || Date.now() + wait > end) return false;
      await (0, import_promises.setTimeout)(wait, void 0, { ...signal && { signal } }).catch(() => signal?.throwIfAborted());
      return true;
    }
  });
}
function retryingFailures(attempt, say2, { firstWait, maxTime }, signal) {
  const end = Date.now() + maxTime;
  const waitAfter = (error2, attempts) => {
    const retries = error2 instanceof ActionError ? retriesFor(error2.failure) : 0;
    if (!(error2 instanceof ActionError) || attempts > retries) return void 0;
    const wait = firstWait * 2 ** (attempts - 1);
    if (Date.now() + wait > end) return void 0;
    const what = plain.sentence(withFullStop(error2.failure.message));
    say2(`${what} Trying again in ${Math.ceil(wait / 1e3)} s (attempt ${attempts + 1} of ${retries + 1}).`);
    return wait;
  };
  return retrying(attempt, waitAfter, end, signal);
}

// src/azure/id-token.ts
async function idToken(audience, env, answerTime) {
  for (const variable2 of ["ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"]) {
    if (env[variable2]) continue;
    throw new ActionError(
      explain("oidc-not-permitted", sentence`${code(variable2)} is not set.`, { with: "github" })
    );
  }
  try {
    return await within(answerTime, request(audience, env));
  } catch (error2) {
    const host2 = URL.parse(env.ACTIONS_ID_TOKEN_REQUEST_URL ?? "")?.host;
    throw new ActionError(diagnose(error2, { with: "github", host: host2 }), { cause: error2 });
  }
}
var MAX_LENGTH = 1e5;
async function request(audience, env) {
  const { ACTIONS_ID_TOKEN_REQUEST_URL: url, ACTIONS_ID_TOKEN_REQUEST_TOKEN: token = "" } = env;
  rememberSecret(token);
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
  if (status !== 200) throw refused(status, wordsIn(body));
  const { value } = JSON.parse(body);
  if (typeof value !== "string" || value === "")
    throw new Error("Response json body do not have ID Token field");
  mask(value);
  return value;
}
function refused(status, words2) {
  return new Error(`Failed to get ID Token. Error Code : ${status} Error Message: ${words2}`);
}
function wordsIn(body) {
  try {
    const { message } = JSON.parse(body);
    return String(message ?? "");
  } catch {
    return "";
  }
}

// src/azure/credential.ts
function signIn(settings, env, signal, options = {}) {
  const { signIn: how, cloud } = settings;
  const { scope = cloud.postgresScope, patience = PATIENCE } = options;
  if (how.type === "password") return async () => how.password;
  const request2 = () => retryingFailures(
    () => requestToken(how, cloud, scope, env, patience.answerTime, signal),
    (line) => info(logLine(line)),
    { ...patience, maxTime: Math.min(patience.maxTime, MAX_TIME) },
    signal
  );
  let current;
  return async (refused3) => {
    const held = current;
    if (held !== void 0) {
      const { token, expiresOnTimestamp } = await held;
      if (token !== refused3 && expiresOnTimestamp > Date.now() + MARGIN) return token;
      if (current === held) current = void 0;
    }
    current ??= request2();
    return (await current).token;
  };
}
var MAX_TIME = 4e4;
var MARGIN = 6e4;
async function requestToken(how, cloud, scope, env, answerTime, signal) {
  let assertion;
  const getAssertion = () => {
    assertion ??= idToken(cloud.oidcAudience, env, answerTime);
    return assertion;
  };
  const requests = watchRequests(answerTime);
  try {
    const authorityHost = authorityOf(cloud, env);
    if (how.type === "oidc") getAssertion().catch(() => {
    });
    const identity = await import("./azure-identity.cjs");
    const options = {
      authorityHost,
      disableInstanceDiscovery: authorityHost !== cloud.authority,
      // only Microsoft's own hosts can be looked up
      retryOptions: { maxRetries: 0 },
      // `retryingFailures` does it, and logs it
      additionalPolicies: [{ policy: requests.policy, position: "perRetry" }]
    };
    const credential = credentialFor(how, identity, options, getAssertion);
    const token = await within(TOKEN_TIME, credential.getToken(scope), signal);
    if (token === null) throw new Error("Entra gave no token.");
    mask(token.token);
    return token;
  } catch (error2) {
    signal?.throwIfAborted();
    const sent = await assertion?.catch((failed) => failed);
    if (sent instanceof ActionError) throw sent;
    if (error2 instanceof ActionError) throw error2;
    const { problem, host: host2 } = requests;
    const known = problem instanceof NotJson ? problem : new AggregateError([error2, problem]);
    const context3 = { with: "entra", host: host2, cloud, signIn: how, assertion: claimsOf(String(sent)) };
    throw new ActionError(diagnose(known, context3), { cause: known });
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
      return new identity.AzureCliCredential({ processTimeoutInMs: CLI_TIME });
  }
}
var CLI_TIME = 4e4;
var TOKEN_TIME = 45e3;
function authorityOf(cloud, env) {
  const problem = (code2, happened) => new ActionError(explain(code2, happened, { with: "entra", cloud }));
  if (env.NODE_TLS_REJECT_UNAUTHORIZED === "0") {
    throw problem("tls-checks-off", inOurWords("`NODE_TLS_REJECT_UNAUTHORIZED` is `0`."));
  }
  const authority = env.AZURE_AUTHORITY_HOST || cloud.authority;
  if (URL.parse(authority)?.protocol === "https:") return authority;
  throw problem("authority-not-https", inOurWords("`AZURE_AUTHORITY_HOST` is not an `https://` address."));
}
function watchRequests(answerTime) {
  const last = {
    policy: {
      name: "watchRequests",
      async sendRequest(request2, next) {
        request2.timeout = answerTime;
        last.host = new URL(request2.url).host;
        try {
          const response = await within(answerTime, next(request2));
          last.problem = notJson(response.status, response.headers.get("content-type"), response.bodyAsText);
          return response;
        } catch (error2) {
          const late = error2 instanceof Error && error2.name === "AbortError";
          last.problem = late ? noAnswer(answerTime) : error2;
          throw error2;
        }
      }
    }
  };
  return last;
}
var NotJson = class extends Error {
  code = "NOT_JSON";
  status;
  constructor(status, words2) {
    super(`HTTP status ${status} with ${words2}`);
    this.status = status;
  }
};
function notJson(status, type = "", body = "") {
  if (!body?.trim()) return new NotJson(status, "an empty answer");
  try {
    JSON.parse(body);
    return void 0;
  } catch {
    const title = body.match(/<title>([^<]{1,200})/i)?.[1]?.trim();
    if (/html/i.test(type) || /^\s*<(!doctype|html)/i.test(body)) {
      return new NotJson(status, title ? `an HTML page, "${title}"` : "an HTML page");
    }
    return new NotJson(status, `an answer that is not JSON: ${body.slice(0, 200)}`);
  }
}

// src/azure/resource-manager.ts
var import_promises2 = require("node:timers/promises");

// node_modules/@typespec/ts-http-runtime/dist/esm/logger/log.js
var import_node_os = require("node:os");
var import_node_util = __toESM(require("node:util"), 1);
var import_node_process = __toESM(require("node:process"), 1);
function log(message, ...args) {
  import_node_process.default.stderr.write(`${import_node_util.default.format(message, ...args)}${import_node_os.EOL}`);
}

// node_modules/@typespec/ts-http-runtime/dist/esm/env.js
var import_node_process2 = __toESM(require("node:process"), 1);
function getEnvironmentVariable(name3) {
  return import_node_process2.default.env[name3];
}
var isDeno = typeof import_node_process2.default.versions.deno === "string" && import_node_process2.default.versions.deno.length > 0;
var isBun = typeof import_node_process2.default.versions.bun === "string" && import_node_process2.default.versions.bun.length > 0;

// node_modules/@typespec/ts-http-runtime/dist/esm/logger/debug.js
var debugEnvVariable = getEnvironmentVariable("DEBUG");
var enabledString;
var enabledNamespaces = [];
var skippedNamespaces = [];
var debuggers = [];
if (debugEnvVariable) {
  enable(debugEnvVariable);
}
var debugObj = Object.assign((namespace) => {
  return createDebugger(namespace);
}, {
  enable,
  enabled,
  disable,
  log
});
function enable(namespaces) {
  enabledString = namespaces;
  enabledNamespaces = [];
  skippedNamespaces = [];
  const namespaceList = namespaces.split(",").map((ns) => ns.trim());
  for (const ns of namespaceList) {
    if (ns.startsWith("-")) {
      skippedNamespaces.push(ns.substring(1));
    } else {
      enabledNamespaces.push(ns);
    }
  }
  for (const instance of debuggers) {
    instance.enabled = enabled(instance.namespace);
  }
}
function enabled(namespace) {
  if (namespace.endsWith("*")) {
    return true;
  }
  for (const skipped of skippedNamespaces) {
    if (namespaceMatches(namespace, skipped)) {
      return false;
    }
  }
  for (const enabledNamespace of enabledNamespaces) {
    if (namespaceMatches(namespace, enabledNamespace)) {
      return true;
    }
  }
  return false;
}
function namespaceMatches(namespace, patternToMatch) {
  if (patternToMatch.indexOf("*") === -1) {
    return namespace === patternToMatch;
  }
  let pattern = patternToMatch;
  if (patternToMatch.indexOf("**") !== -1) {
    const patternParts = [];
    let lastCharacter = "";
    for (const character of patternToMatch) {
      if (character === "*" && lastCharacter === "*") {
        continue;
      } else {
        lastCharacter = character;
        patternParts.push(character);
      }
    }
    pattern = patternParts.join("");
  }
  let namespaceIndex = 0;
  let patternIndex = 0;
  const patternLength = pattern.length;
  const namespaceLength = namespace.length;
  let lastWildcard = -1;
  let lastWildcardNamespace = -1;
  while (namespaceIndex < namespaceLength && patternIndex < patternLength) {
    if (pattern[patternIndex] === "*") {
      lastWildcard = patternIndex;
      patternIndex++;
      if (patternIndex === patternLength) {
        return true;
      }
      while (namespace[namespaceIndex] !== pattern[patternIndex]) {
        namespaceIndex++;
        if (namespaceIndex === namespaceLength) {
          return false;
        }
      }
      lastWildcardNamespace = namespaceIndex;
      namespaceIndex++;
      patternIndex++;
      continue;
    } else if (pattern[patternIndex] === namespace[namespaceIndex]) {
      patternIndex++;
      namespaceIndex++;
    } else if (lastWildcard >= 0) {
      patternIndex = lastWildcard + 1;
      namespaceIndex = lastWildcardNamespace + 1;
      if (namespaceIndex === namespaceLength) {
        return false;
      }
      while (namespace[namespaceIndex] !== pattern[patternIndex]) {
        namespaceIndex++;
        if (namespaceIndex === namespaceLength) {
          return false;
        }
      }
      lastWildcardNamespace = namespaceIndex;
      namespaceIndex++;
      patternIndex++;
      continue;
    } else {
      return false;
    }
  }
  const namespaceDone = namespaceIndex === namespace.length;
  const patternDone = patternIndex === pattern.length;
  const trailingWildCard = patternIndex === pattern.length - 1 && pattern[patternIndex] === "*";
  return namespaceDone && (patternDone || trailingWildCard);
}
function disable() {
  const result = enabledString || "";
  enable("");
  return result;
}
function createDebugger(namespace) {
  const newDebugger = Object.assign(debug2, {
    enabled: enabled(namespace),
    destroy,
    log: debugObj.log,
    namespace,
    extend
  });
  function debug2(...args) {
    if (!newDebugger.enabled) {
      return;
    }
    if (args.length > 0) {
      args[0] = `${namespace} ${args[0]}`;
    }
    newDebugger.log(...args);
  }
  debuggers.push(newDebugger);
  return newDebugger;
}
function destroy() {
  const index = debuggers.indexOf(this);
  if (index >= 0) {
    debuggers.splice(index, 1);
    return true;
  }
  return false;
}
function extend(namespace) {
  const newDebugger = createDebugger(`${this.namespace}:${namespace}`);
  newDebugger.log = this.log;
  return newDebugger;
}
var debug_default = debugObj;

// node_modules/@typespec/ts-http-runtime/dist/esm/logger/logger.js
var TYPESPEC_RUNTIME_LOG_LEVELS = ["verbose", "info", "warning", "error"];
var levelMap = {
  verbose: 400,
  info: 300,
  warning: 200,
  error: 100
};
function patchLogMethod(parent, child) {
  child.log = (...args) => {
    parent.log(...args);
  };
}
function isTypeSpecRuntimeLogLevel(level) {
  return TYPESPEC_RUNTIME_LOG_LEVELS.includes(level);
}
function createLoggerContext(options) {
  const registeredLoggers = /* @__PURE__ */ new Set();
  const logLevelFromEnv = getEnvironmentVariable(options.logLevelEnvVarName);
  let logLevel;
  const clientLogger = debug_default(options.namespace);
  clientLogger.log = (...args) => {
    debug_default.log(...args);
  };
  function contextSetLogLevel(level) {
    if (level && !isTypeSpecRuntimeLogLevel(level)) {
      throw new Error(`Unknown log level '${level}'. Acceptable values: ${TYPESPEC_RUNTIME_LOG_LEVELS.join(",")}`);
    }
    logLevel = level;
    const enabledNamespaces2 = [];
    for (const logger2 of registeredLoggers) {
      if (shouldEnable(logger2)) {
        enabledNamespaces2.push(logger2.namespace);
      }
    }
    debug_default.enable(enabledNamespaces2.join(","));
  }
  if (logLevelFromEnv) {
    if (isTypeSpecRuntimeLogLevel(logLevelFromEnv)) {
      contextSetLogLevel(logLevelFromEnv);
    } else {
      console.error(`${options.logLevelEnvVarName} set to unknown log level '${logLevelFromEnv}'; logging is not enabled. Acceptable values: ${TYPESPEC_RUNTIME_LOG_LEVELS.join(", ")}.`);
    }
  }
  function shouldEnable(logger2) {
    return Boolean(logLevel && levelMap[logger2.level] <= levelMap[logLevel]);
  }
  function createLogger(parent, level) {
    const logger2 = Object.assign(parent.extend(level), {
      level
    });
    patchLogMethod(parent, logger2);
    if (shouldEnable(logger2)) {
      const enabledNamespaces2 = debug_default.disable();
      debug_default.enable(enabledNamespaces2 + "," + logger2.namespace);
    }
    registeredLoggers.add(logger2);
    return logger2;
  }
  function contextGetLogLevel() {
    return logLevel;
  }
  function contextCreateClientLogger(namespace) {
    const clientRootLogger = clientLogger.extend(namespace);
    patchLogMethod(clientLogger, clientRootLogger);
    return {
      error: createLogger(clientRootLogger, "error"),
      warning: createLogger(clientRootLogger, "warning"),
      info: createLogger(clientRootLogger, "info"),
      verbose: createLogger(clientRootLogger, "verbose")
    };
  }
  return {
    setLogLevel: contextSetLogLevel,
    getLogLevel: contextGetLogLevel,
    createClientLogger: contextCreateClientLogger,
    logger: clientLogger
  };
}
var context = createLoggerContext({
  logLevelEnvVarName: "TYPESPEC_RUNTIME_LOG_LEVEL",
  namespace: "typeSpecRuntime"
});
var TypeSpecRuntimeLogger = context.logger;

// node_modules/@azure/logger/dist/esm/index.js
var context2 = createLoggerContext({
  logLevelEnvVarName: "AZURE_LOG_LEVEL",
  namespace: "azure"
});
var AzureLogger = context2.logger;
function createClientLogger(namespace) {
  return context2.createClientLogger(namespace);
}

// node_modules/@azure/core-lro/dist/esm/logger.js
var logger = createClientLogger("core-lro");

// node_modules/@azure/core-lro/dist/esm/poller/constants.js
var POLL_INTERVAL_IN_MS = 2e3;
var terminalStates = ["succeeded", "canceled", "failed"];

// node_modules/@azure/core-lro/dist/esm/poller/operation.js
function deserializeState(serializedState) {
  try {
    return JSON.parse(serializedState).state;
  } catch (e) {
    throw new Error(`Unable to deserialize input state: ${serializedState}`);
  }
}
function setStateError(inputs) {
  const { state, isOperationError: isOperationError2 } = inputs;
  return (error2) => {
    if (isOperationError2(error2)) {
      state.error = error2;
      state.status = "failed";
    }
    throw error2;
  };
}
function appendReadableErrorMessage(currentMessage, innerMessage) {
  let message = currentMessage;
  if (message.slice(-1) !== ".") {
    message = message + ".";
  }
  return message + " " + innerMessage;
}
function simplifyError(err) {
  let message = err.message;
  let code2 = err.code;
  let curErr = err;
  while (curErr.innererror) {
    curErr = curErr.innererror;
    code2 = curErr.code;
    message = appendReadableErrorMessage(message, curErr.message);
  }
  return {
    code: code2,
    message
  };
}
async function processOperationStatus(result) {
  const { state, status, isDone, processResult, getError, response, setErrorAsResult } = result;
  switch (status) {
    case "succeeded": {
      state.status = "succeeded";
      break;
    }
    case "failed": {
      const err = getError?.(response);
      let postfix = "";
      if (err) {
        const { code: code2, message } = simplifyError(err);
        postfix = `. ${code2}. ${message}`;
      }
      const errStr = `The long-running operation has failed${postfix}`;
      state.error = new Error(errStr);
      state.status = "failed";
      logger.warning(errStr);
      break;
    }
    case "canceled": {
      state.status = "canceled";
      break;
    }
  }
  if (isDone?.(response, state) || isDone === void 0 && ["succeeded", "canceled"].concat(setErrorAsResult ? [] : ["failed"]).includes(status)) {
    state.result = await buildResult({
      response,
      state,
      processResult
    });
  }
}
async function buildResult(inputs) {
  const { processResult, response, state } = inputs;
  return processResult ? processResult(response, state) : response;
}
async function initOperation(inputs) {
  const { init, processResult, getOperationStatus: getOperationStatus2, withOperationLocation, setErrorAsResult } = inputs;
  const { operationLocation, resourceLocation, initialRequestUrl, requestMethod, metadata, response } = await init();
  if (operationLocation)
    withOperationLocation?.(operationLocation, false);
  const config = {
    metadata,
    operationLocation,
    resourceLocation,
    initialRequestUrl,
    requestMethod
  };
  logger.verbose(`LRO: Operation description:`, config);
  const state = { status: "running", config };
  const status = getOperationStatus2({ response, state, operationLocation });
  await processOperationStatus({
    state,
    status,
    response,
    setErrorAsResult,
    processResult
  });
  return state;
}
async function pollOperationHelper(inputs) {
  const { poll, state, operationLocation, getOperationStatus: getOperationStatus2, getResourceLocation: getResourceLocation2, isOperationError: isOperationError2, options } = inputs;
  const response = await poll(operationLocation, options).catch(setStateError({
    state,
    isOperationError: isOperationError2
  }));
  const status = getOperationStatus2(response, state);
  logger.verbose(`LRO: Status:
	Polling from: ${state.config.operationLocation}
	Operation status: ${status}
	Polling status: ${terminalStates.includes(status) ? "Stopped" : "Running"}`);
  if (status === "succeeded") {
    const resourceLocation = getResourceLocation2(response, state);
    if (resourceLocation !== void 0) {
      return {
        response: await poll(resourceLocation).catch(setStateError({ state, isOperationError: isOperationError2 })),
        status
      };
    }
  }
  return { response, status };
}
async function pollOperation(inputs) {
  const { poll, state, options, getOperationStatus: getOperationStatus2, getResourceLocation: getResourceLocation2, getOperationLocation: getOperationLocation2, isOperationError: isOperationError2, withOperationLocation, getPollingInterval, processResult, getError, updateState, setDelay, isDone, setErrorAsResult } = inputs;
  const { operationLocation } = state.config;
  if (operationLocation !== void 0) {
    const { response, status } = await pollOperationHelper({
      poll,
      getOperationStatus: getOperationStatus2,
      state,
      operationLocation,
      getResourceLocation: getResourceLocation2,
      isOperationError: isOperationError2,
      options
    });
    await processOperationStatus({
      status,
      response,
      state,
      isDone,
      processResult,
      getError,
      setErrorAsResult
    });
    if (!terminalStates.includes(status)) {
      const intervalInMs = getPollingInterval?.(response);
      if (intervalInMs)
        setDelay(intervalInMs);
      const location = getOperationLocation2?.(response, state);
      if (location !== void 0) {
        const isUpdated = operationLocation !== location;
        state.config.operationLocation = location;
        withOperationLocation?.(location, isUpdated);
      } else
        withOperationLocation?.(operationLocation, false);
    }
    updateState?.(state, response);
  }
}

// node_modules/@azure/core-lro/dist/esm/http/operation.js
function getOperationLocationPollingUrl(inputs) {
  const { azureAsyncOperation, operationLocation } = inputs;
  return operationLocation ?? azureAsyncOperation;
}
function getLocationHeader(rawResponse) {
  return rawResponse.headers["location"];
}
function getOperationLocationHeader(rawResponse) {
  return rawResponse.headers["operation-location"];
}
function getAzureAsyncOperationHeader(rawResponse) {
  return rawResponse.headers["azure-asyncoperation"];
}
function findResourceLocation(inputs) {
  const { location, requestMethod, requestPath, resourceLocationConfig, skipFinalGet } = inputs;
  if (skipFinalGet) {
    return void 0;
  }
  switch (requestMethod) {
    case "PUT": {
      return requestPath;
    }
    case "DELETE": {
      return void 0;
    }
    case "PATCH": {
      return getDefault() ?? requestPath;
    }
    default: {
      return getDefault();
    }
  }
  function getDefault() {
    switch (resourceLocationConfig) {
      case "operation-location":
      case "azure-async-operation": {
        return void 0;
      }
      case "original-uri": {
        return requestPath;
      }
      case "location":
      default: {
        return location;
      }
    }
  }
}
function inferLroMode(rawResponse, resourceLocationConfig, skipFinalGet) {
  const requestPath = rawResponse.request.url;
  const requestMethod = rawResponse.request.method;
  const operationLocation = getOperationLocationHeader(rawResponse);
  const azureAsyncOperation = getAzureAsyncOperationHeader(rawResponse);
  const pollingUrl = getOperationLocationPollingUrl({ operationLocation, azureAsyncOperation });
  const location = getLocationHeader(rawResponse);
  const normalizedRequestMethod = requestMethod?.toLocaleUpperCase();
  if (pollingUrl !== void 0) {
    return {
      mode: "OperationLocation",
      operationLocation: pollingUrl,
      resourceLocation: findResourceLocation({
        requestMethod: normalizedRequestMethod,
        location,
        requestPath,
        resourceLocationConfig,
        skipFinalGet
      }),
      initialRequestUrl: requestPath,
      requestMethod
    };
  } else if (location !== void 0) {
    return {
      mode: "ResourceLocation",
      operationLocation: location,
      initialRequestUrl: requestPath,
      requestMethod
    };
  } else if (normalizedRequestMethod === "PUT" && requestPath) {
    return {
      mode: "Body",
      operationLocation: requestPath,
      initialRequestUrl: requestPath,
      requestMethod
    };
  } else {
    return void 0;
  }
}
function transformStatus(inputs) {
  const { status, statusCode } = inputs;
  if (typeof status !== "string" && status !== void 0) {
    throw new Error(`Polling was unsuccessful. Expected status to have a string value or no value but it has instead: ${status}. This doesn't necessarily indicate the operation has failed. Check your Azure subscription or resource status for more information.`);
  }
  logger.verbose(`LRO: Transforming status: ${status} with status code: ${statusCode}.`);
  const lowerCaseStatus = status?.toLocaleLowerCase();
  if (!lowerCaseStatus) {
    return toOperationStatus(statusCode);
  }
  if (lowerCaseStatus.includes("succeeded")) {
    return "succeeded";
  }
  if (lowerCaseStatus.includes("fail")) {
    return "failed";
  }
  if (["canceled", "cancelled"].includes(lowerCaseStatus)) {
    return "canceled";
  }
  return "running";
}
function getStatus(rawResponse) {
  const { status } = rawResponse.body ?? {};
  return transformStatus({ status, statusCode: rawResponse.statusCode });
}
function getProvisioningState(rawResponse) {
  const { properties, provisioningState } = rawResponse.body ?? {};
  const status = properties?.provisioningState ?? provisioningState;
  return transformStatus({ status, statusCode: rawResponse.statusCode });
}
function toOperationStatus(statusCode) {
  if (statusCode === 202) {
    return "running";
  } else if (statusCode < 300) {
    return "succeeded";
  } else {
    return "failed";
  }
}
function parseRetryAfter({ rawResponse }) {
  const retryAfter = rawResponse.headers["retry-after"];
  if (retryAfter !== void 0) {
    const retryAfterInSeconds = parseInt(retryAfter);
    return isNaN(retryAfterInSeconds) ? calculatePollingIntervalFromDate(new Date(retryAfter)) : retryAfterInSeconds * 1e3;
  }
  return void 0;
}
function getErrorFromResponse(response) {
  const error2 = accessBodyProperty(response, "error");
  if (!error2) {
    logger.warning(`The long-running operation failed but there is no error property in the response's body`);
    return;
  }
  if (!error2.code || !error2.message) {
    logger.warning(`The long-running operation failed but the error property in the response's body doesn't contain code or message`);
    return;
  }
  return error2;
}
function calculatePollingIntervalFromDate(retryAfterDate) {
  const timeNow = Math.floor((/* @__PURE__ */ new Date()).getTime());
  const retryAfterTime = retryAfterDate.getTime();
  if (timeNow < retryAfterTime) {
    return retryAfterTime - timeNow;
  }
  return void 0;
}
function getStatusFromInitialResponse(inputs) {
  const { response, state, operationLocation } = inputs;
  function helper() {
    const mode = state.config.metadata?.["mode"];
    switch (mode) {
      case void 0:
        return toOperationStatus(response.rawResponse.statusCode);
      case "Body":
        return getOperationStatus(response, state);
      default:
        return "running";
    }
  }
  const status = helper();
  return status === "running" && operationLocation === void 0 ? "succeeded" : status;
}
function getOperationLocation({ rawResponse }, state) {
  const mode = state.config.metadata?.["mode"];
  switch (mode) {
    case "OperationLocation": {
      return getOperationLocationPollingUrl({
        operationLocation: getOperationLocationHeader(rawResponse),
        azureAsyncOperation: getAzureAsyncOperationHeader(rawResponse)
      });
    }
    case "ResourceLocation": {
      return getLocationHeader(rawResponse);
    }
    case "Body":
    default: {
      return void 0;
    }
  }
}
function getOperationStatus({ rawResponse }, state) {
  const mode = state.config.metadata?.["mode"];
  switch (mode) {
    case "OperationLocation": {
      return getStatus(rawResponse);
    }
    case "ResourceLocation": {
      return toOperationStatus(rawResponse.statusCode);
    }
    case "Body": {
      return getProvisioningState(rawResponse);
    }
    default:
      throw new Error(`Internal error: Unexpected operation mode: ${mode}`);
  }
}
function accessBodyProperty({ flatResponse, rawResponse }, prop) {
  return flatResponse?.[prop] ?? rawResponse.body?.[prop];
}
function getResourceLocation(res, state) {
  const loc = accessBodyProperty(res, "resourceLocation");
  if (loc && typeof loc === "string") {
    state.config.resourceLocation = loc;
  }
  return state.config.resourceLocation;
}
function isOperationError(e) {
  return e.name === "RestError";
}

// node_modules/@azure/abort-controller/dist/esm/AbortError.js
var AbortError2 = class extends Error {
  constructor(message) {
    super(message);
    this.name = "AbortError";
  }
};

// node_modules/@azure/core-util/dist/esm/createAbortablePromise.js
function createAbortablePromise(buildPromise, options) {
  const { cleanupBeforeAbort, abortSignal, abortErrorMsg } = options ?? {};
  return new Promise((resolve, reject) => {
    function rejectOnAbort() {
      reject(new AbortError2(abortErrorMsg ?? "The operation was aborted."));
    }
    function removeListeners() {
      abortSignal?.removeEventListener("abort", onAbort);
    }
    function onAbort() {
      cleanupBeforeAbort?.();
      removeListeners();
      rejectOnAbort();
    }
    if (abortSignal?.aborted) {
      return rejectOnAbort();
    }
    try {
      buildPromise((x) => {
        removeListeners();
        resolve(x);
      }, (x) => {
        removeListeners();
        reject(x);
      });
    } catch (err) {
      reject(err);
    }
    abortSignal?.addEventListener("abort", onAbort);
  });
}

// node_modules/@azure/core-util/dist/esm/delay.js
var StandardAbortMessage = "The delay was aborted.";
function delay(timeInMs, options) {
  let token;
  const { abortSignal, abortErrorMsg } = options ?? {};
  return createAbortablePromise((resolve) => {
    token = setTimeout(resolve, timeInMs);
  }, {
    cleanupBeforeAbort: () => clearTimeout(token),
    abortSignal,
    abortErrorMsg: abortErrorMsg ?? StandardAbortMessage
  });
}

// node_modules/@azure/core-lro/dist/esm/poller/poller.js
function buildCreatePoller(inputs) {
  const { getOperationLocation: getOperationLocation2, getStatusFromInitialResponse: getStatusFromInitialResponse2, getStatusFromPollResponse, isOperationError: isOperationError2, getResourceLocation: getResourceLocation2, getPollingInterval, getError, resolveOnUnsuccessful } = inputs;
  return ({ init, poll }, options) => {
    const { processResult, updateState, withOperationLocation: withOperationLocationCallback, intervalInMs = POLL_INTERVAL_IN_MS, restoreFrom } = options || {};
    const withOperationLocation = withOperationLocationCallback ? /* @__PURE__ */ (() => {
      let called = false;
      return (operationLocation, isUpdated) => {
        if (isUpdated)
          withOperationLocationCallback(operationLocation);
        else if (!called)
          withOperationLocationCallback(operationLocation);
        called = true;
      };
    })() : void 0;
    let statePromise;
    let state;
    if (restoreFrom) {
      state = deserializeState(restoreFrom);
      statePromise = Promise.resolve(state);
    } else {
      statePromise = initOperation({
        init,
        processResult,
        getOperationStatus: getStatusFromInitialResponse2,
        withOperationLocation,
        setErrorAsResult: !resolveOnUnsuccessful
      }).then((s) => state = s);
    }
    let resultPromise;
    const abortController = new AbortController();
    const handlers = /* @__PURE__ */ new Map();
    const handleProgressEvents = async () => handlers.forEach((h) => h(state));
    const cancelErrMsg = "Operation was canceled";
    let currentPollIntervalInMs = intervalInMs;
    const poller = {
      get operationState() {
        return state;
      },
      get result() {
        return state?.result;
      },
      get isDone() {
        return ["succeeded", "failed", "canceled"].includes(state?.status ?? "");
      },
      onProgress: (callback) => {
        const s = /* @__PURE__ */ Symbol();
        handlers.set(s, callback);
        return () => handlers.delete(s);
      },
      serialize: async () => {
        await statePromise;
        return JSON.stringify({
          state
        });
      },
      submitted: async () => {
        await statePromise;
      },
      pollUntilDone: async (pollOptions) => {
        resultPromise ??= (async () => {
          await statePromise;
          if (!state) {
            throw new Error("Poller should be initialized but it is not!");
          }
          const { abortSignal: inputAbortSignal } = pollOptions || {};
          function abortListener() {
            abortController.abort();
          }
          const abortSignal = abortController.signal;
          if (inputAbortSignal?.aborted) {
            abortController.abort();
          } else if (!abortSignal.aborted) {
            inputAbortSignal?.addEventListener("abort", abortListener, { once: true });
          }
          try {
            if (!poller.isDone) {
              await poller.poll({ abortSignal });
              while (!poller.isDone) {
                await delay(currentPollIntervalInMs, { abortSignal });
                await poller.poll({ abortSignal });
              }
            }
          } finally {
            inputAbortSignal?.removeEventListener("abort", abortListener);
          }
          if (resolveOnUnsuccessful) {
            return poller.result;
          } else {
            switch (state.status) {
              case "succeeded":
                return poller.result;
              case "canceled":
                throw new Error(cancelErrMsg);
              case "failed":
                throw state.error;
              case "notStarted":
              case "running":
                throw new Error(`Polling completed without succeeding or failing`);
            }
          }
        })().finally(() => {
          resultPromise = void 0;
        });
        return resultPromise;
      },
      async poll(pollOptions) {
        await statePromise;
        if (!state) {
          throw new Error("Poller should be initialized but it is not!");
        }
        if (resolveOnUnsuccessful) {
          if (poller.isDone)
            return state;
        } else {
          switch (state.status) {
            case "succeeded":
              return state;
            case "canceled":
              throw new Error(cancelErrMsg);
            case "failed":
              throw state.error;
          }
        }
        await pollOperation({
          poll,
          state,
          getOperationLocation: getOperationLocation2,
          isOperationError: isOperationError2,
          withOperationLocation,
          getPollingInterval,
          getOperationStatus: getStatusFromPollResponse,
          getResourceLocation: getResourceLocation2,
          processResult,
          getError,
          updateState,
          options: pollOptions,
          setDelay: (pollIntervalInMs) => {
            currentPollIntervalInMs = pollIntervalInMs;
          },
          setErrorAsResult: !resolveOnUnsuccessful
        });
        await handleProgressEvents();
        if (!resolveOnUnsuccessful) {
          switch (state.status) {
            case "canceled":
              throw new Error(cancelErrMsg);
            case "failed":
              throw state.error;
          }
        }
        return state;
      },
      then(onfulfilled, onrejected) {
        return poller.pollUntilDone().then(onfulfilled, onrejected);
      },
      catch(onrejected) {
        return poller.pollUntilDone().catch(onrejected);
      },
      finally(onfinally) {
        return poller.pollUntilDone().finally(onfinally);
      },
      [Symbol.toStringTag]: "Poller"
    };
    return poller;
  };
}

// node_modules/@azure/core-lro/dist/esm/http/utils.js
function rewriteUrl({ url, baseUrl: baseUrl2 }) {
  if (!url) {
    return void 0;
  }
  if (!baseUrl2) {
    return url;
  }
  let originalUrl;
  try {
    originalUrl = new URL(url);
  } catch {
    try {
      originalUrl = new URL(url, baseUrl2);
    } catch (e) {
      throw new Error(`Invalid input URL provided: ${url}`);
    }
  }
  let newBase;
  try {
    newBase = new URL(baseUrl2);
  } catch (e) {
    throw new Error(`Invalid base URL provided: ${baseUrl2}`);
  }
  const rewrittenUrl = new URL(`${originalUrl.pathname}${originalUrl.search}${originalUrl.hash}`, newBase);
  return rewrittenUrl.toString();
}

// node_modules/@azure/core-lro/dist/esm/http/poller.js
function createHttpPoller(lro, options) {
  const { resourceLocationConfig, intervalInMs, processResult, restoreFrom, updateState, withOperationLocation, resolveOnUnsuccessful = false, baseUrl: baseUrl2, skipFinalGet } = options || {};
  return buildCreatePoller({
    getStatusFromInitialResponse,
    getStatusFromPollResponse: getOperationStatus,
    isOperationError,
    getOperationLocation,
    getResourceLocation,
    getPollingInterval: parseRetryAfter,
    getError: getErrorFromResponse,
    resolveOnUnsuccessful
  })({
    init: async () => {
      const response = await lro.sendInitialRequest();
      const config = inferLroMode(response.rawResponse, resourceLocationConfig, skipFinalGet);
      return {
        response,
        operationLocation: rewriteUrl({ url: config?.operationLocation, baseUrl: baseUrl2 }),
        resourceLocation: rewriteUrl({ url: config?.resourceLocation, baseUrl: baseUrl2 }),
        initialRequestUrl: config?.initialRequestUrl,
        requestMethod: config?.requestMethod,
        ...config?.mode ? { metadata: { mode: config.mode } } : {}
      };
    },
    poll: lro.sendPollRequest
  }, {
    intervalInMs,
    withOperationLocation,
    restoreFrom,
    updateState,
    processResult: processResult ? ({ flatResponse }, state) => processResult(flatResponse, state) : ({ flatResponse }) => flatResponse
  });
}

// src/diagnosis/resource-manager.ts
var RULES2 = [
  {
    code: "azure-policy",
    nothingDone: true,
    codes: /^RequestDisallowedByPolicy$/,
    cause: inOurWords(
      "An Azure policy of the subscription does not allow firewall rules, or does not allow this one."
    ),
    next: () => [
      step(
        "Ask the owner of the policy for an exemption, or use a runner in the server's network (`docs/private-network.md`)."
      )
    ]
  },
  {
    code: "azure-not-permitted",
    nothingDone: true,
    codes: /^(AuthorizationFailed|LinkedAuthorizationFailed|Forbidden)$/,
    statuses: [403],
    cause: inOurWords("The identity that signs in has no role on the server that allows this."),
    next: allow2
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
        `az account show --subscription ${server.subscription} --query "{tenant:tenantId, cloud:environmentName}"`
      )
    ]
  },
  {
    code: "resource-locked",
    nothingDone: true,
    codes: /^ScopeLocked$/,
    cause: inOurWords("A lock on the server, its resource group or its subscription does not allow this."),
    next: ({ server }) => [
      step(
        "List the locks:",
        `az lock list --subscription ${server.subscription} --resource-group ${shell(server.resourceGroup)} --output table`
      ),
      step("Remove the lock, or use a runner in the server's network (`docs/private-network.md`).")
    ]
  },
  {
    code: "server-busy",
    codes: /^(ServerBusy|ServerIsBusy|OperationInProgress|AnotherOperationInProgress|Conflict.*)$/,
    statuses: [409],
    cause: inOurWords("Another operation on the server is in progress."),
    next: ({ server }) => [
      step("Run the job again when the server is `Ready`:", azOn(server, "show", "--query state"))
    ],
    passes: true
  },
  {
    code: "azure-too-many-requests",
    codes: /^(TooManyRequests|.*Throttled)$/,
    statuses: [429],
    cause: inOurWords("The subscription has sent more requests than Azure allows in this period."),
    next: () => [step("Run the job again in a few minutes.")],
    passes: true
  },
  {
    code: "server-not-found",
    nothingDone: true,
    codes: /^(ResourceNotFound|ResourceGroupNotFound|SubscriptionNotFound|InvalidSubscriptionId|ParentResourceNotFound)$/,
    statuses: [404],
    cause: inOurWords(
      "This subscription and resource group have no server with this name, or it was deleted."
    ),
    next: ({ server }) => [
      step(
        "Set `server-resource-id` to one of these:",
        `az postgres flexible-server list --subscription ${server.subscription} --query "[].id"`
      )
    ]
  },
  {
    code: "azure-unavailable",
    statuses: [408, 500, 502, 503, 504],
    cause: inOurWords("Azure Resource Manager has a fault."),
    next: () => [
      step(
        "Run the job again in a few minutes. Azure lists regional outages: https://azure.status.microsoft"
      )
    ],
    passes: true
  }
];
function diagnoseResourceManager(error2, context3) {
  if (error2 instanceof ActionError) return error2.failure;
  const who = sentence`Azure Resource Manager at ${code(context3.host)}`;
  const refusal = refusalOf2(error2);
  if (refusal === void 0) {
    const message2 = sentence`${who}: ${quoted(symptomsOf(error2).at(-1)?.text ?? "")}`;
    const failure = diagnose(error2, { with: "entra", host: context3.host });
    return isNetwork(failure) ? { ...failure, message: message2 } : { ...UNKNOWN2, message: message2 };
  }
  const said = refusal.code === "" ? `HTTP status ${refusal.status}` : `${refusal.code} (HTTP status ${refusal.status})`;
  const message = sentence`${who}: ${quoted(said)}: ${quoted(refusal.text)}`;
  const rule = ruleFor2(refusal);
  if (rule === void 0) return { ...UNKNOWN2, message };
  return { code: rule.code, page: "firewall", message, hint: rule.cause, steps: rule.next(context3, refusal) };
}
function passes(failure) {
  const rule = RULES2.find(({ code: code2 }) => code2 === failure.code);
  return rule?.passes ?? (isNetwork(failure) && retriesFor(failure) > 0);
}
function isNetwork(failure) {
  return NETWORK.some(({ code: code2 }) => code2 === failure.code);
}
var UNKNOWN2 = {
  code: "azure-refused",
  page: "firewall",
  hint: inOurWords("This action does not recognize this error."),
  steps: [
    step("Run the job again."),
    step("If the error persists, open an issue in this action's repository, with this message.")
  ]
};
function ruleFor2({ status, code: code2 }) {
  return RULES2.find(({ codes }) => codes?.test(code2)) ?? RULES2.find(({ statuses }) => statuses?.includes(status));
}
function refusalOf2(error2) {
  const { status, code: code2, message } = error2 ?? {};
  if (typeof status !== "number") return void 0;
  const [symptom] = symptomsOf(new Error(String(message)));
  return { status, code: typeof code2 === "string" ? code2 : "", text: symptom?.text ?? "" };
}
function allow2({ permission, server, clientId: clientId2 }, { text }) {
  const needed = text.match(/perform action '([\w./]{1,200})'/)?.[1] ?? permission;
  const assignee = text.match(/object id '([0-9a-f-]{36})'/i)?.[1] ?? clientId2 ?? "<object-id>";
  return [
    step(
      sentence`Create a role that has ${code(needed)}, once for the subscription:`,
      roleDefinition(server)
    ),
    step(
      "Assign it on the server:",
      `az role assignment create --role ${shell(ROLE)} --assignee ${assignee} --scope ${shell(serverPath(server))}`
    ),
    step("Run the job again. A new assignment can take ten minutes to work.")
  ];
}
var ROLE = "PostgreSQL firewall for a runner";
function roleDefinition({ subscription }) {
  const role = {
    Name: ROLE,
    Description: "Opens and closes the firewall of a flexible server for one address.",
    Actions: Object.values(PERMISSIONS),
    AssignableScopes: [`/subscriptions/${subscription}`]
  };
  return `az role definition create --role-definition ${shell(JSON.stringify(role))}`;
}

// src/azure/resource-manager.ts
var TIMES = { answer: 3e4, read: 6e4, change: 18e4, retry: 5e3 };
var API_VERSION = "2025-08-01";
function resourceManager({ cloud, clientId: clientId2 }, token, env, say2, stop) {
  const base = baseUrl(cloud, env);
  let sending;
  async function send({ signal, onRefused }, method, path, body) {
    const url = new URL(path, base);
    if (!isSameService(url, base)) throw new Error(`${url.origin} is not a part of ${base.origin}.`);
    if (!url.searchParams.has("api-version")) url.searchParams.set("api-version", API_VERSION);
    sending ??= sender(token);
    const response = await (await sending)({ method, url: url.href, signal, onRefused, body });
    if (response.status >= 400) throw refused2(response);
    return { method, path: url.href, response };
  }
  function attempts(context3, time, work) {
    const end = Date.now() + time;
    let signInFailed = false;
    async function once() {
      const clock = AbortSignal.timeout(Math.max(end - Date.now(), 1));
      const signal = AbortSignal.any([clock, stop]);
      let last;
      try {
        return await work({
          signal,
          onRefused: (response) => {
            last = response;
          }
        });
      } catch (error2) {
        signInFailed = error2 instanceof ActionError;
        stop.throwIfAborted();
        const late = error2 instanceof Error && /^(Abort|Timeout)Error$/.test(error2.name);
        const silence = noAnswer(clock.aborted ? time : TIMES.answer);
        const cause = !late ? error2 : last === void 0 ? silence : refused2(last);
        const failure = diagnoseResourceManager(cause, { ...context3, host: base.host, clientId: clientId2 });
        throw new ActionError(failure, { cause });
      }
    }
    function waitAfter(error2) {
      if (signInFailed || !(error2 instanceof ActionError) || !passes(error2.failure)) return void 0;
      if (Date.now() + TIMES.retry > end) return void 0;
      say2(`${plain.sentence(withFullStop(error2.failure.message))} Trying again in ${TIMES.retry / 1e3} s.`);
      return TIMES.retry;
    }
    return retrying(once, waitAfter, end, stop);
  }
  return {
    get: (path, context3) => attempts(context3, TIMES.read, async (attempt) => parsed((await send(attempt, "GET", path)).response)),
    change: (method, path, context3, body) => attempts(context3, TIMES.change, async (attempt) => {
      const { signal } = attempt;
      let retryAfter = 0;
      const poller = createHttpPoller(
        {
          sendInitialRequest: async () => {
            const answer2 = await send(attempt, method, path, body);
            retryAfter = 1e3 * (Number(answer2.response.headers.get("retry-after")) || 0);
            return forPoller(answer2);
          },
          sendPollRequest: async (url) => forPoller(await send(attempt, "GET", url))
        },
        { skipFinalGet: true }
      );
      await poller.submitted();
      if (!poller.isDone) await (0, import_promises2.setTimeout)(retryAfter, void 0, { signal });
      await poller.pollUntilDone({ abortSignal: signal });
    })
  };
}
async function sender(token) {
  const pipelines = await import("./azure-identity.cjs");
  const common = pipelines.createPipelineFromOptions({ redirectOptions: { maxRetries: 0 } });
  const getToken = async () => ({ token: await token(), expiresOnTimestamp: Date.now() });
  common.addPolicy(pipelines.bearerTokenAuthenticationPolicy({ credential: { getToken }, scopes: [] }));
  const client = pipelines.createDefaultHttpClient();
  return ({ method, url, body, signal, onRefused }) => {
    const pipeline = common.clone();
    const watch = {
      name: "watch",
      async sendRequest(request3, next) {
        const ending = AbortSignal.any([signal, AbortSignal.timeout(TIMES.answer)]);
        request3.abortSignal = ending;
        const response = await within(Number.POSITIVE_INFINITY, next(request3), ending);
        if (response.status >= 400) onRefused(response);
        return response;
      }
    };
    pipeline.addPolicy(watch, { afterPhase: "Retry" });
    const headers = pipelines.createHttpHeaders({ accept: "application/json" });
    if (body !== void 0) headers.set("content-type", "application/json");
    const request2 = { method, url, headers, abortSignal: signal };
    return pipeline.sendRequest(
      client,
      pipelines.createPipelineRequest(
        body === void 0 ? request2 : { ...request2, body: JSON.stringify(body) }
      )
    );
  };
}
function baseUrl(cloud, env) {
  const url = URL.parse(env.AZURE_RESOURCE_MANAGER_URL || cloud.resourceManager);
  if (url?.protocol === "https:") return url;
  throw new ActionError({
    code: "resource-manager-not-https",
    page: "firewall",
    message: sentence`${code("AZURE_RESOURCE_MANAGER_URL")} is not an ${code("https://")} address.`,
    hint: inOurWords(
      "The variable is set for the job or on the runner, and replaces the resource manager of `environment`."
    ),
    steps: [
      step(
        "Remove `AZURE_RESOURCE_MANAGER_URL` from the `env` of the workflow and from the runner, or correct it."
      )
    ]
  });
}
function isSameService(url, base) {
  return url.origin === base.origin || url.protocol === "https:" && url.port === base.port && url.hostname.endsWith(`.${base.hostname}`);
}
function refused2(response) {
  const { error: error2 } = parsed(response) ?? {};
  const text = typeof error2?.message === "string" ? error2.message : (response.bodyAsText ?? "").slice(0, 300);
  return Object.assign(new Error(text), { status: response.status, code: String(error2?.code ?? "") });
}
function parsed({ bodyAsText }) {
  try {
    return JSON.parse(bodyAsText || "{}");
  } catch {
    return void 0;
  }
}
function forPoller({ method, path, response }) {
  const body = parsed(response);
  if (/^(failed|cancell?ed)$/i.test(String(body?.status))) {
    const { code: code2 = String(body?.status), message = "The operation did not succeed." } = body?.error ?? {};
    throw Object.assign(new Error(String(message)), { status: response.status, code: String(code2) });
  }
  const rawResponse = {
    request: { method, url: path },
    statusCode: response.status,
    headers: response.headers.toJSON(),
    body
  };
  return { flatResponse: body, rawResponse };
}

// src/firewall/azure.ts
function signInToAzure(settings, env, signal) {
  const { signIn: how, cloud } = settings;
  const token = signIn(settings, env, signal, { scope: cloud.resourceManagerScope });
  const clientId2 = "clientId" in how ? how.clientId : void 0;
  return resourceManager({ cloud, clientId: clientId2 }, token, env, say, signal);
}
function say(line) {
  info(logLine(line));
}

// src/firewall/state.ts
function ruleInState({ STATE_rule, STATE_settled }) {
  const id = ruleIdOf(STATE_rule ?? "");
  return id && { ...id, settled: STATE_settled === "true" };
}
var UNUSED_ADDRESS = "192.0.2.1";
async function removeRule(azure, server, rule) {
  try {
    await deleteRule(azure, server, rule);
    return true;
  } catch (error2) {
    if (!(error2 instanceof ActionError) || error2.failure.code !== "resource-locked") throw error2;
    await putRule(azure, server, rule, UNUSED_ADDRESS);
    return false;
  }
}

// src/firewall/publish.ts
function leftOpen(server, rule, { message, hint }, { aborted: stopped }) {
  const lines = [
    `Firewall rule ${rule} may still be open. Remove it:`,
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
  return `az resource delete --ids ${shell(rulePath(server, rule))}`;
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
  const { server, rule } = made;
  say(`Removing firewall rule ${rule}.`);
  const azure = signInToAzure(parseAzureSettings(env), env, signal);
  const gone = await removeRule(azure, server, rule);
  if (!made.settled) await untilSettled(azure, made, signal);
  if (gone) say(`Firewall rule ${rule} is removed.`);
  else closedButLocked(server, rule);
}
var LOOKS = { times: 12, wait: 1e4 };
async function untilSettled(azure, { server, rule }, signal) {
  say(
    `The step ended while Azure was making the rule. Watching for the rule for ${LOOKS.times * LOOKS.wait / 1e3} s.`
  );
  for (let look2 = 0; look2 < LOOKS.times; look2++) {
    await (0, import_promises3.setTimeout)(LOOKS.wait, void 0, { signal });
    if (!await ruleExists(azure, server, rule)) continue;
    say(`Firewall rule ${rule} has appeared. Removing it.`);
    await removeRule(azure, server, rule);
    return;
  }
}

// src/firewall/post.ts
var GRACE_TIME = 4e3;
start((signal) => closeFirewall(process.env, signal), GRACE_TIME);
