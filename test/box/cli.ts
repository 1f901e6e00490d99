// Boxes by hand: node test/box/cli.ts up | sh NAME COMMAND | install NAME | logs NAME | down NAME | setup
import { bootBox, openBox } from './box.ts'
import { layers } from './layers.ts'
import { requireMachine } from './requirements.ts'
import type { Box } from './box.ts'

const say = (text: string): void => {
  console.log(text)
}

const commands: Record<string, (args: string[]) => Promise<number>> = {
  async setup() {
    await requireMachine()
    await layers(say)
    return 0
  },
  async up(args) {
    const name = args[0] === '--name' ? (args[1] ?? 'box') : (args[0] ?? 'box')
    const box = await bootBox({ name, lifetime: 'detached', say })
    say(howToUse(box))
    return 0
  },
  async sh([name = 'box', ...command]) {
    const box = await openBox(name)
    const line = command.length === 1 ? ['sh', '-c', command[0] ?? ''] : command
    const { code, stdout, stderr } = await box.run(line, { timeoutMs: 3_600_000 })
    process.stdout.write(stdout)
    process.stderr.write(stderr)
    return code
  },
  async install([name = 'box']) {
    await (await openBox(name)).install()
    return 0
  },
  async plug([state = 'out', name = 'box']) {
    const box = await openBox(name)
    await (state === 'in' ? box.start() : box.pullPlug())
    return 0
  },
  async logs([name = 'box']) {
    say(await (await openBox(name)).logs())
    return 0
  },
  async down([name = 'box']) {
    await (await openBox(name))[Symbol.asyncDispose]()
    return 0
  },
}

function howToUse(box: Box): string {
  const key = `-i ${box.adminKeyFile}`
  const options = `-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR`
  return [
    `The box '${box.name}' is up at ${box.address}, host key ${box.fingerprint}.`,
    `  as root:    ssh ${key} ${options} root@${box.address}`,
    `  as deploy:  ssh -i ${box.deployKeyFile} ${options} deploy@${box.address} hello`,
    `  stop it:    node test/box/cli.ts down ${box.name}`,
  ].join('\n')
}

const [verb = '', ...args] = process.argv.slice(2)
const command = commands[verb]
if (command === undefined) {
  console.error(`Usage: node test/box/cli.ts ${Object.keys(commands).join('|')} [name] …`)
  process.exitCode = 64
} else {
  try {
    process.exitCode = await command(args)
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  }
}
