/** What requests about persistent subscriptions ask for. */
import type { FilterOptions } from '../log/event-filter.js'
import type { AskedConfig, GroupName } from '../persistent/groups.js'
import type { CreateGroupReq, GroupAllFilter, GroupSettings, StreamIdentifier, UpdateGroupReq } from './client-names.js'
import { malformed } from './failures.js'
import { groupFailed } from './persistent-failures.js'

const ALL = '$all'

/** By their numbers, for clients that send no name. */
const STRATEGIES: readonly string[] = ['DispatchToSingle', 'RoundRobin', 'Pinned']

/** Ticks of .NET. */
const TICKS_PER_MS = 10_000

/** Throws the failure of a call that names no stream, or `$all` as one. */
export function groupName(options: {
  hasAll(): boolean
  getStreamIdentifier(): StreamIdentifier | undefined
  getGroupName(): string
}): GroupName {
  const group = options.getGroupName()
  return { stream: options.hasAll() ? ALL : oneStream(options.getStreamIdentifier(), { group }), group }
}

/** Throws the failure of a request that makes no sense. */
export function askedConfig(request: CreateGroupReq | UpdateGroupReq): AskedConfig {
  const options = request.getOptions()
  const settings = options?.getSettings()
  if (options === undefined || settings === undefined) throw malformed("'options' with 'settings' are required")
  const group = options.getGroupName()
  const all = options.getAll()
  if (all !== undefined) {
    const filter = 'getFilter' in all ? requestedFilter(all.getFilter()) : undefined
    const startPosition = all.hasStart()
      ? 'C:0/P:0'
      : all.hasEnd()
        ? 'C:-1/P:-1'
        : positionText(all.getPosition(), group)
    return { stream: ALL, group, ...(filter !== undefined && { filter }), startPosition, ...settingsOf(settings) }
  }
  const byStream = options.getStream()
  const stream = oneStream(byStream?.getStreamIdentifier() ?? options.getStreamIdentifier(), { group })
  const revision = byStream === undefined ? settings.getRevision() : byStream.getRevision()
  const startPosition = byStream?.hasStart() === true ? '0' : byStream?.hasEnd() === true ? '-1' : signed(revision)
  return { stream, group, startPosition, ...settingsOf(settings) }
}

function oneStream(identifier: StreamIdentifier | undefined, { group }: { readonly group: string }): string {
  const stream = Buffer.from(identifier?.getStreamName_asU8() ?? '').toString('utf8')
  if (stream === '') throw groupFailed({ stream, group }, 'Bad stream name.')
  return stream
}

function settingsOf(settings: GroupSettings): Omit<AskedConfig, 'stream' | 'group' | 'startPosition' | 'filter'> {
  const named = 'getConsumerStrategy' in settings ? settings.getConsumerStrategy() : ''
  return {
    resolveLinkTos: settings.getResolveLinks(),
    extraStatistics: settings.getExtraStatistics(),
    messageTimeout: settings.hasMessageTimeoutMs()
      ? settings.getMessageTimeoutMs()
      : Math.trunc(Number(settings.getMessageTimeoutTicks()) / TICKS_PER_MS),
    liveBufferSize: settings.getLiveBufferSize(),
    historyBufferSize: settings.getHistoryBufferSize(),
    maxRetryCount: settings.getMaxRetryCount(),
    readBatchSize: settings.getReadBatchSize(),
    checkPointAfter: settings.hasCheckpointAfterMs()
      ? settings.getCheckpointAfterMs()
      : Math.trunc(Number(settings.getCheckpointAfterTicks()) / TICKS_PER_MS),
    minCheckPointCount: settings.getMinCheckpointCount(),
    maxCheckPointCount: settings.getMaxCheckpointCount(),
    maxSubscriberCount: settings.getMaxSubscriberCount(),
    namedConsumerStrategy: named === '' ? (STRATEGIES[settings.getNamedConsumerStrategy()] ?? 'unknown') : named,
  }
}

function requestedFilter(filter: GroupAllFilter | undefined): FilterOptions | undefined {
  const expression = filter?.getEventType() ?? filter?.getStreamIdentifier()
  if (filter === undefined || expression === undefined) return undefined
  const regexp = expression.getRegex()
  const on = filter.hasEventType() ? 'type' : 'stream'
  return { on, prefixes: expression.getPrefixList(), ...(regexp !== '' && { regexp }) }
}

function positionText(
  position: { getCommitPosition(): string; getPreparePosition(): string } | undefined,
  group: string,
): string {
  const commit = signed(position?.getCommitPosition() ?? '0')
  const prepare = signed(position?.getPreparePosition() ?? '0')
  if (BigInt(prepare) <= BigInt(commit)) return `C:${commit}/P:${prepare}`
  const reason = 'Invalid Start From position: prepare position must be less than or equal to the commit position.'
  throw groupFailed({ stream: ALL, group }, reason)
}

/** The greatest numbers stand for -1: the end. */
function signed(text: string): string {
  return String(BigInt.asIntN(64, BigInt(text)))
}
