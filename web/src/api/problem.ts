/** What the server calls a kind of failure, and the two it cannot tell us about itself. */
export type ProblemType =
  | 'validation'
  | 'malformed-json'
  | 'unsupported-media-type'
  | 'body-too-large'
  | 'unauthenticated'
  | 'invalid-credentials'
  | 'forbidden'
  | 'not-found'
  | 'method-not-allowed'
  | 'conflict'
  | 'email-taken'
  | 'sold-out'
  | 'waitlist-first'
  | 'tickets-available'
  | 'already-waiting'
  | 'waitlist-full'
  | 'not-acceptable'
  | 'event-not-on-sale'
  | 'ticket-type-not-on-sale'
  | 'price-changed'
  | 'person-limit'
  | 'unknown-promo-code'
  | 'promo-code-used-up'
  | 'hold-not-renewable'
  | 'payment-declined'
  | 'hold-expired'
  | 'precondition-failed'
  | 'gate-link-revoked'
  | 'gate-link-expired'
  | 'idempotency-key-missing'
  | 'idempotency-key-reused'
  | 'rate-limited'
  | 'unavailable'
  | 'internal'
  | 'network'
  | 'cancelled';

export interface FieldError {
  pointer: string;
  detail: string;
}

interface ProblemInit {
  type: ProblemType;
  status?: number;
  title?: string;
  detail?: string;
  requestId?: string;
  errors?: FieldError[];
  members?: Record<string, unknown>;
  retryAfterSeconds?: number;
}

/** Every failed call ends as one of these; screens decide by `type`, never by the text. */
export class ApiProblem extends Error {
  readonly type: ProblemType;
  readonly status: number;
  readonly detail: string;
  readonly requestId: string | undefined;
  readonly errors: FieldError[];
  readonly members: Record<string, unknown>;
  readonly retryAfterSeconds: number | undefined;

  constructor(init: ProblemInit) {
    super(init.title ?? init.type);
    this.name = 'ApiProblem';
    this.type = init.type;
    this.status = init.status ?? 0;
    this.detail = init.detail ?? '';
    this.requestId = init.requestId;
    this.errors = init.errors ?? [];
    this.members = init.members ?? {};
    this.retryAfterSeconds = init.retryAfterSeconds;
  }

  /** The same request may be sent again and could well succeed. */
  get retriable(): boolean {
    return this.type === 'network' || this.type === 'rate-limited' || this.status >= 500;
  }

  /** We do not know whether the server did what was asked: never call this a failure. */
  get outcomeUnknown(): boolean {
    return this.type === 'network' || this.status >= 500;
  }
}

export function isProblem(error: unknown, type?: ProblemType): error is ApiProblem {
  return error instanceof ApiProblem && (type === undefined || error.type === type);
}

/** The fields' messages by the last part of their pointer: `/buyer/email` is `email`. */
export function fieldErrors(error: unknown): Record<string, string> {
  if (!isProblem(error)) return {};
  return Object.fromEntries(
    error.errors.map(({ pointer, detail }) => [pointer.split('/').at(-1) ?? pointer, detail]),
  );
}

const byStatus: Record<number, ProblemType> = {
  400: 'malformed-json',
  401: 'unauthenticated',
  402: 'payment-declined',
  403: 'forbidden',
  404: 'not-found',
  405: 'method-not-allowed',
  409: 'conflict',
  410: 'hold-expired',
  412: 'precondition-failed',
  413: 'body-too-large',
  415: 'unsupported-media-type',
  422: 'validation',
  429: 'rate-limited',
  503: 'unavailable',
};

/** Reads an answer as RFC 9457; a proxy's HTML error page still becomes a problem of the right kind. */
export function problemFromResponse(
  status: number,
  body: unknown,
  header: (name: string) => string | undefined,
): ApiProblem {
  const problem = isRecord(body) ? body : {};
  const slug = typeof problem.type === 'string' ? problem.type.split('/').at(-1) : undefined;
  const retryAfter = Number(header('retry-after'));
  return new ApiProblem({
    type: (slug && slug !== 'about:blank' ? slug : (byStatus[status] ?? 'internal')) as ProblemType,
    status,
    title: text(problem.title),
    detail: text(problem.detail),
    requestId: text(problem.instance) ?? header('x-request-id'),
    errors: Array.isArray(problem.errors) ? (problem.errors as FieldError[]) : [],
    members: problem,
    retryAfterSeconds: Number.isFinite(retryAfter) && retryAfter > 0 ? retryAfter : undefined,
  });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
