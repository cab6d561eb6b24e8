import './styles.css';
import { i18n } from '@lingui/core';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { RouterProvider } from 'react-router-dom';
import { startSession } from '@/api/session';
import { messages } from '@/locales/en.po';
import { Providers } from './Providers';
import { router } from './router';

i18n.loadAndActivate({ locale: 'en', messages });
void startSession();

// The static shell stays on screen until the first route's code is here: never replaced by nothing.
function whenRouteIsReady(show: () => void) {
  if (router.state.initialized) return show();
  const stop = router.subscribe(({ initialized }) => {
    if (!initialized) return;
    stop();
    show();
  });
}

whenRouteIsReady(() => {
  const root = document.getElementById('root');
  if (!root) throw new Error('#root is missing');
  createRoot(root).render(
    <StrictMode>
      <Providers>
        <RouterProvider router={router} />
      </Providers>
    </StrictMode>,
  );
});
