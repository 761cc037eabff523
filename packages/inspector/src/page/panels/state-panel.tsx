/** The whole state after the chosen record. */
import type { JsonObject, JsonValue } from '@refold/core/record'
import { useMemo } from 'preact/hooks'
import type { PointView } from '../../contract/agent.js'
import { Button } from '../parts/button.js'
import { useCutValues } from '../parts/cut-values.js'
import type { LoadedValues } from '../parts/cut-values.js'
import { cutIn, longPath, shortPath, valueAt } from '../parts/json-rows.js'
import type { Section } from '../parts/json-rows.js'
import { JsonTree } from '../parts/json-tree.js'
import { listOf } from '../parts/list-of.js'
import { shown } from '../parts/safe-text.js'
import { count } from '../parts/time-words.js'
import { route } from '../route.js'
import { change } from '../state/moving.js'
import { stepToChange } from '../state/field-changes.js'
import type { PanelProps } from './panel-props.js'

export function StatePanel({ model, point }: PanelProps) {
  const sections = useMemo(() => (point === undefined ? [] : sectionsOf(point.document)), [point])
  const { loaded, load } = useCutValues(model.agent, point?.revision)
  const field = route.value.view === 'agent' ? route.value.field : undefined
  const selected = field === undefined ? undefined : longPath(field)
  if (point === undefined) return null
  return (
    <div class="state-panel">
      <JsonTree
        label={`State after revision ${point.revision}`}
        sections={sections}
        changed={listOf(point.changed)}
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

interface SelectedProps extends PanelProps {
  readonly point: PointView
  readonly loaded: LoadedValues
  readonly selected: string
  readonly onLoad: (path: string) => void
}

function SelectedField({ model, point, loaded, selected, onLoad }: SelectedProps) {
  const found = valueAt(point.document, selected)
  const cut = found === undefined ? undefined : cutIn(found)
  const known = cut === undefined ? undefined : loaded.get(cut.path)
  const value = known?.value ?? found
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
      {cut === undefined || known !== undefined ? (
        <pre>{value === undefined ? 'Nothing stands here at this revision.' : shown(textOf(value))}</pre>
      ) : null}
      {cut === undefined || known?.missing === 0 ? null : (
        <Button kind="plain" onClick={() => onLoad(cut.path)}>
          {known === undefined ? 'Load this value' : `Load more of it: ${count(known.missing)} are missing`}
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
