import type { Settings } from "../../../config/settings.ts";
import type { Identity } from "../authority.ts";
import type { Fault } from "../faults.ts";

/** Who may log in. */
export interface Account {
  readonly email: string;
  readonly password: string;
}

export interface ServiceOptions {
  readonly settings: Settings;
  readonly identity: Identity;
  readonly account: Account;
  readonly metricsToken: string;
  readonly commit: string;
  /** The commit that a host serves now, where that changes. */
  readonly served?: ((host: "web" | "api") => string) | undefined;
  /** Whether something goes wrong at the moment. */
  readonly has: (fault: Fault) => boolean;
  /** Counts up when the rate limits start anew. */
  readonly round: () => number;
  /** The authority's list of revoked certificates, and where it stands. */
  readonly revoked: () => Buffer | undefined;
  readonly revokedAt: string;
  /** What the health check asks. */
  readonly database: Database;
}

export interface Database {
  ping(): Promise<void>;
}

/** What is read of a request, whichever version of HTTP it came by. */
interface Asked {
  readonly host: string;
}

/** The host that a request is for. */
export function hostOf(request: Asked): string {
  return request.host.replace(/:\d+$/, "").toLowerCase();
}
