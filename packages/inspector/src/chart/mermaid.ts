/** A chart as Mermaid text (`stateDiagram-v2`), for documents and for what renders them. */
import { printable } from '@refold/core'
import { fromGiven } from '@refold/core/store'
import { rowsOf, statesOf } from './chart-model.js'
import type { Chart, ChartEdge, ChartState } from './chart-model.js'

/** `lit`: ids of states to be shown as active. Mermaid colours only those without others in them. */
export function toMermaid(chart: Chart, options: { readonly lit: ReadonlySet<string> }): string {
  return fromGiven('toMermaid', () => textOf(chart, options))
}

function textOf(chart: Chart, { lit }: { readonly lit: ReadonlySet<string> }): string {
  const states = statesOf(chart.root)
  const names = new Map(states.map(({ id }, index) => [id, `s${index}`]))
  const drawing = new Drawing(names)
  const isPlain = chart.root.type === 'compound' && rowsOf(chart.root).length === 0
  const isFree = isPlain && chart.edges.every(({ target }) => target !== chart.root.id)
  if (isFree) drawing.inside(chart.root, '  ')
  else drawing.state(chart.root, '  ')
  const edges = chart.edges.map((edge) => drawing.edge(edge))
  const leaves = states.filter(({ id, children }) => lit.has(id) && children.length === 0)
  const classes =
    leaves.length === 0
      ? []
      : [
          '  classDef lit fill:#2f9e44,color:#fff,stroke:#2b8a3e',
          `  class ${leaves.map(({ id }) => names.get(id)).join(',')} lit`,
        ]
  return ['stateDiagram-v2', ...drawing.lines, ...edges, ...classes].join('\n')
}

class Drawing {
  readonly lines: string[] = []
  readonly #names: ReadonlyMap<string, string>

  constructor(names: ReadonlyMap<string, string>) {
    this.#names = names
  }

  state(state: ChartState, indent: string): void {
    const name = this.#name(state.id)
    const { children } = state
    const notes = rowsOf(state)
    const isOuter = children.length > 0
    const title = [titleOf(state), ...(isOuter ? notes : [])].map(quoted).join('<br>')
    this.lines.push(`${indent}state "${title}" as ${name}${isOuter ? ' {' : ''}`)
    if (isOuter) {
      this.inside(state, `${indent}  `)
      this.lines.push(`${indent}}`)
      return
    }
    for (const note of notes) this.lines.push(`${indent}${name} : ${quoted(note)}`)
    if (state.type === 'final') this.lines.push(`${indent}${name} --> [*]`)
  }

  inside({ type, initial, children }: ChartState, indent: string): void {
    if (initial !== undefined) this.lines.push(`${indent}[*] --> ${this.#name(initial)}`)
    for (const [index, child] of children.entries()) {
      if (index > 0 && type === 'parallel') this.lines.push(`${indent}--`)
      this.state(child, indent)
    }
  }

  edge({ source, target, label }: ChartEdge): string {
    return `  ${this.#name(source)} --> ${this.#name(target)} : ${quoted(label)}`
  }

  #name(id: string): string {
    return this.#names.get(id) ?? 'unknown'
  }
}

function titleOf({ type, key, isDeepHistory }: ChartState): string {
  return type === 'history' ? `${key} (${isDeepHistory ? 'H*' : 'H'})` : key
}

/** Everything that could mean something to Mermaid as its number. */
function quoted(text: string): string {
  return printable(text).replaceAll(/[^\p{L}\p{N} _.,()[\]*⚙↺→-]/gu, (character) => `#${character.codePointAt(0)};`)
}
