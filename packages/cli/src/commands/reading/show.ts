/** `refold show`: what an agent is, where it stands, what it waits for, and what can be done. */
import { readChart, takenEvents } from '@refold/core/history'
import type { AgentHistory, HistoryPoint, TakenEvent } from '@refold/core/history'
import type { JsonObject } from '@refold/core/record'
import type { Found } from '../../output.js'
import { placesOf } from '../command-places.js'
import { withPast } from '../store-only.js'
import type { Past, ProjectOptions } from '../store-only.js'
import { heldUpBy, lastRecord } from '@refold/inspector/answers'
import { historyOf, troubleOf } from './past-agent.js'
import { showText } from './show-text.js'
import type { ShownAgent } from './shown-agent.js'
import { waysOn } from '@refold/inspector/commands'
import type { WaysOptions } from '@refold/inspector/commands'

export interface ShowCommandOptions extends ProjectOptions {
  readonly json: boolean
}

/** As far as a damaged history can be folded. */
export async function show(agent: string, { json, ...options }: ShowCommandOptions): Promise<Found> {
  return withPast(options, async (past) => {
    const opened = await historyOf(past, agent)
    const shown = await shownOf(opened, { agent, past, options })
    return { text: json ? JSON.stringify(shown) : showText(shown), ...troubleOf(opened) }
  })
}

interface Asked {
  readonly agent: string
  readonly past: Past
  readonly options: ProjectOptions
}

async function shownOf(opened: AgentHistory, { agent, past, options }: Asked): Promise<ShownAgent> {
  const point = await opened.at(opened.lastState)
  const { document, owners: _owners, ...rest } = point
  const { definition, version, fingerprint } = document.agent
  const chart = await readChart(past.source, fingerprint, { codecs: past.codecs })
  const takes = takesOf(point, chart)
  const started = await opened.record(opened.first)
  const entered = await lastRecord(opened, { to: point.revision, fits: ({ active }) => active !== undefined })
  const heldUp = await heldUpBy(opened, point)
  return {
    agent,
    definition,
    version,
    ...rest,
    started: { at: started.at, ...(started.by === undefined ? undefined : { by: started.by }) },
    ...(entered === undefined ? undefined : { inStateSince: { revision: entered.revision, at: entered.at } }),
    ...(heldUp === undefined ? undefined : { heldUp }),
    ...(takes === undefined ? undefined : { takes }),
    ways: past.store === undefined ? [] : waysOn({ agent, point, takes: takes ?? [], chart }, optionsOf(options)),
  }
}

function optionsOf(options: ProjectOptions): WaysOptions {
  return { ...placesOf(options), knowsWho: process.env['REFOLD_BY'] !== undefined }
}

function takesOf({ status, active }: HistoryPoint, chart: JsonObject | undefined): readonly TakenEvent[] | undefined {
  if (chart === undefined) return undefined
  return status === 'active' ? takenEvents(chart, active) : []
}
