/** JSON in a browser store. A full or forbidden store must never break a purchase, so failures mean "nothing kept". */
export function readJson<T>(store: Storage, key: string): T | undefined {
  try {
    const text = store.getItem(key);
    return text === null ? undefined : (JSON.parse(text) as T);
  } catch {
    return undefined;
  }
}

/** Takes away everything whose key begins so. */
export function forgetAll(store: Storage, prefix: string): void {
  for (const key of Object.keys(store)) if (key.startsWith(prefix)) store.removeItem(key);
}

export function writeJson(store: Storage, key: string, value: unknown): void {
  try {
    if (value === undefined) store.removeItem(key);
    else store.setItem(key, JSON.stringify(value));
  } catch {
    // Private mode or quota: the page works on, it only cannot survive a reload.
  }
}
