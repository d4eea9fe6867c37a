import { createPrivateKey, generateKeyPairSync } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalBytes } from "../../evidence/canonical.ts";
import {
  bytesOf,
  type Envelope,
  envelopeSchema,
  payloadOf,
  seal,
  signedBy,
} from "../../evidence/envelope.ts";
import { generateKeys, readSigningKey, readVerifyingKey } from "../../evidence/keys.ts";

const pair = generateKeys();
const signing = readSigningKey(pair.privateKey);
const verifying = readVerifyingKey(pair.publicKey);
const other = readVerifyingKey(generateKeys().publicKey);

describe("canonical JSON", () => {
  it("sorts keys by UTF-16 units and writes numbers as ECMAScript does (RFC 8785)", () => {
    const value = { "\u20ac": 1, "\r": 2, "1": 1e21, "\u0080": 4.5, a: [true, null, 0.000001] };
    expect(Buffer.from(canonicalBytes(value)).toString("utf8")).toBe(
      '{"\\r":2,"1":1e+21,"a":[true,null,0.000001],"\u0080":4.5,"\u20ac":1}',
    );
  });

  it("is the same for the same value, whatever the order of its keys", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: "grapheme" }), fc.jsonValue()), (value) => {
        const reversed = Object.fromEntries(Object.entries(value).toReversed());
        expect(canonicalBytes(reversed)).toEqual(canonicalBytes(value));
      }),
    );
  });

  it("refuses what JSON cannot hold", () => {
    expect(() => canonicalBytes({ a: Number.NaN })).toThrow();
    expect(() => canonicalBytes(undefined)).toThrow(TypeError);
  });
});

it("base64 is read in its one form alone, whatever decoding would skip", () => {
  const letters = fc.constantFrom(..."ABab01+/=-_ \n\u00e9\u0141\u012b\u203d\0");
  fc.assert(
    fc.property(fc.string({ unit: letters, maxLength: 24 }), (text) => {
      const again = Buffer.from(text, "base64").toString("base64");
      expect(bytesOf(text)?.toString("base64")).toBe(again === text ? text : undefined);
    }),
    { numRuns: 3000 },
  );
});

describe("keys", () => {
  // Every y of a point of small order, in each form in which 32 bytes can hold it.
  it.each([
    "01".padEnd(64, "0"),
    `ec${"ff".repeat(30)}7f`,
    "00".repeat(32),
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    `ed${"ff".repeat(30)}7f`,
    `ee${"ff".repeat(30)}7f`,
  ])("refuse the point %s, for which anybody can sign, whatever its sign", (hex) => {
    const key = Buffer.from(hex, "hex");
    for (const sign of [0, 0x80]) {
      key[31] = (key[31] ?? 0) ^ sign;
      expect(() => readVerifyingKey(`ed25519:${key.toString("base64")}`)).toThrow(/small order/);
    }
  });

  it("name a key by the digest of its public half", () => {
    expect(signing.id).toBe(verifying.id);
    expect(signing.text).toBe(pair.publicKey);
    expect(verifying.id).toMatch(/^[0-9a-f]{64}$/);
  });

  it("are read from one line with \\n as well", () => {
    expect(readSigningKey(pair.privateKey.replaceAll("\n", "\\n")).id).toBe(signing.id);
  });

  it.each([
    ["nothing", ""],
    ["a text", "secret-canary"],
    ["a public key", pair.publicKey],
    [
      "a key of another kind",
      generateKeyPairSync("rsa", { modulusLength: 1024 }).privateKey.export({
        type: "pkcs8",
        format: "pem",
      }) as string,
    ],
  ])("refuse %s as the signing key and do not quote it", (_, text) => {
    expect(() => readSigningKey(text)).toThrow(
      expect.objectContaining({ kind: "refused", message: expect.not.stringContaining("canary") }),
    );
  });

  it.each([
    ["a key that is too short", "ed25519:AAAA"],
    ["a private key", pair.privateKey],
    ["another algorithm", `rsa:${pair.publicKey.slice(8)}`],
    ["an endless text", `ed25519:${"A".repeat(100_000)}`],
  ])("refuse %s as a public key", (_, text) => {
    expect(() => readVerifyingKey(text)).toThrow(expect.objectContaining({ kind: "refused" }));
  });

  it("read a public key in PEM", () => {
    const pem = createPrivateKey(pair.privateKey);
    expect(pem.asymmetricKeyType).toBe("ed25519");
    const spki = Buffer.concat([
      Buffer.from("302a300506032b6570032100", "hex"),
      Buffer.from(pair.publicKey.slice(8), "base64"),
    ]).toString("base64");
    expect(readVerifyingKey(`-----BEGIN PUBLIC KEY-----\n${spki}\n-----END PUBLIC KEY-----`).id).toBe(
      verifying.id,
    );
  });
});

describe("an envelope", () => {
  const value = { hello: "wörld" };

  it("is signed over DSSE's encoding of type and payload", () => {
    const envelope = seal("application/test", value, signing);
    expect(envelopeSchema.parse(envelope)).toEqual(envelope);
    expect(signedBy(envelope, [other, verifying])).toEqual({ state: "signed", keyIds: [verifying.id] });
    const encoded = Buffer.concat([
      Buffer.from("DSSEv1 16 application/test 18 "),
      Buffer.from('{"hello":"wörld"}'),
    ]);
    const [signature] = envelope.signatures;
    expect(verifying.verifies(encoded, Buffer.from(signature?.sig ?? "", "base64"))).toBe(true);
  });

  it("without a key is unsigned", () => {
    expect(signedBy(seal("application/test", value, undefined), [verifying])).toEqual({ state: "unsigned" });
  });

  it("of another key is untrusted, whatever key it names", () => {
    const stranger = readSigningKey(generateKeys().privateKey);
    const envelope = seal("application/test", value, stranger);
    const [signature] = envelope.signatures;
    const claimed = { ...envelope, signatures: [{ keyid: verifying.id, sig: signature?.sig ?? "" }] };
    expect(signedBy(envelope, [verifying])).toEqual({ state: "untrusted" });
    expect(signedBy(claimed, [verifying])).toEqual({ state: "untrusted" });
  });

  it("is no longer signed when any part of it changes", () => {
    const envelope = seal("application/test", value, signing);
    const bytes = payloadOf(envelope);
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const changed = Uint8Array.from(bytes, (byte, index) => (index === at ? byte ^ flip : byte));
        const edited: Envelope = { ...envelope, payload: Buffer.from(changed).toString("base64") };
        expect(signedBy(edited, [verifying])).toEqual({ state: "untrusted" });
      }),
    );
    expect(signedBy({ ...envelope, payloadType: "application/other" }, [verifying])).toEqual({
      state: "untrusted",
    });
  });
});
