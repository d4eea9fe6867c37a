// The handler of a proxy that fills an object or a list before anything is done with it.
module.exports = class WhenRead {
  #make;

  constructor(make) {
    this.#make = make;
  }

  #filled(target) {
    if (this.#make !== undefined) {
      const made = this.#make();
      this.#make = undefined;
      // A property may be called `__proto__`, which an assignment would take for the prototype.
      if (Array.isArray(target)) for (const element of made) target.push(element);
      else Object.defineProperties(target, Object.getOwnPropertyDescriptors(made));
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
};
