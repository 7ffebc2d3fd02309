import { RULES } from "../../src/diagnosis/diagnose.ts";
import type { Context, Rule } from "../../src/diagnosis/rules.ts";
import type { Failure } from "../../src/model/failure.ts";
import { plain } from "../../src/render/pen.ts";
import { type Case, CORPUS } from "./corpus.ts";

/** docs/troubleshooting.md: a heading for each code, under it what people paste, what it means and what to do. */
export function page(): string {
  const chapters = CHAPTERS.map(({ title, intro, codes, rest = "" }) => {
    const sections = RULES.filter((rule) => codes(rule)).map(section);
    return `## ${title}\n\n${intro}\n\n${sections.join("\n")}${rest}`;
  });
  return `${HEAD}\n${chapters.join("\n")}`;
}

const HEAD = `# Troubleshooting

Search this page for a part of your error: it lists the exact messages of GitHub, Microsoft Entra, Azure, PostgreSQL,
PgBouncer and Node.js, with their codes. Names, IDs and addresses are examples. Each heading is the failure's \`code\`
in the JSON report, and the summary of a failed run links to it.

Replace the placeholders in \`<angle brackets>\`. The message of a run has most of them filled in. The \`az\` commands
are for Azure CLI 2.86 and newer (\`az upgrade\`). Before 2.86, \`az postgres flexible-server firewall-rule\` took
\`--name\` for the server and \`--rule-name\` for the rule.

<!-- Made from src/diagnosis and test/diagnosis/corpus.yaml by \`npx vitest run test/diagnosis --update\`. -->
`;

interface Chapter {
  readonly title: string;
  readonly intro: string;
  readonly codes: (rule: Rule) => boolean;
  /** Sections of failures that do not start from an error. */
  readonly rest?: string;
}

const isFor = (partner: string) => (rule: Rule) => rule.with.length === 1 && rule.with[0] === partner;

const CHAPTERS: readonly Chapter[] = [
  {
    title: "GitHub gives no ID token",
    intro: "`auth-type: oidc` starts with a token that GitHub issues to the job.",
    codes: isFor("github"),
  },
  {
    title: "No token from Microsoft Entra",
    intro:
      "Messages of Entra start with `AADSTS` and a number. This chapter also covers a machine's identity endpoint (`auth-type: managed-identity`) and the Azure CLI (`auth-type: azure-cli`).",
    codes: isFor("entra"),
  },
  {
    title: "PostgreSQL refuses",
    intro: "The action reached the server, or the PgBouncer in front of it, and was refused.",
    codes: isFor("postgres"),
  },
  {
    title: "The network, names and TLS",
    intro:
      "These errors happen on the way to the server, to Entra and to GitHub. The steps here are for the server.",
    codes: (rule) => rule.with.length > 1,
  },
  {
    title: "Inputs and databases",
    intro: "The action found something that it cannot check, before or after it connected.",
    codes: () => false,
    rest: `### bad-input

An input is missing, has a value that is not valid, or contradicts another input. The message lists each input, what
is wrong with it and what to use. The action connected to nothing and changed nothing.

### grantee-not-found

The server has no role with the name in \`grantee\`. Names are case-sensitive, and a Service Connector connection
deployed with Bicep or ARM alone creates no role. As an Entra administrator, in database \`postgres\`:

\`\`\`sql
SELECT * FROM pg_catalog.pgaadauth_create_principal_with_oid('<name>', '<object-id>', 'service', false, false);
\`\`\`

### schema-not-found

The database has no schema with the name in \`schemas\`. Names are case-sensitive. Run this step after the migration
that creates the schema.

### system-schema

\`schemas\` names a schema of PostgreSQL itself (\`pg_catalog\`, \`information_schema\`). Remove it.

### nothing-to-check

There is no table or sequence in the schema, or \`exclude\` covers them all. An empty check never passes, because a wrong
\`database\` or \`schemas\` looks the same. If the schema is meant to be empty, set \`allow-empty: true\`.

### privilege-not-found

\`table-privileges\` has \`MAINTAIN\`, which PostgreSQL 17 introduced. Remove it.

### catalog-busy

Another job keeps changing privileges in this database. Run this step after the other job.

### principal-bound-to-another

The role in \`name\` (action \`principal\`) is bound to an object ID that is not \`object-id\`. Either the identity was
deleted and created again, or \`object-id\` is not the object ID of its service principal (enterprise application):

\`\`\`sh
az ad sp show --id <client-id> --query id --output tsv
\`\`\`

If \`object-id\` is right, set \`rebind: true\`. The role keeps its privileges.

### principal-is-administrator

The role in \`name\` (action \`principal\`) is an administrator of the server, and the action never changes
administrators. Set \`name\` to a role that only the app uses.

### principal-is-no-entra-role

The role in \`name\` (action \`principal\`) is not bound to an identity: it is a role with a password, or one that
groups others. The action does not change it. To bind it yourself, as an Entra administrator in database \`postgres\`:

\`\`\`sql
SECURITY LABEL FOR "pgaadauth" ON ROLE "<name>" IS 'aadauth,oid=<object-id>,type=service';
\`\`\`

### principal-not-bound

The server accepted the statement of the action \`principal\`, but the role is still not bound to \`object-id\`.
Everything was rolled back. Compare with the server's list, as an Entra administrator in database \`postgres\`:

\`\`\`sql
SELECT * FROM pg_catalog.pgaadauth_list_principals(false);
\`\`\`

### cancelled

The run was stopped by a signal: someone cancelled the workflow run, a newer run took its place (\`concurrency\`), or
the job reached its \`timeout-minutes\`. The report says what was granted before that, and it stays granted. The error
of the actions \`principal\` and \`firewall\` says what they did: a role that was created stays, and the post step
removes a firewall rule.

### unknown

This action does not recognize the error. Run the job again with debug logging. If the error persists, open an issue
with the message.
`,
  },
];

