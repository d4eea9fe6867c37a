import { only } from "./network/headers.ts";
import { quicVersion1, quicVersions } from "./network/quic.ts";
import { addressOf } from "./network/targets.ts";
import { type Check, compare, eachOf, probe, unknownCheck } from "./probe.ts";
import { settingOf } from "./settings.ts";
import { Unknown } from "./unknown.ts";

export const http3Offered = probe({
  name: "http3-offered",
  items: ["6.9"],
  title: "Every host must offer HTTP/3 and answer by QUIC.",
  needs: ["web"],
  settings: ["domains.web"],
  measure: (context) =>
    eachOf(context.hosts, String, async (host): Promise<Check[]> => {
      const header = only(await context.request({ host, path: "/" }), "alt-svc") ?? "";
      const port = portIn(header);
      const setting = settingOf(context, host);
      const offered = compare(`Alt-Svc of ${host}`, {
        expected: "h3",
        measured: header || "missing",
        holds: port !== undefined,
        setting,
      });
      if (port === undefined) return [offered];
      const address = await addressOf(host, "https", context.targets);
      const isTarget = context.targets.https !== undefined;
      const versions = await quicVersions(
        { host: address.host, port: isTarget ? address.port : Number(port) },
        { signal: context.signal, timeoutMs: context.limits.dnsMs },
      );
      context.record(JSON.stringify(versions ?? "silent"));
      const subject = `QUIC of ${host}`;
      if (versions === undefined) {
        const silent = `No answer of ${host} by UDP, which this network may hold back`;
        return [offered, unknownCheck(subject, new Unknown("target-refused", silent))];
      }
      const shown = versions.map((version) => `0x${version.toString(16).padStart(8, "0")}`);
      return [
        offered,
        compare(subject, {
          expected: "version 1",
          measured: shown.join(", ") || "no version",
          holds: versions.includes(quicVersion1),
          setting,
        }),
      ];
    }),
});

/** The port at which a header offers HTTP/3; an offer that is valid for no time is none (RFC 7838, section 3.1). */
function portIn(header: string): string | undefined {
  const offers = header.matchAll(/\bh3="[^":]*:(\d{1,5})"([^,]*)/g);
  return [...offers].find(([, , rest = ""]) => !/;\s*ma\s*=\s*"?0+"?\s*(?:;|$)/.test(rest))?.[1];
}
