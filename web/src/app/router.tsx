import { createBrowserRouter } from 'react-router-dom';
import { getGetEventQueryOptions, getListTicketTypesQueryOptions } from '@/api/generated';
import { searchFromUrl } from '@/features/events/model';
import { eventSearchQuery } from '@/features/events/queries';
import { ErrorPage } from './ErrorPage';
import { NotFoundPage } from './NotFoundPage';
import { queryClient } from './queryClient';
import { Shell } from './Shell';

export const router = createBrowserRouter([
  {
    Component: Shell,
    ErrorBoundary: ErrorPage,
    children: [
      {
        // A page that fails leaves the header and its ways out standing.
        ErrorBoundary: ErrorPage,
        children: [
          {
            path: '/',
            lazy: () => import('./routes/discover'),
            // Not awaited: the page shows its own skeleton, this only starts the request earlier.
            loader: ({ request }) => {
              const search = searchFromUrl(new URL(request.url).searchParams);
              void queryClient.prefetchInfiniteQuery(eventSearchQuery(search));
              return null;
            },
          },
          {
            path: '/events/:eventId',
            lazy: () => import('./routes/event'),
            loader: ({ params: { eventId = '' } }) => {
              void queryClient.prefetchQuery(getGetEventQueryOptions(eventId));
              void queryClient.prefetchQuery(getListTicketTypesQueryOptions(eventId));
              return null;
            },
          },
          { path: '/orders/:orderId', lazy: () => import('./routes/order') },
          { path: '/sandbox/payments/:paymentId', lazy: () => import('./routes/sandboxPayment') },
          { path: '/tickets', lazy: () => import('./routes/tickets') },
          { path: '/notifications', lazy: () => import('./routes/notifications') },
          { path: '/organize', lazy: () => import('./routes/organize') },
          { path: '/organize/new', lazy: () => import('./routes/newEvent') },
          { path: '/organize/events/:eventId', lazy: () => import('./routes/desk') },
          { path: '/organize/events/:eventId/insight', lazy: () => import('./routes/insight') },
          { path: '/organize/events/:eventId/waitlist', lazy: () => import('./routes/waitlist') },
          { path: '/organize/events/:eventId/check-in', lazy: () => import('./routes/checkIn') },
          { path: '/door/:eventId?', lazy: () => import('./routes/door') },
          { path: '/login', lazy: () => import('./routes/logIn') },
          { path: '/signup', lazy: () => import('./routes/signUp') },
          { path: '*', Component: NotFoundPage },
        ],
      },
    ],
  },
]);
