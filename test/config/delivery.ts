import { readFileSync } from "node:fs";
import { parse } from "yaml";
import * as z from "zod";
import type { DeliverySettings } from "../../config/delivery.ts";
import { parseDeliverySettings } from "../../config/parse.ts";
import type { SettingsSource } from "../../config/refusal.ts";
import type { Mapping } from "./stack.ts";

const namespace = "optropic-delivery";
const stackFile = z.object({ config: z.record(z.string(), z.unknown()) });

/** The settings that delivery/Pulumi.production.yaml holds, by top-level key without its namespace. */
export function writtenDelivery(): Mapping {
  const text = readFileSync(new URL("../../delivery/Pulumi.production.yaml", import.meta.url), "utf8");
  const { config } = stackFile.parse(parse(text));
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => [key.replace(`${namespace}:`, ""), value]),
  );
}

export function deliverySource(secretKeys: readonly string[] = []): SettingsSource {
  return { stack: "production", namespace, isSecret: (key) => secretKeys.includes(key) };
}

export function acceptDelivery(settings: Mapping, secretKeys: readonly string[] = []): DeliverySettings {
  const config = Object.entries(settings).map(([key, value]) => [
    `${namespace}:${key}`,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  return parseDeliverySettings(Object.fromEntries(config), deliverySource(secretKeys));
}
