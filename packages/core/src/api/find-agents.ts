/** Finding agents by what the directory says of them. */
import type { FindQuery } from '../public/holds.js'
import type { StoreServices } from '../log/agent-log.js'
import { askedOfDirectory, foundAgent } from '../store/found-agent.js'
import type { FoundAgent } from '../store/found-agent.js'
import { checkMembers, requireOption } from '../check-members.js'

const DEFAULT_LIMIT = 100
const MAX_LIMIT = 1_000
const STATUSES: readonly unknown[] = ['active', 'done', 'error', 'stopped']
const CONDITIONS: readonly unknown[] = ['running', 'paused', 'blocked', 'in-doubt', 'suspected']
const KEYS = [
  'definition',
  'version',
  'status',
  'condition',
  'state',
  'owner',
  'hasWork',
  'dueBefore',
  'after',
  'limit',
]

/** One page, in the order in which the agents were started. Throws `INVALID_INPUT` for a query that makes no sense. */
export async function findAgents(
  store: Pick<StoreServices, 'directory'>,
  query: FindQuery = {},
): Promise<readonly FoundAgent[]> {
  check(query)
  const asked = askedOfDirectory({ ...query, limit: query.limit ?? DEFAULT_LIMIT })
  if (asked === undefined) return []
  const found: FoundAgent[] = []
  for await (const page of store.directory.find(asked)) found.push(...page.map(foundAgent))
  return found
}

function check(query: unknown): void {
  checkMembers(query, { path: '', known: KEYS })
  const { version, status, condition, owner, hasWork, dueBefore, limit } = query
  for (const path of ['definition', 'state', 'after'] as const)
    requireOption(isAbsentOr(query[path], 'string'), { path, problem: 'must be a text' })
  requireOption(owner === null || isAbsentOr(owner, 'string'), { path: 'owner', problem: 'must be a text, or null' })
  requireOption(isAbsentOr(hasWork, 'boolean'), { path: 'hasWork', problem: 'must be true or false' })
  requireOption(isAbsentOr(dueBefore, 'number'), { path: 'dueBefore', problem: 'must be epoch milliseconds' })
  const isVersion = version === undefined || Number.isSafeInteger(version)
  requireOption(isVersion, { path: 'version', problem: 'must be an integer' })
  requireOneOf(status, { path: 'status', known: STATUSES })
  requireOneOf(condition, { path: 'condition', known: CONDITIONS })
  const isLimit = limit === undefined || (Number.isSafeInteger(limit) && isWithin(limit as number))
  requireOption(isLimit, { path: 'limit', problem: `must be an integer from 1 to ${MAX_LIMIT}` })
}

function isWithin(limit: number): boolean {
  return limit >= 1 && limit <= MAX_LIMIT
}

function isAbsentOr(value: unknown, type: 'string' | 'boolean' | 'number'): boolean {
  return value === undefined || typeof value === type
}

function requireOneOf(
  value: unknown,
  { path, known }: { readonly path: string; readonly known: readonly unknown[] },
): void {
  requireOption(value === undefined || known.includes(value), { path, problem: `must be one of ${known.join(', ')}` })
}
