import type { AnyValue, Stack } from "../../framework/index.ts";
import { cloudFront, cors, lambda } from "../../model/aws-tokens.ts";

/** Origins that something at Amazon answers with Access-Control-Allow-Origin; an unknown list is one unknown origin. */
export function corsOrigins(stack: Stack): AnyValue[] {
  const lists = [
    ...stack
      .ofType(cloudFront.headers)
      .map((policy) => policy.at("corsConfig", "accessControlAllowOrigins", "items")),
    ...stack.ofType(lambda.url).map((url) => url.at("cors", "allowOrigins")),
    ...stack.ofType(cors.api).map((api) => api.at("corsConfiguration", "allowOrigins")),
    ...stack.ofType(cors.bucket, cors.bucketV2).flatMap((bucket) => {
      const rules = bucket.at("corsRules");
      return rules.isUnknown ? [rules] : rules.items().map((rule) => rule.at("allowedOrigins"));
    }),
  ];
  return lists.flatMap((list): AnyValue[] => (list.isUnknown ? [list] : list.items()));
}
