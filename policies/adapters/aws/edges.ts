import {
  type AnyValue,
  type Fault,
  fault,
  known,
  type Resource,
  type ResourceOf,
  type Stack,
  unproved,
  type Value,
  type Verdict,
} from "../../framework/index.ts";
import type * as args from "../../model/aws-args.ts";
import { acm, balancing, cloudFront } from "../../model/aws-tokens.ts";
import type { Edge, Header } from "../../model/edge.ts";
import type { SampleRequest } from "../../values/sample-request.ts";
import { headersIn } from "./headers.ts";
import { aclOf, limitsOf, managedFault } from "./waf.ts";

type Distribution = ResourceOf<args.DistributionArgs>;
type Balancer = ResourceOf<args.BalancerArgs>;
type Listener = ResourceOf<args.ListenerArgs>;
type Behavior = Value<args.CacheBehavior>;

/** Distributions, and the load balancers that visitors reach without one. */
export function edges(stack: Stack): Edge[] {
  const distributions = stack.ofType(cloudFront.distribution);
  const hidden = new Set<Resource>(distributions.flatMap((one) => one.dependenciesOf("origins")));
  const balancers = stack
    .ofType(...balancing.balancer)
    .filter(
      (one) =>
        !hidden.has(one) &&
        isOpenToAll(one) &&
        known(() => one.at("loadBalancerType").string() ?? "application") === "application",
    );
  return [
    ...distributions.map((one) => toDistribution(stack, one)),
    ...balancers.map((one) => toBalancer(stack, one)),
  ];
}

function toDistribution(stack: Stack, one: Distribution): Edge {
  const aliases = one.at("aliases");
  const certificate = one.at("viewerCertificate");
  const behaviors = () => [one.at("defaultCacheBehavior"), ...one.at("orderedCacheBehaviors").items()];
  const everywhere = (test: (behavior: Behavior) => Verdict): Verdict =>
    behaviors()
      .map(test)
      .find((verdict) => verdict !== true) ?? true;
  // One of a region acts on nothing at the edge: CloudFront refuses it.
  const globalAcl = (): ResourceOf<args.WebAclArgs> | undefined => {
    const acl = aclOf(stack, one);
    return acl?.at("scope").string() === "REGIONAL" ? undefined : acl;
  };
  // Whoever finds its name reaches a load balancer past the distribution.
  const behind = (judge: (listeners: readonly Listener[]) => Fault | undefined): Verdict =>
    balancersBehind(one)
      .filter(isOpenToAll)
      .map((balancer) => judge(listenersOf(stack, balancer)))
      .find((fault) => fault !== undefined) ?? true;
  return {
    resource: one,
    names: aliases.isUnknown ? [aliases] : aliases.items(),
    redirectsHttp: () => {
      const verdict = everywhere((behavior) => {
        const protocol = behavior.at("viewerProtocolPolicy");
        return (
          ["redirect-to-https", "https-only"].includes(protocol.string() ?? "") ||
          fault(protocol, `${one.name} answers plain http at ${pathOf(behavior)}.`)
        );
      });
      return verdict === true ? behind(openFault) : verdict;
    },
    minimumTls: () => {
      const version = certificate.at("minimumProtocolVersion");
      return /^TLSv1\.[23]/.test(version.string() ?? "TLSv1")
        ? behind(laxFault)
        : fault(version, `The minimum TLS version of ${one.name} is ${version.string() ?? "TLSv1"}.`);
    },
    certificate: () =>
      (isThere(certificate.at("acmCertificateArn")) && coverage(one)) ||
      isThere(certificate.at("iamCertificateId")) ||
      fault(certificate, `${one.name} has no certificate for its aliases.`),
    originTls: () => {
      const lax = one
        .at("origins")
        .items()
        .map((origin) => origin.at("customOriginConfig", "originProtocolPolicy"))
        .find((policy) => !policy.isUnknown && policy.exists && policy.string() !== "https-only");
      return lax === undefined || fault(lax, `${one.name} connects to an origin with plain http.`);
    },
    diverts: () => divertedBy(one, behaviors()) ?? fakedBy(stack, one),
    header: (name, request) => headersOf(stack, one, name, request),
    headerPaths: () =>
      one
        .at("orderedCacheBehaviors")
        .items()
        .map((behavior) => (behavior.at("pathPattern").string() ?? "").replace(/\*.*$/, "")),
    limits: () => limitsOf(globalAcl()),
    managedRules: () => managedFault(globalAcl()),
    caching: () => everywhere((behavior) => judgeCaching(behavior)),
    keepsAssets: () => keepsAssets(stack, one),
    compresses: () =>
      everywhere((behavior) => {
        const compress = behavior.at("compress");
        return (
          compress.boolean() === true || fault(compress, `${one.name} does not compress ${pathOf(behavior)}.`)
        );
      }),
    http2: () => {
      const version = one.at("httpVersion");
      return version.string() !== "http1.1" || fault(version, `${one.name} speaks only HTTP/1.1.`);
    },
  };
}

