import { expect, test } from 'vitest';
import { formatMoney, likelyCurrency, minorDigits, parseAmount, totalOf } from './money';

test('a currency knows how many digits it has', () => {
  expect([minorDigits('EUR'), minorDigits('JPY'), minorDigits('KWD')]).toEqual([2, 0, 3]);
});

test.each([
  [{ amount: 1250, currency: 'EUR' }, '€12.50'],
  [{ amount: 1200, currency: 'EUR' }, '€12'],
  [{ amount: 1250, currency: 'JPY' }, '¥1,250'],
  [{ amount: 1250, currency: 'KWD' }, 'KWD 1.250'],
  [{ amount: 0, currency: 'USD' }, '$0'],
])('%o is written %s', (money, text) => {
  expect(formatMoney(money, 'en').replace(/\u00a0/g, ' ')).toBe(text);
});

test.each([
  ['12', 'EUR', 1200],
  ['12.5', 'EUR', 1250],
  ['12,50', 'EUR', 1250],
  ['0.29', 'EUR', 29],
  ['1250', 'JPY', 1250],
  ['12.5', 'JPY', undefined],
  ['12.505', 'EUR', undefined],
  ['1.250', 'KWD', 1250],
  ['-3', 'EUR', undefined],
  ['twelve', 'EUR', undefined],
])('%s typed in %s is %s minor units', (text, currency, amount) => {
  expect(parseAmount(text, currency)).toBe(amount);
});

test('a total exists only within one currency', () => {
  const eur = { amount: 1250, currency: 'EUR' };
  expect(
    totalOf([
      { price: eur, quantity: 2 },
      { price: { amount: 0, currency: 'EUR' }, quantity: 3 },
    ]),
  ).toEqual({ amount: 2500, currency: 'EUR' });
  expect(
    totalOf([
      { price: eur, quantity: 1 },
      { price: { amount: 5, currency: 'USD' }, quantity: 1 },
    ]),
  ).toBeUndefined();
  expect(totalOf([])).toBeUndefined();
});

test('the first guess of a currency follows the region', () => {
  expect(['nb-NO', 'en-GB', 'de', 'ja'].map((locale) => likelyCurrency(locale))).toEqual([
    'NOK',
    'GBP',
    'EUR',
    'JPY',
  ]);
});
