/** What an application names the level of its logger, and what its loggers name it; agents and tools have their own. */
const levelName =
  /^(?:(?:PINO|WINSTON|BUNYAN|LOG4JS|LOGURU|NEST(?:JS)?|FASTIFY|STRAPI|MEDUSA|DIRECTUS|ROOT|DEFAULT|CONSOLE|STDOUT|NODE|APP|APPLICATION|API|SERVER|SERVICE|BACKEND|WEB|LOGGER|LOGGING)_)?LOG(?:GER|GING)?_?(?:LEVEL|LVL|SEVERITY)$|^(?:PINO|WINSTON|BUNYAN|LOG4JS|LOGGER|LOGGING)_LEVEL$/;

export const isLevelName = (name: string): boolean => levelName.test(name);

/** Levels above errors, at which a program that fails says nothing. */
const silent: ReadonlySet<string> = new Set([
  "silent",
  "none",
  "off",
  "false",
  "disable",
  "disabled",
  "quiet",
  "fatal",
  "panic",
  "crit",
  "critical",
  "emerg",
  "alert",
]);

/** Levels at which requests and their data are logged. */
const loud: ReadonlySet<string> = new Set(["trace", "debug", "verbose", "silly", "all", "finest", "data"]);

/** Pino and Bunyan number errors 50 and debug output 20. */
const numbers = { error: 50, debug: 20 };

/** Whether an error is not logged at a level. */
export function isSilent(level: string): boolean {
  const text = level.trim().toLowerCase();
  return silent.has(text) || (/^\d{2,}$/.test(text) && Number(text) > numbers.error) || text === "infinity";
}

/** Whether debug output is logged at a level. */
export function isLoud(level: string): boolean {
  const text = level.trim().toLowerCase();
  return loud.has(text) || (/^\d{2}$/.test(text) && Number(text) <= numbers.debug);
}

const logger =
  "(?:LOG|LOGS|LOGGER|LOGGING|PINO|WINSTON|BUNYAN|STDOUT_LOGS?|CONSOLE_LOGS?|APP_LOGS?|SERVER_LOGS?)";
const onSwitch = new RegExp(`^(?:ENABLE_)?${logger}(?:_ENABLED?)?$`);
const offSwitch = new RegExp(
  `^(?:(?:DISABLE|NO|MUTE|SILENCE)_${logger}|${logger}_(?:DISABLED?|SILENT|OFF|MUTED?))$`,
);

/** Whether a variable switches the logger off. */
export function switchesLogOff(name: string, value: string): boolean {
  const text = value.trim().toLowerCase();
  return (
    (onSwitch.test(name) && /^(?:0|false|no|off|none|disabled|silent)$/.test(text)) ||
    (offSwitch.test(name) && /^(?:1|true|yes|on)$/.test(text))
  );
}
