/** `ServerFeatures`: what a client asks first, to know which calls it may make. */
import type { handleUnaryCall, ServiceDefinition } from '@grpc/grpc-js'
import {
  GossipService,
  PersistentSubscriptionsService,
  ServerFeaturesService,
  StreamsService,
  SupportedMethod,
  SupportedMethods,
  type Empty,
} from '../wire/client-names.js'

/** What clients are told: the server whose answers these are. */
export const SERVER_VERSION = '24.10.14'

const OFFERED: readonly ServiceDefinition[] = [
  StreamsService,
  PersistentSubscriptionsService,
  GossipService,
  ServerFeaturesService,
]
const FEATURES: Readonly<Record<string, readonly string[]>> = {
  read: ['position', 'events'],
  batchappend: ['deadline_duration'],
}

export function featuresHandler(): handleUnaryCall<InstanceType<typeof Empty>, InstanceType<typeof SupportedMethods>> {
  const methods = OFFERED.flatMap((service) => Object.values(service).map(supported))
  const answer = new SupportedMethods().setEventStoreServerVersion(SERVER_VERSION).setMethodsList(methods)
  return (_call, callback) => callback(null, answer)
}

function supported({ path }: { readonly path: string }): InstanceType<typeof SupportedMethod> {
  const [, service = '', method = ''] = path.toLowerCase().split('/')
  const ofStreams = service.endsWith('.streams') ? (FEATURES[method] ?? []) : []
  const features = service.endsWith('.persistentsubscriptions') ? ['stream', 'all'] : ofStreams
  return new SupportedMethod()
    .setServiceName(service)
    .setMethodName(method)
    .setFeaturesList([...features])
}
