import { MapPin } from 'lucide-react';
import { Link } from 'react-router-dom';
import type { Event } from '@/api/generated/model';
import { paths } from '@/lib/paths';
import { formatDay, formatTime } from '@/lib/time';
import { DateBlock } from '@/ui/DateBlock';
import { Poster } from '@/ui/Poster';

export function EventCard({ event }: { event: Event }) {
  const { starts_at, time_zone, venue } = event;
  return (
    <article className="group relative flex h-full flex-col">
      <div className="relative aspect-[16/10] overflow-hidden rounded-3xl">
        <Poster
          seed={event.id}
          className="size-full transition-transform duration-500 ease-out group-hover:scale-[1.03]"
        />
        <DateBlock at={starts_at} zone={time_zone} className="absolute start-4 bottom-4 shadow-lg" />
      </div>
      <h2 className="mt-4 text-xl font-bold">
        <Link
          to={paths.event(event.id)}
          className="rounded-lg after:absolute after:inset-0 after:rounded-3xl group-hover:text-accent focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:outline-offset-4 focus-visible:after:outline-accent"
        >
          <bdi>{event.title}</bdi>
        </Link>
      </h2>
      <p className="mt-1 text-muted">
        <time dateTime={starts_at}>
          {formatDay(starts_at, time_zone)}, {formatTime(starts_at, time_zone)}
        </time>
      </p>
      {venue && (
        <p className="mt-0.5 flex items-center gap-1.5 text-muted">
          <MapPin aria-hidden className="size-4 shrink-0" />
          <bdi className="truncate">{venue.name}</bdi>
        </p>
      )}
    </article>
  );
}
