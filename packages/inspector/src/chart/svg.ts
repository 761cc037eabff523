/** A chart that was laid out as an SVG document of its own: no script, no font, nothing from elsewhere. */
import { printable } from '@refold/core'
import { fromGiven } from '@refold/core/store'
import { HEAD_HEIGHT, LABEL_HEIGHT, ROW_HEIGHT, START_SIZE } from './layout.js'
import type { PlacedChart, PlacedEdge, PlacedState, Point } from './layout.js'

/** How a chart is drawn. */
export interface SvgOptions {
  readonly title: string
  /** Ids of the states that are shown as active. */
  readonly lit: ReadonlySet<string>
}

const MARGIN = 16
const CORNER = 6

/** Each state and each transition has its id as `data-id`. */
export function toSvg(placed: PlacedChart, options: SvgOptions): string {
  return fromGiven('toSvg', () => pictureOf(placed, options))
}

function pictureOf({ width, height, states, starts, edges }: PlacedChart, { title, lit }: SvgOptions): string {
  const [fullWidth, fullHeight] = [Math.ceil(width + 2 * MARGIN), Math.ceil(height + 2 * MARGIN)]
  const view = `${-MARGIN} ${-MARGIN} ${fullWidth} ${fullHeight}`
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${view}" width="${fullWidth}" height="${fullHeight}" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<style>${STYLE}</style>`,
    '<defs><marker id="arrow" viewBox="0 0 8 8" refX="7.5" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0.5 8 4 0 7.5z"/></marker></defs>',
    `<rect class="paper" x="${-MARGIN}" y="${-MARGIN}" width="${fullWidth}" height="${fullHeight}"/>`,
    ...states.map((placed) => drawnState(placed, lit.has(placed.state.id))),
    ...edges.map(drawnWay),
    ...starts.map(({ x, y }) => `<circle class="start" cx="${round(x)}" cy="${round(y)}" r="${START_SIZE / 2}"/>`),
    ...edges.flatMap(drawnLabel),
    '</svg>',
  ].join('\n')
}

const LIGHT =
  '--paper:#fff;--box:#f6f8fa;--inner:#fff;--line:#57606a;--edge:#6e7781;--text:#1f2328;--quiet:#57606a;--lit:#dafbe1;--lit-line:#1a7f37'
const DARK =
  '--paper:#0d1117;--box:#161b22;--inner:#21262d;--line:#8b949e;--edge:#8b949e;--text:#e6edf3;--quiet:#a5aeb8;--lit:#0f3d20;--lit-line:#3fb950'
const STYLE = `svg{${LIGHT};font:12px ui-sans-serif,system-ui,"Segoe UI",sans-serif}
@media(prefers-color-scheme:dark){svg{${DARK}}}
.paper{fill:var(--paper)}text{fill:var(--text)}
.state rect,.state circle{fill:var(--inner);stroke:var(--line)}.outer>rect{fill:var(--box)}.region>rect{stroke-dasharray:5 4}
.state .inside{fill:none}.name{font-weight:600}.row{fill:var(--quiet)}
.lit>rect,.lit>circle{fill:var(--lit);stroke:var(--lit-line);stroke-width:2}.outer.lit>rect{fill:var(--box)}
.edge{fill:none;stroke:var(--edge)}marker path,.start{fill:var(--edge)}
.label{font-size:11px;text-anchor:middle}`.replaceAll('\n', '')

function drawnState(placed: PlacedState, isLit: boolean): string {
  const { state, x, y, width, height, rows, isRegion } = placed
  const isOuter = state.children.length > 0
  const classes = [
    'state',
    state.type,
    ...(isOuter ? ['outer'] : []),
    ...(isRegion ? ['region'] : []),
    ...(isLit ? ['lit'] : []),
  ].join(' ')
  const open = `<g class="${classes}" data-id="${escaped(state.id)}">`
  if (state.type === 'history') {
    const letter = state.isDeepHistory ? 'H*' : 'H'
    const [cx, cy] = [round(x + width / 2), round(y + height / 2)]
    return `${open}<title>${escaped(state.key)}</title><circle cx="${cx}" cy="${cy}" r="14"/><text x="${cx}" y="${cy + 4}" text-anchor="middle">${letter}</text></g>`
  }
  const inside =
    state.type === 'final' ? rect({ x: x + 3, y: y + 3, width: width - 6, height: height - 6 }, 'inside') : ''
  const name = text({ x: x + 12, y: y + 20 }, { content: state.key, className: 'name' })
  const notes = rows.map((row, index) =>
    text({ x: x + 12, y: y + HEAD_HEIGHT + 8 + index * ROW_HEIGHT }, { content: row, className: 'row' }),
  )
  return `${open}${rect(placed, '')}${inside}${name}${notes.join('')}</g>`
}

function rect(
  { x, y, width, height }: Point & { readonly width: number; readonly height: number },
  className: string,
): string {
  const named = className === '' ? '' : ` class="${className}"`
  return `<rect${named} x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}" rx="${CORNER}"/>`
}

function text(
  { x, y }: Point,
  { content, className }: { readonly content: string; readonly className: string },
): string {
  return `<text class="${className}" x="${round(x)}" y="${round(y)}">${escaped(content)}</text>`
}

function drawnWay({ edge, points }: PlacedEdge): string {
  const id = edge === undefined ? '' : ` data-id="${escaped(edge.id)}"`
  return `<path class="edge"${id} d="${roundedPath(points)}" marker-end="url(#arrow)"/>`
}

/** A line whose corners are rounded. */
function roundedPath(points: readonly Point[]): string {
  const [first, ...rest] = points
  if (first === undefined) return ''
  let path = `M${round(first.x)} ${round(first.y)}`
  for (const [index, point] of rest.entries()) {
    const next = rest[index + 1]
    const before = points[index] as Point // the one that it comes from
    if (next === undefined) path += `L${round(point.x)} ${round(point.y)}`
    else {
      const [into, out] = [towards(point, before), towards(point, next)]
      path += `L${round(into.x)} ${round(into.y)}Q${round(point.x)} ${round(point.y)} ${round(out.x)} ${round(out.y)}`
    }
  }
  return path
}

function towards(from: Point, to: Point): Point {
  const length = Math.hypot(to.x - from.x, to.y - from.y)
  const part = length === 0 ? 0 : Math.min(CORNER, length / 2) / length
  return { x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part }
}

function drawnLabel({ label }: PlacedEdge): readonly string[] {
  if (label === undefined) return []
  const { x, y, width, lines } = label
  const rows = lines.map(
    (line, index) =>
      `<text x="${round(x + width / 2)}" y="${round(y + 11 + index * LABEL_HEIGHT)}">${escaped(line)}</text>`,
  )
  return [`<g class="label">${rows.join('')}</g>`]
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** As XML, whatever it holds. */
function escaped(content: string): string {
  return printable(content).replaceAll(/[&<>"'\ufffe\uffff]/g, (character) => ENTITIES[character] ?? '?')
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
