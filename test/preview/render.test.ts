import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import { displayWidth } from "../../lib/wrap.ts";
import { type PreviewDocument, renderPreview } from "../../preview/index.ts";
import type { View } from "../../preview/report/view.ts";
import { documentOf, policy, resource, stackUrn } from "./documents.ts";

function lines(more: Partial<PreviewDocument>, view: Partial<View> = {}): string[] {
  return renderPreview(documentOf(more), view).split("\n");
}

function tree(more: Partial<PreviewDocument>, view: Partial<View> = {}): string[] {
  return lines(more, { ...view, resources: true });
}

const root = resource("pulumi:pulumi:Stack", "shop-dev", "", { custom: false });

describe("the tree", () => {
  it("shows children below their parents, in order, without the providers that nobody declared", () => {
    const group = resource("shop:index:Group", "group", stackUrn, { custom: false });
    const rows = tree({
      resources: [
        root,
        resource("pulumi:providers:random", "default_4_21_2", ""),
        resource("pulumi:providers:random", "own", stackUrn),
        group,
        resource("random:index/randomPet:RandomPet", "pet", stackUrn, { operation: "read" }),
        resource("random:index/randomPassword:RandomPassword", "password", group.urn, { protect: true }),
        resource("a:b:C", "kept", group.urn, { operation: "same" }),
      ],
    }).slice(3, 10);
    const table = rows.map((row) => row.trimEnd().replaceAll(/ {2,}/g, "  "));
    expect(table).toEqual([
      "  Type  Name  Plan",
      " +  pulumi:pulumi:Stack  shop-dev  create",
      " +  ├─ pulumi:providers:random  own  create",
      " +  ├─ shop:index:Group  group  create",
      " +  │  ├─ random:index:RandomPassword  password  create protected",
      "  │  └─ a:b:C  kept  same",
      " >  └─ random:index:RandomPet  pet  read",
    ]);
    const columns = rows.map((row) =>
      Math.max(row.indexOf("create"), row.indexOf("Plan"), row.indexOf("read")),
    );
    expect(new Set(columns.filter((column) => column > 0)).size).toBe(1);
  });

  it("shows a resource whose parent is not there at the top", () => {
    expect(tree({ resources: [resource("a:b:C", "orphan", "urn:of:nobody")] })[4]).toMatch(
      /^ \+ {3}a:b:C +orphan/,
    );
  });

  it("is not deceived by parents in a circle", () => {
    const one = resource("a:b:C", "one", "urn:pulumi:dev::shop::a:b:C::two");
    const two = resource("a:b:C", "two", one.urn);
    const circle = [one, two].map((each) => ({ ...each, custom: false }));
    expect(tree({ resources: circle })[2]).toBe("Resources: 2 to create");
    expect(lines({ resources: circle })[3]).toMatch(/^ {2}(?:one|two) 1, (?:one|two) 1$|^ {2}(?:one|two) 2$/);
  });

  it("holds more resources than a call has arguments", () => {
    const many = Array.from({ length: 150_000 }, (_, index) => resource("a:b:C", String(index), stackUrn));
    expect(tree({ resources: [root, ...many] }).length).toBeGreaterThan(150_000);
    expect(lines({ resources: [root, ...many] })[2]).toBe("Resources: 150001 to create");
  });

  it("is folded to the number of resources in each component unless it is asked for", () => {
    const edge = resource("shop:index:Edge", "edge", stackUrn, { custom: false });
    const inner = resource("shop:index:Inner", "inner", edge.urn, { custom: false });
    const resources = [
      ...[root, edge, inner],
      resource("a:b:C", "deep", inner.urn),
      resource("a:b:C", "alone", stackUrn),
      resource("a:b:C", "read", stackUrn, { operation: "read" }),
    ];
    expect(lines({ resources }).slice(2, 5)).toEqual([
      "Resources: 5 to create, 1 read",
      "  edge 3, outside of components 2",
      "",
    ]);
  });
});

