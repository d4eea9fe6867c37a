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
  /** Hooks after the creation of components, by URN. */
  #waiting = new Map<string, readonly string[]>();

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
   * Runs what is to run before a resource's creation, since offline nothing is known to exist, if it asked to run in
   * previews.
   *
   * @throws when one fails that does not ignore its errors, which fails the resource
   */
  async before(binding: Binding, resource: PreviewResource): Promise<void> {
    for (const name of binding?.getBeforeCreateList() ?? []) await this.#runOne(name, resource);
  }

  /**
   * Runs what is to run after a resource's creation. A component is created once its outputs are registered: its hooks
   * wait for {@link completed}, and never run where it registers none.
   */
  async after(binding: Binding, resource: PreviewResource, outputs: PropertyMap): Promise<void> {
    const names = binding?.getAfterCreateList() ?? [];
    if (!resource.custom) this.#waiting.set(resource.urn, names);
    else for (const name of names) await this.#runOne(name, resource, outputs);
  }

  /** Runs the hooks of a component whose outputs are registered. */
  async completed(component: PreviewResource): Promise<void> {
    const names = this.#waiting.get(component.urn) ?? [];
    this.#waiting.delete(component.urn);
    for (const name of names) await this.#runOne(name, component, component.outputs);
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
