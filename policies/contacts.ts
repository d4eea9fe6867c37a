import { type Finding, policy, type Stack } from "./framework/index.ts";
import { judgeOutput, type OutputPath } from "./model/stack-outputs.ts";
import { isContact, isPlaceholderUrl, reachesNobody } from "./values/placeholder.ts";

// Items C.1 to C.4 with S7.5, and C.8 to C.10: what the program exports for people to find.

export const technicalLead = policy({
  name: "contact-technical-lead",
  items: ["C.1", "S7.5"],
  title: "The stack must export the address of the technical lead.",
  severity: "medium",
  fix: "Export contacts from the program, with an address as its technicalLead.",
  check: (stack) => judgeContact(stack, "technicalLead"),
});

export const devops = policy({
  name: "contact-devops",
  items: ["C.2", "S7.5"],
  title: "The stack must export the address of the contact for DevOps.",
  severity: "medium",
  fix: "Export contacts from the program, with an address as its devops.",
  check: (stack) => judgeContact(stack, "devops"),
});

export const databaseAdmin = policy({
  name: "contact-database-admin",
  items: ["C.3", "S7.5"],
  title: "The stack must export the address of the database administrator.",
  severity: "medium",
  fix: "Export contacts from the program, with an address as its databaseAdmin.",
  check: (stack) => judgeContact(stack, "databaseAdmin"),
});

export const securityContact = policy({
  name: "contact-security",
  items: ["C.4", "S7.5"],
  title: "The stack must export the address of the contact for security.",
  severity: "medium",
  fix: "Export contacts from the program, with an address as its security.",
  check: (stack) => judgeContact(stack, "security"),
});

export const monitoringDashboard = policy({
  name: "link-dashboard",
  items: ["C.8"],
  title: "The stack must export the https URL of the monitoring dashboard.",
  severity: "medium",
  fix: "Export dashboardUrl from the program.",
  check: (stack) => judgeLink(stack, "dashboardUrl"),
});

export const errorTracking = policy({
  name: "link-error-tracking",
  items: ["C.9"],
  title: "The stack must export the https URL of the error tracker.",
  severity: "medium",
  fix: "Export errorTrackingUrl from the program.",
  check: (stack) => judgeLink(stack, "errorTrackingUrl"),
});

export const statusPage = policy({
  name: "link-status-page",
  items: ["C.10"],
  title: "The stack must export the https URL of the status page.",
  severity: "medium",
  fix: "Export statusPageUrl from the program.",
  check: (stack) => judgeLink(stack, "statusPageUrl"),
});

type Contact = Extract<OutputPath, readonly ["contacts", string]>[1];
type Link = Exclude<OutputPath, readonly [string, string]>[0];

function judgeContact(stack: Stack, key: Contact): Finding[] {
  return judgeOutput(stack, ["contacts", key], (value) => {
    const address = value.string();
    if (address === undefined) {
      return `The stack does not export contacts.${key}.`;
    }
    if (!reachesNobody(address) && !isContact(address)) {
      return `contacts.${key} is ${JSON.stringify(address.slice(0, 80))}, which is not an address, number, page or channel.`;
    }
    return !reachesNobody(address) || `contacts.${key} is a placeholder, or nobody reads it.`;
  });
}

function judgeLink(stack: Stack, output: Link): Finding[] {
  return judgeOutput(stack, [output], (value) => {
    const url = value.string();
    if (url === undefined) {
      return `The stack does not export ${output}.`;
    }
    return !isPlaceholderUrl(url) || `${output} is a placeholder or not an https URL.`;
  });
}
