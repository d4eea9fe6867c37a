import {
  type Finding,
  fault,
  judge,
  known,
  policy,
  type Stack,
  some,
  type Verdict,
  violation,
} from "./framework/index.ts";
import type { Scrape } from "./model/adapter.ts";
import { databases } from "./model/databases.ts";
import { domains, isVendorsOwn, recordsFor } from "./model/domains.ts";
import { placed, recipients } from "./model/facts.ts";
import { isGenerator } from "./model/generators.ts";
import { isGiven } from "./model/given.ts";
import type { Host, Variable } from "./model/host.ts";
import { openNames, strayTarget } from "./model/origins.ts";
import { providersIn, wrongAddress } from "./model/provider-addresses.ts";
import {
  hasVariable,
  isEmpty,
  type Shared,
  scrapes,
  sharedSecrets,
  sourcesOf,
} from "./model/shared-secrets.ts";
import { applicationHosts, declaredVariables } from "./model/variables.ts";
import { parseConnection } from "./values/connection-string.ts";

// What is declared has to arrive: a record in a zone that is asked, a value under the name that is read.

export const dnsRecordsArrive = policy({
  name: "dns-records-arrive",
  items: ["7.7"],
  title:
    "Every DNS record of a host must be in a zone of the stack, and lead to the host that answers there.",
  severity: "high",
  fix: "Give the record the id of the zone that the stack declares, and as its content the host's own name.",
  url: "https://developers.cloudflare.com/dns/manage-dns-records/reference/dns-record-types/",
  check: (stack, _threshold, { isSupplied }) => [
    ...openNames(stack),
    ...domains(stack).flatMap((domain) => {
      const host = known(() => domain.name.string()?.toLowerCase()) ?? "";
      const records = host === "" || isVendorsOwn(host) ? [] : (known(() => recordsFor(stack)(host)) ?? []);
      return records.flatMap((record) => [
        judge(record.resource, () => record.placed?.(isSupplied) ?? true),
        judge(record.resource, () => strayTarget(stack, record, domain) ?? true),
      ]);
    }),
  ],
});

export const providersArrive = policy({
  name: "providers-arrive",
  items: ["5.1", "5.4", "4.4", "S6.2", "S6.3"],
  title:
    "Every provider must talk to its vendor's API by TLS, and alerts, their routes and what they read must be in one installation.",
  severity: "critical",
  fix: "Leave the address of the API out of the provider and of the stack's settings, or give the one of the vendor, or of your own installation, with https.",
  url: "https://www.pulumi.com/docs/iac/concepts/providers/",
  check: (stack, _threshold, { stage }) => [
    ...providersIn(stack).map((provider) => judge(provider, () => wrongAddress(provider, stage) ?? true)),
    ...placed(stack).map(({ resource, isRight }) => judge(resource, isRight)),
  ],
});

export const variablesArrive = policy({
  name: "variables-arrive",
  items: ["2.1", "3.5", "5.4"],
  title: "Every variable must be given to a host of the stack, under the name that the host reads.",
  severity: "high",
  fix: "Give the variable to the project or service that this stack declares, or name that one in a setting; use one name for one value at every host, such as DIRECT_URL, METRICS_TOKEN and PGSSLMODE.",
  check: (stack, _threshold, { isSupplied }) => [
    ...strays(stack, isSupplied),
    ...sharedSecrets(stack).flatMap(underOneName),
    ...byLibpq(stack),
    ...migrating(stack),
    ...scrapes(stack).map((scrape) => judge(scrape.resource, () => judgeToken(stack, scrape))),
    ...declaredVariables(stack).map((variable) => judge(variable.resource, () => judgeValue(variable))),
  ],
});

/** Variables for a host that the stack does not declare. */
function strays(stack: Stack, isSupplied: (text: string) => boolean): Finding[] {
  return recipients(stack).map(({ id, hosts, noun }) =>
    judge(id.resource, () => {
      if (hosts.length === 0 || id.isUnknown) return true;
      const text = id.string() ?? "";
      // A list has one set of sources, so an id that is written beside one that is made is told by its text.
      const isMade = id.path.length === 1 && id.resource.sourcesOf(id).length > 0;
      return (
        isMade ||
        hosts.some((host) => host.id === text) ||
        (text !== "" && isSupplied(text)) ||
        fault(
          id,
          `${id.resource.name} gives variables to the ${noun} ${JSON.stringify(text)}, which this stack does not declare.`,
        )
      );
    }),
  );
}

