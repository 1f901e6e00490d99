import { NodeSSH } from 'node-ssh'
import type { Client, ClientChannel } from 'ssh2'
import type { Box } from './box.ts'

/** What came back for one request; the code is undefined if there was none. */
export interface Answer {
  readonly code: number | undefined
  readonly stdout: string
  readonly stderr: string
}

/** A connection as user deploy. */
export async function connected(to: Box): Promise<Client> {
  const options = { host: to.address, username: 'deploy', privateKey: to.deployKey }
  const { connection } = await new NodeSSH().connect(options)
  if (connection === null) throw new Error('connected, and not')
  // node-ssh takes its listener off once it is connected; a host that resets a connection we have closed ends no test.
  connection.on('error', () => undefined)
  return connection
}

/** Sends one request and waits for its whole answer; `onText` sees it as it comes. */
export function ask(client: Client, request: string, onText?: (text: string) => void): Promise<Answer> {
  return new Promise((resolve, reject) => {
    client.exec(request, (error, channel) => {
      if (error === undefined) answerOf(channel, onText).then(resolve, reject)
      else reject(error)
    })
  })
}

export function answerOf(channel: ClientChannel, onText?: (text: string) => void): Promise<Answer> {
  return new Promise((resolve) => {
    let [stdout, stderr] = ['', '']
    let code: number | undefined
    channel.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
      onText?.(stdout)
    })
    channel.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    channel.on('exit', (status: number) => (code = status))
    channel.on('close', () => {
      resolve({ code, stdout, stderr })
    })
    channel.end()
  })
}

/** One request over a connection of its own. */
export async function askAnew(box: Box, request: string): Promise<Answer> {
  const client = await connected(box)
  try {
    return await ask(client, request)
  } finally {
    client.end()
  }
}
