import { shakeHands } from "./network/tls.ts";
import { type Check, compare, eachOf, probe, unknownCheck } from "./probe.ts";
import { settingOf } from "./settings.ts";
import { Unknown } from "./unknown.ts";

/** Lists of one certificate that are asked for. */
const mostLists = 4;

export const certificateNotRevoked = probe({
  name: "certificate-not-revoked",
  items: ["4.1", "7V.5"],
  title: "The authority of every host's certificate must not have revoked it.",
  needs: ["web"],
  settings: ["domains.web"],
  measure: (context) =>
    eachOf(context.allHosts, String, async (host): Promise<Check[]> => {
      const { certificate } = await shakeHands(context, host);
      const { lookedUp, revocationLists } = await import("./network/revocation.ts");
      const expected = "not revoked";
      const setting = settingOf(context, host);
      const lists = revocationLists(certificate.raw).slice(0, mostLists);
      const subject = `certificate of ${host}`;
      if (lists.length === 0) {
        const measured = "the certificate names no list, and its authority cannot be asked otherwise";
        return [{ subject, state: "unknown", expected, measured, setting, reason: "no-data" }];
      }
      return eachOf(lists, String, async (address) => {
        const answer = await context.publicDocument(address);
        if (answer.status !== 200) throw new Unknown("no-data", `${address} answered ${answer.status}`);
        const issuer = certificate.issuerCertificate?.raw;
        if (issuer === undefined)
          throw new Unknown("no-data", `${host} does not send the issuer's certificate`);
        const found = await lookedUp(answer.bytes, certificate.raw, issuer);
        const where = `${subject} in ${address}`;
        if (found.state === "unusable")
          return [unknownCheck(where, new Unknown("not-understood", found.why))];
        const isListed = found.state === "listed";
        const measured = isListed ? found.reason : expected;
        return [compare(where, { expected, measured, holds: !isListed, setting })];
      });
    }),
});
