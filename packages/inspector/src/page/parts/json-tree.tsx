/** A value as a tree that unfolds. */
import { useMemo, useState } from 'preact/hooks'
import { Icon } from './icon.js'
import type { LoadedValues } from './cut-values.js'
import { jsonRows } from './json-rows.js'
import type { JsonRow, Section } from './json-rows.js'
import { JsonText } from './json-text.js'
import { plain, shown } from './safe-text.js'
import { VirtualList } from './virtual-list.js'

export interface JsonTreeProps {
  readonly sections: readonly Section[]
  readonly label: string
  readonly changed?: readonly string[]
  /** Unfolded at first. */
  readonly open?: readonly string[]
  readonly loaded?: LoadedValues
  /** The path of a value that was cut, when it or more of it is wanted. */
  readonly onCut?: (path: string) => void
  readonly selected?: string | undefined
  readonly onSelect?: (path: string) => void
  /** As high as its lines are, of which the first hundred are shown. */
  readonly isInline?: boolean
}

const NONE: readonly string[] = []
const NOTHING: LoadedValues = new Map()
const INLINE = 100
const ROW_HEIGHT = 24

export function JsonTree(props: JsonTreeProps) {
  const { sections, label, changed = NONE, loaded = NOTHING, selected, isInline = false } = props
  const [open, setOpen] = useState<ReadonlySet<string>>(() => new Set(props.open))
  const [focused, setFocused] = useState<string | undefined>(undefined)
  const rows = useMemo(() => jsonRows(sections, { open, changed, loaded }), [sections, open, changed, loaded])
  const at = rows.findIndex(({ path }) => path === (selected ?? focused))
  const toggle = (row: JsonRow): void => {
    if (row.cut !== undefined) props.onCut?.(row.cut.path)
    setOpen(toggled(open, row.path))
  }
  const select = (row: JsonRow): void => {
    if (row.more !== undefined) return props.onCut?.(row.more)
    setFocused(row.path)
    props.onSelect?.(row.path)
  }
  const line = (index: number) => {
    const row = rows[index]
    return row === undefined ? null : (
      <TreeLine key={row.path} row={row} isSelected={index === at} onToggle={toggle} onSelect={select} />
    )
  }
  const keys = (event: KeyboardEvent): void => treeKey(event, { rows, at, toggle, select })
  const active = at < 0 ? undefined : nodeId(rows[at]?.path ?? '')
  if (!isInline)
    return (
      <VirtualList
        class="tree"
        role="tree"
        label={label}
        count={rows.length}
        rowHeight={ROW_HEIGHT}
        selected={at < 0 ? undefined : at}
        row={line}
        activeDescendant={active}
        onKeyDown={keys}
      />
    )
  return (
    <div
      class="tree inline"
      role="tree"
      aria-label={label}
      tabIndex={0}
      aria-activedescendant={active}
      onKeyDown={keys}
    >
      {rows.slice(0, INLINE).map((_row, index) => line(index))}
      {rows.length > INLINE ? <p class="quiet">and {rows.length - INLINE} lines more</p> : null}
    </div>
  )
}

function toggled(open: ReadonlySet<string>, path: string): ReadonlySet<string> {
  const next = new Set(open)
  if (!next.delete(path)) next.add(path)
  return next
}

function nodeId(path: string): string {
  return `node-${path.replaceAll(/[^\w/-]/g, '_')}`
}

interface TreeActs {
  readonly rows: readonly JsonRow[]
  readonly at: number
  readonly toggle: (row: JsonRow) => void
  readonly select: (row: JsonRow) => void
}

function treeKey(event: KeyboardEvent, { rows, at, toggle, select }: TreeActs): void {
  if (event.altKey || event.ctrlKey || event.metaKey) return
  const row = rows[at]
  const next = { ArrowDown: rows[at + 1], ArrowUp: rows[at - 1], Home: rows[0], End: rows.at(-1) }[event.key]
  if (next !== undefined) select(next)
  else if (row === undefined) return
  else if ((event.key === 'ArrowRight' && !row.isOpen) || (event.key === 'ArrowLeft' && row.isOpen)) {
    if (row.size === undefined) return
    toggle(row)
  } else if (event.key === 'ArrowLeft') {
    const above = rows.slice(0, at).findLast(({ depth }) => depth < row.depth)
    if (above !== undefined) select(above)
  } else return
  event.preventDefault()
  event.stopPropagation()
}

interface TreeLineProps {
  readonly row: JsonRow
  readonly isSelected: boolean
  readonly onToggle: (row: JsonRow) => void
  readonly onSelect: (row: JsonRow) => void
}

function TreeLine({ row, isSelected, onToggle, onSelect }: TreeLineProps) {
  const { label, value, depth, size, isOpen, isChanged, holdsChange, path, cut } = row
  const canOpen = (size ?? 0) > 0 && cut?.kind !== 'string'
  return (
    <div
      id={nodeId(path)}
      role="treeitem"
      aria-level={depth + 1}
      aria-expanded={canOpen ? isOpen : undefined}
      aria-selected={isSelected}
      class={`node${isSelected ? ' selected' : ''}${isChanged ? ' changed' : ''}${holdsChange && !isOpen ? ' holds-change' : ''}`}
      style={{ paddingLeft: `${6 + depth * 14}px` }}
      title={isChanged ? `${plain(path)}: changed by this record` : plain(path)}
      onClick={() => {
        onSelect(row)
        if (cut?.kind === 'string') onToggle(row)
      }}
      onDblClick={() => canOpen && onToggle(row)}
    >
      <span
        class="twist"
        onClick={(event) => {
          if (!canOpen) return
          event.stopPropagation()
          onToggle(row)
        }}
      >
        {canOpen ? <Icon name={isOpen ? 'open' : 'closed'} /> : null}
      </span>
      <span class="node-label">{shown(label)}</span>
      <JsonText value={value} isOpen={isOpen && cut === undefined} />
      {isChanged || (holdsChange && !isOpen) ? <span class="changed-mark">{isChanged ? 'changed' : '•'}</span> : null}
    </div>
  )
}
