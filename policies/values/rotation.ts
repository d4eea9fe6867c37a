import { type CoverageLayer, layerSpans, type Span } from "./coverage.ts";

/** A layer of a schedule in which people take turns. */
export interface RotationLayer extends CoverageLayer {
  /** Who they are, in their order. */
  readonly people: readonly string[];
  /** When the turn of the first of them begins, in milliseconds since 1970. */
  readonly begins: number;
  readonly turnSeconds: number;
}

/** Who is called at an instant, in milliseconds since 1970. */
export type Roster = (instant: number) => ReadonlySet<string>;

const hour = 3_600_000;
/** Turns of a month, for three people and more. */
const days = 120;

/** Whom a schedule calls in a time: of layers that overlap the first one, or with `isLast` the last. */
export function rosterOf(
  layers: readonly RotationLayer[],
  timeZone: string,
  within: Span,
  isLast: boolean,
): Roster {
  const read = layers.map((layer) => ({ layer, spans: layerSpans(layer, timeZone, within) }));
  const ordered = isLast ? read.toReversed() : read;
  return (instant) => {
    const top = ordered.find(({ spans }) => spans.some(({ from, to }) => from <= instant && instant < to));
    const person = top && personAt(top.layer, instant);
    return new Set(person === undefined ? [] : [person]);
  };
}

function personAt({ people, begins, turnSeconds }: RotationLayer, instant: number): string | undefined {
  const turn = Math.floor((instant - begins) / (turnSeconds * 1000));
  return people.at(turn % people.length);
}

/** The time over which rosters are compared, from an instant on. */
export const compared = (from: number): Span => ({ from, to: from + days * 24 * hour });

/** The share of a time in which the second calls nobody but whom the first has called. */
export function shareOfSame(first: Roster, second: Roster, { from, to }: Span): number {
  let same = 0;
  let all = 0;
  for (let instant = from; instant < to; instant += 3 * hour) {
    const [before, after] = [first(instant), second(instant)];
    if (before.size === 0 || after.size === 0) continue;
    all++;
    if (after.isSubsetOf(before)) same++;
  }
  return all === 0 ? 0 : same / all;
}
