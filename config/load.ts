import * as pulumi from "@pulumi/pulumi";
import type * as z from "zod";
import { Failure } from "../lib/failure.ts";
import { type DeliverySettings, deliveryModel } from "./delivery.ts";
import type { SettingsModel } from "./model.ts";
import { withOrigins } from "./origins.ts";
import { parseAs } from "./parse.ts";
import { platformModel, type Settings } from "./settings.ts";

/**
 * The settings of the stack that is being deployed, every default filled in. Pulumi's configuration has no
 * other reader; call it before the first resource is declared.
 *
 * @throws {pulumi.RunError} when any setting is missing, malformed, impossible or unknown
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
  try {
    const settings = parseAs(model, pulumi.runtime.allConfig(), {
      stack: pulumi.getStack(),
      namespace,
      isSecret: (key) => secretKeys?.has(`${namespace}:${key}`) ?? true,
    });
    return withOrigins(settings, model);
  } catch (error) {
    // Pulumi prints the message of such an error as it stands, without a stack trace.
    throw error instanceof Failure ? new pulumi.RunError(error.message) : error;
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
