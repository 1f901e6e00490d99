/**
 * What of a change takes effect only at the next boot, as far as a system shows it from outside: by the names and hashes
 * of what its root refers to. The host half has the same rule and sees more, for it has the files.
 */
import type { PathFacts } from './closure.ts'
import { packageOf } from './drvname.ts'
import { nameOf, type StorePath } from './storepath.ts'

export interface Reboot {
  /** What differs that only a boot can change, in words; empty = nothing of what can be seen. */
  readonly reasons: readonly string[]
  /** Whether there is nothing else that could ask for one; kernel parameters are seen only where systems list them. */
  readonly isAllSeen: boolean
}

export interface System {
  readonly root: StorePath
  readonly found: readonly PathFacts[]
}

interface Parts {
  readonly kernel: PathFacts
  readonly initrd: PathFacts | undefined
  readonly modules: PathFacts | undefined
  readonly firmware: StorePath | undefined
  readonly inhibitors: PathFacts | undefined
  /** The list of what asks for a reboot that newer systems have: kernel and its parameters, firmware, inhibitors. */
  readonly triggers: PathFacts | undefined
}

/** `undefined` where one of them boots no kernel: a container, or no system at all. */
export function rebootOf(before: System, now: System): Reboot | undefined {
  const [old, its] = [partsOf(before), partsOf(now)]
  if (old === undefined || its === undefined) return undefined
  return old.triggers !== undefined && its.triggers !== undefined
    ? { reasons: holdTheSame(old.triggers, its.triggers) ? [] : listedReasons(old, its), isAllSeen: true }
    : { reasons: partReasons(old, its), isAllSeen: false }
}

/** What of the list differs. */
function listedReasons(old: Parts, its: Parts): readonly string[] {
  const reasons = [
    ...kernelWords(old.kernel, its.kernel),
    ...newWords('firmware', old.firmware, its.firmware),
    ...inhibitorWords(old, its),
  ]
  return reasons.length > 0 ? reasons : ['kernel parameters or other reboot triggers']
}

/** Initrd and modules are built for each kernel, and are no news with it. */
function partReasons(old: Parts, its: Parts): readonly string[] {
  const kernel = kernelWords(old.kernel, its.kernel)
  const builtForIt = [
    ...newWords('initrd', old.initrd?.path, its.initrd?.path),
    ...newWords('kernel modules', old.modules?.path, its.modules?.path),
  ]
  return [...(kernel.length > 0 ? kernel : builtForIt), ...inhibitorWords(old, its)]
}

/** The kernel is what initrd and modules are named after, whatever its own name is. */
function partsOf({ root, found }: System): Parts | undefined {
  const byPath = new Map(found.map((facts) => [facts.path, facts]))
  const direct = (byPath.get(root)?.references ?? []).flatMap((path) => byPath.get(path) ?? [])
  const named = (name: string) => direct.find(({ path }) => nameOf(path) === name)
  const initrdOf = (kernel: PathFacts) => named(`initrd-${nameOf(kernel.path)}`)
  const modulesOf = (kernel: PathFacts) => named(`${nameOf(kernel.path)}-modules`)
  const kernel = direct.find((one) => (initrdOf(one) ?? modulesOf(one)) !== undefined)
  if (kernel === undefined) return undefined
  const triggers = named('reboot-triggers')
  return {
    ...{ kernel, initrd: initrdOf(kernel), modules: modulesOf(kernel), triggers },
    firmware: triggers?.references.find((path) => nameOf(path) === 'firmware'),
    inhibitors: named('switch-inhibitors'),
  }
}

function newWords(words: string, old: StorePath | undefined, its: StorePath | undefined): readonly string[] {
  return old === its ? [] : [words]
}

function kernelWords({ path: old }: PathFacts, { path: its }: PathFacts): readonly string[] {
  if (old === its) return []
  const [one, other] = [packageOf(old), packageOf(its)]
  if (one.name !== other.name) return [`kernel ${nameOf(old)} → ${nameOf(its)}`]
  if (one.version === other.version) return [`kernel ${one.version}, built anew`]
  return [`kernel ${one.version} → ${other.version}`]
}

/** They are built anew with every change of nixpkgs: only what they hold counts. */
function inhibitorWords(old: Parts, its: Parts): readonly string[] {
  if (old.inhibitors === undefined || its.inhibitors === undefined) return []
  return holdTheSame(old.inhibitors, its.inhibitors) ? [] : ['switch inhibitors']
}

function holdTheSame(one: PathFacts, other: PathFacts): boolean {
  return one.narHash === other.narHash
}
