import { describe, expect, test } from "vitest";
import { readSigner, readTrust } from "../../../cli/operations/trust.ts";
import { generateKeys, readSigningKey } from "../../../evidence/keys.ts";

const [one, two] = [generateKeys(), generateKeys()];
const flags = { stack: "production", acceptUnsigned: false };

describe("whose signatures count", () => {
  test.each([
    ["nobody's without a key", [], {}, []],
    ["those of the settings", [one.publicKey], {}, [one.publicKey]],
    [
      "those of the environment in their place",
      [one.publicKey],
      { EVIDENCE_PUBLIC_KEY: two.publicKey },
      [two.publicKey],
    ],
    [
      "several of the environment",
      [],
      { EVIDENCE_PUBLIC_KEY: ` ${one.publicKey},\n${two.publicKey}` },
      [one.publicKey, two.publicKey],
    ],
    [
      "those of the settings where the variable is empty",
      [one.publicKey],
      { EVIDENCE_PUBLIC_KEY: " " },
      [one.publicKey],
    ],
  ])("are %s", (_, declared, environment, expected) => {
    expect(readTrust(declared, flags, environment).keys.map(({ text }) => text)).toEqual(expected);
  });

  test("is not said by what is no public key, and a private key is not repeated", () => {
    for (const text of ["canary", one.privateKey]) {
      const read = () => readTrust([], flags, { EVIDENCE_PUBLIC_KEY: text });
      expect(read).toThrow("A public key of evidence is");
      expect(read).not.toThrow(/canary|PRIVATE/);
    }
  });
});

describe("who signs", () => {
  test("is who has the private key", () => {
    expect(readSigner({ EVIDENCE_SIGNING_KEY: one.privateKey })?.id).toBe(readSigningKey(one.privateKey).id);
    expect(readSigner({ EVIDENCE_SIGNING_KEY: "" })).toBeUndefined();
    expect(readSigner({})).toBeUndefined();
  });

  test("is refused with anything else, without repeating it", () => {
    const read = () => readSigner({ EVIDENCE_SIGNING_KEY: "canary" });
    expect(read).toThrow("EVIDENCE_SIGNING_KEY is not an Ed25519 private key");
    expect(read).not.toThrow("canary");
  });
});
