/**
 * A program of its own, for a user who may do nothing: finds no Nix, installs a release, and updates the lock of a flake
 * with it. Arguments: the address of the tarball, its SHA-256, the folder of the flake. It says on standard output what
 * came of it.
 */
import { join } from 'node:path'
import { filesBelow } from '../../actions/shared/adapters/files.ts'
import { installNix } from '../../actions/shared/adapters/nixinstall.ts'
import { runProgram } from '../../actions/shared/adapters/process.ts'
import { messageOf } from '../../actions/shared/errors.ts'
import { findNix } from '../../actions/update-flake-pr/nixprogram.ts'
import { RecordingLog } from '../support/fakes.ts'

export interface Installed {
  readonly uid: number | undefined
  readonly argv?: readonly string[]
  readonly error?: string
  readonly updated?: { readonly code: number | null; readonly stderr: string }
}

async function updated(url: string, sha256: string, flake: string): Promise<Installed> {
  const [cancel, log] = [new AbortController().signal, new RecordingLog()]
  const world = { run: runProgram, files: filesBelow(flake), installNix, log, cancel }
  await using nix = await findNix({ installNix: 'if-missing', release: { url, sha256 } }, world)
  const env = { ...nix.env, NIX_CONFIG: 'extra-experimental-features = nix-command flakes' }
  const argv = [
    ...nix.argv,
    'flake',
    'update',
    '--flake',
    flake,
    '--output-lock-file',
    join(flake, 'new.lock'),
  ]
  const finished = await runProgram(argv, { timeoutMs: 60_000, env })
  const { code = null, stderr = '' } = finished ?? {}
  return { uid: process.getuid?.(), argv: nix.argv, updated: { code, stderr } }
}

const [url = '', sha256 = '', flake = ''] = process.argv.slice(2)
void updated(url, sha256, flake)
  .catch((error: unknown): Installed => ({ uid: process.getuid?.(), error: messageOf(error) }))
  .then((said) => {
    console.log(JSON.stringify(said))
  })
