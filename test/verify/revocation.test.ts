import "reflect-metadata";
import { createHash, createPrivateKey, X509Certificate as NodeCertificate, sign } from "node:crypto";
import * as x509 from "@peculiar/x509";
import { beforeAll, describe, expect, it } from "vitest";
import { contextTag, oidOf, readAll, readOne, tags, timeOf, write } from "../../verify/network/der.ts";
import { ocspAddress, ocspState } from "../../verify/network/ocsp.ts";
import { lookedUp, revocationLists } from "../../verify/network/revocation.ts";
import { type Authority, createAuthority, type Identity } from "../target/authority.ts";

const listAt = "http://crl.example.com/1.crl";
let authority: Authority;
let identity: Identity;
let other: Identity;
let stranger: Authority;
let responder: Identity;
let certificate: Uint8Array;
let issuer: Uint8Array;

beforeAll(async () => {
  authority = await createAuthority(listAt);
  stranger = await createAuthority();
  [identity, other] = [
    await authority.certify(["app.example.com"]),
    await authority.certify(["other.example.com"]),
  ];
  responder = await authority.certify(["responder"], { purpose: "1.3.6.1.5.5.7.3.9" });
  certificate = new NodeCertificate(identity.cert).raw;
  issuer = new NodeCertificate(authority.cert).raw;
});

interface Answer {
  /** Of the certificate: good, revoked or unknown. */
  readonly status?: Buffer;
  readonly about?: Identity;
  readonly from?: number;
  readonly until?: number | undefined;
  readonly signer?: Identity;
  readonly certificates?: readonly Identity[];
}

const good = write(contextTag(0, false));
const revoked = write(contextTag(1), time(Date.now() - 1000));
const hour = 3_600_000;

function time(at: number): Buffer {
  const text = new Date(at).toISOString().replaceAll(/[-:T]|\.\d+/g, "");
  return write(tags.generalizedTime, Buffer.from(text));
}

/** An answer of a responder in DER, as RFC 6960 has it. */
function answerOf(given: Answer = {}): Buffer {
  const { status = good, about = identity, from = Date.now() - hour, signer = authorityIdentity() } = given;
  const until = "until" in given ? given.until : Date.now() + hour;
  // The question is the identifier, as it stands in the answer.
  const address = ocspAddress("http://ocsp.example.com", new NodeCertificate(about.cert).raw, issuer);
  const question = Buffer.from(decodeURIComponent(address.split("/").at(-1) ?? ""), "base64");
  const [list] = readAll(readOne(question, tags.sequence).content);
  const [requests] = readAll(list?.content ?? Buffer.alloc(0));
  const [request] = readAll(requests?.content ?? Buffer.alloc(0));
  const next = until === undefined ? [] : [write(contextTag(0), time(until))];
  const single = write(tags.sequence, request?.content ?? Buffer.alloc(0), status, time(from), ...next);
  const keyHash = write(tags.octetString, createHash("sha1").update("responder").digest());
  const data = write(tags.sequence, write(contextTag(2), keyHash), time(from), write(tags.sequence, single));
  const algorithm = write(tags.sequence, Buffer.from("06082a8648ce3d040302", "hex"));
  const signature = sign("sha256", data, createPrivateKey(signer.key));
  const certificates = (given.certificates ?? []).map(({ cert }) => new NodeCertificate(cert).raw);
  const basic = write(
    ...([tags.sequence, data, algorithm, write(tags.bitString, Buffer.from([0]), signature)] as const),
    ...(certificates.length === 0 ? [] : [write(contextTag(0), write(tags.sequence, ...certificates))]),
  );
  const type = Buffer.from("06092b0601050507300101", "hex");
  const bytes = write(contextTag(0), write(tags.sequence, type, write(tags.octetString, basic)));
  return write(tags.sequence, write(tags.enumerated, Buffer.from([0])), bytes);
}

const authorityIdentity = (): Identity => authority.identity;

