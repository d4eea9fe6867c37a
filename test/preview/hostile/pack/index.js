const { PolicyPack } = require("@pulumi/policy");
const pulumi = require("@pulumi/pulumi");
const { attempt } = require("./attacks.cjs");

const targets = new pulumi.Config("pack").getObject("targets");

new PolicyPack("hostile-pack", {
  policies: [
    {
      name: "nothing-forbidden",
      description: "A name must not begin with what is forbidden.",
      enforcementLevel: "mandatory",
      validateResource: ({ props }, report) => {
        if (String(props.prefix).startsWith("forbidden")) report("this is forbidden");
      },
    },
    {
      name: "attempts",
      description: "Says what an attack got.",
      enforcementLevel: "advisory",
      validateStack: async (_, report) => {
        if (targets !== undefined) report(JSON.stringify(await attempt(targets)));
      },
    },
  ],
});
