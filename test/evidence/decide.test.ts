import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ItemId, items } from "../../checklist/items.ts";
import { actionsOf } from "../../evidence/actions.ts";
import { decide, stepsControl } from "../../evidence/decide.ts";
import type { DecisionInput } from "../../evidence/latest.ts";
import { type EvidenceRecord, readRecord, sealRun } from "../../evidence/record.ts";
import type { RegisteredControl } from "../../evidence/registered.ts";
import type { Result, Run, RunKind } from "../../evidence/statement.ts";
import { resultOf, runOf } from "./records.ts";

const commit = "a".repeat(40);

/** Every kind of control of every item, one a kind. */
const everything: (RegisteredControl & { run: RunKind })[] = (
  ["policy", "probe", "gate", "attest", "docs", "report"] as const
).map((kind) => ({
  kind,
  name: `all-${kind}`,
  title: "Everything.",
  items: items.filter(({ controls }) => controls.some((control) => control === kind)).map(({ id }) => id),
  run: (
    {
      policy: "preview",
      probe: "verify",
      attest: "attestation",
      gate: "gate",
      docs: "gate",
      report: "gate",
    } as const
  )[kind],
}));

const validHours = {
  preview: 168,
  verify: 24,
  drill: 720,
  backup: 26,
  "load-test": 720,
  gate: 168,
  migration: 720,
  release: 720,
  rollback: 720,
  watch: 24,
  attestation: 2184,
};

function recordOf(run: Run): EvidenceRecord {
  const { name, bytes } = sealRun(run, undefined);
  return readRecord(name, bytes, []);
}

const at = "2026-11-28T12:00:00.000Z";

const signer = { by: "lead@optropic.example", url: "https://optropic.example/tickets/1" };

/** Evidence that every control holds. */
function whole(changes: { without?: string; edit?: (run: Run) => Run } = {}): EvidenceRecord[] {
  return everything
    .filter(({ name }) => name !== changes.without)
    .map(({ kind, name, items: ids, run }) => {
      const result = resultOf({
        control: { kind, name },
        items: [...ids],
        ...(run === "attestation" && { until: "2026-12-20T00:00:00.000Z", ...signer }),
      });
      return recordOf(
        (changes.edit ?? ((same) => same))(runOf({ kind: run, commit, finishedAt: at, results: [result] })),
      );
    });
}

function decided(records: EvidenceRecord[], changes: Partial<DecisionInput> = {}) {
  return decide({
    project: "optropic",
    stack: "production",
    at: new Date("2026-11-28T13:00:00Z"),
    commit,
    records,
    controls: everything,
    validHours,
    signedOnly: false,
    waivers: [],
    phase: "after",
    ...changes,
  });
}

function verdictOf(decision: ReturnType<typeof decide>, id: ItemId) {
  return decision.items.find(({ item }) => item.id === id);
}

