// A new system has to keep the disks as they are mounted.
import { expect, jest, test } from '@jest/globals'
import { mustAsk, resultOf, suiteBox } from './asking.ts'
import type { SystemSpec } from './box.ts'
import { hostState, leftovers } from './deploying.ts'
import { askAnew } from './sshclient.ts'

jest.setTimeout(120_000)

const UUID = '2fb40ef2-f1d0-4e4d-8b6f-6b1d9b0a1c11'

/** The device that holds /data. */
let disk: string

const box = suiteBox(async (made) => {
  // mount gives a loop device back by itself, also when the box just ends.
  disk = await made.must(`
    for number in $(seq 0 63); do [ -e /dev/loop$number ] || mknod /dev/loop$number b 7 $number; done
    [ -e /dev/loop-control ] || mknod /dev/loop-control c 10 237
    truncate -s 8M /root/disk.img && mkfs.ext4 -q -U ${UUID} /root/disk.img
    mkdir -p /data /bound && mount -o loop /root/disk.img /data && mount --bind /srv /bound
    findmnt -n -o SOURCE /data`)
  // As udev would; and a device that is another one.
  await made.must(`mkdir -p /dev/disk/by-uuid && ln -s ${disk} /dev/disk/by-uuid/${UUID}
    mknod /dev/another b 7 255; touch /root/swapfile
    printf 'Filename Type Size Used Priority\n/root/swapfile file 1000 0 -2\n' >/run/swaps
    mount --bind /run/swaps /proc/swaps`)
  await mustAsk(made, 'first-one', system({}))
})

/** Its fstab, with some lines written otherwise. */
function system(
  lines: Partial<Record<'data' | 'bound' | 'swap', string>>,
  more: SystemSpec = {},
): SystemSpec {
  const whole = {
    data: `${disk} /data ext4 defaults 0 0`,
    bound: '/srv /bound none bind 0 0',
    swap: '/root/swapfile none swap defaults 0 0',
    ...lines,
  }
  const fstab = `${Object.values(whole).join('\n')}\n`
  return { config: { settleSeconds: 0 }, etc: { fstab }, ...more }
}

let count = 0

async function answerTo(spec: SystemSpec): Promise<unknown> {
  const id = `changes-disks-${++count}`
  const { code } = await askAnew(box(), `deploy ${id} ${await box().commit(spec)} switch 0 200`)
  return { code, message: (await resultOf(box(), id))?.['message'] }
}

const moved: readonly (readonly [string, Parameters<typeof system>[0], RegExp])[] = [
  [
    'a mount is missing',
    { data: '' },
    /\/data is mounted, but the new system does not have it.*allowDiskChanges/,
  ],
  [
    'a mount is of another device',
    { data: '/dev/another /data ext4 defaults 0 0' },
    /\/data is on \/dev\/loop\d+, but on \/dev\/another/,
  ],
  [
    'a mount is of a device that is not there',
    { data: 'UUID=00000000-f1d0-4e4d-8b6f-6b1d9b0a1c11 /data ext4 defaults 0 0' },
    /\/data would be UUID=0{8}.*no such device/,
  ],
  [
    'a mount is of another type',
    { data: `UUID=${UUID} /data xfs defaults 0 0` },
    /\/data is ext4, but xfs in the new system/,
  ],
  ['swap is missing', { swap: '' }, /Swap \/root\/swapfile is in use/],
  ['swap is another', { swap: '/dev/another none swap defaults 0 0' }, /Swap \/root\/swapfile is in use/],
  [
    'a bind mount is of another directory',
    { bound: '/opt /bound none bind 0 0' },
    /\/bound is bound to \/srv, but to \/opt/,
  ],
]

test.each(moved)('where %s the deploy is refused', async (_, lines, why) => {
  const before = await hostState(box())
  expect(await answerTo(system(lines))).toEqual({ code: 65, message: expect.stringMatching(why) })
  expect(await hostState(box())).toEqual(before)
})

test('another name of the same device is fine', async () => {
  expect(await answerTo(system({ data: `UUID=${UUID} /data ext4 defaults 0 0` }))).toMatchObject({ code: 0 })
  expect(await leftovers(box())).toBe('')
})

test('a host may allow all of it', async () => {
  const allowed = { config: { settleSeconds: 0, allowDiskChanges: true } }
  expect(await answerTo(system({}, allowed))).toMatchObject({ code: 0 })
  expect(await answerTo(system({ data: '', swap: '', bound: '' }, allowed))).toMatchObject({ code: 0 })
})
