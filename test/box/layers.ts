import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { cached, digest, folderText, forgetUnused } from './cache.ts'
import { must } from './process.ts'
import { fastImportStream, toyFiles } from './repository.ts'
import { systemFiles } from './system.ts'
import type { AuthorizedKeys } from './system.ts'

const here = import.meta.dirname
/** What Debian calls this machine. */
export const debianArchitecture = process.arch === 'arm64' ? 'arm64' : 'amd64'

export const script = (name: string) => join(here, 'host', name)

/** What every box stands on: read-only, made once. */
export interface Layers {
  /** Folders for overlayfs, upper first. */
  readonly lower: readonly string[]
  /** Folder of the key pairs `deploy`, `admin` and `jump`. */
  readonly keys: string
  /** The box's public host keys, lines of `ssh_host_*_key.pub`. */
  readonly hostKeys: readonly string[]
}

/** Makes what is missing of the cached layers; about a minute the first time, nothing later. */
export async function layers(say: (text: string) => void = () => undefined): Promise<Layers> {
  const recipe = ['make-tree.sh', 'fetch-nix.sh'].map((name) => readFileSync(script(name), 'utf8'))
  const treeName = `box-${digest(...recipe, process.arch)}`
  const tree = await cached(treeName, (folder) => makeTree(folder, say))
  const sources = ['guest', 'toy', 'host'].map((folder) => folderText(join(here, folder)))
  const code = ['system.ts', 'repository.ts', 'layers.ts'].map((file) =>
    readFileSync(join(here, file), 'utf8'),
  )
  const layerName = `box-layer-${digest(treeName, ...sources, ...code)}`
  const layer = await cached(layerName, (folder) => makeLayer(folder, tree, say))
  const keyFiles = ['ed25519', 'ecdsa', 'rsa'].map((type) => `upper/etc/ssh/ssh_host_${type}_key.pub`)
  return {
    lower: [join(layer, 'upper'), join(tree, 'root')],
    keys: join(layer, 'keys'),
    hostKeys: keyFiles.map((file) => readFileSync(join(layer, file), 'utf8').trim()),
  }
}

export function publicKeys(keys: string): AuthorizedKeys {
  const read = (name: string) => readFileSync(join(keys, `${name}.pub`), 'utf8').trim()
  return { deploy: read('deploy'), admin: read('admin'), jump: read('jump') }
}

async function makeTree(folder: string, say: (text: string) => void): Promise<void> {
  const mirror = await debianMirror()
  say(`Making the Debian tree of the box in ${folder} (about a minute, once) …`)
  const argv = ['sh', script('make-tree.sh'), join(folder, 'root'), mirror, debianArchitecture]
  await must(argv, { timeoutMs: 20 * 60_000 })
}

/** The mirror this machine's own apt uses for Debian 12; where that has none, on Ubuntu, debootstrap's own. */
export async function debianMirror(): Promise<string> {
  const chosen = process.env['NIX_VPS_BOX_MIRROR']
  if (chosen !== undefined && chosen !== '') return chosen
  const format = '$(CODENAME) $(COMPONENT) $(REPO_URI)'
  const lines = await must(['apt-get', 'indextargets', '--format', format, 'Created-By: Packages'])
  const mirror = /^bookworm main (\S+)$/m.exec(lines)?.[1] ?? ofDebootstrap()
  if (mirror !== undefined) return mirror
  throw new Error(
    "apt on this machine knows no mirror with Debian 12 (bookworm main): run 'apt-get update', install debootstrap, or name one in NIX_VPS_BOX_MIRROR.",
  )
}

function ofDebootstrap(): string | undefined {
  const program = '/usr/sbin/debootstrap'
  return existsSync(program) ? /^DEF_MIRROR="(\S+)"$/m.exec(readFileSync(program, 'utf8'))?.[1] : undefined
}

async function makeLayer(folder: string, tree: string, say: (text: string) => void): Promise<void> {
  say('Preparing the first system of the box (once) …')
  forgetUnused('box-')
  const keys = join(folder, 'keys')
  await must(['mkdir', '-m', '700', keys])
  for (const name of ['deploy', 'admin', 'jump'])
    await must(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', join(keys, name)])
  const files = systemFiles({}, publicKeys(keys), toyFiles())
  const input = fastImportStream({ files, message: 'The first system', branch: 'main', parent: undefined })
  await must(['sh', script('make-layer.sh'), folder, join(tree, 'root'), join(here, 'guest')], { input })
}
