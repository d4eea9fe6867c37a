import * as z from "zod";
import { Failure } from "../../lib/failure.ts";
import { readReasonOf } from "../../lib/file-reasons.ts";
import { readBytes } from "../../lib/files.ts";
import { schemaProblems } from "../../lib/schema-problems.ts";
import { bareResource, type PreviewResource } from "../engine/resource.ts";
import { nameOf, rootStackType, typeOf } from "../engine/urn.ts";
import {
  checkDepth,
  isSecret,
  type PropertyMap,
  type PropertyValue,
  secretFromState,
  textsIn,
} from "../engine/values.ts";
import type { ExportedState } from "./exported.ts";
import { withNewestTypes } from "./older-types.ts";
import { isTerraform, readTerraform } from "./terraform/state.ts";

/** An exported state is read up to this size, in bytes. */
const maxStateBytes = 256 * 1024 * 1024;

const urn = z.string().regex(/^urn:pulumi:.*::.*::.*::/s, "a URN");

const deployment = z
  .looseObject({
    pending_operations: z
      .array(z.looseObject({ type: z.string(), resource: z.looseObject({ urn: z.string() }) }))
      .nullish(),
    resources: z
      .array(
        z.looseObject({
          urn,
          type: z.string(),
          id: z.string().optional(),
          custom: z.boolean().default(false),
          delete: z.boolean().default(false),
          pendingReplacement: z.boolean().default(false),
          external: z.boolean().default(false),
          protect: z.boolean().default(false),
          retainOnDelete: z.boolean().default(false),
          parent: z.string().default(""),
          provider: z.string().default(""),
          inputs: z.record(z.string(), z.json()).default({}),
          outputs: z.record(z.string(), z.json()).default({}),
          dependencies: z.array(z.string()).nullish(),
          propertyDependencies: z.record(z.string(), z.array(z.string()).nullable()).nullish(),
          additionalSecretOutputs: z.array(z.string()).nullish(),
          aliases: z.array(z.string()).nullish(),
          ignoreChanges: z.array(z.string()).nullish(),
          customTimeouts: z
            .object({
              create: z.number().default(0),
              update: z.number().default(0),
              delete: z.number().default(0),
              read: z.number().default(0),
            })
            .nullish(),
        }),
      )
      .nullish(),
  })
  .nullish();

const version = z.literal([3, 4]);

/** What `pulumi stack export` writes. */
const stateFile = z.object({ version, deployment });

/** The file in which a backend of one's own keeps a stack. */
const checkpointFile = z.object({ version, checkpoint: z.looseObject({ latest: deployment }) });

/**
 * Reads a state as `pulumi stack export` writes it, or a Terraform state of version 4, whose resources are named
 * as Pulumi's providers name them. A secret that is encrypted is an unknown secret here.
 *
 * @throws {Failure} when the file cannot be read or is no such state
 */
export function readState(path: string): ExportedState {
  const content = readContent(path);
  if (isTerraform(content)) return readTerraform(path, content);
  const { resources, warnings } = pulumiResources(path, content);
  // A state holds one stack; the root says which.
  const named = (resources.find(({ type }) => type === rootStackType) ?? resources[0])?.urn.split("::");
  return {
    path,
    project: named?.[1],
    stack: named?.[0]?.slice("urn:pulumi:".length),
    resources,
    warnings,
  };
}

