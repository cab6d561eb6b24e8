import { HttpResponse, http as route } from 'msw';
import { setupServer } from 'msw/node';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { etagOf, http } from './http';
import { type ApiProblem, fieldErrors, problemFromResponse } from './problem';
import { beginSession, endSession } from './session';

const server = setupServer();
beforeAll(() => server.listen({ onUnhandledFrame: 'error' }));
afterEach(() => {
  server.resetHandlers();
  endSession();
});
afterAll(() => server.close());

const ask = (url = '/thing') => http<unknown>({ url, method: 'GET' });
const refused = async () => (await ask().catch((error) => error)) as ApiProblem;

test('an RFC 9457 answer keeps its kind, its members and the request id', async () => {
  server.use(
    route.get('*/api/thing', () =>
      HttpResponse.json(
        {
          type: 'https://turnout.example/problems/sold-out',
          title: 'Sold out',
          status: 409,
          instance: 'req_1',
          left: 2,
        },
        { status: 409 },
      ),
    ),
  );
  const problem = await refused();
  expect(problem).toMatchObject({ type: 'sold-out', status: 409, requestId: 'req_1', retriable: false });
  expect(problem.members.left).toBe(2);
  expect(problem.outcomeUnknown).toBe(false);
});

test('a proxy’s HTML page is a problem of its status’s kind, and says nothing about the outcome', async () => {
  server.use(route.get('*/api/thing', () => HttpResponse.html('<h1>Bad gateway</h1>', { status: 502 })));
  const problem = await refused();
  expect(problem).toMatchObject({ type: 'internal', status: 502, retriable: true, outcomeUnknown: true });
});

test('no answer at all is unknown, not failed', async () => {
  server.use(route.get('*/api/thing', () => HttpResponse.error()));
  expect(await refused()).toMatchObject({ type: 'network', outcomeUnknown: true });
});

test('a rate limit says how long to wait', async () => {
  server.use(
    route.get('*/api/thing', () => HttpResponse.json({}, { status: 429, headers: { 'Retry-After': '7' } })),
  );
  expect(await refused()).toMatchObject({
    type: 'rate-limited',
    retryAfterSeconds: 7,
    outcomeUnknown: false,
  });
});

test('field errors go by the last part of their pointer', () => {
  const errors = [
    { pointer: '/buyer/email', detail: 'is not an e-mail address' },
    { pointer: '/title', detail: 'is too long' },
  ];
  expect(fieldErrors(problemFromResponse(422, { errors }, () => undefined))).toEqual({
    email: 'is not an e-mail address',
    title: 'is too long',
  });
});

test('an expired access token is renewed once, silently, and the call repeated', async () => {
  const user = { id: 'usr_1', email: 'a@example.org', name: 'Ada', created_at: '2027-01-01T00:00:00Z' };
  const expires_at = new Date(Date.now() + 900_000).toISOString();
  beginSession({ access_token: 'old', expires_at, user });
  let renewals = 0;
  server.use(
    route.get('*/api/thing', ({ request }) =>
      request.headers.get('authorization') === 'Bearer new'
        ? HttpResponse.json({ ok: true })
        : HttpResponse.json({ type: 'https://turnout.example/problems/unauthenticated' }, { status: 401 }),
    ),
    route.post('*/api/auth/refresh', () => {
      renewals += 1;
      return HttpResponse.json({ access_token: 'new', expires_at, user });
    }),
  );
  expect(await Promise.all([ask(), ask()])).toEqual([{ ok: true }, { ok: true }]);
  expect(renewals).toBe(1);
});

test('an answer remembers its ETag', async () => {
  server.use(route.get('*/api/thing', () => HttpResponse.json({ id: 1 }, { headers: { ETag: '"3"' } })));
  expect(etagOf((await ask()) as object)).toBe('"3"');
});
