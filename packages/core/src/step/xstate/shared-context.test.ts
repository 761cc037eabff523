/** What a context function gives may stand in the module, for all agents. */
import { assign, setup } from 'xstate'
import { expect, test } from 'vitest'
import { memoryLog } from '../../store/memory-store.js'
import { defineAgent } from '../../definition/define-agent.js'
import { startProcess } from '../../api/process.fixture.js'

const startOf = async (machine: Parameters<typeof defineAgent>[0]['machine']) => {
  const definition = defineAgent({ name: 'shared', version: 1, machine })
  const { runtime } = await startProcess({ log: memoryLog(), agents: [definition] })
  return (id: string) => runtime.start(definition, { id })
}

test('STEP-82 a module constant in the result of a context function is not written to by the first step', async () => {
  const SHARED = { tags: ['a'], deep: { list: [1] } }
  const machine = setup({ types: { context: {} as typeof SHARED } }).createMachine({
    context: () => ({ ...SHARED }),
    entry: assign(({ context }) => {
      context.tags.push('b')
      return {}
    }),
  })
  const start = await startOf(machine)
  await expect(start('1')).rejects.toMatchObject({ code: 'MUTATED' })
  expect(SHARED).toEqual({ tags: ['a'], deep: { list: [1] } })
  expect(Object.isFrozen(SHARED.tags)).toBe(false)
})

test('STEP-82 the same in a child, and what an agent writes later changes none that starts after it', async () => {
  const SHARED = { list: ['a'] }
  const child = setup({ types: { context: {} as typeof SHARED } }).createMachine({
    context: () => ({ list: SHARED.list }),
    entry: assign({ list: ({ context }) => [...context.list, 'b'] }),
  })
  const machine = setup({ actors: { child } }).createMachine({
    context: ({ spawn }) => ({ shared: SHARED, again: SHARED, child: spawn('child', { id: 'it' }) }),
  })
  const start = await startOf(machine)
  const { context } = (await start('1')).getSnapshot()
  expect(context).toMatchObject({ shared: { list: ['a'] }, again: { list: ['a'] } })
  SHARED.list.push('later')
  expect((await start('1')).getSnapshot().context).toEqual(context)
  expect(Object.isFrozen(SHARED)).toBe(false)
})

test.each([
  [
    'a cycle',
    () => {
      const made: Record<string, unknown> = {}
      made['self'] = made
      return made
    },
    '/context/self',
  ],
  [
    'what throws while it is read',
    () => ({
      at: Object.defineProperty({}, 'x', {
        enumerable: true,
        get: () => {
          throw new Error('no')
        },
      }),
    }),
    '/context/at',
  ],
  ['an instance', () => ({ at: new Date(0) }), '/context/at'],
])('STEP-8 %s in the result of a context function is refused with its path', async (_what, context, path) => {
  const start = await startOf(setup({}).createMachine({ context }))
  await expect(start('1')).rejects.toMatchObject({
    code: 'NOT_SERIALIZABLE',
    facts: { path: expect.stringContaining(path) as string },
  })
})