function pulumiResources(path: string, content: unknown): Pick<ExportedState, "resources" | "warnings"> {
  const seen = new Set<string>();
  const { resources, pending_operations } = parseState(path, content) ?? {};
  const pending = (pending_operations ?? []).map(
    ({ type, resource }) =>
      `the state has an operation that was interrupted, so it may not be what the vendor has: ${type} ${nameOf(resource.urn)}`,
  );
  // What waits for its deletion, or was deleted to be made anew, is no longer part of the stack.
  const kept = (resources ?? [])
    .filter((resource) => !resource.delete && !resource.pendingReplacement)
    .map((resource) => {
      if (seen.has(resource.urn)) throw new Failure("state", `${path} holds ${resource.urn} twice`);
      seen.add(resource.urn);
      return bareResource({
        urn: resource.urn,
        type: typeOf(resource.urn),
        name: nameOf(resource.urn),
        parent: resource.parent,
        custom: resource.custom,
        ...(resource.id !== undefined && { id: resource.id }),
        external: resource.external,
        protect: resource.protect,
        retainOnDelete: resource.retainOnDelete,
        inputs: readable(resource.inputs),
        outputs: readable(resource.outputs),
        provider: resource.provider.split("::").slice(0, -1).join("::"),
        dependencies: resource.dependencies ?? [],
        propertyDependencies: new Map(
          Object.entries(resource.propertyDependencies ?? {}).map(([key, urns]) => [key, urns ?? []]),
        ),
        additionalSecretOutputs: resource.additionalSecretOutputs ?? [],
        aliases: resource.aliases ?? [],
        ignoreChanges: resource.ignoreChanges ?? [],
        timeouts: resource.customTimeouts ?? { create: 0, update: 0, delete: 0, read: 0 },
      });
    });
  return { resources: withNewestTypes(kept), warnings: pending };
}

/**
 * Secrets that are in plain text in a state and were made from no resource: somebody gave them to the stack. A
 * pack knows a secret that was supplied by its being a setting or in the environment, and the settings that a
 * preview has are encrypted; so these are said in the environment of packs, by names that mean nothing.
 */
export function suppliedSecrets(resources: readonly PreviewResource[]): Record<string, string> {
  const texts = new Set<string>();
  for (const { inputs, propertyDependencies } of resources) {
    for (const [key, value] of Object.entries(inputs)) {
      if ((propertyDependencies.get(key) ?? []).length > 0) continue;
      for (const { text, secret } of textsIn(value)) {
        if (secret && text.length <= longestSupplied && texts.size < mostSupplied) texts.add(text);
      }
    }
  }
  // An environment holds no null character.
  const usable = [...texts].filter((text) => !text.includes("\0"));
  return Object.fromEntries(usable.map((text, index) => [`OPTROPIC_SUPPLIED_${index}`, text]));
}

/** What an environment has room for. */
const longestSupplied = 10_000;
const mostSupplied = 100;

function readContent(path: string): unknown {
  const what = `the state ${path}`;
  const bytes = readBytes(what, path, { maximumBytes: maxStateBytes, kind: "state" });
  try {
    const text = bytes.toString(bytes[0] === 0xff && bytes[1] === 0xfe ? "utf16le" : "utf8");
    if (text.startsWith("\0GITCRYPT")) throw new Error("git-crypt has encrypted it: run git-crypt unlock");
    // Windows begins files that a shell writes with a mark of their encoding.
    const content: unknown = JSON.parse(text.replace(/^\uFEFF/, ""));
    checkDepth(content);
    return content;
  } catch (error) {
    const isNoJson = error instanceof SyntaxError;
    const hint = isNoJson
      ? ". A state is JSON, as pulumi stack export and terraform state pull write it"
      : "";
    throw new Failure("state", `Cannot read ${what}: ${readReasonOf(error)}${hint}`);
  }
}

function parseState(path: string, content: unknown): z.infer<typeof deployment> {
  const isCheckpoint = typeof content === "object" && content !== null && "checkpoint" in content;
  const parsed = isCheckpoint ? checkpointFile.safeParse(content) : stateFile.safeParse(content);
  if (parsed.success)
    return "checkpoint" in parsed.data ? parsed.data.checkpoint.latest : parsed.data.deployment;
  throw new Failure(
    "state",
    `${path} is not a state as pulumi stack export writes it, or Terraform since 0.12:\n${schemaProblems(parsed.error)}`,
  );
}

function readable(properties: PropertyMap): PropertyMap {
  return Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, readValue(value)]));
}

function readValue(value: PropertyValue): PropertyValue {
  if (Array.isArray(value)) return value.map(readValue);
  if (value === null || typeof value !== "object") return value;
  return isSecret(value) ? secretFromState(value) : readable(value);
}
