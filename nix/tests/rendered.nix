# What the configurations render, by file name, for the programs that read it: `nft --check` for *.nft, `caddy validate`
# for Caddyfile*, `sshd -t` for sshd_config*, `systemd-analyze verify` for units/*. What it is given: eval/frame.nix.
{
  inputs,
  lib,
  pkgs,
  reference,
  ...
}:
let
  nixos = inputs.nixpkgs + "/nixos/modules";

  # The script nft is started with, but for the deletions of what an earlier one made, which lie in other files.
  ruleset =
    config:
    let
      scripts = lib.filter (
        each: lib.isDerivation each
      ) config.systemd.services.nftables.serviceConfig.ExecStart;
      rules = lib.findFirst (script: script.name == "nftables-rules") null scripts;
    in
    lib.concatLines (
      lib.filter (line: !lib.hasPrefix "include " line) (lib.splitString "\n" rules.text)
    );

  # Caddy's module, once more: with functions that give back the text where nixpkgs has ones that write it to a file.
  caddyfile =
    config:
    let
      module = import (nixos + "/services/web-servers/caddy") {
        inherit config lib;
        options = { };
        pkgs = pkgs // {
          writeTextDir = _: text: text;
          stdenv.buildPlatform = "one that cannot run the host's caddy, which would format it";
          stdenv.hostPlatform = "the host's";
        };
      };
    in
    lib.removeSuffix "/Caddyfile" module.options.services.caddy.configFile.default;
in
{
  "vps-arm.nft" = ruleset reference;
  "Caddyfile.vps-arm" = caddyfile reference;
}
// lib.mapAttrs' (
  name: container: lib.nameValuePair "${name}.nft" (ruleset container.config)
) reference.containers
