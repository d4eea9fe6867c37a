import * as z from "zod";

const text = z.string().min(1).max(10_000);
const paths = z.array(text).max(1000);

/** A value, one that Render makes, one that Render asks a person for, or all of a group. */
const variable = z.union([
  z.strictObject({ key: text, value: z.string().max(100_000) }),
  z.strictObject({ key: text, generateValue: z.literal(true) }),
  z.strictObject({ key: text, sync: z.literal(false) }),
  z.strictObject({ fromGroup: text }),
]);

/** Render ignores `sync: false` in a group, and a group has no groups. */
const groupVariable = z.union([
  z.strictObject({ key: text, value: z.string().max(100_000) }),
  z.strictObject({ key: text, generateValue: z.literal(true) }),
]);

const percent = z.int().min(1).max(90);

const service = z
  .strictObject({
    type: z.enum(["web", "pserv", "worker", "cron"]),
    name: text,
    runtime: z.enum(["node", "python", "elixir", "go", "ruby", "rust", "docker", "image"]),
    region: z.enum(["oregon", "ohio", "virginia", "frankfurt", "singapore"]).optional(),
    plan: z.enum(["free", "starter", "standard", "pro", "pro plus", "pro max", "pro ultra"]).optional(),
    repo: z.url({ protocol: /^https$/ }).optional(),
    branch: text.optional(),
    rootDir: text.optional(),
    image: z.strictObject({ url: text }).optional(),
    autoDeployTrigger: z.enum(["commit", "checksPass", "off"]).optional(),
    buildFilter: z.strictObject({ paths: paths.optional(), ignoredPaths: paths.optional() }).optional(),
    buildCommand: text.optional(),
    preDeployCommand: text.optional(),
    startCommand: text.optional(),
    dockerCommand: text.optional(),
    dockerfilePath: text.optional(),
    dockerContext: text.optional(),
    schedule: text.optional(),
    healthCheckPath: text.optional(),
    maxShutdownDelaySeconds: z.int().min(1).max(300).optional(),
    numInstances: z.int().min(0).max(1000).optional(),
    scaling: z
      .strictObject({
        minInstances: z.int().min(1),
        maxInstances: z.int().min(1),
        targetCPUPercent: percent.optional(),
        targetMemoryPercent: percent.optional(),
      })
      .optional(),
    domains: z.array(text).max(1000).optional(),
    previews: z.strictObject({ generation: z.enum(["off", "manual", "automatic"]) }).optional(),
    envVars: z.array(variable).max(1000).optional(),
  })
  .refine(({ type, schedule }) => (type === "cron") === (schedule !== undefined), {
    message: "a cron job, and nothing else, has a schedule",
  })
  .refine(
    ({ runtime, buildCommand, startCommand }) =>
      runtime === "docker" ||
      runtime === "image" ||
      (buildCommand !== undefined && startCommand !== undefined),
    { message: "what is built without Docker needs buildCommand and startCommand" },
  );

const group = z.strictObject({ name: text, envVars: z.array(groupVariable).max(1000) });

const onOff = z.enum(["enabled", "disabled"]);

const environment = z.strictObject({
  name: text,
  services: z.array(service).max(1000).optional(),
  envVarGroups: z.array(group).max(1000).optional(),
  networking: z.strictObject({ isolation: onOff }).optional(),
  permissions: z.strictObject({ protection: onOff }).optional(),
});

/**
 * What Render takes as a Blueprint, as far as it is written here. Written from the documentation of its fields.
 * Source: https://render.com/docs/blueprint-spec
 */
export const blueprintSchema = z.strictObject({
  projects: z.array(z.strictObject({ name: text, environments: z.array(environment).min(1) })).optional(),
  services: z.array(service).max(1000).optional(),
  envVarGroups: z.array(group).max(1000).optional(),
});

export type Blueprint = z.infer<typeof blueprintSchema>;
export type BlueprintService = z.infer<typeof service>;
export type BlueprintGroup = z.infer<typeof group>;
export type BlueprintVariable = z.infer<typeof variable>;