describe("a decision", () => {
  it("is go when every control of every item was shown to hold", () => {
    const decision = decided(whole());
    expect(decision.go).toBe(true);
    expect(decision.items).toHaveLength(175);
    expect(actionsOf(decision)).toEqual([]);
  });

  it("is no-go without evidence, and each item says why", () => {
    const decision = decided([]);
    expect(decision.go).toBe(false);
    expect(decision.items.filter(({ verdict }) => verdict === "holds")).toEqual([]);
    expect(decision.items.every(({ reason }) => reason !== "")).toBe(true);
  });

  it("is no-go when one kind of evidence is missing, and one command would show it", () => {
    const decision = decided(whole({ without: "all-probe" }));
    expect(verdictOf(decision, "4.2")).toMatchObject({
      verdict: "unknown",
      reason: "No evidence: nothing was measured",
    });
    const [action, ...others] = actionsOf(decision);
    expect(action).toMatchObject({
      what: "npx optropic verify --stack production --evidence",
      command: true,
    });
    expect(action?.items).toContain("3.7");
    expect(others).toEqual([]);
  });

  it.each(["does-not-hold", "unknown"] as const)("is no-go when one item is %s, with its fix", (state) => {
    const edit = (run: Run): Run =>
      run.kind === "verify"
        ? {
            ...run,
            results: run.results.map((result) => ({
              ...result,
              state,
              summary: "It answers 200",
              fix: "Turn HTTPS on",
            })),
          }
        : run;
    const decision = decided(whole({ edit }));
    expect(decision.go).toBe(false);
    expect(verdictOf(decision, "4.2")).toMatchObject({ verdict: state, reason: "It answers 200" });
    if (state === "does-not-hold") expect(actionsOf(decision)[0]).toMatchObject({ what: "Turn HTTPS on" });
  });

  const advising =
    (kind: RunKind) =>
    (run: Run): Run =>
      run.kind === kind
        ? {
            ...run,
            results: run.results.map((result) => ({
              ...result,
              state: "does-not-hold" as const,
              advisory: true,
            })),
          }
        : run;

  it("is not stopped by what is registered as an advice, or by what advises at the stage staging", () => {
    const records = whole({ edit: advising("preview") });
    const optional = everything.map((each) => ({
      ...each,
      ...(each.run === "preview" && { advisory: true }),
    }));
    for (const changes of [{ controls: optional }, { stage: "staging" as const }]) {
      const decision = decided(records, changes);
      expect(decision.go).toBe(true);
      expect(verdictOf(decision, "2.1")).toMatchObject({ verdict: "does-not-hold", blocks: false });
      expect(actionsOf(decision)).toEqual([]);
    }
  });

  it.each([
    ["preview", "production"],
    ["verify", "production"],
    ["verify", "staging"],
  ] as const)("takes no record's word that nothing depends on what a %s found in %s", (kind, stage) => {
    expect(decided(whole({ edit: advising(kind) }), { stage }).go).toBe(false);
  });

  it("does not count what no program was asked for", () => {
    const notAsked = (run: Run): Run =>
      run.kind === "preview"
        ? { ...run, results: run.results.map((result) => ({ ...result, state: "not-applicable" as const })) }
        : run;
    const records = whole({ edit: notAsked });
    expect(verdictOf(decided(records), "2.1")).toMatchObject({ verdict: "unknown", blocks: true });
    expect(actionsOf(decided(records)).map(({ what }) => what)).toEqual([
      "npx optropic preview --cwd delivery --stack production --evidence",
    ]);
    expect(verdictOf(decided(records, { stage: "staging" }), "2.1")).toMatchObject({ blocks: false });
    const asked = whole().map(({ run }) => recordOf({ ...run, project: "delivery" }));
    expect(verdictOf(decided([...records, ...asked]), "2.1")).toMatchObject({ verdict: "holds" });
  });

  it("counts what was made with the settings that are to go live, and no other", () => {
    const settings = new Map([["optropic", "a".repeat(64)]]);
    const made = (digest?: string) =>
      whole({ edit: (run) => (digest === undefined ? run : { ...run, settings: digest }) });
    expect(decided(made("a".repeat(64)), { settings }).go).toBe(true);
    for (const digest of [undefined, "b".repeat(64)]) {
      const decision = decided(made(digest), { settings });
      expect(verdictOf(decision, "2.1")).toMatchObject({ verdict: "stale", blocks: true });
      expect(verdictOf(decision, "4.2")).toMatchObject({ verdict: "stale", blocks: true });
    }
    const wrong = whole({
      edit: (run) => ({
        ...run,
        results: run.results.map((result) => ({ ...result, state: "does-not-hold" as const })),
      }),
    });
    expect(verdictOf(decided(wrong, { settings }), "4.2")).toMatchObject({ verdict: "does-not-hold" });
  });

  const waiver = { until: "2026-11-28", reason: "Moves next week", approver: "lead@optropic.example" };
  const accepted = { control: "all-policy", until: waiver.until, approver: waiver.approver };
  const waivedIn =
    (kind: RunKind, more: { waiver?: typeof waiver } = { waiver }) =>
    (run: Run): Run =>
      run.kind === kind
        ? {
            ...run,
            results: run.results.map((result) => ({
              ...{ ...result, state: "waived" as const, summary: "It is off" },
              ...more,
            })),
          }
        : run;

  it("counts a waiver as waived and never as held", () => {
    const decision = decided(whole({ edit: waivedIn("preview") }), { waivers: [accepted] });
    expect(decision.go).toBe(true);
    expect(verdictOf(decision, "2.1")).toMatchObject({ verdict: "waived" });
  });

  it.each([
    ["another day", { ...accepted, until: "2026-12-28" }],
    ["another approver", { ...accepted, approver: "dev@optropic.example" }],
    ["another control", { ...accepted, control: "all-probe" }],
  ])("takes no waiver that the settings have for %s, or not at all", (_, other) => {
    const records = whole({ edit: waivedIn("preview") });
    for (const waivers of [[], [other]]) {
      expect(verdictOf(decided(records, { waivers }), "2.1")).toMatchObject({
        verdict: "does-not-hold",
        reason: "Its waiver until 2026-11-28 is not in the settings: It is off",
        blocks: true,
      });
    }
  });

  it.each(["attestation", "gate"] as const)(
    "has no waived %s: only settings waive, and neither is measured",
    (kind) => {
      expect(() => whole({ edit: waivedIn(kind) })).toThrow(/cannot be waived/);
    },
  );

  it("has no waiver without who approved it and until when", () => {
    expect(() => whole({ edit: waivedIn("preview", {}) })).toThrow(/who approved it and until when/);
    const held = (run: Run): Run => ({
      ...run,
      results: run.results.map((result) => ({ ...result, waiver })),
    });
    expect(() => whole({ edit: held })).toThrow(/none where nothing is waived/);
  });

  it("takes a waiver that has ended for a violation", () => {
    const records = whole({ edit: waivedIn("preview") });
    const waivers = [accepted];
    expect(verdictOf(decided(records, { waivers }), "2.1")).toMatchObject({ verdict: "waived" });
    const later = { at: new Date("2026-11-29T00:00:00Z"), waivers };
    expect(verdictOf(decided(records, later), "2.1")).toMatchObject({
      verdict: "does-not-hold",
      reason: "Its waiver ended on 2026-11-28: It is off",
    });
  });

  it("is stale when time has passed, and can be replayed for any moment", () => {
    const records = whole();
    expect(decided(records, { at: new Date("2026-11-29T12:00:01Z") })).toMatchObject({ go: false });
    expect(verdictOf(decided(records, { at: new Date("2026-11-29T12:00:01Z") }), "4.2")).toMatchObject({
      verdict: "stale",
      reason: "It was shown at 2026-11-28 12:00 UTC and counted until 2026-11-29 12:00 UTC",
    });
    expect(decided(records, { at: new Date("2026-11-29T12:00:00Z") }).go).toBe(true);
    expect(decided(records, { at: new Date("2026-11-28T11:59:59Z") })).toMatchObject({ go: false });
  });

  it("takes nothing that counts for one commit where nobody knows which one goes live", () => {
    const unknown = decided(whole(), { commit: undefined });
    expect(unknown.go).toBe(false);
    expect(verdictOf(unknown, "1.1")?.verdict).toBe("stale");
  });

  it("does not take a preview of another commit", () => {
    const other = decided(whole(), { commit: "b".repeat(40) });
    expect(verdictOf(other, "2.1")).toMatchObject({
      verdict: "stale",
      reason: "It was shown for aaaaaaaaaaaa, and bbbbbbbbbbbb is to go live",
    });
  });

  it("does not take unsigned evidence where it must be signed", () => {
    expect(verdictOf(decided(whole(), { signedOnly: true }), "4.2")).toMatchObject({
      verdict: "unknown",
      reason: "Its evidence is not signed by a trusted key (and 1 more)",
    });
  });

  it("does not take a person's signature for a measurement, or a signature that ends after every limit", () => {
    const forged = whole({ edit: (run) => (run.kind === "verify" ? { ...run, kind: "attestation" } : run) });
    expect(verdictOf(decided(forged), "4.2")).toMatchObject({ verdict: "unknown" });
    const endless = whole({
      edit: (run) => ({
        ...run,
        results: run.results.map((result) => ({ ...result, until: "2099-01-01T00:00:00.000Z" })),
      }),
    });
    expect(verdictOf(decided(endless, { at: new Date("2027-03-01T00:00:00Z") }), "S8.3")).toMatchObject({
      verdict: "stale",
    });
  });

  it.each<[string, Partial<Result>, DecisionInput["authors"]]>([
    ["of nobody", { by: " " }, []],
    ["of nobody in letters that do not show", { by: "\u200b" }, []],
    ["with a name around the address", { by: "Lead <lead@optropic.example>" }, []],
    ["of two at once", { by: "second@optropic.example, lead@optropic.example" }, []],
    ["in other letters", { by: "ｌead@optropic.example" }, []],
    ["that nothing shows", { url: undefined }, []],
    ["that a script shows", { url: "javascript:alert(1)" }, []],
    ["of who wrote the release", {}, ["other@optropic.example", "Lead+x@optropic.example"]],
    ["where Git cannot tell who wrote the release", {}, "unknown"],
    ["that it does not apply, without a reason", { state: "not-applicable", summary: "\u200b " }, []],
  ])("does not take a signature %s, nor lets it hide one that counts", (_, forged, authors) => {
    const signed = (changes: Partial<Result>, finishedAt: string) =>
      recordOf(
        runOf({
          ...{ kind: "attestation", commit, finishedAt },
          results: [
            resultOf({
              ...{ control: { kind: "attest", name: "all-attest" }, items: ["S8.3"], at: finishedAt },
              ...{ until: "2026-12-20T00:00:00.000Z", ...signer, ...changes },
            }),
          ],
        }),
      );
    const bad = signed(forged, "2026-11-28T12:30:00.000Z");
    expect(verdictOf(decided([bad], { authors }), "S8.3")).toMatchObject({ verdict: "unknown" });
    const others = signed({ by: "second@optropic.example" }, "2026-11-28T12:10:00.000Z");
    const known = authors === "unknown" ? [] : authors;
    expect(verdictOf(decided([others, bad], { authors: known }), "S8.3")).toMatchObject({
      verdict: "holds",
    });
    const against = signed({ ...forged, state: "does-not-hold" }, "2026-11-28T12:40:00.000Z");
    expect(verdictOf(decided([others, against], { authors }), "S8.3")).toMatchObject({
      verdict: "does-not-hold",
    });
  });

  it("does not take the evidence of another stack", () => {
    expect(decided(whole({ edit: (run) => ({ ...run, stack: "staging" }) })).go).toBe(false);
  });

  it("does not ask for what is due later", () => {
    const decision = decided(whole({ without: "all-probe" }), { phase: "before" });
    expect(verdictOf(decision, "H1.1")).toMatchObject({
      verdict: "not-due",
      reason: "Due after the release",
    });
    expect(verdictOf(decision, "4.2")).toMatchObject({ verdict: "unknown" });
  });

  it("takes what applies in one of two programs, and the worse of two that apply", () => {
    const records = whole();
    const policy = everything.find(({ kind }) => kind === "policy");
    const of = (state: "not-applicable" | "does-not-hold") =>
      recordOf(
        runOf({
          kind: "preview",
          project: "optropic-delivery",
          commit,
          finishedAt: "2026-11-28T12:30:00.000Z",
          results: [
            resultOf({
              control: { kind: "policy", name: "all-policy" },
              items: [...(policy?.items ?? [])],
              state,
              at: "2026-11-28T12:30:00.000Z",
            }),
          ],
        }),
      );
    expect(verdictOf(decided([...records, of("not-applicable")]), "2.1")).toMatchObject({ verdict: "holds" });
    expect(verdictOf(decided([...records, of("does-not-hold")]), "2.1")).toMatchObject({
      verdict: "does-not-hold",
    });
  });

  it("says where a version has no control for an item", () => {
    const decision = decided(whole(), { controls: everything.filter(({ kind }) => kind !== "docs") });
    expect(verdictOf(decision, "C.5")).toMatchObject({
      verdict: "unknown",
      reason: "This version of optropic has no docs control for this item yet",
    });
  });

  it("is the same in whatever order the records are read", () => {
    const records = [
      ...whole(),
      ...whole({ edit: (run) => ({ ...run, finishedAt: "2026-11-28T12:10:00.000Z" }) }),
    ];
    const expected = JSON.stringify(decided(records));
    fc.assert(
      fc.property(fc.shuffledSubarray(records, { minLength: records.length }), (shuffled) => {
        expect(JSON.stringify(decided(shuffled))).toBe(expected);
      }),
      { numRuns: 10 },
    );
  });

  it("never becomes go by taking evidence away or making it older", () => {
    const records = whole();
    fc.assert(
      fc.property(fc.subarray(records, { maxLength: records.length - 1 }), (some) => {
        expect(decided(some).go).toBe(false);
      }),
      { numRuns: 20 },
    );
  });
});

