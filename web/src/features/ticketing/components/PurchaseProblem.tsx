import { Plural, Trans, useLingui } from '@lingui/react/macro';
import type { TicketType } from '@/api/generated/model';
import { Button } from '@/ui/Button';
import { Notice } from '@/ui/Notice';
import { chosenLines } from '../model';
import type { Purchase, Step } from '../purchase';

interface PurchaseProblemProps {
  purchase: Purchase;
  step: Extract<Step, { at: 'choosing' }>;
  types: TicketType[];
}

/** What went wrong, what it means, and one press that goes on. */
export function PurchaseProblem({ purchase, step, types }: PurchaseProblemProps) {
  const { t } = useLingui();
  const again = () => void purchase.place(types);
  if (step.holdExpired) {
    return (
      <Notice
        tone="warn"
        isAlert
        title={t`The ten minutes are over.`}
        action={
          <Button onPress={again}>
            <Trans>Try to get the same tickets again</Trans>
          </Button>
        }
      >
        <Trans>Your places went back on sale. Nothing was paid, and what you typed is still here.</Trans>
      </Notice>
    );
  }
  const { problem } = step;
  if (!problem) return null;
  switch (problem.type) {
    case 'sold-out':
      return <SoldOut purchase={purchase} types={types} members={problem.members} />;
    case 'waitlist-first':
      return (
        <Notice tone="warn" isAlert title={t`Others are waiting for these tickets.`}>
          <Trans>What comes free is offered to the waitlist first. Join it below.</Trans>
        </Notice>
      );
    case 'unknown-promo-code':
    case 'promo-code-used-up':
      return (
        <Notice
          tone="warn"
          isAlert
          title={
            problem.type === 'promo-code-used-up'
              ? t`This code was used as often as it can be.`
              : t`This code does not work any more.`
          }
          action={
            <Button
              onPress={() => {
                purchase.edit({ code: undefined });
                again();
              }}
            >
              <Trans>Order without it</Trans>
            </Button>
          }
        >
          <Trans>Nothing was ordered yet.</Trans>
        </Notice>
      );
    case 'price-changed':
      return (
        <Notice tone="warn" isAlert title={t`The price has just changed.`}>
          <Trans>Nothing was ordered. You see the new price above: order again if you agree.</Trans>
        </Notice>
      );
    case 'person-limit':
    case 'ticket-type-not-on-sale':
      return <Notice tone="warn" isAlert title={problem.detail} />;
    case 'event-not-on-sale':
      return <Notice tone="danger" isAlert title={t`These tickets are not on sale.`} />;
    case 'rate-limited':
      return (
        <Notice
          tone="warn"
          isAlert
          title={t`A lot is going on right now.`}
          action={
            <Button look="secondary" onPress={again}>
              <Trans>Try again</Trans>
            </Button>
          }
        >
          <Trans>Please wait {problem.retryAfterSeconds ?? 10} seconds, then try again.</Trans>
        </Notice>
      );
    case 'validation': {
      const elsewhere = problem.errors.filter(({ pointer }) => !pointer.startsWith('/buyer/'));
      return elsewhere.length > 0 ? (
        <Notice tone="danger" isAlert title={t`Please check your order.`}>
          {elsewhere.map(({ pointer, detail }) => (
            <p key={pointer}>{detail}</p>
          ))}
        </Notice>
      ) : null;
    }
    default:
      return (
        <Notice tone="danger" isAlert title={problem.message}>
          {problem.detail}
          {problem.requestId && <p className="text-sm text-muted">{problem.requestId}</p>}
        </Notice>
      );
  }
}

interface SoldOutProps {
  purchase: Purchase;
  types: TicketType[];
  members: Record<string, unknown>;
}

function SoldOut({ purchase, types, members }: SoldOutProps) {
  const { t } = useLingui();
  const left = typeof members.left === 'number' ? members.left : 0;
  const type =
    types.find(({ id }) => id === members.ticket_type_id) ?? chosenLines(types, purchase.draft)[0]?.type;
  const name = type?.name ?? '';
  const inCarts = typeof members.in_carts === 'number' ? members.in_carts : 0;
  const release = typeof members.next_release_at === 'string' ? new Date(members.next_release_at) : undefined;
  const next = release?.toLocaleTimeString(undefined, { timeStyle: 'short' });
  if (left === 0 || !type) {
    return (
      <Notice tone="warn" isAlert title={t`${name} has just sold out.`}>
        <Trans>
          Nothing was ordered. Places may come back when someone lets theirs go: this page shows it at once.
        </Trans>
        {inCarts > 0 && (
          <p>
            <Plural value={inCarts} one="# is in someone's cart." other="# are in other people's carts." />{' '}
            {next && <Trans>The next may come back at {next}.</Trans>}
          </p>
        )}
      </Notice>
    );
  }
  const take = () => {
    purchase.setQuantity(type.id, left);
    void purchase.place(types);
  };
  return (
    <Notice
      tone="warn"
      isAlert
      title={t`Only ${left} left of ${name}.`}
      action={
        <Button onPress={take}>
          <Plural value={left} one="Take the last one" other="Take the last #" />
        </Button>
      }
    >
      <Trans>Someone was a moment faster. Nothing was ordered yet.</Trans>
    </Notice>
  );
}
