import { basename, dirname, resolve } from "node:path";
import * as z from "zod";
import { Failure } from "../../../lib/failure.ts";
import { bareResource, type PreviewResource } from "../../engine/resource.ts";
import { makeUrn, rootStackType } from "../../engine/urn.ts";
import { holdsSecret, type PropertyMap, type PropertyValue, secret } from "../../engine/values.ts";
import type { ExportedState } from "../exported.ts";
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
  lineage: z.string(),
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
  return (
    z.looseObject({ lineage: z.string(), version: z.number() }).safeParse(content).success ||
    isShown(content) ||
    isEncrypted(content)
  );
}

/** Whether OpenTofu has encrypted it, so that nothing here can read it. */
function isEncrypted(content: unknown): boolean {
  return z.looseObject({ encrypted_data: z.string(), encryption_version: z.string() }).safeParse(content)
    .success;
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
  const parsed = terraformState.safeParse(isShown(content) ? storedState(content) : content);
  if (!parsed.success) {
    throw new Failure(
      "state",
      `${path} is not a Terraform state of version 4, which Terraform 0.12 and later write:\n${z.prettifyError(parsed.error).slice(0, 4000)}`,
    );
  }
  const project = projectOf(path);
  const stack = defaultWorkspace;
  const root = makeUrn({ stack, project, type: rootStackType, name: `${project}-${stack}` });
  const unread = new Map<string, number>();
  const managed = parsed.data.resources
    .filter(({ mode }) => mode === "managed")
    .flatMap((resource) => resource.instances.map((one) => ({ resource, one })))
    // What waits for its deletion is no longer part of the stack.
    .filter(({ one }) => one.deposed === undefined);
  const urns = new Map<string, string[]>();
  const found = managed.flatMap(({ resource, one }) => {
    const read = readInstance(resource, one, { stack, project, root });
    if (read === undefined) {
      unread.set(resource.type, (unread.get(resource.type) ?? 0) + 1);
      return [];
    }
    const address = `${resource.module === undefined ? "" : `${resource.module}.`}${resource.type}.${resource.name}`;
    urns.set(address, [...(urns.get(address) ?? []), read.urn]);
    return [{ read, dependencies: one.dependencies ?? [] }];
  });
  for (const { read, dependencies } of found)
    read.dependencies = dependencies.flatMap((name) => urns.get(name) ?? []);
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
    warnings: warningsOf(unread),
  };
}

function readInstance(
  { type, module, name }: TerraformResource,
  one: Instance,
  { stack, project, root }: { stack: string; project: string; root: string },
): PreviewResource | undefined {
  const sdkType = sdkTypeOf(type);
  if (sdkType === undefined || !one.attributes) return undefined;
  const attributes: PropertyMap = one.attributes;
  const sensitive = (one.sensitive_attributes ?? []).map((path) => path.map(keyOf));
  const all = propertiesOf(sensitive.reduce(markIn, attributes), sdkType.outputs);
  for (const key of sdkType.secrets) {
    const value = all[key];
    if (value !== undefined && !holdsSecret(value)) all[key] = secret(value);
  }
  const { id } = attributes;
  const index = one.index_key === undefined ? "" : `[${one.index_key}]`;
  const resourceName = `${module === undefined ? "" : `${module}.`}${name}${index}`;
  return bareResource({
    urn: makeUrn({ stack, project, type: sdkType.token, name: resourceName, parent: root }),
    type: sdkType.token,
    name: resourceName,
    parent: root,
    custom: true,
    ...(typeof id === "string" && { id }),
    inputs: Object.fromEntries(Object.entries(all).filter(([key]) => Object.hasOwn(sdkType.inputs, key))),
    outputs: all,
  });
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

function warningsOf(unread: ReadonlyMap<string, number>): string[] {
  if (unread.size === 0) return [];
  const shown = [...unread].map(([type, count]) => (count === 1 ? type : `${type} × ${count}`));
  const more = shown.length > mostShown ? ` and ${shown.length - mostShown} more types` : "";
  return [
    `the state has resources that no provider of this project has, so no policy sees them: ${shown.slice(0, mostShown).join(", ")}${more}`,
  ];
}

const mostShown = 30;
