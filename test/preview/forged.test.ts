import resourcePb from "@pulumi/pulumi/proto/resource_pb.js";
import structPb from "google-protobuf/google/protobuf/struct_pb.js";
import { beforeEach, describe, expect, it } from "vitest";
import { Monitor } from "../../preview/engine/monitor.ts";
import { Sources } from "../../project/sources.ts";

// A program can talk to the monitor itself, past its SDK, to have policies judge something other than it declares.

const here = import.meta.dirname;
const rootUrn = "urn:pulumi:dev::forged::pulumi:pulumi:Stack::forged-dev";

let monitor: Monitor;

beforeEach(() => {
  monitor = new Monitor({
    ...{ project: "forged", stack: "dev", organization: "organization" },
    ...{ config: new Map(), secretKeys: new Set(), stackOutputs: new Map() },
    programDirectory: here,
    sources: new Sources(here),
    mayRead: () => undefined,
    heard: () => undefined,
    connection: () => {
      throw new Error("a callback");
    },
    warn: () => undefined,
    failed: () => undefined,
    check: async ({ inputs }) => inputs,
    read: async () => undefined,
    remediate: async ({ inputs }) => inputs,
    registered: () => undefined,
  });
});

async function register(type: string, name: string, custom: boolean) {
  const request = new resourcePb.RegisterResourceRequest();
  request.setType(type);
  request.setName(name);
  request.setCustom(custom);
  const response = await monitor.methods.registerResource?.(request);
  if (!(response instanceof resourcePb.RegisterResourceResponse)) throw new Error("no response");
  return response.getUrn();
}

async function complete(urn: string, outputs: Record<string, string> = { safe: "yes" }): Promise<void> {
  const request = new resourcePb.RegisterResourceOutputsRequest();
  request.setUrn(urn);
  request.setOutputs(structPb.Struct.fromJavaScript(outputs));
  await monitor.methods.registerResourceOutputs?.(request);
}

describe("outputs", () => {
  it("are not taken for a resource that a provider makes", async () => {
    const urn = await register("random:index/randomPet:RandomPet", "pet", true);
    await expect(complete(urn)).rejects.toThrow(/cannot be registered: it is not a component/);
    await expect(monitor.refused).rejects.toThrow(urn);
    expect(monitor.resources.get(urn)?.outputs).toEqual({});
  });

  it("are taken once for a component, and for the root stack each time", async () => {
    const urn = await register("mine:index:Part", "part", false);
    await complete(urn, { first: "1" });
    await expect(complete(urn, { second: "2" })).rejects.toThrow(/has its outputs already/);
    expect(monitor.resources.get(urn)?.outputs).toEqual({ first: "1" });
    expect(await register("pulumi:pulumi:Stack", "forged-dev", false)).toBe(rootUrn);
    await complete(rootUrn, { first: "1" });
    await complete(rootUrn, { second: "2" });
    expect(monitor.resources.get(rootUrn)?.outputs).toEqual({ second: "2" });
    expect(monitor.finished).toBe(true);
  });

  it("are not taken for what is not registered", async () => {
    await expect(complete(`${rootUrn}-other`)).rejects.toThrow(/it is not registered/);
    await expect(monitor.refused).rejects.toThrow("it is not registered");
  });
});
