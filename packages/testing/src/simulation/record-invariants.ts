/** What each stream must look like, whatever happened to the processes that wrote it. */
import type { RecordMetadata, StateDocument } from '@refold/core/record'
import type { History } from './history.js'
import type { FoldedStep } from './reference-fold.js'

/** Inputs that only the owner may append, at its own epoch. */
const OWNER_INPUTS: ReadonlySet<string> = new Set([
  'effect.started',
  'attempt.failed',
  'effect.doubted',
  'effect.step',
  'effect.done',
  'effect.failed',
  'effect.event',
  'effect.next',
  'timer.fired',
])

interface Reading {
  readonly steps: readonly FoldedStep[]
  readonly observed: History['observed']
}

/** Revisions are dense, `at` never decreases, owner and epoch rules hold for every record. Returns what is broken. */
export function checkRecords(stream: string, { steps, observed }: Reading): readonly string[] {
  const broken: string[] = []
  let at = 0
  for (const [index, step] of steps.entries()) {
    const { event, metadata } = step
    const name = `${stream} @${event.revision} ${event.type}`
    if (Number(event.revision) !== index) broken.push(`${name}: revision ${event.revision} stands at place ${index}`)
    if (metadata === undefined) continue
    if (metadata.refold.at < at) broken.push(`${name}: "at" goes back from ${at} to ${metadata.refold.at}`)
    at = metadata.refold.at
    broken.push(...checkOwnership(step, metadata, observed(event)?.author.worker).map((what) => `${name}: ${what}`))
    broken.push(...checkHeader(step, metadata).map((what) => `${name}: ${what}`))
  }
  return broken
}

function checkOwnership(
  { event, before, after }: FoldedStep,
  { refold }: RecordMetadata,
  writer: string | undefined,
): readonly string[] {
  const broken: string[] = []
  const [was, is] = [before?.agent, after?.agent]
  if (was === undefined || is === undefined) return broken
  if (is.epoch < was.epoch) broken.push(`the epoch goes back from ${was.epoch} to ${is.epoch}`)
  if (is.owner !== was.owner && is.epoch <= was.epoch)
    broken.push(`the owner changes from ${was.owner} to ${is.owner} without a higher epoch`)
  if (is.owner !== was.owner && event.type !== 'refold.claimed' && event.type !== 'refold.released')
    broken.push('changes the owner')
  if (is.incarnation !== was.incarnation) broken.push('changes the incarnation')
  const late = refold.input.late === true
  const decided = refold.epoch === undefined
  if (!OWNER_INPUTS.has(refold.input.kind) || late || decided) return broken
  if (refold.epoch !== was.epoch) broken.push(`written at epoch ${refold.epoch}, the state has ${was.epoch}`)
  if (writer !== undefined && !isOwner(writer, was.owner)) broken.push(`written by ${writer}, owned by ${was.owner}`)
  return broken
}

/** An owner is named by its worker's id, or by that and a part of its own that follows a tilde. */
function isOwner(worker: string, owner: string | undefined): boolean {
  return owner === worker || owner?.startsWith(`${worker}.`) === true
}

/** The header says of the state what the state says of itself. */
function checkHeader({ before, after }: FoldedStep, { refold }: RecordMetadata): readonly string[] {
  if (after === undefined) return ['folds to nothing']
  const broken: string[] = []
  const status = (state: StateDocument | undefined): string | undefined => state && (state.root.status ?? 'active')
  if (status(before) !== status(after) && refold.status !== status(after))
    broken.push(`the header says status ${refold.status}, the state ${status(after)}`)
  if (before?.agent.owner !== after.agent.owner && (refold.owner ?? undefined) !== after.agent.owner)
    broken.push(`the header says owner ${refold.owner}, the state ${after.agent.owner}`)
  return broken
}
