import type { Fixture } from "./fixture.ts";
import { passingHosts } from "./passing-hosts.ts";

/** A stack that no policy of the registry objects to, and that none finds unknown, at its first preview. */
export function passingStack(): Fixture[] {
  return [...passingHosts()];
}
