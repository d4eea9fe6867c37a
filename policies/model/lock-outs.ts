import { type Fault, fault, type Stack } from "../framework/index.ts";
import { coversCloudflare } from "../values/cloudflare-networks.ts";
import { isOn } from "./given.ts";
import { ownedBy } from "./links.ts";
import { isEverywhere } from "./networks.ts";
import { reachOf } from "./reach.ts";
import { rulesOf } from "./rulesets.ts";
import type { Site } from "./sites.ts";
import { cloudflare, render, vercel } from "./tokens.ts";
import { hosts } from "./variables.ts";
import { inZone, type Zone } from "./zones.ts";

/** What keeps every visitor of a site out, or lets only some in; undefined where nothing does. Throws UnknownRead. */
export function lockedOut(stack: Stack, site: Site): Fault | undefined {
  return (
    (site.zone &&
      (byRule(stack, site, site.zone) ??
        byLockdown(stack, site, site.zone) ??
        byAccess(stack, site) ??
        byWaitingRoom(stack, site, site.zone))) ??
    byProject(stack, site) ??
    byService(site) ??
    byHost(stack, site)
  );
}

const stops: ReadonlySet<string | undefined> = new Set([
  "block",
  "challenge",
  "js_challenge",
  "managed_challenge",
]);

function byRule(stack: Stack, site: Site, zone: Zone): Fault | undefined {
  for (const { entry, resource } of rulesOf(stack, zone, "http_request_firewall_custom")) {
    const acts = stops.has(entry.at("action").string()) && isOn(entry.at("enabled"));
    const expression = entry.at("expression");
    if (acts && reachOf(expression.string() ?? "", site).kind === "all") {
      return fault(expression, `a rule of ${resource.name} stops every request`);
    }
  }
  return undefined;
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
    const places = [
      application.at("domain"),
      ...application.at("selfHostedDomains").items(),
      ...application
        .at("destinations")
        .items()
        .map((destination) => destination.at("uri")),
    ];
    const all = places.find((place) => isAllOf(place.string() ?? "", host));
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
