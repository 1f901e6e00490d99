/** A file of its own, for GitHub's client reads the environment once. */
import { createServer } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { expect, test } from '@jest/globals'
import { githubRequest } from '../../../actions/shared/adapters/github.ts'
import { fakeGitHub } from '../../support/github/server.ts'

test('a proxy of the environment is asked for the way to GitHub', async () => {
  await using github = await fakeGitHub()
  const asked: (string | undefined)[] = []
  const proxy = createServer()
  proxy.on('connect', (request, socket) => {
    asked.push(request.url)
    const way = connect(Number(new URL(github.url).port), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      socket.pipe(way).pipe(socket)
    })
    socket.on('error', () => way.destroy())
    way.on('error', () => socket.destroy())
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  process.env['http_proxy'] = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`
  process.env['GITHUB_API_URL'] = 'http://github.invalid'
  const answer = await githubRequest('secret')('GET /user', {}, { timeoutMs: 60_000 })
  expect(answer.status).toBe(403)
  expect(asked).toEqual(['github.invalid:80'])
  expect(github.exchanges).toMatchObject([{ path: '/user', authorization: 'token secret' }])
  proxy.closeAllConnections()
  proxy.close()
})
