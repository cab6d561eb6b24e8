import { expect, type Page, test } from '@playwright/test';
import { audit } from './support/audit';
import { publishedEvent } from './support/backstage';
import { openTurnout } from './support/people';

async function join(page: Page, name: string, count: number) {
  await page.getByRole('spinbutton', { name: 'How many' }).fill(String(count));
  await page.getByLabel('Your name').fill(name);
  await page.getByLabel('E-mail').fill(`${name.toLowerCase()}@example.org`);
  await page.getByRole('button', { name: 'Join the waitlist' }).click();
  await expect(page.getByRole('heading', { name: 'You are on the waitlist' })).toBeVisible();
}

test('what comes free is offered in order, live, and paid like any order', async ({ browser, request }) => {
  const { event, hold, release, promoter } = await publishedEvent(request, 3);
  const orders = [await hold(1), await hold(2)];
  const first = await openTurnout(browser, `/events/${event.id}`);
  await expect(first.getByText('Nothing left right now.')).toBeVisible();
  await audit(first, 'sold out, with a waitlist');
  await join(first, 'Ada', 2);
  await expect(first.getByText('You are next in line.')).toBeVisible();
  const second = await openTurnout(browser, `/events/${event.id}`);
  await join(second, 'Bob', 1);
  await expect(second.getByText('1 person is ahead of you.')).toBeVisible();
  await audit(second, 'waiting');

  // Two come free: all that the first one wants, and nothing for the second.
  if (orders[1]) await release(orders[1]);
  await expect(first.getByRole('heading', { name: 'It is your turn' })).toBeVisible();
  await expect(first.getByRole('timer')).toBeVisible();
  await audit(first, 'offered');
  await expect(second.getByText('You are next in line.')).toBeVisible({ timeout: 20_000 });
  await first.getByRole('button', { name: 'Get your tickets' }).click();
  await first.getByRole('button', { name: 'Pay €50' }).click();
  await expect(first.getByRole('heading', { name: 'You have 2 tickets' })).toBeVisible();

  const desk = await openTurnout(browser, `/login?next=/organize/events/${event.id}/waitlist`);
  await desk.getByLabel('E-mail').fill(promoter.email);
  await desk.getByLabel('Password').fill(promoter.password);
  await desk.getByRole('button', { name: 'Log in' }).click();
  await expect(desk.getByText('Nothing they want is free.')).toBeVisible();
  await expect(desk.getByText('Taken', { exact: true })).toBeVisible();
  await audit(desk, 'organizer, waitlist');

  await desk.goto(`/organize/events/${event.id}/insight`);
  await expect(desk.getByRole('heading', { name: 'From a look to a ticket' })).toBeVisible();
  await expect(desk.getByRole('row', { name: /Standing/ })).toContainText('2');
  await audit(desk, 'organizer, insight');
  const download = desk.waitForEvent('download');
  await desk.getByRole('button', { name: 'Orders as CSV' }).click();
  expect((await download).suggestedFilename()).toMatch(/-orders\.csv$/);

  await second.getByRole('button', { name: 'Leave the waitlist…' }).click();
  await second.getByRole('button', { name: 'Leave', exact: true }).click();
  await expect(second.getByRole('button', { name: 'Join the waitlist' })).toBeVisible();
});
