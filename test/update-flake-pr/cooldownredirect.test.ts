/** A real git, whose host sends it elsewhere. */
import { afterAll, expect, test } from '@jest/globals'
import { filesBelow } from '../../actions/shared/adapters/files.ts'
import { runProgram } from '../../actions/shared/adapters/process.ts'
import { tipsByGit } from '../../actions/update-flake-pr/cooldowngit.ts'
import { fakeHosts } from '../support/fakehosts.ts'

const environment = { ...process.env }
afterAll(() => {
  process.env = environment
})

const ADVERTISED = {
  status: 200,
  headers: { 'content-type': 'application/x-git-upload-pack-advertisement' },
  body: '001e# service=git-upload-pack\n0000000eversion 2\n000cls-refs\n0000',
}

test('a token does not go to where its host redirects git', async () => {
  await using hosts = await fakeHosts(['host.example', 'other.example'], ({ host, path }) =>
    host === 'host.example'
      ? { status: 302, headers: { location: `https://other.example${path}` } }
      : ADVERTISED,
  )
  Object.assign(process.env, hosts.env, { GIT_SSL_CAINFO: hosts.env['NIX_SSL_CERT_FILE'] })
  const world = { run: runProgram, files: filesBelow('/'), cancel: new AbortController().signal }
  const repository = { url: 'https://host.example/o/r.git', ref: undefined, token: 'secret' }
  expect(await tipsByGit(repository, 0, world)).toMatchObject({
    problem: 'its address leads to another one, and a token goes to no other: name that one in flake.nix',
  })
  const login = `Basic ${Buffer.from('oauth2:secret').toString('base64')}`
  const told = hosts.requests.map(({ host, headers }) => [host, headers.authorization])
  expect(told).toEqual([['host.example', login]])
})
