import { known, lookup, type Resource, type ResourceOf, type Stack } from "../../framework/index.ts";
import type * as args from "../../model/aws-args.ts";
import { appRunner, balancing, cloudFront, ecs, lambda, route53 } from "../../model/aws-tokens.ts";
import { fullName, isAddress } from "../../model/dns-names.ts";
import type { Domain, HostRecord } from "../../model/domain.ts";
import type { DnsZone } from "../../model/edge.ts";
import { type Issuer, readIssuer } from "../../model/issuer.ts";
import { perStack } from "../../model/per-stack.ts";

type DnsRecord = ResourceOf<args.RecordArgs>;

const targets =
  /\.(?:cloudfront\.net|elb\.amazonaws\.com(?:\.cn)?|awsapprunner\.com|on\.aws|execute-api\.[\w-]+\.amazonaws\.com|s3-website[.-][\w-]+\.amazonaws\.com)$/;

export const isTarget = (content: string): boolean => targets.test(content);

/** Names of Amazon's authority. Source: https://docs.aws.amazon.com/acm/latest/userguide/setup-caa.html */
const authorities = ["amazon.com", "amazontrust.com", "awstrust.com", "amazonaws.com"];

/** Who may issue certificates, by each text of a record. */
export function issuers(stack: Stack): Issuer[] {
  return stack
    .ofType(route53.record)
    .filter((record) => known(() => record.at("type").string()) === "CAA" && !record.at("records").isUnknown)
    .flatMap((record) =>
      record
        .at("records")
        .items()
        .map((text) => {
          const read = () => readIssuer(text.string() ?? "");
          return {
            resource: record,
            host: () => nameOf(stack, record),
            tag: () => read().tag,
            authority: () => read().authority,
            // Amazon's own does not ask by ACME, whose parameters these are.
            limits: () => (authorities.includes(read().authority) ? undefined : read().limits),
            at: text,
          };
        }),
    );
}

const zonesById = perStack((stack) => lookup(stack.ofType(route53.zone), (zone) => zone.id));

function nameOf(stack: Stack, record: DnsRecord): string | undefined {
  const zone =
    record.dependenciesOf("zoneId").find((source) => source.is(route53.zone)) ??
    zonesById(stack)(known(() => record.at("zoneId").string()) ?? "")[0];
  return fullName(record.at("name").string(), zone && known(() => zone.at("name").string()));
}

/** Aliases of distributions, domains of App Runner, and what records lead to a load balancer. */
export function domains(stack: Stack): Domain[] {
  const distributed = stack.ofType(cloudFront.distribution).flatMap((resource) => {
    const aliases = resource.at("aliases");
    const names = aliases.isUnknown ? [aliases] : aliases.items();
    return names.map(
      (name): Domain => ({
        resource,
        name,
        redirect: undefined,
        isServing: () => true,
        host: () => behind(stack, resource.dependenciesOf("origins")),
        isCdn: true,
        authorities,
        isTarget,
      }),
    );
  });
  const runners = stack.ofType(appRunner.customDomain).map(
    (resource): Domain => ({
      resource,
      name: resource.at("domainName"),
      redirect: undefined,
      isServing: () => true,
      host: () => resource.dependenciesOf("serviceArn").find((it) => it.is(appRunner.service)),
      isCdn: false,
      authorities,
      isTarget,
    }),
  );
  const balanced = stack.ofType(route53.record).flatMap((record): Domain[] => {
    const balancer = targetsOf(record).find((it) => it.is(...balancing.balancer));
    return balancer === undefined || !isAddress(known(() => record.at("type").string()))
      ? []
      : [
          {
            resource: balancer,
            name: record.at("name"),
            redirect: undefined,
            isServing: () => true,
            host: () => behind(stack, [balancer]),
            isCdn: false,
            authorities,
            isTarget,
          },
        ];
  });
  const seen = new Set<string>();
  // A record that leads to a balancer goes past the distribution that has the name as well.
  return [...balanced, ...distributed, ...runners].filter(({ name }) => {
    const text = known(() => name.string()) ?? "";
    const isNew = text === "" || !seen.has(text);
    seen.add(text);
    return isNew;
  });
}

export function records(stack: Stack): HostRecord[] {
  return stack.ofType(route53.record).flatMap((record): HostRecord[] => {
    const alias = record.at("aliases");
    const isAlias = alias.isUnknown || alias.exists;
    const texts = record.at("records");
    // Each of several answers is one that visitors get.
    const answers = isAlias
      ? [record.at("aliases", "0", "name")]
      : texts.isUnknown || texts.items().length === 0
        ? [record.at("records", "0")]
        : texts.items();
    return answers.map((content) => ({
      resource: record,
      host: () => {
        if (!isAddress(record.at("type").string())) {
          return undefined;
        }
        return nameOf(stack, record);
      },
      content,
      sources: targetsOf(record),
    }));
  });
}

const targetsOf = (record: DnsRecord): readonly Resource[] => [
  ...record.dependenciesOf("aliases"),
  ...record.dependenciesOf("records"),
];

export function dnsZones(stack: Stack): DnsZone[] {
  return stack.ofType(route53.zone).map((zone) => {
    const own = stack.ofType(route53.record).filter((record) => record.refersTo(zone, "zoneId"));
    return {
      resource: zone,
      hasIssuers: () =>
        own.some(
          (record) =>
            record.at("type").string() === "CAA" &&
            fullName(record.at("name").string(), zone.at("name").string()) === apexOf(zone) &&
            record
              .at("records")
              .strings()
              .some((text) => /^\d+\s+issue\s/i.test(text)),
        ),
      isSigned: () =>
        stack
          .ofType(route53.dnssec)
          .some(
            (dnssec) =>
              dnssec.refersTo(zone, "hostedZoneId") &&
              (dnssec.at("signingStatus").string() ?? "SIGNING") === "SIGNING",
          ) || "The zone is not signed.",
    };
  });
}

const apexOf = (zone: ResourceOf<args.HostedZoneArgs>): string =>
  (zone.at("name").string() ?? "").toLowerCase().replace(/\.$/, "");

/** What runs the program behind an origin or a load balancer. */
function behind(stack: Stack, sources: readonly Resource[]): Resource | undefined {
  const runner = sources.find((it) => it.is(appRunner.service) || it.is(lambda.function));
  if (runner !== undefined) {
    return runner;
  }
  const byUrl = sources
    .filter((it) => it.is(lambda.url))
    .flatMap((url) => url.dependencies.filter((it) => it.is(lambda.function)))[0];
  if (byUrl !== undefined) {
    return byUrl;
  }
  const balancers = sources.filter((it) => it.is(...balancing.balancer));
  const listeners = stack
    .ofType(...balancing.listener)
    .filter((listener) => balancers.some((it) => listener.refersTo(it, "loadBalancerArn")));
  const groups = listeners.flatMap((listener) =>
    listener.dependenciesOf("defaultActions").filter((it) => it.is(...balancing.targetGroup)),
  );
  return stack
    .ofType(ecs.service)
    .find((service) =>
      service.dependenciesOf("loadBalancers").some((it) => groups.some((group) => group === it)),
    );
}
