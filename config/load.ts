import * as pulumi from "@pulumi/pulumi";
import type * as z from "zod";
import { type DeliverySettings, deliveryModel } from "./delivery.ts";
import type { SettingsModel } from "./model.ts";
import { adoptWanted, expectation, problemsOf, readSettings } from "./problems.ts";
import { refusalText, type SettingsProblem, type SettingsSource } from "./refusal.ts";
import { platformModel, type Settings } from "./settings.ts";

/**
 * The settings of the stack that is being deployed, every default filled in. Pulumi's configuration has no
 * other reader; call it before the first resource is declared.
 *
 * @throws {SettingsError} when any setting is missing, malformed, impossible or unknown
 */
export function loadSettings(): Settings {
  return load(platformModel);
}

/** The same for the program of `delivery/`. */
export function loadDeliverySettings(): DeliverySettings {
  return load(deliveryModel);
}

function load<Schema extends z.ZodObject>(model: SettingsModel<Schema>): z.infer<Schema> {
  const namespace = pulumi.getProject();
  const secretKeys = secretKeysOf(process.env.PULUMI_CONFIG_SECRET_KEYS);
  return parseAs(model, pulumi.runtime.allConfig(), {
    stack: pulumi.getStack(),
    namespace,
    isSecret: (key) => secretKeys?.has(`${namespace}:${key}`) ?? true,
  });
}

/**
 * The settings that a stack of the platform holds in its configuration, every default filled in.
 *
 * @param config full keys, such as `optropic:database`, to values as Pulumi hands them to a program: text as
 * it stands, or JSON; keys of other namespaces are left alone
 * @throws {SettingsError} with every problem at once, each with its path, what was expected and what was found
 */
export function parseSettings(config: Readonly<Record<string, string>>, source: SettingsSource): Settings {
  return parseAs(platformModel, config, source);
}

/** The same for the program of `delivery/`. */
export function parseDeliverySettings(
  config: Readonly<Record<string, string>>,
  source: SettingsSource,
): DeliverySettings {
  return parseAs(deliveryModel, config, source);
}

function parseAs<Schema extends z.ZodObject>(
  model: SettingsModel<Schema>,
  config: Readonly<Record<string, string>>,
  source: SettingsSource,
): z.infer<Schema> {
  const prefix = `${source.namespace}:`;
  const own = Object.entries(config).filter(([key]) => key.startsWith(prefix));
  const { values, problems } = readSettings(
    model.schema,
    new Map(own.map(([key, text]) => [key.slice(prefix.length), text])),
  );
  let result = model.schema.safeParse(values, { error: expectation });
  if (!result.success && adoptWanted(result.error.issues, values)) {
    result = model.schema.safeParse(values, { error: expectation });
  }
  if (result.success && problems.length === 0) return result.data;
  const unread = new Set(problems.filter(({ path }) => path.length === 1).map(({ path }) => path[0]));
  const judged = result.success ? [] : problemsOf(result.error.issues, values);
  throw new SettingsError([...problems, ...judged.filter(({ path }) => !unread.has(path[0]))], source, model);
}

/** Settings that are refused; Pulumi prints the message as it stands, without a stack trace. */
export class SettingsError extends pulumi.RunError {
  /** How many problems there are; the message shows the first of them. */
  readonly count: number;

  constructor(problems: readonly SettingsProblem[], source: SettingsSource, model: SettingsModel) {
    super(refusalText(problems, source, model));
    this.name = "SettingsError";
    this.count = problems.length;
  }
}

/** Keys that hold a secret, as the language host names them; nothing where it does not say, so all may. */
function secretKeysOf(list: string | undefined): ReadonlySet<unknown> | undefined {
  try {
    const keys: unknown = JSON.parse(list ?? "");
    return Array.isArray(keys) ? new Set(keys) : undefined;
  } catch {
    return undefined;
  }
}
