# What a deploy to a lean host must leave running: the two things it is there for. Others are added by whoever brings
# them.
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
  };
}
