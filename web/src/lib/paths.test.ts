import { expect, test } from 'vitest';
import { paths, safeNext } from './paths';

test('after signing in a person goes on inside the app, never elsewhere', () => {
  expect(safeNext('/organize/new')).toBe('/organize/new');
  for (const elsewhere of ['//evil.example', '/\\evil.example', 'https://evil.example', '', null]) {
    expect(safeNext(elsewhere)).toBe('/');
  }
});

test('the way back travels in the address', () => {
  expect(paths.logIn('/events/evt_1?x=1')).toBe('/login?next=%2Fevents%2Fevt_1%3Fx%3D1');
  expect(paths.logIn('/')).toBe('/login');
});
