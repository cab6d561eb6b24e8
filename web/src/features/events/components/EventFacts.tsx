import { Trans } from '@lingui/react/macro';
import { MapPin } from 'lucide-react';
import type { Event } from '@/api/generated/model';
import {
  differsForReader,
  formatSpan,
  formatTime,
  localDay,
  readerZone,
  zoneCity,
  zoneName,
} from '@/lib/time';
import { DateBlock } from '@/ui/DateBlock';

/** When and where: the venue's own clock first, the reader's beneath where it shows another time. */
export function EventFacts({ event }: { event: Event }) {
  const { starts_at, ends_at, time_zone, venue } = event;
  const reader = readerZone();
  const sameDay = localDay(starts_at, time_zone) === localDay(starts_at, reader);
  const readerSpan = sameDay
    ? `${formatTime(starts_at, reader)} – ${formatTime(ends_at, reader)}`
    : formatSpan({ starts_at, ends_at, time_zone: reader });
  const [city, clock] = [zoneCity(time_zone), zoneName(starts_at, time_zone)];
  const venueClock = city === clock ? clock : `${city} (${clock})`;
  return (
    <ul className="flex flex-col gap-5">
      <li className="flex items-center gap-4">
        <DateBlock at={starts_at} zone={time_zone} className="shrink-0 border border-line" />
        <div>
          <p className="text-lg font-semibold">
            <time dateTime={starts_at}>{formatSpan(event)}</time>
          </p>
          <p className="text-muted">
            {differsForReader(starts_at, time_zone) ? (
              <>
                {venueClock}.{' '}
                <Trans>
                  For you: {readerSpan} ({zoneCity(reader)})
                </Trans>
              </>
            ) : (
              venueClock
            )}
          </p>
        </div>
      </li>
      {venue && (
        <li className="flex items-center gap-4">
          <span className="grid size-16 shrink-0 place-items-center rounded-2xl border border-line bg-surface text-accent">
            <MapPin aria-hidden className="size-6" />
          </span>
          <div>
            <p className="text-lg font-semibold">
              <bdi>{venue.name}</bdi>
            </p>
            {venue.address && (
              <p className="text-muted">
                <bdi>{venue.address}</bdi>
              </p>
            )}
          </div>
        </li>
      )}
    </ul>
  );
}
