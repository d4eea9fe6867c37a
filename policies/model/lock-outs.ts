import type { IpAllowRule, WebServiceArgs } from "@pulumi/render";
import {
  type AnyValue,
  type Fault,
  fault,
  known,
  type PropertiesOf,
  type ResourceOf,
  type Stack,
  unproved,
  type Value,
} from "../framework/index.ts";
import { actsOn } from "../values/cloudflare-expression.ts";
import { coversCloudflare } from "../values/cloudflare-networks.ts";
import { stopActions } from "../values/ruleset-values.ts";
import type { SampleRequest } from "../values/sample-request.ts";
import { isOfOtherStage } from "../values/stage-names.ts";
import { placeParts, starForm } from "../values/star-pattern.ts";
import { vercelRuleActsOn } from "../values/vercel-condition.ts";
import { allScrapes, healthChecks } from "./facts.ts";
import { isOn } from "./given.ts";
import { ownedBy } from "./links.ts";
import { isEverywhere } from "./networks.ts";
import { pageRulesOf } from "./page-rules.ts";
import { perStack } from "./per-stack.ts";
import { reachOf } from "./reach.ts";
import { mayActOn, rulesOf, surelyActsOn } from "./rulesets.ts";
import { knownHealthPath, requestTo, type Site } from "./sites.ts";
import { stackOutput } from "./stack-outputs.ts";
import { cloudflare, render, vercel } from "./tokens.ts";
import { hosts } from "./variables.ts";
import { bypassRules, conditionsOf } from "./waf.ts";
import { accessPlaces, asksNobody, inZone, type Zone, zoneName, zoneSettings } from "./zones.ts";

/** What keeps every visitor of a site out, or lets only some in; undefined where nothing does. Throws UnknownRead. */
export function lockedOut(stack: Stack, site: Site): Fault | undefined {
  return (
    (site.zone &&
      (byRule(stack, site, site.zone) ??
        byAddress(stack, site, site.zone) ??
        byLockdown(stack, site, site.zone) ??
        byAccess(stack, site) ??
        byBotFight(stack, site, site.zone) ??
        byAgent(stack, site.zone) ??
        byOrigin(stack, site.zone) ??
        byAttackMode(stack, site, site.zone) ??
        byWaitingRoom(stack, site, site.zone))) ??
    byProject(stack, site) ??
    byFirewall(stack, site) ??
    byService(site) ??
    byHost(stack, site)
  );
}

/** A rule that stops requests, whichever of Cloudflare's firewalls it is of. */
interface Stop {
  readonly name: string;
  readonly action: string | undefined;
  readonly expression: AnyValue;
}

function stopsOf(stack: Stack, zone: Zone): Stop[] {
  const rules = rulesOf(stack, zone, "http_request_firewall_custom")
    .filter(({ entry }) => isOn(entry.at("enabled")))
    .map(({ entry, resource }) => ({
      name: `a rule of ${resource.name}`,
      action: entry.at("action").string(),
      expression: entry.at("expression"),
    }));
  const older = inZone(stack, zone, cloudflare.firewallRule)
    .filter((rule) => rule.at("filter", "paused").boolean() !== true)
    .map((rule) => ({
      name: `the firewall rule ${rule.name}`,
      // Before version 6 of the provider the action was a text.
      action: rule.at("action").string() ?? rule.at("action", "mode").string(),
      expression: rule.at("filter", "expression"),
    }));
  return [...rules, ...older].filter(({ action }) => stopActions.has(action));
}

