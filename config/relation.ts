/** A setting that was read, and its value. */
export interface Read {
  readonly path: string;
  readonly value: string | number | boolean;
}

/**
 * How surely a value was made from a setting's: 4 the same text, 3 the same number or a text that contains it,
 * 2 the same in another unit or a switch, 1 a switch in words, 0 not.
 */
export function relationOf(value: Read["value"], setting: Read["value"]): number {
  if (typeof value === "string") {
    if (typeof setting === "string") {
      if (value === setting) return setting.length > 1 ? 4 : 2;
      return setting.length > 3 && value.length < longestText && value.includes(setting) ? 3 : 0;
    }
    if (typeof setting === "number") {
      return value.length < longestText && numbersIn(value).some((number) => relationOf(number, setting) > 0)
        ? 2
        : 0;
    }
    return switches.get(value.toLowerCase()) === setting ? 1 : 0;
  }
  if (typeof value === "number" && typeof setting === "number") {
    if (value === setting) return 3;
    return value !== 0 &&
      setting !== 0 &&
      units.some((unit) => value === setting * unit || setting === value * unit)
      ? 2
      : 0;
  }
  return typeof value === "boolean" && value === setting ? 2 : 0;
}

/** Characters of a text that is looked into: of a dashboard, no value says where it came from. */
const longestText = 2000;

const switches = new Map([
  ["on", true],
  ["true", true],
  ["enabled", true],
  ["off", false],
  ["false", false],
  ["disabled", false],
]);

/** Seconds, minutes, hours and days among each other, milliseconds, percent, kibibytes. */
const units = [60, 3600, 86_400, 1440, 24, 7, 1000, 60_000, 100, 1024];

function numbersIn(text: string): readonly number[] {
  return remembered(numbers, text, () =>
    [...text.matchAll(/\d+(?:\.\d+)?/g)].map(([digits]) => Number(digits)),
  );
}

const numbers = new Map<string, readonly number[]>();
const words = new Map<string, ReadonlySet<string>>();
/** Texts of which what they hold is remembered: each is compared with every setting. */
const mostRemembered = 5000;

function remembered<T>(known: Map<string, T>, text: string, find: () => T): T {
  const found = known.get(text);
  if (found !== undefined) return found;
  if (known.size >= mostRemembered) known.clear();
  const fresh = find();
  known.set(text, fresh);
  return fresh;
}

/**
 * How much the words of a text and of a setting's path have in common: 2 a word of its last name, 1 of the one
 * before, 0 none. `edge-min-tls-version` and `edge.minTlsVersion` have 2.
 */
export function commonWords(text: string, path: string): 0 | 1 | 2 {
  const spoken = [...wordsOf(text)];
  const [last = "", before = ""] = path
    .replaceAll(/\[\d+\]/g, "")
    .split(".")
    .reverse();
  const isThere = (name: string): boolean =>
    [...wordsOf(name)].some((word) => spoken.some((other) => isSameWord(word, other)));
  return isThere(last) ? 2 : isThere(before) ? 1 : 0;
}

/** `pool` and `pooler` are about the same. */
function isSameWord(one: string, other: string): boolean {
  if (one === other) return true;
  const [short, long] = one.length < other.length ? [one, other] : [other, one];
  return short.length > 3 && long.length - short.length <= 3 && long.startsWith(short);
}

function wordsOf(text: string): ReadonlySet<string> {
  return remembered(words, text, () => {
    const spaced = text.replaceAll(/([a-z\d])([A-Z])/g, "$1 $2").toLowerCase();
    return new Set(
      spaced
        .split(/[^a-z\d]+/)
        .filter((word) => word.length > 2 && !common.has(word))
        .map((word) => word.replace(/s$/, "")),
    );
  });
}

/** Words that say nothing of what a setting is about. */
const common = new Set(
  "name value type enabled list the and not default setting settings edge stack must every".split(" "),
);
