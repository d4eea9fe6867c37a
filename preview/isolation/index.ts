import { type Isolation, type IsolationOptions, openly } from "./isolation.ts";
import { inNamespaces } from "./namespaces.ts";
import { byPermissions } from "./permissions.ts";

export { type Isolation, type IsolationOptions, isolatedBytes, roomForObjects } from "./isolation.ts";

/**
 * @param folder of the run, which only the caller can read
 * @throws {Failure} where this machine cannot isolate as is wanted
 */
export function isolationFor(options: IsolationOptions | undefined, folder: string): Isolation {
  if (options === undefined) return openly;
  return options.by === "permissions" ? byPermissions(options, folder) : inNamespaces(options, folder);
}
