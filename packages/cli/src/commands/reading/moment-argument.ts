/** Moments as the command line names them: a revision, a time, or so long ago. */
import type { HistoryMoment } from '@refold/core/history'
import { RefoldError } from '@refold/core/store'

const TIME = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d))?$/
const AGO = /^-(\d{1,9})(s|m|h|d)$/
const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** Throws `INVALID_INPUT`. `now`: epoch milliseconds. */
export function momentOf(text: string, { now = Date.now() }: { readonly now?: number } = {}): HistoryMoment {
  if (/^\d{1,15}$/.test(text)) return Number(text)
  const [, count, unit] = AGO.exec(text) ?? []
  if (count !== undefined) return { at: now - Number(count) * UNIT_MS[unit as keyof typeof UNIT_MS] }
  const at = TIME.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isFinite(at)) return { at }
  throw new RefoldError('INVALID_INPUT', `"${text}" is no moment`, {
    hint: 'A revision (412), a time with its zone (2026-11-29T14:00:00Z), or so long ago (-90s, -15m, -1h, -2d).',
  })
}

/** An agent at a moment. */
export interface AgentAt {
  readonly agent: string
  readonly at: HistoryMoment
}

/** `research-42@412`; an id may hold an `@`, so the last one counts. Throws `INVALID_INPUT`. */
export function agentAtOf(text: string): AgentAt {
  const sign = text.lastIndexOf('@')
  if (sign > 0) return { agent: text.slice(0, sign), at: momentOf(text.slice(sign + 1)) }
  throw new RefoldError('INVALID_INPUT', `"${text}" names no moment of an agent`, {
    hint: 'For instance research-42@412, or research-42@-1h.',
  })
}

/** `400..412`. Throws `INVALID_INPUT`. */
export function rangeOf(text: string): readonly [from: HistoryMoment, to: HistoryMoment] {
  const [from = '', to = '', ...more] = text.split('..')
  if (from !== '' && to !== '' && more.length === 0) return [momentOf(from), momentOf(to)]
  throw new RefoldError('INVALID_INPUT', `"${text}" names no two moments`, {
    hint: 'For instance 400..412, or -1h..-0s; of two agents: research-42@400 research-43@412, or research-42 research-43 as they are now.',
  })
}
