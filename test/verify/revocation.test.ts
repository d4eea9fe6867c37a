import "reflect-metadata";
import { createHash, createPrivateKey, X509Certificate as NodeCertificate, sign } from "node:crypto";
import {
  BasicOCSPResponse,
  id_pkix_ocsp_basic as basicType,
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
  DistributionPointName,
  GeneralName,
  IssuingDistributionPoint,
  id_ce_issuingDistributionPoint as limits,
  Reason,
} from "@peculiar/asn1-x509";
import * as x509 from "@peculiar/x509";
import { beforeAll, describe, expect, it } from "vitest";
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
  readonly status?: CertStatus;
  readonly about?: Identity;
  readonly from?: number;
  readonly until?: number | undefined;
  readonly signer?: Identity;
  readonly certificates?: readonly Identity[];
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
  const tbsResponseData = new ResponseData({
    responderID: new ResponderID({ byKey: new OctetString(createHash("sha1").update("responder").digest()) }),
    producedAt: new Date(from),
    responses: [
      new SingleResponse({
        ...(asked && { certID: asked.reqCert }),
        certStatus: status,
        thisUpdate: new Date(from),
        ...(until !== undefined && { nextUpdate: new Date(until) }),
      }),
    ],
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

  it.each<[string, () => Answer, RegExp]>([
    ["of another certificate", () => ({ about: other }), /another certificate/],
    ["that has run out", () => ({ until: Date.now() - hour }), /not valid any more/],
    ["that does not say until when", () => ({ until: undefined }), /until when/],
    ["of the future", () => ({ from: Date.now() + hour }), /future/],
    ["that does not know the certificate", () => ({ status: unknown }), /does not know/],
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

describe("a list of an authority", () => {
  interface Given {
    readonly until?: null;
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
  ])("%s is unusable", async (_, extensions, more, why) => {
    expect(await listed(extensions(), more)).toMatchObject({
      state: "unusable",
      why: expect.stringMatching(why),
    });
  });
});
