import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import { type PreviewDocument, renderPreview } from "../../preview/index.ts";
import { documentOf, policy, resource, stackUrn } from "./documents.ts";

function lines(more: Partial<PreviewDocument>): string[] {
  return renderPreview(documentOf(more), { color: false }).split("\n");
}

const root = resource("pulumi:pulumi:Stack", "shop-dev", "", { custom: false });

describe("the tree", () => {
  it("shows children below their parents, in order, without the providers that nobody declared", () => {
    const group = resource("shop:index:Group", "group", stackUrn, { custom: false });
    const rows = lines({
      resources: [
        root,
        resource("pulumi:providers:random", "default_4_21_2", ""),
        resource("pulumi:providers:random", "own", stackUrn),
        group,
        resource("random:index/randomPet:RandomPet", "pet", stackUrn, { operation: "read" }),
        resource("random:index/randomPassword:RandomPassword", "password", group.urn, { protect: true }),
        resource("a:b:C", "kept", group.urn, { operation: "same" }),
      ],
    }).slice(2, 9);
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
    expect(lines({ resources: [resource("a:b:C", "orphan", "urn:of:nobody")] })[3]).toMatch(
      /^ \+ {3}a:b:C +orphan/,
    );
  });

  it("is not deceived by parents in a circle", () => {
    const one = resource("a:b:C", "one", "urn:pulumi:dev::shop::a:b:C::two");
    const two = resource("a:b:C", "two", one.urn);
    expect(lines({ resources: [one, two] }).at(-1)).toMatch(/^2 resources to create/);
  });

  it("holds more resources than a call has arguments", () => {
    const many = Array.from({ length: 150_000 }, (_, index) => resource("a:b:C", String(index), stackUrn));
    expect(lines({ resources: [root, ...many] }).length).toBeGreaterThan(150_000);
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

  it("come with violations first, the mandatory ones before the others", () => {
    const rendered = lines({ policies });
    expect(rendered.slice(rendered.indexOf("Policies:") + 1, -2)).toEqual(
      [
        "  ✗ refuses    3.3, 3.4  [mandatory] refuses holds.",
        "      - about the stack",
        "      - a:b:C (c): of two",
        "        lines",
        "      Fix: Mend it.",
        "  ! advises    [advisory] advises holds.",
        "      - better",
        "  ? waits      [unknown] waits holds.",
        "      - unknown yet",
        "  ~ is-waived  [waived] is-waived holds.",
        "      - wrong",
        "        Waived until 2099-12-31, approved by owner@shop.example: It is known.",
        "  ✓ passes     1.1",
        "  - 2 not applicable",
      ].map((line) => expect.stringMatching(new RegExp(`^${escaped(line)} *$`))),
    );
  });

  it("end in one line of totals", () => {
    expect(lines({ policies, resources: [root] }).at(-1)).toBe(
      "1 resource to create, 1 policy passed, 1 mandatory and 1 advisory violated, 1 waived, 1 unknown until deployed (1.2 s)",
    );
    expect(lines({ resources: [{ ...root, operation: "same" }] }).at(-1)).toMatch(
      /^1 resource in the state, /,
    );
  });
});

function escaped(text: string): string {
  return text.replaceAll(/[[\]().*+?]/g, "\\$&");
}

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
    const without = renderPreview(document, { color: false });
    // Control characters but the line feed.
    expect(without).not.toMatch(/[^\n\P{Cc}]|[\p{Cf}\p{Zl}\p{Zp}]/u);
    const coloured = renderPreview(document, { color: true });
    expect(coloured).not.toBe(without);
    expect(stripVTControlCharacters(coloured)).toBe(without);
  });
});
