import { readFileSync } from "node:fs";
import { join } from "node:path";
import { marked } from "marked";
import { chromium } from "playwright-core";
import { preview } from "../../preview/index.ts";
import { commentBody } from "../../pull-requests/comment-body.ts";
import { type StackResult, stackResult } from "../../pull-requests/stack-result.ts";
import { previewedStacks } from "../../pull-requests/stacks.ts";

/** Takes the picture of a comment on a pull request that breaks production: `npm run pictures`. */
const root = join(import.meta.dirname, "..", "..");
const results: StackResult[] = [];
for (const stack of previewedStacks) {
  const document = await preview({
    cwd: join(root, stack.project),
    stack: stack.stack,
    policyPacks: [join(root, "policies")],
    config: stack.name === "production" ? ["edge.minTlsVersion=1.0"] : [],
  });
  const file = Buffer.from(JSON.stringify(document));
  results.push(
    stackResult(new Map([[`${stack.name}.json`, file]]), stack, new Date().toISOString().slice(0, 10)),
  );
}
const body = commentBody({
  state: {
    run: { id: 4711, number: 57, attempt: 1 },
    ...{ base: "main", verdict: "refused" },
    commit: "0123456789abcdef0123456789abcdef01234567",
  },
  judgment: { verdict: "refused", agrees: true },
  conclusion: "failure",
  fork: "stranger/platform",
  baseCommit: "89abcdef0123456789abcdef0123456789abcdef",
  runUrl: (id) => `https://github.com/optropic/platform/actions/runs/${id}`,
  results,
});

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox"],
});
try {
  const page = await browser.newPage({ viewport: { width: 940, height: 700 }, colorScheme: "light" });
  const style = readFileSync(join(import.meta.dirname, "picture.css"), "utf8");
  const html = (await marked.parse(body, { gfm: true }))
    // GitHub draws these itself; a machine without their font has no picture of them.
    .replaceAll("✅", '<i class="holds">✓</i>')
    .replaceAll("❌", '<i class="refused">✕</i>')
    .replaceAll("⚠️", '<i class="open">!</i>');
  await page.setContent(
    `<!doctype html><meta charset="utf-8"><style>${style}</style><section><header><b>github-actions</b> <i>bot</i> commented</header><main>${html}</main></section>`,
  );
  await page.locator("section").screenshot({ path: join(root, "docs", "pull-request-comment.png") });
} finally {
  await browser.close();
}
