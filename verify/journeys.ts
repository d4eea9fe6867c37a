import type { Settings } from "../config/settings.ts";
import type { Context } from "./context.ts";
import { all } from "./network/headers.ts";
import type { HttpAnswer } from "./network/http.ts";
import { type Check, compare, probe, unknownCheck } from "./probe.ts";
import { Unknown } from "./unknown.ts";

type Journey = Settings["verify"]["journeys"][number];
type Step = NonNullable<Journey["requests"]>[number];

const reading = ["GET", "HEAD", "OPTIONS"];

export const journeysPass = probe({
  name: "journeys-pass",
  items: ["S2.5", "S5.1"],
  title: "Every declared journey of a user must be answered as declared.",
  needs: ["web"],
  settings: ["verify.journeys"],
  limitMs: 120_000,
  measure: async (context) => {
    const { journeys } = context.settings.verify;
    if (journeys.length === 0)
      throw new Unknown("no-data", "The settings declare no journey in verify.journeys");
    const checks: Check[] = [];
    for (const [index, journey] of journeys.entries()) {
      checks.push(...(await travelled(context, journey, `verify.journeys[${index}]`)));
    }
    return [...checks, ...(await inBrowser(context, journeys))];
  },
});

/** Every journey with steps, each in a profile of its own of one browser. */
async function inBrowser(context: Context, journeys: readonly Journey[]): Promise<Check[]> {
  const all = journeys.map((journey, index) => ({ journey, setting: `verify.journeys[${index}]` }));
  const shown = all.filter(({ journey }) => journey.steps !== undefined);
  if (shown.length === 0) return [];
  const { startBrowser, travelledInBrowser } = await import("./browser/index.ts");
  let browser: Awaited<ReturnType<typeof startBrowser>>;
  try {
    browser = await startBrowser(context);
  } catch (error) {
    if (!(error instanceof Unknown)) throw error;
    return shown.map(({ journey }) => unknownCheck(journey.name, error));
  }
  const stop = (): void => void browser.close();
  context.signal.addEventListener("abort", stop, { once: true });
  try {
    const checks: Check[] = [];
    for (const { journey, setting } of shown) {
      const open = await browser.newContext();
      checks.push(...(await travelledInBrowser(context, open, journey, setting)));
      await open.close();
    }
    return checks;
  } finally {
    context.signal.removeEventListener("abort", stop);
    await browser.close();
  }
}

/** One request after the other: what the first one sets up, the next one needs. */
async function travelled(
  context: Context,
  { name, requests = [] }: Journey,
  setting: string,
): Promise<Check[]> {
  const cookies = new Cookies();
  const checks: Check[] = [];
  for (const [index, step] of requests.entries()) {
    const subject = `${name}: ${step.method} ${step.path}`;
    try {
      const answer = await sent(context, step, cookies);
      checks.push(checked(context, step, answer, subject, `${setting}.requests[${index}]`));
    } catch (error) {
      if (!(error instanceof Unknown)) throw error;
      // What comes after it cannot be told either.
      return [...checks, unknownCheck(subject, error)];
    }
  }
  return checks;
}

async function sent(context: Context, step: Step, cookies: Cookies): Promise<HttpAnswer> {
  const { domains, api } = context.settings;
  const host = domains[step.host];
  const isLogin = step.method === "POST" && step.host === "api" && step.path === api.loginPath;
  if (!reading.includes(step.method) && !isLogin && !context.allowWrites) {
    throw new Unknown("not-allowed", `${step.method} may write: pass --allow-writes to send it`);
  }
  const cookie = cookies.headerFor(host);
  const answer = await context.requestAvailability({
    ...{ host, method: step.method, path: step.path },
    headers: {
      ...(step.body !== undefined && { "content-type": "application/json" }),
      ...lowercased(step.headers),
      ...(cookie !== undefined && { cookie }),
    },
    ...(step.body !== undefined && { body: filled(context, step.body) }),
  });
  cookies.keep(host, all(answer, "set-cookie"));
  return answer;
}

/** The body with the test account in it, escaped as text in JSON is. */
function filled(context: Context, body: string): string {
  return body.replaceAll(/\{(VERIFY_USER|VERIFY_PASSWORD)\}/g, (_, name: "VERIFY_USER" | "VERIFY_PASSWORD") =>
    JSON.stringify(context.credential(name)).slice(1, -1),
  );
}

function checked(context: Context, step: Step, answer: HttpAnswer, subject: string, setting: string): Check {
  const { status, contains, withinMs = context.settings.objectives.p99Ms } = step.expect;
  const took = Math.round(answer.durationMs);
  const hasText = contains === undefined || answer.body.includes(contains);
  const text = contains === undefined ? "" : `, with ${JSON.stringify(contains)}`;
  const found = contains === undefined ? "" : `, ${hasText ? "with" : "without"} ${JSON.stringify(contains)}`;
  return compare(subject, {
    expected: `${status} within ${withinMs} ms${text}`,
    measured: `${answer.status} in ${took} ms${found}`,
    holds: answer.status === status && took <= withinMs && hasText,
    setting,
  });
}

function lowercased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

/** The cookies of one journey. Each goes back to the host that set it, and to no other. */
class Cookies {
  #values = new Map<string, Map<string, string>>();

  keep(host: string, headers: readonly string[]): void {
    const own = this.#values.get(host) ?? new Map<string, string>();
    this.#values.set(host, own);
    for (const header of headers) {
      const pair = header.split(";")[0] ?? "";
      const at = pair.indexOf("=");
      if (at > 0) own.set(pair.slice(0, at).trim(), pair.slice(at + 1).trim());
    }
  }

  headerFor(host: string): string | undefined {
    const own = this.#values.get(host);
    if (own === undefined || own.size === 0) return undefined;
    return [...own].map(([name, value]) => `${name}=${value}`).join("; ");
  }
}
