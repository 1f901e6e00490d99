# Who may log in as root: those with the personal keys.
{
  config,
  lib,
  options,
  ...
}:
let
  inherit (lib) mkOption types;
  sentence = import ../sentence.nix lib;
  cfg = config.lean.admin;
  inherit (import ../keys.nix lib) collect bodyOf;
  given = collect { "lean.admin.keys" = cfg.keys; } { "lean.admin.keyFiles" = cfg.keyFiles; };
  # With a shell of root's, the forced command of the other would be worth nothing.
  deploy = lib.optionals (options.services ? vps-deploy) (
    let
      inherit (config.services.vps-deploy) authorizedKeys authorizedKeyFiles;
    in
    (collect { deploy = authorizedKeys; } { deploy = authorizedKeyFiles; }).keys
  );
  # Deploy keys open no shell, whosever they are; whoever else is let in was given a key by some other option.
  opens = key: !lib.elem (bodyOf key) (map bodyOf deploy);
  isLetIn =
    user: lib.any opens user.openssh.authorizedKeys.keys || user.openssh.authorizedKeys.keyFiles != [ ];
  nobody = !lib.any isLetIn (lib.attrValues config.users.users);
  deploysToNobody = deploy == [ ] && config.services.vps-deploy.enable or false;
  rootLogin = config.services.openssh.settings.PermitRootLogin;
  both = builtins.filter (key: lib.elem (bodyOf key) (map bodyOf deploy)) given.keys;
in
{
  options.lean.admin = {
    keys = mkOption {
      type = types.listOf types.str;
      default = [ ];
      example = [ "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI… you@laptop" ];
      description = ''
        Public SSH keys of the people who administer this host, as root; each as it stands in the `.pub` file, without
        options. Wrong ones fail the build.
      '';
    };
    keyFiles = mkOption {
      type = types.listOf types.path;
      default = [ ];
      example = lib.literalExpression "[ ./keys/admin.pub ]";
      description = ''
        Files with such keys, one on each line; empty lines and lines that begin with `#` count for nothing. A file that
        is not there fails the build.
      '';
    };
    isNobody = mkOption {
      type = types.bool;
      default = nobody;
      readOnly = true;
      internal = true;
      description = "Whether nobody can log in: it is still to be set up, and one warning says so for all modules.";
    };
  };

  config = {
    assertions =
      map (message: {
        assertion = false;
        inherit message;
      }) given.problems
      ++ [
        {
          assertion = both == [ ];
          message = sentence ''
            lean.admin: the key "${lib.concatStringsSep ''", "'' both}" is also one of services.vps-deploy. A deploy
            key must open no shell: make one of its own for deploys (`ssh-keygen -t ed25519 -f deploy-key`), and name
            it there alone.
          '';
        }
        {
          assertion =
            given.keys == [ ]
            || !lib.elem rootLogin [
              "no"
              "forced-commands-only"
            ];
          message = sentence ''
            lean.admin: its keys let people in as root, but services.openssh.settings.PermitRootLogin is "${rootLogin}",
            so they would be locked out: leave it at "prohibit-password", or give the keys to a user of their own in
            users.users and none here (as root is reached by sudo then, with security.sudo.enable).
          '';
        }
      ];
    warnings = lib.optional nobody (sentence ''
      Nobody can log in to ${config.networking.hostName}${lib.optionalString deploysToNobody " or deploy to it"}:
      lean.admin.keys and lean.admin.keyFiles name no key. Put your public key into lean.admin.keys, or run secrets-init
      with `--admin-key ~/.ssh/id_ed25519.pub`, which makes all keys, and `git add` what it writes.
    '');

    users.users.root.openssh.authorizedKeys.keys = given.keys;
    users.mutableUsers = lib.mkDefault false;
    # Said by the warning above, so that a host whose keys are still to be made can be evaluated and built.
    users.allowNoPasswordLogin = lib.mkIf nobody true;
  };
}
