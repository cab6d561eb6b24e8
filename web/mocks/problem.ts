import { HttpResponse } from 'msw';
import type { ProblemType } from '../src/api/problem';

/** An answer as the server gives it when it says no. */
export function problem(type: ProblemType, status: number, members: object = {}) {
  return HttpResponse.json(
    {
      type: `https://turnout.example/problems/${type}`,
      title: type,
      status,
      instance: 'req_mock',
      ...members,
    },
    { status, headers: { 'Content-Type': 'application/problem+json' } },
  );
}
