// The inbox in the hands of somebody who has become user deploy on the host.
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { bootBox } from './box.ts'
import type { Box } from './box.ts'
import { deploy, endOf, hostState, idle, tearDown } from './deploying.ts'
import { until } from './holder.ts'
import { ask, askAnew, connected } from './sshclient.ts'
import { asDeploy, content, forgedLetters, hammer, hoard, inbox, letterOf, rubbish } from './spoolattack.ts'

jest.setTimeout(120_000)

let box: Box

beforeAll(async () => {
  box = await bootBox()
}, 300_000)

afterAll(() => tearDown(box))

test('of all that looks like a letter only a letter is one', async () => {
  await box.must('systemctl stop vps-deploy-intake.path vps-deploy-intake.service')
  const answered = asDeploy(box, forgedLetters)
  await until(10_000, async () => (await box.run(['test', '-e', `${inbox}/${'0'.repeat(32)}`])).code === 0)
  await box.must('systemctl start vps-deploy-intake.path')
  expect(await answered).toBe('[]')
  expect(await box.must(`ls -A ${inbox}`)).toBe('')
  expect(await box.must('ls /dev/shm/outside | wc -l; rm -r /dev/shm/outside; ls /dev/shm')).toBe('2')
})

test('a letter of another owner does not count either', async () => {
  const token = 'f'.repeat(32)
  const text = `1 ${token}\nabort nosuch-deploy\n5 22\n`
  await box.must(`printf %s '${text}' >${inbox}/of-root`)
  expect((await askAnew(box, 'abort nosuch-deploy')).code).toBe(65)
  expect(await box.must(`ls -A ${inbox} /run/vps-deploy/answers`)).not.toContain(token)
})

test('whatever fills the inbox goes, is not followed, and no word of it is shown', async () => {
  await box.must('mkdir -p /srv/precious/inside && touch /srv/precious/file')
  const shadow = await box.must('stat -c %i:%Y:%Z:%a /etc/shadow /srv/precious /srv/precious/inside')
  await asDeploy(box, rubbish)
  expect((await askAnew(box, 'abort nosuch-deploy')).code).toBe(65)
  expect(await box.must(`ls -A ${inbox}`)).toBe('')
  expect(await box.must('stat -c %i:%Y:%Z:%a /etc/shadow /srv/precious /srv/precious/inside')).toBe(shadow)
  await nowhereShown()
})

test('who keeps every inode of the inbox gets 70 for everybody, and no intake that dies of it', async () => {
  const asUser = 'setsid -f setpriv --reuid=deploy --regid=deploy --clear-groups'
  await box.must(`${asUser} python3 -c "$(cat)" >/dev/null 2>&1`, { input: hoard })
  await until(10_000, async () => (await box.run('test -e /dev/shm/hoarded')).code === 0)
  const refused = await askAnew(box, 'abort nosuch-deploy')
  expect(refused).toMatchObject({ code: 70, stdout: '' })
  expect(refused.stderr).toMatch(
    /^vps-deploy: .*(No space left|no answer within 10 s).*vps-deploy-intake.*\n$/,
  )
  expect(await box.must('systemctl show -P NRestarts vps-deploy-intake')).toBe('0')
  await box.must('pkill -9 -u deploy python3; rm /dev/shm/hoarded')
  expect((await askAnew(box, 'abort nosuch-deploy')).code).toBe(65)
  expect(await box.must(`ls -A ${inbox}`)).toBe('')
})

test('a deploy works while others hammer at the inbox, and when they stop so does the intake', async () => {
  const rev = await box.commit({ units: { 'idle.service': idle } })
  await box.must(`cat >/run/hammer.py && chmod a+r /run/hammer.py`, { input: hammer })
  const asUser = 'setsid -f setpriv --reuid=deploy --regid=deploy --clear-groups'
  for (const seed of [1, 2]) await box.must(`${asUser} python3 /run/hammer.py 100 ${seed} >/dev/null 2>&1`)
  const run = await deploy(box, { rev })
  const memory = await peakOfIntake()
  await box.must('pkill -9 -u deploy -f /run/hammer.py')
  expect(run.log).toContain('Accepted by')
  expect(await endOf(box, run)).toMatchObject({ code: 0, status: 'deployed', leftovers: '' })
  expect(memory).toBeLessThan(50_000)
  const starts = await startsOfIntake()
  await new Promise((resolve) => setTimeout(resolve, 1500))
  expect(await startsOfIntake()).toBe(starts)
  expect(Number(await box.must('ls /run/vps-deploy/answers | wc -l'))).toBeLessThanOrEqual(1024)
  await nowhereShown()
})

