/** A tarball with the layout of a release of Nix, made of the Nix that the tests have. */
import { createHash } from 'node:crypto'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { must } from '../box/process.ts'
import { nixProgram } from './program.ts'

export interface Release extends AsyncDisposable {
  readonly file: string
  readonly sha256: string
  readonly version: string
}

/** A directory of a store, whose hash means nothing. */
function inStore(name: string): string {
  return `${createHash('sha256').update(name).digest('hex').slice(0, 32)}-${name}`
}

export async function release(): Promise<Release> {
  const { argv, version } = await nixProgram()
  const nix = argv('nix').at(-1) ?? ''
  const folder = mkdtempSync(join(tmpdir(), 'nix-vps-release-'))
  const name = `nix-${version}-x86_64-linux`
  const store = join(folder, name, 'store')
  const own = join(store, inStore(`nix-${version}`), 'bin')
  // As in a release: the package of all of Nix comes with links to that of its command.
  const all = join(store, `${'0'.repeat(32)}-nix-${version}`, 'bin')
  for (const place of [own, all]) mkdirSync(place, { recursive: true })
  cpSync(realpathSync(nix), join(own, 'nix'))
  symlinkSync(`/nix/store/${inStore(`nix-${version}`)}/bin/nix`, join(all, 'nix'))
  for (const library of await librariesOf(argv('nix'))) copyLibrary(library, store)
  await must(['chmod', '-R', 'a-w', join(folder, name, 'store')])
  const file = join(folder, `${name}.tar.xz`)
  await must(['tar', '-C', folder, '-cf', file, '-I', 'xz -0 -T2', name])
  await must(['chmod', '-R', 'u+w', join(folder, name)])
  return {
    ...{ file, version },
    sha256: createHash('sha256').update(readFileSync(file)).digest('hex'),
    async [Symbol.asyncDispose]() {
      await Promise.resolve()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Of a program that is started by its own loader: that loader, and whatever it would load, by the names it looks for. */
async function librariesOf(argv: readonly string[]): Promise<readonly string[]> {
  const [loader] = argv
  const listed =
    argv.length > 1
      ? await must([loader ?? '', '--list', ...argv.slice(1)])
      : await must(['ldd', argv[0] ?? ''])
  return [...listed.matchAll(/(?:=> |^\s*)(\/\S+\.so\S*)/gm)].map(([, path = '']) => path)
}

function copyLibrary(path: string, store: string): void {
  const isLibc = /^(?:ld-linux|libc\.|libm\.|libpthread|libdl|librt|libresolv|libnss)/.test(basename(path))
  const folder = join(store, inStore(isLibc ? 'glibc-2.41' : 'libraries-1.0'), 'lib')
  mkdirSync(folder, { recursive: true })
  cpSync(realpathSync(path), join(folder, basename(path)))
}
