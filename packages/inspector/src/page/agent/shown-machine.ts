/** The machine of an agent whose chart is shown: its own, or one within it. */
import { listOf } from '../parts/list-of.js'
import type { PointView } from '../../contract/agent.js'

export interface ShownMachine {
  /** The sources that lead to it, with `/`. */
  readonly source: string
  readonly active: readonly string[]
  /** Of its own chart: those that the record took. */
  readonly edges: readonly string[]
}

/** `path`: ids from the root, with dots; empty: the root. One that has ended stands nowhere. */
export function shownMachine(point: PointView | undefined, path: string): ShownMachine {
  if (point === undefined) return { source: sourceOf(point, path), active: [], edges: [] }
  if (path === '')
    return {
      source: '',
      active: listOf(point.active),
      edges: listOf(point.edges).filter((edge) => !edge.includes('/')),
    }
  const child = listOf(point.children).find((one) => one.path.join('.') === path)
  const prefix = `${child?.actor}/`
  return {
    source: sourceOf(point, path),
    active: child?.active ?? [],
    edges: listOf(point.edges)
      .filter((edge) => edge.startsWith(prefix))
      .map((edge) => edge.slice(prefix.length)),
  }
}

function sourceOf(point: PointView | undefined, path: string): string {
  const ids = path.split('.')
  const sources = ids.map((_id, at) => {
    const above = ids.slice(0, at + 1).join('.')
    return listOf(point?.children).find((one) => one.path.join('.') === above)?.src ?? ''
  })
  return sources.join('/')
}
