/** What `refold verify` found, in words. */
import { printable } from '@refold/core'
import { counted } from '@refold/core/store'
import type {
  DifferenceGroup,
  DifferingPlace,
  HistoryDifference,
  JsonValue,
  NoCodeGroup,
  TakenTransition,
  VerifyReport,
} from '@refold/core'
import { agentsNamed } from './agent-words.js'

/** Groups and places that are shown; the rest is counted, and is in `--json`. */
const SHOWN_GROUPS = 20
const SHOWN_PLACES = 4
const SHOWN_VALUE = 60

export function verifiedText(report: VerifyReport): string {
  const { groups, noPlace, noCode, troubles, unsteady } = report
  const more = groups.length - SHOWN_GROUPS
  const lines = [
    summary(report),
    ...groups.slice(0, SHOWN_GROUPS).flatMap((group) => ['', ...groupLines(group)]),
    ...(more > 0 ? ['', `and ${counted(more, 'group')} more: --json has all`] : []),
    ...spaced([
      ...noPlace.map(
        (group) =>
          `no place for ${group.missing}: ${agentsNamed(group)}; \`refold migrate ${group.definition} --to … --plan\``,
      ),
      ...noCode.map(noCodeLine),
      ...troubles.map((group) => `error[${group.code}] ${group.message}: ${agentsNamed(group)}`),
      ...unsteady.map(
        (group) =>
          `not deterministic: ${group.path} at ${group.type}, ${counted(group.records, 'record')}: ${agentsNamed(group)}`,
      ),
      ...undecidedLine(report),
    ]),
  ]
  return lines.map(printable).join('\n')
}

function summary({ agents, records, decided, differing, differingAgents, isSame }: VerifyReport): string {
  const read = `${counted(agents, 'agent')}, ${counted(records, 'record')}, ${decided} decided again`
  if (differing > 0) return `${read}: ${differing} otherwise, of ${counted(differingAgents, 'agent')}`
  return isSame ? `${read}: nothing differs` : `${read}: no decision differs`
}

function groupLines(group: DifferenceGroup): readonly string[] {
  const { example, records } = group
  const { type, states, places, guard, actions, transitions } = example
  const where = states.length === 0 ? 'at the start' : `in ${states.join(' and ')}`
  const rest = places.length - SHOWN_PLACES
  return [
    `${group.definition}@${group.version}  ${type} ${where}: ${counted(records, 'record')}, ${agentsNamed(group)}`,
    ...places.slice(0, SHOWN_PLACES).map((place) => `  ${placeText(place)}`),
    ...(rest > 0 ? [`  and ${counted(rest, 'place')} more`] : []),
    ...(guard === undefined ? [] : [`  guard ${guard} says otherwise`]),
    ...(transitions === undefined ? [] : [`  ${waysText(transitions)}`]),
    ...(actions === undefined ? [] : [`  by ${actions.join(', ')}`]),
    `  first at revision ${example.revision} of ${group.streams[0]}`,
  ]
}

function placeText({ kind, path, recorded, today }: DifferingPlace): string {
  if (kind === 'place') return `today's chart has no place for ${typeof today === 'string' ? today : valueText(today)}`
  if (kind === 'refused') return `refused today: ${answerText(today)}`
  if (kind === 'blocked')
    return today === undefined
      ? `threw: ${valueText(recorded)}; today it does not`
      : `throws today: ${valueText(today)}`
  return `${kind} ${shortPath(path)}: ${valueText(recorded)}, today ${valueText(today)}`
}

function shortPath(path: string): string {
  return path.startsWith('/root/context/') ? path.slice('/root'.length) : path
}

function answerText(answer: JsonValue | undefined): string {
  const { code, message } = answer as { readonly code?: string; readonly message: string }
  return code === undefined ? message : `${code} ${message}`
}

function valueText(value: JsonValue | undefined): string {
  if (value === undefined) return 'nothing'
  const text = JSON.stringify(value)
  return text.length <= SHOWN_VALUE ? text : `${text.slice(0, SHOWN_VALUE - 1)}…`
}

/** From where the ways part. */
function waysText({ recorded, today }: NonNullable<HistoryDifference['transitions']>): string {
  const same = recorded.findIndex((one, at) => JSON.stringify(one) !== JSON.stringify(today[at]))
  const [before, after] = [recorded, today].map((path) => path.slice(same < 0 ? recorded.length : same))
  const took = before?.length === 0 ? 'took none' : `took ${pathText(before)}`
  return after?.length === 0 ? took : `${took}, today ${pathText(after)}`
}

function pathText(path: readonly TakenTransition[] = []): string {
  return path.map(transitionText).join(', then ')
}

/** The id where the chart is not known. */
function transitionText({ from, event, guard, targets, actions }: TakenTransition): string {
  if (event === undefined && targets.length === 0 && actions.length === 0) return from
  const to = targets.length === 0 ? '' : ` to ${targets.join(' and ')}`
  return `${event ?? 'always'}${guard === undefined ? '' : ` [${guard}]`} of ${from}${to}`
}

function noCodeLine(group: NoCodeGroup): string {
  const { definition, version, active, hasOtherVersion } = group
  const what = `no code here for ${definition}@${version}: ${agentsNamed(group)}, ${active} active`
  if (!hasOtherVersion || active === 0) return what
  return `${what}; \`refold plan\` says what waits, \`refold migrate ${definition} --to … --plan\` what would move`
}

const WHY: { readonly [why in keyof VerifyReport['undecided']]: string } = {
  'no-chart': 'claims, attempts and other records that no chart decides',
  'no-code': 'of versions or processes without the code',
  'not-kept': 'refused messages',
  foreign: 'records of others',
}

function undecidedLine({ undecided }: VerifyReport): readonly string[] {
  const parts = Object.entries(WHY).flatMap(([why, words]) => {
    const records = undecided[why as keyof typeof WHY]
    return records === 0 ? [] : [`${records} ${words}`]
  })
  return parts.length === 0 ? [] : [`not decided again: ${parts.join(', ')}`]
}

function spaced(lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ['', ...lines]
}
