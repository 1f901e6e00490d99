# For a server without UEFI: GRUB, in a small partition of its own, and /boot where UEFI's partition would be.
{
  boot.loader.systemd-boot.enable = false;
  boot.loader.efi.canTouchEfiVariables = false;
  # disko names the disk to GRUB: the one that has the partition EF02.
  boot.loader.grub.enable = true;
  disko.devices.disk.main.content.partitions.bios = {
    type = "EF02";
    size = "1M";
    priority = 1;
  };
}