describe("a control that is not built", () => {
  const signed: RegisteredControl = {
    ...{ kind: "attest", name: "attest-S1.4", title: "Frozen.", items: ["S1.4"], run: "attestation" },
    standsFor: ["gate"],
  };
  const built = everything.map((control) => ({
    ...control,
    items: control.items.filter((id) => id !== "S1.4"),
  }));
  const signature = recordOf(
    runOf({
      kind: "attestation",
      finishedAt: at,
      results: [
        resultOf({
          control: { kind: "attest", name: "attest-S1.4" },
          items: ["S1.4"],
          until: "2026-12-20T00:00:00.000Z",
          ...signer,
        }),
      ],
    }),
  );

  it("leaves its item unknown, until a person signs in its place", () => {
    expect(verdictOf(decided(whole(), { controls: built }), "S1.4")).toMatchObject({
      verdict: "unknown",
      blocks: true,
      reason: "This version of optropic has no gate control for this item yet",
    });
    const controls = [...built, signed];
    expect(verdictOf(decided(whole(), { controls }), "S1.4")?.verdict).toBe("unknown");
    const item = verdictOf(decided([...whole(), signature], { controls }), "S1.4");
    expect(item).toMatchObject({ verdict: "holds", controls: [{ standsFor: ["gate"] }] });
  });

  it("is no longer stood in for once it is built", () => {
    const decision = decided([...whole({ without: "all-gate" }), signature]);
    expect(verdictOf(decision, "S1.4")?.verdict).toBe("unknown");
  });
});

