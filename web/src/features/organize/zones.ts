import { readerZone } from '@/lib/time';

/** Every zone the browser knows; the reader's own even where an old browser forgot to list it. */
export function timeZones(): string[] {
  const all = Intl.supportedValuesOf('timeZone');
  const own = readerZone();
  return all.includes(own) ? all : [own, ...all];
}
