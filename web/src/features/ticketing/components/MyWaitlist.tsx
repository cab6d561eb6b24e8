import { Plural, Trans, useLingui } from '@lingui/react/macro';
import type { Event, WaitlistEntry, WaitlistEntryState } from '@/api/generated/model';
import { paths } from '@/lib/paths';
import { Badge, type BadgeTone } from '@/ui/Badge';
import { LinkButton } from '@/ui/Button';

/** What the reader waits for; nothing if they wait for nothing. */
export function MyWaitlist({ entries, events }: { entries: WaitlistEntry[]; events: Map<string, Event> }) {
  const shown = entries.filter(({ state }) => state !== 'left' && state !== 'taken');
  if (shown.length === 0) return null;
  return (
    <section aria-labelledby="waiting">
      <h2 id="waiting" className="text-2xl font-bold">
        <Trans>Waitlist</Trans>
      </h2>
      <ul className="mt-5 flex flex-col gap-3">
        {shown.map((entry) => (
          <li
            key={entry.id}
            className="flex flex-wrap items-center gap-x-6 gap-y-3 rounded-3xl border border-line bg-surface p-5"
          >
            <div className="min-w-0 flex-1 basis-48">
              <p className="font-semibold">
                <bdi>{events.get(entry.event_id)?.title ?? <Trans>Event</Trans>}</bdi>
              </p>
              <p className="text-[0.9375rem] text-muted">
                <Plural value={entry.quantity} one="# ticket" other="# tickets" />
                {entry.state === 'waiting' && (
                  <>
                    {' · '}
                    <Plural
                      value={entry.ahead ?? 0}
                      _0="next in line"
                      one="# person ahead"
                      other="# people ahead"
                    />
                  </>
                )}
              </p>
            </div>
            <StateBadge state={entry.state} />
            <LinkButton
              look={entry.state === 'offered' ? 'primary' : 'secondary'}
              to={paths.event(entry.event_id)}
            >
              {entry.state === 'offered' ? <Trans>Get your tickets</Trans> : <Trans>See the event</Trans>}
            </LinkButton>
          </li>
        ))}
      </ul>
    </section>
  );
}

function StateBadge({ state }: { state: WaitlistEntryState }) {
  const { t } = useLingui();
  const badges = {
    waiting: { tone: 'plain', label: t`Waiting` },
    offered: { tone: 'ok', label: t`Your turn` },
    taken: { tone: 'ok', label: t`Taken` },
    lapsed: { tone: 'warn', label: t`Lapsed` },
    left: { tone: 'plain', label: t`Left` },
  } satisfies Record<WaitlistEntryState, { tone: BadgeTone; label: string }>;
  const { tone, label } = badges[state];
  return <Badge tone={tone}>{label}</Badge>;
}
