import type { Stack } from "../../framework/index.ts";
import type { CorsAnswer } from "../../model/adapter.ts";
import { entries, isAllowOrigin } from "../../model/cors.ts";
import { render } from "../../model/tokens.ts";

/** Headers of static sites. */
export const corsAnswers = (stack: Stack): CorsAnswer[] =>
  stack.ofType(render.staticSite).flatMap((site) =>
    entries(site.at("headers"), (headers) => headers.items()).map((header) => ({
      resource: site,
      origin: () => (isAllowOrigin(header.at("name").string()) ? header.at("value") : undefined),
    })),
  );
