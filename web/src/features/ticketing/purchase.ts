import type { Order, TicketType } from '@/api/generated/model';
import { ApiProblem, isProblem } from '@/api/problem';
import { readJson, writeJson } from '@/lib/storage';
import { uuidv7 } from '@/lib/uuid';
import { rememberOrder } from './guestOrders';
import {
  chosenLines,
  type Details,
  type Draft,
  detailsBody,
  type Hold,
  isWaiting,
  noDetails,
  type OrderBody,
  priceOf,
  slotsOf,
  total,
} from './model';
import { leaveFor, type PayChoice } from './payment';
import type { purchaseCalls } from './queries';

export type Step =
  | { at: 'choosing'; problem?: ApiProblem; holdExpired?: boolean }
  | { at: 'placing' }
  /** No answer, or one that says nothing: the order may exist. Asked again with the same key. */
  | { at: 'checking'; gaveUp?: ApiProblem }
  | { at: 'held'; hold: Hold; problem?: ApiProblem }
  | { at: 'paying'; hold: Hold }
  /** Its payment is under way: at a provider, or by bank transfer. The places are kept meanwhile. */
  | { at: 'awaiting'; order: Order }
  | { at: 'confirmed'; order: Order };

/** One intention to buy: this body under this key, however often it is sent. */
interface Intention {
  key: string;
  body: OrderBody;
  isRegistration: boolean;
  /** Sent, and not yet answered for certain. */
  isOpen: boolean;
}

interface Kept {
  draft: Draft;
  intention?: Intention;
  order?: { id: string; secret: string | null };
}

const storageKeyOf = (eventId: string) => `turnout.purchase.${eventId}`;

/** Lets the event's page go on with an order that was opened by its own address. */
export function adoptOrder(order: Order, secret: string | null): void {
  const { name, email } = order.buyer;
  const quantities = Object.fromEntries(order.items.map((item) => [item.ticket_type_id, item.quantity]));
  const kept: Kept = { draft: { quantities, name, email }, order: { id: order.id, secret } };
  writeJson(sessionStorage, storageKeyOf(order.event_id), kept);
}

interface Options {
  calls: typeof purchaseCalls;
  /** Goes to another page; a test stays. */
  leave?: (url: string) => void;
  wait?: (ms: number) => Promise<void>;
}

const RETRIES_MS = [1_000, 2_000, 4_000, 8_000];
const emptyDraft: Draft = { quantities: {}, name: '', email: '' };

/**
 * A purchase from the first choice to the tickets. It lives outside React and keeps itself in sessionStorage, so
 * neither a render nor a reload in the middle can buy twice or forget a hold.
 */
export class Purchase {
  step: Step = { at: 'choosing' };
  draft: Draft;
  private kept: Kept;
  private readonly listeners = new Set<() => void>();
  private readonly storageKey: string;
  private hadQuestions = false;

  constructor(
    private readonly eventId: string,
    private readonly options: Options,
  ) {
    this.storageKey = storageKeyOf(eventId);
    this.kept = readJson<Kept>(sessionStorage, this.storageKey) ?? { draft: emptyDraft };
    this.draft = this.kept.draft;
    if (this.kept.order || this.kept.intention?.isOpen) this.step = { at: 'checking' };
  }

