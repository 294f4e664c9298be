/** 0.5, 1, 2, then 4 s: a page must be live again within 5 s after the server is back. */
export const backoffMs = (attempt: number): number => Math.min(4_000, 500 * 2 ** Math.max(0, attempt))
