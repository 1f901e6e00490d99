# Who may log in as root: the personal keys, and nobody else.
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
  nobody = given.keys == [ ];
  # With a shell of root's, the forced command of the other would be worth nothing.
  deploy = lib.optionals (options.services ? vps-deploy) (
    let
      inherit (config.services.vps-deploy) authorizedKeys authorizedKeyFiles;
    in
    (collect { deploy = authorizedKeys; } { deploy = authorizedKeyFiles; }).keys
  );
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
      ];
    warnings = lib.optional nobody (sentence ''
      Nobody can log in to ${config.networking.hostName}: lean.admin.keys and lean.admin.keyFiles name no key. Run
      `nix run ./nix#secrets-init -- --admin-key ~/.ssh/id_ed25519.pub` (and `git add` what it writes), or put your
      public key into lean.admin.keys.
    '');

    users.users.root.openssh.authorizedKeys.keys = given.keys;
    users.mutableUsers = lib.mkDefault false;
    # Said by the warning above, so that a host whose keys are still to be made can be evaluated and built.
    users.allowNoPasswordLogin = lib.mkIf nobody true;
  };
}
