export function preparedFile(root: string, name: string): string | undefined;
export function runPrepared(file: string, whenNew: (keep: () => void) => void): object;
