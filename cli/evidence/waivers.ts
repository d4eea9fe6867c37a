import { existsSync } from "node:fs";
import { join } from "node:path";
import { readWaivers } from "../../checklist/waivers.ts";
import type { Settings } from "../../config/settings.ts";
import type { AcceptedWaiver } from "../../evidence/latest.ts";
import { readProject } from "../../project/project.ts";
import { projectFoldersIn } from "./projects.ts";

/**
 * The waivers that the settings of a stack accept at a moment, those of the projects right below it, such as
 * delivery/, among them, and what is wrong with the others.
 *
 * @throws {Failure} where a project's settings cannot be read
 */
export function acceptedWaivers(
  cwd: string,
  stack: string,
  { domains }: Pick<Settings, "domains">,
  at: Date,
): { accepted: AcceptedWaiver[]; problems: string[] } {
  const today = at.toISOString().slice(0, 10);
  const accepted: AcceptedWaiver[] = [];
  const problems: string[] = [];
  for (const folder of projectFoldersIn(cwd)) {
    if (!existsSync(join(folder, `Pulumi.${stack}.yaml`))) continue;
    const { name, config } = readProject({ cwd: folder, stack });
    const limits = { domain: domains.zone, days: config.get(`${name}:waiverDays`) };
    const read = readWaivers(config.get(`${name}:waivers`), {}, today, limits);
    accepted.push(
      ...read.policies.map(({ policy: control, until, approvedBy }) => ({
        control,
        until,
        approver: approvedBy,
      })),
      ...read.probes.map(({ probe: control, until, approvedBy }) => ({
        control,
        until,
        approver: approvedBy,
      })),
    );
    problems.push(...read.problems.map(({ found }) => (folder === cwd ? found : `${name}: ${found}`)));
  }
  return { accepted, problems };
}
