import * as z from "zod";
import { parseJson } from "../lib/json.ts";
import type { PolicyOutcome, PreviewDocument } from "../preview/document/document.ts";
import type { Failed, Judged } from "../preview/report/report.ts";
import type { Files } from "./results.ts";
import type { PreviewedStack } from "./stacks.ts";

/**
 * What a run says of one stack, as data. The author of the pull request controls it, so it is read as a claim:
 * numbers are counted again, and nothing is taken over that is not checked.
 */
export type StackResult =
  | { readonly kind: "holds" | "refused"; readonly document: PreviewDocument }
  | { readonly kind: "could-not-tell"; readonly failed: Failed }
  | { readonly kind: "missing" }
  | { readonly kind: "invalid"; readonly reason: string };

/** Entries of one list; a program with more is not shown in a comment anyway. */
const most = 20_000;
/** Levels of a value that is shown as JSON. */
const deepest = 50;

const text = z.string().max(1_000_000);
/** A place in a file of the repository; one outside of it, which no page of GitHub shows, is left out. */
const place = z
  .object({ path: text, line: z.int().nonnegative(), column: z.int().nonnegative().default(1) })
  .optional()
  .transform((given) => (given !== undefined && isInside(given.path) ? given : undefined));
const waiver = z.object({ until: z.iso.date(), approvedBy: text, reason: text });
const list = <Item extends z.ZodType>(item: Item) => z.array(item).max(most);
const value = z.json();
const resource = z.object({ urn: text, type: text, name: text });
const enforcement = z.enum(["advisory", "mandatory", "disabled", "remediate"]);
const status = z.enum(["passed", "violated", "waived", "not-applicable", "unknown", "elsewhere"]);

const violation = z.object({
  urn: text,
  message: text,
  status: z.enum(["waived", "unknown", "unproved"]).optional(),
  source: place,
  declared: place,
  property: text.optional(),
  setting: text.optional(),
  expected: text.optional(),
  fix: text.optional(),
  waiver: waiver.optional(),
});

const policy = z
  .object({
    pack: text,
    name: text,
    description: text,
    enforcement,
    items: list(text),
    status,
    fix: text.optional(),
    violations: list(violation),
  })
  .refine(agrees, "its status and its violations contradict each other");

const side = z.object({ status, enforcement }).optional();

const diff = z.object({
  unavailable: text.optional(),
  added: list(resource),
  removed: list(resource),
  changed: list(
    z.object({
      ...resource.shape,
      properties: z
        .array(
          z.object({
            path: text,
            change: z.enum(["added", "removed", "changed"]),
            before: value.optional(),
            after: value.optional(),
          }),
        )
        .max(200),
      left: z.int().nonnegative(),
    }),
  ),
  policies: list(z.object({ pack: text, name: text, before: side, after: side })),
  secrets: z.int().nonnegative(),
});

const document = z.object({
  project: text,
  stack: text,
  resources: list(z.object({ ...resource.shape, operation: z.enum(["create", "read", "same"]) })),
  policies: list(policy).refine(
    (policies) =>
      policies.some((each) => each.enforcement !== "disabled" && each.status !== "not-applicable"),
    "no policy judged it",
  ),
  messages: list(
    z.object({
      severity: text.refine(isNoError, "the program reported an error"),
      message: text,
      urn: text.default(""),
    }),
  ),
  exceptions: list(text).optional(),
  diff: diff.optional(),
});

const failed = z.object({
  error: z.object({
    failure: text,
    message: text,
    problems: list(z.object({ message: text, source: place })).optional(),
  }),
});

/**
 * Reads `NAME.json` of a stack.
 *
 * @param day on which it was judged, as `2026-11-02`: a waiver that ended before it waives nothing
 */
