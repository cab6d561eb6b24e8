import axios, { AxiosError, type AxiosRequestConfig } from 'axios';
import { ApiProblem, problemFromResponse } from './problem';
import { accessToken, renewSession, sessionKnown } from './session';

/** The names orval looks for: every generated hook then fails with an ApiProblem. */
export type ErrorType<_Body> = ApiProblem;
export type BodyType<Body> = Body;

type Attempt = AxiosRequestConfig & { renewed?: boolean };

const instance = axios.create({ baseURL: '/api', timeout: 15_000 });

instance.interceptors.request.use(async (config) => {
  // A paired phone comes with its gate link, whoever may be signed in.
  if (isOfGate(config.headers.Authorization)) return config;
  await sessionKnown();
  const token = accessToken();
  if (token) config.headers.set('Authorization', `Bearer ${token}`);
  return config;
});

instance.interceptors.response.use(undefined, async (error: unknown) => {
  const problem = toProblem(error);
  const attempt = (error as AxiosError).config as Attempt | undefined;
  // An access token lives for minutes: one silent renewal, then the truth.
  const isOwn = attempt && !attempt.renewed && !isOfGate(attempt.headers?.Authorization);
  const renewable = problem.type === 'unauthenticated' && isOwn;
  if (renewable && accessToken() && (await renewSession())) {
    return instance.request({ ...attempt, renewed: true } as Attempt);
  }
  throw problem;
});

function isOfGate(authorization: unknown): boolean {
  return typeof authorization === 'string' && authorization.startsWith('Gate ');
}

function toProblem(error: unknown): ApiProblem {
  if (error instanceof ApiProblem) return error;
  if (axios.isCancel(error)) return new ApiProblem({ type: 'cancelled' });
  if (error instanceof AxiosError && error.response) {
    const { status, data, headers } = error.response;
    return problemFromResponse(status, data, (name) => headers[name] as string | undefined);
  }
  return new ApiProblem({ type: 'network', title: 'No answer from the server' });
}

const etags = new WeakMap<object, string>();

/** The ETag an answer came with, for `If-Match`. Only for the very object a call returned. */
export function etagOf(answer: object): string | undefined {
  return etags.get(answer);
}

/** What orval's generated functions call. */
export async function http<T>(config: AxiosRequestConfig, options?: AxiosRequestConfig): Promise<T> {
  const { data, headers } = await instance.request<T>({
    ...config,
    ...options,
    headers: { ...config.headers, ...options?.headers },
  } as AxiosRequestConfig);
  const etag = headers.etag as string | undefined;
  if (etag && typeof data === 'object' && data !== null) etags.set(data, etag);
  return data;
}
