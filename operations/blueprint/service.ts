import { Inputs } from "./inputs.ts";
import type { BlueprintService, BlueprintVariable } from "./schema.ts";

const types: Readonly<Record<string, BlueprintService["type"]>> = {
  "render:index/webService:WebService": "web",
  "render:index/privateService:PrivateService": "pserv",
  "render:index/backgroundWorker:BackgroundWorker": "worker",
  "render:index/cronJob:CronJob": "cron",
};

export function isService(type: string): boolean {
  return type in types;
}

/** A service as a Blueprint writes it, unchecked, and the names of what a Blueprint cannot say of it. */
export function serviceOf(
  type: string,
  values: Readonly<Record<string, unknown>>,
): { service: Record<string, unknown>; left: string[] } {
  const inputs = new Inputs(values);
  inputs.ignore("environmentId", "slug");
  const source = sourceOf(inputs.within("runtimeSource"));
  const startCommand = inputs.text("startCommand");
  const previews = inputs.within("previews") ?? inputs.within("pullRequestPreviews");
  const service = defined({
    type: types[type],
    name: inputs.text("name"),
    region: inputs.text("region"),
    plan: inputs.text("plan")?.replaceAll("_", " "),
    ...source.fields,
    preDeployCommand: inputs.text("preDeployCommand"),
    ...(source.isDocker ? { dockerCommand: startCommand } : { startCommand }),
    rootDir: inputs.text("rootDirectory"),
    schedule: inputs.text("schedule"),
    healthCheckPath: inputs.text("healthCheckPath"),
    maxShutdownDelaySeconds: inputs.number("maxShutdownDelaySeconds"),
    ...scalingOf(inputs),
    domains: filled(inputs.list("customDomains").flatMap((domain) => domain.text("name") ?? [])),
    previews: generationOf(previews),
    envVars: filled(inputs.map("envVars").map(([key, value]) => variableOf(key, value))),
  });
  return { service, left: [...source.left, ...inputs.rest()] };
}

/** A secret, and what is known only after the deployment, is asked of a person. */
export function variableOf(key: string, entry: Inputs): BlueprintVariable {
  if (entry.flag("generateValue") === true) return { key, generateValue: true };
  const value = entry.text("value");
  return value === undefined ? { key, sync: false } : { key, value };
}

function sourceOf(source: Inputs | undefined): {
  fields: Record<string, unknown>;
  isDocker: boolean;
  left: string[];
} {
  const native = source?.within("nativeRuntime");
  if (native !== undefined) {
    const fields = {
      runtime: native.text("runtime"),
      ...repositoryOf(native),
      buildCommand: native.text("buildCommand"),
    };
    return { fields, isDocker: false, left: native.rest() };
  }
  const docker = source?.within("docker");
  if (docker !== undefined) {
    const fields = {
      runtime: "docker",
      ...repositoryOf(docker),
      dockerfilePath: docker.text("dockerfilePath"),
      dockerContext: docker.text("context"),
    };
    return { fields, isDocker: true, left: docker.rest() };
  }
  const image = source?.within("image");
  if (image === undefined) return { fields: {}, isDocker: false, left: [] };
  const digest = image.text("digest");
  const tag = image.text("tag");
  const suffix = digest === undefined ? (tag === undefined ? "" : `:${tag}`) : `@${digest}`;
  const url = image.text("imageUrl");
  const fields = { runtime: "image", image: url === undefined ? undefined : { url: `${url}${suffix}` } };
  return { fields, isDocker: true, left: image.rest() };
}

function repositoryOf(source: Inputs): Record<string, unknown> {
  const filter = source.within("buildFilter");
  const deploys = source.flag("autoDeploy");
  return {
    repo: source.text("repoUrl"),
    branch: source.text("branch"),
    autoDeployTrigger: source.text("autoDeployTrigger") ?? (deploys === false ? "off" : undefined),
    buildFilter:
      filter && defined({ paths: filter.texts("paths"), ignoredPaths: filter.texts("ignoredPaths") }),
  };
}

function scalingOf(inputs: Inputs): Record<string, unknown> {
  const autoscaling = inputs.within("autoscaling");
  const numInstances = inputs.number("numInstances");
  if (autoscaling?.flag("enabled") !== true) return { numInstances };
  const criteria = autoscaling.within("criteria");
  const percentOf = (name: string): number | undefined => {
    const criterion = criteria?.within(name);
    return criterion?.flag("enabled") === true ? criterion.number("percentage") : undefined;
  };
  return {
    scaling: defined({
      minInstances: autoscaling.number("min"),
      maxInstances: autoscaling.number("max"),
      targetCPUPercent: percentOf("cpu"),
      targetMemoryPercent: percentOf("memory"),
    }),
  };
}

function generationOf(previews: Inputs | undefined): { generation: string } | undefined {
  const generation = previews?.text("generation");
  return generation === undefined ? undefined : { generation };
}

function defined(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

function filled<Value>(list: Value[]): Value[] | undefined {
  return list.length === 0 ? undefined : list;
}
