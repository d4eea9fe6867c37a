import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Secrets } from "../../preview/document/secrets.ts";
import { fromStruct, toStruct } from "../../preview/engine/struct.ts";
import {
  forAnalysis,
  forDisplay,
  forRemediation,
  outputDependencies,
  outputValue,
  type PropertyMap,
  type PropertyValue,
  secret,
  secretFromState,
  secretSignature,
  unknown,
  withOutputValues,
  withoutOutputValues,
} from "../../preview/engine/values.ts";

const signature = "4dabf18193072939515e22adb298388d";
const outputSignature = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
const reference = (more: PropertyMap): PropertyMap => ({
  [signature]: "5cf8f73096256a8f31e491e813e4eb8e",
  ...more,
});
const output = (more: PropertyMap): PropertyMap => ({ [signature]: outputSignature, ...more });

const canary = "canary-of-a-secret";
const key = fc.oneof(
  fc.string({ maxLength: 5 }),
  fc.constantFrom("__proto__", "constructor", "__internal", "toString", "value"),
);

/** Plain values as JSON has them, with any text but the ones that stand for something. */
const plain: fc.Arbitrary<PropertyValue> = fc.letrec<{ value: PropertyValue; map: PropertyMap }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constant(null),
    fc.boolean(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.string(),
    fc.array(tie("value"), { maxLength: 3 }),
    tie("map"),
  ),
  map: fc.dictionary(key, tie("value"), { maxKeys: 3, noNullPrototype: true }),
})).value;

/** Values as they travel: everything that an SDK can send, each secret holding the canary. */
const travelling: fc.Arbitrary<PropertyValue> = fc.letrec<{ value: PropertyValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    plain,
    fc.constant(unknown),
    fc.constant(secret(canary)),
    tie("value").map((value) => secret([canary, value])),
    fc.constant(output({ value: canary, secret: true, dependencies: ["urn:a"] })),
    fc.constant(output({ secret: true })),
    tie("value").map((value) => output({ value, dependencies: ["urn:b", 1] })),
    fc.constantFrom(
      reference({ urn: "urn:c", id: "id" }),
      reference({ urn: "urn:c", id: "" }),
      reference({ urn: "urn:c" }),
      reference({}),
    ),
    fc.record({ [signature]: fc.string(), value: tie("value") }),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(key, tie("value"), { maxKeys: 3, noNullPrototype: true }),
  ),
})).value;

const properties = fc.dictionary(key, travelling, { maxKeys: 4, noNullPrototype: true });

describe("any properties", () => {
  it("travel there and back unchanged, but for keys that Pulumi's protocol cannot carry", () => {
    fc.assert(
      fc.property(fc.dictionary(key, plain, { noNullPrototype: true }), (map) => {
        fc.pre(!JSON.stringify(map).includes('"__proto__":'));
        expect(fromStruct(toStruct(map))).toEqual(map);
      }),
    );
  });

  it("can be analysed, remediated and shown, and show no secret", () => {
    fc.assert(
      fc.property(properties, (map) => {
        expect(() => forAnalysis(map)).not.toThrow();
        expect(() => forRemediation(map)).not.toThrow();
        expect(() => outputDependencies(map)).not.toThrow();
        expect(JSON.stringify(forDisplay(map))).not.toContain(canary);
      }),
    );
  });

  it("hold their secrets until the end, for a pack to see", () => {
    fc.assert(
      fc.property(properties, (map) => {
        const secrets = new Secrets();
        secrets.hear(forRemediation(map));
        secrets.hear(map);
        expect(secrets.scrub(JSON.stringify(map))).not.toContain(canary);
      }),
    );
  });

  it("are analysed the same once they have been analysed", () => {
    fc.assert(
      fc.property(properties, (map) => {
        const once = forAnalysis(map);
        expect(forAnalysis(once)).toEqual(once);
      }),
    );
  });

  it("have no output value left without them", () => {
    fc.assert(
      fc.property(properties, (map) => {
        expect(JSON.stringify(withoutOutputValues(map))).not.toContain(outputSignature);
      }),
    );
  });
});

