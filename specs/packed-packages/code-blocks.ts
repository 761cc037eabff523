/** What a reader pastes from a page. */

/** One fenced block of a page in Markdown. */
export interface CodeBlock {
  readonly language: string
  readonly code: string
}

/** The blocks of a page, in order. */
export function codeBlocks(markdown: string): readonly CodeBlock[] {
  return [...markdown.matchAll(/^```(\w+)\n(.*?)^```/gms)].map(([, language = '', code = '']) => ({ language, code }))
}

/** What a program's own comments (`// prints: 1`) say of its output, in order. */
export function saidOutput(code: string): readonly string[] {
  return [...code.matchAll(/\/\/ prints: (.*)$/gm)].flatMap(([, said = '']) => said.split(', prints: '))
}

/** The lines of a page's shell blocks, without their comments. */
export function shellLines(blocks: readonly CodeBlock[]): readonly string[] {
  return blocks
    .filter(({ language }) => language === 'sh')
    .flatMap(({ code }) => code.split('\n'))
    .map((line) => line.replace(/ #.*/, '').trim())
    .filter((line) => line !== '')
}
