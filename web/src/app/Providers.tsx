import { i18n } from '@lingui/core';
import { I18nProvider } from '@lingui/react';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { type ReactNode, useEffect, useState } from 'react';
import { isProblem } from '@/api/problem';
import { onSessionChange, sessionState } from '@/api/session';
import { LiveProvider } from '@/live/LiveProvider';

function makeClient() {
  return new QueryClient({
    defaultOptions: {
      queries: {
        // The line keeps things fresh; this only spares a second request when pages follow each other.
        staleTime: 10_000,
        retry: (count, error) => isProblem(error) && error.retriable && count < 2,
      },
    },
  });
}

export function Providers({ children }: { children: ReactNode }) {
  const [client] = useState(makeClient);
  useEffect(() => {
    const who = () => {
      const session = sessionState();
      return session.status === 'signed-in' ? session.user.id : session.status;
    };
    let reader = who();
    return onSessionChange(() => {
      const before = reader;
      reader = who();
      // What one person could see is not the next one's to find. The first answer at start changes nobody.
      if (before !== reader && before !== 'starting') void client.resetQueries();
    });
  }, [client]);
  return (
    <I18nProvider i18n={i18n}>
      <QueryClientProvider client={client}>
        <LiveProvider>{children}</LiveProvider>
      </QueryClientProvider>
    </I18nProvider>
  );
}
