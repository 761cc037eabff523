/** An agent with 100,000 records, in a real browser. */
import { sqliteStore } from '@refold/sqlite'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { CHROMIUM, launchBrowser, NO_CHROMIUM, openPage } from './browser.fixture.js'
import { close } from './browser-pages.fixture.js'
import { continueLongLife, LONG, makeLongLife } from './long-life.fixture.js'
import { expectRevision, ownFiles, servePage } from './served-page.fixture.js'

const FRAMES = 150

/** Drags through the whole life, one step a frame. In the page, since a busy machine would not keep up from outside. */
const DRAG = `new Promise((done) => {
  const track = document.querySelector('.track')
  const { left, top, width } = track.getBoundingClientRect()
  track.setPointerCapture = () => {}
  track.hasPointerCapture = () => true
  const send = (type, part) => track.dispatchEvent(
    new PointerEvent(type, { pointerId: 1, clientX: left + 2 + part * (width - 4), clientY: top + 8, bubbles: true }))
  let frame = 0
  const step = () => {
    if (++frame > ${FRAMES}) return done()
    send('pointermove', frame / ${FRAMES})
    requestAnimationFrame(step)
  }
  send('pointerdown', 0)
  step()
})`

/** Megabytes of the page's objects, after what is not needed has gone. */
async function heapOf(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page)
  await session.send('HeapProfiler.collectGarbage')
  const { usedSize } = await session.send('Runtime.getHeapUsage')
  return Math.round(usedSize / 1_000_000)
}

/** Milliseconds of the main thread for a frame. Printed: what else a machine does makes it longer. */
async function scrubTime(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page)
  await session.send('Performance.enable', { timeDomain: 'threadTicks' })
  const spent = async (): Promise<number> => {
    const { metrics } = await session.send('Performance.getMetrics')
    return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0) * 1_000
  }
  const before = await spent()
  await page.evaluate(DRAG)
  return ((await spent()) - before) / FRAMES
}

test('INS-68 a history of 100,000 records is a few requests and at most 60 rows', async (context) => {
  if (CHROMIUM === undefined) return context.skip(NO_CHROMIUM)
  const files = ownFiles()
  const browser = await launchBrowser()
  await makeLongLife(sqliteStore(files.at('long.db')))
  const served = await servePage(files.at('long.db'))
  const warm = await served.open(browser, '/a/counter-long')
  await expectRevision(warm.page, LONG - 1)
  await close(warm.page)
  const opened = await openPage(browser)
  const { page } = opened
  const asked: string[] = []
  page.on(
    'request',
    (request) => void asked.push(new URL(request.url()).pathname.replace('/api/agents/counter-long', '')),
  )
  const from = performance.now()
  await page.goto(new URL('/a/counter-long', served.origin).href + new URL(served.inspector.url).hash)
  await expectRevision(page, LONG - 1)
  const first = performance.now() - from
  const count = (part: string): number => asked.filter((path) => path.startsWith(part)).length
  expect([count('/skeleton'), count('/points'), count('/lanes')]).toEqual([1, 1, 1])
  expect(count('/rows')).toBeLessThanOrEqual(2)
  expect(await page.locator('.record').count()).toBeLessThanOrEqual(60)
  const scrub = await scrubTime(page)
  expect(await page.locator('.record').count()).toBeLessThanOrEqual(60)
  await page.keyboard.press('l')
  const before = asked.length
  await continueLongLife(sqliteStore(files.at('long.db')), 1_000)
  await page.locator(`[role=slider][aria-valuenow="${LONG + 999}"]`).waitFor()
  expect(await page.locator('.record').count()).toBeLessThanOrEqual(60)
  const told = `first view ${Math.round(first)} ms, scrubbing ${scrub.toFixed(1)} ms a frame, ${await heapOf(page)} MB`
  console.log(`100,000 records: ${told}, ${asked.length - before} requests for 1,000 records that came live`)
  await browser.close()
  await served.close()
  files.remove()
})
