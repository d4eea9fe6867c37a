import * as z from "zod";
import { parseJson } from "../../lib/json.ts";
import { type Check, compare } from "../probe.ts";
import { Unknown } from "../unknown.ts";

/** Fewer lines than this show nothing. */
const leastLines = 20;

/** What runs the start command prints before the application does, and what ends nothing. */
const launcher = /^(?:\s*|> .*|==> .*)$/;

const levels = ["level", "severity", "lvl", "log.level", "loglevel"];
const messages = ["msg", "message", "event", "err", "error"];

/** Whether a line is a log entry of its own: one JSON object with a level and a message. */
export function isStructured(line: string): boolean {
  const entry = z.record(z.string(), z.unknown()).safeParse(parseJson(line));
  if (!entry.success) return false;
  const has = (names: readonly string[]) => names.some((name) => isSaid(entry.data[name]));
  const { log } = entry.data;
  const nested = typeof log === "object" && log !== null && "level" in log && isSaid(log.level);
  return (has(levels) || nested) && has(messages);
}

function isSaid(value: unknown): boolean {
  return typeof value === "number" || (typeof value === "string" && value !== "") || isFilled(value);
}

function isFilled(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length > 0;
}

/**
 * That each of the newest lines of a host is structured. The lines themselves are not shown: they may be anything.
 *
 * @throws {Unknown} `no-data`, for too few
 */
export function structuredCheck(host: string, lines: readonly string[]): Check {
  const own = lines.filter((line) => !launcher.test(line));
  if (own.length < leastLines) {
    throw new Unknown(
      "no-data",
      `${host} wrote ${own.length} lines lately, and ${leastLines} are needed to tell`,
    );
  }
  const wrong = own.filter((line) => !isStructured(line));
  return compare(`log of ${host}`, {
    expected: "one JSON object a line, with a level and a message",
    measured: `${own.length - wrong.length} of ${own.length} lines are`,
    holds: wrong.length === 0,
  });
}
