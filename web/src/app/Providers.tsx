import { i18n } from '@lingui/core';
import { I18nProvider } from '@lingui/react';
import { QueryClientProvider } from '@tanstack/react-query';
import { type ReactNode, useEffect } from 'react';
import { onSessionChange, sessionState } from '@/api/session';
import { forgetAll } from '@/lib/storage';
import { LiveProvider } from '@/live/LiveProvider';
import { queryClient } from './queryClient';

export function Providers({ children }: { children: ReactNode }) {
  useEffect(() => {
    const who = () => {
      const session = sessionState();
      return session.status === 'signed-in' ? session.user.id : session.status;
    };
    let reader = who();
    return onSessionChange(() => {
      const before = reader;
      reader = who();
      if (before !== reader && before.startsWith('usr_')) forgetAll(sessionStorage, 'turnout.purchase.');
      // What one person could see is not the next one's to find. The first answer at start changes nobody.
      if (before !== reader && before !== 'starting') void queryClient.resetQueries();
    });
  }, []);
  return (
    <I18nProvider i18n={i18n}>
      <QueryClientProvider client={queryClient}>
        <LiveProvider>{children}</LiveProvider>
      </QueryClientProvider>
    </I18nProvider>
  );
}
