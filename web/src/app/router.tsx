import { createBrowserRouter } from 'react-router-dom';
import { ErrorPage } from './ErrorPage';
import { NotFoundPage } from './NotFoundPage';
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
          { path: '/', lazy: () => import('./routes/discover') },
          { path: '/events/:eventId', lazy: () => import('./routes/event') },
          { path: '/orders/:orderId', lazy: () => import('./routes/order') },
          { path: '/tickets', lazy: () => import('./routes/tickets') },
          { path: '/notifications', lazy: () => import('./routes/notifications') },
          { path: '/organize', lazy: () => import('./routes/organize') },
          { path: '/organize/new', lazy: () => import('./routes/newEvent') },
          { path: '/organize/events/:eventId', lazy: () => import('./routes/desk') },
          { path: '/door/:eventId', lazy: () => import('./routes/door') },
          { path: '/login', lazy: () => import('./routes/logIn') },
          { path: '/signup', lazy: () => import('./routes/signUp') },
          { path: '*', Component: NotFoundPage },
        ],
      },
    ],
  },
]);
