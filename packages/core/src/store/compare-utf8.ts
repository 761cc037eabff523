/** The order of two texts as UTF-8, which is that of their code points: what databases sort by. Negative: the first one is less. */
export function compareUtf8(one: string, other: string): number {
  const length = Math.min(one.length, other.length)
  for (let at = 0; at < length; at++) {
    const left = one.charCodeAt(at)
    const right = other.charCodeAt(at)
    if (left === right) continue
    const isPair = isSurrogate(left) !== isSurrogate(right) // a pair stands for what comes behind all single units
    return isPair ? Number(isSurrogate(left)) - Number(isSurrogate(right)) : left - right
  }
  return one.length - other.length
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff
}
