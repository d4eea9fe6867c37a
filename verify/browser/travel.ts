import type { BrowserContext, Page } from "playwright-core";
import type { Settings } from "../../config/settings.ts";
import { printable, shortened } from "../../lib/text.ts";
import type { Context } from "../context.ts";
import { challengedBy } from "../network/edge.ts";
import { type Check, compare, unknownCheck } from "../probe.ts";
import { Unknown } from "../unknown.ts";
import { type Findings, listenTo, shiftsAndPaint, unnamedControls } from "./observe.ts";

type Journey = Settings["verify"]["journeys"][number];
type Step = NonNullable<Journey["steps"]>[number];

const reading = ["GET", "HEAD", "OPTIONS"];

/** What a journey in a browser needs besides the page. */
interface Travel {
  readonly context: Context;
  readonly page: Page;
  readonly findings: Findings;
  /** The first request that would have written, which was not sent. */
  held: string | undefined;
}

/** Follows a journey in a browser with a profile of its own, and says what the browser noticed on the way. */
export async function travelledInBrowser(
  context: Context,
  open: BrowserContext,
  { name, steps = [], budget }: Journey,
  setting: string,
): Promise<Check[]> {
  const page = await open.newPage();
  const findings = listenTo(page, context.allHosts);
  const travel: Travel = { context, page, findings, held: undefined };
  await holdWrites(travel);
  await page.addInitScript(shiftsAndPaint.script);
  const checks: Check[] = [];
  const unnamed = new Set<string>();
  let [paintMs, shift] = [0, 0];
  let isTold = false;
  for (const [index, step] of steps.entries()) {
    const subject = `${name}: ${describe(step)}`;
    try {
      checks.push(
        compare(subject, { ...(await taken(travel, step)), setting: `${setting}.steps[${index}]` }),
      );
    } catch (error) {
      if (!(error instanceof Unknown)) throw error;
      checks.push(unknownCheck(subject, error));
    }
    if (checks.at(-1)?.state !== "holds") break;
    const seen = await shiftsAndPaint.of(page);
    if (travel.held !== undefined) break;
    if (!("see" in step) && !("open" in step)) continue;
    paintMs = Math.max(paintMs, seen.paintMs);
    shift = Math.max(shift, seen.shift);
    isTold ||= seen.paintMs > 0;
    for (const control of await unnamedControls(page)) unnamed.add(control);
  }
  if (travel.held !== undefined) {
    const why = new Unknown("not-allowed", `${travel.held} may write: pass --allow-writes to send it`);
    // What the page made of it was not its fault.
    return [...checks, unknownCheck(`${name}: what comes after ${travel.held}`, why)];
  }
  const none = (subject: string, found: readonly string[]): Check =>
    compare(`${name}: ${subject}`, {
      expected: "none",
      measured: found.length === 0 ? "none" : summary(found),
      holds: found.length === 0,
      setting,
    });
  const noticed = [
    none("errors in the console", findings.errors),
    none("violations of the Content Security Policy", findings.violations),
    none("mixed content", findings.mixed),
    none("controls and images without a name", [...unnamed]),
  ];
  const end = checks.at(-1)?.state;
  // What a page says that could not be judged is not judged either.
  if (end === "unknown") return checks;
  // Of a journey that ended early, what was not noticed may have come later.
  if (end !== "holds") {
    return [...checks, ...noticed.filter(({ state }) => state !== "holds")];
  }
  checks.push(...noticed);
  if (!isTold) {
    const why = new Unknown("no-data", "The browser painted no page");
    return [...checks, unknownCheck(`${name}: largest contentful paint`, why)];
  }
  return [
    ...checks,
    compare(`${name}: largest contentful paint`, {
      expected: `at most ${budget.paintMs}`,
      measured: Math.round(paintMs),
      unit: "ms",
      holds: paintMs <= budget.paintMs,
      setting: `${setting}.budget.paintMs`,
    }),
    compare(`${name}: cumulative layout shift`, {
      expected: `at most ${budget.layoutShift}`,
      measured: shift.toFixed(3),
      holds: shift <= budget.layoutShift,
      setting: `${setting}.budget.layoutShift`,
    }),
  ];
}

