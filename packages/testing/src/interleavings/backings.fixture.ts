/** The stores that the named interleavings run on: one row each. */
import { memoryLog, memoryStore } from '@refold/core'
import type { BackingFactory } from '../simulation/simulated-disk.js'

export interface BackingRow {
  readonly name: string
  readonly backing: BackingFactory
}

export const BACKINGS: readonly BackingRow[] = [
  {
    name: 'memory',
    backing: () => {
      const log = memoryLog()
      return { open: () => memoryStore(log), dispose: () => undefined }
    },
  },
]
