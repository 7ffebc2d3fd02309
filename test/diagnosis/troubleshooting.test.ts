import { expect, test } from "vitest";
import { RULES } from "../../src/diagnosis/diagnose.ts";
import type { Partner, Rule } from "../../src/diagnosis/rules.ts";

// `npx vitest run test/diagnosis --update` writes the page anew.
test("docs/troubleshooting.md says what the action says", async () => {
  await expect(page()).toMatchFileSnapshot("../../docs/troubleshooting.md");
});

test("each text is in one heading or list only, so that a search finds one place", () => {
  const texts = RULES.flatMap((rule) => rule.texts.map((text) => `${rule.with.join()} ${text}`));
  expect(new Set(texts).size).toBe(texts.length - 1); // `role "…" does not exist`, at sign-in and in SQL
});

const CHAPTERS: readonly { title: string; intro: string; has: (rule: Rule) => boolean }[] = [
  {
    title: "GitHub gives no ID token",
    intro: "`auth-type: oidc` begins with a token that GitHub gives to the job.",
    has: ({ with: partners }) => only(partners, "github"),
  },
  {
    title: "Microsoft Entra gives no token",
    intro: "What Entra says begins with `AADSTS` and a number; the number is what counts.",
    has: ({ with: partners }) => only(partners, "entra"),
  },
  {
    title: "PostgreSQL refuses",
    intro: "The connection stands, and the server says no.",
    has: ({ with: partners }) => only(partners, "postgres"),
  },
  {
    title: "The network, names and TLS",
    intro:
      "These are met on the way to the server, to Entra and to GitHub; what is said here is for the server.",
    has: ({ with: partners }) => partners.length > 1,
  },
];

function only(partners: readonly Partner[], partner: Partner): boolean {
  return partners.length === 1 && partners[0] === partner;
}

function page(): string {
  const chapters = CHAPTERS.map(
    ({ title, intro, has }) => `## ${title}\n\n${intro}\n\n${RULES.filter(has).map(section).join("\n")}`,
  );
  return `# Troubleshooting

Search this page for the words of your error: the headings are what GitHub, Microsoft Entra, PostgreSQL and Node.js
say, word for word; names and numbers in them are examples. The code under each is \`error.code\` in the JSON report.
In commands, fill in what stands in \`<angle brackets>\`; the job's own message has most of it filled in already.

A mistake in the inputs (\`bad-input\`) is not here: its message names each input, what it got and what it takes.

<!-- Made from src/diagnosis by test/diagnosis/troubleshooting.test.ts, which fails when they differ. -->

${chapters.join("\n")}`;
}

function section(rule: Rule): string {
  const [first = "", ...others] = rule.texts;
  const also = others.length === 0 ? "" : `Also: ${others.map(quoted).join(" · ")}\n\n`;
  const partner = rule.with[0] ?? "postgres";
  const again = rule.retries === undefined ? "" : ` · tried again ${TIMES[rule.retries] ?? "often"}`;
  return `### ${quoted(first)}

${also}${rule.cause}

${rule.next({ with: partner }, { code: "", text: first })}

<sub>\`${rule.code}\`${again}</sub>
`;
}

const TIMES = ["never", "once", "twice", "three times", "four times"];

function quoted(text: string): string {
  return `\`${text}\``;
}
