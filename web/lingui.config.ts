import { defineConfig } from '@lingui/cli';

export default defineConfig({
  sourceLocale: 'en',
  locales: ['en'],
  catalogs: [
    { path: 'src/locales/{locale}', include: ['src'], exclude: ['src/api/generated/**', '**/*.test.*'] },
  ],
  orderBy: 'message',
});
