import { describe, expect, test } from '@jest/globals'
import { failedUnitWords } from '../../actions/deploy-nixos/changes.ts'
import { parseEvent } from '../../actions/deploy-nixos/parseevent.ts'

describe('an event of a host that cannot be trusted', () => {
  test.each(['accepted', 'queued', 'phase', 'log', 'diff', 'units', 'awaiting-confirm', 'warning', 'result'])(
    'of type %s may lack everything, or have it in other types',
    (type) => {
      const keys = [
        'id',
        'rev',
        'mode',
        'configuration',
        'version',
        'deadline',
        'position',
        'name',
        'state',
        'text',
      ]
      const lists = [
        'error',
        'added',
        'removed',
        'changed',
        'restarted',
        'newFailed',
        'rebootRequired',
        'message',
      ]
      const fields = Object.fromEntries([...keys, ...lists].map((key) => [key, { [key]: 1 }]))
      const strange = Object.fromEntries(
        [...keys, ...lists].map((key) => [key, [null, 1, { sizeBytes: {} }]]),
      )
      for (const more of [{}, fields, strange])
        expect(parseEvent(JSON.stringify({ seq: 0, type, ...more }))).toMatchObject({
          seq: 0,
          type,
          time: '',
        })
    },
  )

  test.each(['__proto__', 'constructor', 'toString', ''])('of type %p is unknown', (type) => {
    expect(parseEvent(JSON.stringify({ seq: 0, type }))).toEqual({ seq: 0, time: '', type: 'unknown' })
  })
})

test('an exit status may be a number or a word', () => {
  const units = {
    seq: 0,
    type: 'units',
    newFailed: [
      { unit: 'a', exitStatus: 3 },
      { unit: 'b', exitStatus: 'KILL' },
    ],
  }
  expect(parseEvent(JSON.stringify(units))).toMatchObject({
    newFailed: [
      { unit: 'a', result: '', exitStatus: '3' },
      { unit: 'b', result: '', exitStatus: 'KILL' },
    ],
  })
  expect(failedUnitWords({ unit: 'a', result: '', exitStatus: '3' })).toBe('a (status 3)')
  expect(failedUnitWords({ unit: 'a', result: 'timeout', exitStatus: '' })).toBe('a (timeout)')
  expect(failedUnitWords({ unit: 'a', result: '', exitStatus: '' })).toBe('a')
})
