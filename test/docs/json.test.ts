/** The JSON of the documentation goes through the programs that read it. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { fleetOf } from '../../.github/actions/fleet-stages/stages.ts'
import { blocksOf } from '../support/documents.ts'
import { root } from '../support/manifest.ts'

const blocks = blocksOf('json')

/** How the host reads /etc/vps-deploy/config.json. */
const READ_CONFIG =
  'import sys; from vps_deploy.config import parse; parse(sys.stdin.read(), "config.json"); print("read")'

function configRead(text: string): string {
  const { stdout, stderr } = spawnSync('python3', ['-B', '-c', READ_CONFIG], {
    cwd: join(root, 'nix/vps-deploy'),
    input: text,
    encoding: 'utf8',
  })
  return stdout + stderr
}

const isFleet = (text: string) => Array.isArray(JSON.parse(text))

/** What the reader that it is for makes of it. */
function readBy(text: string): string {
  if (!isFleet(text)) return configRead(text)
  return fleetOf({ lists: [text], mode: 'switch', record: 'false', hasKey: true }).configurations.length > 0
    ? 'read\n'
    : ''
}

test.each(blocks.map(({ name, text }) => [name, text] as const))('%s is read as what it is', (_, text) => {
  expect(readBy(text)).toBe('read\n')
})

test('the host minds a key it does not know', () => {
  expect(configRead('{"repo": {}}')).toContain('repo')
})

test('the list of a fleet is among them', () => {
  expect(blocks.filter(({ text }) => isFleet(text))).not.toEqual([])
})
