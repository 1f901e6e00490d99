# shellcheck shell=bash
# The builder of flake.nix: `base`, as if it had been built as `out` from the commit `rev`.
: "${base:?}" "${rev:?}" "${out:?}"
export PATH=$base/sw/bin LC_ALL=C
nobody=0000000000000000000000000000000000000000

cp -r --no-dereference "$base" "$out"
chmod -R u+w "$out"
grep -rlF --null "$base" "$out" | xargs -0r sed -i "s|$base|$out|g"

# The one program that says which commit it is: everything else of the packages stays where it is.
packages=$(readlink -f "$base/sw")
rm "$out/sw"
mkdir -p "$out/sw/bin"
for entry in "$packages"/* "$packages"/bin/*; do
  to=$out/sw${entry#"$packages"}
  [ -e "$to" ] || ln -s "$entry" "$to"
done
version=$(readlink -f "$packages/bin/nixos-version")
if ! grep -q "$nobody" "$version"; then
  echo "$version names no commit that could be replaced by this one." >&2
  exit 1
fi
rm "$out/sw/bin/nixos-version"
sed "s|$nobody|$rev|g" "$version" >"$out/sw/bin/nixos-version"
chmod 0555 "$out/sw/bin/nixos-version"
