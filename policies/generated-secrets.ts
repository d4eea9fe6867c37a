import { fault, judge, policy } from "./framework/index.ts";
import { generatedBits, generatedPasswords, lengthOf } from "./model/generated.ts";

export const passwordsStrong = policy({
  name: "generated-passwords-strong",
  items: ["2.9", "3.1"],
  title: "Every generated password and token must be too long to be guessed.",
  severity: "high",
  fix: "Let the RandomPassword have a length of 32 or more, with letters and digits.",
  url: "https://pages.nist.gov/800-63-4/sp800-63b.html",
  thresholds: {
    minimumBits: {
      description: "Fewest bits of entropy of a generated password.",
      default: 80,
      minimum: 80,
      maximum: 512,
    },
  },
  check: (stack, threshold) =>
    generatedPasswords(stack).map((generator) =>
      judge(generator, () => {
        const bits = generatedBits(generator);
        return (
          bits >= threshold("minimumBits") ||
          fault(
            lengthOf(generator),
            `${generator.name} makes up ${Math.floor(bits)} bits, which can be tried out; ${threshold("minimumBits")} are the least.`,
          )
        );
      }),
    ),
});
