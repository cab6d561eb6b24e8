import { Trans, useLingui } from '@lingui/react/macro';
import { CalendarPlus, Compass, Moon, Sun, Ticket, WifiOff } from 'lucide-react';
import { lazy, Suspense } from 'react';
import { NavLink, Outlet, ScrollRestoration, useMatch } from 'react-router-dom';
import { useSession } from '@/api/session';
import { NotificationBell } from '@/features/notifications/components/NotificationBell';
import { paths } from '@/lib/paths';
import { useTheme } from '@/lib/theme';
import { useOnline } from '@/lib/useOnline';
import { IconButton, LinkButton } from '@/ui/Button';
import { cx } from '@/ui/cx';
import { Logo } from '@/ui/Logo';
import { AccountMenu } from './AccountMenu';

const Toasts = lazy(() => import('@/ui/Toasts').then(({ Toasts }) => ({ default: Toasts })));

export function Shell() {
  const onEventPage = useMatch('/events/:eventId') !== null;
  const atTheDoor = useMatch('/door/:eventId?') !== null;
  return (
    <div className="flex min-h-dvh flex-col">
      <a
        href="#main"
        className="sr-only rounded-full bg-accent px-5 py-3 font-semibold text-on-accent focus:not-sr-only focus:fixed focus:start-4 focus:top-2 focus:z-50"
      >
        <Trans>Skip to content</Trans>
      </a>
      <Header />
      <OfflineBanner />
      <main
        id="main"
        tabIndex={-1}
        className="mx-auto w-full max-w-6xl flex-1 px-4 pt-8 pb-44 outline-none sm:px-6 sm:pt-12 md:pb-20"
      >
        <Outlet />
      </main>
      {/* On an event's page the thumb belongs to the purchase. */}
      {!onEventPage && !atTheDoor && <PhoneTabs />}
      <Suspense>
        <Toasts />
      </Suspense>
      <ScrollRestoration />
    </div>
  );
}

function useSections() {
  const { t } = useLingui();
  return [
    { to: paths.discover(), label: t`Discover`, Icon: Compass },
    { to: paths.tickets(), label: t`My tickets`, Icon: Ticket },
    { to: paths.organize(), label: t`Organize`, Icon: CalendarPlus },
  ];
}

function Header() {
  const { t } = useLingui();
  const session = useSession();
  return (
    <header className="sticky top-0 z-20 border-b border-line bg-bg">
      <div className="mx-auto flex h-16 max-w-6xl items-center gap-1 px-4 sm:px-6">
        <NavLink
          to={paths.discover()}
          className="me-6 flex min-h-11 items-center gap-2.5 rounded-xl text-lg font-bold tracking-tight"
        >
          <Logo />
          Turnout
        </NavLink>
        <nav aria-label={t`Main`} className="hidden md:flex">
          {useSections().map(({ to, label }) => (
            <NavLink
              key={to}
              to={to}
              end={to === '/'}
              className={({ isActive }) =>
                cx(
                  'flex min-h-11 items-center rounded-full px-4 font-medium hover:bg-sunken',
                  isActive ? 'text-ink' : 'text-muted',
                )
              }
            >
              {label}
            </NavLink>
          ))}
        </nav>
        <div className="ms-auto flex items-center gap-1">
          <ThemeToggle />
          {session.status === 'signed-in' && (
            <>
              <NotificationBell />
              <AccountMenu user={session.user} />
            </>
          )}
          {session.status === 'signed-out' && (
            <LinkButton look="secondary" to={paths.logIn()} className="ms-2 px-4">
              <Trans>Log in</Trans>
            </LinkButton>
          )}
          {session.status === 'starting' && <div className="h-11 w-24" />}
        </div>
      </div>
    </header>
  );
}

function ThemeToggle() {
  const { t } = useLingui();
  const [theme, setTheme] = useTheme();
  const dark = theme === 'dark';
  const Icon = dark ? Sun : Moon;
  return (
    <IconButton
      label={dark ? t`Use light colours` : t`Use dark colours`}
      onPress={() => setTheme(dark ? 'light' : 'dark')}
    >
      <Icon aria-hidden className="size-5" />
    </IconButton>
  );
}

function PhoneTabs() {
  const { t } = useLingui();
  return (
    <nav
      aria-label={t`Main`}
      className="fixed inset-x-0 bottom-0 z-20 grid grid-cols-3 border-t border-line bg-bg pb-[env(safe-area-inset-bottom)] md:hidden"
    >
      {useSections().map(({ to, label, Icon }) => (
        <NavLink
          key={to}
          to={to}
          end={to === '/'}
          className={({ isActive }) =>
            cx(
              'flex min-h-16 flex-col items-center justify-center gap-1 text-xs font-semibold',
              isActive ? 'text-accent' : 'text-muted',
            )
          }
        >
          <Icon aria-hidden className="size-6" />
          {label}
        </NavLink>
      ))}
    </nav>
  );
}

function OfflineBanner() {
  const online = useOnline();
  return (
    <div role="status">
      {!online && (
        <p className="flex items-center justify-center gap-2 bg-warn-soft px-4 py-2.5 text-center text-[0.9375rem] font-medium text-warn">
          <WifiOff aria-hidden className="size-5 shrink-0" />
          <Trans>You are offline. What you typed is kept, and the page updates when you are back.</Trans>
        </p>
      )}
    </div>
  );
}
