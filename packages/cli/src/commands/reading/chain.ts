/** Chains of causes, in a table and in a sentence. */
import type { Cause, Explanation, OutsideKind } from '@refold/core/history'
import { printable } from '@refold/core/store'
import { tableOf } from '../../table.js'
import { whoText } from '@refold/inspector/answers'
import { timeText } from './shown.js'

const COLUMNS = ['AGENT', 'REV', 'TIME', 'TYPE', 'BY', 'BECAUSE'] as const

/** A row for each cause; the last column says how the row below caused it. */
export function chainTable(chain: readonly Cause[]): string {
  return tableOf(COLUMNS, chain.map(rowOf))
}

function rowOf(cause: Cause): readonly string[] {
  const { agent, revision, at, type, src, because = '', isGuess } = cause
  const what = src === undefined ? type : `${type} of ${src}`
  const how = isGuess === true ? `${because}, as it seems` : because
  return [`${agent.name}-${agent.id}`, String(revision), timeText(at), what, whoText(cause), how]
}

const OUTSIDE: Readonly<Record<OutsideKind, string>> = {
  caller: 'It came from a caller',
  effect: 'It came from the body of an effect',
  clock: 'Its time had come',
  operator: 'It is a command of an operator',
  worker: 'It came from a worker',
}

/** Where the chain ends. */
export function originText({ chain, cut }: Explanation): string {
  const last = chain.at(-1)
  if (cut === 'limit') return 'The chain goes on.'
  if (cut === 'not-found') return 'What caused the last one is not in this store.'
  if (last?.outside === undefined) return 'Nothing recorded caused the last one.'
  const who = whoText(last)
  return printable(`${OUTSIDE[last.outside]}${who === '' ? '' : `: ${who}`}.`)
}
