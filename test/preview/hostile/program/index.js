const pulumi = require("@pulumi/pulumi");
const { RandomPet } = require("@pulumi/random/randomPet.js");
const { attempt } = require("./attacks.cjs");
const { misuse } = require("./misuse.cjs");

const config = new pulumi.Config();

// What the pack objects to: whatever is tried, that is the verdict.
new RandomPet("pet", { prefix: "forbidden" });

module.exports = async () => {
  const mode = config.get("mode") ?? "attempt";
  if (mode !== "attempt") return { result: await misuse[mode](config) };
  return { attempts: await attempt(config.requireObject("targets")) };
};
