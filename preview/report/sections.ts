/** A part of a comment: entries below a heading, as many as there is room for. */
export interface Section {
  heading: string;
  /** Folded parts are closed until a reader opens them. */
  folded: boolean;
  /** Whole entries; none of them is ever cut. */
  entries: readonly string[];
  /** What stands before the entries. */
  intro?: string | undefined;
  /** Sections with lower numbers get their room first. */
  priority: number;
}

/**
 * Lays sections out one after the other within a number of characters. Where there is not room for all
 * entries, the first ones of the sections with the lowest priorities are kept, and each says how many are left
 * out.
 *
 * @param most characters (UTF-16 code units); enough for what each section has besides its entries
 */
export function layOut(sections: readonly Section[], most: number): string {
  const used = sections.filter(({ entries, intro }) => entries.length > 0 || intro !== undefined);
  let room = most - used.reduce((sum, section) => sum + frameLength(section), 0);
  const kept = new Map<Section, number>();
  for (const section of used.toSorted((one, other) => one.priority - other.priority)) {
    let count = 0;
    for (const entry of section.entries) {
      if (entry.length + 1 > room) break;
      room -= entry.length + 1;
      count += 1;
    }
    kept.set(section, count);
  }
  return used.map((section) => render(section, kept.get(section) ?? 0)).join("\n\n");
}

function render(section: Section, count: number): string {
  const { heading, folded, entries, intro } = section;
  const left = entries.length - count;
  const body = [
    ...(intro === undefined ? [] : [intro]),
    ...(count === 0 ? [] : [entries.slice(0, count).join("\n")]),
    ...(left === 0 ? [] : [leftOut(left)]),
  ].join("\n\n");
  return folded
    ? `<details>\n<summary>${heading}</summary>\n\n${body}\n\n</details>`
    : `#### ${heading}\n\n${body}`;
}

function leftOut(count: number): string {
  return `${count} more left out: this comment is as long as it may be.`;
}

/** Characters of a section without its entries, as long as they can become. */
function frameLength(section: Section): number {
  return render({ ...section, entries: [] }, 0).length + leftOut(section.entries.length).length + 8;
}
