import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Box, SystemSpec } from './box.ts'

const source = join(import.meta.dirname, '../../nix/vps-deploy/vps_deploy/__init__.py')
/** Of the programs of the checkout. */
export const VERSION = /^VERSION = '(.+)'$/m.exec(readFileSync(source, 'utf8'))?.[1] ?? ''

/** Of these programs, as they may stand on a host: those of the checkout, later ones, and later ones that are broken. */
type Version = 'present' | 'later' | 'broken' | 'gone'

/** What a later version may do otherwise: more keys in its configuration and in all it writes, another place. */
const later = `VERSION = '99.0.0'

import json

_dumps = json.dumps


def _with_more(value: object, **options: object) -> str:
    if isinstance(value, dict) and 'ofTomorrow' not in value:
        value = {**value, 'ofTomorrow': {'known': False}}
        if 'taken' in value:
            value['units'] = [{**unit, 'ofTomorrow': 1} for unit in value['units']]
    return _dumps(value, **options)


json.dumps = _with_more

from . import config

config._Object.finish = lambda self: None
`

/** Every request of anybody ends with a crash of the program that should answer it. */
const broken = `raise SystemError('these programs are broken')
`

/** Puts the programs of a version in the place of those that are there, as a new system's activation does. */
const install = `set -e
home=/usr/local/lib/vps-deploy
[ $1 = later ] && home=/opt/vps-deploy-99
rm -rf /usr/local/lib/vps-deploy /opt/vps-deploy-99 /usr/local/bin/vps-deploy*
[ $1 = gone ] && exit 0
mkdir -p /opt
cp -r /srv/versions/$1 $home
sed "s|/usr/local/lib/vps-deploy|$home|" $home/install-host-half >/run/install-host-half
sh /run/install-host-half
`

/** Gets a box ready for systems that bring their own version of the programs along. */
export async function keepVersions(box: Box): Promise<void> {
  await box.must(`mkdir /srv/versions && cp -r /usr/local/lib/vps-deploy /srv/versions/present
    find /srv/versions -name __pycache__ -prune -exec rm -r {} +
    cp -r /srv/versions/present /srv/versions/later; cp -r /srv/versions/present /srv/versions/broken`)
  await box.write('/srv/versions/install', install)
  await box.write('/srv/versions/later/vps_deploy/__init__.py', later)
  await box.write('/srv/versions/broken/vps_deploy/__init__.py', broken)
}

/** A system that brings a version of the programs along. */
export function withVersion(version: Version, spec: SystemSpec = {}): SystemSpec {
  const then = spec.activation ?? ':'
  const config = version === 'later' ? { ...spec.config, ofTomorrow: true } : spec.config
  return {
    ...spec,
    ...(config === undefined ? {} : { config }),
    activation: `sh /srv/versions/install ${version}; ${then}`,
  }
}