/** Keeps what may write from being sent: as in a journey of requests, a login is none. */
async function holdWrites(travel: Travel): Promise<void> {
  const { context, page } = travel;
  const { domains, api } = context.settings;
  await page.route("**/*", async (route) => {
    const request = route.request();
    const url = new URL(request.url());
    const isLogin =
      request.method() === "POST" && url.hostname === domains.api && url.pathname === api.loginPath;
    if (reading.includes(request.method()) || isLogin || context.allowWrites) return route.continue();
    // What goes to others is not reached anyway, such as a count of visits.
    if (context.allHosts.includes(url.hostname)) travel.held ??= `${request.method()} ${url.pathname}`;
    return route.abort("blockedbyclient");
  });
}

interface Taken {
  readonly expected: string;
  readonly measured: string;
  readonly holds: boolean;
}

/** @throws {Unknown} where the step cannot be taken for a reason that is not the page's */
async function taken(travel: Travel, step: Step): Promise<Taken> {
  if ("open" in step) return opened(travel, step);
  const { page, context } = travel;
  const timeout = context.limits.requestMs;
  const [expected, action] = actionOf(travel, step, timeout);
  const done = await action.then(
    () => true,
    () => false,
  );
  context.signal.throwIfAborted();
  context.record(`${describe(step)} ${done} ${page.url()}`);
  return { expected, measured: done ? expected : `not in ${timeout / 1000} s`, holds: done };
}

/** What must be there, and what is done with it; a person who cannot see finds it by the same names. */
function actionOf(
  { page, context }: Travel,
  step: Exclude<Step, { open: string }>,
  timeout: number,
): [expected: string, action: Promise<unknown>] {
  if ("fill" in step) {
    const { protocol, hostname } = new URL(page.url());
    // The test account is for the stack's own pages.
    if (protocol !== "https:" || !context.allHosts.includes(hostname)) {
      throw new Unknown("target-refused", "The page is not one of the stack's hosts");
    }
    const value = step.with.replaceAll(
      /\{(VERIFY_USER|VERIFY_PASSWORD)\}/g,
      (_, name: "VERIFY_USER" | "VERIFY_PASSWORD") => context.credential(name),
    );
    return ["a field of that name", page.getByLabel(step.fill, { exact: true }).fill(value, { timeout })];
  }
  if ("press" in step) {
    const name = { name: step.press, exact: true };
    const control = page.getByRole("button", name).or(page.getByRole("link", name));
    return ["a button or link of that name", control.first().click({ timeout })];
  }
  return ["that text", page.getByText(step.see).first().waitFor({ state: "visible", timeout })];
}

async function opened({ page, context }: Travel, step: Extract<Step, { open: string }>): Promise<Taken> {
  const url = `https://${context.settings.domains[step.host]}${step.open}`;
  const answer = await page
    .goto(url, { waitUntil: "load", timeout: context.limits.requestMs })
    .catch((error: unknown) => {
      context.signal.throwIfAborted();
      throw new Unknown("target-refused", `The browser got no page from ${new URL(url).hostname}`, {
        cause: error,
      });
    });
  const status = answer?.status() ?? 0;
  const headers = new Map(Object.entries(answer?.headers() ?? {}).map(([name, value]) => [name, [value]]));
  context.record(`${url} ${status}`);
  const by = challengedBy({ headers });
  if (by !== undefined) throw new Unknown("target-refused", `${by} asks whether a person opens ${url}`);
  return { expected: "200", measured: String(status), holds: status === 200 };
}

function describe(step: Step): string {
  if ("open" in step) return `open ${step.open}`;
  if ("fill" in step) return `fill ${step.fill}`;
  return "press" in step ? `press ${step.press}` : `see ${step.see}`;
}

/** The first of some texts of a page, on one line. */
function summary(found: readonly string[]): string {
  const [first = ""] = found;
  const more = found.length > 1 ? ` and ${found.length - 1} more` : "";
  return `${shortened(printable(first), 200)}${more}`;
}
