/** Narinfos of cache.nixos.org, as public files have preserved them (2020, 2022 and 2026). */
import { parseNarInfo, type NarInfo } from '../../actions/garnix-wait/narinfo.ts'
import { parseStorePath } from '../../actions/garnix-wait/storepath.ts'

export interface Vector {
  readonly path: string
  readonly text: string
}

export const HELLO = vector({
  path: '/nix/store/w9yy7v61ipb5rx6i35zq1mvc2iqfmps1-hello-2.10',
  narHash: 'sha256:1mi14cqk363wv368ffiiy01knardmnlyphi6h9xv6dkjz44hk30i',
  narSize: 205968,
  references: '9df65igwjmf2wbw0gbrrgair6piqjgmi-glibc-2.31 w9yy7v61ipb5rx6i35zq1mvc2iqfmps1-hello-2.10',
  sig: 'uP5KU8MCmyRnKGlN5oEv6xWJBI5EO/Pf5aFztZuLSz8BpCcZ1fdBnJkVXhBAlxkdm/CemsgQskhwvyd2yghTAg==',
})

export const CURL = vector({
  path: '/nix/store/syd87l2rxw8cbsxmxl853h0r6pdwhwjr-curl-7.82.0-bin',
  narHash: 'sha256:1b4sb93wp679q4zx9k1ignby1yna3z7c4c2ri3wphylbc2dwsys0',
  narSize: 196040,
  references:
    '0jqd0rlxzra1rs38rdxl43yh6rxchgc6-curl-7.82.0 6w8g7njm4mck5dmjxws0z1xnrxvl81xa-glibc-2.34-115 j5jxw3iy7bbz4a57fh9g2xm2gxmyal8h-zlib-1.2.12 yxvjs9drzsphm9pcf42a4byzj1kb9m7k-openssl-1.1.1n',
  sig: 'TsTTb3WGTZKphvYdBHXwo6weVILmTytUjLB+vcX89fOjjRicCHmKA4RCPMVLkj6TMJ4GMX3HPVWRdD1hkeKZBQ==',
})

export const RIPGREP = vector({
  path: '/nix/store/axp6zlky4x2v3jwcbq24a2cz25hzlw9b-ripgrep-15.2.0',
  narHash: 'sha256:19yag7za8bz38dzxd7g20p8738bmb80n4ci9y3hfaxhy15rxxxyh',
  narSize: 7088584,
  references:
    '0d8g8n0a11v6f5m2h416ajyxmnkwc3md-glibc-2.42-67 dsn500c5j62qz9f49mi3nhx74jbkf6xq-pcre2-10.47 r48746qznwqxxl9qzd8f08ny8mg1dg2y-gcc-15.3.0-lib',
  sig: 'u47N81GjFd/qpAQ8bRz3Ve584pYwp/gWswtHa6PwWSzhfYvw7oTBW0DThOzapKGuxqqnvw9HfKRnggOniyPBDw==',
})

interface Recorded {
  readonly path: string
  readonly narHash: string
  readonly narSize: number
  readonly references: string
  readonly sig: string
}

function vector({ path, narHash, narSize, references, sig }: Recorded): Vector {
  const lines = [
    `StorePath: ${path}`,
    'URL: nar/0.nar.xz',
    `NarHash: ${narHash}`,
    `NarSize: ${narSize}`,
    `References: ${references}`,
    `Sig: cache.nixos.org-1:${sig}`,
  ]
  return { path, text: `${lines.join('\n')}\n` }
}

export function narInfoOf({ path, text }: Vector): NarInfo {
  return parseNarInfo(text, parseStorePath(path))
}
