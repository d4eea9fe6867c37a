import * as z from "zod";

const moment = z.iso.datetime();

/** What was measured over time, for a chart: values in even steps, `null` where there are none. */
export const samplesSchema = z.strictObject({
  /** What is shown, such as "Error rate". */
  title: z.string().min(1).max(200),
  unit: z.string().max(40),
  /** The objective that it must stay below, where there is one. */
  limit: z.number().optional(),
  from: moment,
  to: moment,
  values: z.array(z.number().nullable()).min(1).max(240),
});

export type Samples = z.infer<typeof samplesSchema>;

/** How many values a chart of samples has. */
const steps = 60;

/** The greatest value of each of the even steps between two moments: what is worst must not be smoothed away. */
export function sampled(
  points: readonly (readonly [at: number, value: number])[],
  { from, to }: { from: Date; to: Date },
): (number | null)[] {
  const values: (number | null)[] = Array.from({ length: steps }, () => null);
  const span = Math.max(1, to.getTime() - from.getTime());
  for (const [at, value] of points) {
    if (!Number.isFinite(value)) continue;
    const index = Math.min(steps - 1, Math.max(0, Math.floor(((at - from.getTime()) / span) * steps)));
    values[index] = Math.max(values[index] ?? value, value);
  }
  return values;
}
