import { createElement } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { expect, it } from 'vitest'
import { Cancelled } from './Cancelled'

const shown = (by: string, reason: string | null) => renderToStaticMarkup(createElement(Cancelled, { cancel: { by, reason, at: '2026-11-27T12:00:00Z' } }))
const words = (markup: string) => markup.replaceAll(/<[^>]*>/g, '')

it('says by whom and why a run was cancelled', () => expect(words(shown('ann', 'duplicate order'))).toBe('Cancelled by ann: duplicate order'))
it('invents no reason where none was given', () => expect([words(shown('ann', null)), words(shown('ann', ''))]).toEqual(['Cancelled by ann', 'Cancelled by ann']))
it('takes neither the name nor the reason for markup', () => {
  const markup = shown('<img src=x onerror=alert(1)>', '<b>bold</b>\u202egnp')
  expect(markup).not.toMatch(/<(?:img|b)\b/)
  expect(words(markup)).toBe('Cancelled by &lt;img src=x onerror=alert(1)&gt;: &lt;b&gt;bold&lt;/b&gt;U+202Egnp')
})
