// A program declares all its resources before the first is registered, and the SDK then prepares and sends all of them
// at once. What each holds meanwhile is let go once it is registered, so here they are prepared some hundred at a time,
// in their order: the preview takes one after the other anyway.
const { join } = require("node:path");

const kept = require("./kept.cjs");
const isWritable = require("./writable.cjs");

/** Most resources that the preview is asked about at one time. */
const most = 256;

/** Resources of a program that the SDK prepares as it always does, at once: what they hold is little. */
const free = 1000;

/** For how long nobody waits whatever happens, in milliseconds: what is asked may wait for what is not yet prepared. */
const patienceMs = 5000;

/**
 * @param {string} sdk folder of the SDK
 * @param {number} first how many resources wait for nothing
 * @returns {{ isFree(): boolean, wait(turn: { open(): void }): void, take(inputs: object): void } | undefined} `isFree`
 *   says whether the next resource that is declared waits for nothing; `wait` opens what waits when it has its turn;
 *   `take` has the inputs of a resource with its turn prepared at once
 */
module.exports = (sdk, first = free) => {
  const rpc = require(join(sdk, "runtime", "rpc.js"));
  const { ResourceMonitorClient } = require(join(sdk, "proto", "resource_grpc_pb.js"));
  const { serializeResourceProperties } = rpc;
  const monitor = ResourceMonitorClient?.prototype;
  const isOurs =
    isWritable(rpc, "serializeResourceProperties") &&
    ["registerResource", "readResource"].every((name) => typeof monitor?.[name] === "function");
  if (!isOurs) return undefined;
  const gate = new Gate();
  let declared = 0;
  let direct = 0;
  /** Inputs of resources that have their turn, with how many resources have the same. */
  const begun = new WeakMap();
  rpc.serializeResourceProperties = (label, inputs, ...rest) => {
    const count = begun.get(inputs) ?? 0;
    if (count === 0 && direct < first) {
      direct += 1;
      return serializeResourceProperties(label, inputs, ...rest);
    }
    const copy = count === 0 ? kept.inputs(inputs) : undefined;
    if (copy !== undefined)
      return gate.opened().then(() => serializeResourceProperties(label, copy, ...rest));
    const serialized = serializeResourceProperties(label, inputs, ...rest);
    // It has been read, but is asked about in its turn.
    if (count === 0) return serialized.then((done) => gate.opened().then(() => done));
    begun.set(inputs, count - 1);
    return serialized;
  };
  for (const name of ["registerResource", "readResource"]) {
    const call = monitor[name];
    monitor[name] = function (...args) {
      const answered = args.pop();
      gate.asked();
      return call.call(this, ...args, (...answer) => {
        gate.answered();
        return answered(...answer);
      });
    };
  }
  return {
    isFree: () => {
      declared += 1;
      return declared <= first;
    },
    wait: (turn) => gate.wait(turn),
    take: (inputs) => {
      begun.set(inputs, (begun.get(inputs) ?? 0) + 1);
    },
  };
};

class Gate {
  #waiting = [];
  #next = 0;
  #asked = 0;
  #isPlanned = false;
  #timer;

  /** Resolves when a resource may be prepared. */
  opened() {
    return new Promise((open) => {
      this.wait({ open });
    });
  }

  wait(turn) {
    this.#waiting.push(turn);
    this.#plan();
  }

  asked() {
    this.#asked += 1;
  }

  answered() {
    this.#asked -= 1;
    this.#timer?.refresh();
    this.#plan();
  }

  /** Once all that can go on has: those that wait for others are not asked about, and make room for more. */
  #plan() {
    if (this.#isPlanned || this.#next === this.#waiting.length) return;
    this.#isPlanned = true;
    setImmediate(() => {
      this.#isPlanned = false;
      this.#open(most - this.#asked);
    });
  }

  #open(count) {
    const until = Math.min(this.#waiting.length, this.#next + Math.max(0, count));
    for (; this.#next < until; this.#next += 1) {
      this.#waiting[this.#next].open();
      this.#waiting[this.#next] = undefined;
    }
    clearTimeout(this.#timer);
    if (this.#next === this.#waiting.length) {
      this.#waiting = [];
      this.#next = 0;
    } else {
      this.#timer = setTimeout(() => this.#open(Number.POSITIVE_INFINITY), patienceMs);
      if (count > 0) this.#plan();
    }
  }
}
