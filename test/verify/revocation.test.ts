import "reflect-metadata";
import { createHash, createPrivateKey, X509Certificate as NodeCertificate, sign } from "node:crypto";
import {
  BasicOCSPResponse,
  id_pkix_ocsp_basic as basicType,
  CertID,
  CertStatus,
  OCSPRequest,
  OCSPResponse,
  OCSPResponseStatus,
  ResponderID,
  ResponseBytes,
  ResponseData,
  RevokedInfo,
  SingleResponse,
} from "@peculiar/asn1-ocsp";
import { AsnConvert, OctetString } from "@peculiar/asn1-schema";
import {
  AlgorithmIdentifier,
  Certificate,
  CRLDistributionPoints,
  DistributionPoint,
  DistributionPointName,
  Extension,
  GeneralName,
  IssuingDistributionPoint,
  id_ce_issuingDistributionPoint as limits,
  Reason,
} from "@peculiar/asn1-x509";
import * as x509 from "@peculiar/x509";
import { beforeAll, describe, expect, it } from "vitest";
import { ocspAddress, ocspState } from "../../verify/network/ocsp.ts";
import { isIssuedBy, lookedUp, revocationLists } from "../../verify/network/revocation.ts";
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
  readonly status?: CertStatus;
  readonly about?: Identity;
  readonly from?: number;
  readonly until?: number | undefined;
  readonly signer?: Identity;
  readonly certificates?: readonly Identity[];
  /** What the same answer says of the same certificate besides. */
  readonly also?: CertStatus;
  /** By which the certificate is named; SHA-1 by default, as it is asked for. */
  readonly hash?: "sha256";
  readonly extension?: Extension;
}

const good = new CertStatus({ good: null });
const revoked = new CertStatus({ revoked: new RevokedInfo({ revocationTime: new Date(Date.now() - 1000) }) });
const unknown = new CertStatus({ unknown: null });
const hour = 3_600_000;

/** An answer of a responder in DER. */
function answerOf(given: Answer = {}): Buffer {
  const { status = good, about = identity, from = Date.now() - hour, signer = authorityIdentity() } = given;
  const until = "until" in given ? given.until : Date.now() + hour;
  // The question is the identifier, as it stands in the answer.
  const address = ocspAddress("http://ocsp.example.com", new NodeCertificate(about.cert).raw, issuer);
  const question = Buffer.from(decodeURIComponent(address.split("/").at(-1) ?? ""), "base64");
  const [asked] = AsnConvert.parse(question, OCSPRequest).tbsRequest.requestList;
  const certID = given.hash === undefined ? asked?.reqCert : namedBySha256(about);
  const tbsResponseData = new ResponseData({
    responderID: new ResponderID({ byKey: new OctetString(createHash("sha1").update("responder").digest()) }),
    producedAt: new Date(from),
    responses: [status, ...(given.also === undefined ? [] : [given.also])].map(
      (certStatus) =>
        new SingleResponse({
          ...(certID && { certID }),
          certStatus,
          thisUpdate: new Date(from),
          ...(until !== undefined && { nextUpdate: new Date(until) }),
          ...(given.extension && { singleExtensions: [given.extension] }),
        }),
    ),
  });
  const signed = Buffer.from(AsnConvert.serialize(tbsResponseData));
  const certs = (given.certificates ?? []).map(({ cert }) =>
    AsnConvert.parse(new NodeCertificate(cert).raw, Certificate),
  );
  const basic = new BasicOCSPResponse({
    tbsResponseData,
    signatureAlgorithm: new AlgorithmIdentifier({ algorithm: "1.2.840.10045.4.3.2" }),
    signature: Uint8Array.from(sign("sha256", signed, createPrivateKey(signer.key))).buffer,
    ...(certs.length > 0 && { certs }),
  });
  const response = new OctetString(AsnConvert.serialize(basic));
  return answered(OCSPResponseStatus.successful, new ResponseBytes({ responseType: basicType, response }));
}

/** The name of a certificate by SHA-256, without the parameter that the question has. */
function namedBySha256({ cert }: Identity): CertID {
  const { tbsCertificate: own } = AsnConvert.parse(new NodeCertificate(cert).raw, Certificate);
  const { tbsCertificate: by } = AsnConvert.parse(issuer, Certificate);
  const digest = (bytes: ArrayBuffer) =>
    new OctetString(createHash("sha256").update(Buffer.from(bytes)).digest());
  return new CertID({
    hashAlgorithm: new AlgorithmIdentifier({ algorithm: "2.16.840.1.101.3.4.2.1" }),
    issuerNameHash: digest(AsnConvert.serialize(own.issuer)),
    issuerKeyHash: digest(by.subjectPublicKeyInfo.subjectPublicKey),
    serialNumber: own.serialNumber,
  });
}

