import { type Fault, type Finding, policy, postponed, type Stack, type Verdict } from "./framework/index.ts";
import { ruleDiversion } from "./model/diversions.ts";
import { interposed, passingOn, routedElsewhere } from "./model/in-front.ts";
import { lockedOut } from "./model/lock-outs.ts";
import { judgeApplicationSites, type Site } from "./model/sites.ts";

// Items 7.6 and 7.7: visitors of a domain reach the host that the stack declares for it, and are let in.

export const trafficReachesHost = policy({
  name: "traffic-reaches-host",
  items: ["7.6", "7.7"],
  title:
    "Requests to a domain of the application must reach the host that the stack declares for it, as their senders gave them.",
  severity: "critical",
  fix: "Remove the rule, route, Worker or load balancer, or limit it to a host or path that is not of the application.",
  url: "https://developers.cloudflare.com/fundamentals/concepts/traffic-flow-cloudflare/",
  check: (stack) =>
    judgeTraffic(
      stack,
      (site) =>
        (site.zone && (ruleDiversion(stack, site, site.zone) ?? interposed(stack, site, site.zone))) ??
        site.edge?.diverts?.() ??
        routedElsewhere(stack, site) ??
        passedOn(stack, site),
    ),
});

/** What a Worker makes of requests no policy reads: the probes ask through it. */
function passedOn(stack: Stack, site: Site): undefined {
  const at = site.zone && passingOn(stack, site, site.zone);
  return at && postponed(at, `optropic verify measures what ${at.resource.name} passes on.`);
}

export const visitorsLetIn = policy({
  name: "visitors-let-in",
  items: ["5.4", "5.7", "7.6"],
  title:
    "Nothing may keep out the visitors of a domain of the application, or what asks for its health and its metrics.",
  severity: "high",
  fix: "Limit what keeps visitors out to the paths or previews that only the staff may see.",
  url: "https://developers.cloudflare.com/waf/tools/",
  check: (stack) => judgeTraffic(stack, (site) => lockedOut(stack, site)),
});

function judgeTraffic(stack: Stack, test: (site: Site) => Fault | undefined): Finding[] {
  return judgeApplicationSites(
    stack,
    "No domain of the application is declared, so no request reaches it.",
    (site): Verdict => {
      const wrong = test(site);
      return wrong === undefined || { ...wrong, found: `${site.host}: ${wrong.found}.` };
    },
  );
}
