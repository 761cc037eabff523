/** What someone should look at: which agents have which concern. */
import type { DirectoryEntry } from '@refold/core/store'
import type { Concern } from '../contract/fleet.js'

/** What is due for less is on its way. */
const OVERDUE_AFTER_MS = 10_000

export const CONCERNS: readonly Concern[] = [
  'blocked',
  'in-doubt',
  'overdue',
  'waits-for-a-person',
  'paused',
  'unowned',
  'unplaceable',
]

/** Those that the directory alone tells. */
export type PlainConcern = Exclude<Concern, 'waits-for-a-person' | 'unowned' | 'unplaceable'>

const TESTS: { readonly [C in PlainConcern]: (entry: DirectoryEntry, now: number) => boolean } = {
  blocked: ({ status, condition }) => status === 'active' && condition === 'blocked',
  'in-doubt': ({ inDoubt }) => inDoubt > 0,
  overdue: ({ nextDueAt = Number.POSITIVE_INFINITY, ...entry }, now) =>
    isRunning(entry) && nextDueAt < now - OVERDUE_AFTER_MS,
  paused: ({ status, condition }) => status === 'active' && condition === 'paused',
}

export const PLAIN_CONCERNS = Object.keys(TESTS) as readonly PlainConcern[]

/** `now` in epoch milliseconds. */
export function hasConcern(concern: PlainConcern, entry: DirectoryEntry, now: number): boolean {
  return TESTS[concern](entry, now)
}

/** It has work that only an owner performs. */
export function needsOwner({ pending, ...entry }: Pick<DirectoryEntry, 'status' | 'condition' | 'pending'>): boolean {
  return isRunning(entry) && pending > 0
}

/** A blocked agent takes no event, so no one is asked. */
export function canAsk({ status, condition }: Pick<DirectoryEntry, 'status' | 'condition'>): boolean {
  return status === 'active' && condition !== 'blocked'
}

function isRunning({ status, condition }: Pick<DirectoryEntry, 'status' | 'condition'>): boolean {
  return status === 'active' && condition === 'running'
}
