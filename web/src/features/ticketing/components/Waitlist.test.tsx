import { configure, screen, waitFor } from '@testing-library/react';
import { setupServer } from 'msw/node';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { renderApp } from '@/test/renderApp';
import { makeWorld } from '@/test/world';
import { handlers } from '../../../../mocks/handlers';
import { TicketPurchase } from './TicketPurchase';

// The page loads this part when it is needed, which takes a busy machine a while.
configure({ asyncUtilTimeout: 15_000 });
vi.setConfig({ testTimeout: 60_000 });

const server = setupServer();
beforeAll(() => server.listen());
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

test('who comes too late joins, sees their place and leaves again', async () => {
  const world = makeWorld({ paid: 0, free: 0 });
  server.use(...handlers(world.db));
  const { user } = renderApp(<TicketPurchase event={world.event} />);
  await user.click(await screen.findByRole('checkbox', { name: /Community/ }));
  await user.click(screen.getByRole('button', { name: 'One more: How many' }));
  await user.type(screen.getByLabelText('Your name'), 'Ada Lovelace');
  await user.type(screen.getByLabelText('E-mail'), 'ada@example.org');
  await user.click(screen.getByRole('button', { name: 'Join the waitlist' }));
  expect(await screen.findByRole('heading', { name: 'You are on the waitlist' })).toBeVisible();
  expect(screen.getByText('You are next in line.')).toBeVisible();
  expect(world.db.entries).toMatchObject([{ quantity: 2, ticket_type_ids: [world.standing.id] }]);

  await user.click(screen.getByRole('button', { name: 'Leave the waitlist…' }));
  await user.click(screen.getByRole('button', { name: 'Leave' }));
  await waitFor(() => expect(world.db.entries[0]?.state).toBe('left'));
  expect(await screen.findByRole('button', { name: 'Join the waitlist' })).toBeVisible();
});

test('a second person with the same address is told that it waits already', async () => {
  const world = makeWorld({ paid: 0, free: 0 });
  server.use(...handlers(world.db));
  const join = async () => {
    const { user, unmount } = renderApp(<TicketPurchase event={world.event} />);
    await user.type(await screen.findByLabelText('Your name'), 'Ada');
    await user.type(screen.getByLabelText('E-mail'), 'ada@example.org');
    await user.click(screen.getByRole('button', { name: 'Join the waitlist' }));
    return { unmount };
  };
  const first = await join();
  await screen.findByRole('heading', { name: 'You are on the waitlist' });
  first.unmount();
  localStorage.clear();
  sessionStorage.clear();
  await join();
  expect(await screen.findByText('This address is on the waitlist already.')).toBeVisible();
});
