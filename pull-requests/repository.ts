import type { GitHub } from "../vendors/github.ts";

/** The repository that a workflow runs in, and the access to it. */
export interface Repository {
  readonly api: GitHub;
  /** `owner/name` */
  readonly name: string;
}

/** A path of the repository in GitHub's API, such as `/pulls`. */
export function inRepository({ name }: Pick<Repository, "name">, path: string): string {
  return `/repos/${name}${path}`;
}
