/** A checkout with a host in it, in which the set-up command can be run as a person would. */
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from '../support/manifest.ts'

const command = join(root, 'nix/secrets-init/secrets-init')

export interface Ran {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export class Checkout implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'nix-vps-secrets-'))
  readonly #bin = join(this.path, '..', `${this.path.split('/').at(-1) ?? ''}-bin`)

  constructor(hosts: readonly string[] = ['vps-arm']) {
    this.git('init', '-q')
    mkdirSync(join(this.path, 'nix/secrets-init'), { recursive: true })
    for (const host of hosts) mkdirSync(join(this.path, 'nix/hosts', host), { recursive: true })
    this.write('nix/flake.nix', '{ }\n')
    copyFileSync(join(root, 'nix/secrets-init/.gitignore'), join(this.path, 'nix/secrets-init/.gitignore'))
    this.#install()
  }

  /** ssh-to-age, the machine's own if it has one. */
  #install(): void {
    mkdirSync(this.#bin)
    const file = join(this.#bin, 'ssh-to-age')
    const found = spawnSync('sh', ['-c', 'command -v ssh-to-age'], { encoding: 'utf8' }).stdout.trim()
    const program =
      found === '' ? `'${process.execPath}' '${join(root, 'test/nix/ssh-to-age.ts')}'` : `'${found}'`
    writeFileSync(file, `#!/bin/sh\nexec ${program} "$@"\n`)
    chmodSync(file, 0o755)
  }

  run(...args: readonly string[]): Ran {
    return this.runWith(`${this.#bin}:${process.env['PATH'] ?? ''}`, args)
  }

  /** As on a machine that has the usual programs and no ssh-to-age. */
  runBare(...args: readonly string[]): Ran {
    return this.runWith('/usr/bin:/bin', args)
  }

  runWith(path: string, args: readonly string[]): Ran {
    const env = { ...process.env, PATH: path }
    const { status, stdout, stderr } = spawnSync('sh', [command, ...args], {
      cwd: this.path,
      env,
      encoding: 'utf8',
    })
    return { code: status, stdout, stderr }
  }

  git(...args: readonly string[]): void {
    const { status, stderr } = spawnSync('git', ['-C', this.path, ...args], { encoding: 'utf8' })
    if (status !== 0) throw new Error(stderr)
  }

  file(path: string): string {
    return join(this.path, path)
  }

  read(path: string): string {
    return readFileSync(this.file(path), 'utf8')
  }

  write(path: string, text: string): void {
    writeFileSync(this.file(path), text)
  }

  /** As `ls` shows it, in octal digits. */
  mode(path: string): string {
    return (statSync(this.file(path)).mode & 0o7777).toString(8)
  }

  /** Every file that is not git's own, with its mode and its content. */
  state(): string {
    const script = `find . -path ./.git -prune -o -printf '%p %m ' -a \\( -type f -exec sha256sum {} \\; -o -printf '\\n' \\)`
    return spawnSync('sh', ['-c', script], { cwd: this.path, encoding: 'utf8' }).stdout
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true })
    rmSync(this.#bin, { recursive: true })
  }
}
