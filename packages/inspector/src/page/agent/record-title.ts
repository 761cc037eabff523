/** A record in a few words. */
import type { RecordRow } from '../../contract/agent.js'
import { plain } from '../parts/safe-text.js'
import type { ColumnRecord } from '../state/columns.js'

const WORDS: Readonly<Record<string, string>> = {
  started: 'started',
  forked: 'forked',
  'message.refused': 'message refused',
  'message.acknowledged': 'message arrived',
  'message.undelivered': 'message not delivered',
  'timer.fired': 'timer fired',
  claimed: 'claimed',
  released: 'released',
  cleared: 'cleared',
  paused: 'paused',
  resumed: 'resumed',
  cancel: 'cancel',
  cancelled: 'cancelled',
  retried: 'retried',
  recalled: 'kept event taken',
  migrated: 'migrated',
}

const OF_EFFECT: Readonly<Record<string, string>> = {
  'effect.started': 'started',
  'effect.done': 'done',
  'attempt.failed': 'attempt failed',
  'effect.failed': 'failed',
  'effect.event': 'sent an event',
  'effect.next': 'sent a value',
  'effect.step': 'step',
  'effect.doubted': 'in doubt',
  'effect.resolved': 'resolved',
}

/** `callModel done`; of an event its type. */
export function recordTitle({ kind, type, about }: ColumnRecord, row?: RecordRow): string {
  const told = OF_EFFECT[kind]
  if (told !== undefined) return `${plain(row?.src ?? (about === undefined ? 'effect' : `effect ${about}`))} ${told}`
  return WORDS[kind] ?? plain(type)
}

/** What a row says beside its title: without the effect, which the title names, and the states, which stand before it. */
export function briefOf({ summary, src, active }: RecordRow): string {
  let text =
    src !== undefined && summary.startsWith(`${src} (`) ? summary.slice(summary.indexOf(')') + 1).trim() : summary
  for (const states of [active?.join(' '), active?.join(', ')])
    if (states !== undefined && text.endsWith(states)) text = text.slice(0, -states.length).trim()
  return plain(text)
}

/** `revision 412 of 9810, callModel done`. */
export function valueText(
  record: ColumnRecord | undefined,
  { last, row }: { readonly last: number; readonly row?: RecordRow | undefined },
): string {
  return record === undefined ? 'no record' : `revision ${record.revision} of ${last}, ${recordTitle(record, row)}`
}
