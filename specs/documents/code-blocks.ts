/** The fenced code blocks of a Markdown page, and what the words after the language say about each. */

export interface CodeBlock {
  readonly language: string
  /** It is a program: it is run, and not only compiled. */
  readonly isRun: boolean
  /** The name under which other blocks of the page import it, else one made of its number. */
  readonly file: string
  readonly code: string
  /** Line of the page, from 1. */
  readonly line: number
  /** The `text` block that follows: what the program prints. */
  readonly output: string | undefined
}

const FENCE = /^```(\w*)([^\n]*)\n(.*?)^```$/gms

/** All blocks of a page, in its order. */
export function codeBlocksOf(page: string): readonly CodeBlock[] {
  const fences = [...page.matchAll(FENCE)]
  return fences.map((fence, index) => {
    const [, language = '', info = '', code = ''] = fence
    const words = info.trim().split(/\s+/)
    const next = fences[index + 1]
    const named = words.find((word) => word.startsWith('file='))?.slice('file='.length)
    return {
      language,
      isRun: words.includes('run'),
      file: named ?? `block-${index + 1}.${language}`,
      code,
      line: page.slice(0, fence.index).split('\n').length,
      output: next?.[1] === 'text' ? next[3] : undefined,
    }
  })
}
