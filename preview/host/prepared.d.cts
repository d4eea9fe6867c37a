export function preparedFile(root: string, name: string): string | undefined;
