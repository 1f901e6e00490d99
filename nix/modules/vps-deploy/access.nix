# Who deploys log in as, and the one thing that user can do.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  cfg = config.services.vps-deploy;
  inherit (lib) mkOption types;
  isRoot = cfg.user == "root";

  # /etc moves with the system and its configuration stays the same: sshd is not restarted for a newer package. PATH
  # is for systemctl, which a status is read with.
  path = "PATH=/run/current-system/sw/bin";
  dispatcher = "/etc/vps-deploy/bin/vps-deploy";
  # Root gives everything up before it reads a word: requests are user deploy's, as if he had come in himself.
  setpriv =
    "${pkgs.util-linux}/bin/setpriv --reuid=deploy --regid=deploy --init-groups --inh-caps=-all "
    + "--bounding-set=-all --no-new-privs";
  commands = {
    deploy = "${path} exec ${dispatcher}";
    root = "cd / && HOME=/var/empty ${path} exec ${setpriv} ${dispatcher}";
  };
  uid = toString config.users.users.deploy.uid;
  gid = toString config.users.groups.deploy.gid;
in
{
  options.services.vps-deploy = {
    user = mkOption {
      type = types.enum (lib.attrNames commands);
      default = "deploy";
      description = ''
        Whom the deploy key logs in as. `deploy` is a user of its own, whose every session is the forced command by
        sshd's own configuration. `root` is for a host whose CI logs in as root; root's other keys go on working. It
        costs a wall: sshd has to let root in, and nothing but the options in front of the key stands between that
        key and a root shell. Also then the command runs as user deploy, who exists in both cases.
      '';
    };
    forcedCommand = mkOption {
      type = types.str;
      readOnly = true;
      internal = true;
      description = "What the shell of that user is given to run, instead of anything that was asked for.";
    };
  };

  config = lib.mkIf cfg.enable {
    services.vps-deploy.forcedCommand = commands.${cfg.user};
    environment.etc."vps-deploy/bin/vps-deploy".source = lib.getExe' cfg.package "vps-deploy";

    # The numbers are fixed, for files on disk know no names. NixOS gives numbers away from 999 down to 400, so the last
    # is the likeliest to be free on a host that was there before. The home is root's, and empty for good.
    users.groups.deploy.gid = lib.mkDefault 400;
    users.users.deploy = {
      uid = lib.mkDefault 400;
      group = "deploy";
      isSystemUser = true;
      description = "Asks for deploys";
      home = "/var/empty";
      # sshd without PAM takes the "!" of a user without a password for a locked account; no password fits this either.
      hashedPassword = "*";
      shell = lib.mkIf (!isRoot) pkgs.runtimeShell;
    };

    # A host that was there before may have given a number away; then two users would be one.
    system.preSwitchChecks.vps-deploy-ids = ''
      for entry in passwd:${uid} group:${gid}; do
        database=''${entry%%:*} id=''${entry##*:}
        name=$(${lib.getExe pkgs.getent} "$database" "$id" || true)
        name=''${name%%:*}
        if [ -n "$name" ] && [ "$name" != deploy ]; then
          echo "services.vps-deploy: number $id belongs to $name here ($database): set users.users.deploy.uid" \
            "and users.groups.deploy.gid to free ones." >&2
          exit 1
        fi
      done
    '';
  };
}
