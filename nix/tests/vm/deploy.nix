# A deploy as GitHub does it, through the forced command with the action's own bundle: one that is good, one whose unit
# fails, and two after which nobody can reach the server any more.
{ self, ... }:
{
  name = "deploy";

  nodes.runner = ./parts/runner.nix;
  nodes.server =
    { lib, ... }:
    {
      imports = [ (import ./parts/server.nix self) ];

      specialisation = {
        good.configuration.systemd.services.added = {
          wantedBy = [ "multi-user.target" ];
          script = "exec sleep infinity";
        };
        broken.configuration.systemd.services.broken = {
          wantedBy = [ "multi-user.target" ];
          script = "exit 3";
          serviceConfig.Type = "oneshot";
        };
        closed.configuration.services.openssh.openFirewall = lib.mkForce false;
        offline.configuration.networking.interfaces.eth1 = {
          ipv4.addresses = lib.mkForce [ ];
          ipv6.addresses = lib.mkForce [ ];
        };
      };
    };

  testScript = builtins.readFile ./parts/helpers.py + builtins.readFile ./deploy.py;
}
