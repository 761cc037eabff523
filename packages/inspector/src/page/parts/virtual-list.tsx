/** A long list of rows of one height: only those that are seen stand in the document. */
import type { ComponentChildren } from 'preact'
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'

export interface VirtualListProps {
  readonly count: number
  /** Pixels. */
  readonly rowHeight: number
  /** Brought into view when it changes. */
  readonly selected?: number | undefined
  readonly row: (index: number) => ComponentChildren
  /** Told which rows are seen. */
  readonly onRange?: (range: RowRange) => void
  readonly class?: string
  readonly label: string
  readonly role?: 'grid' | 'tree' | 'list'
  readonly rowCount?: number
  readonly activeDescendant?: string | undefined
  readonly onKeyDown?: (event: KeyboardEvent) => void
}

/** Both included. */
export interface RowRange {
  readonly from: number
  readonly to: number
}

/** Beyond those that are seen, above and below. */
const MORE = 4
/** Browsers end an element at some tens of millions of pixels. */
const MAX_HEIGHT = 15_000_000

export function VirtualList(props: VirtualListProps) {
  const { count, rowHeight, row, label, role = 'list', activeDescendant, onKeyDown, rowCount } = props
  const box = useRef<HTMLDivElement>(null)
  const { range, scale } = useRange(box, props)
  const shift = Math.max(0, range.from * rowHeight * scale)
  const rows: ComponentChildren[] = []
  for (let index = range.from; index <= range.to; index++) rows.push(row(index))
  return (
    <div
      ref={box}
      class={`virtual ${props.class ?? ''}`}
      role={role}
      aria-label={label}
      aria-rowcount={role === 'grid' ? (rowCount ?? count) : undefined}
      aria-activedescendant={activeDescendant}
      tabIndex={0}
      onKeyDown={onKeyDown}
    >
      <div class="virtual-space" role="presentation" style={{ height: `${Math.min(count * rowHeight, MAX_HEIGHT)}px` }}>
        <div class="virtual-rows" role="presentation" style={{ transform: `translateY(${shift}px)` }}>
          {rows}
        </div>
      </div>
    </div>
  )
}

interface Seen {
  readonly top: number
  readonly height: number
}

function seenOf({ scrollTop, clientHeight }: HTMLElement): Seen {
  return { top: scrollTop, height: clientHeight }
}

function useRange(
  box: { readonly current: HTMLDivElement | null },
  { count, rowHeight, selected, onRange }: VirtualListProps,
): { readonly range: RowRange; readonly scale: number } {
  const [seen, setSeen] = useState<Seen>({ top: 0, height: 0 })
  const scale = Math.min(1, MAX_HEIGHT / Math.max(1, count * rowHeight))
  useLayoutEffect(() => {
    const element = box.current
    if (element === null) return undefined
    const look = (): void => setSeen(seenOf(element))
    const sizes = new ResizeObserver(look)
    sizes.observe(element)
    element.addEventListener('scroll', look, { passive: true })
    look()
    return () => {
      sizes.disconnect()
      element.removeEventListener('scroll', look)
    }
  }, [])
  useLayoutEffect(() => {
    if (box.current === null || selected === undefined || selected < 0) return
    const top = topFor(seen, { from: selected * rowHeight * scale, height: rowHeight })
    if (top === seen.top) return
    box.current.scrollTop = top
    setSeen({ ...seen, top })
  }, [selected, count, seen.height])
  const first = Math.floor(seen.top / (rowHeight * scale))
  const from = Math.max(0, Math.min(first, count - 1) - MORE)
  const to = Math.min(count - 1, first + Math.ceil(seen.height / rowHeight) + MORE)
  useEffect(() => {
    if (to >= from && seen.height > 0) onRange?.({ from, to })
  }, [from, to, onRange, seen.height])
  return { range: { from, to }, scale }
}

/** Where the list stands so that a row is seen: as it does, if it is. Nothing is measured, since that would lay the page out. */
function topFor(seen: Seen, row: { readonly from: number; readonly height: number }): number {
  const { top, height } = seen
  if (height === 0) return top
  if (row.from < top) return Math.max(0, row.from - row.height)
  return row.from + row.height > top + height ? row.from + 2 * row.height - height : top
}