export function stackResult(
  files: Files,
  { name, program, stack }: PreviewedStack,
  day: string,
): StackResult {
  const file = files.get(`${name}.json`);
  if (file === undefined) return { kind: "missing" };
  const content = parseJson(file.toString("utf8"));
  if (isTooDeep(content)) return { kind: "invalid", reason: `${name}.json nests too deep` };
  const isError = typeof content === "object" && content !== null && "error" in content;
  if (isError) {
    const error = failed.safeParse(content);
    return error.success ? { kind: "could-not-tell", failed: error.data } : invalid(name, error.error);
  }
  const parsed = document.safeParse(content);
  if (!parsed.success) return invalid(name, parsed.error);
  if (parsed.data.project !== program || parsed.data.stack !== stack) {
    return { kind: "invalid", reason: `${name}.json is about another stack than ${program}/${stack}` };
  }
  const ended = parsed.data.policies
    .flatMap(({ violations }) => violations)
    .find((each) => each.waiver !== undefined && each.waiver.until < day);
  if (ended !== undefined) {
    return { kind: "invalid", reason: `${name}.json waives something by a waiver that ended before ${day}` };
  }
  const judged = completed(parsed.data);
  return { kind: judged.summary.mandatory > 0 ? "refused" : "holds", document: judged };
}

/** What `preview --json` wrote, if it could tell. */
export function documentOf(file: Buffer): PreviewDocument | undefined {
  const content = parseJson(file.toString("utf8"));
  if (isTooDeep(content)) return undefined;
  const parsed = document.safeParse(content);
  return parsed.success ? completed(parsed.data) : undefined;
}

/** The words of the checker name the place and what was expected there, and repeat nothing of the file. */
function invalid(name: string, { issues }: z.ZodError): StackResult {
  const { path = [], message = "" } = issues[0] ?? {};
  const at = path.filter((step) => typeof step === "string").join(".");
  return {
    kind: "invalid",
    reason: `${name}.json is not a result of optropic preview${at === "" ? "" : ` at ${at}`}: ${message}`,
  };
}

/** With the numbers that its policies have, whatever it says of itself. */
function completed({ resources, policies, ...rest }: z.infer<typeof document>): Judged["document"] {
  const having = (wanted: PolicyOutcome["status"]) =>
    policies.filter((each) => each.status === wanted).length;
  const violated = policies.filter((each) => each.status === "violated");
  const advisory = violated.filter((each) => each.enforcement === "advisory").length;
  return {
    ...rest,
    policies,
    resources: resources.map((each) => ({ ...each, parent: "", custom: true, protect: false, inputs: {} })),
    outputs: {},
    remediations: [],
    timings: { programMs: 0, packsLoadedMs: 0 },
    summary: {
      resources: resources.length,
      passed: having("passed"),
      violated: violated.length,
      mandatory: violated.length - advisory,
      advisory,
      waived: having("waived"),
      unknown: having("unknown"),
      ...(having("elsewhere") > 0 && { elsewhere: having("elsewhere") }),
      notApplicable: having("not-applicable"),
      durationMs: 0,
    },
  };
}

/** A program that reports an error has failed, and such a preview has no verdict. */
function isNoError(severity: string): boolean {
  return severity !== "error";
}

/** Whether a policy has the status that its violations give it: what objects to something has not passed. */
function agrees({
  status: stated,
  violations,
}: {
  status: z.infer<typeof status>;
  violations: readonly Pick<z.infer<typeof violation>, "status" | "waiver">[];
}): boolean {
  const isOpen = stated === "unknown" || stated === "waived" || stated === "elsewhere";
  const statusOf = (each: (typeof violations)[number]) => each.status ?? (isOpen ? stated : "violated");
  const own = new Set(violations.map(statusOf));
  // Nothing but a waiver waives.
  if (violations.some((each) => statusOf(each) === "waived" && each.waiver === undefined)) return false;
  if (own.has("violated") || own.has("unproved")) return stated === "violated";
  if (own.has("elsewhere")) return stated === "elsewhere";
  if (own.has("unknown")) return stated === "unknown";
  return own.has("waived") ? stated === "waived" : stated === "passed" || stated === "not-applicable";
}

function isInside(path: string): boolean {
  return !/^(?:[/\\]|[a-z]:[/\\]|[a-z][a-z\d+.-]*:\/)/i.test(path) && !path.split(/[/\\]/).includes("..");
}

/** Whether a document nests too deep for what reads it, which goes down call by call. */
function isTooDeep(content: unknown): boolean {
  let level: unknown[] = [content];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > deepest + 10) return true;
    level = level.flatMap((given) =>
      typeof given === "object" && given !== null ? Object.values(given) : [],
    );
  }
  return false;
}
