// What counts once: an id with its arguments, a decision, a reboot.
import { expect, jest, test } from '@jest/globals'
import { asked, awaited, gate, mustAsk, resultOf, suiteBox } from './asking.ts'
import type { SystemSpec } from './box.ts'
import { hostEvents, hostState, leftovers } from './deploying.ts'
import { ask, askAnew, connected } from './sshclient.ts'
import type { Answer } from './sshclient.ts'

jest.setTimeout(120_000)

/** The old system's activation can be held, so that a rollback to it takes as long as a test wants. */
const base: SystemSpec = {
  config: { settleSeconds: 0, allowRollback: true },
  activation: `[ ! -e /run/hold ] || { touch /run/holding; ${gate.held}; }`,
}
let count = 0

const box = suiteBox((made) => mustAsk(made, 'first-one', base))

/** A further system, and the request that deploys it; unlike the base system's, its activation is not held. */
async function another(id: string, words: string, spec: SystemSpec = {}): Promise<string> {
  const rev = await box().commit({ ...base, activation: ':', packages: [`once-${++count}`], ...spec })
  return `deploy ${id} ${rev} ${words}`
}

/** The same request with one argument changed, each in its turn. */
async function variants(request: string): Promise<string[]> {
  const [, id = '', rev = ''] = request.split(' ')
  const other = await box().must(`git -C /srv/repo.git rev-parse ${rev}~1`)
  return [
    request.replace(rev, other),
    request.replace('switch', 'test'),
    request.replace('switch', 'boot'),
    request.replace(' 30 ', ' 31 '),
    request.replace(' 30 ', ' 0 '),
    request.replace(' 200', ' 201'),
    `rollback ${id} 30 200`,
  ]
}

async function refusesAll(requests: readonly string[], id: string): Promise<void> {
  for (const request of requests)
    expect({ request, answer: await askAnew(box(), request) }).toEqual({
      request,
      answer: { code: 65, stdout: '', stderr: expect.stringContaining(`${id} exists with other arguments`) },
    })
}

test('an id with any other argument is refused, while the deploy is under way and when it is over', async () => {
  const request = await another('same-id-1', 'switch 30 200')
  const { answer, nonce } = await awaited(box(), request)
  const others = await variants(request)
  await refusesAll(others, 'same-id-1')
  const again = askAnew(box(), request)
  expect(await askAnew(box(), `confirm same-id-1 ${nonce}`)).toMatchObject({ code: 0 })
  const whole = await answer
  expect(whole).toMatchObject({ code: 0, stdout: expect.stringContaining('"status":"deployed"') })
  expect(await again).toEqual(whole)
  const host = await hostState(box())
  await refusesAll(others, 'same-id-1')
  expect(await askAnew(box(), request)).toEqual(whole)
  expect(await hostState(box())).toEqual(host)
})

/** Sends two requests that both lie in the inbox before anybody takes one out. */
async function atOnce(...requests: [string, string]): Promise<[Answer, Answer]> {
  await box().must('systemctl stop vps-deploy-intake.path')
  const answers = Promise.all([askAnew(box(), requests[0]), askAnew(box(), requests[1])])
  await box().must('until [ $(ls /run/vps-deploy/inbox | wc -l) = 2 ]; do sleep 0.02; done')
  await box().must('systemctl start vps-deploy-intake.path')
  return answers
}

test('the same request twice in the same instant is one deploy with two listeners', async () => {
  const request = await another('twin-same', 'switch 0 200')
  const [one, other] = await atOnce(request, request)
  expect(one).toMatchObject({ code: 0, stdout: expect.stringContaining('"status":"deployed"') })
  expect(other).toEqual(one)
  const accepted = (await hostEvents(box(), 'twin-same')).filter(({ type }) => type === 'accepted')
  expect(accepted).toHaveLength(1)
})

test('one id with two sets of arguments in the same instant is the deploy that came first', async () => {
  const request = await another('twin-other', 'switch 0 200')
  const answers = await atOnce(request, request.replace(' 200', ' 300'))
  expect(answers.map(({ code }) => code).toSorted()).toEqual([0, 65])
  const refused = answers.find(({ code }) => code === 65)
  expect(refused).toMatchObject({ stdout: '', stderr: expect.stringContaining('other arguments') })
  expect(await leftovers(box())).toBe('')
})

