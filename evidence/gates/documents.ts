import type { ItemId } from "../../checklist/items.ts";
import { listed } from "../../lib/text.ts";
import { spokenDuration } from "../../lib/units.ts";
import type { Facts } from "./facts.ts";
import type { Gate } from "./gate.ts";

/** A page, where it may stand, and what of the stack it must name to be current. */
interface Page {
  name: string;
  title: string;
  items: readonly ItemId[];
  paths: readonly string[];
  /** What the page must say, each with a word for a message, in the first of these forms or in another. */
  names: (facts: Facts) => readonly (readonly [what: string, text: string, ...others: string[]])[];
}

const hosts = ({ hosts: all }: Facts) => all.map((host) => ["the host", host] as const);
const contacts = ({ contacts: all }: Facts) => all.map((address) => ["the contact", address] as const);

const pages: readonly Page[] = [
  {
    name: "backup-strategy",
    title: "The backup strategy must be written, with its recovery point objective.",
    items: ["8.1"],
    paths: ["docs/backup-strategy.md"],
    names: ({ rpoMinutes }) => [["the recovery point objective of", spokenDuration(rpoMinutes * 60)]],
  },
  {
    name: "disaster-recovery-plan",
    title: "The disaster recovery plan must be written, with its recovery time objective.",
    items: ["8.5"],
    paths: ["docs/disaster-recovery.md"],
    names: ({ rtoMinutes }) => [["the recovery time objective of", spokenDuration(rtoMinutes * 60)]],
  },
  {
    name: "rollback-procedure",
    title: "The rollback must be written down, step by step.",
    items: ["8.8"],
    paths: ["docs/DEPLOYMENT_GUIDE.md", "DEPLOYMENT_GUIDE.md", "docs/rollback.md"],
    names: () => [["the word", "rollback", "rollbacks", "roll back"]],
  },
  {
    name: "escalation-documented",
    title: "The escalation must be written down.",
    items: ["S6.5"],
    paths: ["docs/DEPLOYMENT_GUIDE.md", "DEPLOYMENT_GUIDE.md", "docs/runbooks/README.md"],
    names: () => [["the word", "escalation", "escalate", "escalates", "escalated"]],
  },
  {
    name: "deployment-guide",
    title: "DEPLOYMENT_GUIDE.md must be there and name the hosts and the contacts of the stack.",
    items: ["S7.3", "C.5"],
    paths: ["DEPLOYMENT_GUIDE.md", "docs/DEPLOYMENT_GUIDE.md"],
    names: (facts) => [...hosts(facts), ...contacts(facts)],
  },
  {
    name: "runbooks",
    title: "Each alert must have a page in the runbooks.",
    items: ["S7.4"],
    paths: ["docs/runbooks/README.md"],
    names: ({ alerts }) => alerts.map((alert) => ["the alert", alert] as const),
  },
  {
    name: "architecture-diagram",
    title: "The architecture must be drawn, with the hosts of the stack.",
    items: ["S7.6"],
    paths: ["docs/platform.md", "docs/architecture.md"],
    names: (facts) => [["a diagram in", "mermaid"], ...hosts(facts)],
  },
  {
    name: "database-security",
    title: "DATABASE_SECURITY.md must be there and name who answers for the database.",
    items: ["C.6"],
    paths: ["DATABASE_SECURITY.md", "docs/DATABASE_SECURITY.md"],
    names: (facts) => contacts(facts).slice(2),
  },
  {
    name: "readme-production",
    title: "README.md must name the hosts of production.",
    items: ["S7.1"],
    paths: ["README.md"],
    names: hosts,
  },
  {
    name: "release-notes",
    title: "The release must have notes.",
    items: ["S1.5"],
    paths: ["CHANGELOG.md", "RELEASE_NOTES.md", "docs/release-notes.md"],
    names: ({ release }) => [["the release", release]],
  },
];

/** Items whose checklist kind is a gate and not a document. */
const gates: ReadonlySet<ItemId> = new Set<ItemId>(["S7.1", "S1.5"]);

/** Pages that must be there and say what the stack declares. */
export const documents: readonly Gate[] = pages.map(({ name, title, items, paths, names }) => ({
  kind: items.every((id) => gates.has(id)) ? "gate" : "docs",
  name,
  title,
  items,
  fix: `Write ${listed(paths, "or")}, with what the stack declares in it.`,
  async check({ file, facts }) {
    const contents = await Promise.all(paths.map(async (path) => ({ path, content: await file(path) })));
    const found = contents.flatMap(({ path, content = "" }) =>
      content.trim() === "" ? [] : [{ path, content }],
    );
    const [first] = found;
    if (first === undefined) return { state: "does-not-hold", summary: `There is no ${listed(paths, "or")}` };
    const judged = found.map(({ path, content }) => ({
      path,
      missing: names(facts).filter(([, ...forms]) => !forms.some((text) => mentions(content, text))),
    }));
    const whole = judged.find(({ missing }) => missing.length === 0);
    if (whole !== undefined)
      return { state: "holds", summary: `${whole.path} is there and current`, path: whole.path };
    const [{ missing } = { missing: [] }] = judged;
    const [[what, text] = ["", ""]] = missing;
    const more = missing.length > 1 ? ` (and ${missing.length - 1} more)` : "";
    return {
      state: "does-not-hold",
      summary: `${first.path} does not name ${what} ${text}${more}`,
      path: first.path,
    };
  },
}));

/** Whether a page has a text as words of its own: 13.0.0 and 3.0.0-rc.1 are no 3.0.0, but v3.0.0 is. */
function mentions(content: string, text: string): boolean {
  const exact = text.toLowerCase().replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const before = String.raw`(?<![a-z\d.-])(?:v(?=\d))?`;
  return new RegExp(`${before}${exact}(?![a-z\\d-]|[.+][a-z\\d])`).test(content.toLowerCase());
}
