import { Secret } from "@pulumi/policy";
import { type InputLookup, pathKey, type RecordedInputs, unwrap } from "./stack.ts";

/** What the recorder needs of the arguments of a resource policy. */
interface Observed {
  readonly urn: string;
  readonly props: Readonly<Record<string, unknown>>;
}

/**
 * Keeps the inputs of every resource, for the policies that judge the stack.
 *
 * A stack policy is handed planned outputs: at preview an output that the program did not set is unknown,
 * and a dynamic resource may have none. The inputs say what the program declares, the same in each engine
 * and at each update, so they are recorded as the resources pass by.
 */
export class Recorder {
  readonly #inputs = new Map<string, RecordedInputs>();
  readonly #secretPaths = new Map<string, ReadonlySet<string>>();

  readonly lookup: InputLookup = (urn) => this.#inputs.get(urn);

  /** Records the inputs of a resource, from a resource policy. */
  record({ urn, props }: Observed): void {
    this.#inputs.set(urn, {
      inputs: withTexts(unwrap(props)),
      secretPaths: this.#secretPaths.get(urn),
    });
  }

  /**
   * Notes which inputs are secrets, from a remediation: the one place where @pulumi/policy still tells
   * (its secret.js); everywhere else it unwraps them.
   */
  noteSecrets({ urn, props }: Observed): void {
    const paths = new Set<string>();
    // In a remediation two proxies stand before the inputs, one inside the other.
    collectSecrets(unwrap(unwrap(props)), [], paths);
    this.#secretPaths.set(urn, paths);
  }
}

/**
 * The inputs with the text of each asset in its place, or with where it is read from. Pulumi gives both as promises, which
 * are kept as soon as what called the pack is done: before the stack is judged.
 */
function withTexts(value: unknown): unknown {
  if (typeof value !== "object" || value === null || !hasAsset(value)) return value;
  if (isAsset(value)) {
    const read: Record<string, string> = {};
    for (const part of ["text", "path", "uri"]) {
      const given = Reflect.get(value, part);
      if (typeof given === "string") read[part] = given;
      if (given instanceof Promise) {
        void given.then((known) => {
          read[part] = String(known);
        });
      }
    }
    return read;
  }
  return Array.isArray(value)
    ? value.map(withTexts)
    : Object.fromEntries(Object.entries(value).map(([key, child]) => [key, withTexts(child)]));
}

/** Few resources have one, and the inputs of the others are left as they are. */
function hasAsset(value: unknown): boolean {
  return (
    typeof value === "object" && value !== null && (isAsset(value) || Object.values(value).some(hasAsset))
  );
}

/** As `Asset.isInstance` of @pulumi/pulumi tells. */
const isAsset = (value: object): boolean => Reflect.get(value, "__pulumiAsset") === true;

function collectSecrets(value: unknown, path: readonly string[], paths: Set<string>): void {
  if (value instanceof Secret) {
    paths.add(pathKey(path));
  } else if (typeof value === "object" && value !== null) {
    for (const [key, child] of Object.entries(value)) {
      collectSecrets(child, [...path, key], paths);
    }
  }
}
