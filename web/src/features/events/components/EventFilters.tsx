import { useLingui } from '@lingui/react/macro';
import { Search, X } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useNavigation } from 'react-router-dom';
import { IconButton } from '@/ui/Button';

interface EventFiltersProps {
  params: URLSearchParams;
  onChange: (change: Record<string, string>) => void;
}

const SETTLED_MS = 300;

/** Search and dates. The URL is the state; typing reaches it when the hand rests. */
export function EventFilters({ params, onChange }: EventFiltersProps) {
  const { t } = useLingui();
  const inUrl = params.get('q') ?? '';
  const [typed, setTyped] = useState(inUrl);
  const [lastInUrl, setLastInUrl] = useState(inUrl);
  if (lastInUrl !== inUrl) {
    // Someone went back, or cleared the filter.
    setLastInUrl(inUrl);
    setTyped(inUrl);
  }
  // A person who types and at once follows a link is on their way: writing to the address would call them back.
  const isLeaving = useNavigation().state !== 'idle';
  useEffect(() => {
    if (typed === inUrl || isLeaving) return;
    const timer = setTimeout(() => onChange({ q: typed }), SETTLED_MS);
    return () => clearTimeout(timer);
  }, [typed, inUrl, isLeaving, onChange]);

  return (
    <search className="flex flex-col gap-3 lg:flex-row">
      <div className="relative flex-1">
        <Search
          aria-hidden
          className="pointer-events-none absolute start-4 top-1/2 size-5 -translate-y-1/2 text-muted"
        />
        <input
          type="search"
          aria-label={t`Search events`}
          placeholder={t`Artist, event or place`}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          className="field min-h-13 rounded-full ps-12 pe-12 [&::-webkit-search-cancel-button]:hidden"
        />
        {typed && (
          <IconButton
            label={t`Clear the search`}
            onPress={() => setTyped('')}
            className="absolute end-1 top-1"
          >
            <X aria-hidden className="size-5" />
          </IconButton>
        )}
      </div>
      <div className="grid grid-cols-2 gap-3 lg:flex">
        <DayField label={t`From`} value={params.get('from')} onChange={(from) => onChange({ from })} />
        <DayField
          label={t`To`}
          value={params.get('to')}
          min={params.get('from')}
          onChange={(to) => onChange({ to })}
        />
      </div>
    </search>
  );
}

interface DayFieldProps {
  label: string;
  value: string | null;
  min?: string | null;
  onChange: (value: string) => void;
}

function DayField({ label, value, min, onChange }: DayFieldProps) {
  return (
    <label className="field flex min-h-13 items-center gap-2 rounded-full py-0 focus-within:outline-2 focus-within:outline-accent lg:w-52">
      <span className="text-sm font-semibold text-muted">{label}</span>
      <input
        type="date"
        value={value ?? ''}
        min={min ?? undefined}
        onChange={(event) => onChange(event.target.value)}
        className="min-h-11 min-w-0 flex-1 bg-transparent outline-none"
      />
    </label>
  );
}
