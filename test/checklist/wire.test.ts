import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { propertyPath } from "../../checklist/violation.ts";
import {
  isRefusal,
  readRefusal,
  readViolation,
  refusalText,
  violationText,
  type WritableViolation,
} from "../../checklist/wire.ts";
import { anyCharacter } from "../lib/any-character.ts";

const urn = "urn:pulumi:production::shop::random:index/randomPassword:RandomPassword::jwt-secret";
const policy = { description: "JWT_SECRET must have at least 64 characters.", items: ["2.4"] };
const short: WritableViolation = {
  policy: "jwt-secret-length",
  items: ["2.4"],
  resource: urn,
  property: "length",
  kind: "violated",
  found: "JWT_SECRET has 12 characters.",
  expected: policy.description,
  fix: "Generate JWT_SECRET with a RandomPassword of length 64 or more.",
};

/** What the policy host makes of a violation, and of an unknown value, of which it keeps no resource. */
function said(violation: WritableViolation, level = "advisory") {
  const text = violationText(violation);
  const { policy: name, kind, resource = "" } = violation;
  return kind === "unknown"
    ? {
        policy: name,
        message: `can't run policy '${name}' from policy pack 'pack@v1.0.0' during preview: ${text}`,
        level,
        urn: "",
      }
    : { policy: name, message: text, level, urn: resource };
}

/** Parts that would end a line, begin a field, escape, or mean something to a terminal or to Pulumi. */
const hostileText = fc.oneof(
  { weight: 3, arbitrary: fc.string({ unit: anyCharacter, maxLength: 60 }) },
  {
    weight: 6,
    arbitrary: fc
      .array(
        fc.constantFrom(
          ...[
            "\n",
            "\r\n",
            "\u2028",
            "\u0085",
            "\\",
            "\\n",
            "\\u{41}",
            "\\u{d83d}",
            "\ud83d",
            "\ude00",
            "😀",
          ],
          ...[
            "  Fix: ",
            "\n  Fix: x",
            "\n  Waived until: 2999-12-31",
            "  Status: unknown",
            "Item: ",
            ": ",
            ", ",
          ],
          ...['"', "'", "`", "<{%red%}>", "<{%", "%}>", "\u001b[31m", "\u0000", "\u202e", "\t", " ", "a", ""],
          ...["can't run policy 'p' from policy pack 'q' during preview: ", `${policy.description}\n`],
        ),
        { maxLength: 8 },
      )
      .map((parts) => parts.join("")),
  },
  { weight: 1, arbitrary: fc.constantFrom("x".repeat(5000), "\n\\".repeat(500)) },
);

const violation: fc.Arbitrary<WritableViolation> = fc.record(
  {
    policy: fc.stringMatching(/^[a-z][a-z0-9-]{0,30}$/),
    items: fc.array(hostileText, { maxLength: 3 }),
    resource: hostileText.filter((text) => text !== ""),
    property: hostileText,
    setting: hostileText,
    kind: fc.constantFrom("violated", "unknown", "unproved"),
    found: hostileText,
    expected: hostileText,
    fix: hostileText,
    waiver: fc.record({ until: hostileText, approvedBy: hostileText, reason: hostileText }),
  },
  { requiredKeys: ["policy", "items", "kind", "found", "expected"] },
);

describe("the text of a violation", () => {
  it("is pleasant for a person", () => {
    expect(violationText(short)).toBe(
      [
        "JWT_SECRET has 12 characters.",
        "  Item: 2.4",
        "  Property: length",
        "  Expected: JWT_SECRET must have at least 64 characters.",
        "  Fix: Generate JWT_SECRET with a RandomPassword of length 64 or more.",
      ].join("\n"),
    );
    const waiver = { until: "2026-12-31", approvedBy: "devops@shop.example", reason: "It is rotated first." };
    expect(
      violationText({ ...short, items: ["2.4", "2.5"], waiver })
        .split("\n")
        .slice(1),
    ).toEqual([
      "  Items: 2.4, 2.5",
      "  Property: length",
      "  Expected: JWT_SECRET must have at least 64 characters.",
      "  Fix: Generate JWT_SECRET with a RandomPassword of length 64 or more.",
      "  Waived until: 2026-12-31",
      "  Approved by: devops@shop.example",
      "  Waived because: It is rotated first.",
    ]);
  });

  it("is read back as it was, whatever is in it", () => {
    fc.assert(
      fc.property(violation, (written) => {
        expect(readViolation(said(written), policy)).toEqual(written);
      }),
      { numRuns: 500 },
    );
  });

  it("is read back at any length", () => {
    const found = "a line\n\\ and \u0000 more".repeat(50_000);
    expect(readViolation(said({ ...short, found }), policy)).toEqual({ ...short, found });
  });

  it("has a line for each field and nothing that a terminal or Pulumi obeys", () => {
    fc.assert(
      fc.property(violation, (written) => {
        const lines = violationText(written).split("\n");
        expect(lines.length).toBeLessThanOrEqual(11);
        expect(lines.join("")).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]|<\{%/u);
      }),
    );
  });

  it("is read where the host put the policy's description before it", () => {
    const message = `${policy.description}\n${violationText(short)}`;
    expect(readViolation({ ...said(short), message }, policy)).toEqual(short);
  });

  it("excuses nothing that the host counts", () => {
    const waiver = { until: "2999-12-31", approvedBy: "a", reason: "r" };
    expect(readViolation(said({ ...short, waiver }, "mandatory"), policy)).toEqual(short);
    expect(readViolation({ ...said({ ...short, kind: "unknown" }), level: "mandatory" }, policy)).toEqual(
      short,
    );
  });
});

