# The server itself. What you have to change is marked with CHANGE.
{ lib, modulesPath, ... }:
{
  imports = [
    (modulesPath + "/profiles/qemu-guest.nix")
    ./disk.nix
    # CHANGE for a server that boots by BIOS (`ls /sys/firmware/efi` finds nothing there): take the # away.
    # ./bios.nix
  ];

  networking.hostName = "my-server"; # CHANGE, here and in flake.nix
  nixpkgs.hostPlatform = "aarch64-linux"; # CHANGE to x86_64-linux for Intel and AMD (`uname -m` says which)
  system.stateVersion = "26.05";

  # You, as root. Files that are not there yet give nobody access, and a warning.
  lean.admin.keyFiles = lib.filter lib.pathExists [ ./keys/admin.pub ];

  # What GitHub may ask for, by a key that opens no shell.
  services.vps-deploy = {
    enable = true;
    repository.url = "https://github.com/OWNER/REPOSITORY.git"; # CHANGE
    repository.flakeDir = ".";
    configuration = "my-server"; # CHANGE with the name in flake.nix
    authorizedKeyFiles = lib.filter lib.pathExists [ ./keys/deploy.pub ];
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

  # CHANGE if the server itself stands in this network; some clouds give their machines addresses of 10.0.0.0/24.
  lean.bridge.prefix = "10.88.0.0/24";

  lean.containers.hello = {
    id = 10;
    module = ./containers/hello.nix;
    proxy.domain = "hello.example.org"; # CHANGE to a name whose DNS entry is this server's address
    proxy.port = 8080;
    identity = null; # it has no secrets
  };
}
