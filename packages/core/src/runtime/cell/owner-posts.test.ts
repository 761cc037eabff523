/** What an owner writes of itself may come too late: that is no trouble, and no one is told. */
import { describe, expect, test } from 'vitest'
import { RefoldError } from '../../errors.js'
import type { RefoldErrorCode } from '../../errors.js'
import type { StateDocument } from '../../record/state-document.js'
import type { AgentCell } from './agent-cell.js'
import { postCleared, postReleased, postRetried } from './owner-posts.js'

const state = { agent: { epoch: 1 } } as StateDocument

/** The lines that are logged where the post is refused so. */
function logged(post: (cell: AgentCell, options: Parameters<typeof postReleased>[2]) => void, code: RefoldErrorCode) {
  const lines: string[] = []
  const events = { tell: () => {}, notice: (_level: string, line: string) => lines.push(line) }
  const error = new RefoldError(code, 'refused')
  const cell = {
    stream: 'work-1',
    post: (_: unknown, told: { reject: (error: RefoldError) => void }) => told.reject(error),
  }
  post(cell as unknown as AgentCell, { events, worker: 'one', reason: 'the worker was full' })
  return lines
}

describe.each([
  ['retried', (cell, options) => postRetried(cell, state, options)],
  ['cleared', (cell, options) => postCleared(cell, state, options)],
  ['released', (cell, options) => postReleased(cell, state, options)],
] as const satisfies readonly (readonly [string, Parameters<typeof logged>[0]])[])('%s', (_name, post) => {
  test.each(['CLOSED', 'NOT_ACTIVE', 'ALREADY_SO'] as const)(
    'is not logged as trouble when it is refused with %s',
    (code) => expect(logged(post, code)).toEqual([]),
  )
  test('is logged when it is refused for another reason', () => expect(logged(post, 'STORE_FATAL')).toHaveLength(1))
})
