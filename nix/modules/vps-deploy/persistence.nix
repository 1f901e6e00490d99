# What a deploy needs after a power cut must be there then: asked of the file systems the configuration declares.
{ config, lib, ... }:
let
  inherit (import ./common.nix lib) must option;
  cfg = config.services.vps-deploy;

  # Those of the boot itself, of fstab, and of units: impermanence and others bind what they persist with the latter.
  declared =
    lib.mapAttrsToList (mountPoint: it: {
      where = mountPoint;
      what = it.device;
      type = it.fsType;
      inherit (it) options;
    }) config.boot.specialFileSystems
    ++ map (it: {
      where = it.mountPoint;
      what = it.device;
      type = it.fsType;
      inherit (it) options;
    }) (lib.attrValues config.fileSystems)
    ++ map (it: {
      inherit (it) where what type;
      options = lib.splitString "," it.options;
    }) config.systemd.mounts;

  below =
    directory: path:
    directory == "/" || path == directory || lib.hasPrefix "${lib.removeSuffix "/" directory}/" path;
  deepest = lib.foldl' (
    best: it:
    if best == null || lib.stringLength it.where >= lib.stringLength best.where then it else best
  ) null;
  mountOf = path: deepest (lib.filter (it: below it.where path) declared);

  join = directory: rest: "${lib.removeSuffix "/" directory}/${lib.removePrefix "/" rest}";
  upperOf = mount: lib.findFirst (option: lib.hasPrefix "upperdir=" option) null mount.options;
  # The initrd sees the future root elsewhere.
  asMounted = path: lib.removePrefix "/mnt-root" (lib.removePrefix "/sysroot" path);

  # null, or what is wrong with the file system that `path` really lies on. Binds may go in circles: only so far.
  volatility =
    steps: path:
    let
      mount = mountOf path;
      follow = source: volatility (steps - 1) (join source (lib.removePrefix mount.where path));
      upper = upperOf mount;
    in
    if mount == null || steps == 0 then
      null
    else if lib.elem "bind" mount.options || lib.elem "rbind" mount.options then
      follow mount.what
    else if mount.type == "overlay" && upper != null then
      follow (asMounted (lib.removePrefix "upperdir=" upper))
    else if
      lib.elem mount.type [
        "tmpfs"
        "ramfs"
      ]
    then
      "${mount.where} is a ${mount.type}"
    else if
      lib.hasPrefix "/dev/zram" (toString mount.what) || lib.hasPrefix "/dev/ram" (toString mount.what)
    then
      "${mount.where} is on ${mount.what}, which is memory"
    else
      null;

  survives =
    name: path: advice:
    let
      why = volatility 8 path;
    in
    must (cfg.allowVolatileState || why == null) (
      "${name} is ${path}, which does not survive a reboot (${toString why}), and what a deploy has begun could not "
      + "be finished or undone. ${advice}"
    );

  isPlain =
    path:
    builtins.match "/[^[:space:]]+[^/[:space:]]" path != null
    && builtins.match ".*(//|/[.]{1,2}(/.*|$)).*" path == null;
  plain =
    name: path:
    must (isPlain path) "${name} is \"${path}\": give an absolute path, without \"..\" or a slash at its end.";
in
{
  options.services.vps-deploy = {
    stateDir = option "stateDir" {
      type = lib.types.str;
      description = ''
        Where requests, decisions, logs and the mirror of the repository are kept: an absolute path on something that
        survives a reboot.
      '';
    };
    profile = option "profile" {
      type = lib.types.str;
      description = "The profile that the boot loader starts, an absolute path.";
    };
  };

  config = lib.mkIf cfg.enable {
    assertions = [
      (plain "stateDir" cfg.stateDir)
      (plain "profile" cfg.profile)
      (must (!below builtins.storeDir cfg.stateDir) (
        "stateDir is ${cfg.stateDir}, in the Nix store, which nothing can be written to. Name another directory, such "
        + "as \"/var/lib/vps-deploy\"."
      ))
      (survives "stateDir" cfg.stateDir (
        "Persist it (with environment.persistence, or a bind in fileSystems), or name another directory; on a test "
        + "host set allowVolatileState."
      ))
      (survives "profile" cfg.profile ("Mount /nix from a disk; on a test host set allowVolatileState."))
      (must (cfg.allowVolatileState || volatility 8 builtins.storeDir == null) (
        "enable needs a Nix store that survives a reboot, but ${toString (volatility 8 builtins.storeDir)}. Mount /nix "
        + "from a disk; on a test host set allowVolatileState."
      ))
    ];

    # The programs make the directory itself, but none above it.
    systemd.tmpfiles.settings."10-vps-deploy".${cfg.stateDir}.d = {
      user = "root";
      group = "deploy";
      mode = "0750";
    };
  };
}
