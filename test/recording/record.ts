import type { PolicyResourceOptions } from "@pulumi/policy";
import type { PreviewResource } from "../../preview/engine/resource.ts";
import { forAnalysis, isSecret, type PropertyMap, type PropertyValue } from "../../preview/engine/values.ts";
import { type Program, runInProcess } from "./in-process.ts";

/** One resource as a policy pack sees it in a preview. */
export interface RecordedResource {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  /** Urn of the parent; none for the root stack and for providers that the engine makes. */
  readonly parent?: string;
  /** What the program asks for: secrets in plain text, and the engine's own marks for unknown values. */
  readonly inputs: Readonly<Record<string, unknown>>;
  /** Where the inputs are secret. */
  readonly secretPaths: readonly (readonly string[])[];
  /** What a stack policy sees before the update: the inputs again, or what a component registers. */
  readonly outputs: Readonly<Record<string, unknown>>;
  /** Urns of the resources that it depends on, by a property or by `dependsOn`. */
  readonly dependencies: readonly string[];
  /** Urns of the resources that each top-level property is made from. */
  readonly propertyDependencies: Readonly<Record<string, readonly string[]>>;
  /** Urn of the provider; none for a component and for a provider. */
  readonly provider?: string;
  readonly options: Readonly<Omit<PolicyResourceOptions, "parent">>;
}

/**
 * Runs a program in this process as a preview does, and records what it declares.
 *
 * @returns the resources that the stack manages in the order in which they were registered, default providers
 *   among them
 * @throws {Error} what the program throws, or logs as an error
 */
export async function record(program: Program): Promise<RecordedResource[]> {
  return (await runInProcess(program)).filter(({ external }) => !external).map(recorded);
}

function recorded(resource: PreviewResource): RecordedResource {
  const { urn, type, name, parent, provider, deleteBeforeReplace, timeouts } = resource;
  const { plain: inputs, secretPaths } = revealed(resource.inputs);
  return {
    urn,
    type,
    name,
    ...(parent !== "" && { parent }),
    ...(provider !== "" && { provider }),
    inputs,
    secretPaths,
    outputs: revealed(resource.outputs).plain,
    dependencies: resource.dependencies,
    propertyDependencies: Object.fromEntries(
      [...resource.propertyDependencies].filter(([, urns]) => urns.length > 0),
    ),
    options: {
      protect: resource.protect,
      ignoreChanges: resource.ignoreChanges,
      aliases: resource.aliases,
      additionalSecretOutputs: resource.additionalSecretOutputs,
      ...(deleteBeforeReplace !== undefined && { deleteBeforeReplace }),
      customTimeouts: {
        createSeconds: timeouts.create,
        updateSeconds: timeouts.update,
        deleteSeconds: timeouts.delete,
      },
    },
  };
}

/** Properties as a policy gets them, and where they were secret; what a secret holds is secret with it. */
function revealed(properties: PropertyMap): { plain: PropertyMap; secretPaths: string[][] } {
  const secretPaths: string[][] = [];
  const reveal = (value: PropertyValue, path: string[], inSecret: boolean): PropertyValue => {
    if (isSecret(value)) {
      if (!inSecret) secretPaths.push(path);
      return reveal(value.value ?? null, path, true);
    }
    if (Array.isArray(value)) {
      return value.map((element, index) => reveal(element, [...path, String(index)], inSecret));
    }
    return value !== null && typeof value === "object" ? revealEach(value, path, inSecret) : value;
  };
  const revealEach = (values: PropertyMap, path: string[], inSecret: boolean): PropertyMap =>
    Object.fromEntries(
      Object.entries(values).map(([key, value]) => [key, reveal(value, [...path, key], inSecret)]),
    );
  return { plain: revealEach(forAnalysis(properties), [], false), secretPaths };
}
