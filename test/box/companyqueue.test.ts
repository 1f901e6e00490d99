// What a queue takes, and that whoever is refused costs others nothing.
import { expect, jest, test } from '@jest/globals'
import { asked, gate, resultOf, suiteBox } from './asking.ts'
import type { Asked } from './asking.ts'
import { leftovers } from './deploying.ts'
import { askAnew } from './sshclient.ts'

jest.setTimeout(180_000)

const box = suiteBox()
const config = { settleSeconds: 0, keepDeploys: 2 }

test('refused deploys displace nothing that is kept of others', async () => {
  for (const name of ['kept-deploy-1', 'kept-deploy-2']) {
    const rev = await box().commit({ packages: [name], config })
    expect(await askAnew(box(), `deploy ${name} ${rev} switch 0 200`)).toMatchObject({ code: 0 })
  }
  const off = await box().commit({}, { branch: 'feature' })
  for (const round of [1, 2, 3]) {
    const ids = Array.from({ length: 8 }, (_, index) => `refused-${round}-${index}`)
    const answers = await Promise.all(ids.map((id) => askAnew(box(), `deploy ${id} ${off} switch 0 300`)))
    expect(answers.map(({ code }) => code)).toEqual(ids.map(() => 65))
  }
  for (const name of ['kept-deploy-1', 'kept-deploy-2'])
    expect(await askAnew(box(), `attach ${name} 0`)).toMatchObject({ code: 0 })
  const status = JSON.parse((await askAnew(box(), 'status')).stdout) as unknown
  expect(status).toMatchObject({ lastResult: { id: 'kept-deploy-2', status: 'deployed' } })
  expect(await box().must('ls /var/lib/vps-deploy/deploys | grep -c ^refused-')).toBe('20')
  expect(await leftovers(box())).toBe('')
})

test('16 deploys may wait; one more is refused, until a place is free', async () => {
  const held = await box().commit({ build: gate.held, config })
  const first = await asked(box(), `deploy held-in-its-build ${held} dry-activate 0 300`)
  await box().waitFor('/run/vps-deploy/active')
  // Each of them would be refused at its turn, which is quick.
  const request = (id: string) => `deploy ${id} ${'0'.repeat(40)} dry-activate 0 300`
  const waiting: Asked[] = []
  for (let number = 1; number <= 16; number++) waiting.push(await asked(box(), request(`waiting-${number}`)))
  expect(await askAnew(box(), request('one-too-many'))).toMatchObject({
    code: 65,
    stdout: '',
    stderr: expect.stringContaining('16 deploys wait already'),
  })
  const again = askAnew(box(), request('waiting-16'))
  expect(await askAnew(box(), 'abort waiting-3')).toMatchObject({ code: 0 })
  waiting.push(await asked(box(), request('takes-its-place')))
  await gate.release(box())
  await Promise.all(waiting.map(({ answer }) => answer))
  const ends = await Promise.all(waiting.map(({ id }) => resultOf(box(), id)))
  const status = (id: string) => (id === 'waiting-3' ? 'aborted' : 'refused')
  expect(ends).toMatchObject(waiting.map(({ id }) => ({ id, status: status(id) })))
  expect(await again).toMatchObject({ code: 65, stdout: expect.stringContaining('"type":"result"') })
  expect(await first.answer).toMatchObject({ code: 0 })
  expect(await leftovers(box())).toBe('')
})
