/**
 * Writes docs/troubleshooting.md: `npm run docs`. Its text is scripts/troubleshooting.md; a section for each rule, with
 * the errors that people paste, and the lists of sections and codes are added here.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { diagnoseBy, isOrStarts, RULES } from "../src/diagnosis/diagnose.ts";
import { PROXY } from "../src/diagnosis/proxy.ts";
import type { Match, Rule } from "../src/diagnosis/rules.ts";
import { AZURE, type ResourceManagerContext } from "../src/firewall/errors.ts";
import { PERMISSIONS } from "../src/firewall/server.ts";
import { ISSUES } from "../src/github/drift-issue/rules.ts";
import type { Failure } from "../src/model/failure.ts";
import { EMPTY, type Sentence } from "../src/model/sentence.ts";
import type { SignIn } from "../src/model/settings.ts";
import { plain } from "../src/render/pen.ts";
import { type Case, CORPUS, fieldsOf } from "../test/diagnosis/corpus.ts";

/** What a run of the action `firewall` knows, as placeholders. */
const KNOWN = {
  permission: PERMISSIONS.writeRules,
  server: { subscription: "<subscription>", resourceGroup: "<resource-group>", name: "<server>" },
};

type KnownRule = Rule<ResourceManagerContext>;

/** Their errors contain the words of likelier ones, which a search of the page has to find first. */
const LAST: readonly string[] = ["cli-files", "tls-required", "restricted-role", "tls-certificate"];

/** The rules of all actions; last those of the proxy, because their errors contain the words of others, and those above. */
export const ALL_RULES: readonly KnownRule[] = [
  ...RULES.filter((rule) => !PROXY.includes(rule)),
  ...PROXY.toReversed(),
  ...AZURE,
  ...ISSUES,
].toSorted((a, b) => Number(LAST.includes(a.code)) - Number(LAST.includes(b.code)));

const TEMPLATE = join(import.meta.dirname, "troubleshooting.md");
const PAGE = join(import.meta.dirname, "../docs/troubleshooting.md");

/** The text of docs/troubleshooting.md. */
export function page(): string {
  const text = readFileSync(TEMPLATE, "utf8").replaceAll(/<!-- errors: ([a-z-]+) -->/g, (_all, chapter) =>
    ALL_RULES.filter((rule) => chapterOf(rule) === chapter)
      .map(section)
      .join("\n\n"),
  );
  return text.replace("<!-- contents -->", `${contents(text)}\n\n${codeLists()}`);
}

function chapterOf({ with: partners }: KnownRule): string {
  return partners.length === 1 ? `${partners[0]}` : "network";
}

