import { describe, expect, test } from '@jest/globals'
import { parseNoteLine, recordedPaths } from '../../actions/garnix-wait/noteline.ts'
import { storePath } from '../support/binarycache.ts'

const [WEB, OTHER] = [storePath('nixos-system-web-26.11'), storePath('nixos-system-web-26.12')]

describe('a line of a note', () => {
  test('records a closure, signed or not', () => {
    expect(parseNoteLine(`web ${WEB}`)).toEqual({ configuration: 'web', path: WEB, signature: undefined })
    expect(parseNoteLine(`web ${WEB} AAAA+/==`)).toMatchObject({ signature: 'AAAA+/==' })
  })

  test.each([
    '',
    'web',
    `web  ${WEB}`,
    ` web ${WEB}`,
    `web ${WEB} `,
    'web nix/store/hello',
    `web ${WEB} not-base64!`,
    `web ${WEB} AAAA more`,
    `web ${WEB}\r`,
  ])('%j records none', (line) => {
    expect(parseNoteLine(line)).toBeUndefined()
  })
})

test('a note names the path of a configuration once, however many have signed it', () => {
  const note = `Reviewed.\nweb ${WEB} AAAA\nweb2 ${OTHER}\nweb ${WEB} BBBB\n`
  expect(recordedPaths(note, 'web')).toEqual([WEB])
  expect(recordedPaths(`${note}web ${OTHER}`, 'web')).toEqual([WEB, OTHER])
  expect(recordedPaths(note, 'db')).toEqual([])
  expect(recordedPaths(`db ${WEB}/bin\ndb /nix/store/short\ndb ${OTHER}\n`, 'db')).toEqual([OTHER])
})
