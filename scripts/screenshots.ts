/**
 * Pictures of the job summary as GitHub shows it, for looking at and for the README:
 *   node scripts/screenshots.ts [folder] [chromium]
 * Not part of the tests: it needs Chromium. The renderer and the allow list are the tests' own.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { renderSummary } from "../src/render/summary.ts";
import { githubHtml } from "../test/render/github-html.ts";
import * as reports from "../test/render/reports.ts";

const [folder = "docs/images", chromium = "chromium"] = process.argv.slice(2);

const SUMMARIES: Readonly<Record<string, () => string>> = {
  drift: () => renderSummary(reports.drift()),
  plan: () => renderSummary(reports.plan()),
  repaired: () => renderSummary(reports.repaired()),
  inSync: () => renderSummary(reports.inSync()),
  error: () => renderSummary(reports.error()),
  badInput: () => renderSummary(reports.badInput()),
  many: () => renderSummary(reports.many()),
  ownerCannotLogIn: () => renderSummary(reports.ownerCannotLogIn()),
  everyReason: () => renderSummary(reports.everyReason()),
  hostile: () => renderSummary(reports.hostile()),
  hundreds: () => renderSummary(reports.large(3_000)),
};

/** What the README shows; with a folder of their own, every report on a screen and on a phone. */
const README = [
  { name: "drift", width: 900, theme: "light" },
  { name: "drift", width: 900, theme: "dark" },
];
const ALL = Object.keys(SUMMARIES).flatMap((name) => [
  { name, width: 900, theme: "light" },
  { name, width: 390, theme: "dark" },
]);

const profile = mkdtempSync(join(tmpdir(), "screenshots-"));
mkdirSync(folder, { recursive: true });
for (const { name, width, theme } of folder === "docs/images" ? README : ALL) {
  const css = readFileSync(`node_modules/github-markdown-css/github-markdown-${theme}.css`, "utf8");
  const body = githubHtml(SUMMARIES[name]?.() ?? "");
  const open = process.env.OPEN ? body.replaceAll("<details>", "<details open>") : body;
  const page = `<!doctype html><meta charset="utf-8"><style>${css}
    html { background: ${theme === "dark" ? "#0d1117" : "#fff"}; }
    body { margin: 0; padding: 24px; max-width: ${width - 48}px; }</style><body class="markdown-body">${open}`;
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
