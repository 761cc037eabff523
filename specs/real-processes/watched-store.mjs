/** A store through which everything goes unchanged, and that tells what goes through it. */

const nothing = async () => {}

/**
 * `beforeAppend` and `afterAppend` are awaited around each append, the second only for one that was stored, before its
 * answer is given; `log` is told what became of each append and what each finished read has shown.
 */
export function watchedStore(store, { log = () => {}, beforeAppend = nothing, afterAppend = nothing }) {
  const inFlight = new Set()
  const append = async (stream, events, options) => {
    await beforeAppend(stream)
    if (inFlight.has(stream)) log('overlapping', { stream })
    inFlight.add(stream)
    try {
      const result = await store.append(stream, events, options)
      if (result.ok) log('stored', { stream, revision: Number(result.revision), ids: events.map(({ id }) => id) })
      if (result.ok) await afterAppend(stream)
      return result
    } catch (error) {
      log('refused', { stream, code: error.code, message: error.message })
      throw error
    } finally {
      inFlight.delete(stream)
    }
  }
  return { ...passedOn(store), append, read: watchedRead(store, log), presence: watchedPresence(store, log) }
}

function watchedRead(store, log) {
  return async function* read(stream, options) {
    let revision = -1
    for await (const page of store.read(stream, options)) {
      revision = Math.max(revision, ...page.map((event) => Number(event.revision)))
      yield page
    }
    if (revision >= 0) log('read', { stream, revision })
  }
}

function watchedPresence(store, log) {
  return {
    announce: (worker) => {
      log('announced', { worker })
      return store.presence.announce(worker)
    },
    provenDead: (worker) => store.presence.provenDead(worker),
  }
}

function passedOn(store) {
  return {
    capabilities: store.capabilities,
    readAll: (options) => store.readAll(options),
    subscribe: (target, options) => store.subscribe(target, options),
    externalAppends: (options) => store.externalAppends(options),
    registers: store.registers,
    directory: store.directory,
    close: () => store.close(),
  }
}
