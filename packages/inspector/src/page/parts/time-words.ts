/** Times and durations in few characters. */

/** `420 ms`, `1.2 s`, `3 min 5 s`, `2 d 4 h`. */
export function duration(ms: number): string {
  const size = Math.abs(ms)
  const sign = ms < 0 ? '−' : ''
  if (size < 1_000) return `${sign}${Math.round(size)} ms`
  if (size < 60_000) return `${sign}${trimmed(size / 1_000)} s`
  const units = [
    [86_400_000, 'd', 3_600_000, 'h'],
    [3_600_000, 'h', 60_000, 'min'],
    [60_000, 'min', 1_000, 's'],
  ] as const
  const [large, word, small, smallWord] = units.find(([unit]) => size >= unit) ?? units[2]
  const rest = Math.floor((size % large) / small)
  return `${sign}${Math.floor(size / large)} ${word}${rest === 0 ? '' : ` ${rest} ${smallWord}`}`
}

function trimmed(value: number): string {
  return value.toFixed(value < 10 ? 1 : 0).replace(/\.0$/, '')
}

const clock = new Intl.DateTimeFormat('en-GB', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  fractionalSecondDigits: 3,
})
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' })

export function timeOf(at: number): string {
  return isDate(at) ? clock.format(at) : ''
}

export function momentOf(at: number): string {
  return isDate(at) ? `${day.format(at)}, ${clock.format(at)}` : ''
}

/** A timer may be due when no date can say it. */
function isDate(at: number): boolean {
  return Math.abs(at) <= 8.64e15
}

/** `3 min 5 s ago`. */
export function ago(at: number, now = Date.now()): string {
  return now - at < 1_000 ? 'now' : `${duration(now - at)} ago`
}

const whole = new Intl.NumberFormat('en')

export function count(number: number): string {
  return whole.format(number)
}

/** Dollars. */
export function dollars(usd: number): string {
  return `$${usd < 1 ? usd.toFixed(4).replace(/0{1,2}$/, '') : usd.toFixed(2)}`
}
