import { expect, test } from 'vitest';
import { uuidv7 } from './uuid';

test('a version 7 UUID carries its time first, so keys sort by when they were made', () => {
  const id = uuidv7(Date.parse('2027-07-04T18:00:00Z'));
  expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)).toBe(Date.parse('2027-07-04T18:00:00Z'));
  expect(uuidv7()).not.toBe(uuidv7());
});
