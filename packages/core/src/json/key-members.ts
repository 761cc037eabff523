/** The members by which clients and SDKs carry the keys that a request was sent with, and what is stored in their place. */

/** In small letters, without `-` and `_`. */
const NAMES: ReadonlySet<string> = new Set([
  'authorization',
  'proxyauthorization',
  'cookie',
  'setcookie',
  'apikey',
  'xapikey',
  'xgoogapikey',
  'xauthtoken',
  'xamzsecuritytoken',
  'authtoken',
  'accesstoken',
  'refreshtoken',
  'idtoken',
  'sessiontoken',
  'bearertoken',
  'clientsecret',
  'secretaccesskey',
  'password',
  'passphrase',
  'privatekey',
])

export const KEY_LEFT_OUT = '[left out]'

/** Whether what stands under this name is a key. */
export function isKeyName(name: unknown): boolean {
  return typeof name === 'string' && name.length < 32 && NAMES.has(name.toLowerCase().replaceAll(/[-_]/g, ''))
}

/** Whether an item of a list of headers (`[name, value]`, or names and values in turn) is a key. */
export function isKeyItem(items: readonly unknown[], index: number): boolean {
  return index % 2 === 1 && isKeyName(items[index - 1])
}
