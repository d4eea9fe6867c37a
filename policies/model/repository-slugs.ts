/** `https://github.com/owner/name.git` and `git@github.com:owner/name` as `owner/name`, in lower case. */
export function slugOf(text: string): string {
  return text
    .replace(/\.git$|\/$/, "")
    .split(/[/:]/)
    .slice(-2)
    .join("/")
    .toLowerCase();
}
