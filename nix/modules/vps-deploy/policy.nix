# What may be deployed, how it is judged, and what is kept of it.
{ config, lib, ... }:
let
  inherit (import ./common.nix lib)
    defaults
    flagOf
    must
    option
    ;
  cfg = config.services.vps-deploy;
  inherit (lib) mkOption types;
  flag = flagOf defaults;
  number =
    name: description:
    option name {
      type = types.ints.unsigned;
      inherit description;
    };

  healthCheck = types.submodule {
    options = {
      name = mkOption {
        type = types.nonEmptyStr;
        example = "caddy";
        description = "What to call it in messages; unique.";
      };
      command = mkOption {
        type = types.nonEmptyListOf types.str;
        example = [
          "systemctl"
          "is-active"
          "caddy"
        ];
        description = ''
          The program and its arguments, run as root without a shell. systemd, nix, git and coreutils are found by
          name; name others by their store path, as in `"''${pkgs.curl}/bin/curl"`. What it prints is shown in the
          log of the deploy: do not use programs that quote journals, such as `systemctl status`.
        '';
      };
      timeoutSeconds = mkOption {
        type = types.ints.positive;
        default = 30;
        description = "The check is repeated every second until it exits with 0, at most for so long.";
      };
    };
  };

  namesOfChecks = map (check: check.name) cfg.healthChecks;
  twice = lib.unique (
    lib.filter (name: lib.count (other: other == name) namesOfChecks > 1) namesOfChecks
  );
in
{
  options.services.vps-deploy = {
    configuration = option "configuration" {
      type = types.strMatching "[A-Za-z0-9_.+@-]+";
      example = "my-server";
      description = "Which of the flake's `nixosConfigurations` this host is.";
    };
    builds = option "builds" {
      type = types.enum [
        "allow"
        "never"
      ];
      description = "With `never`, a system that no cache has whole is refused before anything is touched.";
    };
    healthChecks = option "healthChecks" {
      type = types.listOf healthCheck;
      description = ''
        Commands that decide, before the runner's confirm, whether the new system is healthy. A deploy is judged by
        the checks of the system that it brings.
      '';
    };

    settleSeconds = number "settleSeconds" "How many seconds units get after the activation before they are judged.";
    minConfirmSeconds = number "minConfirmSeconds" ''
      How many seconds a deploy must wait for the runner's confirm at least. Above 0, a deploy without a confirm is
      refused; at 0, one that asks for none is decided by the host's own checks.
    '';
    maxConfirmSeconds = number "maxConfirmSeconds" ''
      How many seconds a deploy may wait for the runner's confirm at most; a longer wait is shortened, with a warning.
    '';

    allowRewind = flag "allowRewind" ''
      Whether a commit may be deployed that does not contain those of the running and the default system.
    '';
    allowRollback = flag "allowRollback" ''
      Whether the deploy key may ask for the system before the current one (`rollback`).
    '';
    allowDiskChanges = flag "allowDiskChanges" ''
      Whether a deploy may take away or move a file system, swap or LUKS mapping that is in use.
    '';
    allowVolatileState = flag "allowVolatileState" ''
      Whether what deploys need may lie in memory, on a test host: without it a state directory, a profile or a
      Nix store that does not survive a reboot is an error.
    '';
    rebootIfRollbackFails = flag "rebootIfRollbackFails" ''
      Whether the host reboots into its old default when a rollback does not bring back what ran before.
    '';

    keepDeploys = number "keepDeploys" "Of how many finished deploys the logs and results are kept.";
    keepBytes = number "keepBytes" "How many bytes those may take up together; older ones go first.";
    maxLogBytes = number "maxLogBytes" "After how many bytes the log of one deploy is cut off; its result never is.";
  };

  config = lib.mkIf cfg.enable {
    assertions = [
      (must (cfg.minConfirmSeconds <= cfg.maxConfirmSeconds) (
        "minConfirmSeconds (${toString cfg.minConfirmSeconds}) is above maxConfirmSeconds "
        + "(${toString cfg.maxConfirmSeconds}): no deploy could wait long enough. Lower the one or raise the other."
      ))
      (must (twice == [ ]) (
        "healthChecks: more than one is called ${lib.concatStringsSep ", " twice}. Give each a name of its own, "
        + "messages name the one that did not pass."
      ))
    ];
  };
}