describe("the policies", () => {
  const policies = [
    policy("passes", { items: ["1.1"] }),
    policy("applies-not", { status: "not-applicable" }),
    policy("neither-does-this-one", { status: "not-applicable" }),
    policy("waits", { status: "unknown", violations: [{ urn: stackUrn, message: "unknown yet" }] }),
    policy("advises", {
      status: "violated",
      enforcement: "advisory",
      violations: [{ urn: "", message: "better" }],
    }),
    policy("is-waived", {
      status: "waived",
      violations: [
        {
          ...{ urn: "", message: "wrong" },
          waiver: { until: "2099-12-31", approvedBy: "owner@shop.example", reason: "It is known." },
        },
      ],
    }),
    policy("refuses", {
      items: ["3.3", "3.4"],
      status: "violated",
      fix: "Mend it.",
      violations: [
        { urn: root.urn, message: "about the stack" },
        { urn: "urn:pulumi:dev::shop::a:b:C::c", message: "of two\nlines" },
      ],
    }),
  ];

  it("are numbers, but for what is waived or not known, and what is violated stands at the end", () => {
    const rendered = lines({ policies });
    expect(rendered.slice(rendered.indexOf("Policies:") + 1)).toEqual([
      "  ✓ 1 policy passed",
      "  ? waits: decided at deployment",
      "  ~ is-waived: waived",
      "    - wrong",
      "      Waived until 2099-12-31, approved by owner@shop.example: It is known.",
      "  - 2 policies not applicable to this stack",
      "",
      "! advises [advisory]",
      "    Required: advises holds.",
      "  - The stack",
      "    Found:    better",
      "",
      "✗ refuses [mandatory] 3.3, 3.4",
      "    Required: refuses holds.",
      "  - The stack",
      "    Found:    about the stack",
      "  - a:b:C (c)",
      "    Found:    of two",
      "              lines",
      "    Fix:      Mend it.",
      "",
      "✗ Refused: 1 mandatory and 1 advisory policies violated (1.2 s)",
    ]);
  });

  it("have a row each where they are asked for, with why they cannot tell", () => {
    const rendered = lines({ policies }, { policies: true });
    const start = rendered.indexOf("Policies:") + 1;
    expect(rendered.slice(start, start + 3)).toEqual([
      "  ✓ passes (1.1)",
      "  ? waits: decided at deployment",
      "    - unknown yet",
    ]);
    expect(rendered).toContain("  - applies-not: not applicable");
  });

  it("say what they changed before it was judged", () => {
    const change = { pack: "pack", policy: "passes", applied: true, properties: [] };
    const urn = "urn:pulumi:dev::shop::a:b:C::c";
    const remediations = [
      { ...change, urn },
      { ...change, urn },
      { ...change, urn: root.urn },
      { ...change, urn, policy: "waits", applied: false },
    ];
    const rendered = lines({ policies, remediations });
    expect(rendered[rendered.indexOf("Policies:") + 2]).toBe("  * passes: changed 2 resources");
    expect(rendered.filter((line) => line.startsWith("  * "))).toHaveLength(1);
    const told = lines({ policies, remediations }, { policies: true });
    expect(told[told.indexOf("  * passes: changed 2 resources") + 1]).toBe("    - a:b:C (c)");
  });

  it("that cannot tell say so of a state in words that fit it", () => {
    const same = { ...root, operation: "same" } as const;
    const rendered = lines({ policies, resources: [same] });
    expect(rendered).toContain("  ? waits: cannot be known from this state");
    expect(rendered[2]).toBe("Resources: 1 in the state");
  });

  it("leave the time out where a line does not hold the verdict with it", () => {
    expect(lines({ policies }, { width: 62 }).at(-1)).toBe(
      "✗ Refused: 1 mandatory and 1 advisory policies violated",
    );
  });

  it("are not judged where there is no pack", () => {
    const summary = { ...documentOf({}).summary, mandatory: 0 };
    expect(lines({ resources: [root], summary }).at(-1)).toBe("- Not judged: no policy pack (1.2 s)");
  });
});