describe("a value for a pack", () => {
  it("has the id of a resource, unknown while there is none, or the URN of a component", () => {
    expect(
      forAnalysis({
        known: reference({ urn: "urn:c", id: "id" }),
        unknown: reference({ urn: "urn:c", id: "" }),
        component: reference({ urn: "urn:c" }),
      }),
    ).toEqual({ known: "id", unknown, component: "urn:c" });
  });

  it("has the element of an output value, which may be unknown or secret", () => {
    expect(
      forAnalysis({
        known: output({ value: 1 }),
        unknown: output({}),
        secret: output({ value: 2, secret: true }),
        twice: secret(secret(3)),
      }),
    ).toEqual({ known: 1, unknown, secret: secret(2), twice: secret(3) });
  });

  it("lacks internal keys at its top alone, and one that may change the value has them", () => {
    const map: PropertyMap = { __provider: "code", nested: [{ __defaults: [], kept: 1 }] };
    expect(forAnalysis(map)).toEqual({ nested: [{ __defaults: [], kept: 1 }] });
    expect(forRemediation(map)).toEqual(map);
  });

  it("keeps the source of a provider that names what stands for an unknown text, secret or not", () => {
    const code = `exports.handler = (value) => value === "${unknown}";`;
    const provider = { __provider: code, other: code };
    expect(fromStruct(toStruct(provider))).toEqual({ __provider: code, other: unknown });
    expect(fromStruct(toStruct({ __provider: secret(code) }))).toEqual({ __provider: secret(code) });
    expect(fromStruct(toStruct({ __provider: unknown }))).toEqual({ __provider: unknown });
  });

  it("is refused where it nests too deep", () => {
    let deep: PropertyValue = "bottom";
    for (let level = 0; level < 1001; level += 1) deep = [deep];
    expect(() => forAnalysis({ deep })).toThrow(RangeError);
    expect(() => fromStruct(toStruct({ deep }))).toThrow(RangeError);
  });
});

describe("an output value", () => {
  it("holds what is unknown or secret, however deep, and gives it back", () => {
    fc.assert(
      fc.property(travelling, (value) => {
        const wrapped = withOutputValues({ value });
        expect(JSON.stringify(wrapped)).not.toMatch(new RegExp(`${unknown}|${secretSignature}`));
        expect(forAnalysis(withoutOutputValues(wrapped))).toEqual(
          forAnalysis(withoutOutputValues({ value })),
        );
      }),
    );
    expect(withOutputValues({ rule: { key: unknown, public: true }, list: [secret("text"), 1] })).toEqual({
      rule: { key: output({}), public: true },
      list: [output({ secret: true, value: "text" }), 1],
    });
  });

  it("wraps any value with what it depends on, and gives it back", () => {
    fc.assert(
      fc.property(travelling, (value) => {
        const wrapped = outputValue(value, ["urn:d"]);
        expect(outputDependencies(wrapped)).toContain("urn:d");
        expect(forAnalysis(withoutOutputValues({ wrapped }))).toEqual(
          forAnalysis(withoutOutputValues({ wrapped: value })),
        );
      }),
    );
  });
});

describe("a secret of a state", () => {
  it("is known where it was exported in plain, else unknown", () => {
    expect(secretFromState({ plaintext: '"text"' })).toEqual(secret("text"));
    expect(secretFromState({ plaintext: '{"a":[1]}' })).toEqual(secret({ a: [1] }));
    expect(secretFromState({ ciphertext: "v1:..." })).toEqual(secret(unknown));
    expect(secretFromState({ plaintext: "not JSON" })).toEqual(secret(unknown));
    expect(secretFromState({ plaintext: 1 })).toEqual(secret(unknown));
  });
});