/** CloudFront takes only a certificate that has each alias, as it is or by a wildcard of one label. */
function coverage(one: Distribution): Verdict {
  const own = one.dependenciesOf("viewerCertificate").filter((it) => it.is(acm.certificate));
  const names = own.flatMap((it) => [
    it.at("domainName").string() ?? "",
    ...it.at("subjectAlternativeNames").strings(),
  ]);
  const bare = one
    .at("aliases")
    .items()
    .find((alias) => {
      const host = alias.string() ?? "";
      return !names.some((name) => name === host || name === host.replace(/^[^.]+/, "*"));
    });
  return (
    own.length === 0 ||
    bare === undefined ||
    fault(one.at("viewerCertificate"), `The certificate of ${one.name} is not for ${bare.string()}.`)
  );
}

/** What keeps visitors from the answers of what is behind, or may change these after every rule. */
function divertedBy(one: Distribution, behaviors: readonly Behavior[]): Fault | undefined {
  const enabled = one.at("enabled");
  if (enabled.boolean() === false)
    return fault(
      enabled,
      `the distribution ${one.name} is switched off`,
      "Set enabled of the distribution to true.",
    );
  for (const behavior of behaviors) {
    for (const list of ["lambdaFunctionAssociations", "functionAssociations"] as const) {
      const after = behavior
        .at(list)
        .items()
        .find((it) => /-response$/.test(it.at("eventType").string() ?? ""));
      if (after !== undefined) {
        return unproved(
          after,
          `a function of ${one.name} may change what is answered at ${pathOf(behavior)}, its headers too`,
          "Let a ResponseHeadersPolicy set the headers, and remove the function from responses; where it has to stay, waive this policy for the host.",
        );
      }
    }
  }
  return undefined;
}

/** A rule of a load balancer that answers by itself as if all were well. */
function fakedBy(stack: Stack, one: Distribution): Fault | undefined {
  const listeners = balancersBehind(one).flatMap((balancer) => listenersOf(stack, balancer));
  for (const rule of stack.ofType(...balancing.rule)) {
    const isOther = rule.dependenciesOf("listenerArn").length > 0;
    if (isOther && !listeners.some((listener) => rule.refersTo(listener, "listenerArn"))) continue;
    const fixed = rule
      .at("actions")
      .items()
      .map((action) => action.at("fixedResponse", "statusCode"))
      .find((status) => /^2/.test(status.string() ?? ""));
    if (fixed !== undefined) {
      return fault(
        fixed,
        `the rule ${rule.name} answers ${fixed.string()} in the place of its host`,
        "Let the rule of the listener forward to a target group, or answer with an error.",
      );
    }
  }
  return undefined;
}

const pathOf = (behavior: Behavior): string => behavior.at("pathPattern").string() ?? "/";
const isThere = (value: AnyValue): boolean => value.isUnknown || Boolean(value.string());

/** The behavior of a path: the first whose pattern takes it, else the default. */
function behaviorFor(one: Distribution, { path, isOpenEnded }: SampleRequest): Behavior[] {
  const ordered = one.at("orderedCacheBehaviors").items();
  const own = ordered.find((behavior) => patternOf(behavior).test(path));
  const others = isOpenEnded ? ordered : [];
  return own === undefined ? [one.at("defaultCacheBehavior"), ...others] : [own];
}

