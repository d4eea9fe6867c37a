// Declares what the packs of the matrix judge.
const pulumi = require("@pulumi/pulumi");

class Thing extends pulumi.CustomResource {
  constructor(name, props, opts) {
    super("test:index:Thing", name, { ...props, made: undefined }, opts);
  }
}
class Provider extends pulumi.ProviderResource {
  constructor(name, props) {
    super("test", name, props);
  }
}
class Group extends pulumi.ComponentResource {
  constructor(name) {
    super("test:index:Group", name);
  }
}

const first = new Thing("first", { size: 4, secret: pulumi.secret("hush-hush"), by: [] });
const group = new Group("group");
new Thing(
  "second",
  { size: 9, unknown: first.made, nested: { list: [1, first.made] } },
  {
    ...{ parent: group, dependsOn: [first], protect: true, ignoreChanges: ["size"] },
    ...{ deleteBeforeReplace: true, additionalSecretOutputs: ["made"], customTimeouts: { create: "1m30s" } },
    provider: new Provider("explicit", { region: "here" }),
  },
);
