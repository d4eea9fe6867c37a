import { describe, expect, test } from "vitest";
import { splitEventTriggers, splitTriggers } from "../../operations/archive/triggers.ts";

const contents = [
  ";",
  "3400; 2620 16500 TRIGGER app ev t postgres",
  "3401; 2620 16502 TRIGGER app ev_24_0 t postgres",
  "3402; 0 0 COMMENT app TRIGGER t ON ev postgres",
  "3407; 0 0 COMMENT Odd schema TRIGGER ev t 1 postgres",
  "3403; 3466 16510 EVENT TRIGGER - guard postgres",
  "3404; 0 0 COMMENT - EVENT TRIGGER guard postgres",
  "3405; 1259 16511 INDEX app TRIGGER_index postgres",
  "3406; 1259 16512 TABLE app TRIGGER postgres",
  "",
].join("\n");

describe("a table of contents is divided", () => {
  test("into triggers and all else", () => {
    const { others, triggers } = splitTriggers(contents);
    expect(triggers.match(/^\d+/gm)).toEqual(["3400", "3401", "3402", "3407"]);
    expect(others.match(/^\d+/gm)).toEqual(["3403", "3404", "3405", "3406"]);
  });

  test("into event triggers and all else", () => {
    const { others, eventTriggers } = splitEventTriggers(contents);
    expect(eventTriggers.match(/^\d+/gm)).toEqual(["3403", "3404"]);
    expect(others.match(/^\d+/gm)).toEqual(["3400", "3401", "3402", "3407", "3405", "3406"]);
  });
});
