import { secretPlaceholder } from "../../project/configuration.ts";
import type { PropertyMap, PropertyValue } from "../engine/values.ts";
import type {
  NamedResource,
  PolicyChange,
  PolicyOutcome,
  PolicyVerdict,
  PreviewDiff,
  PreviewDocument,
  PropertyChange,
  ResourceChange,
  ShownResource,
} from "./document.ts";
import type { SavedPreview } from "./saved.ts";

/** Changes of one resource that are listed; a list that grew by a million is no use to a reader. */
const mostChanges = 200;

export function diffPreviews(base: SavedPreview, head: PreviewDocument): PreviewDiff {
  if (!("resources" in base)) {
    const { message } = base.error;
    return { unavailable: message, added: [], removed: [], changed: [], policies: [], secrets: 0 };
  }
  const before = new Map(base.resources.map((resource) => [resource.urn, resource]));
  const after = new Set(head.resources.map(({ urn }) => urn));
  const changed: ResourceChange[] = [];
  let secrets = 0;
  for (const resource of head.resources) {
    const old = before.get(resource.urn);
    if (old === undefined || repeatsConfiguration(resource)) continue;
    const comparison = new Comparison();
    comparison.compareOptions(old, resource);
    comparison.compareMaps(old.inputs, resource.inputs, "");
    secrets += comparison.secrets;
    const { properties, left } = comparison;
    if (properties.length > 0) changed.push({ ...named(resource), properties, left });
  }
  return {
    added: head.resources.filter(({ urn }) => !before.has(urn)).map(named),
    removed: base.resources.filter(({ urn }) => !after.has(urn)).map(named),
    changed,
    policies: policyChanges(base.policies, head.policies),
    secrets,
  };
}

/** The engine gives this provider the project's whole configuration, which the resources made from it show. */
function repeatsConfiguration({ type, name }: ShownResource): boolean {
  return type === "pulumi:providers:pulumi-nodejs" && name === "default";
}

/** What became of one resource's properties. */
export function propertyChanges(before: PropertyMap, after: PropertyMap): PropertyChange[] {
  const comparison = new Comparison();
  comparison.compareMaps(before, after, "");
  return comparison.properties;
}

/** A verdict in words, such as `violated (mandatory)`. */
export function verdictText(verdict: PolicyVerdict | undefined): string {
  return verdict === undefined ? "absent" : `${verdict.status} (${verdict.enforcement})`;
}

function named({ urn, type, name }: NamedResource): NamedResource {
  return { urn, type, name };
}

/** Compares two resources property by property. */
class Comparison {
  readonly properties: PropertyChange[] = [];
  left = 0;
  secrets = 0;

  compareOptions(
    before: Pick<ShownResource, "protect" | "parent">,
    after: Pick<ShownResource, "protect" | "parent">,
  ): void {
    for (const option of ["protect", "parent"] as const) {
      if (before[option] !== after[option]) this.#add(`(${option})`, before[option], after[option]);
    }
  }

  compareMaps(before: PropertyMap, after: PropertyMap, path: string): void {
    for (const key of Object.keys(before)) {
      this.#compare(before[key], Object.hasOwn(after, key) ? after[key] : undefined, () => below(path, key));
    }
    for (const key of Object.keys(after)) {
      if (!Object.hasOwn(before, key)) this.#compare(undefined, after[key], () => below(path, key));
    }
  }

  #compare(before: PropertyValue | undefined, after: PropertyValue | undefined, path: () => string): void {
    if (before === secretPlaceholder && after === secretPlaceholder) {
      this.secrets += 1;
    } else if (Array.isArray(before) && Array.isArray(after)) {
      const at = path();
      for (let index = 0; index < Math.max(before.length, after.length); index += 1) {
        this.#compare(before[index], after[index], () => `${at}[${index}]`);
      }
    } else if (isBranch(before) && isBranch(after)) {
      this.compareMaps(before, after, path());
    } else if (!isSame(before, after)) {
      if (this.properties.length < mostChanges) this.#add(path(), before, after);
      else this.left += 1;
    }
  }

  #add(path: string, before: PropertyValue | undefined, after: PropertyValue | undefined): void {
    const hidden = holdsSecret(before) || holdsSecret(after);
    const shown = (value: PropertyValue): PropertyValue => (hidden ? secretPlaceholder : value);
    this.properties.push({
      path,
      change: before === undefined ? "added" : after === undefined ? "removed" : "changed",
      ...(before !== undefined && { before: shown(before) }),
      ...(after !== undefined && { after: shown(after) }),
    });
  }
}

/** Whether a value is a mapping to look into; what stands for an unknown is not. */
function isBranch(value: PropertyValue | undefined): value is PropertyMap {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !isShownUnknown(value);
}

function isShownUnknown(value: PropertyMap): boolean {
  return value.unknown === true && Object.keys(value).length === 1;
}

function isSame(before: PropertyValue | undefined, after: PropertyValue | undefined): boolean {
  if (typeof before !== "object" || typeof after !== "object") return before === after;
  if (before === null || after === null || Array.isArray(before) || Array.isArray(after)) {
    return before === after;
  }
  return isShownUnknown(before) && isShownUnknown(after);
}

function holdsSecret(value: PropertyValue | undefined): boolean {
  if (typeof value === "string") return value.includes(secretPlaceholder);
  if (typeof value !== "object" || value === null) return false;
  return Object.values(value).some(holdsSecret);
}

function below(path: string, key: string): string {
  if (!/^[A-Za-z_$][\w$-]{0,99}$/.test(key)) return `${path}[${JSON.stringify(key)}]`;
  return path === "" ? key : `${path}.${key}`;
}

function policyChanges(
  before: readonly Pick<PolicyOutcome, "pack" | "name" | "status" | "enforcement">[],
  after: readonly PolicyOutcome[],
): PolicyChange[] {
  const key = ({ pack, name }: { pack: string; name: string }): string => JSON.stringify([pack, name]);
  const verdict = ({ status, enforcement }: PolicyVerdict): PolicyVerdict => ({ status, enforcement });
  const old = new Map(before.map((policy) => [key(policy), policy]));
  const changes: PolicyChange[] = [];
  for (const policy of after) {
    const { pack, name } = policy;
    const items = policy.items.length > 0 ? { items: [...policy.items] } : {};
    const was = old.get(key(policy));
    old.delete(key(policy));
    if (was === undefined) changes.push({ pack, name, ...items, after: verdict(policy) });
    else if (was.status !== policy.status || was.enforcement !== policy.enforcement) {
      changes.push({ pack, name, ...items, before: verdict(was), after: verdict(policy) });
    }
  }
  for (const gone of old.values()) changes.push({ pack: gone.pack, name: gone.name, before: verdict(gone) });
  return changes;
}
