import { QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { Router } from 'wouter'
import { routerBase } from './api/client'
import { queryClient } from './api/queries'
import { App } from './app/App'
import { startLive } from './live/start'
import './ui/base.css'
import { applyPrefs } from './ui/prefs'

applyPrefs()
startLive(queryClient)
const root = document.getElementById('root')
if (root) createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <Router base={routerBase()}><App /></Router>
    </QueryClientProvider>
  </StrictMode>,
)
