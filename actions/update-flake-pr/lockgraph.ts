import { objectIn, textsIn, type Json } from '../shared/json.ts'
import { ActionError } from '../shared/errors.ts'
import type { LockedInput, Reference } from './facts.ts'
import { inputPath, pathBelow } from './inputpath.ts'
import { referenceIn } from './reference.ts'

/** The label of a node, or the names from the root to the input that is followed. */
type Edge = string | readonly string[]

interface Node {
  readonly edges: ReadonlyMap<string, Edge>
  readonly locked: Reference | undefined
  readonly original: Reference | undefined
  readonly isFlake: boolean
}

export interface Graph {
  readonly root: string
  /** By label; there is none for what is no label. */
  readonly nodes: ReadonlyMap<unknown, Node>
}

interface Place {
  readonly path: string
  /** The node it leads to in the end; `undefined` for what follows in circles, or nothing. */
  readonly label: string | undefined
  /** What the lock says that it follows; `undefined` where its node is reached first. */
  readonly follows: readonly string[] | undefined
}

/** Deeper than anything real, and paths that long are no use to anybody. */
const MAX_DEPTH = 100

export function graphIn(root: string, nodes: Json): Graph {
  return { root, nodes: new Map(Object.entries(nodes).map(([label, node]) => [label, nodeIn(node)])) }
}

function nodeIn(value: unknown): Node {
  const node = objectIn(value) ?? {}
  return {
    edges: edgesIn(objectIn(node['inputs']) ?? {}),
    locked: lockedIn(node),
    original: referenceIn(node['original']),
    isFlake: node['flake'] !== false,
  }
}

/** Version 5 kept a part of it in a sibling. */
function lockedIn({ locked, info }: Json): Reference | undefined {
  return referenceIn(info === undefined ? locked : { ...objectIn(locked), ...objectIn(info) })
}

/** By name, in the order of names. */
function edgesIn(inputs: Json): ReadonlyMap<string, Edge> {
  const edges = new Map<string, Edge>()
  for (const name of Object.keys(inputs).sort()) {
    const value = inputs[name]
    if (typeof value === 'string') edges.set(name, value)
    else if (Array.isArray(value)) edges.set(name, textsIn(value))
  }
  return edges
}

/**
 * Every node once, by its shortest path; of several as short, the first by name. Labels do not matter.
 * @throws ActionError
 */
export function inputsOf(graph: Graph, lockPath: string): ReadonlyMap<string, LockedInput> {
  const { places, paths } = walked(graph, lockPath)
  const inputs = places.map((place) => inputAt(place, graph, paths))
  return new Map(inputs.map((input) => [input.path, input]))
}

function walked(
  graph: Graph,
  lockPath: string,
): { places: readonly Place[]; paths: ReadonlyMap<unknown, string> } {
  const places: Place[] = []
  const paths = new Map<unknown, string>([[graph.root, '']])
  const ways = [{ label: graph.root, from: '', depth: 0 }]
  const follow = followerIn(graph)
  for (const { label, from, depth } of ways) {
    if (depth > MAX_DEPTH) throw tooDeep(lockPath)
    for (const [name, edge] of graph.nodes.get(label)?.edges ?? []) {
      const path = pathBelow(from, name)
      if (typeof edge === 'object') places.push({ path, label: follow(edge), follows: edge })
      else if (paths.has(edge)) places.push({ path, label: edge, follows: [] })
      else {
        places.push({ path, label: edge, follows: undefined })
        paths.set(edge, path)
        ways.push({ label: edge, from: path, depth: depth + 1 })
      }
    }
  }
  return { places, paths }
}

function tooDeep(lockPath: string): ActionError {
  return new ActionError(`${lockPath} nests inputs more than ${MAX_DEPTH} levels deep.`, {
    hint: 'Does an input have itself as an input? A follows in flake.nix ends that.',
  })
}

/** Each edge is followed once, so that nothing grows with the number of ways through the graph. */
function followerIn({ root, nodes }: Graph): (names: readonly string[]) => string | undefined {
  const found = new Map<readonly string[], string | undefined>()
  let depth = 0
  const follow = (names: readonly string[]): string | undefined => {
    // What goes in circles comes to its end by its depth.
    if (found.has(names) || depth === MAX_DEPTH) return found.get(names)
    depth += 1
    let label: string | undefined = root
    for (const name of names) {
      const edge: Edge | undefined = nodes.get(label)?.edges.get(name)
      label = typeof edge === 'object' ? follow(edge) : edge
    }
    depth -= 1
    found.set(names, label)
    return label
  }
  return follow
}

function inputAt(place: Place, { nodes }: Graph, paths: ReadonlyMap<unknown, string>): LockedInput {
  const { path, label, follows } = place
  const node = nodes.get(label)
  return {
    path,
    follows: follows && (paths.get(label) ?? inputPath(follows)),
    locked: node?.locked,
    original: node?.original,
    isFlake: node?.isFlake ?? true,
  }
}
