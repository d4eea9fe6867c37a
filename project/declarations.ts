import * as z from "zod";
import { Failure } from "../lib/failure.ts";
import { type Configuration, isEncrypted, isSecure } from "./configuration.ts";

const types = ["string", "integer", "boolean", "array", "object"] as const;

interface ItemsType {
  type: (typeof types)[number];
  items?: ItemsType | undefined;
}

const itemsType: z.ZodType<ItemsType> = z.lazy(() =>
  z.object({ type: z.enum(types), items: itemsType.optional() }),
);

const declaration = z.strictObject({
  type: z.enum(types).optional(),
  items: itemsType.optional(),
  description: z.string().optional(),
  secret: z.boolean().default(false),
  default: z.unknown().optional(),
  value: z.unknown().optional(),
});
type Declaration = z.infer<typeof declaration>;

const shorthand = z.union([z.string(), z.bigint(), z.boolean(), z.array(z.unknown())]);

/** `config` of Pulumi.yaml: for each key a value, or a declaration of its type and default. */
export const declaredSettings = z.record(z.string(), z.union([shorthand, declaration]));

/**
 * Gives a stack what Pulumi.yaml declares for it and checks its settings against the declared types.
 *
 * @throws {Failure} for a declaration that Pulumi refuses, a required setting that is missing, a value of another
 * type and a declared secret that is not encrypted
 */
export function applyDeclarations(
  configuration: Configuration,
  declared: z.infer<typeof declaredSettings>,
  project: string,
): void {
  const declarations = Object.entries(declared).map(([key, entry]): [string, Declaration] => {
    const full = readDeclaration(entry, isOwn(key, project));
    checkDeclaration(key, full, isOwn(key, project));
    return [key, full];
  });
  const missing: string[] = [];
  for (const [key, { default: fallback, value = fallback }] of declarations) {
    const given = value ?? undefined;
    if (configuration.find(key) === undefined && given === undefined) missing.push(key);
    else if (given !== undefined) configuration.setDefault(key, given);
  }
  if (missing.length > 0) {
    throw new Failure(
      "config",
      `the stack has no value for ${missing.join(", ")}, which Pulumi.yaml requires: set it in the stack's file, or with --config`,
    );
  }
  for (const [key, settled] of declarations) checkValue(configuration, key, settled);
}

function isOwn(key: string, project: string): boolean {
  return !key.includes(":") || key.startsWith(`${project}:`);
}

function readDeclaration(entry: z.infer<typeof shorthand> | Declaration, own: boolean): Declaration {
  if (typeof entry === "object" && !Array.isArray(entry)) return entry;
  return { secret: false, default: own ? entry : undefined, value: own ? undefined : entry };
}

function checkDeclaration(key: string, { type, items, ...given }: Declaration, own: boolean): void {
  const refuse = (problem: string): never => {
    throw new Failure("config", `Pulumi.yaml declares the setting ${key} ${problem}`);
  };
  const has = (value: unknown): boolean => value !== undefined && value !== null;
  if (has(given.default) && has(given.value)) refuse("with both a default and a value: keep one");
  if (!own) {
    if (type !== undefined) refuse("with a type, but it belongs to a provider: give its value alone");
    if (has(given.default)) refuse("with a default, but it belongs to a provider: write value instead");
    if (!has(given.value)) refuse("without a value, but it belongs to a provider: give its value");
    return;
  }
  if (type === undefined) return;
  if (type === "array" && items === undefined) refuse("as an array without the type of its items: add items");
  if (has(given.default) && !fits(given.default, { type, items })) {
    refuse(`with a default that is not of its type, ${typeName({ type, items })}`);
  }
}

function checkValue(configuration: Configuration, key: string, { type, items, secret }: Declaration): void {
  if (type === undefined) return;
  const value = configuration.find(key);
  if (secret && !isSecure(value)) {
    const full = configuration.fullKey(key);
    // There is nobody to encrypt what --config gives; it is kept secret here as if it were encrypted.
    if (configuration.overridden.has(full)) configuration.conceal(key);
    else
      throw new Failure(
        "config",
        `the setting ${key} must be encrypted, because Pulumi.yaml declares it secret: pulumi config set --secret ${key}`,
      );
  }
  // A scalar reaches the program as text, whatever it looked like in the file.
  const content = typeof value === "object" && value !== null ? value : value === null ? "" : String(value);
  if (!fits(content, { type, items })) {
    throw new Failure(
      "config",
      `the setting ${key} must be of type ${typeName({ type, items })}, as Pulumi.yaml declares it`,
    );
  }
}

/** What is encrypted may be of any type of scalar: only its key could tell. */
function fits(value: unknown, { type, items }: ItemsType): boolean {
  if (isEncrypted(value)) return type !== "array" && type !== "object";
  switch (type) {
    case "string":
      return typeof value === "string";
    case "integer":
      if (typeof value === "string")
        return /^[-+]?\d+$/.test(value) && isInt64(BigInt(value.replace("+", "")));
      return typeof value === "bigint" || (typeof value === "number" && Number.isInteger(value));
    case "boolean":
      return typeof value === "boolean" || value === "true" || value === "false";
    case "object":
      return typeof value === "object" && value !== null && !Array.isArray(value);
    case "array":
      return items !== undefined && Array.isArray(value) && value.every((element) => fits(element, items));
  }
}

function isInt64(value: bigint): boolean {
  return BigInt.asIntN(64, value) === value;
}

function typeName({ type, items }: ItemsType): string {
  return items === undefined ? type : `array<${typeName(items)}>`;
}
