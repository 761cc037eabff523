/** Moving and enlarging a drawing: by wheel and mouse, by two fingers, by buttons. The drawing is not made again for it. */
import { useEffect, useRef } from 'preact/hooks'

interface Size {
  readonly width: number
  readonly height: number
}

/** A place in the drawing. */
export interface Focus {
  readonly x: number
  readonly y: number
}

export interface PanZoom {
  /** Of the element that takes part, and of the group in it that is moved. */
  readonly svg: { current: SVGSVGElement | null }
  readonly group: { current: SVGGElement | null }
  readonly zoom: (factor: number) => void
  readonly fit: () => void
}

const MIN = 0.15
const MAX = 3
const MARGIN = 20
/** Pixels that a click may move. */
const STILL = 4

/** How it is shown for as long as no one moved it. */
export interface PanZoomOptions {
  /** What is to be seen where not all of it has room. */
  readonly focus: Focus | undefined
  /** Smaller than that its letters are not read. */
  readonly readable: number
}

export function usePanZoom({ width, height }: Size, { focus, readable }: PanZoomOptions): PanZoom {
  const mover = useRef<Mover | undefined>(undefined)
  const svg = useRef<SVGSVGElement>(null)
  const group = useRef<SVGGElement>(null)
  mover.current ??= new Mover(svg, group)
  const { current } = mover
  useEffect(() => current.listen(), [])
  useEffect(() => {
    current.size = { width, height }
    current.focus = focus
    current.readable = readable
    current.show()
  }, [width, height, focus])
  return { svg, group, zoom: (factor) => current.zoomAt(factor), fit: () => current.fit() }
}

class Mover {
  size: Size = { width: 1, height: 1 }
  focus: Focus | undefined
  readable = MIN
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

  /** All of it, or where that cannot be read, what matters. */
  show(): void {
    if (this.#isOwn) return
    const scale = this.#fitting()
    if (scale !== undefined) this.#place(Math.max(this.readable, scale))
  }

  /** All of it. */
  fit(): void {
    this.#isOwn = true
    const scale = this.#fitting()
    if (scale !== undefined) this.#place(scale)
  }

  #fitting(): number | undefined {
    const room = this.#room()
    if (room === undefined || room.width === 0) return undefined
    const { width, height } = this.size
    return Math.max(MIN, Math.min((room.width - 2 * MARGIN) / width, (room.height - 2 * MARGIN) / height, 1.1))
  }

  #place(scale: number): void {
    const room = this.#room()
    if (room === undefined) return
    const { width, height } = this.size
    const { x = width / 2, y = height / 2 } = this.focus ?? {}
    this.#scale = scale
    this.#x = placed({ room: room.width, size: width * scale, at: x * scale })
    this.#y = placed({ room: room.height, size: height * scale, at: y * scale })
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
      this.show()
    })
    sizes.observe(svg)
    const end = new AbortController()
    const { signal } = end
    svg.addEventListener('wheel', (event) => this.#wheel(event), { signal, passive: false })
    svg.addEventListener('pointerdown', (event) => this.#down(event), { signal })
    svg.addEventListener('pointermove', (event) => this.#move(event), { signal })
    for (const type of ['pointerup', 'pointercancel', 'pointerleave'] as const)
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
  }

  #move(event: PointerEvent): void {
    const before = this.#fingers.get(event.pointerId)
    if (before === undefined) return
    const now = { x: event.clientX, y: event.clientY }
    const element = event.currentTarget as Element
    if (!element.hasPointerCapture(event.pointerId)) {
      if (Math.hypot(now.x - before.x, now.y - before.y) < STILL && this.#fingers.size === 1) return
      element.setPointerCapture(event.pointerId) // from here on it is no click
    }
    const other = [...this.#fingers].find(([id]) => id !== event.pointerId)?.[1]
    if (other === undefined) {
      this.#x += now.x - before.x
      this.#y += now.y - before.y
      this.#isOwn = true
      this.#draw()
    } else {
      const { left, top } = element.getBoundingClientRect()
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

/** Where a side begins: in the middle when it has room, else so that the place is in the middle, and no more is empty than must be. */
function placed({ room, size, at }: { readonly room: number; readonly size: number; readonly at: number }): number {
  if (size + 2 * MARGIN <= room) return (room - size) / 2
  return Math.min(MARGIN, Math.max(room - size - MARGIN, room / 2 - at))
}
