/** A worker: it performs what is in the store, until it is asked to close, or is killed. */
import { storeFrom } from '@refold/cli'
import { createWorker } from '@refold/core'
import { errand } from './agent.js'

const [file = 'errands.db', name = 'worker'] = process.argv.slice(2)
const refold = await createWorker({
  store: await storeFrom(file),
  agents: [errand],
  id: name,
  onTakeover: ({ agent, previous, why }) => {
    if (previous !== undefined) console.log(`${name} took over ${agent.name}-${agent.id} from ${previous}: ${why}`)
  },
})
process.on('message', () => void refold.close().then(() => process.exit(0)))
process.send?.('ready')
