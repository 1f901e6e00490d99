# What a deploy changes is what it restarts: a port of Caddy concerns Caddy alone, a container that container alone.
{ self, ... }:
{
  name = "restarts";

  nodes.runner = ./parts/runner.nix;
  nodes.server =
    { lib, pkgs, ... }:
    let
      page = text: {
        services.static-web-server = {
          enable = true;
          root = pkgs.writeTextDir "index.html" text;
        };
        networking.firewall.allowedTCPPorts = [ 8787 ];
      };
    in
    {
      imports = [
        (import ./parts/server.nix self)
        self.nixosModules.containers
      ];

      services.caddy = {
        enable = true;
        openFirewall = true;
        virtualHosts."http://server".extraConfig = ''respond "This is Caddy."'';
      };
      lean.containers = {
        one = {
          id = 10;
          # No container here has a secret, and the server no key to share.
          identity = null;
          module = page "This is one.";
        };
        two = {
          id = 11;
          identity = null;
          module = page "This is two.";
        };
      };

      specialisation = {
        port.configuration.services.caddy.httpPort = 8080;
        container.configuration = {
          services.caddy.httpPort = 8080;
          lean.containers.one.module = lib.mkForce (page "This is another one.");
        };
      };
    };

  testScript = builtins.readFile ./parts/helpers.py + builtins.readFile ./restarts.py;
}
