# What survives a boot. Whatever is not named here, or below /nix and /persistent, is gone after the next one.
{
  config,
  lib,
  options,
  ...
}:
let
  inherit (config.services) caddy;
  containers = "/var/lib/nixos-containers";
  owned = directory: user: group: mode: {
    inherit
      directory
      user
      group
      mode
      ;
  };
in
{
  environment.persistence."/persistent" = {
    hideMounts = true;
    directories = [
      # Numbers that users and groups were given: others would get them after a boot, and with them their files.
      "/var/lib/nixos"
      # Stamps of timers, the seed for random numbers, the last known time.
      "/var/lib/systemd"
      # The journal, and Caddy's access logs, which would fill the memory otherwise.
      "/var/log"
      # What Nix fetched and evaluated for whoever rebuilds by hand: more than / has room for.
      (owned "/root" "root" "root" "0700")
      # State of services with DynamicUser: systemd wants it closed to everybody.
      (owned "/var/lib/private" "root" "root" "0700")
    ]
    # Certificates: Let's Encrypt gives out five a week for one name.
    ++ lib.optional caddy.enable (owned caddy.dataDir caddy.user caddy.group "0750")
    # Roots of containers.
    ++ lib.optional config.boot.enableContainers (owned containers "root" "root" "0700")
    ++ lib.optionals (options.services ? vps-deploy) (
      let
        inherit (config.services) vps-deploy;
      in
      lib.optional vps-deploy.enable vps-deploy.stateDir
    );
    # The journal lies in a directory called so: another name each boot, and `journalctl` shows this boot only.
    files = [ "/etc/machine-id" ];
  };
}
