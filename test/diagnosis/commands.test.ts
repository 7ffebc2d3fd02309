import { expect, test } from "vitest";
import { ALL_RULES } from "../../scripts/troubleshooting.ts";
import { CLOUDS } from "../../src/model/clouds.ts";

/** What a name, a claim or a message from outside may contain. */
const HOSTILE = "x'\"$(PWNED)`PWNED`;PWNED #PWNED\\";

const SQL = /^(\\d|(SELECT|GRANT|ALTER|DROP|SECURITY|VACUUM|CREATE|REVOKE|REASSIGN|SET)\b)/;

const CONTEXT = {
  host: HOSTILE,
  port: 5432,
  database: HOSTILE,
  user: HOSTILE,
  cloud: CLOUDS.azurecloud,
  assertion: {
    iss: HOSTILE,
    sub: HOSTILE,
    aud: HOSTILE,
    repository_owner_id: HOSTILE,
    repository_id: HOSTILE,
  },
  token: { oid: HOSTILE, appid: HOSTILE, upn: HOSTILE },
  permission: "Microsoft.DBforPostgreSQL/flexibleServers/firewallRules/write",
  server: { subscription: "7f0e", resourceGroup: HOSTILE, name: HOSTILE },
} as const;

const SIGN_INS = [
  { type: "oidc", clientId: "5c1d", tenantId: "3f0c" },
  { type: "azure-cli" },
  { type: "password", password: "" },
] as const;

const commands = ALL_RULES.flatMap((rule) =>
  SIGN_INS.flatMap((signIn) =>
    rule
      .explain({ ...CONTEXT, signIn, with: rule.with[0] ?? "postgres" }, { code: HOSTILE, text: HOSTILE })
      .steps.flatMap(({ command }) =>
        command === undefined || SQL.test(command) ? [] : [[rule.code, command] as const],
      ),
  ),
);

test("commands quote for the shell what comes from outside", () => {
  expect(commands.filter(([, command]) => command.includes("PWNED")).length).toBeGreaterThan(20);
  expect(commands.filter(([, command]) => /\$\(|[`;#]/.test(unquoted(command)))).toEqual([]);
});

/** What a POSIX shell reads outside single quotes; within double quotes it still expands. */
function unquoted(command: string): string {
  return command.replaceAll(/'[^']*'|\\./gs, "");
}
