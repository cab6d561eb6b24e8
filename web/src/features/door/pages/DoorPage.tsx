import { Trans, useLingui } from '@lingui/react/macro';
import { LogIn, LogOut, ScanLine, Search, Unplug } from 'lucide-react';
import { type FormEvent, Suspense, useEffect, useMemo, useRef, useState } from 'react';
import { useListCheckInLists } from '@/api/generated';
import { type ApiProblem, isProblem } from '@/api/problem';
import { Button } from '@/ui/Button';
import { cx } from '@/ui/cx';
import { PageHeading } from '@/ui/Heading';
import { Notice } from '@/ui/Notice';
import type { Door } from '../api';
import { DoorStatus } from '../components/DoorStatus';
import { CameraPanel, ReasonDialog, SearchPanel, UnpairDialog } from '../components/lazy';
import { ScanList } from '../components/ScanList';
import { VerdictScreen } from '../components/VerdictScreen';
import { readySound } from '../feedback';
import { type Direction, type Scan, type Shown, shownBy } from '../model';
import type { Pairing } from '../store';
import { useOfflineDoor, useWakeLock } from '../useDevice';
import { useDoor } from '../useDoor';

/** The door of a phone that is paired: it stands at one list. */
export function PairedDoorPage({ pairing, onForget }: { pairing: Pairing; onForget: () => Promise<void> }) {
  const [isForgetting, setForgetting] = useState(false);
  const { eventId, listId, credential } = pairing;
  const door = useMemo(() => ({ eventId, listId, credential }), [eventId, listId, credential]);
  return (
    <>
      <DoorScreen
        door={door}
        title={pairing.eventTitle}
        gate={pairing.gate}
        isSupervisor={pairing.isSupervisor}
      />
      <Button
        look="quiet"
        className="mx-auto mt-10 flex w-fit"
        icon={<Unplug aria-hidden className="size-5" />}
        onPress={() => setForgetting(true)}
      >
        <Trans>Unpair this phone…</Trans>
      </Button>
      <Suspense>
        {isForgetting && (
          <UnpairDialog onConfirm={() => void onForget()} onClose={() => setForgetting(false)} />
        )}
      </Suspense>
    </>
  );
}

