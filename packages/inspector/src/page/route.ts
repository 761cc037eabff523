/** Where the page is, as its address has it: ids, revisions and pointers, never a payload and never a token. */
import { signal } from '@preact/signals'
import type { FleetFilter } from '../contract/fleet.js'

export const PANELS = ['state', 'diff', 'record', 'effects', 'blame', 'explain', 'find', 'transcript', 'raw'] as const
export type PanelName = (typeof PANELS)[number]

/** Of an agent. Without `at`: its newest record, live. */
export interface AgentRoute {
  readonly view: 'agent'
  readonly agent: string
  readonly at?: number
  readonly base?: number
  readonly field?: string
  readonly panel?: PanelName
  readonly effect?: string
  /** Words that the list of records is cut down to. */
  readonly only?: string
  readonly where?: string
}

export interface FleetRoute extends FleetFilter {
  readonly view: 'fleet'
}

export interface CompareRoute {
  readonly view: 'compare'
  /** `research-42@400`; without a revision: the newest. */
  readonly left?: string
  readonly right?: string
}

export type Route = AgentRoute | FleetRoute | CompareRoute | { readonly view: 'inbox' }

/** Short names of what stands in the query of an agent. */
const AGENT_NAMES = {
  at: 'r',
  base: 'base',
  field: 'f',
  panel: 'p',
  effect: 'e',
  only: 'only',
  where: 'where',
} as const
const FLEET_NAMES = ['definition', 'version', 'status', 'condition', 'state', 'concern', 'text'] as const

export function readRoute(path: string, search: string): Route {
  const query = new URLSearchParams(search)
  const [, first = '', second = ''] = path.split('/')
  if (first === 'a' && second !== '') return agentRoute(decoded(second), query)
  if (first === 'compare') return { view: 'compare', ...textsIn(query, ['left', 'right']) }
  if (first === 'inbox') return { view: 'inbox' }
  const { version, ...texts } = textsIn(query, FLEET_NAMES)
  const numbered = version !== undefined && /^\d{1,9}$/.test(version) ? { version: Number(version) } : {}
  return { view: 'fleet', ...texts, ...numbered } // an unknown concern finds nothing
}

function agentRoute(agent: string, query: URLSearchParams): AgentRoute {
  const texts = Object.entries(AGENT_NAMES).flatMap(([name, short]) => {
    const text = query.get(short)
    if (text === null) return []
    if (name !== 'at' && name !== 'base') return [[name, text]]
    return /^\d{1,15}$/.test(text) ? [[name, Number(text)]] : []
  })
  const route = { view: 'agent', agent, ...Object.fromEntries(texts) } as AgentRoute
  if (route.panel === undefined || PANELS.includes(route.panel)) return route
  const { panel: _unknown, ...rest } = route
  return rest
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function textsIn(query: URLSearchParams, names: readonly string[]): { readonly [name: string]: string } {
  return Object.fromEntries(names.flatMap((name) => (query.get(name) === null ? [] : [[name, query.get(name) ?? '']])))
}

export function addressOf(route: Route): string {
  if (route.view === 'inbox') return '/inbox'
  if (route.view === 'agent') {
    const named = Object.entries(AGENT_NAMES).map(([name, short]) => [short, route[name as keyof AgentRoute]] as const)
    return `/a/${encoded(route.agent)}${queryOf(named)}`
  }
  const { view, ...members } = route
  return `${view === 'compare' ? '/compare' : '/'}${queryOf(Object.entries(members))}`
}

function queryOf(members: Iterable<readonly [string, string | number | undefined]>): string {
  const parts = [...members].flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : [`${name}=${encoded(String(value))}`],
  )
  return parts.length === 0 ? '' : `?${parts.join('&')}`
}

/** Pointers stay readable. */
function encoded(text: string): string {
  return encodeURIComponent(text).replaceAll('%2F', '/').replaceAll('%40', '@').replaceAll('%3A', ':')
}

export const route = signal<Route>({ view: 'fleet' })

let writing: ReturnType<typeof setTimeout> | undefined

/** To another view, with a step back in the browser. */
export function go(next: Route): void {
  settleAddress()
  route.value = next
  history.pushState(null, '', addressOf(next))
}

/** Within a view. Browsers limit how often an address may change, so that it follows a moment later. */
export function move(next: Route): void {
  route.value = next
  clearTimeout(writing)
  writing = setTimeout(settleAddress, 350)
}

/** The address as it is now. */
function settleAddress(): void {
  if (writing === undefined) return
  clearTimeout(writing)
  writing = undefined
  history.replaceState(null, '', addressOf(route.value))
}

/** Follows the browser's own steps, and takes over links of the page. */
export function listenToAddress(): void {
  const read = (): void => void (route.value = readRoute(location.pathname, location.search))
  read()
  addEventListener('popstate', read)
  document.addEventListener('click', (event) => {
    const link = event.target instanceof Element ? event.target.closest('a[href^="/"]') : null
    if (link === null || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return
    if (link.hasAttribute('download') || link.hasAttribute('target')) return
    event.preventDefault()
    const { pathname, search } = new URL(link.getAttribute('href') ?? '/', location.href)
    go(readRoute(pathname, search))
  })
}
