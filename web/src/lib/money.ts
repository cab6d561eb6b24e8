import type { Money } from '@/api/generated/model';

export function minorDigits(currency: string): number {
  return (
    new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2
  );
}

/** `1250 EUR` is €12.50, `1250 JPY` is ¥1,250: the currency knows its digits. Whole amounts lose the zeros. */
export function formatMoney({ amount, currency }: Money, locale?: string): string {
  const digits = minorDigits(currency);
  const whole = amount % 10 ** digits === 0;
  return new Intl.NumberFormat(locale, {
    style: 'currency',
    currency,
    minimumFractionDigits: whole ? 0 : digits,
    maximumFractionDigits: digits,
  }).format(amount / 10 ** digits);
}

/** Minor units from what a person typed (`12.5`, `12,50`), or undefined. Never through a float. */
export function parseAmount(text: string, currency: string): number | undefined {
  const digits = minorDigits(currency);
  const match = /^\s*(\d{1,9})(?:[.,](\d*))?\s*$/.exec(text);
  if (!match) return undefined;
  const [, whole = '', fraction = ''] = match;
  if (fraction.length > digits) return undefined;
  return Number(whole + fraction.padEnd(digits, '0'));
}

/** Undefined when there is nothing to add, or the currencies differ: then there is no total. */
export function totalOf(lines: { price: Money; quantity: number }[]): Money | undefined {
  const [first] = lines;
  if (!first || lines.some(({ price }) => price.currency !== first.price.currency)) return undefined;
  const amount = lines.reduce((sum, { price, quantity }) => sum + price.amount * quantity, 0);
  return { amount, currency: first.price.currency };
}

const currencyByRegion: Record<string, string> = {
  AU: 'AUD',
  BR: 'BRL',
  CA: 'CAD',
  CH: 'CHF',
  CZ: 'CZK',
  DK: 'DKK',
  GB: 'GBP',
  IN: 'INR',
  JP: 'JPY',
  MX: 'MXN',
  NO: 'NOK',
  NZ: 'NZD',
  PL: 'PLN',
  SE: 'SEK',
  US: 'USD',
  ZA: 'ZAR',
};

export const currencies = ['EUR', 'USD', 'GBP', ...Object.values(currencyByRegion)]
  .filter((code, index, all) => all.indexOf(code) === index)
  .sort();

/** A first guess for a new event, from the reader's language settings. */
export function likelyCurrency(locale = navigator.language): string {
  const region = new Intl.Locale(locale).maximize().region ?? '';
  return currencyByRegion[region] ?? 'EUR';
}
