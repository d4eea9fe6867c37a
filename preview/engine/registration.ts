import type resourcePb from "@pulumi/pulumi/proto/resource_pb.js";
import type { PreviewResource } from "./resource.ts";
import { holdsSecret, isSecret, type PropertyMap, secret, unknown } from "./values.ts";

/**
 * What a preview answers a program that registers a resource: its inputs as a provider gets them, and an
 * unknown secret for each output that is declared secret. Every other output is left out, which the program
 * takes as unknown.
 */
export function outputsOf(resource: PreviewResource): PropertyMap {
  return withSecretOutputs({ ...resource.inputs, ...importedOutputs(resource) }, resource);
}

/** Outputs, of which those are secret that the program declares to be. */
export function withSecretOutputs(
  outputs: PropertyMap,
  { additionalSecretOutputs }: PreviewResource,
): PropertyMap {
  const secrets = additionalSecretOutputs.map((name) => {
    const value = outputs[name] ?? unknown;
    return [name, isSecret(value) ? value : secret(value)];
  });
  return { ...outputs, ...Object.fromEntries(secrets) };
}

/**
 * What a preview answers a program that reads a resource: what it is, its provider alone knows. What the program gives
 * is no more than a hint, which the engine too replaces by what the provider finds; a secret of it stays secret.
 */
export function outputsOfRead({ inputs, additionalSecretOutputs }: PreviewResource): PropertyMap {
  const keys = new Set([...Object.keys(inputs), ...additionalSecretOutputs]);
  return Object.fromEntries(
    [...keys].map((key) => {
      const isHidden = additionalSecretOutputs.includes(key) || holdsSecret(inputs[key] ?? null);
      return [key, isHidden ? secret(unknown) : unknown];
    }),
  );
}

const generated: ReadonlySet<string> = new Set([
  "random:index/randomPassword:RandomPassword",
  "random:index/randomString:RandomString",
]);

/** Whether what a resource is imported by is what it generates: then the id is as secret as that. */
export function isImportedByValue({ type, importId }: PreviewResource): boolean {
  return importId !== "" && generated.has(type);
}

/** What an import makes known offline: a random resource takes over the value that it is imported by. */
export function importedOutputs(resource: PreviewResource): PropertyMap {
  return isImportedByValue(resource)
    ? { id: secret(resource.importId), result: secret(resource.importId) }
    : {};
}

/** Places that the SDK reports for a registration: its own choice first, then the callers from the inside out. */
export function* reportedPlaces(
  request: Pick<
    InstanceType<typeof resourcePb.RegisterResourceRequest>,
    "getSourceposition" | "getStacktrace"
  >,
): Generator<unknown> {
  yield request.getSourceposition()?.toObject();
  for (const frame of request.getStacktrace()?.getFramesList() ?? []) yield frame.getPc()?.toObject();
}

type Timeouts = InstanceType<typeof resourcePb.RegisterResourceRequest.CustomTimeouts>;

/** Custom timeouts in seconds, from durations as Go writes them, such as `1h30m`. */
export function secondsOf(timeouts: Timeouts | undefined): PreviewResource["timeouts"] {
  return {
    create: seconds(timeouts?.getCreate() ?? ""),
    update: seconds(timeouts?.getUpdate() ?? ""),
    delete: seconds(timeouts?.getDelete() ?? ""),
    read: seconds(timeouts?.getRead() ?? ""),
  };
}

const unitSeconds: Record<string, number> = {
  ...{ h: 3600, m: 60, s: 1, ms: 1e-3, ns: 1e-9 },
  // The Greek letter and the sign of old typewriters.
  ...{ us: 1e-6, "\u03bcs": 1e-6, "\u00b5s": 1e-6 },
};

/** What Go's time.ParseDuration reads: amounts with units, behind a sign; zero needs no unit. */
const duration = /^[+-]?(?:0|(?:(?:\d+\.?\d*|\.\d+)(?:h|ms|m|s|us|\u03bcs|\u00b5s|ns))+)$/;

/** Go counts nanoseconds in 64 bits. */
const mostSeconds = 2 ** 63 / 1e9;

/** @throws {Error} when the text is not a duration */
function seconds(text: string): number {
  if (text === "") return 0;
  const parts = [...text.matchAll(/([\d.]+)([^\d.]+)/g)];
  const sum = parts.reduce(
    (before, [, amount, unit]) => before + Number(amount) * (unitSeconds[unit ?? ""] ?? 0),
    0,
  );
  if (!duration.test(text) || sum > mostSeconds) {
    throw new Error(`custom timeout '${text}' is not a duration such as 1h30m`);
  }
  return text.startsWith("-") ? 0 - sum : sum;
}
