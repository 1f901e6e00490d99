import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { bootBox } from './box.ts'
import type { Box } from './box.ts'
import { idle, leftovers, mustDeploy, tearDown } from './deploying.ts'

jest.setTimeout(120_000)

let box: Box
let deployed: string

beforeAll(async () => {
  box = await bootBox()
  await mustDeploy(box, { units: { 'idle.service': idle } })
  deployed = (await box.must('echo /var/lib/vps-deploy/deploys/*')).trim()
}, 300_000)

afterAll(() => tearDown(box))

test('a deploy that is over leaves nothing', async () => {
  expect(await leftovers(box)).toBe('')
})

const held = (lock: string) => `exec 9>>${lock}; flock 9; sleep 1000 >/dev/null 2>&1 & echo $! >/run/planted`
const undo = 'kill $(cat /run/planted)'
const tried = '/var/lib/vps-deploy/deploys/planted-1'

/** What is put there, what is said of it, and how it goes away again. */
const plants: readonly (readonly [string, RegExp, string])[] = [
  [
    'systemd-run -q --unit=vps-deploy-plan-x sleep 1000',
    /^unit vps-deploy-plan-x/m,
    'systemctl stop vps-deploy-plan-x',
  ],
  [
    'systemd-run -q --wait --unit=vps-deploy-commit-x false; true',
    /commit-x\.service: .*\(failed\)/,
    'systemctl reset-failed vps-deploy-commit-x',
  ],
  [
    'systemd-run -q --unit=vps-deploy-deadline-x --on-active=1h true',
    /deadline-x\.timer: a transient/,
    'systemctl stop vps-deploy-deadline-x.timer',
  ],
  [
    'systemctl stop vps-deploy-worker.path',
    /worker\.path: inactive/,
    'systemctl start vps-deploy-worker.path',
  ],
  [held('/run/vps-deploy/worker.lock'), /worker\.lock: somebody holds/, undo],
  [held('/run/vps-deploy/queue.lock'), /queue\.lock: somebody holds/, undo],
  [held('/run/nixos/switch-to-configuration.lock'), /switch-to-configuration\.lock: somebody holds/, undo],
  [
    '(exec -a vps-deploy sleep 1000) >/dev/null 2>&1 & echo $! >/run/planted',
    /process \d+: still runs: vps-deploy/,
    undo,
  ],
  [
    'ln -s /x /nix/var/nix/gcroots/vps-deploy/x-system',
    /vps-deploy\/x-system: a GC root/,
    'rm /nix/var/nix/gcroots/vps-deploy/*',
  ],
  [
    'ln -s /nix/var/nix/gcroots/vps-deploy/x /nix/var/nix/gcroots/auto/x',
    /auto\/x: a GC root through/,
    'rm /nix/var/nix/gcroots/auto/x',
  ],
]

/** Files alone. */
const files: readonly (readonly [string, string])[] = [
  ['/run/vps-deploy/.active.1.ab', 'named nowhere'],
  ['/run/vps-deploy/inbox/.taken-x', 'the inbox is empty'],
  ['/run/vps-deploy/answers/.x', 'not an answer'],
  ['/run/vps-deploy-x', 'named nowhere'],
  ['/tmp/x', 'a temporary file'],
  ['/var/lib/vps-deploy/.last-committed.1.ab', 'named nowhere'],
  ['/var/lib/vps-deploy/mirror/shallow.lock', 'what a git'],
  ['/var/lib/vps-deploy/deploys/.new-x', 'half of a deploy'],
  ['DEPLOYED/.ballast', 'not among the files'],
  ['DEPLOYED/.stage.json.1.ab', 'not among the files'],
  ['DEPLOYED/tools', 'not among the files'],
  ['/boot/loader/entries/nixos-generation-99.conf', 'there is no generation 99'],
  ['/boot/loader/entries/nixos-generation-2+3.conf', 'the loader still counts'],
  ['/boot/loader/loader.conf.tmp', 'named nowhere'],
]

test.each(plants)('%s is found', async (plant, said, away) => {
  await box.must(['bash', '-c', plant])
  try {
    expect(await leftovers(box, 1)).toMatch(said)
  } finally {
    await box.must(['bash', '-c', away])
  }
  expect(await leftovers(box)).toBe('')
})

test.each(files)('%s is found', async (path, said) => {
  const file = path.replace('DEPLOYED', deployed)
  await box.write(file, '')
  try {
    expect(await leftovers(box, 1)).toContain(`${file}: ${said}`)
  } finally {
    await box.must(['rm', file])
  }
})

test('an old answer is found once the next one is there', async () => {
  const old = `/run/vps-deploy/answers/${'0'.repeat(32)}`
  await box.must(`touch -d '1 hour ago' ${old}`)
  expect(await leftovers(box, 1)).toMatch(/an answer nobody will come for/)
  await box.must(['rm', old])
})

test('the generation of a system that was rolled back is found, and a deploy without decision', async () => {
  await box.must(`mkdir ${tried}; echo '{"exitCode":81}' >${tried}/result.json
    echo '{"system":"/nix/store/bad"}' >${tried}/stage.json
    ln -s /nix/store/bad /nix/var/nix/profiles/system-77-link`)
  const found = await leftovers(box, 1)
  await box.must(`rm -r ${tried} /nix/var/nix/profiles/system-77-link`)
  expect(found).toMatch(/system-77-link: a generation of \/nix\/store\/bad, which was rolled back/)
  expect(found).toMatch(/planted-1: has no decision/)
})

test("a flag in the loader's files is found", async () => {
  await box.must('mkdir -p /boot/grub; echo next_entry=1 >/boot/grub/grubenv')
  expect(await leftovers(box, 1)).toMatch(/grubenv: names an entry for one boot/)
  await box.must('rm -r /boot/grub')
  expect(await leftovers(box)).toBe('')
})
