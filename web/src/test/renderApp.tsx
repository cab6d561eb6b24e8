import { i18n } from '@lingui/core';
import { I18nProvider } from '@lingui/react';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { render } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { ReactNode } from 'react';
import { MemoryRouter } from 'react-router-dom';
import { vi } from 'vitest';
import { LiveProvider } from '@/live/LiveProvider';

/** A line that never opens: these tests are about calls, the feed has its own. */
class SilentLine {
  send() {}
  close() {}
}

export function renderApp(ui: ReactNode) {
  vi.stubGlobal('WebSocket', SilentLine);
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  return {
    user: userEvent.setup(),
    ...render(
      <I18nProvider i18n={i18n}>
        <QueryClientProvider client={client}>
          <LiveProvider>
            <MemoryRouter>{ui}</MemoryRouter>
          </LiveProvider>
        </QueryClientProvider>
      </I18nProvider>,
    ),
  };
}
