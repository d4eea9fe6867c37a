import type { Folder } from "@pulumi/grafana/oss/folder.js";
import { Check } from "@pulumi/grafana/syntheticmonitoring/check.js";
import { getProbesOutput } from "@pulumi/grafana/syntheticmonitoring/getProbes.js";
import * as pulumi from "@pulumi/pulumi";
import { healthCheckJob, hosts } from "../../metrics/contract.ts";
import type { HostUrls, ObservabilityScope } from "./scope.ts";

export interface SyntheticChecksArgs {
  readonly hosts: HostUrls;
  /** Path of the health endpoint. */
  readonly path: string;
  /** Names of Grafana's probes, such as `Frankfurt`. */
  readonly probes: readonly string[];
  readonly folder: Folder;
}

const minuteMs = 60_000;
const timeoutMs = 5_000;

/**
 * Calls the health endpoint of each host from every region, each minute, over TLS and without following
 * redirects (item 5.7). Synthetic Monitoring must be set up once in the stack, by its page in Grafana.
 *
 * A failure is seen as `probe_success == 0`; the alert rules read it, so the checks have no alerts of
 * their own.
 */
export function createSyntheticChecks(scope: ObservabilityScope, args: SyntheticChecksArgs): Check[] {
  // A first preview must not need the stack: the answer is unknown until the folder exists.
  const known = getProbesOutput({}, { ...scope.options, dependsOn: args.folder });
  const probes = args.probes.map((name) => known.probes.apply((ids) => probeId(name, ids)));
  return hosts.map(
    (host) =>
      new Check(
        `${scope.name}-health-${host}`,
        {
          job: healthCheckJob,
          target: `${args.hosts[host]}${args.path}`,
          enabled: true,
          probes,
          frequency: minuteMs,
          timeout: timeoutMs,
          folderUid: args.folder.uid,
          labels: { host },
          settings: {
            http: { method: "GET", failIfNotSsl: true, noFollowRedirects: true, validStatusCodes: [200] },
          },
        },
        scope.options,
      ),
  );
}

/**
 * Grafana's number of a probe.
 *
 * @throws {pulumi.RunError} where there is no probe of that name
 */
export function probeId(name: string, ids: Readonly<Record<string, number>>): number {
  const id = ids[name];
  if (id !== undefined) return id;
  throw new pulumi.RunError(
    `Grafana has no probe ${name} (observability.syntheticProbes). There are: ${Object.keys(ids).sort().join(", ")}.`,
  );
}
