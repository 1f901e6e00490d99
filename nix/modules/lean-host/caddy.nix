# The only service besides SSH. What it serves comes from the containers, or from services.caddy.virtualHosts.
{
  config,
  lib,
  options,
  ...
}:
{
  services.caddy = {
    enable = lib.mkDefault true;
  }
  // lib.optionalAttrs (options.services.caddy ? openFirewall) { openFirewall = lib.mkDefault true; };

  # Releases before 26.11 do not open it themselves. 443/udp is HTTP/3.
  networking.firewall =
    lib.mkIf (config.services.caddy.enable && !options.services.caddy ? openFirewall)
      {
        allowedTCPPorts = [
          80
          443
        ];
        allowedUDPPorts = [ 443 ];
      };
}
