import type { Host } from "../../../operations/hosts/host.ts";

export const [current, previous] = ["c".repeat(40), "b".repeat(40)] as const;

/** Two hosts without a vendor, one domain each, which serve the current commit and have served the previous one. */
export class MemoryHosts {
  served: Record<string, string> = { vercel: current, render: current };
  /** Hosts that answer with an error. */
  silent: string[] = [];
  /** Whether a call is never answered. */
  hangs: (host: string, call: string) => boolean = () => false;

  readonly servedCommit = async (domain: string): Promise<string | undefined> =>
    this.served[domain.split(".")[0] ?? ""];

  get all(): Host[] {
    return ["vercel", "render"].map((name) => this.host(name));
  }

  host(name: string): Host {
    const answer = async <T>(call: string, value: () => T): Promise<T> => {
      if (this.hangs(name, call)) await new Promise(() => undefined);
      if (this.silent.includes(name)) throw new Error("503 Service Unavailable");
      return value();
    };
    const deployment = (commit: string, hour: string) => ({
      ...{ id: `${name}-${commit.slice(0, 1)}`, commit, createdAt: `2026-12-01T${hour}:00:00.000Z` },
      ...{ ready: true, pending: false, hasServed: true },
    });
    const all = [deployment(current, "07"), deployment(previous, "06")];
    return {
      ...{ name, domains: [`${name}.optropic.example`], byHand: "choose the {deployment}", stages: true },
      served: () => answer("served", () => all.find(({ commit }) => commit === this.served[name])),
      deployments: () => answer("deployments", () => all),
      deploy: () => Promise.reject(new Error("nothing is deployed")),
      promote: () => Promise.reject(new Error("nothing is promoted")),
      rollBack: ({ commit = "" }) =>
        answer("rollBack", () => {
          this.served[name] = commit;
        }),
      cancel: async () => undefined,
      automation: () => answer("automation", () => ({ auto: "on" })),
      hold: () => answer("hold", () => undefined),
      restore: () => answer("restore", () => undefined),
    };
  }
}
