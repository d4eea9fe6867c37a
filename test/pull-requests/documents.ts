import type { ArchivedFile } from "./zip-archive.ts";

const urn = "urn:pulumi:production::optropic::cloudflare:index/zone:Zone::zone";

export interface Told {
  /** The project; `optropic` unless it says so. */
  project?: string;
  /** The stack; `production` unless it says so. */
  stack?: string;
  /** What a mandatory policy objects to; nothing unless it says so. */
  refused?: string;
  /** Changes to the document. */
  change?: (document: ReturnType<typeof documentOf>) => object;
}

function documentOf({ project = "optropic", stack = "production", refused }: Told) {
  const policy = {
    pack: "optropic-checklist",
    name: "tls-minimum-version",
    description: "The edge must refuse TLS below 1.2",
    enforcement: "mandatory",
    items: ["4.1"],
    status: refused === undefined ? "passed" : "violated",
    fix: "Set the minimum to 1.2",
    violations: refused === undefined ? [] : [{ urn, message: refused }],
  };
  return {
    project,
    stack,
    resources: [{ urn, type: "cloudflare:index/zone:Zone", name: "zone", operation: "create" }],
    policies: [policy],
    messages: [],
    summary: { mandatory: 0 },
  };
}

/** What `optropic preview --json` says of a stack. */
export function told(what: Told = {}): string {
  const document = documentOf(what);
  return JSON.stringify(what.change?.(document) ?? document);
}

/** The JSON of every stack, each of which holds unless it is changed. */
export function jsonOfAll(changes: Record<string, string> = {}): ArchivedFile[] {
  const files = {
    "production.json": told(),
    "staging.json": told({ stack: "staging" }),
    "delivery.json": told({ project: "optropic-delivery" }),
    ...changes,
  };
  return Object.entries(files).map(([name, content]) => ({ name, content }));
}
