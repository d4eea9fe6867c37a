import type { ProjectArgs } from "@pulumi/supabase";
import { planHas, planTitle } from "../../../config/plans.ts";
import type { Context } from "../../framework/context.ts";
import {
  type Finding,
  fault,
  judge,
  type ResourceOf,
  type Stack,
  type Verdict,
} from "../../framework/index.ts";
import { supabase } from "../../model/tokens.ts";

/** A paid organization starts at micro: https://supabase.com/docs/guides/platform/compute-and-disk */
function judgeSmallest(project: ResourceOf<ProjectArgs>, { plans }: Context): Verdict {
  const size = project.at("instanceSize");
  return (
    size.string() !== "nano" ||
    !planHas("supabase", plans.supabase ?? "", "pro") ||
    fault(
      size,
      `${project.name} has the compute size nano, which Supabase rejects on the plan ${planTitle("supabase", plans.supabase ?? "")}: set database.computeSize to micro or larger.`,
    )
  );
}

export const judgeComputeSizes = (stack: Stack, context: Context): Finding[] =>
  stack.ofType(supabase.project).map((project) => judge(project, () => judgeSmallest(project, context)));
