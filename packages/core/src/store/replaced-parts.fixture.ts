import type { Store } from './port.js'

/** The store with some of its parts replaced, and without those that a store need not have. */
export function withParts(store: Store, replaced: Partial<Store>): Store {
  const { capabilities, registers, directory } = store
  return {
    capabilities,
    registers,
    directory,
    append: store.append.bind(store),
    read: store.read.bind(store),
    readAll: store.readAll.bind(store),
    subscribe: store.subscribe.bind(store),
    externalAppends: store.externalAppends.bind(store),
    close: store.close.bind(store),
    ...replaced,
  }
}
