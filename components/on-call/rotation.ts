import type * as pulumi from "@pulumi/pulumi";
import type { Settings } from "../../config/settings.ts";

/** One layer of a schedule. It covers all hours: it has no restriction and no end. */
export interface RotationLayer {
  readonly name: string;
  /** RFC 3339 with the offset of the time zone. */
  readonly start: string;
  readonly rotationVirtualStart: string;
  readonly rotationTurnLengthSeconds: number;
  readonly users: pulumi.Input<string>[];
}

/**
 * The rotation of a level: the people in turn, each for the same number of days, without a gap. Level N starts
 * with the person N places further on, so that two levels are different people.
 */
export function rotation(
  onCall: Pick<Settings["onCall"], "start" | "handoffHour" | "timeZone" | "rotationDays">,
  people: readonly pulumi.Input<string>[],
  level: number,
): RotationLayer {
  const start = zonedStart(onCall.start, onCall.handoffHour, onCall.timeZone);
  const first = level % Math.max(people.length, 1);
  return {
    name: "Everyone in turn",
    start,
    rotationVirtualStart: start,
    rotationTurnLengthSeconds: onCall.rotationDays * 86_400,
    users: [...people.slice(first), ...people.slice(0, first)],
  };
}

/** An hour of a day in a time zone, in RFC 3339 with the offset that applies there at that time. */
export function zonedStart(day: string, hour: number, timeZone: string): string {
  const local = `${day}T${String(hour).padStart(2, "0")}:00:00`;
  // The offset at the same time of day in UTC is right, except within hours of a clock change.
  const guess = offsetMinutes(Date.parse(`${local}Z`), timeZone);
  const offset = offsetMinutes(Date.parse(`${local}Z`) - guess * 60_000, timeZone);
  const absolute = Math.abs(offset);
  const two = (part: number) => String(part).padStart(2, "0");
  const sign = offset < 0 ? "-" : "+";
  return `${local}${sign}${two(Math.floor(absolute / 60))}:${two(absolute % 60)}`;
}

/** How many minutes a time zone is ahead of UTC at an instant. */
function offsetMinutes(instant: number, timeZone: string): number {
  const format = new Intl.DateTimeFormat("en", { timeZone, timeZoneName: "longOffset" });
  const name = format.formatToParts(instant).find(({ type }) => type === "timeZoneName")?.value ?? "";
  const [, sign, hours = "0", minutes = "0"] = /^GMT(?:([+-])(\d\d):(\d\d))?/.exec(name) ?? [];
  return (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}
