/** An event as the command line names it: its type, and what stands beside it. */
import { RefoldError } from '@refold/core'
import { parseJson, textOf } from './json-argument.js'

export interface EventArgument {
  readonly type: string
  /** JSON, `@file`, or `-` for the standard input. */
  readonly payload: string | undefined
}

/** Throws `INVALID_INPUT` for a payload that is no object, or that says another type. */
export async function eventOf({ type, payload: text }: EventArgument): Promise<{ readonly type: string }> {
  const payload = text === undefined ? {} : parseJson(await textOf(text), 'the payload')
  if (typeof payload === 'object' && payload !== null && !Array.isArray(payload)) {
    requireOneType(type, payload)
    return { ...payload, type }
  }
  throw new RefoldError('INVALID_INPUT', 'the payload must be a JSON object', {
    hint: `For instance '{"by":"ana"}'.`,
  })
}

/** No one can tell which of the two is meant. */
function requireOneType(type: string, payload: object): void {
  if (!('type' in payload) || payload.type === type) return
  const said = JSON.stringify(payload.type)
  throw new RefoldError('INVALID_INPUT', `the payload says the type ${said}, and the command says "${type}"`, {
    hint: "The event's type stands before its payload, and not in it.",
  })
}