function section(rule: Rule): string {
  const cases = CORPUS.filter(({ is, page: listed }) => is === rule.code && listed !== false);
  const texts = [...new Set(cases.map(({ text }) => text.trim()))];
  const parts = [
    `### ${rule.code}`,
    ...(texts.length === 0 ? [] : [`\`\`\`text\n${texts.join("\n")}\n\`\`\``]),
    ...codeLine(rule),
    ...answersOf(rule, cases),
    ...(rule.retries === undefined ? [] : [`The action tries again ${TIMES[rule.retries]} before it fails.`]),
  ];
  return `${parts.join("\n\n")}\n`;
}

/** The rule's answer, and those that it has for some of its cases only: each cause once. */
function answersOf(rule: Rule, cases: readonly Case[]): readonly string[] {
  const answers = new Map<string, string>();
  const symptom = { code: codesOf(rule)[0] ?? "", text: cases[0]?.text ?? "" };
  for (const each of [undefined, ...cases]) {
    const context = { with: rule.with[0] ?? "postgres", ...(each && signInOf(each)) };
    const { cause, next } = rule;
    const said = each === undefined ? symptom : { ...symptom, text: each.text };
    const hint = plain.sentence(cause(context, said));
    if (!answers.has(hint)) answers.set(hint, numbered(next(context, said)));
  }
  return [...answers].map(([hint, steps]) => `${hint}\n\n${steps}`);
}

function signInOf({ from, given }: Case): Pick<Context, "signIn" | "port"> {
  const port = given?.port === undefined ? {} : { port: given.port };
  if (from === "az") return { signIn: { type: "azure-cli" } };
  return given?.signIn === "password" ? { ...port, signIn: { type: "password", password: "" } } : port;
}

function codesOf({ when }: Rule): readonly string[] {
  const codes = when.flatMap(({ codes = [], aadsts = [] }) => [
    ...codes,
    ...aadsts.map((each) => `AADSTS${each}`),
  ]);
  return [...new Set(codes)].filter((each) => each !== "NOT_JSON");
}

function codeLine(rule: Rule): readonly string[] {
  const codes = codesOf(rule);
  return codes.length === 0 ? [] : [`Codes: ${codes.map((each) => `\`${each}\``).join(", ")}`];
}

function numbered(steps: Failure["steps"]): string {
  return steps
    .map(({ text, command }, n) => {
      const block =
        command === undefined ? "" : `\n\n${indented(`\`\`\`${language(command)}\n${command}\n\`\`\``)}`;
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

const TIMES = ["", "once", "twice", "three times", "four times"];
