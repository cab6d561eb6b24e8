import type { Order, PaymentMethod, PaymentOptions, PayOrderRequest } from '@/api/generated/model';
import { paths } from '@/lib/paths';

/** How a buyer chose to pay. The sandbox answers at once, or shows its page like a real provider. */
export type PayChoice =
  | { method: 'free' | 'offline' | 'stripe' }
  | { method: 'sandbox'; outcome: 'success' | 'decline' | 'page' };

/** What is sent for a choice. A provider's page leads back to the event, where the purchase goes on. */
export function payBody(order: Order, choice: PayChoice): PayOrderRequest {
  if (order.total.amount === 0) return { method: 'free' };
  const return_url = paths.event(order.event_id);
  switch (choice.method) {
    case 'sandbox':
      return choice.outcome === 'page'
        ? { method: 'sandbox', return_url }
        : { method: 'sandbox', sandbox_outcome: choice.outcome };
    case 'stripe':
      return { method: 'stripe', return_url };
    default:
      return { method: choice.method };
  }
}

/** What a press on "Pay" does for a method. */
export function choiceOf(method: PaymentMethod): PayChoice {
  return method === 'sandbox' ? { method, outcome: 'success' } : { method };
}

/** The ways to pay, where the server has answered; else the one it always had. */
export function methodsOf(options: PaymentOptions | undefined): PaymentMethod[] {
  return options?.methods.map(({ method }) => method) ?? [];
}

/** Leaves for a page where one pays. The sandbox's is ours, whatever name this server is reached by. */
export function leaveFor(url: string): void {
  const page = new URL(url, location.href);
  location.assign(page.pathname.startsWith('/sandbox/') ? page.pathname : url);
}
