import { expect, it } from 'vitest'
import { runExample } from '../process.fixture.js'
import { tempFile } from '../temp-file.fixture.js'

it('goes on where it was in the file, and pays for no chapter twice', async () => {
  const { code, stdout, stderr } = await runExample('17-moved-to-a-server/main', [tempFile()])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const [copied, translated, paid] = stdout.trim().split('\n')
  expect(copied).toMatch(/^(\d+) records are the same in both stores, \1 of them new$/)
  expect(translated).toBe('chapitre 1, chapitre 2, chapitre 3, chapitre 4')
  expect(paid).toBe('translated: chapter 1, chapter 2, chapter 3, chapter 4')
})
