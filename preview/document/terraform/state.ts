import { basename, dirname, resolve } from "node:path";
import * as z from "zod";
import { Failure } from "../../../lib/failure.ts";
import { schemaProblems } from "../../../lib/schema-problems.ts";
import { bareResource, type PreviewResource } from "../../engine/resource.ts";
import { makeUrn, rootStackType } from "../../engine/urn.ts";
import { holdsSecret, type PropertyMap, type PropertyValue, secret } from "../../engine/values.ts";
import type { ExportedState } from "../exported.ts";
import { withPlainSecrets } from "../plain-secrets.ts";
import { Left } from "./left.ts";
import { newest, type Versioned } from "./older.ts";
import { propertiesOf } from "./properties.ts";
import { sdkTypeOf } from "./sdk.ts";
import { isShown, storedState } from "./shown.ts";

const step = z.looseObject({
  type: z.string(),
  value: z.union([z.string(), z.number(), z.looseObject({ value: z.union([z.string(), z.number()]) })]),
});

const instance = z.looseObject({
  index_key: z.union([z.string(), z.number()]).optional(),
  deposed: z.string().optional(),
  attributes: z.record(z.string(), z.json()).nullish(),
  /** How Terraform before 0.12 wrote them. */
  attributes_flat: z.record(z.string(), z.string()).nullish(),
  sensitive_attributes: z.array(z.array(step)).nullish(),
  dependencies: z.array(z.string()).nullish(),
});

const terraformState = z.looseObject({
  version: z.literal(4),
  outputs: z
    .record(z.string(), z.looseObject({ value: z.json(), sensitive: z.boolean().default(false) }))
    .nullish()
    .transform((all) => all ?? {}),
  resources: z
    .array(
      z.looseObject({
        module: z.string().optional(),
        mode: z.string(),
        type: z.string().max(200),
        name: z.string(),
        instances: z
          .array(instance)
          .nullish()
          .transform((all) => all ?? []),
      }),
    )
    .nullish()
    .transform((all) => all ?? []),
});

type TerraformState = z.infer<typeof terraformState>;
type TerraformResource = TerraformState["resources"][number];
type Instance = z.infer<typeof instance>;

/** Whether a file's content is what Terraform or OpenTofu writes, rather than Pulumi. */
export function isTerraform(content: unknown): boolean {
  return isStored(content) || isShown(content) || isPlan(content) || isEncrypted(content);
}

/** Whether it has what a state of Pulumi has nothing of. Tools that cut a state down leave some of it out. */
function isStored(content: unknown): boolean {
  if (typeof content !== "object" || content === null || !("version" in content)) return false;
  if ("deployment" in content || "checkpoint" in content) return false;
  return ["lineage", "serial", "terraform_version", "resources", "modules"].some((key) => key in content);
}

/** Whether it is what `terraform show -json` prints of a plan. */
function isPlan(content: unknown): boolean {
  return z.looseObject({ format_version: z.string(), planned_values: z.unknown() }).safeParse(content)
    .success;
}

/** Whether OpenTofu has encrypted it, so that nothing here can read it. */
function isEncrypted(content: unknown): boolean {
  return z.looseObject({ encrypted_data: z.string(), encryption_version: z.string() }).safeParse(content)
    .success;
}

/** Whether Terraform 0.11 or older wrote it. */
function isBefore012(content: unknown): boolean {
  return z.looseObject({ version: z.literal([1, 2, 3]) }).safeParse(content).success;
}

/** The stack of a state that names none: Terraform's workspace without a name. */
const defaultWorkspace = "default";

/**
 * Reads a Terraform state as the resources that Pulumi's providers would have. What no provider of this project
 * has is left out, and said.
 *
 * @throws {Failure} when it is of another version than 4
 */
export function readTerraform(path: string, content: unknown): ExportedState {
  if (isEncrypted(content))
    throw new Failure(
      "state",
      `${path} is encrypted by OpenTofu: write the plain one with tofu state pull, or tofu show -json`,
    );
  if (isPlan(content))
    throw new Failure(
      "state",
      `${path} is a plan, which is not what there is: give the state, as terraform show -json prints it without a plan`,
    );
  if (isBefore012(content))
    throw new Failure(
      "state",
      `${path} is not a Terraform state of version 4 but an older one: terraform refresh of Terraform 0.12 or later writes it anew`,
    );
  const parsed = terraformState.safeParse(isShown(content) ? storedState(content) : content);
  if (!parsed.success) {
    throw new Failure(
      "state",
      `${path} is not a Terraform state of version 4, which Terraform 0.12 and later write:\n${schemaProblems(parsed.error)}`,
    );
  }
  const project = projectOf(path);
  const stack = defaultWorkspace;
  const root = makeUrn({ stack, project, type: rootStackType, name: `${project}-${stack}` });
  const left = new Left();
  const types = new Set(parsed.data.resources.map(({ type }) => type));
  const filters = new Map(
    parsed.data.resources
      .filter(({ type }) => type === "cloudflare_filter")
      .flatMap(({ instances }) => instances.map(({ attributes }) => attributes ?? {}))
      .flatMap((attributes): [PropertyValue, PropertyMap][] =>
        attributes.id === undefined ? [] : [[attributes.id, attributes]],
      ),
  );
  const managed = parsed.data.resources.flatMap((resource) =>
    resource.instances.flatMap((one) => {
      if (resource.mode !== "managed") return left.add(resource.type, "data sources");
      // What waits for its deletion is no longer part of the stack.
      if (one.deposed !== undefined) return left.add(resource.type, "waiting to be deleted");
      if (!one.attributes && !one.attributes_flat) return left.add(resource.type, "without attributes");
      if (!one.attributes) return left.add(resource.type, "in the form of Terraform before 0.12");
      const attributes = marked(one.attributes, one.sensitive_attributes ?? []);
      return newest(resource.type, attributes, filters).map((versioned) => {
        // A state that is on its way to a newer provider has both under one name.
        const isBoth = versioned.type !== resource.type && types.has(versioned.type);
        const suffix = isBoth ? `${versioned.suffix} (${resource.type})` : versioned.suffix;
        return { resource, one, versioned: { ...versioned, suffix } };
      });
    }),
  );
  const urns = new Map<string, Map<string, string[]>>();
  const found = managed.flatMap(({ resource, one, versioned }) => {
    const read = readInstance(resource, one, versioned, { stack, project, root });
    if (read === undefined) return left.add(resource.type, "unmapped");
    const address = `${resource.module === undefined ? "" : `${resource.module}.`}${resource.type}.${resource.name}`;
    const index = String(one.index_key ?? "");
    const instances = urns.get(address) ?? new Map<string, string[]>();
    const ofIndex = instances.get(index) ?? [];
    ofIndex.push(read.urn);
    urns.set(address, instances.set(index, ofIndex));
    return [{ read, index, dependencies: one.dependencies ?? [] }];
  });
  for (const { read, index, dependencies } of found)
    read.dependencies = dependencies.flatMap((name) => dependenciesOf(urns.get(name), index));
  refuseDoubles(
    path,
    found.map(({ read }) => read.urn),
  );
  return {
    path,
    project,
    stack,
    resources: [
      bareResource({
        ...{ urn: root, type: rootStackType, name: `${project}-${stack}`, custom: false },
        outputs: outputsOf(parsed.data),
      }),
      ...found.map(({ read }) => read),
    ],
    warnings: left.warnings(),
    unread: left.parts(),
  };
}

