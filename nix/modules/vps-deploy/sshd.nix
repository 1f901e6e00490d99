# What sshd lets that user do, whatever the rest of its configuration allows others.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  inherit (import ./common.nix lib) must;
  cfg = config.services.vps-deploy;
  ssh = config.services.openssh;
  isRoot = cfg.user == "root";
  isNative = pkgs.stdenv.buildPlatform == pkgs.stdenv.hostPlatform;

  # sshd_config(5). Where home directories hold keys of others, this user's keys are in /etc all the same.
  # DisableForwarding covers all that follows it in recent versions only.
  settings = {
    AuthenticationMethods = "publickey";
    AuthorizedKeysCommand = "none";
    AuthorizedKeysFile = "/etc/ssh/authorized_keys.d/%u";
    AuthorizedPrincipalsFile = "none";
    TrustedUserCAKeys = "none";
    ForceCommand = cfg.forcedCommand;
    DisableForwarding = "yes";
    AllowAgentForwarding = "no";
    AllowStreamLocalForwarding = "no";
    AllowTcpForwarding = "no";
    GatewayPorts = "no";
    X11Forwarding = "no";
    PermitTTY = "no";
    PermitTunnel = "no";
    PermitUserRC = "no";
    # The session of a runner that is gone without a word ends after a minute.
    ClientAliveInterval = "15";
    ClientAliveCountMax = "3";
  };
  lines = lib.mapAttrsToList (name: value: "${name} ${value}") settings;

  # Whom a pattern (`dep*`, `deploy@10.0.0.*`) means is not known before there is a connection.
  isPattern = entry: builtins.match ".*[*?!@].*" entry != null;
  listed = list: if ssh.settings.${list} or null == null then [ ] else ssh.settings.${list};
  isLetIn =
    allow: deny:
    (
      ssh.settings.${allow} or null == null
      || lib.any (entry: entry == cfg.user || isPattern entry) (listed allow)
    )
    && !lib.elem cfg.user (listed deny);
in
{
  config = lib.mkIf cfg.enable {
    services.openssh = {
      # After all others, for whatever follows a block belongs to it; and ended, for what follows nevertheless.
      extraConfig = lib.mkIf (!isRoot) (
        lib.mkOrder 2000 ''
          Match User deploy
          ${lib.concatMapStringsSep "\n" (line: "  ${line}") lines}
          Match all
        ''
      );
      # Of a key that is one of several, nothing of this can be said.
      settings = lib.mkIf isRoot {
        ClientAliveInterval = lib.mkDefault 15;
        ClientAliveCountMax = lib.mkDefault 3;
      };
    };

    # Of all blocks that match, the first that says something counts: one of somebody else's may come before this.
    system.checks = lib.optional (!isRoot && ssh.enable) (
      pkgs.runCommand "check-sshd-config-for-deploys"
        {
          nativeBuildInputs = [ (if isNative then ssh.package else pkgs.buildPackages.openssh).out ];
          sshdConfig = config.environment.etc."ssh/sshd_config".source;
          settings = lib.concatLines lines;
          passAsFile = [ "settings" ];
        }
        ''
          sshd -G -T -C user=deploy,host=localhost,addr=127.0.0.1 -f "$sshdConfig" > effective
          while read -r line; do
            if ! grep -Fixq -- "$line" effective; then
              echo "services.openssh: a Match block overrides \"$line\" for user deploy: except him from it." >&2
              exit 1
            fi
          done < "$settingsPath"
          touch $out
        ''
    );

    assertions = [
      (must ssh.enable "enable needs services.openssh.enable: deploys come in by ssh.")
      (must (!isRoot || ssh.settings.PermitRootLogin or null != "no") (
        "user is \"root\", but services.openssh.settings.PermitRootLogin is \"no\": set it to \"prohibit-password\", "
        + "or user to \"deploy\"."
      ))
      (must (isLetIn "AllowUsers" "DenyUsers") (
        "user ${cfg.user} is kept out by AllowUsers or DenyUsers in services.openssh.settings: let ${cfg.user} in."
      ))
      (must (isLetIn "AllowGroups" "DenyGroups") (
        "user ${cfg.user} is kept out by AllowGroups or DenyGroups in services.openssh.settings: let the group "
        + "${cfg.user} in."
      ))
    ];
  };
}
