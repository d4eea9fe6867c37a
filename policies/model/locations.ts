import { adapters } from "../adapters/index.ts";
import { known, type Stack } from "../framework/index.ts";
import type { Location } from "./adapter.ts";
import { perStack } from "./per-stack.ts";
import { isOtherHost } from "./variables.ts";

/** What runs in a region; what is not the application's, such as pages of texts alone, may be anywhere. */
export const locations: (stack: Stack) => readonly Location[] = perStack((stack) =>
  adapters
    .flatMap((adapter) => adapter.locations?.(stack) ?? [])
    .filter(({ resource, regions }) => !isOtherHost(stack)(resource) || known(() => regions().length) !== 0),
);