function patternOf(behavior: Behavior): RegExp {
  const form = (behavior.at("pathPattern").string() ?? "")
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^/?${form.replace(/^\//, "")}$`);
}

function headersOf(stack: Stack, one: Distribution, name: string, request: SampleRequest): Header[] {
  return behaviorFor(one, request).flatMap((behavior) => {
    const policies = stack.ofType(cloudFront.headers);
    const id = behavior.at("responseHeadersPolicyId");
    if (!id.isUnknown && !id.exists) {
      return [undefined];
    }
    // Ids are unknown before the update: then it is one of those that the behavior is made from.
    const made = one.sourcesOf(behavior).filter((it) => it.is(cloudFront.headers));
    const text = id.isUnknown ? undefined : id.string();
    const own = text === undefined ? made : policies.filter((policy) => policy.id === text);
    return own.length === 0 ? [undefined] : own.flatMap((policy) => headersIn(policy, name));
  });
}

/** What Amazon calls CachingDisabled, and the policy that leaves all to the origin's headers. */
const cachesNothing: ReadonlySet<string> = new Set([
  "4135ea2d-6df8-44a3-9df3-4b5a84be39ad",
  "83da9c7e-98b4-4e11-a168-04f0df8e2c65",
  "4cc15a8a-d715-48a4-82b8-cc0b614638fe",
]);

/** Files of a site that are the same for every visitor. */
const files =
  /^\/?(?:static|assets|_next|_nuxt|_astro|_app|images?|img|media|fonts|favicon|robots|public)|\.(?:\*|js|css|png|jpe?g|svg|ico|webp|woff2?)$/i;

/** A policy that keeps answers for a time of its own may show a page of one visitor to another. */
function judgeCaching(behavior: Behavior): Verdict {
  const path = pathOf(behavior);
  if (files.test(path)) {
    return true;
  }
  const id = behavior.at("cachePolicyId");
  const least = behavior.at("minTtl").number() ?? 0;
  if (least > 0) {
    return fault(
      behavior.at("minTtl"),
      `Pages at ${path} are kept for ${least} seconds, whatever their host says.`,
    );
  }
  const text = id.isUnknown ? undefined : id.string();
  return (
    text === undefined ||
    cachesNothing.has(text) ||
    fault(
      id,
      `Pages at ${path} have a cache policy that keeps them: use CachingDisabled, and another for files.`,
    )
  );
}

/** CachingOptimized of Amazon's keeps for a day unless the origin says otherwise, up to a year. */
function keepsAssets(stack: Stack, one: Distribution): Verdict {
  const own = one
    .at("orderedCacheBehaviors")
    .items()
    .filter((behavior) => files.test(pathOf(behavior)));
  if (own.length === 0) {
    return `${one.name} has no behavior for files whose name contains the hash of their content.`;
  }
  const year = 31_536_000;
  const keeps = own.some((behavior) => {
    const id = behavior.at("cachePolicyId");
    const text = id.isUnknown ? undefined : id.string();
    const policies = stack
      .ofType(cloudFront.cachePolicy)
      .filter((policy) =>
        text === undefined
          ? one.dependenciesOf("orderedCacheBehaviors").includes(policy)
          : policy.id === text,
      );
    return (
      text === "658327ea-f89d-4fab-a63d-7e88639e58f6" ||
      policies.some((policy) => (policy.at("maxTtl").number() ?? year) >= year)
    );
  });
  return keeps || `${one.name} does not keep such files for a year.`;
}

const balancersBehind = (distribution: Distribution): Balancer[] =>
  distribution.dependenciesOf("origins").filter((it) => it.is(...balancing.balancer));

const isOpenToAll = (balancer: Balancer): boolean => known(() => balancer.at("internal").boolean()) !== true;

const listenersOf = (stack: Stack, balancer: Balancer): Listener[] =>
  stack.ofType(...balancing.listener).filter((listener) => listener.refersTo(balancer, "loadBalancerArn"));

const isEncrypted = (listener: Listener): boolean => listener.at("protocol").string() === "HTTPS";

/** A listener that answers plain http with anything but a redirect to https. */
function openFault(listeners: readonly Listener[]): Fault | undefined {
  const open = listeners.find(
    (listener) =>
      !isEncrypted(listener) &&
      listener
        .at("defaultActions")
        .items()
        .some(
          (action) =>
            action.at("type").string() !== "redirect" ||
            (action.at("redirect", "protocol").string() ?? "") !== "HTTPS",
        ),
  );
  return open && fault(open.at("defaultActions"), `The listener ${open.name} answers plain http.`);
}

/** A listener that takes versions of TLS before 1.2. */
function laxFault(listeners: readonly Listener[]): Fault | undefined {
  const lax = listeners
    .filter(isEncrypted)
    .find(
      (it) =>
        !/^ELBSecurityPolicy-(?:TLS13-1-[23]|TLS-1-2|FS-1-2|.*-PQ-)/.test(
          it.at("sslPolicy").string() ?? "",
        ) || /TLS13-1-[01]/.test(it.at("sslPolicy").string() ?? ""),
    );
  return lax && fault(lax.at("sslPolicy"), `The listener ${lax.name} accepts TLS versions below 1.2.`);
}

function toBalancer(stack: Stack, one: Balancer): Edge {
  const listeners = () => listenersOf(stack, one);
  const encrypted = () => listeners().filter(isEncrypted);
  const none = `${one.name} has no listener for https.`;
  return {
    resource: one,
    names: [],
    redirectsHttp: () => openFault(listeners()) ?? (encrypted().length > 0 || none),
    minimumTls: () => laxFault(listeners()) ?? (encrypted().length > 0 || none),
    certificate: () => {
      const bare = encrypted().find((it) => !isThere(it.at("certificateArn")));
      return bare === undefined
        ? encrypted().length > 0 || none
        : fault(bare.at("certificateArn"), `The listener ${bare.name} has no certificate.`);
    },
    originTls: () => true,
    limits: () => limitsOf(aclOf(stack, one)),
    managedRules: () => managedFault(aclOf(stack, one)),
    caching: () => true,
    keepsAssets: () => `${one.name} caches nothing: put a distribution in front of it.`,
    compresses: () => true,
    http2: () => {
      const http2 = one.at("enableHttp2");
      return http2.boolean() !== false || fault(http2, `${one.name} speaks only HTTP/1.1.`);
    },
  };
}
