import type { Page } from "playwright-core";
import * as z from "zod";

/** What a browser says of the pages that it shows. */
export interface Findings {
  readonly errors: string[];
  readonly violations: string[];
  readonly mixed: string[];
}

/** Most messages that are kept of one kind. */
const most = 100;

/**
 * Listens to what a page and its scripts say.
 *
 * @param hosts that the browser may reach: that another one is not found says nothing of the page
 */
export function listenTo(page: Page, hosts: readonly string[]): Findings {
  const findings: Findings = { errors: [], violations: [], mixed: [] };
  const keep = (list: string[], text: string): void => {
    if (list.length < most) list.push(text.slice(0, 1000));
  };
  page.on("console", (message) => {
    const text = message.text();
    if (/Content Security Policy/.test(text)) keep(findings.violations, text);
    else if (/^Mixed Content/.test(text)) keep(findings.mixed, text);
    else if (message.type() === "error" && !isOfAnother(text, message.location().url, hosts))
      keep(findings.errors, text);
  });
  page.on("pageerror", (error) => keep(findings.errors, `${error.name}: ${error.message}`));
  return findings;
}

function isOfAnother(text: string, address: string, hosts: readonly string[]): boolean {
  const host = URL.parse(address)?.hostname;
  return /^Failed to load resource: net::/.test(text) && host !== undefined && !hosts.includes(host);
}

const vitals = z.object({ paintMs: z.number().nonnegative(), shift: z.number().nonnegative() });

/** For how long the first paint of a page is awaited once a step was taken, in milliseconds. */
const patienceMs = 2000;

/** Two of the Core Web Vitals: when the largest part was painted, and how much the page moved by itself. */
export const shiftsAndPaint = {
  script: `(() => {
    const seen = { paintMs: 0, shift: 0 };
    Object.defineProperty(window, "__optropicVitals", { value: seen });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) seen.paintMs = Math.max(seen.paintMs, entry.startTime);
    }).observe({ type: "largest-contentful-paint", buffered: true });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) if (!entry.hadRecentInput) seen.shift += entry.value;
    }).observe({ type: "layout-shift", buffered: true });
  })()`,
  /** The browser reports a paint with the next frame, so two of them are awaited, and more on a busy machine. */
  async of(page: Page): Promise<z.infer<typeof vitals>> {
    const found: unknown = await page
      .evaluate(
        `new Promise((done) => {
          const last = performance.now() + ${patienceMs};
          const look = () => {
            const seen = window.__optropicVitals;
            if (seen.paintMs > 0 || performance.now() > last) setTimeout(() => done(seen));
            else requestAnimationFrame(look);
          };
          requestAnimationFrame(() => requestAnimationFrame(look));
        })`,
      )
      .catch(() => undefined);
    const read = vitals.safeParse(found);
    return read.success ? read.data : { paintMs: 0, shift: 0 };
  },
};

/** Roles that mean nothing to whoever cannot see them unless they have a name (WCAG 2.2, 1.1.1 and 4.1.2). */
const named = [
  ...["button", "link", "textbox", "searchbox", "combobox", "listbox", "checkbox", "radio", "switch"],
  ...["slider", "spinbutton", "tab", "menuitem", "image", "img"],
];

const tree = z.object({
  nodes: z.array(
    z.object({
      ignored: z.boolean(),
      role: z.object({ value: z.string().optional() }).optional(),
      name: z.object({ value: z.string().optional() }).optional(),
    }),
  ),
});

/** What the page shows to assistive technology without a name, by its role and how many there are. */
export async function unnamedControls(page: Page): Promise<string[]> {
  const session = await page.context().newCDPSession(page);
  try {
    const { nodes } = tree.parse(await session.send("Accessibility.getFullAXTree"));
    const counts = new Map<string, number>();
    for (const { ignored, role, name } of nodes) {
      const kind = role?.value ?? "";
      if (ignored || !named.includes(kind) || (name?.value ?? "").trim() !== "") continue;
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
    }
    const { pathname } = new URL(page.url());
    return [...counts].map(([kind, count]) => `${count} ${kind} on ${pathname}`);
  } finally {
    await session.detach().catch(() => undefined);
  }
}
