/** An event as the command line names it: its type, and what stands beside it. */
import { RefoldError } from '@refold/core'
import { parseJson, textOf } from './json-argument.js'

export interface EventArgument {
  readonly type: string
  /** JSON, `@file`, or `-` for the standard input. */
  readonly payload: string | undefined
}

/** Throws `INVALID_INPUT` for a payload that is no object. */
export async function eventOf({ type, payload: text }: EventArgument): Promise<{ readonly type: string }> {
  const payload = text === undefined ? {} : parseJson(await textOf(text), 'the payload')
  if (typeof payload === 'object' && payload !== null && !Array.isArray(payload)) return { ...payload, type }
  throw new RefoldError('INVALID_INPUT', 'the payload must be a JSON object', {
    hint: `For instance '{"by":"ana"}'.`,
  })
}
