/** Unit files by systemd-analyze, in a tree that holds the units of this machine's systemd and stands in for programs. */
import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { run } from '../../box/process.ts'

const SYSTEM_UNITS = ['/usr/lib/systemd/system', '/lib/systemd/system']
/** Of systemd 253 and later, which NixOS has; Debian 12 has 252. */
const NEWER = 'Failed to parse service type, ignoring: notify-reload'
/** systemd looks for a program without a path on the machine it runs on, not in the tree. */
const BARE = /^(Exec(?!SearchPath)\w+=[-@:+!|]*)([^-@:+!|/\s]\S*)/gm
const EXECUTES = /^Exec(?!SearchPath)\w+=[-@:+!|]*(\S+)/gm

/** What systemd finds wrong in them, by name (`NAME.d/FILE.conf` is a drop-in); `folder` becomes the tree. */
export async function verifyUnits(
  units: Readonly<Record<string, string>>,
  folder: string,
): Promise<string | undefined> {
  const own = join(folder, 'etc/systemd/system')
  const theirs = SYSTEM_UNITS.find((place) => existsSync(place))
  if (theirs !== undefined) cpSync(theirs, join(folder, 'usr/lib/systemd/system'), { recursive: true })
  for (const [name, text] of Object.entries(units)) {
    mkdirSync(dirname(join(own, name)), { recursive: true })
    writeFileSync(join(own, name), text.replaceAll(BARE, '$1/bin/$2'))
    for (const [, program = ''] of text.matchAll(EXECUTES))
      standIn(join(folder, program.startsWith('/') ? program : `bin/${program}`))
  }
  const names = Object.keys(units).map((name) => name.replace(/\.d\/.*$/, '').replace(/@(?=\.)/, '@some'))
  const argv = ['systemd-analyze', 'verify', '--man=no', `--root=${folder}`, ...new Set(names)]
  const { code, stdout, stderr } = await run(argv)
  const complaints = stderr.split('\n').filter((line) => line !== '' && !line.endsWith(NEWER))
  // What it ignores it complains of, and ends with 0.
  return code === 0 && complaints.length === 0
    ? undefined
    : `it ended with ${code}:\n${stdout}${complaints.join('\n')}`
}

function standIn(file: string): void {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, '#!/bin/sh\n', { mode: 0o755 })
}