/** Most memory any intake of the last seconds has had, in kB. */
async function peakOfIntake(): Promise<number> {
  const look = `
import os, time
peak, until = 0, time.monotonic() + 3
while time.monotonic() < until:
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            if b"vps-deploy-intake" in open(f"/proc/{pid}/cmdline", "rb").read():
                fields = dict(line.split(":", 1) for line in open(f"/proc/{pid}/status"))
                peak = max(peak, int(fields["VmHWM"].split()[0]))
        except (OSError, KeyError):
            pass
    time.sleep(0.005)
print(peak)`
  return Number(await box.must(['python3', '-c', look]))
}

async function startsOfIntake(): Promise<string> {
  return box.must('journalctl -b -u vps-deploy-intake -o cat | grep -c ^Started')
}

/** Nothing anybody reads of the host holds a word of what the attacker wrote. */
async function nowhereShown(): Promise<void> {
  const places = '/var/lib/vps-deploy /run/vps-deploy/answers'
  const found = await box.run(`journalctl -b -o cat | grep -F '${content}'; grep -rF '${content}' ${places}`)
  expect(found.stdout).toBe('')
}

test('who is user deploy can confirm in the place of the runner, but only with the nonce', async () => {
  const id = 'spool-forged-1'
  const rev = await box.commit({ units: { 'idle.service': idle }, packages: ['forged-1'] })
  const client = await connected(box)
  let seen = ''
  const answer = ask(client, `deploy ${id} ${rev} switch 60 300`, (text) => (seen = text))
  await until(60_000, () => Promise.resolve(seen.includes('"awaiting-confirm"')))
  const nonce = /"nonce":"(\w+)"/.exec(seen)?.[1] ?? ''
  const confirm = (nonce: string, ticks: string) => asDeploy(box, letterOf(`confirm ${id} ${nonce}`, ticks))
  expect(await confirm('0'.repeat(32), '9'.repeat(18))).toMatch(/"exit": 65.*not the nonce/)
  expect(await confirm(nonce, '1')).toMatch(/"exit": 65.*new connection/)
  expect(await confirm(nonce, '9'.repeat(18))).toBe('{"confirmed": true}')
  expect((await answer).code).toBe(0)
  client.end()
})

test('a port of sshd that user deploy made up does not spoil a rollback', async () => {
  const id = 'spool-forged-2'
  const rev = await box.commit({ activation: 'exit 1' })
  const before = await hostState(box)
  const said = await asDeploy(box, letterOf(`deploy ${id} ${rev} switch 0 300`, '1', '1'))
  expect(said).toBe(`{"accepted": "${id}"}`)
  const { code, stdout } = await askAnew(box, `attach ${id} 0`)
  expect({ code, message: stdout }).toMatchObject({
    code: 80,
    message: expect.stringContaining('The system that ran before runs again') as unknown,
  })
  expect(await hostState(box)).toEqual(before)
})

test('a link that user deploy puts in the place of the private directory leads nowhere', async () => {
  await box.must('mkdir -p /srv/precious/inside && touch /srv/precious/file')
  await asDeploy(
    box,
    `import os, time
os.chdir("${inbox}")
end = time.monotonic() + 2
while time.monotonic() < end:
    for name in ("a", "b", ".taken", ".taken-", ".taken-0"):
        try:
            os.symlink("/srv/precious", name)
        except OSError:
            pass`,
  )
  expect((await askAnew(box, 'abort nosuch-deploy')).code).toBe(65)
  expect(await box.must('ls /srv/precious')).toBe('file\ninside')
})

test('a request that finds the inbox full waits until there is room', async () => {
  await box.must('systemctl stop vps-deploy-intake.path vps-deploy-intake.service')
  await asDeploy(box, `import os\nos.chdir("${inbox}")\nfor n in range(250): os.mkdir(str(n))`)
  await box.run(`cd ${inbox} && for n in $(seq 300 600); do mkdir $n || exit; done`)
  const answer = askAnew(box, 'abort nosuch-deploy')
  await until(10_000, async () => (await box.run('pgrep -u deploy vps-deploy')).code === 0)
  await box.must('systemctl start vps-deploy-intake.path')
  expect((await answer).code).toBe(65)
  expect(await box.must(`ls -A ${inbox}`)).toBe('')
})
