/** Commands as the server names them, with what was written in place of what is to be filled in. */
import type { OrderedResolution } from '../../contract/orders.js'
import type { Payload } from './payload-fields.js'

/** Where a command has a payload of `…`. */
const PAYLOAD = /'\{(?:[^']|'\\'')*\}'/

/** The command, with the payload that was written. */
export function filledCommand(command: string, payload: Payload): string {
  return 'wrong' in payload ? command : command.replace(PAYLOAD, () => quoted(JSON.stringify(payload.value)))
}

export interface WrittenResolution {
  readonly how: OrderedResolution['how']
  /** The output as JSON, empty for none; or the reason. */
  readonly text: string
}

/** The command, with the output or the reason that was written. */
export function filledResolution(command: string | undefined, { how, text }: WrittenResolution): string | undefined {
  const written = how === 'complete' && text.trim() === '' ? 'null' : text
  return written === '' ? command : command?.replace(`--${how} '…'`, () => `--${how} ${quoted(written)}`)
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`
}