function byRule(stack: Stack, site: Site, zone: Zone): Fault | undefined {
  const needed = neededRequests(stack, site);
  const logins = loginRequests(stack, site);
  const unnamed = openRequests(stack, site);
  const health = healthRequests(stack, site);
  for (const { name, action, expression } of stopsOf(stack, zone)) {
    const text = expression.string() ?? "";
    if (reachOf(text, site).kind === "all") {
      return fault(expression, `${name} stops every request`);
    }
    // A challenge at the login is a way to keep programs from guessing.
    const open = action === "block" ? [...needed, ...logins] : needed;
    const stopped = open.find((request) => actsOn(text, request) === true);
    if (stopped !== undefined) {
      return fault(expression, `${name} stops ${stopped.method} ${stopped.path}`);
    }
    const other = unnamed.find((request) => actsOn(text, request) === true);
    if (other !== undefined) {
      return fault(expression, `${name} stops ${other.method} ${other.path} of whoever it does not name`);
    }
    const singled = health.find(
      (request) => actsOn(text, request) !== false && actsOn(text, beside(request)) === false,
    );
    if (singled !== undefined) {
      return unproved(
        expression,
        `${name} may stop the health check ${singled.path} by what the policy cannot read`,
        "Leave the path of the health check out of the rule: its answer says nothing that has to be kept.",
      );
    }
  }
  return undefined;
}

/** A request for something else in the same folder. */
const beside = (request: SampleRequest): SampleRequest => ({
  ...request,
  path: request.path.replace(/[^/]*$/, "orders-17"),
});

/**
 * What anybody may ask, whoever it is and by whatever program: the first page and the health check. What calls the API
 * may have to bring a header, but may come from anywhere. Metrics are for one client alone.
 */
function openRequests(stack: Stack, site: Site): SampleRequest[] {
  const scraped = scrapedPaths(stack);
  const health = healthRequests(stack, site);
  const isOpen = ({ path }: SampleRequest) => path === "/" || health.some((one) => one.path === path);
  return neededRequests(stack, site)
    .filter(({ path }) => !scraped.has(path))
    .map((request) => ({ ...request, stranger: isOpen(request) ? "any" : "network" }));
}

const scrapedPaths = perStack(
  (stack): ReadonlySet<string> => new Set(urlsOf(allScrapes(stack)).map(({ pathname }) => pathname)),
);

/** URLs that programs of the stack ask for, as far as they are known. */
const probedUrls = perStack((stack) => urlsOf([...healthChecks(stack), ...allScrapes(stack)]));

const urlsOf = (programs: readonly { readonly url: () => string | undefined }[]): URL[] =>
  programs.flatMap(({ url }) => URL.parse(known(url) ?? "") ?? []);

/** Calls of the health check, from anywhere. */
function healthRequests(stack: Stack, site: Site): SampleRequest[] {
  const scraped = scrapedPaths(stack);
  const paths = [knownHealthPath(site), ...probedRequests(stack, site).map(({ path }) => path)];
  return paths
    .filter((path) => path !== undefined && path !== "/" && !scraped.has(path))
    .map((path) => requestTo(site, path));
}

/** What programs of the stack ask of a site from outside: checks of its health, and jobs that read its metrics. */
export const probedRequests = (stack: Stack, site: Site): SampleRequest[] =>
  probedUrls(stack)
    .filter(({ hostname }) => hostname === site.host)
    .map(({ pathname }) => requestTo(site, pathname));

/** What is asked of a site by those whom no rule can tell from others: its first page, its API, what the stack checks. */
export function neededRequests(stack: Stack, site: Site): SampleRequest[] {
  const health = knownHealthPath(site);
  const read = [
    ...(site.framework === undefined ? [] : ["/"]),
    ...(health === undefined ? [] : [health]),
    ...probedRequests(stack, site).map(({ path }) => path),
  ];
  const [login] = loginRequests(stack, site);
  const [, folder] = /^(\/[^/]+)\/./.exec(login?.path ?? "") ?? [];
  return [
    ...read.map((one) => requestTo(site, one)),
    ...(folder === undefined
      ? []
      : ["GET", "POST"].map((method) => requestTo(site, `${folder}/orders/17`, method))),
  ];
}

/** Attempts to log in, at a host of the API. */
function loginRequests(stack: Stack, site: Site): SampleRequest[] {
  const login = stackOutput(stack, "loginPath");
  const path = login === undefined || login.isUnknown ? undefined : login.string();
  return site.framework === undefined && path?.startsWith("/") ? [requestTo(site, path, "POST")] : [];
}

/**
 * Rules that stop what programs ask, by the address that it comes from: the policy does not know from where they ask. A
 * list that is named for them is taken for theirs.
 */
