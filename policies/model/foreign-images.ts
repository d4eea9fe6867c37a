import { known, type Resource, type Stack } from "../framework/index.ts";
import { deployedSources, images } from "./facts.ts";
import { perStack } from "./per-stack.ts";
import { slugOf } from "./repository-slugs.ts";

/** Repositories that the stack deploys, as `owner/name` in lower case. */
export const deployedSlugs: (stack: Stack) => readonly string[] = perStack((stack) => {
  const texts = deployedSources(stack).flatMap(({ repository }) => known(() => repository.string()) ?? []);
  return [...new Set(texts.map(slugOf))];
});

/**
 * Whether a host runs a program of somebody else's, such as a search engine: an image that a public registry has from
 * another owner than the stack's code, without the secrets of the application. No push of the organization changes it.
 */
export const runsForeignImage: (stack: Stack) => (host: Resource) => boolean = perStack((stack) => {
  const owners = deployedSlugs(stack).map((slug) => slug.split("/")[0]);
  const foreign = new Set(
    images(stack).flatMap(({ resource, image, hasSecrets }) => {
      const owner = known(() => publicOwner(image.string() ?? ""));
      const isOthers = owner !== undefined && owner !== "" && owners.length > 0 && !owners.includes(owner);
      return isOthers && known(hasSecrets) === false ? [resource] : [];
    }),
  );
  return (host) => foreign.has(host);
});

/** Who puts images into a registry that anybody may use; undefined for a registry of one's own. */
export function publicOwner(image: string): string | undefined {
  const [, registry = "docker.io", path = ""] =
    /^(?:https?:\/\/)?(?:([\w-]+(?:\.[\w-]+)+(?::\d+)?)\/)?([^@:]*)/i.exec(image) ?? [];
  const owner = path.split("/").at(-2)?.toLowerCase();
  return publicRegistries.has(registry.toLowerCase()) ? (owner ?? (path === "" ? "" : "library")) : undefined;
}

const publicRegistries: ReadonlySet<string> = new Set([
  "docker.io",
  "index.docker.io",
  "registry.hub.docker.com",
  "ghcr.io",
  "quay.io",
  "public.ecr.aws",
]);
