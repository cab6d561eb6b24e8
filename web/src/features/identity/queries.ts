import { useMutation } from '@tanstack/react-query';
import { logIn, logOut, signUp } from '@/api/generated';
import type { Session } from '@/api/generated/model';
import type { ApiProblem } from '@/api/problem';
import { beginSession, endSession } from '@/api/session';

export interface Credentials {
  email: string;
  password: string;
}

export function useLogIn() {
  return useMutation<Session, ApiProblem, Credentials>({
    mutationFn: (credentials) => logIn(credentials),
    onSuccess: (session) => beginSession(session),
  });
}

export function useSignUp() {
  return useMutation<Session, ApiProblem, Credentials & { name: string }>({
    mutationFn: (person) => signUp(person),
    onSuccess: (session) => beginSession(session),
  });
}

export function useLogOut() {
  return useMutation<void, ApiProblem>({
    mutationFn: () => logOut() as Promise<void>,
    // Whatever the server said, this browser is signed out.
    onSettled: () => endSession(),
  });
}
