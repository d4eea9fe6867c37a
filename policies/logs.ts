import {
  fault,
  judge,
  judgeStack,
  known,
  policy,
  select,
  type Verdict,
  violation,
} from "./framework/index.ts";
import { logDrains as drainsOf } from "./model/log-drains.ts";
import { applicationHosts, type Host, servingHosts } from "./model/variables.ts";
import { isLevelName, isSilent, switchesLogOff } from "./values/log-levels.ts";
import { logLevelOf } from "./values/shell.ts";
import { shownValue } from "./values/shown-value.ts";

// Items 5.8 and 5.9. What the logs must not contain is in security-logs.ts.

export const logFormat = policy({
  name: "log-format-json",
  items: ["5.8"],
  title: "Every host must log its errors, in JSON.",
  severity: "medium",
  fix: "Set the variable LOG_FORMAT on the host to json, and LOG_LEVEL to info, warn or error.",
  check: (stack) => {
    const hosts = applicationHosts(stack);
    return hosts.length === 0
      ? [violation("No host is declared, so none logs in JSON.")]
      : hosts.flatMap((host) => [
          judge(host.resource, () => judgeFormat(host)),
          judge(host.resource, () => judgeSilence(host)),
        ]);
  },
});

function judgeSilence({ variables, commands = [] }: Host): Verdict {
  for (const variable of variables) {
    const name = known(variable.name) ?? "";
    const value = known(() => variable.value.string()) ?? "";
    if (isLevelName(name) && isSilent(value)) {
      return fault(variable.value, `${name} is ${shownValue(value)}, at which no error is logged.`);
    }
    if (switchesLogOff(name, value) || (/^LOG/i.test(name) && value.trim() === "/dev/null")) {
      return fault(variable.value, `${name} is ${shownValue(value)}, which switches the log off.`);
    }
  }
  const starts = commands
    .filter(({ when }) => when === "start")
    .map(({ command }) => ({ command, text: known(() => command.string()) ?? "" }));
  const away = starts.find(({ text }) => writesAway(text));
  if (away !== undefined) {
    return fault(
      away.command,
      "The start command sends what is logged to a file, where nothing collects it.",
      "Leave the redirection out, so that the host gets what the program prints.",
    );
  }
  const mute = starts.find(({ text }) => isSilent(logLevelOf(text) ?? ""));
  return (
    mute === undefined || fault(mute.command, "The start command sets a level at which no error is logged.")
  );
}

/** Whether the program that a command leaves running prints into a file; what runs before it may. */
function writesAway(command: string): boolean {
  const last = command.split(/&&|\|\||;|\n/).at(-1) ?? "";
  const targets = [...last.matchAll(/(?:^|\s)(?:[12]|&)?>{1,2}\|?\s*(?!&)["']?([^\s"'&|;]+)/g)].map(
    ([, file = ""]) => file,
  );
  return targets.some(
    (file) => !/^(?:\/dev\/(?:stdout|stderr|fd\/[12]|tty)|\/proc\/(?:1|self)\/fd\/[12])$/.test(file),
  );
}

export const logAggregation = policy({
  name: "log-aggregation",
  items: ["5.9"],
  title: "Logs must be sent to an aggregator.",
  severity: "low",
  level: "advisory",
  fix: "Send the logs of the hosts to an aggregator.",
  check: (stack) => [judgeStack(() => drainsOf(stack).length > 0 || "Logs are not sent to an aggregator.")],
});

export const logDrains = policy({
  name: "log-drain-every-host",
  items: ["5.9"],
  title: "If one host sends its logs to an aggregator, every host must send all of its logs there.",
  severity: "medium",
  fix: "Send all logs of every host to the aggregator.",
  check: (stack) =>
    drainsOf(stack).length === 0
      ? []
      : servingHosts(stack).map(({ resource, logs }) => judge(resource, logs)),
});

/** Switches of loggers that write lines for people, and programs that make such lines of JSON. */
const prettySwitch =
  /^(?:LOG|LOGGER|LOGGING|PINO|WINSTON|BUNYAN)_?(?:PRETTY(?:_?PRINT)?|COLOU?RI?Z?E?D?|HUMAN)$|^PRETTY_LOGS?$/;
const prettyProgram =
  /\|\s*(?:npx\s+|pnpm\s+exec\s+|yarn\s+)?(?:\S*\/)?(?:pino-pretty|pino-colada|bunyan|hjson)\b/;

function judgeFormat({ variables, commands = [] }: Host): Verdict {
  const pretty = variables.find(
    ({ name, value }) =>
      prettySwitch.test(known(name) ?? "") &&
      /^(?:1|true|yes|on)$/i.test(known(() => value.string())?.trim() ?? ""),
  );
  if (pretty !== undefined) {
    return fault(pretty.value, `${pretty.name()} is set, which writes lines for people instead of JSON.`);
  }
  const piped = commands.find(({ command }) => prettyProgram.test(known(() => command.string()) ?? ""));
  if (piped !== undefined) {
    return fault(piped.command, "The start command turns the JSON of the log into lines for people.");
  }
  const formats = select(variables, (variable) => variable.name() === "LOG_FORMAT");
  if (formats.length === 0) {
    return "LOG_FORMAT is missing, so the logger's default decides the format.";
  }
  const other = formats.find((variable) => variable.value.string()?.toLowerCase() !== "json");
  return other === undefined || fault(other.value, "LOG_FORMAT is not json.");
}
