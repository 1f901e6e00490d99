import { describe, expect, test } from '@jest/globals'
import { ActionError } from '../../actions/shared/errors.ts'
import { type Inputs, parseWith } from '../../actions/shared/inputs.ts'
import { reading } from '../support/fakes.ts'

/** What one reading of inputs gives, or the words of its complaint. */
function outcome<T>(inputs: Record<string, string>, parse: (inputs: Inputs) => T): T | string {
  try {
    return parseWith(reading(inputs), parse)
  } catch (error) {
    if (error instanceof ActionError) return error.message
    throw error
  }
}

describe('a good input becomes its value', () => {
  test.each<[string, string, (inputs: Inputs) => unknown, unknown]>([
    ['required', 'host.example', (inputs) => inputs.required('x'), 'host.example'],
    ['optional', 'something', (inputs) => inputs.optional('x'), 'something'],
    ['optional, not given', '', (inputs) => inputs.optional('x'), undefined],
    ['matching', 'ab', (inputs) => inputs.matching('x', { pattern: /^ab$/, expected: 'ab' }), 'ab'],
    ['integer', '22', (inputs) => inputs.integer('x', { min: 1, max: 65_535 }), 22],
    ['negative integer', '-3', (inputs) => inputs.integer('x'), -3],
    ['duration', '5m', (inputs) => inputs.duration('x', { min: 300, max: 300 }), 300_000],
    ['boolean', 'true', (inputs) => inputs.boolean('x'), true],
    ['boolean', 'false', (inputs) => inputs.boolean('x'), false],
    ['choice', 'b', (inputs) => inputs.choice('x', ['a', 'b']), 'b'],
    ['lines', ' a \r\n\n b\rc', (inputs) => inputs.lines('x'), ['a', 'b', 'c']],
    ['lines, not given', '', (inputs) => inputs.lines('x'), []],
    ['parsed', '7', (inputs) => inputs.parsed('x', Number), 7],
  ])('%s: %j', (...[, value, parse, expected]) => {
    expect(outcome({ x: value }, parse)).toEqual(expected)
  })
})

describe('a bad input is named, with its value and what was expected', () => {
  test.each<[string, (inputs: Inputs) => unknown, string]>([
    ['', (inputs) => inputs.required('x'), "Bad input: 'x' is required and not given."],
    ['', (inputs) => inputs.integer('x'), "Bad input: 'x' is required and not given."],
    ['', (inputs) => inputs.duration('x'), "Bad input: 'x' is required and not given."],
    ['', (inputs) => inputs.choice('x', ['a', 'b']), "Bad input: 'x' is required and not given."],
    [
      '',
      (inputs) => inputs.matching('x', { pattern: /a/, expected: 'a' }),
      "Bad input: 'x' is required and not given.",
    ],
    [
      'b',
      (inputs) => inputs.matching('x', { pattern: /a/, expected: 'an a' }),
      "Bad input: 'x' is 'b', expected an a.",
    ],
    ['1.5', (inputs) => inputs.integer('x'), "Bad input: 'x' is '1.5', expected a whole number."],
    [
      '0',
      (inputs) => inputs.integer('x', { min: 1 }),
      "Bad input: 'x' is '0', expected a whole number of at least 1.",
    ],
    [
      '9',
      (inputs) => inputs.integer('x', { max: 8 }),
      "Bad input: 'x' is '9', expected a whole number of at most 8.",
    ],
    [
      '0x16',
      (inputs) => inputs.integer('x', { min: 1, max: 9 }),
      "Bad input: 'x' is '0x16', expected a whole number from 1 to 9.",
    ],
    [
      'soon',
      (inputs) => inputs.duration('x', { max: 60 }),
      "Bad input: 'x' is 'soon', expected whole seconds or a number with s, m, h or d (90, 90s, 5m, 1h, 7d) of at most 60 s.",
    ],
    ['yes', (inputs) => inputs.boolean('x'), "Bad input: 'x' is 'yes', expected one of true, false."],
    ['True', (inputs) => inputs.boolean('x'), "Bad input: 'x' is 'True', expected one of true, false."],
    ['c', (inputs) => inputs.choice('x', ['a', 'b']), "Bad input: 'x' is 'c', expected one of a, b."],
  ])('%j', (value, parse, message) => {
    expect(outcome({ x: value }, parse)).toBe(message)
  })
})

test('all bad inputs are reported at once', () => {
  const message = outcome({ port: 'ssh', mode: 'now' }, (inputs) => {
    inputs.required('host')
    inputs.integer('port')
    inputs.choice('mode', ['switch', 'boot'])
    inputs.problem("'a' needs 'b'.")
  })
  expect(message).toBe(
    [
      '4 bad inputs:',
      "- 'host' is required and not given.",
      "- 'port' is 'ssh', expected a whole number.",
      "- 'mode' is 'now', expected one of switch, boot.",
      "- 'a' needs 'b'.",
    ].join('\n'),
  )
})

test('a bad number fails no comparison with another input', () => {
  const message = outcome({ short: 'x', long: '5' }, (inputs) => {
    if (inputs.duration('short') > inputs.duration('long')) inputs.problem('never said')
  })
  expect(message).not.toContain('never said')
})

describe('a parser of its own', () => {
  const notFitting = (): unknown => {
    throw new ActionError('They do not fit.')
  }
  const notAKey = (): unknown => {
    throw new ActionError('This is not a private key.', { hint: 'Was it pasted whole?' })
  }

  test('complains in its own words, and never shows the value', () => {
    const message = outcome({ 'ssh-key': 'secret' }, (inputs) => inputs.parsed('ssh-key', notAKey))
    expect(message).toBe("Bad input: 'ssh-key': This is not a private key. Was it pasted whole?")
  })

  test('for what depends on several inputs begins with their names', () => {
    const message = outcome({}, (inputs) => inputs.attempt("'a' and 'b'", notFitting))
    expect(message).toBe("Bad input: 'a' and 'b': They do not fit.")
  })

  test('that has a bug is not taken for a bad input', () => {
    const buggy = (): unknown => {
      throw new TypeError('oops')
    }
    expect(() => outcome({ x: '1' }, (inputs) => inputs.parsed('x', buggy))).toThrow(TypeError)
  })
})
