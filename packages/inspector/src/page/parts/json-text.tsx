/** A value on one line. */
import type { JsonValue } from '@refold/core/record'
import { cutIn } from './json-rows.js'
import { shown } from './safe-text.js'
import { count } from './time-words.js'

const LONGEST = 160

export function JsonText({
  value,
  isOpen = false,
}: {
  readonly value: JsonValue | undefined
  readonly isOpen?: boolean
}) {
  if (value === undefined) return <span class="json none">nothing</span>
  const cut = cutIn(value)
  if (cut !== undefined) return <span class="json cut">{`${cut.kind}, ${count(cut.size)} ${unitOf(cut.kind)}`}</span>
  if (typeof value === 'string')
    return (
      <span class="json string">
        {shown(JSON.stringify(value.length > LONGEST ? `${value.slice(0, LONGEST)}…` : value))}
      </span>
    )
  if (typeof value !== 'object' || value === null) return <span class="json literal">{String(value)}</span>
  const isList = Array.isArray(value)
  const size = isList ? value.length : Object.keys(value).length
  if (isOpen || size === 0)
    return <span class="json outer">{isList ? `[${size === 0 ? '' : count(size)}]` : size === 0 ? '{}' : ''}</span>
  return (
    <span class="json outer">
      {isList ? <span class="size">{count(size)} </span> : null}
      {shown(preview(value))}
    </span>
  )
}

function unitOf(kind: 'object' | 'array' | 'string'): string {
  return kind === 'string' ? 'characters' : kind === 'array' ? 'items' : 'members'
}

/** As much as fits on a line, without writing out all of it first. */
function preview(value: JsonValue): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value)
  if (typeof value !== 'object' || value === null) return String(value)
  const cut = cutIn(value)
  if (cut !== undefined) return '…'
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}']
  const parts: string[] = []
  let room = LONGEST / 2
  for (const [name, member] of Object.entries(value)) {
    if (room < 0) {
      parts.push('…')
      break
    }
    const text = typeof member === 'object' && member !== null && room < 40 ? '…' : preview(member)
    parts.push(Array.isArray(value) ? text : `${name}: ${text}`)
    room -= text.length + name.length
  }
  return `${open}${parts.join(', ')}${close}`
}
