/** Moving and enlarging a drawing: by wheel and mouse, by two fingers, by buttons. The drawing is not made again for it. */
import { useEffect, useRef } from 'preact/hooks'

interface Size {
  readonly width: number
  readonly height: number
}

export interface PanZoom {
  /** Of the element that takes part, and of the group in it that is moved. */
  readonly svg: { current: SVGSVGElement | null }
  readonly group: { current: SVGGElement | null }
  zoom(factor: number): void
  fit(): void
}

const MIN = 0.15
const MAX = 3
const MARGIN = 20

export function usePanZoom({ width, height }: Size): PanZoom {
  const mover = useRef<Mover | undefined>(undefined)
  const svg = useRef<SVGSVGElement>(null)
  const group = useRef<SVGGElement>(null)
  mover.current ??= new Mover(svg, group)
  const { current } = mover
  useEffect(() => current.listen(), [])
  useEffect(() => {
    current.size = { width, height }
    current.fit()
  }, [width, height])
  return { svg, group, zoom: (factor) => current.zoomAt(factor), fit: () => current.fit() }
}

class Mover {
  size: Size = { width: 1, height: 1 }
  readonly #svg: { readonly current: SVGSVGElement | null }
  readonly #group: { readonly current: SVGGElement | null }
  #x = 0
  #y = 0
  #scale = 1
  /** The drawing is fitted again when its room changes, until someone moved it. */
  #isOwn = false
  readonly #fingers = new Map<number, { x: number; y: number }>()

  constructor(svg: { readonly current: SVGSVGElement | null }, group: { readonly current: SVGGElement | null }) {
    this.#svg = svg
    this.#group = group
  }

  fit(): void {
    const room = this.#room()
    if (room === undefined || room.width === 0) return
    const { width, height } = this.size
    const scale = Math.min((room.width - 2 * MARGIN) / width, (room.height - 2 * MARGIN) / height, 1.25)
    this.#scale = Math.max(MIN, Math.min(MAX, scale))
    this.#x = (room.width - width * this.#scale) / 2
    this.#y = (room.height - height * this.#scale) / 2
    this.#isOwn = false
    this.#draw()
  }

  /** Without a place: around the middle. */
  zoomAt(factor: number, at?: { readonly x: number; readonly y: number }): void {
    const room = this.#room()
    if (room === undefined) return
    const { x, y } = at ?? { x: room.width / 2, y: room.height / 2 }
    const scale = Math.max(MIN, Math.min(MAX, this.#scale * factor))
    this.#x = x - ((x - this.#x) * scale) / this.#scale
    this.#y = y - ((y - this.#y) * scale) / this.#scale
    this.#scale = scale
    this.#isOwn = true
    this.#draw()
  }

  listen(): () => void {
    const svg = this.#svg.current
    if (svg === null) return () => {}
    const sizes = new ResizeObserver(() => {
      if (!this.#isOwn) this.fit()
    })
    sizes.observe(svg)
    const end = new AbortController()
    const { signal } = end
    svg.addEventListener('wheel', (event) => this.#wheel(event), { signal, passive: false })
    svg.addEventListener('pointerdown', (event) => this.#down(event), { signal })
    svg.addEventListener('pointermove', (event) => this.#move(event), { signal })
    for (const type of ['pointerup', 'pointercancel'] as const)
      svg.addEventListener(type, (event) => void this.#fingers.delete(event.pointerId), { signal })
    return () => {
      sizes.disconnect()
      end.abort()
    }
  }

  #wheel(event: WheelEvent): void {
    event.preventDefault()
    const { left, top } = (event.currentTarget as Element).getBoundingClientRect()
    this.zoomAt(Math.exp(-event.deltaY * 0.0016), { x: event.clientX - left, y: event.clientY - top })
  }

  #down(event: PointerEvent): void {
    if (event.target instanceof Element && event.target.closest('.fold') !== null) return
    this.#fingers.set(event.pointerId, { x: event.clientX, y: event.clientY })
    ;(event.currentTarget as Element).setPointerCapture(event.pointerId)
  }

  #move(event: PointerEvent): void {
    const before = this.#fingers.get(event.pointerId)
    if (before === undefined) return
    const now = { x: event.clientX, y: event.clientY }
    const other = [...this.#fingers].find(([id]) => id !== event.pointerId)?.[1]
    if (other === undefined) {
      this.#x += now.x - before.x
      this.#y += now.y - before.y
      this.#isOwn = true
      this.#draw()
    } else {
      const { left, top } = (event.currentTarget as Element).getBoundingClientRect()
      const apart = Math.hypot(before.x - other.x, before.y - other.y)
      const middle = { x: (now.x + other.x) / 2 - left, y: (now.y + other.y) / 2 - top }
      this.zoomAt(Math.hypot(now.x - other.x, now.y - other.y) / Math.max(1, apart), middle)
    }
    this.#fingers.set(event.pointerId, now)
  }

  #room(): Size | undefined {
    const { clientWidth, clientHeight } = this.#svg.current ?? {}
    return clientWidth === undefined || clientHeight === undefined
      ? undefined
      : { width: clientWidth, height: clientHeight }
  }

  #draw(): void {
    this.#group.current?.setAttribute('transform', `translate(${this.#x} ${this.#y}) scale(${this.#scale})`)
  }
}
