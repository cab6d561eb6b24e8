import { QueryClient } from '@tanstack/react-query';
import { isProblem } from '@/api/problem';

/** One for the app, outside React: routes ask for their data while their code is still on its way. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      // The line keeps things fresh; this only spares a second request when pages follow each other.
      staleTime: 10_000,
      retry: (count, error) => isProblem(error) && error.retriable && count < 2,
    },
  },
});
