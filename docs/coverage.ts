import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Control, controls, items, itemsWithControl } from "../checklist/items.ts";
import { registeredControls } from "../cli/evidence/controls.ts";
import { writeAtomic } from "../lib/files.ts";
import { markdownTable } from "../lib/table.ts";
import { registry } from "../policies/registry.ts";

/** The README's table of what is shown to hold and how, computed from the code. */
export function coverageText(): string {
  const shown = shownHere();
  const rows = controls.map((control) => {
    const all = itemsWithControl(control).map(({ id }) => id);
    const here = all.filter((id) => shown[control].has(id));
    const named = here.length > 0 && here.length <= 6 ? ` (${here.join(", ")})` : "";
    return [meanings[control], String(all.length), `${here.length}${named}`];
  });
  const covered = items.filter((item) => controls.some((control) => isShown(item, control, shown)));
  const open = items.length - covered.length;
  const rest =
    open === 0
      ? `Each of the ${items.length} items has at least one of them here.`
      : `${covered.length} of the ${items.length} items have at least one of them here. No machine here shows the other ${open}: a person signs for them in place of what is not built, and every report says so.`;
  return `${markdownTable(["how an item is shown to hold", "items that ask for it", "items with it here"], rows)}

An item can ask for several. ${rest} ${byStack(shown.policy)}`;
}

/** Why a preview of the platform counts fewer items as enforced than the table does. */
function byStack(enforced: ReadonlySet<string>): string {
  const ofPlatform = new Set(registry.filter(({ scope }) => scope !== "delivery").flatMap((it) => it.items));
  const others = items.filter(({ id }) => enforced.has(id) && !ofPlatform.has(id)).map(({ id }) => id);
  return `The previews above enforce ${enforced.size - others.length} of the ${enforced.size}, because the other ${others.length} (${others.join(", ")}) are about the repository, which the program in \`delivery/\` declares.`;
}

/** Puts the table into a page, between the two comments that mark its place. */
export function withCoverage(page: string): string {
  return page.replace(
    /(<!-- coverage: npm run docs -->\n)[\s\S]*?(\n<!-- end -->)/,
    (_, start: string, end: string) => `${start}\n${coverageText()}\n${end}`,
  );
}

const meanings: Readonly<Record<Control, string>> = {
  gate: "a gate stops a pull request or a release",
  policy: "a policy enforces what the program declares",
  probe: "a probe measures what runs",
  attest: "a person signs it, with `optropic attest`",
  docs: "a page is written",
  report: "a report sums it up",
};

type Shown = Readonly<Record<Control, ReadonlySet<string>>>;

/** Items that something in this repository shows to hold, by the way in which it does. */
function shownHere(): Shown {
  const registered = registeredControls();
  const of = (kind: Control): string[] =>
    registered.filter((control) => control.kind === kind).flatMap(({ items: ids }) => [...ids]);
  return {
    // A gate is there, too, where a policy demands it as a required check of every pull request.
    gate: new Set([...of("gate"), ...of("policy")]),
    policy: new Set(of("policy")),
    probe: new Set(of("probe")),
    attest: new Set(of("attest")),
    docs: new Set(of("docs")),
    report: new Set(of("report")),
  };
}

function isShown(item: (typeof items)[number], control: Control, shown: Shown): boolean {
  const own: readonly Control[] = item.controls;
  return own.includes(control) && shown[control].has(item.id);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const path = join(import.meta.dirname, "..", "README.md");
  writeAtomic(path, withCoverage(readFileSync(path, "utf8")));
}
