import { expect, test } from '@jest/globals'
import { isContentAddressed } from '../../actions/garnix-wait/contentaddress.ts'
import { parseNarInfo } from '../../actions/garnix-wait/narinfo.ts'
import { parseStorePath } from '../../actions/garnix-wait/storepath.ts'
import { narInfoText } from '../support/binarycache.ts'

function infoOf(path: string, ca: string, references: readonly string[] = []) {
  const parsed = parseStorePath(path)
  const text = narInfoText({ path: parsed, references: references.map(parseStorePath) })
  return parseNarInfo(`${text}CA: ${ca}\n`, parsed)
}

const MD5 = '49f68a5c8493ec2c0bf489821c21fc3b'
const SHA1 = 'c22b5f9178342609428d6f51b2c5af4c0bde6a42'
const SHA256 = '8f434346648f6b96df89dda901c5176b10a6d83961dd3c1ac88b59b2dc327aa4'
const SHA512 =
  '150a14ed5bea6cc731cf86c41566ac427a8db48ef1b9fd626664b3bfbb99071fa4c922f33dde38719b8c8354e2b7ab9d77e0e67fc12843920a712e73d558e197'
const LEAF = '/nix/store/qyiban5iw6sd0xl4kihw5xk5vsw2fk5c-leaf'
const TOP = '/nix/store/arzyjzdm8p7r32k4qhijj5pl5k77c4vd-top'
const TOP_CA = 'text:sha256:072fkz39z97173hjwxgl5c6pp0qlpl60ks9flgl9c862ml3x8b8n'
const DIR = '/nix/store/myq132rxjr73scn6s2slvz87r91m20mi-dir'
const DIR_CA = 'fixed:r:sha256:18l2zj8v9v7ywhnxhbvn50dldj0h6nzfi1nii2xd79nkj6ivx2cm'
const HI = '/nix/store/nbqwyxxki9marzxbxvdn96a5axyr7wm6-x-md5-flat'

// Nix 2.26.3 has made them: builtins.toFile, `nix store add-path`, add-file, and outPath of fixed-output derivations.
test.each<[string, string, readonly string[]]>([
  [LEAF, 'text:sha256:1qk8b06d7jxmgknv5x60n9b5y9hp8nnz98126cpmp8y7y34vml16', []],
  [TOP, TOP_CA, [LEAF]],
  [DIR, DIR_CA, []],
  [
    '/nix/store/dib3crnljz2dm28bs0mys1yd29rr95a0-plain',
    'fixed:sha256:00xyyr3fi8l6hb839bv3f7yb86yjv7xi1cgh1xnhipym4asvb4aq',
    [],
  ],
  [HI, `fixed:md5:${MD5}`, []],
  ['/nix/store/dcvh540kh3a6xm2f40yv25q0pzwm1804-x-sha1-flat', `fixed:sha1:${SHA1}`, []],
  ['/nix/store/kqblla6qpmbripc57w0dhnih91g6wij5-x-sha256-flat', `fixed:sha256:${SHA256}`, []],
  ['/nix/store/mzsbsr7bqw3czzx25h89h3rz5z70l63a-x-sha512-flat', `fixed:sha512:${SHA512}`, []],
  ['/nix/store/5qvfnczx8l2va5kfra3zajfzfdiq14fi-x-md5-recursive', `fixed:r:md5:${MD5}`, []],
  ['/nix/store/simr1dqqhfg38w4148s7ndbw0j0aqqx3-x-sha1-recursive', `fixed:r:sha1:${SHA1}`, []],
  ['/nix/store/vrpv6ylbsq7blmqc5cgdsf0y37xr3nri-x-sha256-recursive', `fixed:r:sha256:${SHA256}`, []],
  ['/nix/store/20cl4gkl07d2vagzjc3j5s5ly0djjvh3-x-sha512-recursive', `fixed:r:sha512:${SHA512}`, []],
])('%s follows from %s', (path, ca, references) => {
  expect(isContentAddressed(infoOf(path, ca, references))).toBe(true)
})

test.each<[string, string, string, readonly string[]]>([
  ['no content address', TOP, '', []],
  ['another hash', TOP, TOP_CA.replace('072f', '172f'), [LEAF]],
  ['another name', TOP.replace('-top', '-pot'), TOP_CA, [LEAF]],
  ['no references where there are some', TOP, TOP_CA, []],
  [
    'itself where that cannot be',
    LEAF,
    'text:sha256:1qk8b06d7jxmgknv5x60n9b5y9hp8nnz98126cpmp8y7y34vml16',
    [LEAF],
  ],
  ['references where there are none', DIR, DIR_CA, [LEAF]],
  ['a reference to itself where there is none', DIR, DIR_CA, [DIR]],
  ['references of what is fetched', HI, `fixed:md5:${MD5}`, [LEAF]],
  ['text of another algorithm', LEAF, `text:md5:${MD5}`, []],
  ['an unknown algorithm', HI, `fixed:crc:${MD5}`, []],
  ['an unknown method', HI, `fixed:x:md5:${MD5}`, []],
  ['an unknown kind', HI, `floating:md5:${MD5}`, []],
  ['no digits', HI, 'fixed:md5:', []],
])('a path does not follow from %s', (...[, path, ca, references]) => {
  expect(isContentAddressed(infoOf(path, ca, references))).toBe(false)
})
