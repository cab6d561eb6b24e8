import { expect, type Locator, type Page, test } from '@playwright/test';
import { audit } from './support/audit';
import { publishedEvent } from './support/backstage';
import { choose } from './support/people';

async function fillBuyer(page: Page) {
  await page.getByLabel('Your name').fill('Ada Lovelace');
  await page.getByLabel('E-mail').fill('ada@example.org');
}

async function tabTo(page: Page, target: Locator) {
  for (let pressed = 0; pressed < 40; pressed++) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  await expect(target).toBeFocused();
}

test('a ticket can be bought without a pointer', async ({ page, request }) => {
  const { event } = await publishedEvent(request, 10);
  await page.goto(`/events/${event.id}`);
  await tabTo(page, page.getByRole('spinbutton', { name: 'Standing' }));
  await page.keyboard.type('1');
  await tabTo(page, page.getByLabel('Your name'));
  await page.keyboard.type('Ada Lovelace');
  await tabTo(page, page.getByLabel('E-mail'));
  await page.keyboard.type('ada@example.org');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Payment' })).toBeFocused();
  await tabTo(page, page.getByRole('button', { name: 'Pay €25' }));
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'You have a ticket' })).toBeFocused();
});

test('a reload in the middle of a purchase resumes it', async ({ page, request }) => {
  const { event } = await publishedEvent(request, 10);
  await page.goto(`/events/${event.id}`);
  await choose(page, 'Standing', 2);
  await fillBuyer(page);
  await page.getByRole('button', { name: 'Continue to payment' }).click();
  await expect(page.getByRole('timer')).toBeVisible();
  await page.reload();
  await expect(page.getByRole('timer')).toBeVisible();
  await page.getByRole('button', { name: 'Pay €50' }).click();
  await expect(page.getByRole('heading', { name: 'You have 2 tickets' })).toBeVisible();
});

test('a buyer who was a moment too late is told what is left, and can have it', async ({ page, request }) => {
  const { event, hold } = await publishedEvent(request, 3);
  await page.goto(`/events/${event.id}`);
  await choose(page, 'Standing', 3);
  await fillBuyer(page);
  await hold(2);
  await expect(page.getByText('Only 1 can be had now.')).toBeVisible();
  await expect(page.getByRole('spinbutton', { name: 'Standing' })).toHaveValue('3');
  await page.getByRole('button', { name: 'Continue to payment' }).click();
  await expect(page.getByRole('alert')).toContainText('Only 1 left of Standing.');
  await audit(page, 'sold out');
  await page.getByRole('button', { name: 'Take the last one' }).click();
  await expect(page.getByRole('button', { name: 'Pay €25' })).toBeVisible();
});

test('a hold that is given back is there for others', async ({ page, request }) => {
  const { event } = await publishedEvent(request, 3);
  await page.goto(`/events/${event.id}`);
  await choose(page, 'Standing', 3);
  await fillBuyer(page);
  await page.getByRole('button', { name: 'Continue to payment' }).click();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByText('Only 3 left')).toBeVisible();
  await expect(page.getByLabel('Your name')).toHaveValue('Ada Lovelace');
});
