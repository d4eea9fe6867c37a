import resourcePb from "@pulumi/pulumi/proto/resource_pb.js";
import { reasonOf } from "../../lib/failure.ts";
import type { Callback, Callbacks } from "./callbacks.ts";
import type { PreviewResource } from "./resource.ts";
import { toStruct } from "./struct.ts";
import type { PropertyMap } from "./values.ts";

type Binding = ReturnType<InstanceType<typeof resourcePb.RegisterResourceRequest>["getHooks"]>;

interface Hook {
  callback: Callback;
  /** It runs in a preview too. */
  onDryRun: boolean;
  /** Its errors are warnings. */
  ignoreErrors: boolean;
}

export interface HooksOptions {
  /** Takes a warning about a resource. */
  warn: (message: string, urn: string) => void;
  /** Takes what fails the preview, which goes on: the operation before it succeeded. */
  failed: (message: string) => void;
}

/** Functions of the program that run around a resource's operation. */
export class Hooks {
  #callbacks: Callbacks;
  #options: HooksOptions;
  #hooks = new Map<string, Hook>();
  #errorHooks = new Set<string>();

  constructor(callbacks: Callbacks, options: HooksOptions) {
    this.#callbacks = callbacks;
    this.#options = options;
  }

  /** @throws {Error} without a name, and for a name that another hook has */
  add(request: InstanceType<typeof resourcePb.RegisterResourceHookRequest>): void {
    const callback = request.getCallback();
    const name = request.getName();
    checkName(name, this.#hooks);
    if (callback === undefined) return;
    this.#hooks.set(name, {
      callback,
      onDryRun: request.getOnDryRun(),
      ignoreErrors: request.getIgnoreErrors(),
    });
  }

  /**
   * A hook for errors runs when an operation fails, and a preview performs none.
   *
   * @throws {Error} as for other hooks
   */
  addForErrors(name: string): void {
    checkName(name, this.#errorHooks);
    this.#errorHooks.add(name);
  }

  /**
   * Runs a resource's hooks that asked to run in previews. Offline nothing is known to exist, so the operation
   * is a creation, whose outputs the hooks after it are given.
   *
   * @throws when a hook before it fails that does not ignore its errors, which fails the resource
   */
  async run(binding: Binding, resource: PreviewResource, outputs: PropertyMap): Promise<void> {
    for (const name of binding?.getBeforeCreateList() ?? []) await this.#runOne(name, resource);
    for (const name of binding?.getAfterCreateList() ?? []) await this.#runOne(name, resource, outputs);
  }

  async #runOne(name: string, resource: PreviewResource, outputs?: PropertyMap): Promise<void> {
    const hook = this.#hooks.get(name);
    if (hook === undefined) throw new Error(`resource hook not registered for ${name}`);
    if (!hook.onDryRun) return;
    const request = new resourcePb.ResourceHookRequest();
    request.setUrn(resource.urn);
    request.setName(resource.name);
    request.setType(resource.type);
    request.setNewInputs(toStruct(resource.inputs));
    if (outputs !== undefined) request.setNewOutputs(toStruct(outputs));
    const error = await this.#failureOf(hook.callback, request.serializeBinary());
    if (error === "") return;
    const message = `hook ${name} of ${resource.urn} failed: ${error}`;
    if (hook.ignoreErrors) this.#options.warn(message, resource.urn);
    else if (outputs === undefined) throw new Error(message);
    else this.#options.failed(message);
  }

  /** The hook's own error, or what kept it from running; empty when it succeeded. */
  async #failureOf(callback: Callback, request: Uint8Array): Promise<string> {
    try {
      const answer = await this.#callbacks.invoke(callback, request);
      return resourcePb.ResourceHookResponse.deserializeBinary(answer).getError();
    } catch (error) {
      return reasonOf(error);
    }
  }
}

function checkName(name: string, known: { has(name: string): boolean }): void {
  if (name === "") throw new Error("a hook has no name");
  if (known.has(name)) throw new Error(`two hooks are registered as ${JSON.stringify(name)}`);
}
