# The layout nixos-anywhere writes once: an ESP, and one file system for the store and for what survives a boot.
# Everything else, / itself, is a tmpfs.
{ config, lib, ... }:
let
  inherit (lib) mkOption types;
  sentence = import ../sentence.nix lib;
  cfg = config.lean.disk;
in
{
  options.lean.disk = {
    device = mkOption {
      type = types.nullOr (types.strMatching "/dev/[^[:space:]]+");
      default = null;
      example = "/dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_drive-scsi0";
      description = ''
        Disk that the installation erases and partitions: an EFI system partition, and one btrfs with the subvolumes
        `/nix` and `/persistent`. Later it is only a name: the installed system finds its file systems by the labels of
        their partitions. `null`: no layout comes from here, and the host brings the file systems `/`, `/boot`, `/nix`
        and `/persistent` itself, the last with `neededForBoot = true`.
      '';
    };
    espSize = mkOption {
      type = types.strMatching "[1-9][0-9]*[MG]";
      default = "1G";
      description = ''
        Size of the EFI system partition, a number with `M` or `G`. It holds a kernel and an initrd for each boot entry,
        and for one more than the limit while a new one is written.
      '';
    };
    rootSize = mkOption {
      type = types.strMatching "[1-9][0-9]*[MG%]";
      default = "25%";
      description = ''
        Most that the tmpfs `/` may hold, a number with `M`, `G` or `%` of the memory. What is written to no persisted
        directory stands here, in memory, until the next boot.
      '';
    };
  };

  config = {
    assertions = [
      {
        assertion = cfg.device != null || config.fileSystems ? "/persistent" && config.fileSystems ? "/nix";
        message = sentence ''
          This host has no disk: set lean.disk.device to the one to install on (`lsblk` on the server names it, often
          "/dev/sda" or "/dev/vda"), or bring fileSystems "/", "/boot", "/nix" and "/persistent" of your own.
        '';
      }
    ];

    disko.devices = lib.mkIf (cfg.device != null) {
      # Partitions are found as disk-main-*: another name here, and the installed system does not boot.
      disk.main = {
        type = "disk";
        inherit (cfg) device;
        content = {
          type = "gpt";
          partitions = {
            ESP = {
              type = "EF00";
              size = cfg.espSize;
              content = {
                type = "filesystem";
                format = "vfat";
                mountpoint = "/boot";
                # Its random seed must be nobody else's.
                mountOptions = [ "umask=0077" ];
              };
            };
            system = {
              size = "100%";
              content = {
                type = "btrfs";
                # Subvolumes share the space: how much the store needs, and how much the data, nobody knows at the
                # start.
                subvolumes = {
                  "/nix" = {
                    mountpoint = "/nix";
                    mountOptions = [
                      "compress=zstd"
                      "noatime"
                    ];
                  };
                  "/persistent" = {
                    mountpoint = "/persistent";
                    mountOptions = [
                      "compress=zstd"
                      "noatime"
                    ];
                  };
                };
              };
            };
          };
        };
      };
      nodev."/" = {
        fsType = "tmpfs";
        mountOptions = [
          "size=${cfg.rootSize}"
          "mode=755"
        ];
      };
    };
    fileSystems = lib.mkIf (cfg.device != null) {
      # Users, their secrets and the host key are read from it before anything else runs.
      "/persistent".neededForBoot = true;
    };
  };
}