describe("an answer of a responder", () => {
  const state = (given?: Answer) => ocspState(answerOf(given), certificate, issuer);

  it("tells whether the certificate is revoked", () => {
    expect(state()).toEqual({ state: "not listed" });
    expect(state({ status: revoked })).toMatchObject({ state: "listed" });
    const delegated = { signer: responder, certificates: [responder] };
    expect(state(delegated)).toEqual({ state: "not listed" });
    expect(state({ ...delegated, status: revoked })).toMatchObject({ state: "listed" });
  });

  it.each<[string, () => Answer, RegExp]>([
    ["of another certificate", () => ({ about: other }), /another certificate/],
    ["that has run out", () => ({ until: Date.now() - hour }), /not valid any more/],
    ["that does not say until when", () => ({ until: undefined }), /until when/],
    ["of the future", () => ({ from: Date.now() + hour }), /future/],
    ["that does not know the certificate", () => ({ status: write(contextTag(2, false)) }), /does not know/],
    ["signed by another authority", () => ({ signer: stranger.identity }), /not signed/],
    [
      "signed by a certificate that is not for it",
      () => ({ signer: other, certificates: [other] }),
      /not signed/,
    ],
    ["signed by a responder that is not shown", () => ({ signer: responder }), /not signed/],
  ])("%s is unusable", (_, given, why) => {
    expect(state(given())).toMatchObject({ state: "unusable", why: expect.stringMatching(why) });
  });

  it("that is nothing of the kind is unusable, wherever it ends", () => {
    const whole = answerOf();
    const refused = write(tags.sequence, write(tags.enumerated, Buffer.from([6])));
    const wrong = [
      Buffer.alloc(0),
      Buffer.from("<html>"),
      Buffer.alloc(100, 0x30),
      Buffer.alloc(9, 0xff),
      refused,
    ];
    for (const bytes of [
      ...wrong,
      ...Array.from({ length: 40 }, (_, part) => whole.subarray(0, (part * whole.length) / 40)),
    ]) {
      expect(ocspState(bytes, certificate, issuer).state).toBe("unusable");
    }
    for (let at = 0; at < whole.length; at += 7) {
      const flipped = Buffer.from(whole);
      flipped[at] = (flipped[at] ?? 0) ^ 0x55;
      expect(ocspState(flipped, certificate, issuer).state).toBe("unusable");
    }
  });
});

describe("a list of an authority", () => {
  interface Given {
    readonly until?: null;
    readonly thisUpdate?: Date;
  }
  async function listed(extensions: x509.Extension[] = [], { until, ...more }: Given = {}) {
    const list = await authority.revoked([], until, { extensions, ...more });
    return lookedUp(list, certificate, issuer, [listAt]);
  }
  const limited = (...fields: Buffer[]) =>
    new x509.Extension("2.5.29.28", true, write(tags.sequence, ...fields));
  const yes = (number: number) => write(contextTag(number, false), Buffer.from([0xff]));
  const at = (address: string) =>
    write(contextTag(0), write(contextTag(0), write(contextTag(6, false), Buffer.from(address))));

  it("is where the certificate says", () => {
    expect(revocationLists(certificate)).toEqual([[listAt]]);
  });

  it("counts in full, and in the part that is the certificate's", async () => {
    expect(await listed()).toEqual({ state: "not listed" });
    expect(await listed([limited(at(listAt), yes(1))])).toEqual({ state: "not listed" });
    const own = await authority.revoked([identity]);
    expect(await lookedUp(own, certificate, issuer, [listAt])).toMatchObject({ state: "listed" });
  });

  it.each<[string, () => x509.Extension[], Given, RegExp]>([
    [
      "only of what changed",
      () => [new x509.Extension("2.5.29.27", true, Buffer.from([2, 1, 1]))],
      {},
      /changed/,
    ],
    ["only of authorities", () => [limited(yes(2))], {}, /another kind/],
    ["of another part", () => [limited(at("http://crl.example.com/2.crl"))], {}, /one part/],
    ["of some reasons", () => [limited(write(contextTag(3, false), Buffer.from([1, 0x40])))], {}, /reasons/],
    [
      "with something unknown in it",
      () => [new x509.Extension("1.2.3.4", true, Buffer.from([5, 0]))],
      {},
      /understood/,
    ],
    ["of the future", () => [], { thisUpdate: new Date(Date.now() + hour) }, /valid from/],
    ["without an end", () => [], { until: null }, /until when/],
  ])("%s is unusable", async (_, extensions, more, why) => {
    expect(await listed(extensions(), more)).toMatchObject({
      state: "unusable",
      why: expect.stringMatching(why),
    });
  });
});

describe("DER", () => {
  it("is read as it is written", () => {
    for (const size of [0, 1, 127, 128, 255, 256, 65_535, 65_536]) {
      const [value, ...rest] = readAll(write(tags.octetString, Buffer.alloc(size, 7)));
      expect([value?.tag, value?.content.length, rest.length]).toEqual([tags.octetString, size, 0]);
    }
    expect(oidOf(readOne(Buffer.from("06092b0601050507300101", "hex"), tags.oid))).toBe(
      "1.3.6.1.5.5.7.48.1.1",
    );
    expect(timeOf(readOne(time(1_764_331_200_000), tags.generalizedTime))).toBe(1_764_331_200_000);
  });
});
