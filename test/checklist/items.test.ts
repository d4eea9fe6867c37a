import { describe, expect, test } from "vitest";
import { controls, findItem, getItem, isItemId, items, itemsWithControl } from "../../checklist/items.ts";

describe("the checklist", () => {
  test("has its 175 items, each once", () => {
    expect(items).toHaveLength(175);
    expect(new Set(items.map(({ id }) => id)).size).toBe(175);
  });

  test("gives every item a text, a section and controls that exist, each once", () => {
    for (const { id, section, text, controls: own } of items) {
      expect(section, id).not.toBe("");
      expect(text, id).not.toBe("");
      expect(own.length, id).toBeGreaterThan(0);
      expect(new Set(own).size, id).toBe(own.length);
      expect(controls, id).toEqual(expect.arrayContaining([...own]));
    }
  });

  test("keeps the items of a list together and numbers them from 1", () => {
    const lists = items.map(({ id }) => id.slice(0, id.lastIndexOf(".")));
    const runs = lists.filter((list, index) => list !== lists[index - 1]);
    expect(new Set(runs).size).toBe(runs.length);
    for (const list of runs) {
      const numbers = items.map(({ id }) => id).filter((id) => id.slice(0, id.lastIndexOf(".")) === list);
      expect(numbers).toEqual(numbers.map((_, index) => `${list}.${index + 1}`));
    }
  });

  test("finds an item by its id", () => {
    expect(getItem("2.4")).toMatchObject({ id: "2.4", controls: ["policy"] });
    expect(findItem("2.4")).toBe(getItem("2.4"));
    expect(findItem("2.12")).toBeUndefined();
    expect(isItemId("7V.1")).toBe(true);
    expect(isItemId("constructor")).toBe(false);
  });

  test("lists the items that a control covers, in order", () => {
    const covered = controls.flatMap((control) => itemsWithControl(control));
    expect(new Set(covered).size).toBe(175);
    expect(itemsWithControl("docs").map(({ id }) => id)).toContain("8.5");
    expect(itemsWithControl("policy").every((item) => item.controls.includes("policy"))).toBe(true);
  });
});
