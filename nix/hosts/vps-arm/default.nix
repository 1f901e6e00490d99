{ nixpkgs.hostPlatform = "aarch64-linux"; boot.loader.systemd-boot.enable = true; fileSystems."/" = { device = "/dev/vda2"; fsType = "ext4"; }; system.stateVersion = "26.05"; }
