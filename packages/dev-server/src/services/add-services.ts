/** All services, added to a gRPC server. */
import type { Server } from '@grpc/grpc-js'
import { GossipService, type ReadResp, ServerFeaturesService, StreamsService } from '../wire/client-names.js'
import { appendHandler } from './append.js'
import { batchAppendHandler } from './batch-append.js'
import { deleteHandler, tombstoneHandler } from './delete.js'
import { gossipHandler, type Advertised } from './gossip.js'
import { NOT_OFFERED, unimplemented } from './not-offered.js'
import { readHandler } from './read.js'
import { featuresHandler } from './server-features.js'
import type { ServiceContext } from './service-context.js'

/** The service of streams, whose reads may also write events that are encoded already. */
const STREAMS = { ...StreamsService, read: { ...StreamsService.read, responseSerialize: serialize } }

export function addServices(server: Server, context: ServiceContext & { readonly advertised: () => Advertised }): void {
  server.addService(STREAMS, {
    read: readHandler(context),
    append: appendHandler(context),
    batchAppend: batchAppendHandler(context),
    delete: deleteHandler(context),
    tombstone: tombstoneHandler(context),
  })
  server.addService(ServerFeaturesService, { getSupportedMethods: featuresHandler() })
  server.addService(GossipService, { read: gossipHandler(context) })
  for (const { service, what } of NOT_OFFERED) server.addService(service, unimplemented(service, what))
}

function serialize(answer: ReadResp | Buffer): Buffer {
  return Buffer.isBuffer(answer) ? answer : Buffer.from(answer.serializeBinary())
}
