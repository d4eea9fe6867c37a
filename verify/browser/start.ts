import { createHash, X509Certificate } from "node:crypto";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import type { Browser } from "playwright-core";
import type { Context } from "../context.ts";
import { addressOf } from "../network/targets.ts";
import { shakeHands } from "../network/tls.ts";
import { Unknown } from "../unknown.ts";

/** Names of browsers that are Chromium, and where systems without a search path for them keep them. */
const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge"];
const places = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
  "C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe",
];

/** The browser of this machine; undefined where it has none. */
export function installedBrowser(path = process.env.PATH ?? ""): string | undefined {
  const folders = path.split(delimiter).filter(Boolean);
  const found = names.flatMap((name) => folders.map((folder) => join(folder, name)));
  return [...found, ...places].find((each) => existsSync(each));
}

/**
 * Starts the browser of this machine so that it reaches the hosts of the stack and nothing else: every other name,
 * and every address in place of a name, is not found. It knows no variable of this process.
 *
 * @throws {Unknown} where there is no browser, or no host to be reached
 */
export async function startBrowser(context: Context): Promise<Browser> {
  const executablePath = installedBrowser();
  if (executablePath === undefined) {
    throw new Unknown("no-data", "This machine has no Chromium, Chrome or Edge for journeys in a browser");
  }
  const { chromium } = await import("playwright-core").catch((error: unknown) => {
    throw new Unknown("no-data", "playwright-core is not installed: npm install playwright-core", {
      cause: error,
    });
  });
  const rules = await Promise.all(
    context.allHosts.map(async (host) => {
      const { host: at, port } = await addressOf(host, "https", context.targets);
      return `MAP ${host}:443 ${at.includes(":") ? `[${at}]` : at}:${port}`;
    }),
  );
  const trusted = context.authorities === undefined ? [] : await keysOf(context);
  const args = [
    `--host-resolver-rules=${[...rules, "MAP * ~NOTFOUND"].join(",")}`,
    ...(trusted.length === 0 ? [] : [`--ignore-certificate-errors-spki-list=${trusted.join(",")}`]),
  ];
  try {
    return await chromium.launch({
      executablePath,
      args,
      // Chromium has no sandbox for root.
      chromiumSandbox: process.getuid?.() !== 0,
      timeout: context.limits.probeMs,
      env: { PATH: process.env.PATH ?? "", LANG: "en_US.UTF-8" },
    });
  } catch (error) {
    throw new Unknown("target-refused", `${executablePath} does not start`, { cause: error });
  }
}

/** Keys of the certificates that the given authorities vouch for: a browser takes no file of authorities. */
async function keysOf(context: Context): Promise<string[]> {
  const keys = await Promise.all(
    context.allHosts.map(async (host) => {
      const { problem, certificate } = await shakeHands(context, host);
      if (problem !== undefined) return [];
      const key = new X509Certificate(certificate.raw).publicKey.export({ type: "spki", format: "der" });
      return [createHash("sha256").update(key).digest("base64")];
    }),
  );
  return [...new Set(keys.flat())];
}
