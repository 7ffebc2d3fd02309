/**
 * Writes docs/troubleshooting.md: `npm run docs`. Its text is scripts/troubleshooting.md; a section for each rule, with
 * the errors that people paste, and the lists of sections and codes are added here.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { RULES } from "../src/diagnosis/diagnose.ts";
import { PROXY } from "../src/diagnosis/proxy.ts";
import type { Context, Match, Rule } from "../src/diagnosis/rules.ts";
import { AZURE, type ResourceManagerContext } from "../src/firewall/errors.ts";
import { PERMISSIONS } from "../src/firewall/server.ts";
import { ISSUES } from "../src/github/drift-issue/rules.ts";
import type { Failure } from "../src/model/failure.ts";
import { plain } from "../src/render/pen.ts";
import { type Case, CORPUS } from "../test/diagnosis/corpus.ts";

/** What a run of the action `firewall` knows, as placeholders. */
const KNOWN = {
  permission: PERMISSIONS.writeRules,
  server: { subscription: "<subscription>", resourceGroup: "<resource-group>", name: "<server>" },
};

type KnownRule = Rule<ResourceManagerContext>;

/** The rules of all actions; last those of the proxy, because their errors contain the words of others. */
export const ALL_RULES: readonly KnownRule[] = [
  ...RULES.filter((rule) => !PROXY.includes(rule)),
  ...PROXY.toReversed(),
  ...AZURE,
  ...ISSUES,
];

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

const CODES: readonly { readonly title: string; readonly from: readonly string[]; readonly like: RegExp }[] = [
  { title: "Microsoft Entra", from: ["entra"], like: /^AADSTS/ },
  {
    title: "PostgreSQL (SQLSTATE; `*` is a class of them)",
    from: ["postgres"],
    like: /^[0-9A-Z]{2,5}\*?$/,
  },
  { title: "Azure Resource Manager", from: ["azure"], like: /./ },
  { title: "Node.js and OpenSSL", from: ["network"], like: /./ },
];

/** The codes of each peer, as links to their sections. */
function codeLists(): string {
  const lines = CODES.map(({ title, from, like }) => {
    const rules = ALL_RULES.filter((rule) => from.includes(chapterOf(rule)));
    const codes = [...new Set(rules.flatMap(codesOf))].filter((code) => like.test(code));
    const links = codes.toSorted().map((code) => link(code, sectionOf(code, rules)));
    return `- ${title}: ${links.join(", ")}`;
  });
  return `**Codes**\n\n${lines.join("\n")}`;
}

/** The section of a code: of the rule that needs nothing else, if there is one. */
function sectionOf(code: string, rules: readonly KnownRule[]): string {
  const having = (more: (match: Match) => boolean) =>
    rules.find(({ when }) => when.some((match) => codesIn(match).includes(code) && more(match)));
  const ofCase = rules.find((rule) => codesOf(rule).includes(code));
  return (having((match) => Object.keys(match).length === 1) ?? having(() => true) ?? ofCase)?.code ?? "";
}

function link(text: string, section: string): string {
  return `[${text.replace("*", "\\*")}](#${section})`;
}

function section(rule: KnownRule): string {
  const cases = CORPUS.filter(({ is, page: listed }) => is === rule.code && listed !== false);
  const seen = cases.map(({ text }) => text.trim());
  const texts = [...new Set([...seen, ...phrasesOf(rule).filter((phrase) => !seen.join().includes(phrase))])];
  return [
    `### ${rule.code}`,
    ...(texts.length === 0 ? [] : [`\`\`\`text\n${texts.join("\n")}\n\`\`\``]),
    ...codeLine(rule),
    ...answersOf(rule, cases),
    ...(rule.retries === undefined ? [] : [`The action tries again ${TIMES[rule.retries]} before it fails.`]),
  ].join("\n\n");
}

/** The words that a rule looks for, where they are plain: people may paste them before they are in the corpus. */
function phrasesOf({ when }: KnownRule): readonly string[] {
  return when
    .flatMap(({ text }) => text?.source.split("|") ?? [])
    .map((phrase) => phrase.replaceAll("\\.", "."))
    .filter((phrase) => /^[\w.,:' -]+$/.test(phrase) && phrase.trim().split(" ").length > 2);
}

const TIMES = ["", "once", "twice", "three times", "four times", "for up to three minutes"];

/** The rule's answer, and those that it has for some of its cases only: each cause once. */
function answersOf(rule: KnownRule, cases: readonly Case[]): readonly string[] {
  const answers = new Map<string, string>();
  const symptom = { code: codesOf(rule)[0] ?? "", text: cases[0]?.text ?? "" };
  for (const each of [undefined, ...cases]) {
    const known = rule.with.includes("azure") && rule.with.length === 1 ? KNOWN : {};
    const context = { with: rule.with[0], ...known, ...(each && signInOf(each)) } as ResourceManagerContext;
    const said = each === undefined ? symptom : { ...symptom, text: each.text };
    const { hint, steps } = rule.explain(context, said);
    const cause = plain.sentence(hint);
    if (!answers.has(cause)) answers.set(cause, numbered(steps));
  }
  return [...answers].map(([cause, steps]) => `${cause}\n\n${steps}`);
}

function signInOf({ from, given }: Case): Pick<Context, "signIn" | "port"> {
  const port = given?.port === undefined ? {} : { port: given.port };
  if (from === "az") return { signIn: { type: "azure-cli" } };
  return given?.signIn === "password" ? { ...port, signIn: { type: "password", password: "" } } : port;
}

/** Codes that this action gives to an error, and one of Node.js for all that has none. */
const TOO_GENERAL = ["NOT_JSON", "RATE_LIMIT", "NO_PROCESS", "UNSPECIFIED"];

/** The codes of a rule that others print, too; where it has a class of them, or none, those of its cases. */
function codesFor({ code: is, when }: KnownRule): readonly string[] {
  const own = when.flatMap(codesIn);
  const seen = CORPUS.flatMap((each) => (each.is === is ? (each.code ?? []) : []));
  const names = seen.filter((code) => /^[A-Z]\w{5,}$/.test(code) && !EVERY_CODE.has(code));
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
  if (/^(SELECT|GRANT|ALTER|DROP|SECURITY|VACUUM)\b/.test(command)) return "sql";
  if (command.startsWith("permissions:")) return "yaml";
  return "sh";
}

if (import.meta.main) writeFileSync(PAGE, page());
