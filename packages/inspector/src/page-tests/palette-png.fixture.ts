/** A PNG of a screen with at most 256 colours: a third of the size, and the same to the eye. */
import { crc32, deflateSync, inflateSync } from 'node:zlib'

interface Image {
  readonly width: number
  readonly height: number
  /** Three bytes a pixel. */
  readonly pixels: Buffer
}

export function withPalette(png: Buffer): Buffer {
  const { width, height, pixels } = decoded(png)
  const palette = commonColours(pixels)
  const nearest = new Map<number, number>()
  const rows = Buffer.alloc(height * (width + 1))
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const colour = pixels.readUIntBE((y * width + x) * 3, 3)
      const known = nearest.get(colour) ?? nearestOf(palette, colour)
      nearest.set(colour, known)
      rows[y * (width + 1) + 1 + x] = known
    }
  const head = Buffer.alloc(13)
  head.writeUInt32BE(width, 0)
  head.writeUInt32BE(height, 4)
  head.set([8, 3, 0, 0, 0], 8)
  const colours = Buffer.from(palette.flatMap((colour) => [colour >> 16, (colour >> 8) & 255, colour & 255]))
  const parts = [chunk('IHDR', head), chunk('PLTE', colours), chunk('IDAT', deflateSync(rows, { level: 9 }))]
  return Buffer.concat([png.subarray(0, 8), ...parts, chunk('IEND', Buffer.alloc(0))])
}

/** As Chromium writes it: eight bits a channel, not interlaced. */
function decoded(png: Buffer): Image {
  const parts: Buffer[] = []
  for (let at = 8; at < png.length;) {
    const size = png.readUInt32BE(at)
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT') parts.push(png.subarray(at + 8, at + 8 + size))
    at += size + 12
  }
  const [width, height, step] = [png.readUInt32BE(16), png.readUInt32BE(20), png[25] === 6 ? 4 : 3]
  const raw = unfiltered(inflateSync(Buffer.concat(parts)), { width, height, step })
  if (step === 3) return { width, height, pixels: raw }
  const pixels = Buffer.alloc(width * height * 3)
  for (let at = 0; at < width * height; at++) raw.copy(pixels, at * 3, at * 4, at * 4 + 3)
  return { width, height, pixels }
}

function unfiltered(
  data: Buffer,
  { width, height, step }: { readonly width: number; readonly height: number; readonly step: number },
): Buffer {
  const line = width * step
  const raw = Buffer.alloc(line * height)
  for (let y = 0; y < height; y++) {
    const filter = data[y * (line + 1)] ?? 0
    for (let x = 0; x < line; x++) {
      const at = y * line + x
      const left = x < step ? 0 : (raw[at - step] ?? 0)
      const up = y === 0 ? 0 : (raw[at - line] ?? 0)
      const corner = x < step || y === 0 ? 0 : (raw[at - line - step] ?? 0)
      const guess = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter] ?? 0
      raw[at] = (data[y * (line + 1) + 1 + x] ?? 0) + guess
    }
  }
  return raw
}

function paeth(left: number, up: number, corner: number): number {
  const guess = left + up - corner
  const [byLeft, byUp, byCorner] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)]
  return byLeft <= byUp && byLeft <= byCorner ? left : byUp <= byCorner ? up : corner
}

/** Those that most pixels have; of near ones one. */
function commonColours(pixels: Buffer): readonly number[] {
  const counts = new Map<number, number>()
  for (let at = 0; at < pixels.length; at += 3) {
    const colour = pixels.readUIntBE(at, 3)
    counts.set(colour, (counts.get(colour) ?? 0) + 1)
  }
  const chosen: number[] = []
  for (const [colour] of [...counts].toSorted(([, one], [, other]) => other - one)) {
    if (chosen.length === 256) break
    if (chosen.length < 24 || chosen.every((one) => distance(one, colour) > NEAR)) chosen.push(colour)
  }
  return chosen
}

const NEAR = 110

function nearestOf(palette: readonly number[], colour: number): number {
  let best = 0
  for (const [index, one] of palette.entries())
    if (distance(one, colour) < distance(palette[best] ?? 0, colour)) best = index
  return best
}

function distance(one: number, other: number): number {
  const channel = (shift: number): number => ((one >> shift) & 255) - ((other >> shift) & 255)
  return channel(16) ** 2 + channel(8) ** 2 + channel(0) ** 2
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const [size, check] = [Buffer.alloc(4), Buffer.alloc(4)]
  size.writeUInt32BE(data.length)
  check.writeUInt32BE(crc32(body))
  return Buffer.concat([size, body, check])
}
