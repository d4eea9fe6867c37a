/** A file that is to be run in place of many modules. */
export interface Prepared {
  readonly file: string;
  /** What it holds. */
  readonly source: string;
  /** The file of the code that V8 has compiled of it. */
  readonly code: string;
}

export interface Compiled {
  /** To be called once; answers what the file exports. */
  readonly run: () => object;
  /** Keeps for the next time what has run by now; undefined where something is kept. */
  readonly keepFirst: (() => void) | undefined;
  /** Keeps it where less is kept. It looks through all objects that there are. */
  readonly keepMore: () => void;
}

export function prepared(root: string, part: string): Prepared | undefined;
export function compiled(prepared: Prepared): Compiled;
