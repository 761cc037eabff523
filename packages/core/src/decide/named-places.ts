/** Names by which one patch may call what stands under another name in each agent. */
import { RefoldError } from '../errors.js'
import { escapeToken, unescapeToken } from '../json/pointer.js'
import type { StateDocument } from '../record/state-document.js'

/**
 * The pointer with the agent's own name of a timer in place of the id of its delayed event, and of an effect in place of that of the
 * root machine's child that performs it. Any other stays as it is. Throws `INVALID_INPUT` for an id that several timers have.
 */
export function ownPlace(state: StateDocument, pointer: string): string {
  const [root, part, token, ...rest] = pointer.split('/')
  if (token === undefined || (part !== 'timers' && part !== 'effects')) return pointer
  const name = unescapeToken(token)
  if (Object.hasOwn(state[part], name)) return pointer
  const own = part === 'timers' ? timerOf(state, name, pointer) : effectOf(state, name)
  return own === undefined ? pointer : [root, part, escapeToken(own), ...rest].join('/')
}

function timerOf({ timers }: StateDocument, id: string, path: string): string | undefined {
  const [found, ...others] = Object.keys(timers).filter((name) => timers[name]?.id === id)
  if (others.length === 0) return found
  throw new RefoldError('INVALID_INPUT', `${others.length + 1} timers have the id ${JSON.stringify(id)}`, {
    hint: 'Name each as it stands below /timers: `refold state <agent> --path /timers`.',
    facts: { path },
  })
}

function effectOf({ root: { children = {} }, effects }: StateDocument, id: string): string | undefined {
  const sid = Object.hasOwn(children, id) ? children[id]?.sid : undefined
  return sid !== undefined && Object.hasOwn(effects, sid) ? sid : undefined
}
