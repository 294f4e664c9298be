import { describe, expect, it } from 'vitest'
import { clamped, revealed, revealedText } from './revealed'

describe('text of strangers', () => {
  it.each([
    ['abc \u202Etxt.exe\u202C', 'abc [U+202E]txt.exe[U+202C]'], ['a\u200bb\ufeffc\u00add', 'a[U+200B]b[U+FEFF]c[U+00AD]d'], ['\u001b[31mred\u001b[0m', '[ESC[31m]red[ESC[0m]'], ['\u001b]0;title\u0007x', '[ESC]0;titleU+0007]x'],
    ['a\u0000b\u007f', 'a[U+0000]b[U+007F]'], ['tag\u{e0041}', 'tag[U+E0041]'], ['lone\ud800', 'lone[U+D800]'], ['line\u2028sep', 'line[U+2028]sep'], ['\u2066iso\u2069', '[U+2066]iso[U+2069]'],
  ])('shows what would act: %j', (text, shown) => expect(revealedText(text)).toBe(shown))
  it('leaves words, tabs, line ends and emoji alone', () => {
    const text = 'Zoë\tשלום\n日本 👩‍💻 👨🏽‍🚀'
    expect(revealed(text)).toEqual([{ kind: 'text', text }])
  })
  it('shows a joiner that joins nothing', () => expect(revealedText('a\u200db')).toBe('a[U+200D]b'))
  it('reads a Windows line end as one, and shows a lone return', () => {
    expect(revealedText('a\r\nb')).toBe('a\nb')
    expect(revealedText('a\rb')).toBe('a[CR]b')
  })
  it('never makes markup or links of it', () => expect(revealed('<script> https://x.y')).toEqual([{ kind: 'text', text: '<script> https://x.y' }]))
  it('cuts by characters and by lines', () => {
    expect(clamped('short', 10, 3)).toBe(null)
    expect(clamped('a'.repeat(20), 10, 3)).toBe('a'.repeat(10))
    expect(clamped('1\n2\n3\n4', 100, 2)).toBe('1\n2')
    expect(clamped('1\n2', 100, 2)).toBe(null)
  })
})
