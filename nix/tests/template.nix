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
  # The keys that the set-up command would have written.
  keys = {
    lean.admin.keyFiles = [ ./keys/admin.pub ];
    services.vps-deploy.authorizedKeyFiles = [ ./keys/deploy.pub ];
  };
  bios = [
    (template + "/hosts/my-server/bios.nix")
    { nixpkgs.hostPlatform = lib.mkForce "x86_64-linux"; }
  ];
  server = outputs.nixosConfigurations.my-server.extendModules {
    modules = [ keys ] ++ lib.optionals (!pkgs.stdenv.hostPlatform.isAarch64) bios;
  };
  inherit (server.config.system.build) toplevel;
in
# What it takes to build the server stays out of it.
pkgs.runCommand "template" { server = builtins.unsafeDiscardStringContext toplevel.drvPath; } ''
  echo "$server" > $out
''
