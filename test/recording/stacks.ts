import { join } from "node:path";
import { parseDeliverySettings, parseSettings } from "../../config/parse.ts";
import { loadSecrets } from "../../config/secrets.ts";
import { deliver } from "../../delivery/deliver.ts";
import { platform, secretsOf } from "../../platform.ts";
import type { Context } from "../../policies/framework/context.ts";
import { readContext } from "../../policies/framework/settings.ts";
import { waivable } from "../../policies/registry.ts";
import { type Project, readProject } from "../../project/project.ts";
import { type RecordedResource, record } from "./record.ts";

/** A stack that was recorded, and what its settings say to the pack. */
export interface RecordedStack {
  readonly resources: readonly RecordedResource[];
  readonly context: Context;
}

const root = join(import.meta.dirname, "..", "..");

/**
 * Records the platform, with the settings of one of its stacks.
 *
 * @param overrides `key=value`, as `--config` takes them
 * @throws {SettingsError} for settings that the program refuses
 */
export function recordPlatform(stack = "production", ...overrides: string[]): Promise<RecordedStack> {
  if (overrides.length > 0) return recordSettings(stack, overrides);
  const recorded = unchanged.get(stack) ?? recordSettings(stack, []);
  unchanged.set(stack, recorded);
  return recorded;
}

/** The stacks with their settings as they are, each recorded once for all files that share this process. */
const unchanged = new Map<string, Promise<RecordedStack>>();

function recordSettings(stack: string, overrides: string[]): Promise<RecordedStack> {
  const project = readProject({ cwd: root, stack, overrides });
  const settings = parseSettings(Object.fromEntries(project.config), sourceOf(project));
  return recordStack(project, () => platform(settings, loadSecrets(secretsOf(settings))));
}

/** Records the delivery of the platform. */
export function recordDelivery(...overrides: string[]): Promise<RecordedStack> {
  const project = readProject({ cwd: join(root, "delivery"), stack: "production", overrides });
  const settings = parseDeliverySettings(Object.fromEntries(project.config), sourceOf(project));
  return recordStack(project, () => deliver(settings));
}

async function recordStack(project: Project, declare: () => unknown): Promise<RecordedStack> {
  const { promise: read, resolve } = Promise.withResolvers<Context>();
  const resources = await record({
    project: project.name,
    stack: project.stack,
    organization: project.organization,
    config: project.config,
    secretKeys: project.secretKeys,
    run: () => {
      // The pack reads the configuration of the runtime, which is this stack's for now.
      resolve(readContext(waivable, new Date()));
      return declare();
    },
  });
  return { resources, context: await read };
}

function sourceOf({ name, stack, secretKeys }: Project) {
  return { stack, namespace: name, isSecret: (key: string) => secretKeys.has(`${name}:${key}`) };
}
