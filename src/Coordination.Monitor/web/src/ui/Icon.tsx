/** Inline, 16 px grid, drawn for this page: an icon package would be 50 MB on disk for thirty signs. */
const paths = {
  play: 'M5 3.2v9.6l7.5-4.8z', check: 'm3 8.5 3.2 3.3L13 4.6', retry: 'M12.6 8a4.6 4.6 0 1 1-1.5-3.4M11.4 1.6v3.2H8.2', cross: 'm4 4 8 8m0-8-8 8',
  diamond: 'M8 2.2 13.8 8 8 13.8 2.2 8z', undo: 'M3 6.2h6.2a3.4 3.4 0 0 1 0 6.8H5.6M5.8 3.2 2.8 6.2l3 3', clock: 'M8 2.2a5.8 5.8 0 1 1 0 11.6A5.8 5.8 0 0 1 8 2.2M8 5v3.2l2.2 1.4', dash: 'M3.5 8h9',
  half: 'M8 2.2a5.8 5.8 0 1 1 0 11.6A5.8 5.8 0 0 1 8 2.2M8 2.2v11.6', person: 'M8 2.4a2.6 2.6 0 1 1 0 5.2 2.6 2.6 0 0 1 0-5.2M2.8 13.6c.5-2.9 2.5-4.3 5.2-4.3s4.7 1.4 5.2 4.3', hourglass: 'M4 2.4h8M4 13.6h8M5 2.4c0 4 6 7 6 11.2M11 2.4c0 4-6 7-6 11.2',
  warn: 'M8 2.2 14.4 13H1.6zM8 6.2v3.2M8 11.2v.4', lock: 'M4 7.4h8v6H4zM5.6 7.2V5.4a2.4 2.4 0 0 1 4.8 0v1.8', copy: 'M6 6h7.4v7.4H6zM3.4 10H2.6V2.6H10v.8', search: 'M7 2.6a4.4 4.4 0 1 1 0 8.8 4.4 4.4 0 0 1 0-8.8M10.2 10.2l3.4 3.4',
  pause: 'M5 3.4v9.2M11 3.4v9.2', chevron: 'm6 3.6 4.4 4.4L6 12.4', down: 'm3.6 6 4.4 4.4L12.4 6', up: 'm3.6 10 4.4-4.4L12.4 10', left: 'm10 3.6-4.4 4.4 4.4 4.4', columns: 'M2.4 3h11.2v10H2.4zM6.2 3v10M9.8 3v10', download: 'M8 2.4v7.4M4.8 7 8 10.2 11.2 7M2.6 13.4h10.8',
  link: 'M6.8 9.2a2.6 2.6 0 0 0 3.7 0l2.2-2.2A2.6 2.6 0 0 0 9 3.3l-.9.9M9.2 6.8a2.6 2.6 0 0 0-3.7 0L3.3 9A2.6 2.6 0 0 0 7 12.7l.9-.9', external: 'M6.4 3.4H3v9.6h9.6V9.6M9 2.8h4.2V7M13 3 7.6 8.4',
  home: 'M2.4 7.4 8 2.6l5.6 4.8M4 6.4v7h8v-7', list: 'M2.6 4h10.8M2.6 8h10.8M2.6 12h10.8', vote: 'M8 2.2 13.8 8 8 13.8 2.2 8z M5.8 8l1.6 1.6 2.8-3', bolt: 'M9 1.8 3.6 9h3.8l-.6 5.2L12.4 7H8.6z', tomb: 'M2.4 5.2 8 2.4l5.6 2.8v5.6L8 13.6l-5.6-2.8zM2.6 5.4 8 8.2l5.4-2.8M8 8.2v5.2',
  timer: 'M8 4a4.9 4.9 0 1 1 0 9.8A4.9 4.9 0 0 1 8 4M8 6.4V9M6.2 1.8h3.6', agents: 'M4.2 5.2h7.6v6.4H4.2zM8 2.4v2.8M6.4 8v.8M9.6 8v.8M2.2 7.6v2.6M13.8 7.6v2.6', flow: 'M2 5h6.6c1.8 0 1.8 6 3.6 6H14M2 11h4M12 3.2 14 5l-2 1.8M9.6 5H14', gear: 'M8 5.6a2.4 2.4 0 1 1 0 4.8 2.4 2.4 0 0 1 0-4.8M8 1.8v2M8 12.2v2M1.8 8h2M12.2 8h2M3.6 3.6 5 5M11 11l1.4 1.4M12.4 3.6 11 5M5 11l-1.4 1.4',
  ops: 'M2.6 4.4h6M11 4.4h2.4M2.6 11.6h2.4M7.4 11.6h6M9.8 2.8v3.2M6.2 10v3.2', audit: 'M4 2.4h8v11.2H4zM6 5.4h4M6 8h4M6 10.6h2.4', theme: 'M8 2.2a5.8 5.8 0 1 1 0 11.6zM8 2.2v11.6A5.8 5.8 0 0 1 8 2.2', more: 'M3.4 8h.1M8 8h.1M12.6 8h.1', stepBack: 'M11.6 3.6 6.4 8l5.2 4.4zM4.4 3.6v8.8', stepOn: 'm4.4 3.6 5.2 4.4-5.2 4.4zM11.6 3.6v8.8', help: 'M5.8 6a2.2 2.2 0 1 1 3.2 2c-.7.4-1 .8-1 1.6M8 11.8v.3', menu: 'M2.6 4.4h10.8M2.6 8h10.8M2.6 11.6h10.8', shield: 'M8 1.9 13 4v4c0 3-2 5-5 6.1C5 13 3 11 3 8V4z', text: 'M3 4h10M3 7h7M3 10h10M3 13h5', plus: 'M8 3v10M3 8h10', minus: 'M3 8h10', fit: 'M2.6 6V2.6H6M10 2.6h3.4V6M13.4 10v3.4H10M6 13.4H2.6V10',
} as const
export type IconName = keyof typeof paths
const filled = new Set<IconName>(['play'])
const dots = new Set<IconName>(['more'])

export const Icon = ({ name, size = 14 }: { name: IconName, size?: number }) => (
  <svg viewBox="0 0 16 16" width={size} height={size} aria-hidden="true" focusable="false" fill={filled.has(name) ? 'currentColor' : 'none'} stroke="currentColor"
    strokeWidth={dots.has(name) ? 2.4 : 1.5} strokeLinecap="round" strokeLinejoin="round"><path d={paths[name]} /></svg>
)
