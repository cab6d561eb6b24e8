import AxeBuilder from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';

const DIALOG = '[role="dialog"], [role="alertdialog"]';

/** axe with every rule on, in both themes, on what is on screen now: the dialog, where one is open. */
export async function audit(page: Page, screen: string): Promise<void> {
  const before = await page.evaluate(() => document.documentElement.dataset.theme);
  for (const theme of ['light', 'dark']) {
    await page.evaluate((name) => {
      document.documentElement.dataset.theme = name;
    }, theme);
    const axe = new AxeBuilder({ page });
    // Behind a dialog the page is hidden, so axe would miss the landmarks and headings that it has.
    if ((await page.locator(DIALOG).count()) > 0) axe.include(DIALOG);
    const { violations } = await axe.analyze();
    const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join('\n  ')}`);
    expect.soft(found, `${screen}, ${theme}`).toEqual([]);
  }
  await page.evaluate((name) => {
    document.documentElement.dataset.theme = name;
  }, before);
}
