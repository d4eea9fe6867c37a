import { describe, expect, it } from "vitest";
import { readMoment } from "../../cli/evidence/options.ts";
import { canonicalBytes } from "../../evidence/canonical.ts";
import { sha256 } from "../../evidence/digest.ts";
import { seal } from "../../evidence/envelope.ts";
import { generateKeys, readSigningKey } from "../../evidence/keys.ts";
import { latestResults } from "../../evidence/latest.ts";
import { readRecord, sealRun } from "../../evidence/record.ts";
import { payloadType, predicateType, type Run, statementType } from "../../evidence/statement.ts";
import { verifyEvidence } from "../../evidence/verify.ts";
import { resultOf, runOf } from "./records.ts";

// Whoever has the key can sign anything: what is signed has to be of one form and about one thing.

const key = readSigningKey(generateKeys().privateKey);
const commit = "a".repeat(40);
const statementOf = (predicate: object, subject: object): object => ({
  ...{ _type: statementType, predicateType, predicate },
  subject: [{ name: "optropic/production", digest: { gitCommit: commit }, ...subject }],
});

function named(bytes: Uint8Array): string {
  return `20261128T120000Z-${sha256(bytes)}.json`;
}

function read(bytes: Uint8Array) {
  return readRecord(named(bytes), bytes, [key]);
}

/** A sealed envelope around a payload as it is written. */
function around(payload: string): Uint8Array {
  const sealed = seal(payloadType, { text: payload }, key);
  const base64 = Buffer.from(payload).toString("base64");
  return canonicalBytes({ ...sealed, payload: base64 });
}

