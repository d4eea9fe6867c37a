import type aliasPb from "@pulumi/pulumi/proto/alias_pb.js";
import type resourcePb from "@pulumi/pulumi/proto/resource_pb.js";
import type { PreviewResource } from "./resource.ts";
import { makeUrn } from "./urn.ts";
import { isSecret, type PropertyMap, secret, unknown } from "./values.ts";

/**
 * What a preview answers a program that registers a resource: its inputs, and an unknown secret for each
 * output that is declared secret. Every other output is left out, which the program takes as unknown.
 */
export function outputsOf(resource: PreviewResource): PropertyMap {
  const outputs = { ...resource.inputs };
  for (const name of resource.additionalSecretOutputs) {
    const value = outputs[name] ?? unknown;
    outputs[name] = isSecret(value) ? value : secret(value);
  }
  return outputs;
}

type Alias = InstanceType<typeof aliasPb.Alias>;

/** The URNs that a resource had before, as its aliases tell; what an alias leaves out is the resource's own. */
export function aliasUrns(
  aliases: readonly Alias[],
  resource: { urn: string; type: string; name: string; parent: string; project: string; stack: string },
): string[] {
  return aliases.map((alias) => {
    const spec = alias.getSpec();
    if (spec === undefined) return alias.getUrn();
    return makeUrn({
      stack: spec.getStack() || resource.stack,
      project: spec.getProject() || resource.project,
      type: spec.getType() || resource.type,
      name: spec.getName() || resource.name,
      parent: spec.getNoparent() ? "" : spec.getParenturn() || resource.parent,
    });
  });
}

type Timeouts = InstanceType<typeof resourcePb.RegisterResourceRequest.CustomTimeouts>;

/** Custom timeouts in seconds, from durations as Go writes them, such as `1h30m`. */
export function secondsOf(timeouts: Timeouts | undefined): PreviewResource["timeouts"] {
  return {
    create: seconds(timeouts?.getCreate() ?? ""),
    update: seconds(timeouts?.getUpdate() ?? ""),
    delete: seconds(timeouts?.getDelete() ?? ""),
  };
}

const unitSeconds: Record<string, number> = { h: 3600, m: 60, s: 1, ms: 1e-3, us: 1e-6, µs: 1e-6, ns: 1e-9 };

/** @throws {Error} when the text is not a duration */
function seconds(duration: string): number {
  if (duration === "" || duration === "0") return 0;
  if (!/^([0-9.]+(h|ms|m|s|us|µs|ns))+$/.test(duration)) {
    throw new Error(`custom timeout '${duration}' is not a duration such as 1h30m`);
  }
  return [...duration.matchAll(/([0-9.]+)(h|ms|m|s|us|µs|ns)/g)].reduce(
    (sum, [, amount, unit]) => sum + Number(amount) * (unitSeconds[unit ?? ""] ?? 0),
    0,
  );
}
