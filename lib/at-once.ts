/** Works through a list in its order, some at a time; the first failure is that of the whole. */
export async function eachAtOnce<Value>(
  all: readonly Value[],
  atOnce: number,
  work: (value: Value, index: number) => Promise<void>,
): Promise<void> {
  const open = all.entries();
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (const [index, value] of open) await work(value, index);
    }),
  );
}
