import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { itemsWithControl } from "../../checklist/items.ts";
import { drawn, pictures } from "../../docs/pictures.ts";

const root = join(import.meta.dirname, "..", "..");
const readme = readFileSync(join(root, "README.md"), "utf8");

/** A picture without the seconds that its preview took. */
const untimed = (picture: string): string => picture.replace(/\(\d+\.\d s\)/, "(0.0 s)");

describe.each(pictures)("$file", (picture) => {
  const shown = readFileSync(join(root, "docs", picture.file), "utf8");

  it("shows what its command prints today: npm run pictures", async () => {
    expect(untimed(shown)).toBe(untimed(await drawn(picture)));
  });

  it("counts as many items as the README says that it does", () => {
    const [, counted] = />(\d+) of 175 items enforced/.exec(shown) ?? [];
    expect(readme).toContain(`(docs/${picture.file})`);
    expect(readme).toContain(`enforce ${counted} of the ${itemsWithControl("policy").length},`);
  });
});
