import { adapters } from "../adapters/index.ts";
import { type Finding, judge, type Stack, unproved } from "../framework/index.ts";
import { type Concern, typeName } from "./resource-type.ts";

/**
 * Judges resources of vendors whose types are listed, that no policy reads and that are not known to be harmless: those
 * of the platform, or those of the delivery that concern one part of it.
 */
export function judgeUnread(stack: Stack, concern?: Concern): Finding[] {
  return stack.all().flatMap((resource) => {
    const types = listed.get(resource.type.split(":")[0] ?? "");
    if (types === undefined || types.concern !== concern || types.isRead(resource.type)) return [];
    const name = typeName(resource.type);
    const doubt = types.doubtful.get(name);
    return [
      judge(resource, () => {
        if (doubt === undefined) {
          return unproved(
            undefined,
            `${resource.name} is of the type ${name} of ${types.vendor}, which this pack does not know: it may undo what other resources declare.`,
            "Remove the resource or declare the same by a type that docs/resource-types.md lists, or waive this policy for the resource.",
          );
        }
        return (
          doubt.unless?.(resource) === true ||
          unproved(
            undefined,
            `${resource.name} is of the type ${name} of ${types.vendor}, which ${doubt.may}; no policy reads it.`,
            "Remove the resource, or waive this policy for it.",
          )
        );
      }),
    ];
  });
}

/** The tables by the packages that they are for. */
const listed = new Map(
  adapters.flatMap(({ packages = [], types }) => {
    if (types === undefined) return [];
    const read = new Set(types.judged);
    const harmless = new Set(types.harmless.flatMap(([, names]) => names));
    const table = {
      vendor: types.vendor,
      concern: types.concern,
      doubtful: new Map(types.doubtful.map((doubt) => [doubt.name, doubt])),
      isRead: (type: string) => read.has(type) || harmless.has(typeName(type)),
    };
    return packages.map((name) => [name, table] as const);
  }),
);
