const part = "(?:0|[1-9]\\d*)";
const label = "[0-9A-Za-z-]+";
const pattern = new RegExp(
  `^${part}\\.${part}\\.${part}(?:-(?:${part}|\\d*[A-Za-z-][0-9A-Za-z-]*)(?:\\.(?:${part}|\\d*[A-Za-z-][0-9A-Za-z-]*))*)?(?:\\+${label}(?:\\.${label})*)?$`,
);

/**
 * Checks the version of a provider as the engine does: all three numbers, and no `v` before them.
 *
 * @throws {Error} for any other text
 */
export function checkVersion(version: string): void {
  if (version === "" || pattern.test(version)) return;
  throw new Error(`${JSON.stringify(version)} is not a version of a provider: write it as 1.2.3`);
}
