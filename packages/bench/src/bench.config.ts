/** The configuration of the fleet whose start is measured. The store comes by the command line. */
import { defineConfig } from '@refold/cli'
import { makeResult, stepAgent } from './workload.js'

export default defineConfig({ agents: [stepAgent((name, step) => Promise.resolve(makeResult(name, step)))] })
