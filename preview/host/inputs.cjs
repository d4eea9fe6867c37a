// @pulumi/policy makes the properties of each resource anew for each policy, and most policies look at few
// resources. Here every policy but the first gets properties that are made when it looks at them.
const { basename, dirname } = require("node:path");

const WhenRead = require("./when-read.cjs");

module.exports = () => {
  for (const [path, { exports }] of Object.entries(require.cache)) {
    if (basename(path) !== "deserialize.js" || !dirname(path).endsWith("/@pulumi/policy")) continue;
    const { deserializeProperties } = exports;
    if (typeof deserializeProperties !== "function") continue;
    const made = new WeakSet();
    exports.deserializeProperties = (struct, ...rest) => {
      // The first ones are made at once, where what cannot be read fails as ever. Those that tell secrets have a
      // form of their own.
      if (rest[0] === true || !made.has(struct)) {
        const properties = deserializeProperties(struct, ...rest);
        made.add(struct);
        return properties;
      }
      return new Proxy({}, new WhenRead(() => deserializeProperties(struct, ...rest)));
    };
  }
};