function byAddress(stack: Stack, site: Site, zone: Zone): Fault | undefined {
  for (const rule of rulesOf(stack, zone, "http_request_firewall_custom")) {
    const { entry, resource } = rule;
    if (!stopActions.has(entry.at("action").string()) || !isOn(entry.at("enabled"))) continue;
    const expression = entry.at("expression");
    const text = expression.string() ?? "";
    const lists = [...text.matchAll(/\bip\.src\s+in\s+\$(\w+)/g)].map(([, list = ""]) => list);
    if (!/\bip\.(?:src|geoip)\b/.test(text) || lists.some((list) => theirs.test(list))) continue;
    const asked = probedRequests(stack, site).find(
      (request) =>
        mayActOn(rule, request) === undefined &&
        mayActOn(rule, { ...request, path: "/another/17" }) === false,
    );
    if (asked !== undefined) {
      return unproved(
        expression,
        `a rule of ${resource.name} stops ${asked.method} ${asked.path} from some addresses, and the policy cannot tell whether those that ask for it are among them`,
        "Let the path ask for a token in place of an address, or except a list that is named for those who ask, such as $grafana_probes.",
      );
    }
  }
  return undefined;
}

const theirs = /grafana|synthetic|prometheus|monitor|prob(?:e|ing)|scrap|uptime|observ/i;

/** A lockdown lets only named addresses to its URLs. */
function byLockdown(stack: Stack, site: Site, zone: Zone): Fault | undefined {
  for (const lockdown of inZone(stack, zone, cloudflare.lockdown)) {
    if (lockdown.at("paused").boolean() === true) continue;
    const all = lockdown
      .at("urls")
      .items()
      .find((url) => isAllOf(url.string() ?? "", site.host));
    if (all !== undefined) {
      return fault(all, `the lockdown ${lockdown.name} lets only named addresses to ${all.string()}`);
    }
    const probed = lockdown
      .at("urls")
      .items()
      .find((url) =>
        probedRequests(stack, site).some((request) => covers(url.string() ?? "", request, false)),
      );
    if (probed !== undefined) {
      return unproved(
        probed,
        `the lockdown ${lockdown.name} lets only named addresses to ${probed.string()}, and the policy cannot tell whether those that ask for it are among them`,
        "Let the path ask for a token in place of an address, or waive this policy for the host.",
      );
    }
  }
  return undefined;
}

/** Access asks whoever comes to sign in, at a host or below a path of it. */
function byAccess(stack: Stack, site: Site): Fault | undefined {
  const applications = stack
    .ofType(cloudflare.access)
    .filter((it) => (it.at("type").string() ?? "self_hosted") === "self_hosted");
  for (const application of applications) {
    const all = accessPlaces(application).find((place) => isAllOf(place.string() ?? "", site.host));
    if (all !== undefined) {
      return fault(all, `${application.name} asks every visitor of ${all.string()} to sign in`);
    }
  }
  const closed = unnamedStopped(stack, site);
  if (closed !== undefined && !applications.some((it) => isNamedBy(it, site))) return closed;
  for (const request of probedRequests(stack, site)) {
    // The application of the longest place is the one that asks.
    const [nearest] = applications
      .flatMap((application) =>
        accessPlaces(application)
          .filter((place) => covers(place.string() ?? "", request, true))
          .map((place) => ({ application, place, length: place.string()?.length ?? 0 })),
      )
      .sort((one, other) => other.length - one.length);
    if (nearest !== undefined && !asksNobody(stack, nearest.application)) {
      return fault(
        nearest.place,
        `${nearest.application.name} answers what asks for ${request.path} with a sign-in`,
        "Leave the path out of the application, by another one for it with the decision bypass for everyone, and let the path ask for a token.",
      );
    }
  }
  return undefined;
}

/** Whether the sign-in knows a place of the site, which it then judges by policies. */
const isNamedBy = (application: ResourceOf<PropertiesOf<typeof cloudflare.access>>, site: Site): boolean =>
  accessPlaces(application).some((place) => covers(place.string() ?? "", requestTo(site, "/"), true));

