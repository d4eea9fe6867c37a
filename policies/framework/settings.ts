import { Config } from "@pulumi/pulumi";
import type { Context } from "./evaluate.ts";
import { readWaivers } from "./waivers.ts";

/**
 * Reads `stage` and `waivers` from the stack's configuration, in the project's own namespace, which the
 * policy host has from its engine. Any stage but staging, none included, is strict. `today` is the date,
 * UTC, by which a waiver has ended.
 */
export function readContext(waivable: ReadonlySet<string>, today: Date): Context {
  const config = new Config();
  return {
    stage: config.get("stage") === "staging" ? "staging" : "production",
    waivers: readWaivers(config.get("waivers"), waivable, today.toISOString().slice(0, 10)),
  };
}
