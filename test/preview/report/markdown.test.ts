import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { abridged, block, code, prose } from "../../../lib/markdown-text.ts";
import type { PolicyChange } from "../../../preview/document/document.ts";
import { longestComment, markdownReport } from "../../../preview/report/markdown.ts";
import { layOut, type Section } from "../../../preview/report/sections.ts";
import { failed, hostileReport, hostileText, judged, policy, resource, stackUrn } from "../documents.ts";

/** Lines of our own, in which markup is meant. */
const ownMarkup = [
  /^<!-- optropic-preview:[\w.-]*\/[\w.-]* -->$/,
  /^<details>$/,
  /^<\/details>$/,
  /^<summary>[\w ,()]+<\/summary>$/,
  /^\|[\w *|-]+\|$/,
  /^#{3,4} (?:❌ |✅ |⚠️ )?[\w :(),]*$/,
];

/** What GitHub would link, format or take for markup. */
const live = /[<>@#[\]\\_|&~$\p{C}\p{Zl}\p{Zp}]|\w:\/\/|www\.|GH-|\b(?=[a-f]*\d)[0-9a-f]{7,}\b|:\w+:/u;

/** What is live in a comment: outside of blocks, code spans and our own markup. */
function liveLines(markdown: string): string[] {
  return withoutBlocks(markdown.trimEnd().split("\n"))
    .map(withoutSpans)
    .filter((line) => !ownMarkup.some((pattern) => pattern.test(line)))
    .filter(
      (line) =>
        live.test(line) || line.replaceAll(/\*\*(?:\(empty\))?\*\*/g, "").includes("*") || line.includes("`"),
    );
}

function withoutBlocks(lines: readonly string[]): string[] {
  const kept: string[] = [];
  let fence: string | undefined;
  for (const line of lines) {
    const [, run = "", info] = /^ *(`{3,})(.*)$/.exec(line) ?? [];
    if (fence !== undefined) {
      if (run.length >= fence.length && info?.trim() === "") fence = undefined;
    } else if (info === "text") fence = run;
    else kept.push(line);
  }
  if (fence !== undefined) kept.push("`a block that never ends");
  return kept;
}

/** A code span goes from a run of backticks to the next run of the same length. */
function withoutSpans(line: string): string {
  const runs = [...line.matchAll(/`+/g)];
  let left = "";
  let end = 0;
  for (let index = 0; index < runs.length; index += 1) {
    const open = runs[index];
    const close = runs.findIndex((run, other) => other > index && run[0].length === open?.[0].length);
    if (open === undefined || close === -1) break;
    left += line.slice(end, open.index);
    end = (runs[close]?.index ?? 0) + open[0].length;
    index = close;
  }
  return left + line.slice(end);
}

describe("text of others in Markdown", () => {
  it.each<[string, string]>([
    ["plain", "`plain`"],
    ["a`b", "``a`b``"],
    ["``", "``` `` ```"],
    ["`a", "`` `a ``"],
    ["two\nlines", "`two lines`"],
    ["\u001b[31mred\u202e", "`·[31mred·`"],
    ["\n", "(empty)"],
  ])("stands in a code span: %j", (text, expected) => {
    expect(code(text)).toBe(expected);
  });

  it.each<[string, string]>([
    ["The minimum TLS version is 1.0.", "The minimum TLS version is 1.0."],
    ["Ask @octocat, see #1 (or www.evil.example).", "Ask `@octocat`, see `#1` (or `www.evil.example`)."],
    ["<b>bold</b> of commit 0123456789", "`<b>bold</b>` of commit `0123456789`"],
    ["Set `pitrDays` until 2026-11-27", "Set `pitrDays` until 2026-11-27"],
    ["deadbeef a@b.example GH-1", "`deadbeef a@b.example GH-1`"],
    ["Ends in www.… (3 more characters)", "Ends in `www`.… (3 more characters)"],
  ])("is a sentence of plain words and code spans: %j", (text, expected) => {
    expect(prose(text)).toBe(expected);
  });

  it("keeps its lines and their indentation in a block, with a longer fence than any of its own", () => {
    expect(block("a\n  ```\n\tb", 100, "  ")).toBe("  ````text\n  a\n    ```\n    b\n  ````");
  });

  it("is shortened between characters, and says by how much", () => {
    expect(abridged("abc", 3)).toBe("abc");
    expect(abridged("ab😀cd", 3)).toBe("ab… (4 more characters)");
  });

  it("is never live, whatever it is", () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        expect(liveLines(`- x ${code(text)} and ${prose(text)}\n\n${block(text, 5000)}`)).toEqual([]);
      }),
    );
  });
});

