/** The whole state after the chosen record. */
import type { JsonObject, JsonValue } from '@refold/core/record'
import { useEffect, useMemo, useState } from 'preact/hooks'
import type { PointView } from '../../contract/agent.js'
import { Button } from '../parts/button.js'
import { cutIn, loadedValue, longPath, shortPath, valueAt } from '../parts/json-rows.js'
import type { Section } from '../parts/json-rows.js'
import { JsonTree } from '../parts/json-tree.js'
import { shown } from '../parts/safe-text.js'
import { route } from '../route.js'
import { change } from '../state/moving.js'
import { answers } from '../state/session.js'
import { stepToChange } from '../state/field-changes.js'
import type { PanelProps } from './panel-props.js'

export function StatePanel({ model, point }: PanelProps) {
  const sections = useMemo(() => (point === undefined ? [] : sectionsOf(point.document)), [point])
  const [loaded, load] = useCutValues(point, model.agent)
  const field = route.value.view === 'agent' ? route.value.field : undefined
  const selected = field === undefined ? undefined : longPath(field)
  if (point === undefined) return null
  return (
    <div class="state-panel">
      <JsonTree
        label={`State after revision ${point.revision}`}
        sections={sections}
        changed={point.changed}
        open={['/root/context']}
        loaded={loaded}
        onCut={load}
        selected={selected}
        onSelect={(path) => change({ field: shortPath(path) })}
      />
      {selected === undefined ? null : <SelectedField {...{ model, point, loaded, selected }} onLoad={load} />}
    </div>
  )
}

/** What readers look for stands first. */
function sectionsOf(document: JsonValue): readonly Section[] {
  const { root = {}, ...others } = document as JsonObject
  const { context, value, ...rest } = root as JsonObject
  const known = ['effects', 'timers'].flatMap((name) => section(name, others[name]))
  const more = Object.entries(others).filter(([name]) => !['effects', 'timers', 'agent'].includes(name))
  return [
    ...(context === undefined ? [] : [{ label: 'context', path: '/root/context', value: context }]),
    ...(value === undefined ? [] : [{ label: 'value', path: '/root/value', value }]),
    ...known,
    ...more.flatMap(([name, member]) => section(name, member)),
    { label: 'root', path: '/root', value: rest },
    ...section('agent', others['agent']),
  ]
}

function section(label: string, value: JsonValue | undefined): readonly Section[] {
  const isEmpty = typeof value === 'object' && value !== null && Object.keys(value).length === 0
  return value === undefined || isEmpty ? [] : [{ label, path: `/${label}`, value }]
}

/** Values that were cut, of this state, by their path. */
function useCutValues(
  point: PointView | undefined,
  agent: string,
): readonly [ReadonlyMap<string, JsonValue>, (path: string) => void] {
  const [wanted, setWanted] = useState<readonly string[]>([])
  const [loaded, setLoaded] = useState<ReadonlyMap<string, JsonValue>>(new Map())
  const at = point?.revision
  useEffect(() => {
    if (at === undefined) return undefined
    let isOver = false
    setLoaded(new Map())
    for (const path of wanted)
      answers
        .peek()
        ?.ask('value', { agent, at, path: `/document${path}` })
        .then(
          (part) => {
            if (!isOver) setLoaded((before) => new Map([...before, [path, loadedValue(part)]]))
          },
          () => {}, // the state has no such place at this revision
        )
    return () => {
      isOver = true
    }
  }, [at, agent, wanted])
  return [loaded, (path) => setWanted((before) => (before.includes(path) ? before : [...before, path]))]
}

interface SelectedProps extends PanelProps {
  readonly point: PointView
  readonly loaded: ReadonlyMap<string, JsonValue>
  readonly selected: string
  readonly onLoad: (path: string) => void
}

function SelectedField({ model, point, loaded, selected, onLoad }: SelectedProps) {
  const value = loaded.get(selected) ?? valueAt(point.document, selected)
  const cut = value === undefined ? undefined : cutIn(value)
  return (
    <div class="selected-field">
      <div class="selected-head">
        <code class="path">{shown(shortPath(selected))}</code>
        <Button
          kind="quiet"
          icon="left"
          title="Previous change of this field (Alt ←)"
          onClick={() => void stepToChange(model, -1)}
        />
        <Button
          kind="quiet"
          icon="right"
          title="Next change of this field (Alt →)"
          onClick={() => void stepToChange(model, 1)}
        />
        <Button kind="plain" title="Which record set it (B)" onClick={() => change({ panel: 'blame' })}>
          Blame
        </Button>
        <Button kind="quiet" icon="close" title="Select nothing" onClick={() => change({ field: undefined })} />
      </div>
      {cut === undefined ? (
        <pre>{value === undefined ? 'Nothing stands here at this revision.' : shown(textOf(value))}</pre>
      ) : (
        <Button kind="plain" onClick={() => onLoad(selected)}>
          Load the whole value
        </Button>
      )}
    </div>
  )
}

const LONGEST = 20_000

function textOf(value: JsonValue): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value, undefined, 2)
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}\n… ${text.length - LONGEST} characters more` : text
}