test('an abort comes too late once it is decided to commit, and once all is over', async () => {
  await gate.close(box())
  const request = await another('late-abort-1', 'switch 0 200', {
    bootloader: `touch /run/committing; ${gate.held}`,
  })
  const { answer } = await asked(box(), request)
  await box().waitFor('/run/committing')
  const late = await askAnew(box(), 'abort late-abort-1')
  expect(late).toMatchObject({ code: 65, stdout: '', stderr: expect.stringContaining('commit (checks)') })
  await gate.release(box())
  expect(await answer).toMatchObject({ code: 0, stdout: expect.stringContaining('"status":"deployed"') })
  const over = await askAnew(box(), 'abort late-abort-1')
  expect(over).toMatchObject({ code: 65, stderr: expect.stringContaining('is finished') })
})

test('an abort comes too late once it is decided to roll back', async () => {
  const rev = await box().commit({ ...base, packages: ['holds-1'] })
  expect(await askAnew(box(), `deploy holds-on-1 ${rev} switch 0 200`)).toMatchObject({ code: 0 })
  const before = await hostState(box())
  await gate.close(box())
  await box().must('touch /run/hold')
  const { answer } = await asked(
    box(),
    await another('late-abort-2', 'switch 0 200', { activation: 'exit 1' }),
  )
  await box().waitFor('/run/holding')
  const late = await askAnew(box(), 'abort late-abort-2')
  expect(late).toMatchObject({ code: 65, stdout: '', stderr: expect.stringContaining('rollback (worker)') })
  await gate.release(box())
  expect(await answer).toMatchObject({ code: 80, stdout: expect.stringContaining('"status":"rolled-back"') })
  expect(await hostState(box())).toEqual(before)
  await box().must('rm /run/hold')
})

test('a rollback waits for its confirm and can itself be taken back, by an abort and by another rollback', async () => {
  const former = await hostState(box())
  const request = await another('to-be-undone', 'switch 0 200')
  expect(await askAnew(box(), request)).toMatchObject({ code: 0 })
  const latter = await hostState(box())
  const first = await awaited(box(), 'rollback undo-1-abort 30 200')
  expect(await hostState(box())).toMatchObject({ running: former.running, default: latter.running })
  expect(await box().must('systemctl list-timers --all')).toContain('vps-deploy-deadline-undo-1-abort')
  expect(await askAnew(box(), 'abort undo-1-abort')).toMatchObject({ code: 0 })
  expect(await first.answer).toMatchObject({ code: 81 })
  expect(await hostState(box())).toEqual(latter)
  for (const [id, { running }] of [
    ['undo-2-back', former],
    ['undo-3-forth', latter],
  ] as const) {
    const { answer, nonce } = await awaited(box(), `rollback ${id} 30 200`)
    expect(await askAnew(box(), `confirm ${id} ${nonce}`)).toMatchObject({ code: 0 })
    expect(await answer).toMatchObject({ code: 0 })
    expect(await resultOf(box(), id)).toMatchObject({ status: 'deployed', system: running })
    expect(await hostState(box())).toMatchObject({ running, profile: running, default: running })
  }
  expect(await leftovers(box())).toBe('')
})

/** The loader goes back to a generation while the host goes down, as a boot that failed would make it. */
const bootsInto = (generation: string) =>
  `systemd-run -q -p RemainAfterExit=yes -p 'ExecStop=/bin/sed -i "s/^default .*/default nixos-generation-${generation}.conf/" /boot/loader/loader.conf' true`

test('a reboot is for the last committed deploy, with no other active, and once', async () => {
  const before = await hostState(box())
  const needed = { kernel: '6.18.2' }
  expect(await askAnew(box(), await another('needs-boot-1', 'switch 0 200', needed))).toMatchObject({
    code: 0,
  })
  const refused = (words: string) => ({
    code: 65,
    stdout: '',
    stderr: expect.stringContaining(words) as unknown,
  })
  expect(await askAnew(box(), 'reboot to-be-undone')).toMatchObject(refused('not the last deploy'))
  expect(await askAnew(box(), 'reboot never-heard-of')).toMatchObject(refused('there is no deploy'))
  await gate.close(box())
  const { answer } = await asked(
    box(),
    await another('is-active', 'switch 0 200', { ...needed, build: gate.held }),
  )
  expect(await askAnew(box(), 'reboot needs-boot-1')).toMatchObject(refused('deploy is-active is active'))
  expect(await askAnew(box(), 'abort is-active')).toMatchObject({ code: 0 })
  expect(await answer).toMatchObject({ code: 83 })
  await box().must(bootsInto(before.generation))
  const client = await connected(box())
  expect(await ask(client, 'reboot needs-boot-1')).toMatchObject({ code: 0, stdout: '{"rebooting":true}\n' })
  client.end()
  await box().comesBack()
  expect(await hostState(box())).toMatchObject({ booted: before.running, running: before.running })
  expect(await askAnew(box(), 'reboot needs-boot-1')).toMatchObject(refused('already told to reboot'))
})
