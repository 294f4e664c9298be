export interface Part { kind: 'text' | 'code', text: string }

// An escape sequence is shown as one code; the rest one code per character.
// eslint-disable-next-line no-control-regex
const hidden = new RegExp([
  '\\u001b\\[[0-?]*[ -/]*[@-~]', '\\u001b\\][^\\u0007\\u001b]*(?:\\u0007|\\u001b\\\\)?',
  '[\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f]', // controls but tab and line feed
  '[\\u061c\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069]', // direction
  '[\\u00ad\\u180e\\u200b-\\u200d\\u2060-\\u2064\\u206a-\\u206f\\ufeff\\u115f\\u1160\\u3164\\uffa0\\ufff9-\\ufffb\\u2028\\u2029]', // nothing to see
  '[\\u{e0000}-\\u{e007f}]', '[\\ud800-\\udfff]',
].join('|'), 'gu')

const joiner = '\u200d'
const pictograph = /\p{Extended_Pictographic}\ufe0f?$|[\u{1f3fb}-\u{1f3ff}]$/u

/** A joiner between two pictures makes one picture of them and deceives nobody. */
const joinsPictures = (text: string, at: number): boolean => pictograph.test(text.slice(Math.max(0, at - 4), at)) && /^\p{Extended_Pictographic}/u.test(text.slice(at + 1, at + 3))

const hex = (character: string): string => `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
const code = (match: string): string => {
  // eslint-disable-next-line no-control-regex
  if (match.startsWith('\u001b') && match.length > 1) return `ESC${match.slice(1).replace(/[\u0000-\u001f]/g, c => hex(c))}`
  return match === '\r' ? 'CR' : hex(match)
}

/** Splits text of strangers into what can be shown as it is and what would act instead of being seen. */
export const revealed = (text: string): Part[] => {
  const parts: Part[] = []
  let at = 0
  for (const match of text.matchAll(hidden)) {
    if (match[0] === joiner && joinsPictures(text, match.index)) continue
    // A Windows line end is a line end.
    if (match[0] === '\r' && text[match.index + 1] === '\n') {
      if (match.index > at) parts.push({ kind: 'text', text: text.slice(at, match.index) })
      at = match.index + 1
      continue
    }
    if (match.index > at) parts.push({ kind: 'text', text: text.slice(at, match.index) })
    parts.push({ kind: 'code', text: code(match[0]) })
    at = match.index + match[0].length
  }
  if (at < text.length) parts.push({ kind: 'text', text: text.slice(at) })
  return parts
}

/** The same as one string, for titles and other places without markup. */
export const revealedText = (text: string): string => revealed(text).map(part => part.kind === 'code' ? `[${part.text}]` : part.text).join('')

/** Cuts after so many characters or lines; null when it fits. */
export const clamped = (text: string, characters: number, lines: number): string | null => {
  let end = -1
  for (let line = 0, at = -1; line < lines; line++) {
    at = text.indexOf('\n', at + 1)
    if (at < 0) {
      end = text.length
      break
    }
    end = at
  }
  const cut = Math.min(end, characters)
  return cut < text.length ? text.slice(0, cut) : null
}
