import { defineConfig, devices } from '@playwright/test';

// The server is started by whoever runs this: see TURNOUT_URL.
export default defineConfig({
  testDir: 'e2e',
  // One journey is the whole product, with an audit of every screen: minutes on a busy machine.
  timeout: 300_000,
  expect: { timeout: 10_000 },
  workers: 2,
  retries: process.env.CI ? 1 : 0,
  reporter: [['list']],
  use: {
    baseURL: process.env.TURNOUT_URL ?? 'http://127.0.0.1:3000',
    // Without this axe reads colours in the middle of a transition.
    contextOptions: { reducedMotion: 'reduce' },
    locale: 'en-GB',
    screenshot: 'only-on-failure',
    trace: 'retain-on-failure',
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
  projects: [
    { name: 'desktop', use: { viewport: { width: 1280, height: 800 } } },
    { name: 'phone', use: { ...devices['Pixel 7'] } },
  ],
});
