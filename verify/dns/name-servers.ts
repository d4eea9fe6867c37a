import type { RecordType } from "dns-packet";
import type { Context } from "../context.ts";
import { canonicalName, sameName } from "../network/dns/message.ts";
import { type Check, compare, probe, unknownCheck } from "../probe.ts";
import { Unknown } from "../unknown.ts";
import { addressesIn, addressesOf, ask } from "./ask.ts";

/** Name servers that are asked; a hostile zone can name thousands. */
const mostServers = 12;

export const nameServersAlike = probe({
  name: "name-servers-alike",
  items: ["7.7"],
  title:
    "The zone must be delegated to its declared name servers, and each must answer alike for every host.",
  needs: ["dns"],
  settings: ["domains.zone"],
  measure: async (context) => {
    const { zone } = context.settings.domains;
    const names = namesIn((await ask(context, { name: zone, type: "NS" })).records, zone);
    if (names.length === 0) {
      return [compare(zone, { expected: "name servers", measured: "none", holds: false, setting })];
    }
    const servers = names.slice(0, mostServers);
    const told = await Promise.all(servers.map((server) => answersOf(context, server)));
    const [first = []] = told.filter((answers) => !(answers instanceof Unknown));
    const alike = servers.flatMap((server, index): Check[] => {
      const answers = told[index] ?? [];
      if (answers instanceof Unknown) return [unknownCheck(server, answers)];
      return answers.map(({ what, said }, place) => {
        const expected = first instanceof Unknown ? said : (first[place]?.said ?? said);
        const subject = `${what} at ${server}`;
        return compare(subject, { expected, measured: said, holds: said === expected, setting });
      });
    });
    return [delegation(context, names), ...alike];
  },
});

const setting = "domains.zone";

function delegation(context: Context, names: readonly string[]): Check {
  const { zone } = context.settings.domains;
  const declared = context.outputs.zoneNameServers?.map(canonicalName).sort();
  if (declared === undefined) {
    return unknownCheck(
      `name servers of ${zone}`,
      new Unknown("no-data", "The stack has no output zoneNameServers to compare the name servers with"),
    );
  }
  return compare(`name servers of ${zone}`, {
    expected: declared.join(", "),
    measured: names.join(", "),
    holds: names.join() === declared.join(),
    setting,
  });
}

function namesIn(records: Awaited<ReturnType<typeof ask>>["records"], zone: string): string[] {
  const names = records.flatMap((record) =>
    record.type === "NS" && sameName(record.name, zone) ? [canonicalName(record.data)] : [],
  );
  return [...new Set(names)].sort();
}

async function addressOfServer(context: Context, server: string): Promise<string> {
  const [v4] = await addressesOf(context, server, "A");
  if (v4 !== undefined) return v4;
  const [v6] = await addressesOf(context, server, "AAAA");
  if (v6 === undefined) throw new Unknown("no-data", `${server} has no address`);
  return v6;
}

/** What one name server says by itself about the zone and its hosts. */
async function answersOf(context: Context, server: string): Promise<Said[] | Unknown> {
  const { zone } = context.settings.domains;
  const hosts = context.allHosts.flatMap((name) => [
    { name, type: "A" } as const,
    { name, type: "AAAA" } as const,
  ]);
  try {
    const address = await addressOfServer(context, server);
    const said: Said[] = [];
    for (const { name, type } of [{ name: zone, type: "NS" } as const, ...hosts]) {
      said.push({ what: `${type} of ${name}`, said: await answerOf(context, address, name, type) });
    }
    return said;
  } catch (error) {
    if (error instanceof Unknown) return error;
    throw error;
  }
}

interface Said {
  readonly what: string;
  readonly said: string;
}

async function answerOf(context: Context, address: string, name: string, type: RecordType): Promise<string> {
  const { code, authoritative, records } = await context.askNameServer(address, { name, type });
  if (!authoritative) return `not its zone (${code})`;
  if (type === "NS") return namesIn(records, name).join(", ") || code;
  return addressesIn(records, name, type === "A" ? "A" : "AAAA").join(", ") || `no address (${code})`;
}
