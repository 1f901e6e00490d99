# ⚠️ Written to the disk once, by the installation. Of a running server nothing of it can be changed: that takes a new
# installation, which erases the disk. Get it right once, then leave it alone.
{ lib, ... }:
{
  lean.disk.device = lib.mkDefault "/dev/sda";
}
