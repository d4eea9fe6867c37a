import type { AnyValue, Stack } from "../../framework/index.ts";
import type { Redirect, RedirectUrl } from "../../model/adapter.ts";
import { isOn } from "../../model/given.ts";
import { vercel } from "../../model/tokens.ts";
import { targetOfUrl } from "../../values/redirect-target.ts";

/** Redirects by routes of a project and by its lists. */
export const redirects = (stack: Stack): Redirect[] => [
  ...stack.ofType(vercel.route).map((resource) => ({
    resource,
    urls: () => {
      const status = resource.at("route", "status").number() ?? 200;
      const isRedirect = isOn(resource.at("enabled")) && status >= 300 && status < 400;
      return isRedirect ? [leadingTo(resource.at("route", "dest"))] : [];
    },
  })),
  ...stack.ofType(vercel.bulkRedirects).map((resource) => ({
    resource,
    urls: () =>
      resource
        .at("redirects")
        .items()
        .map((redirect) => leadingTo(redirect.at("destination"))),
  })),
];

const leadingTo = (at: AnyValue): RedirectUrl => ({
  at,
  target: () => {
    const text = at.string();
    return text === undefined ? undefined : targetOfUrl(text);
  },
});
