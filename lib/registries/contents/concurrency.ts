/**
 * Works through items, some at a time, and keeps their order. The first failure ends it; what has
 * begun is waited for, so that nothing goes on in the background.
 */
export async function mapConcurrently<T, R>(
  items: readonly T[],
  most: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  let failed: { readonly error: unknown } | undefined;
  const worker = async (): Promise<void> => {
    while (next < items.length && failed === undefined) {
      const at = next++;
      try {
        // `at` is a position of the list.
        results[at] = await work(items[at] as T);
      } catch (error) {
        failed ??= { error };
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(most, items.length) }, worker));
  if (failed !== undefined) throw failed.error;
  return results;
}