/** An organization may stop what none of its applications is for, but in the zones that it names. */
function unnamedStopped(stack: Stack, { zone }: Site): Fault | undefined {
  const name = zone && known(() => zoneName(zone));
  for (const organization of stack.ofType(cloudflare.zeroTrust)) {
    const stops = organization.at("denyUnmatchedRequests");
    const exempt = organization.at("denyUnmatchedRequestsExemptedZoneNames").strings();
    if (stops.boolean() === true && (name === undefined || !exempt.includes(name))) {
      return fault(
        stops,
        `${organization.name} stops every request that no application of Access is for`,
        "Name the zone in denyUnmatchedRequestsExemptedZoneNames, or remove denyUnmatchedRequests.",
      );
    }
  }
  return undefined;
}

/**
 * Whether a place such as `*.example.com/path*` is that of a request: a star stands for any text, and where `isTree`,
 * a place for all that is below it.
 */
function covers(place: string, { host, path }: SampleRequest, isTree: boolean): boolean {
  const [, text = ""] = /^(?:\w+:\/\/|\*:\/\/)?(.*)$/.exec(place.toLowerCase()) ?? [];
  if (text === "") return false;
  const form = starForm(text.replace(/\/$/, ""));
  return new RegExp(`^${form}(?:$${isTree ? "|/" : ""})`).test(`${host}${path}`.toLowerCase());
}

/** Programs fail what a zone's fight against bots asks of a browser, unless a rule lets them past. */
function byBotFight(stack: Stack, site: Site, zone: Zone): Fault | undefined {
  const probed = probedRequests(stack, site);
  for (const bots of probed.length === 0 ? [] : inZone(stack, zone, cloudflare.botManagement)) {
    const fight = bots.at("fightMode");
    if (fight.boolean() === true) {
      return fault(
        fight,
        `${bots.name} challenges programs, and no rule can let what asks for ${probed[0]?.path} past Bot Fight Mode`,
        "Set fightMode to false, and challenge bots by rules of the firewall that leave these paths out.",
      );
    }
    const stops = (["sbfmDefinitelyAutomated", "sbfmLikelyAutomated"] as const).find((key) =>
      /^(?:block|managed_challenge)$/.test(bots.at(key).string() ?? ""),
    );
    const passes = rulesOf(stack, zone, "http_request_firewall_custom").filter(
      ({ entry }) =>
        entry.at("action").string() === "skip" &&
        entry.at("actionParameters", "phases").strings().includes("http_request_sbfm"),
    );
    const asked = probed.find((request) => !passes.some((rule) => surelyActsOn(rule, request)));
    if (stops !== undefined && asked !== undefined) {
      return fault(
        bots.at(stops),
        `${bots.name} stops programs, also those that ask for ${asked.path}`,
        "Let a rule with the action skip and the phase http_request_sbfm leave the paths of health checks and metrics out.",
      );
    }
  }
  return undefined;
}

/** Agents by whose name what the checklist asks for calls. */
const callers = /grafana|synthetic|prometheus|blackbox|alloy|\bk6\b|uptime|sentry/i;

function byAgent(stack: Stack, zone: Zone): Fault | undefined {
  const [rule] = inZone(
    stack,
    zone,
    cloudflare.userAgentRule,
    (it) =>
      it.at("paused").boolean() !== true && callers.test(it.at("configuration", "value").string() ?? ""),
  );
  return (
    rule &&
    fault(
      rule.at("configuration", "value"),
      `${rule.name} stops ${rule.at("configuration", "value").string()}, by which checks and jobs may call`,
    )
  );
}

/** Clouds from which checks and jobs call, by their numbers: Amazon, Google, Microsoft, Akamai, DigitalOcean. */
const clouds: ReadonlySet<string> = new Set([
  ...["16509", "14618", "15169", "396982", "8075", "8068", "63949", "20940", "14061"],
]);

