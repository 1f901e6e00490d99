// A host that deploys what CI has recorded in a signed note on the commit.
import { beforeAll, describe, expect, jest, test } from '@jest/globals'
import { answerTo, deployed, mustDeployRecorded, refused, suiteScene, warningsOf } from './recording.ts'
import { askAnew } from './sshclient.ts'

jest.setTimeout(120_000)

const scene = suiteScene()

/** What the host says of itself. */
async function warningsOfStatus(): Promise<unknown> {
  const status = JSON.parse((await askAnew(scene().box, 'status')).stdout) as Record<string, unknown>
  return status['warnings']
}

/** Every command line of Nix since the last time it was asked. */
async function nixCalls(): Promise<string[]> {
  const { box } = scene()
  const calls = await box.read('/run/nix-calls')
  await box.must('truncate --size=0 /run/nix-calls')
  return calls.split('\n').filter((call) => call !== '')
}

/** Evaluates: a flake is named, in whatever way. */
const evaluation = expect.stringMatching(/ eval |#|git\+file/) as unknown

beforeAll(async () => {
  const { box } = scene()
  const program =
    '#!/bin/sh\necho "$*" | tr "\\n" " " >>/run/nix-calls\necho >>/run/nix-calls\nexec /usr/local/bin/nix "$@"\n'
  await box.write('/usr/local/sbin/nix', program)
  await box.must('chmod +x /usr/local/sbin/nix && touch /run/nix-calls')
})

describe('with recordedSigners', () => {
  test('the system that one of them has recorded is deployed, and nothing is evaluated', async () => {
    const { box, ci } = scene()
    const { rev, path } = await ci.recorded({ packages: ['signed-1'] }, 'ci')
    expect((await box.run(['test', '-e', path])).code).toBe(1)
    await nixCalls()
    const answer = await answerTo(scene(), rev)
    const calls = await nixCalls()
    expect(answer).toMatchObject(deployed(path))
    expect(calls).toContainEqual(expect.stringContaining(path))
    expect(calls).not.toContainEqual(evaluation)
    expect(warningsOf(answer)).toEqual([])
  })

  test('the host has nothing to warn of', async () => {
    expect(await warningsOfStatus()).toEqual([])
  })

  test('it says who has signed what it deploys', async () => {
    const { rev } = await scene().ci.recorded({ packages: ['told-1'] }, 'ci')
    const { events } = await answerTo(scene(), rev)
    expect(events.map(({ text = '' }) => text)).toContainEqual(expect.stringContaining('ci@example.org'))
  })
})

describe('without recordedSigners', () => {
  beforeAll(async () => {
    await mustDeployRecorded(scene(), { config: { recordedSigners: '' } }, 'ci')
  })

  test('a line that nobody has signed is enough', async () => {
    const { rev, path } = await scene().ci.recorded({
      config: { recordedSigners: '' },
      packages: ['unsigned-1'],
    })
    expect(await answerTo(scene(), rev)).toMatchObject(deployed(path))
  })

  test('the host says in plain words that whoever may push to any branch may become root', async () => {
    const words = [expect.stringMatching(/push to any branch.*root.*recordedSigners/s)]
    expect(await warningsOfStatus()).toEqual(words)
  })
})

describe('with recorded-or-evaluate', () => {
  const config = { resolve: 'recorded-or-evaluate' }

  beforeAll(async () => {
    await mustDeployRecorded(scene(), { config })
  })

  test('a commit that CI has not recorded is evaluated, with a warning that says so', async () => {
    const { box, ci } = scene()
    const rev = await box.commit(ci.host({ config, packages: ['evaluated-1'] }))
    await nixCalls()
    const answer = await answerTo(scene(), rev)
    expect(answer).toMatchObject({ status: 'deployed', left: '' })
    expect(await nixCalls()).toContainEqual(evaluation)
    expect(warningsOf(answer)).toEqual([expect.stringMatching(new RegExp(`${rev}.* note`))])
  })

  test('one that it has recorded is not', async () => {
    const { rev, path } = await scene().ci.recorded({ config, packages: ['recorded-1'] }, 'ci')
    await nixCalls()
    const answer = await answerTo(scene(), rev)
    expect(answer).toMatchObject(deployed(path))
    expect(await nixCalls()).not.toContainEqual(evaluation)
    expect(warningsOf(answer)).toEqual([])
  })

  test('one whose recorded system no cache has is refused, and not evaluated either', async () => {
    const { rev, path } = await scene().ci.recorded({ config, packages: ['withdrawn-1'] }, 'ci')
    await scene().ci.withdraw(path)
    await nixCalls()
    expect(await answerTo(scene(), rev)).toMatchObject(refused(/^No cache of this host has/))
    expect(await nixCalls()).not.toContainEqual(evaluation)
  })
})
