import { expect, test } from "vitest";
import { asWritten, compilePack, misspelt } from "./misspelt.ts";

/** Reads of a policy, those that must not compile marked by a comment. */
const source = `
import type { ResourceOf, Stack } from "./framework/index.ts";
import { ownedBy } from "./model/links.ts";
import { cloudflare, github, random, render, sentry, vercel } from "./model/tokens.ts";
import type { SecurityHeader } from "./model/zones.ts";

export function reads(stack: Stack, entry: string) {
  for (const zone of stack.ofType(cloudflare.zone)) {
    zone.at("name").string();
    zone.at("nme").string(); // refused
    zone.dependenciesOf("acount"); // refused
  }
  for (const ruleset of stack.ofType(cloudflare.ruleset)) {
    ruleset.at("rules").items().map((rule) => rule.at("actionParameters", "headers").entries());
    ruleset.at("rules", "0", "ratelimit", "period").number();
    ruleset.at("rules", "0", "rateLimit"); // refused
    ruleset.at("rules").items().map((rule) => rule.at("actionParameter")); // refused
  }
  for (const service of stack.ofType(render.webService, render.cronJob)) {
    service.at("schedule").string();
    service.at("envVars", entry, "value").string();
    service.at("envVars", entry, "values").string(); // refused
    if (service.is(render.cronJob)) service.at("healthCheckPath"); // refused
  }
  for (const setting of stack.ofType(cloudflare.zoneSetting)) {
    setting.at("value").as<SecurityHeader>().at("strict_transport_security", "max_age").number();
    setting.at("value").at("strict_transport_security"); // refused
    setting.at("valeu"); // refused
  }
  for (const key of stack.ofType(...sentry.key)) key.at("rateLimitCounts"); // refused
  for (const password of stack.ofType(random.password)) password.refersTo(password, "keeper"); // refused
  for (const resource of stack.ofType(github.repository)) resource.dependencies.map((it) => it.at("name")); // refused
  ownedBy([vercel.domain], "projectId");
  ownedBy([vercel.domain], "project"); // refused
}

export const asAnother = (zone: ResourceOf<{ name: string }>): ResourceOf<{ nam: string }> => zone; // refused
`;

/** All of it in one compilation, which takes seconds. */
const { all, compiledBy, refused } = compilePack([misspelt, asWritten], source);

test("a misspelt property of a resource does not compile", () => {
  const lines = source.split("\n");
  const marked = lines.flatMap((line, index) => (line.endsWith("// refused") ? [index + 1] : []));
  expect(refused.map(({ line }) => line)).toEqual(marked);
  for (const { message } of refused) {
    expect(message).toMatch(/^(Argument of type|Property 'at' does not exist|Type )/);
  }
});

/** Reads by a name that is not a property's, so that no type can say which there are. */
const byAnyName = [
  // A reference to a secret of Amazon's names the key of a document that people fill.
  { file: "adapters/aws/secrets.ts", name: "key" },
  // It goes through all inputs of a resource, whatever they are called.
  { file: "model/named-inputs.ts", name: "place.key" },
  // A route asks for any label that an alert may have.
  { file: "model/notification-routes.ts", name: "label" },
];

test("a misspelt name in any read of a policy does not compile, but for those that name no property", () => {
  expect(all.length).toBeGreaterThan(2000);
  expect(compiledBy(misspelt)).toEqual(byAnyName);
});

test("each read compiles in the copy where it is misspelt, as it is written", () => {
  expect(compiledBy(asWritten)).toEqual(all);
});
