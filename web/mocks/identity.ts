import { HttpResponse, http } from 'msw';
import type {
  CreateOrganizerRequest,
  LogInRequest,
  Me,
  Organizer,
  Session,
  SignUpRequest,
  User,
} from '../src/api/generated/model';
import { type Db, newId } from './db';
import { problem } from './problem';

export function identityHandlers(db: Db) {
  const session = (user: User): Session => {
    const access_token = newId('tok');
    db.sessions.set(access_token, user.id);
    const { id, email, name, created_at } = user;
    return {
      access_token,
      expires_at: new Date(Date.now() + 900_000).toISOString(),
      user: { id, email, name, created_at },
    };
  };
  const cookie = (user: User) => ({
    'Set-Cookie': `turnout_refresh=${user.id}; HttpOnly; SameSite=Strict; Path=/`,
  });
  return [
    http.post<never, SignUpRequest>('*/api/auth/signup', async ({ request }) => {
      const body = await request.json();
      if (db.users.some(({ email }) => email === body.email)) return problem('email-taken', 409);
      const user = { id: newId('usr'), created_at: new Date().toISOString(), ...body };
      db.users.push(user);
      return HttpResponse.json(session(user), { status: 201, headers: cookie(user) });
    }),
    http.post<never, LogInRequest>('*/api/auth/login', async ({ request }) => {
      const body = await request.json();
      const user = db.users.find(({ email, password }) => email === body.email && password === body.password);
      if (!user) return problem('invalid-credentials', 401);
      return HttpResponse.json(session(user), { headers: cookie(user) });
    }),
    http.post('*/api/auth/refresh', ({ request }) => {
      const id = /turnout_refresh=(\w+)/.exec(request.headers.get('cookie') ?? '')?.[1];
      const user = db.users.find((candidate) => candidate.id === id);
      return user ? HttpResponse.json(session(user)) : problem('unauthenticated', 401);
    }),
    http.post(
      '*/api/auth/logout',
      () =>
        new HttpResponse(null, {
          status: 204,
          headers: { 'Set-Cookie': 'turnout_refresh=; Max-Age=0; Path=/' },
        }),
    ),
    http.get('*/api/me', ({ request }) => {
      const user = db.user(request.headers.get('authorization'));
      if (!user) return problem('unauthenticated', 401);
      const organizers = db.organizers.filter(({ owner }) => owner === user.id);
      return HttpResponse.json<Me>({ user, organizers });
    }),
    http.post<never, CreateOrganizerRequest>('*/api/organizers', async ({ request }) => {
      const user = db.user(request.headers.get('authorization'));
      if (!user) return problem('unauthenticated', 401);
      const { name } = await request.json();
      const organizer = {
        id: newId('org'),
        name,
        role: 'owner' as const,
        created_at: new Date().toISOString(),
      };
      db.organizers.push({ ...organizer, owner: user.id });
      return HttpResponse.json<Organizer>(organizer, { status: 201 });
    }),
  ];
}
