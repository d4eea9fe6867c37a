import { type AnyValue, type Fault, fault, type Stack, unproved } from "../../framework/index.ts";
import { isOn } from "../../model/given.ts";
import { mayActOn, type Rule, rulesOf } from "../../model/rulesets.ts";
import { cloudflare } from "../../model/tokens.ts";
import { accessPlaces, asksNobody, inZone, type Zone } from "../../model/zones.ts";
import { stopActions } from "../../values/ruleset-values.ts";
import type { SampleRequest } from "../../values/sample-request.ts";
import { starForm } from "../../values/star-pattern.ts";
import { rewritesIn } from "./rewrites.ts";

/** In the form of RFC 8555: letters, digits, `-` and `_`. */
const token = "evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA";

const redirectPhases = ["http_request_dynamic_redirect", "http_request_redirect"];

/**
 * What keeps the question of an authority, such as `/.well-known/acme-challenge/TOKEN`, from the host that has the
 * answer (RFC 8555, 8.3), as it comes by plain http and after a redirect. Throws UnknownRead.
 */
export const challengeFault = (stack: Stack, zone: Zone, question: SampleRequest): Fault | undefined =>
  byRule(stack, zone, question) ?? byPlace(stack, zone, question);

function byRule(stack: Stack, zone: Zone, question: SampleRequest): Fault | undefined {
  const asked: SampleRequest = { ...question, path: `${question.path}${token}` };
  const place = `${question.host}${question.path}`;
  const requests: SampleRequest[] = [{ ...asked, scheme: "http" }, asked];
  for (const rule of rulesOf(stack, zone, "http_request_firewall_custom")) {
    if (!stopActions.has(rule.entry.at("action").string()) || !isOn(rule.entry.at("enabled"))) continue;
    const what = `a rule of ${rule.resource.name} stops requests for ${place}`;
    const found = requests.map((request) => taken(rule, request, what)).find((it) => it !== undefined);
    if (found !== undefined) return found;
  }
  for (const rule of redirectPhases.flatMap((phase) => rulesOf(stack, zone, phase))) {
    // Plain http may be sent on to https: authorities follow.
    if (mayActOn(rule, asked) === true && rule.entry.at("action").string() === "redirect") {
      return fault(
        rule.entry.at("expression"),
        `a rule of ${rule.resource.name} redirects requests for ${place}`,
      );
    }
  }
  // The first is as it was asked, where no rule surely changes it.
  const by = rewritesIn(stack, zone).rewritten(asked)[0]?.by;
  return by && fault(by.at, `a rule of ${by.resource.name} rewrites requests for ${place}`);
}

/** One that only some visitors come under, wherever they go, is not about these paths. */
function taken(rule: Rule, request: SampleRequest, what: string): Fault | undefined {
  const at = rule.entry.at("expression");
  const acts = mayActOn(rule, request);
  if (acts === true) return fault(at, what);
  const elsewhere = mayActOn(rule, { ...request, path: "/orders/17" });
  return acts === undefined && elsewhere === false
    ? unproved(
        at,
        `${what} that the policy cannot tell apart from those of authorities`,
        `Leave the path out: not starts_with(http.request.uri.path, "/.well-known/").`,
      )
    : undefined;
}

/** A lockdown or a sign-in of these paths. */
function byPlace(stack: Stack, zone: Zone, { host, path }: SampleRequest): Fault | undefined {
  const closed: readonly (readonly [what: string, places: readonly AnyValue[]])[] = [
    ...inZone(stack, zone, cloudflare.lockdown, (it) => it.at("paused").boolean() !== true).map(
      (it) => [`the lockdown ${it.name}`, it.at("urls").items()] as const,
    ),
    ...stack
      .ofType(cloudflare.access)
      // An application of its own, with such a policy, is how a path is left out of a sign-in.
      .filter((it) => !asksNobody(stack, it))
      .map((it) => [it.name, accessPlaces(it)] as const),
  ];
  for (const [what, places] of closed) {
    const place = places.find((it) => covers(it.string() ?? "", `${host}${path}${token}`));
    if (place !== undefined) {
      return fault(place, `${what} keeps authorities from ${place.string()}`);
    }
  }
  return undefined;
}

/** `*.example.com/path/*`: a star stands for any text, and a place for all that is below it. */
function covers(place: string, url: string): boolean {
  const [, text = ""] = /^(?:\w+:\/\/|\*:\/\/)?(.*)$/.exec(place.toLowerCase()) ?? [];
  if (!text.includes("/.")) return false;
  return new RegExp(`^${starForm(text)}(?:$|/|(?<=/))`).test(url);
}
