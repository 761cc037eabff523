/** Names and values, one a line. */
import { printable } from '@refold/core/store'

/** Of the names, in characters. */
export const NAME_WIDTH = 12

/** Those without a value are left out. */
export function fieldsText(fields: ReadonlyArray<readonly [name: string, value: string | undefined]>): string {
  return fields
    .filter(([, value]) => value !== undefined && value !== '')
    .map(([name, value]) => `${name.padEnd(NAME_WIDTH)}${printable(value ?? '')}`)
    .join('\n')
}
