import type { Resource, Stack } from "../framework/index.ts";
import { render } from "./tokens.ts";

/** Sites of files alone. */
export const staticSites = (stack: Stack): readonly Resource[] => stack.ofType(render.staticSite);
