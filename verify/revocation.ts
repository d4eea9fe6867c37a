import type { DetailedPeerCertificate } from "node:tls";
import type { Context } from "./context.ts";
import type { HttpAnswer } from "./network/http.ts";
import type { Revocation } from "./network/revocation.ts";
import { shakeHands } from "./network/tls.ts";
import { type Check, compare, eachOf, probe, unknownCheck } from "./probe.ts";
import { settingOf } from "./settings.ts";
import { Shared } from "./shared.ts";
import { Unknown } from "./unknown.ts";

/** Lists and responders of one certificate that are asked. */
const mostPlaces = 4;

export const certificateNotRevoked = probe({
  name: "certificate-not-revoked",
  items: ["4.1", "7V.5"],
  title: "The authority of every host's certificate must not have revoked it.",
  needs: ["web"],
  settings: ["domains.web"],
  measure: (context) => eachOf(context.allHosts, String, (host) => checksOf(context, host)),
});

/** What a place says: an answer that the server shows, a list, or a responder. */
interface Told {
  readonly where: string;
  readonly found: Revocation;
}

async function checksOf(context: Context, host: string): Promise<Check[]> {
  const shown = await shakeHands(context, host);
  const expected = "not revoked";
  const setting = settingOf(context, host);
  const subject = `certificate of ${host}`;
  const issuer = shown.certificate.issuerCertificate?.raw;
  if (issuer === undefined) throw new Unknown("no-data", `${host} does not send the issuer's certificate`);
  const { raw } = shown.certificate;
  const { demandsAnswer, isIssuedBy } = await import("./network/revocation.ts");
  if (!isIssuedBy(raw, issuer))
    throw new Unknown("no-data", `${host} sends a certificate as its issuer's that did not sign its own`);
  const { ocspState } = await import("./network/ocsp.ts");
  const stapled = shown.stapled && ocspState(shown.stapled, raw, issuer);
  const isAnswered = stapled !== undefined && stapled.state !== "unusable";
  if (!isAnswered && demandsAnswer(raw)) {
    const measured = "the server shows no valid answer of its authority, which the certificate demands";
    return [compare(subject, { expected, measured, holds: false, setting })];
  }
  const told: Told[] = [
    ...(stapled === undefined ? [] : [{ where: "the answer that the server shows", found: stapled }]),
    ...(await askedFor(context, shown.certificate, issuer)),
  ];
  if (told.length === 0) {
    const measured = "the certificate names no list and no responder, and the server shows no answer of one";
    return [{ subject, state: "unknown", expected, measured, setting, reason: "no-data" }];
  }
  const checks = told.map(({ where, found }) => {
    const place = `${subject} in ${where}`;
    if (found.state === "unusable") return unknownCheck(place, new Unknown("not-understood", found.why));
    const isListed = found.state === "listed";
    return compare(place, {
      expected,
      measured: isListed ? found.reason : expected,
      holds: !isListed,
      setting,
    });
  });
  // Each place knows of every reason to revoke, so that one that answers is enough.
  const answered = checks.filter(({ state }) => state !== "unknown");
  return answered.length > 0 ? answered : checks;
}

/** What the lists and the responders say that a certificate names. */
async function askedFor(
  context: Context,
  certificate: DetailedPeerCertificate,
  issuer: Buffer,
): Promise<Told[]> {
  const { lookedUp, revocationLists } = await import("./network/revocation.ts");
  const { ocspAddress, ocspState } = await import("./network/ocsp.ts");
  const { raw } = certificate;
  const lists = revocationLists(raw).flatMap((addresses) => {
    const [address] = addresses.filter((each) => each.startsWith("http:"));
    // Places that are asked by another protocol hold the same list.
    const first = address ?? addresses[0];
    return first === undefined ? [] : [{ first, addresses }];
  });
  return Promise.all([
    ...lists.slice(0, mostPlaces).map(async ({ first, addresses }) => ({
      where: first,
      found: await askedAt(context, first, (bytes) => lookedUp(bytes, raw, issuer, addresses)),
    })),
    ...respondersOf(certificate)
      .slice(0, mostPlaces)
      .map(async (responder) => ({
        where: responder,
        found: await askedAt(context, ocspAddress(responder, raw, issuer), (bytes) =>
          ocspState(bytes, raw, issuer),
        ),
      })),
  ]);
}

/** Hosts whose certificates have the same authority share its list. */
const documents = new Shared<HttpAnswer>();

async function askedAt(
  context: Context,
  address: string,
  read: (bytes: Buffer) => Revocation,
): Promise<Revocation> {
  try {
    const answer = await documents.of(context, address, (own) => own.publicDocument(address));
    if (answer.status !== 200) return { state: "unusable", why: `it answered ${answer.status}` };
    return read(answer.bytes);
  } catch (error) {
    if (error instanceof Unknown) return { state: "unusable", why: error.message };
    throw error;
  }
}

/** Addresses of the responders that a certificate names (RFC 5280, section 4.2.2.1). */
function respondersOf({ infoAccess }: DetailedPeerCertificate): string[] {
  return (infoAccess?.["OCSP - URI"] ?? []).filter((address) => address.startsWith("http:"));
}
