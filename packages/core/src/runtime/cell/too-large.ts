/** What is submitted in place of an input whose record is too large for the store. Nothing that was paid for is lost over it. */
import { isOwnInput } from '../../decide/inputs.js'
import type { Envelope, Input } from '../../decide/inputs.js'
import { RefoldError } from '../../errors.js'
import { toErrorData } from '../../record/error-data.js'
import type { EffectId, ErrorData } from '../../record/state-document.js'

/** An error's message is cut to this when the error itself is too large. */
const MESSAGE_LENGTH = 500

/**
 * `undefined`: nothing smaller can be said, the submitter is told. Each answer is smaller than what it stands for, so
 * that this comes to an end: the transition is left out first, then the outcome, then the details of an error.
 */
export function inPlaceOfTooLarge(envelope: Envelope, error: RefoldError): Envelope | undefined {
  const { input, blockWith, ...rest } = envelope
  switch (input.kind) {
    case 'effect.step':
    case 'effect.event':
    case 'effect.next':
      return { ...rest, input: unstorable(input.effect, error) }
    case 'effect.done':
      return blockWith === undefined ? blocking(envelope, error) : { ...rest, input: unstorable(input.effect, error) }
    case 'effect.failed':
      if (blockWith === undefined) return blocking(envelope, error)
      return isBrief(input.error) ? undefined : { ...rest, input: { ...input, error: brief(input.error) } }
    case 'attempt.failed':
      return isBrief(input.error) ? undefined : { ...rest, input: { ...input, error: brief(input.error) } }
    case 'message':
      return blockWith === undefined ? blocking(envelope, error) : undefined
    case 'message.settled':
      if (blockWith === undefined) return blocking(envelope, error)
      return input.isBrief === true ? undefined : { ...rest, input: { ...input, isBrief: true } }
    default:
      return isOwnInput(input) && blockWith === undefined ? blocking(envelope, error) : undefined
  }
}

/** Only the transition is too large: the input is stored, undecided. */
function blocking(envelope: Envelope, error: RefoldError): Envelope {
  return { ...envelope, blockWith: toErrorData(error) }
}

function unstorable(effect: EffectId, cause: RefoldError): Input {
  const error = new RefoldError('OUTCOME_UNSTORABLE', `what the effect told cannot be stored: ${cause.message}`, {
    cause,
  })
  return { kind: 'effect.failed', effect, error: toErrorData(error), final: 'unstorable' }
}

function isBrief(error: unknown): boolean {
  return (JSON.stringify(error) ?? '').length <= 4 * MESSAGE_LENGTH
}

function brief(error: unknown): ErrorData {
  const { name, message, code } = toErrorData(error)
  const short: ErrorData = { name: name.slice(0, 100), message: `${message.slice(0, MESSAGE_LENGTH)}…` }
  return code === undefined ? short : { ...short, code: typeof code === 'string' ? code.slice(0, 100) : code }
}
