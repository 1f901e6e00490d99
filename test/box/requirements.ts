import { readFileSync, writeFileSync } from 'node:fs'
import { run } from './process.ts'

/** What boots a box on this machine, by Debian package. */
const programs: Record<string, string> = {
  debootstrap: 'debootstrap',
  'systemd-nspawn': 'systemd-container',
  patchelf: 'patchelf',
  ip: 'iproute2',
  nsenter: 'util-linux',
  flock: 'util-linux',
  'ssh-keygen': 'openssh-client',
}

let proven: Promise<void> | undefined

/** Rejects, saying what to do, on a machine that cannot boot a box. */
export async function requireMachine(): Promise<void> {
  proven ??= prove()
  await proven
}

async function prove(): Promise<void> {
  if (process.platform !== 'linux') throw new Error(`A box needs Linux; this is ${process.platform}.`)
  if (process.getuid?.() !== 0)
    throw new Error(
      'A box needs root for its namespaces and mounts: run this as root, for instance with sudo.',
    )
  const checks = Object.keys(programs).map((program) => run(['sh', '-c', 'command -v "$0"', program]))
  const found = await Promise.all(checks)
  const missing = Object.values(programs).filter((_, index) => found[index]?.code !== 0)
  if (missing.length > 0)
    throw new Error(
      `A box needs programs this machine lacks: apt-get install ${[...new Set(missing)].join(' ')}`,
    )
  const namespaces = ['unshare', '--mount', '--pid', '--fork', '--net']
  if ((await run([...namespaces, 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'])).code !== 0)
    throw new Error(
      'This machine gives root no namespaces with mounts (a container without privileges?): use a whole one.',
    )
  allowWatches()
}

const watchLimit = '/proc/sys/fs/inotify/max_user_instances'
/** For every box of the suites at once; and for a few, as the demo needs them. */
const watchesWanted = 1024
const watchesNeeded = 128

/**
 * All boxes are root's, and root has 128 inotify instances: with about 25 boxes up, systemd in the next one cannot
 * watch for requests any more (its path units end with "Too many open files").
 */
function allowWatches(): void {
  const allowed = Number(readFileSync(watchLimit, 'utf8'))
  if (allowed >= watchesWanted) return
  try {
    writeFileSync(watchLimit, String(watchesWanted))
  } catch (error) {
    // Read-only in many a container; what is allowed there may do.
    if (allowed >= watchesNeeded) return
    const why = error instanceof Error ? error.message : String(error)
    throw new Error(
      `The boxes need ${watchesNeeded} inotify instances, and this machine allows root ${allowed} (${why}): run 'sysctl fs.inotify.max_user_instances=${watchesWanted}' where that is allowed.`,
      { cause: error },
    )
  }
}
