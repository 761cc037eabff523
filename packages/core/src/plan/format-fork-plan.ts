/** The plan of a fork as text: what it is made of, what runs and what waits, what it is likely to take and cost. */
import { fromGiven } from '../coded.js'
import { checkOptions, optionRule } from '../option-values.js'
import type { AgentAddress } from '../definition/agent-address.js'
import type { ForkCost, ForkedEffect, ForkedTimer, ForkPlan } from '../public/fork.js'
import { counted } from '../world/counted.js'
import { printable } from '../world/printable.js'
import { timeText } from '../world/time-text.js'
import type { FormatOptions } from './format-plan.js'

/** Plain text of several lines, without colours and without a line end at the end. What agents wrote does nothing to a terminal. */
export function formatForkPlan(plan: ForkPlan, options: Pick<FormatOptions, 'maxLines'> = {}): string {
  return fromGiven('formatForkPlan', () => textOf(plan, options))
}

function textOf(plan: ForkPlan, options: Pick<FormatOptions, 'maxLines'>): string {
  const { maxLines = 20 } = options
  checkOptions(options, { maxLines: optionRule.limit })
  const { origin, fork, revision, at, isThere } = plan
  const head = `${name(fork)} goes on from ${name(origin)} after record ${revision} (${timeText(at)})`
  const told = sections(plan).flatMap(([word, texts]) => [
    ...texts.slice(0, maxLines).map((text) => line(word, text)),
    ...(texts.length > maxLines ? [line(word, `… and ${texts.length - maxLines} more`)] : []),
  ])
  return [printable(isThere ? `${head}; it is there already` : head), ...told].join('\n')
}

function line(word: string, text: string): string {
  return `${word.padEnd(9)} ${printable(text)}`
}

function sections(plan: ForkPlan): ReadonlyArray<readonly [word: string, texts: readonly string[]]> {
  const { estimate, effects, timers, left, reused } = plan
  const { parent } = left
  const of = (fate: ForkedEffect['fate']): string[] => effects.filter((one) => one.fate === fate).map(effect)
  return [
    ['state', [state(plan)]],
    ['price', [price(estimate)]],
    ['rest', estimate.rest.effects === 0 ? [] : [`as its origin went on from there: ${cost(estimate.rest)}`]],
    ['reused', reused.effects === 0 ? [] : [cost(reused)]],
    ['runs', of('runs')],
    ['asks', of('asks').map((text) => `${text}; its \`reconcile\` is asked first`)],
    ['waits', of('waits').map((text) => `${text}; until someone resolves it`)],
    ['timer', timers.map(timer)],
    [
      'left',
      left.messages.map(({ to, count }) => `${counted(count, 'message')} to ${name(to)}: sent by its origin alone`),
    ],
    ['left', left.children.map((child) => `${name(child)} tells its end to the origin alone`)],
    ['left', parent === undefined ? [] : [`${name(parent)} is told the end of the origin alone`]],
    ['left', left.abandoned.map(({ effect: id, src }) => `${src} ${id}, which the chart had left`)],
  ]
}

function state({ active, condition, version, versionBefore }: ForkPlan): string {
  const from = versionBefore === undefined ? '' : `, was ${versionBefore}`
  return `${condition} in ${active.join(', ')}, version ${version}${from}`
}

/** What is paid for when it is resumed. */
function price({ pending, unpriced }: ForkPlan['estimate']): string {
  if (pending.effects === 0) return 'nothing runs when it is resumed'
  const unknown = unpriced.length === 0 ? '' : `; no record tells a cost of ${unpriced.join(', ')}`
  return `when it is resumed: ${cost(pending)}${unknown}`
}

function cost({ effects, ms, usage }: ForkCost): string {
  const { costUsd, inputTokens = 0, outputTokens = 0 } = usage
  const tokens = inputTokens + outputTokens
  const parts = [counted(effects, 'effect'), `about ${duration(ms)}`]
  if (costUsd !== undefined) parts.push(`$${dollars(costUsd)}`)
  if (tokens > 0) parts.push(`${tokens} tokens`)
  return parts.join(', ')
}

function effect({ src, effect: id, key, steps, ms, costUsd }: ForkedEffect): string {
  const parts = [`${src} ${id}`, key === 'kept' ? 'with the key of its origin' : 'with a key of its own']
  if (steps > 0) parts.push(`${counted(steps, 'step')} reused`)
  if (ms !== undefined) parts.push(`about ${duration(ms)}`)
  if (costUsd !== undefined) parts.push(`$${dollars(costUsd)}`)
  return parts.join(', ')
}

function timer({ id, due, was }: ForkedTimer): string {
  if (due === undefined) return `${id}: dropped`
  return `${id}: due ${timeText(due)}${due === was ? '' : `, was ${timeText(was)}`}`
}

function name({ name: definition, id }: AgentAddress): string {
  return `${definition}-${id}`
}

function duration(ms: number): string {
  return ms < 1_000 ? `${ms} ms` : ms < 120_000 ? `${Math.round(ms / 1_000)} s` : `${Math.round(ms / 60_000)} min`
}

/** Cents, or as many places as a smaller sum needs. */
function dollars(usd: number): string {
  return usd === 0 || usd >= 0.01 ? usd.toFixed(2) : usd.toPrecision(2)
}
