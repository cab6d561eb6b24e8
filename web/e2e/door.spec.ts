import { expect, type Page, test } from '@playwright/test';
import type { GateLink } from '../src/api/generated/model';
import { audit } from './support/audit';
import { guests } from './support/backstage';
import { openTurnout } from './support/people';

const names = ['Zoë Ångström', 'Grace Hopper', 'Ada Lovelace', 'Edsger Dijkstra'];

/** Scans as a hand scanner does: it types and presses Enter. */
async function scan(page: Page, code: string | undefined) {
  await page.getByLabel('Ticket code').fill(code ?? '');
  await page.getByLabel('Ticket code').press('Enter');
}

async function logIn(page: Page, { email, password }: { email: string; password: string }) {
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Log in' }).click();
}

/** A verdict leaves by itself after a moment; whoever is faster presses. */
async function next(page: Page) {
  const button = page.getByRole('button', { name: 'Next' });
  await button.click({ timeout: 2_000 }).catch(() => undefined);
  await expect(button).toBeHidden({ timeout: 20_000 });
}

const status = (page: Page) => page.getByRole('region', { name: 'This door' });

test('a phone is paired by one link, works through a night without a network, and tells of it after', async ({
  browser,
  request,
}) => {
  const { event, post, promoter, tickets } = await guests(request, names);
  const [zoe, grace, ada, edsger] = tickets;

  const desk = await openTurnout(browser, `/login?next=/organize/events/${event.id}`);
  let address = '';
  await test.step('the organizer makes a list and a gate link', async () => {
    await logIn(desk, promoter);
    await desk.getByRole('link', { name: 'Check-in' }).click();
    await expect(desk.getByRole('heading', { name: 'Check-in', exact: true })).toBeVisible();
    await audit(desk, 'check-in');
    await desk.getByRole('button', { name: 'Add a list' }).click();
    await desk.getByLabel('Name').fill('North entrance');
    await desk.getByLabel('Whoever went out may come in again').check();
    await audit(desk, 'list dialog');
    await desk.getByRole('button', { name: 'Save the list' }).click();
    await expect(desk.getByRole('heading', { name: 'North entrance' })).toBeVisible();
    await desk.getByRole('button', { name: 'Pair a phone' }).click();
    await desk.getByLabel('Whose phone').fill('Grace’s phone');
    await desk.getByLabel('Gate').fill('North');
    await desk.getByLabel('Check-in list', { exact: true }).selectOption({ label: 'North entrance' });
    await desk.getByLabel(/Supervisor/).check();
    const made = desk.waitForResponse((answer) => answer.url().endsWith('/gate-links') && answer.ok());
    await desk.getByRole('button', { name: 'Make the link' }).click();
    const link = (await (await made).json()) as GateLink;
    address = `/door/${event.id}#${link.credential}`;
    await expect(desk.getByRole('img', { name: 'Gate link for Grace’s phone' })).toBeVisible();
    await audit(desk, 'gate link');
    await desk.getByRole('button', { name: 'Done' }).click();
  });

  const phone = await openTurnout(browser, address);
  await test.step('the phone opens its door, and nothing secret stays in the address', async () => {
    await expect(phone.getByRole('heading', { level: 1 })).toHaveText(event.title);
    await expect(phone.getByText('North entrance')).toBeVisible();
    await expect(status(phone)).toContainText('Works without a network');
    expect(phone.url()).not.toContain('#');
    await audit(phone, 'paired door');
    await scan(phone, zoe?.code);
    await expect(phone.getByRole('alert')).toContainText('Welcome');
    await expect(phone.getByRole('alert')).toContainText('Zoë Ångström');
    await expect(desk.getByRole('region', { name: 'Check-in lists' })).toContainText(
      /North entrance.*Admitted1/s,
    );
  });

  await test.step('who has no code at hand is found by name', async () => {
    await next(phone);
    await phone.getByRole('button', { name: 'Find by name' }).click();
    await phone.getByLabel('Name or order').fill('hop gr');
    await expect(phone.getByRole('button', { name: 'Let in Grace Hopper' })).toBeVisible();
    await audit(phone, 'find by name');
    await phone.getByRole('button', { name: 'Let in Grace Hopper' }).click();
    await expect(phone.getByRole('alert')).toContainText('Welcome');
    await next(phone);
  });

  await test.step('a slip of the hand is taken back, with a reason', async () => {
    await phone.getByRole('button', { name: 'Take back the scan of Grace Hopper' }).click();
    await phone.getByLabel('Reason').fill('Wrong person');
    await audit(phone, 'take back');
    await phone.getByRole('button', { name: 'Take it back' }).click();
    await expect(phone.getByText('Taken back')).toBeVisible();
  });

  await test.step('the network goes; the door opens again, and goes on', async () => {
    await expect(status(phone)).toContainText('Online');
    await phone.context().setOffline(true);
    await phone.reload();
    await expect(phone.getByRole('heading', { level: 1 })).toHaveText(event.title);
    await expect(status(phone)).toContainText('Offline');
    await scan(phone, ada?.code);
    await expect(phone.getByRole('alert')).toContainText('Welcome');
    await expect(phone.getByRole('alert')).toContainText('Offline: checked by this phone alone');
    await audit(phone, 'admitted offline');
    await scan(phone, zoe?.code);
    await expect(phone.getByRole('alert')).toContainText('Already in');
    await scan(phone, ada?.code);
    await expect(phone.getByRole('alert')).toContainText('Already in');
    await scan(
      phone,
      ada?.code.replace(/.$/, (last) => (last === '0' ? '1' : '0')),
    );
    await expect(phone.getByRole('alert')).toContainText('Unknown');
    await next(phone);
    await phone.getByRole('button', { name: 'Find by name' }).click();
    await phone.getByLabel('Name or order').fill('edsg');
    await phone.getByRole('button', { name: 'Let in Edsger Dijkstra' }).click();
    await expect(phone.getByRole('alert')).toContainText('Welcome');
    await next(phone);
    await expect(status(phone)).toContainText('2 scans wait to be sent');
  });

  await test.step('meanwhile another door lets one of them in', async () => {
    const lists = await request.get(`/api/events/${event.id}/check-in-lists`, {
      headers: { authorization: await bearer() },
    });
    const { items } = (await lists.json()) as { items: { id: string; name: string }[] };
    const list = items.find(({ name }) => name === 'North entrance')?.id;
    const answer = await post<{ result: string }>('/tickets/validate', {
      code: edsger?.code,
      list,
      gate: 'South',
    });
    expect(answer.result).toBe('admitted');
  });

  await test.step('back on the network the queue is told, once, and the conflict is shown to the organizer', async () => {
    await phone.context().setOffline(false);
    await expect(status(phone)).toContainText('Online');
    await expect(phone.getByText(/wait to be sent/)).toBeHidden();
    await desk.reload();
    const conflicts = desk.getByRole('region', { name: 'Conflicts' });
    await expect(conflicts).toContainText('Edsger Dijkstra');
    await expect(conflicts).toContainText('Second time');
    await audit(desk, 'conflict');
    await conflicts
      .getByRole('listitem')
      .filter({ hasText: 'South' })
      .getByRole('button', { name: /^Take back the scan/ })
      .last()
      .click();
    await desk.getByLabel('Reason').fill('Counted at the north gate');
    await desk.getByRole('button', { name: 'Take it back' }).click();
    await expect(conflicts).toBeHidden();
    await expect(desk.getByRole('region', { name: 'Check-in lists' })).toContainText(
      /North entrance.*Admitted3/s,
    );
  });

  await test.step('a revoked phone is told so at once', async () => {
    await desk.getByRole('button', { name: 'Revoke Grace’s phone' }).click();
    await desk.getByRole('button', { name: 'Revoke', exact: true }).click();
    await expect(desk.getByText('Revoked')).toBeVisible();
    await scan(phone, grace?.code);
    await expect(phone.getByRole('alert')).toContainText('not paired any more');
    await expect(phone.getByRole('alert').filter({ hasText: 'Welcome' })).toBeHidden();
    await audit(phone, 'revoked');
  });

  async function bearer() {
    const session = await post<{ access_token: string }>('/auth/login', promoter);
    return `Bearer ${session.access_token}`;
  }
});
