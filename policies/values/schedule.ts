const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const weekdays = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

interface Field {
  readonly least: number;
  readonly most: number;
  readonly names?: readonly string[];
}

const minute: Field = { least: 0, most: 59 };
const hour: Field = { least: 0, most: 23 };
const dayOfMonth: Field = { least: 1, most: 31 };
const month: Field = { least: 1, most: 12, names: ["", ...months] };
const dayOfWeek: Field = { least: 0, most: 7, names: weekdays };

const macros = new Map([
  ["@daily", "0 0 * * *"],
  ["@midnight", "0 0 * * *"],
  ["@hourly", "0 * * * *"],
  ["@weekly", "0 0 * * 0"],
  ["@monthly", "0 0 1 * *"],
  ["@yearly", "0 0 1 1 *"],
  ["@annually", "0 0 1 1 *"],
]);

/**
 * Whether a cron schedule runs on every day (item 8.2 and, for a backup to exist at all, 3.2); undefined when
 * it is no cron schedule: five fields as in crontab(5), with names, lists, ranges and steps, or a macro such
 * as `@daily`.
 */
export function runsDaily(schedule: string): boolean | undefined {
  const text = schedule.trim().toLowerCase();
  const fields = (macros.get(text) ?? text).split(/\s+/);
  const [minuteText = "", hourText = "", dayText = "", monthText = "", weekdayText = ""] = fields;
  const times = [parseField(minuteText, minute), parseField(hourText, hour)];
  const days = parseField(dayText, dayOfMonth);
  const inMonths = parseField(monthText, month);
  const onWeekdays = parseField(weekdayText, dayOfWeek);
  if (fields.length !== 5 || times.includes(undefined)) return undefined;
  if (days === undefined || inMonths === undefined || onWeekdays === undefined) return undefined;
  if (onWeekdays.has(7)) onWeekdays.add(0);

  const everyMonth = size(inMonths, month) === 12;
  const everyDate = size(days, dayOfMonth) === 31;
  const everyWeekday = [0, 1, 2, 3, 4, 5, 6].every((day) => onWeekdays.has(day));
  // crontab(5): with both day fields restricted either is enough, with one of them `*` both must match.
  const eitherDay = !dayText.startsWith("*") && !weekdayText.startsWith("*");
  const everyDay = eitherDay ? everyDate || everyWeekday : everyDate && everyWeekday;
  return everyMonth && everyDay;
}

const size = (values: ReadonlySet<number>, { least, most }: Field): number =>
  [...values].filter((value) => value >= least && value <= most).length;

function parseField(text: string, field: Field): Set<number> | undefined {
  const values = new Set<number>();
  for (const part of text.split(",")) {
    const range = parseRange(part, field);
    if (range === undefined) return undefined;
    for (let value = range.from; value <= range.to; value += range.step) values.add(value);
  }
  return values;
}

function parseRange(part: string, field: Field): { from: number; to: number; step: number } | undefined {
  const match = /^(\*|(\w+)(?:-(\w+))?)(?:\/(\d{1,3}))?$/.exec(part);
  if (match === null) return undefined;
  const [, , first, last, stepText] = match;
  const step = stepText === undefined ? 1 : Number(stepText);
  const from = first === undefined ? field.least : parseValue(first, field);
  let to = last === undefined ? from : parseValue(last, field);
  // `*`, and `5/10` (from 5 on), run to the end of the field.
  if (first === undefined || (last === undefined && stepText !== undefined)) to = field.most;
  if (step === 0 || from === undefined || to === undefined || from > to) return undefined;
  return { from, to, step };
}

function parseValue(text: string, { least, most, names }: Field): number | undefined {
  const value = /^\d{1,2}$/.test(text) ? Number(text) : (names?.indexOf(text) ?? -1);
  return value >= least && value <= most ? value : undefined;
}
