import type { Context } from "../framework/context.ts";
import {
  type AnyValue,
  type Fault,
  type Finding,
  fault,
  judge,
  known,
  type Resource,
  type Stack,
  unproved,
} from "../framework/index.ts";
import { isAside } from "./aside.ts";
import { deployedSources, images } from "./facts.ts";
import { deployedSlugs, publicOwner } from "./foreign-images.ts";
import { slugOf } from "./repository-slugs.ts";
import type { CodeSource, SectionHost } from "./section-host.ts";
import { applicationHosts, hosts, isAsideHost, servingHosts } from "./variables.ts";

/** Branches that production is deployed from by their name; any other has to be a setting. */
const productionBranch =
  /^(?:main|master|trunk|stable|live|default|prod(?:uction)?|releases?)(?:[/-](?!feature).+)?$/i;

/** What is wrong with the branch that production is deployed from; a missing one is another matter. */
export function branchFault(branch: AnyValue, { stage, isSupplied }: Context): Fault | undefined {
  const name = branch.string() ?? "";
  const isName = name === "" || /^[^\s~^:?*[\\]+$/.test(name);
  const isFine =
    isName && (name === "" || stage === "staging" || productionBranch.test(name) || isSupplied(name));
  return isFine
    ? undefined
    : fault(
        branch,
        `Production is deployed from the branch ${JSON.stringify(name)}, which neither its name nor a setting says is production's.`,
        "Deploy from the branch that rules protect, such as main or release/production; name another one in a setting.",
      );
}

/**
 * What is wrong with the repository that is deployed: it has to be one that a setting names, or have the owner that
 * the others of the stack have.
 */
export function repositoryFault(
  stack: Stack,
  repository: AnyValue,
  { isSupplied }: Context,
): Fault | undefined {
  const text = repository.string() ?? "";
  const slug = slugOf(text);
  const others = deployedSlugs(stack).filter((other) => other !== slug);
  const owner = slug.split("/")[0];
  const host = hostOf(text);
  if (host === undefined || !codeHosts.has(host)) {
    return isSupplied(text)
      ? undefined
      : fault(
          repository,
          `${JSON.stringify(text)} is deployed, from a code host that is not known.`,
          "Give the https URL of the organization's own repository, or name the other one in a setting.",
        );
  }
  const isNamed = (name: string) => isSupplied(name) || name === "";
  const isOfOwner = others.every((other) => other.split("/")[0] === owner);
  // Where a setting names the application's repository, another one is a mix-up although its owner is the same.
  const named = isOfOwner && applicationOf(stack, repository) ? others.find(isSupplied) : undefined;
  if (isNamed(text) || isNamed(slug) || (isOfOwner && named === undefined)) {
    return undefined;
  }
  return fault(
    repository,
    `${slug} is deployed, beside ${named ?? others.join(", ")}: no setting names it.`,
    "Deploy the organization's own repository, or name the other one in a setting.",
  );
}

const applicationOf = (stack: Stack, { resource }: AnyValue): boolean =>
  applicationHosts(stack).some((host) => host.resource === resource);

/** Hosts of code that Render and Vercel deploy from. */
const codeHosts: ReadonlySet<string> = new Set(["github.com", "gitlab.com", "bitbucket.org"]);

/** The host of a repository, that of GitHub for `owner/name`; undefined for a URL that is not encrypted. */
function hostOf(text: string): string | undefined {
  if (/^(?:[\w.-]+\/[\w./-]+)?$/.test(text)) {
    return "github.com";
  }
  const [, host] = /^(?:https:\/\/|(?:ssh:\/\/)?git@)(?:www\.)?([\w.-]+)[/:]/i.exec(text) ?? [];
  return host?.toLowerCase();
}

/** What is wrong with a branch beside those of the other hosts of the same repository: one release is one branch. */
export function otherBranchFault(stack: Stack, repository: AnyValue, branch: AnyValue): Fault | undefined {
  const own = slugOf(repository.string() ?? "");
  const name = branch.string() ?? "";
  for (const other of sources(stack)) {
    const text = known(() => other.repository.string());
    const deployed = known(() => other.branch.string()) ?? "";
    if (text === undefined || slugOf(text) !== own || own === "") {
      continue;
    }
    if (name !== "" && deployed !== "" && deployed !== name) {
      return fault(
        branch,
        `${own} is deployed from the branch ${name}, and from ${deployed} at ${other.branch.resource.name}.`,
        "Deploy every host of the application from the same branch.",
      );
    }
  }
  return undefined;
}

/** Where what serves requests is deployed from. */
function sources(stack: Stack): CodeSource[] {
  const serving = new Set(servingHosts(stack).map(({ resource }) => resource.urn));
  return deployedSources(stack).filter(({ branch }) => serving.has(branch.resource.urn));
}

/** Branches from which the hosts are built that come from the same repository. */
export function servedBranches(stack: Stack, repository: string): string[] {
  const serving = new Set(hosts(stack).map(({ resource }) => resource));
  return deployedSources(stack)
    .filter(({ branch }) => serving.has(branch.resource))
    .flatMap(({ repository: from, branch }) => {
      const name = known(() => from.string());
      const isSame = name !== undefined && (repository === name || repository.endsWith(`/${name}`));
      return isSame ? (known(() => branch.string()) ?? []) : [];
    });
}

/** What is wrong with the code that a host is built from. Throws UnknownRead. */
export function deployedFault(
  stack: Stack,
  host: Pick<SectionHost, "resource" | "sources" | "folders">,
  context: Context,
): Fault | undefined {
  for (const { repository, branch } of host.sources()) {
    const found =
      repositoryFault(stack, repository, context) ??
      branchFault(branch, context) ??
      otherBranchFault(stack, repository, branch);
    if (found !== undefined) return found;
  }
  return asideFault(stack, host, context);
}

/** Judges images that run with the application's secrets: at a public registry they have to be of an owner of the code. */
export function judgeImages(stack: Stack, { isSupplied }: Context): Finding[] {
  return images(stack).map(({ resource, image, hasSecrets }) =>
    judge(resource, () => {
      const text = image.string() ?? "";
      const owner = publicOwner(text);
      const owners = deployedSlugs(stack).map((slug) => slug.split("/")[0]);
      // Where nothing is built, no owner is known.
      const isOwn =
        [text, owner, owners[0]].some((it) => it === undefined || it === "") ||
        owners.includes(owner) ||
        isSupplied(text);
      return (
        isOwn ||
        !hasSecrets() ||
        unproved(
          image,
          `${resource.name} runs the image ${text} with the application's secrets, and nothing says that ${owner} is the organization.`,
          "Build it from the organization's own repository, or name the image in a setting.",
        )
      );
    }),
  );
}

/** Whether a host runs a pooler of connections, which is what applications connect through. Throws UnknownRead. */
export const runsPooler = (stack: Stack, host: Resource): boolean =>
  images(stack).some(
    ({ resource, image }) =>
      resource === host &&
      /(?:^|\/)(?:pg-?bouncer|pgcat|pg-?pool(?:-?ii)?|odyssey|supavisor)(?:[:@]|$)/i.test(
        image.string() ?? "",
      ),
  );

/** What an application is built from or serves that is not for production by its name. */
function asideFault(
  stack: Stack,
  { resource, folders }: Pick<SectionHost, "resource" | "folders">,
  { isSupplied }: Context,
): Fault | undefined {
  if (isAsideHost(stack)(resource)) return undefined;
  const aside = folders.find((folder) => {
    const path = folder.string() ?? "";
    return isAside(path) && !isSupplied(path);
  });
  return (
    aside &&
    fault(
      aside,
      `${resource.name} is built from or serves ${aside.string()}, which is not for production by its name.`,
    )
  );
}
