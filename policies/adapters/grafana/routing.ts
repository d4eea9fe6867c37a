import type { AnyValue, Stack, Value } from "../../framework/index.ts";
import type { Routing } from "../../model/adapter.ts";
import type { Route } from "../../model/route.ts";
import { grafana } from "../../model/tokens.ts";

/** Names of contact points in a route and those below it. */
function namedBelow(route: Value<Route>): AnyValue[] {
  const children = route.at("policies");
  return [
    route.at("contactPoint"),
    ...(children.isUnknown ? [children] : children.items().flatMap((child) => namedBelow(child.as<Route>()))),
  ];
}

/** The notification policy, with all of its routes. */
export const routing = (stack: Stack): Routing[] =>
  stack
    .ofType(grafana.notificationPolicy)
    .map((tree) => ({ resource: tree, names: () => namedBelow(tree.at().as<Route>()) }));
