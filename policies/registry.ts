import type { Policy } from "./framework/index.ts";
import { renderHealthCheck } from "./render.ts";
import { waiversValid } from "./waivers.ts";

/** Every policy of the pack, in the order of the checklist. */
export const registry: readonly Policy[] = [renderHealthCheck, waiversValid];

/** Names that a waiver may give: a waiver cannot waive the rule about waivers. */
export const waivable: ReadonlySet<string> = new Set(
  registry.filter((policy) => policy !== waiversValid).map(({ name }) => name),
);
