import type { ItemId } from "../checklist/items.ts";
import { policy } from "./framework/index.ts";
import { judgeOutput } from "./model/stack-outputs.ts";
import { isPlaceholder, isPlaceholderUrl } from "./values/placeholder.ts";

// Items C.1 to C.4 with S7.5, and C.8 to C.10: what the program exports for people to find.

export const technicalLead = contact("contact-technical-lead", "C.1", "technicalLead", "The technical lead");
export const devops = contact("contact-devops", "C.2", "devops", "The contact for DevOps");
export const databaseAdmin = contact(
  "contact-database-admin",
  "C.3",
  "databaseAdmin",
  "The database administrator",
);
export const securityContact = contact("contact-security", "C.4", "security", "The contact for security");

export const monitoringDashboard = link("link-dashboard", "C.8", "dashboardUrl", "the monitoring dashboard");
export const errorTracking = link("link-error-tracking", "C.9", "errorTrackingUrl", "error tracking");
export const statusPage = link("link-status-page", "C.10", "statusPageUrl", "the status page");

function contact(name: string, item: ItemId, key: string, who: string) {
  return policy({
    name,
    items: [item, "S7.5"],
    title: `${who} is exported by the stack, by an address that is no placeholder.`,
    severity: "medium",
    fix: `Export contacts from the program, with an address as its ${key}.`,
    check: (stack) =>
      judgeOutput(stack, ["contacts", key], (value) => {
        const address = value.string();
        if (address === undefined) {
          return `The stack exports no contacts.${key}.`;
        }
        return !isPlaceholder(address) || `${who} is a placeholder: contacts.${key}.`;
      }),
  });
}

function link(name: string, item: ItemId, output: string, what: string) {
  return policy({
    name,
    items: [item],
    title: `The stack exports the https URL of ${what}.`,
    severity: "medium",
    fix: `Export ${output} from the program.`,
    check: (stack) =>
      judgeOutput(stack, [output], (value) => {
        const url = value.string();
        if (url === undefined) {
          return `The stack does not export ${output}.`;
        }
        return !isPlaceholderUrl(url) || `${output} is a placeholder or no https URL.`;
      }),
  });
}
