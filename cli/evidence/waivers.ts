import { existsSync } from "node:fs";
import { join } from "node:path";
import { readWaivers } from "../../checklist/waivers.ts";
import type { Settings } from "../../config/settings.ts";
import type { AcceptedWaiver } from "../../evidence/latest.ts";
import { readProject } from "../../project/project.ts";
import { projectFoldersIn } from "./projects.ts";

/**
 * The waivers that the settings of a stack accept at a moment, and those of the projects right below it, such as
 * delivery/.
 *
 * @throws {Failure} where a project's settings cannot be read
 */
export function acceptedWaivers(
  cwd: string,
  stack: string,
  { domains }: Pick<Settings, "domains">,
  at: Date,
): AcceptedWaiver[] {
  const today = at.toISOString().slice(0, 10);
  return projectFoldersIn(cwd)
    .filter((folder) => existsSync(join(folder, `Pulumi.${stack}.yaml`)))
    .flatMap((folder) => {
      const { name, config } = readProject({ cwd: folder, stack });
      const limits = { domain: domains.zone, days: config.get(`${name}:waiverDays`) };
      const { policies, probes } = readWaivers(config.get(`${name}:waivers`), {}, today, limits);
      return [
        ...policies.map(({ policy, until, approvedBy }) => ({
          control: policy,
          until,
          approver: approvedBy,
        })),
        ...probes.map(({ probe, until, approvedBy }) => ({ control: probe, until, approver: approvedBy })),
      ];
    });
}
