import { type Fault, fault, known, type Stack } from "../framework/index.ts";
import { coversCloudflare } from "../values/cloudflare-networks.ts";
import { stopActions } from "../values/ruleset-values.ts";
import type { SampleRequest } from "../values/sample-request.ts";
import { vercelRuleActsOn } from "../values/vercel-condition.ts";
import { allScrapes, healthChecks } from "./facts.ts";
import { isOn } from "./given.ts";
import { ownedBy } from "./links.ts";
import { isEverywhere } from "./networks.ts";
import { conditionsOf } from "./rate-limits.ts";
import { reachOf } from "./reach.ts";
import { rulesOf, surelyActsOn } from "./rulesets.ts";
import { requestTo, type Site } from "./sites.ts";
import { stackOutput } from "./stack-outputs.ts";
import { cloudflare, render, vercel } from "./tokens.ts";
import { hosts } from "./variables.ts";
import { accessPlaces, inZone, type Zone } from "./zones.ts";

/** What keeps every visitor of a site out, or lets only some in; undefined where nothing does. Throws UnknownRead. */
export function lockedOut(stack: Stack, site: Site): Fault | undefined {
  return (
    (site.zone &&
      (byRule(stack, site, site.zone) ??
        byLockdown(stack, site, site.zone) ??
        byAccess(stack, site) ??
        byWaitingRoom(stack, site, site.zone))) ??
    byProject(stack, site) ??
    byFirewall(stack, site) ??
    byService(site) ??
    byHost(stack, site)
  );
}

function byRule(stack: Stack, site: Site, zone: Zone): Fault | undefined {
  const needed = neededRequests(stack, site);
  const logins = loginRequests(stack, site);
  for (const rule of rulesOf(stack, zone, "http_request_firewall_custom")) {
    const { entry, resource } = rule;
    if (!stopActions.has(entry.at("action").string()) || !isOn(entry.at("enabled"))) continue;
    const expression = entry.at("expression");
    if (reachOf(expression.string() ?? "", site).kind === "all") {
      return fault(expression, `a rule of ${resource.name} stops every request`);
    }
    // A challenge at the login is a way to keep programs from guessing.
    const open = entry.at("action").string() === "block" ? [...needed, ...logins] : needed;
    const stopped = open.find((request) => surelyActsOn(rule, request));
    if (stopped !== undefined) {
      return fault(expression, `a rule of ${resource.name} stops ${stopped.method} ${stopped.path}`);
    }
  }
  return undefined;
}

/** What is asked of a site by those whom no rule can tell from others: its first page, its API, what the stack checks. */
function neededRequests(stack: Stack, site: Site): SampleRequest[] {
  const { healthPath } = site;
  const health = healthPath === undefined || healthPath.isUnknown ? undefined : healthPath.string();
  const urls = [
    ...healthChecks(stack).map((check) => known(() => check.url())),
    ...allScrapes(stack).map((job) => known(() => job.url())),
  ].flatMap((url) => URL.parse(url ?? "") ?? []);
  const read = [
    ...(site.framework === undefined ? [] : ["/"]),
    ...(health === undefined ? [] : [health]),
    ...urls.filter(({ hostname }) => hostname === site.host).map(({ pathname }) => pathname),
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
  }
  return undefined;
}

/** Access asks whoever comes to sign in, at a host or below a path of it. */
function byAccess(stack: Stack, { host }: Site): Fault | undefined {
  for (const application of stack.ofType(cloudflare.access)) {
    if ((application.at("type").string() ?? "self_hosted") !== "self_hosted") continue;
    const all = accessPlaces(application).find((place) => isAllOf(place.string() ?? "", host));
    if (all !== undefined) {
      return fault(all, `${application.name} asks every visitor of ${all.string()} to sign in`);
    }
  }
  return undefined;
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
  }
  return undefined;
}

function isAllOf(url: string, host: string): boolean {
  const [authority = "", ...path] = url
    .toLowerCase()
    .replace(/^(?:https?|\*):\/\//, "")
    .split("/");
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
  const needed = neededRequests(stack, site);
  for (const firewall of firewallsOf(stack, project)) {
    if (firewall.at("enabled").boolean() === false) continue;
    const rule = firewall
      .at("rules", "rules")
      .items()
      .find(
        (candidate) =>
          isOn(candidate.at("active")) &&
          stopsAtVercel.has(candidate.at("action", "action").string()) &&
          needed.some((request) => vercelRuleActsOn(conditionsOf(candidate), request) === true),
      );
    if (rule !== undefined) {
      return fault(rule, `the rule ${rule.at("name").string()} of ${firewall.name} stops requests to it`);
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
  const list = service.at("ipAllowLists");
  if (!list.exists) return undefined;
  const networks = list.items().map((entry) => entry.at("cidrBlock").string() ?? "");
  const isOpen = networks.some(isEverywhere) || (zone !== undefined && coversCloudflare(networks));
  return isOpen ? undefined : fault(list, `ipAllowLists of ${service.name} lets only some networks in`);
}
