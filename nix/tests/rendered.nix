# What the reference server hands to programs that read it, for those very programs (test/nix/evaluation/rendered.ts):
# `sshd -t`, `nft --check`, `caddy validate`, `systemd-analyze verify`. Each is a text, or the path of one in the store,
# or several by name. What it is given: eval/frame.nix.
{
  guests,
  reference,
  lib,
  ...
}:
{
  sshd_config = "${reference.environment.etc."ssh/sshd_config".source}";

  Caddyfile = reference.services.caddy.configFile;

  # Of the host and of each guest. The first program makes sure of a file that is included, the second is the ruleset.
  nftables = lib.mapAttrs (
    _: config: "${lib.elemAt config.systemd.services.nftables.serviceConfig.ExecStart 1}"
  ) ({ vps-arm = reference; } // guests reference);

  # Of the units those that this flake writes, or writes into: then as a drop-in of the one that its package ships.
  units =
    let
      shipped = ../vps-deploy/systemd;
      ours = lib.filterAttrs (
        name: unit:
        unit.enable
        && lib.any (part: lib.hasInfix part name) [
          "caddy"
          "container@"
          "lean"
          "nftables"
          "sops"
          "sshd.service"
          "sshd@"
          "vps-deploy"
        ]
      ) reference.systemd.units;
      render =
        name: unit:
        if lib.pathExists (shipped + "/${name}") then
          {
            ${name} = builtins.readFile (shipped + "/${name}");
            "${name}.d/overrides.conf" = unit.text;
          }
        else
          { ${name} = unit.text; };
    in
    lib.concatMapAttrs render ours;
}
