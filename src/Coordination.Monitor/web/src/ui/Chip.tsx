import type { ReactNode } from 'react'
import css from './chip.module.css'
import { Icon, type IconName } from './Icon'
import { revealedText } from './revealed'

export type Tone = 'accent' | 'ok' | 'warn' | 'bad' | 'vote' | 'undo' | 'idle'
export interface Mark { tone: Tone, icon: IconName, word: string }

/** State is never colour alone: always a glyph and a word. */
export const Chip = ({ mark, title }: { mark: Mark, title?: string }) => (
  <span className={css.chip} data-tone={mark.tone} title={title && revealedText(title)}><Icon name={mark.icon} size={11} />{mark.word}</span>
)
export const Glyph = ({ mark }: { mark: Mark }) => <span className={css.glyph} data-tone={mark.tone} role="img" aria-label={mark.word} title={mark.word}><Icon name={mark.icon} size={12} /></span>
export const Tag = ({ tone = 'idle', children, title }: { tone?: Tone, children: ReactNode, title?: string }) => <span className={css.tag} data-tone={tone} title={title && revealedText(title)}>{children}</span>
