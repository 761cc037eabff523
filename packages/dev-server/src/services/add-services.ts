/** All services, added to a gRPC server. */
import type { MethodDefinition, Server, ServiceDefinition } from '@grpc/grpc-js'
import {
  GossipService,
  PersistentSubscriptionsService,
  ServerFeaturesService,
  StreamsService,
  type PersistentReadResp,
  type ReadResp,
} from '../wire/client-names.js'
import {
  APPEND_REQUEST,
  assertMessage,
  BATCH_APPEND_REQUEST,
  DELETE_REQUEST,
  READ_REQUEST,
  type MessageShape,
} from '../wire/message-shapes.js'
import {
  CHANGE_REQUEST,
  CONSUME_REQUEST,
  DELETE_GROUP_REQUEST,
  INFO_REQUEST,
  LIST_REQUEST,
  REPLAY_REQUEST,
} from '../wire/persistent-shapes.js'
import { appendHandler } from './append.js'
import { batchAppendHandler } from './batch-append.js'
import { consumeHandler } from './consume.js'
import { deleteHandler, tombstoneHandler } from './delete.js'
import { gossipHandler, type Advertised } from './gossip.js'
import { NOT_OFFERED, unimplemented } from './not-offered.js'
import {
  createGroupHandler,
  deleteGroupHandler,
  groupInfoHandler,
  listGroupsHandler,
  replayParkedHandler,
  restartGroupsHandler,
  updateGroupHandler,
} from './persistent-groups.js'
import { readHandler } from './read.js'
import { featuresHandler } from './server-features.js'
import type { ServiceContext } from './service-context.js'

/** Requests are checked before they are decoded; answers of a read may be events that are encoded already. */
const STREAMS = {
  read: { ...checked(StreamsService.read, READ_REQUEST), responseSerialize: serialize },
  append: checked(StreamsService.append, APPEND_REQUEST),
  batchAppend: checked(StreamsService.batchAppend, BATCH_APPEND_REQUEST),
  delete: checked(StreamsService.delete, DELETE_REQUEST),
  tombstone: checked(StreamsService.tombstone, DELETE_REQUEST),
}

const PERSISTENT = {
  create: checked(PersistentSubscriptionsService.create, CHANGE_REQUEST),
  update: checked(PersistentSubscriptionsService.update, CHANGE_REQUEST),
  delete: checked(PersistentSubscriptionsService.delete, DELETE_GROUP_REQUEST),
  read: { ...checked(PersistentSubscriptionsService.read, CONSUME_REQUEST), responseSerialize: serialize },
  getInfo: checked(PersistentSubscriptionsService.getInfo, INFO_REQUEST),
  replayParked: checked(PersistentSubscriptionsService.replayParked, REPLAY_REQUEST),
  list: checked(PersistentSubscriptionsService.list, LIST_REQUEST),
  restartSubsystem: checked(PersistentSubscriptionsService.restartSubsystem, {}),
}

export function addServices(server: Server, context: ServiceContext & { readonly advertised: () => Advertised }): void {
  server.addService(STREAMS, {
    read: readHandler(context),
    append: appendHandler(context),
    batchAppend: batchAppendHandler(context),
    delete: deleteHandler(context),
    tombstone: tombstoneHandler(context),
  })
  server.addService(PERSISTENT, {
    create: createGroupHandler(context),
    update: updateGroupHandler(context),
    delete: deleteGroupHandler(context),
    read: consumeHandler(context),
    getInfo: groupInfoHandler(context),
    replayParked: replayParkedHandler(context),
    list: listGroupsHandler(context),
    restartSubsystem: restartGroupsHandler(context),
  })
  server.addService(undecoded(ServerFeaturesService), { getSupportedMethods: featuresHandler() })
  server.addService(undecoded(GossipService), { read: gossipHandler(context) })
  for (const { service, what } of NOT_OFFERED) server.addService(undecoded(service), unimplemented(service, what))
}

function checked<Request, Response>(
  method: MethodDefinition<Request, Response>,
  shape: MessageShape,
): MethodDefinition<Request, Response> {
  const requestDeserialize = (bytes: Buffer): Request => {
    assertMessage(bytes, shape)
    return method.requestDeserialize(bytes)
  }
  return { ...method, requestDeserialize }
}

/** What such a service is asked makes no difference, so it is not decoded. */
function undecoded(service: ServiceDefinition): ServiceDefinition {
  const methods = Object.entries(service).map(([name, method]) => [name, { ...method, requestDeserialize: () => ({}) }])
  return Object.fromEntries(methods) as ServiceDefinition
}

function serialize(answer: ReadResp | PersistentReadResp | Buffer): Buffer {
  return Buffer.isBuffer(answer) ? answer : Buffer.from(answer.serializeBinary())
}
