import fc from "fast-check";
import type { PolicyOutcome, PreviewDocument, ShownResource } from "../../preview/index.ts";
import type { Failed, Report } from "../../preview/report/report.ts";
import { anyCharacter } from "../lib/any-character.ts";

export const stackUrn = "urn:pulumi:dev::shop::pulumi:pulumi:Stack::shop-dev";

export function resource(
  type: string,
  name: string,
  parent: string,
  more: Partial<ShownResource> = {},
): ShownResource {
  const urn = `urn:pulumi:dev::shop::${type}::${name}`;
  return { urn, type, name, parent, custom: true, protect: false, operation: "create", inputs: {}, ...more };
}

export function policy(name: string, more: Partial<PolicyOutcome>): PolicyOutcome {
  return {
    pack: "pack",
    name,
    description: `${name} holds.`,
    enforcement: "mandatory",
    items: [],
    status: "passed",
    violations: [],
    ...more,
  };
}

export function documentOf(more: Partial<PreviewDocument>): PreviewDocument {
  return {
    project: "shop",
    stack: "dev",
    resources: [],
    outputs: {},
    policies: [],
    remediations: [],
    messages: [],
    timings: { programMs: 0, packsLoadedMs: 0 },
    summary: {
      resources: 0,
      passed: 1,
      violated: 2,
      mandatory: 1,
      advisory: 1,
      waived: 1,
      unknown: 1,
      notApplicable: 0,
      durationMs: 1234,
    },
    ...more,
  };
}

const report = { project: "shop", stack: "dev", tool: { name: "optropic", version: "0.0.0" } };

export function judged(more: Partial<PreviewDocument>, coverage?: string): Report {
  return { ...report, result: { document: documentOf(more), coverage } };
}

export function failed(error: Partial<Failed["error"]>): Report {
  return {
    ...report,
    result: { error: { failure: "program", message: "it failed", problems: [], ...error } },
  };
}

/** Texts that mean something to a renderer, a terminal or a parser. */
const fragments = [
  ...[
    "<",
    ">",
    "&",
    "|",
    "\\",
    "`",
    "```",
    "~~~",
    "*",
    "_",
    "[",
    "](",
    "https://evil.example",
    ")",
    "![",
    "{0}",
  ],
  ...["<!--", "-->", "</details>", "<img src=x>", "]]>", "<![CDATA[", "&#10;", '"', "'", "$", "%SRCROOT%"],
  ...[
    "@octocat",
    "#1",
    "GH-1",
    "www.evil.example",
    "a@b.example",
    "deadbeef",
    "0123456789abcdef",
    "user/repo#2",
  ],
  ...["\n", "\r\n", "\n\n", "\t", "\u0000", "\u001b[31m", "\u009b1m", "\u202e", "\u2066", "\u200b", "\ufeff"],
  ...[
    "\u2028",
    "\u3164",
    "\ud800",
    "\udc00",
    "\ufffe",
    "😀",
    "- ",
    "# ",
    "1. ",
    "    ",
    ":tada:",
    "word",
    "Fix: ",
  ],
];

/** A text of hostile fragments and of anything else; some are longer than a comment may be. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.array(fc.constantFrom(...fragments), { maxLength: 12 }).map((parts) => parts.join("")),
  },
  {
    weight: 4,
    arbitrary: fc.array(fc.constantFrom(...fragments), { maxLength: 12 }).map((parts) => parts.join(" ")),
  },
  { weight: 2, arbitrary: fc.string({ unit: anyCharacter, maxLength: 40 }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(...fragments).map((part) => part.repeat(Math.ceil(65_536 / part.length))),
  },
);

const position = fc.record({
  path: hostileText,
  line: fc.integer({ min: 1, max: 1_000_000 }),
  column: fc.integer({ min: 1, max: 1000 }),
});

const urn = fc.oneof(
  fc.constantFrom("", stackUrn),
  fc.tuple(hostileText, hostileText).map(([type, name]) => `urn:pulumi:dev::shop::${type}::${name}`),
);

const outcome: fc.Arbitrary<PolicyOutcome> = fc.record(
  {
    pack: hostileText,
    name: hostileText,
    description: hostileText,
    enforcement: fc.constantFrom("mandatory", "advisory", "disabled"),
    items: fc.array(hostileText, { maxLength: 2 }),
    status: fc.constantFrom("passed", "violated", "waived", "not-applicable", "unknown"),
    fix: hostileText,
    violations: fc.array(
      fc.record(
        {
          ...{ urn, message: hostileText, source: position, property: hostileText, setting: hostileText },
          ...{ expected: hostileText, fix: hostileText },
          status: fc.constantFrom("waived", "unknown", "unproved"),
          waiver: fc.record({ until: hostileText, approvedBy: hostileText, reason: hostileText }),
        },
        { requiredKeys: ["urn", "message"] },
      ),
      { maxLength: 3 },
    ),
  },
  { requiredKeys: ["pack", "name", "description", "enforcement", "items", "status", "violations"] },
);

const named = fc.record({ urn, type: hostileText, name: hostileText });
const verdict = fc.record({
  status: fc.constantFrom("passed" as const, "violated" as const),
  enforcement: fc.constantFrom("mandatory" as const, "advisory" as const),
});

const diff: fc.Arbitrary<NonNullable<PreviewDocument["diff"]>> = fc.record(
  {
    unavailable: hostileText,
    added: fc.array(named, { maxLength: 2 }),
    removed: fc.array(named, { maxLength: 2 }),
    changed: fc.array(
      fc.record({
        ...{ urn, type: hostileText, name: hostileText, left: fc.nat(9) },
        properties: fc.array(
          fc.record({
            path: hostileText,
            change: fc.constantFrom("added", "removed", "changed"),
            before: hostileText,
            after: fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.parse(JSON.stringify(value))),
          }),
          { maxLength: 2 },
        ),
      }),
      { maxLength: 2 },
    ),
    policies: fc.array(fc.record({ pack: hostileText, name: hostileText, before: verdict, after: verdict }), {
      maxLength: 2,
    }),
    secrets: fc.nat(9),
  },
  { requiredKeys: ["added", "removed", "changed", "policies", "secrets"] },
);

/** Reports in which every name, message and value may be hostile. */
export const hostileReport: fc.Arbitrary<Report> = fc
  .record({
    project: hostileText,
    stack: hostileText,
    result: fc.oneof(
      {
        weight: 4,
        arbitrary: fc
          .record(
            {
              resources: fc.array(
                fc.tuple(hostileText, hostileText).map(([type, name]) => resource(type, name, "")),
                { maxLength: 3 },
              ),
              policies: fc.array(outcome, { maxLength: 4 }),
              messages: fc.array(fc.record({ severity: hostileText, message: hostileText, urn }), {
                maxLength: 2,
              }),
              diff,
            },
            { requiredKeys: ["resources", "policies", "messages"] },
          )
          .map((more) => ({ document: documentOf(more), coverage: "Checklist: 1 of 2 (7V.1)." })),
      },
      {
        weight: 1,
        arbitrary: fc.record({
          error: fc.record({
            failure: hostileText,
            message: hostileText,
            problems: fc.array(fc.record({ message: hostileText, source: position }), { maxLength: 2 }),
          }),
        }),
      },
    ),
  })
  .map((more) => ({ ...report, ...more }));
