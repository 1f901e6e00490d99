import { describe, expect, test } from '@jest/globals'
import { addressInLink, addressOf, Instance, type Address } from '../../actions/garnix-wait/instance.ts'
import type { Fetch } from '../../actions/shared/ports.ts'
import { FakeClock } from '../support/fakes.ts'
import { SHA } from './given.ts'

const ME = { login: 'me', token: 'secret-token' }
const given = (url: string): Address => ({ url, isFound: false })

describe('the address', () => {
  test.each([
    ['https://garnix.example/build/B5aPM2pB', 'https://garnix.example'],
    ['https://garnix.example:8443/run/B5aPM2pB/', 'https://garnix.example:8443'],
    ['http://10.0.0.1/ci/build/B5aPM2pB?x=1', 'http://10.0.0.1/ci'],
    ['https://github.com/me/servers/runs/123', undefined],
    ['https://github.com/me/servers/actions/runs/1/job/2', undefined],
    ['https://garnix.example/build/', undefined],
    ['file:///build/B5aPM2pB', undefined],
    ['javascript:/build/B5aPM2pB', undefined],
    ['build/B5aPM2pB', undefined],
    ['', undefined],
  ])('in the link %s is %s', (link, url) => {
    expect(addressInLink(link)).toEqual(url === undefined ? undefined : { url, isFound: true })
  })

  test('is that of the inputs, else that of the first link that has one', () => {
    const links = [
      'https://github.com/me',
      'https://one.example/build/aaaa',
      'https://two.example/build/aaaa',
    ]
    const of = (url: string | undefined) => addressOf({ url, credentials: undefined }, links)
    expect(of('https://mine.example')).toEqual({ url: 'https://mine.example', isFound: false })
    expect(of(undefined)).toEqual({ url: 'https://one.example', isFound: true })
    expect(addressOf({ url: undefined, credentials: undefined }, [])).toBeUndefined()
  })

  const refusing: Fetch = async () => {
    throw new Error('This was asked.')
  }
  const refusal = (address: Address | undefined, credentials?: typeof ME) =>
    new Instance(
      { credentials, repository: 'me/servers', sha: SHA },
      { fetch: refusing, clock: new FakeClock() },
    ).ask(address)

  test('that is not known yet', async () => {
    expect(await refusal(undefined)).toEqual({
      kind: 'none',
      words: "no check run links to an instance, and 'instance-url' is not given",
      isFinal: false,
    })
  })

  test('of the service that is gone is not asked', async () => {
    expect(await refusal(addressInLink('https://app.garnix.io/build/B5aPM2pB'))).toEqual({
      kind: 'none',
      words: 'app.garnix.io is gone: the hosted garnix.io shut down on 2026-07-15, its API with it',
      isFinal: true,
    })
    expect(await refusal(given('https://notgarnix.io'))).toHaveProperty('words', 'This was asked')
  })

  test('that was found gets credentials over https:// only', async () => {
    const found = { url: 'http://g.example', isFound: true }
    expect(await refusal(found, ME)).toEqual({
      kind: 'none',
      words:
        "http://g.example, which a check run links to, is not https://: 'instance-token' is not sent there unless 'instance-url' says so",
      isFinal: true,
    })
    const was = { words: 'This was asked' }
    expect(await refusal(found)).toMatchObject(was)
    expect(await refusal({ ...found, url: 'https://g.example' }, ME)).toMatchObject(was)
    expect(await refusal({ ...found, isFound: false }, ME)).toMatchObject(was)
  })
})
