# What the key that GitHub holds is worth to somebody else: requests of the protocol, and nothing besides.
{ self, ... }:
{
  name = "forced-command";

  nodes.runner = ./parts/runner.nix;
  nodes.server = import ./parts/server.nix self;

  testScript = builtins.readFile ./parts/helpers.py + builtins.readFile ./forced-command.py;
}
