import { useSyncExternalStore } from 'react';

// `boot.js` reads the same key before the first paint.
const KEY = 'turnout.theme';
const listeners = new Set<() => void>();

type Theme = 'light' | 'dark';

function current(): Theme {
  return document.documentElement.dataset.theme === 'dark' ? 'dark' : 'light';
}

function apply(theme: Theme) {
  document.documentElement.dataset.theme = theme;
  for (const listener of listeners) listener();
}

// Until a person chooses, the page follows the system, also while it is open.
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', ({ matches }) => {
  if (!localStorage.getItem(KEY)) apply(matches ? 'dark' : 'light');
});

export function useTheme(): [Theme, (theme: Theme) => void] {
  const theme = useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, current);
  return [
    theme,
    (next) => {
      localStorage.setItem(KEY, next);
      apply(next);
    },
  ];
}