describe("a violation of the checklist", () => {
  const urn =
    "urn:pulumi:dev::shop::optropic:index:Edge$cloudflare:index/zoneSetting:ZoneSetting::edge-min-tls";
  const wrong = {
    urn,
    message: "The minimum TLS version is 1.0.",
    property: "value",
    setting: "edge.minTlsVersion",
    source: { path: "Pulumi.dev.yaml", line: 88, column: 5 },
    declared: { path: "edge.ts", line: 14, column: 3 },
    fix: "Set edge.minTlsVersion to 1.2 in Pulumi.dev.yaml:88.",
  };
  const tls = policy("tls-minimum-version", {
    pack: "optropic-checklist",
    items: ["4.1"],
    status: "violated",
    description: "The edge must accept no TLS version below 1.2.",
    violations: [wrong],
  });
  const passes = policy("https", { pack: "optropic-checklist", items: ["4.2"] });

  it("says the item in the checklist's words, what was found and required, the setting and the fix", () => {
    const rendered = lines({ policies: [tls, passes] });
    expect(
      rendered.slice(
        rendered.indexOf("✗ 4.1 SSL/TLS certificates configured · tls-minimum-version [mandatory]"),
      ),
    ).toEqual([
      "✗ 4.1 SSL/TLS certificates configured · tls-minimum-version [mandatory]",
      "    Required: The edge must accept no TLS version below 1.2.",
      "  - cloudflare:index:ZoneSetting (edge-min-tls), value, edge.ts:14",
      "    Found:    The minimum TLS version is 1.0.",
      "    Setting:  edge.minTlsVersion at Pulumi.dev.yaml:88",
      "    Fix:      Set edge.minTlsVersion to 1.2 in Pulumi.dev.yaml:88.",
      "",
      "2 of 175 items enforced; 2 of them still need a measurement.",
      "✗ Refused: 1 mandatory and 1 advisory policies violated (1.2 s)",
    ]);
  });

  it("has no words of the checklist where another pack has an id that looks alike", () => {
    const rendered = lines({ policies: [{ ...tls, pack: "cis" }] }).join("\n");
    expect(rendered).toContain("✗ tls-minimum-version [mandatory] 4.1");
    expect(rendered).not.toContain("SSL/TLS certificates");
    expect(rendered).not.toContain("items enforced");
  });

  it("is linked where the terminal takes links, and then reads the same", () => {
    const addressOf = ({ path, line }: { path: string; line: number }) => `file:///shop/${path}#L${line}`;
    const rendered = lines({ policies: [tls] }, { addressOf }).join("\n");
    expect(rendered).toContain(
      "\u001b]8;;file:///shop/Pulumi.dev.yaml#L88\u001b\\Pulumi.dev.yaml:88\u001b]8;;\u001b\\",
    );
    expect(stripVTControlCharacters(rendered)).toBe(lines({ policies: [tls] }).join("\n"));
  });

  it("is in the last 24 rows of 80 columns with all that it says", () => {
    const end = lines({ policies: [tls, { ...tls, name: "two" }] }, { width: 80 })
      .slice(-24)
      .join("\n");
    for (const text of [
      "4.1 SSL/TLS",
      "edge-min-tls",
      "TLS version is 1.0",
      "Pulumi.dev.yaml:88",
      "Refused",
      "two",
    ]) {
      expect(end).toContain(text);
    }
  });

  it("is shown once with every policy that objects to it", () => {
    const other = policy("tls-pci", {
      pack: "optropic-checklist",
      items: ["4.2"],
      status: "violated",
      description: "The edge must accept what PCI accepts.",
      violations: [wrong],
    });
    const third = { ...other, name: "tls-all", violations: [wrong, { ...wrong, message: "TLS 1.1 is on." }] };
    const rendered = lines({ policies: [tls, other, third] });
    expect(
      rendered.slice(
        rendered.indexOf("✗ 4.1 SSL/TLS certificates configured · tls-minimum-version [mandatory]"),
        -3,
      ),
    ).toEqual([
      "✗ 4.1 SSL/TLS certificates configured · tls-minimum-version [mandatory]",
      "  4.2 HTTPS enforced (no HTTP) · tls-pci [mandatory]",
      "    Required: The edge must accept no TLS version below 1.2.",
      "    Required: The edge must accept what PCI accepts.",
      "  - cloudflare:index:ZoneSetting (edge-min-tls), value, edge.ts:14",
      "    Found:    The minimum TLS version is 1.0.",
      "    Setting:  edge.minTlsVersion at Pulumi.dev.yaml:88",
      "    Fix:      Set edge.minTlsVersion to 1.2 in Pulumi.dev.yaml:88.",
      "",
      "✗ 4.2 HTTPS enforced (no HTTP) · tls-all [mandatory]",
      "    Required: The edge must accept what PCI accepts.",
      "  - cloudflare:index:ZoneSetting (edge-min-tls), value: the same as under tls-minimum-version",
      "  - cloudflare:index:ZoneSetting (edge-min-tls), value, edge.ts:14",
      "    Found:    TLS 1.1 is on.",
      "    Setting:  edge.minTlsVersion at Pulumi.dev.yaml:88",
      "    Fix:      Set edge.minTlsVersion to 1.2 in Pulumi.dev.yaml:88.",
    ]);
  });

  it("is named once more at the end where a screen does not hold all violations, with what was found if it holds that", () => {
    const many = (length: number, message: string) =>
      Array.from({ length }, (_, index) => ({
        ...tls,
        name: `policy-${index}`,
        violations: [{ ...wrong, message: `${message} ${index}.` }],
      }));
    // A row is left for the prompt.
    const endOf = (policies: PreviewDocument["policies"]) => lines({ policies }, { width: 80 }).slice(-23);
    const short = endOf(many(12, "TLS"));
    expect(short.filter((line) => /^ {2}✗ 4\.1 policy-\d+: TLS \d+\.$/.test(line))).toHaveLength(12);
    const long = endOf(many(12, "The edge takes any version of TLS that a client asks for, the oldest too:"));
    expect(long.filter((line) => /^ {2}✗ 4\.1 policy-\d+$/.test(line))).toHaveLength(12);
    const most = endOf(many(30, "TLS"));
    expect(most[0]).toBe("");
    expect(most[1]).toMatch(/^In short, without \d+ others above:$/);
    expect(most.at(-4)).toBe("  ✗ 4.1 policy-29");
  });

  it.each([60, 80, 120])("is at most %i columns wide, and no word of it is broken", (width) => {
    const view = { width, resources: true, policies: true, items: true };
    const more = {
      policies: [tls, passes],
      resources: [root, resource("a:b:C", "a-name-of-thirty-characters-000", root.urn)],
      messages: [{ severity: "warning", message: "word ".repeat(40), urn }],
    };
    const narrow = lines(more, view);
    expect(Math.max(...narrow.map(displayWidth))).toBeLessThanOrEqual(width);
    const words = (texts: string[]) => texts.join(" ").split(/\s+/).toSorted();
    const wide = words(lines(more, { ...view, width: Number.POSITIVE_INFINITY }));
    // The heading of the tree, and the time that the verdict says where there is room.
    const apart = ["Type", "Name", "Plan", "Type,", "name", "and", "plan", "(1.2", "s)"];
    const without = (all: string[]) => all.filter((word) => !apart.includes(word));
    expect(without(words(narrow))).toEqual(without(wide));
  });
});

