/** Whether one commit is the other, where one of them is shortened, to seven digits at the least. */
export function sameCommit(one: string | undefined, other: string): boolean {
  if (one === undefined || one.length < 7) return false;
  return one.startsWith(other) || other.startsWith(one);
}
