import { expect, type Page, test } from '@playwright/test';
import { audit } from './support/audit';
import { choose, fillSignUp, findEvent, openTurnout, stranger } from './support/people';

const title = () => `Long Night ${Math.random().toString(36).slice(2, 8)}`;

async function createEvent(page: Page, name: string, organizer: string) {
  await page.getByRole('link', { name: 'Create an event' }).click();
  await expect(page.getByRole('heading', { name: 'New event' })).toBeVisible();
  await page.getByLabel('Who organizes it?').fill(organizer);
  await page.getByLabel('Title').fill(name);
  await page.getByLabel('When').fill('2027-07-04T20:00');
  await page.getByLabel('Where').fill('The Old Depot');
  await page.getByLabel('Ticket', { exact: true }).fill('Standing');
  await page.getByLabel('Price').fill('12.50');
  await page.getByLabel('How many').fill('30');
  await page.getByRole('button', { name: 'Another kind of ticket' }).click();
  await page.getByLabel('Ticket', { exact: true }).nth(1).fill('Community');
  await page.getByLabel('How many').nth(1).fill('20');
  await audit(page, 'new event');
  await page.getByRole('button', { name: 'Publish…' }).click();
  await expect(page.getByRole('alertdialog', { name: 'Publish this event?' })).toBeVisible();
  await audit(page, 'publish dialog');
  await page.getByRole('button', { name: 'Publish now' }).click();
  await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();
  await expect(page.getByText('Published', { exact: true })).toBeVisible();
}

/** The figure under a label of the desk: "Tickets sold", "Checked in". */
const figure = (desk: Page, label: string) =>
  desk
    .getByRole('region', { name: 'Sales' })
    .locator('div', { has: desk.getByText(label, { exact: true }) })
    .getByRole('definition');

