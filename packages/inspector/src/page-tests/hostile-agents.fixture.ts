/** An agent whose every text wants to be more than text. */
import { createRuntime, createWorld, defineAgent, effect } from '@refold/core'
import type { Store } from '@refold/core'
import { assign, setup } from 'xstate'

/** Is markup, would be run, moves the cursor, turns the direction of writing, ends a line, leads elsewhere. */
const HOSTILE =
  '"><img src=x onerror="globalThis.harmed=1"><script>globalThis.harmed=1</script>\u001b[2J\u202eevil\u200b\r\njavascript:alert(1)'
/** No dot: in a target it stands between states. */
const NAME = '<img src=x onerror=harmed=1>'

/** Too large to be sent whole. */
const MANY = Array.from({ length: 90_000 }, (_, n) => n)
const LONG = 'word '.repeat(4_000)

type Hostile = { type: 'note'; text: string } | { type: 'fail' }

/** `hostile-1` */
export async function makeHostile(store: Store): Promise<void> {
  const agent = defineAgent({
    name: 'hostile',
    version: 1,
    effects: { [NAME]: { retry: { attempts: 2, delayMs: 0 } } },
    machine: setup({
      types: {
        context: {} as { note: string; messages: readonly object[]; many: readonly number[]; long: string },
        events: {} as Hostile,
      },
      actors: {
        [NAME]: effect(async () => {
          throw Object.assign(new Error(HOSTILE), { name: HOSTILE, code: HOSTILE })
        }),
      },
    }).createMachine({
      id: 'hostile',
      context: { note: HOSTILE, messages: [{ role: HOSTILE, content: HOSTILE }], many: MANY, long: LONG },
      initial: 'a',
      on: { note: { actions: assign({ note: ({ event }) => event.text }) } },
      states: {
        a: { on: { fail: NAME } },
        [NAME]: { invoke: { src: NAME, input: () => ({ [HOSTILE]: HOSTILE }), onError: `b ${NAME}` } },
        [`b ${NAME}`]: {},
      },
    }),
  })
  const runtime = await createRuntime({
    store,
    agents: [agent],
    world: createWorld({ logger: { log: () => {} } }),
    onReport: () => {},
  })
  const started = await runtime.start(agent, { id: '1', by: HOSTILE })
  await started.send({ type: 'note', text: HOSTILE }, { by: HOSTILE, reason: HOSTILE })
  await started.send({ type: 'fail' })
  await started.waitFor((state) => JSON.stringify(state.value).includes('b <img'))
  await started.pause({ by: HOSTILE, reason: HOSTILE })
  await runtime.close()
}
