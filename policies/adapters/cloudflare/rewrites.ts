import type { Stack } from "../../framework/index.ts";
import type { EdgeZone, Rewritten } from "../../model/edge-zone.ts";
import { isOn } from "../../model/given.ts";
import { mayActOn, type Rule, rulesOf } from "../../model/rulesets.ts";
import type { Zone } from "../../model/zones.ts";
import { literals, textMadeBy } from "../../values/cloudflare-expression.ts";
import type { SampleRequest } from "../../values/sample-request.ts";

/**
 * Rules that give requests another path: limits, firewall rules, cache rules and hosts see that one alone. Source:
 * https://developers.cloudflare.com/ruleset-engine/reference/phases-list/
 */
const phase = "http_request_transform";

function rewritesOf(stack: Stack, zone: Zone): Rule[] {
  return rulesOf(stack, zone, phase).filter(
    ({ entry }) =>
      entry.at("action").string() === "rewrite" &&
      isOn(entry.at("enabled")) &&
      entry.at("actionParameters", "uri", "path").exists,
  );
}

/** What a zone makes of paths. */
export function rewritesIn(stack: Stack, zone: Zone): Pick<EdgeZone, "rewritten" | "rewriteNames"> {
  let found: Rule[] | undefined;
  const rules = (): Rule[] => {
    found ??= rewritesOf(stack, zone);
    return found;
  };
  return {
    rewritten: (request) =>
      rules().reduce<Rewritten[]>((all, rule) => apart(all.flatMap((it) => pass(rule, it))), [{ request }]),
    rewriteNames: () => rules().flatMap(({ entry }) => literals(entry.at("expression").string() ?? "")),
  };
}

/** As many as five rules make of which it is not sure that they act. */
const maximumPossibilities = 32;

/** Each once; where they are too many, the first, and one that may have any path in place of the others. */
function apart(all: readonly Rewritten[]): Rewritten[] {
  const paths = new Map<string, Rewritten>();
  for (const it of all) {
    const key = `${it.request.isOpenEnded === true} ${it.request.path}`;
    if (!paths.has(key)) paths.set(key, it);
  }
  const [first, ...others] = paths.values();
  const last = others.at(-1);
  return first === undefined || last === undefined || others.length < maximumPossibilities
    ? [...paths.values()]
    : [first, { ...last, request: { ...last.request, path: "", isOpenEnded: true } }];
}

function pass(rule: Rule, before: Rewritten): Rewritten[] {
  const acts = mayActOn(rule, before.request);
  if (acts === false) {
    return [before];
  }
  const { entry, resource } = rule;
  const request = withPath(rule, before.request);
  if (request.path === before.request.path && request.isOpenEnded === before.request.isOpenEnded) {
    return [before];
  }
  const after = {
    request,
    by: { resource, at: entry.at("actionParameters", "uri", "path") },
  };
  return acts === true ? [after] : [before, after];
}

function withPath({ entry }: Rule, request: SampleRequest): SampleRequest {
  const to = entry.at("actionParameters", "uri", "path");
  const made = to.at("value").string() ?? textMadeBy(to.at("expression").string() ?? "", request);
  const { isOpenEnded: _, ...rest } = request;
  const rawPath = request.rawPath ?? request.path;
  return typeof made === "string"
    ? { ...rest, path: made, rawPath }
    : { ...rest, path: made.prefix, rawPath, isOpenEnded: true };
}
