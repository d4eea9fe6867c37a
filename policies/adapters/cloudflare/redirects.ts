import type { RulesetArgs } from "@pulumi/cloudflare";
import type { AnyValue, ResourceOf, Stack } from "../../framework/index.ts";
import type { Redirect, RedirectUrl } from "../../model/adapter.ts";
import { isOn } from "../../model/given.ts";
import { cloudflare } from "../../model/tokens.ts";
import { targetOfExpression, targetOfUrl } from "../../values/redirect-target.ts";

/** Redirects by rules, page rules, lists and load balancers. */
export const redirects = (stack: Stack): Redirect[] => [
  ...stack.ofType(cloudflare.ruleset).map((resource) => ({ resource, urls: () => ofRuleset(resource) })),
  ...stack.ofType(cloudflare.pageRule).map((resource) => ({
    resource,
    urls: () =>
      resource.at("status").string() === "disabled"
        ? []
        : [fixed(resource.at("actions", "forwardingUrl", "url"))],
  })),
  ...stack.ofType(cloudflare.list).map((resource) => ({
    resource,
    urls: () =>
      resource
        .at("items")
        .items()
        .map((item) => fixed(item.at("redirect", "targetUrl"))),
  })),
  ...stack
    .ofType(cloudflare.listItem)
    .map((resource) => ({ resource, urls: () => [fixed(resource.at("redirect", "targetUrl"))] })),
  ...stack.ofType(cloudflare.loadBalancer).map((resource) => ({
    resource,
    urls: () =>
      resource
        .at("rules")
        .items()
        .map((rule) => fixed(rule.at("fixedResponse", "location"))),
  })),
];

const ofRuleset = (ruleset: ResourceOf<RulesetArgs>): RedirectUrl[] =>
  ruleset
    .at("rules")
    .items()
    .filter((rule) => rule.at("action").string() === "redirect" && isOn(rule.at("enabled")))
    .flatMap((rule) => {
      const target = rule.at("actionParameters", "fromValue", "targetUrl");
      return [fixed(target.at("value")), made(target.at("expression"))];
    });

const fixed = (at: AnyValue): RedirectUrl => ({ at, target: () => readBy(targetOfUrl, at.string()) });

const made = (at: AnyValue): RedirectUrl => ({
  at,
  target: () => readBy(targetOfExpression, at.string()),
  isPlain: () => /^\s*concat\(\s*"http:\/\//i.test(at.string() ?? ""),
});

const readBy = <Target>(read: (text: string) => Target, text: string | undefined): Target | undefined =>
  text === undefined ? undefined : read(text);