describe("whether every step of the deployment is done", () => {
  const controls = [...everything.filter(({ kind }) => kind !== "report"), stepsControl];

  it("is worked out from the items of the steps", () => {
    expect(verdictOf(decided(whole(), { controls }), "OK.1")).toMatchObject({
      verdict: "holds",
      reason: "Each of the 53 items of the steps holds, is waived or does not apply",
    });
    const decision = decided(whole({ without: "all-attest" }), { controls });
    expect(verdictOf(decision, "OK.1")).toMatchObject({ verdict: "unknown", blocks: true });
    // What the steps need is named there.
    expect(actionsOf(decision).filter(({ items: ids }) => ids.includes("OK.1"))).toEqual([]);
  });

  it("is never counted as holding where a step is waived", () => {
    const waived = whole({
      edit: (run) => ({
        ...run,
        results: run.results.map((result) =>
          run.kind === "verify"
            ? {
                ...result,
                state: "waived" as const,
                waiver: { until: "2026-12-01", reason: "x", approver: "y" },
              }
            : result,
        ),
      }),
    });
    const waivers = [{ control: "all-probe", until: "2026-12-01", approver: "y" }];
    expect(verdictOf(decided(waived, { controls, waivers }), "OK.1")?.verdict).toBe("waived");
  });
});

