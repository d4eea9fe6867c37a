// @pulumi/policy makes the properties of each resource anew for each policy, and most policies look at few
// resources. Here every policy but the first gets properties that are made when it looks at them.
const { basename, dirname } = require("node:path");

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

/** Fills an object before anything is done with it. */
class WhenRead {
  #make;

  constructor(make) {
    this.#make = make;
  }

  #filled(target) {
    if (this.#make !== undefined) {
      const make = this.#make;
      this.#make = undefined;
      // A property may be called `__proto__`, which an assignment would take for the prototype.
      Object.defineProperties(target, Object.getOwnPropertyDescriptors(make()));
    }
    return target;
  }

  get(target, ...rest) {
    return Reflect.get(this.#filled(target), ...rest);
  }

  set(target, ...rest) {
    return Reflect.set(this.#filled(target), ...rest);
  }

  has(target, key) {
    return Reflect.has(this.#filled(target), key);
  }

  deleteProperty(target, key) {
    return Reflect.deleteProperty(this.#filled(target), key);
  }

  ownKeys(target) {
    return Reflect.ownKeys(this.#filled(target));
  }

  getOwnPropertyDescriptor(target, key) {
    return Reflect.getOwnPropertyDescriptor(this.#filled(target), key);
  }

  defineProperty(target, ...rest) {
    return Reflect.defineProperty(this.#filled(target), ...rest);
  }

  preventExtensions(target) {
    return Reflect.preventExtensions(this.#filled(target));
  }
}
