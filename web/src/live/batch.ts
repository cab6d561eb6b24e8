/**
 * Gathers what arrives and hands it over at most once every `everyMs`: in a rush a sale moves stock a hundred times a
 * second, and a page that painted each of them would stop answering its reader. The first one goes through at once.
 */
export function batched<T>(everyMs: number, deliver: (items: T[]) => void): (item: T) => void {
  let waiting: T[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  let last = -Infinity;
  const flush = () => {
    timer = undefined;
    last = performance.now();
    const items = waiting;
    waiting = [];
    deliver(items);
  };
  return (item) => {
    waiting.push(item);
    if (timer) return;
    const wait = last + everyMs - performance.now();
    if (wait <= 0) flush();
    else timer = setTimeout(flush, wait);
  };
}