describe("a record that its key signed", () => {
  it("is refused where its subject is another than its predicate's", () => {
    const statement = statementOf(runOf({ commit }), {});
    expect(() => read(canonicalBytes(seal(payloadType, statement, key)))).not.toThrow();
    for (const subject of [{ name: "other/production" }, { digest: { gitCommit: "0".repeat(40) } }]) {
      const forged = canonicalBytes(seal(payloadType, statementOf(runOf({ commit }), subject), key));
      expect(() => read(forged)).toThrow(/its subject is not what its predicate is about/);
    }
  });

  it("is refused with a digest of no kind that we know, such as that of a prototype", () => {
    const text = Buffer.from(canonicalBytes(statementOf(runOf({ commit }), {}))).toString();
    for (const name of ["__proto__", "sha512"]) {
      expect(() => read(around(text.replace('"digest":{', `"digest":{"${name}":"x",`)))).toThrow(
        /Unrecognized key/,
      );
    }
  });

  it("is refused in any other form than the canonical one", () => {
    const text = Buffer.from(canonicalBytes(statementOf(runOf({ commit }), {}))).toString();
    expect(() => read(around(text))).not.toThrow();
    const twice = text.replace('"state":"holds"', '"state":"does-not-hold","state":"holds"');
    const turned = text.replace(/^\{("_type":"[^"]*"),(.*)\}$/, "{$2,$1}");
    for (const other of [twice, ` ${text}`, text.replace("optropic", "\\u006fptropic"), turned]) {
      expect(other).not.toBe(text);
      expect(() => read(around(other))).toThrow(/not canonical JSON/);
    }
    const sealed = Buffer.from(sealRun(runOf({ commit }), key).bytes).toString();
    expect(() => read(Buffer.from(sealed.replace("{", '{"payload":"e30=",')))).toThrow(/not canonical JSON/);
  });

  it("is refused where its bytes are no text, or its text is half a character", () => {
    const text = Buffer.from(canonicalBytes(statementOf(runOf({ commit }), {}))).toString();
    const bytes = Buffer.from(text.replace("redirects", "redir\u00ffcts"), "latin1");
    const latin = canonicalBytes({ ...seal(payloadType, {}, key), payload: bytes.toString("base64") });
    expect(() => read(latin)).toThrow(/not UTF-8/);
    expect(() => read(around(text.replace("redirects", "\\ud800")))).toThrow(/not canonical JSON/);
    expect(() => read(around(text.replace("redirects", "\\\\ud800")))).not.toThrow();
  });

  it.each(["\uff14.2", "4.2 ", "4.2\u200b", "\u202e4.2", "__proto__"])("is refused for the item %j", (id) => {
    const text = Buffer.from(canonicalBytes(statementOf(runOf({ commit }), {}))).toString();
    expect(() => read(around(text.replace('"4.2"', JSON.stringify(id))))).toThrow(/an item of the/);
  });

  it("is refused for a control in letters that look like others, and with an item twice", () => {
    const control = { kind: "probe" as const, name: "https\u2010redirect" };
    expect(() => sealRun(runOf({ results: [resultOf({ control })] }), key)).toThrow(/in ASCII/);
    const twice = resultOf({ items: ["4.2", "4.2"] });
    expect(() => sealRun(runOf({ results: [twice] }), key)).toThrow(/no item twice/);
  });

  it("is refused with a parent or a signature twice, and with base64 that says the same otherwise", () => {
    const parent = "b".repeat(64);
    const parents = statementOf(runOf({ commit, parents: [parent, parent] }), {});
    expect(() => read(canonicalBytes(seal(payloadType, parents, key)))).toThrow(/ascending order/);
    const sealed = seal(payloadType, statementOf(runOf({ commit }), {}), key);
    const [signature] = sealed.signatures;
    const doubled = { ...sealed, signatures: [signature, signature] };
    expect(() => read(canonicalBytes(doubled))).toThrow(/no signature twice/);
    const sig = (signature?.sig ?? "").replace(/.==$/, (end) => `${end[0] === "A" ? "B" : "R"}==`);
    expect(() => read(canonicalBytes({ ...sealed, signatures: [{ ...signature, sig }] }))).toThrow(/base64/);
    // Node.js reads only the low half of these: an e and an A.
    for (const [letter, wide] of [
      ["e", "\u0165"],
      ["A", "\u0141"],
    ] as const) {
      const payload = sealed.payload.replace(letter, wide);
      expect(payload).not.toBe(sealed.payload);
      expect(() => read(canonicalBytes({ ...sealed, payload }))).toThrow(/base64/);
    }
  });
});

describe("evidence", () => {
  const at = new Date("2026-11-28T13:00:00Z");
  const recordOf = (changes: Partial<Run>) => {
    const { name, bytes } = sealRun(runOf({ commit, ...changes }), key);
    return readRecord(name, bytes, [key]);
  };

  it("that says again what a record says, in another envelope, is named", () => {
    const sealed = sealRun(runOf({ commit }), key);
    const envelope: object = JSON.parse(Buffer.from(sealed.bytes).toString());
    const signatures = seal(payloadType, statementOf(runOf({ commit }), {}), key).signatures;
    const bytes = canonicalBytes({ ...envelope, signatures: [...signatures, { keyid: "", sig: "AAAA" }] });
    const records = [sealed, { name: named(bytes), bytes }].map((one) =>
      readRecord(one.name, one.bytes, [key]),
    );
    expect(records.map(({ signed }) => signed.state)).toEqual(["signed", "signed"]);
    const { problems } = verifyEvidence({ records, problems: [], keys: 1 }, [], at);
    expect(problems).toEqual([`${named(bytes)} says again what ${sealed.name} says`]);
  });

  it("of a project that is not of the folder is named", () => {
    const records = [
      recordOf({}),
      recordOf({ project: "optropic-delivery" }),
      recordOf({ project: "other" }),
    ];
    const kept = { records, problems: [], keys: 1 };
    const { problems } = verifyEvidence(kept, [], at, {
      projects: new Set(["optropic", "optropic-delivery"]),
    });
    expect(problems).toEqual([expect.stringMatching(/is about the project other$/)]);
  });

  it("that contradicts itself at one moment counts as the worse, whatever its digests are", () => {
    for (let index = 0; index < 20; index += 1) {
      const records = (["holds", "does-not-hold"] as const).map((state) =>
        recordOf({ results: [resultOf({ state, summary: `look ${index}` })] }),
      );
      const latest = latestResults({
        ...{
          project: "optropic",
          stack: "production",
          at,
          records,
          signedOnly: true,
          phase: "after",
          waivers: [],
        },
        controls: [{ kind: "probe", name: "https-redirect", title: "", items: ["4.2"], run: "verify" }],
        validHours: {
          ...{ preview: 1, verify: 24, drill: 1, backup: 1, "load-test": 1, gate: 1, attestation: 1 },
          ...{ release: 1, rollback: 1, watch: 1, migration: 1 },
        },
      });
      expect(latest("probe:https-redirect", "4.2")?.result.state).toBe("does-not-hold");
    }
  });
});

describe("a moment", () => {
  it.each(["2026-11-27T12:00:00Z", "2026-11-27T12:00Z", "2026-11-27T12:00:00.5+01:00"])(
    "may be %s",
    (text) => {
      expect(readMoment(text).getTime()).toBe(new Date(text).getTime());
    },
  );

  it.each(["2026-02-30T00:00:00Z", "2026-11-28T24:00:00Z", "2026-11-29", "2026-11-29T12:00:00", "now"])(
    "is not %s",
    (text) => expect(() => readMoment(text)).toThrow(/time zone/),
  );
});
