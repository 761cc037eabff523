/** A process that only waits for an agent that another one performs: `waiting-client.mjs ORDER`. It exits when there is nothing left to do. */
import { createClient, defineAgent, effect } from '@refold/core'
import { sqliteStore } from '@refold/sqlite'
import { firstValueFrom, lastValueFrom } from 'rxjs'
import { setup } from 'xstate'

const { store, how } = JSON.parse(process.argv[2])

const work = effect(async () => 'no one calls it here')
const machine = setup({ actors: { work } }).createMachine({
  initial: 'working',
  states: { working: { invoke: { src: 'work', onDone: 'over' } }, over: { type: 'final' } },
})
const slow = defineAgent({ name: 'slow', version: 1, machine })

const client = await createClient({ store: sqliteStore(store), agents: [slow] })
const agent = await client.attach(slow, '1')
process.send({ waits: true })
process.disconnect() // its channel would keep the process alive
switch (how) {
  case 'done':
    await agent.done()
    break
  case 'waitFor':
    await agent.waitFor((state) => state.matches('over'))
    break
  case 'state$':
    await lastValueFrom(agent.state$)
    break
  case 'events$':
    await firstValueFrom(agent.events$)
}
await client.close()
process.exitCode = 42