/** Rules of the account or zone about where a caller comes from. */
function byOrigin(stack: Stack, zone: Zone): Fault | undefined {
  const [rule] = inZone(stack, zone, cloudflare.accessRule, (it) => {
    const value = it.at("configuration", "value").string() ?? "";
    return (
      stopActions.has(it.at("mode").string()) &&
      it.at("configuration", "target").string() === "asn" &&
      clouds.has(value.replace(/^AS/i, ""))
    );
  });
  return (
    rule &&
    fault(
      rule.at("configuration", "value"),
      `${rule.name} stops what calls from ${rule.at("configuration", "value").string()}, a cloud from which checks and jobs do`,
    )
  );
}

/**
 * A mode for the time of an attack, in which every visitor has to have a browser. For a page of people alone it is a way
 * to keep programs out.
 */
function byAttackMode(stack: Stack, site: Site, zone: Zone): Fault | undefined {
  const [level] = zoneSettings(stack, zone, "security_level");
  const needed = neededRequests(stack, site);
  const places = [
    ...(level === undefined ? [] : [level.at("value")]),
    ...rulesOf(stack, zone, "http_config_settings")
      .filter(
        (rule) =>
          needed.some((request) => mayActOn(rule, request) !== false) ||
          (isOn(rule.entry.at("enabled")) &&
            reachOf(rule.entry.at("expression").string() ?? "", site).kind === "all"),
      )
      .map(({ entry }) => entry.at("actionParameters", "securityLevel")),
    ...pageRulesOf(stack, zone, site)
      .filter((rule) => needed.some((request) => covers(rule.at("target").string() ?? "*", request, false)))
      .map((rule) => rule.at("actions", "securityLevel")),
  ];
  const at = places.find((place) => place.string() === "under_attack");
  return at && fault(at, `${at.resource.name} challenges every request, also those of programs`);
}

/** A waiting room of a page may hold visitors back; one of all paths holds back the API and the health check too. */
function byWaitingRoom(stack: Stack, site: Site, zone: Zone): Fault | undefined {
  for (const room of inZone(stack, zone, cloudflare.waitingRoom)) {
    const places = [room.at(), ...room.at("additionalRoutes").items()];
    const here = places.filter((place) => place.at("host").string()?.toLowerCase() === site.host);
    if (here.length === 0 || room.at("suspended").boolean() === true) continue;
    const queues = room.at("queueAll");
    if (queues.boolean() === true) {
      return fault(queues, `the waiting room ${room.name} lets no visitor in`);
    }
    const all = here.find((place) => /^\/?$/.test(place.at("path").string() ?? ""));
    if (all !== undefined) {
      return fault(all.at("path"), `the waiting room ${room.name} holds back requests of every path`);
    }
    const checked = here.find((place) =>
      healthRequests(stack, site).some(({ path }) =>
        `${path}/`.startsWith(`${(place.at("path").string() ?? "/").replace(/\/$/, "")}/`),
      ),
    );
    if (checked !== undefined) {
      return fault(checked.at("path"), `the waiting room ${room.name} holds back the health check`);
    }
  }
  return undefined;
}

function isAllOf(url: string, host: string): boolean {
  const [authority = "", ...path] = placeParts(url);
  const isHost = authority === host || (authority.startsWith("*") && host.endsWith(authority.slice(1)));
  return isHost && /^(?:|\*|api\/\*?)$/.test(path.join("/"));
}

const attackModesOf = ownedBy([vercel.attackMode], "projectId");

/** What asks every visitor of production, and not only of previews, for a sign-in, a password or an address. */
function byProject(stack: Stack, { project }: Site): Fault | undefined {
  if (project === undefined) return undefined;
  for (const protection of ["vercelAuthentication", "passwordProtection", "trustedIps"] as const) {
    const type = project.at(protection, "deploymentType");
    if (/^(?:all_deployments|only_production_deployments)$/.test(type.string() ?? "")) {
      return fault(type, `${protection} of ${project.name} keeps the visitors of production out`);
    }
  }
  const [challenge] = attackModesOf(stack, project, (mode) => mode.at("enabled").boolean() === true);
  return challenge === undefined
    ? undefined
    : fault(
        challenge.at("enabled"),
        `${challenge.name} challenges every request, also those of clients without a browser`,
      );
}

