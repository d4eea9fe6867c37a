import { known, type Stack } from "../framework/index.ts";
import { hostRecords } from "./domains.ts";
import { render, vercel } from "./tokens.ts";
import { hosts } from "./variables.ts";

/**
 * Whether the items on a vendor are asked of a stack: where the stack has something there, where its DNS leads there,
 * or where it has no host at all, so that nothing says that it is elsewhere.
 */
export function asksOfVercel(stack: Stack): boolean {
  const { dnsRecord: _, ...others } = vercel;
  return isAsked(stack, stack.ofType(...Object.values(others)).length, vercelTargets);
}

export function asksOfRender(stack: Stack): boolean {
  return isAsked(
    stack,
    stack.ofType(render.webService, render.envGroupLink).length,
    /\.onrender\.com$|^216\.24\.57\.\d+$/,
  );
}

const vercelTargets = /\.vercel-dns(?:-\d+)?\.com$|\.vercel\.app$|^76\.76\.21\.\d+$/;

function isAsked(stack: Stack, count: number, targets: RegExp): boolean {
  return (
    count > 0 ||
    hosts(stack).length === 0 ||
    hostRecords(stack).some(({ content }) => {
      const text = content.isUnknown ? undefined : known(() => content.string());
      return text !== undefined && targets.test(text.toLowerCase().replace(/\.$/, ""));
    })
  );
}
