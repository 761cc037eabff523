/**
 * Finds the shape of a record while it is walked, without building the shape's text: each step goes from a node to the
 * next, and where the walk ends stands what is known of the shape. The texts along the way are keys that exist already.
 */

/** What a shape's text is made of. */
type Fragment = 'open' | 'close' | 'key' | 'value'

export class ShapeNode {
  /** Of the stored shape, once it is known to have one. */
  id: number | undefined
  readonly #parent: ShapeNode | undefined
  readonly #kind: Fragment
  readonly #json: string
  #keys: Map<string, ShapeNode> | undefined
  #constants: Map<string, ShapeNode> | undefined
  #marks: Map<string, ShapeNode> | undefined

  constructor(parent?: ShapeNode, kind: Fragment = 'value', json = '') {
    this.#parent = parent
    this.#kind = kind
    this.#json = json
  }

  /** The step for this member of an object. */
  key(key: string, trie: ShapeTrie): ShapeNode {
    return (
      (this.#keys ??= new Map()).get(key) ??
      trie.grow(this.#keys, key, () => new ShapeNode(this, 'key', `${JSON.stringify(key)}:`))
    )
  }

  /** The step for this text, if it was ever made. */
  knownConstant(text: string): ShapeNode | undefined {
    return this.#constants?.get(text)
  }

  /** How many texts have stood here. */
  get constants(): number {
    return this.#constants?.size ?? 0
  }

  /** The step for a text that is the same for all records of a shape. */
  constant(text: string, trie: ShapeTrie): ShapeNode {
    return (
      (this.#constants ??= new Map()).get(text) ??
      trie.grow(this.#constants, text, () => new ShapeNode(this, 'value', JSON.stringify(`=${text}`)))
    )
  }

  /** The step for anything else; `json` is its template. */
  mark(json: string, trie: ShapeTrie): ShapeNode {
    return (
      (this.#marks ??= new Map()).get(json) ??
      trie.grow(this.#marks, json, () => new ShapeNode(this, kindOf(json), json))
    )
  }

  /** The shape whose walk ends here. */
  text(): string {
    const path: ShapeNode[] = [this]
    for (let node = this.#parent; node !== undefined; node = node.#parent) path.push(node)
    let text = ''
    let separator = ''
    for (const node of path.toReversed()) {
      text += node.#kind === 'close' ? node.#json : separator + node.#json
      separator = node.#kind === 'close' || (node.#kind === 'value' && node.#json !== '') ? ',' : ''
    }
    return text
  }
}

/** Nodes kept; beyond, everything is learnt again. One with a long text counts as many. */
const MAX_NODES = 100_000
const CHARS_OF_A_NODE = 64

export class ShapeTrie {
  #root = new ShapeNode()
  #size = 0

  /** Where a walk begins. */
  begin(): ShapeNode {
    if (this.#size > MAX_NODES) {
      this.#root = new ShapeNode()
      this.#size = 0
    }
    return this.#root
  }

  /** Adds a node. */
  grow(siblings: Map<string, ShapeNode>, key: string, make: () => ShapeNode): ShapeNode {
    const node = make()
    this.#size += 1 + Math.floor(key.length / CHARS_OF_A_NODE)
    siblings.set(key, node)
    return node
  }
}

function kindOf(json: string): Fragment {
  if (json === '{' || json === '[') return 'open'
  return json === '}' || json === ']' ? 'close' : 'value'
}
