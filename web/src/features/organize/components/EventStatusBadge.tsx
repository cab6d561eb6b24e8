import { useLingui } from '@lingui/react/macro';
import type { EventStatus } from '@/api/generated/model';
import { Badge, type BadgeTone } from '@/ui/Badge';

export function EventStatusBadge({ status }: { status: EventStatus }) {
  const { t } = useLingui();
  const badges = {
    draft: { tone: 'warn', label: t`Draft` },
    published: { tone: 'ok', label: t`Published` },
    cancelled: { tone: 'danger', label: t`Cancelled` },
    ended: { tone: 'plain', label: t`Ended` },
  } satisfies Record<EventStatus, { tone: BadgeTone; label: string }>;
  const { tone, label } = badges[status];
  return <Badge tone={tone}>{label}</Badge>;
}
