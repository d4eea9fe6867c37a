import { counted } from "../../lib/text.ts";

/**
 * Property values as they travel in Pulumi's protocols: JSON in which an object with the signature key is a
 * secret, an asset, an archive, a resource reference or an output value, and a fixed string is an unknown.
 */

export type PropertyValue =
  | null
  | boolean
  | number
  | string
  | PropertyValue[]
  | { [key: string]: PropertyValue };
export type PropertyMap = { [key: string]: PropertyValue };

/** What stands for a string whose value a preview cannot know. */
export const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** The key of a dynamic resource's inputs at which its provider is, as source text. */
export const providerKey = "__provider";

/** The key by which the SDK knows its own unknown value, which whoever lists the properties of one is given. */
const unknownKey = "__pulumiUnknown";

/** Whether a text is or is made of what stands for an unknown one. */
export function holdsMark(text: string): boolean {
  return text.includes(unknown) || text.includes(unknownKey);
}

const unknowns = new Set([
  unknown,
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7", // boolean
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421", // number
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2", // array
  "030794c1-ac77-496b-92df-f27374a8bd58", // asset
  "e48ece36-62e2-4504-bad9-02848725956a", // archive
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff", // object
]);

export const signatureKey = "4dabf18193072939515e22adb298388d";
export const secretSignature = "1b47061264138c4ac30d75fd1eb44270";
export const assetSignature = "c44067f5952c0a294b673a41bacd8c17";
export const archiveSignature = "0def7320c3a5731c473e5ecbe6d01bc7";
export const resourceSignature = "5cf8f73096256a8f31e491e813e4eb8e";
export const outputSignature = "d0e6a833031e9bbcd3f4e8bde6ca49a4";

/** How deep a value may nest before it is refused: far more than any provider has, less than a call stack. */
export const maxDepth = 1000;

/** @throws {RangeError} for a value that nests deeper than any real one */
export function checkDepth(value: unknown, depth = 0): void {
  if (depth > maxDepth) throw new RangeError(`a value nests deeper than ${maxDepth} levels`);
  if (typeof value !== "object" || value === null) return;
  for (const element of Object.values(value)) checkDepth(element, depth + 1);
}

export function isUnknown(value: PropertyValue | undefined): boolean {
  return typeof value === "string" && unknowns.has(value);
}

export function secret(value: PropertyValue): PropertyMap {
  return { [signatureKey]: secretSignature, value };
}

/**
 * Inputs as the engine hands them to a policy pack that analyses them: resource references become ids or
 * URNs, output values their elements, and internal keys are left out, at the top alone. Secrets and unknowns stay.
 *
 * @throws {RangeError} for a value that nests deeper than any real one.
 */
export function forAnalysis(properties: PropertyMap): PropertyMap {
  return mapEntries(properties, (value) => simplify(value, referenceText, 0), isInternal);
}

/** The same for a pack that may change them: internal keys stay, since what it returns takes their place. */
export function forRemediation(properties: PropertyMap): PropertyMap {
  return mapEntries(properties, (value) => simplify(value, referenceText, 0));
}

/** What a program is answered may be in an older form, where its SDK does not say that it reads the newer. */
export interface Accepted {
  secrets: boolean;
  resources: boolean;
  /** Values of which a part is unknown. */
  partial: boolean;
}

/** Outputs as the engine hands them to a program. */
export function forProgram(properties: PropertyMap, accepted: Accepted): PropertyMap {
  const reference = accepted.resources ? (value: PropertyMap): PropertyValue => value : referenceText;
  const outputs = mapEntries(properties, (value) => simplify(value, reference, 0));
  const kept = accepted.partial
    ? outputs
    : Object.fromEntries(Object.entries(outputs).filter(([, value]) => !holdsUnknown(value)));
  return accepted.secrets ? kept : mapEntries(kept, withoutSecrets);
}

/** True for a value that is or holds an unknown one. */
export function holdsUnknown(value: PropertyValue): boolean {
  if (typeof value !== "object" || value === null) return isUnknown(value);
  return Object.values(value).some(holdsUnknown);
}

/** True for a value that is or holds a secret. */
export function holdsSecret(value: PropertyValue): boolean {
  if (typeof value !== "object" || value === null) return false;
  return isSecret(value) || Object.values(value).some(holdsSecret);
}

function withoutSecrets(value: PropertyValue): PropertyValue {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (value === null || typeof value !== "object") return value;
  return isSecret(value) ? withoutSecrets(value.value ?? null) : mapEntries(value, withoutSecrets);
}

/** Output values become their elements, as the engine stores them; all else stays as it travels. */
export function withoutOutputValues(properties: PropertyMap): PropertyMap {
  return mapEntries(properties, unwrapOutputs);
}

/**
 * Properties as transforms are handed them: a secret or an unknown, however deep, is an output value, so that what holds
 * one stays known.
 */
export function withOutputValues(properties: PropertyMap): PropertyMap {
  return mapEntries(properties, wrapInOutputs);
}

/** An output value of a value, as `withOutputValues` has it, that depends on resources. */
export function outputValue(value: PropertyValue, dependencies: readonly string[]): PropertyMap {
  const output = isOutputValue(value) ? value : { [signatureKey]: outputSignature, value };
  return { ...output, dependencies: [...new Set([...outputDependencies(output), ...dependencies])] };
}

