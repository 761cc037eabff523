/** The machine of an agent whose chart is shown: its own, or one within it. */
import { toPointer } from '@refold/core/record'
import { listOf } from '../parts/list-of.js'
import type { PointView } from '../../contract/agent.js'

export interface ShownMachine {
  /** The JSON pointer of the sources that lead to it; `undefined`: it is not there at this record. */
  readonly source: string | undefined
  readonly active: readonly string[]
  /** Of its own chart: those that the record took. */
  readonly edges: readonly string[]
}

/** Names a machine by its ids from the root, which may have dots; empty: the root. */
export function machineKey(path: readonly string[]): string {
  return toPointer(path)
}

/** `key`: of the machine. One that has ended stands nowhere. */
export function shownMachine(point: PointView | undefined, key: string): ShownMachine {
  if (key === '')
    return {
      source: '',
      active: listOf(point?.active),
      edges: listOf(point?.edges).filter((edge) => !edge.includes('/')),
    }
  const children = listOf(point?.children)
  const child = children.find(({ path }) => machineKey(path) === key)
  if (child === undefined) return { source: undefined, active: [], edges: [] }
  const prefix = `${child.actor}/`
  return {
    source: sourceOf(children, child.path),
    active: child.active,
    edges: listOf(point?.edges)
      .filter((edge) => edge.startsWith(prefix))
      .map((edge) => edge.slice(prefix.length)),
  }
}

function sourceOf(children: PointView['children'], path: readonly string[]): string {
  const sources = path.map((_id, at) => {
    const above = machineKey(path.slice(0, at + 1))
    return children.find((one) => machineKey(one.path) === above)?.src ?? ''
  })
  return toPointer(sources)
}
