# Only what was confirmed is what the server boots: after an orderly reboot, and after its plug was pulled.
{ self, ... }:
{
  name = "reboot";

  nodes.runner = ./parts/runner.nix;
  nodes.server = {
    imports = [ (import ./parts/server.nix self) ];

    specialisation.next.configuration.environment.etc."next".text = "";
  };

  testScript = builtins.readFile ./parts/helpers.py + builtins.readFile ./reboot.py;
}
