import { sameCommit } from "../../lib/commit.ts";
import { readReport } from "../report/markdown.ts";
import type { Facts } from "./facts.ts";
import type { Gate, GateFinding, Repository } from "./gate.ts";

const paths = ["PLATFORM_AUDIT_REPORT.md", "docs/PLATFORM_AUDIT_REPORT.md"];

/** What may change after the report was written: the report itself, other pages, and evidence. */
const besides = [
  ":(exclude,glob)**/*.md",
  ":(exclude,top)docs",
  ":(exclude,top)records",
  // Records by their names, whatever the folder is called.
  ":(exclude,glob)**/20*T*Z-*.json",
];

/** Item C.7: the report of this stack and release says that nothing but itself is in the way, of what is there now. */
export const auditReport: Gate = {
  kind: "docs",
  name: "platform-audit-report",
  title: "PLATFORM_AUDIT_REPORT.md must be the report of this stack's release, and say that it may go live.",
  items: ["C.7"],
  fix: "Write PLATFORM_AUDIT_REPORT.md with npx optropic report --output PLATFORM_AUDIT_REPORT.md as soon as nothing else is in the way, with --phase deploy before a first deployment, and commit it.",
  async check(repository) {
    const contents = await Promise.all(
      paths.map(async (path) => ({ path, content: (await repository.file(path)) ?? "" })),
    );
    const found = contents.find(({ content }) => content.trim() !== "");
    if (found === undefined) return { state: "does-not-hold", summary: `There is no ${paths.join(" or ")}` };
    const { path, content } = found;
    const report = readReport(content);
    if (report === undefined) {
      return { state: "does-not-hold", summary: `${path} is not a report that this command wrote`, path };
    }
    const fault = faultOf(report, repository.facts) ?? (await staleness(report.commit, repository));
    if (fault === undefined) return { state: "holds", summary: `${path} is there and current`, path };
    return typeof fault === "string" ? { state: "does-not-hold", summary: `${path} ${fault}`, path } : fault;
  },
};

type Report = NonNullable<ReturnType<typeof readReport>>;

function faultOf({ decision, subject, blocking }: Report, facts: Facts): string | undefined {
  const wanted = `${facts.project}/${facts.stack} ${facts.release}`;
  if (subject !== wanted) return `is about ${subject}, not about ${wanted}`;
  const others = blocking.filter((id) => id !== "C.7");
  if (decision === "go" || (blocking.length > 0 && others.length === 0)) return undefined;
  return `says no-go${others.length === 0 ? "" : `: ${others.slice(0, 5).join(", ")} ${others.length === 1 ? "is" : "are"} in the way`}`;
}

/** Why a report says nothing of what is there now: something else than pages was changed since. */
async function staleness(
  commit: string | undefined,
  { git }: Repository,
): Promise<string | GateFinding | undefined> {
  if (commit === undefined) return "names no commit";
  const full = await git(["rev-parse", "--verify", "--end-of-options", `${commit}^{commit}`]);
  if (full === undefined || !sameCommit(full, commit)) {
    return { state: "unknown", summary: `The commit ${commit} of the report is not here: fetch the history` };
  }
  if ((await git(["merge-base", "--is-ancestor", full, "HEAD"])) === undefined)
    return `is about the commit ${commit}, which this one does not build on`;
  const changed = await git(["diff", "--name-only", "--no-renames", full, "HEAD", "--", ":/", ...besides]);
  if (changed === undefined)
    return { state: "unknown", summary: "Git cannot compare with the report's commit" };
  return changed === ""
    ? undefined
    : `is about the commit ${commit}, and ${changed.split("\n")[0]} was changed since`;
}
