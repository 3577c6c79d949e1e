import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // a process for each file: an addon that ends its process must not take the others along
    pool: 'forks',
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
})