  subscribe = (listener: () => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  edit(change: Partial<Draft>): void {
    this.draft = { ...this.draft, ...change };
    this.keep({ draft: this.draft });
    this.tell();
  }

  setQuantity(typeId: string, quantity: number): void {
    this.edit({ quantities: { ...this.draft.quantities, [typeId]: quantity } });
  }

  /** Takes up what a reload interrupted. */
  async resume(): Promise<void> {
    const { order, intention } = this.kept;
    if (order) await this.look(order.id, order.secret);
    else if (intention?.isOpen) await this.send(intention, true);
  }

  setPrice(typeId: string, text: string): void {
    this.edit({ prices: { ...this.draft.prices, [typeId]: text } });
  }

  get details(): Details {
    return this.draft.details ?? noDetails;
  }

  setDetails(change: Partial<Details>): void {
    this.edit({ details: { ...this.details, ...change } });
  }

  setAttendee(place: number, change: Details['attendees'][number]): void {
    const attendees = [...this.details.attendees];
    attendees[place] = { ...attendees[place], ...change };
    this.setDetails({ attendees });
  }

  /** With questions to answer, even what costs nothing is held first and answered then. */
  async place(types: TicketType[], hasQuestions = this.hadQuestions): Promise<void> {
    this.hadQuestions = hasQuestions;
    if (this.step.at !== 'choosing' && !(this.step.at === 'checking' && this.step.gaveUp)) return;
    const lines = chosenLines(types, this.draft);
    const body: OrderBody = {
      event_id: this.eventId,
      items: lines.map(({ type, quantity }) => ({
        ticket_type_id: type.id,
        quantity,
        // What the buyer was shown: should it cost something else by now, they are asked.
        ...(type.price.amount > 0 || type.pricing !== 'fixed'
          ? { unit_price: priceOf(type, this.draft) }
          : {}),
      })),
      buyer: { email: this.draft.email.trim(), name: this.draft.name.trim() },
      ...(this.draft.code ? { promo_code: this.draft.code } : {}),
    };
    const isPlain = !this.draft.code && !hasQuestions && lines[0]?.type.pricing === 'fixed';
    const isRegistration = isPlain && lines.length === 1 && total(lines, this.draft)?.amount === 0;
    await this.send(this.intend(body, isRegistration), false);
  }

  /** Goes on with an order that was made for the reader: an offer from the waitlist. */
  async adopt(id: string, secret: string | null): Promise<void> {
    this.keep({ intention: undefined, order: { id, secret } });
    await this.look(id, secret);
  }

  /** Asks once more about an order we could not get an answer for. */
  async checkAgain(): Promise<void> {
    this.show({ at: 'checking' });
    await this.resume();
  }

  async pay(choice: PayChoice): Promise<void> {
    if (this.step.at !== 'held') return;
    const { hold } = this.step;
    this.show({ at: 'paying', hold });
    try {
      if (this.draft.details) {
        const details = detailsBody(this.draft.details, slotsOf(hold.order));
        await this.options.calls.updateOrder(hold.order.id, this.secret(), details);
      }
      const order = await this.options.calls.pay(hold.order, this.secret(), choice);
      this.arrived(order);
      // The provider's page leads back here, where the kept order goes on.
      const page = order.state === 'awaiting_payment' ? order.payment?.redirect_url : undefined;
      if (page) (this.options.leave ?? leaveFor)(page);
    } catch (error) {
      const problem = asProblem(error);
      if (problem.type === 'hold-expired') this.lapse();
      else if (problem.outcomeUnknown || problem.type === 'conflict')
        await this.look(hold.order.id, this.secret());
      else this.show({ at: 'held', hold, problem });
    }
  }

  /** More time, once. An answer that got lost is found by looking. */
  async renew(): Promise<void> {
    if (this.step.at !== 'held') return;
    const { order } = this.step.hold;
    try {
      this.arrived(await this.options.calls.renew(order.id, this.secret()));
    } catch (error) {
      if (asProblem(error).type === 'hold-expired') this.lapse();
      else await this.look(order.id, this.secret());
    }
  }

  /** Gives the places back. Should the call be lost, the hold runs out by itself. */
  async release(): Promise<void> {
    const { step } = this;
    if (step.at !== 'held' && step.at !== 'awaiting') return;
    const order = step.at === 'held' ? step.hold.order : step.order;
    const secret = this.secret();
    this.forget();
    this.show({ at: 'choosing' });
    await this.options.calls.release(order.id, secret).catch(() => undefined);
  }

  /** Looks once how the payment stands; without an answer, what is on screen stays. */
  async recheck(): Promise<void> {
    const { step } = this;
    if (step.at !== 'awaiting') return;
    const order = await this.options.calls.getOrder(step.order.id, this.secret()).catch(() => undefined);
    if (order && this.step === step) this.arrived(order);
  }

  /** The deadline passed. Everything typed stays; the next attempt is a new intention. */
  lapse(): void {
    this.forget();
    this.show({ at: 'choosing', holdExpired: true });
  }

  startOver(): void {
    this.forget();
    this.edit({ quantities: {}, details: undefined, code: undefined });
    this.show({ at: 'choosing' });
  }

  // The same body keeps its key, whether it is a second press or a retry; another body is another intention.
  private intend(body: OrderBody, isRegistration: boolean): Intention {
    const before = this.kept.intention;
    if (before && JSON.stringify(before.body) === JSON.stringify(body)) return before;
    return { key: uuidv7(), body, isRegistration, isOpen: false };
  }

  private async send(intention: Intention, isRepeat: boolean): Promise<void> {
    this.keep({ intention: { ...intention, isOpen: true } });
    this.show({ at: isRepeat ? 'checking' : 'placing' });
    const { calls } = this.options;
    const call = intention.isRegistration ? calls.registerTickets : calls.createOrder;
    for (let attempt = 0; ; attempt++) {
      try {
        const order = await call(intention.body, intention.key);
        this.keepOrder(order);
        // A repeated answer is the first one, word for word: how long the hold still lasts must be asked.
        if ((isRepeat || attempt > 0) && isWaiting(order)) await this.look(order.id, order.secret);
        else await this.placed(order);
        return;
      } catch (error) {
        const problem = asProblem(error);
        if (!problem.outcomeUnknown) return this.refused(problem);
        const wait = RETRIES_MS[attempt];
        if (wait === undefined) return this.show({ at: 'checking', gaveUp: problem });
        this.show({ at: 'checking' });
        await this.pause(Math.max(wait, (problem.retryAfterSeconds ?? 0) * 1_000));
      }
    }
  }

  private refused(problem: ApiProblem): void {
    this.keep({ intention: undefined });
    this.show({ at: 'choosing', problem });
  }

  private async placed(order: Order): Promise<void> {
    if (!isWaiting(order) || order.total.amount > 0 || order.incomplete) return this.arrived(order);
    // Nothing to pay: the hold becomes tickets without another press.
    try {
      this.arrived(await this.options.calls.pay(order, this.secret(), { method: 'free' }));
    } catch (error) {
      const problem = asProblem(error);
      if (problem.type === 'hold-expired') this.lapse();
      else if (problem.outcomeUnknown) this.show({ at: 'checking', gaveUp: problem });
      else this.refused(problem);
    }
  }

  /** Asks what became of an order, until the server says. */
  private async look(id: string, secret: string | null): Promise<void> {
    this.show({ at: 'checking' });
    for (let attempt = 0; ; attempt++) {
      try {
        const order = await this.options.calls.getOrder(id, secret);
        return await this.placed(order);
      } catch (error) {
        const problem = asProblem(error);
        if (problem.type === 'not-found') return this.startOver();
        const wait = RETRIES_MS[attempt];
        if (wait === undefined || !problem.retriable) return this.show({ at: 'checking', gaveUp: problem });
        await this.pause(wait);
      }
    }
  }

  private arrived(order: Order): void {
    this.keepOrder(order);
    switch (order.state) {
      case 'held':
        this.show({ at: 'held', hold: { order, receivedAt: Date.now() } });
        return;
      case 'confirmed':
        // What belongs to an account is found there, and not by whoever uses this device next.
        if (order.user_id === null) rememberOrder(order, this.secret());
        this.show({ at: 'confirmed', order });
        return;
      case 'awaiting_payment':
        // The buyer leaves for a provider's page, or closes this one: the order must be found again.
        if (order.user_id === null) rememberOrder(order, this.secret());
        this.show({ at: 'awaiting', order });
        return;
      case 'refunded':
      case 'cancelled':
        this.forget();
        this.show({ at: 'choosing' });
        return;
      case 'expired':
        this.lapse();
        return;
      default:
        order.state satisfies never;
    }
  }

  private secret(): string | null {
    return this.kept.order?.secret ?? null;
  }

  private keepOrder(order: Order) {
    const intention = this.kept.intention && { ...this.kept.intention, isOpen: false };
    this.keep({ intention, order: { id: order.id, secret: order.secret ?? this.secret() } });
  }

  private forget() {
    this.keep({ intention: undefined, order: undefined });
  }

  private keep(change: Partial<Kept>) {
    this.kept = { ...this.kept, ...change };
    writeJson(sessionStorage, this.storageKey, this.kept);
  }

  private show(step: Step) {
    this.step = step;
    this.tell();
  }

  private tell() {
    for (const listener of this.listeners) listener();
  }

  private pause(ms: number): Promise<void> {
    return this.options.wait?.(ms) ?? new Promise((resolve) => setTimeout(resolve, ms));
  }
}

function asProblem(error: unknown): ApiProblem {
  return isProblem(error) ? error : new ApiProblem({ type: 'network', title: String(error) });
}
