/** Sentences on what a server refused, by what a program printed of it. */
export function refusals(printed: string): string[] {
  const reasons = [...printed.matchAll(/\bERROR: +(.*)/g)].flatMap(([, reason]) => reason ?? []);
  return [...new Set(reasons)].map((reason) => `The server refused a part of the backup: ${reason}.`);
}

/** Whether pg_restore made everything that the server did not refuse. It goes on without a server, too. */
export function wentOn(printed: string): boolean {
  return /errors ignored on restore: \d+/.test(printed) && !lost.test(printed);
}

/** What libpq and a server that stops say. */
const lost =
  /closed the connection|terminating connection|no connection to the server|connection to server|could not connect|lost synchronization|FATAL: |PANIC: /;
