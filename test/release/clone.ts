/** A git repository of its own with this checkout's files in it, and a bare one that is its origin. */
import { spawnSync } from 'node:child_process'
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { root } from '../support/manifest.ts'

export interface Ran {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Nothing of the person's own git decides what a test sees. */
const IDENTITY = {
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_SYSTEM: '/dev/null',
  GIT_AUTHOR_NAME: 'Somebody',
  GIT_AUTHOR_EMAIL: 'somebody@example.org',
  GIT_COMMITTER_NAME: 'Somebody',
  GIT_COMMITTER_EMAIL: 'somebody@example.org',
}

export class Clone implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'nix-vps-clone-'))
  readonly path = join(this.#folder, 'clone')
  readonly origin = join(this.#folder, 'origin.git')

  /** `files`: paths in the project, folders with all that git would take of them. */
  constructor(files: readonly string[]) {
    mkdirSync(this.path)
    for (const path of filesBelow(files)) cpSync(join(root, path), join(this.path, path))
    this.git('init', '--quiet', '--initial-branch=main')
    linkPackages(this.path)
    // Not every clone has .gitignore.
    appendFileSync(join(this.path, '.git/info/exclude'), 'node_modules\n')
    this.commit('The project')
    this.git('init', '--quiet', '--bare', '--initial-branch=main', this.origin)
    this.git('remote', 'add', 'origin', this.origin)
    this.git('push', '--quiet', 'origin', 'main')
  }

  /** What it printed; throws if it fails. */
  git(...args: readonly string[]): string {
    const { code, stdout, stderr } = this.#run('git', args)
    if (code !== 0) throw new Error(`git ${args.join(' ')}: ${stderr}`)
    return stdout.trim()
  }

  node(...args: readonly string[]): Ran {
    return this.#run(process.execPath, args)
  }

  /** The id of a commit of all that has changed, or of nothing. */
  commit(message: string): string {
    this.git('add', '--all')
    this.git('commit', '--quiet', '--allow-empty', '--message', message)
    return this.git('rev-parse', 'HEAD')
  }

  read(path: string): string {
    return readFileSync(join(this.path, path), 'utf8')
  }

  write(path: string, text: string, mode = 0o644): void {
    mkdirSync(dirname(join(this.path, path)), { recursive: true })
    writeFileSync(join(this.path, path), text, { mode })
  }

  edit(path: string, change: (text: string) => string): void {
    this.write(path, change(this.read(path)))
  }

  #run(command: string, args: readonly string[]): Ran {
    const env = { ...process.env, ...IDENTITY }
    const { status, stdout, stderr } = spawnSync(command, args, { cwd: this.path, env, encoding: 'utf8' })
    return { code: status, stdout, stderr }
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

/** Each by itself: an installation in the clone would empty the folder, and a link to it is as good. */
function linkPackages(clone: string): void {
  const [theirs, ours] = [join(root, 'node_modules'), join(clone, 'node_modules')]
  mkdirSync(ours)
  for (const entry of readdirSync(theirs, { withFileTypes: true })) {
    const { name } = entry
    if (entry.isDirectory()) symlinkSync(join(theirs, name), join(ours, name))
    else cpSync(join(theirs, name), join(ours, name))
  }
}

function filesBelow(paths: readonly string[]): readonly string[] {
  const listing = [
    'ls-files',
    '-z',
    '--cached',
    '--others',
    '--exclude-standard',
    '--deduplicate',
    '--',
    ...paths,
  ]
  const { stdout } = spawnSync('git', ['-C', root, ...listing], { encoding: 'utf8', maxBuffer: 1 << 26 })
  return stdout.split('\0').filter((path) => path !== '')
}
