# What the installation erases and partitions. Of an installed server nothing here can be changed but by a new
# installation.
{
  lean.disk.device = "/dev/sda"; # CHANGE to the name that `lsblk` shows on the server: often /dev/sda or /dev/vda
}
