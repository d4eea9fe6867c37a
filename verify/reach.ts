import type { Context } from "./context.ts";
import { Shared } from "./shared.ts";
import { Unknown } from "./unknown.ts";

const reached = new Shared<boolean>();

/**
 * Takes no refusal for the application's where everybody is refused: a list of allowed addresses, a password before
 * the whole site or a host without an application answers each request with a 4xx, the harmless ones too.
 *
 * @throws {Unknown} where the host refuses its health check and its home page
 */
export async function requireReach(context: Context, host: string): Promise<void> {
  const paths = [context.settings.api.healthCheckPath, "/"];
  const isReached = await reached.of(context, host, async (own) => {
    for (const path of paths) {
      const { status } = await own.requestAvailability({ host, path });
      if (status < 400 || status >= 500) return true;
    }
    return false;
  });
  if (isReached) return;
  throw new Unknown(
    "target-refused",
    `${host} refuses ${paths.join(" and ")} too, so that no refusal says anything of the application`,
  );
}
