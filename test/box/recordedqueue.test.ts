// Several recorded deploys at once: whom one of them is left to.
import { expect, jest, test } from '@jest/globals'
import { asked, resultOf } from './asking.ts'
import { leftovers } from './deploying.ts'
import { suiteScene } from './recording.ts'

jest.setTimeout(120_000)

const scene = suiteScene()

/** Three deploys: the first is fetching while the others come; the last one's commit is recorded, or not. */
async function three(name: string, isRecorded: boolean): Promise<unknown> {
  const { box, ci } = scene()
  const recorded = []
  for (const number of [1, 2]) recorded.push(await ci.recorded({ packages: [`${name}-${number}`] }, 'ci'))
  const last = ci.host({ packages: [`${name}-3`] })
  const revs = [...recorded.map(({ rev }) => rev), await box.commit(last)]
  if (isRecorded) {
    const [, , rev = ''] = revs
    await ci.note(rev, await ci.line({ rev, path: await ci.build(rev) }, 'ci'))
  }
  ci.cache.behave('hangs', /^\/nar\//)
  const reached = ci.cache.askedFor(/^\/nar\//)
  const deploys = []
  for (const [number, rev] of revs.entries()) {
    deploys.push(await asked(box, `deploy ${name}-number-${number + 1} ${rev} switch 0 200`))
    await reached
  }
  ci.cache.behave('answers')
  // What hung is asked for again.
  ci.cache.hangUp()
  const ends = []
  for (const { id, answer } of deploys) {
    await answer
    ends.push((await resultOf(box, id))?.['status'])
  }
  return { ends, left: await leftovers(box) }
}

test('one is left to a later one that is recorded as well', async () => {
  const ends = ['deployed', 'superseded', 'deployed']
  expect(await three('good', true)).toEqual({ ends, left: '' })
})

test('none is left to a later one that nobody has recorded', async () => {
  const ends = ['deployed', 'deployed', 'refused']
  expect(await three('lacking', false)).toEqual({ ends, left: '' })
})
