import { type HelloAnswer, offer, type TlsVersion, tlsVersions } from "./network/client-hello.ts";
import { askByHttp2 } from "./network/http2.ts";
import { shakeHands } from "./network/tls.ts";
import { type Check, compare, eachOf, probe } from "./probe.ts";
import { settingOf } from "./settings.ts";
import { Unknown } from "./unknown.ts";

const day = 86_400_000;

/** Public authorities renew at a third of 90 days; less than this means that renewal has failed. */
const mostLeastDays = 14;

/** Certificates that are valid for few days only are renewed late: a quarter of the time must be left. */
function leastDaysOf({ valid_from: from, valid_to: to }: { valid_from: string; valid_to: string }): number {
  const lifetime = (Date.parse(to) - Date.parse(from)) / day;
  return Math.min(mostLeastDays, Math.floor((10 * lifetime) / 4) / 10);
}

/**
 * Whether the names of a certificate are of a host as browsers read them: the subject is none, and a wildcard stands
 * for one complete label (RFC 9525, section 6.3). OpenSSL and Node.js take more.
 *
 * @param names as Node.js lists them, such as `DNS:example.com, DNS:*.example.com`
 */
export function namesHost(names: string | undefined, host: string): boolean {
  const wanted = host.toLowerCase().replace(/\.$/, "");
  const parent = wanted.slice(wanted.indexOf(".") + 1);
  return [...(names ?? "").matchAll(/(?:^|, )DNS:("(?:[^"\\]|\\.)*"|[^,"]*)(?=,|$)/g)].some(
    ([, name = ""]) => {
      const own = name.toLowerCase();
      return own === wanted || (own === `*.${parent}` && parent.includes("."));
    },
  );
}

export const certificateTrusted = probe({
  name: "certificate-trusted",
  items: ["4.1", "7V.5"],
  title: "Every host must have a trusted certificate in its own name that does not expire soon.",
  needs: ["web"],
  settings: ["domains.web"],
  measure: (context) =>
    eachOf(context.allHosts, String, async (host) => {
      const { problem, certificate } = await shakeHands(context, host);
      const days = Math.floor((10 * (Date.parse(certificate.valid_to) - Date.now())) / day) / 10;
      const leastDays = leastDaysOf(certificate);
      const wrong =
        problem ??
        (namesHost(certificate.subjectaltname, host)
          ? undefined
          : "its names as browsers read them are of other hosts");
      return [
        compare(`certificate of ${host}`, {
          expected: "trusted, in the name of the host",
          measured: wrong ?? "trusted, in the name of the host",
          holds: wrong === undefined,
          setting: settingOf(context, host),
        }),
        compare(`time left of the certificate of ${host}`, {
          expected: `at least ${leastDays}`,
          measured: days,
          unit: "days",
          holds: days >= leastDays,
          setting: settingOf(context, host),
        }),
      ];
    }),
});

export const http2Offered = probe({
  name: "http2-offered",
  items: ["6.9"],
  title: "Every host must offer HTTP/2 and answer by it.",
  needs: ["web"],
  settings: ["domains.web"],
  measure: (context) =>
    eachOf(context.hosts, String, async (host) => {
      const answer = await askByHttp2(context, host);
      const shown = {
        answered: "h2",
        "not-offered": answer.kind === "not-offered" ? answer.protocol : "",
        broken: answer.kind === "broken" ? `h2, but ${answer.why}` : "",
      } as const;
      return [
        compare(host, {
          expected: "h2",
          measured: shown[answer.kind],
          holds: answer.kind === "answered",
          setting: settingOf(context, host),
        }),
      ];
    }),
});

export const oldTlsRefused = probe({
  name: "old-tls-refused",
  items: ["4.1"],
  title:
    "Every host must refuse TLS versions below the declared minimum with an alert, and speak TLS 1.3 or the minimum.",
  needs: ["web"],
  settings: ["edge.minTlsVersion"],
  measure: (context) =>
    eachOf(context.allHosts, String, async (host) => {
      const minimum = tlsVersions[context.settings.edge.minTlsVersion];
      const versions: readonly TlsVersion[] = ["1.0", "1.1", "1.2", "1.3"];
      const answers = await Promise.all(
        versions.map(async (version) => ({ version, answer: await offer(context, host, version) })),
      );
      if (answers.every(({ answer }) => answer.kind === "alert")) throw refusesAll(host);
      return answers.map(({ version, answer }) => {
        const subject = `TLS ${version} of ${host}`;
        return tlsVersions[version] < minimum
          ? refused(subject, answer, tlsVersions[version])
          : accepted(subject, answer, tlsVersions[version]);
      });
    }),
});

/** A server that knows no such name, or is out of order, refuses what is weak as it refuses everything. */
function refusesAll(host: string): Unknown {
  return new Unknown("target-refused", `${host} refuses every handshake, so that no refusal says anything`);
}

/** By what makes them weak: no encryption, no authentication, or a broken cipher. */
const weakSuites = {
  "without encryption": [0x0001, 0x0002, 0x003b, 0xc006, 0xc010],
  "without authentication": [0x0018, 0x0034, 0x003a, 0x006c, 0x00a6, 0xc018, 0xc019],
  "with RC4, DES or 3DES": [0x0004, 0x0005, 0x0009, 0x000a, 0x0016, 0xc007, 0xc008, 0xc011, 0xc012],
  "for export": [0x0003, 0x0006, 0x0008, 0x0011, 0x0014],
} as const;

export const weakCiphersRefused = probe({
  name: "weak-ciphers-refused",
  items: ["4.1"],
  title: "Every host must refuse weak cipher suites with an alert.",
  needs: ["web"],
  settings: ["edge.minTlsVersion"],
  measure: (context) =>
    eachOf(context.allHosts, String, async (host) => {
      const [usual, checks] = await Promise.all([
        Promise.all((["1.2", "1.3"] as const).map((version) => offer(context, host, version))),
        Promise.all(
          Object.entries(weakSuites).map(async ([what, suites]) =>
            refused(`suites ${what} of ${host}`, await offer(context, host, "1.2", suites)),
          ),
        ),
      ]);
      const isRefused = checks.every(({ state }) => state === "holds");
      if (isRefused && usual.every(({ kind }) => kind !== "accepted")) throw refusesAll(host);
      return checks;
    }),
});

function refused(subject: string, answer: HelloAnswer, version?: number): Check {
  if (answer.kind === "silent") {
    const measured = "the connection was closed without an alert, which may be a network's fault";
    return { subject, state: "unknown", expected: "an alert", measured, reason: "not-understood" };
  }
  // A server may answer with an older version than was offered, which is no refusal but another version.
  const other = answer.kind === "accepted" && version !== undefined && answer.version !== version;
  const measured = answer.kind === "alert" ? `alert ${answer.code}` : other ? "another version" : "accepted";
  return compare(subject, { expected: "an alert", measured, holds: answer.kind === "alert" });
}

function accepted(subject: string, answer: HelloAnswer, version: number): Check {
  if (answer.kind === "silent") {
    const measured = "the connection was closed without an answer";
    return { subject, state: "unknown", expected: "accepted", measured, reason: "not-understood" };
  }
  // Versions above the minimum may be left out, but for the newest.
  const optional = version !== tlsVersions["1.3"];
  const holds = (answer.kind === "accepted" && answer.version === version) || optional;
  const measured = answer.kind === "accepted" ? "accepted" : `alert ${answer.code}`;
  return compare(subject, { expected: optional ? "accepted or an alert" : "accepted", measured, holds });
}
