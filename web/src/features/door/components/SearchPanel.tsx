import { Trans, useLingui } from '@lingui/react/macro';
import { useEffect, useState } from 'react';
import { isProblem } from '@/api/problem';
import { Badge } from '@/ui/Badge';
import { Button } from '@/ui/Button';
import { Dialog } from '@/ui/Dialog';
import { Notice } from '@/ui/Notice';
import { TextField } from '@/ui/TextField';
import { type Door, search } from '../api';
import type { DoorData } from '../manifest';
import { type Direction, type Found, findByName, type QueuedScan } from '../model';

const FOUND_MAX = 20;
const TYPING_MS = 200;

interface SearchPanelProps {
  door: Door;
  data: DoorData | undefined;
  queue: QueuedScan[];
  isOffline: boolean;
  direction: Direction;
  onChoose: (ticketId: string) => void;
  onClose: () => void;
}

/** Finds people by name: everyone the server knows, or, without it, everyone on this phone's list. */
export function SearchPanel({
  door,
  data,
  queue,
  isOffline,
  direction,
  onChoose,
  onClose,
}: SearchPanelProps) {
  const { t } = useLingui();
  const [query, setQuery] = useState('');
  const [found, setFound] = useState<Found[]>();
  const [problem, setProblem] = useState<string>();
  const text = query.trim();

  useEffect(() => {
    if (!text) return;
    const stop = new AbortController();
    const here = () => (data ? findByName(data, queue, text, FOUND_MAX) : []);
    const timer = setTimeout(async () => {
      setProblem(undefined);
      if (isOffline) return setFound(here());
      try {
        setFound(await search(door, text, stop.signal));
      } catch (error) {
        if (stop.signal.aborted || !isProblem(error)) return;
        if (error.outcomeUnknown && data) setFound(here());
        else setProblem(error.detail || error.message);
      }
    }, TYPING_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [text, isOffline, data, queue, door]);

  const shown = text ? found : undefined;
  return (
    <Dialog title={t`Find by name`} isOpen onClose={onClose}>
      <TextField
        label={t`Name or order`}
        value={query}
        onChange={setQuery}
        autoFocus
        autoComplete="off"
        className="mt-5"
        hint={t`The beginning of a name is enough.`}
      />
      {problem && (
        <div className="mt-4">
          <Notice tone="danger" isAlert>
            {problem}
          </Notice>
        </div>
      )}
      <p role="status" className="mt-4 text-muted">
        {shown?.length === 0 && <Trans>Nobody by that name has a ticket.</Trans>}
        {shown?.length === FOUND_MAX && <Trans>The first {FOUND_MAX}: type more of the name.</Trans>}
      </p>
      <ul className="mt-2 divide-y divide-line">
        {shown?.map((one) => (
          <li key={one.ticketId} className="flex items-center gap-3 py-3">
            <p className="min-w-0 flex-1">
              <bdi className="block truncate font-semibold">{one.name}</bdi>
              <span className="flex flex-wrap items-center gap-2 text-sm text-muted">
                <bdi>{one.type}</bdi>
                {!one.valid && <Badge tone="danger">{t`Cancelled`}</Badge>}
                {one.inside && <Badge tone="warn">{t`Inside`}</Badge>}
              </span>
            </p>
            <Button
              look="secondary"
              aria-label={direction === 'entry' ? t`Let in ${one.name}` : t`Let out ${one.name}`}
              onPress={() => onChoose(one.ticketId)}
            >
              {direction === 'entry' ? <Trans>Let in</Trans> : <Trans>Let out</Trans>}
            </Button>
          </li>
        ))}
      </ul>
      <div className="mt-6 flex justify-end">
        <Button look="secondary" onPress={onClose}>
          <Trans>Back to scanning</Trans>
        </Button>
      </div>
    </Dialog>
  );
}
