import { createHash, randomBytes } from "node:crypto";
import { Decrypter, Encrypter, generateX25519Identity, identityToRecipient } from "age-encryption";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { Failure } from "../../../lib/failure.ts";
import { readIdentities, seal, Tally, unseal } from "../../../operations/archive/seal.ts";

let holders: { identity: string; recipient: string }[];

beforeAll(async () => {
  holders = await Promise.all(
    [0, 1, 2].map(async () => {
      const identity = await generateX25519Identity();
      return { identity, recipient: await identityToRecipient(identity) };
    }),
  );
});

/** Bytes in pieces of any size, of more than one of age's chunks of 64 KiB at times. */
const pieces = fc
  .array(fc.uint8Array({ maxLength: 200 }), { maxLength: 6 })
  .chain((list) =>
    fc
      .nat(3)
      .map((times) => [...list, ...Array.from({ length: times }, () => new Uint8Array(50_000).fill(times))]),
  );

describe("what is sealed", () => {
  test("is opened by the identity of any recipient, whatever it is and however it comes", async () => {
    await fc.assert(
      fc.asyncProperty(pieces, fc.nat(2), fc.nat(70_000), async (list, holder, size) => {
        const sealed = await sealedOf(list);
        const opened = await openedBy(split(sealed, size + 1), [identityOf(holder)]);
        expect(opened.equals(Buffer.concat(list))).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  test("is what age reads and writes, at every length around that of a part", async () => {
    const part = 65_536;
    for (const length of [0, 1, part - 1, part, part + 1, 2 * part, 3 * part + 5]) {
      const plain = randomBytes(length);
      const decrypter = new Decrypter();
      decrypter.addIdentity(identityOf(2));
      const ours = await sealedOf(split(plain, 50_000));
      expect(Buffer.from(await decrypter.decrypt(ours)).equals(plain)).toBe(true);
      const encrypter = new Encrypter();
      encrypter.addRecipient(holders[1]?.recipient ?? "");
      const theirs = Buffer.from(await encrypter.encrypt(plain));
      expect((await openedBy(split(theirs, 70_000), [identityOf(1)])).equals(plain)).toBe(true);
    }
  });

  test("has a key and a nonce of its own each time", async () => {
    const [one, other] = [await sealedOf([Buffer.from("text")]), await sealedOf([Buffer.from("text")])];
    for (const bytes of [4 + 16, 4 + 16 + 16]) {
      expect(one.subarray(-bytes, -bytes + 16).equals(other.subarray(-bytes, -bytes + 16))).toBe(false);
    }
  });

  test("is refused where it is no age file, without reading it to its end", async () => {
    let read = 0;
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (;;) {
        read += 1;
        yield new Uint8Array(64 * 1024).fill(0x61);
      }
    }
    await expect(openedBy(endless(), [identityOf(0)])).rejects.toThrow("no header of an age file");
    expect(read).toBeLessThan(20);
  });

  test("is refused with any bit changed", async () => {
    const sealed = await sealedOf([new Uint8Array(70_000)]);
    await fc.assert(
      fc.asyncProperty(fc.nat(sealed.length - 1), fc.nat(7), async (at, bit) => {
        const changed = Buffer.from(sealed);
        changed[at] = (changed[at] ?? 0) ^ (1 << bit);
        await expect(openedBy([changed], [identityOf(0)])).rejects.toBeInstanceOf(Failure);
      }),
      { numRuns: 60 },
    );
  });

  test("is refused where it is cut off, wherever that is, and where it goes on", async () => {
    const sealed = await sealedOf([new Uint8Array(140_000)]);
    const chunk = 65_536 + 16;
    const start = sealed.indexOf("\n", sealed.indexOf("\n---") + 1) + 1 + 16;
    const ends = fc.oneof(
      fc.nat(sealed.length - 1),
      fc.constantFrom(0, start, start + chunk, start + 2 * chunk),
    );
    await fc.assert(
      fc.asyncProperty(ends, async (end) => {
        const cut = sealed.subarray(0, end);
        await expect(openedBy([cut], [identityOf(0)])).rejects.toBeInstanceOf(Failure);
      }),
      { numRuns: 40 },
    );
    const more = Buffer.concat([sealed, Buffer.from("x")]);
    await expect(openedBy([more], [identityOf(0)])).rejects.toThrow(/Cannot decrypt the backup/);
    const [head, one, two] = [
      sealed.subarray(0, start),
      sealed.subarray(start, start + chunk),
      sealed.subarray(start + chunk, start + 2 * chunk),
    ];
    const exchanged = Buffer.concat([head, two, one, sealed.subarray(start + 2 * chunk)]);
    await expect(openedBy([exchanged], [identityOf(0)])).rejects.toThrow(/Cannot decrypt the backup/);
  });

  test("is refused to another identity", async () => {
    const stranger = await generateX25519Identity();
    const sealed = await sealedOf([Buffer.from("text")]);
    await expect(openedBy([sealed], [stranger])).rejects.toThrow(
      "None of the identities decrypts this backup",
    );
    // One that fits is enough.
    expect(String(await openedBy([sealed], [stranger, identityOf(1)]))).toBe("text");
  });

  test("is sealed to public keys alone", async () => {
    for (const recipient of ["", "age1", "AGE-SECRET-KEY-1", identityOf(0)]) {
      const failure = await seal(pieceByPiece([]), [recipient]).catch((error: unknown) => error);
      expect(failure).toMatchObject({ kind: "refused" });
      expect(String(failure)).not.toContain(identityOf(0).slice(16));
    }
  });

  test("fails where its source does", async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield Buffer.from("a");
      throw new Failure("failed", "the source broke");
    }
    const sealed = await seal(broken(), [holders[0]?.recipient ?? ""]);
    await expect(collect(sealed)).rejects.toThrow("the source broke");
    await expect(openedBy(broken(), [identityOf(0)])).rejects.toThrow(
      /the source broke|Cannot decrypt the backup/,
    );
  });
});

describe("identities", () => {
  test("are the lines that are no comments", () => {
    const [one, two] = [identityOf(0), identityOf(1)];
    expect(readIdentities(`# created: today\r\n\r\n${one}\r\n  ${two}  \n#${one}`)).toEqual([one, two]);
    expect(readIdentities("# nothing\n\n")).toEqual([]);
  });

  test("that are none are refused, without what the line holds", () => {
    for (const line of [
      "canary",
      `${identityOf(0)}X`,
      identityOf(0).toLowerCase().slice(0, -1),
      "age1canary",
    ]) {
      const refused = (): string[] => readIdentities(`${identityOf(1)}\n${line}\n`);
      expect(refused).toThrow(Failure);
      expect(refused).not.toThrow(new RegExp(`canary|${line.slice(20) || "canary"}`));
    }
  });
});

test("a tally counts and digests what passes", async () => {
  await fc.assert(
    fc.asyncProperty(pieces, async (list) => {
      const tally = new Tally();
      const passed = await collect(tally.through(pieceByPiece(list)));
      const sha256 = createHash("sha256").update(Buffer.concat(list)).digest("hex");
      expect(tally.result()).toEqual({ bytes: passed.length, sha256 });
    }),
    { numRuns: 30 },
  );
});

async function sealedOf(list: Iterable<Uint8Array>): Promise<Buffer> {
  const recipients = holders.map(({ recipient }) => recipient);
  return collect(await seal(pieceByPiece(list), recipients));
}

async function openedBy(
  source: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  identities: readonly string[],
): Promise<Buffer> {
  return collect(await unseal(pieceByPiece(source), identities));
}

function identityOf(index: number): string {
  return holders[index]?.identity ?? "";
}

async function* pieceByPiece(list: Iterable<Uint8Array> | AsyncIterable<Uint8Array>) {
  yield* list;
}

function* split(data: Buffer, size: number): Generator<Uint8Array> {
  for (let start = 0; start < data.length; start += size) yield data.subarray(start, start + size);
}

async function collect(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of source) chunks.push(chunk);
  return Buffer.concat(chunks);
}
