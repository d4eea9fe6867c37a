import { Failure } from "../../lib/failure.ts";
import { builtinOutputs } from "./builtins.ts";
import type { ReadState } from "./dynamic.ts";
import { dynamicPackage } from "./providers.ts";
import { importedOutputs } from "./registration.ts";
import type { PreviewResource } from "./resource.ts";
import { packageOf, rootStackType } from "./urn.ts";
import { holdsUnknown, isUnknown, type PropertyMap, providerKey } from "./values.ts";

export interface RecordOptions {
  /** Outputs of other stacks, `organization/project/stack` to values; a stack not here is unknown. */
  stackOutputs: ReadonlyMap<string, PropertyMap>;
  /** What a dynamic resource's own provider makes of its inputs, if it is known. */
  check: (resource: PreviewResource, provider: PreviewResource) => Promise<PropertyMap | undefined>;
  /** What a dynamic resource's own provider finds of one that the program only reads, if it is known. */
  read: (resource: PreviewResource, provider: PreviewResource) => Promise<ReadState | undefined>;
  /** Changes a resource's inputs before it is registered. */
  remediate: (resource: PreviewResource) => Promise<PropertyMap>;
  /** Told of each resource once it is registered. */
  registered: (resource: PreviewResource) => void;
  /** Told of what ends the preview. */
  refuse: (error: Failure) => void;
}

/** The resources of a stack, each as its own provider and the packs leave it. */
export class Records {
  readonly byUrn = new Map<string, PreviewResource>();
  #options: RecordOptions;
  /** URNs of components that have their outputs. */
  #completed = new Set<string>();
  /** The root stack is mended while the program's own code is loaded, and before any other resource. */
  #rootMended: Promise<void> = Promise.resolve();

  constructor(options: RecordOptions) {
    this.#options = options;
  }

  /** @throws {Error} when the stack has such a resource already, or lacks its parent */
  async add(resource: PreviewResource): Promise<void> {
    const { urn, parent } = resource;
    if (this.byUrn.has(urn)) {
      throw new Error(`Duplicate resource URN '${urn}'; try giving it a unique name`);
    }
    if (parent !== "" && !this.byUrn.has(parent)) {
      throw new Error(`could not find parent resource ${parent}`);
    }
    // The URN is taken from here on, also while remediation is awaited.
    this.byUrn.set(urn, resource);
    if (resource.type === rootStackType) {
      // Nothing that the program is answered depends on it, so that the packs load beside the program.
      this.#rootMended = this.#mend(resource);
      this.#rootMended.catch(() => undefined);
      return;
    }
    await this.#rootMended;
    // What the stack only reads is neither the stack's to mend nor a policy's to judge.
    if (!resource.external) await this.#mend(resource);
  }

  /**
   * Gives a component the outputs that the program registers for it, once, and the root stack as often as it likes.
   *
   * @throws {Failure} for another resource, which ends the preview as it ends the engine's
   */
  complete(urn: string, outputs: PropertyMap): PreviewResource {
    const resource = this.byUrn.get(urn);
    if (resource === undefined) return this.#refuse(urn, "it is not registered");
    // The engine would take them, and policies would judge them in place of what is declared.
    if (resource.custom) return this.#refuse(urn, "it is not a component");
    if (this.#completed.has(urn)) return this.#refuse(urn, "it has its outputs already");
    if (resource.type !== rootStackType) this.#completed.add(urn);
    resource.outputs = outputs;
    return resource;
  }

  #refuse(urn: string, reason: string): never {
    const error = new Failure("program", `outputs of ${urn} cannot be registered: ${reason}`);
    this.#options.refuse(error);
    throw error;
  }

  /** A provider whose own inputs are not known yet is not asked, and tells nothing. */
  hasUnknownProvider({ provider }: PreviewResource): boolean {
    return holdsUnknown(this.byUrn.get(provider)?.inputs ?? {});
  }

  async #mend(resource: PreviewResource): Promise<void> {
    if (resource.custom) resource.inputs = await this.#checked(resource);
    resource.inputs = await this.#options.remediate(resource);
    if (resource.custom) {
      resource.outputs = this.hasUnknownProvider(resource)
        ? {}
        : (builtinOutputs(resource, this.#options.stackOutputs) ?? {
            ...resource.inputs,
            ...importedOutputs(resource),
          });
    }
    this.#options.registered(resource);
  }

  async #checked(resource: PreviewResource): Promise<PropertyMap> {
    return (await this.#asked(resource, this.#options.check)) ?? resource.inputs;
  }

  /** What the resource's provider finds of it, if the program brings that provider itself. */
  found(resource: PreviewResource): Promise<ReadState | undefined> {
    return this.#asked(resource, this.#options.read);
  }

  async #asked<T>(
    resource: PreviewResource,
    ask: (resource: PreviewResource, provider: PreviewResource) => Promise<T | undefined>,
  ): Promise<T | undefined> {
    const provider = this.byUrn.get(resource.provider);
    if (provider === undefined || packageOf(resource.type) !== dynamicPackage) return undefined;
    const code = resource.inputs[providerKey];
    if (code === undefined || isUnknown(code) || this.hasUnknownProvider(resource)) return undefined;
    try {
      return await ask(resource, provider);
    } catch (error) {
      // A program that goes on without the resource is not what would be deployed.
      if (error instanceof Failure) this.#options.refuse(error);
      throw error;
    }
  }
}
