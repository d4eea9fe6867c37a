import type { Context } from "./context.ts";
import { all, only } from "./network/headers.ts";
import { scoreCookies } from "./observatory/cookies.ts";
import { parsePolicies, scoreCsp } from "./observatory/csp.ts";
import {
  scoreFraming,
  scoreHsts,
  scoreRedirection,
  scoreReferrer,
  scoreResourcePolicy,
  scoreSharing,
  scoreSniffing,
} from "./observatory/headers.ts";
import { metaHeaders, tagsOf } from "./observatory/markup.ts";
import { gradeAt, gradeOf, type Scored } from "./observatory/score.ts";
import { scoreScripts } from "./observatory/scripts.ts";
import { pageAt } from "./pages.ts";
import { compare, probe } from "./probe.ts";
import { Unknown } from "./unknown.ts";

/**
 * The scoring of Mozilla's HTTP Observatory, calculated here from its published points. Its list of preloaded sites
 * is not at hand, so that the 5 points for being on it are never given.
 */
export const observatoryGrade = probe({
  name: "observatory-grade",
  items: ["4.5"],
  title: "The web host must have the declared score of the HTTP Observatory, by its published points.",
  needs: ["web"],
  settings: ["verify.observatoryScore"],
  measure: async (context) => {
    const host = context.settings.domains.web;
    const least = context.settings.verify.observatoryScore;
    const tests = await scoredTests(context, host);
    const { score, grade } = gradeOf(tests);
    const points = tests
      .filter((test) => test.points !== 0)
      .map((test) => `${test.points > 0 ? "+" : ""}${test.points} ${test.test} (${test.result})`);
    return [
      compare(`score of ${host}`, {
        expected: `at least ${least} (${gradeAt(least)})`,
        measured: `${score} (${grade}): ${points.join(", ") || "neither more nor less than 100"}`,
        holds: score >= least,
        unit: "points",
        setting: "verify.observatoryScore",
      }),
    ];
  },
});

/** What the Observatory says that it comes from, in a request that asks who may read the answer. */
const stranger = "https://http-observatory.security.mozilla.org";

async function scoredTests(context: Context, host: string): Promise<Scored[]> {
  const page = await pageAt(context, host, "/");
  if (page.status < 200 || page.status >= 300) {
    throw new Unknown("no-data", `${host} answered ${page.status}; only a page that is served has a score`);
  }
  const shared = await context.request({ host, path: "/", headers: { origin: stranger } });
  const tags = tagsOf(page.body);
  const metas = metaHeaders(tags, "content-security-policy");
  const headers = all(page, "content-security-policy");
  const hsts = scoreHsts(page);
  return [
    scoreCsp(headers, metas),
    scoreCookies(all(page, "set-cookie"), hsts.points >= 0),
    scoreSharing(shared, stranger),
    scoreRedirection(await routeFrom(context, host)),
    scoreReferrer(page, metaHeaders(tags, "referrer-policy")),
    hsts,
    scoreScripts(tags, host, only(page, "content-type") ?? ""),
    scoreSniffing(page),
    scoreFraming(page, parsePolicies(headers)?.has("frame-ancestors") ?? false),
    scoreResourcePolicy(page),
  ];
}

/** Redirects that are followed, as long as they lead to a host of the platform. */
const mostRedirects = 10;

async function routeFrom(context: Context, host: string): Promise<URL[]> {
  const start = await context.request({ host, scheme: "http", path: "/" }).catch(notServed);
  if (start === undefined) return [];
  const route = [new URL(`http://${host}/`)];
  while (route.length <= mostRedirects) {
    const at = route.at(-1);
    if (at === undefined || !context.allHosts.includes(at.hostname)) return route;
    const scheme = at.protocol === "https:" ? "https" : "http";
    const isStart = route.length === 1;
    const answer = isStart
      ? start
      : await context.request({ host: at.hostname, scheme, path: at.pathname + at.search });
    const location = only(answer, "location");
    const next =
      location === undefined || answer.status < 300 || answer.status >= 400
        ? null
        : URL.parse(location, at.href);
    if (next === null || !/^https?:$/.test(next.protocol)) return route;
    route.push(next);
  }
  return route;
}

/** A host that takes no connections over http needs no redirect. */
function notServed(error: unknown): undefined {
  if (error instanceof Unknown && error.reason === "target-refused") return undefined;
  throw error;
}
