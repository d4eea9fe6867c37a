import { describe, expect, test } from "vitest";
import { generateKeys, readSigningKey } from "../../../evidence/keys.ts";
import type { Entry } from "../../../operations/archive/inventory.ts";
import { type Head, parseManifest } from "../../../operations/archive/manifest.ts";
import {
  checkListed,
  checkSignature,
  describeSignature,
  signBackup,
  type Trust,
} from "../../../operations/archive/signature.ts";
import { signatureKey } from "../../../operations/store/names.ts";
import { headWith, legacyWith } from "../support/manifest.ts";

const signer = readSigningKey(generateKeys().privateKey);
const stranger = readSigningKey(generateKeys().privateKey);
const manifest = headWith();
const trust: Trust = { keys: [signer], acceptUnsigned: false, stack: "production" };

/** A store that has the signature of a backup, if any. */
function storeWith(text?: string, key: string = manifest.key) {
  return {
    size: async (name: string) =>
      name === signatureKey(key) && text !== undefined ? text.length : undefined,
    read: async () => text ?? "",
  };
}

const signed = storeWith(signBackup(manifest, signer));

describe("a signed backup", () => {
  test("holds for who trusts its signer", async () => {
    const signature = await checkSignature(signed, manifest, { ...trust, keys: [stranger, signer] });
    expect(signature).toEqual({ state: "signed", keyIds: [signer.id] });
    expect(describeSignature(signature)).toBe(`The backup is signed by the key ${signer.id.slice(0, 16)}.`);
  });

  test("is the same whatever order its manifest has", async () => {
    const reordered = JSON.parse(JSON.stringify(Object.fromEntries(Object.entries(manifest).reverse())));
    expect((await checkSignature(signed, reordered, trust)).state).toBe("signed");
  });

  test("is not checked without a key, and that is said", async () => {
    const signature = await checkSignature(signed, manifest, { ...trust, keys: [] });
    expect(signature).toEqual({ state: "unchecked" });
    expect(describeSignature(signature)).toContain("was not checked");
  });

  const edits: [string, Partial<Head>][] = [
    ["the digest of the dump", { sealed: { bytes: 4, sha256: "1".repeat(64) } }],
    ["the recipients", { recipients: ["age1", "age2"] }],
    ["the time", { takenAt: "2026-01-01T00:00:02.000Z" }],
    ["the notes", { notes: ["x"] }],
    ["the number of rows", { contains: { ...manifest.contains, largeObjects: 3 } }],
    ["the list of objects", { listing: { items: 4, sealed: { bytes: 4, sha256: "1".repeat(64) } } }],
  ];

  test.each(edits)("with %s edited is refused", async (_, edit) => {
    await expect(checkSignature(signed, { ...manifest, ...edit }, trust)).rejects.toThrow(
      "this one was edited, renamed or put in its place",
    );
  });

  test("under the name of another is refused", async () => {
    const key = "postgres/20260201T000000Z-0123abcd.dump.age";
    const store = storeWith(signBackup(manifest, signer), key);
    await expect(checkSignature(store, { ...manifest, key }, trust)).rejects.toThrow(
      `${key}: its signature does not hold, since it is of another manifest`,
    );
  });

  test("of an earlier version holds as it was signed", async () => {
    const old = parseManifest(JSON.stringify(legacyWith()), manifest.key);
    const store = storeWith(signBackup(old, signer));
    expect((await checkSignature(store, old, trust)).state).toBe("signed");
    const { legacy } = old;
    const edited = { ...old, ...(legacy && { legacy: { ...legacy, details: "AAAA" } }) };
    await expect(checkSignature(store, edited, trust)).rejects.toThrow("this one was edited");
  });

  test("of another stack is refused", async () => {
    const staging = headWith({ stack: "staging" });
    await expect(checkSignature(storeWith(signBackup(staging, signer)), staging, trust)).rejects.toThrow(
      "it is of the stack staging, not production",
    );
  });

  test("by a stranger is refused, also with --accept-unsigned", async () => {
    const forged = storeWith(signBackup(manifest, stranger));
    for (const acceptUnsigned of [false, true]) {
      await expect(checkSignature(forged, manifest, { ...trust, acceptUnsigned })).rejects.toMatchObject({
        kind: "failed",
        message: expect.stringContaining("none of the trusted keys made it"),
      });
    }
  });

  test.each(["", "canary", "{}", '{"payloadType":"x","payload":"","signatures":[]}'])(
    "whose signature is %j is refused",
    async (text) => {
      await expect(checkSignature(storeWith(text), manifest, trust)).rejects.toThrow(
        "its signature does not hold",
      );
    },
  );
});

describe("an unsigned backup", () => {
  test("is unsigned where nobody signs, and that is said", async () => {
    const signature = await checkSignature(storeWith(), manifest, { ...trust, keys: [] });
    expect(signature).toEqual({ state: "unsigned" });
    expect(describeSignature(signature)).toBe("The backup is unsigned: nothing shows who made it.");
  });

  test("is refused where keys are trusted, unless it is accepted", async () => {
    await expect(checkSignature(storeWith(), manifest, trust)).rejects.toThrow("pass --accept-unsigned");
    expect(await checkSignature(storeWith(), manifest, { ...trust, acceptUnsigned: true })).toEqual({
      state: "unsigned",
    });
  });
});

test("in a list, a backup that would be refused counts as incomplete", async () => {
  const entry: Entry = {
    key: manifest.key,
    purpose: "backup",
    begunAt: new Date(manifest.takenAt),
    bytes: 4,
    manifest,
    problem: undefined,
  };
  const edited = { ...entry, manifest: { ...manifest, notes: ["x"] } };
  const incomplete = { ...entry, manifest: undefined, problem: "it has no manifest" };
  expect(await checkListed(signed, entry, trust)).toEqual(entry);
  expect(await checkListed(signed, edited, trust)).toEqual({
    ...entry,
    manifest: undefined,
    problem: expect.stringContaining("its signature does not hold"),
  });
  expect(await checkListed(signed, incomplete, trust)).toEqual(incomplete);
  expect(await checkListed(signed, edited, { ...trust, keys: [] })).toEqual(edited);
});
