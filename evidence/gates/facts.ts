import type { Settings } from "../../config/settings.ts";
import { alertNames } from "../../metrics/alerts.ts";

/** What a stack declares and the repository's documents must name. */
export interface Facts {
  project: string;
  stack: string;
  release: string;
  /** Hosts that the platform is served by. */
  hosts: readonly string[];
  /** Addresses of the contacts. */
  contacts: readonly string[];
  /** Names of the alerts that a runbook must have a page for. */
  alerts: readonly string[];
  rtoMinutes: number;
  rpoMinutes: number;
}

export function factsOf(
  { contacts, domains, objectives, release }: Settings,
  { project, stack }: Pick<Facts, "project" | "stack">,
): Facts {
  return {
    project,
    stack,
    release,
    hosts: [domains.web, domains.api],
    contacts: [contacts.technicalLead, contacts.devops, contacts.databaseAdmin, contacts.security],
    alerts: alertNames,
    rtoMinutes: objectives.rtoMinutes,
    rpoMinutes: objectives.rpoMinutes,
  };
}
