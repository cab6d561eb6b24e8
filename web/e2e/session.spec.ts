import { expect, test } from '@playwright/test';
import { audit } from './support/audit';
import { fillSignUp, stranger } from './support/people';

test('a session outlives a reload, shows its owner’s draft, and ends when they say so', async ({ page }) => {
  const organizer = stranger('Organizer');
  await page.goto('/signup?next=/organize/new');
  await fillSignUp(page, organizer);
  await expect(page.getByRole('heading', { name: 'New event' })).toBeVisible();
  await page.getByLabel('Who organizes it?').fill(organizer.name);
  await page.getByLabel('Title').fill('Not yet for everyone');
  await page.getByRole('button', { name: 'Save as draft' }).click();
  await expect(page.getByText('Draft', { exact: true })).toBeVisible();

  await page.getByRole('link', { name: 'See the page' }).click();
  await expect(page.getByText('Only you and your team see this page.')).toBeVisible();
  await audit(page, 'draft');
  await page.reload();
  await expect(page.getByText('Only you and your team see this page.')).toBeVisible();
  const address = page.url();

  await page
    .getByRole('group')
    .getByText(/^\S{1,2}$/)
    .click();
  await page.getByRole('button', { name: 'Log out' }).click();
  await expect(page.getByRole('link', { name: 'Log in' })).toBeVisible();
  await page.goto(address);
  await expect(page.getByRole('heading', { name: 'There is nothing here' })).toBeVisible();

  await page.goto('/login?next=/organize');
  await page.getByLabel('E-mail').fill(organizer.email);
  await page.getByLabel('Password').fill('the wrong words');
  await page.getByRole('button', { name: 'Log in' }).click();
  await expect(page.getByRole('alert')).toContainText('E-mail or password is wrong.');
  await page.getByLabel('Password').fill(organizer.password);
  await page.getByRole('button', { name: 'Log in' }).click();
  await expect(page.getByRole('link', { name: 'Not yet for everyone' })).toBeVisible();
  await audit(page, 'your events');
});
