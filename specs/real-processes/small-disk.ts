/** A disk of a few megabytes that can be filled up. */
import { execFileSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface SmallDisk extends Disposable {
  readonly directory: string
  /** Leaves not a page free. */
  fill(): void
  makeRoom(): void
}

/** Mounts one, or tells why this machine does not let us. */
export function mountSmallDisk({ bytes }: { readonly bytes: number }): SmallDisk | { readonly refusal: string } {
  const directory = mkdtempSync(join(tmpdir(), 'refold-disk-'))
  try {
    execFileSync('/bin/mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', directory], { stdio: 'pipe' })
  } catch (error) {
    rmSync(directory, { recursive: true })
    return { refusal: `no small disk can be mounted here: ${(error as Error).message}` }
  }
  const ballast = join(directory, 'ballast')
  return {
    directory,
    fill: () => fillUp(ballast),
    makeRoom: () => rmSync(ballast),
    [Symbol.dispose]() {
      execFileSync('/bin/umount', [directory])
      rmSync(directory, { recursive: true })
    },
  }
}

function fillUp(file: string): void {
  const descriptor = openSync(file, 'a')
  try {
    for (const page = Buffer.alloc(4_096); ;) writeSync(descriptor, page)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
  } finally {
    closeSync(descriptor)
  }
}
