import { describe, expect, test } from '@jest/globals'
import { sideBySide, Stages } from '../../scripts/stages.js'

/** A stage that ends when it is told to. */
function held() {
  let end = () => {}
  const ended = new Promise<void>((resolve) => (end = resolve))
  return {
    end: () => {
      end()
    },
    ended,
  }
}

const settled = () => new Promise((resolve) => setImmediate(resolve))

describe('side by side', () => {
  test('run as many chains as fit; the next one begins where one ends', async () => {
    const begun: string[] = []
    const first = held()
    const second = held()
    const run = sideBySide(
      [
        [
          async () => {
            begun.push('a')
            await first.ended
          },
          async () => {
            begun.push('a2')
          },
        ],
        [
          async () => {
            begun.push('b')
            await second.ended
          },
        ],
        [
          async () => {
            begun.push('c')
          },
        ],
      ],
      2,
    )
    await settled()
    expect(begun).toEqual(['a', 'b'])
    second.end()
    await settled()
    expect(begun).toEqual(['a', 'b', 'c'])
    first.end()
    await run
    expect(begun).toEqual(['a', 'b', 'c', 'a2'])
  })

  test('one that throws is not lost', async () => {
    await expect(sideBySide([[() => Promise.reject(new Error('no disk'))], []], 2)).rejects.toThrow('no disk')
  })
})

describe('what stages say', () => {
  test('is printed whole when they end', async () => {
    const printed: string[] = []
    const stages = new Stages({ isAlone: false, print: (text) => printed.push(text) })
    const first = held()
    const slow = stages.step('slow', async (say) => {
      say('slow one\n')
      await first.ended
      say('slow two\n')
      return { passed: 1, failed: 0 }
    })
    await stages.step('quick', async (say) => {
      say('quick\n')
      return { passed: 0, failed: 1 }
    })
    first.end()
    await slow
    expect(printed).toEqual([
      'slow begins\n',
      'quick begins\n',
      '\n## quick: ended after 0 s\nquick\n\n',
      '\n## slow: ended after 0 s\nslow one\nslow two\n\n',
    ])
    expect(stages.outcomes).toMatchObject([
      { name: 'quick', passed: 0, failed: 1 },
      { name: 'slow', passed: 1, failed: 0 },
    ])
  })

  test('is what went wrong in it, which is a failure of its own and ends none of the others', async () => {
    const printed: string[] = []
    const stages = new Stages({ isAlone: false, print: (text) => printed.push(text) })
    await stages.step('unit', async (say) => {
      say('half of it\n')
      throw new SyntaxError('Unexpected end of JSON input')
    })
    expect(stages.outcomes).toMatchObject([{ name: 'unit', passed: 0, failed: 1 }])
    expect(printed[1]).toMatch(/half of it\nSyntaxError: Unexpected end of JSON input\n/)
  })

  test('is shown as it goes where there is but one', async () => {
    const printed: string[] = []
    const stages = new Stages({ isAlone: true, print: (text) => printed.push(text) })
    await stages.step('tests', async (say) => {
      say('one\n')
      expect(printed).toEqual(['\n## tests\n', 'one\n'])
      return { passed: 1, failed: 0 }
    })
    expect(printed).toHaveLength(2)
  })

  test('is printed as far as it got when somebody interrupts, and nothing begins after', async () => {
    const printed: string[] = []
    const stages = new Stages({ isAlone: false, print: (text) => printed.push(text) })
    const first = held()
    const slow = stages.step('slow', async (say) => {
      say('half of it\n')
      await first.ended
      return { passed: 0, failed: 1 }
    })
    stages.interrupt()
    first.end()
    await slow
    await stages.step('next', () => Promise.reject(new Error('began')))
    expect(printed).toEqual(['slow begins\n', '\n## slow: interrupted\nhalf of it\n\n'])
  })
})
