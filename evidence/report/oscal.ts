import { jsonLine } from "../../lib/json.ts";
import { shortened } from "../../lib/text.ts";
import { sha256 } from "../digest.ts";
import type { ReportDocument, ReportedControl, ReportedItem } from "./document.ts";
import { oneVerdict, totalsLine } from "./words.ts";

/** Version of the Open Security Controls Assessment Language that is written. */
export const oscalVersion = "1.2.1";

/**
 * The decision as assessment results of OSCAL, for an auditor: an observation for each control that found
 * something, with the record that shows it, and a finding for each item that is due. An item is satisfied only
 * where it holds: what is waived, unknown or stale is not.
 *
 * Every UUID is made from what it names, so that the same evidence gives the same bytes.
 */
export function oscalReport(document: ReportDocument): string {
  const { project, stack, at, tool, items, totals, evidence } = document;
  const named = (what: string) => uuid([project, stack, at, what]);
  const due = items.filter(({ verdict }) => verdict !== "not-due" && verdict !== "not-applicable");
  const observations = items.flatMap((item) =>
    item.controls.flatMap((control) => observation(item, control, named)),
  );
  const records = [
    ...new Set(items.flatMap(({ controls }) => controls.flatMap(({ record }) => record ?? []))),
  ].sort();
  return jsonLine({
    "assessment-results": {
      uuid: named("assessment-results"),
      metadata: {
        title: prose(`Go-live decision of ${project}/${stack}`),
        "last-modified": at,
        version: tool.version,
        "oscal-version": oscalVersion,
        props: [prop("decision", document.decision), prop("phase", document.phase)],
        remarks: prose(`${totalsLine(totals)} of ${items.length} items.`),
      },
      "import-ap": { href: `#${named("checklist")}` },
      results: [
        {
          uuid: named("result"),
          title: prose(`${document.decision} at ${at}`),
          description: prose(
            `The state of ${items.length} items from ${evidence.records} records of evidence. Items that are not due or not applicable have no finding.`,
          ),
          start: at,
          end: at,
          "reviewed-controls": {
            "control-selections": [
              due.length > 0
                ? { "include-controls": due.map(({ id }) => ({ "control-id": token(id) })) }
                : { description: "No item is due." },
            ],
          },
          ...(observations.length > 0 && { observations }),
          ...(due.length > 0 && { findings: due.map((item) => finding(item, named)) }),
          ...(evidence.problems.length > 0 && {
            remarks: prose(`The evidence is not intact: ${evidence.problems.join("; ")}`),
          }),
        },
      ],
      "back-matter": {
        resources: [
          {
            uuid: named("checklist"),
            title: "Production deployment checklist",
            description: "The plan of the assessment: 175 items, and the controls that show each of them.",
          },
          ...records.map((digest) => ({
            uuid: named(`record ${digest}`),
            title: `Record ${digest.slice(0, 12)}`,
            description: "An in-toto Statement in a DSSE envelope.",
            rlinks: [
              {
                href: `records/${encodeURIComponent(stack)}/${digest}`,
                hashes: [{ algorithm: "SHA-256", value: digest }],
              },
            ],
          })),
        ],
      },
    },
  });
}

const methods: Readonly<Record<ReportedControl["kind"], string>> = {
  policy: "EXAMINE",
  gate: "EXAMINE",
  docs: "EXAMINE",
  report: "EXAMINE",
  probe: "TEST",
  attest: "INTERVIEW",
};

function observation(item: ReportedItem, control: ReportedControl, named: (what: string) => string) {
  const { kind, name, title, verdict, summary, at, until, record, url } = control;
  if (record === undefined || at === undefined) return [];
  return [
    {
      uuid: named(`observation ${item.id} ${kind}:${name}`),
      title: prose(`${kind} ${name}`),
      description: prose(`${title} ${summary}`),
      props: [prop("verdict", verdict)],
      methods: [methods[kind]],
      "relevant-evidence": [
        { href: `#${named(`record ${record}`)}`, description: "The record of the run." },
        ...(url === undefined || !URL.canParse(url) || !/^https?:/i.test(url)
          ? []
          : [{ href: new URL(url).href, description: "What shows it." }]),
      ],
      collected: at,
      ...(until !== undefined && { expires: until }),
    },
  ];
}

function finding(item: ReportedItem, named: (what: string) => string) {
  const { id, text, section, verdict, reason, owner, controls } = item;
  const related = controls.filter(({ record, at }) => record !== undefined && at !== undefined);
  return {
    uuid: named(`finding ${id}`),
    title: prose(`${id} ${text}`),
    description: prose(`${section}: ${reason}.`),
    props: [prop("verdict", verdict)],
    target: {
      type: "objective-id",
      "target-id": token(id),
      status: {
        state: verdict === "holds" ? "satisfied" : "not-satisfied",
        reason: verdict === "holds" ? "pass" : verdict === "does-not-hold" ? "fail" : "other",
        remarks: prose(`${oneVerdict[verdict]}; ${owner} answers for it`),
      },
    },
    ...(related.length > 0 && {
      "related-observations": related.map(({ kind, name }) => ({
        "observation-uuid": named(`observation ${id} ${kind}:${name}`),
      })),
    }),
  };
}

function prop(name: string, value: string) {
  return { name, ns: "https://optropic.example/ns/oscal", value };
}

/** The id of an item as a token of OSCAL, which begins with a letter. */
function token(id: string): string {
  return `item-${id}`;
}

/** A text on one line: some readers take what is in it for markup. */
function prose(text: string): string {
  const line = text
    .toWellFormed()
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "·")
    .replaceAll(/[<>[\]`*_\\|]/g, "\\$&")
    .trim();
  return shortened(line === "" ? "(empty)" : line, 10_000);
}

/** A UUID of version 5 in form, from a digest: the same for the same parts. */
function uuid(parts: readonly string[]): string {
  const hex = sha256(JSON.stringify(parts));
  const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 3) | 8).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `5${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join("-");
}
