// A host whose CI logs in as root: `user = "root"` of the module.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, jest, test } from '@jest/globals'
import { NodeSSH } from 'node-ssh'
import { suiteBox } from './asking.ts'
import type { Box } from './box.ts'
import { deploy } from './deploying.ts'
import { answerOf } from './sshclient.ts'
import type { Answer } from './sshclient.ts'

jest.setTimeout(60_000)

const setpriv =
  'setpriv --reuid=deploy --regid=deploy --init-groups --inh-caps=-all --bounding-set=-all --no-new-privs'
const command = `cd / && HOME=/var/empty PATH=$PATH exec ${setpriv} vps-deploy`
const file = 'ssh/authorized_keys.d/root'

/** Root's keys as the module writes them: his own, and the one that may only deploy. */
const rootKeys = async (made: Box): Promise<string> =>
  made.must(`cat /etc/ssh/authorized_keys.d/root
    printf 'restrict,command="%s" ' '${command}'; sed 's/.*restrict //' /etc/ssh/authorized_keys.d/deploy`)

let etc: Record<string, string> = {}
const box = suiteBox(async (made) => {
  etc = { [file]: `${await rootKeys(made)}\n`, 'ssh/authorized_keys.d/deploy': '' }
  for (const [path, text] of Object.entries(etc)) {
    await made.must(`rm -f /etc/${path}`)
    await made.write(`/etc/${path}`, text)
  }
})

async function askRoot(privateKey: string, request: string, pty = false): Promise<Answer> {
  const { connection } = await new NodeSSH().connect({ host: box().address, username: 'root', privateKey })
  if (connection === null) throw new Error('connected, and not')
  connection.on('error', () => undefined)
  try {
    return await new Promise((resolve, reject) => {
      connection.exec(request, { pty }, (error, channel) => {
        if (error === undefined) answerOf(channel).then(resolve, reject)
        else reject(error)
      })
    })
  } finally {
    connection.end()
  }
}

test('the command is the one that the module writes', () => {
  const path = join(import.meta.dirname, '../../nix/modules/vps-deploy/access.nix')
  const text = readFileSync(path, 'utf8').replaceAll(/"\s*\+ "/g, '')
  expect(text).toContain(`/bin/${setpriv}"`)
})

// The intake takes the letters of user deploy and of nobody else.
test('the key of CI deploys as root as it would as deploy, confirmed over a new connection', async () => {
  const rev = await box().commit({ packages: ['as-root'], etc })
  const run = await deploy(box(), { rev, user: 'root' })
  expect(run).toMatchObject({ code: 0, outputs: { status: 'deployed', rev } })
})

test('it can do nothing else', async () => {
  for (const request of ['id', 'sh -c id', 'hello; id'])
    expect(await askRoot(box().deployKey, request)).toMatchObject({ code: 64, stdout: '' })
  await expect(askRoot(box().deployKey, 'hello', true)).rejects.toThrow()
  const { code, stdout } = await askRoot(box().deployKey, 'status')
  expect(code).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({ protocol: 1, active: null })
})

test("root's own key goes on working", async () => {
  expect(await askRoot(box().adminKey, 'id -u')).toMatchObject({ code: 0, stdout: '0\n' })
})
