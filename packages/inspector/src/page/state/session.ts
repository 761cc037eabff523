/** What holds for the whole page: the source of its data, the session, and whether the server answers. */
import { signal } from '@preact/signals'
import type { CodedError, Session } from '../../contract/answer.js'
import { KeptAnswers } from '../data/kept-answers.js'
import { AnswerError, codedOf } from '../data/source.js'
import type { DataSource } from '../data/source.js'

export const source = signal<DataSource | undefined>(undefined)
export const answers = signal<KeptAnswers | undefined>(undefined)
export const session = signal<Session | undefined>(undefined)
/** Said above what is shown, until it is over. */
export const trouble = signal<{ readonly error: CodedError; readonly since: number } | undefined>(undefined)
/** How often it was over: what failed meanwhile is asked again. */
export const recoveries = signal(0)
/** Why there is nothing to show at all. */
export const refused = signal<CodedError | undefined>(undefined)

/** Why no orders are taken; `undefined`: they are. */
export function offBecause(): string | undefined {
  const { canWrite, isFile, readOnlyBecause } = session.value ?? {}
  if (canWrite === true) return undefined
  return isFile === true ? 'a file can only be read' : (readOnlyBecause ?? 'this inspector only reads')
}

/** Shows what a source has. */
export async function openSource(next: DataSource): Promise<void> {
  const kept = new KeptAnswers(next, { onWell: heardWell, onError: heardError })
  try {
    const opened = await kept.ask('session', {})
    source.value = next
    answers.value = kept
    session.value = opened
    refused.value = undefined
  } catch (error) {
    refused.value = codedOf(error)
  }
}

function heardError(error: unknown): void {
  if (error instanceof AnswerError && error.isAway) heardTrouble(error.coded)
}

export function heardTrouble(error: CodedError): void {
  trouble.value = { error, since: trouble.peek()?.since ?? Date.now() }
}

export function heardWell(): void {
  if (trouble.peek() === undefined) return
  trouble.value = undefined
  recoveries.value++
}
