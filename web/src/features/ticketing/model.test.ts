import { describe, expect, it } from 'vitest';
import type { Question, TicketType } from '@/api/generated/model';
import { askedOfAttendee, askedOfOrder, type Draft, detailsBody, noDetails, priceOf, total } from './model';

const type = (change: Partial<TicketType> = {}): TicketType => ({
  id: 'tty_1',
  event_id: 'evt_1',
  name: 'Seat',
  description: null,
  price: { amount: 1000, currency: 'EUR' },
  pricing: 'fixed',
  suggested_price: null,
  tax: null,
  sales_starts: null,
  sales_ends: null,
  sales_start_at: null,
  sales_end_at: null,
  min_per_order: 1,
  max_per_order: 10,
  max_per_person: null,
  hidden: false,
  position: 0,
  admission: true,
  add_on_to: [],
  pool_ids: [],
  quantity: null,
  available: null,
  on_sale: true,
  waited_for: false,
  created_at: '2027-01-01T00:00:00Z',
  version: 1,
  ...change,
});

const question = (change: Partial<Question>): Question => ({
  id: 'que_1',
  label: 'Diet',
  help: null,
  kind: 'text',
  choices: [],
  required: false,
  asked: 'order',
  ticket_type_ids: null,
  shown_if: null,
  position: 0,
  version: 1,
  ...change,
});

const draft: Draft = { quantities: {}, name: '', email: '' };
const slot = { typeId: 'tty_1', name: 'Seat', admission: true };

describe('what one costs', () => {
  it('is the price, or what the buyer offers, or what is suggested', () => {
    expect(priceOf(type(), draft).amount).toBe(1000);
    const free = type({ pricing: 'pay_what_you_want', suggested_price: { amount: 1500, currency: 'EUR' } });
    expect(priceOf(free, draft).amount).toBe(1500);
    expect(priceOf(free, { ...draft, prices: { tty_1: '12,50' } }).amount).toBe(1250);
    expect(priceOf(free, { ...draft, prices: { tty_1: 'much' } }).amount).toBe(1500);
  });

  it('has a tax on top where the price comes without it', () => {
    const taxed = type({ tax: { name: 'VAT', rate_basis_points: 1900, included: false } });
    expect(total([{ type: taxed, quantity: 2 }], draft)).toEqual({ amount: 2380, currency: 'EUR' });
  });
});

describe('questions', () => {
  it('are asked of whom they concern, and only if their reason was given', () => {
    const diet = question({ id: 'que_1' });
    const which = question({ id: 'que_2', shown_if: { question_id: 'que_1', equals: 'other' } });
    const shirt = question({ id: 'que_3', asked: 'attendee', ticket_type_ids: ['tty_2'] });
    const all = [diet, which, shirt];
    expect(askedOfOrder(all, [slot], {})).toEqual([diet]);
    expect(askedOfOrder(all, [slot], { que_1: 'other' })).toEqual([diet, which]);
    expect(askedOfAttendee(all, slot, {}, {})).toEqual([]);
    expect(askedOfAttendee(all, { ...slot, typeId: 'tty_2', admission: false }, {}, {})).toEqual([shirt]);
  });

  it('of those that admit nobody are only asked where their type is named', () => {
    const name = question({ asked: 'attendee' });
    expect(askedOfAttendee([name], slot, {}, {})).toEqual([name]);
    expect(askedOfAttendee([name], { ...slot, admission: false }, {}, {})).toEqual([]);
  });
});

describe('what is told of the attendees', () => {
  it('has names only where each ticket has its own, and no empty answers', () => {
    const details = { ...noDetails, answers: { que_1: ' ', que_2: 'x' }, attendees: [{ name: 'Grace' }] };
    expect(detailsBody(details, [slot, slot])).toEqual({
      answers: [{ question_id: 'que_2', value: 'x' }],
      attendees: [{ answers: [] }, { answers: [] }],
    });
    const named = detailsBody({ ...details, nameEach: true }, [slot, slot]);
    expect(named.attendees).toEqual([
      { name: 'Grace', email: '', answers: [] },
      { name: '', email: '', answers: [] },
    ]);
  });
});