/** Evidence that every control holds, but for what the preview says of policies. */
function previewed(says: Partial<Result>): EvidenceRecord[] {
  return whole({
    edit: (run) =>
      run.kind === "preview"
        ? { ...run, results: run.results.map((result) => ({ ...result, ...says })) }
        : run,
  });
}

describe("after a deployment", () => {
  it("a value that only the deployment tells holds where each probe of the item measured what runs", () => {
    const waits = previewed({ state: "unknown", deferred: true, summary: "The URL is known later" });
    const item = verdictOf(decided(waits), "3.4");
    expect(item).toMatchObject({ verdict: "holds", blocks: false });
    expect(item?.controls[0]?.summary).toBe(
      "Only the deployment knows the declared value; measured by all-probe. The URL is known later",
    );
    // Of an item that nothing measures, nobody knows it.
    const bare = items.find(({ controls }) => controls.length === 1 && controls[0] === "policy");
    expect(verdictOf(decided(waits), bare?.id ?? "3.4")).toMatchObject({ verdict: "unknown", blocks: true });
    const unmeasured = waits.filter(({ run }) => run.kind !== "verify");
    expect(verdictOf(decided(unmeasured), "3.4")).toMatchObject({ verdict: "unknown", blocks: true });
    const verify = "npx optropic verify --stack production --evidence";
    const needed = actionsOf(decided(unmeasured)).filter(({ items: of }) => of.includes("3.4"));
    expect(needed.map(({ what }) => what)).toEqual([verify]);
    expect(verdictOf(decided(previewed({ state: "unknown" })), "3.4")?.blocks).toBe(true);
  });

  it("what was measured before the preview was measured of another deployment", () => {
    const earlier = "2026-11-28T11:59:59.000Z";
    const records = previewed({ state: "unknown", deferred: true, summary: "The URL is known later" }).map(
      (record) =>
        record.run.kind === "verify"
          ? recordOf({
              ...record.run,
              ...{ startedAt: earlier, finishedAt: earlier },
              results: record.run.results.map((result) => ({ ...result, at: earlier })),
            })
          : record,
    );
    const decision = decided(records);
    expect(verdictOf(decision, "3.4")).toMatchObject({
      ...{ verdict: "unknown", blocks: true },
      reason: "Not measured since the preview: all-probe. The URL is known later",
    });
    expect(actionsOf(decision).find(({ items: of }) => of.includes("3.4"))?.what).toBe(
      "npx optropic verify --stack production --evidence",
    );
  });
});

