/**
 * Pictures of the job summary as GitHub shows it. Without a folder, those of the documentation, from real runs against the sandbox;
 * with one, every report of the tests, on a screen and on a phone:
 *   node scripts/screenshots.ts [folder] [chromium]
 * Not part of the tests, because it needs Chromium. The renderer and the allow list are the tests' own.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { renderSummary } from "../src/render/summary.ts";
import { runJob } from "../test/e2e/orders-job.ts";
import { WITHOUT_WAITS } from "../test/e2e/run-action.ts";
import { githubPage } from "../test/render/github-html.ts";
import * as reports from "../test/render/reports.ts";
import { listening } from "../test/sandbox/http.ts";
import { ORDERS, type Sandbox, startSandbox } from "../test/sandbox/sandbox.ts";

const [folder = "docs/images", chromium = "chromium"] = process.argv.slice(2);

const SUMMARIES: Readonly<Record<string, () => string | Promise<string>>> = {
  run: summaryOfRun,
  servers: summaryOfServers,
  drift: () => renderSummary(reports.drift()),
  plan: () => renderSummary(reports.plan()),
  repaired: () => renderSummary(reports.repaired()),
  inSync: () => renderSummary(reports.inSync()),
  error: () => renderSummary(reports.error()),
  badInput: () => renderSummary(reports.badInput()),
  many: () => renderSummary(reports.many()),
  fleet: () => renderSummary(reports.fleet()),
  targets: () => renderSummary(reports.targets(400)),
  ownerCannotLogIn: () => renderSummary(reports.ownerCannotLogIn()),
  everyReason: () => renderSummary(reports.everyReason()),
  hostile: () => renderSummary(reports.hostile()),
  hundreds: () => renderSummary(reports.large(3_000)),
};

interface Picture {
  readonly name: string;
  readonly width: number;
  readonly theme: "light" | "dark";
}
const README: readonly Picture[] = [
  { name: "run", width: 900, theme: "light" },
  { name: "run", width: 900, theme: "dark" },
  { name: "servers", width: 900, theme: "light" },
  { name: "servers", width: 900, theme: "dark" },
];
const ALL: readonly Picture[] = Object.keys(SUMMARIES).flatMap<Picture>((name) => [
  { name, width: 900, theme: "light" },
  { name, width: 390, theme: "dark" },
]);

const profile = mkdtempSync(join(tmpdir(), "screenshots-"));
mkdirSync(folder, { recursive: true });
for (const { name, width, theme } of folder === "docs/images" ? README : ALL) {
  const whole = githubPage((await SUMMARIES[name]?.()) ?? "", theme, width);
  const page = process.env.OPEN ? whole.replaceAll("<details>", "<details open>") : whole;
  const file = join(profile, "page.html");
  writeFileSync(file, page);
  const shoot = (height: number, ...more: string[]) =>
    spawnSync(
      chromium,
      [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--hide-scrollbars",
        `--user-data-dir=${profile}/profile`,
        `--window-size=${width},${height}`,
        ...more,
        `file://${file}`,
      ],
      { encoding: "utf8" },
    );
  writeFileSync(file, `${page}<script>document.title=document.body.scrollHeight</script>`);
  const dom = shoot(400, "--dump-dom").stdout;
  const height = Math.min(6_000, Number(/<title>(\d+)/.exec(dom)?.[1] ?? 1_200));
  writeFileSync(file, page);
  const target = join(folder, `summary-${name}-${width}-${theme}.png`);
  shoot(height, `--screenshot=${target}`);
  console.log(target, height);
}
rmSync(profile, { recursive: true, force: true });

/** What a check finds after the migrations of the orders database. */
function summaryOfRun(): Promise<string> {
  return inSandbox(async (sandbox) => {
    const { summary } = await runJob(sandbox, {
      mode: "check",
      database: "orders",
      "table-privileges": "SELECT, INSERT, UPDATE, DELETE",
      "sequence-privileges": "USAGE, SELECT",
      "default-privileges": "true",
    });
    return summary;
  });
}

/** What a check of two databases on three servers finds. One server is another address of the first, one is not there. */
function summaryOfServers(): Promise<string> {
  return inSandbox(async (sandbox) => {
    await sandbox.createDatabase("billing", { seed: ORDERS });
    await runJob(sandbox, { database: "billing" });
    const { port } = sandbox.server;
    const forward = createServer((client) => {
      const upstream = connect(port, "127.0.0.1").on("error", () => client.destroy());
      client.pipe(upstream).pipe(client);
    });
    const second = await listening(forward, { host: "127.0.0.2", port });
    const inputs = {
      mode: "check",
      host: "localhost\n127.0.0.2\n127.0.0.3",
      "ssl-mode": "verify-ca",
      database: "orders\nbilling",
    };
    const { summary } = await runJob(sandbox, inputs, { ...sandbox.env, ...WITHOUT_WAITS });
    await second.close();
    return summary;
  });
}

async function inSandbox(run: (sandbox: Sandbox) => Promise<string>): Promise<string> {
  const sandbox = await startSandbox({ version: 18 });
  try {
    await sandbox.createDatabase("orders", { seed: ORDERS });
    return await run(sandbox);
  } finally {
    await sandbox.close();
  }
}
