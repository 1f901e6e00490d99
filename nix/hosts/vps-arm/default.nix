# The reference server: an ARM machine at Oracle. What is of this machine alone stands here and in disko.nix; all else
# is in the modules.
{ lib, modulesPath, ... }:
let
  # The set-up command writes them. Until it has, nobody is let in, and a warning says so.
  writtenTo = file: lib.optional (builtins.pathExists file) file;
in
{
  imports = [
    (modulesPath + "/profiles/qemu-guest.nix")
    ./disko.nix
  ];

  nixpkgs.hostPlatform = "aarch64-linux";
  networking.hostName = "vps-arm";
  system.stateVersion = "26.05";

  lean.admin.keyFiles = writtenTo ./keys/admin.pub;
  # The cache of one's CI, if there is one: its URL, and the key its operator publishes.
  lean.caches = [ ];

  # Deploys come from this repository. The clone below is for people: `nh os switch`, `nixos-rebuild`.
  services.vps-deploy = {
    enable = true;
    repository.url = "https://github.com/toxx1220/nix-vps.git";
    configuration = "vps-arm";
    authorizedKeyFiles = writtenTo ./keys/deploy.pub;
    keyHint = "run `nix run ./nix#secrets-init` and `git add` what it writes to nix/hosts/vps-arm/keys";
  };
  programs.nh.flake = "/persistent/nix-vps/nix";

  # At Oracle the machine itself stands in 10.0.0.0/24 as a rule: with the default it would look for its gateway among
  # the containers. Compare with `ip -4 address` on the server.
  lean.bridge.prefix = "10.88.0.0/24";
  lean.bridge.hostNetworks = [ "10.0.0.0/16" ];

  # One sops file for each container that has secrets, called as the container is.
  lean.secretsDirectory = ../../secrets;
  lean.containers = {
    test-container.id = 10;
    test-container.module = ../../containers/test-container.nix;
    test-container.proxy.domain = "test.example.org";
    test-container.proxy.port = 8080;

    nannuo-bot.id = 11;
    nannuo-bot.module = ../../containers/nannuo-bot.nix;

    bgs-backend.enable = false;
    bgs-backend.id = 12;
    bgs-backend.module = ../../containers/bgs-backend.nix;
  };
}
