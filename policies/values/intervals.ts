/** Values strictly or not between two bounds. */
export interface Interval {
  readonly low: number;
  readonly lowOpen: boolean;
  readonly high: number;
  readonly highOpen: boolean;
  /** A value between them that is left out. */
  readonly except?: number | undefined;
}

const everything: Interval = {
  low: Number.NEGATIVE_INFINITY,
  lowOpen: true,
  high: Number.POSITIVE_INFINITY,
  highOpen: true,
};

/** What is measured is never below 0, so that `!= 0` means above it. */
export function interval(operator: string, bound: number): Interval {
  switch (operator) {
    case ">":
      return { ...everything, low: bound };
    case ">=":
      return { ...everything, low: bound, lowOpen: false };
    case "<":
      return { ...everything, high: bound };
    case "<=":
      return { ...everything, high: bound, highOpen: false };
    case "==":
      return { low: bound, lowOpen: false, high: bound, highOpen: false };
    default:
      return bound === 0 ? { ...everything, low: 0 } : { ...everything, except: bound };
  }
}

export function intersect(one: Interval, other: Interval): Interval {
  const low = Math.max(one.low, other.low);
  const high = Math.min(one.high, other.high);
  return {
    low,
    lowOpen: (one.low === low && one.lowOpen) || (other.low === low && other.lowOpen),
    high,
    highOpen: (one.high === high && one.highOpen) || (other.high === high && other.highOpen),
    except: one.except ?? other.except,
  };
}

export function isEmpty({ low, lowOpen, high, highOpen, except }: Interval): boolean {
  return low > high || (low === high && (lowOpen || highOpen || low === except));
}

/** Whether an interval holds a value. */
export function includes({ low, lowOpen, high, highOpen, except }: Interval, value: number): boolean {
  const isAbove = value > low || (value === low && !lowOpen);
  const isBelow = value < high || (value === high && !highOpen);
  return isAbove && isBelow && value !== except;
}

/** Whether a relation holds between two numbers. */
export function holds(value: number, operator: string, bound: number): boolean {
  switch (operator) {
    case ">":
      return value > bound;
    case ">=":
      return value >= bound;
    case "<":
      return value < bound;
    case "<=":
      return value <= bound;
    case "==":
      return value === bound;
    default:
      return value !== bound;
  }
}

const mirrors = new Map([
  [">", "<"],
  [">=", "<="],
  ["<", ">"],
  ["<=", ">="],
]);
/** The operator with its sides changed. */
export const mirrored = (operator: string): string => mirrors.get(operator) ?? operator;

const opposites = new Map([
  [">", "<="],
  [">=", "<"],
  ["<", ">="],
  ["<=", ">"],
  ["==", "!="],
  ["!=", "=="],
]);
/** The operator that holds where this one does not. */
export const opposite = (operator: string): string => opposites.get(operator) ?? operator;