/** More instances than anybody writes by hand. */
const mostDependencies = 100;

/**
 * A state says on which resources an instance depends, and not on which of their instances. Of a great many it is
 * the one of the same key: all of them for each would be more than fits into memory.
 */
function dependenciesOf(
  instances: ReadonlyMap<string, readonly string[]> | undefined,
  index: string,
): string[] {
  if (instances === undefined) return [];
  const same = instances.size > mostDependencies ? instances.get(index) : undefined;
  return same === undefined ? [...instances.values()].flat().slice(0, mostDependencies) : [...same];
}

function readInstance(
  { module, name }: TerraformResource,
  one: Instance,
  { type, suffix, attributes }: Versioned,
  { stack, project, root }: { stack: string; project: string; root: string },
): PreviewResource | undefined {
  const sdkType = sdkTypeOf(type);
  if (sdkType === undefined) return undefined;
  const all = withPlainSecrets(type, propertiesOf(attributes, sdkType.outputs));
  for (const key of sdkType.secrets) {
    const value = all[key];
    if (value !== undefined && !holdsSecret(value)) all[key] = secret(value);
  }
  const { id } = attributes;
  const index = one.index_key === undefined ? "" : `[${one.index_key}]`;
  const resourceName = `${module === undefined ? "" : `${module}.`}${name}${index}${suffix}`;
  return bareResource({
    urn: makeUrn({ stack, project, type: sdkType.token, name: resourceName, parent: root }),
    type: sdkType.token,
    name: resourceName,
    parent: root,
    custom: true,
    ...((typeof id === "string" || typeof id === "number") && { id: String(id) }),
    inputs: Object.fromEntries(Object.entries(all).filter(([key]) => Object.hasOwn(sdkType.inputs, key))),
    outputs: all,
  });
}

function marked(attributes: PropertyMap, paths: NonNullable<Instance["sensitive_attributes"]>): PropertyMap {
  return paths.map((path) => path.map(keyOf)).reduce(markIn, attributes);
}

/** @returns attributes in which what stands at a path is a secret; a path that leads nowhere marks nothing */
function markIn(attributes: PropertyMap, [key, ...rest]: readonly (string | number)[]): PropertyMap {
  const inner = key === undefined ? undefined : attributes[key];
  if (key === undefined || inner === undefined || inner === null) return attributes;
  return { ...attributes, [key]: mark(inner, rest) };
}

function mark(value: PropertyValue, [key, ...rest]: readonly (string | number)[]): PropertyValue {
  if (key === undefined) return secret(value);
  if (Array.isArray(value))
    return value.map((element, index) => (index === Number(key) ? mark(element, rest) : element));
  return value === null || typeof value !== "object" ? value : markIn(value, [key, ...rest]);
}

function keyOf({ value }: z.infer<typeof step>): string | number {
  return typeof value === "object" ? value.value : value;
}

function outputsOf({ outputs }: TerraformState): PropertyMap {
  return Object.fromEntries(
    Object.entries(outputs).map(([name, { value, sensitive }]) => [name, sensitive ? secret(value) : value]),
  );
}

/** A state names no project: its file does, or its folder where the file has Terraform's own name. */
function projectOf(path: string): string {
  const file = basename(path).replace(/(?:\.tfstate)?(?:\.json)?$/, "");
  const name = file === "terraform" || file === "" ? basename(dirname(resolve(path))) : file;
  return name.replace(/[^A-Za-z0-9_.-]/g, "-").slice(0, 100) || "terraform";
}

function refuseDoubles(path: string, urns: readonly string[]): void {
  const seen = new Set<string>();
  for (const urn of urns) {
    if (seen.has(urn)) throw new Failure("state", `${path} holds ${urn} twice`);
    seen.add(urn);
  }
}
