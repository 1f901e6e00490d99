# Few boot entries, and a machine that comes back by itself: it has no keyboard.
{
  config,
  lib,
  options,
  pkgs,
  ...
}:
let
  inherit (lib) mkDefault;
  counts = options.boot.loader.systemd-boot ? bootCounting;
  sshd = if config.services.openssh.startWhenNeeded then "sshd.socket" else "sshd.service";
  isCounting =
    counts
    && config.boot.loader.systemd-boot.enable
    && config.boot.loader.systemd-boot.bootCounting.enable;
in
{
  boot.loader = {
    efi.canTouchEfiVariables = mkDefault true;
    # Long enough for a serial console.
    timeout = mkDefault 3;
    systemd-boot = {
      enable = mkDefault true;
      # Each may hold a kernel and an initrd of its own on the ESP.
      configurationLimit = mkDefault 5;
      # Whoever reaches the console would be root with init=/bin/sh.
      editor = false;
    }
    # In 26.11 and later, as it needs systemd-boot 260. An entry that did not come up three times is passed over.
    // lib.optionalAttrs counts { bootCounting.enable = mkDefault true; };
    # For who boots by BIOS: its menu must name nothing that has been collected.
    grub.configurationLimit = mkDefault 5;
  };

  # A boot is a good one when people can log in. Not more: what an entry is judged by must not depend on the network, on
  # other servers or on a service of the day, or three reboots in bad weather put a good system aside. A trial boot of
  # vps-deploy is another matter: there the old system is the default until the new one is confirmed, counted good or
  # not.
  systemd.services.boot-assessment = lib.mkIf isCounting {
    description = "Finds out whether this boot lets people log in";
    requiredBy = [ "boot-complete.target" ];
    before = [ "boot-complete.target" ];
    after = [ sshd ];
    restartIfChanged = false;
    serviceConfig = {
      Type = "oneshot";
      RemainAfterExit = true;
      ExecStart = "${config.systemd.package}/bin/systemctl is-active ${sshd}";
    };
  };

  boot.kernelParams = [
    # A panic reboots after so many seconds, and so does an initrd that does not find its disks, or a PID 1 that
    # crashes. After a trial boot that leads back to the old system.
    "panic=30"
    "boot.panic_on_fail"
    "systemd.crash_action=reboot"
    # What providers show as console; the last one gets the messages of the boot.
    "console=tty1"
    (if pkgs.stdenv.hostPlatform.isAarch64 then "console=ttyAMA0,115200" else "console=ttyS0,115200")
  ];

  # Where the machine has a watchdog: a systemd that hangs, or a reboot that does, ends in a reset.
  systemd.settings.Manager = {
    RuntimeWatchdogSec = mkDefault "30s";
    RebootWatchdogSec = mkDefault "10min";
  };
  # A prompt for the password of root, who has none, helps nobody; without it sshd has a chance.
  systemd.enableEmergencyMode = mkDefault false;
}
