import resourcePb from "@pulumi/pulumi/proto/resource_pb.js";
import type { Callback, Callbacks } from "./callbacks.ts";
import type { PreviewResource } from "./resource.ts";
import { toStruct } from "./values.ts";

/** A function of the program that runs around a resource's operation. */
export interface Hook {
  callback: Callback;
  /** It runs in a preview too. */
  onDryRun: boolean;
}

type Binding = ReturnType<InstanceType<typeof resourcePb.RegisterResourceRequest>["getHooks"]>;

/**
 * Runs a resource's hooks that asked to run in previews. Offline nothing is known to exist, so the operation
 * is a creation.
 *
 * @throws when a hook before the creation fails, which fails the resource
 */
export async function runHooks(
  callbacks: Callbacks,
  hooks: ReadonlyMap<string, Hook>,
  binding: Binding,
  resource: PreviewResource,
): Promise<void> {
  const names = [...(binding?.getBeforeCreateList() ?? []), ...(binding?.getAfterCreateList() ?? [])];
  for (const name of names) {
    const hook = hooks.get(name);
    if (hook?.onDryRun !== true) continue;
    const request = new resourcePb.ResourceHookRequest();
    request.setUrn(resource.urn);
    request.setName(resource.name);
    request.setType(resource.type);
    request.setNewInputs(toStruct(resource.inputs));
    const answer = await callbacks.invoke(hook.callback, request.serializeBinary());
    const error = resourcePb.ResourceHookResponse.deserializeBinary(answer).getError();
    if (error !== "") throw new Error(`hook ${name} of ${resource.urn} failed: ${error}`);
  }
}
