/** A recovery plan as text: a summary, then a line for each thing that would happen or stands in the way. */
import type {
  PlannedAgent,
  PlannedDoubt,
  PlannedEffect,
  PlannedNotBegun,
  PlannedOwned,
  PlannedPlace,
  PlannedResumption,
  PlannedTrouble,
  RecoveryPlan,
} from '../public/plan.js'
import { fromGiven } from '../coded.js'
import { checkOptions, optionRule } from '../option-values.js'
import { counted } from '../world/counted.js'
import { printable } from '../world/printable.js'
import { timeText } from '../world/time-text.js'

/** Agents of one place that are named. */
const MAX_NAMED = 3

/** Of `formatPlan`. */
export interface FormatOptions {
  /** Lines of each kind; what is beyond them is counted. Default 20. */
  readonly maxLines?: number
  /** What helps agents of a plan that stand alike; said with them. */
  readonly remedies?: PlanRemedies
}

/** For agents of one place and one cause, the first of all. `undefined`: nothing is said. */
export interface PlanRemedies {
  readonly troubled?: (agents: readonly PlannedTrouble[]) => string | undefined
  /** Default: the call of the library. */
  readonly notBegun?: (agents: readonly PlannedNotBegun[]) => string | undefined
}

/** Plain text of several lines, without colours and without a line end at the end. What agents wrote does nothing to a terminal. */
export function formatPlan(plan: RecoveryPlan, options: FormatOptions = {}): string {
  return fromGiven('formatPlan', () => textOf(plan, options))
}

const { function: aFunction, limit, object } = optionRule

function textOf(plan: RecoveryPlan, options: FormatOptions): string {
  const { maxLines = 20, remedies = {} } = options
  checkOptions(options, { maxLines: limit, remedies: object })
  checkOptions(remedies, { troubled: aFunction, notBegun: aFunction }, 'remedies')
  const told = sections(plan, remedies).flatMap(([word, texts]) => [
    ...texts.slice(0, maxLines).map((text) => `${word.padEnd(9)} ${printable(text)}`),
    ...(texts.length > maxLines ? [`${word.padEnd(9)} … and ${texts.length - maxLines} more`] : []),
  ])
  return [`recovery plan of ${timeText(plan.at)}`, `          ${summary(plan)}`, ...told].join('\n')
}

/** What each line says, by the word that it begins with. */
function sections(
  plan: RecoveryPlan,
  { troubled, notBegun = () => '`migrate` with `beginMissing` begins it' }: PlanRemedies,
): ReadonlyArray<readonly [word: string, texts: readonly string[]]> {
  return [
    [
      'held',
      plan.holds.map(({ definition = 'all agents', ...note }) => `${definition} paused ${since(note.at, note)}`),
    ],
    ['resume', plan.resumed.map(resumption)],
    ['in doubt', plan.inDoubt.map(doubt)],
    ['overdue', plan.overdue.map(({ timer, lateMs, ...of }) => `${name(of)}: ${timer}, by ${duration(lateMs)}`)],
    ['blocked', plan.blocked.map(blocked)],
    ['trouble', byPlace(plan.troubled, { say: trouble, remedy: troubled })],
    ['not begun', byPlace(plan.notBegun, { say: ({ what }) => what.join(', '), remedy: notBegun })],
    ['owned', plan.owned.map((owned) => ownership(owned, plan.at))],
    ['paused', plan.paused.map((paused) => `${name(paused)} ${since(paused.since, paused)}`)],
    ['unknown', Object.entries(plan.unregistered).map(([of, count]) => `${of}: ${agents(count)}, not registered here`)],
  ]
}

function blocked({ error, isNew, since: at, ...of }: RecoveryPlan['blocked'][number]): string {
  return `${name(of)}: ${error.message}${isNew ? '' : ` (since ${timeText(at)})`}`
}

function summary(plan: RecoveryPlan): string {
  const effects = plan.resumed.reduce((sum, one) => sum + one.effects.length, 0)
  const parts = [
    [plan.resumed.length, `${agents(plan.resumed.length)} to resume with ${counted(effects, 'effect')}`],
    [plan.inDoubt.length, `${counted(plan.inDoubt.length, 'effect')} in doubt`],
    [plan.overdue.length, `${counted(plan.overdue.length, 'timer')} overdue`],
    [plan.blocked.length, `${plan.blocked.length} blocked`],
    [plan.troubled.length, `${plan.troubled.length} in trouble`],
    [plan.notBegun.length, `${plan.notBegun.length} in states that have grown`],
    [plan.owned.length, `${plan.owned.length} owned by others`],
    [plan.paused.length, `${plan.paused.length} paused`],
  ] as const
  const told = parts.filter(([count]) => count > 0).map(([, text]) => text)
  return told.length === 0 ? 'nothing to do' : told.join(', ')
}

