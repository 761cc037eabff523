/** The text of `refold show`. */
import { printable, printableLines } from '@refold/core/store'
import { tableOf } from '../../table.js'
import { errorText } from '@refold/inspector/answers'
import { nameOf } from '@refold/inspector/fleet'
import { fieldsText, NAME_WIDTH } from './fields-text.js'
import type { HeldUp } from '@refold/inspector/answers'
import type { ShownAgent } from './shown-agent.js'
import { fromNow, shortJson, timeText } from './shown.js'

/** Sections, an empty line between them; those with nothing in them are left out. */
export function showText(shown: ShownAgent): string {
  return [
    headText(shown),
    heldUpText(shown.heldUp),
    effectsText(shown),
    timersText(shown),
    othersText(shown),
    waysText(shown),
  ]
    .filter((section) => section !== '')
    .join('\n\n')
}

function headText({ agent, definition, version, ...shown }: ShownAgent): string {
  const { status, condition, active, owner, started, inStateSince, takes } = shown
  const how = status === 'active' ? condition : status
  return fieldsText([
    ['agent', `${agent}, ${how}`],
    ['definition', `${definition} version ${version}`],
    ['state', active.join(' ') || undefined],
    ['since', inStateSince && `${whenText(inStateSince.at)}, revision ${inStateSince.revision}`],
    ['started', [whenText(started.at), ...(started.by === undefined ? [] : [`by ${started.by}`])].join(' ')],
    ['revision', `${shown.revision}, ${whenText(shown.at)}`],
    ['owner', owner.worker === undefined ? 'no one' : `${nameOf(owner.worker)}, epoch ${owner.epoch}`],
    ['takes', takes?.map(({ type, needsApproval }) => (needsApproval ? `${type} (approval)` : type)).join(' ')],
    ['context', shortJson(shown.context)],
    ['output', shortJson(shown.output)],
    ['error', errorText(shown.error) ?? shortJson(shown.error)],
    ['cancelling', shown.cancelling && `until ${whenText(shown.cancelling.deadlineAt)}`],
  ])
}

function whenText(at: number): string {
  return `${timeText(at)} (${fromNow(at)})`
}

function heldUpText(heldUp: HeldUp | undefined): string {
  if (heldUp === undefined) return ''
  const { condition, since, revision, error, state, event, action, guard, stack, by, reason } = heldUp
  const fields = fieldsText([
    ['held up', [condition, error, by && `by ${by}`, reason && `(${reason})`].filter(Boolean).join(' ')],
    [
      'since',
      since === undefined
        ? undefined
        : [whenText(since), ...(revision === undefined ? [] : [`revision ${revision}`])].join(', '),
    ],
    ['in state', state?.join(' ')],
    ['on event', event],
    ['in action', action],
    ['in guard', guard],
  ])
  return stack === undefined ? fields : `${fields}\n${printableLines(stack).replaceAll(/^/gm, '  ')}`
}

/** A line for each, and lines of what is to be known of it: no one should have to guess a doubt from half a sentence. */
function effectsText({ effects }: ShownAgent): string {
  return effects.map((effect) => [effectLine(effect), ...detailsOf(effect)].map(printable).join('\n')).join('\n')
}

type Effect = ShownAgent['effects'][number]

function effectLine({ effect, src, scheduledAt, attempts }: Effect): string {
  const failed = attempts === 0 ? '' : `, ${attempts} failed`
  return `${'effect'.padEnd(NAME_WIDTH)}${src} (${effect}), asked for by revision ${scheduledAt}${failed}`
}

const DOUBTS: Readonly<Record<NonNullable<Effect['inDoubt']>['why'], string>> = {
  forked: 'it was pending where the agent was forked, and runs when someone says so',
  interrupted: 'its worker ended during it',
  timeout: 'it took longer than it may',
  unknown: 'it could not be found out',
}

function detailsOf({ key, inDoubt, abandoned, attempt, retryAt, lastError }: Effect): readonly string[] {
  const details = [
    inDoubt && `in doubt since ${whenText(inDoubt.since)}: ${DOUBTS[inDoubt.why]}`,
    abandoned && `abandoned since ${whenText(abandoned.at)}: its state was left, and no one knows whether it happened`,
    attempt && `attempt ${attempt.attempt} began ${whenText(attempt.at)} at ${nameOf(attempt.worker)}`,
    (inDoubt ?? abandoned) && `its key is ${key}`,
    retryAt === undefined ? undefined : `next attempt ${whenText(retryAt)}`,
    errorText(lastError),
  ]
  return details.flatMap((detail) => (detail === undefined ? [] : [' '.repeat(NAME_WIDTH) + detail]))
}

function timersText({ timers }: ShownAgent): string {
  if (timers.length === 0) return ''
  const rows = timers.map(({ timer, event, due, setAt }) => {
    return [textOf(event['type']), timer, String(setAt), `${whenText(due)}${due < Date.now() ? ' overdue' : ''}`]
  })
  return tableOf(['TIMER', 'ID', 'REV', 'DUE'], rows)
}

/** A damaged record may have anything there. */
function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** What else is on its way to it, from it, or below it. */
function othersText({ children, waiting, deferred, messages }: ShownAgent): string {
  return [
    ...children
      .filter(({ kind }) => kind === 'machine' || kind === 'transition')
      .map(({ path, src = '', status, active }) => `child ${path.join('/')} ${src} ${status} ${active.join(' ')}`),
    ...waiting.map(({ revision, input }) => `waits to be decided: revision ${revision} ${shortJson(input)}`),
    ...deferred.map(({ revision, input }) => `kept until a state takes it: revision ${revision} ${shortJson(input)}`),
    ...messages.map(({ to, kind, event }) => `message to ${to.name}-${to.id}: ${kind} ${shortJson(event)}`),
  ]
    .map((line) => printable(line.trimEnd()))
    .join('\n')
}

/** Never cut: they are to be pasted. */
function waysText({ ways }: ShownAgent): string {
  if (ways.length === 0) return ''
  const lines = ways.flatMap(({ what, command }) => [`  ${printable(what)}:`, `    ${printable(command)}`])
  return ['what can be done', ...lines].join('\n')
}