function answered(responseStatus: OCSPResponseStatus, responseBytes?: ResponseBytes): Buffer {
  const whole = new OCSPResponse({ responseStatus, ...(responseBytes && { responseBytes }) });
  return Buffer.from(AsnConvert.serialize(whole));
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

  it("may name the certificate by another hash, and have extensions that need not be understood", () => {
    expect(state({ hash: "sha256" })).toEqual({ state: "not listed" });
    expect(state({ hash: "sha256", status: revoked })).toMatchObject({ state: "listed" });
    expect(state({ extension: extensionOf(false) })).toEqual({ state: "not listed" });
  });

  it("that says revoked counts, whatever it says besides", () => {
    expect(state({ also: revoked })).toMatchObject({ state: "listed" });
    expect(state({ status: revoked, also: good })).toMatchObject({ state: "listed" });
  });

  it.each<[string, () => Answer, RegExp]>([
    ["of another certificate", () => ({ about: other }), /another certificate/],
    ["that has run out", () => ({ until: Date.now() - hour }), /not valid any more/],
    ["that does not say until when", () => ({ until: undefined }), /until when/],
    ["of the future", () => ({ from: Date.now() + hour }), /future/],
    ["that does not know the certificate", () => ({ status: unknown }), /does not know/],
    ["that knows and does not know it", () => ({ also: unknown }), /does not know/],
    [
      "of another certificate by another hash",
      () => ({ about: other, hash: "sha256" }),
      /another certificate/,
    ],
    ["with something unknown in it", () => ({ extension: extensionOf(true) }), /understood \(1\.2\.3\.4\)/],
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
    const refused = answered(OCSPResponseStatus.unauthorized);
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

const extensionOf = (critical: boolean) =>
  new Extension({ extnID: "1.2.3.4", critical, extnValue: new OctetString(Buffer.from([5, 0])) });

it("a certificate is issued by whoever signed it, and not by another of the same name", async () => {
  const double = new NodeCertificate((await createAuthority()).cert).raw;
  expect(isIssuedBy(certificate, issuer)).toBe(true);
  for (const wrong of [double, certificate, Buffer.from("nothing")])
    expect(isIssuedBy(certificate, wrong)).toBe(false);
});

/** A list of that many certificates of nobody and of one more, in DER. */
function largeList(count: number, { cert }: Identity): Buffer {
  const element = (tag: number, ...parts: readonly Uint8Array[]) => {
    const content = Buffer.concat(parts);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(content.length);
    return Buffer.concat([Buffer.from([tag, 0x84]), length, content]);
  };
  const sequence = (...parts: readonly Uint8Array[]) => element(0x30, ...parts);
  const moment = (at: number) =>
    element(
      0x17,
      Buffer.from(
        `${new Date(at)
          .toISOString()
          .replace(/[-:T]|\.\d+/g, "")
          .slice(2)}`,
      ),
    );
  const revokedAt = moment(Date.now() - hour);
  const entry = (number: Buffer) => sequence(element(0x02, number), revokedAt);
  const { tbsCertificate } = AsnConvert.parse(new NodeCertificate(cert).raw, Certificate);
  const ecdsa = AsnConvert.serialize(new AlgorithmIdentifier({ algorithm: "1.2.840.10045.4.3.2" }));
  const algorithm = Buffer.from(ecdsa);
  const signed = sequence(
    ...[element(0x02, Buffer.from([1])), algorithm, Buffer.from(AsnConvert.serialize(tbsCertificate.issuer))],
    ...[moment(Date.now() - hour), moment(Date.now() + hour)],
    sequence(
      Buffer.concat(
        Array.from({ length: count }, (_, index) => {
          const number = Buffer.alloc(18, 0x51);
          number.writeUInt32BE(index, 14);
          return entry(number);
        }),
      ),
      entry(Buffer.from(tbsCertificate.serialNumber)),
    ),
  );
  const signature = sign("sha256", signed, createPrivateKey(authority.identity.key));
  return sequence(signed, algorithm, element(0x03, Buffer.from([0]), signature));
}

describe("a list of an authority", () => {
  interface Given {
    readonly until?: Date | null;
    readonly thisUpdate?: Date;
  }
  async function listed(extensions: x509.Extension[] = [], { until, ...more }: Given = {}) {
    const list = await authority.revoked([], until, { extensions, ...more });
    return lookedUp(list, certificate, issuer, [listAt]);
  }
  const limited = (fields: Partial<IssuingDistributionPoint>) =>
    new x509.Extension(limits, true, AsnConvert.serialize(new IssuingDistributionPoint(fields)));
  const at = (address: string) => ({
    distributionPoint: new DistributionPointName({
      fullName: [new GeneralName({ uniformResourceIdentifier: address })],
    }),
  });

  it("is where the certificate says", () => {
    expect(revocationLists(certificate)).toEqual([[listAt]]);
  });

  it("is left out where it is for some reasons only, or of somebody else", async () => {
    const point = at(listAt);
    const named = async (more: Partial<DistributionPoint>) => {
      const points = new CRLDistributionPoints([new DistributionPoint({ ...point, ...more })]);
      const extension = new x509.Extension("2.5.29.31", false, AsnConvert.serialize(points));
      const { cert } = await authority.certify(["x.example.com"], { extensions: [extension] });
      return revocationLists(new NodeCertificate(cert).raw);
    };
    const issuerName = new GeneralName({ uniformResourceIdentifier: "http://other.example.com" });
    expect(await named({})).toEqual([[listAt]]);
    expect(await named({ reasons: new Reason(2) })).toEqual([]);
    expect(await named({ cRLIssuer: [issuerName] })).toEqual([]);
  });

  it("may have hundreds of thousands of entries, and is read in time that grows as it does", () => {
    const large = largeList(150_000, identity);
    expect(large.length).toBeGreaterThan(7_000_000);
    const begun = process.cpuUsage().user;
    expect(lookedUp(large, certificate, issuer)).toMatchObject({ state: "listed" });
    expect(lookedUp(large, new NodeCertificate(other.cert).raw, issuer)).toEqual({ state: "not listed" });
    // With time that grows as its square it would be an hour.
    expect(process.cpuUsage().user - begun).toBeLessThan(20_000_000);
  });

  it("that is cut off, changed or nothing of the kind is unusable", async () => {
    const whole = await authority.revoked([other]);
    const state = (bytes: Buffer) => lookedUp(bytes, certificate, issuer, [listAt]).state;
    expect(state(whole)).toBe("not listed");
    for (let at = 0; at < whole.length; at += 3) {
      expect(state(whole.subarray(0, at))).toBe("unusable");
      const flipped = Buffer.from(whole);
      flipped[at] = (flipped[at] ?? 0) ^ 0x41;
      expect(state(flipped)).toBe("unusable");
    }
    for (const wrong of ["", "<html>", "\u0030\u0000", "0".repeat(5000)])
      expect(state(Buffer.from(wrong))).toBe("unusable");
  });

  it("counts where clocks differ by minutes", async () => {
    const soon = new Date(Date.now() + 60_000);
    expect(await listed([], { thisUpdate: soon })).toEqual({ state: "not listed" });
  });

  it("counts in full, and in the part that is the certificate's", async () => {
    expect(await listed()).toEqual({ state: "not listed" });
    expect(await listed([limited({ ...at(listAt), onlyContainsUserCerts: true })])).toEqual({
      state: "not listed",
    });
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
    ["only of authorities", () => [limited({ onlyContainsCACerts: true })], {}, /another kind/],
    ["of another part", () => [limited(at("http://crl.example.com/2.crl"))], {}, /one part/],
    ["of some reasons", () => [limited({ onlySomeReasons: new Reason(2) })], {}, /reasons/],
    [
      "with something unknown in it",
      () => [new x509.Extension("1.2.3.4", true, Buffer.from([5, 0]))],
      {},
      /understood/,
    ],
    ["of the future", () => [], { thisUpdate: new Date(Date.now() + hour) }, /valid from/],
    ["without an end", () => [], { until: null }, /until when/],
    ["that has run out", () => [], { until: new Date(Date.now() - hour) }, /valid until/],
  ])("%s is unusable", async (_, extensions, more, why) => {
    expect(await listed(extensions(), more)).toMatchObject({
      state: "unusable",
      why: expect.stringMatching(why),
    });
  });
});
