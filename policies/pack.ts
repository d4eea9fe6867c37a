import { PolicyPack } from "@pulumi/policy";
import { toPulumiPolicies } from "./framework/pack.ts";
import { readContext } from "./framework/settings.ts";
import { packName } from "./model/pack-name.ts";
import { registry, waivable } from "./registry.ts";

new PolicyPack(packName, {
  displayName: "Production deployment checklist",
  description: "The items of the production deployment checklist that a stack's resources can show.",
  tags: ["checklist", "production"],
  policies: toPulumiPolicies(registry, () => readContext(waivable, new Date())),
});
