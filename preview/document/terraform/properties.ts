import { camelCase } from "../../../lib/text.ts";
import { isSecret, type PropertyMap, type PropertyValue, secret } from "../../engine/values.ts";
import type { Field, Fields } from "./fields.ts";

/**
 * Attributes of Terraform as the properties that Pulumi's bridge makes of them: names in camel case, a list in the
 * plural, and a block that occurs at most once as an object and no list.
 */
export function propertiesOf(attributes: PropertyMap, fields: Fields): PropertyMap {
  const properties: PropertyMap = {};
  for (const [attribute, value] of Object.entries(attributes)) {
    if (value === null) continue;
    const name = nameIn(fields, attribute);
    const read = readValue(value, fields[name]);
    if (read !== undefined) properties[name] = read;
  }
  return properties;
}

function nameIn(fields: Fields, attribute: string): string {
  const name = camelCase(attribute);
  const candidates = [name, `${name}s`, `${name}es`, name.replace(/y$/, "ies"), name.replace(/s$/, "")];
  return candidates.find((candidate) => Object.hasOwn(fields, candidate)) ?? name;
}

function readValue(value: PropertyValue, field: Field | undefined): PropertyValue | undefined {
  if (isMarked(value)) {
    const inner = readValue(value.value ?? null, field);
    return inner === undefined ? undefined : secret(inner);
  }
  if (field === undefined) return value;
  if (field.isAny) return dynamicValue(value);
  if (field.isMap) {
    if (value === null || typeof value !== "object" || Array.isArray(value)) return value;
    const map: PropertyMap = value;
    return Object.fromEntries(Object.entries(map).map(([key, one]) => [key, elementOf(one, field) ?? null]));
  }
  if (Array.isArray(value)) {
    if (field.isList) return value.map((element) => elementOf(element, field) ?? null);
    // A block that occurs at most once.
    const [only] = value;
    return only === undefined ? undefined : elementOf(only, field);
  }
  if (field.isList && value !== null && typeof value === "object") return [elementOf(value, field) ?? null];
  return elementOf(value, field);
}

/**
 * A state has a value whose type only the value tells together with that type, as go-cty writes it: `{"value": "1.2",
 * "type": "string"}`, or `["object", {…}]` for the type of an object.
 */
function dynamicValue(value: PropertyValue): PropertyValue {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return value;
  if (Object.keys(value).length !== 2 || value.value === undefined) return value;
  return isType(value.type) ? value.value : value;
}

function isType(type: PropertyValue | undefined): boolean {
  if (typeof type === "string") return ["string", "number", "bool", "dynamic"].includes(type);
  const [kind] = Array.isArray(type) ? type : [];
  return typeof kind === "string" && ["list", "set", "map", "object", "tuple"].includes(kind);
}

function elementOf(value: PropertyValue, field: Field): PropertyValue | undefined {
  if (isMarked(value)) return secret(elementOf(value.value ?? null, field) ?? null);
  if (value === null) return undefined;
  if (typeof value !== "object" || Array.isArray(value) || field.fields === undefined) return value;
  return propertiesOf(value, field.fields());
}

function isMarked(value: PropertyValue): value is PropertyMap {
  return value !== null && typeof value === "object" && !Array.isArray(value) && isSecret(value);
}
