{
  description = "my-server: a NixOS server that GitHub deploys to";

  inputs = {
    nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";
    nix-vps = {
      url = "github:toxx1220/nix-vps?dir=nix";
      inputs.nixpkgs.follows = "nixpkgs";
    };
  };

  outputs =
    {
      self,
      nixpkgs,
      nix-vps,
    }:
    {
      nixosConfigurations.my-server = nixpkgs.lib.nixosSystem {
        modules = [
          nix-vps.nixosModules.default
          ./host.nix
          # By it the server proves which commit it runs. Without one (uncommitted changes) it says so.
          { system.configurationRevision = self.rev or self.dirtyRev or null; }
        ];
      };
    };
}
