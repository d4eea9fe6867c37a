import axe from "axe-core";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { htmlReport } from "../../evidence/report/html.ts";
import { busyReport } from "./busy.ts";
import { spoiled } from "./hostile.ts";

// The page in a real browser, which is started once.

let browser: Browser;
/** A machine that has more to do takes longer than the half a minute that the library waits. */
const patienceMs = 170_000;
const html = htmlReport(busyReport());

beforeAll(async () => {
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    // In a container, or as root, the browser has no sandbox of its own. It loads this page alone.
    args: ["--no-sandbox"],
    timeout: patienceMs,
  });
});
afterAll(() => browser.close());

interface Looks {
  width?: number;
  dark?: boolean;
  script?: boolean;
}

/** The page, with whatever it says, asks for or throws. */
async function open({ width = 1280, dark = false, script = true }: Looks = {}, shown = html) {
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    colorScheme: dark ? "dark" : "light",
    reducedMotion: "reduce",
    javaScriptEnabled: script,
  });
  context.setDefaultTimeout(patienceMs);
  const page = await context.newPage();
  const heard: string[] = [];
  page.on("console", (message) => heard.push(message.text()));
  page.on("pageerror", (error) => heard.push(error.message));
  page.on("request", (request) => heard.push(request.url()));
  await page.setContent(shown);
  return { page, heard, close: () => context.close() };
}

function visibleItems(page: Page): Promise<number> {
  return page.locator(".item:visible").count();
}

describe("the report's page", () => {
  it.each([
    ["on a phone", { width: 360 }],
    ["on a screen, dark", { width: 1280, dark: true }],
  ])("%s fits, is accessible, says nothing and asks for nothing", async (_, looks) => {
    const { page, heard, close } = await open(looks);
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(looks.width);
    // Items are alike, and axe looks at each for long: of each section the first is kept, and those that fail.
    await page.evaluate(
      "document.querySelectorAll('.item:not([open]) ~ .item:not([open])').forEach(item => item.remove())",
    );
    // Its own policy lets no other script in, so axe is run by the debugger.
    await page.evaluate(axe.source);
    // It describes each element that passes too, unless it is told that nobody reads that.
    const violations = await page.evaluate<{ id: string; impact: string; nodes: unknown[] }[]>(
      "axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations)",
    );
    const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
    expect(serious.map(({ id, nodes }) => `${id}: ${JSON.stringify(nodes[0])}`)).toEqual([]);
    expect(heard).toEqual([]);
    await close();
  });

  it("runs nothing that a text of the evidence says", async () => {
    const { page, heard, close } = await open({}, htmlReport(spoiled(busyReport())));
    page.on("dialog", (dialog) => heard.push(dialog.message()));
    await page.evaluate("document.querySelectorAll('details').forEach(details => { details.open = true })");
    expect(await page.locator("script, img, iframe, [onerror], a[href^='javascript:']").count()).toBe(1);
    expect(heard).toEqual([]);
    await close();
  });

  it("is searched and filtered, and says how many items are left", async () => {
    const { page, close } = await open();
    expect(await visibleItems(page)).toBe(175);
    await page.getByRole("searchbox").fill("tls");
    const found = await visibleItems(page);
    expect(found).toBeGreaterThan(0);
    expect(found).toBeLessThan(30);
    expect(await page.getByRole("status").textContent()).toBe(`${found} of 175 items`);
    await page.getByRole("searchbox").fill("");
    await page.getByRole("checkbox", { name: "not due yet" }).uncheck();
    expect(await visibleItems(page)).toBe(
      busyReport().items.filter(({ verdict }) => verdict !== "not-due").length,
    );
    await close();
  });

  it("is used with the keyboard alone: skip to the items, open one, follow an action to its item", async () => {
    const { page, close } = await open();
    await page.keyboard.press("Tab");
    expect(await page.evaluate("document.activeElement.textContent")).toBe("Skip to the items");
    const item = page.locator("#item-1\\.1");
    await item.locator("summary").focus();
    await page.keyboard.press("Enter");
    expect(await item.getAttribute("open")).not.toBeNull();
    // An action leads to its item, also where a search hides it.
    await page.getByRole("searchbox").fill("no-item-has-this-word");
    expect(await visibleItems(page)).toBe(0);
    const link = page.locator(".actions a").first();
    const target = (await link.getAttribute("href")) ?? "";
    await link.focus();
    await page.keyboard.press("Enter");
    await page.locator(`[id="${target.slice(1)}"][open]`).waitFor();
    expect(await visibleItems(page)).toBe(175);
    await close();
  });

  it("is whole without JavaScript, and opens an item by itself", async () => {
    const { page, close } = await open({ script: false });
    expect(await visibleItems(page)).toBe(175);
    expect(await page.getByRole("searchbox").count()).toBe(0);
    // One that nobody has to do anything about.
    const id = await page.locator(".item:not([open])").first().getAttribute("id");
    const item = page.locator(`[id="${id}"]`);
    expect(await item.locator(".controls").isVisible()).toBe(false);
    await item.locator("summary").click();
    expect(await item.locator(".controls").isVisible()).toBe(true);
    await close();
  });

  it("prints the decision, what would make it go and the sections on two pages before the details", async () => {
    const { page, close } = await open();
    const pages = (bytes: Buffer) => bytes.toString("latin1").match(/\/Type\s*\/Page\b/g)?.length ?? 0;
    const all = pages(await page.pdf({ format: "A4" }));
    await page.evaluate(
      "document.querySelectorAll('[aria-labelledby=items], [aria-labelledby=evidence]').forEach(part => part.remove())",
    );
    const summary = await page.pdf({ format: "A4" });
    expect(pages(summary)).toBeLessThanOrEqual(2);
    expect(all).toBeGreaterThan(pages(summary));
    await close();
  });
});
