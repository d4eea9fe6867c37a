import type { SourcePosition } from "../../lib/failure.ts";

/** How a preview is shown to a person. */
export interface View {
  /** Colors, for a terminal. */
  color: boolean;
  /** Columns of the terminal; infinite where lines are not broken. */
  width: number;
  /** Rows of the terminal. */
  rows: number;
  /** Every resource in a tree, not their numbers alone. */
  resources: boolean;
  /** A row for every policy, not their numbers alone. */
  policies: boolean;
  /** A row for every item of the checklist. */
  items: boolean;
  /** Items that a probe measures. Default: all that ask for one. */
  measured?: ReadonlySet<string> | undefined;
  /** Address of a place in the repository, where the terminal takes links. */
  addressOf?: ((place: SourcePosition) => string | undefined) | undefined;
}

export const plainView: View = {
  color: false,
  width: Number.POSITIVE_INFINITY,
  rows: 24,
  resources: false,
  policies: false,
  items: false,
};

/** Fewer columns than these are not kept. */
const fewestColumns = 60;

/** A view of what a stream and its environment say of the terminal; lines to no terminal are not broken. */
export function viewOf(
  stream: { isTTY?: boolean; columns?: number; rows?: number },
  env: Readonly<Record<string, string | undefined>>,
  wanted: Partial<View>,
): View {
  const columns = stream.isTTY === true ? stream.columns : Number(env.COLUMNS);
  const width =
    columns === undefined || !Number.isInteger(columns) || columns <= 0
      ? Number.POSITIVE_INFINITY
      : Math.max(columns, fewestColumns);
  const { addressOf, ...rest } = wanted;
  const color = stream.isTTY === true && rest.color === true && !env.NO_COLOR;
  return {
    ...plainView,
    ...rest,
    color,
    width,
    rows: stream.rows ?? plainView.rows,
    ...(addressOf !== undefined && takesLinks(stream, env) && { addressOf }),
  };
}

/**
 * Whether a terminal shows links (OSC 8). There is no way to ask it, so those that are known to show them are
 * told by their variables; FORCE_HYPERLINK decides where it is set.
 */
export function takesLinks(
  stream: { isTTY?: boolean },
  env: Readonly<Record<string, string | undefined>>,
): boolean {
  const forced = env.FORCE_HYPERLINK;
  if (forced !== undefined && forced !== "") return forced !== "0";
  if (stream.isTTY !== true || env.CI || env.TERM === "dumb") return false;
  // A multiplexer passes on what it knows.
  if (env.TMUX !== undefined || env.STY !== undefined) return false;
  return (
    ["iTerm.app", "WezTerm", "vscode", "ghostty", "Hyper", "rio", "Tabby"].includes(env.TERM_PROGRAM ?? "") ||
    Number(env.VTE_VERSION) >= 5000 ||
    /^(?:xterm-kitty|foot|alacritty|xterm-ghostty|wezterm)/.test(env.TERM ?? "") ||
    [env.KITTY_WINDOW_ID, env.WT_SESSION, env.KONSOLE_VERSION, env.DOMTERM].some((value) => Boolean(value))
  );
}
