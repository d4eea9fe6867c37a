import * as pulumi from "@pulumi/pulumi";
import type { Scope } from "./scope.ts";

/** Base of every component. Its public fields are its outputs. */
export abstract class Component extends pulumi.ComponentResource {
  constructor(kind: string, name: string, opts: pulumi.ComponentResourceOptions | undefined) {
    super(`optropic:index:${kind}`, name, {}, opts);
  }

  /**
   * Registers the public fields as outputs, except for resources. The last step of each constructor.
   *
   * @throws {pulumi.RunError} where an import was not for a resource that the component makes
   */
  protected publish<Children extends object>(scope: Scope<Children>): void {
    scope.checkImports();
    const fields = Object.entries(this).filter(([field]) => field !== "urn" && !field.startsWith("__"));
    this.registerOutputs(
      Object.fromEntries(fields.filter(([, value]) => !pulumi.Resource.isInstance(value))),
    );
  }
}
