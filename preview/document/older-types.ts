import { snakeCase } from "../../lib/text.ts";
import type { PreviewResource } from "../engine/resource.ts";
import { qualifiedTypeOf, typeOf } from "../engine/urn.ts";
import { isSecret, type PropertyMap, type PropertyValue, secret } from "../engine/values.ts";
import { newest, type Versioned } from "./terraform/older.ts";
import { propertiesOf } from "./terraform/properties.ts";
import { sdkTypeOf } from "./terraform/sdk.ts";

/** Types of version 5 of Pulumi's Cloudflare provider that version 6 has under another name or in another form. */
const older: ReadonlyMap<string, string> = new Map(
  Object.entries({
    "cloudflare:index/firewallRule:FirewallRule": "cloudflare_firewall_rule",
    "cloudflare:index/record:Record": "cloudflare_record",
    "cloudflare:index/ruleset:Ruleset": "cloudflare_ruleset",
    "cloudflare:index/workerCronTrigger:WorkerCronTrigger": "cloudflare_worker_cron_trigger",
    "cloudflare:index/workerDomain:WorkerDomain": "cloudflare_worker_domain",
    "cloudflare:index/workerRoute:WorkerRoute": "cloudflare_worker_route",
    "cloudflare:index/workerScript:WorkerScript": "cloudflare_worker_script",
    "cloudflare:index/zone:Zone": "cloudflare_zone",
    "cloudflare:index/zoneSettingsOverride:ZoneSettingsOverride": "cloudflare_zone_settings_override",
  }),
);

const overrideType = "cloudflare_zone_settings_override";

/**
 * The resources of a state as the newest version of their provider has them. One that version 6 reads as it is stays
 * as it is; one that becomes several, as the settings of a zone do, is depended on by each that depended on it.
 */
export function withNewestTypes(resources: readonly PreviewResource[]): readonly PreviewResource[] {
  const filters = new Map(
    resources
      .filter(({ type }) => type === "cloudflare:index/filter:Filter")
      .map(({ id, inputs }): [PropertyValue, PropertyMap] => [id, inputs]),
  );
  const taken = new Set(resources.map(({ urn }) => urn));
  const urns = new Map<string, string[]>();
  const mapped = resources.flatMap((resource) => {
    const type = older.get(resource.type);
    if (type === undefined) return [resource];
    const read = (properties: PropertyMap) => newest(type, attributesOf(properties), filters);
    // What was imported or is only read may have its settings as outputs alone.
    const isStated = type !== overrideType || resource.inputs.settings !== undefined;
    const inputs = read(isStated ? resource.inputs : { ...resource.outputs, ...resource.inputs });
    const outputs = read(resource.outputs);
    const isSame =
      inputs.length === 1 &&
      inputs[0]?.type === type &&
      !hasOlderForm(type, resource.inputs) &&
      !hasOlderForm(type, resource.outputs);
    if (isSame) return [resource];
    const made = inputs.map((one) => newer(resource, one, outputs, taken));
    urns.set(
      resource.urn,
      made.map(({ urn }) => urn),
    );
    return made;
  });
  const now = (all: readonly string[]) => all.flatMap((urn) => urns.get(urn) ?? [urn]);
  if (urns.size === 0) return resources;
  return mapped.map((resource) => ({
    ...resource,
    parent: urns.get(resource.parent)?.[0] ?? resource.parent,
    dependencies: now(resource.dependencies),
    propertyDependencies: new Map(
      [...resource.propertyDependencies].map(([key, all]) => [key, now(all)] as const),
    ),
  }));
}

/** Whether a type that kept its name has what only its older version had. */
function hasOlderForm(type: string, inputs: PropertyMap): boolean {
  if (type === "cloudflare_zone") return inputs.zone !== undefined || inputs.accountId !== undefined;
  if (type === "cloudflare_firewall_rule") return typeof inputs.action === "string";
  const { rules } = inputs;
  return (
    Array.isArray(rules) && rules.some((rule) => Array.isArray(mapOf(mapOf(rule).actionParameters).headers))
  );
}

function newer(
  resource: PreviewResource,
  { type, suffix, attributes }: Versioned,
  outputs: readonly Versioned[],
  taken: Set<string>,
): PreviewResource {
  const sdkType = sdkTypeOf(type);
  if (sdkType === undefined) return resource;
  const all = outputs.find((one) => one.suffix === suffix)?.attributes ?? {};
  const inputs = propertiesOf(attributes, sdkType.inputs);
  const { id } = attributes;
  const isSplit = suffix !== "" && typeof id === "string";
  const urnOf = (name: string) => {
    const qualified = qualifiedTypeOf(resource.urn);
    const above = qualified.slice(0, qualified.length - typeOf(resource.urn).length);
    const [head = "", project = ""] = resource.urn.split("::");
    return `${head}::${project}::${above}${sdkType.token}::${name}`;
  };
  const plain = `${resource.name}${suffix}`;
  // A state that is on its way to the newer version has both under one name.
  const name = urnOf(plain) !== resource.urn && taken.has(urnOf(plain)) ? `${plain} (older)` : plain;
  const urn = urnOf(name);
  taken.add(urn);
  return {
    ...resource,
    ...{ urn, name, type: sdkType.token },
    ...(isSplit && { id }),
    inputs: known(inputs, sdkType.inputs),
    outputs: { ...propertiesOf(all, sdkType.outputs), ...inputs },
  };
}

function known(properties: PropertyMap, fields: object): PropertyMap {
  return Object.fromEntries(Object.entries(properties).filter(([key]) => Object.hasOwn(fields, key)));
}

/** Settings whose names in Terraform have an underscore that camel case does not tell. */
const names: ReadonlyMap<string, string> = new Map([
  ["tls13", "tls_1_3"],
  ["tls12Only", "tls_1_2_only"],
]);

/** Properties as Terraform names them, at every depth; the names of headers and the like are values there. */
function attributesOf(properties: PropertyMap): PropertyMap {
  return Object.fromEntries(
    Object.entries(properties)
      .filter(([key]) => !key.startsWith("__"))
      .map(([key, value]) => [names.get(key) ?? snakeCase(key), attributeOf(value)]),
  );
}

function attributeOf(value: PropertyValue): PropertyValue {
  if (Array.isArray(value)) return value.map(attributeOf);
  if (value === null || typeof value !== "object") return value;
  return isSecret(value) ? secret(attributeOf(value.value ?? null)) : attributesOf(value);
}

function mapOf(value: PropertyValue | undefined): PropertyMap {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
}
