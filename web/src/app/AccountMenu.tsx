import { Trans, useLingui } from '@lingui/react/macro';
import { LogOut } from 'lucide-react';
import type { User } from '@/api/generated/model';
import { useLogOut } from '@/features/identity/queries';
import { Dropdown } from '@/ui/Dropdown';

export function AccountMenu({ user }: { user: User }) {
  const { t } = useLingui();
  const logOut = useLogOut();
  const letters = initials(user.name);
  return (
    <Dropdown
      // The letters first: someone who steers by voice says what they see.
      label={t`${letters}: your account`}
      trigger={
        <span
          aria-hidden="true"
          className="grid size-9 place-items-center rounded-full bg-accent text-sm font-bold text-on-accent"
        >
          {letters}
        </span>
      }
    >
      <div className="px-3 py-2">
        <p className="truncate font-semibold">
          <bdi>{user.name}</bdi>
        </p>
        <p className="truncate text-sm text-muted">{user.email}</p>
      </div>
      <button
        type="button"
        onClick={() => logOut.mutate()}
        className="flex min-h-11 w-full cursor-pointer items-center gap-3 rounded-xl px-3 font-medium hover:bg-sunken"
      >
        <LogOut aria-hidden className="size-5 rtl:-scale-x-100" />
        <Trans>Log out</Trans>
      </button>
    </Dropdown>
  );
}

function initials(name: string): string {
  const words = name.trim().split(/\s+/);
  const [first, last] = [words[0], words.length > 1 ? words.at(-1) : undefined];
  return [first, last]
    .map((word) => [...(word ?? '')][0] ?? '')
    .join('')
    .toUpperCase();
}