describe("a comment", () => {
  it("holds nothing live, is no longer than it may be and always the same, whatever is in it", () => {
    fc.assert(
      fc.property(hostileReport, (report) => {
        const markdown = markdownReport(report);
        expect(liveLines(markdown)).toEqual([]);
        expect(markdown.length).toBeLessThanOrEqual(longestComment);
        expect(markdown.isWellFormed()).toBe(true);
        // A tag in a block of others' text is none.
        const own = withoutBlocks(markdown.split("\n"));
        const count = (tag: string): number => own.filter((line) => line === tag).length;
        expect(count("<details>")).toBe(count("</details>"));
        expect(markdownReport(report)).toBe(markdown);
      }),
    );
  });

  it("begins with its marker, then the verdict and the totals, then what is refused and how to fix it", () => {
    const markdown = markdownReport(
      judged(
        {
          policies: [
            policy("tls", {
              ...{ status: "violated", items: ["4.1"], fix: "Set `minTlsVersion` to 1.2." },
              violations: [
                {
                  urn: "urn:pulumi:dev::shop::cloudflare:index/zoneSetting:ZoneSetting::edge",
                  message: "TLS 1.0 is accepted.",
                  source: { path: "components/edge.ts", line: 7, column: 3 },
                },
                { urn: stackUrn, message: "The stack has no zone." },
              ],
            }),
            policy("advice", { status: "violated", enforcement: "advisory" }),
          ],
        },
        "Checklist: 1 of 175 items enforced.",
      ),
    );
    expect(markdown.split("\n").slice(0, 17)).toEqual([
      "<!-- optropic-preview:shop/dev -->",
      "",
      "### ❌ Refused: preview of `shop`, stack `dev`",
      "",
      "| refused | advisory | waived | decided at deployment | passed | not applicable | resources |",
      "| --- | --- | --- | --- | --- | --- | --- |",
      "| **1** | 1 | 1 | 1 | 1 | 0 | 0 |",
      "",
      "Checklist: 1 of 175 items enforced.",
      "",
      "#### Refused, and how to fix it (1)",
      "",
      "- **`tls`** (4.1): tls holds.",
      "  - `cloudflare:index:ZoneSetting` `edge` at `components/edge.ts:7`: TLS 1.0 is accepted.",
      "  - The stack: The stack has no zone.",
      "  - Fix: Set `minTlsVersion` to 1.2.",
      "",
    ]);
    expect(markdown).toContain(
      "<details>\n<summary>Advisory (1)</summary>\n\n- **`advice`**: advice holds.\n",
    );
  });

  it("keeps the totals and as much as it can of what is refused where there is too much of everything", () => {
    const much = (name: string, enforcement: "mandatory" | "advisory") =>
      Array.from({ length: 300 }, (_, index) =>
        policy(`${name}-${index}`, {
          ...{ status: "violated", enforcement },
          violations: [{ urn: "", message: `${name} ${index} ${"word ".repeat(15_000)}` }],
        }),
      );
    const markdown = markdownReport(
      judged({ policies: [...much("advice", "advisory"), ...much("refused", "mandatory")] }),
    );
    expect(markdown.length).toBeLessThanOrEqual(longestComment);
    expect(markdown.length).toBeGreaterThan(longestComment - 2000);
    expect(markdown).toContain("| **1** | 1 |");
    expect(markdown).toContain("**`refused-0`**");
    expect(markdown).not.toContain("advice-0");
    const [, left] = /(\d+) more left out/.exec(markdown) ?? [];
    expect(Number(left)).toBe(300 - (markdown.match(/\*\*`refused-/g)?.length ?? 0));
    expect(markdown).toContain("<summary>Advisory (300)</summary>\n\n300 more left out");
  });

  it("shows some of a policy's many violations and counts the others", () => {
    const violations = Array.from({ length: 8 }, (_, index) => ({ urn: "", message: `wrong ${index}` }));
    const markdown = markdownReport(judged({ policies: [policy("p", { status: "violated", violations })] }));
    expect(markdown.match(/The stack: wrong/g)).toHaveLength(5);
    expect(markdown).toContain("  - and 3 more of the same policy\n");
  });

  it("shows a finding once, with the policies and the items that it concerns", () => {
    const violations = [{ urn: "", message: "It is off." }];
    const [one, two] = ["one", "two"].map((name, index) =>
      policy(name, { status: "violated", items: [`4.${index + 1}`], violations }),
    );
    const third = policy("three", {
      status: "violated",
      violations: [...violations, { urn: "", message: "It is slow." }],
    });
    const markdown = markdownReport(judged({ policies: [one, two, third].flatMap((it) => it ?? []) }));
    expect(markdown.match(/It is off/g)).toHaveLength(1);
    expect(markdown).toContain("- **`one`**, **`two`** (4.1, 4.2): one holds. two holds.\n");
    expect(markdown).toContain("  - The stack: the same as under `one`\n  - The stack: It is slow.\n");
  });

  it("says of a preview that could not tell why, and where", () => {
    const problems = [{ message: "wrong", source: { path: "Pulumi.dev.yaml", line: 3, column: 5 } }];
    const markdown = markdownReport(failed({ message: "refused:\n  shop:a: wrong", problems }));
    expect(markdown).toBe(
      [
        "<!-- optropic-preview:shop/dev -->",
        "### ⚠️ Could not tell: preview of `shop`, stack `dev`",
        "The preview could not be judged, so nothing is known of the checklist.",
        "```text\nrefused:\n  shop:a: wrong\n```",
        "Where: `Pulumi.dev.yaml:3`\n",
      ].join("\n\n"),
    );
  });

  it("says which items a change puts in the way of a go, and which it takes out of it", () => {
    const mandatory = (status: "passed" | "violated" | "unknown") => ({
      status,
      enforcement: "mandatory" as const,
    });
    const advisory = { status: "violated" as const, enforcement: "advisory" as const };
    const decision = (policies: PolicyChange[]) =>
      /^- decision to go live: (.*)$/m.exec(
        markdownReport(judged({ diff: { added: [], removed: [], changed: [], policies, secrets: 0 } })),
      )?.[1];
    const change = (items: string[], before: PolicyChange["before"], after: PolicyChange["after"]) => ({
      ...{ pack: "p", name: items.join("-"), items },
      ...(before !== undefined && { before }),
      ...(after !== undefined && { after }),
    });
    expect(decision([])).toBe("unchanged");
    expect(decision([change(["4.1"], mandatory("passed"), advisory)])).toBe("unchanged");
    expect(
      decision([
        change(["4.1", "4.2"], mandatory("passed"), mandatory("violated")),
        change(["3.3"], mandatory("violated"), mandatory("passed")),
        // What another policy still refuses is not out of the way.
        change(["4.2"], mandatory("violated"), mandatory("passed")),
        change(["2.4"], undefined, mandatory("unknown")),
      ]),
    ).toBe("put in the way: `4.1`, `4.2`, `2.4`; taken out of the way: `3.3`");
  });

  it("says what changed against the base, in numbers, and folds the details", () => {
    const markdown = markdownReport(
      judged({
        diff: {
          added: [resource("a:b:C", "new", ""), resource("pulumi:providers:a", "default_1_0_0", "")],
          removed: [resource("a:b:C", "old", "")],
          changed: [
            {
              ...resource("a:b/c:C", "kept", ""),
              left: 2,
              properties: [
                { path: "size", change: "changed", before: 1, after: { unknown: true } },
                { path: "token", change: "added", after: "[secret]" },
                { path: "tags", change: "removed", before: ["a"] },
              ],
            },
          ],
          policies: [
            { pack: "p", name: "tls", after: { status: "passed", enforcement: "mandatory" } },
            { pack: "p", name: "gone", before: { status: "passed", enforcement: "advisory" } },
          ],
          secrets: 3,
        },
      }),
    );
    expect(markdown.slice(markdown.indexOf("####"))).toBe(`#### Changes against the base

- resources: 1 to add, 1 to remove, 1 to change
- verdicts: 2 changed
- decision to go live: no longer judged: \`gone\`
- secret values, which cannot be compared: 3

<details>
<summary>Verdicts that changed (2)</summary>

- \`tls\`: absent → passed (mandatory)
- \`gone\`: passed (advisory) → absent

</details>

<details>
<summary>Resources that changed (3)</summary>

- Changed: \`a:b:C\` \`kept\`
  - \`size\`: \`1\` → \`{"unknown":true}\`
  - \`token\` added: \`"[secret]"\`
  - \`tags\` removed: \`["a"]\`
  - and 2 more
- Removed: \`a:b:C\` \`old\`
- Added: \`a:b:C\` \`new\`

</details>
`);
  });

  it("says that a base could not be previewed", () => {
    const diff = { unavailable: "it\nfailed", added: [], removed: [], changed: [], policies: [], secrets: 0 };
    expect(markdownReport(judged({ diff }))).toContain(
      "nothing to compare with:\n\n```text\nit\nfailed\n```",
    );
  });
});

describe("sections", () => {
  const section = (more: Partial<Section>): Section => ({
    ...{ heading: "H", folded: false, priority: 0, entries: [] },
    ...more,
  });

  it("are left out where they are empty", () => {
    expect(layOut([section({})], 1000)).toBe("");
  });

  it("get their room in the order of their priority, wherever they stand", () => {
    const late = section({ heading: "late", priority: 2, entries: ["- 1".padEnd(100, ".")] });
    const early = section({ heading: "early", priority: 1, entries: ["- 2".padEnd(100, ".")] });
    const text = layOut([late, early], 300);
    expect(text).toMatch(/late\n\n1 more left out: .*\n\n#### early\n\n- 2/s);
  });

  it("never take more than there is, whole entry by whole entry", () => {
    const sections = fc.array(
      fc.record({
        heading: fc.constant("H"),
        folded: fc.boolean(),
        entries: fc.array(
          fc.nat(400).map((length) => `- ${"x".repeat(length)}.`),
          { maxLength: 20 },
        ),
        priority: fc.nat(3),
      }),
      { maxLength: 5 },
    );
    fc.assert(
      fc.property(sections, fc.integer({ min: 1000, max: 5000 }), (given, most) => {
        const text = layOut(given, most);
        expect(text.length).toBeLessThanOrEqual(most);
        for (const line of text.split("\n").filter((each) => each.startsWith("- "))) {
          expect(given.some(({ entries }) => entries.includes(line))).toBe(true);
        }
      }),
    );
  });
});