/** The door of a member, who may stand at any list. */
export function MemberDoorPage({ eventId }: { eventId: string }) {
  const { t } = useLingui();
  const lists = useListCheckInLists(eventId, {
    query: {
      throwOnError: (_: unknown, { state }: { state: { data: unknown } }) => state.data === undefined,
    },
  }).data?.items;
  const [chosen, setChosen] = useState('main');
  const door = useMemo(() => ({ eventId, listId: chosen }), [eventId, chosen]);
  return (
    <DoorScreen key={chosen} door={door} isSupervisor>
      {lists && lists.length > 1 && (
        <div className="mt-4 flex flex-col gap-1.5">
          <label htmlFor="list" className="font-semibold">{t`Check-in list`}</label>
          <select
            id="list"
            className="field"
            value={chosen}
            onChange={({ target }) => setChosen(target.value)}
          >
            {lists.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
        </div>
      )}
    </DoorScreen>
  );
}

interface DoorScreenProps {
  door: Door;
  title?: string;
  gate?: string;
  isSupervisor: boolean;
  children?: React.ReactNode;
}

/** A code goes in by camera, hand scanner or keyboard; a verdict fills the screen; and the field is ready again. */
function DoorScreen({ door, title, gate, isSupervisor, children }: DoorScreenProps) {
  const { t } = useLingui();
  const work = useDoor(door);
  const isKept = useOfflineDoor();
  useWakeLock();
  const input = useRef<HTMLInputElement>(null);
  const busy = useRef(false);
  const [text, setText] = useState('');
  const [direction, setDirection] = useState<Direction>('entry');
  const [isCameraOn, setCameraOn] = useState(false);
  const [isSearching, setSearching] = useState(false);
  const [isPending, setPending] = useState(false);
  const [shown, setShown] = useState<Scan>();
  const [overriding, setOverriding] = useState<Scan>();
  const [undoing, setUndoing] = useState<Scan>();
  const [refused, setRefused] = useState<ApiProblem>();
  useHandScanner(input);

  const show = async (what: Shown, reason?: string) => {
    if (busy.current) return;
    busy.current = true;
    setPending(true);
    setRefused(undefined);
    try {
      setShown(await work.check(what, direction, reason));
      setText('');
    } catch (error) {
      if (!isProblem(error)) throw error;
      setRefused(error);
    } finally {
      busy.current = false;
      setPending(false);
      input.current?.focus();
    }
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    readySound();
    if (text.trim()) void show(shownBy(text.trim()));
  };
  const next = () => {
    setShown(undefined);
    input.current?.focus();
  };
  const heading = title ?? work.data?.eventTitle ?? t`Door`;
  const problem = refused ?? work.problem;

  return (
    <div className="mx-auto max-w-2xl">
      <p className="flex flex-wrap gap-x-2 font-semibold text-muted">
        <bdi>{work.data?.list.name ?? t`Door`}</bdi>
        {gate && <bdi>· {gate}</bdi>}
      </p>
      <PageHeading title={t`Door: ${heading}`} className="mt-1" takesFocus={false}>
        <bdi>{heading}</bdi>
      </PageHeading>
      {children}
      <DoorStatus
        state={work.state}
        data={work.data}
        queue={work.queue}
        isKept={isKept}
        onSync={() => void work.syncNow()}
      />
      {problem && (
        <div className="mt-4">
          <Notice tone="danger" isAlert title={problem.message}>
            {problem.detail}
          </Notice>
        </div>
      )}
      {work.conflicts > 0 && (
        <div className="mt-4">
          <Notice
            tone="warn"
            isAlert
            title={t`Some tickets were used at another door as well.`}
            action={
              <Button look="secondary" onPress={work.seenConflicts}>
                <Trans>Understood</Trans>
              </Button>
            }
          >
            <Trans>
              While this phone was offline, {work.conflicts} of its scans let in someone who should not have
              been. The organizer sees them.
            </Trans>
          </Notice>
        </div>
      )}
      <fieldset className="mt-5 grid grid-cols-2 gap-1 rounded-full bg-sunken p-1">
        <legend className="sr-only">{t`Direction`}</legend>
        <DirectionChoice
          value="entry"
          chosen={direction}
          onChoose={setDirection}
          label={t`In`}
          icon={<LogIn aria-hidden className="size-5" />}
        />
        <DirectionChoice
          value="exit"
          chosen={direction}
          onChoose={setDirection}
          label={t`Out`}
          icon={<LogOut aria-hidden className="size-5" />}
        />
      </fieldset>
      <div className="mt-5">
        <Suspense fallback={<div className="min-h-16" />}>
          <CameraPanel
            isOn={isCameraOn}
            onToggle={(on) => {
              readySound();
              setCameraOn(on);
            }}
            onCode={(code) => {
              if (!isSearching && !overriding && !undoing) void show({ code });
            }}
          />
        </Suspense>
      </div>
      <form onSubmit={submit} className="mt-6 flex flex-col gap-3">
        <label htmlFor="code" className="text-lg font-semibold">
          <Trans>Ticket code</Trans>
        </label>
        <input
          ref={input}
          id="code"
          // biome-ignore lint/a11y/noAutofocus: the one thing this page is for; hand scanners type at once
          autoFocus
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          enterKeyHint="go"
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setShown(undefined);
          }}
          placeholder={t`Scan, type or paste`}
          className="field min-h-16 rounded-2xl px-5 text-xl"
        />
        <div className="flex flex-col gap-3 sm:flex-row">
          <Button
            type="submit"
            isPending={isPending}
            icon={<ScanLine aria-hidden className="size-5" />}
            className="min-h-14 flex-1 text-lg"
          >
            {isPending ? <Trans>Checking…</Trans> : <Trans>Check the ticket</Trans>}
          </Button>
          <Button
            look="secondary"
            icon={<Search aria-hidden className="size-5" />}
            className="min-h-14 text-lg"
            onPress={() => setSearching(true)}
          >
            <Trans>Find by name</Trans>
          </Button>
        </div>
      </form>
      <ScanList scans={work.scans} onUndo={setUndoing} />
      <Suspense>
        {isSearching && (
          <SearchPanel
            door={door}
            data={work.data}
            queue={work.queue}
            isOffline={work.state === 'offline'}
            direction={direction}
            onChoose={(ticketId) => {
              readySound();
              setSearching(false);
              void show({ ticketId });
            }}
            onClose={() => setSearching(false)}
          />
        )}
        {undoing && (
          <ReasonDialog
            title={t`Take this scan back?`}
            confirmLabel={t`Take it back`}
            isDanger
            onConfirm={(reason) => work.takeBack(undoing, reason)}
            onClose={() => setUndoing(undefined)}
          >
            <Trans>
              <bdi>{undoing.verdict.name}</bdi> counts as if this scan had not been. It stays on record, with
              your reason.
            </Trans>
          </ReasonDialog>
        )}
        {overriding && (
          <ReasonDialog
            title={t`Let them in anyway?`}
            confirmLabel={t`Let in`}
            onConfirm={(reason) => show(overriding.shown, reason)}
            onClose={() => setOverriding(undefined)}
          >
            <Trans>This is against the rules of the list, and kept with your reason.</Trans>
          </ReasonDialog>
        )}
      </Suspense>
      {shown && (
        <VerdictScreen
          key={shown.nonce}
          scan={shown}
          onNext={next}
          onOverride={
            isSupervisor
              ? () => {
                  setOverriding(shown);
                  setShown(undefined);
                }
              : undefined
          }
        />
      )}
    </div>
  );
}

interface DirectionChoiceProps {
  value: Direction;
  chosen: Direction;
  onChoose: (direction: Direction) => void;
  label: string;
  icon: React.ReactNode;
}

function DirectionChoice({ value, chosen, onChoose, label, icon }: DirectionChoiceProps) {
  const isChosen = value === chosen;
  return (
    <label
      className={cx(
        'flex min-h-11 cursor-pointer items-center justify-center gap-2 rounded-full font-semibold has-focus-visible:outline-2',
        isChosen ? 'bg-accent text-on-accent' : 'text-ink',
      )}
    >
      <input
        type="radio"
        name="direction"
        className="sr-only"
        checked={isChosen}
        onChange={() => onChoose(value)}
      />
      {icon}
      {label}
    </label>
  );
}

/** A hand scanner types like a keyboard, wherever the focus is: what it types belongs into the field. */
function useHandScanner(input: React.RefObject<HTMLInputElement | null>): void {
  useEffect(() => {
    const typed = (event: KeyboardEvent) => {
      const at = event.target instanceof HTMLElement ? event.target : document.body;
      const isElsewhere =
        at.closest('input, textarea, select, [role="dialog"], [role="alertdialog"]') === null;
      if (
        isElsewhere &&
        event.key.length === 1 &&
        event.key !== ' ' &&
        !event.ctrlKey &&
        !event.metaKey &&
        !event.altKey
      ) {
        input.current?.focus();
      }
    };
    document.addEventListener('keydown', typed);
    return () => document.removeEventListener('keydown', typed);
  }, [input]);
}
