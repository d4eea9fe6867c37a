import type * as ve from "@pulumi/vercel";
import {
  type AnyValue,
  known,
  type ResourceOf,
  type Stack,
  select,
  some,
  type Value,
  type Verdict,
} from "../framework/index.ts";
import {
  type Adapter,
  type Location,
  type Recipient,
  type SecretReaders,
  textsOf,
} from "../model/adapter.ts";
import { fullName, isAddress } from "../model/dns-names.ts";
import type { Domain, HostRecord } from "../model/domain.ts";
import type { DnsZone } from "../model/edge.ts";
import type { Host, StageVariable, Variable } from "../model/host.ts";
import { type Issuer, readIssuer } from "../model/issuer.ts";
import { belongsTo, candidatesBy, ownerOf } from "../model/links.ts";
import { judgePlain } from "../model/plain-places.ts";
import { vercel } from "../model/tokens.ts";
import { corsAnswers } from "./vercel/cors.ts";
import { leadsElsewhere } from "./vercel/domains.ts";
import { fixes } from "./vercel/fixes.ts";
import { redirects } from "./vercel/redirects.ts";
import { section } from "./vercel/section.ts";
import { resourceTypes } from "./vercel/types.ts";
import { judgeFirewallTimes, judgeRedirectStatus, judgeVariableTargets } from "./vercel/values.ts";

const targets =
  /\.vercel-dns(?:-\d+)?\.com$|\.vercel\.app$|^76\.76\.21\.\d+$|^(?:64\.29\.17|216\.150\.(?:1|16))\.\d+$/;

const isTarget = (content: string): boolean => targets.test(content);

export const vercelAdapter: Adapter = {
  givenNames: (stack) =>
    stack
      .ofType(vercel.project)
      .flatMap((it) => known(() => textsOf(it.at("name"))) ?? [])
      .map((name) => `${name.toLowerCase()}.vercel.app`),
  packages: ["vercel"],
  types: resourceTypes,
  isPlatform: (type) => type === vercel.project,
  fixes,
  isReplaced: true,
  corsAnswers,
  hosts,
  variables: (stack) => [
    ...stack
      .ofType(vercel.variable, vercel.sharedVariable)
      .map((it) => toVariable(it.at().as<Entry>(), anyone)),
    ...stack.ofType(vercel.variables).flatMap((it) => severalVariables(it, anyone)),
    ...stack.ofType(vercel.project).flatMap((it) => projectVariables(it, anyone)),
  ],
  stageVariables,
  secretReaders: edgeItems,
  domains,
  rejects: {
    firewalls: judgeFirewallTimes,
    redirects: judgeRedirectStatus,
    variables: judgeVariableTargets,
  },
  records,
  redirects,
  issuers: (stack) =>
    stack
      .ofType(vercel.dnsRecord)
      .filter((record) => known(() => record.at("type").string()) === "CAA")
      .map((record): Issuer => {
        const read = () => readIssuer(record.at("value").string() ?? "");
        return {
          resource: record,
          host: () => fullName(record.at("name").string() ?? "", record.at("domain").string()),
          tag: () => read().tag,
          authority: () => read().authority,
          limits: () => read().limits,
          at: record.at("value"),
        };
      }),
  recipients,
  section,
  otherCommands: (stack) => stack.ofType(vercel.project).map((project) => project.at("ignoreCommand")),
  sources: (stack) =>
    stack.ofType(vercel.project).map((project) => ({
      repository: project.at("gitRepository", "repo"),
      branch: project.at("gitRepository", "productionBranch"),
    })),
  dnsZones,
  locations: (stack) =>
    stack.ofType(vercel.project).map(
      (resource): Location => ({
        resource,
        regions: () => [
          ...resource.at("resourceConfig", "functionDefaultRegions").strings(),
          ...textsOf(resource.at("serverlessFunctionRegion")),
        ],
      }),
    ),
  logDrains: (stack) => stack.ofType(vercel.logDrain),
  isTarget,
  isOwnName: (host) => host.endsWith(".vercel.app"),
};

/** Projects that variables are given to. */
function recipients(stack: Stack): Recipient[] {
  const single = stack.ofType(vercel.variable, vercel.variables, vercel.sharedVariableLink);
  const shared = stack.ofType(vercel.sharedVariable);
  return [
    ...single.map((one) => one.at("projectId")),
    ...shared.flatMap((one) => {
      const list = one.at("projectIds");
      return list.isUnknown ? [] : list.items();
    }),
  ].map((id) => ({ id, hosts: stack.ofType(vercel.project), noun: "project" }));
}

const anyone = () => true;

/** Vercel's variables, in a resource of their own, among several or in the project's. */
type Entry =
  | ve.ProjectEnvironmentVariableArgs
  | ve.SharedEnvironmentVariableArgs
  | ve.types.input.ProjectEnvironmentVariablesVariable
  | ve.types.input.ProjectEnvironment;

