# This server deploys itself from this repository, when a key in keys/deploy.pub asks for it.
{ lib, ... }:
let
  key = ./keys/deploy.pub;
in
{
  services.vps-deploy = {
    enable = true;
    repository.url = "https://github.com/toxx1220/nix-vps.git";
    configuration = "vps-arm";
    authorizedKeyFiles = lib.optional (builtins.pathExists key) key;
    keyHint = "run `nix run ./nix#secrets-init` and `git add` the hosts/vps-arm/keys/deploy.pub that it writes";
    healthChecks = [
      {
        name = "caddy";
        command = [
          "systemctl"
          "is-active"
          "caddy"
        ];
      }
    ];
  };
}
