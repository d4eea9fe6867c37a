import { policy, violation } from "./framework/index.ts";
import { isSwitch, switchesOff } from "./model/protection-switches.ts";
import { applicationHosts, judgeVariables } from "./model/variables.ts";
import { shownValue } from "./values/shown-value.ts";

export const protectionsOn = policy({
  name: "protections-on",
  items: ["4.3", "4.4", "4.5", "4.6", "4.10", "5.1", "5.4"],
  title: "No variable may switch off what the checklist asks of the application.",
  severity: "critical",
  fix: "Remove the variable, or let it say that the protection is on.",
  check: (stack) =>
    applicationHosts(stack).length === 0
      ? [violation("No host of the application is declared, so whether its protections are on is not known.")]
      : judgeVariables(
          stack,
          isSwitch,
          (value, name) =>
            !switchesOff(name, value) ||
            `${name} is ${shownValue(value)}, which switches off what the checklist asks for.`,
        ),
});
