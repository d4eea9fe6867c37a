import { generatedSecretNames } from "../config/generated-secrets.ts";
import type { Outputs } from "./outputs.ts";
import { type Check, compare, probe, unknownCheck } from "./probe.ts";
import { Unknown } from "./unknown.ts";

/** What a fingerprint looks like: 128 bits and more, so that two alike are no accident. */
const fingerprint = /^[0-9a-f]{32,128}$/;

export const secretsDiffer = probe({
  name: "secrets-differ",
  items: ["2.10"],
  title: "No secret of the stack may be that of another stack, by their fingerprints.",
  needs: ["outputs"],
  settings: ["secrets.rotation"],
  measure: async (context) => {
    const own = fingerprintsOf(context.outputs);
    if (own === undefined) {
      const message = `The stack has no output secretFingerprints with all of ${generatedSecretNames.join(", ")}`;
      throw new Unknown("no-data", message);
    }
    const others = await context.otherOutputs();
    if (others.size === 0) throw new Unknown("no-data", "The project has no other stack to compare with");
    context.record(
      JSON.stringify([context.outputs, ...others.values()].map((each) => each?.secretFingerprints)),
    );
    return [...others].flatMap(([stack, outputs]): Check[] => {
      const theirs = outputs && fingerprintsOf(outputs);
      if (theirs === undefined) {
        const message = `The fingerprints of the stack ${stack} are not known: pass its outputs with --outputs-of ${stack}=FILE`;
        return [unknownCheck(`secrets of ${stack}`, new Unknown("no-data", message))];
      }
      // Under whatever name: JWT_SECRET must not be the other's SECRET_KEY either.
      const names = new Map([...theirs].map(([name, value]) => [value, name]));
      return [...own].map(([name, value]) => {
        const same = names.get(value);
        return compare(`${name} and the secrets of ${stack}`, {
          expected: "different",
          measured: same === undefined ? "different" : `the same as ${same}`,
          holds: same === undefined,
          setting: "secrets.rotation",
        });
      });
    });
  },
});

/** The fingerprints in the outputs of a stack; undefined unless there is one of each secret. */
function fingerprintsOf({ secretFingerprints }: Outputs): ReadonlyMap<string, string> | undefined {
  const found = new Map(Object.entries(secretFingerprints ?? {}));
  const isComplete = generatedSecretNames.every((name) => fingerprint.test(found.get(name) ?? ""));
  return isComplete && [...found.values()].every((each) => fingerprint.test(each)) ? found : undefined;
}
