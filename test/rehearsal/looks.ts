import type { ItemId } from "../../checklist/items.ts";
import type { Settings } from "../../config/settings.ts";
import type { Result } from "../../evidence/statement.ts";
import { type MeasuredProbe, verifyResults } from "../../evidence/verify-results.ts";
import { registry } from "../../verify/registry.ts";
import { startTarget } from "../target/target.ts";
import { everythingFor, verified } from "../target/verified.ts";
import { ask, type RehearsalStack, servedBy } from "./platform.ts";

interface Stacks {
  readonly production: RehearsalStack;
  readonly staging: RehearsalStack;
}

/** How a rehearsal sees what is served. */
export interface Looks {
  verify(
    stack: "production" | "staging",
    only: readonly ItemId[],
    signal: AbortSignal,
  ): Promise<readonly MeasuredProbe[]>;
  /** What of it is evidence. */
  resultsOf(probes: readonly MeasuredProbe[], at: Date): Result[];
  /** The status of the health check of a deployment. */
  health(url: string): Promise<number>;
  servedCommit(domain: string): Promise<string | undefined>;
  stop(): Promise<void>;
}

/** Believes what the vendors say, and measures nothing: for tests of everything else. */
export async function trustful({ production }: Stacks): Promise<Looks> {
  return {
    verify: async (_, only) => {
      const [probe] = registry.filter(({ items }) => items.some((item) => only.includes(item)));
      if (probe === undefined) return [];
      const { name, title, items } = probe;
      return [
        { name, title, items, state: "holds", checks: [], at: "2026-12-01T08:00:00.000Z", durationMs: 0 },
      ];
    },
    resultsOf: () => [],
    health: async () => 200,
    servedCommit: async (domain) => production.served(domain.startsWith("api.") ? "api" : "web"),
    stop: async () => undefined,
  };
}

/** Items that only a database tells of, or a probe that writes: given in a rehearsal. */
const beyond: ReadonlySet<ItemId> = new Set<ItemId>([
  ...(["3.1", "3.5", "3.6", "3.7", "3.8", "6.7", "S3.3", "S3.4", "S3.5", "S5.3", "H1.5", "H6.4"] as const),
  ...(["5.3", "S6.6"] as const),
]);

/** Measures the reference target, which serves for both stacks whatever commit their hosts point at. */
export function looksAtTarget(settings: Settings): (stacks: Stacks) => Promise<Looks> {
  return async ({ production, staging }) => {
    let asked = production;
    const target = await startTarget(settings, undefined, (host) => asked.served(host));
    const everything = everythingFor(target, settings);
    return {
      async verify(stack, only, signal) {
        asked = stack === "production" ? production : staging;
        // Each look may log in anew.
        target.become();
        try {
          const { probes } = await verified({
            ...everything,
            environment: { ...asked.platform.environment, ...everything.environment },
            only: only.filter((item) => !beyond.has(item)),
            signal,
          });
          return probes.filter(({ items }) => !items.some((item) => beyond.has(item)));
        } finally {
          asked = production;
        }
      },
      resultsOf: (probes, at) => verifyResults(probes).map((result) => ({ ...result, at: at.toISOString() })),
      health: async () => (await ask(target, settings.domains.web, settings.api.healthCheckPath)).status,
      servedCommit: (domain) => servedBy(target, domain, settings.observability.metricsPath),
      stop: () => target.stop(),
    };
  };
}
