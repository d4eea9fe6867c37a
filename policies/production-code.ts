import { type Finding, judge, policy, type Stack } from "./framework/index.ts";
import { otherJobs } from "./model/backups.ts";
import { branchFault, judgeImages, repositoryFault } from "./model/deployed-code.ts";
import { deployedSources } from "./model/facts.ts";
import type { CodeSource } from "./model/section-host.ts";
import { sectionHosts } from "./model/sections.ts";

// Items 1.5 and 7R.5: what nobody reviewed is not run, and what was reviewed is. Hosts at Vercel and Render have policies
// of their own, and so has the backup.

export const productionCode = policy({
  name: "production-code-own",
  items: ["1.5", "7R.5"],
  title:
    "Workers, jobs and services must run the organization's own code, as the branch of production has it today.",
  severity: "critical",
  fix: "Build it from the organization's own repository and from a branch that rules protect, or name the other one in a setting.",
  check: (stack, _threshold, context) => [
    ...otherSources(stack).map(
      ({ repository, branch, isStatic, isDeployed }): Finding =>
        judge(
          repository.resource,
          () =>
            repositoryFault(stack, repository, context) ??
            (isStatic === true ? undefined : branchFault(branch, context)) ??
            isDeployed?.() ??
            true,
        ),
    ),
    ...judgeImages(stack, context),
  ],
});

function otherSources(stack: Stack): CodeSource[] {
  const judged = sectionHosts(stack);
  return [
    ...deployedSources(stack).filter(({ repository }) => !judged.has(repository.resource)),
    ...otherJobs(stack).flatMap(({ sources }) => sources?.() ?? []),
  ];
}
