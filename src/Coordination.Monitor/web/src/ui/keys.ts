import { prefsNow } from './prefs'

const sequenceMs = 1_200
let begun = 0

/** `g` was pressed: the next key names a page, whatever it means elsewhere. */
export const beginSequence = (): void => { begun = Date.now() }
export const endSequence = (): void => { begun = 0 }
export const inSequence = (): boolean => Date.now() - begun < sequenceMs

const fields = /^(INPUT|TEXTAREA|SELECT)$/
export const isTyping = (target: EventTarget | null): boolean => target instanceof HTMLElement && (target.isContentEditable || fields.test(target.tagName) && !(target instanceof HTMLInputElement && /checkbox|radio|range|button/.test(target.type)))

/** Whether a single key may act: outside of fields and dialogs, and only while they are switched on (WCAG 2.1.4). */
export const mayActOnKey = (event: KeyboardEvent): boolean =>
  !event.ctrlKey && !event.metaKey && !event.altKey && !event.defaultPrevented && !isTyping(event.target) && !document.querySelector('dialog[open]') && prefsNow().shortcuts
