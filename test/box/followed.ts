import { setTimeout } from 'node:timers/promises'
import type { Box } from './box.ts'
import { ask, connected } from './sshclient.ts'

/** What a request answers, up to the pattern; it is sent again while the host is down or cuts it off. */
export async function followed(box: Box, request: string, until: RegExp): Promise<string> {
  for (let attempt = 0; attempt < 300; attempt++) {
    const heard = await heardOnce(box, request, until).catch(() => '')
    if (until.test(heard)) return heard
    await setTimeout(500)
  }
  throw new Error(`'${request}' was never answered with ${String(until)}.`)
}

async function heardOnce(box: Box, request: string, until: RegExp): Promise<string> {
  const client = await connected(box)
  try {
    let heard = ''
    const { promise, resolve } = Promise.withResolvers<undefined>()
    const ended = ask(client, request, (text) => {
      heard = text
      if (until.test(text)) resolve(undefined)
    })
    await Promise.race([promise, ended])
    return heard
  } finally {
    client.end()
  }
}
