# Whose keys may ask for deploys.
{ config, lib, ... }:
let
  inherit (import ../keys.nix lib) bodyOf collect;
  cfg = config.services.vps-deploy;
  inherit (lib) mkOption types;
  given = collect { "services.vps-deploy.authorizedKeys" = cfg.authorizedKeys; } {
    "services.vps-deploy.authorizedKeyFiles" = cfg.authorizedKeyFiles;
  };
  bodies = map bodyOf given.keys;

  inherit (config.users.users.${cfg.user}.openssh) authorizedKeys;
  linesOfFiles = lib.concatMap (file: lib.splitString "\n" (builtins.readFile file)) (
    lib.filter builtins.pathExists authorizedKeys.keyFiles
  );
  # What others let in as the same user.
  others = lib.filter (line: lib.trim line != "" && !lib.elem line cfg.authorizedKeyLines) (
    authorizedKeys.keys ++ linesOfFiles
  );
  both = lib.filter (line: lib.elem (bodyOf line) bodies) others;
in
{
  options.services.vps-deploy = {
    authorizedKeys = mkOption {
      type = types.listOf types.str;
      default = [ ];
      example = [ "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI… ci-deploy" ];
      description = ''
        Public keys that may ask for deploys and can do nothing else here, without options: one line of a `.pub` file
        each. None: the host builds, and nobody can deploy to it.
      '';
    };
    authorizedKeyFiles = mkOption {
      type = types.listOf types.path;
      default = [ ];
      example = lib.literalExpression "[ ./deploy.pub ]";
      description = "The same, in files of the configuration.";
    };
    keyHint = mkOption {
      type = types.str;
      default = "name them in services.vps-deploy.authorizedKeys or authorizedKeyFiles";
      description = "What the warning of a host without keys tells to do: the end of a sentence.";
    };
    authorizedKeyLines = mkOption {
      type = types.listOf types.str;
      readOnly = true;
      internal = true;
      description = "The lines for `authorized_keys`: each key with the one command it may run.";
    };
  };

  config = lib.mkIf cfg.enable {
    services.vps-deploy.authorizedKeyLines = map (
      key: "restrict,command=\"${cfg.forcedCommand}\" ${key}"
    ) (lib.unique given.keys);
    users.users.${cfg.user}.openssh.authorizedKeys.keys = cfg.authorizedKeyLines;

    assertions =
      map (message: {
        assertion = false;
        inherit message;
      }) given.problems
      ++ [
        {
          assertion = cfg.user == "root" || others == [ ];
          message =
            "users.users.deploy.openssh.authorizedKeys holds keys that are not services.vps-deploy's: give them in "
            + "services.vps-deploy.authorizedKeys, where they can do nothing but deploy.";
        }
        {
          assertion = cfg.user == "deploy" || both == [ ];
          message =
            "services.vps-deploy: a key that may only deploy is root's own as well, and with it may do everything. "
            + "Make a key for deploys alone, or take it out of users.users.root.openssh.authorizedKeys.";
        }
      ];

    # Where nobody can log in either, the lean host says both at once.
    warnings = lib.optional (
      given.keys == [ ] && given.problems == [ ] && !(config.lean.admin.isNobody or false)
    ) "services.vps-deploy: no key may ask for deploys, so nobody can: ${cfg.keyHint}.";
  };
}
