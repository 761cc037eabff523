/** Services of the real server that this one does not have: each call says so. */
import type { sendUnaryData, ServiceDefinition, UntypedServiceImplementation } from '@grpc/grpc-js'
import { MonitoringService, OperationsService, ProjectionsService, UsersService } from '../wire/client-names.js'
import { notOffered } from '../wire/failures.js'

export const NOT_OFFERED: readonly { readonly service: ServiceDefinition; readonly what: string }[] = [
  { service: ProjectionsService, what: 'projections of your own' },
  { service: UsersService, what: 'the management of users' },
  { service: OperationsService, what: 'operations' },
  { service: MonitoringService, what: 'statistics' },
]

/** Answers every call with UNIMPLEMENTED. */
export function unimplemented(service: ServiceDefinition, what: string): UntypedServiceImplementation {
  const failure = notOffered(what)
  const answers = Object.entries(service).map(([name, { responseStream }]) => [
    name,
    responseStream
      ? (call: { emit(event: 'error', error: unknown): void }) => call.emit('error', failure)
      : (_call: unknown, callback: sendUnaryData<never>) => callback(failure),
  ])
  return Object.fromEntries(answers) as UntypedServiceImplementation
}
