import aliasPb from "@pulumi/pulumi/proto/alias_pb.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Aliases } from "../../preview/engine/aliases.ts";
import {
  defaultProviderName,
  isDefaultProvider,
  isTypeToken,
  makeUrn,
  nameOf,
  packageOf,
  providedPackage,
  qualifiedTypeOf,
  typeOf,
} from "../../preview/engine/urn.ts";

const base = { stack: "dev", project: "shop" };
const token = fc.stringMatching(/^[a-z]{1,5}:[a-z/]{1,5}:[A-Z][a-z]{0,5}$/);

describe("a URN", () => {
  it("gives back type and name, also of a name with ::", () => {
    fc.assert(
      fc.property(
        token,
        fc.array(fc.string(), { minLength: 1 }).map((parts) => parts.join("::")),
        (type, name) => {
          const urn = makeUrn({ ...base, type, name });
          expect([qualifiedTypeOf(urn), typeOf(urn), nameOf(urn)]).toEqual([type, type, name]);
        },
      ),
    );
  });

  it("starts its type with those of its ancestors, but not the stack's", () => {
    fc.assert(
      fc.property(fc.array(token, { minLength: 1, maxLength: 4 }), (types) => {
        let parent = makeUrn({ ...base, type: "pulumi:pulumi:Stack", name: "shop-dev" });
        for (const type of types) parent = makeUrn({ ...base, type, name: "n", parent });
        expect(qualifiedTypeOf(parent)).toBe(types.join("$"));
        expect(typeOf(parent)).toBe(types.at(-1));
      }),
    );
  });
});

describe("the name of a default provider", () => {
  it.each([
    ["", "", "default"],
    ["6.22.1", "", "default_6_22_1"],
    ["1.2.3-alpha.4+build.5", "", "default_1_2_3_alpha_4_build_5"],
    ["5.4.1", "github://api.github.com/pulumiverse", "default_5_4_1_github_/api.github.com/pulumiverse"],
    ["", "https://get.example/plugins/", "default_https_/get.example/plugins"],
  ])("of version %j from %j is %s", (version, url, name) => {
    expect(defaultProviderName(version, url)).toBe(name);
  });

  it("tells it from a provider of the program", () => {
    const urn = (name: string) => makeUrn({ ...base, type: "pulumi:providers:random", name });
    expect(isDefaultProvider(urn("default"))).toBe(true);
    expect(isDefaultProvider(urn("default_1_2_3"))).toBe(true);
    expect(isDefaultProvider(urn("defaults"))).toBe(false);
    expect(isDefaultProvider(makeUrn({ ...base, type: "a:b:C", name: "default" }))).toBe(false);
  });
});

describe("a type token", () => {
  it("has a package, a module that may be empty and a name", () => {
    expect(["random:index/randomId:RandomId", "a::B"].map(isTypeToken)).toEqual([true, true]);
    expect(["", "a", "a:b", ":b:C", "a:b:", "a:b:C:d"].some(isTypeToken)).toBe(false);
    expect(packageOf("random:index/randomId:RandomId")).toBe("random");
    expect(providedPackage("pulumi:providers:random")).toBe("random");
    expect(providedPackage("pulumi:pulumi:Stack")).toBeUndefined();
  });
});

describe("older URNs", () => {
  it("come of a resource's own aliases and of those of what it belongs to", () => {
    const alias = (name: string) => {
      const spec = new aliasPb.Alias.Spec();
      spec.setName(name);
      const made = new aliasPb.Alias();
      made.setSpec(spec);
      return made;
    };
    const aliases = new Aliases();
    const edge = makeUrn({ stack: "s", project: "p", type: "a:b:Edge", name: "edge" });
    const zone = makeUrn({ stack: "s", project: "p", type: "c:d:Zone", name: "edge-zone", parent: edge });
    expect(aliases.add(edge, "", [alias("front")])).toEqual(["urn:pulumi:s::p::a:b:Edge::front"]);
    expect(aliases.add(zone, edge, [alias("edge-domain")])).toEqual([
      "urn:pulumi:s::p::a:b:Edge$c:d:Zone::edge-domain",
      "urn:pulumi:s::p::a:b:Edge$c:d:Zone::front-zone",
      "urn:pulumi:s::p::a:b:Edge$c:d:Zone::front-domain",
    ]);
    expect(aliases.add(makeUrn({ stack: "s", project: "p", type: "x:y:Z", name: "z" }), "", [])).toEqual([]);
  });
});
