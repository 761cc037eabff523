/** `defineConsumer`: what is done with each record, under a name. */
import { coded } from '../coded.js'
import type { AgentDefinition } from '../definition/agent-types.js'
import { checkKeys, isCount } from '../definition/check-config.js'
import { checkRetry } from '../definition/check-policy.js'
import { internalsOf } from '../definition/define-agent.js'
import { requireValid } from '../definition/refusal.js'
import { resolveRetry } from '../definition/resolve-policy.js'
import { isRefoldError, RefoldError } from '../errors.js'
import type { Consumer, ConsumerConfig } from '../public/consumer.js'
import type { ConsumerPolicy } from '../runtime/consumers/consumer-context.js'
import { MOST_AHEAD } from '../runtime/consumers/progress.js'
import { checkFrom } from './follow-options.js'

/** Where a consumer carries its insides: found also by another copy of the package. */
const POLICY = '~policy'
const NAME = /^[A-Za-z][\w.-]{0,99}$/
const DEFAULT_ATTEMPTS = 5
const DEFAULT_CONCURRENCY = 10

/**
 * A consumer: `each` is called for every record of its agents, at least once, in order within an agent, by one process at a
 * time. Run it with `client.consume`. Throws `INVALID_DEFINITION` with the path of what makes no sense.
 */
export function defineConsumer<const D extends AgentDefinition>(config: ConsumerConfig<D>): Consumer {
  return coded({ name: 'defineConsumer', takes: 1 }, [config], () => {
    const policy = policyOf(config)
    return Object.freeze(Object.defineProperty({ name: policy.name }, POLICY, { value: policy }))
  })
}

/** Throws `INVALID_INPUT` for what `defineConsumer` did not make. */
export function consumerPolicy(consumer: Consumer): ConsumerPolicy {
  const policy = (consumer as { readonly [POLICY]?: ConsumerPolicy } | undefined)?.[POLICY]
  if (policy !== undefined) return policy
  throw new RefoldError('INVALID_INPUT', 'this is no consumer', { hint: 'Make one with `defineConsumer({ … })`.' })
}

function policyOf<D extends AgentDefinition>(config: ConsumerConfig<D>): ConsumerPolicy {
  checkKeys(config, { path: '', known: ['name', 'agents', 'each', 'retry', 'concurrency', 'from'] })
  const { name, agents, each, retry, concurrency = DEFAULT_CONCURRENCY, from = 'start' } = config
  requireValid(typeof name === 'string' && NAME.test(name), {
    path: 'name',
    problem: 'must have 1 to 100 letters, digits or _ . -, and begin with a letter',
  })
  requireValid(typeof each === 'function', { path: 'each', problem: 'must be a function' })
  requireValid(isCount(concurrency) && concurrency <= MOST_AHEAD, {
    path: 'concurrency',
    problem: `must be an integer from 1 to ${MOST_AHEAD}`,
  })
  requireValid(agents === undefined || Array.isArray(agents), {
    path: 'agents',
    problem: 'must be a list of definitions',
  })
  for (const agent of agents ?? []) internalsOf(agent)
  if (retry !== undefined) checkRetry(retry, 'retry')
  checkBegin(from)
  return {
    name,
    agents,
    each: each as unknown as ConsumerPolicy['each'], // it is given records of its own definitions alone
    retry: resolveRetry({ attempts: DEFAULT_ATTEMPTS, ...retry }),
    concurrency,
    from,
  }
}

function checkBegin(from: unknown): void {
  try {
    checkFrom(from)
  } catch (error) {
    const said = isRefoldError(error) ? error.message : String(error)
    const [, path = 'from', problem = said] = /^(from[\w.]*): (.*)$/s.exec(said) ?? []
    requireValid(false, { path, problem })
  }
}
