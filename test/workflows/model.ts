import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import * as z from "zod";

export const root = join(import.meta.dirname, "..", "..");
const folder = join(root, ".github", "workflows");

const texts = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));
const permissions = z.record(z.string(), z.enum(["none", "read", "write"]));
const concurrency = z.strictObject({
  group: z.string(),
  "cancel-in-progress": z.union([z.boolean(), z.string()]),
});

const stepSchema = z.strictObject({
  id: z.string().optional(),
  name: z.string().optional(),
  if: z.string().optional(),
  uses: z.string().optional(),
  with: texts.optional(),
  run: z.string().optional(),
  shell: z.string().optional(),
  env: texts.optional(),
});

const jobSchema = z.looseObject({
  if: z.string().optional(),
  name: z.string().optional(),
  environment: z.string().optional(),
  permissions: permissions.optional(),
  concurrency: concurrency.optional(),
  "timeout-minutes": z.number().optional(),
  env: texts.optional(),
  steps: z.array(stepSchema),
});

const scheduled = z.array(z.strictObject({ cron: z.string() }));
const dispatched = z.strictObject({ inputs: z.record(z.string(), z.looseObject({ type: z.string() })) });

/** Times and the names of inputs as lists, as every other trigger has its filters. */
function listed(on: unknown): unknown {
  if (typeof on !== "object" || on === null) return on;
  return Object.fromEntries(
    Object.entries(on).map(([trigger, value]) => {
      const times = scheduled.safeParse(value);
      if (trigger === "schedule" && times.success)
        return [trigger, { cron: times.data.map(({ cron }) => cron) }];
      const inputs = dispatched.safeParse(value);
      return trigger === "workflow_dispatch" && inputs.success
        ? [trigger, { inputs: Object.keys(inputs.data.inputs) }]
        : [trigger, value];
    }),
  );
}

const workflowSchema = z.looseObject({
  name: z.string(),
  on: z.preprocess(
    listed,
    z.record(z.string(), z.union([z.null(), z.record(z.string(), z.array(z.string()))])),
  ),
  permissions: z.union([permissions, z.string()]).optional(),
  concurrency: concurrency.optional(),
  env: texts.optional(),
  jobs: z.record(z.string(), jobSchema),
});

export type Step = z.infer<typeof stepSchema>;
export type Job = z.infer<typeof jobSchema>;
export type Workflow = z.infer<typeof workflowSchema>;

/** The text of each workflow, by the name of its file. */
export function readWorkflows(): Map<string, string> {
  const files = readdirSync(folder).filter((file) => /\.ya?ml$/.test(file));
  return new Map(files.map((file) => [file, readFileSync(join(folder, file), "utf8")]));
}

export function parseWorkflow(text: string): Workflow {
  return workflowSchema.parse(parse(text));
}

/** The steps of the composite action. */
export function parseAction(text: string): Step[] {
  return z.looseObject({ runs: z.looseObject({ steps: z.array(stepSchema) }) }).parse(parse(text)).runs.steps;
}

export function scriptsOfPackage(): ReadonlySet<string> {
  const { scripts } = z
    .looseObject({ scripts: z.record(z.string(), z.string()) })
    .parse(JSON.parse(readFileSync(join(root, "package.json"), "utf8")));
  return new Set(Object.keys(scripts));
}
