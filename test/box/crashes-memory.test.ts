// An evaluation that needs more memory than there is, under a real limit: what the kernel kills, and what is said.
import { afterAll, expect, jest, test } from '@jest/globals'
import type { Box } from './box.ts'
import { deployAgain, scene } from './crashing.ts'
import { endOf, startDeploy, tearDown } from './deploying.ts'
import { close, open, reached } from './gates.ts'

jest.setTimeout(300_000)

afterAll(() => tearDown())

const hungry = `{
  outputs = { self }: {
    nixosConfigurations.vps-arm = builtins.deepSeq (builtins.genList (n: { inherit n; }) 20000000) null;
  };
}
`

/** Whatever the worker runs now, and the worker, may use 300 MB together. Ends with the scores of these processes. */
const limit = `
  set -e
  group=$(systemctl show -P ControlGroup vps-deploy-worker)
  if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
    systemctl set-property --runtime vps-deploy-worker.service MemoryMax=300M MemorySwapMax=0
    procs=/sys/fs/cgroup$group/cgroup.procs
    grep -q '^[0-9]' "/sys/fs/cgroup$group/memory.max"
  else
    mkdir /run/memory
    mount -t cgroup -o memory none /run/memory
    mkdir /run/memory/$0
    echo 300M >/run/memory/$0/memory.limit_in_bytes
    procs=/sys/fs/cgroup/systemd$group/cgroup.procs
    # The gate's own sleep may be gone by then; the worker, the program and the gate are not.
    for pid in $(cat $procs); do echo $pid >/run/memory/$0/cgroup.procs || true; done 2>/dev/null
    [ "$(wc -l </run/memory/$0/cgroup.procs)" -ge 3 ]
  fi
  for pid in $(cat $procs); do cat /proc/$pid/oom_score_adj || true; done 2>/dev/null | sort -nu`

const unlimit = `
  [ ! -d /run/memory ] || { rmdir /run/memory/$0; umount /run/memory; rmdir /run/memory; }
  [ ! -e /sys/fs/cgroup/cgroup.controllers ] ||
    systemctl set-property --runtime vps-deploy-worker.service MemoryMax=infinity MemorySwapMax=infinity`

/** Deploys something whose evaluation eats all the memory it can get. */
async function starve(box: Box) {
  const rev = await box.commit({ flake: hungry })
  await close(box, 'resolve')
  const step = startDeploy(box, { rev })
  await reached(box, 'resolve')
  try {
    const scores = await box.must(['sh', '-c', limit, `nix-vps-${box.name}`])
    await open(box)
    return { run: await step.finished, scores: scores.split('\n') }
  } finally {
    // The group is the machine's, not the box's.
    await box.must(['sh', '-c', unlimit, `nix-vps-${box.name}`])
  }
}

test('an evaluation that runs out of memory is killed, not the worker, which says so and what to do', async () => {
  await using place = await scene()
  const { run, scores } = await starve(place.box)
  // Only who may lower a score gets one below 0.
  expect(scores).toEqual([expect.stringMatching(/^(-900|0)$/), '900'])
  const end = { code: 1, status: 'failed', exitCode: 69, host: place.before, leftovers: '' }
  expect(await endOf(place.box, run)).toEqual(end)
  expect(run.log).toMatch(
    /The evaluation failed: nix eval was killed \(signal 9\)\. Memory ran out, .* has \d+ MiB of memory and \d+ MiB of swap; evaluating a NixOS configuration takes 2 to 3 GB\. Add swap or memory\./,
  )
  expect(await deployAgain(place)).toMatchObject({ code: 0, status: 'deployed', leftovers: '' })
})
