# What the README takes for granted. The other files here are its very words (test/contract/server.test.ts).
{
  nixpkgs.hostPlatform = "x86_64-linux";
  boot.loader.systemd-boot.enable = true;
  fileSystems."/" = {
    device = "/dev/disk/by-label/root";
    fsType = "ext4";
  };
  networking.hostName = "my-server";
  system.stateVersion = "26.05";
}
