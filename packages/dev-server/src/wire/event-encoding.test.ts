import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { RecordedEvent } from '../log/event.js'
import { PersistentReadResp, ReadResp } from './client-names.js'
import { encodeReadEvent } from './event-encoding.js'

const bytes = fc.uint8Array({ maxLength: 300 })
const event: fc.Arbitrary<RecordedEvent> = fc.record({
  id: fc.uuid(),
  type: fc.string({ unit: 'grapheme', maxLength: 200 }),
  stream: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 200 }),
  isJson: fc.boolean(),
  data: bytes,
  metadata: bytes,
  revision: fc.nat(),
  position: fc.maxSafeNat(),
  createdMs: fc.nat({ max: 4e12 }),
  isTombstone: fc.boolean(),
})

it('DEV-1 events are encoded as the generated code reads them', () => {
  fc.assert(
    fc.property(fc.option(event, { nil: undefined }), event, fc.boolean(), (target, source, isLink) => {
      const sent = isLink ? { event: target, link: source } : { event: source, link: undefined }
      const read = ReadResp.deserializeBinary(encodeReadEvent(sent)).getEvent()
      const parts = [
        { wanted: sent.event, found: read?.getEvent() },
        { wanted: sent.link, found: read?.getLink() },
      ]
      for (const { wanted, found } of parts) {
        if (wanted === undefined) {
          expect(found).toBeUndefined()
          continue
        }
        expect(found?.getId()?.getString()).toBe(wanted.id)
        expect(Buffer.from(found?.getStreamIdentifier()?.getStreamName_asU8() ?? '').toString()).toBe(wanted.stream)
        expect(found?.getStreamRevision()).toBe(wanted.isTombstone ? '9223372036854775807' : String(wanted.revision))
        expect(found?.getCommitPosition()).toBe(String(wanted.position))
        expect(found?.getPreparePosition()).toBe(String(wanted.position))
        const properties = found?.getMetadataMap()
        expect(properties?.get('type')).toBe(wanted.type)
        expect(properties?.get('content-type')).toBe(wanted.isJson ? 'application/json' : 'application/octet-stream')
        expect(properties?.get('created')).toBe(`${wanted.createdMs}0000`)
        expect(Buffer.from(found?.getData_asU8() ?? '')).toEqual(Buffer.from(wanted.data))
        expect(Buffer.from(found?.getCustomMetadata_asU8() ?? '')).toEqual(Buffer.from(wanted.metadata))
      }
      expect(read?.getCommitPosition()).toBe(String((sent.link ?? sent.event)?.position))
    }),
  )
})

it('DEV-28 events are encoded for a persistent subscription as the generated code reads them', () => {
  fc.assert(
    fc.property(event, event, fc.nat({ max: 1_000 }), (target, link, retries) => {
      const read = PersistentReadResp.deserializeBinary(encodeReadEvent({ event: target, link }, retries)).getEvent()
      expect(read?.getRetryCount()).toBe(retries)
      expect(read?.hasRetryCount()).toBe(true)
      expect(read?.getEvent()?.getId()?.getString()).toBe(target.id)
      expect(Buffer.from(read?.getEvent()?.getData_asU8() ?? '')).toEqual(Buffer.from(target.data))
      expect(read?.getEvent()?.getMetadataMap().get('type')).toBe(target.type)
      expect(read?.getLink()?.getId()?.getString()).toBe(link.id)
      expect(read?.getCommitPosition()).toBe(String(link.position))
    }),
  )
})
