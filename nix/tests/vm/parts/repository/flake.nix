# What the server's repository holds in a VM test: the systems are made where the test is built, for a machine without a
# network cannot evaluate nixpkgs. A commit names one of them in system.json, and `nix build` makes a copy of it that
# knows this commit, as `system.configurationRevision` does elsewhere.
{
  outputs =
    { self }:
    let
      wanted = builtins.fromJSON (builtins.readFile ./system.json);
      base = builtins.appendContext wanted.system { ${wanted.system}.path = true; };
    in
    {
      nixosConfigurations.server.config.system.build.toplevel = derivation {
        # As long as the base's own path: some of the programs in it that name it are binaries.
        name = builtins.substring 33 (-1) (baseNameOf wanted.system);
        system = wanted.platform;
        builder = "${base}/sw/bin/bash";
        args = [
          "-eu"
          ./build.sh
        ];
        inherit base;
        inherit (self) rev;
      };
    };
}
