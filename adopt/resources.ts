/** A resource that the program declares. */
export interface Declared {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly parent?: string | undefined;
  readonly custom: boolean;
  /** As a preview shows them: what is not known yet is an object, and a secret a fixed text. */
  readonly inputs?: Readonly<Record<string, unknown>> | undefined;
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
  readonly properties: Readonly<Record<string, unknown>>;
}

/** A property that is a text and not empty. */
export function textOf(properties: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = properties[name];
  if (typeof value === "number") return String(value);
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** The provider of a type: `cloudflare` of `cloudflare:index/zone:Zone`. */
export function vendorOf(type: string): string {
  return type.split(":")[0] ?? type;
}
