import type { Settings } from "../config/settings.ts";
import { only } from "./network/headers.ts";
import { pageAt } from "./pages.ts";
import { compare, probe } from "./probe.ts";
import { Unknown } from "./unknown.ts";

/** Where each framework puts files whose name holds the hash of their content. */
const immutablePrefixes = {
  nextjs: "/_next/static/",
  remix: "/assets/",
  nuxtjs: "/_nuxt/",
  sveltekit: "/_app/immutable/",
  astro: "/_astro/",
  vite: "/assets/",
} as const satisfies Record<Settings["web"]["framework"], string>;

const year = 31_536_000;

export const assetsOptimized = probe({
  name: "assets-optimized",
  items: ["6.9"],
  title: "Files whose names hold their hash must be kept for a year and be sent compressed.",
  needs: ["web"],
  settings: ["web.framework"],
  measure: async (context) => {
    const { domains, web } = context.settings;
    const page = await pageAt(context, domains.web, "/");
    const prefix = immutablePrefixes[web.framework];
    const origin = `https://${domains.web}`;
    const found = [...page.body.matchAll(/\b(?:src|href)=["']?([^"'<>\s]{1,500})/g)]
      .map(([, address = ""]) => URL.parse(address.replaceAll("&amp;", "&"), `${origin}/`))
      .find(
        (url) =>
          url?.origin === origin && url.pathname.startsWith(prefix) && /\.(m?js|css)$/.test(url.pathname),
      );
    if (found === undefined || found === null) {
      throw new Unknown("no-data", `The home page of ${domains.web} names no file below ${prefix}`);
    }
    // Vercel names the deployment in the query.
    const path = found.pathname + found.search;
    const asset = await context.request({
      host: domains.web,
      path,
      headers: { "accept-encoding": "br, gzip, zstd" },
    });
    const kept = only(asset, "cache-control") ?? "missing";
    const age = Number(/\bmax-age=(\d+)/i.exec(kept)?.[1] ?? 0);
    const encoding = only(asset, "content-encoding") ?? "none";
    return [
      compare(`status of ${path}`, { expected: 200, measured: asset.status, holds: asset.status === 200 }),
      compare(`caching of ${path}`, {
        expected: `public, immutable, at least ${year} s`,
        measured: kept,
        holds: age >= year && /\bimmutable\b/i.test(kept) && !/\b(private|no-store|no-cache)\b/i.test(kept),
        setting: "web.framework",
      }),
      compare(`compression of ${path}`, {
        expected: "br, gzip or zstd",
        measured: encoding,
        holds: /^(br|gzip|zstd)$/i.test(encoding),
      }),
    ];
  },
});
