import { type AnyValue, type Fault, fault, unproved } from "../framework/index.ts";

/** Files that start work, say who approves, or are read before any of it. */
const decisive: readonly (readonly [RegExp, string])[] = [
  [/^\.github\/(?:workflows|actions)\//i, "runs with the rights of the repository's workflows"],
  [/(?:^|\/)action\.ya?ml$/i, "runs with the rights of the repository's workflows"],
  [/^(?:\.github\/|docs\/)?CODEOWNERS$/i, "says who has to approve changes"],
  [/^(?:\.husky|\.git|\.devcontainer)\//i, "runs on the machines of those who work on the code"],
];

/** Files that people read, and those by which dependencies are updated through pull requests. */
const harmless: readonly RegExp[] = [
  /\.(?:md|mdx|txt|svg|png)$/i,
  /^(?:LICENSE|COPYING|NOTICE)$/i,
  /^\.github\/(?:ISSUE_TEMPLATE|PULL_REQUEST_TEMPLATE|DISCUSSION_TEMPLATE)\//i,
  /^\.github\/(?:FUNDING|release|labeler|stale)\.ya?ml$/i,
  /^(?:\.gitignore|\.gitattributes|\.editorconfig)$/,
  /^(?:(?:\.github\/|\.gitlab\/)?(?:renovate\.json5?|\.renovaterc(?:\.json5?)?)|\.github\/dependabot\.ya?ml)$/,
];

/** What is wrong with a file that a resource writes into a repository. Throws UnknownRead. */
export function fileFault(path: AnyValue): Fault | undefined {
  const text = (path.string() ?? "").replace(/^\.?\//, "");
  const [, does] = decisive.find(([form]) => form.test(text)) ?? [];
  if (does !== undefined) {
    return fault(path, `${path.resource.name} writes ${text}, which ${does}, without a review.`);
  }
  return harmless.some((form) => form.test(text))
    ? undefined
    : unproved(
        path,
        `${path.resource.name} writes ${text} into the repository without a review.`,
        "Change the file by a pull request; where nothing runs what is in it, waive this policy for the resource.",
      );
}