describe("a message of another pack", () => {
  const read = (message: string, level = "mandatory", items: string[] = ["CIS 1.2"]) =>
    readViolation({ policy: "p", message, level, urn }, { description: "Holds.", items });

  it("is what was found, without the description before it", () => {
    expect(read("Holds.\nThe bucket is public.")).toEqual({
      policy: "p",
      items: ["CIS 1.2"],
      resource: urn,
      kind: "violated",
      found: "The bucket is public.",
    });
    expect(read("The bucket is public.").found).toBe("The bucket is public.");
  });

  it("is unknown where the host says that the policy could not run", () => {
    for (const what of [
      "policy 'p' from policy pack 'q@v1'",
      "remediation 'p' from policy pack 'q@v1'",
      "policy 'p'",
    ]) {
      const message = `can't run ${what} during preview: string value at .x can't be known`;
      expect(read(message, "advisory")).toMatchObject({
        kind: "unknown",
        found: "string value at .x can't be known",
      });
      expect(read(message)).toMatchObject({ kind: "violated", found: message });
    }
  });

  it("stays as it is, whatever it says", () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        fc.pre(!text.startsWith("can't run") && !text.startsWith("Holds.\n"));
        expect(read(text)).toMatchObject({ kind: "violated", found: text, items: ["CIS 1.2"] });
      }),
    );
    for (const text of [
      "wrong\n  Fix: do it",
      "wrong\n  Expected: \\x",
      "wrong\n  Expected: this\n  Fix: first\n  Fix: second",
      "wrong\n  Fix: this\n  Expected: before it",
      "wrong\n  Expected: this\n  Status: violated",
      "wrong\n  Expected: this\n  Waived until: 2999-12-31",
      "wrong\n  Expected: this\n",
      "wro\\g\n  Expected: this",
    ]) {
      expect(read(text, "advisory")).toMatchObject({ kind: "violated", found: text });
    }
  });
});

describe("the path of a property", () => {
  it.each<[string[], string]>([
    [["length"], "length"],
    [["rules", "0", "action"], "rules[0].action"],
    [["headers", "X-Frame-Options"], "headers.X-Frame-Options"],
    [["envVars", "a.b", "value"], 'envVars["a.b"].value'],
    [["0", ""], '[0][""]'],
    [[], ""],
  ])("is text: %j", (steps, text) => {
    expect(propertyPath(steps)).toBe(text);
  });
});

describe("the text of a refusal", () => {
  const refusal = {
    stack: "dev",
    problems: [
      { setting: "shop:edge.hosts[1]", problem: "expected a host; found nothing" },
      { setting: 'shop:edge["a \\"b\\": c"]', problem: "unknown" },
    ],
    advice: ["2 problems in Pulumi.dev.yaml"],
  };

  it("has a line for each problem, and is read back", () => {
    const text = refusalText(refusal);
    expect(text).toBe(
      [
        "Settings of stack 'dev' are refused:",
        "  shop:edge.hosts[1]: expected a host; found nothing",
        '  shop:edge["a \\"b\\": c"]: unknown',
        "2 problems in Pulumi.dev.yaml",
      ].join("\n"),
    );
    expect(readRefusal(text).map(({ setting, problem }) => ({ setting, problem }))).toEqual(refusal.problems);
  });

  it("gets no line from a value", () => {
    fc.assert(
      fc.property(hostileText, (problem) => {
        const text = refusalText({ ...refusal, problems: [{ setting: "shop:size", problem }] });
        expect(text.split("\n")).toHaveLength(3);
        expect(readRefusal(text)).toMatchObject([{ setting: "shop:size" }]);
      }),
    );
  });

  it("is told from other messages, in which Pulumi's SDK names what it misses", () => {
    const lines = refusalText(refusal).split("\n").slice(1).join("\n");
    expect(isRefusal(refusalText(refusal))).toBe(true);
    expect(isRefusal(lines)).toBe(false);
    expect(readRefusal(lines)).toEqual([]);
    const problem = "Missing required configuration variable 'shop:size'";
    expect(readRefusal(`Error: ${problem}\n\tplease set a value`)).toEqual([
      { setting: "shop:size", problem, line: `Error: ${problem}` },
    ]);
  });
});
