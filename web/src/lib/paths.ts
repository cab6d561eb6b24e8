/** Every address in the app is made here. */
export const paths = {
  discover: () => '/',
  event: (eventId: string) => `/events/${eventId}`,
  order: (orderId: string) => `/orders/${orderId}`,
  tickets: () => '/tickets',
  notifications: () => '/notifications',
  organize: () => '/organize',
  newEvent: () => '/organize/new',
  desk: (eventId: string) => `/organize/events/${eventId}`,
  insight: (eventId: string) => `/organize/events/${eventId}/insight`,
  waitlist: (eventId: string) => `/organize/events/${eventId}/waitlist`,
  checkIn: (eventId: string) => `/organize/events/${eventId}/check-in`,
  door: (eventId: string) => `/door/${eventId}`,
  logIn: (next?: string) => withNext('/login', next),
  signUp: (next?: string) => withNext('/signup', next),
};

function withNext(path: string, next?: string): string {
  return next && next !== '/' ? `${path}?next=${encodeURIComponent(next)}` : path;
}

/** Where a person was going. Only places inside the app: `//elsewhere` is a host to a browser. */
export function safeNext(next: string | null): string {
  return next && /^\/(?![/\\])/.test(next) ? next : '/';
}
