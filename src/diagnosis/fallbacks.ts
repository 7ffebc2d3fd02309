import { step } from "../model/failure.ts";
import { code, sentence } from "../model/sentence.ts";
import { azOnServer, GET_TOKEN, SHOW_TENANT } from "./commands.ts";
import { type Rule, rulesFor } from "./rules.ts";

/** The answer to an error that no rule knows. */
export const UNKNOWN = {
  cause: "This action does not recognize this error.",
  next: [
    "Run the job again with `Enable debug logging` ticked.",
    "If the error persists, open an issue in this action's repository, with this message.",
  ],
};

/** What is known about an error from the service that it came from, where no other rule knows the error. */
export const FALLBACKS: readonly Rule[] = [
  ...rulesFor("github", [
    {
      code: "oidc-unavailable",
      when: [{}],
      cause: "GitHub's OIDC endpoint is overloaded, or the connection to it broke.",
      next: ["Run the job again.", "Look for an outage of Actions: https://www.githubstatus.com"],
      retries: 3,
    },
  ]),
  ...rulesFor("entra", [
    {
      code: "entra-refused",
      when: [{ text: /AADSTS\d/ }],
      cause: "Entra refused the sign-in for a reason that this action does not recognize.",
      next: (_context, { text }) => [
        `Look up the number: https://login.microsoftonline.com/error?code=${text.match(/.*AADSTS(\d{1,9})/)?.[1] ?? "<number>"}`,
        step("Check `client-id`, `tenant-id` and `environment`:", SHOW_TENANT),
      ],
    },
    {
      code: "cli-failed",
      when: [{ signIn: "azure-cli" }],
      cause:
        "The Azure CLI itself failed: perhaps its installation or its files in `~/.azure` are damaged, or another job is using them.",
      next: [
        step("Run the same command in a step of the job:", GET_TOKEN),
        step(
          "On a self-hosted runner, update the Azure CLI, and give each job a separate configuration:",
          'AZURE_CONFIG_DIR="$RUNNER_TEMP/azure"',
        ),
        "Or use `auth-type: oidc`, which does not need the Azure CLI.",
      ],
      retries: 1, // another job may have held the files
    },
  ]),
  ...rulesFor("postgres", [
    {
      code: "server-error",
      when: [{ codes: ["0*", "1*", "2*", "3*", "4*", "5*", "P0*", "HV*"] }],
      cause:
        "The server refused the request for a reason that this action does not recognize. A setting or an SQL feature that is unknown to it needs another version of PostgreSQL.",
      next: (context, symptom) => [
        sentence`Look up SQLSTATE ${code(symptom.code)}: https://www.postgresql.org/docs/current/errcodes-appendix.html`,
        step("Look at the server's log around this time:", azOnServer("server-logs list", context)),
      ],
    },
  ]),
];
