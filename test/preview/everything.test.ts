import { beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { unknown } from "../../preview/engine/values.ts";
import type { PreviewDocument } from "../../preview/index.ts";
import { previewOf } from "./harness.ts";

const root = "urn:pulumi:dev::everything";
const stackUrn = `${root}::pulumi:pulumi:Stack::everything-dev`;
const siteUrn = `${root}::fixture:index:Site::site`;
const zoneUrn = `${root}::fixture:index:Site$cloudflare:index/zone:Zone::site-zone`;
const webUrn = `${root}::fixture:index:Site$fixture:index:Records$cloudflare:index/dnsRecord:DnsRecord::site-records-web`;
const passwordUrn = `${root}::random:index/randomPassword:RandomPassword::password`;

const echoed = z.object({
  urn: z.string(),
  type: z.string(),
  name: z.string(),
  props: z.record(z.string(), z.unknown()),
  opts: z.record(z.string(), z.unknown()),
  provider: z
    .object({ urn: z.string(), name: z.string(), props: z.record(z.string(), z.unknown()) })
    .optional(),
  parent: z.string().optional(),
  dependencies: z.array(z.string()).optional(),
  propertyDependencies: z.record(z.string(), z.array(z.string())).optional(),
});
type Echoed = z.infer<typeof echoed>;

let document: PreviewDocument;
let inResourcePhase: Map<string, Echoed>;
let inStackPhase: Map<string, Echoed>;

beforeAll(async () => {
  document = await previewOf("everything", ["echo"], {
    stackOutputs: ["acme/network/production:subnet=10.0.0.0/24", "acme/network/production:ports=[80,443]"],
  });
  inResourcePhase = echo("echo-resource");
  inStackPhase = echo("echo-stack");
});

/** What the echoing pack was given, by the resource's name. */
function echo(policy: string): Map<string, Echoed> {
  const { violations = [] } = document.policies.find(({ name }) => name === policy) ?? {};
  return new Map(
    violations.map(({ message }) => {
      const said = echoed.parse(JSON.parse(message));
      return [said.name, said];
    }),
  );
}

function analysed(name: string): Echoed {
  return found(inResourcePhase, name);
}

function inStack(name: string): Echoed {
  return found(inStackPhase, name);
}

function found(phase: Map<string, Echoed>, name: string): Echoed {
  const resource = phase.get(name);
  if (resource === undefined) throw new Error(`the pack was not given ${name}`);
  return resource;
}

function shownInputs(name: string): Record<string, unknown> {
  const resource = document.resources.find((one) => one.name === name);
  if (resource === undefined) throw new Error(`there is no resource ${name}`);
  return resource.inputs;
}

describe("URNs and parents", () => {
  it("joins the types of parents by $, but not the stack's", () => {
    expect(document.resources.map(({ urn }) => urn)).toEqual(
      expect.arrayContaining([stackUrn, siteUrn, zoneUrn, webUrn, passwordUrn]),
    );
  });

  it("tells a pack each resource's parent, in its options and in the stack", () => {
    expect(inStack("site-zone").parent).toBe(siteUrn);
    expect(analysed("site-zone").opts.parent).toBe(siteUrn);
    expect(inStack("password").parent).toBe(stackUrn);
    expect(inStack("everything-dev").parent).toBeUndefined();
  });

  it("keeps the order in which resources were registered, the stack first", () => {
    const names = document.resources.map(({ name }) => name);
    expect(names[0]).toBe("everything-dev");
    expect(names.indexOf("site")).toBeLessThan(names.indexOf("site-zone"));
    const { violations } = document.policies.find(({ name }) => name === "echo-stack") ?? {};
    const managed = document.resources.filter(({ operation }) => operation !== "read");
    expect(violations?.map(({ urn }) => urn)).toEqual(managed.map(({ urn }) => urn));
  });
});

describe("inputs", () => {
  it("come as they are, with null and lists", () => {
    const { props } = analysed("values");
    expect(props.text).toBe("plain");
    expect(props.none).toBeNull();
    expect(props.list).toEqual([1, "two", false, { deep: [null] }]);
  });

  it("that are unknown come as the fixed string that stands for it", () => {
    const { props } = analysed("values");
    expect(props.unknown).toBe(unknown);
    expect(props.unknownInside).toEqual({ url: unknown });
    expect(props.resource).toBe(unknown);
    expect(props.both).toEqual([unknown, unknown]);
    expect(shownInputs("site-records-web").zoneId).toEqual({ unknown: true });
  });

  it("that are a component come as its URN", () => {
    expect(analysed("values").props.component).toBe(siteUrn);
    expect(shownInputs("values").component).toBe(siteUrn);
  });

  it("that are secret reach the pack in plain and nobody else", () => {
    expect(shownInputs("values").secret).toBe("[secret]");
    expect(shownInputs("values").secretInside).toEqual({ user: "admin", password: "[secret]" });
    // What the pack echoes is taken out of its message.
    expect(analysed("values").props.secret).toBe("[secret]");
    expect(JSON.stringify(document)).not.toMatch(/secret (input|inside) of values/);
  });

  it("of an output that is declared secret are unknown secrets", () => {
    expect(shownInputs("values").secretOfOutput).toBe("[secret]");
    expect(analysed("values").props.secretOfOutput).toBe(unknown);
  });

  it("leave out what only the engine is meant to see", () => {
    expect(analysed("values").props).not.toHaveProperty("__internal");
    expect(analysed("made-here").props).toEqual({ given: "to the dynamic resource" });
    expect(shownInputs("made-here")).toEqual({ given: "to the dynamic resource" });
  });

  it("may be assets and archives", () => {
    expect(shownInputs("values").file).toEqual({ asset: "./package.json" });
    expect(shownInputs("values").string).toEqual({ asset: "20 characters" });
    expect(shownInputs("values").archive).toEqual({ archive: ["a.txt"] });
    expect(analysed("values").props.file).toMatchObject({ __pulumiAsset: true });
  });

  it("put a secure setting in as a secret placeholder", () => {
    expect(shownInputs("values").configured).toBe("[secret]");
  });
});

describe("dependencies", () => {
  it("are the resources that a property's value comes from", () => {
    expect(inStack("site-records-web").propertyDependencies).toEqual({ zoneId: [zoneUrn] });
    expect(inStack("site-records-web").dependencies).toEqual([zoneUrn]);
    expect(inStack("values").propertyDependencies).toMatchObject({
      unknown: [passwordUrn],
      both: [passwordUrn, zoneUrn],
      resource: [zoneUrn],
    });
  });

  it("on a component are those on its children", () => {
    const { dependencies, propertyDependencies } = inStack("optioned");
    const firstUrn = `${root}::random:index/randomId:RandomId::first`;
    expect(dependencies?.toSorted()).toEqual([zoneUrn, webUrn, firstUrn].toSorted());
    expect(propertyDependencies).toEqual({ keepers: [zoneUrn, firstUrn], prefix: [firstUrn] });
  });
});

describe("options", () => {
  it("reach the pack", () => {
    expect(analysed("optioned").opts).toMatchObject({
      protect: true,
      deleteBeforeReplace: true,
      customTimeouts: { createSeconds: 5400, updateSeconds: 90, deleteSeconds: 0.5 },
      ignoreChanges: ["length"],
      additionalSecretOutputs: ["separator"],
    });
  });

  it("stand in the document, where they are set", () => {
    const options = (name: string) => document.resources.find((one) => one.name === name)?.options;
    expect(options("optioned")).toEqual({
      deleteBeforeReplace: true,
      customTimeouts: { create: 5400, update: 90, delete: 0.5 },
      ignoreChanges: ["length"],
      additionalSecretOutputs: ["separator"],
      hideDiffs: ["keepers"],
      replacementTrigger: [{ unknown: true }, "[secret]", 3],
    });
    expect(options("first")).toBeUndefined();
  });

  it("that are not given are not made up", () => {
    const { opts } = analysed("first");
    expect(opts).not.toHaveProperty("deleteBeforeReplace");
    expect(opts).toMatchObject({
      protect: false,
      ignoreChanges: [],
      customTimeouts: { createSeconds: 0, updateSeconds: 0, deleteSeconds: 0 },
    });
  });

  it("hand a pack no alias, since without a state none leads anywhere", () => {
    expect(analysed("optioned").opts.aliases).toEqual([]);
  });

  it("are changed by transforms: the resource's own, then its component's, then the stack's", () => {
    expect(shownInputs("transforming-child").prefix).toBe("written own own again component stack");
    expect(analysed("protected-by-transform").opts).toMatchObject({
      protect: true,
      ignoreChanges: ["prefix"],
    });
    expect(shownInputs("protected-by-transform").keepers).toEqual({ kept: "yes" });
  });
});

describe("a resource's own transform", () => {
  it("that changes nothing leaves unknowns, secrets and dependencies as they are", () => {
    expect(shownInputs("dependent-and-transformed")).toEqual({
      byteLength: 4,
      prefix: { unknown: true },
      keepers: { token: "[secret]" },
    });
    const { dependencies, propertyDependencies } = inStack("dependent-and-transformed");
    expect(dependencies).toEqual([zoneUrn]);
    expect(propertyDependencies).toEqual({ prefix: [zoneUrn], keepers: [zoneUrn] });
  });
});

describe("providers", () => {
  it("are the one that a resource or its component names, also for what is below", () => {
    expect(analysed("of-the-edge").provider?.name).toBe("edge");
    expect(analysed("site-zone").provider?.name).toBe("edge");
    expect(analysed("site-records-web").provider?.name).toBe("edge");
    expect(analysed("site-zone").provider?.props).toEqual({ apiToken: "[secret]", version: "6.22.1" });
  });

  it("are by default one for the package and version, with the stack's settings of the package", () => {
    expect(analysed("of-the-default-provider").provider?.name).toBe("default_6_22_1");
    expect(shownInputs("default_6_22_1")).toEqual({
      apiToken: "[secret]",
      baseUrl: "http://127.0.0.1:1/client/v4",
      version: "6.22.1",
    });
  });

  it("are named after version and download address as the engine does it", () => {
    expect(analysed("downloaded").provider?.name).toBe(
      "default_1_2_3_alpha_4_github_/api.github.com/some-owner",
    );
    expect(analysed("made-here").provider?.urn).toBe(`${root}::pulumi:providers:pulumi-nodejs::default`);
  });

  it("of a package with a parameter have the parameter's name and version", () => {
    expect(analysed("bridged").provider).toMatchObject({
      urn: `${root}::pulumi:providers:bridged::default_4_5_6`,
      props: { version: "4.5.6" },
    });
  });

  it("are registered for what is looked up too", () => {
    const urns = document.resources.map(({ urn }) => urn);
    expect(urns).toContain(`${root}::pulumi:providers:lookup::default`);
    expect(urns).toContain(`${root}::pulumi:providers:pulumi::default`);
  });

  it("are analysed as resources, and components have none", () => {
    expect(inResourcePhase.has("default_6_22_1")).toBe(true);
    expect(analysed("edge").props).toEqual({ apiToken: "[secret]", version: "6.22.1" });
    expect(analysed("site").provider).toBeUndefined();
  });
});

describe("lookups", () => {
  it("read a resource of which the id alone is known, and which is not for policies to judge", () => {
    expect(shownInputs("looked-up")).toMatchObject({
      existingId: "0123456789abcdef",
      existingName: { unknown: true },
      existingStatus: { unknown: true },
    });
    expect(inResourcePhase.has("existing")).toBe(false);
    expect(inStackPhase.has("existing")).toBe(false);
    expect(document.resources.find(({ name }) => name === "existing")?.operation).toBe("read");
  });

  it("answer functions and methods with unknowns", () => {
    expect(shownInputs("looked-up")).toMatchObject({
      later: { unknown: true },
      laterLength: { unknown: true },
      called: { unknown: true },
    });
  });

  it("warn where an answer is awaited, which no SDK can be told is unknown, and read", () => {
    expect(shownInputs("looked-up").plain).toEqual({ unknown: true });
    const warnings = document.messages.filter(({ message }) => message.includes("as a plain value"));
    expect(warnings).toEqual([
      {
        severity: "warning",
        message: expect.stringMatching(/^the answer of .*lookups\.ts:\d+ reads \./),
        urn: "",
      },
    ]);
  });

  it("answer another stack's outputs where they are given, else with unknowns", () => {
    expect(shownInputs("looked-up")).toMatchObject({
      subnet: "10.0.0.0/24",
      ports: [80, 443],
      elsewhere: { unknown: true },
    });
  });
});

describe("components and the stack", () => {
  it("show their inputs to resource policies and their outputs to stack policies", () => {
    expect(analysed("site").props).toEqual({ zone: "everything.example" });
    expect(inStack("site").props).toEqual({ zoneId: unknown, zoneName: "everything.example" });
  });

  it("hand the stack's outputs over, with settings of Pulumi.yaml and of the stack", () => {
    const { props } = inStack("everything-dev");
    expect(props).toMatchObject({
      plain: "an output",
      secret: "[secret]",
      unknown,
      greeting: "hello",
      size: 3,
      token: "[secret]",
      nested: "on the left",
      lookedUp: "10.0.0.0/24",
    });
  });
});

describe("the stack's outputs", () => {
  it("stand in the document, with no secret among them", () => {
    expect(document.outputs).toMatchObject({
      plain: "an output",
      secret: "[secret]",
      unknown: { unknown: true },
      size: 3,
    });
  });
});

describe("what is logged", () => {
  it("is kept from the level of info, with the resource that it is about", () => {
    expect(document.messages).toContainEqual({ severity: "info", message: "at the level info", urn: "" });
    expect(document.messages).toContainEqual({
      severity: "warning",
      message: "at the level warning, of a resource",
      urn: siteUrn,
    });
    expect(document.messages).toContainEqual({
      severity: "printed",
      message: "printed by the program",
      urn: "",
    });
    expect(JSON.stringify(document.messages)).not.toMatch(/at the level debug|passing by/);
  });

  it("shows that hooks ran that ask to run in previews, and no other", () => {
    const hooks = document.messages.map(({ message }) => message).filter((text) => text.includes("hook"));
    expect(hooks).toEqual(
      [
        "hook before of hooked: inputs byteLength, outputs ",
        "hook after of hooked: inputs byteLength, outputs byteLength",
      ].map((text) => text.trim()),
    );
  });
});

describe("a policy that reads what a preview cannot know", () => {
  it("is unknown, neither passed nor violated", () => {
    const policy = document.policies.find(({ name }) => name === "reads-unknown");
    expect(policy).toMatchObject({ status: "unknown", enforcement: "mandatory" });
    expect(policy?.violations).toEqual([
      {
        urn: `${root}::fixture:index/anything:Anything::values`,
        message: expect.stringContaining(".unknown"),
        source: {
          path: "test/fixtures/programs/everything/inputs.ts",
          line: expect.any(Number),
          column: expect.any(Number),
        },
      },
    ]);
    expect(document.summary).toMatchObject({ unknown: 1, mandatory: 0, advisory: 2 });
  });
});
