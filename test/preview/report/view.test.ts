import { describe, expect, it } from "vitest";
import { takesLinks, viewOf } from "../../../preview/report/view.ts";

const terminal = { isTTY: true, columns: 100, rows: 40 };
const wanted = { color: true, addressOf: () => "file:///a" };

describe("the view of a terminal", () => {
  it("has its width, its rows and colors", () => {
    expect(viewOf(terminal, {}, wanted)).toMatchObject({ color: true, width: 100, rows: 40 });
    expect(viewOf({ ...terminal, columns: 20 }, {}, wanted).width).toBe(60);
    expect(viewOf(terminal, { NO_COLOR: "1" }, wanted).color).toBe(false);
  });

  it("does not break lines for a pipe, unless its reader says how wide it is", () => {
    expect(viewOf({}, {}, wanted)).toMatchObject({ color: false, width: Number.POSITIVE_INFINITY, rows: 24 });
    expect(viewOf({}, { COLUMNS: "72" }, wanted).width).toBe(72);
    expect(viewOf({}, { COLUMNS: "wide" }, wanted).width).toBe(Number.POSITIVE_INFINITY);
  });
});

describe("links", () => {
  it.each([
    [{ TERM_PROGRAM: "vscode" }, true],
    [{ VTE_VERSION: "7003" }, true],
    [{ VTE_VERSION: "4999" }, false],
    [{ TERM: "xterm-kitty" }, true],
    [{ TERM: "xterm-256color" }, false],
    [{ TERM_PROGRAM: "vscode", CI: "true" }, false],
    [{ TERM_PROGRAM: "iTerm.app", TMUX: "/tmp/tmux" }, false],
    [{ TERM: "xterm-256color", FORCE_HYPERLINK: "1" }, true],
    [{ TERM_PROGRAM: "vscode", FORCE_HYPERLINK: "0" }, false],
  ])("at a terminal of %j: %s", (env, taken) => {
    expect(takesLinks(terminal, env)).toBe(taken);
    expect(viewOf(terminal, env, wanted).addressOf).toBe(taken ? wanted.addressOf : undefined);
  });

  it("are not for a pipe, unless they are forced", () => {
    expect(takesLinks({}, { TERM_PROGRAM: "vscode" })).toBe(false);
    expect(takesLinks({}, { FORCE_HYPERLINK: "1" })).toBe(true);
  });
});