test('an event from its first idea to the door, live for everyone and without a reload', async ({
  browser,
}) => {
  const organizer = stranger('Organizer');
  const guest = stranger('Guest');
  const member = stranger('Member');
  const name = title();

  const desk = await openTurnout(browser);
  await test.step('the organizer signs up and lands where they were going', async () => {
    await desk.getByRole('link', { name: 'Organize', exact: true }).click();
    await expect(desk.getByText('You are signed out')).toBeVisible();
    await audit(desk, 'signed out');
    await desk.getByRole('link', { name: 'Create an account' }).click();
    await expect(desk.getByRole('heading', { name: 'Create your account' })).toBeVisible();
    await audit(desk, 'sign up');
    await fillSignUp(desk, organizer);
    await expect(desk.getByRole('heading', { name: 'Your events' })).toBeVisible();
  });

  await test.step('one form makes the event, and publishes it', async () => {
    await createEvent(desk, name, `${organizer.name} Collective`);
    await audit(desk, 'desk, empty');
  });

  const buyer = await openTurnout(browser);
  await test.step('a guest finds it and has a free ticket at once', async () => {
    await expect(buyer.getByRole('heading', { level: 1 })).toBeVisible();
    await audit(buyer, 'discover');
    await findEvent(buyer, name);
    await audit(buyer, 'event');
    await choose(buyer, 'Community', 1);
    await buyer.getByLabel('Your name').fill(guest.name);
    await buyer.getByLabel('E-mail').fill(guest.email);
    await buyer.getByRole('button', { name: 'Get tickets' }).click();
    await expect(buyer.getByRole('heading', { name: 'You have a ticket' })).toBeVisible();
    await expect(buyer.getByRole('img', { name: `Ticket code for ${guest.name}` })).toBeVisible();
    await audit(buyer, 'free ticket');
  });

  await test.step('the desk saw it', async () => {
    await expect(figure(desk, 'Tickets sold')).toContainText('1');
    await expect(desk.getByRole('list', { name: 'Recent' })).toContainText(guest.name);
  });

  const fan = await openTurnout(browser);
  await test.step('a member signs up on the way to the event', async () => {
    await fan.getByRole('link', { name: 'Log in' }).click();
    await expect(fan.getByRole('heading', { name: 'Log in' })).toBeVisible();
    await audit(fan, 'log in');
    await fan.getByRole('link', { name: 'Create an account' }).click();
    await fillSignUp(fan, member);
    await findEvent(fan, name);
    await expect(fan.getByText('Only 30 left')).toBeVisible();
    await expect(fan.getByLabel('Your name')).toHaveValue(member.name);
  });

  await test.step('the guest holds two paid tickets, and the member sees the stock drop', async () => {
    await buyer.getByRole('button', { name: 'Get more tickets' }).click();
    await choose(buyer, 'Standing', 2);
    await buyer.getByRole('button', { name: 'Continue to payment' }).click();
    await expect(buyer.getByRole('timer')).toHaveText(/^(10:00|9:\d\d)$/);
    await expect(fan.getByText('Only 28 left')).toBeVisible();
    await audit(buyer, 'payment');
  });

  await test.step('the first card is declined, the second one pays', async () => {
    await buyer.getByRole('button', { name: /^Decline/ }).click();
    await expect(buyer.getByRole('alert')).toContainText('The payment was declined.');
    await audit(buyer, 'declined');
    await buyer.getByRole('button', { name: /^Pay/ }).click();
    await expect(buyer.getByRole('heading', { name: 'You have 2 tickets' })).toBeVisible();
    await expect(figure(desk, 'Tickets sold')).toContainText('3');
    await expect(figure(desk, 'Revenue')).toContainText('25');
    await audit(desk, 'desk');
  });

  let code = '';
  let ticketId = '';
  await test.step('the ticket fills the screen, and its code can be copied', async () => {
    await buyer.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await buyer.getByRole('button', { name: 'Show full screen' }).first().click();
    const dialog = buyer.getByRole('dialog');
    ticketId = (await dialog.getByText(/^tkt_/).textContent()) ?? '';
    await dialog.getByRole('button', { name: 'Copy the code' }).click();
    await expect(dialog.getByRole('button', { name: 'Copied' })).toBeVisible();
    code = await buyer.evaluate(() => navigator.clipboard.readText());
    expect(code.length).toBeGreaterThan(10);
    await audit(buyer, 'full-screen ticket');
    await buyer.keyboard.press('Escape');
    await buyer.getByRole('link', { name: 'Show the order' }).click();
    await expect(buyer.getByRole('heading', { name: 'Your order' })).toBeVisible();
    await audit(buyer, 'order');
  });

  await test.step('the guest’s tickets are all on this device', async () => {
    await buyer.getByRole('link', { name: 'My tickets' }).click();
    await expect(buyer.getByRole('heading', { level: 1, name: 'My tickets' })).toBeVisible();
    await expect(buyer.getByRole('img', { name: `Ticket code for ${guest.name}` })).toHaveCount(3);
    await audit(buyer, 'my tickets');
  });

  await test.step('the member books, and hears from the organizer within moments', async () => {
    await choose(fan, 'Community', 1);
    await fan.getByRole('button', { name: 'Get tickets' }).click();
    await expect(fan.getByRole('heading', { name: 'You have a ticket' })).toBeVisible();
    const message = `Doors open half an hour earlier. ${name}`;
    await desk.getByRole('textbox', { name: 'Message' }).fill(message);
    await desk.getByRole('button', { name: 'Send message' }).click();
    await expect(desk.getByText('Sent.')).toBeVisible();
    await expect(fan.getByRole('alertdialog').filter({ hasText: message })).toBeVisible();
    const bell = fan.getByRole('link', { name: /^Notifications, \d+ unread$/ });
    await expect(bell).toBeVisible();
    await bell.click();
    const news = fan.getByRole('main').getByRole('listitem').filter({ hasText: message });
    await expect(news).toBeVisible();
    await audit(fan, 'notifications');
    await news.getByRole('button', { name: 'Mark as read' }).click();
    await expect(news.getByRole('button', { name: 'Mark as read' })).toBeHidden();
  });

  await test.step('the door lets the ticket in once', async () => {
    // A second tab, while the desk stays open: its session comes from the cookie.
    const door = await desk.context().newPage();
    await door.goto(new URL(desk.url()).pathname);
    await door.getByRole('link', { name: 'Open the door' }).click();
    const field = door.getByLabel('Ticket code');
    await expect(field).toBeFocused();
    await audit(door, 'door');
    await field.fill(code);
    await field.press('Enter');
    await expect(door.getByRole('alert')).toContainText('Welcome');
    await expect(door.getByRole('alert')).toContainText(guest.name);
    await audit(door, 'admitted');
    await expect(field).toBeFocused();
    await field.fill(ticketId);
    await field.press('Enter');
    await expect(door.getByRole('alert')).toContainText('Already in');
    await audit(door, 'already admitted');
    await field.fill('not-a-code');
    await field.press('Enter');
    await expect(door.getByRole('alert')).toContainText('Unknown');
    await expect(figure(desk, 'Checked in')).toContainText('1');
    await expect(desk.getByRole('list', { name: 'Recent' })).toContainText('came in');
  });
});

test('an address that leads nowhere says so and shows the way', async ({ page }) => {
  await page.goto('/nowhere');
  await expect(page.getByRole('heading', { name: 'There is nothing here' })).toBeVisible();
  await audit(page, 'not found');
  await page.getByRole('link', { name: 'Find an event' }).click();
  await expect(page.getByRole('searchbox', { name: 'Search events' })).toBeVisible();
});