const WHY: Readonly<Record<PlannedResumption['why'], string>> = {
  unowned: 'no one has it',
  released: 'it was released',
  closed: 'its worker closed',
  ended: 'its worker has died',
  silent: 'its worker is silent',
}

function resumption({ effects, inputs, messages, why, previous, probation, ...of }: PlannedResumption): string {
  const work = [
    ...effects.map(effect),
    ...(inputs === 0 ? [] : [counted(inputs, 'waiting input')]),
    ...(messages === 0 ? [] : [`${counted(messages, 'message')} to deliver`]),
  ].join('; ')
  const tried =
    probation === undefined ? '' : `; a suspect, tried ${probation === 'isolated' ? 'alone' : 'beside others'}`
  return `${name(of)}: ${work} (${WHY[why]}${previous === undefined ? '' : `: ${previous}`}${tried})`
}

function effect({ src, attempt, how, notBefore }: PlannedEffect): string {
  const wait = notBefore === undefined ? '' : `, not before ${timeText(notBefore)}`
  return how === 'ask' ? `${src} asks what became of it` : `${src}, attempt ${attempt}${wait}`
}

function doubt({ src, why, isNew, ...of }: PlannedDoubt): string {
  const when = isNew ? 'from now on' : `since ${timeText(of.since)}`
  return `${name(of)}: ${src}, ${why}, ${when}: decide (key ${of.key})`
}

function ownership({ owner, lastBeatAt, ...of }: PlannedOwned, at: number): string {
  const heard = lastBeatAt === undefined ? 'never heard of' : `heard of ${duration(Math.max(0, at - lastBeatAt))} ago`
  return `${name(of)}: by ${owner}, ${heard}`
}

function since(at: number, { by, reason }: { readonly by?: string; readonly reason?: string }): string {
  return `since ${timeText(at)}${by === undefined ? '' : ` by ${by}`}${reason === undefined ? '' : `: ${reason}`}`
}

/** What has no place, when that is known: it is one for many agents, and the message names each. */
function trouble({ code, message, facts }: PlannedTrouble): string {
  const missing = facts?.['missing']
  if (Array.isArray(missing))
    return `${code}: no place for ${missing.map(({ what }: { what: string }) => what).join('; ')}`
  return code === 'NEEDS_MIGRATION' ? `${code}: the version is not registered here` : `${code}: ${message}`
}

/** A line for each place and cause, with how many agents and the first of them. */
function byPlace<T extends PlannedAgent & PlannedPlace>(
  all: readonly T[],
  {
    say,
    remedy,
  }: { readonly say: (one: T) => string; readonly remedy: ((group: readonly T[]) => string | undefined) | undefined },
): readonly string[] {
  const groups = new Map<string, T[]>()
  for (const one of all) {
    const { agent, version, active } = one
    const place = `${agent.name}@${version} in ${active.length === 0 ? 'its one state' : active.join(', ')}: ${say(one)}`
    const group = groups.get(place)
    if (group === undefined) groups.set(place, [one])
    else group.push(one)
  }
  return [...groups].map(([place, group]) => {
    const first = group.slice(0, MAX_NAMED).map(name).join(', ')
    const helps = remedy?.(group)
    const told = `${agents(group.length)} of ${place} (${first}${group.length > MAX_NAMED ? ', …' : ''})`
    return helps === undefined ? told : `${told}: ${helps}`
  })
}

function name({ agent }: PlannedAgent): string {
  return `${agent.name}-${agent.id}`
}
function agents(count: number): string {
  return counted(count, 'agent')
}

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
] as const

/** In the two largest units: `2 d 3 h`. */
function duration(ms: number): string {
  const at = UNITS.findIndex(([, unitMs]) => ms >= unitMs)
  if (at < 0) return `${Math.round(ms)} ms`
  const [unit, unitMs] = UNITS[at] as (typeof UNITS)[number]
  const [smaller, smallerMs] = UNITS[at + 1] ?? [unit, unitMs]
  const rest = Math.floor((ms % unitMs) / smallerMs)
  return `${Math.floor(ms / unitMs)} ${unit}${rest === 0 ? '' : ` ${rest} ${smaller}`}`
}
