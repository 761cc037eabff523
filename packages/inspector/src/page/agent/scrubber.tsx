/** The slider over all records, on a small map of them. */
import { useEffect, useRef } from 'preact/hooks'
import { Button } from '../parts/button.js'
import { count } from '../parts/time-words.js'
import type { AgentModel } from '../state/agent-model.js'
import { goLive, moveBy, moveTo } from '../state/moving.js'
import { drawMap } from './minimap.js'
import { valueText } from './record-title.js'
import type { RowWindows } from './row-windows.js'

export interface ScrubberProps {
  readonly model: AgentModel
  readonly rows: RowWindows
  /** What the lanes below show. */
  readonly window: { readonly from: number; readonly to: number }
}

export function Scrubber({ model, rows, window }: ScrubberProps) {
  const revision = model.revision.value
  const last = model.last.value
  const { first } = model.columns
  /** Where the track is, while it is dragged: measuring it at each move would lay the page out. */
  const box = useRef<DOMRect | undefined>(undefined)
  const canvas = useRef<HTMLCanvasElement>(null)
  useMap(canvas, model)
  void rows.version.value
  const part = (at: number): string => `${last <= first ? 100 : ((at - first) / (last - first)) * 100}%`
  const seek = (event: PointerEvent): void => {
    const { left, width } = (box.current ??= (event.currentTarget as Element).getBoundingClientRect())
    moveTo(model, first + ((event.clientX - left) / width) * (last - first))
  }
  const isWindowed = window.from > first || window.to < last
  return (
    <div class="scrubber">
      <Steps model={model} />
      <div
        class="track"
        role="slider"
        tabIndex={0}
        aria-label="Revision"
        aria-valuemin={first}
        aria-valuemax={last}
        aria-valuenow={revision}
        aria-valuetext={valueText(model.columns.get(revision), { last, row: rows.get(revision) })}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId)
          box.current = undefined
          seek(event)
        }}
        onPointerMove={(event) => {
          if (event.currentTarget.hasPointerCapture(event.pointerId)) seek(event)
        }}
      >
        <canvas ref={canvas} class="map" aria-hidden="true" />
        {isWindowed ? (
          <div class="map-window" style={{ left: part(window.from), right: `calc(100% - ${part(window.to)})` }} />
        ) : null}
        <div class="playhead" style={{ left: part(revision) }} />
      </div>
      <span class="where">
        <strong>{count(revision)}</strong> / {count(last)}
      </span>
    </div>
  )
}

function Steps({ model }: { readonly model: AgentModel }) {
  const isLive = model.isLive.value
  return (
    <div class="steps" role="group" aria-label="Steps">
      <Button
        kind="quiet"
        icon="first"
        title="First record (Home)"
        onClick={() => moveTo(model, model.columns.first)}
      />
      <Button kind="quiet" icon="left" title="Previous record (←)" onClick={() => moveBy(model, -1)} />
      <Button kind="quiet" icon="right" title="Next record (→)" onClick={() => moveBy(model, 1)} />
      <Button kind="quiet" icon="end" title="Newest record (End)" onClick={() => moveTo(model, model.last.peek())} />
      <Button kind="quiet" icon="live" title="Follow live (L)" isPressed={isLive} onClick={goLive} />
    </div>
  )
}

function useMap(canvas: { readonly current: HTMLCanvasElement | null }, model: AgentModel): void {
  const length = model.length.value
  useEffect(() => {
    const element = canvas.current
    if (element === null) return undefined
    const draw = (): void => drawMap(element, model.columns)
    const sizes = new ResizeObserver(draw)
    sizes.observe(element)
    const dark = matchMedia('(prefers-color-scheme: dark)')
    dark.addEventListener('change', draw)
    return () => {
      sizes.disconnect()
      dark.removeEventListener('change', draw)
    }
  }, [length])
}
