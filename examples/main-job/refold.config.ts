/** The review for `refold up`: workers of a fleet share its steps. `REVIEW_PACE_MS` slows each of them down. */
import { mkdirSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { defineConfig, storeFrom } from '@refold/cli'
import { reviewAgent } from './agent.js'
import { bodyLog } from './body-log.js'

const folder = fileURLToPath(new URL('../../../.refold/', import.meta.url))
mkdirSync(folder, { recursive: true })
const log = bodyLog(`${folder}fleet.bodies.jsonl`, { review: 'fleet' })
const paceMs = Number(process.env['REVIEW_PACE_MS'] ?? 0)

const review = reviewAgent({
  begun: (step, { attempt }) => log({ step, what: 'begun', attempt }),
  async ending(step) {
    await sleep(paceMs)
    log({ step, what: 'ended' })
  },
})

export default defineConfig({ agents: [review], store: () => storeFrom(`${folder}fleet.db`), workers: 3 })
