export function preparedFile(root: string, name: string): string | undefined;
export function runPrepared(
  file: string,
  load: (request: string) => unknown,
  module: { exports: object },
  whenNew: (keep: () => void) => void,
): void;
