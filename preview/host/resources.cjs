// All resources of a stack come to a pack in one message, of which each would be an object with all that it holds
// until every policy has judged: most of a pack's memory. Here a resource stays as it came, and is read when something
// of it is asked for; only the last one that was read is kept.
const { createRequire } = require("node:module");

/** The tag of a field of a message, which comes before its length: `AnalyzeStackRequest.resources`, the only one. */
const resourcesTag = 10;

/** @param {string} server path of the host's module that is asked */
module.exports = (server) => {
  const { AnalyzeStackRequest, AnalyzerResource } = createRequire(server)(
    "@pulumi/pulumi/proto/analyzer_pb.js",
  );
  const deserializeBinary = AnalyzeStackRequest?.deserializeBinary;
  const isKnown =
    typeof deserializeBinary === "function" &&
    typeof AnalyzerResource?.deserializeBinary === "function" &&
    typeof AnalyzeStackRequest.prototype.getResourcesList === "function" &&
    ["getProperties", "getProvider", "getType"].every((name) => name in AnalyzerResource.prototype);
  if (!isKnown) return;
  let last;
  const read = (resource) => {
    if (last?.resource !== resource) {
      last = { resource, message: AnalyzerResource.deserializeBinary(resource.bytes) };
    }
    return last.message;
  };
  let Properties;
  class Resource extends forwarding(AnalyzerResource, read) {
    constructor(bytes, shared) {
      super();
      this.bytes = bytes;
      this.shared = shared;
    }

    /** Of one resource they are always the same object, by which others tell whether they have seen it. */
    getProperties() {
      const found = this.properties === undefined ? read(this).getProperties() : undefined;
      if (found !== undefined) {
        Properties ??= forwarding(found.constructor, ({ resource }) => read(resource).getProperties());
        this.properties = new Properties();
        this.properties.resource = this;
      }
      return this.properties;
    }

    /** Each message holds its resource's provider anew. */
    getProvider() {
      const provider = read(this).getProvider();
      if (provider === undefined) return undefined;
      const { providers } = this.shared;
      const urn = provider.getUrn();
      if (!providers.has(urn)) providers.set(urn, provider);
      return providers.get(urn);
    }

    getType() {
      if (this.type === undefined) {
        const { types } = this.shared;
        const type = read(this).getType();
        if (!types.has(type)) types.set(type, type);
        this.type = types.get(type);
      }
      return this.type;
    }
  }
  AnalyzeStackRequest.deserializeBinary = (bytes) => {
    const parts = partsOf(bytes);
    if (parts === undefined) return deserializeBinary(bytes);
    const shared = { types: new Map(), providers: new Map() };
    const resources = parts.map((part) => new Resource(part, shared));
    const request = new AnalyzeStackRequest();
    request.getResourcesList = () => resources;
    return request;
  };
};

/** A class with all methods of a message that read it, each of which asks what `read` finds. */
function forwarding(Message, read) {
  class Forwarding {}
  for (const name of Object.getOwnPropertyNames(Message.prototype)) {
    if (name === "constructor" || typeof Message.prototype[name] !== "function") continue;
    Forwarding.prototype[name] = function (...args) {
      return read(this)[name](...args);
    };
  }
  return Forwarding;
}

/** The resources of a request as they came; undefined for one that holds something else too. */
function partsOf(bytes) {
  const parts = [];
  let at = 0;
  while (at < bytes.length) {
    if (bytes[at] !== resourcesTag) return undefined;
    at += 1;
    let length = 0;
    for (let shift = 0; ; shift += 7) {
      if (at >= bytes.length || shift > 28) return undefined;
      const byte = bytes[at];
      at += 1;
      length += (byte & 127) * 2 ** shift;
      if (byte < 128) break;
    }
    if (at + length > bytes.length) return undefined;
    parts.push(bytes.subarray(at, at + length));
    at += length;
  }
  return parts;
}
