/** The members by which clients and SDKs carry the keys that a request was sent with, and what is stored in their place. */

/** In small letters, without `-` and `_`. */
const NAMES: ReadonlySet<string> = new Set([
  'authorization',
  'proxyauthorization',
  'cookie',
  'setcookie',
  'apikey',
  'xapikey',
  'apisecret',
  'apitoken',
  'subscriptionkey',
  'ocpapimsubscriptionkey',
  'authtoken',
  'privatetoken',
  'accesstoken',
  'refreshtoken',
  'idtoken',
  'sessiontoken',
  'bearertoken',
  'clientsecret',
  'secretaccesskey',
  'secretkey',
  'password',
  'passphrase',
  'privatekey',
])

const MAX_NAME_LENGTH = 40
/** Headers of services: `x-api-key`, `x-vault-token`, `x-client-secret`. */
const SERVICE_HEADER = /^x-.*(key|token|secret)$/i

export const KEY_LEFT_OUT = '[left out]'

/** Whether what stands under this name is a key. */
export function isKeyName(name: unknown): boolean {
  if (typeof name !== 'string' || name.length > MAX_NAME_LENGTH) return false
  return SERVICE_HEADER.test(name) || NAMES.has(name.toLowerCase().replaceAll(/[-_]/g, ''))
}

/** Whether an item of a list of headers (`[name, value]`, or names and values in turn) is a key. */
export function isKeyItem(items: readonly unknown[], index: number): boolean {
  return index % 2 === 1 && isKeyName(items[index - 1])
}
