/** Values that were too large to be sent whole: loaded part by part, when someone asks for them. */
import type { JsonValue } from '@refold/core/record'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { ValuePart } from '../../contract/agent.js'
import type { KeptAnswers } from '../data/kept-answers.js'
import { answers } from '../state/session.js'

export interface LoadedValue {
  readonly value: JsonValue
  /** Items, members or characters that are not loaded yet. */
  readonly missing: number
}

/** By the path that a `Cut` names. */
export type LoadedValues = ReadonlyMap<string, LoadedValue>

export interface CutValues {
  readonly loaded: LoadedValues
  /** The next part of what stands there. */
  readonly load: (path: string) => void
}

const NOTHING: LoadedValues = new Map()

/** Of one moment of an agent. What was asked for there is asked for at the next moment too. `undefined`: nothing is shown. */
export function useCutValues(agent: string, at: number | undefined): CutValues {
  const [wanted, setWanted] = useState<ReadonlyMap<string, number>>(new Map())
  const [loaded, setLoaded] = useState(NOTHING)
  const of = useRef('')
  useEffect(() => {
    const source = answers.peek()
    if (at === undefined || source === undefined) return undefined
    let isOver = false
    const moment = `${agent} ${at}`
    if (of.current !== moment) setLoaded(NOTHING)
    of.current = moment
    for (const [path, parts] of wanted)
      loadParts(source, { agent, at, path, parts }).then(
        (value) => {
          if (!isOver) setLoaded((before) => new Map([...before, [path, value]]))
        },
        () => {}, // the state has no such place at this moment
      )
    return () => {
      isOver = true
    }
  }, [agent, at, wanted])
  return { loaded, load: (path) => setWanted((before) => new Map([...before, [path, (before.get(path) ?? 0) + 1]])) }
}

interface Wanted {
  readonly agent: string
  readonly at: number
  readonly path: string
  readonly parts: number
}

async function loadParts(source: KeptAnswers, { agent, at, path, parts }: Wanted): Promise<LoadedValue> {
  let part = await source.ask('value', { agent, at, path })
  let known = loadedOf(part)
  for (let more = 1; more < parts && known.missing > 0; more++) {
    part = await source.ask('value', { agent, at, path, from: sizeOf(part) - known.missing })
    known = { value: joined(known.value, loadedOf(part).value), missing: loadedOf(part).missing }
  }
  return known
}

function loadedOf(part: ValuePart): LoadedValue {
  if (part.kind === 'scalar') return { value: part.value, missing: 0 }
  const { from, size } = part
  if (part.kind === 'string') return { value: part.text, missing: size - from - part.text.length }
  if (part.kind === 'array') return { value: part.items, missing: size - from - part.items.length }
  return { value: Object.fromEntries(part.entries), missing: size - from - part.entries.length }
}

function sizeOf(part: ValuePart): number {
  return part.kind === 'scalar' ? 0 : part.size
}

function joined(one: JsonValue, other: JsonValue): JsonValue {
  if (typeof one === 'string' && typeof other === 'string') return one + other
  if (Array.isArray(one) && Array.isArray(other)) return [...(one as JsonValue[]), ...(other as JsonValue[])]
  return { ...(one as object), ...(other as object) }
}
