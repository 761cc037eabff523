/** The configuration of the soak's fleet. The directory comes by the environment. */
import { join } from 'node:path'
import { defineConfig, storeFrom } from '@refold/cli'
import { jobAgent } from './job-agent.js'

/** Short, so that a stopped worker is replaced within the soak. */
export const LEASE_MS = 1_500

const directory = process.env['REFOLD_SOAK_DIRECTORY'] ?? '.'

export default defineConfig({
  agents: [jobAgent(join(directory, 'bodies.jsonl'))],
  store: () => storeFrom(join(directory, 'agents.db')),
  worker: { leaseDurationMs: LEASE_MS, closeGraceMs: 2_000 },
})
