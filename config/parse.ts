import type * as z from "zod";
import { Failure } from "../lib/failure.ts";
import { type DeliverySettings, deliveryModel } from "./delivery.ts";
import type { SettingsModel } from "./model.ts";
import { adoptWanted, expectation, problemsOf, readSettings } from "./problems.ts";
import { refusalText, type SettingsSource } from "./refusal.ts";
import { platformModel, type Settings } from "./settings.ts";

/**
 * The settings that a stack of the platform holds in its configuration, every default filled in.
 *
 * @param config full keys, such as `optropic:database`, to values as Pulumi hands them to a program: text as
 * it stands, or JSON; keys of other namespaces are left alone
 * @throws {Failure} `refused`, with every problem at once, each with its path, what was expected and what was found
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

/** The same for the settings of a model. */
export function parseAs<Schema extends z.ZodObject>(
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
  // To compile what checks the settings takes longer than to check them, once.
  let result = model.schema.safeParse(values, { error: expectation, jitless: true });
  if (!result.success && adoptWanted(result.error.issues, values)) {
    result = model.schema.safeParse(values, { error: expectation, jitless: true });
  }
  if (result.success && problems.length === 0) return result.data;
  const unread = new Set(problems.filter(({ path }) => path.length === 1).map(({ path }) => path[0]));
  const judged = result.success ? [] : problemsOf(result.error.issues, values);
  const all = [...problems, ...judged.filter(({ path }) => !unread.has(path[0]))];
  throw new Failure("refused", refusalText(all, source, model));
}