/** The sections of each chapter, as links. */
function contents(text: string): string {
  const chapters = text.split(/^## /m).slice(1);
  const lines = chapters.map((chapter) => {
    const title = chapter.slice(0, chapter.indexOf("\n"));
    const anchor = title
      .toLowerCase()
      .replaceAll(/[^\w -]/g, "")
      .replaceAll(" ", "-");
    const headings = Array.from(chapter.matchAll(/^### (.*)$/gm), ([, heading = ""]) => link(heading, heading));
    return `- [${title}](#${anchor}): ${headings.join(", ")}`;
  });
  return `**Sections**\n\n${lines.join("\n")}`;
}

/** The code's own form says which list it is in. */
const CODES: readonly { readonly title: string; readonly from: readonly string[]; readonly like: RegExp }[] = [
  { title: "Microsoft Entra", from: ["entra", "network"], like: /^AADSTS/ },
  {
    title: "PostgreSQL (SQLSTATE; `*` is a class of them)",
    from: ["postgres", "network"],
    like: /^(?=.*\d|HV)([0-9A-Z]{5}|[0-9A-Z]{1,2}\*)$/,
  },
  { title: "Azure Resource Manager", from: ["azure", "network"], like: /^[A-Z]+[a-z]|^\d+$/ },
  { title: "Node.js and OpenSSL", from: ["network"], like: /^(?!AADSTS)[A-Z]{3}[A-Z0-9_]*\*?$/ },
];

/** The codes of each peer, as links to their sections. */
function codeLists(): string {
  const lines = CODES.map(({ title, from, like }) => {
    const rules = ALL_RULES.filter((rule) => from.includes(chapterOf(rule)));
    const codes = [...new Set(rules.flatMap(codesOf))].filter((code) => like.test(code));
    const links = codes.toSorted().map((code) => {
      const [first, ...others] = sectionsOf(code);
      const more = others.map((section, n) => link(`${n + 2}`, section));
      return [link(code, `${first}`), ...more].join(" ");
    });
    return `- ${title}: ${links.join(", ")}`;
  });
  return `**Codes** (the likeliest section first)\n\n${lines.join("\n")}`;
}

/** At most four sections of a code, those first that list the most of its errors. */
function sectionsOf(code: string): readonly string[] {
  const count = ({ code: is }: KnownRule) =>
    CORPUS.filter((each) => each.is === is && each.code === code && each.page !== false).length;
  const byCode = ({ when }: KnownRule) =>
    when.some((match) => Object.keys(match).length === 1 && codesIn(match).some((each) => isOrStarts(code, each)));
  return ALL_RULES.filter((rule) => codesOf(rule).includes(code))
    .toSorted((a, b) => count(b) - count(a) || Number(byCode(b)) - Number(byCode(a)))
    .map((rule) => rule.code)
    .slice(0, 4);
}

function link(text: string, section: string): string {
  return `[${text.replace("*", "\\*")}](#${section})`;
}

function section(rule: KnownRule): string {
  return [
    `### ${rule.code}`,
    ...codeLine(rule),
    ...answersOf(rule),
    ...(rule.retries === undefined ? [] : [`The action tries again ${TIMES[rule.retries]} before it fails.`]),
  ].join("\n\n");
}

function textBlock(texts: readonly string[]): readonly string[] {
  const text = [...new Set(texts)].join("\n");
  return text === "" ? [] : [`\`\`\`text\n${text}\n\`\`\``];
}

/** The words that a rule looks for, where they are plain: people may paste them before they are in the corpus. */
function phrasesOf({ when }: KnownRule): readonly string[] {
  return when
    .flatMap(({ text }) => text?.source.replaceAll(/\((?:[^()]|\([^()]*\))*\)/g, "()").split("|") ?? [])
    .filter((phrase) => /^([\w,:' -]|\\\.)+$/.test(phrase) && phrase.trim().split(" ").length > 2)
    .map((phrase) => phrase.replaceAll("\\.", "."));
}

const TIMES = ["", "once", "twice", "three times", "four times", "for up to three minutes"];

/** The answers of a rule: each cause below its texts, and below the causes their steps. */
function answersOf(rule: KnownRule): readonly string[] {
  const seen = CORPUS.filter(({ is, page: listed }) => is === rule.code && listed !== false);
  const phrases = phrasesOf(rule).filter((phrase) => !seen.some(({ text }) => text.includes(phrase)));
  const said = seen.map((each) => ({ ...explanation(rule, each), text: each.text.trim() }));
  if (phrases.length > 0 || seen.length === 0) said.push({ ...explanation(rule), text: phrases.join("\n") });
  return [...Map.groupBy(said, formOfSteps).values()].flatMap((alike) => [
    ...[...Map.groupBy(alike, ({ hint }) => formOf(hint)).values()].flatMap((same) => [
      ...textBlock(same.map(({ text }) => text)),
      plain.sentence(same[0]?.hint ?? EMPTY),
    ]),
    numbered(alike[0]?.steps ?? []),
  ]);
}

type Explanation = Pick<Failure, "hint" | "steps">;

/** Steps without what differs between two errors: names, addresses and numbers, and the values of options. */
function formOfSteps({ steps }: Explanation): string {
  const values = /(?<= --[\w-]+) (?!-).*?(?= --|$)|'[^']*'|"[^"]*"|<[^>]*>|[\w-]*[.:/][\w.:/-]+|\d+/gm;
  return steps.map(({ text, command = "" }) => `${formOf(text)} ${command.replaceAll(values, "")}`).join("\n");
}

function formOf({ parts }: Sentence): string {
  return parts.map((part) => ("own" in part ? part.own.replaceAll(/\d+/g, "") : "")).join("");
}

/** What a run says about a case; without one, what it says about an error that only has the rule's code. */
function explanation(rule: KnownRule, each?: Case): Explanation {
  const code = codesOf(rule)[0]?.replace(/.*\*$/, "<code>") ?? "";
  if (each === undefined) return rule.explain(contextOf(rule), { code, text: "" });
  const { from, text, status = 400 } = each;
  const said =
    from === "azure"
      ? `${each.code ? `${each.code} (HTTP status ${status})` : `HTTP status ${status}`}: ${text}`
      : text;
  const error = Object.assign(new Error(said), { code: each.code, status: each.status, ...fieldsOf(each) });
  const failure = diagnoseBy([rule], error, contextOf(rule, each));
  return failure.code === rule.code ? failure : rule.explain(contextOf(rule, each), { code: each.code ?? "", text });
}

/** What a run knows when it meets an error, without what only that run has. */
function contextOf(rule: KnownRule, each?: Case): ResourceManagerContext {
  const { from, given = {} } = each ?? {};
  const partner = given.with ?? (from === undefined ? rule.with[0] : PARTNER_OF[from]);
  const { port, host, user, subject } = given;
  return {
    ...(partner === "azure" && KNOWN),
    with: partner,
    signIn: SIGN_INS[given.signIn ?? from ?? ""] ?? SIGN_INS.oidc,
    ...(port && { port }),
    ...(user && { user }),
    ...(host && partner === "postgres" && { host }),
    ...(subject && { assertion: { sub: subject } }),
  } as ResourceManagerContext;
}

const PARTNER_OF = {
  github: "github",
  entra: "entra",
  identity: "entra",
  az: "entra",
  postgres: "postgres",
  statement: "postgres",
  node: "postgres",
  azure: "azure",
  issues: "github-issues",
} as const;

const IDS = { clientId: "<client-id>", tenantId: "<tenant-id>" };

const SIGN_INS: Readonly<Record<string, SignIn>> = {
  oidc: { type: "oidc", ...IDS },
  az: { type: "azure-cli" },
  identity: { type: "managed-identity" },
  "managed-identity": { type: "managed-identity" },
  "client-secret": { type: "client-secret", ...IDS, clientSecret: "" },
  password: { type: "password", password: "" },
};

/** Codes that this action gives to an error, and one of Node.js for all that has none. */
const TOO_GENERAL = ["NOT_JSON", "RATE_LIMIT", "NO_PROCESS", "UNSPECIFIED"];

const SQLSTATE = /^(?=.*\d)[0-9A-Z]{5}$/;

/** The codes of a rule that others print, too; where it has a class of them, or none, those of its cases. */
function codesFor({ code: is, when }: KnownRule): readonly string[] {
  const own = when.flatMap(codesIn);
  const seen = CORPUS.flatMap((each) => (each.is === is ? (each.code ?? []) : []));
  const names = seen.filter((code) => SQLSTATE.test(code) || (/^[A-Z]\w{5,}$/.test(code) && !EVERY_CODE.has(code)));
  return [...new Set([...own, ...names])].filter((code) => !TOO_GENERAL.includes(code) && !code.startsWith("CONNECT_"));
}

/** All codes that a rule names. */
const EVERY_CODE = new Set(ALL_RULES.flatMap(({ when }) => when.flatMap(codesIn)));

const CODES_OF = new Map(ALL_RULES.map((rule) => [rule, codesFor(rule)]));

function codesOf(rule: KnownRule): readonly string[] {
  return CODES_OF.get(rule) ?? [];
}

function codesIn({ codes }: Match): readonly string[] {
  return codes?.split(" ") ?? [];
}

function codeLine(rule: KnownRule): readonly string[] {
  const codes = codesOf(rule);
  return codes.length === 0 ? [] : [`Codes: ${codes.map((each) => `\`${each}\``).join(", ")}`];
}

function numbered(steps: Failure["steps"]): string {
  return steps
    .map(({ text, command }, n) => {
      const block = command === undefined ? "" : `\n\n${indented(`\`\`\`${language(command)}\n${command}\n\`\`\``)}`;
      return `${n + 1}. ${plain.sentence(text)}${block}`;
    })
    .join("\n");
}

function indented(block: string): string {
  return block.replaceAll(/^/gm, "   ");
}

function language(command: string): string {
  if (/^(SELECT|GRANT|ALTER|CREATE|DROP|REASSIGN|REVOKE|SECURITY|SET|VACUUM)\b|^\\/.test(command)) return "sql";
  if (/^[a-z-]+:/.test(command)) return "yaml";
  return "sh";
}

if (import.meta.main) writeFileSync(PAGE, page());
