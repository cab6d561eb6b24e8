/**
 * Planned times arrive as RFC 3339 with the offset in force at the venue, so the first 16 characters are the wall
 * clock there. Showing goes through Intl with the event's zone; nothing here needs a date library.
 */
export interface Planned {
  starts_at: string;
  ends_at: string;
  time_zone: string;
}

// A start and its end stay on one line.
const TO = '\u00a0–\u00a0';

export function readerZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

function part(at: Date, zone: string, options: Intl.DateTimeFormatOptions, locale?: string): string {
  return new Intl.DateTimeFormat(locale, { timeZone: zone, ...options }).format(at);
}

export function formatDay(at: string, zone: string, locale?: string): string {
  const date = new Date(at);
  const thisYear = part(date, zone, { year: 'numeric' }) === part(new Date(), zone, { year: 'numeric' });
  return part(
    date,
    zone,
    { weekday: 'long', day: 'numeric', month: 'long', ...(thisYear ? {} : { year: 'numeric' }) },
    locale,
  );
}

export function formatTime(at: string, zone: string, locale?: string): string {
  const date = new Date(at);
  const time = part(date, zone, { hour: 'numeric', minute: '2-digit' }, locale);
  return isDoubled(date, zone) ? `${time} ${zoneName(at, zone, locale)}` : time;
}

/** "Saturday 4 July, 20:00 – 23:00", or both days when it ends on another one. */
export function formatSpan({ starts_at, ends_at, time_zone }: Planned, locale?: string): string {
  const start = `${formatDay(starts_at, time_zone, locale)}, ${formatTime(starts_at, time_zone, locale)}`;
  const end = formatTime(ends_at, time_zone, locale);
  const hours = (Date.parse(ends_at) - Date.parse(starts_at)) / 3_600_000;
  const sameDay = localDay(starts_at, time_zone) === localDay(ends_at, time_zone);
  // A night that ends at 02:00 still reads as one evening.
  return sameDay || hours <= 12
    ? `${start}${TO}${end}`
    : `${start}${TO}${formatDay(ends_at, time_zone, locale)}, ${end}`;
}

/** Day and month apart, for the date block on a card. */
export function dateParts(at: string, zone: string, locale?: string) {
  const date = new Date(at);
  return {
    weekday: part(date, zone, { weekday: 'short' }, locale),
    day: part(date, zone, { day: 'numeric' }, locale),
    month: part(date, zone, { month: 'short' }, locale),
  };
}

/** The short name of the zone at that moment: CEST, GMT+1. */
export function zoneName(at: string, zone: string, locale?: string): string {
  const parts = new Intl.DateTimeFormat(locale, { timeZone: zone, timeZoneName: 'short' }).formatToParts(
    new Date(at),
  );
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? zone;
}

/** `Europe/Oslo` reads as "Oslo". */
export function zoneCity(zone: string): string {
  return (zone.split('/').at(-1) ?? zone).replaceAll('_', ' ');
}

/** Whether the reader's clock shows another time than the venue's at that moment. */
export function differsForReader(at: string, zone: string, reader = readerZone()): boolean {
  const date = new Date(at);
  return wallClock(date, zone) !== wallClock(date, reader);
}

/** `2027-07-04T20:00` in the zone, the form that datetime-local fields and the API take. */
export function wallClock(at: Date, zone: string): string {
  const parts = Object.fromEntries(
    new Intl.DateTimeFormat('en-CA', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
    })
      .formatToParts(at)
      .map(({ type, value }) => [type, value]),
  );
  return `${parts.year}-${parts.month}-${parts.day}T${parts.hour}:${parts.minute}`;
}

export function localDay(at: string, zone: string): string {
  return wallClock(new Date(at), zone).slice(0, 10);
}

/** In the autumn an hour happens twice, and only the zone's name tells the two apart. */
export function isDoubled(at: Date, zone: string): boolean {
  const shown = wallClock(at, zone);
  const hour = 3_600_000;
  return [-hour, hour].some((shift) => wallClock(new Date(at.getTime() + shift), zone) === shown);
}

/** Moves a wall clock by hours, as a person does on paper: no zone involved. */
export function shiftWallClock(local: string, hours: number): string {
  const moved = new Date(`${local}Z`);
  moved.setUTCMinutes(moved.getUTCMinutes() + hours * 60);
  return moved.toISOString().slice(0, 16);
}

/** The instants a reader means by "from this day to that day" on their own calendar. */
export function dayBounds(from?: string | null, to?: string | null): { from?: string; to?: string } {
  const start = from ? new Date(`${from}T00:00:00`) : undefined;
  const end = to ? new Date(`${to}T23:59:59`) : undefined;
  return {
    ...(start && !Number.isNaN(start.getTime()) ? { from: start.toISOString() } : {}),
    ...(end && !Number.isNaN(end.getTime()) ? { to: end.toISOString() } : {}),
  };
}

export function formatMoment(at: string, locale?: string): string {
  const date = new Date(at);
  const today = date.toDateString() === new Date().toDateString();
  return new Intl.DateTimeFormat(locale, {
    hour: 'numeric',
    minute: '2-digit',
    ...(today ? {} : { day: 'numeric', month: 'short' }),
  }).format(date);
}
