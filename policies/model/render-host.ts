import type { PropertiesOf, ResourceOf } from "../framework/index.ts";
import type { render } from "./tokens.ts";

/** Properties of what may answer on domains of its own at Render. */
export type RenderHostArgs = PropertiesOf<typeof render.webService | typeof render.staticSite>;

/** A service of Render that may answer on domains of its own. */
export type RenderHost = ResourceOf<RenderHostArgs>;
