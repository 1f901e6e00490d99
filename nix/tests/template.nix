# The template is a server: evaluated, not built, as whoever copies it would have it, with this flake as its nix-vps.
# On x86_64 with what it says to change for a server of that kind that boots by BIOS.
{
  self,
  inputs,
  pkgs,
}:
let
  inherit (pkgs) lib;
  template = ../templates/server;
  outputs = (import (template + "/flake.nix")).outputs {
    inherit (inputs) nixpkgs;
    nix-vps = self;
    self = { };
  };
  written = outputs.nixosConfigurations.my-server;
  changed = written.extendModules {
    modules = [
      (template + "/hosts/my-server/bios.nix")
      { nixpkgs.hostPlatform = lib.mkForce "x86_64-linux"; }
    ];
  };
  server = if pkgs.stdenv.hostPlatform.isAarch64 then written else changed;
  inherit (server.config.system.build) toplevel;
in
# What it takes to build the server stays out of it.
pkgs.runCommand "template" { server = builtins.unsafeDiscardStringContext toplevel.drvPath; } ''
  echo "$server" > $out
''