function hosts(stack: Stack): Host[] {
  const single = candidatesBy(stack.ofType(vercel.variable), "projectId");
  const several = candidatesBy(stack.ofType(vercel.variables), "projectId");
  const shared = candidatesBy(stack.ofType(vercel.sharedVariable), "projectIds");
  const links = candidatesBy(stack.ofType(vercel.sharedVariableLink), "projectId");
  const answering = candidatesBy(stack.ofType(vercel.domain), "projectId");
  return stack.ofType(vercel.project).map((project) => {
    const linked = links(project).flatMap((link) =>
      link
        .dependenciesOf("sharedEnvironmentVariableId")
        .filter((variable) => variable.is(vercel.sharedVariable))
        .map((variable) =>
          toVariable(variable.at().as<Entry>(), () => belongsTo(link, "projectId", project)),
        ),
    );
    return {
      resource: project,
      kind: "pages" as const,
      variables: [
        ...single(project).map((it) =>
          toVariable(it.at().as<Entry>(), () => belongsTo(it, "projectId", project)),
        ),
        ...several(project).flatMap((it) => severalVariables(it, () => belongsTo(it, "projectId", project))),
        ...shared(project).map((it) =>
          toVariable(it.at().as<Entry>(), () => belongsTo(it, "projectIds", project)),
        ),
        ...linked,
        ...projectVariables(project, () => true),
      ],
      commands: (["buildCommand", "installCommand"] as const).map((property) => ({
        when: "build" as const,
        command: project.at(property),
      })),
      framework: project.at("framework"),
      labels: () => [project.name, ...textsOf(project.at("name")), ...textsOf(project.at("framework"))],
      domains: answering(project)
        .filter((domain) => known(() => leadsElsewhere(domain)) !== true)
        .map((domain) => domain.at("domain")),
      facesPublic: true,
      logs: () => judgeDrains(stack, project),
    };
  });
}

function severalVariables(
  resource: ResourceOf<ve.ProjectEnvironmentVariablesArgs>,
  belongs: () => boolean,
): Variable[] {
  const list = resource.at("variables");
  return list.isUnknown
    ? [{ resource, name: () => list.string(), value: list, hiding: hidden(list, list) }]
    : list.items().map((entry) => toVariable(entry.as<Entry>(), belongs));
}

function projectVariables(project: ResourceOf<ve.ProjectArgs>, belongs: () => boolean): Variable[] {
  const list = project.at("environments");
  return list.isUnknown
    ? [{ resource: project, name: () => list.string(), value: list, hiding: hidden(list, list) }]
    : list.items().map((entry) => toVariable(entry.as<Entry>(), belongs));
}

/** To ask an unknown list for a name is to ask for the unknown. */
const hidden = (key: Value, own: Value) => ({ key, switch: own, otherStages: () => [] });

function toVariable(entry: Value<Entry>, belongs: () => boolean): Variable {
  return {
    resource: entry.resource,
    name: () =>
      belongs() && entry.at("targets").strings().includes("production")
        ? entry.at("key").string()
        : undefined,
    value: entry.at("value"),
    writeOnly: entry.at("valueWo"),
    hiding: {
      key: entry.at("key"),
      switch: entry.at("sensitive"),
      otherStages: () => {
        const given = entry.at("targets").strings();
        return [
          ...(given.includes("preview") ? ["previews"] : []),
          ...(given.includes("development") ? ["development"] : []),
          ...customEnvironments(entry),
        ];
      },
    },
  };
}

/** Environments of a project's own, by whatever ids: each of them is another than production. */
function customEnvironments(entry: Value<Entry>): string[] {
  const ids = entry.at("customEnvironmentIds");
  const { resource } = entry;
  if (resource.is(vercel.sharedVariable) && resource.at("applyToAllCustomEnvironments").boolean() === true) {
    return ["every custom environment"];
  }
  if (ids.isUnknown && resource.sourcesOf(ids).some((source) => source.is(vercel.customEnvironment))) {
    return ["a custom environment"];
  }
  return ids.items().map((id) => (id.isUnknown ? "a custom environment" : `the environment ${id.string()}`));
}

/** Variables that production does not have. */
const elsewhere = (entry: Value<Entry>): StageVariable => ({
  resource: entry.resource,
  name: () =>
    entry.at("targets").strings().includes("production") ? undefined : (entry.at("key").string() ?? ""),
  value: entry.at("value"),
  stages: () => [
    ...entry
      .at("targets")
      .strings()
      .map((target) => (target === "preview" ? "previews" : target)),
    ...customEnvironments(entry),
  ],
});

