# What a deploy to a lean host must leave running, and must not slow down: the two things it is there for. Others are
# added by whoever brings them.
{
  config,
  lib,
  options,
  ...
}:
let
  ssh = config.services.openssh;
  isActive = unit: {
    name = unit;
    command = [
      "systemctl"
      "is-active"
      unit
    ];
  };
in
{
  config = lib.optionalAttrs (options.services ? vps-deploy) {
    services.vps-deploy.healthChecks =
      lib.optional ssh.enable (isActive (if ssh.startWhenNeeded then "sshd.socket" else "sshd"))
      ++ lib.optional config.services.caddy.enable (isActive "caddy");

    # What the server is for goes first. Nix's daemon has no part in it: root's builds are children of who asks for
    # them. What is switched to, and what is rolled back, has a unit of its own, which this does not slow down.
    systemd.services.vps-deploy-worker = lib.mkIf config.services.vps-deploy.enable {
      serviceConfig.CPUWeight = lib.mkDefault 20;
    };
  };
}
