# /etc/vps-deploy/config.json: what the options say, key for key. And layout.json, which NixOS has no file for.
{ config, lib, ... }:
let
  cfg = config.services.vps-deploy;
  # The names and defaults are the host half's own: an option it does not know cannot be rendered, nor one be left out.
  valuesOf =
    names: options:
    lib.mapAttrs (
      name: default: if lib.isAttrs default then valuesOf default options.${name} else options.${name}
    ) names;
in
{
  config = lib.mkIf cfg.enable {
    environment.etc."vps-deploy/config.json".text = builtins.toJSON (
      valuesOf (import ./common.nix lib).defaults cfg
    );

    # What the initrd opens stands in no crypttab of the system: without this a deploy could take a disk away unseen.
    environment.etc."vps-deploy/layout.json".text = builtins.toJSON {
      luks = lib.mapAttrs' (
        _: mapping: lib.nameValuePair mapping.name mapping.device
      ) config.boot.initrd.luks.devices;
    };
  };
}