/** A value that several hosts have is read under one name; at a host with a map of variables, only names tell it. */
function underOneName({ use, holders }: Shared): Finding[] {
  const names = new Set(
    holders.flatMap(({ alone }) => alone.flatMap((variable) => known(() => variable.name()) ?? [])),
  );
  if (names.size === 0 || holders.length < 2) return [];
  const lacking = (name: string) =>
    holders.filter(({ host }) => known(() => hasVariable(host, name)) === false);
  if ([...names].some((name) => lacking(name).length === 0)) return [];
  return [...names].flatMap((name) => {
    const giving = holders.find(({ alone }) =>
      alone.some((variable) => known(() => variable.name()) === name),
    );
    const [other] = lacking(name);
    return giving === undefined || other === undefined
      ? []
      : [
          violation(
            `What ${giving.host.resource.name} has for ${use} as ${name}, ${other.host.resource.name} has under another name.`,
            giving.alone.find((variable) => known(() => variable.name()) === name)?.resource,
          ),
        ];
  });
}

/** Metrics that ask for a token are closed to who calls them where their host was given none. Throws UnknownRead. */
function judgeToken(stack: Stack, { url, token, resource }: Scrape): Verdict {
  const sources = resource.sourcesOf(token).filter(isGenerator);
  const name = URL.parse(url() ?? "")?.hostname;
  const host = applicationHosts(stack).find(({ domains: names }) =>
    names.some((one) => known(() => one.string()?.toLowerCase()) === name),
  );
  if (sources.length === 0 || name === undefined || host === undefined) return true;
  const has = some(
    host.variables.filter((variable) =>
      sourcesOf(variable).some((it) => isGenerator(it) && sources.includes(it)),
    ),
    (variable) => variable.name() !== undefined && !isEmpty(variable),
  );
  return (
    has ||
    fault(
      token,
      `${host.resource.name} has no variable with the token by which ${resource.name} reads its metrics.`,
    )
  );
}

/** A variable that is declared and has no value at all, and the session of migrations that is no connection. */
function judgeValue({ name, value, writeOnly, generatedLength, resource }: Variable): Verdict {
  if (generatedLength !== undefined || value.isUnknown) return true;
  const called = name();
  if (called === undefined) return true;
  const text = value.string();
  if (called === "DIRECT_URL" && text !== undefined && parseConnection(text) === undefined) {
    return fault(value, "DIRECT_URL is not the URL of a database.");
  }
  const isThere = value.exists || (writeOnly !== undefined && isGiven(writeOnly));
  return isThere || fault(value, `The variable ${called} of ${resource.name} has no value.`);
}

/** A client reads PGSSLMODE where its URL does not say how to encrypt: a host without it needs a URL that does. */
function byLibpq(stack: Stack): Finding[] {
  const hosts = applicationHosts(stack);
  const relies = (host: Host) => known(() => hasVariable(host, "PGSSLMODE")) === true;
  const first = hosts.find(relies);
  if (first === undefined) return [];
  return hosts
    .filter((host) => known(() => hasVariable(host, "PGSSLMODE")) === false)
    .flatMap((host) => {
      const url = host.variables.find((variable) => known(() => variable.name()) === "DATABASE_URL");
      const empty = host.variables.find((variable) => known(() => variable.name()) === "PGSSLMODE");
      if (empty !== undefined) {
        return [violation(fault(empty.value, `PGSSLMODE of ${host.resource.name} is empty.`), host.resource)];
      }
      return url === undefined
        ? []
        : [
            judge(host.resource, () => {
              const text = url.value.string() ?? "";
              return (
                (parseConnection(text)?.sslModes.length ?? 1) > 0 ||
                fault(
                  url.value,
                  `${first.resource.name} has PGSSLMODE and ${host.resource.name} does not, and its DATABASE_URL does not say whether connections are encrypted.`,
                )
              );
            }),
          ];
    });
}

/** Prisma's migrations need a session of their own, which a pooler of transactions does not give. */
function migrating(stack: Stack): Finding[] {
  if (!databases(stack).some(({ isPooled }) => isPooled)) return [];
  return applicationHosts(stack).flatMap(({ resource, commands = [], variables }) => {
    const command = commands.find(({ command: text }) => migrates.test(known(() => text.string()) ?? ""));
    return command === undefined
      ? []
      : [
          judge(
            resource,
            () =>
              /\w+_URL=/.test(command.command.string() ?? "") ||
              some(variables, (variable) => direct.test(variable.name() ?? "") && !isEmpty(variable)) ||
              fault(
                command.command,
                `${resource.name} migrates the database and has no variable such as DIRECT_URL, and through the pooler migrations fail.`,
              ),
          ),
        ];
  });
}

const migrates = /\bprisma\s+(?:migrate|db)\b/;
const direct = /DIRECT|UNPOOLED|NON_?POOL|MIGRAT|SESSION/;
