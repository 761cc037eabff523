/** Finding agents by what the directory says of them. */
import type { FindQuery } from '../public/holds.js'
import type { StoreServices } from '../log/agent-log.js'
import { askedOfDirectory, foundAgent } from '../store/found-agent.js'
import type { FoundAgent } from '../store/found-agent.js'
import { checkOptions, optionRule } from '../option-values.js'
import type { OptionRules } from '../option-values.js'

const DEFAULT_LIMIT = 100
const MAX_LIMIT = 1_000

const { flag, integer, integerOf, oneOf, text, time } = optionRule
const QUERY: OptionRules = {
  definition: text,
  version: integer,
  status: oneOf('active', 'done', 'error', 'stopped'),
  condition: oneOf('running', 'paused', 'blocked', 'in-doubt', 'suspected'),
  state: text,
  owner: { holds: (value) => value === null || text.holds(value), problem: 'must be a text, or null' },
  hasWork: flag,
  dueBefore: { holds: (value) => typeof value === 'number' && !Number.isNaN(value), problem: time.problem },
  after: text,
  limit: integerOf({ from: 1, to: MAX_LIMIT }),
}

/** One page, in the order in which the agents were started. Throws `INVALID_INPUT` for a query that makes no sense. */
export async function findAgents(
  store: Pick<StoreServices, 'directory'>,
  query: FindQuery = {},
): Promise<readonly FoundAgent[]> {
  checkOptions(query, QUERY)
  const asked = askedOfDirectory({ ...query, limit: query.limit ?? DEFAULT_LIMIT })
  if (asked === undefined) return []
  const found: FoundAgent[] = []
  for await (const page of store.directory.find(asked)) found.push(...page.map(foundAgent))
  return found
}
