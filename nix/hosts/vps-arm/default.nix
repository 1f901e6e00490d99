# The reference server: an ARM machine at Oracle.
{ modulesPath, ... }:
{
  imports = [
    (modulesPath + "/profiles/qemu-guest.nix")
    ./deploy.nix
    ./disko.nix
  ];

  nixpkgs.hostPlatform = "aarch64-linux";
  networking.hostName = "vps-arm";
  system.stateVersion = "26.05";
}
