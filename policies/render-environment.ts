import { judge, policy } from "./framework/index.ts";
import { hostEnvironments } from "./model/facts.ts";

export const renderEnvironment = policy({
  name: "render-environment",
  items: ["2.9"],
  title:
    "Every environment of production at Render must be protected, and isolated from the others' networks.",
  severity: "high",
  fix: "Set protectedStatus of the environment to protected, and networkIsolated to true.",
  url: "https://render.com/docs/projects#protected-environments",
  productionOnly: true,
  check: (stack) =>
    hostEnvironments(stack).map(({ resource, name, isProtected, isIsolated }) =>
      judge(resource, () => {
        // A project may hold other stages too, which are for their own stacks.
        if (/stag|dev|test|preview|sandbox|qa/i.test(name())) return true;
        const verdict = isProtected();
        return verdict === true ? isIsolated() : verdict;
      }),
    ),
});
