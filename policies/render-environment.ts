import type { ProjectEnvironment } from "@pulumi/render";
import { fault, judge, policy, type Value, type Verdict } from "./framework/index.ts";
import { render } from "./model/tokens.ts";

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
    stack.ofType(render.project).flatMap((project) => {
      const environments = project.at("environments");
      return environments.isUnknown
        ? [{ answer: "unknown" as const, value: environments }]
        : environments
            .entries()
            .map(([key, environment]) => judge(project, () => judgeIsolation(key, environment)));
    }),
});

function judgeIsolation(key: string, environment: Value<ProjectEnvironment>): Verdict {
  const name = environment.at("name").string() ?? key;
  // A project may hold other stages too, which are for their own stacks.
  if (/stag|dev|test|preview|sandbox|qa/i.test(name)) return true;
  const status = environment.at("protectedStatus");
  if (status.string() !== "protected") {
    return fault(
      status,
      `Every member of the workspace may change the environment ${name} and read its secrets.`,
    );
  }
  const isolated = environment.at("networkIsolated");
  return (
    isolated.boolean() === true ||
    fault(isolated, `Services of other environments reach those of ${name} by its private network.`)
  );
}
