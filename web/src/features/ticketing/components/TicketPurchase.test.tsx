import { screen, waitFor, within } from '@testing-library/react';
import { getResponse, HttpResponse, http } from 'msw';
import { setupServer } from 'msw/node';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { renderApp } from '@/test/renderApp';
import { makeWorld } from '@/test/world';
import { handlers } from '../../../../mocks/handlers';
import { problem } from '../../../../mocks/problem';
import { TicketPurchase } from './TicketPurchase';

const server = setupServer();
beforeAll(() => server.listen({ onUnhandledFrame: 'error' }));
afterEach(() => {
  server.resetHandlers();
  server.events.removeAllListeners();
  vi.unstubAllGlobals();
});
afterAll(() => server.close());

type World = ReturnType<typeof makeWorld>;

async function visit(world: World) {
  server.use(...handlers(world.db));
  const app = renderApp(<TicketPurchase event={world.event} />);
  await screen.findByRole('spinbutton', { name: 'Standing' });
  const fill = async (who: { name?: string; email?: string } = {}) => {
    await app.user.type(screen.getByLabelText('Your name'), who.name ?? 'Ada Lovelace');
    await app.user.type(screen.getByLabelText('E-mail'), who.email ?? 'ada@example.org');
  };
  const choose = async (type: string, count: number) => {
    for (let pressed = 0; pressed < count; pressed++) {
      await app.user.click(screen.getByRole('button', { name: `One more: ${type}` }));
    }
  };
  const press = (name: string | RegExp) => app.user.click(screen.getByRole('button', { name }));
  return { ...app, fill, choose, press };
}

/** Counts what reaches the server, by its idempotency key. */
function keysSeen() {
  const keys: (string | null)[] = [];
  server.events.on('request:start', ({ request }) => {
    if (request.method === 'POST' && /\/api\/(orders|tickets)$/.test(request.url)) {
      keys.push(request.headers.get('idempotency-key'));
    }
  });
  return keys;
}

describe('a free ticket', () => {
  test('is there after one press, code and all', async () => {
    const world = makeWorld();
    const { choose, fill, press } = await visit(world);
    await choose('Community', 2);
    await fill();
    await press('Get tickets');
    expect(await screen.findByRole('heading', { name: 'You have 2 tickets' })).toBeVisible();
    expect(screen.getAllByRole('img', { name: 'Ticket code for Ada Lovelace' })).toHaveLength(2);
    expect(world.db.orders).toHaveLength(1);
  });

  test('nothing chosen says so, and sends nothing', async () => {
    const world = makeWorld();
    const { fill, press } = await visit(world);
    await fill();
    await press('Get tickets');
    expect(await screen.findByRole('alert')).toHaveTextContent('Choose how many tickets');
    expect(world.db.orders).toHaveLength(0);
  });
});

describe('a paid ticket', () => {
  test('is held, may be declined, is paid, and becomes tickets', async () => {
    const world = makeWorld();
    const { choose, fill, press } = await visit(world);
    await choose('Standing', 2);
    await fill();
    expect(screen.getByText('€50')).toBeVisible();
    await press('Continue to payment');
    expect(await screen.findByRole('timer')).toHaveTextContent(/^(10:00|9:5\d)$/);

    await press(/^Decline/);
    expect(await screen.findByRole('alert')).toHaveTextContent('Your places are still held');
    await press('Pay €50');
    expect(await screen.findByRole('heading', { name: 'You have 2 tickets' })).toBeVisible();
    expect(world.db.soldOf(world.standing.id)).toBe(2);
  });

  test('given back frees the places and keeps the form', async () => {
    const world = makeWorld();
    const { choose, fill, press } = await visit(world);
    await choose('Standing', 1);
    await fill();
    await press('Continue to payment');
    await screen.findByRole('timer');
    await press('Cancel');
    expect(await screen.findByLabelText('Your name')).toHaveValue('Ada Lovelace');
    await waitFor(() => expect(world.db.heldOf(world.standing.id)).toBe(0));
  });

  test('survives a reload in the middle of the payment', async () => {
    const world = makeWorld();
    const { choose, fill, press, unmount } = await visit(world);
    await choose('Standing', 1);
    await fill();
    await press('Continue to payment');
    await screen.findByRole('timer');
    unmount();
    renderApp(<TicketPurchase event={world.event} />);
    expect(await screen.findByRole('button', { name: 'Pay €25' })).toBeVisible();
    expect(world.db.orders).toHaveLength(1);
  });
});