describe("every item of the checklist", () => {
  it("is shown with its state, and what a policy alone does not show is to be measured", () => {
    const policies = [
      policy("one", { pack: "optropic-checklist", items: ["2.4", "4.1"] }),
      policy("two", { pack: "optropic-checklist", items: ["2.5"], status: "violated" }),
    ];
    const rendered = lines({ policies }, { items: true });
    const rows = rendered.filter((line) => /^ {4}\S [A-Z0-9.]+ .*\[.*\]$/.test(line));
    expect(rows).toHaveLength(175);
    expect(rows.find((row) => / 2\.4 /.test(row))).toMatch(/✓ 2\.4 .*\[enforced\]$/);
    expect(rows.find((row) => / 4\.1 /.test(row))).toMatch(/◐ 4\.1 .*\[declared, to be measured\]$/);
    expect(rows.find((row) => / 2\.5 /.test(row))).toMatch(/✗ 2\.5 .*\[does not hold\]$/);
    expect(rows.find((row) => / R\.3 /.test(row))).toMatch(/· R\.3 .*\[to be signed\]$/);
  });
});

describe("colours and control characters", () => {
  const hostile = "\u001b[31m\u0007\u009b1m\u202e\u2028x";
  const document = documentOf({
    project: "shop",
    resources: [resource(`a:b:${hostile}`, hostile, "")],
    policies: [
      policy(hostile, {
        description: hostile,
        items: [hostile],
        status: "violated",
        violations: [
          { urn: `urn:pulumi:dev::shop::a:b:${hostile}::${hostile}`, message: `${hostile}\n${hostile}` },
        ],
      }),
    ],
    messages: [{ severity: "warning", message: hostile, urn: `urn:pulumi:dev::shop::a:b:C::${hostile}` }],
  });

  it("are only those of the renderer, and only where they are wanted", () => {
    const without = renderPreview(document, { resources: true, policies: true });
    // Control characters but the line feed.
    expect(without).not.toMatch(/[^\n\P{Cc}]|[\p{Cf}\p{Zl}\p{Zp}]/u);
    const coloured = renderPreview(document, { color: true, resources: true, policies: true });
    expect(coloured).not.toBe(without);
    expect(stripVTControlCharacters(coloured)).toBe(without);
  });
});