const firewallsOf = ownedBy([vercel.firewall], "projectId");

/** Rules of Vercel's firewall that stop what is needed, or every address. */
function byFirewall(stack: Stack, site: Site): Fault | undefined {
  const { project } = site;
  if (project === undefined) return undefined;
  const asked = [...neededRequests(stack, site), ...openRequests(stack, site)];
  for (const firewall of firewallsOf(stack, project)) {
    if (firewall.at("enabled").boolean() === false) continue;
    const rule = firewall
      .at("rules", "rules")
      .items()
      .find(
        (candidate) =>
          isOn(candidate.at("active")) &&
          stopsAtVercel.has(candidate.at("action", "action").string()) &&
          asked.some((request) => vercelRuleActsOn(conditionsOf(candidate), request) === true),
      );
    if (rule !== undefined) {
      return fault(rule, `the rule ${rule.at("name").string()} of ${firewall.name} stops requests to it`);
    }
    const bots = (["botProtection", "botFilter"] as const)
      .map((name) => firewall.at("managedRulesets", name))
      .find((it) => isOn(it.at("active")) && stopsAtVercel.has(it.at("action").string()));
    const passes = bypassRules(firewall).map(conditionsOf);
    const probed = probedRequests(stack, site).find(
      (request) => !passes.some((groups) => vercelRuleActsOn(groups, request) === true),
    );
    if (bots !== undefined && probed !== undefined) {
      return fault(
        bots.at("action"),
        `${firewall.name} stops programs, also those that ask for ${probed.path}`,
        "Let a rule with the action bypass name the paths of health checks and metrics in full, or set the action to log.",
      );
    }
    const network = firewall
      .at("ipRules", "rules")
      .items()
      .find(
        (candidate) =>
          isEverywhere(candidate.at("ip").string() ?? "") &&
          ["*", "", site.host].includes(candidate.at("hostname").string()?.toLowerCase() ?? "") &&
          candidate.at("action").string() !== "bypass",
      );
    if (network !== undefined) {
      return fault(network.at("ip"), `${firewall.name} stops every address`);
    }
  }
  return undefined;
}

const stopsAtVercel: ReadonlySet<string | undefined> = new Set(["deny", "challenge", "redirect"]);

const byHost = (stack: Stack, { application }: Site): Fault | undefined =>
  hosts(stack)
    .filter(({ resource }) => resource === application)
    .map(({ closed }) => closed?.())
    .find((fault) => fault !== undefined);

/** Only the CDN in front of a service, or everybody: any other list keeps visitors out. */
function byService({ service, zone }: Site): Fault | undefined {
  if (service === undefined || !service.is(render.webService)) return undefined;
  for (const { list, owner } of listsOf(service)) {
    if (!list.exists) continue;
    const networks = list.items().map((entry) => entry.at("cidrBlock").string() ?? "");
    const isOpen = networks.some(isEverywhere) || (zone !== undefined && coversCloudflare(networks));
    if (!isOpen) return fault(list, `ipAllowLists of ${owner} lets only some networks in`);
  }
  return undefined;
}

/**
 * The service's own list, and those of the environments of its project that it may be in: where one is called production,
 * that one, else each that is of no other stage.
 */
function listsOf(service: ResourceOf<WebServiceArgs>): { list: Value<IpAllowRule[]>; owner: string }[] {
  const projects = service
    .dependenciesOf("environmentId")
    .flatMap((it) => (it.is(render.project) ? [it] : []));
  return [
    { list: service.at("ipAllowLists"), owner: service.name },
    ...projects.flatMap((project) => {
      const environments = project.at("environments").entries();
      const named = environments.filter(([name]) => /^prod(?:uction)?$/i.test(name));
      const possible = named.length > 0 ? named : environments.filter(([name]) => !isOfOtherStage(name));
      return possible.map(([name, environment]) => ({
        list: environment.at("ipAllowLists"),
        owner: `the environment ${name} of ${project.name}`,
      }));
    }),
  ];
}