describe('when it does not go through', () => {
  test('sold out says how many are left and offers them', async () => {
    const world = makeWorld({ paid: 5 });
    const { choose, fill, press } = await visit(world);
    await choose('Standing', 3);
    await fill();
    world.standing.quantity = 1;
    await press('Continue to payment');
    const alert = await screen.findByRole('alert');
    expect(alert).toHaveTextContent('Only 1 left of Standing.');
    await press('Take the last one');
    expect(await screen.findByRole('button', { name: 'Pay €25' })).toBeVisible();
  });

  test('an expired hold keeps what was typed and takes one press to try again', async () => {
    const world = makeWorld();
    const keys = keysSeen();
    const { choose, fill, press } = await visit(world);
    await choose('Standing', 2);
    await fill();
    await press('Continue to payment');
    await screen.findByRole('timer');
    for (const order of world.db.orders) order.state = 'expired';
    await press('Pay €50');
    expect(await screen.findByRole('alert')).toHaveTextContent('Nothing was paid');
    expect(screen.getByLabelText('E-mail')).toHaveValue('ada@example.org');
    expect(screen.getByRole('spinbutton', { name: 'Standing' })).toHaveValue(2);
    await press('Try to get the same tickets again');
    expect(await screen.findByRole('timer')).toBeVisible();
    expect(new Set(keys).size).toBe(2);
  });

  test('a refused field carries the server’s words and takes the focus', async () => {
    const world = makeWorld();
    const { choose, fill, press } = await visit(world);
    server.use(
      http.post('*/api/tickets', () =>
        problem('validation', 422, {
          errors: [{ pointer: '/buyer/email', detail: 'This domain does not exist.' }],
        }),
      ),
    );
    await choose('Community', 1);
    await fill();
    await press('Get tickets');
    expect(await screen.findByText('This domain does not exist.')).toBeVisible();
    expect(screen.getByLabelText('E-mail')).toHaveFocus();
    expect(screen.getByLabelText('E-mail')).toHaveAccessibleDescription('This domain does not exist.');
  });

  test('a lost answer is asked for again under the same key, and buys once', async () => {
    const world = makeWorld();
    const keys = keysSeen();
    const { choose, fill, press } = await visit(world);
    let calls = 0;
    server.use(
      http.post('*/api/tickets', async ({ request }) => {
        calls += 1;
        if (calls > 1) return undefined;
        // The order is placed; only its answer is lost on the way.
        await getResponse(handlers(world.db), request.clone());
        return HttpResponse.error();
      }),
    );
    await choose('Community', 1);
    await fill();
    await press('Get tickets');
    expect(await screen.findByRole('heading', { name: 'We are checking your order' })).toBeVisible();
    expect(screen.queryByText(/failed/i)).not.toBeInTheDocument();
    expect(
      await screen.findByRole('heading', { name: 'You have a ticket' }, { timeout: 4_000 }),
    ).toBeVisible();
    expect(keys).toHaveLength(2);
    expect(new Set(keys).size).toBe(1);
    expect(world.db.orders).toHaveLength(1);
  });

  test('nobody can choose more than the whole event still has room for', async () => {
    const world = makeWorld({ paid: 3 });
    world.event.max_capacity = 2;
    world.db.events[0] = world.event;
    const { user } = await visit(world);
    const row = screen.getByRole('spinbutton', { name: 'Standing' }).closest('li') as HTMLElement;
    expect(within(row).getByText('Only 2 left')).toBeVisible();
    await user.type(screen.getByRole('spinbutton', { name: 'Standing' }), '9');
    expect(screen.getByRole('spinbutton', { name: 'Standing' })).toHaveValue(2);
  });
});
