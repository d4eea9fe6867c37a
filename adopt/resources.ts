/** A resource that the program declares. */
export interface Declared {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly parent?: string | undefined;
  readonly custom: boolean;
  /** As a preview shows them: what is not known yet is an object, and a secret a fixed text. */
  readonly inputs?: Readonly<Record<string, unknown>> | undefined;
  /** URNs of what each input comes from; without it, that is not known. */
  readonly references?: ReadonlyMap<string, readonly string[]> | undefined;
  /** URN of its provider; without it, that is not known. */
  readonly provider?: string | undefined;
  /** Properties whose changes the program leaves alone. */
  readonly ignoreChanges?: readonly string[] | undefined;
  /** URNs that it had before: a state may still have it under one. */
  readonly olderUrns?: readonly string[] | undefined;
}

/** A resource that a vendor has. */
export interface Existing {
  /** Where a state of Pulumi has it. */
  readonly urn?: string | undefined;
  readonly type: string;
  /** What it is called where it was found. */
  readonly name: string;
  /** What the provider knows it by. */
  readonly id: string;
  readonly properties: Properties;
  /** The vendor keeps it when the state forgets it. */
  readonly isRetained?: boolean | undefined;
}

/** Whether a value is not known, or a secret: nothing can be said of what it holds. */
export function isHidden(value: unknown): boolean {
  if (value === "[secret]") return true;
  if (typeof value !== "object" || value === null) return false;
  return ("unknown" in value && value.unknown === true) || Object.hasOwn(value, secretKey);
}

/** By which a state marks a secret: https://www.pulumi.com/docs/iac/concepts/secrets/. */
const secretKey = "4dabf18193072939515e22adb298388d";

/** Stands for an id that a state does not say. */
export const unsaid = "(id not said)";

export type Properties = Readonly<Record<string, unknown>>;

/** A property that is a text and not empty. */
export function textOf(properties: Properties, name: string): string | undefined {
  const value = properties[name];
  if (typeof value === "number") return String(value);
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** The same at a path with dots. */
export function textAt(properties: Properties, path: string): string | undefined {
  const [name = "", ...rest] = path.split(".");
  if (rest.length === 0) return textOf(properties, name);
  const inner = properties[name];
  return typeof inner === "object" && inner !== null ? textAt({ ...inner }, rest.join(".")) : undefined;
}

/** The provider of a type: `cloudflare` of `cloudflare:index/zone:Zone`. */
export function vendorOf(type: string): string {
  return type.split(":")[0] ?? type;
}
