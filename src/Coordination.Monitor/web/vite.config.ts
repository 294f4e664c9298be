import { env } from 'node:process'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'

// The host replaces `/__BASE__/` by its mount prefix at request time; the development server is mounted at the root.
const developmentBase = { name: 'development-base', apply: 'serve' as const, transformIndexHtml: (html: string) => html.replace('/__BASE__/', '/') }

export default defineConfig({
  base: './',
  plugins: [react(), developmentBase],
  server: { proxy: { '/api': env.MONITOR_API ?? 'http://127.0.0.1:5199' } },
  build: {
    target: 'es2023', sourcemap: false, assetsInlineLimit: 0, reportCompressedSize: true,
    rollupOptions: { output: { entryFileNames: 'assets/[name]-[hash].js', chunkFileNames: 'assets/[name]-[hash].js', assetFileNames: 'assets/[name]-[hash][extname]' } },
  },
  worker: { format: 'es', rollupOptions: { output: { entryFileNames: 'assets/[name]-[hash].js' } } },
  test: { include: ['src/**/*.test.ts'], environment: 'node' },
})
