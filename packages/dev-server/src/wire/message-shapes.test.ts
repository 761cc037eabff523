import fc from 'fast-check'
import { expect, it } from 'vitest'
import { processorMs } from '../processor-time.fixture.js'
import { PersistentSubscriptionsService, StreamsService } from './client-names.js'
import { APPEND_REQUEST, assertMessage, BATCH_APPEND_REQUEST, DELETE_REQUEST, READ_REQUEST } from './message-shapes.js'
import {
  CHANGE_REQUEST,
  CONSUME_REQUEST,
  DELETE_GROUP_REQUEST,
  INFO_REQUEST,
  LIST_REQUEST,
  REPLAY_REQUEST,
} from './persistent-shapes.js'

const { read, append, batchAppend, delete: softDelete, tombstone } = StreamsService
const groups = PersistentSubscriptionsService
const REQUESTS = [
  { name: 'read', method: read, shape: READ_REQUEST },
  { name: 'append', method: append, shape: APPEND_REQUEST },
  { name: 'batchAppend', method: batchAppend, shape: BATCH_APPEND_REQUEST },
  { name: 'delete', method: softDelete, shape: DELETE_REQUEST },
  { name: 'tombstone', method: tombstone, shape: DELETE_REQUEST },
  { name: 'group create', method: groups.create, shape: CHANGE_REQUEST },
  { name: 'group update', method: groups.update, shape: CHANGE_REQUEST },
  { name: 'group delete', method: groups.delete, shape: DELETE_GROUP_REQUEST },
  { name: 'group read', method: groups.read, shape: CONSUME_REQUEST },
  { name: 'group info', method: groups.getInfo, shape: INFO_REQUEST },
  { name: 'group list', method: groups.list, shape: LIST_REQUEST },
  { name: 'group replay', method: groups.replayParked, shape: REPLAY_REQUEST },
] as const

/** Fields of all kinds, nested and cut in the wrong places. */
const noise = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 4 }),
      fc.constantFrom([0x0a], [0x12], [0x1a], [0x0a, 0x02, 0x0a], [0xff, 0x7f]),
    ),
    { maxLength: 12 },
  )
  .map((parts) => Uint8Array.from(parts.flatMap((part) => [...part])))

it.each(REQUESTS)(
  'DEV-18 bytes that pass for a $name request are decoded, or refused, at once',
  ({ method, shape }) => {
    let passed = 0
    fc.assert(
      fc.property(noise, (bytes) => {
        try {
          assertMessage(bytes, shape)
        } catch {
          return
        }
        passed++
        const before = processorMs()
        try {
          method.requestDeserialize(Buffer.from(bytes))
        } catch {}
        expect(processorMs() - before).toBeLessThan(1_000)
      }),
      { numRuns: 2_000 },
    )
    expect(passed).toBeGreaterThan(100)
  },
)

it('DEV-18 a length beyond the end is refused', () => {
  expect(() => assertMessage(Uint8Array.of(0x0a, 0xff, 0xff, 0xff, 0xff, 0x7f), READ_REQUEST)).toThrow('no message')
  expect(() => assertMessage(Uint8Array.of(0x0a, 0x02, 0x0a, 0x05), READ_REQUEST)).toThrow('no message')
})
