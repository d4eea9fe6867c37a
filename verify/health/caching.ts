import { all, only } from "../network/headers.ts";
import type { HttpAnswer } from "../network/http.ts";

/** Headers that tell caches how long to keep an answer; the last two are for an edge alone. */
const tellingCaches = [
  "cache-control",
  "cdn-cache-control",
  "cloudflare-cdn-cache-control",
  "surrogate-control",
];

/** Headers by which edges and frameworks say where an answer came from. */
const telling = ["cf-cache-status", "x-vercel-cache", "x-nextjs-cache", "x-cache", "x-cache-status"];

/** Served from what was kept or built, not by the service that is asked. */
const kept = /\b(?:hit|stale|updating|revalidated|prerender)\b/i;

/**
 * What lets a cache keep an answer, or shows that one has; undefined where nothing does. That an answer is `public`
 * keeps it for no time by itself: hosts send `public, max-age=0, must-revalidate` by default, and an age of 0.
 */
export function keptBy(answer: HttpAnswer): string | undefined {
  const [age] = all(answer, "age");
  if (age !== undefined && Number(age) > 0) return `age: ${age}`;
  for (const name of telling) {
    const value = only(answer, name) ?? "";
    if (kept.test(value)) return `${name}: ${value}`;
  }
  for (const name of tellingCaches) {
    const value = only(answer, name) ?? "";
    if (/\b(?:no-store|no-cache|private)\b/i.test(value)) continue;
    const lifetimes = value.matchAll(/\b(?:s-maxage|max-age|stale-while-revalidate)\s*=\s*"?(\d{1,12})/gi);
    if (/\bimmutable\b/i.test(value) || [...lifetimes].some(([, seconds]) => Number(seconds) > 0)) {
      return `${name}: ${value}`;
    }
  }
  return undefined;
}