describe("before a deployment", () => {
  const phase = "deploy" as const;

  it("nothing is due that only a platform that runs can show, so that a first one is possible", () => {
    const first = whole({ without: "all-probe" });
    expect(decided(first, { phase: "before" }).go).toBe(false);
    const decision = decided(first, { phase });
    expect(decision.go).toBe(true);
    expect(verdictOf(decision, "4.2")).toMatchObject({
      verdict: "not-due",
      reason: "Not due before a deployment. No evidence: nothing was measured",
    });
    expect(verdictOf(decision, "S4.1")?.verdict).toBe("not-due");
  });

  it("what a machine or a person can show without it is due", () => {
    for (const without of ["all-policy", "all-gate", "all-docs"]) {
      expect(decided(whole({ without }), { phase }).go, without).toBe(false);
    }
    expect(verdictOf(decided(whole({ without: "all-attest" }), { phase }), "7.2")?.blocks).toBe(true);
  });

  it("a value that only the deployment tells is not due, and nothing else that is unknown", () => {
    const waits = previewed({ state: "unknown", deferred: true });
    expect(decided(waits, { phase }).go).toBe(true);
    expect(verdictOf(decided(waits, { phase }), "3.4")?.controls).toContainEqual(
      expect.objectContaining({ name: "all-policy", verdict: "not-due" }),
    );
    expect(decided(previewed({ state: "unknown" }), { phase }).go).toBe(false);
    // Nothing else can say that it waits.
    expect(() => previewed({ state: "does-not-hold", deferred: true })).toThrow(/only a preview waits/);
    const gate = runOf({ kind: "gate", results: [resultOf({ state: "unknown", deferred: true })] });
    expect(() => sealRun(gate, undefined)).toThrow(/only a preview waits/);
  });

  it("what waits for it does not count where its evidence counts for nothing, or is of other settings", () => {
    const waits = previewed({ state: "unknown", deferred: true });
    for (const when of ["deploy", "before"] as const) {
      const unsigned = decided(waits, { phase: when, signedOnly: true });
      expect(verdictOf(unsigned, "3.4")?.controls).toContainEqual(
        expect.objectContaining({ name: "all-policy", verdict: "unknown" }),
      );
      expect(unsigned.go).toBe(false);
    }
    const settings = new Map([["optropic", "b".repeat(64)]]);
    expect(verdictOf(decided(waits, { phase, settings }), "3.4")?.verdict).toBe("stale");
  });

  it("what waits in one program hides nothing of another", () => {
    const waits = previewed({ state: "unknown", deferred: true });
    const worse: Partial<Result>[] = [
      { state: "unknown", summary: "Nothing shows it" },
      { state: "waived", waiver: { until: "2026-11-27", reason: "x", approver: "y" } },
      { state: "does-not-hold" },
    ];
    for (const says of worse) {
      const other = previewed(says)
        .filter(({ run }) => run.kind === "preview")
        .map(({ run }) => recordOf({ ...run, project: "delivery" }));
      for (const records of [
        [...waits, ...other],
        [...other, ...waits],
      ]) {
        expect(decided(records, { phase }).go, says.state).toBe(false);
      }
    }
  });

  it("what was measured and still counts stops the next one", () => {
    const broken = whole({
      edit: (run) =>
        run.kind === "verify"
          ? { ...run, results: run.results.map((result) => ({ ...result, state: "does-not-hold" as const })) }
          : run,
    });
    expect(decided(broken, { phase }).go).toBe(false);
    const late = { phase, at: new Date("2026-11-30T13:00:00Z") };
    expect(verdictOf(decided(broken, late), "4.2")?.verdict).toBe("not-due");
    const measured = (
      minute: number,
      state: Result["state"],
      settings?: string,
      without?: ItemId,
    ): EvidenceRecord => {
      const finishedAt = `2026-11-28T12:${minute}:00.000Z`;
      const all = everything.find(({ kind }) => kind === "probe")?.items ?? [];
      const ids = all.filter((id) => id !== without);
      const control = { kind: "probe", name: "all-probe" } as const;
      return recordOf(
        runOf({
          ...{ finishedAt, results: [resultOf({ control, items: ids, state, at: finishedAt })] },
          ...(settings !== undefined && { settings }),
        }),
      );
    };
    // A look that could not tell hides nothing that is known; a later one that could tell does, in any order of files.
    const wrong = [...broken, measured(10, "unknown")];
    expect(decided(wrong, { phase }).go).toBe(false);
    expect(verdictOf(decided(wrong, late), "4.2")?.verdict).toBe("not-due");
    const elsewhere = [...broken, measured(10, "holds", "0".repeat(64))];
    expect(decided(elsewhere, { phase }).go).toBe(true);
    const settings = new Map([["optropic", "1".repeat(64)]]);
    expect(verdictOf(decided(elsewhere, { phase, settings }), "4.2")?.controls).toContainEqual(
      expect.objectContaining({ name: "all-probe", verdict: "does-not-hold" }),
    );
    const other = "0".repeat(64);
    const mended = [measured(20, "holds", other), measured(10, "does-not-hold", other)];
    expect(verdictOf(decided(mended, { phase, settings }), "4.2")?.controls).toContainEqual(
      expect.objectContaining({ name: "all-probe", verdict: "not-due" }),
    );
    const again = [...wrong.reverse(), measured(20, "holds")];
    expect(decided(again, { phase }).go).toBe(true);
    const blind = [measured(30, "unknown"), ...again];
    expect(verdictOf(decided(blind, { phase: "after" }), "4.2")?.verdict).toBe("unknown");
    // Where keys are trusted, what nobody signed counts for nothing and hides nothing either.
    const signed = broken.map((record) => ({ ...record, signed: { state: "signed" as const, keyIds: [] } }));
    const trusted = { phase, signedOnly: true };
    for (const state of ["holds", "not-applicable", "does-not-hold"] as const) {
      for (const records of [
        [...signed, measured(10, state)],
        [measured(10, state), ...signed],
      ]) {
        expect(verdictOf(decided(records, trusted), "4.2")?.controls, state).toContainEqual(
          expect.objectContaining({ name: "all-probe", verdict: "does-not-hold" }),
        );
      }
    }
    // A measurement that held is not taken in place of a newer one that nobody signed.
    const held = whole().map((record) => ({ ...record, signed: { state: "signed" as const, keyIds: [] } }));
    const unsigned = decided([...held, measured(10, "does-not-hold")], { phase: "after", signedOnly: true });
    expect(verdictOf(unsigned, "4.2")?.controls).toContainEqual(
      expect.objectContaining({ name: "all-probe", verdict: "unknown" }),
    );
    // Nor does one that leaves the item out.
    const silent = [...broken, measured(10, "holds", undefined, "4.2")];
    const ofProbe = (records: EvidenceRecord[], id: ItemId, changes: Partial<DecisionInput> = {}) =>
      verdictOf(decided(records, { phase, ...changes }), id)?.controls.find(
        ({ name }) => name === "all-probe",
      );
    expect(ofProbe(silent, "4.2")?.verdict).toBe("does-not-hold");
    expect(ofProbe(silent.toReversed(), "4.1")?.verdict).toBe("holds");
    expect(ofProbe(silent, "4.2", late)?.verdict).toBe("not-due");
    expect(ofProbe([...silent, measured(20, "holds")], "4.2")?.verdict).toBe("holds");
    const spoken = [...whole(), measured(10, "holds", undefined, "4.2")];
    expect(ofProbe(spoken, "4.2", { phase: "before" })).toMatchObject({
      ...{ verdict: "unknown", summary: "The evidence of all-probe does not speak of 4.2" },
    });
    const delivery = recordOf({
      ...measured(10, "does-not-hold", undefined, "4.2").run,
      project: "delivery",
    });
    expect(ofProbe([delivery, ...broken], "4.2")?.verdict).toBe("does-not-hold");
  });
});
