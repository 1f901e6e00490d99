import { describe, expect, test } from '@jest/globals'
import { ActionError } from '../../actions/shared/errors.ts'
import { COMMENT, Conversation, MARKER, pull, stored } from './conversation.ts'
import { SHA } from './findings.ts'

describe('the comment', () => {
  test('is made once, then left alone, then updated', async () => {
    const conversation = await new Conversation().keep()
    await conversation.keep()
    expect(conversation.asked).toEqual(['GET comments', 'POST comments', 'GET comments', 'POST graphql'])
    await conversation.keep({ body: `${MARKER}\n### Other\n` })
    expect(conversation.comments).toEqual([stored(0, { body: `${MARKER}\n### Other\n` })])
    expect(conversation.log.of('info')).toEqual([
      'Commented on pull request #7.',
      'The comment on pull request #7 says this already.',
      'Updated the comment on pull request #7.',
    ])
  })

  test('is the own one, whoever else writes its marker, and however many there are', async () => {
    const conversation = new Conversation()
    const others = Array.from({ length: 250 }, (_, id) => stored(id, { body: 'LGTM' }))
    const strange = { id: 500, body: null, user: null }
    const idless = { ...stored(500), id: null }
    const evil = stored(501, { login: 'mallory', body: COMMENT.body })
    const ghost = { ...stored(502), user: null }
    const another = stored(503, { body: `<!-- nix-vps garnix-wait web -->\n${MARKER}` })
    conversation.comments = [
      ...others,
      strange,
      idless,
      evil,
      ghost,
      another,
      stored(504, { body: `${MARKER}old` }),
    ]
    await conversation.keep()
    expect(conversation.comments.slice(250)).toEqual([strange, idless, evil, ghost, another, stored(504)])
    expect(conversation.asked.filter((route) => route === 'GET comments')).toHaveLength(3)
  })

  test('is made where only others have written its marker', async () => {
    const conversation = new Conversation()
    conversation.comments = [stored(0, { login: 'mallory' })]
    await conversation.keep()
    expect(conversation.comments).toEqual([stored(0, { login: 'mallory' }), stored(1)])
  })

  test('is the same with other line ends', async () => {
    const conversation = new Conversation()
    conversation.comments = [stored(0, { body: COMMENT.body.replaceAll('\n', '\r\n').trim() })]
    await conversation.keep()
    expect(conversation.asked).not.toContain('PATCH {comment_id}')
  })

  test('is not begun without anything to show, but an earlier one is brought up to date', async () => {
    const conversation = await new Conversation().keep({ isWorthMaking: false })
    expect(conversation.comments).toEqual([])
    conversation.comments = [stored(0, { body: `${MARKER}old` })]
    await conversation.keep({ isWorthMaking: false })
    expect(conversation.comments).toEqual([stored(0)])
  })

  test('is not looked for without end', async () => {
    const conversation = new Conversation()
    conversation.comments = Array.from({ length: 5_000 }, (_, id) => stored(id, { body: 'LGTM' }))
    await conversation.keep()
    expect(conversation.asked.filter((route) => route === 'GET comments')).toHaveLength(25)
  })
})

describe('the pull request', () => {
  test('is the open one of this repository whose head is the commit', async () => {
    const conversation = new Conversation()
    conversation.pulls = [
      pull(3, { state: 'closed' }),
      pull(4, { head: { sha: 'another' } }),
      pull(5, { base: { repo: { full_name: 'fork/infra' } } }),
      pull(6, { base: null, head: null }),
      pull(7),
      pull('8'),
      'strange',
    ]
    await conversation.keep({}, { pullRequest: undefined })
    expect(conversation.comments).toEqual([stored(0)])
  })

  test('may be none', async () => {
    const conversation = await new Conversation().keep({}, { pullRequest: undefined })
    expect(conversation.log.of('info')).toEqual([
      `No open pull request has ${SHA} as its head: there is none to comment on.`,
    ])
    expect(conversation.asked).toEqual(['GET pulls'])
  })

  test('may be one of two: then none gets a comment', async () => {
    const conversation = new Conversation()
    conversation.pulls = [pull(7), pull(8)]
    await conversation.keep({}, { pullRequest: undefined })
    expect(conversation.log.of('warning')).toEqual([
      "The pull request gets no comment: #7 and #8 have the same head; 'pull-request' says which is meant.",
    ])
    expect(conversation.comments).toEqual([])
  })
})

describe('a comment that cannot be kept', () => {
  test.each([401, 403, 404])('because the token may not (%i) is a notice', async (status) => {
    const conversation = new Conversation()
    conversation.refusals = { POST: { status, data: { message: 'Resource not accessible' } } }
    await conversation.keep()
    expect(conversation.log.entries).toHaveLength(1)
    expect(conversation.log.of('notice')).toEqual([
      expect.stringMatching(/Resource not accessible.*permissions|github.token/s),
    ])
  })

  test('for any other reason is a warning', async () => {
    const conversation = new Conversation()
    conversation.refusals = { POST: { status: 422, data: { message: 'Body is too long' } } }
    await conversation.keep()
    expect(conversation.log.of('warning')).toEqual([
      expect.stringMatching(/^The pull request gets no comment: GitHub refused .*422.*Body is too long/),
    ])
  })

  test.each([{ errors: [] }, null, 'text', { data: { viewer: { login: 7 } } }])(
    'because GitHub says %j to whose token it is stays as it is',
    async (data) => {
      const conversation = new Conversation()
      conversation.comments = [stored(0, { body: `${MARKER}old` })]
      conversation.refusals = { 'POST /graphql': { status: 200, data } }
      await conversation.keep()
      expect(conversation.log.of('warning')).toEqual([
        'The pull request gets no comment: GitHub does not say whose token this is.',
      ])
      expect(conversation.comments).toEqual([stored(0, { body: `${MARKER}old` })])
    },
  )

  test('because nobody answers is a warning, but a bug is a bug', async () => {
    const conversation = new Conversation()
    const failing = (error: Error) => conversation.keep({}, { ask: () => Promise.reject(error) })
    await failing(new ActionError('no answer'))
    expect(conversation.log.of('warning')).toEqual(['The pull request gets no comment: no answer'])
    await expect(failing(new TypeError('x is undefined'))).rejects.toThrow('x is undefined')
  })
})
