import * as pulumi from "@pulumi/pulumi";

/** Base of every component. Its public fields are its outputs. */
export abstract class Component extends pulumi.ComponentResource {
  constructor(kind: string, name: string, opts: pulumi.ComponentResourceOptions | undefined) {
    super(`optropic:index:${kind}`, name, {}, opts);
  }

  /** Registers the public fields as outputs, but for resources. The last step of each constructor. */
  protected publish(): void {
    const fields = Object.entries(this).filter(([field]) => field !== "urn" && !field.startsWith("__"));
    this.registerOutputs(
      Object.fromEntries(fields.filter(([, value]) => !pulumi.Resource.isInstance(value))),
    );
  }
}