/** Resources that a value's output values say it depends on. */
export function outputDependencies(value: PropertyValue): string[] {
  if (Array.isArray(value)) return value.flatMap(outputDependencies);
  if (value === null || typeof value !== "object") return [];
  const own =
    value[signatureKey] === outputSignature && Array.isArray(value.dependencies)
      ? value.dependencies.filter((urn) => typeof urn === "string")
      : [];
  return [...own, ...Object.values(value).flatMap(outputDependencies)];
}

/** Properties for a person's eyes: an unknown value is `{"unknown":true}`, a secret one `"[secret]"`. */
export function forDisplay(properties: PropertyMap): PropertyMap {
  return mapEntries(forAnalysis(properties), show);
}

/** Every text and number that a value holds, and whether a secret holds it. */
export function* textsIn(
  value: PropertyValue,
  inSecret = false,
): Generator<{ text: string; secret: boolean }> {
  if (typeof value === "string" || typeof value === "number") {
    if (!isUnknown(value)) yield { text: String(value), secret: inSecret };
  } else if (Array.isArray(value)) {
    for (const element of value) yield* textsIn(element, inSecret);
  } else if (value !== null && typeof value === "object") {
    const secretHere = value[signatureKey] === secretSignature || isSecretOutput(value);
    for (const [key, element] of Object.entries(value)) {
      if (key !== signatureKey) yield* textsIn(element, inSecret || secretHere);
    }
  }
}

/** Reads a secret as a state file keeps it: in plain text when exported so, else it is not to be known. */
export function secretFromState(value: PropertyMap): PropertyMap {
  if (typeof value.plaintext !== "string") return secret(unknown);
  try {
    return secret(JSON.parse(value.plaintext) as PropertyValue);
  } catch {
    return secret(unknown);
  }
}

export function isSecret(value: PropertyValue): value is PropertyMap {
  return (
    value !== null &&
    typeof value === "object" &&
    !Array.isArray(value) &&
    value[signatureKey] === secretSignature
  );
}

function isOutputValue(value: PropertyValue): value is PropertyMap {
  return (
    value !== null &&
    typeof value === "object" &&
    !Array.isArray(value) &&
    value[signatureKey] === outputSignature
  );
}

function isSecretOutput(value: PropertyMap): boolean {
  return value[signatureKey] === outputSignature && value.secret === true;
}

function wrapInOutputs(value: PropertyValue): PropertyValue {
  if (isUnknown(value)) return { [signatureKey]: outputSignature };
  if (Array.isArray(value)) return value.map(wrapInOutputs);
  if (value === null || typeof value !== "object") return value;
  if (!isSecret(value)) return mapEntries(value, wrapInOutputs);
  return { [signatureKey]: outputSignature, secret: true, value: wrapInOutputs(value.value ?? null) };
}

function unwrapOutputs(value: PropertyValue): PropertyValue {
  if (Array.isArray(value)) return value.map(unwrapOutputs);
  if (value === null || typeof value !== "object") return value;
  if (!isOutputValue(value)) return mapEntries(value, unwrapOutputs);
  const element = value.value === undefined ? unknown : unwrapOutputs(value.value);
  return value.secret === true ? secret(element) : element;
}

function simplify(
  value: PropertyValue,
  reference: (value: PropertyMap) => PropertyValue,
  depth: number,
): PropertyValue {
  if (depth > maxDepth) throw new RangeError(`a property nests deeper than ${maxDepth} levels`);
  const inner = (element: PropertyValue): PropertyValue => simplify(element, reference, depth + 1);
  if (Array.isArray(value)) return value.map(inner);
  if (value === null || typeof value !== "object") return value;
  switch (value[signatureKey]) {
    case resourceSignature:
      return reference(value);
    case outputSignature: {
      const element = value.value === undefined ? unknown : inner(value.value);
      return value.secret === true ? secret(element) : element;
    }
    case secretSignature: {
      const element = inner(value.value ?? null);
      return isSecret(element) ? element : secret(element);
    }
    case assetSignature:
    case archiveSignature:
      return value;
  }
  return mapEntries(value, inner);
}

/** A resource as its id where it has one, which may be unknown, else as its URN. */
function referenceText({ id, urn }: PropertyMap): PropertyValue {
  if (typeof id === "string") return id === "" ? unknown : id;
  return typeof urn === "string" ? urn : unknown;
}

function show(value: PropertyValue): PropertyValue {
  if (isUnknown(value)) return { unknown: true };
  if (Array.isArray(value)) return value.map(show);
  if (value === null || typeof value !== "object") return value;
  switch (value[signatureKey]) {
    case secretSignature:
      return "[secret]";
    case assetSignature:
      return { asset: describeAsset(value) };
    case archiveSignature:
      return { archive: describeAsset(value) };
  }
  return mapEntries(value, show);
}

function never(): boolean {
  return false;
}

/** Whether a key is of the engine's own, which policies do not see. */
export function isInternal(key: string): boolean {
  return key.startsWith("__");
}

function describeAsset(value: PropertyMap): PropertyValue {
  for (const key of ["path", "uri", "text"]) {
    const described = value[key];
    if (typeof described === "string")
      return key === "text" ? counted(described.length, "character") : described;
  }
  return Object.keys(typeof value.assets === "object" && value.assets !== null ? value.assets : {});
}

function mapEntries(
  properties: PropertyMap,
  map: (value: PropertyValue) => PropertyValue,
  leaveOut: (key: string) => boolean = never,
): PropertyMap {
  return Object.fromEntries(
    Object.entries(properties)
      .filter(([key]) => !leaveOut(key))
      .map(([key, value]) => [key, map(value)]),
  );
}
