# shellcheck shell=sh disable=SC2154  # Nix sets what it is given
# The builder of a toy system: everything a deploy reads of a real one, at the same place.
cp -r "$tree/." "$out"
chmod -R u+w "$out"
ln -s "$kernel/bzImage" "$out/kernel"
ln -s "$initrd/initrd" "$out/initrd"
ln -s "$modules" "$out/kernel-modules"
printf %s "$kernelParams" >"$out/kernel-params"
printf %s "$initInterfaceVersion" >"$out/init-interface-version"
printf %s "$version" >"$out/nixos-version"
printf %s "$inhibitors" >"$out/switch-inhibitors"
if [ -n "$rebootTriggers" ]; then
  triggers="{\"kernel\":\"$kernel\",\"kernel-params\":\"$kernelParams\"}"
  printf '%s\n%s' "$triggers" "$inhibitors" |
    python3 -c 'import json, sys; print(json.dumps({k: v for line in sys.stdin for k, v in json.loads(line).items()}))' \
      >"$out/reboot-triggers"
fi

mkdir -p "$out/sw/bin" "$out/sw/share"
for package in $packages; do ln -s "$package" "$out/sw/share/"; done
answer="{\"configurationRevision\":\"$revision\",\"nixosVersion\":\"$version\"}"
printf '#!/bin/sh\necho '"'%s'"'\n' "$answer" >"$out/sw/bin/nixos-version"
chmod +x "$out/sw/bin/nixos-version"
eval "$build"
