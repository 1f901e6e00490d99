# What it takes to work on this repository: `nix develop ./nix`.
{ pkgs }:
pkgs.mkShellNoCC {
  packages = [
    pkgs.nodejs_24
    pkgs.python3
    pkgs.nixfmt
    pkgs.shellcheck
    pkgs.actionlint
    pkgs.sops
    pkgs.ssh-to-age
  ];
}
