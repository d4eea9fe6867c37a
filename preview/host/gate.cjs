// A program declares all its resources before the first is registered, and the SDK then sends all of them at once. Each
// call that is under way holds its message, its stream and all that it passes through, here and in the preview, which
// takes one after the other anyway. So what the SDK sends waits here, complete and in its order, until there is room.
const { AsyncResource } = require("node:async_hooks");
const { join } = require("node:path");

/** Most resources that the preview is asked about at one time. */
const most = 256;

/** For how long a call waits while none is answered, in milliseconds: what is under way may wait for what is not. */
const patienceMs = 5000;

/** What waits: resources, and transforms, which change the resources that are declared after them and no others. */
const names = ["registerResource", "readResource", "registerStackTransform", "registerStackInvokeTransform"];

/** @param {string} sdk folder of the SDK */
module.exports = (sdk) => {
  const { ResourceMonitorClient } = require(join(sdk, "proto", "resource_grpc_pb.js"));
  const monitor = ResourceMonitorClient?.prototype;
  const gate = new Gate();
  for (const name of names) {
    const call = monitor?.[name];
    // An older SDK has no such transforms.
    if (typeof call !== "function") continue;
    monitor[name] = function (...args) {
      const answered = args.pop();
      return gate.pass(args[0], () =>
        call.call(this, ...args, (...answer) => {
          gate.leave();
          return answered(...answer);
        }),
      );
    };
  }
};

class Gate {
  #waiting = [];
  #next = 0;
  #underWay = 0;
  /** A program may put others in their place. */
  #timers = { setTimeout, clearTimeout };
  #timer;

  pass(message, call) {
    if (this.#underWay < most) {
      this.#underWay += 1;
      return call();
    }
    pack(message);
    this.#waiting.push(AsyncResource.bind(call));
    this.#timer ??= this.#timers.setTimeout(() => this.#open(Number.POSITIVE_INFINITY), patienceMs);
    return undefined;
  }

  leave() {
    this.#underWay -= 1;
    this.#timer?.refresh();
    this.#open(most);
  }

  #open(count) {
    for (; this.#underWay < count && this.#next < this.#waiting.length; this.#next += 1) {
      const call = this.#waiting[this.#next];
      this.#waiting[this.#next] = undefined;
      this.#underWay += 1;
      call();
    }
    if (this.#next < this.#waiting.length) return;
    this.#waiting = [];
    this.#next = 0;
    this.#timers.clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}

/** Where a message keeps what is sent of it. */
const sent = Symbol("sent");

/** Prototypes of messages that keep no more than that, by their own. */
const ofPacked = new Map();

/** A message takes ten times the room of what is sent of it, so it keeps no more than that until somebody reads it. */
function pack(message) {
  let bytes;
  try {
    bytes = message.serializeBinary();
  } catch {
    // The call says why.
    return;
  }
  const names = Object.keys(message);
  const own = Object.getPrototypeOf(message);
  if (!ofPacked.has(own)) {
    const packed = Object.create(own);
    packed.serializeBinary = function () {
      return this[sent];
    };
    for (const name of names) {
      Object.defineProperty(packed, name, {
        get() {
          return unpacked(this, own)[name];
        },
        set(value) {
          unpacked(this, own)[name] = value;
        },
      });
    }
    ofPacked.set(own, packed);
  }
  for (const name of names) delete message[name];
  Object.setPrototypeOf(message, ofPacked.get(own));
  message[sent] = bytes;
}

function unpacked(message, own) {
  const bytes = message[sent];
  delete message[sent];
  Object.setPrototypeOf(message, own);
  return Object.assign(message, own.constructor.deserializeBinary(bytes));
}
