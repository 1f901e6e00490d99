# The modules of vps-deploy in a host that only has the options they read: a hundredth of the time of a whole NixOS,
# so that each wrong value gets a case of its own. That a whole one has these options, other cases see to.
{ lib, pkgs, ... }:
let
  inherit (lib) mkOption types;
  set =
    default:
    mkOption {
      type = types.anything;
      inherit default;
    };
  data = set { };
  list = mkOption {
    type = types.listOf types.anything;
    default = [ ];
  };
  no = set false;
  yes = set true;

  stand-in = {
    options = {
      assertions = list;
      warnings = list;
      boot.initrd.luks.devices = data;
      boot.isContainer = no;
      boot.loader.grub = data;
      boot.specialFileSystems = data;
      containers = data;
      environment.etc = data;
      environment.systemPackages = list;
      fileSystems = data;
      networking.ifstate.enable = no;
      networking.interfaces = data;
      networking.networkmanager.enable = no;
      networking.useDHCP = yes;
      nix.enable = yes;
      nix.package = set pkgs.nix;
      nix.settings = data;
      programs.ssh.knownHosts = data;
      programs.ssh.knownHostsFiles = list;
      services.connman.enable = no;
      services.openssh.enable = yes;
      services.openssh.extraConfig = mkOption {
        type = types.lines;
        default = "";
      };
      services.openssh.package = set pkgs.openssh;
      services.openssh.settings = data;
      system.checks = list;
      system.configurationRevision = set null;
      system.preSwitchChecks = data;
      system.switch.enable = yes;
      system.tools.nixos-version.enable = yes;
      systemd.mounts = list;
      systemd.network.enable = no;
      systemd.package = set pkgs.systemd;
      systemd.packages = list;
      systemd.paths = data;
      systemd.services = data;
      systemd.tmpfiles.packages = list;
      systemd.tmpfiles.settings = data;
      users.groups = data;
      users.users = mkOption {
        type = types.attrsOf (
          types.submodule {
            freeformType = types.anything;
            options.openssh.authorizedKeys = {
              keys = list;
              keyFiles = list;
            };
          }
        );
        default = { };
      };
    };
    config = {
      _module.args = { inherit pkgs; };
      boot.loader.grub.enable = lib.mkDefault false;
      fileSystems."/" = lib.mkDefault {
        mountPoint = "/";
        device = "/dev/vda2";
        fsType = "ext4";
        options = [ ];
      };
      users.users.root = { };
    };
  };
in
rec {
  evaluation =
    modules:
    lib.evalModules {
      modules = [
        ../modules/vps-deploy
        stand-in
      ]
      ++ modules;
    };
  evaluate = modules: (evaluation modules).config;

  good.services.vps-deploy = {
    enable = true;
    repository.url = lib.mkDefault "https://github.com/OWNER/REPOSITORY.git";
    authorizedKeys = lib.mkDefault [ (key "ci") ];
  };
  commit.system.configurationRevision = lib.mkDefault "0123456789abcdef0123456789abcdef01234567";

  # With nothing to complain about, but for what is given.
  light =
    modules:
    evaluate (
      [
        good
        commit
      ]
      ++ modules
    );
  # Of one option of the module.
  withOptions = options: light [ { services.vps-deploy = options; } ];

  filled = lib.concatStrings (lib.genList (_: "A") 400);
  bodyOf = start: length: start + lib.substring 0 (length - lib.stringLength start) filled;
  # A key that nobody has; its name is its comment.
  key = name: "ssh-ed25519 ${bodyOf "AAAAC3NzaC1lZDI1NTE5AAAAI" 68} ${name}";
}
