import { memoryLog, memoryStore } from '@refold/core'
import { describe, test } from 'vitest'
import { storeContract } from './store-contract.js'

const open = () => {
  const log = memoryLog()
  return { connect: () => memoryStore(log) }
}

storeContract({ name: 'the memory store', open, describe, test })
