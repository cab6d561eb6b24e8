import { type Browser, expect, type Page } from '@playwright/test';

export interface Person {
  name: string;
  email: string;
  password: string;
}

/** Someone nobody met before: the spec may run again and again on one server. */
export function stranger(role: string): Person {
  const mark = Math.random().toString(36).slice(2, 8);
  return {
    name: `${role} ${mark}`,
    email: `${role.toLowerCase()}.${mark}@example.org`,
    password: `a long sentence ${mark}`,
  };
}

/** A browser of their own: own cookies, own storage, no reload from here on. */
export async function openTurnout(browser: Browser, path = '/'): Promise<Page> {
  const context = await browser.newContext();
  const page = await context.newPage();
  page.on('pageerror', (error) => {
    throw error;
  });
  await page.goto(path);
  return page;
}

export async function fillSignUp(page: Page, { name, email, password }: Person): Promise<void> {
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Create account' }).click();
}

export async function findEvent(page: Page, title: string): Promise<void> {
  await page.getByRole('searchbox', { name: 'Search events' }).fill(title);
  // One card left: the list has answered, and nothing moves under the finger any more.
  const cards = page.getByRole('region', { name: 'Events' }).getByRole('article');
  await expect(cards).toHaveCount(1);
  await cards.getByRole('link', { name: title }).click();
  await expect(page.getByRole('heading', { level: 1, name: title })).toBeVisible();
}

export async function choose(page: Page, ticket: string, count: number): Promise<void> {
  await page.getByRole('spinbutton', { name: ticket }).fill(String(count));
}
