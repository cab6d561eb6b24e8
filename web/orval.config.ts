import { defineConfig } from 'orval';

export default defineConfig({
  turnout: {
    input: { target: '../openapi/turnout.json' },
    output: {
      mode: 'tags-split',
      target: 'src/api/generated',
      schemas: 'src/api/generated/model',
      client: 'react-query',
      httpClient: 'axios',
      clean: true,
      headers: true,
      urlEncodeParameters: true,
      override: {
        mutator: { path: './src/api/http.ts', name: 'http' },
        query: { version: 5, signal: true },
      },
    },
  },
});
