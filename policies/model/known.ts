import { UnknownRead } from "../framework/index.ts";

/** What is known now; undefined where reading it throws UnknownRead. */
export function known<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof UnknownRead) {
      return undefined;
    }
    throw error;
  }
}
