import { createRequire } from "node:module";
import { expect, it } from "vitest";

const require = createRequire(import.meta.url);
const server = require.resolve("@pulumi/policy/server.js");
const fromServer = createRequire(server);
const messages = fromServer("@pulumi/pulumi/proto/analyzer_pb.js");
const { Struct } = fromServer("google-protobuf/google/protobuf/struct_pb.js");

it("reads a stack's resources as the host's own classes do, and what they share once", () => {
  const bytes = request(["first", "second"]).serializeBinary();
  const { deserializeBinary } = messages.AnalyzeStackRequest;
  const expected = deserializeBinary(bytes).getResourcesList();
  require("../../preview/host/resources.cjs")(server);
  const read = messages.AnalyzeStackRequest.deserializeBinary(bytes).getResourcesList();
  const strange = messages.AnalyzeStackRequest.deserializeBinary(Uint8Array.of(...bytes, 16, 1));
  const broken = () =>
    messages.AnalyzeStackRequest.deserializeBinary(bytes.subarray(0, -1)).getResourcesList();
  expect(broken).toThrow();
  messages.AnalyzeStackRequest.deserializeBinary = deserializeBinary;
  const [one, other] = read;
  // In the order in which a host asks one after the other, and then not.
  for (const resource of [0, 1, 0]) {
    expect(read[resource].toObject()).toEqual(expected[resource].toObject());
    for (const name of ["Type", "Urn", "Name", "Parent", "DependenciesList"]) {
      expect(read[resource][`get${name}`]()).toEqual(expected[resource][`get${name}`]());
    }
    expect(read[resource].getProperties().toJavaScript()).toEqual(
      expected[resource].getProperties().toJavaScript(),
    );
    expect(read[resource].getOptions().getAliasesList()).toEqual([
      `alias of ${["first", "second"][resource]}`,
    ]);
    expect([...read[resource].getPropertydependenciesMap().keys()]).toEqual(["name"]);
  }
  expect(one.getProperties()).toBe(one.getProperties());
  expect(one.getProperties()).not.toBe(other.getProperties());
  expect(one.getProvider()).toBe(other.getProvider());
  expect(one.getProvider().getProperties().toJavaScript()).toEqual({ region: "x" });
  expect(strange.getResourcesList().map((resource: { getUrn(): string }) => resource.getUrn())).toEqual([
    "urn:first",
    "urn:second",
  ]);
});

it("knows a resource without properties and without a provider", () => {
  const { AnalyzeStackRequest, AnalyzerResource } = messages;
  const { deserializeBinary } = AnalyzeStackRequest;
  require("../../preview/host/resources.cjs")(server);
  const bare = new AnalyzeStackRequest();
  bare.addResources(new AnalyzerResource());
  const [resource] = AnalyzeStackRequest.deserializeBinary(bare.serializeBinary()).getResourcesList();
  const none = AnalyzeStackRequest.deserializeBinary(new Uint8Array()).getResourcesList();
  AnalyzeStackRequest.deserializeBinary = deserializeBinary;
  expect([resource.getProperties(), resource.getProvider(), resource.getType()]).toEqual([
    undefined,
    undefined,
    "",
  ]);
  expect(none).toEqual([]);
});

/** A request with resources of these names, which are as different as they can be and have one provider. */
function request(names: readonly string[]) {
  const stack = new messages.AnalyzeStackRequest();
  for (const name of names) {
    const resource = new messages.AnalyzerResource();
    // What one thing is called may be another's type.
    resource.setType(name === "second" ? "urn:provider" : `type of ${name}`);
    resource.setUrn(`urn:${name}`);
    resource.setName(name.repeat(100));
    resource.setParent("urn:parent");
    resource.setProperties(Struct.fromJavaScript({ name, list: [1, { deep: name }], none: null }));
    const options = new messages.AnalyzerResourceOptions();
    options.setAliasesList([`alias of ${name}`]);
    resource.setOptions(options);
    const provider = new messages.AnalyzerProviderResource();
    provider.setUrn("urn:provider");
    provider.setProperties(Struct.fromJavaScript({ region: "x" }));
    resource.setProvider(provider);
    resource.setDependenciesList(["urn:parent", `urn:before ${name}`]);
    const dependencies = new messages.AnalyzerPropertyDependencies();
    dependencies.setUrnsList(["urn:parent"]);
    resource.getPropertydependenciesMap().set("name", dependencies);
    stack.addResources(resource);
  }
  return stack;
}
