/** Charts, placed: each once for its fingerprint, and the newest ones of files. */
import { hashOfJson, isRefoldError, parsePointer, RefoldError } from '@refold/core/record'
import type { JsonObject, JsonValue } from '@refold/core/record'
import type { OpenedAgents } from '../answers/opened-agents.js'
import { textIn } from '../answers/params.js'
import { chartFrom } from '../chart/chart-model.js'
import { checkChart } from '../chart/check-chart.js'
import { placeChart } from '../chart/layout.js'
import type { LayOut } from '../chart/layout.js'
import { ROUTES } from '../contract/answer.js'
import type { ChartView } from '../contract/chart.js'
import type { Served } from './served.js'

const MOST_KEPT = 64

export function chartRoutes(agents: OpenedAgents, layOut: LayOut): readonly Served[] {
  const placed = new PlacedCharts(layOut)
  return [
    {
      path: ROUTES.chart,
      method: 'GET',
      answer: ({ params }) => {
        const fingerprint = textIn(params, 'fingerprint')
        const machine = params['machine'] ?? ''
        return placed.view(`${fingerprint} ${machine}`, async () => {
          const stored = await agents.chart(fingerprint)
          if (stored === undefined) throw notStored(fingerprint)
          return machineIn(stored, machine)
        })
      },
    },
    {
      path: ROUTES.place,
      method: 'POST',
      answer: async ({ params, body }) => {
        const machine = params['machine'] ?? ''
        const stored = checkChart(body)
        return placed.view(`${hashOfJson(stored)} ${machine}`, async () => machineIn(stored, machine))
      },
    },
  ]
}

class PlacedCharts {
  readonly #layOut: LayOut
  /** The one used last at the end. */
  readonly #kept = new Map<string, Promise<ChartView>>()

  constructor(layOut: LayOut) {
    this.#layOut = layOut
  }

  /** One that takes too long is not tried again. */
  view(key: string, read: () => Promise<JsonObject>): Promise<ChartView> {
    const kept = this.#kept.get(key) ?? this.#place(read)
    this.#kept.delete(key)
    this.#kept.set(key, kept)
    kept.catch((error: unknown) => {
      if (!isRefoldError(error, 'TIMEOUT')) this.#kept.delete(key)
    })
    const [oldest] = this.#kept.keys()
    if (this.#kept.size > MOST_KEPT && oldest !== undefined) this.#kept.delete(oldest)
    return kept
  }

  async #place(read: () => Promise<JsonObject>): Promise<ChartView> {
    const stored = checkChart(await read())
    return { ...(await placeChart(chartFrom(stored), this.#layOut)), machines: Object.keys(machinesIn(stored)) }
  }
}

/** The child machine that a pointer of sources leads to; one that is a machine around it is that one. */
function machineIn(stored: JsonObject, pointer: string): JsonObject {
  const way = [stored]
  for (const src of sourcesOf(pointer)) {
    const machines = machinesIn(way.at(-1) as JsonObject)
    const found = Object.hasOwn(machines, src) ? machines[src] : undefined
    if (typeof found !== 'object' || found === null || Array.isArray(found)) throw noMachine(pointer)
    const { above } = found as JsonObject
    if (typeof above === 'number') way.length = Math.max(1, way.length - above + 1)
    else way.push(found as JsonObject)
  }
  return way.at(-1) as JsonObject
}

function sourcesOf(pointer: string): readonly string[] {
  try {
    return parsePointer(pointer)
  } catch {
    throw noMachine(pointer)
  }
}

function noMachine(pointer: string): RefoldError {
  return new RefoldError('NOT_FOUND', `the chart has no machine ${JSON.stringify(pointer)}`)
}

function machinesIn({ machines }: JsonObject): JsonObject {
  const isOne = (value: JsonValue | undefined): value is JsonObject =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
  return isOne(machines) ? machines : {}
}

function notStored(fingerprint: string): RefoldError {
  return new RefoldError('NOT_FOUND', `no chart of the fingerprint ${JSON.stringify(fingerprint)} is stored`, {
    hint: 'A worker stores it when it first runs the definition.',
  })
}
