import type { Stack } from "../../framework/index.ts";
import type { CorsAnswer } from "../../model/adapter.ts";
import { entries, isAllowOrigin } from "../../model/cors.ts";
import { vercel } from "../../model/tokens.ts";

/** Routes that send the header, or set it on what the project answers. */
export const corsAnswers = (stack: Stack): CorsAnswer[] =>
  stack.ofType(vercel.route).flatMap((route): CorsAnswer[] => [
    ...entries(route.at("route", "headers"), (headers) => headers.entries()).flatMap(([name, value]) =>
      isAllowOrigin(name) ? [{ resource: route, origin: () => value }] : [],
    ),
    ...entries(route.at("route", "transforms"), (transforms) => transforms.items()).map((transform) => ({
      resource: route,
      origin: () => {
        const isAnswer = transform.at("type").string() === "response.headers";
        const sets =
          isAnswer && isAllowOrigin(transform.at("target").json<{ key?: string }>().at("key").string());
        return sets ? transform.at("args").json() : undefined;
      },
    })),
  ]);
