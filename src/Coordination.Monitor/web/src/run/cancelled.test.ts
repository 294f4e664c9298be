import { createElement } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { expect, it } from 'vitest'
import { Cancelled } from './Cancelled'

const shown = (by: string, reason: string | null) => renderToStaticMarkup(createElement(Cancelled, { cancel: { by, reason, at: '2026-11-27T12:00:00Z' } }))
const words = (markup: string) => markup.replaceAll(/<[^>]*>/g, '')

it('says by whom and why a run was cancelled', () => expect(words(shown('ann', 'duplicate order'))).toBe('Cancellation asked for by annReason: duplicate order'))
it('invents no reason where none was given', () => expect([words(shown('ann', null)), words(shown('ann', ''))]).toEqual(['Cancellation asked for by ann', 'Cancellation asked for by ann']))
it('shows a name that reads like a reason as a name', () => expect(shown('ann: approved', null)).toMatch(/<strong>.*ann: approved.*<\/strong>/))
it('takes neither the name nor the reason for markup', () => {
  const markup = shown('<img src=x onerror=alert(1)>', '<b>bold</b>\u202egnp')
  expect(markup).not.toMatch(/<(?:img|b)[\s>]/)
  expect(words(markup)).toBe('Cancellation asked for by &lt;img src=x onerror=alert(1)&gt;Reason: &lt;b&gt;bold&lt;/b&gt;U+202Egnp')
})
