/** An integer that pack configuration may tighten, but not loosen beyond the checklist's figure. */
export interface ThresholdDefinition {
  readonly description: string;
  /** The checklist's figure, or the vendor's. */
  readonly default: number;
  readonly minimum?: number;
  readonly maximum?: number;
}

export type ThresholdDefinitions = Readonly<Record<string, ThresholdDefinition>>;

/** Gives the figure to judge by, from its name. */
export type Threshold<T extends ThresholdDefinitions> = (name: keyof T & string) => number;

/** The configured figures, each within its bounds; the default where one is missing or out of bounds. */
export function configuredThreshold<T extends ThresholdDefinitions>(
  definitions: T | undefined,
  configuration: Readonly<Record<string, unknown>>,
): Threshold<T> {
  return (name) => {
    const { default: standard, minimum, maximum } = definitions?.[name] ?? missing(name);
    const configured = configuration[name];
    const usable =
      typeof configured === "number" &&
      Number.isInteger(configured) &&
      configured >= (minimum ?? Number.NEGATIVE_INFINITY) &&
      configured <= (maximum ?? Number.POSITIVE_INFINITY);
    return usable ? configured : standard;
  };
}

function missing(name: string): never {
  throw new RangeError(`The policy has no threshold ${name}.`);
}
