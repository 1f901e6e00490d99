# The container's secrets, and the services that need them.
{ config, lib, ... }:
let
  inherit (lib) mkOption types;
  inherit (config.lean) guest;
  cfg = config.lean.secrets;
  sentence = import ../../sentence.nix lib;
  names = secrets: lib.concatStringsSep ", " (lib.attrNames secrets);
  waitingServices = lib.unique (lib.concatMap (each: each.services) (lib.attrValues cfg));

  # What a derivation makes is there when it is needed; to look for it now would build it.
  isBuilt = lib.any (made: made ? outputs) (
    lib.attrValues (builtins.getContext (toString guest.secrets))
  );
  isThere = guest.secrets != null && (isBuilt || builtins.pathExists guest.secrets);
  # Without the store path of the flake it lies in.
  shownFile =
    let
      inFlake = builtins.match ".*/[a-z0-9]{32}-[^/]+/(.+)" (toString guest.secrets);
    in
    if guest.secrets == null then
      "sops file (lean.secretsDirectory is null)"
    else if inFlake == null then
      toString guest.secrets
    else
      builtins.head inFlake;

  secret =
    { name, ... }:
    {
      options = {
        owner = mkOption {
          type = types.str;
          default = "root";
          description = "User that may read it.";
        };
        services = mkOption {
          type = types.listOf types.str;
          example = [ "web" ];
          description = "Services that need it: they start after it is decrypted, and wait while it is not there.";
        };
        path = mkOption {
          type = types.str;
          readOnly = true;
          default = "/run/secrets/${name}";
          description = "File with the decrypted secret.";
        };
      };
    };

  waiting = lib.mapAttrsToList (
    _: each:
    lib.genAttrs each.services (_: {
      after = lib.optional isThere "sops-install-secrets.service";
      requires = lib.optional isThere "sops-install-secrets.service";
      # Without a file there is nothing to decrypt: it waits. With one, what cannot be decrypted is a failure.
      unitConfig.ConditionPathExists = lib.mkIf (!isThere) [ each.path ];
    })
  ) cfg;

  hasKeySource =
    let
      inherit (config.sops) age gnupg;
    in
    age.keyFile != null || age.sshKeyPaths != [ ] || gnupg.home != null || gnupg.sshKeyPaths != [ ];
in
{
  options.lean.secrets = mkOption {
    type = types.attrsOf (types.submodule secret);
    default = { };
    example = lib.literalExpression ''
      {
        token.owner = "web";
        token.services = [ "web" ];
      }
    '';
    description = "Secrets of the container, by their key in its sops file.";
  };

  config = {
    sops = {
      # The key is an SSH key: `keyFile` would take it for one of age, and find none in it.
      age.sshKeyPaths = lib.optional (guest.identity != null) guest.identityPath;
      # As a unit, which services can wait for; activation scripts no longer restart any.
      useSystemdActivation = true;
      defaultSopsFile = lib.mkIf isThere guest.secrets;
      secrets = lib.mkIf isThere (lib.mapAttrs (_: each: { inherit (each) owner; }) cfg);
    };

    systemd.services = lib.mkMerge waiting;

    assertions = [
      {
        assertion = config.sops.secrets != { } || (isThere && cfg != { }) -> hasKeySource;
        message = sentence ''
          lean.containers.${guest.name} has secrets to decrypt (${names config.sops.secrets}) but no key: its identity
          is null. Set lean.containers.${guest.name}.identity, or hand over the secrets by
          lean.containers.${guest.name}.credentials.
        '';
      }
    ];

    # Before the host has keys nobody could encrypt a secret to it: its own warning says what comes first.
    warnings = lib.optional (cfg != { } && !isThere && guest.isSetUp) (sentence ''
      lean.containers.${guest.name}: there is no ${shownFile}, so these services wait for their secrets (${names cfg}):
      ${lib.concatStringsSep ", " waitingServices}. ${
        if guest.secrets == null then
          "Set lean.secretsDirectory to the directory of such files."
        else
          "Write it with `sops ${shownFile}`, and add it with `git add`."
      }
    '');
  };
}
