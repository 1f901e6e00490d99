# The server itself. What you have to change is marked with CHANGE.
{ lib, modulesPath, ... }:
let
  # The set-up command writes them. Until it has, nobody is let in, and a warning says so.
  writtenTo = file: lib.optional (builtins.pathExists file) file;
in
{
  imports = [
    (modulesPath + "/profiles/qemu-guest.nix")
    ./disk.nix
    # CHANGE for a server that boots by BIOS (`ls /sys/firmware/efi` finds nothing there): take the # away.
    # ./bios.nix
  ];

  networking.hostName = "my-server"; # CHANGE with the name of this folder, and in flake.nix
  nixpkgs.hostPlatform = "aarch64-linux"; # CHANGE to x86_64-linux for Intel and AMD (`uname -m` says which)
  system.stateVersion = "26.05";

  # You, as root.
  lean.admin.keyFiles = writtenTo ./keys/admin.pub;

  # What GitHub may ask for, by a key that opens no shell.
  services.vps-deploy = {
    enable = true;
    repository.url = "https://github.com/OWNER/REPOSITORY.git"; # CHANGE
    repository.flakeDir = ".";
    configuration = "my-server"; # CHANGE with the name in flake.nix
    authorizedKeyFiles = writtenTo ./keys/deploy.pub;
    keyHint = "run `nix run .#secrets-init` and `git add` what it writes to hosts/my-server/keys";
  };

  # CHANGE if the server itself stands in this network; some clouds give their machines addresses of 10.0.0.0/24.
  lean.bridge.prefix = "10.88.0.0/24";

  lean.containers.hello = {
    id = 10;
    module = ../../containers/hello.nix;
    proxy.domain = "hello.example.org"; # CHANGE to a name whose DNS entry is this server's address
    proxy.port = 8080;
    identity = null; # it has no secrets
  };
}
