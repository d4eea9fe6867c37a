import type { Folder } from "@pulumi/grafana/oss/folder.js";
import { Check } from "@pulumi/grafana/syntheticmonitoring/check.js";
import { getProbesOutput } from "@pulumi/grafana/syntheticmonitoring/getProbes.js";
import * as pulumi from "@pulumi/pulumi";
import { healthCheckJob, hosts } from "../../metrics/contract.ts";
import type { ObservabilityArgs, ObservabilityScope } from "./args.ts";

const minuteMs = 60_000;
const timeoutMs = 5_000;

/**
 * Calls the health endpoint of each host from every region, each minute, over TLS and without following
 * redirects (item 5.7). Someone must set up Synthetic Monitoring in the stack once, on its page in Grafana.
 *
 * A failure appears as `probe_success == 0`. The alert rules read that, so the checks have no alerts of their
 * own.
 */
export function createSyntheticChecks(
  scope: ObservabilityScope,
  args: Pick<ObservabilityArgs, "observability" | "hosts" | "healthCheckPath" | "further">,
  folder: Folder,
): Check[] {
  // A first preview must not need the Grafana stack: the answer is unknown until the folder exists.
  const known = getProbesOutput({}, { ...scope.options, dependsOn: folder });
  const probes = args.observability.syntheticProbes.map((name) => known.probes.apply(probeId(name)));
  const all = [
    ...hosts.map((host) => ({ name: host, url: args.hosts[host], healthCheckPath: args.healthCheckPath })),
    ...(args.further ?? []),
  ];
  return all.map(
    ({ name: host, url, healthCheckPath }) =>
      new Check(
        ...scope.named("health", `health-${host}`, {
          job: healthCheckJob,
          target: `${url}${healthCheckPath}`,
          enabled: true,
          probes,
          frequency: minuteMs,
          timeout: timeoutMs,
          folderUid: folder.uid,
          labels: { host },
          settings: {
            http: { method: "GET", failIfNotSsl: true, noFollowRedirects: true, validStatusCodes: [200] },
          },
        }),
      ),
  );
}

/**
 * Grafana's number of a probe.
 *
 * @throws {pulumi.RunError} when Grafana has no probe of that name
 */
export const probeId =
  (name: string) =>
  (ids: Readonly<Record<string, number>>): number => {
    const id = ids[name];
    if (id !== undefined) return id;
    throw new pulumi.RunError(
      `Grafana has no probe ${name} (observability.syntheticProbes). Use one of these: ${Object.keys(ids).sort().join(", ")}.`,
    );
  };
