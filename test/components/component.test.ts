import * as pulumi from "@pulumi/pulumi";
import { expect, test } from "vitest";
import { Component } from "../../components/component.ts";
import { Scope } from "../../components/scope.ts";
import { record, settled } from "./recorder.ts";

test("publishes every public field as an output, but for resources", async () => {
  const registered: (pulumi.Inputs | undefined)[] = [];

  class Example extends Component {
    readonly url: pulumi.Output<string>;
    readonly page: string;
    readonly made: pulumi.Resource;

    constructor(name: string, opts: pulumi.ComponentResourceOptions) {
      super("Example", name, opts);
      this.url = pulumi.output("https://optropic.example");
      this.page = "https://optropic.example/page";
      this.made = new pulumi.ComponentResource("optropic:index:Other", `${name}-other`, {}, { parent: this });
      this.publish(new Scope(name, { parent: this }, {}));
    }

    protected override registerOutputs(outputs: pulumi.Inputs): void {
      registered.push(outputs);
      super.registerOutputs(outputs);
    }
  }

  const { component } = await record((opts) => new Example("example", opts));
  // Pulumi itself calls the method again, which does nothing after the first time.
  expect(registered[0]).toEqual({ url: component.url, page: component.page });
  expect(await settled(component.urn)).toContain("optropic:index:Example::example");
});
