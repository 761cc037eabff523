/** Ids of spans that are made of what is recorded: the same in every process, and whenever they are made. */

const HEX_DIGITS = 16

/** Of the trace of a record: the digits of its event id, which is a UUID. */
export function traceIdOf(recordId: string): string {
  const digits = recordId.replaceAll('-', '').toLowerCase()
  return /^[\da-f]{32}$/.test(digits) && !/^0+$/.test(digits) ? digits : hash(`a${recordId}`) + hash(`b${recordId}`)
}

/** Of a span in that trace, named by what it shows. */
export function spanIdOf(recordId: string, ...what: readonly (string | number)[]): string {
  return hash(JSON.stringify([recordId, ...what]))
}

const FNV_PRIME = 0x1_00_00_00_01_b3n
const FNV_OFFSET = 0xcb_f2_9c_e4_84_22_23_25n

/** FNV-1a of 64 bits, and never zero: OpenTelemetry has no such id. */
function hash(text: string): string {
  let state = FNV_OFFSET
  for (const byte of new TextEncoder().encode(text)) state = BigInt.asUintN(64, (state ^ BigInt(byte)) * FNV_PRIME)
  return (state === 0n ? 1n : state).toString(16).padStart(HEX_DIGITS, '0')
}
