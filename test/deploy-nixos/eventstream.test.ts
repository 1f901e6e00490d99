import { describe, expect, test } from '@jest/globals'
import { EventStream } from '../../actions/deploy-nixos/eventstream.ts'

const event = (seq: number, type = 'log'): string =>
  `${JSON.stringify({ seq, time: '', type, text: `#${seq}` })}\n`
const seqs = (stream: EventStream, text: string): number[] => stream.read(text).events.map(({ seq }) => seq)

describe('the stream of events', () => {
  test('is put together from pieces cut anywhere', () => {
    const stream = new EventStream()
    const whole = event(0) + event(1).replace('#1', '#€') + event(2)
    const found = Array.from(whole).flatMap((character) => stream.read(character).events)
    expect(found.map(({ seq }) => seq)).toEqual([0, 1, 2])
    expect(found[1]).toMatchObject({ type: 'log', text: '#€' })
    expect(stream.nextSeq).toBe(3)
  })

  test('shows nothing twice', () => {
    const stream = new EventStream()
    expect(seqs(stream, event(0) + event(1) + event(1) + event(0) + event(2))).toEqual([0, 1, 2])
  })

  test('stops at a gap, for a new connection to fill it', () => {
    const stream = new EventStream()
    expect(seqs(stream, event(0) + event(2) + event(3))).toEqual([0])
    expect(stream.isTorn).toBe(true)
    expect(seqs(stream, event(1))).toEqual([])
    stream.restart()
    expect(stream.isTorn).toBe(false)
    expect(seqs(stream, event(1) + event(2))).toEqual([1, 2])
  })

  test('goes on after a gap that is still there, and says so', () => {
    const stream = new EventStream()
    stream.read(event(0) + event(3))
    stream.restart()
    const { events, problems } = stream.read(event(3) + event(4))
    expect(events.map(({ seq }) => seq)).toEqual([3, 4])
    expect(problems).toEqual(['The host no longer has the events 1 to 2 of this deploy.'])
  })

  test('forgets half a line when the connection breaks', () => {
    const stream = new EventStream()
    stream.read(event(0) + event(1).slice(0, 10))
    stream.restart()
    expect(seqs(stream, event(1))).toEqual([1])
  })

  test('takes the result of a finished deploy whatever its number, and once', () => {
    const stream = new EventStream()
    stream.read(event(0) + event(1) + event(2))
    stream.restart()
    expect(seqs(stream, event(1, 'result') + event(1, 'result'))).toEqual([1])
    expect(stream.nextSeq).toBe(3)
  })

  test.each([
    'Welcome to example.org!',
    '[]',
    'null',
    '{}',
    '{"seq":"0","type":"log"}',
    '{"seq":-1,"type":"log"}',
    '{"seq":1.5,"type":"log"}',
    '{"seq":1e300,"type":"log"}',
    '{"seq":0',
  ])('leaves out a line that is no event: %s', (line) => {
    const stream = new EventStream()
    const { events, problems } = stream.read(`${line}\n\n \n${event(0)}`)
    expect(problems).toEqual([`The host sent a line that is not an event: ${line}`])
    expect(events).toHaveLength(1)
  })

  test('quotes only the beginning of a long line', () => {
    const { problems } = new EventStream().read(`${'x'.repeat(300)}\n`)
    expect(problems).toEqual([`The host sent a line that is not an event: ${'x'.repeat(200)}…`])
  })

  test('does not gather a line without an end', () => {
    const stream = new EventStream()
    const megabyte = 'x'.repeat(1_048_576)
    for (let size = 0; size < 20; size++) expect(stream.read(megabyte).events).toEqual([])
    const { events, problems } = stream.read(`\n${event(0)}`)
    expect(problems).toEqual([`The host sent a line that is not an event: ${'x'.repeat(200)}…`])
    expect(events.map(({ seq }) => seq)).toEqual([0])
  })

  test('counts an event that is too long to be read, and goes on', () => {
    const stream = new EventStream()
    stream.read(event(0))
    const whole = event(1).replace('#1', 'x'.repeat(9_000_000)) + event(2)
    const readings = Array.from({ length: 10 }, (_, index) =>
      stream.read(whole.slice(index * 1_000_000, (index + 1) * 1_000_000)),
    )
    expect(readings.flatMap(({ problems }) => problems)).toEqual([
      'Event 1 of the host is too long to be read.',
    ])
    expect(readings.flatMap(({ events }) => events.map(({ seq, type }) => [seq, type]))).toEqual([
      [1, 'unknown'],
      [2, 'log'],
    ])
  })

  test('forgets a line that is too long when the connection breaks', () => {
    const stream = new EventStream()
    stream.read('x'.repeat(9_000_000))
    stream.restart()
    expect(seqs(stream, event(0))).toEqual([0])
  })
})
