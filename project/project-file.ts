import * as z from "zod";
import { declaredSettings } from "./declarations.ts";
import { isVersionRange } from "./version.ts";

const runtimeOptions = z.looseObject({
  typescript: z.boolean().optional(),
  tsconfig: z.string().max(1000).optional(),
  nodeargs: z.string().max(10_000).optional(),
});

/** What `pulumi new` reads of a project that is a template. */
const template = z.strictObject({
  displayName: z.string().nullish(),
  description: z.string().nullish(),
  quickstart: z.string().nullish(),
  important: z.boolean().nullish(),
  metadata: z.record(z.string(), z.string()).nullish(),
  config: z
    .record(
      z.string(),
      z.looseObject({ description: z.string().nullish(), secret: z.boolean().nullish() }).nullable(),
    )
    .nullish(),
});

const plugin = z.strictObject({ name: z.string(), path: z.string(), version: z.string().optional() });

const packageSource = z.strictObject({
  source: z.string(),
  version: z.string().optional(),
  parameters: z.array(z.string()).optional(),
  pluginDownloadURL: z.string().optional(),
  checksums: z.record(z.string(), z.string()).optional(),
  extensions: z.array(z.string()).optional(),
});

/**
 * Pulumi.yaml as far as Pulumi checks it before it runs anything, by its own schema for projects
 * (https://github.com/pulumi/pulumi/blob/master/sdk/go/common/workspace/project.json). Keys that a
 * preview does not use must have the right shape too.
 */
export const projectFile = z.looseObject({
  name: z.string().regex(/^[A-Za-z0-9_.-]{1,100}$/, "letters, digits, dots, dashes and underscores"),
  runtime: z.preprocess(
    (runtime) => (typeof runtime === "string" ? { name: runtime } : runtime),
    z.strictObject({ name: z.string(), options: runtimeOptions.default({}) }),
  ),
  description: z.string().nullish(),
  author: z.string().nullish(),
  website: z.string().nullish(),
  license: z.string().nullish(),
  main: z.string().max(1000).nullish(),
  requiredPulumiVersion: z
    .string()
    .max(1000)
    .refine((range) => range === "" || isVersionRange(range), "a range of versions, such as >=3.100.0 <4.0.0")
    .nullish(),
  // A text is the older way to name the folder of the stacks' files.
  config: z.union([z.string(), declaredSettings]).nullish(),
  stackConfigDir: z.string().max(1000).nullish(),
  backend: z.strictObject({ url: z.string().optional() }).nullish(),
  options: z.strictObject({ refresh: z.literal("always").optional() }).nullish(),
  template: template.nullish(),
  packages: z.record(z.string(), z.union([z.string(), packageSource])).optional(),
  plugins: z
    .looseObject({
      providers: z.array(plugin).optional(),
      analyzers: z.array(plugin).optional(),
      languages: z.array(plugin).optional(),
    })
    .optional(),
});
