/** `1 record`, `2 records`: a number in a sentence. Of words whose plural ends in `s`. */
export function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`
}
