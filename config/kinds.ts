import { BlockList, isIP } from "node:net";
import { Cron } from "croner";
import * as z from "zod";

/**
 * Text of a known form. `expected` completes the sentence "expected …" in a refusal and is the type shown
 * in docs/settings.md; `maximum` is in characters and is checked first, so that no pattern meets a long text.
 */
export function text(expected: string, maximum: number, form: RegExp | ((value: string) => boolean)) {
  const error = expected;
  const bounded = z.string({ error }).max(maximum, { error, abort: true });
  const formed = form instanceof RegExp ? bounded.regex(form, { error }) : bounded.refine(form, { error });
  return formed.meta({ expected });
}

/** A whole number between two bounds, both allowed. */
export function whole(minimum: number, maximum: number) {
  const expected = `a whole number from ${minimum} to ${maximum}`;
  const error = expected;
  return z.int({ error }).min(minimum, { error }).max(maximum, { error }).meta({ expected });
}

/** A number between two bounds, both allowed, fractions too. */
export function decimal(minimum: number, maximum: number) {
  const expected = `a number from ${minimum} to ${maximum}`;
  const error = expected;
  return z.number({ error }).min(minimum, { error }).max(maximum, { error }).meta({ expected });
}

/** A list of at most so many, of which no two have the same name. */
export function distinct<Schema extends z.ZodType>(
  item: Schema,
  maximum: number,
  nameOf: (item: z.output<Schema>) => string,
) {
  return z
    .array(item)
    .max(maximum)
    .refine((items) => new Set(items.map(nameOf)).size === items.length, {
      error: "a list without duplicates",
    });
}

/** Printable text on one line. */
export const line = text("text on one line, 1 to 500 characters", 500, /^[^\p{C}\p{Zl}\p{Zp}]+$/u);

/** What a vendor calls an account, organisation or team. */
export const identifier = text("1 to 100 letters, digits, dashes, underscores", 100, /^[\w-]+$/);

/** A word that is changed to make something happen again. */
export const word = text("1 to 64 letters, digits, dots, dashes, underscores", 64, /^[\w.-]+$/);

/** Host name in lower case, without a final dot (RFC 1123); the last label is a name, so no address fits. */
export const hostname = text(
  "a lower-case host name such as app.example.com",
  253,
  /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{1,59})$/,
);

export const emailAddress = text("an e-mail address", 200, z.regexes.email);

/** Name of a branch (git check-ref-format), without the signs that a shell or a pattern would act on. */
export const branchName = text("a branch name", 200, /^(?!.*(?:\.\.|\/\/|@\{|\.lock$|[/.]$))\w[\w./+#@-]*$/);

/** Path of a URL (RFC 3986), without quotes and backslashes, since it is put into rule expressions. */
export const urlPath = text(
  "an absolute path such as /api/health",
  200,
  /^\/(?:[\w.~!$&()*+,;=:@/-]|%[0-9A-F]{2})*$/i,
);

/** Absolute http or https URL without credentials, query or fragment. */
export const url = text("a URL such as https://app.example.com", 300, (value) => {
  const parsed = parseUrl(value);
  return parsed !== undefined && isPlain(parsed) && parsed.username === "" && parsed.password === "";
});

/** Origin of a browser's request (RFC 6454), or `*` for all of them. */
export const origin = text("an origin such as https://app.example.com, or *", 300, (value) => {
  return value === "*" || parseUrl(value)?.origin === value;
});

/** Absolute https URL without credentials, query or fragment. */
export const httpsUrl = text("a URL such as https://app.example.com", 300, (value) => {
  const parsed = parseUrl(value);
  return parsed !== undefined && parsed.protocol === "https:" && isPlain(parsed) && parsed.username === "";
});

/** What a vendor puts into a URL for an account, organisation or team. */
export const slug = text(
  "1 to 63 lower-case letters, digits and dashes",
  63,
  /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/,
);

/** A number that names something, which is text since it is not counted with. */
export const digits = text("a number in quotes, 1 to 18 digits", 18, /^[1-9]\d*$/);

/** Host and port, as a syslog endpoint over TLS is written. */
export const hostAndPort = text("a host and a port such as logs.example.com:6514", 259, (value) => {
  const [host = "", port = "", ...rest] = value.split(":");
  return (
    rest.length === 0 &&
    /^[1-9]\d{0,4}$/.test(port) &&
    Number(port) <= 65_535 &&
    hostname.safeParse(host).success
  );
});

/** Name of a Slack channel. */
export const slackChannel = text("a Slack channel such as #alerts", 81, /^#[a-z0-9][a-z0-9_-]*$/);

/** Time of the day by the 24-hour clock. */
export const timeOfDay = text("a time such as 03:00", 5, /^(?:[01]\d|2[0-3]):[0-5]\d$/);

/** A day of the calendar (ISO 8601). */
export const dateOnly = text("a day such as 2026-01-05", 10, (value) => {
  return /^\d{4}-\d{2}-\d{2}$/.test(value) && !Number.isNaN(Date.parse(value)) && isoDay(value) === value;
});

/** Name of a time zone (IANA), such as Europe/Berlin. */
export const timeZone = text("a time zone such as Europe/Berlin", 64, (value) => {
  if (!/^[A-Z][\w+-]*(?:\/[\w+-]+)*$/.test(value)) return false;
  try {
    return new Intl.DateTimeFormat("en", { timeZone: value }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
});

/** Network by prefix (RFC 4632). Supabase refuses private ones (RFC 1918, RFC 4193). */
export const publicNetwork = text("a public network such as 203.0.113.0/24", 49, (value) => {
  const family = z.cidrv4().safeParse(value).success ? "ipv4" : "ipv6";
  if (family === "ipv6" && !z.cidrv6().safeParse(value).success) return false;
  return !privateNetworks.check(value.slice(0, value.indexOf("/")), family);
});

export const ipAddress = text("an IP address", 45, (value) => isIP(value) !== 0);

/**
 * Times by cron's five fields, in UTC, that come some day. Digits only, and no step without a range: not every
 * vendor takes a name, and `5/10` means different times to different ones.
 */
export const cronSchedule = text("five cron fields in digits, such as 15 2 * * *", 100, (value) => {
  if (!/^[\d*,/-]+(?: [\d*,/-]+){4}$/.test(value) || /\d{3}/.test(value)) return false;
  try {
    return new Cron(value, { mode: "5-part", timezone: "UTC", paused: true }).nextRun() !== null;
  } catch {
    return false;
  }
});

const privateNetworks = new BlockList();
privateNetworks.addSubnet("10.0.0.0", 8, "ipv4");
privateNetworks.addSubnet("172.16.0.0", 12, "ipv4");
privateNetworks.addSubnet("192.168.0.0", 16, "ipv4");
privateNetworks.addSubnet("fc00::", 7, "ipv6");

/** The URL, where the value is one as it stands: the URL parser drops blanks and folds what it can. */
function parseUrl(value: string): URL | undefined {
  if (!/^https?:\/\/[^\s\\]+$/.test(value)) return undefined;
  return URL.parse(value) ?? undefined;
}

/** The day that a text is read as: Date takes 31 February for 3 March. */
function isoDay(value: string): string {
  return new Date(value).toISOString().slice(0, 10);
}

function isPlain(value: URL): boolean {
  return value.search === "" && value.hash === "";
}

/** Most days that a waiver may last: the pack takes 90 without the setting, and never more than 180. */
export const waiverDaysSchema = whole(1, 180)
  .default(90)
  .meta({ description: "Most days that a waiver may last, from the day on which it is judged." });
