import { Trans, useLingui } from '@lingui/react/macro';
import { Download } from 'lucide-react';
import { useState } from 'react';
import { http } from '@/api/http';
import { isProblem } from '@/api/problem';
import { Button } from '@/ui/Button';
import { Notice } from '@/ui/Notice';

const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
const formats = { csv: 'text/csv', xlsx: XLSX } as const;
type Format = keyof typeof formats;
type Table = 'orders' | 'tickets' | 'check-ins' | 'payments';

interface Progress {
  file: string;
  bytes: number;
}

/** Everything of the event as files; how much has arrived is shown, for there may be a million rows. */
export function Exports({ eventId, fileName }: { eventId: string; fileName: string }) {
  const { t, i18n } = useLingui();
  const [progress, setProgress] = useState<Progress>();
  const [failure, setFailure] = useState<string>();
  const tables = {
    orders: t`Orders`,
    tickets: t`Tickets`,
    'check-ins': t`Check-ins`,
    payments: t`Payments`,
  } satisfies Record<Table, string>;

  const load = async (table: Table, format: Format) => {
    const file = `${fileName}-${table}.${format}`;
    setFailure(undefined);
    setProgress({ file, bytes: 0 });
    try {
      const blob = await http<Blob>({
        url: `/events/${eventId}/exports/${table}`,
        headers: { Accept: formats[format] },
        responseType: 'blob',
        // As long as it takes: it is streamed.
        timeout: 0,
        onDownloadProgress: ({ loaded }) => setProgress({ file, bytes: loaded }),
      });
      save(blob, file);
    } catch (error) {
      setFailure(isProblem(error) ? error.message : String(error));
    } finally {
      setProgress(undefined);
    }
  };

  const size = i18n.number((progress?.bytes ?? 0) / 1_000_000, { maximumFractionDigits: 1 });
  return (
    <section aria-labelledby="exports" className="rounded-3xl border border-line bg-surface p-5 sm:p-6">
      <h2 id="exports" className="text-xl font-bold">
        <Trans>Export</Trans>
      </h2>
      <p className="mt-1 text-muted">
        <Trans>For a spreadsheet or another program. Times are in UTC.</Trans>
      </p>
      <ul className="mt-3 divide-y divide-line">
        {(Object.keys(tables) as Table[]).map((table) => (
          <li key={table} className="flex flex-wrap items-center justify-between gap-3 py-3">
            <span className="font-medium">{tables[table]}</span>
            <span className="flex gap-2">
              {(Object.keys(formats) as Format[]).map((format) => (
                <Button
                  key={format}
                  look="secondary"
                  isDisabled={progress !== undefined}
                  icon={<Download aria-hidden className="size-4" />}
                  aria-label={t`${tables[table]} as ${format.toUpperCase()}`}
                  onPress={() => void load(table, format)}
                >
                  {format.toUpperCase()}
                </Button>
              ))}
            </span>
          </li>
        ))}
      </ul>
      <div role="status" className="mt-2 text-[0.9375rem] text-muted">
        {progress && (
          <Trans>
            {progress.file}: {size} MB so far
          </Trans>
        )}
      </div>
      {failure && (
        <Notice tone="danger" isAlert title={t`The file could not be made.`}>
          {failure} <Trans>Try again.</Trans>
        </Notice>
      )}
    </section>
  );
}

function save(blob: Blob, file: string) {
  const address = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = address;
  link.download = file;
  link.click();
  // The browser has taken it over by then.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