function stageVariables(stack: Stack): StageVariable[] {
  const lists = [
    ...stack.ofType(vercel.variables).map((it) => it.at("variables")),
    ...stack.ofType(vercel.project).map((it) => it.at("environments")),
  ];
  return [
    ...stack.ofType(vercel.variable, vercel.sharedVariable).map((it) => elsewhere(it.at().as<Entry>())),
    ...lists.flatMap((list) =>
      list.isUnknown
        ? [{ resource: list.resource, name: () => list.string(), value: list, stages: () => ["previews"] }]
        : list.items().map((it) => elsewhere(it.as<Entry>())),
    ),
    ...stack.ofType(vercel.deployment).flatMap((deployment) => {
      const given = deployment.at("environment");
      // All of it is unknown where a part is, since the provider's package makes it a secret.
      const entries: (readonly [string, AnyValue])[] = given.isUnknown
        ? [["environment", given]]
        : given.entries();
      return entries.map(([name, value]) => ({
        resource: deployment,
        name: () => (deployment.at("production").boolean() === true ? undefined : name),
        value,
        stages: () => ["a preview"],
      }));
    }),
  ];
}

/** Edge Config is for what may be read: whoever has a token for reading, or may see the project, has all of it. */
function edgeItems(stack: Stack): SecretReaders[] {
  return stack.ofType(vercel.edgeConfigItem).map((item) => ({
    resource: item,
    verdict: () => {
      const text = item.at("value");
      const isText = text.isUnknown || text.exists;
      const json: AnyValue = item.at("valueJson");
      // A number or a switch tells of a secret, and is none.
      if (!isText && known(() => json.number() ?? json.boolean()) !== undefined) return true;
      return judgePlain(
        item.at("key").string() ?? "",
        isText ? text : json,
        "an Edge Config shows it to whoever may see the project or has a token for reading",
        "Use a vercel.ProjectEnvironmentVariable that is sensitive in place of the item.",
      );
    },
  }));
}

function domains(stack: Stack): Domain[] {
  return stack.ofType(vercel.domain).map((resource) => ({
    resource,
    name: resource.at("domain"),
    redirect: resource.at("redirect"),
    // A domain that redirects, or that shows a preview, is not a site of its own.
    isServing: () => !leadsElsewhere(resource),
    host: () => ownerOf(stack, resource, "projectId", vercel.project),
    isCdn: true,
    authorities: ["letsencrypt.org"],
    // https://vercel.com/docs/domains/working-with-ssl
    challengePaths: ["/.well-known/acme-challenge/", "/.well-known/vercel/"],
    isTarget,
  }));
}

function records(stack: Stack): HostRecord[] {
  return stack.ofType(vercel.dnsRecord).map((resource) => ({
    resource,
    host: () =>
      isAddress(resource.at("type").string())
        ? fullName(resource.at("name").string() ?? "", resource.at("domain").string())
        : undefined,
    content: resource.at("value"),
    sources: resource.dependenciesOf("value"),
  }));
}

/** What Vercel has the DNS of: it signs no zone. */
function dnsZones(stack: Stack): DnsZone[] {
  const byName = Map.groupBy(
    stack.ofType(vercel.dnsRecord),
    (record) => known(() => record.at("domain").string()) ?? "",
  );
  return [...byName.values()].flatMap((own) => {
    const [first] = own;
    return first === undefined
      ? []
      : [
          {
            resource: first,
            hasIssuers: () => some(own, isCaa),
            isSigned: () => "Vercel signs no zone: its DNS has no DNSSEC.",
          },
        ];
  });
}

function isCaa(record: ResourceOf<ve.DnsRecordArgs>): boolean {
  return (
    record.at("type").string() === "CAA" &&
    ["", "@"].includes(record.at("name").string() ?? "") &&
    /^\d+\s+issue\s/i.test(record.at("value").string() ?? "")
  );
}

function judgeDrains(stack: Stack, project: ResourceOf<ve.ProjectArgs>): Verdict {
  const own = select(stack.ofType(vercel.logDrain), (drain) => isFor(drain, project));
  if (own.length === 0) {
    return `${project.name} does not send its logs to an aggregator.`;
  }
  return some(own, takesAll) || `${project.name} sends only some of its logs.`;
}

/** A drain that names no project is for all projects of the team. */
function isFor(drain: ResourceOf<ve.LogDrainArgs>, project: ResourceOf<ve.ProjectArgs>): boolean {
  const projects = drain.at("projectIds");
  const isOfTeam = !projects.isUnknown && projects.items().length === 0;
  return (
    drain.at("environments").strings().includes("production") &&
    (isOfTeam || belongsTo(drain, "projectIds", project))
  );
}

/** The application's code logs to `lambda` or, at the edge, to `edge`. */
function takesAll(drain: ResourceOf<ve.LogDrainArgs>): boolean {
  const sources = drain.at("sources").strings();
  const endpoint = drain.at("endpoint").isUnknown ? "https:" : (drain.at("endpoint").string() ?? "");
  return (
    (drain.at("samplingRate").number() ?? 1) === 1 &&
    ["lambda", "edge"].every((source) => sources.includes(source)) &&
    endpoint.startsWith("https:")
  );
}
