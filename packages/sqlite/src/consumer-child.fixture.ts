/** A process that consumes until it is killed. It writes a line for each record that it is given. */
import { createClient, defineConsumer } from '@refold/core'
import { sqliteStore } from './sqlite-store.js'

const [file = '', waitMs = '0', codec] = process.argv.slice(2)
const flip = (bytes: Uint8Array): Uint8Array => bytes.map((byte) => byte ^ 7)
const codecs =
  codec === undefined ? [] : [{ name: codec, encode: (bytes: Uint8Array) => ({ bytes: flip(bytes) }), decode: flip }]
const client = await createClient({ store: sqliteStore(file), agents: [], codecs })
const lines = defineConsumer({
  name: 'lines',
  each: async ({ agent, event, key, signal }) => {
    process.stdout.write(`${JSON.stringify({ agent: agent.id, revision: Number(event.revision), key })}\n`)
    await new Promise((resolve) => setTimeout(resolve, Number(waitMs)))
    if (signal.aborted) throw new Error('too late')
  },
})
const running = await client.consume(lines)
process.stdout.write(`${JSON.stringify({ isOwner: running.isOwner })}\n`)
