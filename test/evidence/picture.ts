import { join } from "node:path";
import { chromium } from "playwright-core";
import { htmlReport } from "../../evidence/report/html.ts";
import { busyReport } from "./busy.ts";

/** Takes the pictures of the report, of a release that has everything in it: `npm run pictures`. */
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox"],
});
try {
  const page = await browser.newPage({
    viewport: { width: 1120, height: 760 },
    colorScheme: "light",
    reducedMotion: "reduce",
  });
  await page.setContent(htmlReport(busyReport()));
  const docs = join(import.meta.dirname, "..", "..", "docs");
  await page.screenshot({ path: join(docs, "report.png") });
  await page.locator("[aria-labelledby=release]").screenshot({ path: join(docs, "report-release.png") });
  await page.locator("[aria-labelledby=history]").screenshot({ path: join(docs, "report-history.png") });
} finally {
  await browser.close();
}
