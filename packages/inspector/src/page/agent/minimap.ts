/** All records on one strip: each column of pixels is as high as its records are many, in the colours of what they are. */
import { categoryOf, CATEGORIES } from '../state/columns.js'
import type { Category, Columns } from '../state/columns.js'

/** What should be seen stands on top, however few it is. */
const ORDER: readonly Category[] = [
  'owner',
  'message',
  'effect',
  'done',
  'timer',
  'outside',
  'control',
  'doubt',
  'failed',
]

export function drawMap(canvas: HTMLCanvasElement, columns: Columns): void {
  const ratio = devicePixelRatio
  const { clientWidth: width, clientHeight: height } = canvas
  const context = canvas.getContext('2d')
  if (context === null || width === 0 || columns.length === 0) return
  canvas.width = Math.round(width * ratio)
  canvas.height = Math.round(height * ratio)
  context.scale(ratio, ratio)
  const style = getComputedStyle(canvas)
  const colours = new Map(CATEGORIES.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]))
  const bar = Math.max(1.5, Math.min(width / columns.length - 1.5, 5))
  const slots = Math.max(1, Math.min(columns.length, Math.floor(width / 3)))
  const counts = countsOf(columns, slots)
  const most = Math.max(...counts.map((slot) => total(slot)))
  for (const [index, slot] of counts.entries()) {
    const x = slots === 1 ? 0 : (index / (slots - 1)) * (width - bar)
    drawSlot(context, { slot, x, width: bar, height, most, colours })
  }
}

type Slot = ReadonlyMap<Category, number>

function total(slot: Slot): number {
  let sum = 0
  for (const number of slot.values()) sum += number
  return sum
}

function countsOf(columns: Columns, slots: number): readonly Slot[] {
  const counts = Array.from({ length: slots }, () => new Map<Category, number>())
  const { first, length } = columns
  for (let index = 0; index < length; index++) {
    const slot = counts[length === 1 ? 0 : Math.floor((index / length) * slots)]
    const category = categoryOf(columns.kind(first + index))
    slot?.set(category, (slot.get(category) ?? 0) + 1)
  }
  return counts
}

interface SlotPlace {
  readonly slot: Slot
  readonly x: number
  readonly width: number
  readonly height: number
  readonly most: number
  readonly colours: ReadonlyMap<Category, string>
}

function drawSlot(context: CanvasRenderingContext2D, { slot, x, width, height, most, colours }: SlotPlace): void {
  const all = total(slot)
  if (all === 0) return
  const full = most === 1 ? height * 0.62 : height * (0.35 + 0.65 * (all / most))
  let top = height
  for (const category of ORDER) {
    const number = slot.get(category) ?? 0
    if (number === 0) continue
    const part = Math.max(3, (number / all) * full)
    context.fillStyle = colours.get(category) ?? 'gray'
    context.fillRect(x, Math.max(0, top - part), width, Math.min(part, top))
    top -= part
  }
}
