/** Names and values, one a line. */
import { printable } from '@refold/core/store'

const WIDTH = 12

/** Those without a value are left out. */
export function fieldsText(fields: ReadonlyArray<readonly [name: string, value: string | undefined]>): string {
  return fields
    .filter(([, value]) => value !== undefined && value !== '')
    .map(([name, value]) => `${name.padEnd(WIDTH)}${printable(value ?? '')}`)
    .join('\n')
}
